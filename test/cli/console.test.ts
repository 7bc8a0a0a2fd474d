import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'zhint-console-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Takes ASCII events, polls for one, prints it, and passes. */
const ECHO = `
#: storage 1M
        .include "${resolve('fixtures/program.inc')}"
        .macro  service command, block
        lgfi    %r2,\\command
        larl    %r3,\\block
        servc   %r2,%r3
        larl    %r1,.Lwait\\@
        larl    %r4,.Ldone\\@
        lpswe   0(%r1)
        .balign 8
.Lwait\\@: .quad enabled_wait, 0
.Ldone\\@:
        .endm
_start: new_psw ext_new, supervisor, signal
        larl    %r6,cr0
        lctlg   %c0,%c0,0(%r6)
        service 0x00780005, masks
1:      larl    %r7,event
        mvhhi   0(%r7),4096
        service 0x00770005, event
        larl    %r7,event
        cli     6(%r7),0
        jne     1b
        mvhhi   0(%r7),20                # two bytes, and the zero before them
        mvhhi   8(%r7),9
        lghi    %r5,0
        mvi     2(%r7),0
        mvc     14(2,%r7),15(%r7)
        mvhhi   0(%r7),16
        mvhhi   8(%r7),8
        service 0x00760005, event
        pass
signal: br      %r4
        .balign 8
cr0:    .quad   0x2e0
        .balign 4096
masks:  .short  28
        .byte   0, 0, 0, 0, 0, 0
        .short  0, 4
        .long   0x40, 0x40, 0, 0
        .balign 4096
event:  .fill   4096
`;

const run = (stdin: 'pipe' | number, input?: string): string => {
  const file = join(directory, 'echo.s');
  writeFileSync(file, ECHO);
  const { stdout, status } = spawnSync(process.execPath, ['bin/zhint.js', 'run', file], {
    stdio: [stdin, 'pipe', 'inherit'],
    encoding: 'utf8',
    ...(input !== undefined && { input }),
  });
  expect(status).toBe(0);
  return stdout.split('\n')[0]!;
};

test('standard input is what the guest reads: a file', () => {
  const file = join(directory, 'input');
  writeFileSync(file, 'ok');
  const descriptor = openSync(file, 'r');
  try {
    expect(run(descriptor)).toBe('ok');
  } finally {
    closeSync(descriptor);
  }
});

test('standard input is what the guest reads: a pipe', () => {
  expect(run('pipe', 'hi')).toBe('hi');
});
