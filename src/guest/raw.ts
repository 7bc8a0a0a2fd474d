import { InputError } from './input-error.ts';
import type { Program } from './program.ts';

/** Where execution of a Linux kernel image starts when its short PSW does not say: IPL_START of arch/s390/boot. */
const DEFAULT_ENTRY = 0x10000n;
const SHORT_PSW_SIZE = 8;
const LARGEST_IMAGE = 2 ** 30;

/** Bit 12 of a short PSW is one (PoP, "Short-PSW format"); its addressing-mode bits 31 and 32 are either both off, 32 alone, or both on. */
const SHORT_PSW_BIT = 0x00080000;
const EXTENDED_MODE = 0x00000001;
const BASIC_MODE = 0x80000000;

/** The instruction address of the short PSW with which an image begins, if that is one and points into the image. */
const shortPswEntry = (bytes: Uint8Array): bigint | undefined => {
  if (bytes.length < SHORT_PSW_SIZE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [mask, word] = [view.getUint32(0), view.getUint32(4)];
  const basic = word >= BASIC_MODE;
  const address = word % BASIC_MODE;
  const isPsw = (mask & SHORT_PSW_BIT) !== 0 && ((mask & EXTENDED_MODE) === 0 || basic);
  return isPsw && address % 2 === 0 && address < bytes.length ? BigInt(address) : undefined;
};

/**
 * A raw image, as a Linux kernel's `arch/s390/boot/image`: loaded at absolute 0. Entry: the address in the short PSW at 0 when the image
 * begins with one that points into it, else 0x10000. Throws {@link InputError} for a file without bytes or too large.
 */
export const loadRaw = (bytes: Uint8Array, file: string): Program => {
  if (bytes.length === 0) throw new InputError({ file }, 'file is empty, expected an image');
  if (bytes.length > LARGEST_IMAGE) throw new InputError({ file }, `image of ${bytes.length} bytes, expected at most ${LARGEST_IMAGE}`);
  const entry = shortPswEntry(bytes) ?? DEFAULT_ENTRY;
  if (entry >= BigInt(bytes.length)) {
    throw new InputError(
      { file },
      `image of ${bytes.length} bytes has no code at 0x${entry.toString(16)}, expected a raw image that is loaded at 0`,
    );
  }
  return { entry, segments: [{ address: 0, bytes }], symbols: new Map(), lines: [] };
};
