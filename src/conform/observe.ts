import type { Cell } from './cells.ts';
import type { Bit, StateName, Step } from './expectation.ts';
import type { Answer, Entries, Script, Stage } from './stage.ts';

/** What the bytes of a page's two entries say. */
export interface EntryState {
  readonly state: StateName;
  readonly nodat: boolean;
  /** The guest's change bit in the page-status entry, where the page is not resident; otherwise it is in the frame's key. */
  readonly entryChange: Bit | undefined;
  /** Bits that must be zero now: the zero mark of a resident page, the page control lock, an address in an invalid page-table entry … */
  readonly stray: readonly string[];
}

/** Reference and change as the guest sees them in the storage key. */
export interface KeyBits {
  readonly referenced: Bit;
  readonly change: Bit;
}

/** What a guest's load gave: the pattern that it once stored, zeros, something else, or a program interruption. */
export type Touched = 'kept' | 'zeros' | 'something else' | NonNullable<Answer['interruption']>;

/** All that was seen of a cell, from outside. */
export interface Observation {
  readonly page: number;
  /** Where the guest's program has the ESSA of the action, if it is one, and the load. */
  readonly addresses: { readonly request: bigint | undefined; readonly load: bigint };
  /** The state in which the request found the page. */
  readonly reached: EntryState & KeyBits;
  /** What came out of the request; undefined for reclaim. */
  readonly answer: Answer | undefined;
  /** Bytes that reclaim wrote, where the host counts them. */
  readonly written: number | undefined;
  /** The state afterwards by the entries' bytes, and by the storage key. */
  readonly after: EntryState & KeyBits;
  /** Whether the page was put on the list of released blocks; undefined where the machine does not interpret ESSA. */
  readonly listed: boolean | undefined;
  /** What the guest's ESSA 0 returned then. */
  readonly extracted: bigint;
  /** What a load gave after that, and the state that it left. */
  readonly touched: Touched;
  readonly afterTouch: EntryState;
}

/** Takes a fresh page to a cell's state, lets the cell's action happen, and looks at the page in every way there is. */
export function* observe(stage: Stage, cell: Cell): Script<Observation> {
  const page = stage.freshPage();
  for (const step of cell.steps) yield* perform(stage, step, page);
  const reached = { ...readEntries(stage.entries(page)), ...(yield* keyBits(page)) };
  const list = stage.list();
  let answer: Answer | undefined;
  let written: number | undefined;
  if (cell.action === 'reclaim') written = yield* stage.reclaim(page);
  else answer = yield { routine: `essa_${cell.action}`, page };
  const listAfter = stage.list();
  const listed = stage.way === 'intercepted' ? undefined : listAfter.next !== list.next && listAfter.last === BigInt(page);
  const after = { ...readEntries(stage.entries(page)), ...(yield* keyBits(page)) };
  const { result: extracted } = yield { routine: 'essa_0', page };
  const touched = touchedBy(yield { routine: 'load', page }, page);
  const addresses = { request: answer && stage.guestAddress(`request_${cell.action}`), load: stage.guestAddress('load') };
  return { page, addresses, reached, answer, written, after, listed, extracted, touched, afterTouch: readEntries(stage.entries(page)) };
}

function* perform(stage: Stage, step: Step, page: number): Script {
  if (step === 'reclaim') yield* stage.reclaim(page);
  else if (step === 'store') yield { routine: 'store', page, value: pattern(page) };
  else yield { routine: step.replace(' ', '_'), page };
}

/** A doubleword that no other page holds. */
const pattern = (page: number): bigint => 0x5a48_494e_5400_0000n + BigInt(page);

function* keyBits(page: number): Script<KeyBits> {
  const { result } = yield { routine: 'key', page };
  const bit = (mask: bigint): Bit => (result & mask ? 1 : 0);
  return { referenced: bit(KEY.R), change: bit(KEY.C) };
}

const touchedBy = ({ result, second, interruption }: Answer, page: number): Touched => {
  if (interruption) return interruption;
  if (result !== second) return 'something else';
  return result === 0n ? 'zeros' : result === pattern(page) ? 'kept' : 'something else';
};

/** Masks of the two entries and of a storage key, from spec/essa.md 1.7 and spec/dat.md 5.2 and not from the implementation, which is what is proved here. */
const PTE = { INVALID: 0x400n, OTHER: 0xbffn } as const;
const PGSTE = { PCL: 1n << 55n, GC: 1n << 49n, ZERO: 1n << 31n, NODAT: 1n << 30n, USAGE: 24n, NO_FIELD: 0x0719_ffff_3cff_1fffn } as const;
const KEY = { R: 0x04n, C: 0x02n } as const;

/** Reads a page's state off its entries. */
const readEntries = ({ pte, pgste }: Entries): EntryState => {
  const resident = (pte & PTE.INVALID) === 0n;
  const zero = (pgste & PGSTE.ZERO) !== 0n;
  const usage = (['S', 'U', 'P', 'V'] as const)[Number((pgste >> PGSTE.USAGE) & 3n)]!;
  const stray = [
    ...(resident && zero ? ['logically zero, though resident'] : []),
    ...(pgste & PGSTE.PCL ? ['page control lock held'] : []),
    ...(pgste & PGSTE.NO_FIELD ? [`page-status entry 0x${pgste.toString(16)}`] : []),
    ...(pte & PTE.OTHER ? [`page-table entry 0x${pte.toString(16)}`] : []),
  ];
  return {
    state: `${usage}${resident ? 'r' : zero ? 'z' : 'p'}`,
    nodat: (pgste & PGSTE.NODAT) !== 0n,
    entryChange: resident ? undefined : pgste & PGSTE.GC ? 1 : 0,
    stray,
  };
};
