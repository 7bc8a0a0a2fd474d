import type { InterpreterImports } from './interpreter.ts';
import { CELL, KEYS, STORAGE, TLB, TLB_DELTA, TLB_INDEX, TLB_SHIFT, TLB_STORABLE, TLB_TAG } from './layout.ts';
import { STORAGE_OPERATION } from './meaning.ts';
import { KEY } from './storage.ts';
import { type I32, type I64, Values } from './values.ts';
import { branchIf, call, ELSE, FunctionWriter, IF, i32Const, i64Const, LOOP, localGet, localSet, MEM, memory, OP } from './wasm.ts';

/** Functions of the interpreter's module that access storage where a TLB hit alone does not do. */

type Imports = Record<keyof InterpreterImports, number>;

/** Pushes the low and the high word of a local. */
export const splitAddress = (local: number): number[] => [
  ...localGet(local), OP.i32.wrap, ...localGet(local), ...i64Const(32n), OP.i64.shr_u, OP.i32.wrap,
]; // biome-ignore format: stack code

const local32 = (index: number): I32 => ({ type: 'i32', code: localGet(index) });
const local64 = (index: number): I64 => ({ type: 'i64', code: localGet(index) });

/**
 * (cpu, address, length) → offset to store to, or 0: the first store into a page of which the TLB knows by a load that stores may follow. It is
 * recorded in the storage key, and later ones hit.
 */
export const writeRecordStore = (): FunctionWriter => {
  const fn = new FunctionWriter(['i32', 'i64', 'i32'], ['i32']);
  const v = new Values(fn);
  const [address, length] = [local64(1), local32(2)];
  const entry = v.and(v.shrU(v.low(address), TLB_SHIFT), TLB_INDEX);
  const inEntry = (field: number): I32 => v.value('i32', entry.code, memory(MEM.i32.load, TLB + field));
  // As for every lookup, the page of the last byte counts, so that an operand that crosses a page end misses.
  const lastPage = v.and(v.add(address, v.zeroExtend(v.sub(length, 1))), -4096);
  const tag = v.or(lastPage, v.value('i64', localGet(0), memory(MEM.i64.load, CELL.CONTEXT)));
  const hit = v.eq(v.value('i64', entry.code, memory(MEM.i64.load, TLB + TLB_TAG.read)), tag);
  fn.emit(v.isZero(v.and(hit, inEntry(TLB_STORABLE))).code, IF, i32Const(0), OP.return, OP.end);
  const offset = v.add(v.low(address), inEntry(TLB_DELTA));
  const frame = v.shrU(v.sub(offset, STORAGE), 12);
  const key = v.value('i32', frame.code, memory(MEM.i32.load8_u, KEYS));
  fn.emit(frame.code, v.or(key, KEY.R | KEY.C).code, memory(MEM.i32.store8, KEYS));
  fn.emit(entry.code, tag.code, memory(MEM.i64.store, TLB + TLB_TAG.write), offset.code);
  return fn;
};

/** (cpu, address, length | operand << 16) → offset to write to, of bytes that lie elsewhere when the operand crosses a page end. */
export const writeReserve = (imports: Imports, recordStore: number): FunctionWriter => {
  const fn = new FunctionWriter(['i32', 'i64', 'i32'], ['i32']);
  const offset = fn.local('i32');
  fn.emit(recorded(recordStore, 2, offset), IF, localGet(offset), OP.return, OP.end);
  fn.emit(localGet(0), splitAddress(1), localGet(2), call(imports.reserve));
  return fn;
};

/** (cpu, address, value, length | operand << 16): stores 1, 2, 4 or 8 bytes. */
export const writeStore = (imports: Imports, recordStore: number): FunctionWriter => {
  const fn = new FunctionWriter(['i32', 'i64', 'i64', 'i32'], []);
  const v = new Values(fn);
  const offset = fn.local('i32');
  fn.emit(recorded(recordStore, 3, offset), IF);
  const length = v.and(local32(3), 0xffff);
  const value = local64(2);
  const store = (bytes: number, code: readonly number[]): void => {
    fn.emit(v.eq(length, bytes).code, IF);
    fn.emit(localGet(offset), code, OP.return, OP.end);
  };
  store(8, [...v.swap64(value).code, ...memory(MEM.i64.store, 0)]);
  const low = v.low(value);
  store(4, [...v.swap32(low).code, ...memory(MEM.i32.store, 0)]);
  store(2, [...v.swap16(low).code, ...memory(MEM.i32.store16, 0)]);
  fn.emit(localGet(offset), low.code, memory(MEM.i32.store8, 0), OP.return, OP.end);
  fn.emit(localGet(0), splitAddress(1), splitAddress(2), localGet(3), call(imports.write));
  return fn;
};

