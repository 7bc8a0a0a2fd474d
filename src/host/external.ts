import { interruptExternal, pendingTimer, pswHighOf } from '../cpu/execution.ts';
import { CELL } from '../cpu/layout.ts';
import { PSW } from '../cpu/psw.ts';
import { CPUFLAGS, SD } from '../cpu/state-description.ts';
import type { Machine } from './machine.ts';
import { comesAfterTimers, EXTERNAL, type PendingExternal, rankOf, type VirtualCpu } from './virtual-cpu.ts';

/** Loads of CR0 are intercepted. */
const LCTL_CR0 = 0x8000;

/** The external interruptions that this CPU may take: its own, and the floating ones, which the first CPU takes that lets them through. */
const candidates = ({ floating }: Machine, { pending }: VirtualCpu): readonly PendingExternal[] =>
  floating.length === 0 ? pending : [...pending, ...floating];

/** The pending external interruption that the CPU's PSW and CR0 let through and that comes first. */
export const deliverable = (machine: Machine, vcpu: VirtualCpu): PendingExternal | undefined => {
  const pending = candidates(machine, vcpu);
  if (pending.length === 0) return undefined;
  const { pswHigh, cr0 } = masksOf(machine, vcpu);
  if (!(pswHigh & PSW.EXTERNAL)) return undefined;
  let first: PendingExternal | undefined;
  for (const candidate of pending) {
    if (isMasked(candidate, cr0)) continue;
    if (first === undefined || rankOf(candidate.code) < rankOf(first.code)) first = candidate;
  }
  return first;
};

const isMasked = ({ subclass }: PendingExternal, cr0: number): boolean => subclass !== 0 && !(cr0 & subclass);

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
  const next = deliverable(machine, vcpu);
  const timerFirst = next !== undefined && comesAfterTimers(next.code) && pendingTimer(vcpu.cpu, 1) !== undefined;
  // What is wrong with the PSW itself comes before any interruption that it lets in.
  const early = vcpu.cpu.cell32(CELL.EARLY) !== 0;
  if (next !== undefined && vcpu.cpu.level === 1 && !timerFirst && !early) {
    for (const list of [vcpu.pending, machine.floating]) if (list.includes(next)) list.splice(list.indexOf(next), 1);
    interruptExternal(vcpu.cpu, next.code, next.cpuAddress, next.parameter);
  }
  const { cr0 } = masksOf(machine, vcpu);
  const left = candidates(machine, vcpu);
  const masked = left.filter((pending) => isMasked(pending, cr0));
  const { view } = machine.configuration.storage;
  const block = machine.block(vcpu);
  const flags = view.getInt32(block + SD.FLAGS) & ~CPUFLAGS.EXT_INT;
  const come = masked.length < left.length && !timerFirst;
  view.setInt32(block + SD.FLAGS, flags | (come ? CPUFLAGS.EXT_INT : 0));
  view.setUint16(block + SD.LCTL, masked.length > 0 ? LCTL_CR0 : 0);
  return timerFirst;
};

/** Bits of the service signal's parameter: the address of the control block that is done, and that events can be read. */
const DONE_BLOCK = 0xffff_fff8;
const EVENTS_PENDING = 0x1;

/** Makes the service signal pending: a service call is done, or events can be read (`block` 0). There is one signal, which tells both. */
export const signalService = ({ floating }: Machine, block: number, events: boolean): void => {
  const { code, subclass } = EXTERNAL.SERVICE_SIGNAL;
  const at = floating.findIndex((pending) => pending.code === code);
  const before = at < 0 ? 0 : floating.splice(at, 1)[0]!.parameter!;
  floating.push({ code, subclass, parameter: (before | block | (events ? EVENTS_PENDING : 0)) >>> 0 });
};

/** Whether a service call is done and no CPU has been told yet. */
export const isServiceBusy = ({ floating }: Machine): boolean =>
  floating.some(({ code, parameter }) => code === EXTERNAL.SERVICE_SIGNAL.code && (parameter! & DONE_BLOCK) !== 0);
