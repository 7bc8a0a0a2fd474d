import { RoundRobin, type Scheduler, type SchedulerState, schedulerFrom } from './scheduler.ts';

/** A CPU's turn: it runs for so many instructions, unless something else ends it. */
export interface Turn {
  /** Number of the CPU. */
  readonly cpu: number;
  readonly instructions: number;
}

/** Turns in a snapshot, as JSON. */
export interface TurnsState {
  readonly scheduler: SchedulerState;
  readonly unfinished: Turn | null;
}

/** Instructions in one go when nobody else waits. */
const LONGEST_TURN = 1 << 22;

/**
 * Whose turn it is. A turn that a limit or a request cuts short goes on where it stopped: that a run stops on its way changes nothing.
 */
export class Turns {
  #scheduler: Scheduler;
  #unfinished: Turn | undefined;

  constructor(scheduler: Scheduler = new RoundRobin()) {
    this.#scheduler = scheduler;
  }

  /** The turn that was cut short, if there is one; it is no longer kept here. */
  takeUnfinished(): Turn | undefined {
    const turn = this.#unfinished;
    this.#unfinished = undefined;
    return turn;
  }

  /** Keeps what is left of a turn. */
  cutShort(rest: Turn): void {
    this.#unfinished = rest;
  }

  /** The next turn of one of the runnable CPUs (their numbers, ascending, at least one). */
  choose(runnable: readonly number[]): Turn {
    const choice = this.#scheduler.choose(runnable);
    return runnable.length === 1 ? { ...choice, instructions: LONGEST_TURN } : choice;
  }

  /** A CPU has asked that this one be chosen next, if it can run. */
  yieldTo(cpu: number): void {
    this.#scheduler.yieldTo(cpu);
  }

  capture(): TurnsState {
    return { scheduler: this.#scheduler.capture(), unfinished: this.#unfinished ?? null };
  }

  reinstate({ scheduler, unfinished }: TurnsState): void {
    this.#scheduler = schedulerFrom(scheduler);
    this.#unfinished = unfinished ?? undefined;
  }
}
