import { type Cpu, EARLY_AFTER_PROGRAM } from './cpu.ts';
import { CodeChanged, INTERCEPT, Interception, LOWCORE, nullifies, PGM, ProgramInterruption } from './interruption.ts';
import { CELL } from './layout.ts';
import { absoluteForStore, controlRegister, SAVED, savedCell } from './levels.ts';
import { PSW } from './psw.ts';
import { SAVE_AREA, saveRegisters } from './save-area.ts';
import { blockOf, leaveSie, recordInstruction, refuseInterruption } from './sie.ts';
import { CPUFLAGS, ECA, ECB, ICTL, SD } from './state-description.ts';
import type { HostAbsolute } from './storage.ts';
import { timersOf } from './timing.ts';

/** Why {@link execute} returned. */
export type Exit =
  /** The budget is used up; the guest has not been left. */
  | { readonly reason: 'budget' }
  /** The level-1 guest was left with this interception code. */
  | { readonly reason: 'interception'; readonly code: number }
  /** The level-1 guest was left with code 0 because its host's translation failed; host virtual address in the TEID. */
  | { readonly reason: 'fault'; readonly fault: ProgramInterruption };

/** Instructions between two looks at pending work at the most. */
const LONGEST_RUN = 1 << 20;

/** Subclass masks in CR0, low word. */
const CR0_CLOCK_COMPARATOR = 0x800;
const CR0_CPU_TIMER = 0x400;
const EXTERNAL = { CLOCK_COMPARATOR: 0x1004, CPU_TIMER: 0x1005 } as const;

/** Executes up to `budget` instructions of a CPU that has been entered into a guest, at all levels, until the level-1 guest is left. */
export const execute = (cpu: Cpu, budget: number): Exit => {
  const last = cpu.executed + budget;
  for (;;) {
    const exit = attend(cpu);
    if (exit) return exit;
    const left = last - cpu.executed;
    if (left <= 0 || cpu.takeEndOfTurn()) return { reason: 'budget' };
    const thrown = runGeneratedCode(cpu, Math.min(left, LONGEST_RUN, untilTimer(cpu)));
    if (cpu.interceptedAt !== undefined) {
      const ended = interceptNoted(cpu, cpu.interceptedAt);
      if (ended) return ended;
      continue;
    }
    if (thrown !== undefined) {
      const ended = withPrefixArea(cpu, () => handle(cpu, thrown));
      if (ended) return ended;
    }
  }
};

/** Runs generated code; what an instruction throws is returned, and its count settled. */
const runGeneratedCode = (cpu: Cpu, budget: number): unknown => {
  cpu.refreshContexts();
  cpu.setCell32(CELL.EXIT, 0);
  cpu.granted = budget;
  cpu.setCell32(CELL.BUDGET, budget);
  cpu.recording.keep();
  try {
    cpu.configuration.interpreter.run(cpu.base, budget);
    return undefined;
  } catch (thrown) {
    cpu.recording.takeBackFor(thrown);
    return thrown;
  } finally {
    cpu.settle();
  }
};

const untilTimer = (cpu: Cpu): number => {
  let next = Number.POSITIVE_INFINITY;
  for (let level = 1; level <= cpu.level; level++) {
    // One that calls already is masked, or it would have been presented.
    for (const wait of Object.values(timersOf(cpu, level))) if (wait > 0) next = Math.min(next, wait);
  }
  return next;
};

/** What must happen before the next instruction: early exceptions, then requests and interruptions of each level from the outermost on. */
export const attend = (cpu: Cpu): Exit | undefined => withPrefixArea(cpu, () => attendInOrder(cpu));

/**
 * Does what may need the prefix area of the current level for an interruption. SIE has made sure of it at entry; a guest that has
 * made it inaccessible since is left with a validity interception (spec/sie.md 4.6).
 */
const withPrefixArea = (cpu: Cpu, work: () => Exit | undefined): Exit | undefined => {
  try {
    return work();
  } catch (fault) {
    if (!(fault instanceof ProgramInterruption)) throw fault;
    refuseInterruption(cpu);
    return intercept(cpu, INTERCEPT.VALIDITY);
  }
};

