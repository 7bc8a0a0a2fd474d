import type { Saved } from './channel/saved.ts';
import type { Performer } from './intercepted.ts';

/** Something on the host's side that acts at a time of its own: a device that finishes, an evictor. */
export interface Agent {
  /** When it acts next, in instructions of the configuration's elapsed time; infinity for not before somebody asks for something. */
  readonly due: number;
  /** What it does may wake a CPU that waits. */
  readonly wakes: boolean;
  /** Acts. Afterwards it is due later. */
  act(): void;
  /** What it has to do and has done, for a snapshot. */
  save(): Saved;
  /** Takes over what {@link save} gave for an agent that was made alike. */
  restore(saved: Saved): void;
}

/** The agents of a machine, in the order in which they came: of two that are due at the same time the first acts first. */
export class Agents {
  readonly #agents: Agent[] = [];
  /** DIAGNOSE functions of agents, by code. */
  readonly diagnoses = new Map<number, Performer>();

  add(agent: Agent): void {
    this.#agents.push(agent);
  }

  /** Lets every agent act whose time has come. */
  act(elapsed: number): void {
    for (const agent of this.#agents) while (agent.due <= elapsed) agent.act();
  }

  /** Instructions until one is due, infinity for never. */
  untilDue(elapsed: number): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#agents.map(({ due }) => due - elapsed));
  }

  /** The same of those that may wake a CPU: what a machine waits for all of whose CPUs wait. */
  untilWake(elapsed: number): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#agents.filter(({ wakes }) => wakes).map(({ due }) => due - elapsed));
  }

  save(): Saved {
    return this.#agents.map((agent) => agent.save());
  }

  /** @throws TypeError when there were other agents */
  restore(saved: Saved): void {
    const states = saved as readonly Saved[];
    if (states.length !== this.#agents.length) throw new TypeError(`${states.length} agents, and the machine has ${this.#agents.length}`);
    for (const [n, agent] of this.#agents.entries()) agent.restore(states[n]!);
  }
}
