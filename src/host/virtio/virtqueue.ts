import type { AbsoluteStorage } from '../channel/absolute-storage.ts';
import type { Saved } from '../channel/saved.ts';

/** Thrown for a queue that makes no sense: its driver has broken it, and the device needs a reset. */
export class BrokenQueue extends Error {
  override readonly name = 'BrokenQueue';
}

/** Where the parts of a split virtqueue are: guest absolute addresses, and how many descriptors there are. */
export interface QueueLayout {
  readonly size: number;
  readonly descriptors: number;
  readonly available: number;
  readonly used: number;
}

/** A buffer that the driver has made available: parts that the device reads, then parts that it writes. */
export interface Buffer {
  /** Index of its first descriptor, by which the driver knows it. */
  readonly head: number;
  readonly output: Uint8Array;
  readonly input: readonly Part[];
  /** Bytes of all input parts. */
  readonly room: number;
}

interface Part {
  readonly address: number;
  readonly length: number;
}

const DESCRIPTOR_SIZE = 16;
const DESCRIPTOR = { NEXT: 1, WRITE: 2, INDIRECT: 4 } as const;
/** The driver does not want to be told of used buffers. */
const NO_INTERRUPT = 1;
/** Output of one buffer that a device is asked to hold at once. */
const MOST_OUTPUT = 0x400_0000;

/** Largest size of a queue that READ VIRTQUEUE CONFIGURATION offers: a power of two. */
export const LARGEST_QUEUE = 256;

/** A split virtqueue, device side (virtio 1.2, section 2.7). Revision 0 is in the guest's byte order, later ones are little-endian. */
export class Virtqueue {
  readonly #storage: AbsoluteStorage;
  #layout: QueueLayout | undefined;
  #littleEndian = false;
  /** Index behind the last available entry that has been taken, and behind the last used entry; both wrap at 65536. */
  #taken = 0;
  #used = 0;

  constructor(storage: AbsoluteStorage) {
    this.#storage = storage;
  }

  get isReady(): boolean {
    return this.#layout !== undefined;
  }

  setUp(layout: QueueLayout, littleEndian: boolean): void {
    this.#layout = layout;
    this.#littleEndian = littleEndian;
    this.#taken = 0;
    this.#used = 0;
  }

  reset(): void {
    this.#layout = undefined;
  }

  /** Takes the next available buffer. @throws BrokenQueue, and ChannelCheck where it is not in storage */
  take(): Buffer | undefined {
    const layout = this.#layout;
    if (!layout) return undefined;
    const index = this.#load16(layout.available + 2);
    if (index === this.#taken) return undefined;
    if (((index - this.#taken) & 0xffff) > layout.size) throw new BrokenQueue('more buffers are available than there are descriptors');
    const head = this.#load16(layout.available + 4 + 2 * (this.#taken % layout.size));
    const buffer = this.#buffer(head, layout);
    this.#taken = (this.#taken + 1) & 0xffff;
    return buffer;
  }

  /** Makes the buffer that was taken last available again. */
  putBack(): void {
    this.#taken = (this.#taken - 1) & 0xffff;
  }

  #buffer(head: number, { descriptors, size }: QueueLayout): Buffer {
    const output: Uint8Array[] = [];
    const input: Part[] = [];
    let [outputLength, room] = [0, 0];
    for (let n = head, left = size; ; ) {
      if (n >= size || left-- === 0) throw new BrokenQueue('a descriptor chain leaves the table, or does not end');
      const view = new DataView(this.#storage.read(descriptors + DESCRIPTOR_SIZE * n, DESCRIPTOR_SIZE).buffer);
      const address = Number(view.getBigUint64(0, this.#littleEndian));
      const length = view.getUint32(8, this.#littleEndian);
      const flags = view.getUint16(12, this.#littleEndian);
      if (flags & DESCRIPTOR.INDIRECT) throw new BrokenQueue('an indirect descriptor, which was not negotiated');
      if (flags & DESCRIPTOR.WRITE) {
        input.push({ address, length });
        room += length;
      } else {
        outputLength += length;
        if (input.length > 0 || outputLength > MOST_OUTPUT) throw new BrokenQueue('output behind input, or too much of it');
        output.push(this.#storage.read(address, length));
      }
      if (!(flags & DESCRIPTOR.NEXT)) return { head, output: concatenate(output, outputLength), input, room };
      n = view.getUint16(14, this.#littleEndian);
    }
  }

  /** Gives a buffer back with what the device says, of which no more than its room is stored. @returns whether the driver wants to be told */
  give({ head, input }: Buffer, reply: Uint8Array): boolean {
    const layout = this.#layout!;
    let done = 0;
    for (const { address, length } of input) {
      const part = reply.subarray(done, done + length);
      this.#storage.write(address, part);
      done += part.length;
    }
    const entry = new DataView(new ArrayBuffer(8));
    entry.setUint32(0, head, this.#littleEndian);
    entry.setUint32(4, done, this.#littleEndian);
    this.#storage.write(layout.used + 4 + 8 * (this.#used % layout.size), new Uint8Array(entry.buffer));
    this.#used = (this.#used + 1) & 0xffff;
    this.#store16(layout.used + 2, this.#used);
    return !(this.#load16(layout.available) & NO_INTERRUPT);
  }

  #load16(address: number): number {
    return new DataView(this.#storage.read(address, 2).buffer).getUint16(0, this.#littleEndian);
  }

  #store16(address: number, value: number): void {
    const view = new DataView(new ArrayBuffer(2));
    view.setUint16(0, value, this.#littleEndian);
    this.#storage.write(address, new Uint8Array(view.buffer));
  }

  save(): Saved {
    const layout = this.#layout ? { ...this.#layout } : null;
    return { layout, littleEndian: this.#littleEndian, taken: this.#taken, used: this.#used };
  }

  restore(saved: Saved): void {
    const { layout, littleEndian, taken, used } = saved as {
      layout: QueueLayout | null;
      littleEndian: boolean;
      taken: number;
      used: number;
    };
    this.#layout = layout ?? undefined;
    this.#littleEndian = littleEndian;
    this.#taken = taken;
    this.#used = used;
  }
}

const concatenate = (parts: readonly Uint8Array[], length: number): Uint8Array => {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};
