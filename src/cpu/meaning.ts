import type { FieldName } from './formats.ts';
import { CELL, TLB, TLB_DELTA, TLB_INDEX, TLB_SHIFT, TLB_TAG, VECTOR_CONTROLS } from './layout.ts';
import { type Register, Registers } from './registers.ts';
import type { Row } from './row.ts';
import type { I32, I64, Value } from './values.ts';
import { BLOCK, branch, branchIf, call, ELSE, type FunctionWriter, IF, i32Const, LOOP, localGet, localSet, MEM, MEMORY_COPY, memory, OP } from './wasm.ts';

export type { I32, I64 } from './values.ts';

/** A logical address of a storage operand, already wrapped to the addressing mode. `operand` tells which of the instruction's operands it is (for access registers). */
export interface Address extends I64 {
  readonly operand: 1 | 2 | 4;
}
/** What a storage operand held and what it holds now. */
export interface Update<V extends I32 | I64> {
  readonly before: V;
  readonly after: V;
}
/** Functions of the module and of the host environment that meanings call; indices into the module's function space. */
export interface Helpers {
  /** (cpu, address, length | operand << 16) → offset in linear memory of that many readable bytes. */
  readonly read: number;
  /** (cpu, address, value, length | operand << 16): the whole store. */
  readonly write: number;
  /**
   * (cpu, address, length | operand << 16) → offset to write to; {@link commit} afterwards when the operand crossed a page.
   * A {@link read} of the same operand may come between.
   */
  readonly reserve: number;
  readonly commit: number;
  /** (cpu, code): raises a program interruption; does not return. */
  readonly programCheck: number;
  /** (cpu): instruction interception; does not return. */
  readonly intercept: number;
  /** (cpu): notes an instruction interception, in a fraction of the time of an exception; the instruction is left by resuming at 0. */
  readonly noteInterception: number;
  /** (cpu, row, ip) → offset of the next instruction, or 0 when PSW_IA holds its address. */
  readonly plain: number;
  /** (cpu, target, modifier, length, ip) → as plain. */
  readonly execute: number;
  /** (cpu, first address, second address, length - 1, operation): a storage-to-storage operation whose operands cross pages. → condition code. */
  readonly storageToStorage: number;
}

/** How the code being written goes on to another instruction; it differs between the central loop and called rows. */
export interface Flow {
  /** Code that notes which instruction executes and how many are left, for whoever is called, and brings the CPU block up to date. It leaves the stack as it is. */
  note(): readonly number[];
  /** Address that relative operands count from. */
  relativeBase(m: Meaning): I64;
  /** Address of the next sequential instruction. */
  nextAddress(m: Meaning): I64;
  /** Goes to the next sequential instruction. */
  next(m: Meaning): void;
  /** Goes to `halfwords` × 2 from the relative base when `taken`, else to the next instruction. */
  relative(m: Meaning, taken: I32, halfwords: I32): void;
  /** Goes to the address. */
  to(m: Meaning, address: I64): void;
  /** Goes to where a called helper said: an offset, or 0 when PSW_IA holds the address. */
  resume(m: Meaning, ip: I32): void;
}

/** Operations of the storage-to-storage family, as {@link Helpers.storageToStorage} numbers them. */
export const STORAGE_OPERATION = { move: 0, and: 1, or: 2, xor: 3, compare: 4 } as const;
export type StorageOperation = keyof typeof STORAGE_OPERATION;

/**
 * The vocabulary in which rows say what an instruction does. Calls take effect in the order in which they are made; each value is
 * computed at its call. A meaning checks and loads first and changes registers last, because a fault leaves at the load.
 */
export class Meaning extends Registers {
  readonly #helpers: Helpers;
  readonly #flow: Flow;
  #ended = false;

  constructor(row: Row, fn: FunctionWriter, helpers: Helpers, flow: Flow, cpu: readonly number[], ip: readonly number[]) {
    super(row, fn, cpu, ip);
    this.#helpers = helpers;
    this.#flow = flow;
  }

