import type { Cpu } from './cpu.ts';
import type { Instruction } from './instruction.ts';
import { INTERCEPT, Interception, PGM } from './interruption.ts';
import { absoluteForStore, absoluteToOffset, raiseHostFault, walkHost } from './levels.ts';
import { isUnused, PGSTE_DISTANCE, PGSTE_HIGH, PGSTE_LOW, pageState, USAGE } from './pgste.ts';
import type { Profile } from './profile.ts';
import { blockOf } from './sie.ts';
import { ECB2, SD } from './state-description.ts';
import type { Offset, Storage } from './storage.ts';
import { PTE } from './walk.ts';

/** Operation-request codes (spec/essa.md 1.2). */
const ORC = {
  GET_STATE: 0, SET_STABLE: 1, SET_UNUSED: 2, SET_VOLATILE: 3, SET_POTENTIALLY_VOLATILE: 4, SET_STABLE_RESIDENT: 5, SET_STABLE_IF_RESIDENT: 6,
  SET_STABLE_NODAT: 7,
} as const; // biome-ignore format: a table

/** R1 after ESSA: exception indication, when the block has no page-level entry. */
const EXCEPTION_INDICATION = 0x10n;
const NODAT_BIT = 0x20;
const ESSA_NODAT_FACILITY = 147;

/** The list page of discarded blocks: doublewords 0 to 510 are the machine's. */
const CBRL_LAST_OFFSET = 511 * 8;

/** A page's two entries in linear memory: the page-table entry and, at +2048, its status. */
export interface PageEntries {
  readonly pte: Offset;
  readonly pgste: Offset;
}

/** What an operation-request code makes of a page's status; a value, so that interpreter, host and tests agree on it. */
export interface Transition {
  /** Low word of the entry afterwards. */
  readonly status: number;
  /** The block's content was thrown away by this request or is gone already: it is appended to the list of blocks to release. */
  readonly listed: boolean;
  /** Reference and change bits become zero. */
  readonly discarded: boolean;
  /** The host must make the block resident. */
  readonly makeResident: boolean;
}

/**
 * The transition table (spec/essa.md 1.5).
 * @param status low word of the page-status entry
 * @param resident the page-table entry is valid
 * @param changed the guest's change bit of a block that is not resident
 */
const transition = (orc: number, status: number, resident: boolean, changed: boolean, profile: Profile): Transition => {
  const zero = (status & PGSTE_LOW.ZERO) !== 0;
  const unchanged: Transition = { status, listed: false, discarded: false, makeResident: false };
  const use = (usage: number): Transition => ({ ...unchanged, status: (status & ~PGSTE_LOW.USAGE) | usage });
  // A block that is not resident is discarded on the spot; one that is z already is listed again.
  const discard = (usage: number): Transition =>
    resident ? use(usage) : { status: use(usage).status | PGSTE_LOW.ZERO, listed: true, discarded: true, makeResident: false };
  switch (orc) {
    case ORC.SET_STABLE: {
      const stable = use(USAGE.STABLE);
      return { ...stable, status: stable.status & ~PGSTE_LOW.NODAT };
    }
    case ORC.SET_UNUSED:
      return discard(USAGE.UNUSED);
    case ORC.SET_VOLATILE:
      return discard(USAGE.VOLATILE);
    case ORC.SET_POTENTIALLY_VOLATILE:
      if (resident) return use(USAGE.POTENTIALLY_VOLATILE);
      if (zero) return use(USAGE.VOLATILE);
      if (!changed) return discard(USAGE.VOLATILE);
      return profile.keepsChanged ? unchanged : use(USAGE.STABLE);
    case ORC.SET_STABLE_RESIDENT:
      return { ...use(USAGE.STABLE), makeResident: profile.makesResident && !resident };
    case ORC.SET_STABLE_IF_RESIDENT:
      return resident ? use(USAGE.STABLE) : unchanged;
    case ORC.SET_STABLE_NODAT: {
      const stable = use(USAGE.STABLE);
      return { ...stable, status: stable.status | PGSTE_LOW.NODAT };
    }
    default:
      return unchanged;
  }
};

/** The byte that R1 receives: the state before (spec/essa.md 1.3). */
const stateByte = (status: number, resident: boolean): number => {
  const content = resident ? 0 : status & PGSTE_LOW.ZERO ? 3 : 2;
  return ((status & PGSTE_LOW.USAGE) >>> 22) | content | (status & PGSTE_LOW.NODAT ? NODAT_BIT : 0);
};

/** ESSA as an instruction. The state description says whether it is interpreted; otherwise the host performs it. */
export const essa = (cpu: Cpu, i: Instruction): void => {
  const { storage } = cpu.configuration;
  if (!(storage.bytes[blockOf(cpu) + SD.ECB2]! & ECB2.CMMA)) cpu.interceptInstruction();
  const orc = checkOrc(cpu, i.m3);
  const absolute = blockAddress(cpu, i);
  const entries = pageEntries(cpu, cpu.level, absolute);
  if (entries === undefined) {
    cpu.gr[i.r1] = EXCEPTION_INDICATION;
    return;
  }
  const planned = plan(cpu, orc, entries);
  // The machine has no frames to give: ORC 5 on a block that is not resident is the host's work. So is a full list.
  if (planned.makeResident || (planned.listed && cbrlOffset(cpu) >= CBRL_LAST_OFFSET)) throw new Interception(INTERCEPT.INSTRUCTION);
  if (planned.listed) appendToList(cpu, absolute);
  cpu.gr[i.r1] = BigInt(applyEssa(cpu, cpu.level, orc, absolute, entries, planned));
};

