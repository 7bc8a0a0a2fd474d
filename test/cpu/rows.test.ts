import { describe, expect, it } from 'vitest';
import { type Field, FORMATS, type Format, lengthOf, type OpcodePlace } from '../../src/cpu/formats.ts';
import { assignSlots, generateInterpreter } from '../../src/cpu/interpreter.ts';
import { parseOperands, templateOf } from '../../src/cpu/operands.ts';
import type { Row } from '../../src/cpu/row.ts';
import { ROWS } from '../../src/cpu/rows/index.ts';

const formatOf = (row: Row): Format => FORMATS[row.format];
const nameOf = (row: Row): string => `${row.mnemonic} (${row.opcode}, ${row.format})`;

/** Hexadecimal digits of an operation code, by where the format has it. */
const DIGITS: Readonly<Record<OpcodePlace, number>> = { byte: 2, nibble: 3, halfword: 4, last: 4 };

/** The bits of an instruction that its operation code takes. */
const OPCODE_BITS: Readonly<Record<OpcodePlace, readonly Field[]>> = {
  byte: [[0, 8]],
  nibble: [
    [0, 8],
    [12, 4],
  ],
  halfword: [[0, 16]],
  last: [
    [0, 8],
    [40, 8],
  ],
};

/** The operation code as a mask and a value over the whole instruction: what a decoder must see. */
const patternOf = (row: Row): { readonly mask: bigint; readonly value: bigint } => {
  let mask = 0n;
  let value = 0n;
  let digits = row.opcode;
  for (const [bit, width] of OPCODE_BITS[formatOf(row).opcode]) {
    const shift = BigInt(48 - bit - width);
    mask |= ((1n << BigInt(width)) - 1n) << shift;
    value |= BigInt(`0x${digits.slice(0, width / 4)}`) << shift;
    digits = digits.slice(width / 4);
  }
  return { mask, value };
};

/** Two operation codes overlap when some instruction begins with both. */
const overlap = (a: Row, b: Row): boolean => {
  const [one, other] = [patternOf(a), patternOf(b)];
  return ((one.value ^ other.value) & one.mask & other.mask) === 0n;
};

/** The fields that an operand template names, with the letters that name their kind. */
const namesIn = (template: string): string[] => template.match(/[a-z]\d?/g) ?? [];

describe('the rows', () => {
  it.each(ROWS.map((row) => [nameOf(row), row] as const))('%s: opcode, length and operands fit the format', (_, row) => {
    const format = formatOf(row);
    expect(row.opcode).toMatch(/^[0-9a-f]+$/);
    expect(row.opcode).toHaveLength(DIGITS[format.opcode]);
    expect(lengthOf(Number.parseInt(row.opcode.slice(0, 2), 16))).toBe(format.length);
    // Registers and masks may share a field under the number that both have; the parser knows, and throws for a field that the format lacks.
    expect(() => parseOperands(format, templateOf(row))).not.toThrow();
    expect(new Set(namesIn(templateOf(row))).size).toBe(namesIn(templateOf(row)).length);
  });

  it.each(ROWS.map((row) => [nameOf(row), row] as const))('%s: has one meaning, or none when SIE always hands it over', (_, row) => {
    expect([row.meaning, row.plain].filter((meaning) => meaning !== undefined)).toHaveLength(row.intercept === 'always' ? 0 : 1);
    expect(row.title).not.toBe('');
  });

  it('do not overlap', () => {
    const overlaps = ROWS.flatMap((a, index) =>
      ROWS.slice(index + 1)
        .filter((b) => overlap(a, b))
        .map((b) => `${nameOf(a)} and ${nameOf(b)}`),
    );
    expect(overlaps).toEqual([]);
  });

  it('have mnemonics of their own', () => {
    const mnemonics = ROWS.map((row) => row.mnemonic);
    expect(mnemonics.filter((mnemonic, index) => mnemonics.indexOf(mnemonic) !== index)).toEqual([]);
  });

  it('make a valid module', () => {
    expect(() => new WebAssembly.Module(generateInterpreter(assignSlots(ROWS)))).not.toThrow();
  });
});

describe('the formats', () => {
  it.each(Object.entries<Format>(FORMATS))('%s: default operands name its fields, and fields leave the opcode alone', (_, format) => {
    expect(() => parseOperands(format, format.operands)).not.toThrow();
    for (const [bit, width] of Object.values(format.fields)) {
      expect(bit + width).toBeLessThanOrEqual(format.length * 8);
      for (const [opcodeBit, opcodeWidth] of OPCODE_BITS[format.opcode]) {
        expect(bit + width <= opcodeBit || opcodeBit + opcodeWidth <= bit).toBe(true);
      }
    }
  });
});
