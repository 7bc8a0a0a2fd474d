import type { PageEntries } from '../../../src/cpu/essa.ts';
import { PGSTE_DISTANCE, PGSTE_HIGH, PGSTE_LOW, pageState, stateName, USAGE } from '../../../src/cpu/pgste.ts';
import { KEY, type Offset } from '../../../src/cpu/storage.ts';
import { PTE } from '../../../src/cpu/walk.ts';
import type { Machine } from '../../../src/host/machine.ts';
import { PAGE } from '../../differential/qemu/layout.ts';
import { HOST } from './layout.ts';

/** The reason that the host tells for what is done to pages here. */
export const BY_TEST = 'test';

/** The absolute storage of a guest, page by page, as its host sees it. */
export interface GuestPages {
  /** The page of the machine's guest that holds a page of this guest. */
  outer(page: number): number;
  /** The page of this guest that a page of the machine's guest holds, or undefined. */
  inner(outer: number): number | undefined;
  content(page: number): Uint8Array;
  key(page: number): number;
  /** Usage and content, such as Sr. */
  state(page: number): string;
  /** Makes the page stable and resident, with this content and key. */
  restore(page: number, content: Uint8Array, key: number): void;
  /** Sets content and leaves the rest. */
  load(page: number, content: Uint8Array): void;
  /** The host throws a volatile or unused page away. Returns whether it may. */
  discard(page: number): boolean;
  /** Takes the page away: with its content kept by the machine's host, or discarded as a volatile one. Pages that must stay, stay. */
  remove(page: number, keep: boolean): void;
  /** The host gives an unused page of zeros. */
  supply(page: number): void;
}

/** The storage of the machine's guest. */
export class FirstLevelPages implements GuestPages {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  outer(page: number): number {
    return page;
  }
  inner(outer: number): number {
    return outer;
  }
  content(page: number): Uint8Array {
    return this.#machine.pager.peek(page);
  }
  key(page: number): number {
    return this.#machine.pager.key(page);
  }
  state(page: number): string {
    return stateName(this.#machine.pager.state(page));
  }

  /** Offset in linear memory of a page, which is made resident. */
  place(page: number): Offset {
    return this.#machine.configuration.storage.offset(this.#machine.pager.pageIn(page, BY_TEST));
  }

  restore(page: number, content: Uint8Array, key: number): void {
    const { storage } = this.#machine.configuration;
    const offset = this.place(page);
    storage.bytes.set(content, offset);
    storage.keys[storage.frame(offset)] = key;
    storage.view.setBigUint64(this.#machine.gmap.entries(page).pgste, 0n);
    this.#machine.pager.markChanged(page);
  }

  load(page: number, content: Uint8Array): void {
    this.#machine.storage.write(page, content);
  }

  remove(page: number, keep: boolean): void {
    if (!keep) this.#machine.configuration.storage.view.setInt32(this.#machine.gmap.entries(page).pgste + 4, USAGE.VOLATILE);
    this.discard(page);
  }

  discard(page: number): boolean {
    return this.#machine.pager.reclaim(page, BY_TEST) !== undefined;
  }

  supply(page: number): void {
    this.place(page);
  }
}

/** The storage of the guest's guest, in the storage and by the tables of the program at level 1. */
export class SecondLevelPages implements GuestPages {
  readonly #machine: Machine;
  readonly #first: FirstLevelPages;

  constructor(machine: Machine, first: FirstLevelPages) {
    this.#machine = machine;
    this.#first = first;
    for (const table of HOST.pageTables) {
      const entries = new DataView(new ArrayBuffer(PAGE));
      for (let at = 0; at < PGSTE_DISTANCE; at += 8) entries.setBigUint64(at, BigInt(PTE.INVALID));
      first.load(table, new Uint8Array(entries.buffer));
    }
  }

  outer(page: number): number {
    return HOST.storage + page;
  }
  inner(outer: number): number | undefined {
    return outer >= HOST.storage ? outer - HOST.storage : undefined;
  }

  content(page: number): Uint8Array {
    return this.#isValid(page) ? this.#first.content(this.outer(page)) : ZEROS;
  }

  key(page: number): number {
    const high = this.#read(page, PGSTE_DISTANCE);
    const own = (high & PGSTE_HIGH.GR ? KEY.R : 0) | (high & PGSTE_HIGH.GC ? KEY.C : 0);
    if (this.#isValid(page)) return this.#first.key(this.outer(page)) | own;
    return ((high >>> 24) & (KEY.ACC | KEY.F)) | own;
  }

  state(page: number): string {
    return stateName(pageState(this.#read(page, PGSTE_DISTANCE + 4), this.#isValid(page)));
  }

  restore(page: number, content: Uint8Array, key: number): void {
    this.#first.restore(this.outer(page), content, key);
    const { pte, pgste } = this.#entries(page);
    this.#view.setBigUint64(pte, BigInt(this.outer(page)));
    this.#view.setBigUint64(pgste, 0n);
  }

  load(page: number, content: Uint8Array): void {
    const whole = new Uint8Array(PAGE);
    whole.set(content);
    this.restore(page, whole, 0);
  }

  remove(page: number, keep: boolean): void {
    if (keep) this.#first.remove(this.outer(page), keep);
    else {
      this.#view.setInt32(this.#entries(page).pgste + 4, USAGE.VOLATILE);
      this.discard(page);
    }
  }

  discard(page: number): boolean {
    const { pte, pgste } = this.#entries(page);
    const key = this.#first.key(this.outer(page)) & (KEY.ACC | KEY.F);
    this.#view.setBigUint64(pte, BigInt(PTE.INVALID));
    this.#view.setInt32(pgste, key << 24);
    this.#view.setInt32(pgste + 4, this.#view.getInt32(pgste + 4) | PGSTE_LOW.ZERO);
    this.#machine.configuration.tlb.purge();
    return true;
  }

  supply(page: number): void {
    const { pte, pgste } = this.#entries(page);
    const status = this.#view.getInt32(pgste + 4) & ~PGSTE_LOW.ZERO;
    const key = this.key(page);
    this.#first.restore(this.outer(page), ZEROS, key);
    this.#view.setBigUint64(pte, BigInt(this.outer(page)));
    this.#view.setInt32(pgste, 0);
    this.#view.setInt32(pgste + 4, status);
  }

  get #view(): DataView {
    return this.#machine.configuration.storage.view;
  }

  /** A word of the page's entries, which leaves a table that is not resident alone. */
  #read(page: number, at: number): number {
    const table = this.#first.content(HOST.pageTables[page >>> 20]!);
    return new DataView(table.buffer, table.byteOffset).getInt32(8 * ((page >>> 12) & 0xff) + at);
  }

  /** The page's entries, to be changed. */
  #entries(page: number): PageEntries {
    const address = HOST.pageTables[page >>> 20]!;
    const table = this.#first.place(address);
    this.#machine.pager.markChanged(address);
    const pte = (table + 8 * ((page >>> 12) & 0xff)) as Offset;
    return { pte, pgste: (pte + PGSTE_DISTANCE) as Offset };
  }

  #isValid(page: number): boolean {
    return (this.#read(page, 4) & PTE.INVALID) === 0;
  }
}

const ZEROS = new Uint8Array(PAGE);
