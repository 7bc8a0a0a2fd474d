import type { Cpu } from '../cpu.ts';
import { supervisorCall } from '../execution.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { CELL } from '../layout.ts';
import type { I32, Meaning } from '../meaning.ts';
import { expandShort, PSW, PSW_BASIC, SPACE } from '../psw.ts';
import { plainRow, type Row, type Shortcut } from '../row.ts';
import { blockOf } from '../sie.ts';
import { ICTL, SD } from '../state-description.ts';
import { ASCE } from '../walk.ts';

/** Instructions that load, change or extract the PSW, and those that work on address spaces. */

const PRIVILEGED = { privileged: true } as const;
/** ASN-and-LX-reuse facility. */
const ASN_AND_LX_REUSE = { facility: 6 } as const;

/** CR0, low word: bits 33, 36 and 37. */
const CR0_SSM_SUPPRESSION = 0x4000_0000n;
const CR0_EXTRACTION_AUTHORITY = 0x0800_0000n;
const CR0_SECONDARY_SPACE = 0x0400_0000n;
/** CR14 bit 44. */
const CR14_ASN_TRANSLATION = 0x0008_0000n;

const HIGH_WORD = 0xffff_ffff_0000_0000n;
const LOW_WORD = 0xffff_ffffn;
const PSW_EXTENDED = BigInt(PSW.EXTENDED) << 32n;
const PSW_BASIC_BIT = BigInt(PSW_BASIC);

const setLow = (cpu: Cpu, r: number, value: bigint): void => {
  cpu.gr[r] = (cpu.gr[r]! & HIGH_WORD) | (value & LOW_WORD);
};

// ---- the whole PSW -----------------------------------------------------------------------------------------------------

/** LOAD PSW: eight bytes in the format of ESA/390. An invalid PSW is loaded all the same and an early exception follows, with ILC 0. */
const loadPsw = (cpu: Cpu, i: Instruction): void => {
  const address = i.address(1);
  cpu.needAligned(address, 8);
  cpu.loadPsw(expandShort(cpu.load(address, 8, 1)));
};

const loadPswExtended = (cpu: Cpu, i: Instruction): void => {
  const address = i.address(2);
  cpu.needAligned(address, 8);
  const bytes = new DataView(cpu.loadBytes(address, 16).buffer);
  cpu.loadPsw({ mask: bytes.getBigUint64(0), address: bytes.getBigUint64(8) });
};

/** Bits 0-31 go to R1, bits 32-63 to R2 unless that is register 0. */
const extractPsw = (cpu: Cpu, i: Instruction): void => {
  const mask = cpu.pswMask;
  setLow(cpu, i.r1, mask >> 32n);
  if (i.r2 !== 0) setLow(cpu, i.r2, mask);
};

// ---- system mask -------------------------------------------------------------------------------------------------------

/** Replaces PSW bits 0-7. Where bits 0 and 2-4 do not become zeros an early specification exception follows. */
const setSystemMask = (cpu: Cpu, system: number): void => {
  const mask = (cpu.pswMask & 0x00ff_ffff_ffff_ffffn) | (BigInt(system) << 56n);
  cpu.loadPsw({ mask, address: cpu.nextAddress }, cpu.instructionLength);
};

const systemMask = (cpu: Cpu): number => cpu.pswHigh >>> 24;

const setSystemMaskFromStorage = (cpu: Cpu, i: Instruction): void => {
  if (cpu.cr[0]! & CR0_SSM_SUPPRESSION) cpu.programCheck(PGM.SPECIAL_OPERATION);
  setSystemMask(cpu, Number(cpu.load(i.address(1), 1, 1)));
};

const storeThenAnd = (cpu: Cpu, i: Instruction): void => {
  const before = systemMask(cpu);
  cpu.store(i.address(1), 1, BigInt(before), 1);
  setSystemMask(cpu, before & i.field('i2'));
};

