import { InputError } from '../input-error.ts';
import type { Step, Workload } from './workload.ts';

/** A workload made ready for the user program: files with their sizes, and scripts in steps of eight words (src/guest/kernel/script.h). */

const OP = {
  END: 0, READ: 1, WRITE: 2, SYNC: 3, TRUNCATE: 4, MAP: 5, UNMAP: 6, TOUCH: 7, LOCK: 8, UNLOCK: 9, FORK: 10, WAIT: 11, REPEAT: 12, NAP: 13, COMPUTE: 14, STOP: 15,
} as const; // biome-ignore format: a table
const ORDER = { sequential: 0, reverse: 1, random: 2 } as const;
const NO_FILE = 0xffff_ffff;
const MAP_WRITE = 1;
const MAP_SHARED = 2;
const STEP_SHARED = 1;
const STEP_WORDS = 8;
const STEP_SIZE = STEP_WORDS * 4;

/** Files 0 and 1 are the program and the script. */
export const FIRST_DATA_FILE = 2;

interface FileGroup {
  readonly first: number;
  /** Pages of each file. */
  readonly pages: readonly number[];
}

export interface CompiledWorkload {
  readonly groups: ReadonlyMap<string, FileGroup>;
  /** Pages of the data files, in their order. */
  readonly files: readonly number[];
  readonly script: Uint8Array;
  /** Where each kind of process begins in the script, in bytes, and how many there are. */
  readonly processes: readonly { readonly offset: number; readonly count: number }[];
}

/** A small generator for sizes: the same seed, the same tree. */
const drawing = (seed: number): ((low: number, high: number) => number) => {
  let state = (seed ^ 0x9e37_79b9) >>> 0 || 1;
  return (low, high) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return low + ((state >>> 0) % (high - low + 1));
  };
};

/** @throws InputError when the workload names what it has not */
export const compileWorkload = (workload: Workload, file: string): CompiledWorkload => new Compiler(workload, file).compile();

class Compiler {
  readonly #workload: Workload;
  readonly #file: string;
  readonly #groups = new Map<string, FileGroup>();
  readonly #written = new Set<string>();
  /** The group that a slot maps, as far as reading the steps in order tells. */
  readonly #slots = new Map<number, string | undefined>();
  #steps = 0;

  constructor(workload: Workload, file: string) {
    this.#workload = workload;
    this.#file = file;
  }

  compile(): CompiledWorkload {
    const files = this.#layOutFiles();
    for (const { steps } of this.#workload.processes) this.#findWritten(steps);
    const words: number[][] = [];
    const processes = this.#workload.processes.map(({ count, steps }) => {
      const offset = words.length * STEP_SIZE;
      words.push(...this.#compileSteps(steps), [OP.END]);
      return { offset, count };
    });
    const script = new DataView(new ArrayBuffer(words.length * STEP_SIZE));
    for (const [n, step] of words.entries()) for (const [at, word] of step.entries()) script.setUint32(n * STEP_SIZE + at * 4, word);
    return { groups: this.#groups, files, script: new Uint8Array(script.buffer), processes };
  }

  #layOutFiles(): number[] {
    const draw = drawing(this.#workload.seed);
    const files: number[] = [];
    for (const [name, { count, pages }] of Object.entries(this.#workload.files)) {
      const sizes = Array.from({ length: count }, () => (typeof pages === 'number' ? pages : draw(Math.min(...pages), Math.max(...pages))));
      this.#groups.set(name, { first: FIRST_DATA_FILE + files.length, pages: sizes });
      files.push(...sizes);
    }
    return files;
  }

  #group(name: string): FileGroup {
    const group = this.#groups.get(name);
    if (group) return group;
    const known = [...this.#groups.keys()].join(', ') || 'none, because there are no files';
    throw new InputError({ file: this.#file }, `there are no files '${name}', expected one of ${known}`);
  }

  /** Files that somebody writes are used under their lock. */
  #findWritten(steps: readonly Step[]): void {
    for (const step of steps) {
      if (typeof step === 'string') continue;
      if ('write' in step) this.#written.add(step.write.files);
      if ('truncate' in step) this.#written.add(step.truncate.files);
      if ('map' in step && step.map.files !== undefined && step.map.write && step.map.shared) this.#written.add(step.map.files);
      if ('fork' in step) this.#findWritten(step.fork.steps);
      if ('repeat' in step) this.#findWritten(step.repeat.steps);
    }
  }

  #compileSteps(steps: readonly Step[]): number[][] {
    return steps.flatMap((step) => this.#compileStep(step));
  }

  #seed(given: number | undefined): number {
    this.#steps++;
    return given ?? (Math.imul(this.#workload.seed, 0x85eb_ca6b) + this.#steps) >>> 0;
  }

  #compileStep(step: Step): number[][] {
    if (step === 'wait') return [[OP.WAIT]];
    if (step === 'exit') return [[OP.END]];
    if (step === 'stop') return [[OP.STOP]];
    if ('read' in step) return [this.#filePages(OP.READ, step.read)];
    if ('write' in step) return [this.#filePages(OP.WRITE, step.write)];
    if ('sync' in step) return [[OP.SYNC, ...this.#range(step.sync)]];
    if ('truncate' in step) return [[OP.TRUNCATE, ...this.#range(step.truncate.files), step.truncate.pages]];
    if ('map' in step) return [this.#map(step.map)];
    if ('unmap' in step) return [[OP.UNMAP, step.unmap]];
    if ('touch' in step) return [this.#touch(step.touch)];
    if ('lock' in step) return [[OP.LOCK, step.lock]];
    if ('unlock' in step) return [[OP.UNLOCK, step.unlock]];
    if ('nap' in step) return [[OP.NAP, step.nap]];
    if ('compute' in step) return [[OP.COMPUTE, step.compute]];
    const [op, times, inner] =
      'fork' in step ? [OP.FORK, step.fork.children, step.fork.steps] : [OP.REPEAT, step.repeat.times, step.repeat.steps];
    const body = this.#compileSteps(inner);
    return [[op, times, body.length], ...body];
  }

  #range(name: string): [number, number] {
    const { first, pages } = this.#group(name);
    return [first, pages.length];
  }

  #filePages(
    op: number,
    { files, order, pages = 1, seed }: { files: string; order: keyof typeof ORDER; pages?: number | undefined; seed?: number | undefined },
  ): number[] {
    const shared = this.#written.has(files) ? STEP_SHARED : 0;
    return [op, ...this.#range(files), ORDER[order], pages, this.#seed(seed), shared, Math.max(...this.#group(files).pages)];
  }

  #map({
    slot,
    files,
    pages,
    write,
    shared,
  }: {
    slot: number;
    files?: string | undefined;
    pages: number;
    write: boolean;
    shared: boolean;
  }): number[] {
    this.#slots.set(slot, files);
    const [first, count] = files === undefined ? [NO_FILE, 1] : this.#range(files);
    return [OP.MAP, slot, first, pages, (write ? MAP_WRITE : 0) | (shared ? MAP_SHARED : 0), count];
  }

  #touch({
    slot,
    store,
    order,
    pages = 1,
    seed,
  }: {
    slot: number;
    store: boolean;
    order: keyof typeof ORDER;
    pages?: number | undefined;
    seed?: number | undefined;
  }): number[] {
    const files = this.#slots.get(slot);
    const shared = files !== undefined && this.#written.has(files) ? STEP_SHARED : 0;
    return [OP.TOUCH, slot, store ? 1 : 0, ORDER[order], pages, this.#seed(seed), shared];
  }
}
