import { KEYS, STORAGE } from './layout.ts';

/** An address of host absolute storage: bytes, 0 to {@link Storage.size} - 1. */
export type HostAbsolute = number & { readonly kind: 'host absolute' };
/** An offset in linear memory: what generated code computes with. */
export type Offset = number & { readonly kind: 'offset' };

export const FRAME_SIZE = 4096;
const WASM_PAGE = 65536;

/** Storage key bits (PoP, "Storage Key"): access control 0xf0, fetch protection 0x08, reference 0x04, change 0x02. */
export const KEY = { ACC: 0xf0, F: 0x08, R: 0x04, C: 0x02 } as const;

/** Which frames code was compiled from. Both functions are given offsets of linear memory. */
export interface CodeFrames {
  isCode(offset: number): boolean;
  /** Something in the frame changes. */
  invalidate(offset: number): void;
}

/**
 * The machine's linear memory: CPU blocks, TLBs, storage keys and host absolute storage (layout.ts).
 * The operating system hands out its pages on first touch, so that size costs nothing by itself.
 */
export class Storage {
  readonly memory: WebAssembly.Memory;
  /** Bytes of host absolute storage. */
  readonly size: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  /** One key for each frame of host storage. */
  readonly keys: Uint8Array<ArrayBuffer>;
  /** Told of stores into frames for which {@link isCode} holds: code was compiled from them. */
  code: CodeFrames = { isCode: () => false, invalidate: () => {} };

  /** @throws RangeError unless `size` is a multiple of 4096, above 0 and at most 4 GiB less what {@link STORAGE} sets aside. */
  constructor(size: number) {
    const pages = Math.ceil((STORAGE + size) / WASM_PAGE);
    if (size <= 0 || size % FRAME_SIZE !== 0 || pages > 65536) throw new RangeError(`storage of ${size} bytes`);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.size = size;
    const buffer = this.memory.buffer as ArrayBuffer;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.keys = new Uint8Array(buffer, KEYS, size / FRAME_SIZE);
  }

  /** Where a host absolute address lies in linear memory. */
  offset(address: HostAbsolute): Offset {
    return (STORAGE + address) as Offset;
  }

  /** The storage key of the frame that holds an offset; index into {@link keys}. */
  frame(offset: Offset): number {
    return (offset - STORAGE) >>> 12;
  }

  /** Records a store by the machine itself, for an interruption, SIE or ESSA: those count for change recording too (PoP, "Change Recording"). */
  recordStore(offset: number): void {
    this.keys[(offset - STORAGE) >>> 12]! |= KEY.R | KEY.C;
    if (this.code.isCode(offset)) this.code.invalidate(offset);
  }

  load64(address: HostAbsolute): bigint {
    return this.view.getBigUint64(STORAGE + address);
  }
  store64(address: HostAbsolute, value: bigint): void {
    this.view.setBigUint64(STORAGE + address, value);
  }
  load32(address: HostAbsolute): number {
    return this.view.getUint32(STORAGE + address);
  }
  store32(address: HostAbsolute, value: number): void {
    this.view.setUint32(STORAGE + address, value);
  }
}
