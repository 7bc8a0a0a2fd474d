import { PGSTE_LOW, USAGE } from '../cpu/pgste.ts';
import { ECB2, SD } from '../cpu/state-description.ts';
import { FRAME_SIZE, KEY } from '../cpu/storage.ts';
import { drainList } from './discarded-list.ts';
import type { Machine } from './machine.ts';

/**
 * Storage attributes for live migration, as KVM offers them to whoever moves a guest (spec/essa.md 1.9): migration mode, and usage and no-DAT
 * attributes of pages by their guest frame number (GFN, the absolute address divided by 4096). The guest's storage is one memory slot.
 */

/** Why a call is refused, by the name of the error number that KVM gives. */
type CmmaError = 'EINVAL' | 'ENXIO' | 'EFAULT';
export interface Refused {
  readonly error: CmmaError;
}

/** Flag of {@link getCmmaBits}: read without touching what has changed; also outside of migration mode. */
export const CMMA_PEEK = 1;
/** A block of values ends where more pages than this in a row have not changed. */
const MOST_UNCHANGED = 16;
/** The most values that one call moves. */
const MOST_VALUES = 0x10_0000;
/** A value is PGSTE bits 32-39; of those the usage state and no-DAT are attributes. */
const VALUE_SHIFT = 24;
const ATTRIBUTES = PGSTE_LOW.USAGE | PGSTE_LOW.NODAT;

export interface CmmaRequest {
  readonly startGfn: number;
  /** Values at most. */
  readonly count: number;
  readonly flags?: number;
}

export interface CmmaBits {
  /** GFN of the first value. */
  readonly startGfn: number;
  readonly count: number;
  /** Pages whose attributes have changed and were not fetched yet; 0 outside of migration mode. */
  readonly remaining: number;
  /** For each page: usage state 0 S, 1 U, 2 P, 3 V; 0x40 no-DAT. */
  readonly values: Uint8Array;
}

export interface CmmaUpdate {
  readonly startGfn: number;
  readonly values: Uint8Array;
  /** PGSTE bits that are to be set; others than usage and no-DAT are never set. */
  readonly mask: bigint;
  readonly flags?: number;
}

// ---- migration mode --------------------------------------------------------------------------------------------------

/** Switches the dirty log of the guest's storage. Migration mode needs it, and ends with it. */
export const setDirtyLog = (machine: Machine, on: boolean): void => {
  machine.cmma.dirtyLog = on;
  if (!on) stopMigration(machine);
};

/** From now on the host performs every ESSA and notes which pages it was for. All pages count as changed at first. */
export const startMigration = (machine: Machine): Refused | undefined => {
  const { cmma, vcpus, configuration } = machine;
  if (cmma.migrating) return undefined;
  if (!cmma.dirtyLog) return { error: 'EINVAL' };
  cmma.migrating = true;
  for (const vcpu of vcpus) {
    drainList(machine, vcpu);
    configuration.storage.bytes[machine.block(vcpu) + SD.ECB2]! &= ~ECB2.CMMA;
  }
  for (let gfn = 0; gfn < pagesOf(machine); gfn++) setDirty(machine, gfn, true);
  return undefined;
};

/** The machine performs ESSA again, if it did before. */
export const stopMigration = (machine: Machine): void => {
  const { cmma, options, vcpus, configuration } = machine;
  if (!cmma.migrating) return;
  cmma.migrating = false;
  for (let gfn = 0; gfn < pagesOf(machine); gfn++) setDirty(machine, gfn, false);
  if (options.essa === 'intercept' || !cmma.used) return;
  for (const vcpu of vcpus) configuration.storage.bytes[machine.block(vcpu) + SD.ECB2]! |= ECB2.CMMA;
};

/** Notes that ESSA was for a page, in migration mode. `page` is guest absolute. */
export const noteEssa = (machine: Machine, page: number): void => {
  if (machine.cmma.migrating) setDirty(machine, page / FRAME_SIZE, true);
};

// ---- attributes ------------------------------------------------------------------------------------------------------

/**
 * KVM_S390_GET_CMMA_BITS. Without {@link CMMA_PEEK}: the first changed page at or behind `startGfn`, or else of all, and those after it up to
 * the last changed one before a gap; they count as unchanged then. With it: the pages as asked for.
 */
export const getCmmaBits = (machine: Machine, { startGfn, count, flags = 0 }: CmmaRequest): CmmaBits | Refused => {
  const { cmma, options } = machine;
  if (options.essa === 'none') return { error: 'ENXIO' };
  const peek = flags === CMMA_PEEK;
  if (flags & ~CMMA_PEEK || (!peek && !cmma.migrating)) return { error: 'EINVAL' };
  const size = Math.min(count, MOST_VALUES);
  if (size === 0 || !cmma.used) return NOTHING;
  const found = peek ? peekBlock(machine, startGfn, size) : takeBlock(machine, startGfn, size);
  if ('error' in found) return found;
  return { ...found, count: found.values.length, remaining: cmma.migrating ? countDirty(machine) : 0 };
};

/**
 * KVM_S390_SET_CMMA_BITS. Attributes do not become dirty by this. Where the host discards, the states that cannot occur do not occur: a page
 * whose content it has kept loses it when it becomes unused or volatile, as with ESSA.
 * @returns undefined when all were set; pages before the first that does not exist are set nevertheless
 */
