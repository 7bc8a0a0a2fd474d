import type { Cpu } from './cpu.ts';
import { PGM, ProgramInterruption } from './interruption.ts';
import { CELL, LEVEL_SIZE, STORAGE } from './layout.ts';
import { isUnused, isVolatileAndZero, PGSTE_DISTANCE } from './pgste.ts';
import { SPACE } from './psw.ts';
import type { HostAbsolute, Offset } from './storage.ts';
import { ACCESS, absolutePage, teidOf, walkLevel } from './translation.ts';
import { ASCE, type TableReader, toNumber, type Walk } from './walk.ts';

/**
 * How a guest's absolute storage lies in its host: guest absolute + MSO is a virtual address of the level below, translated by that level's
 * primary ASCE (spec/sie.md 4.1). Level 1 is the guest of the TypeScript host, level 2 the guest of a program that executes SIE.
 */
export interface GuestMapping {
  /** Number of this combination of host tables and limits; equal numbers translate equally. */
  readonly id: number;
  /** Where the state description lies. */
  readonly stateDescription: HostAbsolute;
  /** Main-storage origin, bytes. */
  readonly mso: number;
  /** Size of guest absolute storage in bytes. */
  readonly extent: number;
  /** Numbers of the level below that this mapping was made from: its mapping's number, its ASCE and its prefix. */
  readonly below: number;
  readonly asce: bigint;
  readonly hostPrefix: number;
  /** Page-status entries lie beside the host's page-table entries and hold the page states of this guest. */
  readonly pageStatus: boolean;
}

/** Offsets within a saved level, see {@link CELL.LEVELS}. */
export const SAVED = {
  CR: 0x00, PSW_MASK: 0x80, PSW_IA: 0x88, GR14: 0x90, GR15: 0x98, PREFIX: 0xa0, CPU_TIMER: 0xa8, CLOCK_COMPARATOR: 0xb0,
  TOD_PROGRAMMABLE: 0xb8, EPOCH: 0xc0, STATE_DESCRIPTION: 0xc8, BREAKING_EVENT: 0xd0, ICTL: 0xd8,
  /** Address of the SIE instruction that left the level. */
  SIE_ADDRESS: 0xe0,
  PROGRAM_PARAMETER: 0xe8,
  VECTOR_CONTROLS: 0xf0,
} as const; // biome-ignore format: a table

/** The cell of a CPU block that holds what SIE saved of a level. */
export const savedCell = (level: number, field: number): number => CELL.LEVELS + level * LEVEL_SIZE + field;

/** A control register of any level that is in progress on the CPU. */
export const controlRegister = (cpu: Cpu, level: number, n: number): bigint =>
  level === cpu.level ? cpu.cr[n]! : cpu.cell64(savedCell(level, SAVED.CR + 8 * n));

/** The prefix of any level that is in progress on the CPU. */
export const prefixOf = (cpu: Cpu, level: number): number =>
  level === cpu.level ? cpu.prefix : cpu.cell32(savedCell(level, SAVED.PREFIX));

/** Reads table entries of a level, through the levels below. */
class LevelReader implements TableReader {
  high = 0;
  low = 0;
  readonly #cpu: Cpu;
  readonly #level: number;

  constructor(cpu: Cpu, level: number) {
    this.#cpu = cpu;
    this.#level = level;
  }