const attendInOrder = (cpu: Cpu): Exit | undefined => {
  // The program-new PSW that takes the place of an invalid one may be invalid itself.
  for (let early = cpu.cell32(CELL.EARLY); early !== 0; early = cpu.cell32(CELL.EARLY)) {
    const exit = earlySpecification(cpu, early);
    if (exit) return exit;
  }
  for (let level = 1; level <= cpu.level; level++) {
    const request = requested(cpu, level);
    // A guest that waits is woken by its own timers before its host is told.
    const timer = request === undefined || request === INTERCEPT.WAIT ? pendingTimer(cpu, level) : undefined;
    if (request === undefined && timer === undefined) continue;
    // What a host must attend to ends its guest with code 0; its SIE will be executed again (spec/sie.md 4.1).
    while (cpu.level > level) leaveToSie(cpu, INTERCEPT.NONE);
    if (timer === undefined) return intercept(cpu, request!) ?? attendInOrder(cpu);
    interruptExternal(cpu, timer);
    return attendInOrder(cpu);
  }
  return undefined;
};

/** The interception that a level's host has asked for in the state description's flags, or that its wait state is. */
const requested = (cpu: Cpu, level: number): number | undefined => {
  const block = level === cpu.level ? blockOf(cpu) : savedBlock(cpu, level);
  const flags = cpu.configuration.storage.view.getInt32(block + SD.FLAGS);
  const pswHigh = pswHighOf(cpu, level);
  if (flags & CPUFLAGS.EXT_INT && pswHigh & PSW.EXTERNAL) return INTERCEPT.EXTERNAL_REQUEST;
  if (flags & CPUFLAGS.IO_INT && pswHigh & PSW.IO) return INTERCEPT.IO_REQUEST;
  if (flags & CPUFLAGS.STOP_INT) return INTERCEPT.STOP;
  return pswHigh & PSW.WAIT ? INTERCEPT.WAIT : undefined;
};

const savedBlock = (cpu: Cpu, level: number): number =>
  cpu.configuration.storage.offset(Number(cpu.cell64(savedCell(level, SAVED.STATE_DESCRIPTION))) as HostAbsolute);

/** Bits 0-31 of the PSW of a level in progress. */
export const pswHighOf = (cpu: Cpu, level: number): number =>
  level === cpu.level ? cpu.pswHigh : Number(cpu.cell64(savedCell(level, SAVED.PSW_MASK)) >> 32n);

/** The external-interruption code of a timer that calls, and that the level's masks let through. */
export const pendingTimer = (cpu: Cpu, level: number): number | undefined => {
  if (!(pswHighOf(cpu, level) & PSW.EXTERNAL)) return undefined;
  const cr0 = Number(controlRegister(cpu, level, 0) & 0xffff_ffffn);
  if (!(cr0 & (CR0_CLOCK_COMPARATOR | CR0_CPU_TIMER))) return undefined;
  const timers = timersOf(cpu, level);
  if (timers.clockComparator === 0 && cr0 & CR0_CLOCK_COMPARATOR) return EXTERNAL.CLOCK_COMPARATOR;
  if (timers.cpuTimer === 0 && cr0 & CR0_CPU_TIMER) return EXTERNAL.CPU_TIMER;
  return undefined;
};

/** Leaves the current guest; its host's PSW is behind SIE. At level 0 that ends the execution. */
const intercept = (cpu: Cpu, code: number, address = cpu.psw.address): Exit | undefined => {
  const { events } = cpu.configuration;
  if (events.wants('interception')) {
    const { view } = cpu.configuration.storage;
    const block = blockOf(cpu);
    const withInstruction = code === INTERCEPT.INSTRUCTION || code === INTERCEPT.OPERATION || code === INTERCEPT.PARTIAL;
    events.emit('interception', {
      cpu: cpu.index,
      instruction: cpu.instructions,
      level: cpu.level,
      code,
      ipa: withInstruction ? view.getUint16(block + SD.IPA) : 0,
      ipb: withInstruction ? view.getUint32(block + SD.IPB) : 0,
      address,
    });
  }
  leaveSie(cpu, code);
  return cpu.level === 0 ? { reason: 'interception', code } : undefined;
};

/** Leaves the current guest with the instruction interception that generated code has noted. */
const interceptNoted = (cpu: Cpu, at: bigint): Exit | undefined => {
  cpu.interceptedAt = undefined;
  return intercept(cpu, INTERCEPT.INSTRUCTION, at);
};