/** Specification exception for the codes that do not exist, and for 7 without facility 147. */
export const checkOrc = (cpu: Cpu, orc: number): number => {
  if (orc > ORC.SET_STABLE_NODAT || (orc === ORC.SET_STABLE_NODAT && !cpu.configuration.facilities.has(ESSA_NODAT_FACILITY))) {
    cpu.programCheck(PGM.SPECIFICATION);
  }
  return orc;
};

/** Guest absolute address of the block that R2 designates; no prefixing (spec/essa.md 1.1). Addressing exception outside guest storage. */
export const blockAddress = (cpu: Cpu, i: Instruction): number => {
  const address = cpu.gr[i.r2]! & cpu.addressMask & ~0xfffn;
  if (address >= BigInt(cpu.guests[cpu.level]!.extent)) cpu.programCheck(PGM.ADDRESSING);
  return Number(address);
};

/**
 * The entries of a guest's block in the tables of the level below, or undefined where those have no page-level entry for it (an EDAT frame).
 * Tables that are missing are a fault of the host, which makes them and executes the instruction again.
 */
const pageEntries = (cpu: Cpu, level: number, absolute: number): PageEntries | undefined => {
  const found = walkHost(cpu, level, absolute);
  const entry = found.entries.at(-1);
  if (entry?.table === 'page') {
    return {
      pte: absoluteToOffset(cpu, level - 1, entry.address, true),
      pgste: absoluteToOffset(cpu, level - 1, entry.address + PGSTE_DISTANCE, true),
    };
  }
  if (found.exception === 0) return undefined;
  return raiseHostFault(cpu, level, absolute, found.exception, false);
};

/** What a request would do to a page, from its entries. */
export const plan = (cpu: Cpu, orc: number, { pte, pgste }: PageEntries): Transition => {
  const { profile, storage } = cpu.configuration;
  const planned = transition(orc, storage.view.getInt32(pgste + 4), isResident(storage, pte), isChanged(storage, pgste), profile);
  return profile.forgetsZero && !planned.listed ? { ...planned, status: planned.status & ~PGSTE_LOW.ZERO } : planned;
};

/** Carries a planned request out on the entries. @returns the byte for R1. */
export const applyEssa = (
  cpu: Cpu,
  level: number,
  orc: number,
  absolute: number,
  { pte, pgste }: PageEntries,
  planned: Transition,
): number => {
  const { storage, events, profile, tlb } = cpu.configuration;
  const { view } = storage;
  const before = view.getInt32(pgste + 4);
  const resident = isResident(storage, pte);
  if (planned.status !== before || planned.discarded) storage.recordStore(pgste);
  view.setInt32(pgste + 4, planned.status);
  if (planned.discarded) view.setInt32(pgste, view.getInt32(pgste) & ~REFERENCE_AND_CHANGE);
  // In strict mode an unused block must not be found in the TLB, where nobody would look at its state.
  if (profile.strictUnused && isUnused(before) !== isUnused(planned.status)) tlb.purge();
  const result = stateByte(before, resident);
  const instruction = cpu.instructions;
  if (events.wants('essa')) {
    events.emit('essa', { cpu: cpu.index, instruction, level, orc, page: absolute, result, address: cpu.instructionAddress });
  }
  if (before !== planned.status && events.wants('pageState')) {
    const states = { before: pageState(before, resident), after: pageState(planned.status, resident) };
    events.emit('pageState', { level, page: absolute, ...states, by: `ESSA ${orc}`, cpu: cpu.index, instruction });
  }
  return result;
};

/** All four copies of reference and change bits. */
export const REFERENCE_AND_CHANGE = PGSTE_HIGH.HR | PGSTE_HIGH.HC | PGSTE_HIGH.GR | PGSTE_HIGH.GC;

const isResident = (storage: Storage, pte: Offset): boolean => (storage.view.getInt32(pte + 4) & PTE.INVALID) === 0;
const isChanged = (storage: Storage, pgste: Offset): boolean => (storage.view.getInt32(pgste) & PGSTE_HIGH.GC) !== 0;

/** CBRLO (spec/essa.md 1.8): bits 0-51 the list page in the host's absolute storage, the rest the offset of the next free doubleword. */
const cbrlo = (cpu: Cpu): bigint => cpu.configuration.storage.view.getBigUint64(blockOf(cpu) + SD.CBRLO);
const cbrlOffset = (cpu: Cpu): number => Number(cbrlo(cpu) & 0xfffn);

const appendToList = (cpu: Cpu, absolute: number): void => {
  const { view } = cpu.configuration.storage;
  const origin = cbrlo(cpu);
  view.setBigUint64(absoluteForStore(cpu, cpu.level - 1, Number(origin & ~7n)), BigInt(absolute));
  view.setBigUint64(blockOf(cpu) + SD.CBRLO, origin + 8n);
};
