import { interruptExternal, pendingTimer, pswHighOf } from '../cpu/execution.ts';
import { PSW } from '../cpu/psw.ts';
import { CPUFLAGS, SD } from '../cpu/state-description.ts';
import type { Machine } from './machine.ts';
import { comesAfterTimers, type PendingExternal, rankOf, type VirtualCpu } from './virtual-cpu.ts';

/** Loads of CR0 are intercepted. */
const LCTL_CR0 = 0x8000;

/** The pending external interruption that the CPU's PSW and CR0 let through and that comes first, as an index. */
export const deliverable = (machine: Machine, vcpu: VirtualCpu): number | undefined => {
  if (vcpu.pending.length === 0) return undefined;
  const { pswHigh, cr0 } = masksOf(machine, vcpu);
  if (!(pswHigh & PSW.EXTERNAL)) return undefined;
  let first: number | undefined;
  for (const [at, { code, subclass }] of vcpu.pending.entries()) {
    if (subclass !== 0 && !(cr0 & subclass)) continue;
    if (first === undefined || rankOf(code) < rankOf(vcpu.pending[first]!.code)) first = at;
  }
  return first;
};

/** What the guest's PSW and CR0 say about interruptions, wherever they are at the moment. */
export const masksOf = (machine: Machine, vcpu: VirtualCpu): { pswHigh: number; cr0: number } => {
  const { cpu } = vcpu;
  if (machine.isEntered(vcpu)) return { pswHigh: pswHighOf(cpu, 1), cr0: cpu.controlRegister0(1) };
  const { view } = machine.configuration.storage;
  return { pswHigh: view.getInt32(machine.block(vcpu) + SD.PSW), cr0: view.getInt32(machine.block(vcpu) + SD.CR + 4) };
};

/**
 * Interrupts an entered CPU if it may be, else asks SIE to come back when its PSW, or its CR0, may have come to allow it.
 * @returns whether a timer comes before what is pending: SIE is to present it and come back
 */
export const deliverExternal = (machine: Machine, vcpu: VirtualCpu): boolean => {
  const at = deliverable(machine, vcpu);
  const timerFirst = at !== undefined && comesAfterTimers(vcpu.pending[at]!.code) && pendingTimer(vcpu.cpu, 1) !== undefined;
  if (at !== undefined && vcpu.cpu.level === 1 && !timerFirst) {
    const [{ code, cpuAddress, parameter }] = vcpu.pending.splice(at, 1) as [PendingExternal];
    interruptExternal(vcpu.cpu, code, cpuAddress, parameter);
  }
  const { cr0 } = masksOf(machine, vcpu);
  const masked = vcpu.pending.filter((p) => p.subclass !== 0 && !(cr0 & p.subclass));
  const { view } = machine.configuration.storage;
  const block = machine.block(vcpu);
  const flags = view.getInt32(block + SD.FLAGS) & ~CPUFLAGS.EXT_INT;
  const come = masked.length < vcpu.pending.length && !timerFirst;
  view.setInt32(block + SD.FLAGS, flags | (come ? CPUFLAGS.EXT_INT : 0));
  view.setUint16(block + SD.LCTL, masked.length > 0 ? LCTL_CR0 : 0);
  return timerFirst;
};
