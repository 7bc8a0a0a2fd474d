import type { ExtendedMnemonic } from './extended-mnemonics.ts';
import { extensionOf, type Field, type FieldName, FORMATS, type Format } from './formats.ts';
import type { Row } from './row.ts';

/**
 * The operands of an instruction, read once from the template text of its format or row (see {@link Format.operands}).
 * The assembler and the disassembler both work on these, so neither knows any instruction by name.
 */

/** `r` general, `f` floating-point, `a` access, `c` control, `v` vector register. */
export type RegisterClass = 'r' | 'f' | 'a' | 'c' | 'v';

/** A field of an instruction by its place, with its name in the PoP. */
export interface PlacedField {
  readonly name: FieldName;
  readonly place: Field;
  /** The bit of RXB that is the highest of a vector register's number. */
  readonly extension?: Field;
}

/** What stands before the base register inside the parentheses of a storage operand. `length` fields hold the length less one. */
interface Inner {
  readonly kind: 'index' | 'length' | 'register' | 'vector';
  readonly field: PlacedField;
}

export type Operand =
  | { readonly kind: 'register'; readonly class: RegisterClass; readonly field: PlacedField; readonly optional: boolean }
  | { readonly kind: 'immediate'; readonly signed: boolean; readonly field: PlacedField; readonly optional: boolean }
  | { readonly kind: 'relative'; readonly field: PlacedField; readonly optional: boolean }
  | {
      readonly kind: 'storage';
      readonly displacement: PlacedField;
      /** The high eight bits of a long, signed displacement. */
      readonly high?: PlacedField;
      readonly inner?: Inner;
      readonly base: PlacedField;
      readonly optional: boolean;
    };

/** What the assembler and disassembler need of an instruction: a row or an extended mnemonic, or a form of `.insn`. */
export interface Syntax {
  readonly format: Format;
  readonly operands: readonly Operand[];
  /** Bits that the name itself stands for. */
  readonly fixed: readonly FixedBits[];
  /** A register field that repeats another one. */
  readonly repeated?: { readonly field: PlacedField; readonly as: PlacedField };
}

/** The bits under `mask` of the field at `place` are `value`. */
export interface FixedBits {
  readonly place: Field;
  readonly mask: number;
  readonly value: number;
}

const KIND_OF_LETTER: Readonly<Record<string, RegisterClass>> = { r: 'r', f: 'f', a: 'a', c: 'c', v: 'v' };

/** A field with its place, and that of its extension where it is a vector register's. */
const placed = (name: FieldName, place: Field): PlacedField =>
  name.startsWith('v') ? { name, place, extension: extensionOf(place) } : { name, place };

/** The field of this name, or else the one with the same number in the same place: row syntax may call R1 a mask, or M3 a register. */
const fieldOf = (format: Format, name: string): PlacedField => {
  const names = [name, ...['r', 'm', 'i', 'x', 'l'].map((letter) => letter + name.slice(1))];
  for (const candidate of names) {
    const place = format.fields[candidate as FieldName];
    if (place !== undefined) return placed(candidate as FieldName, place);
  }
  throw new Error(`operand ${name} has no field in its format`);
};

const INNER_KINDS: Readonly<Record<string, Inner['kind']>> = { l: 'length', x: 'index', v: 'vector' };

const storageOperand = (format: Format, text: string, optional: boolean): Operand => {
  const [, displacementName, innerName, baseName] = /^(d\d)\((?:(\w+),)?(b\d)\)$/.exec(text) ?? [];
  if (displacementName === undefined || baseName === undefined) throw new Error(`operand template ${text} is not understood`);
  const highName = `h${displacementName.slice(1)}` as FieldName;
  const highPlace = format.fields[highName];
  const kind = INNER_KINDS[innerName?.[0] ?? ''] ?? 'register';
  return {
    kind: 'storage',
    displacement: fieldOf(format, displacementName),
    ...(highPlace === undefined ? {} : { high: { name: highName, place: highPlace } }),
    ...(innerName === undefined ? {} : { inner: { kind, field: fieldOf(format, innerName) } }),
    base: fieldOf(format, baseName),
    optional,
  };
};

const operandOf = (format: Format, template: string): Operand => {
  const optional = template.endsWith('?');
  const text = optional ? template.slice(0, -1) : template;
  if (text.includes('(')) return storageOperand(format, text, optional);
  const letter = text[0] ?? '';
  const registerClass = KIND_OF_LETTER[letter];
  if (registerClass !== undefined)
    return { kind: 'register', class: registerClass, field: fieldOf(format, registerClass === 'v' ? text : `r${text.slice(1)}`), optional };
  const field = fieldOf(format, letter === 'm' ? text : `i${text.slice(1)}`);
  if (letter === 'j') return { kind: 'relative', field, optional };
  if (letter === 'i' || letter === 'u' || letter === 'm') return { kind: 'immediate', signed: letter === 'i', field, optional };
  throw new Error(`operand template ${template} is not understood`);
};

