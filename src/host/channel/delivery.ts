import { interruptIo, pendingTimer } from '../../cpu/execution.ts';
import { PSW } from '../../cpu/psw.ts';
import { CPUFLAGS, SD } from '../../cpu/state-description.ts';
import type { Machine } from '../machine.ts';
import type { VirtualCpu } from '../virtual-cpu.ts';
import type { InterruptionCode } from './interruptions.ts';
import { controlWord, pswHigh } from './masks.ts';

/** Loads of CR6 are intercepted. */
const LCTL_CR6 = 0x0200;

/** The I/O interruption that the CPU's PSW and CR6 let through and that comes first. */
const deliverable = (machine: Machine, vcpu: VirtualCpu): InterruptionCode | undefined => {
  const { interruptions } = machine.channel;
  if (interruptions.isEmpty || !(pswHigh(machine, vcpu) & PSW.IO)) return undefined;
  return interruptions.first(controlWord(machine, vcpu, 6));
};

/** Whether an I/O interruption is pending that the CPU is enabled for. */
export const isIoDeliverable = (machine: Machine, vcpu: VirtualCpu): boolean => deliverable(machine, vcpu) !== undefined;

/**
 * Presents an I/O interruption to an entered CPU if it may be, else asks SIE to come back when its PSW, or its CR6, may have come to allow it.
 * External interruptions have been presented; to be called after deliverExternal, whose LCTL controls it adds to.
 * @returns whether a timer comes before what is pending: SIE is to present it and come back
 */
export const deliverIo = (machine: Machine, vcpu: VirtualCpu): boolean => {
  const { cpu } = vcpu;
  const { interruptions } = machine.channel;
  const code = deliverable(machine, vcpu);
  const timerFirst = code !== undefined && pendingTimer(cpu, 1) !== undefined;
  if (code !== undefined && cpu.level === 1 && !timerFirst) {
    interruptions.take(code);
    interruptIo(cpu, code);
  }
  const { view } = machine.configuration.storage;
  const block = machine.block(vcpu);
  const { subclasses } = interruptions;
  const enabled = subclasses === 0 ? 0 : controlWord(machine, vcpu, 6);
  const come = (subclasses & enabled) !== 0 && !timerFirst;
  view.setInt32(block + SD.FLAGS, (view.getInt32(block + SD.FLAGS) & ~CPUFLAGS.IO_INT) | (come ? CPUFLAGS.IO_INT : 0));
  if (subclasses & ~enabled) view.setUint16(block + SD.LCTL, view.getUint16(block + SD.LCTL) | LCTL_CR6);
  return timerFirst;
};