const storeThenOr = (cpu: Cpu, i: Instruction): void => {
  const before = systemMask(cpu);
  cpu.store(i.address(1), 1, BigInt(before), 1);
  setSystemMask(cpu, before | i.field('i2'));
};

/** Interruption masks of the system mask: I/O and external. */
const INTERRUPTIONS = 0x03;

/** A system mask that stays as it is, or disables interruptions: nothing that the machine would have to look at. */
const disabling = (m: Meaning, before: I32, after: I32, store: () => void): Shortcut => {
  const others = m.and(m.xor(before, after), 0xff & ~INTERRUPTIONS);
  const enabled = m.and(after, m.xor(before, 0xff));
  return {
    applies: m.isZero(m.or(others, enabled)),
    work: () => {
      store();
      m.setCell32(CELL.PSW_MASK + 4, m.or(m.and(m.cell32(CELL.PSW_MASK + 4), 0x00ff_ffff), m.shl(after, 24)));
    },
  };
};

const systemMaskOf = (m: Meaning): I32 => m.shrU(m.cell32(CELL.PSW_MASK + 4), 24);

const disablingSet = (m: Meaning): Shortcut => {
  m.programCheckIf(PGM.SPECIAL_OPERATION, m.and(m.cell32(CELL.CR), Number(CR0_SSM_SUPPRESSION)));
  const after = m.load8(m.address(1));
  return disabling(m, systemMaskOf(m), after, () => {});
};

const disablingStore =
  (change: (m: Meaning, before: I32, operand: I32) => I32) =>
  (m: Meaning): Shortcut => {
    const before = systemMaskOf(m);
    const address = m.address(1);
    return disabling(m, before, change(m, before, m.unsigned('i2')), () => m.store8(address, before));
  };

const SSM = { ...PRIVILEGED, operands: 'd1(b1)', intercept: { ictl: ICTL.SSM }, shortcut: disablingSet } as const;
const STNSM = {
  ...PRIVILEGED,
  intercept: { ictl: ICTL.STNSM },
  shortcut: disablingStore((m, before, operand) => m.and(before, operand)),
} as const;
const STOSM = {
  ...PRIVILEGED,
  intercept: { ictl: ICTL.STOSM },
  shortcut: disablingStore((m, before, operand) => m.or(before, operand)),
} as const;

// ---- PSW key -----------------------------------------------------------------------------------------------------------

/** In the problem state a key must be permitted by the PSW-key mask, CR3 bits 32-47. */
export const needKey = (cpu: Cpu, key: number): void => {
  if (cpu.problemState && !(Number((cpu.cr[3]! >> 16n) & 0xffffn) & (0x8000 >> key))) cpu.programCheck(PGM.PRIVILEGED);
};

const setPswKey = (cpu: Cpu, i: Instruction): void => {
  const key = Number((i.value(2) >> 4n) & 15n);
  needKey(cpu, key);
  cpu.setPswMask((cpu.pswMask & ~(0xf0n << 48n)) | (BigInt(key) << 52n));
};

const needExtractionAuthority = (cpu: Cpu): void => {
  if (cpu.problemState && !(cpu.cr[0]! & CR0_EXTRACTION_AUTHORITY)) cpu.programCheck(PGM.PRIVILEGED);
};

/** The key goes to bits 56-59 of register 2, zeros to bits 60-63. */
const insertPswKey = (cpu: Cpu): void => {
  needExtractionAuthority(cpu);
  cpu.gr[2] = (cpu.gr[2]! & ~0xffn) | BigInt(cpu.key << 4);
};

// ---- address-space control ---------------------------------------------------------------------------------------------

const needDat = (cpu: Cpu): void => {
  if (!cpu.datOn) cpu.programCheck(PGM.SPECIAL_OPERATION);
};

/** DAT must be on and the secondary-space control one. */
export const needSecondarySpace = (cpu: Cpu): void => {
  needDat(cpu);
  if (!(cpu.cr[0]! & CR0_SECONDARY_SPACE)) cpu.programCheck(PGM.SPECIAL_OPERATION);
};

