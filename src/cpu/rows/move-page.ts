import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { INTERCEPT, Interception, isInvalidEntry, PGM, ProgramInterruption } from '../interruption.ts';
import { walkHost } from '../levels.ts';
import { SPACE } from '../psw.ts';
import { plainRow, type Row } from '../row.ts';
import { blockOf } from '../sie.ts';
import { ECA, SD } from '../state-description.ts';
import type { Offset } from '../storage.ts';
import {
  ACCESS,
  type Access,
  absolutePage,
  asceOfAccessRegister,
  type OperandAccess,
  realToAbsolute,
  translateWith,
  walkLevel,
} from '../translation.ts';
import { ASCE, ENTRY } from '../walk.ts';
import { needKey } from './control-psw.ts';
import { asPsw, keyIn } from './keyed-moves.ts';
import { addressIn } from './operand-bytes.ts';

/** MOVE PAGE, and its partial execution under SIE. */

const PAGE = 4096;
const PAGE_OFFSET = 0xfffn;

/** Register 0: reserved bits, key for the first or the second operand, condition-code option. */
const MVPG = { RESERVED: 0xf000n, FIRST_KEY: 0x800n, SECOND_KEY: 0x400n, CONDITION_CODE: 0x100n } as const;

/** Moves the page, whoever asks for it: the interpreted instruction, or a host that performs an intercepted one. */
export const movePage = (cpu: Cpu, i: Instruction): void => {
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

// ---- under SIE ---------------------------------------------------------------------------------------------------------

/**
 * MOVE PAGE as SIE interprets it when the state description allows it. A page that the host's tables do not have is an interception for
 * partial execution: the host learns which entries of its tables belong to both pages, instead of one of two faults at a time.
 */
const interpretMovePage = (cpu: Cpu, i: Instruction): void => {
  const { view } = cpu.configuration.storage;
  if (!(view.getInt32(blockOf(cpu) + SD.ECA) & ECA.MVPGI)) cpu.interceptInstruction();
  try {
    movePage(cpu, i);
  } catch (thrown) {
    if (!isHostFault(cpu, thrown)) throw thrown;
    const [target, source] = [hostEntry(cpu, i.r1), hostEntry(cpu, i.r2)];
    // A table of the guest's that is not there itself is like any host fault.
    if (target === undefined || source === undefined) throw thrown;
    view.setBigUint64(blockOf(cpu) + SD.PARTIAL, target);
    view.setBigUint64(blockOf(cpu) + SD.PARTIAL + 8, source);
    // Nothing has been moved: what becomes of the keys is the host's work, too.
    cpu.recording.takeBack();
    throw new Interception(INTERCEPT.PARTIAL);
  }
};

/** The host's tables have an invalid entry for a page, or protect it. A block of the host's own that is discarded is none of their entries' doing. */
const isHostFault = (cpu: Cpu, thrown: unknown): boolean => {
  if (!(thrown instanceof ProgramInterruption)) return false;
  return (
    (thrown.level === cpu.level - 1 && isInvalidEntry(thrown.code)) || (thrown.detail.hostCaused === true && thrown.code === PGM.PROTECTION)
  );
};

/** What the low bits of a designated entry's address tell: a segment or region protects the page; the entry is not of a page table (Linux 5.12, arch/s390/kvm/gaccess.h). */
const PARTIAL = { PROTECTED: 2n, NOT_PAGE: 4n } as const;

/** The entry of the host's tables for a page of the guest's, as partial execution designates it; undefined where the guest's tables cannot be read or have none. */
const hostEntry = (cpu: Cpu, register: number): bigint | undefined => {
  const absolute = guestAbsolute(cpu, register);
  if (absolute === undefined) return undefined;
  const { entries } = walkHost(cpu, cpu.level, absolute);
  const last = entries.at(-1);
  if (!last) return undefined;
  const isProtected = entries.some(({ table, low }) => table !== 'page' && (low & ENTRY.PROTECTED) !== 0);
  return BigInt(last.address) | (isProtected ? PARTIAL.PROTECTED : 0n) | (last.table === 'page' ? 0n : PARTIAL.NOT_PAGE);
};

const guestAbsolute = (cpu: Cpu, register: number): number | undefined => {
  const address = addressIn(cpu, register) & ~PAGE_OFFSET;
  const asce = cpu.space === SPACE.ACCESS_REGISTER ? asceOfAccessRegister(cpu, register).asce : cpu.asce(cpu.space);
  if (!cpu.datOn || asce & BigInt(ASCE.REAL)) return realToAbsolute(Number(address), cpu.prefix);
  try {
    const found = walkLevel(cpu, cpu.level, asce, Number(address >> 32n) | 0, Number(address & 0xffff_ffffn) | 0);
    return found.exception ? undefined : absolutePage(found, cpu.prefix);
  } catch (thrown) {
    if (thrown instanceof ProgramInterruption) return undefined;
    throw thrown;
  }
};

export const MOVE_PAGE: readonly Row[] = [plainRow('b254', 'mvpg', 'RRE', 'MOVE PAGE', {}, interpretMovePage)];
