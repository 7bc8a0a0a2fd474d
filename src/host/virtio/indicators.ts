import { type AbsoluteStorage, ChannelCheck } from '../channel/absolute-storage.ts';
import type { Saved } from '../channel/saved.ts';

/** Adapter indicators (virtio 1.2, section 4.3.2.6.3): a byte that says that any of a driver's devices has something, and a bit for each queue. */
export interface AdapterIndicators {
  readonly summary: number;
  readonly area: number;
  /** Number of the first queue's bit in the area. */
  readonly bit: number;
  readonly isc: number;
}

/** The interruption that must follow an indicator. */
export type Telling = 'subchannel' | { readonly isc: number } | undefined;

/** The driver may have given addresses that are not in storage: then nobody can be told. */
const unlessUnreachable = (tell: () => Telling): Telling => {
  try {
    return tell();
  } catch (check) {
    if (!(check instanceof ChannelCheck)) throw check;
    return undefined;
  }
};

/** How the device tells its driver about used buffers and changes of its configuration; addresses are guest absolute. */
export class Indicators {
  /** Doubleword with a bit for each queue, the rightmost for queue 0. */
  queues: number | undefined;
  /** Doubleword whose rightmost bit tells that the configuration has changed. */
  configuration: number | undefined;
  adapter: AdapterIndicators | undefined;
  readonly #storage: AbsoluteStorage;

  constructor(storage: AbsoluteStorage) {
    this.#storage = storage;
  }

  reset(): void {
    this.queues = undefined;
    this.configuration = undefined;
    this.adapter = undefined;
  }

  /** Tells of a queue. @returns which interruption must follow: the subchannel's, an adapter's, or none because nobody listens or one is on its way */
  tellQueue(queue: number): Telling {
    return unlessUnreachable(() => {
      if (this.adapter) return this.#tellAdapter(this.adapter, queue);
      return this.queues === undefined ? undefined : this.#setBit(this.queues, queue);
    });
  }

  /** Tells that the configuration, or the device status, has changed. */
  tellConfiguration(): Telling {
    const { configuration } = this;
    return configuration === undefined ? undefined : unlessUnreachable(() => this.#setBit(configuration, 0));
  }

  #tellAdapter({ summary, area, bit, isc }: AdapterIndicators, queue: number): Telling {
    const at = area + ((bit + queue) >>> 3);
    this.#storage.write(at, Uint8Array.of(this.#storage.read(at, 1)[0]! | (0x80 >>> ((bit + queue) & 7))));
    const [before] = this.#storage.read(summary, 1);
    this.#storage.write(summary, Uint8Array.of(1));
    return before === 0 ? { isc } : undefined;
  }

  #setBit(address: number, bit: number): Telling {
    const view = new DataView(this.#storage.read(address, 8).buffer);
    view.setBigUint64(0, view.getBigUint64(0) | (1n << BigInt(bit)));
    this.#storage.write(address, new Uint8Array(view.buffer));
    return 'subchannel';
  }

  save(): Saved {
    return { queues: this.queues ?? null, configuration: this.configuration ?? null, adapter: this.adapter ? { ...this.adapter } : null };
  }

  restore(saved: Saved): void {
    const { queues, configuration, adapter } = saved as {
      queues: number | null;
      configuration: number | null;
      adapter: AdapterIndicators | null;
    };
    this.queues = queues ?? undefined;
    this.configuration = configuration ?? undefined;
    this.adapter = adapter ?? undefined;
  }
}
