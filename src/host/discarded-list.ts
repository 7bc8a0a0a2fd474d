import { SD } from '../cpu/state-description.ts';
import type { HostAbsolute } from '../cpu/storage.ts';
import type { Machine } from './machine.ts';
import type { VirtualCpu } from './virtual-cpu.ts';

/**
 * Releases every block on a CPU's list of blocks that ESSA discarded (CBRL, spec/essa.md 1.8), in order, and empties the list. The host may do
 * so at any time.
 * @returns how many there were
 */
export const drainList = (machine: Machine, vcpu: VirtualCpu): number => {
  const { view } = machine.configuration.storage;
  const cbrlo = machine.block(vcpu) + SD.CBRLO;
  const list = machine.listPage(vcpu);
  const count = Number(view.getBigUint64(cbrlo) & 0xfffn) / 8;
  for (let n = 0; n < count; n++) {
    machine.pager.release(Number(machine.configuration.storage.load64((list + 8 * n) as HostAbsolute)), 'on the list of discarded blocks');
  }
  view.setBigUint64(cbrlo, BigInt(list));
  return count;
};
