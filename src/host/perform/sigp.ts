import { PSW } from '../../cpu/psw.ts';
import { FRAME_SIZE } from '../../cpu/storage.ts';
import type { Performer } from '../intercepted.ts';
import type { Machine } from '../machine.ts';
import { isStopRequested, requestStop, startCpu, stopCpu } from '../operating-state.ts';
import { resetCpu, resetCpuInitially, setPrefixOf } from '../reset.ts';
import { restartCpu } from '../restart.ts';
import { EXTERNAL, type VirtualCpu } from '../virtual-cpu.ts';
import { areaOfAdditionalStatus, putAdditionalStatus, putStatus, STATUS_AREA } from './store-status.ts';

/** Signal-processor orders (PoP, "Signal-Processor Orders"). */
const ORDER = {
  SENSE: 0x01, EXTERNAL_CALL: 0x02, EMERGENCY_SIGNAL: 0x03, START: 0x04, STOP: 0x05, RESTART: 0x06, STOP_AND_STORE: 0x09, INITIAL_RESET: 0x0b, RESET: 0x0c,
  SET_PREFIX: 0x0d, STORE_STATUS: 0x0e, SET_ARCHITECTURE: 0x12, CONDITIONAL_EMERGENCY: 0x13, SENSE_RUNNING: 0x15, STORE_ADDITIONAL: 0x17,
} as const; // biome-ignore format: a table

const STATUS = {
  INVALID_ORDER: 0x02, STOPPED: 0x40, EXTERNAL_CALL_PENDING: 0x80, INVALID_PARAMETER: 0x100, INCORRECT_STATE: 0x200, NOT_RUNNING: 0x400,
} as const; // biome-ignore format: a table
const CC = { ACCEPTED: 0, STATUS: 1, BUSY: 2, NOT_OPERATIONAL: 3 } as const;

interface Signal {
  readonly machine: Machine;
  readonly sender: VirtualCpu;
  readonly target: VirtualCpu;
  /** The parameter register, 64 bits. */
  readonly parameter: bigint;
}

/** An order's effect: nothing when it was accepted, or the status that it stores. */
type Order = (signal: Signal) => number | undefined;

/** An order that every CPU accepts in any state. */
const accepted =
  (carryOut: (signal: Signal) => void): Order =>
  (signal) => {
    carryOut(signal);
    return undefined;
  };

/** An order that only a stopped CPU accepts. */
const whenStopped =
  (order: Order): Order =>
  (signal) =>
    signal.target.stopped ? order(signal) : STATUS.INCORRECT_STATE;

const setPrefix: Order = ({ machine, target, parameter }) => {
  const prefix = Number(parameter & 0x7fff_e000n);
  if (prefix + 2 * FRAME_SIZE > machine.options.storage) return STATUS.INVALID_PARAMETER;
  setPrefixOf(machine, target, prefix);
  return undefined;
};

const storeStatus: Order = ({ machine, sender, target, parameter }) => {
  const area = Number(parameter & 0x7fff_fe00n);
  return putStatus(machine, sender, target, area) ? undefined : STATUS.INVALID_PARAMETER;
};

/** The target stops at once, and its status goes where absolute 0 begins, whatever its prefix (PoP, "Store Status"). */
const stopAndStore: Order = ({ machine, sender, target }) => {
  stopCpu(machine, target);
  return putStatus(machine, sender, target, STATUS_AREA, true) ? undefined : STATUS.INVALID_PARAMETER;
};

const storeAdditional: Order = (signal) => {
  const { machine, sender, target, parameter } = signal;
  if (!machine.configuration.facilities.has(VECTOR_FACILITY)) return STATUS.INVALID_ORDER;
  if (!target.stopped) return STATUS.INCORRECT_STATE;
  const area = areaOfAdditionalStatus(parameter);
  if (area === undefined) return STATUS.INVALID_PARAMETER;
  return putAdditionalStatus(machine, sender, target, area) ? undefined : STATUS.INVALID_PARAMETER;
};
const VECTOR_FACILITY = 129;

const emergency = ({ machine, sender, target }: Signal): void =>
  machine.interruptExternally(target, EXTERNAL.EMERGENCY_SIGNAL.code, sender.address);