  read(address: number): boolean {
    const { storage } = this.#cpu.configuration;
    if (this.#level === 0) {
      if (address >= storage.size) return false;
    } else if (address >= this.#cpu.guests[this.#level]!.extent) return false;
    const offset = absoluteToOffset(this.#cpu, this.#level, address, false);
    this.high = storage.view.getInt32(offset);
    this.low = storage.view.getInt32(offset + 4);
    return true;
  }
}

/** A reader of the tables of a level. Reading may throw a {@link ProgramInterruption} of a lower level. */
export const levelReader = (cpu: Cpu, level: number): TableReader => {
  // One for each level serves: what it has read is looked at before the next entry of that level is read.
  cpu.readers[level] ??= new LevelReader(cpu, level);
  return cpu.readers[level];
};

/** The virtual address of the level below at which a guest absolute address lies, as two words. */
const toHostVirtual = (mapping: GuestMapping, absolute: number): { high: number; low: number } => {
  const address = mapping.mso + absolute;
  return { high: Math.floor(address / 0x1_0000_0000) | 0, low: address | 0 };
};

/** The walk of the level below for a guest absolute address; nothing is raised for its verdict. */
export const walkHost = (cpu: Cpu, level: number, absolute: number): Walk => {
  const mapping = cpu.guests[level]!;
  const { high, low } = toHostVirtual(mapping, absolute);
  const { asce } = mapping;
  if (Number(asce & 0xffff_ffffn) & ASCE.REAL) {
    return {
      entries: [],
      exception: 0,
      page: toNumber(high, low & ~0xfff),
      absolute: false,
      protectedPage: false,
      noExecute: false,
      frameKey: undefined,
    };
  }
  return walkLevel(cpu, level - 1, asce, high, low);
};

/**
 * The place in linear memory of an absolute address of a level, through all levels below.
 *
 * Which level a fault interrupts (spec/sie.md 4.5): outside the guest's extent, and protection or addressing in the host's tables, the guest;
 * invalid entries of the host's tables, the host; a discarded block the guest, block-volatility exception with its absolute address.
 * @throws ProgramInterruption
 */
export const absoluteToOffset = (cpu: Cpu, level: number, absolute: number, store: boolean): Offset => {
  if (level === 0) {
    if (absolute >= cpu.configuration.storage.size) throw new ProgramInterruption(0, PGM.ADDRESSING);
    return (STORAGE + absolute) as Offset;
  }
  const mapping = cpu.guests[level]!;
  if (absolute >= mapping.extent) throw new ProgramInterruption(level, PGM.ADDRESSING);
  const within = absolute % 4096;
  const page = (absolute - within) / 4096;
  const { absoluteCache } = cpu.configuration;
  const known = absoluteCache.find(mapping.id, page, store);
  if (known >= 0) return (known + within) as Offset;
  const found = walkHost(cpu, level, absolute);
  if (mapping.pageStatus) checkPageStatus(cpu, level, absolute, found);
  if (found.exception) {
    const supplied = level === 1 ? cpu.configuration.supply(cpu, page * 4096) : undefined;
    if (supplied === undefined) return raiseHostFault(cpu, level, absolute, found.exception, store);
    absoluteCache.enter(mapping.id, page, supplied, true);
    return (supplied + within) as Offset;
  }
  if (store && found.protectedPage) raiseHostProtection(level, page * 4096);
  const offset = absoluteToOffset(cpu, level - 1, absolutePage(found, prefixOf(cpu, level - 1)), store);
  // What a store must be asked about at a level below, a load may not promise.
  absoluteCache.enter(mapping.id, page, offset, store || (level === 1 && !found.protectedPage));
  return (offset + within) as Offset;
};

/** Whether the levels below would let a store go where {@link absoluteToOffset} has just let a load go. False where that is not known for certain. */
export const isKnownStorable = (cpu: Cpu, level: number, absolute: number): boolean =>
  level === 0 || cpu.configuration.absoluteCache.find(cpu.guests[level]!.id, Math.floor(absolute / 4096), true) >= 0;

/** As {@link absoluteToOffset} where the machine itself stores: reference and change are recorded, keys do not matter. */
export const absoluteForStore = (cpu: Cpu, level: number, absolute: number): Offset => {
  const offset = absoluteToOffset(cpu, level, absolute, true);
  cpu.configuration.storage.recordStore(offset);
  return offset;
};

/** The host's tables protect the page. The identification tells what is known here: the absolute address, a store, DAT protection. */
const raiseHostProtection = (level: number, page: number): never => {
  throw new ProgramInterruption(level, PGM.PROTECTION, { hostCaused: true, teid: BigInt(page) | 0x404n });
};

/** Raises what a walk of the host's tables for a guest absolute address ended with. */
export const raiseHostFault = (cpu: Cpu, level: number, absolute: number, exception: number, store: boolean): never => {
  if (exception === PGM.ADDRESSING || exception === PGM.TRANSLATION_SPECIFICATION) {
    throw new ProgramInterruption(level, exception, { hostCaused: true });
  }
  const { high, low } = toHostVirtual(cpu.guests[level]!, absolute);
  throw new ProgramInterruption(level - 1, exception, { teid: teidOf(high, low, store ? ACCESS.STORE : ACCESS.LOAD, SPACE.PRIMARY) });
};

/** Raises what an access to a discarded block, or in strict mode to an unused one, raises (spec/host.md 2.1 and 2.2). */
const checkPageStatus = (cpu: Cpu, level: number, absolute: number, found: Walk): void => {
  const entry = found.entries.at(-1);
  if (entry?.table !== 'page') return;
  const { profile, storage } = cpu.configuration;
  const offset = absoluteToOffset(cpu, level - 1, entry.address + PGSTE_DISTANCE, false);
  const status = storage.view.getInt32(offset + 4);
  if (found.exception && profile.discards && isVolatileAndZero(status)) {
    throw new ProgramInterruption(level, PGM.BLOCK_VOLATILITY, { teid: BigInt(absolute - (absolute % 4096)) });
  }
  if (profile.strictUnused && isUnused(status)) throw new ProgramInterruption(level, PGM.ADDRESSING);
};
