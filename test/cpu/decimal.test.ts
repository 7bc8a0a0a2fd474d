import { describe, expect, test } from 'vitest';
import { LOWCORE } from '../../src/cpu/interruption.ts';
import { assemble } from '../../src/guest/assembler/assemble.ts';
import { Machine } from '../../src/host/machine.ts';

const ENTRY = 0x1_0000;
const FIRST = 0x4_0000;
const SECOND = 0x4_1000;
const HANDLER = 0xbadn;

const fromHex = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const toHex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Executes one instruction on operands at %r1 and %r2: the first operand afterwards, the condition code (0 before), the interruption code. */
const perform = (instruction: string, first: string, second = '', decimalOverflow = false): { first: string; cc: number; code: number } => {
  const machine = new Machine({ storage: 2 ** 20 });
  const setMask = decimalOverflow ? 'l %r3,4\n spm %r3\n' : 'lhi %r3,0\n spm %r3\n';
  const { bytes } = assemble(`${setMask} ${instruction}\n lpswe 0x300`, 'test.s').segments[0]!;
  const vector = new DataView(new ArrayBuffer(16));
  vector.setBigUint64(0, 0x0002_0001_8000_0000n);
  vector.setBigUint64(8, HANDLER);
  machine.storage.write(0, new Uint8Array(8192));
  machine.storage.write(4, fromHex('04000000'));
  machine.storage.write(LOWCORE.NEW_PSW.program, new Uint8Array(vector.buffer.slice(0)));
  machine.storage.write(0x300, new Uint8Array(vector.buffer.slice(0)));
  machine.storage.write(ENTRY, bytes);
  machine.storage.write(FIRST, fromHex(first));
  machine.storage.write(SECOND, fromHex(second));
  const { cpu } = machine.vcpus[0]!;
  cpu.gr[1] = BigInt(FIRST);
  cpu.gr[2] = BigInt(SECOND);
  machine.start(BigInt(ENTRY));
  machine.run(3);
  const { cc } = cpu;
  machine.run(100);
  const lowcore = machine.storage.read(0, 0x200);
  const code = (lowcore[LOWCORE.PGM_CODE]! << 8) | lowcore[LOWCORE.PGM_CODE + 1]!;
  return {
    first: toHex(machine.storage.read(FIRST, first.length / 2)),
    cc: code === 0 ? cc : (lowcore[LOWCORE.OLD_PSW.program + 2]! >> 4) & 3,
    code,
  };
};

/** The first operand and the condition code of an instruction that is not interrupted. */
const succeeds = (instruction: string, first: string, second: string, result: string, cc: number): void => {
  expect(perform(instruction, first, second)).toEqual({ first: result, cc, code: 0 });
};

describe('arithmetic', () => {
  test.each([
    ['ap 0(3,%r1),0(3,%r2)', '38460d', '01123c', '37337d', 1],
    ['ap 0(2,%r1),0(2,%r2)', '001c', '001d', '000c', 0],
    ['ap 0(2,%r1),0(1,%r2)', '999c', '1c', '000c', 3],
    ['ap 0(2,%r1),0(1,%r2)', '999d', '1d', '000d', 3],
    ['ap 0(1,%r1),0(3,%r2)', '1c', '00002c', '3c', 2],
    ['sp 0(2,%r1),0(2,%r2)', '001f', '002a', '001d', 1],
    ['zap 0(5,%r1),0(3,%r2)', '1234567890', '38460d', '000038460d', 1],
    ['zap 0(2,%r1),0(1,%r2)', 'ffff', '0b', '000c', 0],
    ['cp 0(4,%r1),0(3,%r2)', '1725356d', '72142d', '1725356d', 1],
    ['cp 0(1,%r1),0(2,%r2)', '0c', '000d', '0c', 0],
    ['mp 0(5,%r1),0(2,%r2)', '000038460d', '321d', '012345660c', 0],
    ['mp 0(2,%r1),0(1,%r2)', '000d', '5c', '000d', 0],
    ['dp 0(5,%r1),0(2,%r2)', '012345678c', '321d', '38460d018c', 0],
    ['srp 0(6,%r1),3,0', '00012345678c', '', '12345678000c', 2],
    ['srp 0(5,%r1),60,5', '001234567d', '', '000000123d', 1],
    ['srp 0(2,%r1),63,5', '005d', '', '001d', 1],
    ['srp 0(2,%r1),63,5', '004d', '', '000c', 0],
    ['srp 0(2,%r1),1,0', '123c', '', '230c', 3],
  ] as const)('%s of %s and %s', (instruction, first, second, result, cc) => {
    const padded = second === '' ? '00' : second;
    succeeds(instruction, first, padded, result, cc);
  });

  test('decimal overflow interrupts when the program mask says so, after the result is stored', () => {
    expect(perform('ap 0(2,%r1),0(1,%r2)', '999c', '1c', true)).toEqual({ first: '000c', cc: 3, code: 0x0a });
  });

  test.each([
    ['ap 0(2,%r1),0(1,%r2)', '9a9c', '1c', 7],
    ['ap 0(2,%r1),0(1,%r2)', '9990', '1c', 7],
    ['mp 0(2,%r1),0(1,%r2)', '100c', '1c', 7],
    ['mp 0(2,%r1),0(2,%r2)', '000c', '001c', 6],
    ['dp 0(2,%r1),0(1,%r2)', '001c', '0c', 0x0b],
    ['dp 0(2,%r1),0(1,%r2)', '100c', '1c', 0x0b],
    ['srp 0(2,%r1),1,10', '000c', '00', 7],
  ] as const)('%s of %s and %s is interrupted and changes nothing', (instruction, first, second, code) => {
    expect(perform(instruction, first, second)).toMatchObject({ first, code });
  });
});

describe('formats', () => {
  test.each([
    ['unpk 0(5,%r1),0(3,%r2)', '0000000000', '12345d', 'f1f2f3f4d5', 0],
    ['pack 0(5,%r1),0(5,%r2)', '0000000000', 'f1f2f3f4c5', '000012345c', 0],
    ['mvo 0(4,%r1),0(3,%r2)', '7788990c', '123456', '0123456c', 0],
    ['pka 0(%r1),0(4,%r2)', '00'.repeat(16), '31323334', `${'00'.repeat(13)}01234c`, 0],
    ['unpka 0(4,%r1),0(%r2)', '00000000', `${'00'.repeat(13)}01234d`, '31323334', 1],
    ['mvcin 0(3,%r1),2(%r2)', '000000', '010203', '030201', 0],
    ['tp 0(2,%r1)', '1a2c', '00', '1a2c', 2],
    ['tp 0(2,%r1)', '1a21', '00', '1a21', 3],
  ] as const)('%s of %s and %s', succeeds);

  test.each([
    ['cvb %r3,0(%r2)\n st %r3,0(%r1)', '00000000', '000000000025594c', '000063fa'],
    ['cvbg %r3,0(%r2)\n stg %r3,0(%r1)', '0000000000000000', '0000000000009223372036854775808d', '8000000000000000'],
    ['lg %r3,0(%r2)\n cvdg %r3,0(%r1)', '00'.repeat(16), '8000000000000000', '0000000000009223372036854775808d'],
  ])('%s', (instruction, first, second, result) => {
    expect(perform(instruction, first, second)).toMatchObject({ first: result, code: 0 });
  });
});