/** The signal is for a CPU that may hold a lock: disabled, waiting other than at address 0, or at work in the address space that the parameter names. */
const conditionalEmergency: Order = (signal) => {
  const { machine, target, parameter } = signal;
  let wanted = false;
  machine.asGuest(target, 0, () => {
    const { cpu } = target;
    const asn = parameter & 0xffffn;
    const disabled = !(cpu.pswHigh & PSW.EXTERNAL) || !(cpu.pswHigh & PSW.IO);
    const waits = (cpu.pswHigh & PSW.WAIT) !== 0;
    const there = asn === (cpu.cr[4]! & 0xffffn) || asn === (cpu.cr[3]! & 0xffffn);
    wanted = disabled || (waits ? cpu.psw.address !== 0n : there);
  });
  if (!wanted) return STATUS.INCORRECT_STATE;
  emergency(signal);
  return undefined;
};

const sense: Order = ({ target }) =>
  (target.stopped ? STATUS.STOPPED : 0) | (hasCall(target) ? STATUS.EXTERNAL_CALL_PENDING : 0) || undefined;

const ORDERS: Readonly<Record<number, Order>> = {
  [ORDER.SENSE]: sense,
  [ORDER.EXTERNAL_CALL]: accepted(({ machine, sender, target }) =>
    machine.interruptExternally(target, EXTERNAL.EXTERNAL_CALL.code, sender.address),
  ),
  [ORDER.EMERGENCY_SIGNAL]: accepted(emergency),
  [ORDER.START]: accepted(({ machine, target }) => startCpu(machine, target)),
  [ORDER.STOP]: accepted(({ machine, target }) => requestStop(machine, target)),
  [ORDER.RESTART]: accepted(({ machine, target }) => restartCpu(machine, target)),
  [ORDER.STOP_AND_STORE]: stopAndStore,
  [ORDER.INITIAL_RESET]: accepted(({ machine, target }) => resetCpuInitially(machine, target)),
  [ORDER.RESET]: accepted(({ machine, target }) => resetCpu(machine, target)),
  [ORDER.SET_PREFIX]: whenStopped(setPrefix),
  [ORDER.STORE_STATUS]: whenStopped(storeStatus),
  [ORDER.CONDITIONAL_EMERGENCY]: conditionalEmergency,
  [ORDER.SENSE_RUNNING]: ({ target }) => (target.stopped || target.waiting ? STATUS.NOT_RUNNING : undefined),
  [ORDER.STORE_ADDITIONAL]: storeAdditional,
};

const hasCall = (target: VirtualCpu): boolean => target.pending.some((p) => p.code === EXTERNAL.EXTERNAL_CALL.code);

/** Busy: a stop has been accepted and not carried out, which only resets need not wait for; or the one external call is taken. */
const isBusy = (machine: Machine, order: number, target: VirtualCpu): boolean =>
  (isStopRequested(machine, target) && order !== ORDER.INITIAL_RESET && order !== ORDER.RESET) ||
  (order === ORDER.EXTERNAL_CALL && hasCall(target));

const signal = (
  machine: Machine,
  sender: VirtualCpu,
  order: number,
  address: number,
  parameter: bigint,
): { cc: number; status?: number } => {
  // For the whole configuration, whatever the address: it is in z/Architecture mode for good (facility 138).
  if (order === ORDER.SET_ARCHITECTURE) return { cc: CC.STATUS, status: STATUS.INVALID_PARAMETER };
  const target = machine.vcpus.find((vcpu) => vcpu.address === address);
  if (!target) return { cc: CC.NOT_OPERATIONAL };
  if (isBusy(machine, order, target)) return { cc: CC.BUSY };
  const carryOut = ORDERS[order] ?? (() => STATUS.INVALID_ORDER);
  const status = carryOut({ machine, sender, target, parameter });
  return status === undefined ? { cc: CC.ACCEPTED } : { cc: CC.STATUS, status };
};

/** SIGNAL PROCESSOR: condition code 1 with a status in bits 32-63 of R1, 2 busy, 3 for an address that no CPU has. */
export const signalProcessor: Performer = (machine, sender, i) => {
  const { cpu } = sender;
  const { gr } = cpu;
  const { cc, status } = signal(machine, sender, Number(i.value(2) & 0xffn), Number(gr[i.r3]! & 0xffffn), gr[i.r1 | 1]!);
  if (status !== undefined) gr[i.r1] = (gr[i.r1]! & ~0xffff_ffffn) | BigInt(status);
  cpu.cc = cc;
};
