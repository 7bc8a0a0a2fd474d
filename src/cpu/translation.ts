import type { Cpu } from './cpu.ts';
import { PGM, ProgramInterruption } from './interruption.ts';
import { CELL, TLB_TAG } from './layout.ts';
import { absoluteToOffset, isKnownStorable, levelReader } from './levels.ts';
import { SPACE } from './psw.ts';
import { KEY, type Offset } from './storage.ts';
import { NEVER_HIT } from './tlb.ts';
import { ASCE, toNumber, type Walk, walk } from './walk.ts';

/** Kinds of access. */
export const ACCESS = { FETCH: 0, LOAD: 1, STORE: 2 } as const;
export type Access = (typeof ACCESS)[keyof typeof ACCESS];

/** CR0, low word: bits 35 (low-address protection), 38 and 39 (fetch- and storage-protection override), 40 (EDAT), 43 (IEP). */
// biome-ignore format: a table
export const CR0 = { LOW_ADDRESS: 0x1000_0000, FETCH_OVERRIDE: 0x0200_0000, STORAGE_OVERRIDE: 0x0100_0000, EDAT: 0x0080_0000, IEP: 0x0010_0000 } as const;

/** What protected the storage, as bits 56, 60 and 61 of the TEID tell under enhanced suppression on protection 2. */
export const PROTECTED_BY = { LOW_ADDRESS: 0x80, KEY: 0x08, DAT: 0x04, IEP: 0x84 } as const;

const TAG_OF = [TLB_TAG.fetch, TLB_TAG.read, TLB_TAG.write] as const;

/** Translation-exception identification of an address (two words): its page, fetch or store, space. */
export const teidOf = (high: number, low: number, access: Access, space: number, protection = 0): bigint =>
  (BigInt(high >>> 0) << 32n) | BigInt(((low & ~0xfff) | (access === ACCESS.STORE ? 0x400 : 0x800) | protection | space) >>> 0);

/**
 * The place in linear memory of a logical address (two words) of the CPU's current level. Raises the access exceptions in the PoP's order of
 * priority: low-address protection, translation, DAT and instruction-execution protection, addressing, key-controlled protection.
 * A success sets the frame's reference and change bits and enters the TLB.
 */
export const translate = (cpu: Cpu, high: number, low: number, access: Access, operand = 0): Offset => {
  const space = spaceOf(cpu, access);
  if (cpu.datOn && space === SPACE.ACCESS_REGISTER) return translateByAccessRegister(cpu, high, low, access, operand);
  const offset = translateIn({ cpu, high, low, access, space, asce: cpu.datOn ? cpu.asce(space) : undefined }, cpu.key);
  // Stores into pages that code was compiled from come here each time.
  const isCode = access !== ACCESS.FETCH && cpu.configuration.code.isCode(offset);
  if (isCode) cpu.storable = false;
  enter(cpu, high, low, isCode ? ACCESS.LOAD : access, offset);
  return offset;
};

/** Instructions come from the home space in home-space mode, otherwise from the primary space. */
const spaceOf = (cpu: Cpu, access: Access): number => {
  if (access !== ACCESS.FETCH) return cpu.space;
  return cpu.space === SPACE.HOME ? SPACE.HOME : SPACE.PRIMARY;
};

const enter = (cpu: Cpu, high: number, low: number, access: Access, offset: Offset): void => {
  const cr0 = cpu.controlRegister0(cpu.level);
  // Where protection differs within a page, every access must be looked at.
  const lowPage = high === 0 && low >>> 13 === 0;
  if (lowPage && ((access === ACCESS.STORE && cr0 & CR0.LOW_ADDRESS) || (access !== ACCESS.STORE && cr0 & CR0.FETCH_OVERRIDE))) return;
  const cell = access === ACCESS.FETCH ? CELL.CONTEXT_FETCH : CELL.CONTEXT;
  const context = cpu.cell32(cell);
  // A context that is out of date belongs to another meaning of the address.
  if (context !== NEVER_HIT && !cpu.contextsStale)
    cpu.configuration.tlb.enter(TAG_OF[access], context, high, low, offset, cpu.storable && !lowPage);
};

