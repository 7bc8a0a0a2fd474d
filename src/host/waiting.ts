import { PSW, type Psw } from '../cpu/psw.ts';
import { SD } from '../cpu/state-description.ts';
import { timersAt, todAfter, UNITS_PER_INSTRUCTION } from '../cpu/timing.ts';
import type { Machine } from './machine.ts';
import { EXTERNAL, type VirtualCpu } from './virtual-cpu.ts';

/**
 * CPUs in the wait state. They are outside SIE, so that their timers stand in the state description; the CPU timer runs on while others
 * execute and while nobody does.
 */

/** Charges a waiting CPU's CPU timer with the time that has passed since it was last charged. */
const chargeWaiting = ({ configuration, block }: Machine, vcpu: VirtualCpu): void => {
  const { view } = configuration.storage;
  const passed = configuration.elapsed - vcpu.waitingSince;
  vcpu.waitingSince = configuration.elapsed;
  const at = block(vcpu) + SD.CPU_TIMER;
  view.setBigUint64(at, view.getBigUint64(at) - BigInt(passed) * UNITS_PER_INSTRUCTION);
};

/** Instructions until a timer wakes a waiting CPU: 0 for now, infinity when none will, because none is enabled. */
export const untilTimerWakes = (machine: Machine, vcpu: VirtualCpu): number => {
  const { configuration } = machine;
  const { view } = configuration.storage;
  const at = machine.block(vcpu);
  if (!(view.getInt32(at + SD.PSW) & PSW.EXTERNAL)) return Number.POSITIVE_INFINITY;
  chargeWaiting(machine, vcpu);
  const cr0 = view.getInt32(at + SD.CR + 4);
  const tod = BigInt.asUintN(64, todAfter(configuration.elapsed) + view.getBigUint64(at + SD.EPOCH));
  const timers = timersAt(tod, view.getBigUint64(at + SD.CLOCK_COMPARATOR), view.getBigUint64(at + SD.CPU_TIMER));
  return Math.min(
    cr0 & EXTERNAL.CLOCK_COMPARATOR.subclass ? timers.clockComparator : Number.POSITIVE_INFINITY,
    cr0 & EXTERNAL.CPU_TIMER.subclass ? timers.cpuTimer : Number.POSITIVE_INFINITY,
  );
};

/** Instructions until a timer wakes one of the CPUs that wait, or the watchdog bites; infinity when neither will. */
export const untilHostActs = (machine: Machine): number => {
  const waiting = machine.vcpus.filter((vcpu) => vcpu.waiting && !vcpu.stopped);
  return Math.min(machine.watchdog.until(machine.configuration.elapsed), ...waiting.map((vcpu) => untilTimerWakes(machine, vcpu)));
};

/** The PSW of a CPU that waits. */
export const waitingPsw = ({ configuration, block }: Machine, vcpu: VirtualCpu): Psw => {
  const { view } = configuration.storage;
  const at = block(vcpu) + SD.PSW;
  return { mask: view.getBigUint64(at), address: view.getBigUint64(at + 8) };
};

/** Ends the wait of a CPU, whatever for; one that does not wait is left alone. */
export const endWait = (machine: Machine, vcpu: VirtualCpu): void => {
  if (!vcpu.waiting) return;
  chargeWaiting(machine, vcpu);
  vcpu.waiting = false;
};
