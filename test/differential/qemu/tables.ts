import { CODE, DATA, PAGE, STORAGE_SIZE, TABLES } from './layout.ts';

/**
 * DAT tables of the differential images. Virtual addresses of code and data are those that they have with DAT off, so that one generator serves both;
 * but the data pages lie in other frames, in a different order in each space, so that an untranslated access is noticed.
 */
export type Space = 'primary' | 'secondary' | 'home';

const ORDER: Readonly<Record<Space, readonly number[]>> = {
  primary: [3, 0, 6, 5, 2, 1, 7, 4],
  secondary: [1, 4, 0, 7, 3, 6, 2, 5],
  home: [7, 2, 5, 0, 6, 4, 3, 1],
};

/** What is special about a data page when DAT is on, in every space. */
const INVALID_PAGES: readonly number[] = [2];
const PROTECTED_PAGES: readonly number[] = [4];

const ENTRY_INVALID = 0x20n;
const PTE_INVALID = 0x400n;
const PTE_PROTECTED = 0x200n;
const PTE_IEP = 0x100n;
const PTE_RESERVED = 0x800n;
const TYPE = { segment: 0n, region3: 4n, region2: 8n, region1: 12n };

/** Virtual addresses that fault or wrap, by what they are for. All tables agree on them. */
export const FAULTY = {
  outsideStorage: DATA.address + 8 * PAGE,
  reservedBit: DATA.address + 9 * PAGE,
  protectedPage: DATA.address + 10 * PAGE,
  invalidSegment: 0x30_0000,
  protectedSegment: 0x40_0000,
  wrongType: 0x50_0000,
  pageTableOutside: 0x60_0000,
  commonSegment: 0x70_0000,
  noExecute: 0x80_0000,
  top24: 0x100_0000 - PAGE,
  top31: 0x8000_0000 - PAGE,
} as const;

class Tables {
  readonly bytes = new Uint8Array(TABLES.size);
  readonly #view = new DataView(this.bytes.buffer);
  #next: number = TABLES.address;

  /** Room for a table of so many entries, aligned to its size, every entry filled. */
  table(entries: number, fill: bigint): number {
    const size = entries * 8;
    const address = Math.ceil(this.#next / size) * size;
    this.#next = address + size;
    if (this.#next > TABLES.address + TABLES.size) throw new Error('DAT tables need more room');
    for (let i = 0; i < entries; i++) this.set(address, i, fill);
    return address;
  }

  set(table: number, index: number, entry: bigint): void {
    this.#view.setBigUint64(table - TABLES.address + index * 8, entry);
  }
}

const pageTable = (tables: Tables, pages: Readonly<Record<number, bigint>>): bigint => {
  const address = tables.table(256, PTE_INVALID);
  for (const [index, entry] of Object.entries(pages)) tables.set(address, Number(index), entry);
  return BigInt(address);
};

const dataFrame = (space: Space, page: number): bigint => BigInt(DATA.address + ORDER[space][page]! * PAGE);

const dataPages = (space: Space): Record<number, bigint> => {
  const pages: Record<number, bigint> = {};
  for (let page = 0; page < DATA.pages; page++) {
    const invalid = INVALID_PAGES.includes(page) ? PTE_INVALID : 0n;
    const protection = PROTECTED_PAGES.includes(page) ? PTE_PROTECTED : 0n;
    pages[page] = dataFrame(space, page) | invalid | protection;
  }
  pages[8] = BigInt(STORAGE_SIZE);
  pages[9] = dataFrame(space, 1) | PTE_RESERVED;
  pages[10] = dataFrame(space, 1) | PTE_PROTECTED;
  return pages;
};

/** The segment table of one space. */
const segmentTable = (tables: Tables, space: Space): number => {
  const address = tables.table(2048, ENTRY_INVALID);
  const code = BigInt(CODE.address);
  const data = pageTable(tables, dataPages(space));
  const top = pageTable(tables, { 255: dataFrame(space, 3) });
  tables.set(address, 0, pageTable(tables, { 0: dataFrame(space, 5), 1: dataFrame(space, 6) }));
  tables.set(address, 1, pageTable(tables, { 0: code, 1: code + BigInt(PAGE) }));
  tables.set(address, 2, data);
  tables.set(address, 4, data | 0x200n);
  tables.set(address, 5, data | TYPE.region3);
  tables.set(address, 6, BigInt(STORAGE_SIZE));
  tables.set(address, 7, data | 0x10n);
  tables.set(address, 8, pageTable(tables, { 0: code | PTE_IEP, 1: (code + BigInt(PAGE)) | PTE_IEP }));
  tables.set(address, 15, top);
  tables.set(address, 2047, top);
  return address;
};

/** A region table whose first and last entries lead to the next lower table, the last one so that addresses wrap at 2^64. */
const regionTable = (tables: Tables, type: bigint, below: number): number => {
  const address = tables.table(2048, ENTRY_INVALID | type);
  const entry = BigInt(below) | type | 3n;
  tables.set(address, 0, entry);
  tables.set(address, 2047, entry);
  // Table length less than the index will be; then an offset that excludes low indexes; then a wrong type.
  tables.set(address, 2, BigInt(below) | type | 0n);
  tables.set(address, 3, BigInt(below) | type | 0x80n | 3n);
  tables.set(address, 4, BigInt(below) | (type ^ 0x8n) | 3n);
  return address;
};

/** The table bytes for {@link TABLES}, and the address-space-control elements that lead into them. */
export interface DatTables {
  readonly bytes: Uint8Array;
  readonly asce: Readonly<Record<'segment' | 'short' | 'region3' | 'region2' | 'region1' | 'secondary' | 'home', bigint>>;
}

export const datTables = (): DatTables => {
  const tables = new Tables();
  const primary = segmentTable(tables, 'primary');
  const region3 = regionTable(tables, TYPE.region3, primary);
  const region2 = regionTable(tables, TYPE.region2, region3);
  const region1 = regionTable(tables, TYPE.region1, region2);
  return {
    bytes: tables.bytes,
    asce: {
      segment: BigInt(primary) | 3n,
      short: BigInt(primary),
      region3: BigInt(region3) | TYPE.region3 | 3n,
      region2: BigInt(region2) | TYPE.region2 | 3n,
      region1: BigInt(region1) | TYPE.region1 | 3n,
      secondary: BigInt(segmentTable(tables, 'secondary')) | 3n,
      home: BigInt(segmentTable(tables, 'home')) | 3n,
    },
  };
};

/** The absolute address of a data byte, or undefined where the address is not an ordinary data page of the space. Space `real`: DAT off. */
export const locate = (space: Space | 'real', address: number): number | undefined => {
  const page = Math.floor((address - DATA.address) / PAGE);
  if (page < 0 || page >= DATA.pages) return undefined;
  if (space === 'real') return address;
  return DATA.address + ORDER[space][page]! * PAGE + (address % PAGE);
};
