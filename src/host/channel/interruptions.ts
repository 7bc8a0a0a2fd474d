import type { Saved } from './saved.ts';
import { IDENTIFICATION, subclassBit } from './words.ts';

/** What an I/O interruption stores at real 184-195 (PoP, "I/O-Interruption Code"). */
export interface InterruptionCode {
  /** Subsystem-identification word; zero for an adapter. */
  readonly subsystem: number;
  readonly parameter: number;
  /** Interruption-identification word. */
  readonly identification: number;
}

/** What the queue has to know about a subchannel whose status is pending. */
export interface Source {
  readonly id: number;
  readonly isc: number;
  readonly parameter: number;
}

const SUBCLASSES = 8;

/**
 * The I/O interruptions that are pending for whichever CPU is enabled for their subclass first: one for each subchannel, in the order in which
 * they arose, and one for each subclass of adapters.
 */
export class IoInterruptions {
  /** Subsystem-identification words. */
  #subchannels: number[] = [];
  /** Bit isc of each subclass in which an adapter interrupts. */
  #adapters = 0;
  readonly #find: (id: number) => Source | undefined;

  constructor(find: (id: number) => Source | undefined) {
    this.#find = find;
  }

  get isEmpty(): boolean {
    return this.#subchannels.length === 0 && this.#adapters === 0;
  }

  raise(id: number): void {
    if (!this.#subchannels.includes(id)) this.#subchannels.push(id);
  }

  raiseAdapter(isc: number): void {
    this.#adapters |= 1 << isc;
  }

  /** TEST SUBCHANNEL, CLEAR SUBCHANNEL and the like take an interruption back. */
  withdraw(id: number): void {
    this.#subchannels = this.#subchannels.filter((other) => other !== id);
  }

  clear(): void {
    this.#subchannels = [];
    this.#adapters = 0;
  }

  /** The subclasses in which something is pending, as bits of CR6. */
  get subclasses(): number {
    if (this.isEmpty) return 0;
    let bits = 0;
    for (let isc = 0; isc < SUBCLASSES; isc++) if (this.#inSubclass(isc) !== undefined) bits |= subclassBit(isc);
    return bits >>> 0;
  }

  /** The interruption that comes first among the subclasses that CR6 (low word) lets through: the lowest number has the highest priority. */
  first(cr6: number): InterruptionCode | undefined {
    for (let isc = 0; isc < SUBCLASSES; isc++) {
      if (!(cr6 & subclassBit(isc))) continue;
      const code = this.#inSubclass(isc);
      if (code !== undefined) return code;
    }
    return undefined;
  }

  /** The interruption has been presented. */
  take({ subsystem, identification }: InterruptionCode): void {
    if (identification & IDENTIFICATION.ADAPTER) this.#adapters &= ~(1 << ((identification >>> IDENTIFICATION.ISC_SHIFT) & 7));
    else this.withdraw(subsystem);
  }

  #inSubclass(isc: number): InterruptionCode | undefined {
    const shifted = isc << IDENTIFICATION.ISC_SHIFT;
    for (const id of this.#subchannels) {
      const source = this.#find(id);
      if (source?.isc === isc) return { subsystem: id, parameter: source.parameter, identification: shifted };
    }
    return this.#adapters & (1 << isc) ? { subsystem: 0, parameter: 0, identification: IDENTIFICATION.ADAPTER | shifted } : undefined;
  }

  save(): Saved {
    return { subchannels: [...this.#subchannels], adapters: this.#adapters };
  }

  restore(saved: Saved): void {
    const { subchannels, adapters } = saved as { subchannels: readonly number[]; adapters: number };
    this.#subchannels = [...subchannels];
    this.#adapters = adapters;
  }
}
