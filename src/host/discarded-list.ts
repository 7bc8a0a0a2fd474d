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
  const pages = listedPages(machine, vcpu);
  for (const page of pages) machine.pager.release(page, 'on the list of discarded blocks');
  replaceList(machine, vcpu, []);
  return pages.length;
};

/** Whether a page is on any CPU's list. */
export const isListed = (machine: Machine, page: number): boolean =>
  machine.vcpus.some((vcpu) => listedPages(machine, vcpu).includes(page));

/** Takes a page off every list; it may be on one more than once. */
export const unlist = (machine: Machine, page: number): void => {
  for (const vcpu of machine.vcpus) {
    const others = listedPages(machine, vcpu).filter((other) => other !== page);
    replaceList(machine, vcpu, others);
  }
};

const listedPages = (machine: Machine, vcpu: VirtualCpu): number[] => {
  const { storage } = machine.configuration;
  const list = machine.listPage(vcpu);
  const count = Number(storage.view.getBigUint64(machine.block(vcpu) + SD.CBRLO) & 0xfffn) / 8;
  return Array.from({ length: count }, (_, n) => Number(storage.load64((list + 8 * n) as HostAbsolute)));
};

const replaceList = (machine: Machine, vcpu: VirtualCpu, pages: readonly number[]): void => {
  const { storage } = machine.configuration;
  const list = machine.listPage(vcpu);
  for (const [n, page] of pages.entries()) storage.store64((list + 8 * n) as HostAbsolute, BigInt(page));
  storage.view.setBigUint64(machine.block(vcpu) + SD.CBRLO, BigInt(list + 8 * pages.length));
};
