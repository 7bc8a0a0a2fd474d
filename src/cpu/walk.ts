import { PGM } from './interruption.ts';

/**
 * Dynamic address translation of one address through one set of tables, in the order of the PoP's "Translation Process", as a value:
 * every entry that was read, and the verdict. Nothing is raised and nothing is changed here.
 */
export interface Walk {
  /** Entries in the order in which they were read. */
  readonly entries: TableEntry[];
  /** Program-interruption code, or 0 when the translation succeeded. */
  exception: number;
  /** Address of the 4 KiB page, when there is no exception: real, or absolute when {@link Walk.absolute} is set. */
  page: number;
  /** The page is part of an EDAT frame, which is designated by its absolute address: no prefixing. */
  absolute: boolean;
  /** A P bit was one at some level: stores are a protection exception. */
  protectedPage: boolean;
  /** The IEP bit was one: instruction fetches are a protection exception. */
  noExecute: boolean;
  /** Access-control bits and F that an EDAT frame brings along (AV one), else undefined. */
  frameKey: number | undefined;
}

interface TableEntry {
  readonly table: 'region first' | 'region second' | 'region third' | 'segment' | 'page';
  /** Address of the entry in the walked level's absolute storage. */
  readonly address: number;
  readonly high: number;
  readonly low: number;
}

/** Reads a doubleword of the level's absolute storage into `high` and `low`; false when the address is outside it. May throw a fault of a lower level. */
export interface TableReader {
  high: number;
  low: number;
  read(address: number): boolean;
}

/** Enablements that change the meaning of table entries. */
export interface WalkOptions {
  /** EDAT-1 (and EDAT-2 where `edat2`): CR0 bit 40. */
  readonly edat: boolean;
  readonly edat2: boolean;
  /** Instruction-execution protection: CR0 bit 43. */
  readonly iep: boolean;
}

/** The enablements for each setting of CR0 bits 40 (counts 1) and 43 (counts 2). */
export const walkOptionsOf = (facilities: ReadonlySet<number>): readonly WalkOptions[] =>
  [0, 1, 2, 3].map((enabled) => ({
    edat: (enabled & 1) !== 0 && facilities.has(8),
    edat2: facilities.has(78),
    iep: (enabled & 2) !== 0 && facilities.has(130),
  }));

/** Address-space-control element bits, low word. */
// biome-ignore format: a table
export const ASCE = { ORIGIN: 0xffff_f000, SUBSPACE: 0x200, PRIVATE: 0x100, STORAGE_ALTERATION: 0x80, SPACE_SWITCH: 0x40, REAL: 0x20, TYPE: 0x0c, LENGTH: 3 } as const;
/** Table entry bits, low word. */
export const ENTRY = { FC: 0x400, PROTECTED: 0x200, IEP: 0x100, OFFSET: 0xc0, INVALID: 0x20, COMMON: 0x10, TYPE: 0x0c, LENGTH: 3 } as const;
/** Page-table entry bits, low word. */
export const PTE = { MUST_BE_ZERO: 0x800, INVALID: 0x400, PROTECTED: 0x200, IEP: 0x100 } as const;

const TABLES = ['region first', 'region second', 'region third', 'segment'] as const;
// biome-ignore format: a table
const NOT_TRANSLATED = [PGM.REGION_FIRST_TRANSLATION, PGM.REGION_SECOND_TRANSLATION, PGM.REGION_THIRD_TRANSLATION, PGM.SEGMENT_TRANSLATION] as const;
const REGION_THIRD = 2;
const SEGMENT = 3;

/** Two words as a number; exact below 2^53, and beyond that far above any storage. */
export const toNumber = (high: number, low: number): number => (high >>> 0) * 0x1_0000_0000 + (low >>> 0);

/** Index of the address into the table of each level: 11 bits each. */
const indexAt = (level: number, high: number, low: number): number => {
  switch (level) {
    case 0: return high >>> 21;
    case 1: return (high >>> 10) & 0x7ff;
    case 2: return ((high << 1) | (low >>> 31)) & 0x7ff;
    default: return (low >>> 20) & 0x7ff;
  } // biome-ignore format: a table
};

