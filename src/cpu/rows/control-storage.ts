import type { Cpu } from '../cpu.ts';
import { guestKey, setGuestKey } from '../guest-keys.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { absoluteToOffset } from '../levels.ts';
import { PSW, SPACE } from '../psw.ts';
import { plainRow, type Row } from '../row.ts';
import { blockOf } from '../sie.ts';
import { ECB2, ICTL, SD } from '../state-description.ts';
import { KEY, type Offset } from '../storage.ts';
import {
  ACCESS,
  type Access,
  absolutePage,
  asceOfAccessRegister,
  CR0,
  isLowAddress,
  keyPermits,
  realToAbsolute,
  translateReal,
  walkLevel,
} from '../translation.ts';
import { ASCE, ENTRY } from '../walk.ts';
import { addressIn } from './operand-bytes.ts';

/** Instructions that look at translation and protection, and set storage keys. */

const PAGE = 4096;
const PAGE_OFFSET = 0xfffn;
const LOW_WORD = 0xffff_ffffn;
const HIGH_WORD = 0xffff_ffff_0000_0000n;

const high = (address: bigint): number => Number(address >> 32n) | 0;
const low = (address: bigint): number => Number(address & LOW_WORD) | 0;
const cr0Low = (cpu: Cpu): number => Number(cpu.cr[0]! & LOW_WORD);

// ---- LOAD REAL ADDRESS -------------------------------------------------------------------------------------------------

/** What LRA puts into R1: a real address, the address of an invalid entry, or the code of the exception that an access would raise. */
interface RealAddress {
  readonly cc: 0 | 1 | 2 | 3;
  readonly value: bigint;
}

/** Translates in the space that the PSW selects, whether or not its DAT bit is one. Only addressing and translation-specification exceptions are raised. */
const realAddress = (cpu: Cpu, i: Instruction): RealAddress => {
  const address = i.address(2);
  const selected =
    cpu.space === SPACE.ACCESS_REGISTER ? asceOfAccessRegister(cpu, i.baseOf(2)) : { asce: cpu.asce(cpu.space), exception: 0 };
  if (selected.exception) return { cc: 3, value: BigInt(selected.exception) };
  if (selected.asce & BigInt(ASCE.REAL)) return { cc: 0, value: address };
  const found = walkLevel(cpu, cpu.level, selected.asce, high(address), low(address));
  const entry = found.entries.at(-1);
  switch (found.exception) {
    case 0:
      return { cc: 0, value: BigInt(found.page) | (address & PAGE_OFFSET) };
    case PGM.ADDRESSING:
    case PGM.TRANSLATION_SPECIFICATION:
      return cpu.programCheck(found.exception);
    case PGM.PAGE_TRANSLATION:
      return { cc: 2, value: BigInt(entry!.address) };
    default:
      // A segment-table entry counts as found only when it lies within the table.
      if (entry?.table === 'segment' && entry.low & ENTRY.INVALID) return { cc: 1, value: BigInt(entry.address) };
      return { cc: 3, value: BigInt(found.exception) };
  }
};

const BEYOND_2_GIB = ~0x7fff_ffffn;
/** Bit 32 of R1 marks an exception code. */
const CODE_MARK = 0x8000_0000n;

const loadRealAddress =
  (alwaysLong: boolean) =>
  (cpu: Cpu, i: Instruction): void => {
    const found = realAddress(cpu, i);
    const long = alwaysLong || (cpu.pswHigh & PSW.EXTENDED) !== 0;
    const tooHigh = !long && (found.value & BEYOND_2_GIB) !== 0n;
    if (tooHigh && found.cc === 0) cpu.programCheck(PGM.SPECIAL_OPERATION);
    // The address of an entry that does not fit in 31 bits gives way to the code of its exception.
    const { cc, value }: RealAddress = tooHigh
      ? { cc: 3, value: BigInt(found.cc === 1 ? PGM.SEGMENT_TRANSLATION : PGM.PAGE_TRANSLATION) }
      : found;
    const upper = cpu.gr[i.r1]! & HIGH_WORD;
    cpu.gr[i.r1] = cc === 3 ? upper | CODE_MARK | value : long ? value : upper | value;
    cpu.cc = cc;
  };

// ---- real storage ------------------------------------------------------------------------------------------------------

/** Place of an aligned real storage operand, the address of which is in R2. Key-controlled and low-address protection apply, DAT does not. */
const realOperand = (cpu: Cpu, i: Instruction, bytes: number, access: Access): Offset => {
  const address = addressIn(cpu, i.r2);
  cpu.needAligned(address, bytes);
  return translateReal(cpu, high(address), low(address), access);
};

