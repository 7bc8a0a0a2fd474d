import type { Image } from './peer.ts';

const HEADER = 64;
const PROGRAM_HEADER = 56;

/** An image as ELF64 executable for s390. */
export const elfOf = ({ entry, segments }: Image): Uint8Array => {
  const contents = HEADER + PROGRAM_HEADER * segments.length;
  const size = segments.reduce((sum, { bytes }) => sum + bytes.length, contents);
  const elf = new Uint8Array(size);
  const view = new DataView(elf.buffer);
  // Magic, 64 bits, most significant byte first, version 1; executable, EM_S390.
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 2, 1]);
  view.setUint16(16, 2);
  view.setUint16(18, 22);
  view.setUint32(20, 1);
  view.setBigUint64(24, BigInt(entry));
  view.setBigUint64(32, BigInt(HEADER));
  view.setUint16(52, HEADER);
  view.setUint16(54, PROGRAM_HEADER);
  view.setUint16(56, segments.length);
  let offset = contents;
  for (const [i, { address, bytes }] of segments.entries()) {
    const at = HEADER + i * PROGRAM_HEADER;
    view.setUint32(at, 1);
    view.setUint32(at + 4, 7);
    view.setBigUint64(at + 8, BigInt(offset));
    view.setBigUint64(at + 16, BigInt(address));
    view.setBigUint64(at + 24, BigInt(address));
    view.setBigUint64(at + 32, BigInt(bytes.length));
    view.setBigUint64(at + 40, BigInt(bytes.length));
    view.setBigUint64(at + 48, 1n);
    elf.set(bytes, offset);
    offset += bytes.length;
  }
  return elf;
};
