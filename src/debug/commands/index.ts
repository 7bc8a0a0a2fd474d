import { InputError } from '../../guest/input-error.ts';
import { PagingError } from '../../host/paging-device.ts';
import { Arguments, type Command, CommandError, type CommandGroup, type Desk, wrong } from './command.ts';
import { ACTIONS, MOVES } from './moves.ts';
import { PAST } from './past.ts';
import { STATE } from './state.ts';
import { STOPS } from './stops.ts';
import { STORAGE } from './storage.ts';

const SESSION: CommandGroup = {
  title: 'This session',
  commands: [
    {
      names: ['help', 'h'],
      usage: 'help [COMMAND]',
      what: 'the commands, or one of them',
      looks: true,
      words: () => COMMANDS.map(({ names }) => names[0]!),
      run: (desk, args) => {
        const name = args.rest();
        if (name === '') desk.print(...helpLines());
        else desk.print(...commandLines(find(name)));
      },
    },
    {
      names: ['quit', 'q', 'exit'],
      usage: 'quit',
      what: 'end',
      run: (desk, args) => {
        args.end();
        desk.hasQuit = true;
      },
    },
  ],
};

const GROUPS: readonly CommandGroup[] = [MOVES, STOPS, STATE, STORAGE, PAST, ACTIONS, SESSION];
/** All commands of the debugger. */
export const COMMANDS: readonly Command[] = GROUPS.flatMap(({ commands }) => commands);

const byName = new Map(COMMANDS.flatMap((command) => command.names.map((name) => [name, command] as const)));

/** The command of that name, short form, or beginning of a name that only one has. */
const find = (name: string): Command => {
  const exact = byName.get(name);
  if (exact) return exact;
  const alike = COMMANDS.filter(({ names }) => names[0]!.startsWith(name));
  if (alike.length === 1) return alike[0]!;
  return alike.length > 1
    ? wrong(`'${name}' may be ${alike.map(({ names }) => names[0]).join(' or ')}`)
    : wrong(`there is no command '${name}'; those that there are: help`);
};

const WIDTH = 18;

const helpLines = (): string[] => [
  ...GROUPS.flatMap(({ title, commands }) => [
    `${title}:`,
    ...commands.map(
      ({ names: [name, ...short], what }) => `  ${`${name}${short.length > 0 ? `, ${short[0]}` : ''}`.padEnd(WIDTH + 4)}${what}`,
    ),
  ]),
  'Addresses are labels, numbers such as 0x40000, registers such as %r2, psw, and sums of those. help COMMAND tells more.',
];

const commandLines = ({ names, usage, what, more }: Command): string[] => [
  usage,
  `  ${what}`,
  ...(more === undefined ? [] : wrapped(more)),
  ...(names.length > 1 ? [`  short: ${names.slice(1).join(', ')}`] : []),
];

const LINE = 100;

/** A text in lines of a terminal. */
const wrapped = (text: string): string[] => text.match(new RegExp(`.{1,${LINE}}(?: |$)`, 'g'))!.map((line) => `  ${line.trimEnd()}`);

/** Words of a command line: `x/4gx 0x10` has a format that needs no space before it. */
const wordsOf = (line: string): string[] => line.replace(/^\s*x\//, 'x /').trim().split(/\s+/).filter((word) => word !== ''); // biome-ignore format: one thought

/** Whether an empty line gives this line again. */
export const repeats = (line: string): boolean => {
  const [name] = wordsOf(line);
  try {
    return name !== undefined && (find(name).repeats ?? false);
  } catch {
    return false;
  }
};

/**
 * Performs a line. What is wrong with it is told in one line, and nothing has happened.
 * @returns whether it was performed
 */
export const perform = async (desk: Desk, line: string): Promise<boolean> => {
  const [name, ...words] = wordsOf(line);
  if (name === undefined || name.startsWith('#')) return true;
  try {
    const command = find(name);
    await command.run(desk, new Arguments(words, command.usage));
    return true;
  } catch (error) {
    if (error instanceof CommandError || error instanceof PagingError) desk.print(`${name}: ${error.message}`);
    else if (error instanceof InputError) desk.print(`${name}: ${error.message}`);
    else throw error;
    return false;
  }
};

/** What the last word of a line that is being typed may become. */
export const completions = (desk: Desk, line: string): readonly string[] => {
  const words = line.trimStart().split(/\s+/);
  const typed = words.at(-1)!;
  const candidates = words.length <= 1 ? COMMANDS.map(({ names }) => names[0]!) : (byName.get(words[0]!)?.words?.(desk) ?? []);
  return candidates.filter((candidate) => candidate.startsWith(typed));
};
