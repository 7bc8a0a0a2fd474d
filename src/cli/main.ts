import { InputError } from '../guest/input-error.ts';
import { main as asm } from './asm.ts';
import { main as conform } from './conform.ts';
import { main as debug } from './debug.ts';
import { main as disasm } from './disasm.ts';
import { main as list } from './list.ts';
import { main as qemu } from './qemu.ts';
import { main as run } from './run.ts';
import { main as snapshot } from './snapshot.ts';
import { main as story } from './story.ts';

type Command = (argv: string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, { what: string; run: Command }>> = {
  run: { what: 'run a fixture (.s), an s390x ELF or a raw image', run },
  story: { what: 'run a fixture and tell what happens, step by step', run: story },
  debug: { what: 'step through a program, forward and back', run: debug },
  snapshot: { what: 'run a program up to a point and write the machine to a file', run: snapshot },
  conform: { what: 'prove every page-state transition from outside', run: conform },
  asm: { what: 'assemble a source into an ELF file', run: asm },
  disasm: { what: 'disassemble a program', run: disasm },
  list: { what: 'list the instructions', run: list },
  qemu: { what: "take QEMU's options, for the harness of kvm-unit-tests", run: qemu },
};

const HELP = `zhint: a z/Architecture machine for guest page hinting

usage: zhint COMMAND [ARGUMENTS]; zhint COMMAND --help tells more

${Object.entries(COMMANDS)
  .map(([name, { what }]) => `  ${name.padEnd(8)} ${what}`)
  .join('\n')}

Without a command, zhint tells the story of a discard fault.
Exit status: 0 passed; 1 the program failed or an expectation did not hold; 2 the input is wrong;
3 the instruction limit was reached; 4 the machine was handed over to another process; 70 a defect of zhint itself.
`;

/** Runs a command line. @returns the exit status */
export const main = async (argv: string[]): Promise<number> => {
  const [name = 'story', ...rest] = argv;
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command)
      throw new InputError({ file: 'zhint' }, `there is no command '${name}', expected one of ${Object.keys(COMMANDS).join(', ')}`);
    return await command.run(rest);
  } catch (error) {
    if (error instanceof InputError) {
      process.stderr.write(`${error.message}\n`);
      return 2;
    }
    return defect(argv, error);
  }
};

const quote = (word: string): string => (/^[\w./=:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** A defect of zhint itself: what went wrong, and the command that shows it again. */
const defect = (argv: readonly string[], error: unknown): number => {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`zhint: a defect of zhint itself; this command shows it again: zhint ${argv.map(quote).join(' ')}\n${detail}\n`);
  return 70;
};
