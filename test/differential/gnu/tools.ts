import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** GNU binutils for s390x, the peer of assembler and disassembler. */

const AS = 's390x-linux-gnu-as';
const OBJDUMP = 's390x-linux-gnu-objdump';
const OBJCOPY = 's390x-linux-gnu-objcopy';
const LD = 's390x-linux-gnu-ld';
/** The latest machine that binutils 2.40 knows. */
const MARCH = '-march=z16';

const works = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0;

/** Why GNU comparisons cannot run here, or undefined when they can. */
export const missingTools = (): string | undefined => {
  const missing = [AS, OBJDUMP, OBJCOPY, LD].filter((tool) => !works(tool));
  return missing.length === 0 ? undefined : `${missing.join(', ')} not installed (Debian: binutils-s390x-linux-gnu)`;
};

const inDirectory = <T>(work: (directory: string) => T): T => {
  const directory = mkdtempSync(join(tmpdir(), 'zhint-gnu-'));
  try {
    return work(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
};

export interface GnuError {
  readonly line: number;
  readonly text: string;
}

/** The bytes of `.text` of a source, or the errors by line. Bytes after the last statement up to the alignment of 4 are GNU as's padding. */
export const gnuText = (source: string): Uint8Array | GnuError[] =>
  inDirectory((directory) => {
    const file = join(directory, 'a.s');
    writeFileSync(file, source);
    const result = spawnSync(AS, [MARCH, file, '-o', join(directory, 'a.o')], { encoding: 'utf8' });
    if (result.status !== 0) {
      const errors = [...result.stderr.matchAll(/^\S*?a\.s:(\d+): (?:Fatal e|E)rror: (.*)$/gm)];
      return errors.map((match) => ({ line: Number(match[1]), text: match[2]! }));
    }
    execFileSync(OBJCOPY, ['-O', 'binary', '-j', '.text', join(directory, 'a.o'), join(directory, 'a.bin')]);
    return readFileSync(join(directory, 'a.bin'));
  });

/** The ELF file that GNU as and ld make of a source, `.text` at `address`; `.include` looks into a directory, too. Throws when they refuse it. */
export const gnuElf = (source: string, address: number, includes = '.'): Uint8Array =>
  inDirectory((directory) => {
    const file = join(directory, 'a.s');
    writeFileSync(file, source);
    execFileSync(AS, [MARCH, '-I', includes, file, '-o', join(directory, 'a.o')], { stdio: ['ignore', 'ignore', 'pipe'] });
    const options = ['--no-warn-rwx-segments', '-e', '0', `-Ttext=0x${address.toString(16)}`];
    execFileSync(LD, [...options, join(directory, 'a.o'), '-o', join(directory, 'a.elf')], { stdio: ['ignore', 'ignore', 'pipe'] });
    return readFileSync(join(directory, 'a.elf'));
  });

/** Slots of this many bytes keep one instruction's misreading out of the next. */
export const SLOT = 8;

/** What objdump prints for each of these instructions, the n-th at address n times {@link SLOT}. */
export const gnuDisassembly = (instructions: readonly Uint8Array[]): string[] => {
  const slots = instructions.map((bytes, index) => `s${index}: .byte ${[...bytes].join()}\n.balign ${SLOT}\n`);
  return inDirectory((directory) => {
    const file = join(directory, 'a.s');
    writeFileSync(file, slots.join(''));
    execFileSync(AS, [MARCH, file, '-o', join(directory, 'a.o')]);
    const dump = execFileSync(OBJDUMP, ['-d', join(directory, 'a.o')], { encoding: 'utf8', maxBuffer: 1 << 30 });
    const texts = new Map(
      [...dump.matchAll(/^ *([0-9a-f]+):\t[^\t\n]*\t(.*)$/gm)].map((match) => [Number.parseInt(match[1]!, 16), match[2]!]),
    );
    return instructions.map((_, index) => withoutSymbols(texts.get(index * SLOT) ?? ''));
  });
};

/** `1a <s3+0x2>` is `0x1a` where there are no symbols. */
const withoutSymbols = (text: string): string => text.trimEnd().replaceAll(/\b([0-9a-f]+) <[^>]*>/g, '0x$1');
