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

  /** Loads a program into storage that was never used: pages of zeros are left alone, they need no frame before somebody touches them. */
  load(address: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const count = Math.min(bytes.length - at, FRAME_SIZE - ((address + at) % FRAME_SIZE));
      const piece = bytes.subarray(at, at + count);
      if (!isZero(piece)) this.write(address + at, piece);
      at += count;
    }
  }

  /** Writes data. Pages become resident; the guest's change bit stays as it was. */
  write(address: number, bytes: Uint8Array): void {
    const { storage } = this.#configuration;
    for (let done = 0; done < bytes.length; ) {
      const at = address + done;
      const page = at - (at % FRAME_SIZE);
      const count = Math.min(bytes.length - done, page + FRAME_SIZE - at);
      const frame = this.#pager.pageIn(page, 'loaded by the host');
      this.#configuration.code.invalidate(storage.offset(frame));
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

/** A program's zeros can be most of it, so they are looked at a word at a time where they are aligned. */
const isZero = (bytes: Uint8Array): boolean => {
  const aligned = bytes.byteOffset % 4 === 0 && bytes.length % 4 === 0;
  const units = aligned ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) : bytes;
  for (let i = 0; i < units.length; i++) if (units[i] !== 0) return false;
  return true;
};
