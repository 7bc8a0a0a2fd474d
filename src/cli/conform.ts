import { fileURLToPath } from 'node:url';
import { conform } from '../conform/conform.ts';
import { CONFORM_PROFILES, type ConformProfile, type Expectation, parseExpectation } from '../conform/expectation.ts';
import { jsonOf, LEGEND, type ProfileReport, tableOf, tapOf } from '../conform/report.ts';
import type { AssemblePrograms } from '../conform/stage.ts';
import { summarize } from '../conform/summary.ts';
import { InputError } from '../guest/input-error.ts';
import type { Program } from '../guest/program.ts';
import { parseArguments } from './arguments.ts';
import { assembleFile, readInput } from './load.ts';

const USAGE = 'zhint conform [--profile NAME] [--json | --tap] [--expectation FILE]';

const HELP = `usage: ${USAGE}

Proves the page states from outside: every ESSA request code in every usage, content, no-DAT and change-bit state, as executed guest
instructions and the host's moves bring it about, against what the documents say. Exit status 1 when a cell differs.

  --profile NAME      only this profile: ${CONFORM_PROFILES.join(', ')}
  --json              one object with every cell
  --tap               every cell as a test point, TAP version 14
  --expectation FILE  another reading of the documents, in the format of src/conform/expectation.yaml
`;

/** Where the guest's programs and the expectation are. */
const DIRECTORY = fileURLToPath(new URL('../conform/', import.meta.url));
const EXPECTATION = `${DIRECTORY}expectation.yaml`;

export const main = async (argv: string[]): Promise<number> => {
  const args = parseArguments('conform', SPEC, argv, USAGE);
  if (args['--help']) {
    process.stdout.write(HELP);
    return 0;
  }
  const wrong = (what: string): never => {
    throw new InputError({ file: 'zhint conform' }, what);
  };
  if (args._.length > 0) wrong(`operand '${args._[0]}', expected: ${USAGE}`);
  const formats = (['--json', '--tap'] as const).filter((name) => args[name]);
  if (formats.length > 1) wrong(`${formats.join(' and ')}, expected one of them`);
  const name = args['--profile'];
  const profile = CONFORM_PROFILES.find((known) => known === name);
  if (name !== undefined && profile === undefined) wrong(`there is no profile '${name}', expected one of ${CONFORM_PROFILES.join(', ')}`);
  const expectation = await readExpectation(args['--expectation'] ?? EXPECTATION);
  const reports = (profile ? [profile] : CONFORM_PROFILES).map((each) => report(expectation, each));
  if (formats[0] === '--json') process.stdout.write(jsonOf(reports));
  else if (formats[0] === '--tap') process.stdout.write(tapOf(reports));
  else printTables(reports);
  return reports.every(({ summary }) => summary.wrong === 0) ? 0 : 1;
};

const SPEC = {
  '--help': Boolean, '-h': '--help', '--profile': String, '--json': Boolean, '--tap': Boolean, '--expectation': String,
} as const; // biome-ignore format: a table

/** Reads an expectation file. @throws InputError */
export const readExpectation = (file = EXPECTATION): Promise<Expectation> =>
  parseExpectation(new TextDecoder().decode(readInput(file)), file);

const programs = new Map<string, Program>();

/** Assembles the guest's programs, each once for a set of symbols. */
export const assemblePrograms: AssemblePrograms = (source, symbols) => {
  const settings = Object.entries(symbols).map(([symbol, value]) => `.set ${symbol},${value}; `);
  const key = `${settings.join('')}${source}`;
  const program =
    programs.get(key) ?? assembleFile(`${settings.join('')}${new TextDecoder().decode(readInput(DIRECTORY + source))}`, DIRECTORY + source);
  programs.set(key, program);
  return program;
};

/** Establishes all cells of a profile. */
export const report = (expectation: Expectation, profile: ConformProfile): ProfileReport => {
  const verdicts = conform(expectation, profile, assemblePrograms);
  return { summary: summarize(expectation, profile, verdicts), verdicts };
};

const printTables = (reports: readonly ProfileReport[]): void => {
  const colour = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
  for (const each of reports) process.stdout.write(`${tableOf(each, colour)}\n`);
  process.stdout.write(LEGEND);
};
