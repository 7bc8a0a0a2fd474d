import { parseArgs } from 'node:util';
import { campaign, explain, type Report, replay } from './campaign.ts';

/** `npm run model`: runs the abstract model of page hinting beside the machine. */
const USAGE = `usage: npm run model -- [--steps N] [--seed S] [--path PATH]

  --steps N    operations to do at least (default: 50000)
  --seed S     where to begin drawing them (default: 1)
  --path PATH  do only the one run of this seed that a failure has named`;

const DEFAULT_STEPS = 50_000;

interface Wish {
  readonly steps: number;
  readonly seed: number;
  readonly path?: string;
}

/** @throws Error with one line for arguments that make no sense */
const wishOf = (argv: readonly string[]): Wish | 'help' => {
  const options = { steps: { type: 'string' }, seed: { type: 'string' }, path: { type: 'string' }, help: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args: [...argv], options });
  if (values.help) return 'help';
  const number = (name: 'steps' | 'seed', otherwise: number, least: number): number => {
    const text = values[name];
    const value = text === undefined ? otherwise : Number(text);
    if (!Number.isInteger(value) || value < least || value > 0x7fff_ffff) {
      throw new Error(`--${name} ${text}: expected a whole number from ${least} to ${0x7fff_ffff}`);
    }
    return value;
  };
  const { path } = values;
  if (path !== undefined && !/^\d+(:\d+)*$/.test(path)) throw new Error(`--path ${path}: expected numbers with colons between them`);
  return { steps: number('steps', DEFAULT_STEPS, 1), seed: number('seed', 1, 0), ...(path !== undefined && { path }) };
};

/** What happened, most frequent first, in columns. */
const table = (tally: Report['tally']): string =>
  [...tally]
    .sort(([, a], [, b]) => b - a)
    .map(([what, times]) => `${String(times).padStart(9)}  ${what}`)
    .join('\n');

/** @returns the exit status */
const main = (argv: readonly string[]): number => {
  let wish: Wish | 'help';
  try {
    wish = wishOf(argv);
  } catch (error) {
    console.error(`model: ${(error as Error).message.split('\n')[0]}`);
    return 2;
  }
  if (wish === 'help') {
    console.log(USAGE);
    return 0;
  }
  if (wish.path !== undefined) {
    const failure = replay(wish.seed, wish.path);
    console.log(failure ? explain(failure) : 'machine and model agree');
    return failure ? 1 : 0;
  }
  const started = performance.now();
  const report = campaign(wish);
  const seconds = (performance.now() - started) / 1000;
  if (report.failure) {
    console.log(explain(report.failure));
    return 1;
  }
  console.log(table(report.tally));
  const rate = Math.round(report.steps / seconds);
  console.log(
    `machine and model agree: ${report.steps} operations in ${report.runs} runs, seeds ${wish.seed} to ${wish.seed + report.runs - 1}`,
  );
  console.error(`${seconds.toFixed(1)} s, ${rate} operations a second`);
  return 0;
};

process.exitCode = main(process.argv.slice(2));
