import { parentPort } from 'node:worker_threads';
import type { Suite } from './suite.ts';

/** Loads bundles of the suite and runs it with one mutant active after the other. Messages: a bundle's address and a mutant's number. */
declare global {
  /** The mutant that is active; 0 is none. */
  var mutant: number;
}

const suites = new Map<string, Suite>();

parentPort!.on('message', async ({ bundle, mutant }: { bundle: string; mutant: number }) => {
  globalThis.mutant = 0;
  try {
    if (!suites.has(bundle)) suites.set(bundle, await ((await import(bundle)) as { prepare: () => Promise<Suite> }).prepare());
    globalThis.mutant = mutant;
    parentPort!.postMessage({ killedBy: suites.get(bundle)!.check() });
  } catch (error) {
    parentPort!.postMessage({ killedBy: `it does not start: ${(error as Error).message}` });
  }
});