/** Calls recordStore for the address in local 1 and keeps what it returns, which is on the stack too. */
const recorded = (recordStore: number, meta: number, offset: number): number[] => [
  ...localGet(0), ...localGet(1), ...localGet(meta), ...i32Const(0xffff), OP.i32.and, ...call(recordStore), ...localSet(offset), ...localGet(offset),
]; // biome-ignore format: stack code

/**
 * (cpu, first address, second address, length - 1, operation) → condition code: a storage-to-storage operation, of which an operand crosses a
 * page end, one byte at a time. Where not every page is in the TLB, the machine does it.
 */
export const writeStorageToStorage = (imports: Imports): FunctionWriter => {
  const fn = new FunctionWriter(['i32', 'i64', 'i64', 'i32', 'i32'], ['i32']);
  const v = new Values(fn);
  const cpu = localGet(0);
  const [last, operation] = [local32(3), local32(4)];
  const comparing = v.eq(operation, STORAGE_OPERATION.compare);
  const context = v.value('i64', cpu, memory(MEM.i64.load, CELL.CONTEXT));
  const mask = v.value('i64', cpu, memory(MEM.i64.load, CELL.ADDRESS_MASK));
  /** Where a byte lies, if its page is there for this kind of access. */
  const find = (address: I64, tag: I32): { hit: I32; offset: I32 } => {
    const entry = v.and(v.shrU(v.low(address), TLB_SHIFT), TLB_INDEX);
    const found = v.value('i64', entry.code, tag.code, OP.i32.add, memory(MEM.i64.load, TLB));
    const offset = v.add(v.low(address), v.value('i32', entry.code, memory(MEM.i32.load, TLB + TLB_DELTA)));
    return { hit: v.eq(found, v.or(v.and(address, -4096), context)), offset };
  };
  /** Where an operand's bytes lie: so many within the first page at one place, the others at another, both less their index. */
  const operand = (address: I64, tag: I32): { hit: I32; first: I32; second: I32; within: I32 } => {
    const begin = find(address, tag);
    const end = find(v.and(v.add(address, v.zeroExtend(last)), mask), tag);
    const within = v.sub(v.i32(4096), v.and(v.low(address), 4095));
    return { hit: v.and(begin.hit, end.hit), first: begin.offset, second: v.sub(end.offset, last), within };
  };
  const to = operand(local64(1), v.select(comparing, v.i32(TLB_TAG.read), TLB_TAG.write));
  const from = operand(local64(2), v.i32(TLB_TAG.read));
  fn.emit(v.isZero(v.and(to.hit, from.hit)).code, IF);
  fn.emit(cpu, splitAddress(1), splitAddress(2), last.code, operation.code, call(imports.storageToStorage), OP.return, OP.end);

  const [at, seen] = [fn.local('i32'), fn.local('i32')];
  const i = local32(at);
  const place = ({ first, second, within }: { first: I32; second: I32; within: I32 }): I32 =>
    v.add(v.select(v.ltU(i, within), first, second), i);
  fn.emit(i32Const(0), localSet(at), i32Const(0), localSet(seen), LOOP);
  const target = place(to);
  const before = v.value('i32', target.code, memory(MEM.i32.load8_u, 0));
  const source = v.value('i32', place(from).code, memory(MEM.i32.load8_u, 0));
  fn.emit(comparing.code, IF, v.ne(before, source).code, IF, v.select(v.ltU(before, source), v.i32(1), 2).code, OP.return, OP.end, ELSE);
  const is = (name: keyof typeof STORAGE_OPERATION): I32 => v.eq(operation, STORAGE_OPERATION[name]);
  const combined = v.select(is('and'), v.and(before, source), v.select(is('or'), v.or(before, source), v.xor(before, source)));
  const result = v.select(is('move'), source, combined);
  fn.emit(target.code, result.code, memory(MEM.i32.store8, 0), localGet(seen), result.code, OP.i32.or, localSet(seen), OP.end);
  fn.emit(i.code, i32Const(1), OP.i32.add, localSet(at), i.code, last.code, OP.i32.le_u, branchIf(0), OP.end);
  fn.emit(v.and(v.ne(local32(seen), 0), v.ne(operation, STORAGE_OPERATION.move)).code);
  return fn;
};
