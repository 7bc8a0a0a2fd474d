import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'zhint-debug-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** zhint debug as a process, to whose standard input somebody writes. */
const start = (
  ...argv: string[]
): { child: ChildProcess; output: () => string; until: (text: string) => Promise<void>; end: Promise<number | null> } => {
  const child = spawn(process.execPath, [join(ROOT, 'bin/zhint.js'), 'debug', ...argv], { cwd: ROOT });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    output += text;
  });
  const until = async (text: string): Promise<void> => {
    while (!output.includes(text) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(output).toContain(text);
  };
  return { child, output: () => output, until, end: new Promise((resolve) => child.once('close', resolve)) };
};

test('a script is performed to its end; what was wrong makes exit status 2', { timeout: 60_000 }, async () => {
  const script = start('fixtures/discard-fault.s');
  script.child.stdin!.end('# a remark\n\nbogus\nstep\n');
  expect(await script.end).toBe(2);
  expect(script.output()).toContain("bogus: there is no command 'bogus'");
  expect(script.output()).toContain('[1] cpu 0  0x10006 <_start+0x6>');
  const right = start('fixtures/discard-fault.s');
  right.child.stdin!.end('continue\nquit\nstep\n');
  expect(await right.end).toBe(0);
  expect(right.output()).toContain('The program has ended after 18 instructions: passed');
  expect(right.output()).not.toContain('(zhint) step');
});

test('Ctrl-C stops a run, and the session goes on', { timeout: 60_000 }, async () => {
  const file = join(directory, 'loop.s');
  writeFileSync(file, '_start: aghi %r1,1\n j _start\n');
  const { child, until, output, end } = start(file);
  child.stdin!.write('continue\n');
  await until('(zhint) continue');
  child.kill('SIGINT');
  await until('Interrupted.');
  child.stdin!.end('back\nwhen\n');
  expect(await end).toBe(0);
  expect(output()).toMatch(/\(zhint\) when\nposition (\d+) of \d+: \1 instructions/);
});

test('a snapshot that was written at the prompt is one to go on from', { timeout: 60_000 }, async () => {
  const file = join(directory, 'here.snapshot');
  const first = start('fixtures/discard-fault.s');
  first.child.stdin!.end(`until handler\nsnapshot ${file}\n`);
  expect(await first.end).toBe(0);
  const second = start('--from', file);
  second.child.stdin!.end('goto 3\nback\ncontinue\n');
  expect(await second.end).toBe(2);
  expect(second.output()).toContain('goto: the run begins at 8');
  expect(second.output()).toContain('This is where the run begins.');
  expect(second.output()).toContain('The program has ended after 18 instructions: passed');
});

test('arguments that are wrong are told in one line', { timeout: 60_000 }, async () => {
  const wrong = start('fixtures/discard-fault.s', '--json');
  expect(await wrong.end).toBe(2);
  expect(wrong.output().trim().split('\n')).toHaveLength(1);
});
