import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { Saved } from '../channel/saved.ts';
import type { Transport, VirtioDevice } from './virtio-device.ts';

const TYPE = 4;
/** Bytes for one buffer at the most. */
const MOST = 4096;

/** An entropy device (virtio 1.2, section 5.4). Its bytes come from a seed: two runs see the same. */
export class VirtioEntropy implements VirtioDevice {
  readonly type = TYPE;
  readonly features = 0n;
  readonly queues = 1;
  #generator: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  configuration(): Uint8Array {
    return new Uint8Array(0);
  }

  notify(queue: number, transport: Transport): void {
    transport.serve(queue, (_, room) => Uint8Array.from({ length: Math.min(room, MOST) }, () => uniformInt(this.#generator, 0, 255)));
  }

  save(): Saved {
    return [...this.#generator.getState()];
  }

  restore(saved: Saved): void {
    this.#generator = xoroshiro128plusFromState(saved as readonly number[]);
  }
}
