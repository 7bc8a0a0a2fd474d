import { type Cell, cellsOf, cellsWithout } from './cells.ts';
import type { ConformProfile, Expectation } from './expectation.ts';
import { type Expected, expectedOf, judge } from './judge.ts';
import { type Observation, observe } from './observe.ts';
import { type AssemblePrograms, type Script, Stage, WAYS, type Way } from './stage.ts';

/** A cell as it was expected and seen in one way. */
export interface Verdict {
  readonly cell: Cell;
  readonly way: Way;
  readonly expected: Expected;
  readonly seen: Observation;
  /** What differs; none when the cell is as the documents say. */
  readonly differences: readonly string[];
}

/** Facilities without which a request is an exception (spec/essa.md 1.2). */
const OPTIONAL_FACILITY = 147;

export interface ConformOptions {
  /** Absent: all four. */
  readonly ways?: readonly Way[];
  /** Is told of each cell as soon as it is judged; what it throws ends the run. */
  readonly onVerdict?: (verdict: Verdict) => void;
}

/** Establishes every cell of a profile in the ways that are asked for, on one machine each and another without facility 147. */
export const conform = (
  expectation: Expectation,
  name: ConformProfile,
  assemble: AssemblePrograms,
  { ways = WAYS, onVerdict }: ConformOptions = {},
): Verdict[] => {
  const profile = expectation.profiles[name];
  const verdicts: Verdict[] = [];
  const note = (verdict: Verdict): void => {
    verdicts.push(verdict);
    onVerdict?.(verdict);
  };
  for (const way of ways) {
    establish(expectation, cellsOf(profile), new Stage(name, way, true, assemble), note);
    establish(expectation, cellsWithout(OPTIONAL_FACILITY, expectation, profile), new Stage(name, way, false, assemble), note);
  }
  return verdicts;
};

const establish = (expectation: Expectation, cells: readonly Cell[], stage: Stage, note: (verdict: Verdict) => void): void => {
  const scripts = cells.map(function* (cell): Script {
    const seen = yield* observe(stage, cell);
    const expected = expectedOf(expectation, expectation.profiles[stage.profile], cell);
    note({ cell, way: stage.way, expected, seen, differences: judge(expectation, stage.profile, cell, seen) });
  });
  stage.run(scripts);
};
