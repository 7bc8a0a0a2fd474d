import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** The order in which virtual CPUs run, as explicit choices: the same choices give the same run. */
export interface Scheduler {
  /** Chooses one of the runnable CPUs (their numbers, ascending, at least one) and for how many instructions. */
  choose(runnable: readonly number[]): { cpu: number; instructions: number };
}

const QUANTUM = 10_000;

/** One CPU after the other, the same share each. */
export class RoundRobin implements Scheduler {
  #last = -1;

  choose(runnable: readonly number[]): { cpu: number; instructions: number } {
    this.#last = runnable.find((cpu) => cpu > this.#last) ?? runnable[0]!;
    return { cpu: this.#last, instructions: QUANTUM };
  }
}

/** CPUs and shares drawn from a seed: short shares mostly, because races need interruptions at awkward places. */
export class RandomScheduler implements Scheduler {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  choose(runnable: readonly number[]): { cpu: number; instructions: number } {
    const cpu = runnable[uniformInt(this.#generator, 0, runnable.length - 1)]!;
    const magnitude = uniformInt(this.#generator, 0, 8);
    return { cpu, instructions: uniformInt(this.#generator, 1, 2 ** magnitude) };
  }
}