const fail = (result: Walk, code: number): Walk => {
  result.exception = code;
  return result;
};

/** Walks the tables that an ASCE designates. Address and ASCE come as two words. The ASCE must not be a real-space designation. */
export const walk = (reader: TableReader, asceHigh: number, asceLow: number, high: number, low: number, options: WalkOptions): Walk => {
  const result: Walk = { entries: [], exception: 0, page: 0, absolute: false, protectedPage: false, noExecute: false, frameKey: undefined };
  const top = 3 - ((asceLow & ASCE.TYPE) >> 2);
  // 1. Index bits to the left of the first table must be zero.
  for (let level = 0; level < top; level++) if (indexAt(level, high, low) !== 0) return fail(result, PGM.ASCE_TYPE);

  // Table origins are taken as absolute addresses; the PoP leaves real or absolute to the model.
  let origin = toNumber(asceHigh, asceLow & ASCE.ORIGIN);
  let first = 0;
  let length = asceLow & ASCE.LENGTH;
  for (let level = top; level <= SEGMENT; level++) {
    const index = indexAt(level, high, low);
    // 2. The table must reach to the entry: its offset and length count quarters of 512 entries.
    if (index >>> 9 < first || index >>> 9 > length) return fail(result, NOT_TRANSLATED[level]!);
    // 3. Fetch the entry.
    const address = origin + index * 8;
    if (!reader.read(address)) return fail(result, PGM.ADDRESSING);
    const { high: entryHigh, low: entryLow } = reader;
    result.entries.push({ table: TABLES[level]!, address, high: entryHigh, low: entryLow });
    // 4. Invalid, then 5. wrong type.
    if (entryLow & ENTRY.INVALID) return fail(result, NOT_TRANSLATED[level]!);
    if ((entryLow & ENTRY.TYPE) >> 2 !== SEGMENT - level) return fail(result, PGM.TRANSLATION_SPECIFICATION);
    // 6. A common segment or region has no place in a private space.
    const mayBeFrame = level === SEGMENT || (level === REGION_THIRD && options.edat2);
    const isFrame = mayBeFrame && options.edat && (entryLow & ENTRY.FC) !== 0;
    if ((level === SEGMENT || isFrame) && entryLow & ENTRY.COMMON && asceLow & ASCE.PRIVATE)
      return fail(result, PGM.TRANSLATION_SPECIFICATION);
    if (entryLow & ENTRY.PROTECTED && (level === SEGMENT || options.edat)) result.protectedPage = true;
    if (isFrame) {
      // 7. EDAT: the entry itself designates a frame of 1 MiB or 2 GiB.
      const frameMask = level === SEGMENT ? 0xfff0_0000 : 0x8000_0000;
      result.absolute = true;
      result.page = toNumber(entryHigh, (entryLow & frameMask) | (low & ~frameMask & 0xffff_f000));
      if (options.iep && entryLow & ENTRY.IEP) result.noExecute = true;
      if (entryLow & 0x1_0000) result.frameKey = (entryLow >> 8) & 0xf8;
      return result;
    }
    first = (entryLow & ENTRY.OFFSET) >> 6;
    length = entryLow & ENTRY.LENGTH;
    origin = toNumber(entryHigh, entryLow & (level === SEGMENT ? 0xffff_f800 : ASCE.ORIGIN));
  }
  // 8. The page-table entry.
  const address = origin + ((low >>> 12) & 0xff) * 8;
  if (!reader.read(address)) return fail(result, PGM.ADDRESSING);
  const { high: pteHigh, low: pteLow } = reader;
  result.entries.push({ table: 'page', address, high: pteHigh, low: pteLow });
  if (pteLow & PTE.INVALID) return fail(result, PGM.PAGE_TRANSLATION);
  if (pteLow & PTE.MUST_BE_ZERO) return fail(result, PGM.TRANSLATION_SPECIFICATION);
  if (pteLow & PTE.PROTECTED) result.protectedPage = true;
  if (options.iep && pteLow & PTE.IEP) result.noExecute = true;
  result.page = toNumber(pteHigh, pteLow & 0xffff_f000);
  return result;
};
