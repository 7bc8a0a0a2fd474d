import { extensionOf, type FieldName, FORMATS, type Format } from '../../../src/cpu/formats.ts';
import { type Operand, putField, putOpcode, syntaxOf } from '../../../src/cpu/operands.ts';
import type { Row } from '../../../src/cpu/row.ts';

/** A storage operand, by the names of the fields that make its address and length. */
export interface StorageOperand {
  readonly displacement: FieldName;
  /** The displacement has twenty bits and a sign. */
  readonly long: boolean;
  readonly base: FieldName;
  readonly index: FieldName | undefined;
  /** A field with length minus one. */
  readonly length: FieldName | undefined;
  /** A field that names the vector register of which an element is the index. */
  readonly vectorIndex: FieldName | undefined;
  /** A field that names the general register with the true length. */
  readonly lengthRegister: FieldName | undefined;
}

/** The operands of a row, sorted by what a case has to prepare for each. */
export interface Operands {
  readonly storage: readonly StorageOperand[];
  /** Fields that name registers. */
  readonly registers: readonly FieldName[];
  /** Masks and immediates. */
  readonly values: readonly FieldName[];
  /** Halfword-scaled relative addresses. */
  readonly relative: readonly FieldName[];
}

const storageOperand = (operand: Extract<Operand, { kind: 'storage' }>): StorageOperand => {
  const inner = (kind: string) => (operand.inner?.kind === kind ? operand.inner.field.name : undefined);
  return {
    displacement: operand.displacement.name,
    long: operand.high !== undefined,
    base: operand.base.name,
    index: inner('index'),
    length: inner('length'),
    lengthRegister: inner('register'),
    vectorIndex: inner('vector'),
  };
};

export const operandsOf = (row: Row): Operands => {
  const { operands } = syntaxOf(row);
  const fields = (kind: string) => operands.flatMap((operand) => (operand.kind === kind && 'field' in operand ? [operand.field.name] : []));
  return {
    storage: operands.flatMap((operand) => (operand.kind === 'storage' ? [storageOperand(operand)] : [])),
    registers: fields('register'),
    values: fields('immediate'),
    relative: fields('relative'),
  };
};

/** Opcode and fields as instruction bytes. A long displacement is one number in d1 or d2. */
export const encode = (row: Pick<Row, 'opcode' | 'format'>, fields: Readonly<Partial<Record<FieldName, number>>>): Uint8Array => {
  const format: Format = FORMATS[row.format];
  const bytes = new Uint8Array(format.length);
  for (const [name, place] of Object.entries(format.fields)) {
    const value = name === 'h1' ? (fields.d1 ?? 0) >> 12 : name === 'h2' ? (fields.d2 ?? 0) >> 12 : fields[name as FieldName];
    // A place may have a second name that is not used here.
    if (value === undefined) continue;
    putField(bytes, place, value);
    if (name.startsWith('v')) putField(bytes, extensionOf(place), value >> 4);
  }
  putOpcode(bytes, format, row.opcode);
  return bytes;
};
