import { TLB, TLB_DELTA, TLB_END, TLB_INDEX, TLB_SHIFT, TLB_STORABLE, TLB_TAG } from './layout.ts';
import type { Offset, Storage } from './storage.ts';

const TAGS = [TLB_TAG.read, TLB_TAG.write, TLB_TAG.fetch] as const;

/** The first context; 0 would make an empty entry match page 0. */
const FIRST_CONTEXT = 1;
/** Tags keep the context in the twelve bits below the page address. The last value is never entered: accesses in it always take the slow way. */
export const NEVER_HIT = 0xfff;

/**
 * The software translation-lookaside buffer. An entry maps a logical page, through all levels at once, to its place in linear memory.
 *
 * What a logical page means depends on much: level, spaces, mode, key, prefix. Each combination in use is a numbered *context*, and the
 * number is part of the tag; purging is to stop using the numbers.
 */
export class Tlb {
  readonly #storage: Storage;
  /** Linear memory as words. */
  readonly #words: Int32Array;
  readonly #contexts = new Map<string, number>();
  #next = FIRST_CONTEXT;
  /** Counts how often everything was forgotten; a CPU whose contexts are of an older generation must ask for them again. */
  generation = 0;
  /** Counts purges, which are what programs and the host ask for. */
  purges = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#words = new Int32Array(storage.memory.buffer);
  }

  /** The number of a context. */
  context(description: string): number {
    const known = this.#contexts.get(description);
    if (known !== undefined) return known;
    if (this.#next === NEVER_HIT) {
      this.#storage.bytes.fill(0, TLB, TLB_END);
      this.#contexts.clear();
      this.#next = FIRST_CONTEXT;
      this.generation++;
    }
    this.#contexts.set(description, this.#next);
    return this.#next++;
  }

  /** Forgets every translation, of every CPU and level, because it may not hold any more. */
  purge(): void {
    this.purges++;
    this.forget();
  }

  /** Forgets every translation, though they hold: nobody can tell, apart from programs that have not purged what they should have. */
  forget(): void {
    this.#contexts.clear();
    this.generation++;
  }

  /**
   * Enters, for one kind of access, the page that holds a logical address (two words) with the place of that same byte in linear memory.
   * Where stores may go, so may loads.
   * @param tag one of {@link TLB_TAG}
   * @param storable for loads: nothing but the record of it in the storage key keeps a store from going there too
   */
  enter(tag: number, context: number, high: number, low: number, offset: Offset, storable: boolean): void {
    const words = this.#words;
    const entry = (TLB + ((low >>> TLB_SHIFT) & TLB_INDEX)) >> 2;
    const delta = (offset - low) | 0;
    const page = low & ~0xfff;
    const samePlace = words[entry + (TLB_DELTA >> 2)] === delta;
    // Other tags may stay only if they mean this page at this place.
    for (const other of TAGS) {
      const at = entry + (other >> 2);
      if (samePlace && words[at + 1] === high && (words[at]! & ~0xfff) === page) continue;
      words[at] = 0;
      words[at + 1] = 0;
    }
    words[entry + (tag >> 2)] = page | context;
    words[entry + (tag >> 2) + 1] = high;
    words[entry + (TLB_DELTA >> 2)] = delta;
    if (tag === TLB_TAG.fetch) return;
    words[entry + (TLB_TAG.read >> 2)] = page | context;
    words[entry + (TLB_TAG.read >> 2) + 1] = high;
    words[entry + (TLB_STORABLE >> 2)] = storable ? 1 : 0;
  }
}

const ABSOLUTE_ENTRIES = 65536;
/** Mapping numbers up to this fit a key together with a page number. */
const LARGEST_MAPPING = 4095;
const LARGEST_PAGE = 2 ** 40;

/** Remembers where pages of a guest's absolute storage lie, for translations that miss the TLB; forgets when the TLB is purged. */
export class AbsoluteCache {
  readonly #tlb: Tlb;
  readonly #keys = new Float64Array(ABSOLUTE_ENTRIES).fill(-1);
  readonly #generations = new Int32Array(ABSOLUTE_ENTRIES);
  readonly #offsets = new Float64Array(ABSOLUTE_ENTRIES);

  constructor(tlb: Tlb) {
    this.#tlb = tlb;
  }

  /** The offset of a page in linear memory, or -1. */
  find(mapping: number, page: number, store: boolean): number {
    const at = page % ABSOLUTE_ENTRIES;
    if (this.#keys[at] !== keyOf(mapping, page) || this.#generations[at] !== this.#tlb.generation) return -1;
    const entry = this.#offsets[at]!;
    // The sign keeps whether stores are protected.
    return entry >= 0 ? entry : store ? -1 : -entry;
  }

  enter(mapping: number, page: number, offset: number, storable: boolean): void {
    if (mapping > LARGEST_MAPPING || page >= LARGEST_PAGE) return;
    const at = page % ABSOLUTE_ENTRIES;
    this.#keys[at] = keyOf(mapping, page);
    this.#generations[at] = this.#tlb.generation;
    this.#offsets[at] = storable ? offset : -offset;
  }
}

const keyOf = (mapping: number, page: number): number => mapping * LARGEST_PAGE + page;