/** Bits 52-55 of the address, as SAC and SACF code a space, by its {@link SPACE}; IAC delivers the same code. */
const SPACE_OF_CODE = [SPACE.PRIMARY, SPACE.SECONDARY, SPACE.ACCESS_REGISTER, SPACE.HOME] as const;
const HOME_CODE = 3;

const setAddressSpaceControl = (cpu: Cpu, i: Instruction): void => {
  const code = Number((i.value(2) >> 8n) & 15n);
  needSecondarySpace(cpu);
  if (code === HOME_CODE && cpu.problemState) cpu.programCheck(PGM.PRIVILEGED);
  if (code > HOME_CODE) cpu.programCheck(PGM.SPECIFICATION);
  const before = cpu.space;
  const space = SPACE_OF_CODE[code]!;
  cpu.setPswMask((cpu.pswMask & ~(BigInt(PSW.SPACE) << 32n)) | (BigInt(space) << 46n));
  const switches = (before === SPACE.HOME) !== (space === SPACE.HOME);
  if (switches && (cpu.cr[1]! | cpu.cr[13]!) & BigInt(ASCE.SPACE_SWITCH)) {
    // Space-switch event, after the instruction: the primary ASN, with the leftmost bit (of 32) one when the old space was the home space.
    cpu.programCheck(PGM.SPACE_SWITCH, { teid: (before === SPACE.HOME ? 0x8000_0000n : 0n) | (cpu.cr[4]! & 0xffffn) });
  }
};

const insertAddressSpaceControl = (cpu: Cpu, i: Instruction): void => {
  needDat(cpu);
  needExtractionAuthority(cpu);
  const code = SPACE_OF_CODE.indexOf(cpu.space as (typeof SPACE_OF_CODE)[number]);
  cpu.gr[i.r1] = (cpu.gr[i.r1]! & ~0xff00n) | BigInt(code << 8);
  cpu.cc = code;
};

// ---- address-space numbers ---------------------------------------------------------------------------------------------

/** An ASN to bits 48-63 of R1, zeros to bits 32-47; with its instance number, that to bits 0-31. */
const extractAsn =
  (register: 3 | 4, withInstance: boolean) =>
  (cpu: Cpu, i: Instruction): void => {
    needDat(cpu);
    needExtractionAuthority(cpu);
    const from = cpu.cr[register]!;
    const asn = from & 0xffffn;
    if (withInstance) cpu.gr[i.r1] = (from & HIGH_WORD) | asn;
    else setLow(cpu, i.r1, asn);
  };

/**
 * SET SECONDARY ASN (AND INSTANCE), to the current primary space: the only form that needs no ASN translation. We know of no program
 * that keeps ASN tables, so every other ASN is what it is with the ASN-translation control zero: a special-operation exception.
 */
const setSecondaryAsn =
  (withInstance: boolean) =>
  (cpu: Cpu, i: Instruction): void => {
    needDat(cpu);
    const asn = cpu.gr[i.r1]! & 0xffffn;
    if (!(cpu.cr[14]! & CR14_ASN_TRANSLATION) || asn !== (cpu.cr[4]! & 0xffffn)) cpu.programCheck(PGM.SPECIAL_OPERATION);
    cpu.cr[3] = (cpu.cr[3]! & ~0xffffn) | asn;
    if (withInstance) cpu.cr[3] = (cpu.cr[3]! & LOW_WORD) | (cpu.cr[4]! & HIGH_WORD);
    cpu.cr[7] = cpu.cr[1]!;
    cpu.contextChanged();
  };

// ---- addressing mode ---------------------------------------------------------------------------------------------------

