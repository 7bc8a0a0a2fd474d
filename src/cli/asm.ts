import { writeFileSync } from 'node:fs';
import { writeElf } from '../guest/elf-writer.ts';
import { InputError } from '../guest/input-error.ts';
import { oneOperand, parseArguments } from './arguments.ts';
import { assembleFile, readInput } from './load.ts';

const USAGE = 'zhint asm FILE -o OUT';

/** `zhint asm FILE -o OUT`: assembles a source to an ELF executable. Returns the exit status; throws InputError for wrong input. */
export async function main(argv: string[]): Promise<number> {
  const options = parseArguments('asm', { '--output': String, '-o': '--output', '--help': Boolean, '-h': '--help' }, argv, USAGE);
  if (options['--help']) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const file = oneOperand('asm', options._, USAGE);
  const output = options['--output'];
  if (output === undefined) throw new InputError({ file: 'zhint asm' }, `no output file, expected: ${USAGE}`);
  const program = assembleFile(new TextDecoder().decode(readInput(file)), file);
  try {
    writeFileSync(output, writeElf(program));
  } catch (error) {
    throw new InputError({ file: output }, `cannot be written (${(error as NodeJS.ErrnoException).code}), expected a place for the output`);
  }
  return 0;
}
