import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allMutants, fatesOf, nameOf } from './harness.ts';
import type { Mutant } from './mutate.ts';
import { SURVIVORS } from './survivors.ts';

/**
 * `npm run mutants`: every mutant of the targets against the suite, and what survives against the tests of the host. Writes results.json,
 * which docs/conformance.md tells of. Exit status 1 when fewer than 95 % are killed, or one survives without a reason.
 */
const HERE = fileURLToPath(new URL('.', import.meta.url));
const LEAST_SHARE = 0.95;

const isExplained = (name: string): boolean => SURVIVORS.some((known) => known.name === name);

/** Whether the tests of the host notice a mutant, or pass without one. */
const testsFail = (mutant: Mutant | null): boolean => {
  const args = ['vitest', 'run', '--config', join(HERE, 'vitest.config.ts')];
  const { status } = spawnSync('npx', args, { env: { ...process.env, ZHINT_MUTANT: JSON.stringify(mutant) }, timeout: 180_000 });
  return status !== 0;
};

if (testsFail(null)) throw new Error('the tests of the host fail without a mutant');
const mutants = allMutants();
const survivors: string[] = [];
let done = 0;
for await (const { mutant, killedBy } of fatesOf(mutants)) {
  done++;
  if (killedBy !== undefined) continue;
  const name = nameOf(mutant);
  // What cannot be told from the original need not be given to the slower tests again.
  if (!isExplained(name) && testsFail(mutant)) continue;
  survivors.push(name);
  process.stdout.write(`${done}/${mutants.length} survives: ${name}\n`);
}
writeFileSync(join(HERE, 'results.json'), `${JSON.stringify({ mutants: mutants.length, survivors }, undefined, 2)}\n`);
const share = (mutants.length - survivors.length) / mutants.length;
const unexplained = survivors.filter((name) => !isExplained(name));
process.stdout.write(`${mutants.length - survivors.length} of ${mutants.length} mutants killed, ${(100 * share).toFixed(1)} %\n`);
for (const name of unexplained) process.stdout.write(`no reason is given why this survives: ${name}\n`);
process.exitCode = share < LEAST_SHARE || unexplained.length > 0 ? 1 : 0;
