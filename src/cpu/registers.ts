import { extensionOf, type FieldName, FORMATS, type Format } from './formats.ts';
import { CELL } from './layout.ts';
import type { Row } from './row.ts';
import { type I32, type I64, Values } from './values.ts';
import { type FunctionWriter, i32Const, MEM, memory, OP } from './wasm.ts';

export type Register = 'r1' | 'r2' | 'r3';
export type VectorRegister = 'v1' | 'v2' | 'v3' | 'v4';
/** The left and the right doubleword of a vector register. */
export type Half = 0 | 1;

/** Loads and stores of elements by size in bytes. */
const ELEMENT = {
  1: { load: MEM.i64.load8_u, store: MEM.i64.store8 },
  2: { load: MEM.i64.load16_u, store: MEM.i64.store16 },
  4: { load: MEM.i64.load32_u, store: MEM.i64.store32 },
  8: { load: MEM.i64.load, store: MEM.i64.store },
} as const;

/** What an instruction says and the registers it names: its fields, general, floating-point and access registers, the CPU's cells. */
export class Registers extends Values {
  readonly row: Row;
  readonly format: Format;
  /** Code that puts the offset of the CPU block, and that of the instruction, on the stack. */
  readonly cpu: readonly number[];
  readonly ip: readonly number[];
  readonly #bytes = new Map<string, I32>();
  /** Structured blocks opened since the row began; flows need it to find the central loop. */
  depth = 0;

  constructor(row: Row, fn: FunctionWriter, cpu: readonly number[], ip: readonly number[]) {
    super(fn);
    this.row = row;
    this.format = FORMATS[row.format];
    this.cpu = cpu;
    this.ip = ip;
  }

  // ---- fields of the instruction -------------------------------------------------------------------------------------

  /** An immediate or displacement field as a signed number. */
  signed(name: FieldName): I32 {
    const [bit, width] = this.field(name);
    const byte = bit >> 3;
    if (width === 8) return this.signExtend8(this.byte(byte));
    if (width === 16) return this.signExtend16(this.halfword(byte));
    if (width === 32) return this.word(byte);
    throw new Error(`${this.row.mnemonic}: no signed field of ${width} bits`);
  }

  /** A field as an unsigned number: immediates of 8, 16, 32 bits, masks, register numbers, lengths. */
  unsigned(name: FieldName): I32 {
    const [bit, width] = this.field(name);
    const byte = bit >> 3;
    if (width === 8) return this.byte(byte);
    if (width === 16) return this.halfword(byte);
    if (width === 32) return this.word(byte);
    if (width === 4) return bit & 4 ? this.and(this.byte(byte), 15) : this.shrU(this.byte(byte), 4);
    throw new Error(`${this.row.mnemonic}: no unsigned field of ${width} bits`);
  }

  /** Byte n of the instruction. */
  byte(n: number): I32 {
    return this.once(`byte${n}`, () => this.value('i32', this.ip, memory(MEM.i32.load8_u, n)));
  }
  protected halfword(n: number): I32 {
    return this.swap16(this.value('i32', this.ip, memory(MEM.i32.load16_u, n)));
  }
  protected word(n: number): I32 {
    return this.swap32(this.value('i32', this.ip, memory(MEM.i32.load, n)));
  }

  // ---- registers -----------------------------------------------------------------------------------------------------

  /** General register; `plus` reaches the odd register of a pair (PoP: the even number is the guard's business). */
  gr64(r: Register | number, plus = 0): I64 { return this.value('i64', this.cell(r, plus), memory(MEM.i64.load, CELL.GR)); }
  /** Bits 32-63. */
  gr32(r: Register | number, plus = 0): I32 { return this.value('i32', this.cell(r, plus), memory(MEM.i32.load, CELL.GR)); }
  /** Bits 0-31. */
  grHigh(r: Register | number, plus = 0): I32 { return this.value('i32', this.cell(r, plus), memory(MEM.i32.load, CELL.GR + 4)); }
  setGr64(r: Register | number, value: I64, plus = 0): void { this.emit(this.cell(r, plus), value.code, memory(MEM.i64.store, CELL.GR)); }
  /** Bits 32-63; bits 0-31 stay. */
  setGr32(r: Register | number, value: I32, plus = 0): void { this.emit(this.cell(r, plus), value.code, memory(MEM.i32.store, CELL.GR)); }
  setGrHigh(r: Register | number, value: I32, plus = 0): void { this.emit(this.cell(r, plus), value.code, memory(MEM.i32.store, CELL.GR + 4)); }

