import type { Cpu } from './cpu.ts';
import { lengthOf } from './formats.ts';
import { INTERCEPT, ProgramInterruption } from './interruption.ts';
import { CELL, VECTOR_CONTROLS } from './layout.ts';
import { absoluteToOffset, controlRegister, type GuestMapping, SAVED, savedCell } from './levels.ts';
import { CPUFLAGS, ECA, ECB2, FACILITY_LIST, SD, VALIDITY } from './state-description.ts';
import type { HostAbsolute } from './storage.ts';
import { elapsedUnits, epochOf } from './timing.ts';

const MIB = 0x10_0000;
const PREFIX_SIZE = 8192;

/**
 * Interpretive execution: entering a guest by its state description and leaving it. The SIE instruction and the TypeScript host share it
 * (spec/sie.md 4.1). GR0-13, access and floating-point registers are shared in place; the rest comes from the block and goes back there.
 */

/**
 * Enters the guest that the state description describes, one level up.
 * @returns whether the guest was entered; if not, the block holds a validity interception.
 */
export const enterSie = (cpu: Cpu, stateDescription: HostAbsolute): boolean => {
  const { storage } = cpu.configuration;
  const block = storage.offset(stateDescription);
  const { view, bytes } = storage;
  storage.recordStore(block);
  bytes[block + SD.ICPTCODE] = INTERCEPT.NONE;
  bytes[block + SD.ICPTSTATUS] = 0;
  const host = cpu.level;
  const flags = view.getInt32(block + SD.FLAGS);
  const prefix = view.getInt32(block + SD.PREFIX) & 0x7fff_e000;
  const limits = limitsOf(view, block, flags);
  const reason = invalid(flags, prefix, limits) ?? invalidDesignation(cpu, host, view, block);
  if (reason !== undefined) return refuse(view, block, reason);

  saveHost(cpu, host);
  const level = host + 1;
  const mapping = mappingOf(cpu, host, stateDescription, limits);
  cpu.guests[level] = mapping;
  loadGuest(cpu, view, block, stateDescription, level);
  if (prefixInaccessible(cpu, level, prefix)) {
    restoreHost(cpu, host);
    return refuse(view, block, VALIDITY.PREFIX_ACCESS);
  }
  tell(cpu, level, true);
  return true;
};

/** Leaves the current guest with an interception code; its state goes back to its state description, the host's registers return. */
export const leaveSie = (cpu: Cpu, code: number): void => {
  const { level } = cpu;
  const { view } = cpu.configuration.storage;
  const block = blockOf(cpu);
  storeGuest(cpu, view, block);
  view.setUint8(block + SD.ICPTCODE, code);
  tell(cpu, level, false);
  restoreHost(cpu, level - 1);
};

const tell = (cpu: Cpu, level: number, entered: boolean): void => {
  const { events } = cpu.configuration;
  if (events.wants('sie')) events.emit('sie', { cpu: cpu.index, instruction: cpu.instructions, level, entered });
};

/** Offset in linear memory of the current guest's state description. */
export const blockOf = (cpu: Cpu): number => cpu.configuration.storage.offset(Number(cpu.cell64(CELL.STATE_DESCRIPTION)) as HostAbsolute);

/** Records an instruction interception: the instruction's bytes, and how it was executed (spec/sie.md 4.7). The PSW cell must already point behind it. */
export const recordInstruction = (cpu: Cpu): void => {
  const { view, bytes } = cpu.configuration.storage;
  const block = blockOf(cpu);
  const execute = cpu.cell32(CELL.EXECUTE);
  const at = execute !== 0 ? cpu.base + CELL.EXECUTE_BYTES : cpu.cell32(CELL.CURRENT) >>> 0;
  const length = lengthOf(bytes[at]!);
  view.setUint16(block + SD.IPA, view.getUint16(at));
  view.setUint32(block + SD.IPB, length === 2 ? 0 : length === 4 ? view.getUint16(at + 2) * 0x1_0000 : view.getUint32(at + 2));
  bytes[block + SD.ICPTSTATUS] = execute !== 0 ? ((execute >> 1) << 5) | 0x01 : 0;
};

interface Limits {
  readonly mso: number;
  readonly msl: number;
  /** Main-storage origin and limit are suppressed: guest absolute is host virtual. */
  readonly suppressed: boolean;
}

const limitsOf = (view: DataView, block: number, flags: number): Limits => {
  if (flags & CPUFLAGS.SM) return { mso: 0, msl: Number.MAX_SAFE_INTEGER, suppressed: true };
  const megabytes = (at: number): number => Number(view.getBigUint64(block + at) >> 20n) * MIB;
  return { mso: megabytes(SD.MSO), msl: megabytes(SD.MSL) + MIB - 1, suppressed: false };
};

/** The checks that need no translation, in their order; the first failure counts (spec/sie.md 4.1). */
const invalid = (flags: number, prefix: number, { mso, msl, suppressed }: Limits): number | undefined => {
  if (!(flags & CPUFLAGS.ZARCH)) return VALIDITY.ARCHITECTURE;
  if (!suppressed && mso > msl) return VALIDITY.MSO_ABOVE_MSL;
  if (!suppressed && prefix + PREFIX_SIZE > msl + 1 - mso) return VALIDITY.PREFIX_OUTSIDE;
  return undefined;
};

