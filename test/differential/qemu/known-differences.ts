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

/** What cases leave out because QEMU 7.2 could not go on with the rest of an image. */
export const NOT_GENERATED: readonly { readonly rows: readonly string[] | 'any'; readonly what: string; readonly why: string }[] = [
  { rows: 'any', what: 'access-register mode', why: 'QEMU TCG has none: it aborts' },
  { rows: ['rnsbg', 'rosbg', 'rxsbg'], what: 'I3 bit 0 (only test)', why: 'QEMU 7.2 aborts: the result that it throws away has no value' },
  {
    rows: ['cksm'],
    what: 'ones in bits 0-31 of the length in 24- and 31-bit addressing',
    why: 'QEMU 7.2 takes them for part of the length and runs for hours',
  },
  {
    rows: ['mvst'],
    what: 'operands of which the ending byte is missing or overwritten before it is reached',
    why: 'the result would be all of storage overwritten, the monitor included',
  },
  {
    rows: ['lpsw', 'lpswe', 'ssm', 'stosm'],
    what: 'wait state and program-event recording',
    why: 'a case has to end, and the environments set no events up',
  },
  { rows: ['spx'], what: 'prefixes within storage that have no new PSWs', why: 'a case has to end' },
  { rows: ['sigp'], what: 'orders that stop, restart or reset this CPU', why: 'a case has to end' },
];
