import { CPUFLAGS, SD } from '../cpu/state-description.ts';
import type { Machine } from './machine.ts';
import type { VirtualCpu } from './virtual-cpu.ts';
import { endWait } from './waiting.ts';

/** The stopped and the operating state of a CPU (PoP, "Stopped, Operating, Load, and Check-Stop States"), as SIE and the host see it. */

const setFlags = (machine: Machine, vcpu: VirtualCpu, clear: number, set: number): void => {
  const { view } = machine.configuration.storage;
  const at = machine.block(vcpu) + SD.FLAGS;
  view.setInt32(at, (view.getInt32(at) & ~clear) | set);
};

/** Puts a CPU into the operating state; a wait ends only when an interruption, or a new PSW, ends it. */
export const startCpu = (machine: Machine, vcpu: VirtualCpu): void => {
  vcpu.stopped = false;
  setFlags(machine, vcpu, CPUFLAGS.STOPPED | CPUFLAGS.STOP_INT, 0);
};

/** Puts a CPU into the stopped state at once. */
export const stopCpu = (machine: Machine, vcpu: VirtualCpu): void => {
  endWait(machine, vcpu);
  vcpu.stopped = true;
  setFlags(machine, vcpu, CPUFLAGS.STOP_INT, CPUFLAGS.STOPPED);
};

/** Asks an operating CPU to stop: SIE comes back with a stop request when the CPU next runs, after the interruptions that the host has for it. */
export const requestStop = (machine: Machine, vcpu: VirtualCpu): void => {
  if (vcpu.stopped) return;
  endWait(machine, vcpu);
  setFlags(machine, vcpu, 0, CPUFLAGS.STOP_INT);
};

/** Whether a stop has been requested and not carried out yet. */
export const isStopRequested = (machine: Machine, vcpu: VirtualCpu): boolean =>
  (machine.configuration.storage.view.getInt32(machine.block(vcpu) + SD.FLAGS) & CPUFLAGS.STOP_INT) !== 0;
