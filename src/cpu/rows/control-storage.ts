import type { Cpu } from '../cpu.ts';
import { guestKey, setGuestKey } from '../guest-keys.ts';
import type { Instruction } from '../instruction.ts';
import { PGM, ProgramInterruption } from '../interruption.ts';
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
  type OperandAccess,
  realToAbsolute,
  translateReal,
  translateWith,
  walkLevel,
} from '../translation.ts';
import { ASCE, ENTRY } from '../walk.ts';
import { needKey, needSecondarySpace } from './control-psw.ts';
import { addressIn, bytesTogether, lengthIn } from './operand-bytes.ts';

/** Instructions that look at translation and protection, set storage keys, or move data with a key or space of their own. */

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
    storage.keys[storage.frame(at)]! |= KEY.R | KEY.C;
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

// ---- moves with keys and between spaces --------------------------------------------------------------------------------

interface Piece {
  readonly offset: number;
  readonly count: number;
}

/** Translates an operand, in pieces within each of which the bytes lie side by side and are protected alike. */
const pieces = (cpu: Cpu, address: bigint, length: number, access: Access, how: OperandAccess): Piece[] => {
  const list: Piece[] = [];
  for (let at = address, left = length; left > 0; ) {
    const count = Math.min(left, bytesTogether(at));
    list.push({ offset: translateWith(cpu, at, access, how), count });
    at = (at + BigInt(count)) & cpu.addressMask;
    left -= count;
  }
  return list;
};

/**
 * Moves a whole operand once all of it is known to be accessible. Which of several exceptions is recognized is unpredictable: the second
 * operand's come first. What destructive overlap yields is unpredictable, too.
 */
const move = (cpu: Cpu, to: bigint, toHow: OperandAccess, from: bigint, fromHow: OperandAccess, length: number): void => {
  const { bytes } = cpu.configuration.storage;
  const sources = pieces(cpu, from, length, ACCESS.LOAD, fromHow);
  const targets = pieces(cpu, to, length, ACCESS.STORE, toHow);
  const data = new Uint8Array(length);
  let at = 0;
  for (const { offset, count } of sources) {
    data.set(bytes.subarray(offset, offset + count), at);
    at += count;
  }
  at = 0;
  for (const { offset, count } of targets) {
    bytes.set(data.subarray(at, at + count), offset);
    at += count;
  }
};

/** A true length of more than a limit moves that many bytes, and condition code 3 says so. */
const limitedLength = (cpu: Cpu, register: number, limit: number): { length: number; cc: 0 | 3 } => {
  const length = lengthIn(cpu, register);
  return length > BigInt(limit) ? { length: limit, cc: 3 } : { length: Number(length), cc: 0 };
};

/** How the PSW says that an operand is accessed. */
const asPsw = (cpu: Cpu, i: Instruction, operand: 1 | 2): OperandAccess => ({
  key: cpu.key,
  space: cpu.space,
  register: i.baseOf(operand),
});

/** Bits 56-59 of a register as an access key. */
const keyIn = (cpu: Cpu, register: number): number => Number((cpu.gr[register]! >> 4n) & 15n);

/** MOVE TO PRIMARY and MOVE TO SECONDARY: the operand in the secondary space is accessed with the key in R3. */
const moveBetweenSpaces =
  (toPrimary: boolean) =>
  (cpu: Cpu, i: Instruction): void => {
    needSecondarySpace(cpu);
    if (cpu.space === SPACE.HOME || cpu.space === SPACE.ACCESS_REGISTER) cpu.programCheck(PGM.SPECIAL_OPERATION);
    const key = keyIn(cpu, i.r3);
    needKey(cpu, key);
    const primary: OperandAccess = { key: cpu.key, space: SPACE.PRIMARY, register: 0 };
    const secondary: OperandAccess = { key, space: SPACE.SECONDARY, register: 0 };
    const { length, cc } = limitedLength(cpu, i.r1, 256);
    const [target, source] = toPrimary ? [primary, secondary] : [secondary, primary];
    move(cpu, i.address(1), target, i.address(2), source, length);
    cpu.cc = cc;
  };

/** MOVE WITH KEY: the second operand is accessed with the key in R3. */
const moveWithKey = (cpu: Cpu, i: Instruction): void => {
  const key = keyIn(cpu, i.r3);
  needKey(cpu, key);
  const { length, cc } = limitedLength(cpu, i.r1, 256);
  move(cpu, i.address(1), asPsw(cpu, i, 1), i.address(2), { ...asPsw(cpu, i, 2), key }, length);
  cpu.cc = cc;
};

/** MOVE WITH SOURCE or DESTINATION KEY: length less one in bits 56-63 of register 0, key in register 1. The condition code stays. */
const moveWithOperandKey =
  (keyed: 1 | 2) =>
  (cpu: Cpu, i: Instruction): void => {
    const key = keyIn(cpu, 1);
    needKey(cpu, key);
    const how = (operand: 1 | 2): OperandAccess => (operand === keyed ? { ...asPsw(cpu, i, operand), key } : asPsw(cpu, i, operand));
    move(cpu, i.address(1), how(1), i.address(2), how(2), Number(cpu.gr[0]! & 0xffn) + 1);
  };

