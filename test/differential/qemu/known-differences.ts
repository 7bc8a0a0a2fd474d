import type { Case } from './generate.ts';
import type { Result } from './result.ts';

/** A difference from QEMU that is kept: the manual decides, not the peer. */
export interface KnownDifference {
  /** Mnemonics, or `any`. */
  readonly rows: readonly string[] | 'any';
  /** Names of the parts of a result that may differ, `storage` for all storage; absent: everything may. */
  readonly parts?: readonly string[];
  /** Narrows the cases; absent: all cases of the rows. */
  readonly when?: (one: Case, ours: Result, theirs: Result) => boolean;
  /** What differs. */
  readonly what: string;
  /** Why zhint is right or the difference does not matter; with the place in the manual. */
  readonly why: string;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [];
