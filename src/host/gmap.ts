import type { PageEntries } from '../cpu/essa.ts';
import { PGSTE_DISTANCE, PGSTE_LOW } from '../cpu/pgste.ts';
import { FRAME_SIZE, type HostAbsolute, type Offset, type Storage } from '../cpu/storage.ts';
import { ENTRY, PTE } from '../cpu/walk.ts';
import type { HostLayout } from './host-storage.ts';

const MIB = 0x10_0000;
const TABLE_ENTRIES = 2048;
const SEGMENT_TABLE_SIZE = 0x4000;
const GIB_2 = 0x8000_0000;
const FULL_LENGTH = 3n;
const REGION_THIRD_TYPE = 0x4n;

/**
 * The tables that map a guest's absolute storage to host frames, in the architected format in host storage: the machine walks the same bytes.
 * Page tables come with page-status entries and are made on first use.
 */
export class Gmap {
  /** Address-space-control element of the guest's address space. */
  readonly asce: bigint;
  readonly guestSize: number;
  readonly #storage: Storage;
  readonly #layout: HostLayout;
  readonly #firstStatus: number;

  /** @param untouched content that a block has before its first use: logically zero or, as KVM reports it, preserved */
  constructor(storage: Storage, layout: HostLayout, guestSize: number, untouched: 'z' | 'p') {
    this.#storage = storage;
    this.#layout = layout;
    this.guestSize = guestSize;
    this.#firstStatus = untouched === 'z' ? PGSTE_LOW.ZERO : 0;
    const segmentTables = Math.ceil(guestSize / GIB_2);
    for (let n = 0; n < segmentTables * TABLE_ENTRIES; n++)
      storage.store64((layout.segmentTables + 8 * n) as HostAbsolute, BigInt(ENTRY.INVALID));
    if (segmentTables === 1) {
      this.asce = BigInt(layout.segmentTables) | FULL_LENGTH;
      return;
    }
    for (let n = 0; n < TABLE_ENTRIES; n++) {
      const table = BigInt(layout.segmentTables + n * SEGMENT_TABLE_SIZE) | REGION_THIRD_TYPE | FULL_LENGTH;
      const invalid = REGION_THIRD_TYPE | BigInt(ENTRY.INVALID);
      storage.store64((layout.regionTable + 8 * n) as HostAbsolute, n < segmentTables ? table : invalid);
    }
    this.asce = BigInt(layout.regionTable) | REGION_THIRD_TYPE | FULL_LENGTH;
  }

  /** The entries of the page at a guest absolute address; makes the page table if there is none yet. */
  entries(page: number): PageEntries {
    const segment = Math.floor(page / MIB);
    const entry = (this.#layout.segmentTables + 8 * segment) as HostAbsolute;
    const table = (this.#layout.pageTables + segment * FRAME_SIZE) as HostAbsolute;
    if (this.#isInvalid(entry)) this.#makePageTable(entry, table);
    const pte = this.#storage.offset((table + 8 * ((page >>> 12) & 0xff)) as HostAbsolute);
    return { pte, pgste: (pte + PGSTE_DISTANCE) as Offset };
  }

  /** Whether anything was ever known about the page's mebibyte. */
  hasTable(page: number): boolean {
    const entry = (this.#layout.segmentTables + 8 * Math.floor(page / MIB)) as HostAbsolute;
    return !this.#isInvalid(entry);
  }

  #isInvalid(entry: HostAbsolute): boolean {
    return (this.#storage.load32((entry + 4) as HostAbsolute) & ENTRY.INVALID) !== 0;
  }

  #makePageTable(segmentEntry: HostAbsolute, table: HostAbsolute): void {
    const { view } = this.#storage;
    const offset = this.#storage.offset(table);
    for (let n = 0; n < 256; n++) {
      view.setInt32(offset + 8 * n + 4, PTE.INVALID);
      view.setInt32(offset + PGSTE_DISTANCE + 8 * n + 4, this.#firstStatus);
    }
    this.#storage.store64(segmentEntry, BigInt(table));
  }
}
