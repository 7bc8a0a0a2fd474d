import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import type { Mutant } from './mutate.ts';
import { applyMutant } from './mutate.ts';

/** Runs tests with the mutant that $ZHINT_MUTANT describes in the sources; run.ts calls it for what the quicker suite does not kill. */
const mutant = JSON.parse(process.env['ZHINT_MUTANT'] ?? 'null') as Mutant | null;
const root = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
  root,
  test: {
    include: ['paging', 'frames', 'discarded-list', 'intercepted', 'pager'].map((name) => `test/host/${name}.test.ts`),
    testTimeout: 60_000,
    bail: 1,
  },
  plugins: [
    {
      name: 'mutate',
      enforce: 'pre',
      transform: (source, id) => (mutant && id.split('?')[0] === `${root}${mutant.file}` ? applyMutant(source, mutant) : undefined),
    },
  ],
});
