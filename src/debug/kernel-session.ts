import { PROFILES, type ProfileName } from '../cpu/profile.ts';
import { loadElf } from '../guest/elf.ts';
import { InputError } from '../guest/input-error.ts';
import type { Program } from '../guest/program.ts';
import { bootParameters } from '../guest/workload/boot-parameters.ts';
import { pageContent } from '../guest/workload/content.ts';
import { type CompiledWorkload, compileWorkload, FIRST_DATA_FILE } from '../guest/workload/script.ts';
import type { Workload } from '../guest/workload/workload.ts';
import { stopAwkwardly } from '../host/awkward.ts';
import { BlockDevice } from '../host/block-device.ts';
import { type Eviction, Evictor } from '../host/evictor.ts';
import { Machine, type Outcome } from '../host/machine.ts';
import type { PagingDevice } from '../host/paging-device.ts';
import { UnfairScheduler } from '../host/scheduler.ts';

/** What the guest tells its host: nothing, which pages are free, or everything. */
export type Policy = 'none' | 'unused' | 'full';

export interface KernelOptions {
  readonly workload: Workload;
  /** Bytes of storage, and virtual CPUs, 1 to 8. */
  readonly storage: number;
  readonly cpus: number;
  /** Host frames; absent: as many as the guest has pages. */
  readonly frames?: number;
  readonly policy?: Policy;
  readonly eviction?: Eviction;
  /** Guards to disable, as the kernel's boot parameter has them: `-signoff,-dirty-transfer`. */
  readonly guards?: string;
  /** Instructions of the kernel's user copies: MVCOS, or MVCP and MVCS. */
  readonly uaccess?: 'mvcos' | 'std';
  /** Draws the order of the CPUs and what the evictor does when; absent: one CPU after the other. */
  readonly seed?: number;
  readonly profile?: ProfileName;
  /** Instructions that the guest's disk and its swap device take for a page. */
  readonly diskDelay?: number;
  readonly pagingDevice?: PagingDevice;
}

/** ELF files of src/guest/kernel. */
export interface KernelImages {
  readonly kernel: Uint8Array;
  readonly user: Uint8Array;
}

const PAGE_SIZE = 4096;
const MIB = 0x10_0000;
const DISK_DELAY = 2_000;
const MOST_STORAGE = 2048;
const MOST_CPUS = 8;
const LEAST_STORAGE = 2;

/** A machine with the guest kernel and a workload: built, loaded, ready to run. */
export class KernelSession {
  readonly machine: Machine;
  readonly disk: BlockDevice;
  readonly kernel: Program;
  readonly options: KernelOptions;

  /** @throws InputError when sizes make no machine, or the workload names what it has not */
  constructor(file: string, images: KernelImages, options: KernelOptions) {
    this.options = options;
    this.kernel = loadElf(images.kernel, 'kernel.elf');
    check(file, options);
    const { storage, cpus, frames, profile = 'zvm', seed, eviction, pagingDevice } = options;
    const scheduler = seed === undefined ? undefined : new UnfairScheduler(seed);
    this.machine = new Machine({
      storage,
      cpus,
      profile: PROFILES[profile],
      ...(frames !== undefined && { frames }),
      ...(scheduler && { scheduler }),
      ...(pagingDevice && { pagingDevice }),
    });
    const compiled = compileWorkload(options.workload, file);
    const program = imageOf(loadElf(images.user, 'user.elf'));
    const disk = new Disk(program, compiled);
    const delay = options.diskDelay ?? DISK_DELAY;
    const { swap } = options.workload;
    this.disk = new BlockDevice(this.machine, [
      { blocks: disk.blocks, initial: (block) => disk.block(block), written: new Map(), delay },
      { blocks: swap, initial: () => new Uint8Array(PAGE_SIZE), written: new Map(), delay },
    ]);
    if (scheduler) stopAwkwardly(this.machine, scheduler);
    if (eviction) new Evictor(this.machine, eviction, seed ?? 1);
    for (const { address, bytes } of this.kernel.segments) this.machine.storage.load(address, bytes);
    const parameters = { storage, cpus, swap, commandLine: commandLine(options), files: disk.files, processes: compiled.processes };
    this.machine.storage.write(this.address('boot_params'), bootParameters(parameters, file));
    this.machine.start(this.kernel.entry);
  }

  /** Runs for up to so many instructions more; undefined when the guest has not ended by then. */
  run(instructions: number): Outcome | undefined {
    const outcome = this.machine.run(this.machine.instructions + instructions);
    return outcome.verdict === 'limit' ? undefined : outcome;
  }

  /** Address of a symbol of the kernel. */
  address(symbol: string): number {
    const found = this.kernel.symbols.get(symbol);
    if (found === undefined) throw new Error(`the kernel has no symbol '${symbol}'`);
    return Number(found);
  }
}

const commandLine = ({ policy = 'full', guards, uaccess = 'mvcos' }: KernelOptions): string =>
  [`policy=${policy}`, `uaccess=${uaccess}`, ...(guards === undefined ? [] : [`guards=${guards}`])].join(' ');

const check = (file: string, { storage, cpus, frames }: KernelOptions): void => {
  const wrong = (what: string): never => {
    throw new InputError({ file }, what);
  };
  if (storage % MIB !== 0 || storage < LEAST_STORAGE * MIB || storage > MOST_STORAGE * MIB)
    wrong(`storage of ${storage} bytes, expected a multiple of 1M from ${LEAST_STORAGE}M to ${MOST_STORAGE}M`);
  if (cpus < 1 || cpus > MOST_CPUS) wrong(`${cpus} CPUs, expected 1 to ${MOST_CPUS}`);
  const least = 2 * cpus + 16;
  if (frames !== undefined && frames < least)
    wrong(`${frames} frames, expected at least ${least}: prefix areas, and what one instruction can need`);
};

/** The bytes that a program occupies, from its first address on. */
const imageOf = ({ segments }: Program): Uint8Array => {
  const [first] = segments;
  const last = segments.at(-1);
  if (!first || !last) return new Uint8Array();
  const image = new Uint8Array(last.address + last.bytes.length - first.address);
  for (const { address, bytes } of segments) image.set(bytes, address - first.address);
  return image;
};

/** The guest's disk as it is at first: file after file, the program and the script before the data. */
class Disk {
  readonly files: { start: number; pages: number }[] = [];
  readonly blocks: number;
  readonly #contents: readonly Uint8Array[];

  constructor(program: Uint8Array, { files, script }: CompiledWorkload) {
    this.#contents = [program, script];
    let start = 0;
    for (const pages of [...this.#contents.map(({ length }) => Math.max(1, Math.ceil(length / PAGE_SIZE))), ...files]) {
      this.files.push({ start, pages });
      start += pages;
    }
    this.blocks = start;
  }

  block(block: number): Uint8Array {
    const file = this.files.findLastIndex(({ start }) => start <= block);
    const page = block - this.files[file]!.start;
    if (file >= FIRST_DATA_FILE) return pageContent(file, page);
    const bytes = new Uint8Array(PAGE_SIZE);
    bytes.set(this.#contents[file]!.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE));
    return bytes;
  }
}
