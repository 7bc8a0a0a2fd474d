import type { PageState } from './events.ts';

/** A page-status-table entry lies this many bytes behind its page-table entry (spec/essa.md 1.7). */
export const PGSTE_DISTANCE = 2048;

/** Fields of the entry's high word: the guest's key while the page is invalid, and backups of reference and change bits. */
// biome-ignore format: a table
export const PGSTE_HIGH = { ACC: 0xf000_0000 | 0, F: 0x0800_0000, PCL: 0x0080_0000, HR: 0x0040_0000, HC: 0x0020_0000, GR: 0x0004_0000, GC: 0x0002_0000 } as const;

/** Fields of the entry's low word. */
export const PGSTE_LOW = { ZERO: 0x8000_0000 | 0, NODAT: 0x4000_0000, USAGE: 0x0300_0000, CMMA_DIRTY: 0x8000 } as const;

/** Block usage states as the PGSTE has them. */
export const USAGE = { STABLE: 0x0000_0000, UNUSED: 0x0100_0000, POTENTIALLY_VOLATILE: 0x0200_0000, VOLATILE: 0x0300_0000 } as const;

const LETTER = { [USAGE.STABLE]: 'S', [USAGE.UNUSED]: 'U', [USAGE.POTENTIALLY_VOLATILE]: 'P', [USAGE.VOLATILE]: 'V' } as const;

/** Discarded: usage volatile, content logically zero. `low` is the entry's low word. */
export const isVolatileAndZero = (low: number): boolean => (low & PGSTE_LOW.USAGE) === USAGE.VOLATILE && (low & PGSTE_LOW.ZERO) !== 0;
export const isUnused = (low: number): boolean => (low & PGSTE_LOW.USAGE) === USAGE.UNUSED;

/** The page state that an entry's low word and the validity of its page-table entry make up. */
export const pageState = (low: number, valid: boolean): PageState => ({
  usage: LETTER[(low & PGSTE_LOW.USAGE) as keyof typeof LETTER],
  content: valid ? 'r' : low & PGSTE_LOW.ZERO ? 'z' : 'p',
  nodat: (low & PGSTE_LOW.NODAT) !== 0,
});

/** "Vz", "Sr" …, with "+nodat" behind where the attribute is set. */
export const stateName = ({ usage, content, nodat }: PageState): string => `${usage}${content}${nodat ? '+nodat' : ''}`;
