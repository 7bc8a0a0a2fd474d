import type { VirtualCpu } from './virtual-cpu.ts';

/** Something the host does just before a CPU executes an instruction: see Machine.before. */
export type Action = (vcpu: VirtualCpu) => void;

/** What the host does at which instruction addresses. */
export class HostActions {
  readonly #actions = new Map<bigint, readonly Action[]>();

  get isEmpty(): boolean {
    return this.#actions.size === 0;
  }

  /** @returns a function that takes the action back */
  add(address: bigint, action: Action): () => void {
    this.#actions.set(address, [...(this.#actions.get(address) ?? []), action]);
    return () => {
      const rest = (this.#actions.get(address) ?? []).filter((other) => other !== action);
      if (rest.length > 0) this.#actions.set(address, rest);
      else this.#actions.delete(address);
    };
  }

  /**
   * The host acts before the next instruction of its guest: once, however often the instruction is begun again after host faults.
   * @returns whether there was anything to do
   */
  act(vcpu: VirtualCpu): boolean {
    const { cpu } = vcpu;
    if (cpu.level !== 1 || vcpu.actedAt === cpu.executed) return false;
    const actions = this.#actions.get(cpu.psw.address);
    if (!actions) return false;
    vcpu.actedAt = cpu.executed;
    for (const action of actions) action(vcpu);
    return true;
  }
}
