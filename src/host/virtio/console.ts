import type { Saved } from '../channel/saved.ts';
import type { Transport, VirtioDevice } from './virtio-device.ts';

const TYPE = 3;
/** Queue 0 receives, queue 1 transmits. */
const TRANSMIT = 1;

/** A console with one port (virtio 1.2, section 5.3): what the driver transmits is printed; nobody types. */
export class VirtioConsole implements VirtioDevice {
  readonly type = TYPE;
  readonly features = 0n;
  readonly queues = 2;
  readonly #print: (text: string) => void;

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  configuration(): Uint8Array {
    // Columns, rows, ports and emergency write, of which no feature says that they are there.
    return new Uint8Array(12);
  }

  notify(queue: number, transport: Transport): void {
    if (queue !== TRANSMIT) return;
    transport.serve(queue, (output) => {
      this.#print(new TextDecoder('latin1').decode(output));
      return new Uint8Array(0);
    });
  }

  save(): Saved {
    return null;
  }
  restore(): void {}
}
