import fc from 'fast-check';
import type { Machine } from '../../src/host/machine.ts';
import { Beside } from './beside.ts';
import { describe, type Run, runs } from './operations.ts';

/** The most operations of a run; a run has half of them on average. */
const RUN_LENGTH = 1000;

export interface CampaignOptions {
  /** Operations to do at least, in as many runs as that takes. */
  readonly steps: number;
  /** The first run's seed; the runs after it have the next numbers. */
  readonly seed: number;
  /** Breaks each machine, to see whether that is noticed. */
  readonly sabotage?: (machine: Machine) => void;
}

export interface Report {
  readonly steps: number;
  readonly runs: number;
  /** How often each thing happened, by name. */
  readonly tally: ReadonlyMap<string, number>;
  readonly failure: Failure | undefined;
}

/** A run in which model and machine differ, made as short as it goes, and what shows it again. */
export interface Failure {
  readonly message: string;
  readonly run: Run;
  readonly seed: number;
  /** fast-check's path to the shortened run. */
  readonly path: string;
}

/** Runs the model beside the machine until so many operations are done or they differ. */
export const campaign = ({ steps, seed, sabotage }: CampaignOptions): Report => {
  const tally = new Map<string, number>();
  let done = 0;
  let count = 0;
  while (done < steps) {
    const failure = check(seed + count, undefined, (run) => {
      const beside = begin(run, sabotage);
      for (const operation of run.operations) beside.step(operation);
      done += run.operations.length;
      for (const [what, times] of beside.tally) tally.set(what, (tally.get(what) ?? 0) + times);
    });
    count++;
    if (failure) return { steps: done, runs: count, tally, failure };
  }
  return { steps: done, runs: count, tally, failure: undefined };
};

/** Does the one run again that a failure names; undefined when it does not fail any more. */
export const replay = (seed: number, path: string, sabotage?: (machine: Machine) => void): Failure | undefined =>
  check(seed, path, (run) => {
    const beside = begin(run, sabotage);
    for (const operation of run.operations) beside.step(operation);
  });

const begin = (run: Run, sabotage?: (machine: Machine) => void): Beside => {
  const beside = new Beside(run.setting);
  sabotage?.(beside.guest.machine);
  return beside;
};

const check = (seed: number, path: string | undefined, predicate: (run: Run) => void): Failure | undefined => {
  const options = { seed, numRuns: 1, unbiased: true, ...(path !== undefined && { path, endOnFailure: true }) };
  const details = fc.check(fc.property(runs(RUN_LENGTH), predicate), options);
  if (!details.failed) return undefined;
  const message = details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
  return { message, run: details.counterexample![0], seed, path: details.counterexamplePath! };
};

/** A failure as a person reads it: what differs, the operations that lead there, and the command that does them again. */
export const explain = ({ message, run, seed, path }: Failure): string => {
  const { cpus, frames, lenient, facility147, essa } = run.setting;
  const setting = [
    `profile ${lenient ? 'zvm-lenient' : 'zvm'}`,
    cpus === 1 ? '1 CPU' : `${cpus} CPUs`,
    frames === 'few' ? 'few frames' : 'frames for every page',
    `ESSA: ${essa}`,
    `${facility147 ? 'with' : 'without'} facility 147`,
  ];
  const lines = run.operations.map((operation, n) => `${String(n + 1).padStart(5)}  ${describe(operation)}`);
  return [
    `machine and model differ: ${message}`,
    `seed ${seed}: ${setting.join(', ')}`,
    ...lines,
    `again: npm run model -- --seed ${seed} --path ${path}`,
  ].join('\n');
};
