import { expect, test } from 'vitest';
import type { SessionOptions } from '../../src/debug/session.ts';
import { sessionOf } from '../sessions.ts';

const READ = 0x0077_0005;
const MASK = 0x0078_0005;
const WRITE = 0x0076_0005;
const hexadecimal = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Runs calls one after another with interruptions disabled, each with a control block of its own, and shows the blocks afterwards. */
const callAll = (calls: readonly (readonly [command: number, block: string])[], typed = '', options: SessionOptions = {}): string[] => {
  const code = calls.map(
    ([command], n) => `
        lgfi    %r2,${command}
        larl    %r3,block${n}
        servc   %r2,%r3
        brasl   %r14,take`,
  );
  const source = `
#: storage 1M
        .include "program.inc"
_start: new_psw ext_new, supervisor, taken
        larl    %r6,cr0
        lctlg   %c0,%c0,0(%r6)
        ${code.join('')}
        pass
take:   stosm   0x300,1
        fail
taken:  br      %r14
        .balign 8
cr0:    .quad   0x2e0
        .balign 4096
${calls.map(([, block], n) => `block${n}: ${block}\n .balign 4096`).join('\n')}
`;
  const session = sessionOf(source, options);
  session.machine.pushInput(typed);
  expect(session.run()).toMatchObject({ verdict: 'passed' });
  return calls.map((_, n) => {
    const address = Number(session.program.symbols.get(`block${n}`));
    const bytes = session.machine.storage.read(address, 4096);
    return hexadecimal(bytes.subarray(0, 64));
  });
};

/** A control block: length, function code, control mask, room for the response, then data. */
const block = (length: number, data = '', { code = 0, variable = false } = {}): string =>
  ` .short ${length}\n .byte ${code}, 0, 0, ${variable ? 0x80 : 0}, 0, 0\n ${data}`;
const response = (shown: string): string => shown.slice(12, 16);
const masks = (receive: string, send = '0'): string => ` .short 0, 4\n .long ${receive}, ${send}, 0, 0`;
const TAKE_BYTES = [MASK, block(28, masks('0x40'))] as const;

test('masks of four bytes and of more tell the same events', () => {
  const [four, eight] = callAll([
    [MASK, block(28, masks('0x80000040'))],
    [MASK, block(44, ' .short 0, 8\n .quad 0x8000004000000000, 0, -1, -1')],
  ]);
  expect(four!.slice(40, 56)).toBe('4000004080000040');
  expect(eight!.slice(56, 88)).toBe('40000040000000008000004000000000');
});

test('what is wrong with masks', () => {
  const responses = callAll([
    [MASK, block(28, ' .short 0, 0')],
    [MASK, block(4096, ' .short 0, 1022')],
    [MASK, block(27, masks('0'))],
  ]).map(response);
  expect(responses).toEqual(['74f0', '74f0', '0300']);
});

test('bytes that were typed are read once, and only by who takes them', () => {
  const shown = callAll([[READ, block(4096)], TAKE_BYTES, [READ, block(4096, '', { variable: true })], [READ, block(4096)]], 'hello');
  expect(shown.map(response)).toEqual(['62f0', '0020', '0020', '60f0']);
  // The block's new length, the variable-length response taken back, and the event: length, type, data that begins with a zero.
  expect(shown[2]!.slice(0, 40)).toBe('0014000000000020' + '000c1a000000' + '0068656c6c6f');
});

test('an operator command has a line in EBCDIC, in its wrappings', () => {
  const [, shown] = callAll(
    [
      [MASK, block(28, masks('0x80000000'))],
      [READ, block(4096)],
    ],
    'hi\nthere',
  );
  expect(shown!.slice(16, 16 + 2 * 24)).toBe('001801000000' + '00121310' + '000e1212' + '000a1320' + '0631' + '0430' + '8889');
});

test('what is wrong with reading', () => {
  const responses = callAll(
    [
      TAKE_BYTES,
      [READ, block(4096, '', { code: 2 })],
      [READ, block(4096, ' .short 0, 0, 0\n .long 0x80000000', { code: 1 })],
      [READ, block(15)],
      [READ, block(4096, ' .short 0, 0, 0\n .long 0x40', { code: 1 })],
    ],
    'x',
  ).map(response);
  expect(responses).toEqual(['0020', '40f0', '70f0', '75f0', '0020']);
});

test('what is wrong with writing', () => {
  const event = (length: number, type: number): string => ` .short ${length}\n .byte ${type}, 0, 0, 0, 0x41, 0x42`;
  const shown = callAll([
    [WRITE, block(16, event(8, 0x1a))],
    [WRITE, block(16, event(8, 0x1a), { code: 1 })],
    [WRITE, block(16, event(9, 0x1a))],
    [WRITE, block(16, event(5, 0x1a))],
    [WRITE, block(16, event(8, 0x77))],
  ]);
  expect(shown.map(response)).toEqual(['0020', '40f0', '73f0', '73f0', '40f0']);
  expect(shown[0]!.slice(20, 24)).toBe('1a80');
  expect(shown[4]!.slice(20, 24)).toBe('7700');
});

test('commands that are not there, blocks that cross a page, blocks that are too short', () => {
  const responses = callAll([
    [0x0012_0002, block(4096)],
    [0x0012_0001, block(4097)],
    [0x0012_0001, block(143)],
    [0x0001_0001, block(39)],
    [0x0012_5501, block(144)],
    [0x0001_0001, block(40)],
  ]).map(response);
  expect(responses).toEqual(['01f0', '0100', '0300', '0300', '0010', '0010']);
});

test('CPU information lists the addresses in ascending order', () => {
  const [info] = callAll([[0x0001_0001, block(4096)]], '', { cpuAddresses: [0, 9, 4] });
  expect(info!.slice(16, 32)).toBe('0003001800000048');
  expect([48, 80, 112].map((at) => info!.slice(at, at + 2))).toEqual(['00', '04', '09']);
});
