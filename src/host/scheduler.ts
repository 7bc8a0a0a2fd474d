import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** The order in which virtual CPUs run, as explicit choices: the same choices give the same run. */
export interface Scheduler {
  /** Chooses one of the runnable CPUs (their numbers in the machine, ascending, at least one) and for how many instructions. */
  choose(runnable: readonly number[]): { cpu: number; instructions: number };
  /** What the choices to come depend on, as JSON; see {@link schedulerFrom}. */
  capture(): SchedulerState;
  /** A CPU has asked that this one be chosen next, if it can run. */
  yieldTo(cpu: number): void;
}

/** A scheduler in a snapshot. */
export type SchedulerState =
  | { readonly kind: 'round-robin'; readonly last: number }
  | { readonly kind: 'random'; readonly generator: readonly number[] }
  | { readonly kind: 'unfair'; readonly generator: readonly number[]; readonly left: number; readonly turns: number };

/** A scheduler that goes on choosing as the one did whose state this is. */
export const schedulerFrom = (state: SchedulerState): Scheduler => {
  if (state.kind === 'round-robin') return new RoundRobin(state.last);
  const generator = xoroshiro128plusFromState(state.generator);
  return state.kind === 'random' ? new RandomScheduler(generator) : new UnfairScheduler(generator, state.left, state.turns);
};

const QUANTUM = 10_000;

/** One CPU after the other, the same share each. */
export class RoundRobin implements Scheduler {
  #last: number;

  /** @param last the CPU that ran last */
  constructor(last = -1) {
    this.#last = last;
  }

  choose(runnable: readonly number[]): { cpu: number; instructions: number } {
    this.#last = runnable.find((cpu) => cpu > this.#last) ?? runnable[0]!;
    return { cpu: this.#last, instructions: QUANTUM };
  }

  capture(): SchedulerState {
    return { kind: 'round-robin', last: this.#last };
  }

  yieldTo(cpu: number): void {
    this.#last = cpu - 1;
  }
}

type Generator = ReturnType<typeof xoroshiro128plus>;

/** CPUs and shares drawn from a seed: short shares mostly, because races need interruptions at awkward places. */
export class RandomScheduler implements Scheduler {
  readonly #generator: Generator;

  /** @param seed a whole number, or a generator to go on with */
  constructor(seed: number | Generator) {
    this.#generator = typeof seed === 'number' ? xoroshiro128plus(seed) : seed;
  }

  choose(runnable: readonly number[]): { cpu: number; instructions: number } {
    const cpu = runnable[uniformInt(this.#generator, 0, runnable.length - 1)]!;
    const magnitude = uniformInt(this.#generator, 0, 8);
    return { cpu, instructions: uniformInt(this.#generator, 1, 2 ** magnitude) };
  }

  capture(): SchedulerState {
    return { kind: 'random', generator: [...this.#generator.getState()] };
  }

  /** What a CPU asks for does not make the draw less random: both orders are possible on a machine too. */
  yieldTo(): void {}
}

/** The one turn in so many at which a CPU begins to be left out, and the most turns for which it is, as a power of two. */
const LEFT_OUT_ONCE_IN = 64;
const MOST_LEFT_OUT = 11;

/**
 * Like {@link RandomScheduler}, but now and then one CPU does not run for up to two thousand turns, as on a host that has other guests:
 * others get a whole system call done while it stands between two instructions.
 */
export class UnfairScheduler implements Scheduler {
  readonly #generator: Generator;
  readonly #random: RandomScheduler;
  /** The CPU that is left out, and for how many turns more. */
  #left: number;
  #turns: number;

  /** @param seed a whole number, or a generator to go on with */
  constructor(seed: number | Generator, left = 0, turns = 0) {
    this.#generator = typeof seed === 'number' ? xoroshiro128plus(seed) : seed;
    this.#random = new RandomScheduler(this.#generator);
    this.#left = left;
    this.#turns = turns;
  }

  choose(runnable: readonly number[]): { cpu: number; instructions: number } {
    if (this.#turns > 0) this.#turns--;
    else if (uniformInt(this.#generator, 1, LEFT_OUT_ONCE_IN) === 1) {
      this.#left = runnable[uniformInt(this.#generator, 0, runnable.length - 1)]!;
      this.#turns = uniformInt(this.#generator, 1, 2 ** uniformInt(this.#generator, 0, MOST_LEFT_OUT));
    }
    const others = this.#turns > 0 ? runnable.filter((cpu) => cpu !== this.#left) : runnable;
    return this.#random.choose(others.length > 0 ? others : runnable);
  }

  /** This CPU is left out from now on, for as many turns as are drawn. */
  leaveOut(cpu: number): void {
    this.#left = cpu;
    this.#turns = uniformInt(this.#generator, 1, 2 ** MOST_LEFT_OUT);
  }

  /** Whether something happens that does so once in so many times. */
  draws(once: number): boolean {
    return uniformInt(this.#generator, 1, once) === 1;
  }

  capture(): SchedulerState {
    return { kind: 'unfair', generator: [...this.#generator.getState()], left: this.#left, turns: this.#turns };
  }

  yieldTo(): void {}
}
