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
  | { readonly kind: 'random'; readonly generator: readonly number[] };

/** A scheduler that goes on choosing as the one did whose state this is. */
export const schedulerFrom = (state: SchedulerState): Scheduler =>
  state.kind === 'round-robin' ? new RoundRobin(state.last) : new RandomScheduler(xoroshiro128plusFromState(state.generator));

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