const loadUsingRealAddress = (cpu: Cpu, i: Instruction): void => {
  const at = realOperand(cpu, i, 4, ACCESS.LOAD);
  cpu.gr[i.r1] = (cpu.gr[i.r1]! & HIGH_WORD) | BigInt(cpu.configuration.storage.view.getUint32(at));
};
const loadUsingRealAddress64 = (cpu: Cpu, i: Instruction): void => {
  cpu.gr[i.r1] = cpu.configuration.storage.view.getBigUint64(realOperand(cpu, i, 8, ACCESS.LOAD));
};
const storeUsingRealAddress = (cpu: Cpu, i: Instruction): void => {
  const at = realOperand(cpu, i, 4, ACCESS.STORE);
  cpu.configuration.storage.view.setUint32(at, Number(cpu.gr[i.r1]! & LOW_WORD));
};
const storeUsingRealAddress64 = (cpu: Cpu, i: Instruction): void => {
  cpu.configuration.storage.view.setBigUint64(realOperand(cpu, i, 8, ACCESS.STORE), cpu.gr[i.r1]!);
};

// ---- TEST PROTECTION ---------------------------------------------------------------------------------------------------

/** Where a logical address leads, for an instruction that only asks; undefined when the translation is not available. */
interface Destination {
  readonly absolute: number;
  readonly protectedPage: boolean;
  readonly isPrivate: boolean;
  /** The key that an EDAT frame brings along. */
  readonly frameKey: number | undefined;
}

const destination = (cpu: Cpu, address: bigint, register: number): Destination | undefined => {
  const untranslated = realToAbsolute(Number(address), cpu.prefix);
  if (!cpu.datOn) return { absolute: untranslated, protectedPage: false, isPrivate: false, frameKey: undefined };
  const selected = cpu.space === SPACE.ACCESS_REGISTER ? asceOfAccessRegister(cpu, register) : { asce: cpu.asce(cpu.space), exception: 0 };
  if (selected.exception) return undefined;
  const isPrivate = (selected.asce & BigInt(ASCE.PRIVATE)) !== 0n;
  if (selected.asce & BigInt(ASCE.REAL)) return { absolute: untranslated, protectedPage: false, isPrivate, frameKey: undefined };
  const found = walkLevel(cpu, cpu.level, selected.asce, high(address), low(address));
  const { exception, protectedPage, frameKey } = found;
  if (exception === PGM.ADDRESSING || exception === PGM.TRANSLATION_SPECIFICATION) cpu.programCheck(exception);
  const absolute = absolutePage(found, cpu.prefix) + Number(address & PAGE_OFFSET);
  return exception ? undefined : { absolute, protectedPage, isPrivate, frameKey };
};

/** Condition code 0: fetch and store permitted, 1: fetch only, 2: neither, 3: translation not available. Reference bits stay as they are. */
const testProtection = (cpu: Cpu, i: Instruction): void => {
  const address = i.address(1);
  const key = Number((i.value(2) >> 4n) & 15n);
  const found = destination(cpu, address, i.baseOf(1));
  if (found === undefined) {
    cpu.cc = 3;
    return;
  }
  const storageKey = found.frameKey ?? guestKey(cpu, cpu.level, found.absolute);
  const cr0 = cr0Low(cpu);
  const permits = (access: Access): boolean => keyPermits(storageKey, key, access, cr0, high(address), low(address), found.isPrivate);
  const lowProtected = (cr0 & CR0.LOW_ADDRESS) !== 0 && !found.isPrivate && isLowAddress(high(address), low(address));
  const store = permits(ACCESS.STORE) && !found.protectedPage && !lowProtected;
  cpu.cc = store ? 0 : permits(ACCESS.LOAD) ? 1 : 2;
};

// ---- storage keys ------------------------------------------------------------------------------------------------------

/** Absolute address of the block whose real address is in R2. */
const realBlock = (cpu: Cpu, i: Instruction): number => realToAbsolute(Number(addressIn(cpu, i.r2) & ~PAGE_OFFSET), cpu.prefix);

/** Bits 56-62 get the key, bit 63 a zero. */
const insertKey = (cpu: Cpu, i: Instruction): void => {
  const key = guestKey(cpu, cpu.level, realBlock(cpu, i));
  cpu.gr[i.r1] = (cpu.gr[i.r1]! & ~0xffn) | BigInt(key);
};