/**
 * Where the state description designates other areas of the host's storage, they must lie in it: the system-control area, which is not used
 * otherwise, above the first 8 KiB, and the facility list.
 */
const invalidDesignation = (cpu: Cpu, host: number, view: DataView, block: number): number | undefined => {
  const extent = host === 0 ? cpu.configuration.storage.size : cpu.guests[host]!.extent;
  const controlArea = view.getUint32(block + SD.SCAO_HIGH) * 0x1_0000_0000 + view.getUint32(block + SD.SCAO_LOW);
  if (controlArea !== 0 && controlArea < PREFIX_SIZE) return VALIDITY.SCA_LOW;
  if (controlArea >= extent) return VALIDITY.SCA;
  const list = view.getUint32(block + SD.FACILITIES) & FACILITY_LIST;
  const length = 8 * cpu.configuration.facilityList.length;
  return list + length > extent ? VALIDITY.FACILITIES : undefined;
};

/** Who found a validity condition, the CPU, and when: the first and third digit of IPA (spec/sie.md 4.6). */
const FOUND = { AT_ENTRY: 0x1010, AT_INTERRUPTION: 0x1030 } as const;

/** Validity interception: who and when in IPA, why in the left half of IPB. */
const refuse = (view: DataView, block: number, reason: number, found: number = FOUND.AT_ENTRY): false => {
  view.setUint8(block + SD.ICPTCODE, INTERCEPT.VALIDITY);
  view.setUint16(block + SD.IPA, found);
  view.setUint32(block + SD.IPB, reason * 0x1_0000);
  return false;
};

/** Records that the current guest's prefix area could not be accessed for an interruption. */
export const refuseInterruption = (cpu: Cpu): void => {
  refuse(cpu.configuration.storage.view, blockOf(cpu), VALIDITY.PREFIX_ACCESS, FOUND.AT_INTERRUPTION);
};

const mappingOf = (cpu: Cpu, host: number, stateDescription: HostAbsolute, { mso, msl, suppressed }: Limits): GuestMapping => {
  const { configuration } = cpu;
  const asce = controlRegister(cpu, host, 1);
  const hostPrefix = cpu.cell32(savedCell(host, SAVED.PREFIX));
  const extent = suppressed ? Number.MAX_SAFE_INTEGER : msl + 1 - mso;
  const below = cpu.guests[host]?.id ?? 0;
  const ecb2 = configuration.storage.bytes[configuration.storage.offset(stateDescription) + SD.ECB2]!;
  // The TypeScript host always keeps page-status entries; a program that is a host announces them by letting ESSA be interpreted.
  const pageStatus = host === 0 || (ecb2 & ECB2.CMMA) !== 0;
  const last = cpu.guests[host + 1];
  const same =
    last?.stateDescription === stateDescription &&
    last.below === below &&
    last.asce === asce &&
    last.hostPrefix === hostPrefix &&
    last.mso === mso &&
    last.extent === extent &&
    last.pageStatus === pageStatus;
  if (same) return last;
  const id = configuration.mappingId(`${below} ${hostPrefix} ${asce} ${mso} ${extent} ${pageStatus}`);
  return { id, stateDescription, mso, extent, below, asce, hostPrefix, pageStatus };
};

const saveHost = (cpu: Cpu, level: number): void => {
  const { mask, address } = cpu.psw;
  cpu.copyCells(CELL.CR, savedCell(level, SAVED.CR), CR_SIZE);
  cpu.setCell64(savedCell(level, SAVED.PSW_MASK), mask);
  cpu.setCell64(savedCell(level, SAVED.PSW_IA), address);
  cpu.copyCells(GR14, savedCell(level, SAVED.GR14), GR14_AND_GR15_SIZE);
  cpu.setCell32(savedCell(level, SAVED.PREFIX), cpu.prefix);
  cpu.copyCells(CELL.CPU_TIMER, savedCell(level, SAVED.CPU_TIMER), TIMING_SIZE);
  cpu.setCell32(savedCell(level, SAVED.ICTL), cpu.cell32(CELL.ICTL));
  cpu.copyCells(CELL.PROGRAM_PARAMETER, savedCell(level, SAVED.PROGRAM_PARAMETER), 8);
  cpu.setCell32(savedCell(level, SAVED.VECTOR_CONTROLS), cpu.cell32(CELL.VECTOR_CONTROLS));
};

