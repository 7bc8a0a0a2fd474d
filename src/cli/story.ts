import { fileURLToPath } from 'node:url';
import { tellStory } from '../debug/story.ts';
import { parseArguments } from './arguments.ts';
import { openSession } from './open.ts';

const USAGE = 'zhint story [FIXTURE]';
const DEFAULT = fileURLToPath(new URL('../../fixtures/discard-fault.s', import.meta.url));

/** Tells what happens in a fixture, event by event; without a fixture the one of the discard fault. */
export const main = async (argv: string[]): Promise<number> => {
  const args = parseArguments('story', { '--help': Boolean, '-h': '--help' }, argv, USAGE);
  if (args['--help']) {
    process.stdout.write(`usage: ${USAGE}\n\nRuns a fixture and tells who did what, with page states and PSW before and after.\n`);
    return 0;
  }
  const file = args._[0] ?? DEFAULT;
  const session = openSession(file, {});
  const colour = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
  const result = tellStory(session, (text) => process.stdout.write(`${text}\n`), colour);
  if (args._.length === 0)
    process.stdout.write('\nThe program is fixtures/discard-fault.s. Next: zhint --help, zhint run fixtures/discard-fault.s --json\n');
  return result.verdict === 'passed' ? 0 : result.verdict === 'limit' ? 3 : 1;
};
