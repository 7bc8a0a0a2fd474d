import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assemble } from '../guest/assembler/assemble.ts';
import type { ReadInclude } from '../guest/assembler/pass.ts';
import { isElf, loadElf } from '../guest/elf.ts';
import { InputError } from '../guest/input-error.ts';
import type { Program } from '../guest/program.ts';
import { loadRaw } from '../guest/raw.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'the file may not be read',
  EISDIR: 'this is a directory',
  ENOTDIR: 'a part of the path is no directory',
  ELOOP: 'the symbolic links go in circles',
  ENAMETOOLONG: 'the name is too long',
};

/** Larger than any image that a machine of zhint can hold. */
const LARGEST_FILE = 2 ** 30;

/** The bytes of a file that the user named. Throws {@link InputError} when it cannot be read. */
export const readInput = (file: string): Uint8Array => {
  try {
    const { size } = statSync(file);
    if (size > LARGEST_FILE) throw new InputError({ file }, `file of ${size} bytes, expected at most ${LARGEST_FILE}`);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new InputError({ file }, `${REASONS[code] ?? `cannot be read (${code})`}, expected a file to read`);
  }
};

/** Files of `.include`: beside the including file first, then under the working directory, as GNU as with the directory of the source. */
const readInclude =
  (directory: string): ReadInclude =>
  (name, cursor) => {
    const beside = join(dirname(cursor.statement.file), name);
    for (const file of [beside, join(directory, name), name]) {
      if (statSync(file, { throwIfNoEntry: false })?.isFile()) return { file, text: new TextDecoder().decode(readInput(file)) };
    }
    throw cursor.error(`cannot include '${name}': there is no such file, expected one beside this source`, 0);
  };

/** Whether a file is taken for assembler source: its name ends in `.s`, in either case. */
export const isAssembly = (file: string): boolean => /\.s$/i.test(file);

/** Assembles a source whose text has been read, with its includes. */
export const assembleFile = (text: string, file: string): Program => assemble(text, file, { readInclude: readInclude(dirname(file)) });

/**
 * Loads a program by what the file is: assembler source by its name (`.s`), ELF by its first bytes, else a raw image at 0.
 * Throws {@link InputError} in one line for whatever is wrong with it.
 */
export const loadProgram = (file: string): Program => {
  const bytes = readInput(file);
  if (isAssembly(file)) return assembleFile(new TextDecoder().decode(bytes), file);
  return isElf(bytes) ? loadElf(bytes, file) : loadRaw(bytes, file);
};
