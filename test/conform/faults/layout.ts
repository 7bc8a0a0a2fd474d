import { CODE, DATA, OTHER_PREFIX, PAGE } from '../../differential/qemu/layout.ts';

/**
 * Where everything lies in the absolute storage of the guest that executes a case, at level 1 and at level 2 alike. Code and data are
 * where the generator of operands puts them (test/differential/qemu/layout.ts).
 */

/** The prefix area is not at zero, so that real and absolute addresses differ: real PREFIX is absolute zero. */
export const PREFIX = 0x6000;

/** ESSA with each request code, four bytes each. What it takes to bring a page into a state is executed here. */
export const DRIVER = 0x8000;

/** One table of each kind, each in a page of its own; page tables for segments 0, 1 and 2. */
const TABLES = { region: 0x4_0000, segment: 0x4_1000, pages: [0x4_2000, 0x4_3000, 0x4_4000] } as const;
/** With DAT on, code lies in the frames behind those that it has with DAT off. */
const CODE_FRAMES = 2 * CODE.pages;

const pagesFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, n) => first + n * PAGE);

/** The pages that a case may touch; all of them are compared. */
export const PAGES: readonly number[] = [
  ...pagesFrom(0, 2),
  ...pagesFrom(OTHER_PREFIX, 2),
  ...pagesFrom(PREFIX, 2),
  TABLES.region,
  TABLES.segment,
  ...TABLES.pages,
  ...pagesFrom(CODE.address, CODE_FRAMES),
  ...pagesFrom(DATA.address, DATA.pages),
];

/** Of each virtual page that is mapped, the real page: none is where it would be with DAT off, but for the driver's and the prefix area's. */
const REAL_PAGES: ReadonlyMap<number, number> = new Map([
  ...pagesFrom(0, 2).map((page) => [page, page] as const),
  ...pagesFrom(PREFIX, 2).map((page) => [page, page] as const),
  [DRIVER, DRIVER] as const,
  ...pagesFrom(CODE.address, CODE.pages).map((page) => [page, page + CODE.pages * PAGE] as const),
  ...pagesFrom(DATA.address, DATA.pages).map((page, n) => [page, DATA.address + ((n + 3) % DATA.pages) * PAGE] as const),
]);

/** The tables that map {@link REAL_PAGES}, by absolute address. */
export const tables = (): Map<number, Uint8Array> => {
  const all = new Map<number, Uint8Array>();
  const table = (address: number, fill: bigint, entries: readonly (readonly [index: number, entry: number])[]): void => {
    const bytes = new Uint8Array(PAGE);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < PAGE; at += 8) view.setBigUint64(at, fill);
    for (const [index, entry] of entries) view.setBigUint64(index * 8, BigInt(entry));
    all.set(address, bytes);
  };
  table(TABLES.region, ENTRY_INVALID | REGION_THIRD, [[0, TABLES.segment | Number(REGION_THIRD)]]);
  table(
    TABLES.segment,
    ENTRY_INVALID,
    TABLES.pages.map((address, n) => [n, address]),
  );
  for (const [segment, address] of TABLES.pages.entries()) {
    const mapped = [...REAL_PAGES].filter(([page]) => page >>> 20 === segment);
    table(
      address,
      PTE_INVALID,
      mapped.map(([page, real]) => [(page >>> 12) & 0xff, real]),
    );
  }
  return all;
};
const ENTRY_INVALID = 0x20n;
const REGION_THIRD = 0x4n;
const PTE_INVALID = 0x400n;

/** Leads into {@link tables}: a region-third table of 512 entries. */
export const ASCE = BigInt(TABLES.region) | REGION_THIRD;

/** The absolute page where a logical page lies, or undefined where it is not mapped. */
export const absolutePage = (logical: number, dat: boolean): number | undefined => {
  const real = dat ? REAL_PAGES.get(logical) : logical;
  if (real === undefined) return undefined;
  if (real < 2 * PAGE) return real + PREFIX;
  return real >= PREFIX && real < PREFIX + 2 * PAGE ? real - PREFIX : real;
};

/** What a page is to the instruction that touches it. */
export type PageKind = 'code' | 'data' | 'table' | 'prefix area';
export const kindOf = (page: number): PageKind => {
  if (page >= TABLES.region && page < CODE.address) return 'table';
  if (page >= CODE.address && page < CODE.address + CODE_FRAMES * PAGE) return 'code';
  const isPrefix = (page >= PREFIX && page < PREFIX + 2 * PAGE) || (page >= OTHER_PREFIX && page < OTHER_PREFIX + 2 * PAGE);
  return isPrefix ? 'prefix area' : 'data';
};

/**
 * What the program at level 1 needs to be the host of level 2, in its own absolute storage: an instruction SIE with the state description
 * in general register 14, tables that map the guest's storage with page-status entries beside them, and a list of blocks.
 */
export const HOST = {
  sie: 0x9000,
  block: 0xa000,
  list: 0xb000,
  /** A branch to itself, to which the program at level 1 goes when it is interrupted. */
  handler: 0xc000,
  segments: 0x6_0000,
  pageTables: [0x6_1000, 0x6_2000, 0x6_3000],
  /** Virtual address at which the guest's absolute storage begins (MSO). */
  origin: 0x100_0000,
  /** Where it lies. */
  storage: 0x200_0000,
} as const;

/** Bytes of absolute storage: of the machine, and of the guest at level 2. */
export const STORAGE = { machine: 0x280_0000, nested: HOST.pageTables.length << 20 } as const;
