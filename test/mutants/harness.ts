import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build, type Plugin } from 'esbuild';
import { applyMutant, instrument, type Mutant, mutantsOf } from './mutate.ts';
import { rangeOf, TARGETS } from './targets.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HERE = join(ROOT, 'test/mutants');
const BUNDLES = join(ROOT, `node_modules/.cache/zhint-mutants-${process.pid}`);

/** What became of a mutant: what killed it, or nothing did. */
export interface Fate {
  readonly mutant: Mutant;
  readonly killedBy: string | undefined;
}

/** Milliseconds after which a mutant that is still running counts as killed: it has made something endless. */
const PATIENCE = 60_000;

/** All mutants of the targets. */
export const allMutants = (): Mutant[] =>
  TARGETS.flatMap(({ file, only }) => {
    const source = sourceOf(file);
    return mutantsOf(file, source, rangeOf(source, only));
  });

const sourceOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Runs the suite on mutants, one after the other. A first run without any must pass. */
export async function* fatesOf(mutants: readonly Mutant[]): AsyncGenerator<Fate> {
  mkdirSync(BUNDLES, { recursive: true });
  const bench = new Bench();
  try {
    const later = mutants.filter(({ atLoad }) => !atLoad);
    const instrumented = await bundle('instrumented', (file, source) =>
      instrument(source, later.filter((mutant) => mutant.file === file), (mutant) => later.indexOf(mutant) + 1),
    ); // biome-ignore format: a call
    const failure = await bench.run(instrumented, 0);
    if (failure !== undefined) throw new Error(`the suite fails without a mutant: ${failure}`);
    for (const [n, mutant] of later.entries()) yield { mutant, killedBy: await bench.run(instrumented, n + 1) };
    for (const [n, mutant] of mutants.filter(({ atLoad }) => atLoad).entries()) {
      const mutated = await bundle(`loaded-${n}`, (file, source) => (file === mutant.file ? applyMutant(source, mutant) : source));
      yield { mutant, killedBy: await bench.run(mutated, 0) };
    }
  } finally {
    await bench.close();
    rmSync(BUNDLES, { recursive: true, force: true });
  }
}

/** Makes one module of the suite and all that it imports, with the targets changed. @returns its address */
const bundle = async (name: string, change: (file: string, source: string) => string): Promise<string> => {
  const mutate: Plugin = {
    name: 'mutate',
    setup: ({ onLoad }) => {
      for (const { file } of TARGETS) {
        const path = join(ROOT, file);
        onLoad({ filter: new RegExp(`${file.replaceAll(/[/.]/g, '\\$&')}$`) }, () => ({
          contents: change(file, sourceOf(file)),
          loader: 'ts',
          resolveDir: join(path, '..'),
        }));
      }
    },
  };
  return make(join(HERE, 'suite.ts'), join(BUNDLES, `${name}.mjs`), [mutate]);
};

const make = async (entry: string, outfile: string, plugins: Plugin[]): Promise<string> => {
  const address = JSON.stringify(pathToFileURL(join(ROOT, 'src/cli/main.ts')).href);
  const options = {
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    define: { 'import.meta.url': address },
  } as const;
  await build({ ...options, entryPoints: [entry], outfile, plugins });
  return pathToFileURL(outfile).href;
};

/** A worker that runs suites; a new one takes over when it does not answer. */
class Bench {
  #worker: Worker | undefined;

  async run(module: string, mutant: number): Promise<string | undefined> {
    this.#worker ??= await start();
    const worker = this.#worker;
    const killedBy = await new Promise<string | undefined>((resolve) => {
      const settle = (reason: string | undefined): void => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onError);
        resolve(reason);
      };
      const onMessage = (message: { killedBy: string | undefined }): void => settle(message.killedBy);
      const onError = (error: Error): void => settle(`the process ends: ${error.message}`);
      const timer = setTimeout(() => settle('it does not end'), PATIENCE);
      worker.on('message', onMessage).on('error', onError);
      worker.postMessage({ bundle: module, mutant });
    });
    if (killedBy === 'it does not end' || killedBy?.startsWith('the process ends')) await this.close();
    return killedBy;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }
}

const start = async (): Promise<Worker> => {
  mkdirSync(BUNDLES, { recursive: true });
  const file = join(BUNDLES, 'worker.mjs');
  await make(join(HERE, 'worker.ts'), file, []);
  return new Worker(file);
};

/** A mutant by its file, the line it is in, and what it changes there; the same when other lines come and go. */
export const nameOf = ({ file, line, original, replacement }: Mutant): string => {
  const code = sourceOf(file).split('\n')[line - 1]!.trim();
  const change = `${brief(original)} -> ${replacement === ';' ? 'nothing' : brief(replacement)}`;
  return `${file}: ${brief(code)}: ${change}`;
};

const brief = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 100 ? `${line.slice(0, 97)}...` : line;
};