const restoreHost = (cpu: Cpu, level: number): void => {
  // A guest's invalid PSW is found again when it is entered again.
  cpu.setCell32(CELL.EARLY, 0);
  cpu.setCell32(CELL.LEVEL, level);
  cpu.copyCells(savedCell(level, SAVED.CR), CELL.CR, CR_SIZE);
  cpu.copyCells(savedCell(level, SAVED.GR14), GR14, GR14_AND_GR15_SIZE);
  cpu.copyCells(savedCell(level, SAVED.CPU_TIMER), CELL.CPU_TIMER, TIMING_SIZE);
  cpu.setCell32(CELL.ICTL, cpu.cell32(savedCell(level, SAVED.ICTL)));
  cpu.copyCells(savedCell(level, SAVED.PROGRAM_PARAMETER), CELL.PROGRAM_PARAMETER, 8);
  cpu.setCell32(CELL.VECTOR_CONTROLS, cpu.cell32(savedCell(level, SAVED.VECTOR_CONTROLS)));
  cpu.prefix = cpu.cell32(savedCell(level, SAVED.PREFIX));
  cpu.setPsw({ mask: cpu.cell64(savedCell(level, SAVED.PSW_MASK)), address: cpu.cell64(savedCell(level, SAVED.PSW_IA)) });
};

const GR14 = CELL.GR + 8 * 14;
const CR_SIZE = 16 * 8;
const GR14_AND_GR15_SIZE = 2 * 8;
/** CPU timer, clock comparator, programmable field, epoch, state description and breaking event lie in the same order in both places. */
const TIMING_SIZE = 6 * 8;

const loadGuest = (cpu: Cpu, view: DataView, block: number, stateDescription: HostAbsolute, level: number): void => {
  const hostEpoch = epochOf(cpu);
  cpu.setCell32(CELL.LEVEL, level);
  cpu.loadCells(CELL.CR, block + SD.CR, 16);
  cpu.loadCells(GR14, block + SD.GR14, 2);
  cpu.prefix = view.getInt32(block + SD.PREFIX) & 0x7fff_e000;
  cpu.setCell32(CELL.ICTL, view.getInt32(block + SD.ICTL));
  // A guest has the vector facility if its host has and lets it.
  const vector = (view.getInt32(block + SD.ECA) & ECA.VX) !== 0 && (level === 1 || cpu.cell32(CELL.VECTOR_CONTROLS) > 0);
  cpu.setCell32(CELL.VECTOR_CONTROLS, vector ? VECTOR_CONTROLS : -1);
  cpu.setCell64(CELL.STATE_DESCRIPTION, BigInt(stateDescription));
  cpu.setCell64(CELL.CPU_TIMER, BigInt.asUintN(64, view.getBigUint64(block + SD.CPU_TIMER) + elapsedUnits(cpu)));
  cpu.loadCells(CELL.CLOCK_COMPARATOR, block + SD.CLOCK_COMPARATOR, 1);
  cpu.setCell64(CELL.EPOCH, BigInt.asUintN(64, hostEpoch + view.getBigUint64(block + SD.EPOCH)));
  cpu.setCell64(CELL.TOD_PROGRAMMABLE, BigInt(view.getUint32(block + SD.TOD_PROGRAMMABLE)));
  cpu.loadCells(CELL.BREAKING_EVENT, block + SD.BREAKING_EVENT, 1);
  cpu.loadCells(CELL.PROGRAM_PARAMETER, block + SD.PROGRAM_PARAMETER, 1);
  cpu.setCell32(CELL.EARLY, 0);
  cpu.loadPsw({ mask: view.getBigUint64(block + SD.PSW), address: view.getBigUint64(block + SD.PSW + 8) });
};

const storeGuest = (cpu: Cpu, view: DataView, block: number): void => {
  cpu.configuration.storage.recordStore(block);
  cpu.storeCells(CELL.CR, block + SD.CR, 16);
  cpu.storeCells(GR14, block + SD.GR14, 2);
  view.setInt32(block + SD.PREFIX, (view.getInt32(block + SD.PREFIX) & ~0x7fff_e000) | cpu.prefix);
  view.setBigUint64(block + SD.CPU_TIMER, BigInt.asUintN(64, cpu.cell64(CELL.CPU_TIMER) - elapsedUnits(cpu)));
  cpu.storeCells(CELL.CLOCK_COMPARATOR, block + SD.CLOCK_COMPARATOR, 1);
  view.setUint32(block + SD.TOD_PROGRAMMABLE, Number(cpu.cell64(CELL.TOD_PROGRAMMABLE)));
  cpu.storeCells(CELL.BREAKING_EVENT, block + SD.BREAKING_EVENT, 1);
  cpu.storeCells(CELL.PROGRAM_PARAMETER, block + SD.PROGRAM_PARAMETER, 1);
  const { mask, address } = cpu.psw;
  view.setBigUint64(block + SD.PSW, mask);
  view.setBigUint64(block + SD.PSW + 8, address);
};

/** Interruptions must find their prefix area: both pages are made sure of at entry. A fault of a level below the host's own passes on. */
const prefixInaccessible = (cpu: Cpu, level: number, prefix: number): boolean => {
  try {
    absoluteToOffset(cpu, level, prefix, true);
    absoluteToOffset(cpu, level, prefix + 4096, true);
    return false;
  } catch (fault) {
    if (!(fault instanceof ProgramInterruption)) throw fault;
    if (fault.level >= level - 1) return true;
    restoreHost(cpu, level - 1);
    throw fault;
  }
};
