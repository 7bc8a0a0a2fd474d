import type { Cpu } from './cpu.ts';
import { CELL, CPU_BASE, CPU_SIZE, KEYS, LEVEL_SIZE, STORAGE } from './layout.ts';
import { type GuestMapping, SAVED } from './levels.ts';
import { FRAME_SIZE, type Storage } from './storage.ts';

/** The content of 4096 bytes of linear memory, as words in the order of the machine that zhint runs on. Nobody changes it. */
type PageContent = Int32Array<ArrayBuffer>;

/** Pages of linear memory by number (offset / 4096). A page that is not there holds zeros. */
export type Pages = ReadonlyMap<number, PageContent>;

const WORDS = FRAME_SIZE / 4;

/**
 * Copies pages of linear memory. Pages of zeros are left out, and a page that is as it was in an earlier snapshot is shared with that,
 * so that many snapshots of one run take little more room than what has changed between them.
 * @param earlier pages of an earlier snapshot of the same machine
 */
export const capturePages = ({ memory }: Storage, numbers: Iterable<number>, earlier?: Pages): Pages => {
  const words = new Int32Array(memory.buffer as ArrayBuffer);
  const pages = new Map<number, PageContent>();
  for (const number of numbers) {
    const from = number * WORDS;
    const before = earlier?.get(number);
    if (before && isEqual(words, from, before)) pages.set(number, before);
    else if (!isZero(words, from)) pages.set(number, words.slice(from, from + WORDS));
  }
  return pages;
};

/** Puts pages back into linear memory: those of `numbers` that a snapshot has, and zeros for those that it has not. */
export const restorePages = ({ memory }: Storage, numbers: Iterable<number>, pages: Pages): void => {
  const words = new Int32Array(memory.buffer as ArrayBuffer);
  for (const number of numbers) {
    const from = number * WORDS;
    const content = pages.get(number);
    if (content) words.set(content, from);
    // The operating system need not provide memory for zeros that are there already.
    else if (!isZero(words, from)) words.fill(0, from, from + WORDS);
  }
};

const isEqual = (words: Int32Array, from: number, content: PageContent): boolean => {
  for (let n = 0; n < WORDS; n++) if (words[from + n] !== content[n]) return false;
  return true;
};

const isZero = (words: Int32Array, from: number): boolean => {
  for (let n = 0; n < WORDS; n++) if (words[from + n] !== 0) return false;
  return true;
};

/** Numbers of the pages of linear memory from one offset up to another. */
export function* pagesBetween(from: number, to: number): Generator<number> {
  for (let number = Math.floor(from / FRAME_SIZE); number * FRAME_SIZE < to; number++) yield number;
}

/**
 * Numbers of the pages that hold the machine's own state: CPU blocks and storage keys. The dispatch tables follow from the facilities;
 * the TLB and compiled code are found again.
 */
export function* ownPages(cpus: number, { keys }: Storage): Generator<number> {
  yield* pagesBetween(CPU_BASE, CPU_BASE + cpus * CPU_SIZE);
  yield* pagesBetween(KEYS, KEYS + keys.length);
}

/** What a CPU keeps outside its block, as JSON. */
export interface CpuState {
  readonly guests: readonly (Omit<GuestMapping, 'asce'> & { readonly asce: string })[];
  readonly programsInARow: number;
  readonly programHandler: string;
}

/** Cells that mean nothing between instructions: what is left in them depends on what was in the TLB, and on what was compiled. */
const SCRATCH: readonly (readonly [cell: number, bytes: number])[] = [
  [CELL.CONTEXT, 8], [CELL.CONTEXT_FETCH, 8], [CELL.CURRENT, 4], [CELL.EXIT, 4], [CELL.WINDOW, 4], [CELL.WINDOW_DELTA, 8],
  [CELL.RELATIVE_BASE, 8], [CELL.EXECUTE_BYTES, 8], [CELL.FETCH_BYTES, 8], [CELL.OPERAND_BYTES, 512],
  [CELL.VECTOR_BYTES, 16],
]; // biome-ignore format: a list

/** Captures a CPU that is between instructions, before its block is captured. */
export const captureCpu = (cpu: Cpu): CpuState => {
  cpu.contextChanged();
  for (const [cell, bytes] of SCRATCH) cpu.configuration.storage.bytes.fill(0, cpu.base + cell, cpu.base + cell + bytes);
  const { guests, programsInARow, programHandler } = cpu;
  return {
    // There is no mapping for level 0.
    guests: guests.slice(1).map((mapping) => ({ ...mapping, asce: String(mapping.asce) })),
    programsInARow,
    programHandler: String(programHandler),
  };
};

/** Takes over a state; the CPU's block has been restored before. */
export const reinstateCpu = (cpu: Cpu, { guests, programsInARow, programHandler }: CpuState): void => {
  cpu.guests.length = 0;
  guests.forEach((mapping, n) => {
    cpu.guests[n + 1] = { ...mapping, asce: BigInt(mapping.asce) };
  });
  cpu.programsInARow = programsInARow;
  cpu.programHandler = BigInt(programHandler);
  cpu.contextChanged();
};

/** Where things lie in linear memory: a snapshot is good only for the same layout. */
export const LAYOUT = JSON.stringify({ CELL, SAVED, LEVEL_SIZE, CPU_BASE, CPU_SIZE, KEYS, STORAGE });
