import { CELL } from '../layout.ts';
import { type Flow, type Helpers, type I32, type I64, Meaning } from '../meaning.ts';
import type { Register } from '../registers.ts';
import type { Row } from '../row.ts';
import type { FunctionWriter } from '../wasm.ts';
import { i32Const, i64Const, localGet, localSet, OP } from '../wasm.ts';
import type { RegisterLocals } from './register-locals.ts';

/** Thrown where an instruction cannot be written for compiled code; the interpreter executes it. */
export class NotCompilable extends Error {}

/** Repetitions of so few rounds are written out. */
const MOST_ROUNDS = 16;
const HIGH_WORD = 0xffff_ffff_0000_0000n;

/**
 * The vocabulary for one instruction whose bytes are known: fields are constants, so that it is known which registers it uses, and those and
 * the condition code are kept in locals. Only for the 64-bit addressing mode.
 */
export class CompiledMeaning extends Meaning {
  readonly #bytes: Uint8Array;
  readonly #locals: RegisterLocals;

  /** @param bytes of the instruction, @param offset of the instruction in linear memory */
  constructor(row: Row, fn: FunctionWriter, helpers: Helpers, flow: Flow, bytes: Uint8Array, offset: number, locals: RegisterLocals) {
    super(row, fn, helpers, flow, localGet(0), i32Const(offset));
    this.#bytes = bytes;
    this.#locals = locals;
  }

  override byte(n: number): I32 {
    return this.i32(this.#bytes[n]!);
  }
  protected override halfword(n: number): I32 {
    return this.i32((this.#bytes[n]! << 8) | this.#bytes[n + 1]!);
  }
  protected override word(n: number): I32 {
    return this.i32((this.#bytes[n]! << 24) | (this.#bytes[n + 1]! << 16) | (this.#bytes[n + 2]! << 8) | this.#bytes[n + 3]!);
  }

  // ---- general registers -----------------------------------------------------------------------------------------------

  override gr64(r: Register | number, plus = 0): I64 {
    return this.#gr(this.#number(r, plus));
  }
  override gr32(r: Register | number, plus = 0): I32 {
    return this.low(this.#gr(this.#number(r, plus)));
  }
  override grHigh(r: Register | number, plus = 0): I32 {
    return this.high(this.#gr(this.#number(r, plus)));
  }
  override setGr64(r: Register | number, value: I64, plus = 0): void {
    this.#set(this.#number(r, plus), value.code);
  }
  override setGr32(r: Register | number, value: I32, plus = 0): void {
    this.#setLow(this.#number(r, plus), value);
  }
  override setGrHigh(r: Register | number, value: I32, plus = 0): void {
    this.#setHigh(this.#number(r, plus), value);
  }
  protected override grNumbered(number: I32): I64 {
    return this.#gr(constantOf(number));
  }
  override grAt(number: I32): I64 {
    return this.#gr(constantOf(number) & 15);
  }
  override setGr64At(number: I32, value: I64): void {
    this.#set(constantOf(number) & 15, value.code);
  }
  override setGr32At(number: I32, value: I32): void {
    this.#setLow(constantOf(number) & 15, value);
  }
  override setGrHighAt(number: I32, value: I32): void {
    this.#setHigh(constantOf(number) & 15, value);
  }

  #number(r: Register | number, plus: number): number {
    return ((typeof r === 'number' ? r : constantOf(this.unsigned(r))) + plus) & 15;
  }

  /** A copy, because the register may change before the value is used. */
  #gr(n: number): I64 {
    return this.value('i64', localGet(this.#locals.use(n)));
  }
  #set(n: number, value: readonly number[]): void {
    this.emit(value, localSet(this.#locals.change(n)));
  }
  #setLow(n: number, value: I32): void {
    const before = localGet(this.#locals.use(n));
    this.#set(n, [...before, ...i64Const(HIGH_WORD), OP.i64.and, ...value.code, OP.i64.extend_i32_u, OP.i64.or]);
  }
  #setHigh(n: number, value: I32): void {
    const before = localGet(this.#locals.use(n));
    this.#set(n, [
      ...before,
      OP.i32.wrap,
      OP.i64.extend_i32_u,
      ...value.code,
      OP.i64.extend_i32_u,
      ...i64Const(32n),
      OP.i64.shl,
      OP.i64.or,
    ]);
  }

  // ---- the rest of the CPU ---------------------------------------------------------------------------------------------

  override cc(): I32 {
    return this.#locals.knownCode ?? this.value('i32', localGet(this.#locals.code));
  }
  override setCc(value: I32 | number): void {
    const code = typeof value === 'number' ? this.i32(value) : value;
    this.emit(code.code, localSet(this.#locals.changeCode()));
    // What is set in a branch is not known behind it.
    this.#locals.knownCode = this.depth === 0 ? code : undefined;
  }

  override cell64(offset: number): I64 {
    return offset === CELL.CONTEXT ? { type: 'i64', code: localGet(this.#locals.context) } : super.cell64(offset);
  }

  override wrapAddress(address: I64): I64 {
    return address;
  }
  override link(r: Register): void {
    this.setGr64(r, this.nextAddress());
  }

  override times(count: I32, body: (index: I32) => void): void {
    if (count.constant === undefined || count.constant > MOST_ROUNDS) super.times(count, body);
    else for (let n = 0; n < count.constant; n++) body(this.i32(n));
  }
}

const constantOf = (value: I32): number => {
  if (value.constant === undefined) throw new NotCompilable('the number of a register is computed');
  return value.constant;
};
