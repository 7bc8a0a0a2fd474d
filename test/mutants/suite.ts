import { readdirSync, readFileSync } from 'node:fs';
import { assemblePrograms, readExpectation } from '../../src/cli/conform.ts';
import { openSession } from '../../src/cli/open.ts';
import { conform } from '../../src/conform/conform.ts';
import { CONFORM_PROFILES, type Expectation } from '../../src/conform/expectation.ts';
import { WAYS, type Way } from '../../src/conform/stage.ts';
import { describeCell } from '../../src/conform/summary.ts';
import { Session } from '../../src/debug/session.ts';
import { tellStory } from '../../src/debug/story.ts';
import { traceTo } from '../../src/debug/trace.ts';

/**
 * What a mutant has to pass: `zhint conform`, every fixture, and the README's transcripts of one. Bundled with the mutants in it and loaded by worker.ts; the quickest comes
 * first, and the first failure is enough.
 */
export interface Suite {
  /** Runs everything. @returns what failed first */
  check(): string | undefined;
}

/** Fixtures that execute more instructions say the same as shorter ones. */
const LONGEST_FIXTURE = 200_000;

interface TimedFixture {
  readonly file: string;
  readonly limit: number;
}

/** Makes the suite ready while no mutant is active. */
export const prepare = async (): Promise<Suite> => {
  const expectation = await readExpectation();
  const fixtures = ['fixtures/', 'test/programs/'].flatMap((directory) =>
    readdirSync(directory)
      .filter((name) => name.endsWith('.s'))
      .flatMap((name) => timed(`${directory}${name}`)),
  );
  const readme = readFileSync('README.md', 'utf8');
  return {
    check: () =>
      conformance(expectation, ['interpreted']) ??
      misprint(readme) ??
      forgotten() ??
      first(fixtures, failureOf) ??
      conformance(expectation, OTHER_WAYS),
  };
};

const first = <T>(items: readonly T[], look: (item: T) => string | undefined): string | undefined => {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
};

const STORY = 'fixtures/discard-fault.s';

/** The README shows what `zhint story` and `zhint run --trace` print of a fixture. */
const misprint = (readme: string): string | undefined => {
  const printed: string[][] = [[], []];
  tellStory(openSession(STORY, {}), (text) => printed[0]!.push(text), false);
  const session = openSession(STORY, {});
  for (const kind of ['essa', 'page', 'host'] as const) traceTo(session.machine, kind, (text) => printed[1]!.push(text));
  session.run();
  const wrong = printed.find((lines) => !readme.includes(`\n${lines.join('\n')}\n`));
  return wrong && `README: ${wrong[0]}`;
};

const UNDER_PRESSURE = 'fixtures/pressure.s';

/** A run that goes on from a snapshot ends as if it had not stopped. */
const forgotten = (): string | undefined => {
  const end = (session: Session): string => JSON.stringify(session.result(session.run()!));
  const whole = openSession(UNDER_PRESSURE, {});
  const expected = end(whole);
  const session = openSession(UNDER_PRESSURE, {});
  session.run(Math.floor(whole.machine.instructions / 2));
  return end(Session.from(session.capture())) === expected ? undefined : 'a snapshot forgets something';
};

class Killed extends Error {}

const OTHER_WAYS = WAYS.filter((way) => way !== 'interpreted').reverse();

const conformance = (expectation: Expectation, ways: readonly Way[]): string | undefined => {
  try {
    for (const way of ways) {
      for (const profile of CONFORM_PROFILES) {
        conform(expectation, profile, assemblePrograms, {
          ways: [way],
          onVerdict: (verdict) => {
            if (verdict.differences.length > 0) throw new Killed(describeCell(profile, verdict));
          },
        });
      }
    }
    return undefined;
  } catch (error) {
    return `conform: ${(error as Error).message}`;
  }
};

/** Runs a fixture as it is, to know how long it may take later. */
const timed = (file: string): TimedFixture[] => {
  const session = openSession(file, { limit: LONGEST_FIXTURE });
  const { verdict } = session.run()!;
  return verdict === 'limit' ? [] : [{ file, limit: 4 * session.machine.instructions + 10_000 }];
};

const failureOf = ({ file, limit }: TimedFixture): string | undefined => {
  try {
    const session = openSession(file, { limit });
    const { verdict, reason, failures } = session.result(session.run() ?? { verdict: 'limit', reason: 'too many instructions' });
    return verdict === 'passed' ? undefined : `${file}: ${failures[0] ?? reason}`;
  } catch (error) {
    return `${file}: ${(error as Error).message}`;
  }
};
