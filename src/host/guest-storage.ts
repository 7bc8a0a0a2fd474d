import type { Configuration } from '../cpu/configuration.ts';
import { FRAME_SIZE } from '../cpu/storage.ts';
import type { Pager } from './pager.ts';

/** Guest absolute storage as the host sees it: reads do not disturb page states, writes make pages resident. */
export class GuestStorage {
  readonly #configuration: Configuration;
  readonly #pager: Pager;

  constructor({ configuration, pager }: { configuration: Configuration; pager: Pager }) {
    this.#configuration = configuration;
    this.#pager = pager;
  }

  /** Loads a program or data. Pages become resident, stable, with the change bit as it was. */
  write(address: number, bytes: Uint8Array): void {
    const { storage } = this.#configuration;
    for (let done = 0; done < bytes.length; ) {
      const at = address + done;
      const page = at - (at % FRAME_SIZE);
      const count = Math.min(bytes.length - done, page + FRAME_SIZE - at);
      const frame = this.#pager.pageIn(page, 'loaded by the host');
      storage.bytes.set(bytes.subarray(done, done + count), storage.offset(frame) + (at - page));
      this.#pager.markChanged(page);
      done += count;
    }
  }

  /** Content of guest absolute storage, wherever it is: resident, on the paging device, or zeros. */
  read(address: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const at = address + done;
      const page = at - (at % FRAME_SIZE);
      const count = Math.min(length - done, page + FRAME_SIZE - at);
      out.set(this.#pager.peek(page).subarray(at - page, at - page + count), done);
      done += count;
    }
    return out;
  }
}
