import type { Cpu } from './cpu.ts';
import { FORMATS, lengthOf } from './formats.ts';
import type { InterpreterImports } from './interpreter.ts';
import { CodeChanged, INTERCEPT, Interception, PGM, ProgramInterruption } from './interruption.ts';
import { CELL, NO_WINDOW } from './layout.ts';
import { STORAGE_OPERATION } from './meaning.ts';
import type { Row } from './row.ts';
import { recordInstruction } from './sie.ts';
import { ACCESS, translate } from './translation.ts';

/** What generated code asks of the machine: the slow ways of fetching, loading and storing, exceptions, and plain functions. */
export const connect = (cpuAt: (pointer: number) => Cpu, rows: readonly Row[]): Record<keyof InterpreterImports, CallableFunction> => {
  const imports: InterpreterImports = {
    read(pointer, low, high, meta) {
      const cpu = cpuAt(pointer);
      const length = meta & 0xffff;
      const operand = meta >>> 16;
      if ((low & 0xfff) + length <= 4096) return translate(cpu, high, low, ACCESS.LOAD, operand);
      const bytes = cpu.loadBytes(toBigInt(high, low), length, operand);
      cpu.configuration.storage.bytes.set(bytes, cpu.base + CELL.OPERAND_BYTES);
      return cpu.base + CELL.OPERAND_BYTES;
    },
    reserve(pointer, low, high, meta) {
      const cpu = cpuAt(pointer);
      const length = meta & 0xffff;
      const operand = meta >>> 16;
      if ((low & 0xfff) + length <= 4096) return unlessCode(cpu, translate(cpu, high, low, ACCESS.STORE, operand), length);
      const address = toBigInt(high, low);
      unlessCodeChanges(cpu, () => cpu.probeStore(address, length, operand));
      reserved = { address, length, operand };
      return cpu.base + CELL.OPERAND_BYTES;
    },
    commit(pointer) {
      const cpu = cpuAt(pointer);
      const from = cpu.base + CELL.OPERAND_BYTES;
      const { address, length, operand } = reserved!;
      cpu.storeBytes(address, cpu.configuration.storage.bytes.slice(from, from + length), operand);
    },
    write(pointer, low, high, valueLow, valueHigh, meta) {
      const cpu = cpuAt(pointer);
      const length = meta & 0xffff;
      const operand = meta >>> 16;
      const { view } = cpu.configuration.storage;
      if ((low & 0xfff) + length > 4096) {
        const address = toBigInt(high, low);
        unlessCodeChanges(cpu, () => cpu.probeStore(address, length, operand));
        cpu.store(address, length, toBigInt(valueHigh, valueLow), operand);
        return;
      }
      const offset = unlessCode(cpu, translate(cpu, high, low, ACCESS.STORE, operand), length);
      if (length === 8) {
        view.setInt32(offset, valueHigh);
        view.setInt32(offset + 4, valueLow);
      } else if (length === 4) view.setInt32(offset, valueLow);
      else if (length === 2) view.setInt16(offset, valueLow);
      else view.setInt8(offset, valueLow);
    },
    programCheck(pointer, code) {
      const cpu = cpuAt(pointer);
      throw new ProgramInterruption(cpu.level, code & 0xffff, code >>> 16 ? { dxc: code >>> 16 } : {});
    },
    intercept() {
      throw new Interception(INTERCEPT.INSTRUCTION);
    },
    noteInterception(pointer) {
      const cpu = cpuAt(pointer);
      cpu.interceptedAt = cpu.instructionAddress;
      cpu.setCell64(CELL.PSW_IA, cpu.nextAddress);
      recordInstruction(cpu);
      cpu.leaveGeneratedCode();
    },
    plain(pointer, slot, ip) {
      const cpu = cpuAt(pointer);
      const row = rows[slot - 1]!;
      const instruction = cpu.instruction.at(row, ip);
      return cpu.perform(() => row.plain!(cpu, instruction), ip, FORMATS[row.format].length);
    },
    storageToStorage(pointer, low1, high1, low2, high2, last, operation) {
      return storageToStorage(cpuAt(pointer), high1, low1, high2, low2, last + 1, operation);
    },
    fetch(pointer) {
      return fetch(cpuAt(pointer));
    },
    hot(pointer, ip) {
      cpuAt(pointer).configuration.code.compile(ip >>> 0);
    },
    fetchTarget(pointer, low, high) {
      const cpu = cpuAt(pointer);
      fetchBytes(cpu, toBigInt(high, low), cpu.base + CELL.EXECUTE_BYTES);
      return cpu.base + CELL.EXECUTE_BYTES;
    },
  };
  return imports;
};

