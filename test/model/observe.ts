import type { Machine } from '../../src/host/machine.ts';
import type { Content, Usage } from './model.ts';

/**
 * What the host's tables, frames and lists say, read by the documents' own words (spec/essa.md 1.7 and 1.8, spec/dat.md 5.2) and not by the
 * machine's functions.
 */

export interface Observed {
  readonly usage: Usage;
  readonly content: Content;
  readonly nodat: boolean;
  readonly key: number;
  /** Offset of the frame in the machine's memory, when there is one. */
  readonly frame: number | undefined;
}

const USAGES: readonly Usage[] = ['S', 'U', 'P', 'V'];
const PTE_INVALID = 0x400;
const PTE_FRAME = 0xffff_f000;
/** Right half of the page-status entry. */
const ZERO = 0x8000_0000;
const NODAT = 0x4000_0000;
const USAGE_SHIFT = 24;
/** Left half: guest reference and change bits, and the rest of the key while the page is not resident. */
const ACCESS_SHIFT = 24;
const ACCESS = 0xf8;
const GUEST_RC_SHIFT = 16;

export const observe = (machine: Machine, address: number): Observed => {
  const { storage } = machine.configuration;
  const { pte, pgste } = machine.gmap.entries(address);
  const entry = storage.view.getUint32(pte + 4);
  const left = storage.view.getUint32(pgste);
  const right = storage.view.getUint32(pgste + 4);
  const resident = (entry & PTE_INVALID) === 0;
  const frame = resident ? storage.offset(((entry & PTE_FRAME) >>> 0) as Parameters<typeof storage.offset>[0]) : undefined;
  const guest = (left >>> GUEST_RC_SHIFT) & 6;
  const own = frame === undefined ? (left >>> ACCESS_SHIFT) & ACCESS : storage.keys[storage.frame(frame)]!;
  return {
    usage: USAGES[(right >>> USAGE_SHIFT) & 3]!,
    content: resident ? 'r' : right & ZERO ? 'z' : 'p',
    nodat: (right & NODAT) !== 0,
    key: own | guest,
    frame,
  };
};

const CBRLO = 0x1b8;

/** A CPU's list of discarded blocks: their addresses, in order. */
export const observeList = (machine: Machine, cpu: number): { readonly count: number; readonly at: (n: number) => number } => {
  const { storage } = machine.configuration;
  const cbrlo = Number(storage.view.getBigUint64(machine.block(machine.vcpus[cpu]!) + CBRLO));
  const origin = cbrlo - (cbrlo % 4096);
  return { count: (cbrlo % 4096) / 8, at: (n) => Number(storage.load64((origin + 8 * n) as Parameters<typeof storage.load64>[0])) };
};
