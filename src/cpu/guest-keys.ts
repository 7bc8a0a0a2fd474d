import type { Cpu } from './cpu.ts';
import { PGM, ProgramInterruption } from './interruption.ts';
import { absoluteToOffset, prefixOf, raiseHostFault, walkHost } from './levels.ts';
import { PGSTE_DISTANCE, PGSTE_HIGH } from './pgste.ts';
import { KEY, type Offset } from './storage.ts';
import { absolutePage } from './translation.ts';

/**
 * Storage keys as a guest sees them (spec/essa.md 1.7).
 *
 * The key of a page whose frame is resident is the frame's, with the reference and change bits ORed with GR and GC of the page-status entry:
 * a frame that the host brought in anew has not seen what the guest did before. The key of a page that is not resident lies in the
 * entry. A level without page-status entries has the keys of the level below.
 */

/** Where the parts of a key lie. */
interface KeyPlace {
  /** Absolute address, in the level below, of the frame; undefined when the page is not resident. */
  readonly frame: number | undefined;
  /** The page-status entry. */
  readonly pgste: Offset | undefined;
}

const REFERENCE_AND_CHANGE = KEY.R | KEY.C;
const ACCESS_AND_FETCH = KEY.ACC | KEY.F;

/** The storage key of the block at an absolute address of a level. No access to its content: a discarded block has a key, too. */
export const guestKey = (cpu: Cpu, level: number, absolute: number): number => {
  if (level === 0) return cpu.configuration.storage.keys[hostFrame(cpu, absolute)]!;
  const { frame, pgste } = keyPlace(cpu, level, absolute);
  const kept = pgste === undefined ? 0 : keptKey(cpu.configuration.storage.view.getInt32(pgste));
  return frame === undefined ? kept : guestKey(cpu, level - 1, frame) | (kept & REFERENCE_AND_CHANGE);
};

/** Sets the storage key of the block at an absolute address of a level. */
export const setGuestKey = (cpu: Cpu, level: number, absolute: number, key: number): void => {
  const { events } = cpu.configuration;
  const watched = events.wants('key');
  const before = watched ? guestKey(cpu, level, absolute) : 0;
  setKey(cpu, level, absolute, key);
  if (watched)
    events.emit('key', { cpu: cpu.index, instruction: cpu.instructions, level, page: absolute - (absolute % 4096), before, after: key });
};

const setKey = (cpu: Cpu, level: number, absolute: number, key: number): void => {
  if (level === 0) {
    setHostKey(cpu, hostFrame(cpu, absolute), key);
    return;
  }
  const { frame, pgste } = keyPlace(cpu, level, absolute);
  if (pgste === undefined) {
    setKey(cpu, level - 1, frame!, key);
    return;
  }
  const { storage } = cpu.configuration;
  const { view } = storage;
  storage.recordStore(pgste);
  const rest = view.getInt32(pgste) & ~(PGSTE_HIGH.GR | PGSTE_HIGH.GC);
  const guestBits = (key & REFERENCE_AND_CHANGE) << 16;
  if (frame === undefined) {
    view.setInt32(pgste, (rest & ~(PGSTE_HIGH.ACC | PGSTE_HIGH.F)) | ((key & ACCESS_AND_FETCH) << 24) | guestBits);
    return;
  }
  // What the frame has seen so far still counts for the host: HR and HC.
  const hostBits = (guestKey(cpu, level - 1, frame) & REFERENCE_AND_CHANGE) << 20;
  setKey(cpu, level - 1, frame, key & ACCESS_AND_FETCH);
  view.setInt32(pgste, rest | guestBits | hostBits);
};

/** ACC, F, GR and GC of an entry's high word as a key. */
const keptKey = (high: number): number => ((high >>> 24) & ACCESS_AND_FETCH) | ((high >>> 16) & REFERENCE_AND_CHANGE);

/** A page-table entry that is missing altogether is a fault of the host, which makes the table and executes the instruction again. */
const keyPlace = (cpu: Cpu, level: number, absolute: number): KeyPlace => {
  const { extent, pageStatus } = cpu.guests[level]!;
  if (absolute >= extent) throw new ProgramInterruption(level, PGM.ADDRESSING);
  const found = walkHost(cpu, level, absolute);
  const entry = found.entries.at(-1);
  const pgste = pageStatus && entry?.table === 'page' ? absoluteToOffset(cpu, level - 1, entry.address + PGSTE_DISTANCE, true) : undefined;
  if (found.exception === 0) return { frame: absolutePage(found, prefixOf(cpu, level - 1)), pgste };
  if (found.exception !== PGM.PAGE_TRANSLATION || pgste === undefined) raiseHostFault(cpu, level, absolute, found.exception, false);
  return { frame: undefined, pgste };
};

const hostFrame = (cpu: Cpu, absolute: number): number => {
  if (absolute >= cpu.configuration.storage.size) throw new ProgramInterruption(0, PGM.ADDRESSING);
  return Math.floor(absolute / 4096);
};

/** Entries of the TLB stand for accesses that the key permitted and whose bits are set; they go when that is no longer so. */
const setHostKey = (cpu: Cpu, frame: number, key: number): void => {
  const { storage, tlb } = cpu.configuration;
  const before = storage.keys[frame]!;
  storage.keys[frame] = key;
  const lost = before & ~key & REFERENCE_AND_CHANGE;
  const stricter = (before ^ key) & KEY.ACC || key & ~before & KEY.F;
  if (lost || stricter) tlb.purge();
};
