import { pswHighOf } from '../../cpu/execution.ts';
import { controlRegister } from '../../cpu/levels.ts';
import { SD } from '../../cpu/state-description.ts';
import type { Machine } from '../machine.ts';
import type { VirtualCpu } from '../virtual-cpu.ts';

/** Bits 0-31 of the guest's PSW, wherever they are at the moment. */
export const pswHigh = (machine: Machine, vcpu: VirtualCpu): number =>
  machine.isEntered(vcpu) ? pswHighOf(vcpu.cpu, 1) : machine.configuration.storage.view.getInt32(machine.block(vcpu) + SD.PSW);

/** The low word of a control register of the guest, wherever it is at the moment. */
export const controlWord = (machine: Machine, vcpu: VirtualCpu, n: number): number =>
  machine.isEntered(vcpu)
    ? Number(controlRegister(vcpu.cpu, 1, n) & 0xffff_ffffn) | 0
    : machine.configuration.storage.view.getInt32(machine.block(vcpu) + SD.CR + 8 * n + 4);
