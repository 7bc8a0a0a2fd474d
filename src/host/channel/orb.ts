import { ORB, ORB_CONTROL } from './words.ts';

/** What a start function is about: the operation-request block (PoP, "Operation-Request Block"). */
export class Orb {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  /** @param bytes the first three words */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, ORB.SIZE);
  }

  /** Whether START SUBCHANNEL takes it: bits that must be zeros, and those of absent facilities, are zeros. */
  get isValid(): boolean {
    return !(this.control & ORB_CONTROL.INVALID) && !(this.#view.getInt32(ORB.ADDRESS) < 0);
  }

  get parameter(): number {
    return this.#view.getUint32(ORB.PARAMETER);
  }
  get control(): number {
    return this.#view.getInt32(ORB.CONTROL);
  }
  get programAddress(): number {
    return this.#view.getUint32(ORB.ADDRESS);
  }
  /** Access key, 0-15. */
  get key(): number {
    return this.control >>> 28;
  }
  /** Paths that may be used, leftmost bit first. */
  get paths(): number {
    return (this.control >>> ORB_CONTROL.PATHS_SHIFT) & 0xff;
  }

  has(bit: number): boolean {
    return (this.control & bit) !== 0;
  }
}