/** Leaves the current guest with its host's PSW at the SIE instruction. @returns the length of that, which may have been the target of EXECUTE */
const leaveToSie = (cpu: Cpu, code: number): number => {
  leaveSie(cpu, code);
  if (cpu.level === 0) return 0;
  const { mask, address: next } = cpu.psw;
  const address = cpu.cell64(savedCell(cpu.level, SAVED.SIE_ADDRESS));
  cpu.setPsw({ mask, address });
  cpu.uncount(1);
  return Number(next - address);
};

/** Leaves the guests of the host's guest, so that the host finds its own guest's state; their SIE will be executed again. */
export const leaveNestedGuests = (cpu: Cpu): void => {
  while (cpu.level > 1) leaveToSie(cpu, INTERCEPT.NONE);
};

/** Deals with what ended an instruction early. */
const handle = (cpu: Cpu, thrown: unknown): Exit | undefined => {
  const { fetching } = cpu;
  cpu.fetching = false;
  if (thrown instanceof Interception) {
    const here = cpu.instructionAddress;
    const next = cpu.nextAddress;
    recordInstruction(cpu);
    finish(cpu, thrown.backUp ? here : next);
    return intercept(cpu, thrown.code, here);
  }
  if (thrown instanceof CodeChanged) {
    finish(cpu, cpu.instructionAddress);
    cpu.uncount(1);
    return undefined;
  }
  if (!(thrown instanceof ProgramInterruption)) throw thrown;
  if (thrown.level < cpu.level) return faultBelow(cpu, thrown, fetching);
  return programInterruption(cpu, thrown, fetching);
};

/** Leaves generated code's view of the instruction behind: the PSW is in its cells again. */
const finish = (cpu: Cpu, address: bigint): void => {
  cpu.setCell32(CELL.EXECUTE, 0);
  cpu.setCell64(CELL.PSW_IA, address);
};

/** A guest's access failed in the translation of a level below: both are nullified, and that level's program is interrupted at its SIE. */
const faultBelow = (cpu: Cpu, fault: ProgramInterruption, fetching: boolean): Exit | undefined => {
  finish(cpu, fetching ? cpu.psw.address : cpu.instructionAddress);
  if (!fetching) cpu.uncount(1);
  let ilc = 0;
  while (cpu.level > fault.level) ilc = leaveToSie(cpu, INTERCEPT.NONE);
  if (cpu.level === 0) return { reason: 'fault', fault };
  // The interrupted instruction is SIE; it counts, because its program sees the interruption.
  cpu.uncount(-1);
  return deliverProgram(cpu, fault, ilc, cpu.psw.address);
};

const programInterruption = (cpu: Cpu, fault: ProgramInterruption, fetching: boolean): Exit | undefined => {
  if (fetching) {
    // What cannot be fetched has no length: the ILC is 1, one of the values that the PoP permits, and a suppressed PSW advances as much.
    cpu.uncount(-1);
    const { address } = cpu.psw;
    finish(cpu, nullifies(fault.code) ? address : (address + 2n) & cpu.addressMask);
    return deliverProgram(cpu, fault, 2, address);
  }
  const here = cpu.instructionAddress;
  const ilc = cpu.instructionLength;
  const next = cpu.nextAddress;
  if (fault.code === PGM.OPERATION && interceptsOperation(cpu)) {
    recordInstruction(cpu);
    finish(cpu, next);
    return intercept(cpu, INTERCEPT.OPERATION, here);
  }
  finish(cpu, nullifies(fault.code) ? here : next);
  return deliverProgram(cpu, fault, ilc, here);
};

const interceptsOperation = (cpu: Cpu): boolean => (cpu.cell32(CELL.ICTL) & ICTL.OPERATION) !== 0;

/** Presents a program interruption to the current level's program, or its interception to the host. The PSW cells hold the old PSW. */
const deliverProgram = (cpu: Cpu, fault: ProgramInterruption, ilc: number, address: bigint): Exit | undefined => {
  const { code, detail } = fault;
  if (mustIntercept(cpu, fault)) {
    storeProgramParameters(cpu, fault, ilc, (field) => blockOf(cpu) + SD.LOWCORE + field);
    return intercept(cpu, INTERCEPT.PROGRAM, address);
  }
  announce(cpu, 'program', code, ilc, address, detail.teid);
  storeProgramParameters(cpu, fault, ilc, (field) => lowcore(cpu, field));
  swapPsw(cpu, 'program');
  return countInARow(cpu, address) > MANY_IN_A_ROW ? { reason: 'budget' } : undefined;
};

