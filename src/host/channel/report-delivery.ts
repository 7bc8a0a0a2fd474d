import { interruptMachineCheck, leaveNestedGuests } from '../../cpu/execution.ts';
import { CELL } from '../../cpu/layout.ts';
import { SAVED, savedCell } from '../../cpu/levels.ts';
import { PSW } from '../../cpu/psw.ts';
import { ICTL, SD } from '../../cpu/state-description.ts';
import type { Machine } from '../machine.ts';
import type { VirtualCpu } from '../virtual-cpu.ts';
import { controlWord, pswHigh } from './masks.ts';

/** Channel-report-pending subclass mask in CR14. */
const CR14_CHANNEL_REPORT = 0x1000_0000;
/** Loads of CR14 are intercepted. */
const LCTL_CR14 = 0x0002;

/**
 * Machine-check-interruption code: channel report pending, and the validity bits of everything that is stored, which is all but vector registers
 * and what tells of storage errors (PoP, "Machine-Check-Interruption Code").
 */
const CHANNEL_REPORT_PENDING = 0x0040_0f1d_4033_0000n;

const isPending = ({ channel: { reports } }: Machine): boolean => reports.first !== undefined && !reports.announced;

/** Whether the machine-check interruption for channel reports is pending and the CPU's PSW and CR14 let it through. */
export const isReportDeliverable = (machine: Machine, vcpu: VirtualCpu): boolean => {
  if (!isPending(machine)) return false;
  return (pswHigh(machine, vcpu) & PSW.MACHINE_CHECK) !== 0 && (controlWord(machine, vcpu, 14) & CR14_CHANNEL_REPORT) !== 0;
};

/** Presents the machine-check interruption for channel reports to an entered CPU if it may be. It comes before external and I/O interruptions. */
export const deliverReport = (machine: Machine, vcpu: VirtualCpu): void => {
  if (!isReportDeliverable(machine, vcpu)) return;
  machine.channel.reports.announced = true;
  leaveNestedGuests(vcpu.cpu);
  interruptMachineCheck(vcpu.cpu, CHANNEL_REPORT_PENDING);
};

/** While it is pending and masked, whatever may open the masks is intercepted: SIE has no request for machine checks. */
export const watchForReport = (machine: Machine, vcpu: VirtualCpu): void => {
  const { cpu } = vcpu;
  const { view } = machine.configuration.storage;
  const block = machine.block(vcpu);
  const pending = isPending(machine);
  const ictl = (view.getInt32(block + SD.ICTL) & ~ICTL.LPSW) | (pending ? ICTL.LPSW : 0);
  view.setInt32(block + SD.ICTL, ictl);
  cpu.setCell32(cpu.level === 1 ? CELL.ICTL : savedCell(1, SAVED.ICTL), ictl);
  if (pending) view.setUint16(block + SD.LCTL, view.getUint16(block + SD.LCTL) | LCTL_CR14);
};
