/** Something on the host's side that acts at a time of its own: a device that finishes, an evictor. */
export interface Agent {
  /** When it acts next, in instructions of the configuration's elapsed time; infinity for not before somebody asks for something. */
  readonly due: number;
  /** What it does may wake a CPU that waits. */
  readonly wakes: boolean;
  /** Acts. Afterwards it is due later. */
  act(): void;
}

/** The agents of a machine, in the order in which they came: of two that are due at the same time the first acts first. */
export class Agents {
  readonly #agents: Agent[] = [];

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
}
