import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { Agent } from './agents.ts';
import type { Saved } from './channel/saved.ts';
import type { Machine } from './machine.ts';
import { fromPlain, toPlain } from './plain.ts';

/**
 * When the evictor takes a page that the guest allows to be taken: the three modes that the discussion of the patches asked for (seed 001).
 * At once, when its state changes; so many instructions later; or, on average every so many instructions, any one of them, with times
 * from an exponential distribution.
 */
export type Eviction =
  | { readonly mode: 'immediate' }
  | { readonly mode: 'delayed'; readonly after: number }
  | { readonly mode: 'exponential'; readonly mean: number };

/**
 * One state change in so many is left alone, as drawn, where pages go soon for sure. An instruction may need several pages at a time; if
 * none of them stayed until the guest has read the others again, it would never get them all.
 */
const SPARED = 4;

/** How often the evictor looks at pages that wait for their time: by this part of it that time may be missed. */
const LOOKS = 8;

/**
 * A host that is short of memory all the time: it takes pages that are unused, volatile or potentially volatile, as their state says,
 * whether it needs the frames or not. It finds the races that a real host meets once in a year.
 */
export class Evictor implements Agent {
  readonly wakes = false;
  readonly #machine: Machine;
  readonly #eviction: Eviction;
  #generator: ReturnType<typeof xoroshiro128plus>;
  /** Pages that may be taken, in no order, and for each of them where it stands there and when its state changed. */
  #pages: number[] = [];
  #allowed = new Map<number, { at: number; since: number }>();
  #due: number;

  constructor(machine: Machine, eviction: Eviction, seed: number) {
    this.#machine = machine;
    this.#eviction = eviction;
    this.#generator = xoroshiro128plus(seed);
    this.#due = eviction.mode === 'immediate' ? Number.POSITIVE_INFINITY : 0;
    machine.configuration.events.on('pageState', ({ page, after, by }) => {
      if (by.startsWith('ESSA')) this.#changed(page, after.usage !== 'S' && after.content === 'r');
    });
    machine.agents.add(this);
  }

  get due(): number {
    return this.#due;
  }

  act(): void {
    const { elapsed } = this.#machine.configuration;
    const eviction = this.#eviction;
    if (eviction.mode === 'delayed') {
      for (const [page, { since }] of this.#allowed) if (since + eviction.after <= elapsed) this.#take(page);
      this.#due = elapsed + Math.max(1, Math.floor(eviction.after / LOOKS));
    } else if (eviction.mode === 'exponential') {
      this.#takeOne();
      this.#due = elapsed + Math.max(1, Math.round(-eviction.mean * Math.log(1 - uniformFloat64(this.#generator))));
    }
  }

  save(): Saved {
    return toPlain({ due: this.#due, pages: this.#pages, allowed: this.#allowed, generator: [...this.#generator.getState()] });
  }

  restore(saved: Saved): void {
    const state = fromPlain(saved) as {
      due: number;
      pages: number[];
      allowed: Map<number, { at: number; since: number }>;
      generator: number[];
    };
    this.#due = state.due;
    this.#pages = state.pages;
    this.#allowed = state.allowed;
    this.#generator = xoroshiro128plusFromState(state.generator);
  }

  #changed(page: number, allowed: boolean): void {
    const { mode } = this.#eviction;
    const spared = allowed && mode !== 'exponential' && uniformInt(this.#generator, 1, SPARED) === 1;
    if (!allowed || spared) this.#forget(page);
    else if (mode === 'immediate') this.#take(page);
    else this.#note(page);
  }

  #note(page: number): void {
    const at = this.#allowed.get(page)?.at ?? this.#pages.push(page) - 1;
    this.#allowed.set(page, { at, since: this.#machine.configuration.elapsed });
  }

  /** The last page takes the place of the one that goes. */
  #forget(page: number): void {
    const entry = this.#allowed.get(page);
    if (!entry) return;
    this.#allowed.delete(page);
    const last = this.#pages.pop()!;
    if (last === page) return;
    this.#pages[entry.at] = last;
    this.#allowed.get(last)!.at = entry.at;
  }

  #takeOne(): void {
    if (this.#pages.length > 0) this.#take(this.#pages[uniformInt(this.#generator, 0, this.#pages.length - 1)]!);
  }

  #take(page: number): void {
    this.#forget(page);
    this.#machine.pager.reclaim(page, 'evictor');
  }
}
