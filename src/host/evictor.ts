import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Agent } from './agents.ts';
import type { Machine } from './machine.ts';

/**
 * When the evictor takes a page after the guest has allowed it: the three modes that the discussion of the patches asked for (seed 001):
 * at once, after a fixed time, after a time drawn from an exponential distribution. Times are instructions.
 */
export type Eviction =
  | { readonly mode: 'immediate' }
  | { readonly mode: 'delayed'; readonly after: number }
  | { readonly mode: 'exponential'; readonly mean: number };

/** The evictor looks so many times in the time that a page has: a page's time is missed by no more than this part of it. */
const POLLS = 8;

/**
 * One page in so many is left alone, as drawn. An instruction may need several pages at a time; if none of them stayed until the guest has
 * read the others again, it would never get them all.
 */
const SPARED = 4;

/**
 * A host that is short of memory all the time: it takes the pages that become unused, volatile or potentially volatile, as its state
 * says, whether it needs the frames or not. It finds the races that a real host meets once in a year.
 */
export class Evictor implements Agent {
  readonly wakes = false;
  readonly #machine: Machine;
  readonly #eviction: Eviction;
  readonly #generator: ReturnType<typeof xoroshiro128plus>;
  /** Pages and when they go. */
  readonly #marked = new Map<number, number>();
  #due = 0;

  constructor(machine: Machine, eviction: Eviction, seed: number) {
    this.#machine = machine;
    this.#eviction = eviction;
    this.#generator = xoroshiro128plus(seed);
    machine.configuration.events.on('pageState', ({ page, after, by }) => {
      if (!by.startsWith('ESSA') || after.content !== 'r') return;
      if (after.usage === 'S') this.#marked.delete(page);
      else if (uniformInt(this.#generator, 1, SPARED) === 1) this.#marked.delete(page);
      else if (eviction.mode === 'immediate') machine.pager.reclaim(page, 'evictor');
      else this.#marked.set(page, machine.configuration.elapsed + this.#delay());
    });
    if (eviction.mode !== 'immediate') machine.agents.add(this);
  }

  get due(): number {
    return this.#due;
  }

  act(): void {
    const { elapsed } = this.#machine.configuration;
    for (const [page, at] of this.#marked) {
      if (at > elapsed) continue;
      this.#marked.delete(page);
      this.#machine.pager.reclaim(page, 'evictor');
    }
    this.#due = elapsed + Math.max(1, Math.floor(this.#time / POLLS));
  }

  get #time(): number {
    const eviction = this.#eviction;
    return eviction.mode === 'delayed' ? eviction.after : eviction.mode === 'exponential' ? eviction.mean : 0;
  }

  #delay(): number {
    if (this.#eviction.mode !== 'exponential') return this.#time;
    return -this.#time * Math.log(1 - uniformFloat64(this.#generator));
  }
}
