import type { Events, PageState } from '../../cpu/events.ts';
import type { Machine } from '../../host/machine.ts';

/** Kinds of events that the index has: all but `instruction`. */
export const INDEXED = ['interruption', 'interception', 'sie', 'pageState', 'essa', 'key', 'host'] as const;
export type IndexedKind = (typeof INDEXED)[number];
export type IndexedEvent = { [K in IndexedKind]: { readonly kind: K; readonly event: Events[K] } }[IndexedKind];

/** An event as the index has it. */
export interface IndexEntry {
  /** Its number: events count from 0 on in the order in which they happened. */
  readonly number: number;
  /** Instructions of all CPUs that had been executed by then. */
  readonly instruction: number;
  readonly kind: IndexedKind;
  readonly level: number;
  /** The page it is about, an absolute address of the guest at that level; undefined for kinds that are about none. */
  readonly page: number | undefined;
  /** Code of the interruption or interception, operation-request code of ESSA; for other kinds see {@link detailOf}. */
  readonly code: number;
}

const NO_PAGE = 0xffff_ffff;
const FIRST_CAPACITY = 1024;

/** Events that the index holds at the most; it takes 15 bytes for each. Beyond that the older half is forgotten. */
const MOST_EVENTS = 4_000_000;

/** Instructions that all CPUs have executed, exact within generated code as well. */
export const instructionsNow = (machine: Machine): number => {
  let inRuns = 0;
  for (const cpu of machine.configuration.cpus) if (cpu.granted > 0) inRuns += cpu.instructions - cpu.executed;
  return machine.instructions + inRuns;
};

/** Subscribes to every indexed kind. @returns a function that ends it */
export const onIndexedEvents = ({ configuration: { events } }: Machine, listener: (event: IndexedEvent) => void): (() => void) => {
  const ends = INDEXED.map((kind) => events.on(kind, (event) => listener({ kind, event } as IndexedEvent)));
  return () => {
    for (const end of ends) end();
  };
};

/** What happened when, by kind and page: a few bytes for each event of a run. */
export class EventIndex {
  readonly #most: number;
  #capacity = FIRST_CAPACITY;
  #instructions = new Float64Array(FIRST_CAPACITY);
  #kinds = new Uint8Array(FIRST_CAPACITY);
  #pages = new Uint32Array(FIRST_CAPACITY);
  #codes = new Uint16Array(FIRST_CAPACITY);
  #length = 0;
  /** Events that have been forgotten. */
  #forgotten = 0;

  constructor(most = MOST_EVENTS) {
    this.#most = most;
  }

  /** Events so far, those that have been forgotten too: the number of the next. */
  get length(): number {
    return this.#forgotten + this.#length;
  }

  /** Number of the first event that is still known. */
  get first(): number {
    return this.#forgotten;
  }