  /** Writes the guards that the row's traits ask for, its meaning, and the way to the next instruction. */
  write(index: number): void {
    const { row } = this;
    if (row.privileged) this.programCheckIf(0x02, this.and(this.cell32(CELL.PSW_MASK + 4), 0x0001_0000));
    if (row.vector) this.#needVector();
    if (row.intercept === 'always') {
      this.emit(this.#flow.note(), this.cpu, call(this.#helpers.noteInterception));
      this.#flow.resume(this, this.i32(0));
      return;
    }
    if (row.intercept) {
      this.if(this.and(this.cell32(CELL.ICTL), row.intercept.ictl), () => this.emit(this.#flow.note(), this.cpu, call(this.#helpers.intercept), 0x00));
    }
    if (row.plain) this.#writePlain(row, index);
    else {
      row.meaning!(this);
      if (!this.#ended) this.#flow.next(this);
    }
  }

  #writePlain({ shortcut }: Row, index: number): void {
    const callPlain = (): void =>
      this.#flow.resume(this, this.value('i32', this.#flow.note(), this.cpu, i32Const(index), this.ip, call(this.#helpers.plain)));
    if (!shortcut) {
      callPlain();
      return;
    }
    // Either way the CPU block is up to date.
    this.emit(this.#flow.note());
    const { applies, work } = shortcut(this);
    this.if(applies, work, callPlain);
    this.#flow.next(this);
  }

  // ---- condition code ------------------------------------------------------------------------------------------------

  cc(): I32 { return this.cell32(CELL.CC); }
  setCc(value: I32 | number): void { this.setCell32(CELL.CC, typeof value === 'number' ? this.i32(value) : value); }
  /** 0 zero, 1 negative, 2 positive. */
  ccSigned(a: Value): I32 { return this.ccCompareSigned(a, 0); }
  /** 0 zero, 1 not zero. */
  ccNonzero(a: Value): I32 {
    const code = this.ne(a, 0);
    return { ...code, matches: (mask) => (mask & 8 ? (mask & 4 ? this.i32(1) : this.isZero(a)) : mask & 4 ? code : this.i32(0)) };
  }
  /** 0 equal, 1 first low, 2 first high. */
  ccCompareSigned<V extends Value>(a: V, b: V | number): I32 {
    const code = this.or(this.ltS(a, b), this.shl(this.gtS(a, b), 1));
    return { ...code, matches: (mask) => this.#comparison(mask, a, b, 'S') };
  }
  ccCompareUnsigned<V extends Value>(a: V, b: V | number): I32 {
    const code = this.or(this.ltU(a, b), this.shl(this.gtU(a, b), 1));
    return { ...code, matches: (mask) => this.#comparison(mask, a, b, 'U') };
  }
  /** Whether the branch mask (bit 8 for code 0 … bit 1 for code 3) selects the condition code. */
  ccMatches(mask: I32): I32 { return this.codeMatches(mask, this.cc()); }
  /** Whether a mask selects a code of 0 to 3 that may be known by what it was made from. */
  codeMatches(mask: I32, code: I32): I32 {
    if (mask.constant === 0 || mask.constant === 15) return this.i32(mask.constant && 1);
    if (mask.constant !== undefined && code.matches) return code.matches(mask.constant);
    return this.and(this.shl(mask, code), 8);
  }

  /** Whether a mask selects the outcome of a comparison; the code is never 3. */
  #comparison<V extends Value>(mask: number, a: V, b: V | number, sign: 'S' | 'U'): I32 {
    switch (mask & 14) {
      case 0: return this.i32(0);
      case 8: return this.eq(a, b);
      case 4: return this[`lt${sign}`](a, b);
      case 2: return this[`gt${sign}`](a, b);
      case 12: return this[`le${sign}`](a, b);
      case 10: return this[`ge${sign}`](a, b);
      case 6: return this.ne(a, b);
      default: return this.i32(1);
    } // biome-ignore format: a table
  }

  /** Sets the condition code of a signed operation; on overflow it is 3 and a fixed-point-overflow interruption follows if the program mask asks for it. Call last: registers keep the result. */
  setCcOverflow(result: Value, overflow: I32): void {
    const code = this.select(overflow, this.i32(3), this.ccSigned(result));
    this.setCc({ ...code, matches: (mask) => this.select(overflow, this.i32(mask & 1), this.#comparison(mask, result, 0, 'S')) });
    this.fixedPointOverflowIf(overflow);
  }

  /** Raises the fixed-point-overflow interruption (completion) if `overflow` and the program mask has it. */
  fixedPointOverflowIf(overflow: I32): void {
    this.programCheckIf(0x08, this.and(overflow, this.shrU(this.cell32(CELL.PM), 3)));
  }

  // ---- storage -------------------------------------------------------------------------------------------------------

  /** Address of operand n from its base, index and displacement, in the current addressing mode. */
  address(operand: 1 | 2 | 4): Address {
    return { ...this.wrapAddress(this.sum(operand)), operand };
  }

  /** Wraps an address to the current addressing mode. */
  wrapAddress(address: I64): I64 { return this.and(address, this.cell64(CELL.ADDRESS_MASK)); }

  /** The contents of a register as an address. */
  registerAddress(r: Register, plus = 0): Address {
    return { ...this.wrapAddress(this.gr64(r, plus)), operand: r === 'r1' ? 1 : 2 };
  }

  /** A relative-long operand's address. */
  relativeAddress(name: FieldName): Address {
    const offset = this.shl(this.signExtend(this.signed(name)), 1);
    return { ...this.wrapAddress(this.add(this.#flow.relativeBase(this), offset)), operand: 2 };
  }

  /** The same address further on. */
  plus(address: Address, bytes: I64 | number): Address {
    return { ...this.wrapAddress(this.add(address as I64, bytes)), operand: address.operand };
  }

  /** Second-operand address as a shift amount or other small number: its low six bits. */
  shiftAmount(): I32 { return this.and(this.low(this.sum(2)), 63); }

  load8(address: Address): I32 { return this.value('i32', this.#readable(address, 1).code, memory(MEM.i32.load8_u, 0)); }
  load16(address: Address): I32 { return this.swap16(this.value('i32', this.#readable(address, 2).code, memory(MEM.i32.load16_u, 0))); }
  load32(address: Address): I32 { return this.swap32(this.value('i32', this.#readable(address, 4).code, memory(MEM.i32.load, 0))); }
  load64(address: Address): I64 { return this.swap64(this.value('i64', this.#readable(address, 8).code, memory(MEM.i64.load, 0))); }
  store8(address: Address, value: I32): void { this.#store(address, 1, value); }
  store16(address: Address, value: I32): void { this.#store(address, 2, value); }
  store32(address: Address, value: I32): void { this.#store(address, 4, value); }
  store64(address: Address, value: I64): void { this.#store(address, 8, value); }

  /**
   * Makes `length` (1-256) bytes readable and returns the offset in linear memory of a contiguous copy or of the bytes themselves.
   * Read them with {@link peek8} and its kin.
   */
  readBlock(address: Address, length: I32): I32 {
    const last = this.add(address as I64, this.zeroExtend(this.sub(length, 1)));
    return this.#translate(address, last, TLB_TAG.read, [...this.#meta(address, length), ...call(this.#helpers.read)]);
  }

  /** Makes `length` (1-256) bytes writable, lets `body` write them all at the offset it is given, and stores them. */
  writeBlock(address: Address, length: I32, body: (offset: I32) => void): void {
    const last = this.add(address as I64, this.zeroExtend(this.sub(length, 1)));
    const offset = this.#translate(address, last, TLB_TAG.write, [...this.#meta(address, length), ...call(this.#helpers.reserve)]);
    body(offset);
    this.#commit(offset);
  }

  /**
   * Makes `length` bytes writable with their contents in place, lets `body` read and write them at the offset it is given, and stores them.
   * For operands that are fetched and stored as one access: it is a store for protection and for the fault, whatever `body` does.
   */
  updateBlock(address: Address, length: number, body: (offset: I32) => void): void {
    const last = length === 1 ? address : this.add(address as I64, length - 1);
    const meta = this.#meta(address, length);
    const reserved = this.fn.local('i32');
    // After the store has been found possible, so is the fetch. An operand that crosses a page end is put together for both.
    const offset = this.#translate(address, last, TLB_TAG.write, [
      ...meta, ...call(this.#helpers.reserve), ...localSet(reserved),
      ...localGet(reserved), ...this.cpu, ...address.code, ...meta, ...call(this.#helpers.read), ...i32Const(length), ...MEMORY_COPY,
      ...localGet(reserved),
    ]);
    body(offset);
    if (length > 1) this.#commit(offset);
  }

  /** {@link updateBlock} of one number, in terms of what becomes of it. */
  update8(address: Address, change: (before: I32) => I32): Update<I32> {
    return this.#update(address, 1, (at) => this.peek8(at), change, (at, value) => this.poke8(at, value));
  }
  update32(address: Address, change: (before: I32) => I32): Update<I32> {
    return this.#update(address, 4, (at) => this.peek32(at), change, (at, value) => this.poke32(at, value));
  }
  update64(address: Address, change: (before: I64) => I64): Update<I64> {
    return this.#update(address, 8, (at) => this.peek64(at), change, (at, value) => this.poke64(at, value));
  }

  /** Bytes at an offset of linear memory, as storage orders them. */
  peek8(offset: I32, at = 0): I32 { return this.value('i32', offset.code, memory(MEM.i32.load8_u, at)); }
  peek32(offset: I32, at = 0): I32 { return this.swap32(this.value('i32', offset.code, memory(MEM.i32.load, at))); }
  peek64(offset: I32, at = 0): I64 { return this.swap64(this.value('i64', offset.code, memory(MEM.i64.load, at))); }
  poke8(offset: I32, value: I32, at = 0): void { this.emit(offset.code, value.code, memory(MEM.i32.store8, at)); }
  poke32(offset: I32, value: I32, at = 0): void { this.emit(offset.code, this.swap32(value).code, memory(MEM.i32.store, at)); }
  copyBytes(to: I32, from: I32, length: I32): void { this.emit(to.code, from.code, length.code, MEMORY_COPY); }
  poke64(offset: I32, value: I64, at = 0): void { this.emit(offset.code, this.swap64(value).code, memory(MEM.i64.store, at)); }

  /** A storage-to-storage operation on `last` + 1 bytes, byte by byte from the left as far as anyone can tell. Returns the condition code (0 for move). */
  storageToStorage(operation: StorageOperation, first: Address, second: Address, last: I32): I32 {
    const result = this.variable(this.i32(0));
    const slow = (): void =>
      this.emit(
        this.#flow.note(), this.cpu, first.code, second.code, last.code, i32Const(STORAGE_OPERATION[operation]),
        call(this.#helpers.storageToStorage), localSet(result.index),
      );
    const span = this.zeroExtend(last);
    const hit1 = this.#lookup(first, this.add(first as I64, span), operation === 'compare' ? TLB_TAG.read : TLB_TAG.write);
    const hit2 = this.#lookup(second, this.add(second as I64, span), TLB_TAG.read);
    this.if(this.and(hit1.hit, hit2.hit), () => {
      const value = this.#bulk(operation, hit1.offset(), hit2.offset(), this.add(last, 1));
      if (value) this.emit(value.code, localSet(result.index));
    }, slow);
    return result.value;
  }

  // ---- control flow --------------------------------------------------------------------------------------------------

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    if (condition.constant !== undefined) {
      if (condition.constant !== 0) then();
      else otherwise?.();
      return;
    }
    this.emit(condition.code, IF);
    this.nested(then);
    if (otherwise) {
      this.emit(ELSE);
      this.nested(otherwise);
    }
    this.emit(OP.end);
  }

  /** Repeats `body` with a counter from 0 up to, not including, `count` (at least once). */
  times(count: I32, body: (index: I32) => void): void {
    const index = this.variable(this.i32(0));
    this.emit(LOOP);
    this.nested(() => {
      body(index.value);
      this.emit(index.value.code, i32Const(1), OP.i32.add, localSet(index.index), index.value.code, count.code, OP.i32.lt_u, branchIf(0));
    });
    this.emit(OP.end);
  }

  /** Raises a program interruption when `condition` is nonzero. */
  programCheckIf(code: number, condition: I32): void {
    this.if(condition, () => this.emit(this.#flow.note(), this.cpu, i32Const(code), call(this.#helpers.programCheck), 0x00));
  }

  /** Specification exception unless the register number is even. */
  needEven(r: Register): void {
    this.programCheckIf(0x06, this.and(this.unsigned(r), 1));
  }

  /** Specification exception unless the address is a multiple of `bytes`, a power of two. */
  needAligned(address: I64, bytes: number): void {
    this.programCheckIf(0x06, this.low(this.and(address, bytes - 1)));
  }

  /** Data exception, DXC 1, unless these floating-point registers may be used: 0, 2, 4 and 6 always, the others with CR0 bit 45 (AFP) only. */
  needFpr(...registers: Register[]): void {
    const others = registers.map((r) => this.and(this.unsigned(r), 9)).reduce((a, b) => this.or(a, b));
    const without = this.isZero(this.and(this.cell32(CELL.CR), AFP_REGISTER_CONTROL));
    this.if(this.and(this.ne(others, 0), without), () => this.dataException(1));
  }

  /** Data exception, DXC 2 ("BFP instruction"), unless CR0 bit 45 (AFP) is one. */
  needBfp(): void {
    this.if(this.isZero(this.and(this.cell32(CELL.CR), AFP_REGISTER_CONTROL)), () => this.dataException(2));
  }

  /** Operation exception where SIE gave the guest no vector facility (spec/sie.md, ECA.VX), else data exception, DXC FE, unless CR0 enables it. */
  #needVector(): void {
    const wanted = this.cell32(CELL.VECTOR_CONTROLS);
    this.if(this.ne(this.and(this.cell32(CELL.CR), VECTOR_CONTROLS), wanted), () => {
      this.programCheckIf(0x01, this.ltS(wanted, 0));
      this.dataException(0xfe);
    });
  }

  dataException(dxc: number): void {
    this.emit(this.#flow.note(), this.cpu, i32Const(0x07 | (dxc << 16)), call(this.#helpers.programCheck), 0x00);
  }

  /** Branches relative to the instruction when `taken`; ends the meaning. */
  branchRelativeIf(taken: I32, name: FieldName): void {
    this.#flow.relative(this, taken, this.signed(name));
    this.#ended = true;
  }

  /** Branches to an address when `taken`; ends the meaning. */
  branchToIf(taken: I32, target: I64): void {
    this.if(taken, () => this.#flow.to(this, this.wrapAddress(target)));
    this.#flow.next(this);
    this.#ended = true;
  }

  /** Puts the link information of BRANCH AND SAVE into R1: the next address, in 31-bit mode with bit 32 one, in 24- and 31-bit mode leaving bits 0-31. */
  link(r: Register): void {
    const next = this.#flow.nextAddress(this);
    const mode = this.cell32(CELL.PSW_MASK);
    const extended = this.and(this.cell32(CELL.PSW_MASK + 4), 1);
    this.if(
      extended,
      () => this.setGr64(r, next),
      () => this.setGr32(r, this.or(this.low(next), this.and(mode, -0x8000_0000))),
    );
  }

  /** The target of a taken branch as {@link link} would make it, for instructions that compute it before linking. */
  nextAddress(): I64 {
    return this.#flow.nextAddress(this);
  }

  /** Executes the instruction at `target` with its second byte ORed by `modifier`; ends the meaning. */
  execute(target: I64, modifier: I32): void {
    const next = this.value(
      'i32', this.#flow.note(), this.cpu, target.code, modifier.code, i32Const(this.format.length), this.ip, call(this.#helpers.execute),
    );
    this.#flow.resume(this, next);
    this.#ended = true;
  }

  // ---- inside --------------------------------------------------------------------------------------------------------










  #meta(address: Address, length: I32 | number): readonly number[] {
    const operand = address.operand << 16;
    return typeof length === 'number' ? i32Const(length | operand) : [...length.code, ...i32Const(operand), OP.i32.or];
  }

  #lookup(address: I64, last: I64, tag: number): { hit: I32; offset: () => I32 } {
    // The tag holds the page of the last byte: an operand that crosses a page end misses.
    const entry = this.and(this.shrU(this.low(address), TLB_SHIFT), TLB_INDEX);
    const wanted = this.or(this.and(last, -4096), this.cell64(CELL.CONTEXT));
    const hit = this.value('i32', entry.code, memory(MEM.i64.load, TLB + tag), wanted.code, OP.i64.eq);
    return { hit, offset: () => this.value('i32', address.code, OP.i32.wrap, entry.code, memory(MEM.i32.load, TLB + TLB_DELTA), OP.i32.add) };
  }

  #translate(address: Address, last: I64, tag: number, slow: readonly number[]): I32 {
    const result = this.fn.local('i32');
    const { hit, offset } = this.#lookup(address, last, tag);
    this.if(
      hit,
      () => this.emit(offset().code, localSet(result)),
      () => this.emit(this.#flow.note(), this.cpu, address.code, slow, localSet(result)),
    );
    return { type: 'i32', code: localGet(result) };
  }

  #readable(address: Address, length: number): I32 {
    const last = length === 1 ? address : this.add(address as I64, length - 1);
    return this.#translate(address, last, TLB_TAG.read, [...this.#meta(address, length), ...call(this.#helpers.read)]);
  }

  #commit(offset: I32): void {
    const bounced = this.eq(offset, this.value('i32', this.cpu, i32Const(CELL.OPERAND_BYTES), OP.i32.add));
    this.if(bounced, () => this.emit(this.#flow.note(), this.cpu, call(this.#helpers.commit)));
  }

  #update<V extends Value>(
    address: Address, length: 1 | 4 | 8, peek: (at: I32) => V, change: (before: V) => V, poke: (at: I32, value: V) => void,
  ): Update<V> {
    let update: Update<V> | undefined;
    this.updateBlock(address, length, (at) => {
      const before = peek(at);
      const after = change(before);
      poke(at, after);
      update = { before, after };
    });
    return update!;
  }

  #store(address: Address, length: 1 | 2 | 4 | 8, value: Value): void {
    const last = length === 1 ? address : this.add(address as I64, length - 1);
    const { hit, offset } = this.#lookup(address, last, TLB_TAG.write);
    this.if(
      hit,
      () => {
        const at = offset();
        if (value.type === 'i64') this.emit(at.code, this.swap64(value).code, memory(MEM.i64.store, 0));
        else if (length === 1) this.emit(at.code, value.code, memory(MEM.i32.store8, 0));
        else if (length === 2) this.emit(at.code, this.swap16(value).code, memory(MEM.i32.store16, 0));
        else this.emit(at.code, this.swap32(value).code, memory(MEM.i32.store, 0));
      },
      () => {
        const wide = value.type === 'i64' ? value.code : [...value.code, OP.i64.extend_i32_u];
        this.emit(this.#flow.note(), this.cpu, address.code, wide, this.#meta(address, length), call(this.#helpers.write));
      },
    );
  }

  /** Both operands lie in one page each, at these offsets. */
  #bulk(operation: StorageOperation, first: I32, second: I32, length: I32): I32 | undefined {
    if (operation === 'compare') return this.#bulkCompare(first, second, length);
    // Eight bytes at a time equal one at a time unless the first operand begins less than eight bytes behind the second.
    const near = operation === 'move' || operation === 'xor' || operation === 'and' || operation === 'or'
      ? this.ltU(this.sub(this.sub(first, second), 1), 7)
      : this.i32(0);
    const seen = this.variable(this.i64(0));
    const at = this.variable(this.i32(0));
    const step = (width: 1 | 8): void => {
      const f = this.add(first, at.value);
      const s = this.add(second, at.value);
      const load = (x: I32): I64 => this.value('i64', x.code, memory(width === 8 ? MEM.i64.load : MEM.i64.load8_u, 0));
      const source = load(s);
      const result = operation === 'move' ? source : this[operation](load(f), source);
      this.emit(f.code, result.code, memory(width === 8 ? MEM.i64.store : MEM.i64.store8, 0));
      if (operation !== 'move') this.emit(seen.value.code, result.code, OP.i64.or, localSet(seen.index));
      this.emit(at.value.code, i32Const(width), OP.i32.add, localSet(at.index));
    };
    const whole = this.select(near, this.i32(0), this.and(length, -8));
    this.#while(() => this.ltU(at.value, whole), () => step(8));
    this.#while(() => this.ltU(at.value, length), () => step(1));
    return operation === 'move' ? undefined : this.ne(seen.value, 0);
  }

  #bulkCompare(first: I32, second: I32, length: I32): I32 {
    const at = this.variable(this.i32(0));
    const result = this.variable(this.i32(0));
    const whole = this.and(length, -8);
    const same = (width: 1 | 8): I32 => {
      const load = (x: I32): I64 =>
        this.value('i64', this.add(x, at.value).code, memory(width === 8 ? MEM.i64.load : MEM.i64.load8_u, 0));
      return this.eq(load(first), load(second));
    };
    const advance = (width: number): void => this.emit(at.value.code, i32Const(width), OP.i32.add, localSet(at.index));
    // Find the eight bytes that differ, then the byte within them.
    this.#while(() => {
      const more = this.variable(this.i32(0));
      this.if(this.ltU(at.value, whole), () => this.emit(same(8).code, localSet(more.index)));
      return more.value;
    }, () => advance(8));
    this.#while(() => {
      const more = this.variable(this.i32(0));
      this.if(this.ltU(at.value, length), () => this.emit(same(1).code, localSet(more.index)));
      return more.value;
    }, () => advance(1));
    this.if(this.ltU(at.value, length), () => {
      const byte = (x: I32): I32 => this.value('i32', this.add(x, at.value).code, memory(MEM.i32.load8_u, 0));
      this.emit(this.ccCompareUnsigned(byte(first), byte(second)).code, localSet(result.index));
    });
    return result.value;
  }

  #while(condition: () => I32, body: () => void): void {
    this.emit(BLOCK, LOOP);
    this.depth++;
    this.nested(() => {
      this.emit(condition().code, OP.i32.eqz, branchIf(1));
      body();
      this.emit(branch(0));
    });
    this.depth--;
    this.emit(OP.end, OP.end);
  }
}

/** CR0 bit 45, in the low word. */
const AFP_REGISTER_CONTROL = 0x0004_0000;
