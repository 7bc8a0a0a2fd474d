import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { Desk } from '../debug/commands/command.ts';
import { completions, perform, repeats } from '../debug/commands/index.ts';
import { tellWhere } from '../debug/commands/standing.ts';
import { Debugger } from '../debug/debugger.ts';
import type { Session } from '../debug/session.ts';
import { DivergenceError } from '../debug/timeline/position.ts';
import { InputError } from '../guest/input-error.ts';
import { parseArguments } from './arguments.ts';
import type { FilePagingDevice } from './open.ts';
import { open, RUN_SPEC } from './run.ts';
import { saveSession } from './snapshot-file.ts';

const USAGE = 'zhint debug FILE [options of zhint run]';

const HELP = `usage: ${USAGE}
       zhint debug --from SNAPSHOT [--limit INSTRUCTIONS] [--paging-file FILE] [--input TEXT]

Runs a program under a debugger that goes forward and back: step, back, continue, reverse-continue, break, watch, page, walk and
more; help at the prompt lists them all. Without a terminal the commands are read from standard input, one a line.

Ctrl-C stops a run and returns to the prompt; quit, or Ctrl-D, ends. Exit status: 0, or 2 when a command of a script was wrong.
`;

/** Options of \`zhint run\` that say nothing about a machine. */
const NOT_HERE = ['--json', '--trace', '--migrate', '--hand-over'] as const;
const PROMPT = '(zhint) ';

export const main = async (argv: string[]): Promise<number> => {
  const args = parseArguments('debug', RUN_SPEC, argv, USAGE);
  if (args['--help']) {
    process.stdout.write(HELP);
    return 0;
  }
  const unwanted = NOT_HERE.find((name) => args[name] !== undefined);
  if (unwanted !== undefined)
    throw new InputError({ file: 'zhint debug' }, `unknown or unexpected option: ${unwanted}, expected: ${USAGE}`);
  const devices: FilePagingDevice[] = [];
  try {
    return await debug(await open('debug', args, devices));
  } finally {
    for (const device of devices) device.close();
  }
};

const debug = async (session: Session): Promise<number> => {
  const debug = new Debugger(session, { breathe: () => new Promise((resolve) => setImmediate(resolve)) });
  const desk = new Desk(debug, {
    print: (line) => process.stdout.write(`${line}\n`),
    source: sourceReader(),
    saveSnapshot: saveSession,
  });
  const isTerminal = process.stdin.isTTY === true;
  const input = createInterface({
    input: process.stdin,
    ...(isTerminal && { output: process.stdout }),
    prompt: PROMPT,
    historySize: 1000,
    completer: (line: string) => [completions(desk, line), line.trimStart().split(/\s+/).at(-1)],
  });
  let isRunning = false;
  const onInterrupt = (): void => {
    if (isRunning) debug.interrupt();
    else if (isTerminal) {
      process.stdout.write('\n');
      input.prompt();
    } else input.close();
  };
  input.on('SIGINT', onInterrupt);
  process.on('SIGINT', onInterrupt);
  try {
    const perform = async (line: string): Promise<boolean> => {
      isRunning = true;
      try {
        return await performLine(desk, line);
      } finally {
        isRunning = false;
      }
    };
    if (isTerminal) desk.print(`${session.name}; help tells the commands`);
    tellWhere(desk);
    return await readCommands(desk, input, isTerminal, perform);
  } finally {
    process.off('SIGINT', onInterrupt);
    input.close();
  }
};

/** Reads commands until there are no more. @returns the exit status */
const readCommands = async (
  desk: Desk,
  input: Interface,
  isTerminal: boolean,
  perform: (line: string) => Promise<boolean>,
): Promise<number> => {
  let status = 0;
  let again = '';
  if (isTerminal) input.prompt();
  for await (const typed of input) {
    const line = typed.trim() === '' && isTerminal ? again : typed;
    // A script's commands stand before what they print, as on a terminal.
    if (!isTerminal && line.trim() !== '') process.stdout.write(`${PROMPT}${line}\n`);
    const isRight = await perform(line);
    if (!isRight && !isTerminal) status = 2;
    again = repeats(line) ? line : '';
    if (desk.hasQuit) break;
    if (isTerminal) input.prompt();
  }
  if (isTerminal && !desk.hasQuit) process.stdout.write('\n');
  return status;
};

/** Performs a line, and prints what the guest has printed on its console meanwhile. */
const performLine = async (desk: Desk, line: string): Promise<boolean> => {
  const { machine } = desk.debugger.session;
  const before = machine.console;
  try {
    return await perform(desk, line);
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    desk.print(`a defect of zhint: ${error.message}`);
    return false;
  } finally {
    const { console } = machine;
    // Going back takes back what was printed, and going forward again prints it again.
    if (console.length > before.length && console.startsWith(before)) {
      for (const text of console
        .slice(before.length)
        .replace(/\r?\n$/, '')
        .split(/\r?\n/))
        desk.print(`console| ${text}`);
    }
  }
};

/** Lines of source files, read when they are first asked for; a file that is not there has none. */
const sourceReader = (): ((file: string, line: number) => string | undefined) => {
  const files = new Map<string, readonly string[]>();
  return (file, line) => {
    let lines = files.get(file);
    if (lines === undefined) {
      try {
        lines = readFileSync(file, 'utf8').split('\n');
      } catch {
        lines = [];
      }
      files.set(file, lines);
    }
    return lines[line - 1];
  };
};
