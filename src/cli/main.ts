import { InputError } from '../guest/input-error.ts';

type Command = (argv: string[]) => Promise<number>;

/** Commands are loaded when they are called: starting up is most of what a small run takes. */
const COMMANDS: Readonly<Record<string, { what: string; load: () => Promise<{ main: Command }> }>> = {
  run: { what: 'run a fixture (.s), an s390x ELF or a raw image', load: () => import('./run.ts') },
  story: { what: 'run a fixture and tell what happens, step by step', load: () => import('./story.ts') },
  asm: { what: 'assemble a source into an ELF file', load: () => import('./asm.ts') },
  disasm: { what: 'disassemble a program', load: () => import('./disasm.ts') },
  list: { what: 'list the instructions', load: () => import('./list.ts') },
};

const HELP = `zhint: a z/Architecture machine for guest page hinting

usage: zhint COMMAND [ARGUMENTS]; zhint COMMAND --help tells more

${Object.entries(COMMANDS)
  .map(([name, { what }]) => `  ${name.padEnd(8)} ${what}`)
  .join('\n')}

Without a command, zhint tells the story of a discard fault.
Exit status: 0 passed; 1 the program failed or an expectation did not hold; 2 the input is wrong;
3 the instruction limit was reached; 70 a defect of zhint itself.
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
    if (!command) throw new InputError({ file: 'zhint' }, `there is no command '${name}', expected one of ${Object.keys(COMMANDS).join(', ')}`);
    const module = await command.load();
    return await module.main(rest);
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