export const setCmmaBits = (machine: Machine, { startGfn, values, mask, flags = 0 }: CmmaUpdate): Refused | undefined => {
  const { cmma, options } = machine;
  if (options.essa === 'none') return { error: 'ENXIO' };
  if (flags !== 0 || values.length > MOST_VALUES) return { error: 'EINVAL' };
  if (values.length === 0) return undefined;
  const attributes = Number(mask & BigInt(ATTRIBUTES));
  for (const [n, value] of values.entries()) {
    const gfn = startGfn + n;
    if (!exists(machine, gfn)) return { error: 'EFAULT' };
    setAttributes(machine, gfn * FRAME_SIZE, (value << VALUE_SHIFT) & attributes, attributes);
  }
  cmma.used = true;
  return undefined;
};

const NOTHING: CmmaBits = { startGfn: 0, count: 0, remaining: 0, values: new Uint8Array() };

type Block = Pick<CmmaBits, 'startGfn' | 'values'>;

const peekBlock = (machine: Machine, startGfn: number, size: number): Block | Refused => {
  if (!exists(machine, startGfn)) return { error: 'EFAULT' };
  const count = Math.min(size, pagesOf(machine) - startGfn);
  return { startGfn, values: Uint8Array.from({ length: count }, (_, n) => attributesOf(machine, startGfn + n)) };
};

const takeBlock = (machine: Machine, startGfn: number, size: number): Block => {
  const first = nextDirty(machine, startGfn) ?? nextDirty(machine, 0);
  if (first === undefined) return NOTHING;
  let last = first;
  for (let gfn = first; gfn < Math.min(first + size, pagesOf(machine)) && gfn - last <= MOST_UNCHANGED + 1; gfn++) {
    if (!isDirty(machine, gfn)) continue;
    last = gfn;
    setDirty(machine, gfn, false);
  }
  return { startGfn: first, values: Uint8Array.from({ length: last + 1 - first }, (_, n) => attributesOf(machine, first + n)) };
};

const setAttributes = (machine: Machine, page: number, wanted: number, mask: number): void => {
  const { pager, configuration, gmap } = machine;
  const { storage, profile, tlb, events } = configuration;
  const at = gmap.entries(page).pgste + 4;
  const before = pager.state(page);
  const status = storage.view.getInt32(at);
  const asked = (status & ~mask) | wanted;
  const usage = profile.discards ? possibleUsage(machine, page, asked & PGSTE_LOW.USAGE) : asked & PGSTE_LOW.USAGE;
  const attributes = usage | (asked & PGSTE_LOW.NODAT);
  if (attributes === (status & ATTRIBUTES)) return;
  if (profile.discards && before.content === 'p' && usage !== USAGE.STABLE) pager.forget(page, 'SET_CMMA_BITS');
  storage.view.setInt32(at, (storage.view.getInt32(at) & ~ATTRIBUTES) | attributes);
  // As with ESSA: an unused block must not be found in the TLB.
  if (profile.strictUnused) tlb.purge();
  if (events.wants('pageState')) events.emit('pageState', { level: 1, page, before, after: pager.state(page), by: 'SET_CMMA_BITS' });
};

/** What becomes of a page that is to be potentially volatile: Pp and Pz cannot occur (spec/essa.md 1.5). */
const possibleUsage = ({ pager }: Machine, page: number, usage: number): number => {
  const { content } = pager.state(page);
  if (usage !== USAGE.POTENTIALLY_VOLATILE || content === 'r') return usage;
  return content === 'p' && pager.key(page) & KEY.C ? USAGE.STABLE : USAGE.VOLATILE;
};

// ---- pages -----------------------------------------------------------------------------------------------------------

const pagesOf = (machine: Machine): number => machine.options.storage / FRAME_SIZE;
const exists = (machine: Machine, gfn: number): boolean => Number.isInteger(gfn) && gfn >= 0 && gfn < pagesOf(machine);

/** The right half of a page's status entry; zero where nothing was ever known of the page's mebibyte. */
const statusOf = ({ gmap, configuration }: Machine, gfn: number): number => {
  const page = gfn * FRAME_SIZE;
  return gmap.hasTable(page) ? configuration.storage.view.getInt32(gmap.entries(page).pgste + 4) : 0;
};

const attributesOf = (machine: Machine, gfn: number): number => (statusOf(machine, gfn) & ATTRIBUTES) >>> VALUE_SHIFT;
const isDirty = (machine: Machine, gfn: number): boolean => (statusOf(machine, gfn) & PGSTE_LOW.CMMA_DIRTY) !== 0;

const setDirty = (machine: Machine, gfn: number, dirty: boolean): void => {
  if (isDirty(machine, gfn) === dirty) return;
  const { view } = machine.configuration.storage;
  const at = machine.gmap.entries(gfn * FRAME_SIZE).pgste + 4;
  view.setInt32(at, dirty ? view.getInt32(at) | PGSTE_LOW.CMMA_DIRTY : view.getInt32(at) & ~PGSTE_LOW.CMMA_DIRTY);
};

const nextDirty = (machine: Machine, from: number): number | undefined => {
  for (let gfn = from; gfn < pagesOf(machine); gfn++) if (isDirty(machine, gfn)) return gfn;
  return undefined;
};

const countDirty = (machine: Machine): number => {
  let count = 0;
  for (let gfn = 0; gfn < pagesOf(machine); gfn++) if (isDirty(machine, gfn)) count++;
  return count;
};
