import { interruptRestart } from '../../cpu/execution.ts';
import { ProgramInterruption } from '../../cpu/interruption.ts';
import { CELL } from '../../cpu/layout.ts';
import { absoluteForStore } from '../../cpu/levels.ts';
import { PSW } from '../../cpu/psw.ts';
import { CPUFLAGS, SD } from '../../cpu/state-description.ts';
import { FRAME_SIZE } from '../../cpu/storage.ts';
import { cpuTimer } from '../../cpu/timing.ts';
import type { Performer } from '../intercepted.ts';
import type { Machine } from '../machine.ts';
import { EXTERNAL, type VirtualCpu } from '../virtual-cpu.ts';

/** Signal-processor orders (PoP, "Signal-Processor Orders"). */
const ORDER = {
  SENSE: 0x01, EXTERNAL_CALL: 0x02, EMERGENCY_SIGNAL: 0x03, START: 0x04, STOP: 0x05, RESTART: 0x06, STOP_AND_STORE: 0x09,
  INITIAL_RESET: 0x0b, RESET: 0x0c, SET_PREFIX: 0x0d, STORE_STATUS: 0x0e, SET_ARCHITECTURE: 0x12, CONDITIONAL_EMERGENCY: 0x13, SENSE_RUNNING: 0x15,
} as const; // biome-ignore format: a table

const STATUS = {
  STOPPED: 0x40,
  EXTERNAL_CALL_PENDING: 0x80,
  INVALID_PARAMETER: 0x100,
  INCORRECT_STATE: 0x200,
  NOT_RUNNING: 0x400,
  INVALID_ORDER: 0x02,
} as const;
const CC = { ACCEPTED: 0, STATUS: 1, BUSY: 2, NOT_OPERATIONAL: 3 } as const;

interface Signal {
  readonly machine: Machine;
  readonly sender: VirtualCpu;
  readonly target: VirtualCpu;
  readonly parameter: number;
}

/** An order's effect: nothing when it was accepted, or the status that it stores. */
type Order = (signal: Signal) => number | undefined;

const setFlag = (machine: Machine, vcpu: VirtualCpu, flag: number, on: boolean): void => {
  const { view } = machine.configuration.storage;
  const at = machine.block(vcpu) + SD.FLAGS;
  view.setInt32(at, on ? view.getInt32(at) | flag : view.getInt32(at) & ~flag);
};

const start: Order = ({ machine, target }) => {
  target.stopped = false;
  target.waiting = false;
  setFlag(machine, target, CPUFLAGS.STOPPED | CPUFLAGS.STOP_INT, false);
  return undefined;
};

/** The target stops when it next runs: SIE comes back with a stop request. */
const stop: Order = ({ machine, target }) => {
  if (target.stopped) return undefined;
  target.waiting = false;
  setFlag(machine, target, CPUFLAGS.STOP_INT, true);
  return undefined;
};

const restart: Order = (signal) => {
  const { machine, target } = signal;
  start(signal);
  machine.asGuest(target, 0, () => interruptRestart(target.cpu));
  return undefined;
};

const reset =
  (initial: boolean): Order =>
  ({ machine, target }) => {
    target.pending.length = 0;
    target.stopped = true;
    target.waiting = false;
    setFlag(machine, target, CPUFLAGS.STOP_INT | CPUFLAGS.EXT_INT, false);
    setFlag(machine, target, CPUFLAGS.STOPPED, true);
    if (initial) machine.asGuest(target, 0, () => initialReset(target));
    return undefined;
  };

/** Initial CPU reset: PSW, prefix, timers, control registers, FPC (PoP, "Initial CPU Reset"). */
const initialReset = ({ cpu }: VirtualCpu): void => {
  cpu.prefix = 0;
  cpu.setPsw({ mask: 0n, address: 0n });
  cpu.cr.fill(0n);
  cpu.cr[0] = 0xe0n;
  cpu.cr[14] = 0xc200_0000n;
  cpu.setCell32(CELL.FPC, 0);
  cpu.setCell64(CELL.CLOCK_COMPARATOR, 0n);
  cpu.setCell64(CELL.CPU_TIMER, 0n);
  cpu.setCell64(CELL.TOD_PROGRAMMABLE, 0n);
  cpu.setCell64(CELL.PROGRAM_PARAMETER, 0n);
  cpu.contextChanged();
};

const setPrefix: Order = ({ machine, target, parameter }) => {
  const prefix = parameter & 0x7fff_e000;
  if (!target.stopped) return STATUS.INCORRECT_STATE;
  if (prefix + 2 * FRAME_SIZE > machine.options.storage) return STATUS.INVALID_PARAMETER;
  const { view } = machine.configuration.storage;
  const at = machine.block(target) + SD.PREFIX;
  view.setInt32(at, (view.getInt32(at) & ~0x7fff_e000) | prefix);
  return undefined;
};

/** Offsets in the store-status area, which is laid out like the prefix area from 0x1200 on (PoP, "Store Status"). */
const SAVE_AREA = {
  SIZE: 512,
  FPR: 0x000,
  GR: 0x080,
  PSW: 0x100,
  PREFIX: 0x118,
  FPC: 0x11c,
  TODPR: 0x124,
  TIMER: 0x128,
  COMPARATOR: 0x130,
  AR: 0x140,
  CR: 0x180,
} as const;
const SAVE_AREA_IN_PREFIX_AREA = 0x1200;