/** After so many program interruptions in a row the host gets a look: a handler that raises one itself would go on for ever. */
export const MANY_IN_A_ROW = 1000;

/** Counts a program interruption of the instruction at this address; the new PSW has been loaded. */
const countInARow = (cpu: Cpu, address: bigint): number => {
  cpu.programsInARow = address === cpu.programHandler ? cpu.programsInARow + 1 : 0;
  cpu.programHandler = cpu.psw.address;
  return cpu.programsInARow;
};

/**
 * Program interruptions that go to the host (spec/sie.md 4.4). Those that have a control of their own, privileged operation and specification, do
 * not depend on the control for all.
 */
const mustIntercept = (cpu: Cpu, { code, detail }: ProgramInterruption): boolean => {
  const ictl = cpu.cell32(CELL.ICTL);
  const { view, bytes } = cpu.configuration.storage;
  const block = blockOf(cpu);
  if (detail.hostCaused) return true;
  const all = (ictl & ICTL.PROGRAM) !== 0;
  switch (code) {
    case PGM.PRIVILEGED:
      return (ictl & ICTL.PRIVILEGED) !== 0;
    case PGM.PROTECTION:
      return all || !(view.getInt32(block + SD.ECA) & ECA.PROTECTION);
    case PGM.SPECIFICATION:
      return !(bytes[block + SD.ECB]! & ECB.SPECI);
    case PGM.ADDRESSING:
    case PGM.SPECIAL_OPERATION:
      return true;
    default:
      return all;
  }
};

/** Offset in linear memory of a lowcore field of the current level. */
const lowcore = (cpu: Cpu, field: number): number => absoluteForStore(cpu, cpu.level, (cpu.prefix >>> 0) + field);

const storeProgramParameters = (cpu: Cpu, { code, detail }: ProgramInterruption, ilc: number, at: (field: number) => number): void => {
  const { view } = cpu.configuration.storage;
  view.setUint16(at(LOWCORE.PGM_ILC), ilc);
  view.setUint16(at(LOWCORE.PGM_CODE), code);
  if (detail.teid !== undefined) {
    view.setBigUint64(at(LOWCORE.TEID), detail.teid);
    view.setUint8(at(LOWCORE.EXCEPTION_ACCESS_ID), detail.accessId ?? 0);
  } else if (detail.accessId !== undefined) view.setUint8(at(LOWCORE.EXCEPTION_ACCESS_ID), detail.accessId);
  if (detail.operandId !== undefined) view.setUint8(at(LOWCORE.OPERAND_ACCESS_ID), detail.operandId);
  if (detail.dxc !== undefined) {
    view.setUint32(at(LOWCORE.DXC), detail.dxc);
    // With AFP registers enabled the code goes into the FPC too (PoP, "Data-Exception Code").
    if (cpu.cr[0]! & 0x4_0000n) cpu.setCell32(CELL.FPC, (cpu.cell32(CELL.FPC) & ~0xff00) | (detail.dxc << 8));
  }
  if (detail.monitorClass !== undefined) view.setUint16(at(LOWCORE.MONITOR_CLASS), detail.monitorClass);
  if (detail.monitorCode !== undefined) view.setBigUint64(at(LOWCORE.MONITOR_CODE), detail.monitorCode);
};

/** Stores the old PSW and loads the new one of an interruption class. */
const swapPsw = (cpu: Cpu, kind: keyof typeof LOWCORE.OLD_PSW): undefined => {
  const { view } = cpu.configuration.storage;
  const { mask, address } = cpu.psw;
  const old = lowcore(cpu, LOWCORE.OLD_PSW[kind]);
  view.setBigUint64(old, mask);
  view.setBigUint64(old + 8, address);
  const fresh = lowcore(cpu, LOWCORE.NEW_PSW[kind]);
  cpu.loadPsw({ mask: view.getBigUint64(fresh), address: view.getBigUint64(fresh + 8) }, 0, kind === 'program');
};

/** The PSW that was just loaded is invalid: it becomes the old PSW. An invalid program-new PSW would loop for ever; the host gets it. */
const earlySpecification = (cpu: Cpu, early: number): Exit | undefined => {
  cpu.setCell32(CELL.EARLY, 0);
  const fault = new ProgramInterruption(cpu.level, PGM.SPECIFICATION);
  const ilc = early & 7;
  if (!(early & EARLY_AFTER_PROGRAM)) return deliverProgram(cpu, fault, ilc, cpu.psw.address);
  storeProgramParameters(cpu, fault, ilc, (field) => blockOf(cpu) + SD.LOWCORE + field);
  return intercept(cpu, INTERCEPT.PROGRAM);
};

