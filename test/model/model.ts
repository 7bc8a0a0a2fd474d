/**
 * The rules of page hinting as the documents state them, and nothing else: a second machine to run beside the real one.
 * Written from spec/essa.md (1.1 to 1.8 and 9a) and spec/host.md alone; it shares no code with src/. Profile `zvm` unless `lenient` is set.
 */

export type Usage = 'S' | 'U' | 'P' | 'V';
export type Content = 'r' | 'p' | 'z';
export type HostMove = 'page-out' | 'discard' | 'drop' | 'page-in' | 'zero-fill';

/** The doublewords of a page that programs use; the rest of every page is zero. */
type Words = readonly bigint[];
const ZEROS: Words = [0n, 0n, 0n, 0n];

/** What the documents leave open: the machine may answer anything, once. */
export const UNPREDICTABLE = -1;

export interface Page {
  usage: Usage;
  content: Content;
  nodat: boolean;
  words: Words;
  /** Access-control bits and fetch protection of the storage key: 0xf8, or {@link UNPREDICTABLE}. */
  access: number;
  referenced: boolean;
  changed: boolean;
  /** What the paging device has of the page. */
  saved: Words | undefined;
}

/** How a guest's operation ends: a value in the result register (or undefined), or a program interruption and what 0xA8 says of it. */
export type Ending = { readonly result?: number | bigint } | { readonly interruption: number; readonly block?: number };

/** The eight valid page states (spec/essa.md 1.5). */
export const VALID_STATES: ReadonlySet<string> = new Set(['Sr', 'Sp', 'Sz', 'Ur', 'Uz', 'Pr', 'Vr', 'Vz']);

const SPECIFICATION = 0x06;
const ADDRESSING = 0x05;
const BLOCK_VOLATILITY = 0x1a;
/** What a list has room for; one more doubleword belongs to the host (1.8). */
const LIST_CAPACITY = 511;
const USAGE_BITS = { S: 0, U: 1, P: 2, V: 3 } as const;
const CONTENT_BITS = { r: 0, p: 2, z: 3 } as const;

export class Model {
  /** By block number; a block that was never touched is logically zero (1.6 #5). */
  readonly pages: Page[];
  /** Blocks that ESSA has put on each CPU's list, in order (1.8). */
  readonly lists: number[][];
  readonly #lenient: boolean;
  readonly #facility147: boolean;

  constructor({ pages, cpus, lenient, facility147 }: { pages: number; cpus: number; lenient: boolean; facility147: boolean }) {
    const untouched = { usage: 'S', content: 'z', nodat: false, words: ZEROS, access: 0, referenced: false, changed: false } as const;
    this.pages = Array.from({ length: pages }, () => ({ ...untouched, saved: undefined }));
    this.lists = Array.from({ length: cpus }, () => []);
    this.#lenient = lenient;
    this.#facility147 = facility147;
  }

  // ---- the guest -----------------------------------------------------------------------------------------------------