const statusOf = (machine: Machine, target: VirtualCpu): Uint8Array => {
  const bytes = new Uint8Array(SAVE_AREA.SIZE);
  const view = new DataView(bytes.buffer);
  machine.asGuest(target, 0, () => {
    const { cpu } = target;
    for (let n = 0; n < 16; n++) {
      view.setBigUint64(SAVE_AREA.FPR + 8 * n, cpu.fpr(n));
      view.setBigUint64(SAVE_AREA.GR + 8 * n, cpu.gr[n]!);
      view.setUint32(SAVE_AREA.AR + 4 * n, cpu.ar[n]!);
      view.setBigUint64(SAVE_AREA.CR + 8 * n, cpu.cr[n]!);
    }
    view.setBigUint64(SAVE_AREA.PSW, cpu.psw.mask);
    view.setBigUint64(SAVE_AREA.PSW + 8, cpu.psw.address);
    view.setUint32(SAVE_AREA.PREFIX, cpu.prefix);
    view.setUint32(SAVE_AREA.FPC, cpu.cell32(CELL.FPC) >>> 0);
    view.setUint32(SAVE_AREA.TODPR, Number(cpu.cell64(CELL.TOD_PROGRAMMABLE) & 0xffff_ffffn));
    view.setBigUint64(SAVE_AREA.TIMER, cpuTimer(cpu));
    view.setBigUint64(SAVE_AREA.COMPARATOR, cpu.cell64(CELL.CLOCK_COMPARATOR) >> 8n);
  });
  return bytes;
};

/** Stores a CPU's status at an absolute address, as the sender sees storage: a page that the sender could not store into is an invalid parameter. */
const putStatus = ({ machine, sender, target }: Signal, area: number): number | undefined => {
  if (area + SAVE_AREA.SIZE > machine.options.storage) return STATUS.INVALID_PARAMETER;
  const bytes = statusOf(machine, target);
  try {
    machine.configuration.storage.bytes.set(bytes, absoluteForStore(sender.cpu, 1, area));
  } catch (fault) {
    if (!(fault instanceof ProgramInterruption) || fault.level === 0) throw fault;
    return STATUS.INVALID_PARAMETER;
  }
  return undefined;
};

const storeStatus: Order = (signal) => (signal.target.stopped ? putStatus(signal, signal.parameter & 0x7fff_fe00) : STATUS.INCORRECT_STATE);

/** The target stops at once, and its status goes into its own prefix area. */
const stopAndStore: Order = (signal) => {
  const { machine, target } = signal;
  target.stopped = true;
  target.waiting = false;
  setFlag(machine, target, CPUFLAGS.STOP_INT, false);
  setFlag(machine, target, CPUFLAGS.STOPPED, true);
  let prefix = 0;
  machine.asGuest(target, 0, () => {
    prefix = target.cpu.prefix >>> 0;
  });
  return putStatus(signal, prefix + SAVE_AREA_IN_PREFIX_AREA);
};

const emergency: Order = ({ machine, sender, target }) => {
  machine.interruptExternally(target, EXTERNAL.EMERGENCY_SIGNAL.code, sender.address);
  return undefined;
};

const ORDERS: Readonly<Record<number, Order>> = {
  [ORDER.SENSE]: ({ target }) => (target.stopped ? STATUS.STOPPED : 0) | (hasCall(target) ? STATUS.EXTERNAL_CALL_PENDING : 0) || undefined,
  [ORDER.EXTERNAL_CALL]: ({ machine, sender, target }) => {
    machine.interruptExternally(target, EXTERNAL.EXTERNAL_CALL.code, sender.address);
    return undefined;
  },
  [ORDER.EMERGENCY_SIGNAL]: emergency,
  [ORDER.START]: start,
  [ORDER.STOP]: stop,
  [ORDER.RESTART]: restart,
  [ORDER.STOP_AND_STORE]: stopAndStore,
  [ORDER.INITIAL_RESET]: reset(true),
  [ORDER.RESET]: reset(false),
  [ORDER.SET_PREFIX]: setPrefix,
  [ORDER.STORE_STATUS]: storeStatus,
  // The machine is in z/Architecture mode for good.
  [ORDER.SET_ARCHITECTURE]: ({ parameter }) => ((parameter & 0xff) === 1 ? STATUS.INVALID_PARAMETER : undefined),
  [ORDER.CONDITIONAL_EMERGENCY]: (signal) => (isDisabled(signal.target) ? emergency(signal) : STATUS.INCORRECT_STATE),
  [ORDER.SENSE_RUNNING]: ({ target }) => (target.stopped || target.waiting ? STATUS.NOT_RUNNING : undefined),
};

const hasCall = (target: VirtualCpu): boolean => target.pending.some((p) => p.code === EXTERNAL.EXTERNAL_CALL.code);
const isDisabled = ({ cpu }: VirtualCpu): boolean => !(cpu.pswHigh & PSW.EXTERNAL) || !(cpu.pswHigh & PSW.IO);

/** SIGNAL PROCESSOR: condition code 1 with a status in R1, 2 busy, 3 for an address that no CPU has. */
export const signalProcessor: Performer = (machine, sender, i) => {
  const { cpu } = sender;
  const order = Number(i.value(2) & 0xffn);
  const target = machine.vcpus[Number(cpu.gr[i.r3]! & 0xffffn)];
  if (!target) {
    cpu.cc = CC.NOT_OPERATIONAL;
    return;
  }
  if (order === ORDER.EXTERNAL_CALL && hasCall(target)) {
    cpu.cc = CC.BUSY;
    return;
  }
  const parameter = Number(cpu.gr[i.r1 | 1]! & 0xffff_ffffn) | 0;
  const carryOut = ORDERS[order] ?? (() => STATUS.INVALID_ORDER);
  const status = carryOut({ machine, sender, target, parameter });
  if (status !== undefined) cpu.gr[i.r1] = (cpu.gr[i.r1]! & ~0xffff_ffffn) | BigInt(status);
  cpu.cc = status === undefined ? CC.ACCEPTED : CC.STATUS;
};