/** An access that is being translated, for the functions that ask about it and the exceptions that it may raise. */
interface Accessing {
  readonly cpu: Cpu;
  /** The logical address as two words. */
  readonly high: number;
  readonly low: number;
  readonly access: Access;
  readonly space: number;
  /** Absent: the address is real. */
  readonly asce: bigint | undefined;
  /** Stored at 0xA0 with an exception. */
  readonly accessId?: number;
}

const fail = ({ cpu, high, low, access, asce, space, accessId }: Accessing, code: number, protection = 0): never => {
  // An addressing exception stores no translation-exception identification.
  const teid = code === PGM.ADDRESSING ? undefined : teidOf(high, low, access, asce === undefined ? 0 : space, protection);
  throw new ProgramInterruption(cpu.level, code, { ...(teid !== undefined && { teid }), ...(accessId !== undefined && { accessId }) });
};

/** Translates through a given ASCE, or as a real address without one, with the given key. Enters nothing in the TLB. */
const translateIn = (accessing: Accessing, key: number): Offset => {
  const { cpu, high, low, access, asce } = accessing;
  const { level } = cpu;
  const cr0 = cpu.controlRegister0(level);
  const asceLow = asce === undefined ? ASCE.REAL : Number(asce & 0xffff_ffffn) | 0;
  const isPrivate = asce !== undefined && (asceLow & ASCE.PRIVATE) !== 0;
  if (access === ACCESS.STORE && cr0 & CR0.LOW_ADDRESS && !isPrivate && isLowAddress(high, low)) {
    fail(accessing, PGM.PROTECTION, PROTECTED_BY.LOW_ADDRESS);
  }
  let absolute: number;
  let frameKey: number | undefined;
  let isProtected = false;
  if (asce !== undefined && !(asceLow & ASCE.REAL)) {
    const found = walkLevel(cpu, level, asce, high, low);
    if (found.exception) fail(accessing, found.exception);
    if (access === ACCESS.STORE && found.protectedPage) fail(accessing, PGM.PROTECTION, PROTECTED_BY.DAT);
    if (access === ACCESS.FETCH && found.noExecute) fail(accessing, PGM.PROTECTION, PROTECTED_BY.IEP);
    absolute = absolutePage(found, cpu.prefix) + (low & 0xfff);
    frameKey = found.frameKey;
    isProtected = found.protectedPage;
  } else absolute = realToAbsolute(toNumber(high, low), cpu.prefix);
  const offset = absoluteToOffset(cpu, level, absolute, access === ACCESS.STORE);
  const { storage } = cpu.configuration;
  const frame = storage.frame(offset);
  const storageKey = frameKey ?? storage.keys[frame]!;
  if (!keyPermits(storageKey, key, access, cr0, high, low, isPrivate)) fail(accessing, PGM.PROTECTION, PROTECTED_BY.KEY);
  cpu.storable =
    access === ACCESS.LOAD &&
    !isProtected &&
    isKnownStorable(cpu, level, absolute) &&
    keyPermits(storageKey, key, ACCESS.STORE, cr0, high, low, isPrivate);
  const before = storage.keys[frame]!;
  const after = before | (access === ACCESS.STORE ? KEY.R | KEY.C : KEY.R);
  if (after !== before) {
    cpu.recording.note(frame, before);
    storage.keys[frame] = after;
  }
  return offset;
};

/** As {@link translateIn} for a real address (two words), with the PSW key. */
export const translateReal = (cpu: Cpu, high: number, low: number, access: Access): Offset =>
  noticed(cpu, access, translateIn({ cpu, high, low, access, space: SPACE.PRIMARY, asce: undefined }, cpu.key));

/** Somebody is about to store at an offset, who does not say how much. */
export const noticed = (cpu: Cpu, access: Access, offset: Offset): Offset => {
  const { code } = cpu.configuration;
  if (access === ACCESS.STORE && code.isCode(offset)) code.invalidate(offset);
  return offset;
};

/** Low-address protection covers 0-511 and 4096-4607 of the effective address. */
export const isLowAddress = (high: number, low: number): boolean => high === 0 && (low & ~0x11ff) === 0;

