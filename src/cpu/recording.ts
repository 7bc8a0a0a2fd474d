import type { Cpu } from './cpu.ts';
import { CodeChanged, isAccessException, ProgramInterruption } from './interruption.ts';
import { CELL } from './layout.ts';

/**
 * The reference and change bits that the instruction being executed has set, so that they can be taken back: an instruction that an access
 * exception ends, or a fault of a level below, leaves storage keys as it found them, as if it had not begun. Only that it was fetched itself
 * stays recorded.
 *
 * Only accesses that miss the TLB come here, and only those that change a key. Generated code records by itself the first store into a page
 * of which the TLB knows by a load (storage-helpers.ts): no instruction makes another access after that.
 */
export class Recording {
  readonly #cpu: Cpu;
  /** The instruction that the entries are of, as {@link Recording.#current} numbers it. */
  #instruction = 0;
  #count = 0;
  readonly #frames: number[] = [];
  readonly #keys: number[] = [];

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
  }

  /** Number of the instruction that is being executed or fetched, from the end of this run of generated code backwards. */
  get #current(): number {
    return this.#cpu.cell32(CELL.BUDGET) - (this.#cpu.fetching ? 1 : 0);
  }

  /** A frame's key is about to change. */
  note(frame: number, key: number): void {
    const current = this.#current;
    if (this.#instruction !== current) this.#count = 0;
    this.#instruction = current;
    this.#frames[this.#count] = frame;
    this.#keys[this.#count++] = key;
  }

  /** What has been recorded so far stays: an instruction has been fetched, or one that can be interrupted has done a part of its work. */
  keep(): void {
    this.#count = 0;
  }

  /** Takes back what the current instruction has recorded. */
  takeBack(): void {
    const { storage, tlb } = this.#cpu.configuration;
    if (this.#count === 0 || this.#instruction !== this.#current) return;
    while (this.#count > 0) storage.keys[this.#frames[--this.#count]!] = this.#keys[this.#count]!;
    // An entry of the TLB stands for bits that are recorded.
    tlb.forget();
  }

  /** Takes back what the current instruction has recorded if what it has thrown leaves it without effect. */
  takeBackFor(thrown: unknown): void {
    if (thrown instanceof CodeChanged || (thrown instanceof ProgramInterruption && isWithoutEffect(thrown, this.#cpu.level)))
      this.takeBack();
  }
}

const isWithoutEffect = (fault: ProgramInterruption, level: number): boolean => fault.level < level || isAccessException(fault.code);