type Mode = 24 | 31 | 64;
const MODE_BITS: Record<Mode, bigint> = { 24: 0n, 31: PSW_BASIC_BIT, 64: PSW_EXTENDED | PSW_BASIC_BIT };
const MODE_LIMIT: Record<Mode, bigint> = { 24: 0xff_ffffn, 31: 0x7fff_ffffn, 64: 0xffff_ffff_ffff_ffffn };

const modeOf = (cpu: Cpu): Mode => {
  const mask = cpu.pswMask;
  return mask & PSW_EXTENDED ? 64 : mask & PSW_BASIC_BIT ? 31 : 24;
};

const withMode = (cpu: Cpu, mode: Mode): bigint => (cpu.pswMask & ~MODE_BITS[64]) | MODE_BITS[mode];

/** The instruction must itself lie where the new mode reaches; the address behind it then wraps in the new mode. */
const setAddressingMode =
  (mode: Mode) =>
  (cpu: Cpu): void => {
    if (cpu.instructionAddress > MODE_LIMIT[mode]) cpu.programCheck(PGM.SPECIFICATION);
    cpu.setPsw({ mask: withMode(cpu, mode), address: cpu.nextAddress & MODE_LIMIT[mode] });
  };

const testAddressingMode = (cpu: Cpu): void => {
  const mode = modeOf(cpu);
  cpu.cc = mode === 64 ? 3 : mode === 31 ? 1 : 0;
};

/** Branches to an address whose bit 63, or else bit 32, says the mode. */
const branchAndSetMode = (cpu: Cpu, target: bigint): void => {
  const mode: Mode = target & 1n ? 64 : target & 0x8000_0000n ? 31 : 24;
  cpu.setPsw({ mask: withMode(cpu, mode), address: (mode === 64 ? target & ~1n : target) & MODE_LIMIT[mode] });
};

/** BRANCH AND SET MODE: the old mode goes into bit 63 (64-bit mode) or bit 32 of R1, all other bits of which stay. */
const branchSetMode = (cpu: Cpu, i: Instruction): void => {
  const { r1, r2 } = i;
  const target = cpu.gr[r2]!;
  const mode = modeOf(cpu);
  if (r1 !== 0) {
    const before = cpu.gr[r1]!;
    cpu.gr[r1] = mode === 64 ? before | 1n : (before & ~0x8000_0000n) | (mode === 31 ? 0x8000_0000n : 0n);
  }
  if (r2 !== 0) branchAndSetMode(cpu, target);
};

/** BRANCH AND SAVE AND SET MODE: links with the old mode in the address that a BSM will return to. */
const branchSaveSetMode = (cpu: Cpu, i: Instruction): void => {
  const { r1, r2 } = i;
  const target = cpu.gr[r2]!;
  const mode = modeOf(cpu);
  const next = cpu.nextAddress;
  if (mode === 64) cpu.gr[r1] = next | 1n;
  else setLow(cpu, r1, next | (mode === 31 ? 0x8000_0000n : 0n));
  if (r2 !== 0) branchAndSetMode(cpu, target);
};

// ---- calls -------------------------------------------------------------------------------------------------------------

/** SUPERVISOR CALL. The state description intercepts all (0x80), or up to three codes that stand behind the bits that select them. */
const callSupervisor = (cpu: Cpu, i: Instruction): void => {
  const { bytes } = cpu.configuration.storage;
  const code = i.field('i1');
  const control = blockOf(cpu) + SD.SVC_CONTROL;
  const selected = [1, 2, 3].some((n) => bytes[control]! & (0x80 >> n) && bytes[control + n] === code);
  if (bytes[control]! & 0x80 || selected) cpu.interceptInstruction();
  supervisorCall(cpu, code);
};

/** MONITOR CALL: an event of its class, if CR8 asks for it; the address is the code and is not used to access storage. */
const monitorCall = (cpu: Cpu, i: Instruction): void => {
  const monitorClass = i.field('i2');
  if (monitorClass > 15) cpu.programCheck(PGM.SPECIFICATION);
  if (cpu.cr[8]! & BigInt(0x8000 >> monitorClass)) cpu.programCheck(PGM.MONITOR_EVENT, { monitorClass, monitorCode: i.address(1) });
};