/** An external interruption of the current level, with the CPU address and parameter that some codes have. */
export const interruptExternal = (cpu: Cpu, code: number, cpuAddress?: number, parameter?: number): void => {
  const { view } = cpu.configuration.storage;
  announce(cpu, 'external', code, 0, cpu.psw.address);
  view.setUint16(lowcore(cpu, LOWCORE.EXTERNAL_CODE), code);
  // Zeros unless a CPU is the source.
  view.setUint16(lowcore(cpu, LOWCORE.CPU_ADDRESS), cpuAddress ?? 0);
  if (parameter !== undefined) view.setUint32(lowcore(cpu, LOWCORE.EXTERNAL_PARAMETER), parameter);
  swapPsw(cpu, 'external');
};

/** An I/O interruption of the current level, with the three words of its code (PoP, "I/O-Interruption Code"). */
export const interruptIo = (
  cpu: Cpu,
  { subsystem, parameter, identification }: { subsystem: number; parameter: number; identification: number },
): void => {
  const { view } = cpu.configuration.storage;
  announce(cpu, 'io', subsystem, 0, cpu.psw.address);
  view.setUint32(lowcore(cpu, LOWCORE.SUBSYSTEM_ID), subsystem);
  view.setUint32(lowcore(cpu, LOWCORE.IO_PARAMETER), parameter);
  view.setUint32(lowcore(cpu, LOWCORE.IO_IDENTIFICATION), identification);
  swapPsw(cpu, 'io');
};

/** A machine-check interruption of the current level that ends nothing, with its code; registers go to their save areas (PoP, "Machine-Check Interruption"). */
export const interruptMachineCheck = (cpu: Cpu, code: bigint): void => {
  announce(cpu, 'machine-check', 0, 0, cpu.psw.address);
  saveRegisters(cpu, lowcore(cpu, SAVE_AREA));
  cpu.configuration.storage.view.setBigUint64(lowcore(cpu, LOWCORE.MACHINE_CHECK_CODE), code);
  swapPsw(cpu, 'machine-check');
};

/** A restart interruption of the current level. */
export const interruptRestart = (cpu: Cpu): void => {
  announce(cpu, 'restart', 0, 0, cpu.psw.address);
  swapPsw(cpu, 'restart');
};

/** SUPERVISOR CALL, executed by the current level's program: called from within the instruction. */
export const supervisorCall = (cpu: Cpu, code: number): void => {
  const { view } = cpu.configuration.storage;
  const ilc = cpu.instructionLength;
  const address = cpu.nextAddress;
  const at = cpu.instructionAddress;
  // The lowcore may be missing at a host: before anything changes.
  view.setUint16(lowcore(cpu, LOWCORE.SVC_ILC), ilc);
  view.setUint16(lowcore(cpu, LOWCORE.SVC_CODE), code);
  lowcore(cpu, LOWCORE.NEW_PSW.svc);
  cpu.setPsw({ mask: cpu.pswMask, address });
  announce(cpu, 'svc', code, ilc, at);
  swapPsw(cpu, 'svc');
};

/** Presents a program interruption that the host reflects or injects; the PSW cells hold the old PSW. */
export const injectProgram = (cpu: Cpu, fault: ProgramInterruption, ilc: number): void => {
  const { code, detail } = fault;
  const { address } = cpu.psw;
  const at = nullifies(code) ? address : address - BigInt(ilc);
  announce(cpu, 'program', code, ilc, at, detail.teid);
  storeProgramParameters(cpu, fault, ilc, (field) => lowcore(cpu, field));
  swapPsw(cpu, 'program');
  countInARow(cpu, at);
};

const announce = (
  cpu: Cpu,
  kind: 'program' | 'external' | 'svc' | 'restart' | 'io' | 'machine-check',
  code: number,
  ilc: number,
  at: bigint,
  teid?: bigint,
): void => {
  const { events } = cpu.configuration;
  if (!events.wants('interruption')) return;
  const event = { cpu: cpu.index, instruction: cpu.instructions, level: cpu.level, class: kind, code, ilc, at, oldPsw: cpu.psw };
  events.emit('interruption', { ...event, ...(teid !== undefined && { teid }) });
};
