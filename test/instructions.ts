import { type Field, FORMATS, type Format } from '../src/cpu/formats.ts';
import { type PlacedField, putOpcode, putPlaced, type Syntax, syntaxOf } from '../src/cpu/operands.ts';
import type { Row } from '../src/cpu/row.ts';

/** Instructions for tests: the fields of a row, and encodings with chosen values in them. */

/** A seeded source of numbers from 0 (inclusive) to 1 (exclusive): mulberry32. */
const random = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** The fields that the operands of an instruction fill. */
export const operandFields = (syntax: Syntax): PlacedField[] =>
  syntax.operands.flatMap((operand) => {
    if (operand.kind !== 'storage') return [operand.field];
    const { displacement, high, inner, base } = operand;
    return [displacement, high, inner?.field, base].filter((field) => field !== undefined);
  });

/** A row's bytes with these values in its operand fields, in the order of {@link operandFields}; spare bits are zero. */
export const encode = (row: Row, values: readonly number[]): Uint8Array => {
  const format: Format = FORMATS[row.format];
  const bytes = new Uint8Array(format.length);
  putOpcode(bytes, format, row.opcode);
  for (const [index, field] of operandFields(syntaxOf(row)).entries()) putPlaced(bytes, field, values[index] ?? 0);
  return bytes;
};

/** The bits that neither the operation code nor an operand of the row uses. */
export const spareBits = (row: Row): number[] => {
  const { length, opcode }: Format = FORMATS[row.format];
  const used = new Set<number>();
  const use = ([bit, width]: Field): void => {
    for (let at = bit; at < bit + width; at++) used.add(at);
  };
  use([0, opcode === 'halfword' ? 16 : 8]);
  if (opcode === 'nibble') use([12, 4]);
  if (opcode === 'last') use([40, 8]);
  for (const { place, extension } of operandFields(syntaxOf(row))) {
    use(place);
    if (extension !== undefined) use(extension);
  }
  return Array.from({ length: length * 8 }, (_, bit) => bit).filter((bit) => !used.has(bit));
};

const highest = ({ place: [, width], extension }: PlacedField): number => 2 ** (extension === undefined ? width : width + 1) - 1;

/** Values worth trying in a field: ends, signs, and registers that begin pairs (multiples of 4 serve floating-point pairs too). */
const edges = (field: PlacedField): number[] => {
  const most = highest(field);
  return [0, most, Math.floor(most / 2), Math.floor(most / 2) + 1, 1, 2, 4, 8].filter((value) => value <= most);
};

/** `count` encodings of a row: all fields zero, each edge in all fields, then random mixes of edges and random values. */
export const encodings = (row: Row, count: number, seed: number): Uint8Array[] => {
  const fields = operandFields(syntaxOf(row));
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const list: Uint8Array[] = [];
  for (let round = 0; round < 8; round++)
    list.push(
      encode(
        row,
        fields.map((field) => edges(field)[round] ?? 4),
      ),
    );
  while (list.length < count) {
    const values = fields.map((field) => {
      if (next() < 0.3) return pick(edges(field));
      if (next() < 0.5) return Math.floor(next() * (highest(field) + 1));
      return 4 * Math.floor(next() * ((highest(field) + 1) / 4));
    });
    list.push(encode(row, values));
  }
  return list;
};