/** Condition code: R and C as they were. */
const resetReferenceBit = (cpu: Cpu, i: Instruction): void => {
  const block = realBlock(cpu, i);
  const key = guestKey(cpu, cpu.level, block);
  if (key & KEY.R) setGuestKey(cpu, cpu.level, block, key & ~KEY.R);
  cpu.cc = (key & (KEY.R | KEY.C)) >> 1;
};

/** STFLE bits: enhanced DAT 1, conditional SSKE, nonquiescing key setting, enhanced DAT 2. */
const FACILITY = { EDAT_1: 8, CONDITIONAL_SSKE: 10, NONQUIESCING: 14, EDAT_2: 78 } as const;

/** M3 of SSKE. Nonquiescing setting (8) makes no difference here. */
const SSKE = { MR: 4, MC: 2, MULTIPLE_BLOCKS: 1 } as const;

/**
 * Sets a key under the conditional controls: it need not be set if all but the bits that the controls mask are as wanted already.
 * @returns condition code 0 when the key was not set, 1 when it was
 */
const setKeyConditionally = (cpu: Cpu, block: number, old: number, key: number, ignoreR: boolean, ignoreC: boolean): 0 | 1 => {
  const compared = KEY.ACC | KEY.F | (ignoreR ? 0 : KEY.R) | (ignoreC ? 0 : KEY.C);
  const conditional = ignoreR || ignoreC;
  if (conditional && ((old ^ key) & compared) === 0) return 0;
  setGuestKey(cpu, cpu.level, block, key);
  return 1;
};

const setKey = (cpu: Cpu, i: Instruction): void => {
  const { facilities } = cpu.configuration;
  const conditional = facilities.has(FACILITY.CONDITIONAL_SSKE);
  const ignoreR = conditional && (i.m3 & SSKE.MR) !== 0;
  const ignoreC = conditional && (i.m3 & SSKE.MC) !== 0;
  const key = Number(cpu.gr[i.r1]! & 0xfen);
  if (i.m3 & SSKE.MULTIPLE_BLOCKS && facilities.has(FACILITY.EDAT_1)) {
    // R2 is an absolute address then. With conditions, R1 and which blocks were set are unpredictable: R1 stays.
    forEachBlock(cpu, i.r2, MIB, (block) => setKeyConditionally(cpu, block, guestKey(cpu, cpu.level, block), key, ignoreR, ignoreC));
    if (ignoreR || ignoreC) cpu.cc = 3;
    return;
  }
  const block = realBlock(cpu, i);
  const old = guestKey(cpu, cpu.level, block);
  const cc = setKeyConditionally(cpu, block, old, key, ignoreR, ignoreC);
  if (!ignoreR && !ignoreC) return;
  cpu.gr[i.r1] = (cpu.gr[i.r1]! & ~0xff00n) | BigInt(old << 8);
  cpu.cc = cc;
};

const MIB = 0x10_0000n;
const GIB_2 = 0x8000_0000n;

/**
 * Works through the blocks from the address in a register to the next multiple of `size`, and moves the register along: whatever interrupts
 * the work, it goes on where it was. In 24- and 31-bit mode bits 0-31 of the register stay, as do bits 52-63 in every mode.
 */
const forEachBlock = (cpu: Cpu, register: number, size: bigint, work: (block: number) => void): void => {
  const start = addressIn(cpu, register) & ~PAGE_OFFSET;
  const end = (start + size) & ~(size - 1n);
  for (let at = start; at < end; at += BigInt(PAGE)) {
    work(Number(at));
    const next = (at + BigInt(PAGE)) & cpu.addressMask;
    const kept = cpu.pswHigh & PSW.EXTENDED ? PAGE_OFFSET : HIGH_WORD | PAGE_OFFSET;
    cpu.gr[register] = (cpu.gr[register]! & kept) | (next & ~PAGE_OFFSET & ~(kept & HIGH_WORD));
  }
};

// ---- PERFORM FRAME MANAGEMENT FUNCTION ---------------------------------------------------------------------------------

/** R1: set key, clear frame, frame size, and the controls of SSKE. The usage indication (0x8000) may be ignored. */
const PFMF = {
  RESERVED: 0xfffc_0101,
  SET_KEY: 0x2_0000,
  CLEAR: 0x1_0000,
  SIZE: 0x7000,
  NONQUIESCING: 0x800,
  MR: 0x400,
  MC: 0x200,
  KEY: 0xfe,
} as const;