  /** ESSA with a request code on a block of guest storage (1.3 to 1.5). A block that is z already is discarded and listed once more (1.8). */
  essa(cpu: number, orc: number, block: number): Ending {
    if (orc > 7 || (orc === 7 && !this.#facility147)) return { interruption: SPECIFICATION };
    const page = this.pages[block]!;
    const result = (page.nodat ? 0x20 : 0) | (USAGE_BITS[page.usage] << 2) | CONTENT_BITS[page.content];
    const discards = orc === 2 || orc === 3 ? page.content !== 'r' : orc === 4 && page.content === 'p' && !page.changed;
    if (discards) {
      this.#append(this.lists[cpu]!, block);
      loseContent(page);
    }
    if (orc === 1) page.nodat = false;
    if (orc === 7) page.nodat = true;
    if (orc === 1 || orc === 5 || orc === 7) page.usage = 'S';
    if (orc === 2) page.usage = 'U';
    if (orc === 3) page.usage = 'V';
    if (orc === 4) page.usage = page.content === 'r' ? 'P' : page.content === 'z' ? 'V' : 'S';
    if (orc === 5) page.content = 'r';
    if (orc === 6 && page.content !== 'z') page.usage = 'S';
    return { result };
  }

  /** A load, a store or an instruction fetch (host.md 2.1, 1.6 #7). */
  access(kind: 'load' | 'store' | 'fetch', block: number, word: number, value = 0n): Ending {
    const page = this.pages[block]!;
    if (page.content === 'z' && page.usage === 'V') return { interruption: BLOCK_VOLATILITY, block };
    if (page.usage === 'U' && !this.#lenient) return { interruption: ADDRESSING };
    page.content = 'r';
    page.referenced = true;
    if (kind !== 'store') return { result: page.words[word]! };
    page.changed = true;
    page.words = page.words.with(word, value);
    return {};
  }

  /** SET STORAGE KEY EXTENDED. Keys belong to blocks, not to their content: no state forbids this, and none changes. */
  setKey(block: number, key: number): Ending {
    Object.assign(this.pages[block]!, { access: key & 0xf8, referenced: (key & 4) !== 0, changed: (key & 2) !== 0 });
    return {};
  }

  /** INSERT STORAGE KEY EXTENDED. @returns the key, or {@link UNPREDICTABLE} in its access bits */
  insertKey(block: number): Ending {
    const { access } = this.pages[block]!;
    return { result: access === UNPREDICTABLE ? UNPREDICTABLE : access | this.referenceAndChange(block) };
  }

  /** RESET REFERENCE BIT EXTENDED: the condition code. */
  resetReference(block: number): Ending {
    const result = this.referenceAndChange(block) >> 1;
    this.pages[block]!.referenced = false;
    return { result };
  }

  referenceAndChange(block: number): number {
    const { referenced, changed } = this.pages[block]!;
    return (referenced ? 4 : 0) | (changed ? 2 : 0);
  }

  /** DIAGNOSE X'10': blocks from first to last lose their content (systems.md 6.2 c). Potentially volatile and zero is volatile (1.5). */
  release(first: number, last: number): Ending {
    if (first > last) return { interruption: SPECIFICATION };
    for (const page of this.pages.slice(first, last + 1)) loseContent(page);
    return {};
  }

  // ---- the host ------------------------------------------------------------------------------------------------------

  /** What the host may do with a resident block when it needs its frame (host.md 2.1). */
  reclaimOf(block: number): HostMove | undefined {
    const { usage, content, changed } = this.pages[block]!;
    if (content !== 'r') return undefined;
    if (usage === 'U') return 'drop';
    return usage === 'V' || (usage === 'P' && !changed) ? 'discard' : 'page-out';
  }

  /** How the host may make a block resident: not where zeros stand for a loss that the guest must hear of. */
  arrivalOf(block: number): HostMove | undefined {
    const { usage, content } = this.pages[block]!;
    if (content === 'p') return 'page-in';
    return content === 'z' && (usage === 'S' || (usage === 'U' && this.#lenient)) ? 'zero-fill' : undefined;
  }

  /** The host has made a move. @throws Error when it is none that it may make */
  hostMove(move: HostMove, block: number): void {
    const page = this.pages[block]!;
    if (move !== this.arrivalOf(block) && move !== this.reclaimOf(block))
      throw new Error(`${move} of block ${block} in state ${page.usage}${page.content}`);
    if (move === 'page-in' || move === 'zero-fill') page.content = 'r';
    else if (move === 'page-out') Object.assign(page, { usage: 'S', content: 'p', saved: page.words });
    else loseContent(page);
  }

  /** The host has dealt with a CPU's list (1.8). */
  drain(cpu: number): void {
    this.lists[cpu]!.length = 0;
  }

  /** A full list goes to the host, and the instruction begins again. */
  #append(list: number[], block: number): void {
    if (list.length === LIST_CAPACITY) list.length = 0;
    list.push(block);
  }
}

/** A discard: zeros, R and C zero, the rest of the key unpredictable; what was potentially volatile is volatile (1.5, host.md 2.1). */
const loseContent = (page: Page): void => {
  const usage = page.usage === 'P' ? 'V' : page.usage;
  Object.assign(page, { usage, content: 'z', words: ZEROS, access: UNPREDICTABLE, referenced: false, changed: false, saved: undefined });
};
