import type { Configuration } from '../cpu/configuration.ts';
import { type PageEntries, REFERENCE_AND_CHANGE } from '../cpu/essa.ts';
import type { PageState } from '../cpu/events.ts';
import { PGSTE_HIGH, PGSTE_LOW, pageState, USAGE } from '../cpu/pgste.ts';
import { FRAME_SIZE, type HostAbsolute, KEY, type Offset } from '../cpu/storage.ts';
import { PTE } from '../cpu/walk.ts';
import type { Gmap } from './gmap.ts';
import type { HostLayout } from './host-storage.ts';
import type { PagingStore } from './paging-device.ts';

/** What the pager has done, for people and for proofs. */
export interface PagingCounters {
  /** Pages read back from the paging device. */
  pageIns: number;
  /** Pages whose content was kept on the paging device; {@link cleanPageOuts} of them without writing, because the copy there was still good. */
  pageOuts: number;
  cleanPageOuts: number;
  /** Volatile and clean potentially volatile pages whose content was thrown away. */
  discards: number;
  /** Unused pages whose content was thrown away. */
  drops: number;
  zeroFills: number;
  /** Slots of the paging device given back for pages that ESSA discarded. */
  releases: number;
}

/** A pager in a snapshot, as JSON. Pages are guest absolute, frames host absolute addresses. */
export interface PagerState {
  readonly counters: Readonly<PagingCounters>;
  readonly pinned: readonly number[];
  readonly free: readonly number[];
  readonly untouched: number;
  readonly resident: readonly (readonly [page: number, frame: number])[];
}

/** Thrown when every frame is in use and none may be taken. */
export class NoFrameError extends Error {
  constructor(frames: number) {
    super(`all ${frames} frames hold pages that must stay resident`);
    this.name = 'NoFrameError';
  }
}

/**
 * The host's paging of one guest: frames, page-in and page-out by the page states, and reclaim of the least recently used page
 * (spec/host.md 2.1). The states themselves are in the page tables; here is only which frame holds which page.
 */
export class Pager {
  readonly counters: PagingCounters = { pageIns: 0, pageOuts: 0, cleanPageOuts: 0, discards: 0, drops: 0, zeroFills: 0, releases: 0 };
  /** Pages that may not be taken: prefix areas of CPUs that are in SIE. */
  readonly pinned = new Set<number>();
  /**
   * Pages that ESSA has discarded since they were last resident, where the zero mark does not tell (spec/essa.md 1.6 #4 and #6): what the
   * paging device still has of them must not come back.
   */
  discarded: { has(page: number): boolean; remove(page: number): void } | undefined;
  readonly #configuration: Configuration;
  readonly #gmap: Gmap;
  readonly #store: PagingStore;
  readonly #layout: HostLayout;
  readonly #free: HostAbsolute[] = [];
  /** Frames that were never handed out begin here. */
  #untouched: number;
  /** Resident pages, the one looked at longest ago first, and their frames. */
  readonly #resident = new Map<number, HostAbsolute>();

  constructor(configuration: Configuration, gmap: Gmap, store: PagingStore, layout: HostLayout) {
    this.#configuration = configuration;
    this.#gmap = gmap;
    this.#store = store;
    this.#layout = layout;
    this.#untouched = layout.frames;
  }

  get residentPages(): number {
    return this.#resident.size;
  }

  /** A page can become resident without another losing its frame. */
  get hasFreeFrame(): boolean {
    return this.#free.length > 0 || this.#untouched < this.#layout.size;
  }

  state(page: number): PageState {
    return this.#stateOf(this.#gmap.entries(page));
  }

  #stateOf(entries: PageEntries): PageState {
    return pageState(this.#status(entries), this.#isValid(entries));
  }

  isResident(page: number): boolean {
    return this.#resident.has(page);
  }

  /** Whether a page may be made resident without its guest's asking: a discarded block stays discarded until the guest says otherwise. */
  mayPageIn(page: number): boolean {
    const { usage, content } = this.state(page);
    const { discards, strictUnused } = this.#configuration.profile;
    return !(content === 'z' && ((usage === 'V' && discards) || (usage === 'U' && strictUnused)));
  }

