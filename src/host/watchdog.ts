import { INSTRUCTIONS_PER_SECOND } from '../cpu/timing.ts';
import type { Saved } from './channel/saved.ts';

/** The watchdog timer of DIAGNOSE X'288'. Times are counts of instructions, idle time included: `Configuration.elapsed`. */
export class Watchdog {
  #deadline = Number.POSITIVE_INFINITY;
  #initialized = false;

  /** The program has set the timer and not cancelled it; the timer may have run out. */
  get initialized(): boolean {
    return this.#initialized;
  }

  /** Sets the timer to run out so many seconds of the guest's clock after `now`. */
  set(now: number, seconds: number): void {
    this.#initialized = true;
    this.#deadline = now + seconds * INSTRUCTIONS_PER_SECOND;
  }

  cancel(): void {
    this.#initialized = false;
    this.#deadline = Number.POSITIVE_INFINITY;
  }

  /** Instructions until the timer runs out: infinity when it is not set. */
  until(now: number): number {
    return this.#deadline - now;
  }

  /** Whether the timer has run out since it was last asked. */
  takeExpiry(now: number): boolean {
    if (now < this.#deadline) return false;
    this.#deadline = Number.POSITIVE_INFINITY;
    return true;
  }

  /** See snapshot.ts. */
  save(): Saved {
    return { deadline: Number.isFinite(this.#deadline) ? this.#deadline : null, initialized: this.#initialized };
  }

  restore(saved: Saved): void {
    const { deadline, initialized } = saved as { deadline: number | null; initialized: boolean };
    this.#deadline = deadline ?? Number.POSITIVE_INFINITY;
    this.#initialized = initialized;
  }
}