/** Generated code is about to store into bytes that code was compiled from, perhaps itself: the instruction begins again without that code. */
const unlessCode = (cpu: Cpu, offset: number, length: number): number => {
  if (cpu.configuration.code.stored(offset, length)) throw new CodeChanged();
  return offset;
};

/** As {@link unlessCode}, for whatever finds out where stores will go. */
const unlessCodeChanges = (cpu: Cpu, prepare: () => void): void => {
  const { code } = cpu.configuration;
  const before = code.invalidations;
  prepare();
  if (code.invalidations !== before) throw new CodeChanged();
};

const toBigInt = (high: number, low: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);

/** The operand of a multi-page store in progress: between reserve and commit nothing else runs. */
let reserved: { address: bigint; length: number; operand: number } | undefined;

/** Sets up the window for the instruction at PSW_IA and returns its offset. */
const fetch = (cpu: Cpu): number => {
  const address = cpu.cell64(CELL.PSW_IA) & cpu.addressMask;
  cpu.setCell64(CELL.PSW_IA, address);
  cpu.fetching = true;
  if (address & 1n) cpu.programCheck(PGM.SPECIFICATION);
  const offset = cpu.translate(address, ACCESS.FETCH);
  const { bytes } = cpu.configuration.storage;
  const within = 4096 - Number(address & 0xfffn);
  let at: number = offset;
  if (lengthOf(bytes[offset]!) > within) {
    at = cpu.base + CELL.FETCH_BYTES;
    fetchBytes(cpu, address, at);
    cpu.setCell32(CELL.WINDOW, NO_WINDOW);
  } else cpu.setCell32(CELL.WINDOW, offset & ~0xfff);
  cpu.setCell64(CELL.WINDOW_DELTA, BigInt.asUintN(64, address - BigInt(at)));
  cpu.fetching = false;
  // That it has been fetched stays recorded, whatever becomes of it: between here and there the CPU may stop.
  cpu.recording.keep();
  return at;
};

/** Copies the instruction at an address, which may cross a page end, to an offset. */
const fetchBytes = (cpu: Cpu, address: bigint, to: number): void => {
  const { bytes } = cpu.configuration.storage;
  const offset = cpu.translate(address, ACCESS.FETCH);
  const length = lengthOf(bytes[offset]!);
  const within = Math.min(length, 4096 - Number(address & 0xfffn));
  bytes.copyWithin(to, offset, offset + within);
  if (within === length) return;
  const rest = cpu.translate((address + BigInt(within)) & cpu.addressMask, ACCESS.FETCH);
  bytes.copyWithin(to + within, rest, rest + length - within);
};

/**
 * MVC, NC, OC, XC and CLC where an operand crosses a page end: one byte at a time, after both operands have been checked.
 * The comparison checks them whole too, though it may stop before their ends; the PoP allows that.
 */
const storageToStorage = (
  cpu: Cpu,
  high1: number,
  low1: number,
  high2: number,
  low2: number,
  length: number,
  operation: number,
): number => {
  const comparing = operation === STORAGE_OPERATION.compare;
  let from!: Place;
  let to!: Place;
  unlessCodeChanges(cpu, () => {
    from = placeOf(cpu, toBigInt(high2, low2), length, ACCESS.LOAD, 2);
    to = placeOf(cpu, toBigInt(high1, low1), length, comparing ? ACCESS.LOAD : ACCESS.STORE, 1);
  });
  const { bytes } = cpu.configuration.storage;
  let seen = 0;
  for (let i = 0; i < length; i++) {
    const a = i < to.within ? to.first + i : to.second + i - to.within;
    const source = bytes[i < from.within ? from.first + i : from.second + i - from.within]!;
    if (comparing) {
      if (bytes[a] !== source) return bytes[a]! < source ? 1 : 2;
      continue;
    }
    const result = combine(operation, bytes[a]!, source);
    bytes[a] = result;
    seen |= result;
  }
  return operation === STORAGE_OPERATION.move || comparing || seen === 0 ? 0 : 1;
};

const combine = (operation: number, a: number, b: number): number => {
  switch (operation) {
    case STORAGE_OPERATION.and: return a & b;
    case STORAGE_OPERATION.or: return a | b;
    case STORAGE_OPERATION.xor: return a ^ b;
    default: return b;
  } // biome-ignore format: a table
};

/** Where the bytes of an operand of at most 256 bytes lie: `within` of them at `first`, the rest at `second`. */
interface Place {
  readonly first: number;
  readonly within: number;
  readonly second: number;
}

const placeOf = (cpu: Cpu, address: bigint, length: number, access: 1 | 2, operand: number): Place => {
  const within = 4096 - Number(address & 0xfffn);
  const first = cpu.translate(address, access, operand);
  if (within >= length) return { first, within, second: 0 };
  return { first, within, second: cpu.translate((address + BigInt(within)) & cpu.addressMask, access, operand) };
};
