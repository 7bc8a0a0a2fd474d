import type { Interruption } from './interruption.ts';

/** The eight valid page states: usage (S stable, U unused, P potentially volatile, V volatile) and content (r resident, p preserved, z logically zero). */
export interface PageState {
  readonly usage: 'S' | 'U' | 'P' | 'V';
  readonly content: 'r' | 'p' | 'z';
  readonly nodat: boolean;
}

/** Everything that a machine tells about itself, at the point where it happens. `instruction` counts the instructions that the CPU had executed before. */
export interface Events {
  /** Before an instruction executes; only in stepped runs. */
  instruction: { cpu: number; instruction: number; level: number; address: bigint };
  /** `at`: address of the interrupted instruction, or of the next one for interruptions between instructions. */
  interruption: Interruption & { cpu: number; instruction: number; level: number; at: bigint; oldPsw: { mask: bigint; address: bigint } };
  /** `address`: of the intercepted instruction, or of the next one for interceptions between instructions. */
  interception: { cpu: number; instruction: number; level: number; code: number; ipa: number; ipb: number; address: bigint };
  /** SIE entered or left. */
  sie: { cpu: number; instruction: number; level: number; entered: boolean };
  /** A page of a guest changed state; `by` is what did it. `page` is guest absolute. */
  pageState: { level: number; page: number; before: PageState; after: PageState; by: string; cpu?: number; instruction?: number };
  essa: { cpu: number; instruction: number; level: number; orc: number; page: number; result: number; address: bigint };
  key: { cpu: number; instruction: number; level: number; page: number; before: number; after: number };
  /** The host's own moves. `frame` is a host absolute address. */
  host: { action: 'page-in' | 'page-out' | 'discard' | 'drop' | 'zero-fill' | 'release'; page: number; frame: number; reason: string };
}

type Listener<K extends keyof Events> = (event: Events[K]) => void;

/** The typed event stream. With no subscriber of a kind, {@link wants} is false and nothing is made. */
export class EventStream {
  readonly #listeners = new Map<keyof Events, Listener<never>[]>();

  /** Subscribes; the returned function ends the subscription. */
  on<K extends keyof Events>(kind: K, listener: Listener<K>): () => void {
    // A new list each time: whoever is being told of an event may subscribe and unsubscribe.
    this.#listeners.set(kind, [...(this.#listeners.get(kind) ?? []), listener]);
    return () => {
      const rest = (this.#listeners.get(kind) ?? []).filter((other) => other !== listener);
      this.#listeners.set(kind, rest);
    };
  }

  wants(kind: keyof Events): boolean {
    return (this.#listeners.get(kind)?.length ?? 0) > 0;
  }

  emit<K extends keyof Events>(kind: K, event: Events[K]): void {
    for (const listener of this.#listeners.get(kind) ?? []) (listener as Listener<K>)(event);
  }
}