  /** A general register by its number. */
  protected grNumbered(number: I32): I64 {
    return this.value('i64', this.cpu, number.code, i32Const(3), OP.i32.shl, OP.i32.add, memory(MEM.i64.load, CELL.GR));
  }
  /** A general register whose number is computed; counts modulo 16. */
  grAt(number: I32): I64 { return this.value('i64', this.indexed(number, 3), memory(MEM.i64.load, CELL.GR)); }
  setGr64At(number: I32, value: I64): void { this.emit(this.indexed(number, 3), value.code, memory(MEM.i64.store, CELL.GR)); }
  setGr32At(number: I32, value: I32): void { this.emit(this.indexed(number, 3), value.code, memory(MEM.i32.store, CELL.GR)); }
  setGrHighAt(number: I32, value: I32): void { this.emit(this.indexed(number, 3), value.code, memory(MEM.i32.store, CELL.GR + 4)); }

  /** A control register whose number is computed; counts modulo 16. */
  crAt(number: I32): I64 { return this.value('i64', this.indexed(number, 3), memory(MEM.i64.load, CELL.CR)); }

  /** Floating-point register: all 64 bits, or the short form in bits 0-31. Guard with {@link needFpr} first. */
  fpr64(r: Register): I64 { return this.value('i64', this.scaled(r, 4), memory(MEM.i64.load, CELL.VR)); }
  fpr32(r: Register): I32 { return this.value('i32', this.scaled(r, 4), memory(MEM.i32.load, CELL.VR + 4)); }
  setFpr64(r: Register, value: I64): void { this.emit(this.scaled(r, 4), value.code, memory(MEM.i64.store, CELL.VR)); }
  setFpr32(r: Register, value: I32): void { this.emit(this.scaled(r, 4), value.code, memory(MEM.i32.store, CELL.VR + 4)); }

