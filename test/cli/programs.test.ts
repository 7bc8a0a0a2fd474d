import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { main as asm } from '../../src/cli/asm.ts';
import { main as disasm } from '../../src/cli/disasm.ts';
import { main as list } from '../../src/cli/list.ts';
import { ROWS } from '../../src/cpu/rows/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'zhint-cli-'));
afterAll(() => rmSync(directory, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** What a command prints, and its exit status. */
const run = async (command: (argv: string[]) => Promise<number>, ...argv: string[]): Promise<{ status: number; output: string }> => {
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += text;
    return true;
  });
  return { status: await command(argv), output };
};

test('what asm writes, disasm shows with its symbols', async () => {
  const source = join(directory, 'a.s');
  const image = join(directory, 'a.elf');
  writeFileSync(source, '_start: lr %r1,%r2\nloop: jne loop\n j _start+2\n.set number, 0x10002\nzeros: .skip 20\nlast: .byte 1,2,3,4');
  expect(await run(asm, source, '-o', image)).toEqual({ status: 0, output: '' });
  const { status, output } = await run(disasm, image);
  expect(status).toBe(0);
  expect(output).toBe(`
0000000000010000 <_start>:
   10000:\t18 12             \tlr\t%r1,%r2

0000000000010002 <loop>:
   10002:\ta7 74 00 00       \tjne\t10002 <loop>
   10006:\ta7 f4 ff fe       \tj\t10002 <loop>

000000000001000a <zeros>:
\t...

000000000001001e <last>:
   1001e:\t01 02 03 04       \t.long\t0x01020304
   10022:\t07 07             \tnopr\t%r7
`);
});

test('list prints a line for every row', async () => {
  const { status, output } = await run(list);
  expect(status).toBe(0);
  expect(output.trimEnd().split('\n')).toHaveLength(ROWS.length + 1);
  expect(output).toMatch(/^opcode +mnemonic +format +facility +state +SIE intercepts +instruction\n/);
});

test('list --json prints one object', async () => {
  const { output } = await run(list, '--json');
  const { instructions } = JSON.parse(output);
  expect(instructions).toHaveLength(ROWS.length);
  expect(instructions).toContainEqual({
    opcode: '18',
    mnemonic: 'lr',
    format: 'RR',
    operands: 'r1,r2',
    title: 'LOAD (32)',
    facility: null,
    privileged: false,
    intercept: null,
  });
});

test.each([
  [asm, ['a.s'], 'zhint asm: no output file, expected: zhint asm FILE -o OUT'],
  [asm, ['-o', 'x'], 'zhint asm: 0 operands, expected: zhint asm FILE -o OUT'],
  [asm, ['--bad'], 'zhint asm: unknown or unexpected option: --bad, expected: zhint asm FILE -o OUT'],
  [disasm, ['a', 'b'], 'zhint disasm: 2 operands, expected: zhint disasm FILE'],
  [list, ['x'], "zhint list: operand 'x', expected: zhint list [--json]"],
])('wrong arguments are told in one line', async (command, argv, message) => {
  await expect(run(command, ...argv)).rejects.toThrow(message);
});

test('an output that cannot be written is told', async () => {
  const source = join(directory, 'b.s');
  writeFileSync(source, ' nopr');
  await expect(run(asm, source, '-o', directory)).rejects.toThrow(
    `${directory}: cannot be written (EISDIR), expected a place for the output`,
  );
});