/** An operand-access control of MVCOS, 16 bits of register 0: key, address space, and whether each of them counts. */
const OAC = { KEY_VALID: 2, SPACE_VALID: 1 } as const;

const moveWithOptionalSpecifications = (cpu: Cpu, i: Instruction): void => {
  if (!cpu.datOn) cpu.programCheck(PGM.SPECIAL_OPERATION);
  const how = (operand: 1 | 2, control: number): OperandAccess => ({
    key: control & OAC.KEY_VALID ? (control >> 12) & 15 : cpu.key,
    space: control & OAC.SPACE_VALID ? (control >> 6) & 3 : cpu.space,
    register: i.baseOf(operand),
  });
  const control1 = Number((cpu.gr[0]! >> 16n) & 0xffffn);
  const control2 = Number(cpu.gr[0]! & 0xffffn);
  const target = how(1, control1);
  const source = how(2, control2);
  if (control1 & OAC.SPACE_VALID && target.space === SPACE.HOME && cpu.problemState) cpu.programCheck(PGM.SPECIAL_OPERATION);
  if (target.space === SPACE.SECONDARY || source.space === SPACE.SECONDARY) needSecondarySpace(cpu);
  // The PSW key needs no authority: only keys that register 0 brings along are checked.
  if (control1 & OAC.KEY_VALID) needKey(cpu, target.key);
  if (control2 & OAC.KEY_VALID) needKey(cpu, source.key);
  const { length, cc } = limitedLength(cpu, i.r3, PAGE);
  move(cpu, i.address(1), target, i.address(2), source, length);
  cpu.cc = cc;
};

// ---- MOVE PAGE ---------------------------------------------------------------------------------------------------------

/** Register 0: reserved bits, key for the first or the second operand, condition-code option. */
const MVPG = { RESERVED: 0xf000n, FIRST_KEY: 0x800n, SECOND_KEY: 0x400n, CONDITION_CODE: 0x100n } as const;

const movePage = (cpu: Cpu, i: Instruction): void => {
  const control = cpu.gr[0]!;
  const both = MVPG.FIRST_KEY | MVPG.SECOND_KEY;
  if (control & MVPG.RESERVED || (control & both) === both) cpu.programCheck(PGM.SPECIFICATION);
  const key = keyIn(cpu, 0);
  if (control & both) needKey(cpu, key);
  const how = (operand: 1 | 2, mask: bigint): OperandAccess =>
    control & mask ? { ...asPsw(cpu, i, operand), key } : asPsw(cpu, i, operand);

  const from = pageOrInvalid(cpu, i, i.r2, ACCESS.LOAD, how(2, MVPG.SECOND_KEY));
  if (from === undefined) {
    cpu.cc = 2;
    return;
  }
  const to = pageOrInvalid(cpu, i, i.r1, ACCESS.STORE, how(1, MVPG.FIRST_KEY));
  if (to === undefined) {
    cpu.cc = 1;
    return;
  }
  cpu.configuration.storage.bytes.copyWithin(to, from, from + PAGE);
  cpu.cc = 0;
};

/** A page of MVPG, or undefined when it is invalid and the condition-code option asks for a condition code instead of an interruption. */
const pageOrInvalid = (cpu: Cpu, i: Instruction, register: number, access: Access, how: OperandAccess): Offset | undefined => {
  try {
    return translateWith(cpu, addressIn(cpu, register) & ~PAGE_OFFSET, access, how);
  } catch (thrown) {
    if (!(thrown instanceof ProgramInterruption) || thrown.level !== cpu.level || thrown.code !== PGM.PAGE_TRANSLATION) throw thrown;
    if (cpu.gr[0]! & MVPG.CONDITION_CODE) return undefined;
    throw new ProgramInterruption(thrown.level, thrown.code, { ...thrown.detail, operandId: (i.r1 << 4) | i.r2 });
  }
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

  plainRow('da', 'mvcp', 'SS-d', 'MOVE TO PRIMARY', {}, moveBetweenSpaces(true)),
  plainRow('db', 'mvcs', 'SS-d', 'MOVE TO SECONDARY', {}, moveBetweenSpaces(false)),
  plainRow('d9', 'mvck', 'SS-d', 'MOVE WITH KEY', {}, moveWithKey),
  plainRow('e50e', 'mvcsk', 'SSE', 'MOVE WITH SOURCE KEY', {}, moveWithOperandKey(2)),
  plainRow('e50f', 'mvcdk', 'SSE', 'MOVE WITH DESTINATION KEY', {}, moveWithOperandKey(1)),
  plainRow('c80', 'mvcos', 'SSF', 'MOVE WITH OPTIONAL SPECIFICATIONS', { facility: 27 }, moveWithOptionalSpecifications),
  plainRow('b254', 'mvpg', 'RRE', 'MOVE PAGE', {}, movePage),
];
