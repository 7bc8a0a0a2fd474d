import { FRAME_SIZE } from '../cpu/storage.ts';

/** A number of a page-sized slot on a paging device. */
export type Slot = number & { readonly kind: 'slot' };

/** Where page contents go. Both calls move exactly 4096 bytes; errors of the medium are thrown. */
export interface PagingDevice {
  write(slot: Slot, page: Uint8Array): void;
  read(slot: Slot, page: Uint8Array): void;
}

/** A paging device in memory. */
export class MemoryPagingDevice implements PagingDevice {
  readonly #pages = new Map<Slot, Uint8Array>();

  write(slot: Slot, page: Uint8Array): void {
    this.#pages.set(slot, page.slice());
  }

  read(slot: Slot, page: Uint8Array): void {
    const saved = this.#pages.get(slot);
    if (!saved) throw new Error(`slot ${slot} was never written`);
    page.set(saved);
  }
}

/** Thrown when the paging device fails: a page cannot be saved, or what comes back is not what went out. The guest must not go on. */
export class PagingError extends Error {
  override readonly name = 'PagingError';
}

const damaged = (page: number, slot: Slot, reason: string): PagingError =>
  new PagingError(`page 0x${page.toString(16)} came back damaged from slot ${slot} of the paging device: ${reason}`);

/** The host's use of a paging device: slots, what is in them, and a checksum of each page, looked at when it comes back. */
export class PagingStore {
  readonly #device: PagingDevice;
  readonly #free: Slot[] = [];
  readonly #saved = new Map<number, { slot: Slot; checksum: number }>();
  #slots = 0;
  bytesWritten = 0;
  bytesRead = 0;

  constructor(device: PagingDevice) {
    this.#device = device;
  }

  has(page: number): boolean {
    return this.#saved.has(page);
  }

  /** @throws PagingError when the device fails */
  save(page: number, content: Uint8Array): void {
    const slot = this.#saved.get(page)?.slot ?? this.#free.pop() ?? (this.#slots++ as Slot);
    try {
      this.#device.write(slot, content);
    } catch (error) {
      throw new PagingError(
        `page 0x${page.toString(16)} cannot be saved in slot ${slot} of the paging device: ${(error as Error).message}`,
      );
    }
    this.#saved.set(page, { slot, checksum: checksum(content) });
    this.bytesWritten += FRAME_SIZE;
  }

  /**
   * What was saved of a page, without counting it as read.
   * @throws PagingError when the content is not what was saved, or the device fails
   */
  peek(page: number): Uint8Array | undefined {
    if (!this.has(page)) return undefined;
    const content = new Uint8Array(FRAME_SIZE);
    this.#read(page, content);
    return content;
  }

  /** @throws PagingError when the content is not what was saved, or the device fails */
  restore(page: number, content: Uint8Array): void {
    this.#read(page, content);
    this.bytesRead += FRAME_SIZE;
  }

  #read(page: number, content: Uint8Array): void {
    const saved = this.#saved.get(page);
    if (!saved) throw new Error(`page 0x${page.toString(16)} is not on the paging device`);
    try {
      this.#device.read(saved.slot, content);
    } catch (error) {
      throw damaged(page, saved.slot, (error as Error).message);
    }
    if (checksum(content) !== saved.checksum) throw damaged(page, saved.slot, 'its checksum differs');
  }

  /** Gives the page's slot back; its content is gone. */
  release(page: number): boolean {
    const saved = this.#saved.get(page);
    if (!saved) return false;
    this.#free.push(saved.slot);
    return this.#saved.delete(page);
  }
}

/** FNV-1a over 32-bit words, 32 bits: it detects every change of a single word, which is what a damaged page looks like. */
const checksum = (content: Uint8Array): number => {
  const words = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let hash = 0x811c_9dc5;
  for (let at = 0; at < content.byteLength; at += 4) hash = Math.imul(hash ^ words.getInt32(at), 0x0100_0193);
  return hash;
};
