import { type AbsoluteStorage, ChannelCheck } from './absolute-storage.ts';
import type { Ccw } from './ccw.ts';
import type { Data } from './device.ts';
import type { Orb } from './orb.ts';
import { CCW_FLAG, CONTROL, ORB_CONTROL } from './words.ts';

/** Address-limit checking of a subchannel (PoP, "Limit Mode"): 1, addresses from the limit on; 2, addresses below it; else any. */
export interface AddressLimit {
  readonly mode: number;
  readonly address: number;
}

/** What a data area is made of, besides its first CCW. */
export interface AreaContext {
  readonly storage: AbsoluteStorage;
  readonly orb: Orb;
  readonly limit: AddressLimit;
  /** Fetches the CCW that continues the area. */
  readonly next: () => Ccw;
}

const LARGEST_ADDRESS = { format0: 0xff_ffff, format1: 0x7fff_ffff } as const;
const FORMAT_2_BLOCK = 4096;
const SMALL_BLOCK = 2048;

/** The area of a command as its CCWs describe it, with a cursor that moves as data do. */
export class DataArea implements Data {
  /** The CCW in control. */
  ccw: Ccw;
  /** Bytes of it that have been transferred. */
  #done = 0;
  /** The device had more to give, or wanted more, than the area holds. */
  exceeded = false;
  readonly #context: AreaContext;

  constructor(ccw: Ccw, context: AreaContext) {
    this.ccw = ccw;
    this.#context = context;
  }

  /** Bytes that the CCW in control has left. */
  get room(): number {
    return this.ccw.count - this.#done;
  }

  send(record: Uint8Array): void {
    if (this.#store(record) < record.length) this.exceeded = true;
  }

  fill(bytes: Uint8Array): void {
    this.#store(bytes);
  }

  take(most: number): Uint8Array {
    const { storage, orb } = this.#context;
    const bytes = new Uint8Array(most);
    const taken = this.#move(most, (address, length, at) => bytes.set(storage.read(address, length, orb.key), at));
    return bytes.subarray(0, taken);
  }

  peek(most: number): Uint8Array {
    const { storage, orb } = this.#context;
    const bytes = new Uint8Array(Math.min(most, this.room));
    if (this.ccw.flags & CCW_FLAG.SKIP) return bytes;
    for (let at = 0; at < bytes.length; ) {
      const { address, length } = this.#piece(this.#done + at, bytes.length - at);
      bytes.set(storage.read(address, length, orb.key), at);
      at += length;
    }
    return bytes;
  }

  #store(bytes: Uint8Array): number {
    const { storage, orb } = this.#context;
    return this.#move(bytes.length, (address, length, at) => {
      storage.write(address, bytes.subarray(at, at + length), orb.key);
    });
  }

  /** Moves the cursor over up to `most` bytes and calls `transfer` for each piece of storage, unless it is skipped. */
  #move(most: number, transfer: (address: number, length: number, at: number) => void): number {
    let at = 0;
    while (at < most && this.room > 0) {
      const wanted = Math.min(most - at, this.room);
      let length = wanted;
      if (!(this.ccw.flags & CCW_FLAG.SKIP)) {
        const piece = this.#piece(this.#done, wanted);
        transfer(piece.address, piece.length, at);
        length = piece.length;
      }
      at += length;
      this.#done += length;
      // Data chaining fetches the next CCW as soon as the count is exhausted.
      if (this.room === 0 && this.ccw.flags & CCW_FLAG.CHAIN_DATA) {
        this.ccw = this.#context.next();
        this.#done = 0;
      }
    }
    return at;
  }

  /** The consecutive storage at `done` bytes into the CCW's data. */
  #piece(done: number, most: number): { address: number; length: number } {
    const piece = this.ccw.flags & CCW_FLAG.INDIRECT ? this.#indirect(done, most) : this.#direct(done, most);
    this.#checkLimit(piece);
    return piece;
  }

  #direct(done: number, most: number): { address: number; length: number } {
    const largest = this.#context.orb.has(CONTROL.FORMAT) ? LARGEST_ADDRESS.format1 : LARGEST_ADDRESS.format0;
    const address = this.ccw.address + done;
    if (address > largest) throw new ChannelCheck('program');
    return { address, length: Math.min(most, largest + 1 - address) };
  }

  /** Indirect data addressing: each word of the list designates a block; only the first may begin inside one (PoP, "CCW Indirect Data Addressing"). */
  #indirect(done: number, most: number): { address: number; length: number } {
    const { orb } = this.#context;
    const block = orb.has(ORB_CONTROL.FORMAT_2_IDAW) && !orb.has(ORB_CONTROL.IDAW_2K) ? FORMAT_2_BLOCK : SMALL_BLOCK;
    const first = this.#indirectAddress(0);
    const inFirst = block - (first % block);
    if (done < inFirst) return { address: first + done, length: Math.min(most, inFirst - done) };
    const within = (done - inFirst) % block;
    const address = this.#indirectAddress(1 + Math.floor((done - inFirst) / block));
    if (address % block !== 0) throw new ChannelCheck('program');
    return { address: address + within, length: Math.min(most, block - within) };
  }

  #indirectAddress(n: number): number {
    const { orb, storage } = this.#context;
    const format2 = orb.has(ORB_CONTROL.FORMAT_2_IDAW);
    const size = format2 ? 8 : 4;
    if (this.ccw.address % size !== 0) throw new ChannelCheck('program');
    const bytes = storage.read(this.ccw.address + n * size, size, orb.key);
    const view = new DataView(bytes.buffer);
    const address = format2 ? Number(view.getBigUint64(0)) : view.getUint32(0);
    if (!format2 && address > LARGEST_ADDRESS.format1) throw new ChannelCheck('program');
    return address;
  }

  #checkLimit({ address, length }: { address: number; length: number }): void {
    const { orb, limit } = this.#context;
    if (!orb.has(CONTROL.ADDRESS_LIMIT)) return;
    if (limit.mode === 1 && address < limit.address) throw new ChannelCheck('program');
    if (limit.mode === 2 && address + length > limit.address) throw new ChannelCheck('program');
  }
}
