import type { Saved } from '../channel/saved.ts';
import type { Transport, VirtioDevice } from './virtio-device.ts';

/** What a block device keeps its bytes in. Both calls move all the bytes that are asked for; errors of the medium are thrown. */
export interface ByteStore {
  /** Bytes; what is behind the last whole sector is not used. */
  readonly size: number;
  readonly readOnly: boolean;
  read(at: number, bytes: Uint8Array): void;
  write(at: number, bytes: Uint8Array): void;
  /** Makes what was written durable. */
  flush(): void;
  /** What a snapshot must hold: the bytes, unless they are somewhere else. */
  save(): Saved;
  restore(saved: Saved): void;
}

/** Bytes in memory. */
export class MemoryByteStore implements ByteStore {
  readonly readOnly: boolean;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, readOnly = false) {
    this.#bytes = bytes;
    this.readOnly = readOnly;
  }

  get size(): number {
    return this.#bytes.length;
  }
  read(at: number, bytes: Uint8Array): void {
    bytes.set(this.#bytes.subarray(at, at + bytes.length));
  }
  write(at: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, at);
  }
  flush(): void {}
  save(): Saved {
    return this.#bytes.slice();
  }
  restore(saved: Saved): void {
    this.#bytes.set(saved as Uint8Array);
  }
}

const TYPE = 2;
const FEATURE = { READ_ONLY: 1n << 5n, FLUSH: 1n << 9n } as const;
const REQUEST = { READ: 0, WRITE: 1, FLUSH: 4, IDENTIFY: 8 } as const;
const STATUS = { DONE: 0, ERROR: 1, UNSUPPORTED: 2 } as const;
const HEADER_SIZE = 16;
const SECTOR = 512;
const IDENTIFIER_SIZE = 20;
/** A reply that one request may ask for. */
const MOST_ROOM = 0x400_0000;

/** A block device (virtio 1.2, section 5.2). A request is a header, data, and room for a status byte. */
export class VirtioBlock implements VirtioDevice {
  readonly type = TYPE;
  readonly queues = 1;
  readonly #store: ByteStore;

  constructor(store: ByteStore) {
    this.#store = store;
  }

  get features(): bigint {
    return FEATURE.FLUSH | (this.#store.readOnly ? FEATURE.READ_ONLY : 0n);
  }

  get #sectors(): number {
    return Math.floor(this.#store.size / SECTOR);
  }

  /** The capacity in sectors. */
  configuration(littleEndian: boolean): Uint8Array {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(this.#sectors), littleEndian);
    return new Uint8Array(view.buffer);
  }

  notify(queue: number, transport: Transport): void {
    transport.serve(queue, (output, room) => this.#perform(output, room, transport.littleEndian));
  }

  /** @returns data for the driver, and behind them, in the last byte of its room, the status */
  #perform(output: Uint8Array, room: number, littleEndian: boolean): Uint8Array {
    if (output.length < HEADER_SIZE || room < 1 || room > MOST_ROOM) return new Uint8Array(0);
    const header = new DataView(output.buffer, output.byteOffset, HEADER_SIZE);
    const reply = new Uint8Array(room);
    const data = reply.subarray(0, room - 1);
    const at = Number(header.getBigUint64(8, littleEndian)) * SECTOR;
    reply[room - 1] = this.#request(header.getUint32(0, littleEndian), at, output.subarray(HEADER_SIZE), data);
    return reply;
  }

  #request(type: number, at: number, output: Uint8Array, input: Uint8Array): number {
    switch (type) {
      case REQUEST.READ:
        return this.#inRange(at, input.length) ? this.#attempt(() => this.#store.read(at, input)) : STATUS.ERROR;
      case REQUEST.WRITE:
        if (this.#store.readOnly || !this.#inRange(at, output.length)) return STATUS.ERROR;
        return this.#attempt(() => this.#store.write(at, output));
      case REQUEST.FLUSH:
        return this.#attempt(() => this.#store.flush());
      case REQUEST.IDENTIFY:
        input.set(new TextEncoder().encode('zhint').subarray(0, Math.min(input.length, IDENTIFIER_SIZE)));
        return STATUS.DONE;
      default:
        return STATUS.UNSUPPORTED;
    }
  }

  #inRange(at: number, length: number): boolean {
    return length % SECTOR === 0 && at + length <= this.#sectors * SECTOR;
  }

  /** An error of the medium is the request's status. */
  #attempt(work: () => void): number {
    try {
      work();
      return STATUS.DONE;
    } catch {
      return STATUS.ERROR;
    }
  }

  save(): Saved {
    return this.#store.save();
  }
  restore(saved: Saved): void {
    this.#store.restore(saved);
  }
}
