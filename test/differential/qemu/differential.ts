import type { Row } from '../../../src/cpu/row.ts';
import { compare, type Difference, type PartDifference } from './compare.ts';
import { type Case, generate } from './generate.ts';
import { type Base, baseImage, imageOf } from './image.ts';
import { KNOWN_DIFFERENCES, type KnownDifference } from './known-differences.ts';
import { RESULTS } from './layout.ts';
import type { Outcome, Peer } from './peer.ts';
import { type Result, readResults } from './result.ts';

export interface Plan {
  readonly rows: readonly Row[];
  readonly seed: number;
  /** Cases for each row and each setting of DAT. */
  readonly cases: number;
  readonly dat: readonly boolean[];
  /** Only the case of this number. */
  readonly only?: number;
}

/** What a comparison found. */
export interface Report {
  readonly cases: number;
  /** Differences that nothing in known-differences.ts explains. */
  readonly unexplained: readonly Difference[];
  /** How many cases each known difference explained, in part or in whole. */
  readonly explained: ReadonlyMap<KnownDifference, number>;
}

/** Cases for one image: few enough that their results fit. */
const BATCH = 8000;

/** Every case of a plan, in batches. Row by row, so that a batch without differences says that its rows have none. */
function* batches(plan: Plan, base: Base): Generator<Case[]> {
  let batch: Case[] = [];
  for (const row of plan.rows) {
    for (const dat of plan.dat) {
      const from = plan.only ?? 0;
      const to = plan.only === undefined ? plan.cases : plan.only + 1;
      for (let index = from; index < to; index++) {
        batch.push(generate({ row, seed: plan.seed, index, dat }, base));
        if (batch.length === BATCH) {
          yield batch;
          batch = [];
        }
      }
    }
  }
  if (batch.length > 0) yield batch;
}

const resultsOf = (peer: Peer, batch: readonly Case[], { ended, bytes, state }: Outcome): Result[] => {
  const results = readResults(bytes);
  if (results.length === batch.length && ended === 'disabled wait') return results;
  const { row, index, dat } = batch[Math.min(results.length, batch.length - 1)]!;
  const where = `after ${results.length} of ${batch.length} cases, in ${row.mnemonic} case ${index}${dat ? ' with DAT' : ''}`;
  throw new Error(`${peer.name}: ${ended} ${where}\n${state ?? ''}`);
};

const covers = (known: KnownDifference, one: Case, ours: Result, theirs: Result): boolean =>
  (known.rows === 'any' || known.rows.includes(one.row.mnemonic)) && (known.when === undefined || known.when(one, ours, theirs));

const coversPart = ({ parts }: KnownDifference, { part }: PartDifference): boolean =>
  parts === undefined || parts.some((name) => part === name || part.startsWith(`${name} `) || part.replace(/\d+$/, '') === name);

/** The difference without what is known, and what explained the rest. */
const explain = (difference: Difference): { readonly rest: Difference | undefined; readonly by: readonly KnownDifference[] } => {
  const { case: one, ours, theirs, parts } = difference;
  const candidates = KNOWN_DIFFERENCES.filter((known) => covers(known, one, ours, theirs));
  const by = candidates.filter((known) => parts.some((part) => coversPart(known, part)));
  const rest = parts.filter((part) => !by.some((known) => coversPart(known, part)));
  return { rest: rest.length === 0 ? undefined : { ...difference, parts: rest }, by };
};

/** Runs every case of the plan on both machines and compares how they ended. The peers run at the same time. */
export const differential = async (plan: Plan, ours: Peer, theirs: Peer): Promise<Report> => {
  const base = baseImage(plan.seed);
  const unexplained: Difference[] = [];
  const explained = new Map<KnownDifference, number>();
  let cases = 0;
  for (const batch of batches(plan, base)) {
    const image = imageOf(base, batch);
    // The other process is started first: our own may well compute in this one.
    const [theirEnd, ourEnd] = await Promise.all([theirs.run(image, RESULTS), ours.run(image, RESULTS)]);
    const a = resultsOf(ours, batch, ourEnd);
    const b = resultsOf(theirs, batch, theirEnd);
    cases += batch.length;
    for (const [i, one] of batch.entries()) {
      const difference = compare(one, a[i]!, b[i]!);
      if (difference === undefined) continue;
      const { rest, by } = explain(difference);
      if (rest) unexplained.push(rest);
      for (const known of by) explained.set(known, (explained.get(known) ?? 0) + 1);
    }
  }
  return { cases, unexplained, explained };
};
