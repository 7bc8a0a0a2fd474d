import { findRow } from './decoder.ts';
import type { Field, FormatName } from './formats.ts';
import { printedForms } from './mnemonics.ts';
import { getField, getPlaced, type Operand, type PlacedField, type Syntax, syntaxOf } from './operands.ts';
import type { Row } from './row.ts';

/** One line of disassembly. */
export interface Disassembled {
  /** Mnemonic, tab, operands: the text of `objdump -d`. */
  readonly text: string;
  /** Bytes that the text stands for. */
  readonly length: number;
  /** The instruction; absent where the text is data. */
  readonly row?: Row;
}

export interface DisassemblerOptions {
  /** Offset in `bytes` of the instruction; 0 by default. */
  readonly start?: number;
  /** The name to print for a target address, such as `loop+0x4`; absent or undefined: the address alone. */
  readonly symbol?: (address: bigint) => string | undefined;
}

const signed = (value: number, width: number): number => (value >= 2 ** (width - 1) ? value - 2 ** width : value);

const LAST_ADDRESS_BITS = 64;

/** Unassigned bits that objdump does not look at; in every other place it takes a one for a sign that this is no instruction. */
const OVERLOOKED: Readonly<Partial<Record<FormatName, Field>>> = {
  'RRF-a': [20, 4],
  'RIE-b': [36, 4],
  'RIE-d': [36, 4],
  'RIE-e': [32, 8],
  SI: [8, 8],
};

const RXB: Field = [36, 4];

/** The bits that neither the operation code nor an operand uses, and that must be zero for objdump. */
const spareFields = (row: Row): Field[] => {
  const syntax = syntaxOf(row);
  const used = new Uint8Array(syntax.format.length * 8);
  const use = (field: PlacedField | undefined): void => {
    for (const [bit, width] of [field?.place, field?.extension].filter((place) => place !== undefined)) used.fill(1, bit, bit + width);
  };
  // It does not look at RXB either, except for registers that are there.
  const [bit, width] = row.format.startsWith('V') ? RXB : (OVERLOOKED[row.format] ?? [0, 0]);
  used.fill(1, bit, bit + width);
  used.fill(1, 0, syntax.format.opcode === 'halfword' ? 16 : 8);
  if (syntax.format.opcode === 'nibble') used.fill(1, 12, 16);
  if (syntax.format.opcode === 'last') used.fill(1, 40, 48);
  for (const operand of syntax.operands) {
    if (operand.kind !== 'storage') use(operand.field);
    else for (const field of [operand.displacement, operand.high, operand.inner?.field, operand.base]) use(field);
  }
  return [...used.keys()].filter((bit) => used[bit] === 0).map((bit) => [bit, 1]);
};

const spares = new WeakMap<Row, Field[]>();

/** Like objdump, take an instruction with ones in unassigned bits for data, although the machine ignores most of them. */
const hasSpareOnes = (row: Row, bytes: Uint8Array, start: number): boolean => {
  let fields = spares.get(row);
  if (fields === undefined) {
    fields = spareFields(row);
    spares.set(row, fields);
  }
  return fields.some((field) => getField(bytes, field, start) !== 0);
};

const data = (bytes: Uint8Array, start: number): Disassembled => {
  const rest = bytes.length - start;
  const [name, length] = rest >= 4 ? ['.long', 4] : rest >= 2 ? ['.short', 2] : ['.byte', 1];
  const digits = Array.from(bytes.subarray(start, start + length), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { text: `${name}\t0x${digits}`, length };
};

/** The operands of one instruction as text. */
interface Printing {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly address: bigint;
  readonly fixed: Syntax['fixed'];
  readonly symbol: DisassemblerOptions['symbol'];
}

/** A field's value without the bits that the mnemonic stands for. */
const fieldValue = (p: Printing, field: PlacedField): number => {
  const value = getPlaced(p.bytes, field, p.start);
  const fixed = p.fixed.find(({ place }) => place[0] === field.place[0]);
  return fixed === undefined ? value : value & ~fixed.mask;
};

const relativeText = (p: Printing, field: PlacedField): string => {
  const halfwords = signed(fieldValue(p, field), field.place[1]);
  const target = BigInt.asUintN(LAST_ADDRESS_BITS, p.address + 2n * BigInt(halfwords));
  const name = p.symbol?.(target);
  return name === undefined ? `0x${target.toString(16)}` : `${target.toString(16)} <${name}>`;
};

const storageText = (p: Printing, operand: Operand & { kind: 'storage' }): string => {
  const low = fieldValue(p, operand.displacement);
  const high = operand.high;
  const displacement = high === undefined ? low : signed(fieldValue(p, high), high.place[1]) * 2 ** operand.displacement.place[1] + low;
  const base = fieldValue(p, operand.base);
  const inner = operand.inner;
  const value = inner === undefined ? 0 : fieldValue(p, inner.field);
  const plain = inner === undefined || ((inner.kind === 'index' || inner.kind === 'vector') && value === 0);
  if (plain) return base === 0 ? `${displacement}` : `${displacement}(%r${base})`;
  return `${displacement}(${inner.kind === 'length' ? value + 1 : `%${inner.kind === 'vector' ? 'v' : 'r'}${value}`},%r${base})`;
};

const operandText = (p: Printing, operand: Operand): string => {
  if (operand.kind === 'storage') return storageText(p, operand);
  if (operand.kind === 'relative') return relativeText(p, operand.field);
  const value = fieldValue(p, operand.field);
  if (operand.kind === 'register') return `%${operand.class}${value}`;
  return `${operand.signed ? signed(value, operand.field.place[1]) : value}`;
};

/** Operands to print: without the optional ones at the end that are zero. */
const shownOperands = (p: Printing, operands: readonly Operand[]): readonly Operand[] => {
  let count = operands.length;
  for (; count > 0; count--) {
    const last = operands[count - 1]!;
    if (last.kind === 'storage' || !last.optional || fieldValue(p, last.field) !== 0) break;
  }
  return operands.slice(0, count);
};

const matches = (fixed: Syntax['fixed'], bytes: Uint8Array, start: number): boolean =>
  fixed.every(({ place, mask, value }) => (getField(bytes, place, start) & mask) === value);

/**
 * The instruction at `bytes[options.start]`, which lies at `address`, as `objdump -d` of GNU binutils 2.40 prints it: extended mnemonic
 * where there is one, mnemonic and operands divided by a tab, targets of relative addresses in hexadecimal.
 * Bytes that are no instruction become `.long`, `.short` or `.byte`.
 */
export const disassemble = (bytes: Uint8Array, address: bigint | number, options: DisassemblerOptions = {}): Disassembled => {
  const start = options.start ?? 0;
  const row = findRow(bytes, start);
  if (row === undefined || hasSpareOnes(row, bytes, start)) return data(bytes, start);
  const extended = printedForms(row).find((form) => matches(form.syntax.fixed, bytes, start));
  const { mnemonic, syntax } = extended ?? { mnemonic: row.mnemonic, syntax: syntaxOf(row) };
  const p: Printing = { bytes, start, address: BigInt(address), fixed: syntax.fixed, symbol: options.symbol };
  const operands = shownOperands(p, syntax.operands).map((operand) => operandText(p, operand));
  const text = operands.length === 0 ? mnemonic : `${mnemonic}\t${operands.join(',')}`;
  return { text, length: syntax.format.length, row };
};