const performFrameManagement = (cpu: Cpu, i: Instruction): void => {
  const { storage, facilities } = cpu.configuration;
  if (!(storage.bytes[blockOf(cpu) + SD.ECB2]! & ECB2.PFMFI)) cpu.interceptInstruction();
  const controls = Number(cpu.gr[i.r1]! & LOW_WORD);
  if (controls & PFMF.RESERVED) cpu.programCheck(PGM.SPECIFICATION);
  if (controls & PFMF.NONQUIESCING && !facilities.has(FACILITY.NONQUIESCING)) cpu.programCheck(PGM.SPECIFICATION);
  const size = (controls & PFMF.SIZE) >> 12;
  const large = size === 2 && facilities.has(FACILITY.EDAT_2) && cpu.addressMask > 0xff_ffffn;
  if (size > 1 && !large) cpu.programCheck(PGM.SPECIFICATION);

  const address = addressIn(cpu, i.r2) & ~PAGE_OFFSET;
  const manage = (block: number): void => manageBlock(cpu, block, controls);
  if (controls & PFMF.CLEAR && cr0Low(cpu) & CR0.LOW_ADDRESS && address < 2n * BigInt(PAGE)) {
    const teid = address | 0x480n;
    cpu.programCheck(PGM.PROTECTION, { teid });
  }
  // Only a 4 KiB frame is designated by a real address.
  if (size === 0) manage(realToAbsolute(Number(address), cpu.prefix));
  else forEachBlock(cpu, i.r2, large ? GIB_2 : MIB, manage);
};

const manageBlock = (cpu: Cpu, block: number, controls: number): void => {
  const { storage, facilities } = cpu.configuration;
  if (controls & PFMF.CLEAR) {
    const at = absoluteToOffset(cpu, cpu.level, block, true);
    storage.bytes.fill(0, at, at + PAGE);
    storage.recordStore(at);
  }
  if (!(controls & PFMF.SET_KEY)) return;
  const conditional = facilities.has(FACILITY.CONDITIONAL_SSKE);
  const old = guestKey(cpu, cpu.level, block);
  setKeyConditionally(
    cpu,
    block,
    old,
    controls & PFMF.KEY,
    conditional && (controls & PFMF.MR) !== 0,
    conditional && (controls & PFMF.MC) !== 0,
  );
};

const PRIVILEGED = { privileged: true } as const;
const EDAT_1 = { ...PRIVILEGED, facility: FACILITY.EDAT_1 } as const;
const withControl = (ictl: number) => ({ ...PRIVILEGED, intercept: { ictl } }) as const;

// biome-ignore format: one row a line
export const CONTROL_STORAGE: readonly Row[] = [
  plainRow('b1', 'lra', 'RX-a', 'LOAD REAL ADDRESS (32)', PRIVILEGED, loadRealAddress(false)),
  plainRow('e313', 'lray', 'RXY-a', 'LOAD REAL ADDRESS (32)', PRIVILEGED, loadRealAddress(false)),
  plainRow('e303', 'lrag', 'RXY-a', 'LOAD REAL ADDRESS (64)', PRIVILEGED, loadRealAddress(true)),
  plainRow('b24b', 'lura', 'RRE', 'LOAD USING REAL ADDRESS (32)', PRIVILEGED, loadUsingRealAddress),
  plainRow('b905', 'lurag', 'RRE', 'LOAD USING REAL ADDRESS (64)', PRIVILEGED, loadUsingRealAddress64),
  plainRow('b246', 'stura', 'RRE', 'STORE USING REAL ADDRESS (32)', PRIVILEGED, storeUsingRealAddress),
  plainRow('b925', 'sturg', 'RRE', 'STORE USING REAL ADDRESS (64)', PRIVILEGED, storeUsingRealAddress64),
  plainRow('e501', 'tprot', 'SSE', 'TEST PROTECTION', withControl(ICTL.TPROT), testProtection),

  plainRow('b229', 'iske', 'RRE', 'INSERT STORAGE KEY EXTENDED', withControl(ICTL.ISKE), insertKey),
  plainRow('b22b', 'sske', 'RRF-c', 'SET STORAGE KEY EXTENDED', { ...withControl(ICTL.SSKE), operands: 'r1,r2,m3?' }, setKey),
  plainRow('b22a', 'rrbe', 'RRE', 'RESET REFERENCE BIT EXTENDED', withControl(ICTL.RRBE), resetReferenceBit),
  plainRow('b9af', 'pfmf', 'RRE', 'PERFORM FRAME MANAGEMENT FUNCTION', EDAT_1, performFrameManagement),
];
