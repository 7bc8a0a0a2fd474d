import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFindRow, findRow } from '../../src/cpu/decoder.ts';
import { disassemble } from '../../src/cpu/disassembler.ts';
import { FORMATS, type Format, lengthOf } from '../../src/cpu/formats.ts';
import { findForm } from '../../src/cpu/mnemonics.ts';
import { getField, putField, syntaxOf } from '../../src/cpu/operands.ts';
import type { Row } from '../../src/cpu/row.ts';
import { ROWS } from '../../src/cpu/rows/index.ts';
import { assemble } from '../../src/guest/assembler/assemble.ts';
import { encode, operandFields } from '../instructions.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const text = (hex: string, address = 0n): string => disassemble(bytesOf(hex), address).text;

describe('decoder', () => {
  test('no two rows overlap, and every opcode has the length of its format', () => {
    expect(() => createFindRow(ROWS)).not.toThrow();
  });

  test('two rows with one operation code are refused', () => {
    const row = findForm('lr')!.row;
    expect(() => createFindRow([row, { ...row, mnemonic: 'other' }])).toThrow('other and lr have the same operation code 18');
  });

  test('a row whose opcode has another length than its format is refused', () => {
    const row = findForm('lr')!.row;
    expect(() => createFindRow([{ ...row, format: 'RRE' }])).toThrow('opcode 18 cannot have the length of format RRE');
  });

  test('every row is found by its own bytes', () => {
    for (const row of ROWS) expect(findRow(encode(row, [])), row.mnemonic).toBe(row);
  });

  test('an instruction that the bytes cut off is not found', () => {
    for (const row of ROWS) expect(findRow(encode(row, []).subarray(0, -1)), row.mnemonic).toBeUndefined();
  });

  test('every mnemonic stands once', () => {
    expect(new Set(ROWS.map((row) => row.mnemonic)).size).toBe(ROWS.length);
  });

  test('fields of a format neither overlap each other nor the opcode', () => {
    for (const [name, { length, fields, opcode }] of Object.entries<Format>(FORMATS)) {
      const used = new Uint8Array(length * 8);
      const places = [...new Map(Object.values(fields).map((place) => [place[0], place])).values()];
      const opcodes = { byte: [[0, 8]], nibble: [[0, 8], [12, 4]], halfword: [[0, 16]], last: [[0, 8], [40, 8]] }[opcode]; // biome-ignore format: a table
      for (const [bit, width] of [...opcodes, ...places] as [number, number][]) {
        for (let at = bit; at < bit + width; at++) used[at]!++;
      }
      expect(
        used.every((count) => count <= 1),
        name,
      ).toBe(true);
    }
  });
});

describe('disassembler', () => {
  test.each([
    ['1812', 'lr\t%r1,%r2'],
    ['58123004', 'l\t%r1,4(%r2,%r3)'],
    ['58103004', 'l\t%r1,4(%r3)'],
    ['58130004', 'l\t%r1,4(%r3,%r0)'],
    ['58100004', 'l\t%r1,4'],
    ['e3123ffbff04', 'lg\t%r1,-5(%r2,%r3)'],
    ['d20410002000', 'mvc\t0(5,%r1),0(%r2)'],
    ['d2ff00000000', 'mvc\t0(256,%r0),0'],
    ['0700', 'nopr'],
    ['0707', 'nopr\t%r7'],
    ['07fe', 'br\t%r14'],
    ['4780101f', 'be\t31(%r1)'],
    ['a718ffff', 'lhi\t%r1,-1'],
  ])('%s is %s', (hex, expected) => {
    expect(text(hex)).toBe(expected);
  });

  test.each([
    ['a7740004', 0x1000n, 'jne\t0x1008'],
    ['a774fffe', 0x1000n, 'jne\t0xffc'],
    ['a774fffe', 0n, 'jne\t0xfffffffffffffffc'],
    ['c0f480000000', 0x100000000n, 'jg\t0x0'],
  ])('%s at %s is %s', (hex, address, expected) => {
    expect(text(hex, address)).toBe(expected);
  });

  test('names targets when it is told how', () => {
    const symbol = (address: bigint): string | undefined => (address === 0x1008n ? 'loop' : undefined);
    expect(disassemble(bytesOf('a7740004'), 0x1000, { symbol }).text).toBe('jne\t1008 <loop>');
    expect(disassemble(bytesOf('a7740006'), 0x1000, { symbol }).text).toBe('jne\t0x100c');
  });

  test.each([
    ['000000000000', '.long\t0x00000000', 4],
    ['0000', '.short\t0x0000', 2],
    ['00', '.byte\t0x00', 1],
    ['b90810120000', '.long\t0xb9081012', 4],
  ])('%s is no instruction: %s', (hex, expected, length) => {
    expect(disassemble(bytesOf(hex), 0)).toEqual({ text: expected, length });
  });

  test('reads from an offset', () => {
    expect(disassemble(bytesOf('07071812'), 2, { start: 2 })).toMatchObject({ text: 'lr\t%r1,%r2', length: 2 });
  });

  test('never fails, and never takes more bytes than there are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 8 }), (bytes) => {
        const { length, row } = disassemble(bytes, 0);
        expect(length).toBeGreaterThan(0);
        expect(length).toBeLessThanOrEqual(bytes.length);
        if (row !== undefined) expect(length).toBe(lengthOf(bytes[0]!));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe('fields', () => {
  test('what is put is what is got, and nothing else changes', () => {
    const place = fc
      .integer({ min: 0, max: 47 })
      .chain((bit) => fc.tuple(fc.constant(bit), fc.integer({ min: 1, max: Math.min(32, 48 - bit) })));
    fc.assert(
      fc.property(place, fc.nat(2 ** 31 - 1), fc.uint8Array({ minLength: 6, maxLength: 6 }), ([bit, width], number, bytes) => {
        const value = number % 2 ** width;
        const changed = bytes.slice();
        putField(changed, [bit, width], value);
        expect(getField(changed, [bit, width])).toBe(value);
        putField(changed, [bit, width], getField(bytes, [bit, width]));
        expect(changed).toEqual(bytes);
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});

/** Targets of relative operands must lie within what an expression can say: addresses wrap in hardware, sources do not. */
const MIDDLE = 0x1_0000_0000n;
const atMiddle = (bytes: Uint8Array): string =>
  disassemble(bytes, MIDDLE).text.replaceAll(/0x([0-9a-f]+)/g, (_, target: string) => `.+(0x${target}-0x${MIDDLE.toString(16)})`);

describe('round trip', () => {
  test.each(ROWS.map((row): [string, Row] => [row.mnemonic, row]))('%s: assembled from its disassembly', (_, row) => {
    const values = fc.tuple(...operandFields(syntaxOf(row)).map(({ place }) => fc.nat(2 ** Math.min(place[1], 32) - 1)));
    fc.assert(
      fc.property(values, (fields) => {
        const bytes = encode(row, fields);
        const again = assemble(atMiddle(bytes), 'row.s').segments[0]!.bytes.subarray(0, bytes.length);
        expect(Buffer.from(again).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
      }),
      { seed: 3, numRuns: 40 },
    );
  });
});
