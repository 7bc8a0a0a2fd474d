import { assembleFile } from '../src/cli/load.ts';
import type { Result } from '../src/debug/result.ts';
import { Session, type SessionOptions } from '../src/debug/session.ts';
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