/** Whether a storage key lets an access with this key pass (PoP, "Key-Controlled Protection"), overrides included. */
export const keyPermits = (
  storageKey: number,
  key: number,
  access: Access,
  cr0: number,
  high: number,
  low: number,
  isPrivate: boolean,
): boolean => {
  if (key === 0 || storageKey >> 4 === key) return true;
  if (cr0 & CR0.STORAGE_OVERRIDE && storageKey >> 4 === 9) return true;
  if (access === ACCESS.STORE) return false;
  if (!(storageKey & KEY.F)) return true;
  return (cr0 & CR0.FETCH_OVERRIDE) !== 0 && high === 0 && low >>> 11 === 0 && !isPrivate;
};

/** Prefixing: the first 8 KiB and the prefix area change places (PoP, "Prefixing"). */
export const realToAbsolute = (real: number, prefix: number): number => {
  const block = real - (real % 8192);
  if (block === 0) return real + (prefix >>> 0);
  return block === prefix >>> 0 ? real - block : real;
};

/** Absolute address of the page that a walk found. */
export const absolutePage = ({ page, absolute }: Walk, prefix: number): number => (absolute ? page : realToAbsolute(page, prefix));

/** Walks a level's tables for an address. */
export const walkLevel = (cpu: Cpu, level: number, asce: bigint, high: number, low: number): Walk => {
  const cr0 = cpu.controlRegister0(level);
  const options = cpu.configuration.walkOptions[(cr0 & CR0.EDAT ? 1 : 0) | (cr0 & CR0.IEP ? 2 : 0)]!;
  return walk(levelReader(cpu, level), Number(asce >> 32n) | 0, Number(asce & 0xffff_ffffn) | 0, high, low, options);
};

/**
 * Access-register mode: the access register beside the base register selects the space. ALET 0 is the primary and 1 the secondary space;
 * others would go through the access lists, which no program that we know of uses: they are an exception.
 */
export const asceOfAccessRegister = (cpu: Cpu, register: number): { readonly asce: bigint; readonly exception: number } => {
  const alet = register === 0 ? 0 : cpu.ar[register]!;
  const exception = alet <= 1 ? 0 : alet & 0xfe00_0000 ? PGM.ALET_SPECIFICATION : PGM.ALEN_TRANSLATION;
  return { asce: cpu.asce(alet === 0 ? SPACE.PRIMARY : SPACE.SECONDARY), exception };
};

const translateByAccessRegister = (cpu: Cpu, high: number, low: number, access: Access, operand: number): Offset =>
  throughAccessRegister(cpu, high, low, access, cpu.baseRegister(operand), cpu.key);

const throughAccessRegister = (cpu: Cpu, high: number, low: number, access: Access, register: number, key: number): Offset => {
  const { asce, exception } = asceOfAccessRegister(cpu, register);
  if (exception) cpu.programCheck(exception, { accessId: register });
  return translateIn({ cpu, high, low, access, space: SPACE.ACCESS_REGISTER, asce, accessId: register }, key);
};

/** How an instruction that brings its own key or space along accesses an operand. */
export interface OperandAccess {
  readonly key: number;
  /** Address-space control, {@link SPACE}; without DAT it does not count. */
  readonly space: number;
  /** Number of the access register that counts in access-register mode. */
  readonly register: number;
}

/** As {@link translate}, in a space and with a key of the instruction's own; the TLB, which knows only the PSW's, is left alone. */
export const translateWith = (cpu: Cpu, address: bigint, access: Access, how: OperandAccess): Offset =>
  noticed(cpu, access, translateAs(cpu, address, access, how));

const translateAs = (cpu: Cpu, address: bigint, access: Access, { key, space, register }: OperandAccess): Offset => {
  const high = Number(address >> 32n) | 0;
  const low = Number(address & 0xffff_ffffn) | 0;
  if (!cpu.datOn) return translateIn({ cpu, high, low, access, space: SPACE.PRIMARY, asce: undefined }, key);
  if (space === SPACE.ACCESS_REGISTER) return throughAccessRegister(cpu, high, low, access, register, key);
  return translateIn({ cpu, high, low, access, space, asce: cpu.asce(space) }, key);
};