  vr64(v: VectorRegister, half: Half): I64 { return this.value('i64', this.vectorCell(v).code, memory(MEM.i64.load, CELL.VR + 8 * half)); }
  setVr64(v: VectorRegister, half: Half, value: I64): void { this.emit(this.vectorCell(v).code, value.code, memory(MEM.i64.store, CELL.VR + 8 * half)); }
  /** A vector register whose number is computed; counts modulo 32. */
  vr64At(number: I32, half: Half): I64 { return this.value('i64', this.#vectorIndexed(number), memory(MEM.i64.load, CELL.VR + 8 * half)); }
  setVr64At(number: I32, half: Half, value: I64): void { this.emit(this.#vectorIndexed(number), value.code, memory(MEM.i64.store, CELL.VR + 8 * half)); }

  /** Number of a vector register. */
  vectorNumber(v: VectorRegister): I32 {
    return this.once(`${v}#`, () => {
      const [bit] = extensionOf(this.field(v));
      return this.or(this.unsigned(v), this.shl(this.and(this.byte(4), 0x80 >> (bit & 7)), bit - 35));
    });
  }

  /** Offset of a vector register's cell, less {@link CELL.VR}. */
  vectorCell(v: VectorRegister): I32 {
    return this.once(`${v}*16`, () => this.value('i32', this.shl(this.vectorNumber(v), 4).code, this.cpu, OP.i32.add));
  }
  #vectorIndexed(number: I32): readonly number[] {
    return this.value('i32', this.shl(this.and(number, 31), 4).code, this.cpu, OP.i32.add).code;
  }

  /** An element of a vector register, 1 to 8 bytes, by its index from the left, which must be in range; unsigned. */
  element(size: 1 | 2 | 4 | 8, v: VectorRegister, index: I32): I64 {
    return this.value('i64', this.#elementCell(size, v, index), memory(ELEMENT[size].load, CELL.VR));
  }
  /** Replaces an element by the low bits of a value. */
  setElement(size: 1 | 2 | 4 | 8, v: VectorRegister, index: I32, value: I64): void {
    this.emit(this.#elementCell(size, v, index), value.code, memory(ELEMENT[size].store, CELL.VR));
  }
  /** The bytes of a doubleword lie in reverse order. */
  #elementCell(size: 1 | 2 | 4 | 8, v: VectorRegister, index: I32): readonly number[] {
    return this.add(this.vectorCell(v), this.xor(this.mul(index, size), 8 - size)).code;
  }

  ar(r: Register): I32 { return this.value('i32', this.scaled(r, 2), memory(MEM.i32.load, CELL.AR)); }
  setAr(r: Register, value: I32): void { this.emit(this.scaled(r, 2), value.code, memory(MEM.i32.store, CELL.AR)); }
  arAt(number: I32): I32 { return this.value('i32', this.indexed(number, 2), memory(MEM.i32.load, CELL.AR)); }
  setArAt(number: I32, value: I32): void { this.emit(this.indexed(number, 2), value.code, memory(MEM.i32.store, CELL.AR)); }

  /** A cell of the CPU block; see layout.ts. */
  cell32(offset: number): I32 { return this.value('i32', this.cpu, memory(MEM.i32.load, offset)); }
  cell64(offset: number): I64 { return this.value('i64', this.cpu, memory(MEM.i64.load, offset)); }
  setCell32(offset: number, value: I32): void { this.emit(this.cpu, value.code, memory(MEM.i32.store, offset)); }
  setCell64(offset: number, value: I64): void { this.emit(this.cpu, value.code, memory(MEM.i64.store, offset)); }

  // ---- for what builds on this -----------------------------------------------------------------------------------------

  protected nested(body: () => void): void {
    // Bytes of the instruction that are first looked at inside a branch are unknown outside it.
    const known = [...this.#bytes];
    this.depth++;
    body();
    this.depth--;
    this.#bytes.clear();
    for (const [key, value] of known) this.#bytes.set(key, value);
  }

  protected once(key: string, make: () => I32): I32 {
    const known = this.#bytes.get(key);
    if (known) return known;
    const made = make();
    this.#bytes.set(key, made);
    return made;
  }

  protected field(name: FieldName): readonly [number, number] {
    const field = (this.format.fields as Partial<Record<FieldName, readonly [number, number]>>)[name];
    if (!field) throw new Error(`${this.row.mnemonic}: format ${this.row.format} has no field ${name}`);
    return field;
  }

  /** Address, relative to the CPU block's cells, of a register field's number times 2^scale. */
  protected scaled(r: Register | number, scale: number): readonly number[] {
    if (typeof r === 'number') return [...this.cpu, ...i32Const(r << scale), OP.i32.add];
    return this.once(`${r}*${scale}`, () => {
      const [bit] = this.field(r);
      const byte = this.byte(bit >> 3);
      const number = bit & 4 ? this.shl(this.and(byte, 15), scale) : this.shrU(this.and(byte, 0xf0), 4 - scale);
      return this.value('i32', number.code, this.cpu, OP.i32.add);
    }).code;
  }

  protected cell(r: Register | number, plus: number): readonly number[] {
    const base = this.scaled(r, 3);
    return plus === 0 ? base : [...base, ...i32Const(plus * 8), OP.i32.add];
  }

  protected indexed(number: I32, scale: number): readonly number[] {
    return this.value('i32', this.shl(this.and(number, 15), scale).code, this.cpu, OP.i32.add).code;
  }

  protected sum(operand: 1 | 2 | 4): I64 {
    const { fields } = this.format as { fields: Partial<Record<string, readonly [number, number]>> };
    const [bit] = fields[`d${operand}`]!;
    const byte = bit >> 3;
    const low = this.or(this.shl(this.and(this.byte(byte), 15), 8), this.byte(byte + 1));
    const displacement = fields[`h${operand}`] ? this.or(this.shl(this.signExtend8(this.byte(4)), 12), low) : low;
    let sum = this.signExtend(displacement);
    for (const name of [`b${operand}`, `x${operand}`] as FieldName[]) {
      if (!fields[name]) continue;
      const number = this.unsigned(name);
      if (number.constant !== 0) sum = this.add(sum, this.select(number, this.grNumbered(number), 0));
    }
    return sum;
  }
}
