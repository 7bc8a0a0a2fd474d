import { type FunctionWriter, i32Const, i64Const, localGet, localSet, OP, SWAP64 } from './wasm.ts';

/** A 32-bit value: a constant or a local, computed when it was written down and never changed afterwards. */
export interface I32 {
  readonly type: 'i32';
  readonly code: readonly number[];
  /** The number, signed, where it is known when the code is written. */
  readonly constant?: number;
  /** Of a condition code: writes whether a branch mask selects it, in terms of what it was made from. */
  readonly matches?: (mask: number) => I32;
}
/** A 64-bit value, likewise. */
export interface I64 {
  readonly type: 'i64';
  readonly code: readonly number[];
}
export type Value = I32 | I64;

/** Values and what is computed from them. Each computation is written down at its call and its result kept in a local of its own. */
export class Values {
  readonly fn: FunctionWriter;

  constructor(fn: FunctionWriter) {
    this.fn = fn;
  }

  // ---- values -------------------------------------------------------------------------------------------------------

  i32(value: number): I32 {
    return { type: 'i32', code: i32Const(value), constant: value | 0 };
  }

  i64(value: bigint | number): I64 {
    return { type: 'i64', code: i64Const(BigInt(value)) };
  }

  add<V extends Value>(a: V, b: V | number): V { return this.binary('add', a, b); }
  sub<V extends Value>(a: V, b: V | number): V { return this.binary('sub', a, b); }
  mul<V extends Value>(a: V, b: V | number): V { return this.binary('mul', a, b); }
  /** Divisions trap in WebAssembly on a zero divisor and on the largest negative number by -1: guard first. */
  divS<V extends Value>(a: V, b: V | number): V { return this.binary('div_s', a, b); }
  divU<V extends Value>(a: V, b: V | number): V { return this.binary('div_u', a, b); }
  remS<V extends Value>(a: V, b: V | number): V { return this.binary('rem_s', a, b); }
  remU<V extends Value>(a: V, b: V | number): V { return this.binary('rem_u', a, b); }
  and<V extends Value>(a: V, b: V | number): V { return this.binary('and', a, b); }
  or<V extends Value>(a: V, b: V | number): V { return this.binary('or', a, b); }
  xor<V extends Value>(a: V, b: V | number): V { return this.binary('xor', a, b); }
  /** Shift amounts count modulo the width. */
  shl<V extends Value>(a: V, b: V | number): V { return this.binary('shl', a, b); }
  shrU<V extends Value>(a: V, b: V | number): V { return this.binary('shr_u', a, b); }
  shrS<V extends Value>(a: V, b: V | number): V { return this.binary('shr_s', a, b); }
  rotl<V extends Value>(a: V, b: V | number): V { return this.binary('rotl', a, b); }
  eq<V extends Value>(a: V, b: V | number): I32 { return this.compare('eq', a, b); }
  ne<V extends Value>(a: V, b: V | number): I32 { return this.compare('ne', a, b); }
  ltS<V extends Value>(a: V, b: V | number): I32 { return this.compare('lt_s', a, b); }
  ltU<V extends Value>(a: V, b: V | number): I32 { return this.compare('lt_u', a, b); }
  gtS<V extends Value>(a: V, b: V | number): I32 { return this.compare('gt_s', a, b); }
  gtU<V extends Value>(a: V, b: V | number): I32 { return this.compare('gt_u', a, b); }
  leS<V extends Value>(a: V, b: V | number): I32 { return this.compare('le_s', a, b); }
  leU<V extends Value>(a: V, b: V | number): I32 { return this.compare('le_u', a, b); }
  geS<V extends Value>(a: V, b: V | number): I32 { return this.compare('ge_s', a, b); }
  geU<V extends Value>(a: V, b: V | number): I32 { return this.compare('ge_u', a, b); }
  isZero(a: Value): I32 { return this.#fold('eq', a, 0) ?? this.value('i32', a.code, OP[a.type].eqz); }
  clz<V extends Value>(a: V): V { return this.unary('clz', a); }
  popcnt<V extends Value>(a: V): V { return this.unary('popcnt', a); }
  neg<V extends Value>(a: V): V { return this.binary('sub', this.constant(a.type, 0) as V, a); }
  not<V extends Value>(a: V): V { return this.binary('xor', a, -1); }

  /** `condition` nonzero: a, else b. */
  select<V extends Value>(condition: I32, a: V, b: V | number): V {
    if (condition.constant !== undefined) return condition.constant !== 0 ? a : (this.valueOf(a.type, b) as V);
    return this.value(a.type, a.code, this.as(a.type, b), condition.code, OP.select) as V;
  }

  /** Low 32 bits. */
  low(a: I64): I32 { return this.value('i32', a.code, OP.i32.wrap); }
  /** High 32 bits. */
  high(a: I64): I32 { return this.low(this.shrU(a, 32)); }
  /** A 64-bit value from its halves. */
  pair(high: I32, low: I32): I64 { return this.or(this.shl(this.zeroExtend(high), 32), this.zeroExtend(low)); }
  signExtend(a: I32): I64 { return a.constant === undefined ? this.value('i64', a.code, OP.i64.extend_i32_s) : this.i64(a.constant); }
  zeroExtend(a: I32): I64 { return a.constant === undefined ? this.value('i64', a.code, OP.i64.extend_i32_u) : this.i64(a.constant >>> 0); }
  /** The low 8 or 16 bits of a, with sign. */
  signExtend8(a: I32): I32 { return a.constant === undefined ? this.value('i32', a.code, OP.i32.extend8_s) : this.i32((a.constant << 24) >> 24); }
  signExtend16(a: I32): I32 { return a.constant === undefined ? this.value('i32', a.code, OP.i32.extend16_s) : this.i32((a.constant << 16) >> 16); }

  /** Bytes in reverse order. */
  swap16(a: I32): I32 { return this.or(this.shl(this.and(a, 0xff), 8), this.and(this.shrU(a, 8), 0xff)); }
  swap32(a: I32): I32 {
    return this.or(this.rotl(this.and(a, 0x00ff00ff), 24), this.and(this.rotl(a, 8), 0x00ff00ff));
  }
  swap64(a: I64): I64 { return this.value('i64', a.code, SWAP64); }

  // ---- code ----------------------------------------------------------------------------------------------------------

  /** Writes raw code. */
  emit(...parts: readonly (number | readonly number[])[]): void {
    this.fn.emit(...parts);
  }

  /** Writes code that leaves a value on the stack, and keeps the value. */
  value<T extends Value['type']>(type: T, ...code: readonly (number | readonly number[])[]): T extends 'i32' ? I32 : I64 {
    this.fn.emit(...code);
    const index = this.fn.local(type);
    this.fn.emit(localSet(index));
    return { type, code: localGet(index) } as Value as T extends 'i32' ? I32 : I64;
  }

  protected variable<V extends Value>(initial: V): { index: number; value: V } {
    const index = this.fn.local(initial.type);
    this.emit(initial.code, localSet(index));
    return { index, value: { type: initial.type, code: localGet(index) } as unknown as V };
  }

  protected constant(type: 'i32' | 'i64', value: number): Value {
    return type === 'i32' ? this.i32(value) : this.i64(value);
  }

  protected as(type: 'i32' | 'i64', value: Value | number): readonly number[] {
    return typeof value === 'number' ? this.constant(type, value).code : value.code;
  }

  protected valueOf(type: 'i32' | 'i64', value: Value | number): Value {
    return typeof value === 'number' ? this.constant(type, value) : value;
  }

  protected binary<V extends Value>(name: Arithmetic, a: V, b: V | number): V {
    const folded = this.#fold(name, a, b);
    if (folded) return folded as V;
    return this.value(a.type, a.code, this.as(a.type, b), OP[a.type][name]) as V;
  }

  protected compare(name: Comparison, a: Value, b: Value | number): I32 {
    const folded = this.#fold(name, a, b);
    if (folded) return folded;
    return this.value('i32', a.code, this.as(a.type, b), OP[a.type][name]);
  }

  protected unary<V extends Value>(name: 'clz' | 'popcnt', a: V): V {
    return this.value(a.type, a.code, OP[a.type][name]) as V;
  }

  /** What is known of both operands when the code is written needs no code. */
  #fold(name: Arithmetic | Comparison, a: Value, b: Value | number): I32 | undefined {
    if (a.type !== 'i32' || a.constant === undefined) return undefined;
    const second = typeof b === 'number' ? b : b.type === 'i32' ? b.constant : undefined;
    const fold = FOLD[name];
    return second === undefined || !fold ? undefined : this.i32(Number(fold(a.constant, second | 0)));
  }
}

/** The operations on signed 32-bit numbers. Divisions and rotations are left to the machine. */
const FOLD: Partial<Record<Arithmetic | Comparison, (a: number, b: number) => number | boolean>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: Math.imul,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << b,
  shr_u: (a, b) => a >>> b,
  shr_s: (a, b) => a >> b,
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt_s: (a, b) => a < b,
  gt_s: (a, b) => a > b,
  le_s: (a, b) => a <= b,
  ge_s: (a, b) => a >= b,
  lt_u: (a, b) => a >>> 0 < b >>> 0,
  gt_u: (a, b) => a >>> 0 > b >>> 0,
  le_u: (a, b) => a >>> 0 <= b >>> 0,
  ge_u: (a, b) => a >>> 0 >= b >>> 0,
};

type Arithmetic = 'add' | 'sub' | 'mul' | 'div_s' | 'div_u' | 'rem_s' | 'rem_u' | 'and' | 'or' | 'xor' | 'shl' | 'shr_u' | 'shr_s' | 'rotl';
type Comparison = 'eq' | 'ne' | 'lt_s' | 'lt_u' | 'gt_s' | 'gt_u' | 'le_s' | 'le_u' | 'ge_s' | 'ge_u';