/** Splits at the commas outside parentheses. */
const splitTemplate = (template: string): string[] => (template === '' ? [] : template.split(/,(?![^(]*\))/));

/** Reads an operand template such as `r1,d2(x2,b2)`. Throws a plain Error for a template that its format cannot hold: that is a defect of a row. */
export const parseOperands = (format: Format, template: string): Operand[] =>
  splitTemplate(template).map((text) => operandOf(format, text));

/** The operand template of a row: its own, or its format's. */
export const templateOf = (row: Row): string => row.operands ?? FORMATS[row.format].operands;

const syntaxes = new WeakMap<Row, Syntax>();

/** The operand syntax of a row, read once. */
export const syntaxOf = (row: Row): Syntax => {
  const known = syntaxes.get(row);
  if (known !== undefined) return known;
  const format: Format = FORMATS[row.format];
  const syntax = { format, operands: parseOperands(format, templateOf(row)), fixed: [] };
  syntaxes.set(row, syntax);
  return syntax;
};

/** The operand syntax of an extended mnemonic of this row: a field that the name fixes wholly, or repeats, is no operand any more. */
export const extendedSyntax = (row: Row, extended: ExtendedMnemonic): Syntax => {
  const { format, operands } = syntaxOf(row);
  const fixed = (extended.fixed ?? []).map(({ field, mask, value }) => ({ place: fieldOf(format, field).place, mask, value }));
  const [repeated, as] = (extended.repeats ?? []).map((name) => fieldOf(format, name));
  const repeats = repeated === undefined || as === undefined ? {} : { repeated: { field: repeated, as } };
  if (extended.operands !== undefined) return { format, operands: parseOperands(format, extended.operands), fixed, ...repeats };
  const whole = ({ place, mask }: FixedBits): boolean => mask === 2 ** place[1] - 1;
  const gone = (operand: Operand): boolean =>
    operand.kind !== 'storage' &&
    (fixed.some((bits) => whole(bits) && bits.place[0] === operand.field.place[0]) || operand.field.name === repeated?.name);
  return { format, operands: operands.filter((operand) => !gone(operand)), fixed, ...repeats };
};

/** The unsigned value of bits of an instruction; `place` counts from the left of its first byte. */
export const getField = (bytes: Uint8Array, place: Field, start = 0): number => {
  const [bit, width] = place;
  let value = 0;
  for (let at = bit; at < bit + width; ) {
    const take = Math.min(8 - (at & 7), bit + width - at);
    const part = (bytes[start + (at >> 3)]! >> (8 - (at & 7) - take)) & ((1 << take) - 1);
    value = value * 2 ** take + part;
    at += take;
  }
  return value;
};

/** A vector register's number, or any other field's value. */
export const getPlaced = (bytes: Uint8Array, { place, extension }: PlacedField, start = 0): number =>
  getField(bytes, place, start) + (extension === undefined ? 0 : 16 * getField(bytes, extension, start));

/** {@link putField} of a field that may have an extension. */
export const putPlaced = (bytes: Uint8Array, { place, extension }: PlacedField, value: number): void => {
  putField(bytes, place, value);
  if (extension !== undefined) putField(bytes, extension, value >> 4);
};

/** Sets bits of an instruction to the low bits of `value`, which may be negative. */
export const putField = (bytes: Uint8Array, place: Field, value: number): void => {
  const [bit, width] = place;
  let rest = value;
  for (let end = bit + width; end > bit; ) {
    const take = Math.min(((end - 1) & 7) + 1, end - bit);
    const part = ((rest % 2 ** take) + 2 ** take) % 2 ** take;
    const shift = (8 - (end & 7)) & 7;
    const index = (end - 1) >> 3;
    bytes[index] = (bytes[index]! & ~(((1 << take) - 1) << shift)) | (part << shift);
    rest = Math.floor(rest / 2 ** take);
    end -= take;
  }
};

/** Writes a row's operation code, as the PoP prints it, where its format has it. */
export const putOpcode = (bytes: Uint8Array, format: Format, opcode: string): void => {
  bytes[0] = Number.parseInt(opcode.slice(0, 2), 16);
  if (format.opcode === 'byte') return;
  const rest = Number.parseInt(opcode.slice(2), 16);
  if (format.opcode === 'halfword') bytes[1] = rest;
  else if (format.opcode === 'nibble') bytes[1] = (bytes[1]! & 0xf0) | rest;
  else bytes[5] = rest;
};
