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

/** Where a page was saved, and the checksum of its content. */
interface Saved {
  readonly slot: Slot;
  readonly checksum: number;
}

/** A paging store in a snapshot, as JSON; the contents of slots are beside it. */
export interface StoreState {
  readonly free: readonly number[];
  readonly saved: readonly (readonly [page: number, slot: number, checksum: number])[];
  readonly slots: number;
  readonly bytesWritten: number;
  readonly bytesRead: number;
}

/** Contents of slots, as they came back from the device, which may have damaged them. Nobody changes them. */
export type SlotContents = ReadonlyMap<number, Uint8Array>;

/** The host's use of a paging device: slots, what is in them, and a checksum of each page, looked at when it comes back. */
export class PagingStore {
  readonly #device: PagingDevice;
  readonly #free: Slot[] = [];
  readonly #saved = new Map<number, Saved>();
  /** Contents that snapshots have, by what was saved: a page that is saved again has a new entry. */
  readonly #captured = new WeakMap<Saved, Uint8Array>();
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
    this.#write(page, slot, content);
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

  /**
   * The store with what is on the device.
   * @throws PagingError when the device cannot be read
   */
  capture(): { state: StoreState; contents: SlotContents } {
    const contents = new Map<number, Uint8Array>();
    for (const [page, saved] of this.#saved) {
      const content = this.#captured.get(saved) ?? new Uint8Array(FRAME_SIZE);
      if (!this.#captured.has(saved)) this.#fetch(page, saved, content);
      this.#captured.set(saved, content);
      contents.set(saved.slot, content);
    }
    const { bytesWritten, bytesRead } = this;
    const saved = [...this.#saved].map(([page, { slot, checksum }]) => [page, slot, checksum] as const);
    return { state: { free: [...this.#free], saved, slots: this.#slots, bytesWritten, bytesRead }, contents };
  }

  /**
   * Takes over a state and puts the contents on the device.
   * @throws PagingError when the device cannot be written
   */
  reinstate({ free, saved, slots, bytesWritten, bytesRead }: StoreState, contents: SlotContents): void {
    this.#free.length = 0;
    for (const slot of free) this.#free.push(slot as Slot);
    this.#saved.clear();
    this.#slots = slots;
    for (const [page, number, checksum] of saved) {
      const slot = number as Slot;
      const content = contents.get(slot)!;
      this.#write(page, slot, content);
      const entry = { slot, checksum };
      this.#saved.set(page, entry);
      this.#captured.set(entry, content);
    }
    this.bytesWritten = bytesWritten;
    this.bytesRead = bytesRead;
  }

  #write(page: number, slot: Slot, content: Uint8Array): void {
    try {
      this.#device.write(slot, content);
    } catch (error) {
      throw new PagingError(
        `page 0x${page.toString(16)} cannot be saved in slot ${slot} of the paging device: ${(error as Error).message}`,
      );
    }
  }

  #fetch(page: number, { slot }: Saved, content: Uint8Array): void {
    try {
      this.#device.read(slot, content);
    } catch (error) {
      throw damaged(page, slot, (error as Error).message);
    }
  }

  #read(page: number, content: Uint8Array): void {
    const saved = this.#saved.get(page);
    if (!saved) throw new Error(`page 0x${page.toString(16)} is not on the paging device`);
    this.#fetch(page, saved, content);
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
