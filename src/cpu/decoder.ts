import { FORMATS, lengthOf, type OpcodePlace } from './formats.ts';
import type { Row } from './row.ts';
import { ROWS } from './rows/index.ts';

/** The part of an operation code beyond the first byte. */
const opcodeRest = (place: OpcodePlace, bytes: Uint8Array, start: number): number => {
  if (place === 'byte') return 0;
  if (place === 'nibble') return bytes[start + 1]! & 15;
  return bytes[start + (place === 'halfword' ? 1 : 5)]!;
};

interface Group {
  readonly place: OpcodePlace;
  readonly rows: Map<number, Row>;
}

const keyOf = (row: Row): readonly [first: number, rest: number] => [
  Number.parseInt(row.opcode.slice(0, 2), 16),
  Number.parseInt(row.opcode.slice(2) || '0', 16),
];

const addRow = (groups: Map<number, Group>, row: Row): void => {
  const { opcode: place, length } = FORMATS[row.format];
  const [first, rest] = keyOf(row);
  if (lengthOf(first) !== length) throw new Error(`${row.mnemonic}: opcode ${row.opcode} cannot have the length of format ${row.format}`);
  const group = groups.get(first) ?? { place, rows: new Map() };
  const [other] = group.rows.values();
  if (group.place !== place) throw new Error(`${row.mnemonic} and ${other?.mnemonic} place their operation codes differently`);
  const twin = group.rows.get(rest);
  if (twin !== undefined) throw new Error(`${row.mnemonic} and ${twin.mnemonic} have the same operation code ${row.opcode}`);
  group.rows.set(rest, row);
  groups.set(first, group);
};

/** Finds the row of an instruction that begins at `start`; `undefined`: an operation exception, or too few bytes to tell. */
export type FindRow = (bytes: Uint8Array, start?: number) => Row | undefined;

/** A decoder for these rows. Throws a plain Error when two of them overlap or an opcode contradicts its format. */
export const createFindRow = (rows: readonly Row[]): FindRow => {
  const groups = new Map<number, Group>();
  for (const row of rows) addRow(groups, row);
  return (bytes, start = 0) => {
    const first = bytes[start];
    if (first === undefined || start + lengthOf(first) > bytes.length) return undefined;
    const group = groups.get(first);
    return group?.rows.get(opcodeRest(group.place, bytes, start));
  };
};

/** {@link FindRow} over every row of zhint. */
export const findRow: FindRow = createFindRow(ROWS);
