import type { Saved } from '../channel/saved.ts';
import type { Transport, VirtioDevice } from './virtio-device.ts';

const TYPE = 1;
const FEATURE = { MAC: 1n << 5n, STATUS: 1n << 16n } as const;
/** Queue 0 receives, queue 1 transmits. */
const TRANSMIT = 1;
/** A locally administered address; its last byte tells devices apart. */
const MAC_PREFIX = [0x52, 0x54, 0x00, 0x12, 0x34] as const;
const FIRST_MAC = 0x56;

/** A network device without a network (virtio 1.2, section 5.1): its link is down, what it is given to send goes nowhere, and nothing arrives. */
export class VirtioNetwork implements VirtioDevice {
  readonly type = TYPE;
  readonly features = FEATURE.MAC | FEATURE.STATUS;
  readonly queues = 2;
  readonly #mac: readonly number[];

  /** @param number tells the device from others of its kind, 0 up */
  constructor(number: number) {
    this.#mac = [...MAC_PREFIX, (FIRST_MAC + number) & 0xff];
  }

  configuration(): Uint8Array {
    const linkDown = [0, 0];
    return Uint8Array.of(...this.#mac, ...linkDown);
  }

  notify(queue: number, transport: Transport): void {
    if (queue === TRANSMIT) transport.serve(queue, () => new Uint8Array(0));
  }

  save(): Saved {
    return null;
  }
  restore(): void {}
}
