import { CPUFLAGS, ECA, ECB2, SD } from '../cpu/state-description.ts';
import type { Machine } from './machine.ts';
import { INITIAL_CR0, INITIAL_CR14 } from './reset.ts';
import type { VirtualCpu } from './virtual-cpu.ts';

const MIB = 0x10_0000;

/**
 * Puts a virtual CPU's state description, and so the CPU, into the state after an initial CPU reset (Principles of Operation, "Initial CPU
 * Reset"): clock comparator and CPU timer are zero, so that both are due as soon as the program enables them.
 */
export const initialize = (machine: Machine, vcpu: VirtualCpu, interpretEssa: boolean): void => {
  const { view } = machine.configuration.storage;
  const block = machine.block(vcpu);
  view.setInt32(block + SD.FLAGS, CPUFLAGS.ZARCH | CPUFLAGS.RUNNING);
  view.setBigUint64(block + SD.MSO, 0n);
  view.setBigUint64(block + SD.MSL, BigInt(machine.options.storage - MIB));
  // Protection exceptions that are the guest's own affair stay in the guest; it has the vector facility if the machine has.
  view.setInt32(block + SD.ECA, ECA.PROTECTION | ECA.MVPGI | ECA.VX);
  view.setUint8(block + SD.ECB2, (interpretEssa ? ECB2.CMMA : 0) | ECB2.PFMFI);
  view.setBigUint64(block + SD.CBRLO, BigInt(machine.listPage(vcpu)));
  view.setBigUint64(block + SD.CLOCK_COMPARATOR, 0n);
  view.setBigUint64(block + SD.CPU_TIMER, 0n);
  view.setBigUint64(block + SD.CR, INITIAL_CR0);
  view.setBigUint64(block + SD.CR + 8 * 14, INITIAL_CR14);
  view.setUint16(block + SD.CPU_ADDRESS, vcpu.address);
};
