import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Engine, findEngines, type Measurement, processorName, ZHINT } from './engines.ts';
import { timed } from './process.ts';

/**
 * `npm run bench`: times zhint beside the other emulators that this machine has, on the same images in the same minutes.
 *
 * A speed is the instructions of an image, as zhint counts them, by the processor seconds that an engine needs beyond its start-up, which
 * is what it needs for an image that does nothing. Rounds are interleaved, so that what disturbs the machine disturbs everybody, and the
 * median of the rounds counts. Only ratios from one run mean anything.
 */
const USAGE = `usage: npm run bench -- [--images DIR] [--full] [--quick] [--json] [IMAGE…]

  --images DIR  the directory of the images (default: $ZHINT_BENCH)
  --full        the full images instead of the small ones
  --quick       one round instead of five
  --json        print one object
  IMAGE         names of images in DIR, such as sieve-small (default: sieve, mixed and touch with DAT off and on)`;

const ROUNDS = 5;
const KERNELS = ['sieve', 'mixed', 'touch'];
const FIXTURE = fileURLToPath(new URL('../fixtures/discard-fault.s', import.meta.url));

interface Speed {
  readonly seconds: number;
  readonly mips: number;
}

interface Row {
  readonly image: string;
  readonly instructions: number;
  readonly engines: Readonly<Record<string, Speed>>;
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const medianCpu = (measurements: readonly Measurement[]): number => median(measurements.map(({ cpu }) => cpu));

/** The image whose time is start-up: the same preparations, no work. */
const nullImage = (image: string): string => (image.includes('-dat') ? 'null-dat' : 'null');

/** Runs every image on every engine, in interleaved rounds. */
const measure = async (
  engines: readonly Engine[],
  directory: string,
  images: readonly string[],
  rounds: number,
): Promise<Map<string, Measurement[]>> => {
  const measurements = new Map<string, Measurement[]>();
  const progress = (text: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`${text}\u001b[K\r`);
  };
  const all = [...new Set([...images.map(nullImage), ...images])];
  for (let round = 0; round < rounds; round++) {
    for (const image of all) {
      for (const engine of engines) {
        progress(`round ${round + 1} of ${rounds}: ${image} on ${engine.name}`);
        const key = `${engine.name} ${image}`;
        measurements.set(key, [...(measurements.get(key) ?? []), await engine.run(join(directory, `${image}.elf`))]);
      }
    }
  }
  progress('');
  return measurements;
};

const rowOf = (image: string, engines: readonly Engine[], measurements: ReadonlyMap<string, readonly Measurement[]>): Row => {
  const of = (engine: string, name: string): readonly Measurement[] => measurements.get(`${engine} ${name}`)!;
  const counts = new Set(of('zhint', image).map(({ instructions }) => instructions));
  if (counts.size !== 1) throw new Error(`zhint counts ${[...counts].join(' and ')} instructions for ${image}: a run is not repeatable`);
  const instructions = [...counts][0]!;
  const speed = ({ name }: Engine): [string, Speed] => {
    const seconds = medianCpu(of(name, image)) - medianCpu(of(name, nullImage(image)));
    return [name, { seconds, mips: instructions / seconds / 1e6 }];
  };
  return { image, instructions, engines: Object.fromEntries(engines.map(speed)) };
};

/** Median wall seconds of `zhint run`, from the shell to the shell. */
const startUp = (file: string, rounds: number): number =>
  median(Array.from({ length: rounds }, () => timed(process.execPath, ZHINT, 'run', file).wall));

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ');
  return rows.map(line).join('\n');
};

const speedTable = (engines: readonly Engine[], rows: readonly Row[]): string => {
  const [, ...peers] = engines;
  const heading = ['image', 'instructions', ...engines.map(({ name }) => `${name} MIPS`), ...peers.map(({ name }) => `zhint/${name}`)];
  const cells = ({ image, instructions, engines: speeds }: Row): string[] => [
    image,
    instructions.toLocaleString('en'),
    ...engines.map(({ name }) => speeds[name]!.mips.toFixed(1)),
    ...peers.map(({ name }) => (speeds['zhint']!.mips / speeds[name]!.mips).toFixed(2)),
  ];
  return table([heading, ...rows.map(cells)]);
};

const wrong = (message: string): never => {
  process.stderr.write(`${message}\n\n${USAGE}\n`);
  process.exit(2);
};

const readOptions = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        images: { type: 'string' },
        full: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    });
  } catch (error) {
    return wrong((error as Error).message);
  }
};

const main = async (): Promise<void> => {
  const { values: options, positionals } = readOptions();
  if (options.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const directory = options.images ?? process.env['ZHINT_BENCH'];
  if (directory === undefined) return wrong('no images: name their directory by --images or $ZHINT_BENCH');
  const size = options.full ? '' : '-small';
  const named = positionals.map((name) => basename(name, '.elf'));
  const images = named.length > 0 ? named : KERNELS.flatMap((kernel) => [`${kernel}${size}`, `${kernel}-dat${size}`]);
  for (const image of [...images, ...images.map(nullImage)]) {
    const file = join(directory, `${image}.elf`);
    if (!existsSync(file)) wrong(`there is no ${file}`);
  }

  const rounds = options.quick ? 1 : ROUNDS;
  const { engines, missing } = findEngines();
  for (const line of missing) process.stderr.write(`${line}\n`);
  const measurements = await measure(engines, directory, images, rounds);
  const rows = images.map((image) => rowOf(image, engines, measurements));
  const startup = { 'discard-fault': startUp(FIXTURE, rounds), null: startUp(join(directory, 'null.elf'), rounds) };

  if (options.json) {
    const versions = Object.fromEntries(engines.map(({ name, version }) => [name, version]));
    process.stdout.write(`${JSON.stringify({ processor: processorName(), rounds, versions, images: rows, startup })}\n`);
    return;
  }
  const versions = engines.map(({ name, version }) => `${name}: ${version}`).join('\n');
  process.stdout.write(`${processorName()}; ${rounds === 1 ? 'one round' : `median of ${rounds} rounds`}\n${versions}\n\n`);
  process.stdout.write(`${speedTable(engines, rows)}\n\n`);
  for (const [name, seconds] of Object.entries(startup))
    process.stdout.write(`zhint run ${name}: ${seconds.toFixed(2)} s from start to end\n`);
};

try {
  await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