// biome-ignore format: one row a line
export const CONTROL_PSW: readonly Row[] = [
  plainRow('82', 'lpsw', 'SI', 'LOAD PSW', { ...PRIVILEGED, operands: 'd1(b1)', intercept: { ictl: ICTL.LPSW } }, loadPsw),
  plainRow('b2b2', 'lpswe', 'S', 'LOAD PSW EXTENDED', { ...PRIVILEGED, intercept: { ictl: ICTL.LPSW } }, loadPswExtended),
  plainRow('b98d', 'epsw', 'RRE', 'EXTRACT PSW', {}, extractPsw),
  plainRow('80', 'ssm', 'SI', 'SET SYSTEM MASK', SSM, setSystemMaskFromStorage),
  plainRow('ac', 'stnsm', 'SI', 'STORE THEN AND SYSTEM MASK', STNSM, storeThenAnd),
  plainRow('ad', 'stosm', 'SI', 'STORE THEN OR SYSTEM MASK', STOSM, storeThenOr),
  plainRow('b20a', 'spka', 'S', 'SET PSW KEY FROM ADDRESS', {}, setPswKey),
  plainRow('b20b', 'ipk', 'S', 'INSERT PSW KEY', { operands: '' }, insertPswKey),
  plainRow('b219', 'sac', 'S', 'SET ADDRESS SPACE CONTROL', {}, setAddressSpaceControl),
  plainRow('b279', 'sacf', 'S', 'SET ADDRESS SPACE CONTROL FAST', {}, setAddressSpaceControl),
  plainRow('b224', 'iac', 'RRE', 'INSERT ADDRESS SPACE CONTROL', { operands: 'r1' }, insertAddressSpaceControl),
  plainRow('b226', 'epar', 'RRE', 'EXTRACT PRIMARY ASN', { operands: 'r1' }, extractAsn(4, false)),
  plainRow('b227', 'esar', 'RRE', 'EXTRACT SECONDARY ASN', { operands: 'r1' }, extractAsn(3, false)),
  plainRow('b99a', 'epair', 'RRE', 'EXTRACT PRIMARY ASN AND INSTANCE', { ...ASN_AND_LX_REUSE, operands: 'r1' }, extractAsn(4, true)),
  plainRow('b99b', 'esair', 'RRE', 'EXTRACT SECONDARY ASN AND INSTANCE', { ...ASN_AND_LX_REUSE, operands: 'r1' }, extractAsn(3, true)),
  plainRow('b225', 'ssar', 'RRE', 'SET SECONDARY ASN', { operands: 'r1' }, setSecondaryAsn(false)),
  plainRow('b99f', 'ssair', 'RRE', 'SET SECONDARY ASN WITH INSTANCE', { ...ASN_AND_LX_REUSE, operands: 'r1' }, setSecondaryAsn(true)),
  plainRow('010c', 'sam24', 'E', 'SET ADDRESSING MODE (24)', {}, setAddressingMode(24)),
  plainRow('010d', 'sam31', 'E', 'SET ADDRESSING MODE (31)', {}, setAddressingMode(31)),
  plainRow('010e', 'sam64', 'E', 'SET ADDRESSING MODE (64)', {}, setAddressingMode(64)),
  plainRow('010b', 'tam', 'E', 'TEST ADDRESSING MODE', {}, testAddressingMode),
  plainRow('0b', 'bsm', 'RR', 'BRANCH AND SET MODE', {}, branchSetMode),
  plainRow('0c', 'bassm', 'RR', 'BRANCH AND SAVE AND SET MODE', {}, branchSaveSetMode),
  plainRow('0a', 'svc', 'I', 'SUPERVISOR CALL', {}, callSupervisor),
  plainRow('af', 'mc', 'SI', 'MONITOR CALL', {}, monitorCall),
];
