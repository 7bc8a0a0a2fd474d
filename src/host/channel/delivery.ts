import { interruptIo, pendingTimer } from '../../cpu/execution.ts';
import { PSW } from '../../cpu/psw.ts';
import { CPUFLAGS, SD } from '../../cpu/state-description.ts';
import { masksOf } from '../external.ts';
import type { Machine } from '../machine.ts';
import type { VirtualCpu } from '../virtual-cpu.ts';

/** Loads of CR6 are intercepted. */
const LCTL_CR6 = 0x0200;

/** Whether an I/O interruption is pending that the CPU's PSW and CR6 let through. */
export const isIoDeliverable = (machine: Machine, vcpu: VirtualCpu): boolean => {
  if (machine.channel.interruptions.isEmpty) return false;
  const { pswHigh, cr6 } = masksOf(machine, vcpu);
  return (pswHigh & PSW.IO) !== 0 && machine.channel.interruptions.first(cr6) !== undefined;
};

/**
 * Presents an I/O interruption to an entered CPU if it may be, else asks SIE to come back when its PSW, or its CR6, may have come to allow it.
 * External interruptions have been presented; to be called after {@link deliverExternal}, whose LCTL controls it adds to.
 * @returns whether a timer comes before what is pending: SIE is to present it and come back
 */
export const deliverIo = (machine: Machine, vcpu: VirtualCpu): boolean => {
  const { cpu } = vcpu;
  const { interruptions } = machine.channel;
  const timerFirst = isIoDeliverable(machine, vcpu) && pendingTimer(cpu, 1) !== undefined;
  if (!timerFirst && cpu.level === 1 && isIoDeliverable(machine, vcpu)) {
    const code = interruptions.first(masksOf(machine, vcpu).cr6)!;
    interruptions.take(code);
    interruptIo(cpu, code);
  }
  const { cr6 } = masksOf(machine, vcpu);
  const { view } = machine.configuration.storage;
  const block = machine.block(vcpu);
  const flags = view.getInt32(block + SD.FLAGS) & ~CPUFLAGS.IO_INT;
  const { subclasses } = interruptions;
  const come = (subclasses & cr6) !== 0 && !timerFirst;
  view.setInt32(block + SD.FLAGS, flags | (come ? CPUFLAGS.IO_INT : 0));
  if (subclasses & ~cr6) view.setUint16(block + SD.LCTL, view.getUint16(block + SD.LCTL) | LCTL_CR6);
  return timerFirst;
};
