import { deliverIo, isIoDeliverable } from './channel/delivery.ts';
import { deliverReport, isReportDeliverable, watchForReport } from './channel/report-delivery.ts';
import { deliverable, deliverExternal } from './external.ts';
import type { Machine } from './machine.ts';
import type { VirtualCpu } from './virtual-cpu.ts';

/**
 * Presents pending interruptions that the CPU is enabled for, in their order of priority, or asks SIE to come back when it may be.
 * @returns whether a timer comes first
 */
export const presentPending = (machine: Machine, vcpu: VirtualCpu): boolean => {
  deliverReport(machine, vcpu);
  const timerBeforeExternal = deliverExternal(machine, vcpu);
  const timerBeforeIo = deliverIo(machine, vcpu);
  watchForReport(machine, vcpu);
  return timerBeforeExternal || timerBeforeIo;
};

/** Whether an interruption is pending, besides those of timers, that the CPU is enabled for. */
export const isInterruptible = (machine: Machine, vcpu: VirtualCpu): boolean =>
  deliverable(machine, vcpu) !== undefined || isIoDeliverable(machine, vcpu) || isReportDeliverable(machine, vcpu);