  get(number: number): IndexEntry | undefined {
    const at = number - this.#forgotten;
    if (at < 0 || at >= this.#length) return undefined;
    const page = this.#pages[at]!;
    return {
      number,
      instruction: this.#instructions[at]!,
      kind: INDEXED[this.#kinds[at]! & 15]!,
      level: this.#kinds[at]! >> 4,
      page: page === NO_PAGE ? undefined : page * 4096,
      code: this.#codes[at]!,
    };
  }

  add(instruction: number, indexed: IndexedEvent): void {
    if (this.#length === this.#capacity) this.#makeRoom();
    this.#write(this.#length++, instruction, indexed);
  }

  /** Whether an event is the one that the index has under this number; one that has been forgotten is taken for the same. */
  isSame(number: number, indexed: IndexedEvent): boolean {
    const at = number - this.#forgotten;
    if (at < 0) return true;
    return this.#kinds[at] === kindByte(indexed) && this.#pages[at] === pageNumber(indexed) && this.#codes[at] === codeOf(indexed);
  }

  /** Forgets the events from this number on: they have not happened. */
  truncate(length: number): void {
    this.#length = Math.max(0, Math.min(this.#length, length - this.#forgotten));
  }

  /** The last event before this number that is of one of these kinds and about this page, of the host's guest. */
  lastOf(before: number, kinds: readonly IndexedKind[], page: number): IndexEntry | undefined {
    const wanted = kinds.map((kind) => INDEXED.indexOf(kind));
    const pageWanted = page / 4096;
    for (let at = Math.min(before - this.#forgotten, this.#length) - 1; at >= 0; at--) {
      if (this.#pages[at] !== pageWanted) continue;
      const byte = this.#kinds[at]!;
      if (byte >> 4 <= 1 && wanted.includes(byte & 15)) return this.get(at + this.#forgotten);
    }
    return undefined;
  }

  /** All events about a page of the host's guest before this number, in order. */
  *ofPage(page: number, before: number): Generator<IndexEntry> {
    const end = Math.min(before - this.#forgotten, this.#length);
    for (let at = 0; at < end; at++) {
      if (this.#pages[at] === page / 4096 && this.#kinds[at]! >> 4 <= 1) yield this.get(at + this.#forgotten)!;
    }
  }

  #write(at: number, instruction: number, indexed: IndexedEvent): void {
    this.#instructions[at] = instruction;
    this.#kinds[at] = kindByte(indexed);
    this.#pages[at] = pageNumber(indexed);
    this.#codes[at] = codeOf(indexed);
  }

  #makeRoom(): void {
    if (this.#capacity >= this.#most) {
      const half = this.#length >> 1;
      for (const array of [this.#instructions, this.#kinds, this.#pages, this.#codes]) array.copyWithin(0, half, this.#length);
      this.#forgotten += half;
      this.#length -= half;
      return;
    }
    this.#capacity = Math.min(this.#capacity * 2, this.#most);
    const grown = <T extends Float64Array | Uint8Array | Uint32Array | Uint16Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#instructions = grown(new Float64Array(this.#capacity), this.#instructions);
    this.#kinds = grown(new Uint8Array(this.#capacity), this.#kinds);
    this.#pages = grown(new Uint32Array(this.#capacity), this.#pages);
    this.#codes = grown(new Uint16Array(this.#capacity), this.#codes);
  }
}

const kindByte = ({ kind, event }: IndexedEvent): number => INDEXED.indexOf(kind) | (('level' in event ? event.level : 1) << 4);
const pageNumber = ({ event }: IndexedEvent): number => ('page' in event ? Math.floor(event.page / 4096) : NO_PAGE);

const ACTIONS = ['page-in', 'page-out', 'discard', 'drop', 'zero-fill', 'release'] as const satisfies readonly Events['host']['action'][];
const USAGES = ['S', 'U', 'P', 'V'] as const;
const CONTENTS = ['r', 'p', 'z'] as const;

/** The detail of an event in 16 bits; {@link detailOf} takes it apart. */
const codeOf = ({ kind, event }: IndexedEvent): number => {
  switch (kind) {
    case 'interruption':
    case 'interception':
      return event.code & 0xffff;
    case 'essa':
      return event.orc;
    case 'pageState':
      return (stateBits(event.before) << 5) | stateBits(event.after);
    case 'key':
      return (event.before << 8) | event.after;
    case 'host':
      return ACTIONS.indexOf(event.action);
    case 'sie':
      return event.entered ? 1 : 0;
  }
};

const stateBits = ({ usage, content, nodat }: PageState): number =>
  (USAGES.indexOf(usage) << 3) | (CONTENTS.indexOf(content) << 1) | (nodat ? 1 : 0);

const stateOf = (bits: number): PageState => ({
  usage: USAGES[(bits >> 3) & 3]!,
  content: CONTENTS[(bits >> 1) & 3]!,
  nodat: (bits & 1) !== 0,
});

/** What an entry's code says of a change of page state, of a key, and of what the host did. */
export const detailOf = {
  pageState: (code: number): { readonly before: PageState; readonly after: PageState } => ({
    before: stateOf(code >> 5),
    after: stateOf(code),
  }),
  key: (code: number): { readonly before: number; readonly after: number } => ({ before: code >> 8, after: code & 0xff }),
  host: (code: number): Events['host']['action'] => ACTIONS[code]!,
} as const;
