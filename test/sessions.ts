import { createHash } from 'node:crypto';
import { assembleFile } from '../src/cli/load.ts';
import type { Result } from '../src/debug/result.ts';
import { Session, type SessionOptions } from '../src/debug/session.ts';
import type { SessionSnapshot } from '../src/debug/snapshot.ts';
import { encodeSnapshot } from '../src/debug/snapshot-format.ts';
import { parseFixture } from '../src/guest/fixture.ts';

/** Sources of tests are where the fixtures are, so that they may include the same files. */
const FILE = 'fixtures/test.s';

/** A session of a fixture given as text, which may include the files of fixtures/. */
export const sessionOf = (source: string, options: SessionOptions = {}): Session =>
  new Session(FILE, assembleFile(source, FILE), parseFixture(source, FILE), options);

/** Runs a session to its end. */
export const runToEnd = (session: Session): Result => {
  const outcome = session.run();
  if (outcome === undefined) throw new Error('the run has not ended');
  return session.result(outcome);
};

/** Runs a fixture given as text. */
export const runSource = (source: string, options: SessionOptions = {}): Result => runToEnd(sessionOf(source, options));

/** Everything that a snapshot holds, in a few bytes. */
export const hashOf = (snapshot: SessionSnapshot): string =>
  createHash('sha256')
    .update(encodeSnapshot(canonical(snapshot)))
    .digest('hex');

/** Pages in the order of their numbers. */
const canonical = ({ session, machine }: SessionSnapshot): SessionSnapshot => {
  const sorted = <T>(contents: ReadonlyMap<number, T>): Map<number, T> => new Map([...contents].sort(([a], [b]) => a - b));
  return { session, machine: { ...machine, pages: sorted(machine.pages), slots: sorted(machine.slots) } };
};