  /** Makes a page resident: from the paging device if its content is preserved there, else filled with zeros. */
  pageIn(page: number, reason: string): HostAbsolute {
    const already = this.#resident.get(page);
    if (already !== undefined) return already;
    const neverUsed = this.#untouched;
    const frame = this.#takeFrame();
    const entries = this.#gmap.entries(page);
    const { storage } = this.#configuration;
    const offset = storage.offset(frame);
    const before = this.#status(entries);
    const saved = !(before & PGSTE_LOW.ZERO) && this.#store.has(page) && !this.discarded?.has(page);
    this.discarded?.remove(page);
    if (saved) this.#store.restore(page, storage.bytes.subarray(offset, offset + FRAME_SIZE));
    else {
      // A copy that is left over from before a discard must never be taken for this content.
      this.#store.release(page);
      // A frame that was never used is zero. Writing to it spares the operating system a second fault: one for a load would map no memory yet.
      if (frame === neverUsed) storage.bytes[offset] = 0;
      else storage.bytes.fill(0, offset, offset + FRAME_SIZE);
    }
    this.#resident.set(page, frame);
    const high = storage.view.getInt32(entries.pgste);
    // The guest's key moves from the entry to the frame; its R and C stay in the entry and are ORed with the frame's.
    storage.keys[storage.frame(offset)] = (high >>> 24) & (KEY.ACC | KEY.F);
    this.#setStatus(entries, before & ~PGSTE_LOW.ZERO);
    storage.view.setInt32(entries.pte, 0);
    storage.view.setInt32(entries.pte + 4, frame);
    this.counters[saved ? 'pageIns' : 'zeroFills']++;
    if (this.#isHeard) this.#tell(page, pageState(before, false), saved ? 'page-in' : 'zero-fill', frame, reason);
    return frame;
  }

  /** The host has written into a resident page: the copy on the paging device is out of date. */
  markChanged(page: number): void {
    const { pgste } = this.#gmap.entries(page);
    const { view } = this.#configuration.storage;
    view.setInt32(pgste, view.getInt32(pgste) | PGSTE_HIGH.HC);
  }

  /** A page's content without touching its state: from its frame, from the paging device, or zeros. Not counted. */
  peek(page: number): Uint8Array {
    const frame = this.#resident.get(page);
    const { storage } = this.#configuration;
    if (frame !== undefined) return storage.bytes.subarray(storage.offset(frame), storage.offset(frame) + FRAME_SIZE);
    const preserved = this.state(page).content === 'p' && !this.discarded?.has(page);
    return (preserved && this.#store.peek(page)) || new Uint8Array(FRAME_SIZE);
  }

  /** What may be done with a page under pressure, by its state: `undefined` where it must stay or is not resident. */
  reclaimAction(page: number): 'page-out' | 'discard' | 'drop' | undefined {
    const frame = this.#resident.get(page);
    if (frame === undefined || this.pinned.has(page)) return undefined;
    const { usage } = this.state(page);
    const { discards } = this.#configuration.profile;
    if (usage === 'U') return 'drop';
    if (usage === 'V' && discards) return 'discard';
    if (usage === 'P' && discards && !this.#isChanged(page, frame)) return 'discard';
    return 'page-out';
  }

  /** Takes a page's frame as its state says. */
  reclaim(page: number, reason: string): 'page-out' | 'discard' | 'drop' | undefined {
    const action = this.reclaimAction(page);
    if (action === 'page-out') this.#pageOut(page, reason);
    else if (action) this.#throwAway(page, action, reason);
    return action;
  }

  /** Frees the paging-device slots of blocks that ESSA discarded (spec/essa.md 1.8): only for blocks that are still not resident, and unused or logically zero. */
  release(page: number, reason: string): void {
    const entries = this.#gmap.entries(page);
    const status = this.#status(entries);
    if (this.#isValid(entries)) return;
    if ((status & PGSTE_LOW.USAGE) !== USAGE.UNUSED && !(status & PGSTE_LOW.ZERO) && !this.discarded?.has(page)) return;
    if (!this.#store.release(page)) return;
    this.counters.releases++;
    const { events } = this.#configuration;
    if (events.wants('host')) events.emit('host', { action: 'release', page, frame: 0, reason });
  }

  /**
   * The guest has no more use for the page's content (DIAGNOSE X'10'): it is logically zero from now on, with its usage state as it was. A
   * potentially volatile page is volatile, because Pz cannot occur.
   */
  forget(page: number, reason: string): void {
    const entries = this.#gmap.entries(page);
    const before = this.state(page);
    const frame = this.#resident.get(page);
    const usage = this.#status(entries) & PGSTE_LOW.USAGE;
    this.#loseContent(page, entries, usage === USAGE.POTENTIALLY_VOLATILE ? USAGE.VOLATILE : usage);
    this.#tell(page, before, 'drop', frame ?? (0 as HostAbsolute), reason);
  }

  /** Every page is stable again and may be a translation table, with the content that it has: a discarded page is logically zero (spec/essa.md 1.8). */
  resetUsage(): void {
    const { events } = this.#configuration;
    for (const { page, state: before } of this.pages()) {
      if (before.usage === 'S' && !before.nodat) continue;
      const entries = this.#gmap.entries(page);
      this.#setStatus(entries, this.#status(entries) & ~(PGSTE_LOW.USAGE | PGSTE_LOW.NODAT));
      if (events.wants('pageState')) events.emit('pageState', { level: 1, page, before, after: this.state(page), by: 'subsystem reset' });
    }
  }

  /** Every guest page that has a page table, with its state. */
  *pages(): Generator<{ page: number; state: PageState; key: number }> {
    const MIB = 0x10_0000;
    for (let segment = 0; segment < this.#gmap.guestSize; segment += MIB) {
      if (!this.#gmap.hasTable(segment)) continue;
      for (let page = segment; page < Math.min(segment + MIB, this.#gmap.guestSize); page += FRAME_SIZE) {
        yield { page, state: this.state(page), key: this.key(page) };
      }
    }
  }

  /** The guest's storage key of a page: ACC and F from the frame or the entry, R and C from both. */
  key(page: number): number {
    const { storage } = this.#configuration;
    const high = storage.view.getInt32(this.#gmap.entries(page).pgste);
    const own = ((high & PGSTE_HIGH.GR) !== 0 ? KEY.R : 0) | ((high & PGSTE_HIGH.GC) !== 0 ? KEY.C : 0);
    const frame = this.#resident.get(page);
    if (frame === undefined) return ((high >>> 24) & (KEY.ACC | KEY.F)) | own;
    return storage.keys[frame / FRAME_SIZE]! | own;
  }

  /** Frames and who has them, in the order in which they are taken; the states themselves are in host storage. */
  capture(): PagerState {
    return {
      counters: { ...this.counters },
      pinned: [...this.pinned],
      free: [...this.#free],
      untouched: this.#untouched,
      resident: [...this.#resident],
    };
  }

  reinstate({ counters, pinned, free, untouched, resident }: PagerState): void {
    Object.assign(this.counters, counters);
    this.pinned.clear();
    for (const page of pinned) this.pinned.add(page);
    this.#free.length = 0;
    for (const frame of free) this.#free.push(frame as HostAbsolute);
    this.#untouched = untouched;
    this.#resident.clear();
    for (const [page, frame] of resident) this.#resident.set(page, frame as HostAbsolute);
  }

  #takeFrame(): HostAbsolute {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#untouched < this.#layout.size) {
      const frame = this.#untouched as HostAbsolute;
      this.#untouched += FRAME_SIZE;
      return frame;
    }
    const victim = this.#leastRecentlyUsed();
    if (victim === undefined) throw new NoFrameError(this.#layout.frameCount);
    this.reclaim(victim, 'frame needed');
    return this.#free.pop()!;
  }

  /**
   * Second chance: pages that were referenced since they were last looked at go to the end of the line, their reference bit folded into the
   * guest's copy. A page is looked at twice at the most. Whoever asks takes the page away, and purges the TLB then: until it is purged, accesses
   * do not set the reference bits that were reset here.
   */
  #leastRecentlyUsed(): number | undefined {
    const { storage } = this.#configuration;
    for (let looks = 2 * this.#resident.size; looks > 0; looks--) {
      const [page, frame] = this.#resident.entries().next().value!;
      this.#resident.delete(page);
      this.#resident.set(page, frame);
      if (this.pinned.has(page)) continue;
      const n = frame / FRAME_SIZE;
      if (storage.keys[n]! & KEY.R) {
        const { pgste } = this.#gmap.entries(page);
        storage.view.setInt32(pgste, storage.view.getInt32(pgste) | PGSTE_HIGH.GR);
        storage.keys[n]! &= ~KEY.R;
        continue;
      }
      return page;
    }
    return undefined;
  }

  #pageOut(page: number, reason: string): void {
    const { storage } = this.#configuration;
    const frame = this.#resident.get(page)!;
    const offset = storage.offset(frame);
    const entries = this.#gmap.entries(page);
    const before = this.state(page);
    const changedHere = this.#changedSincePageIn(entries, frame);
    if (changedHere || !this.#store.has(page)) this.#store.save(page, storage.bytes.subarray(offset, offset + FRAME_SIZE));
    else this.counters.cleanPageOuts++;
    this.counters.pageOuts++;
    const high = storage.view.getInt32(entries.pgste);
    const key = storage.keys[frame / FRAME_SIZE]!;
    const bits = (key & KEY.R ? PGSTE_HIGH.GR : 0) | (key & KEY.C ? PGSTE_HIGH.GC : 0);
    const kept = high & ~(PGSTE_HIGH.ACC | PGSTE_HIGH.F | PGSTE_HIGH.HR | PGSTE_HIGH.HC);
    storage.view.setInt32(entries.pgste, kept | bits | ((key & (KEY.ACC | KEY.F)) << 24));
    // A potentially volatile page that had to be kept is stable from now on: Pp cannot occur.
    if (before.usage === 'P' && this.#configuration.profile.discards) this.#setStatus(entries, this.#status(entries) & ~PGSTE_LOW.USAGE);
    this.#free.push(this.#invalidate(page, entries));
    this.#tell(page, before, 'page-out', frame, reason);
  }

  #throwAway(page: number, action: 'discard' | 'drop', reason: string): void {
    const before = this.state(page);
    const frame = this.#resident.get(page)!;
    // A clean potentially volatile page becomes volatile when it goes: it is Vz, and Pz cannot occur.
    this.#loseContent(page, this.#gmap.entries(page), action === 'discard' ? USAGE.VOLATILE : USAGE.UNUSED);
    this.counters[action === 'discard' ? 'discards' : 'drops']++;
    this.#tell(page, before, action, frame, reason);
  }

  /** Frees the frame and the slot that a page may have; its reference and change bits become zero, the rest of its key stays. */
  #loseContent(page: number, entries: PageEntries, usage: number): void {
    const { storage } = this.#configuration;
    const high = storage.view.getInt32(entries.pgste) & ~REFERENCE_AND_CHANGE;
    const frame = this.#resident.get(page);
    if (frame === undefined) storage.view.setInt32(entries.pgste, high);
    else {
      const key = storage.keys[frame / FRAME_SIZE]! & (KEY.ACC | KEY.F);
      storage.view.setInt32(entries.pgste, (high & ~(PGSTE_HIGH.ACC | PGSTE_HIGH.F)) | (key << 24));
      this.#free.push(this.#invalidate(page, entries));
    }
    this.#setStatus(entries, (this.#status(entries) & ~PGSTE_LOW.USAGE) | usage | PGSTE_LOW.ZERO);
    this.#store.release(page);
  }

  #invalidate(page: number, { pte }: PageEntries): HostAbsolute {
    const frame = this.#resident.get(page)!;
    this.#configuration.code.invalidate(this.#configuration.storage.offset(frame));
    this.#configuration.storage.view.setBigUint64(pte, BigInt(PTE.INVALID));
    this.#resident.delete(page);
    this.#configuration.tlb.purge();
    return frame;
  }

  /** The guest's change bit. */
  #isChanged(page: number, frame: HostAbsolute): boolean {
    const { storage } = this.#configuration;
    const high = storage.view.getInt32(this.#gmap.entries(page).pgste);
    return (storage.keys[frame / FRAME_SIZE]! & KEY.C) !== 0 || (high & PGSTE_HIGH.GC) !== 0;
  }

  /** Whether the copy on the paging device is out of date: the frame's change bit, or its backup from before the guest reset it. */
  #changedSincePageIn({ pgste }: PageEntries, frame: HostAbsolute): boolean {
    const { storage } = this.#configuration;
    return (storage.keys[frame / FRAME_SIZE]! & KEY.C) !== 0 || (storage.view.getInt32(pgste) & PGSTE_HIGH.HC) !== 0;
  }

  #status({ pgste }: PageEntries): number {
    return this.#configuration.storage.view.getInt32(pgste + 4);
  }
  #setStatus({ pgste }: PageEntries, status: number): void {
    this.#configuration.storage.view.setInt32(((pgste as number) + 4) as Offset, status);
  }
  #isValid({ pte }: PageEntries): boolean {
    return (this.#configuration.storage.view.getInt32(pte + 4) & PTE.INVALID) === 0;
  }

  /** Somebody wants to know; what to tell takes time, and pages come in often. */
  get #isHeard(): boolean {
    const { events } = this.#configuration;
    return events.wants('host') || events.wants('pageState');
  }

  #tell(
    page: number,
    before: PageState,
    action: 'page-in' | 'page-out' | 'discard' | 'drop' | 'zero-fill',
    frame: HostAbsolute,
    reason: string,
  ): void {
    const { events } = this.#configuration;
    if (events.wants('host')) events.emit('host', { action, page, frame, reason });
    if (events.wants('pageState')) events.emit('pageState', { level: 1, page, before, after: this.state(page), by: `host ${action}` });
  }
}
