import type { Cpu } from './cpu.ts';
import { extensionOf, type Field, type FieldName, FORMATS } from './formats.ts';
import type { Row } from './row.ts';

/** An instruction as a plain function sees it: its fields by name. One object serves a CPU; its contents change with each instruction. */
export class Instruction {
  row!: Row;
  readonly #cpu: Cpu;
  /** Offset of its bytes in linear memory. */
  #offset = 0;

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
  }

  at(row: Row, offset: number): this {
    this.row = row;
    this.#offset = offset;
    return this;
  }

  get length(): number {
    return FORMATS[this.row.format].length;
  }

  byte(n: number): number {
    return this.#cpu.configuration.storage.bytes[this.#offset + n]!;
  }

  /** An unsigned field. */
  field(name: FieldName): number {
    const fields: Partial<Record<FieldName, Field>> = FORMATS[this.row.format].fields;
    return this.#bits(fields[name]!);
  }

  #bits([bit, width]: Field): number {
    const last = bit + width - 1;
    // No field has more than 32 bits or lies in more than four bytes.
    let value = 0;
    for (let i = bit >> 3; i <= last >> 3; i++) value = (value << 8) | this.byte(i);
    value >>>= 7 - (last & 7);
    return width === 32 ? value : value & ((1 << width) - 1);
  }

  /** A signed field. */
  signed(name: FieldName): number {
    const fields: Partial<Record<FieldName, readonly [number, number]>> = FORMATS[this.row.format].fields;
    const value = this.field(name);
    const limit = 2 ** (fields[name]![1] - 1);
    return value >= limit ? value - 2 * limit : value;
  }

  get r1(): number {
    return this.field('r1');
  }
  get r2(): number {
    return this.field('r2');
  }
  get r3(): number {
    return this.field('r3');
  }
  get m3(): number {
    return this.field('m3');
  }

  /** Number of a vector register. */
  #vector(name: 'v1' | 'v2' | 'v3' | 'v4'): number {
    const fields: Partial<Record<FieldName, Field>> = FORMATS[this.row.format].fields;
    const place = fields[name]!;
    return this.#bits(place) + 16 * this.#bits(extensionOf(place));
  }
  get v1(): number {
    return this.#vector('v1');
  }
  get v2(): number {
    return this.#vector('v2');
  }
  get v3(): number {
    return this.#vector('v3');
  }
  get v4(): number {
    return this.#vector('v4');
  }

  /**
   * Base register of operand n, whose access register counts in access-register mode: B, or R for register operands; 0 for none.
   * 16 and above stand for general registers that the instruction implies.
   */
  baseOf(operand: number): number {
    if (operand >= 16) return operand - 16;
    const fields: Partial<Record<FieldName, unknown>> = FORMATS[this.row.format].fields;
    const base = `b${operand}` as FieldName;
    if (fields[base]) return this.field(base);
    const register = `r${operand}` as FieldName;
    return fields[register] ? this.field(register) : 0;
  }

  /** Operand address before wrapping: base + index + displacement. */
  #sum(operand: 1 | 2 | 4): bigint {
    const fields: Partial<Record<FieldName, unknown>> = FORMATS[this.row.format].fields;
    const contents = (n: number): bigint => (n === 0 ? 0n : this.#cpu.gr[n]!);
    let sum = BigInt(this.field(`d${operand}`));
    if (operand !== 4 && fields[`h${operand}`]) sum += BigInt(this.signed(`h${operand}`) * 4096);
    sum += contents(this.field(`b${operand}`));
    if (operand === 2 && fields.x2) sum += contents(this.field('x2'));
    return sum;
  }

  /** Address of a storage operand, in the current addressing mode. */
  address(operand: 1 | 2 | 4): bigint {
    return this.#sum(operand) & this.#cpu.addressMask;
  }

  /** Second-operand address that is not used to address storage: the low 64 bits as they are. */
  value(operand: 1 | 2 | 4): bigint {
    return this.#sum(operand) & 0xffff_ffff_ffff_ffffn;
  }
}
