/** What pages of files contain, as the guest's user program fills and checks them (src/guest/kernel/user.c). */

const PAGE_SIZE = 4096;
const STRIDE_HIGH = 0x9e3779b9;
const STRIDE_LOW = 0x7f4a7c15;

/** The first of the 512 words of a page; each of the others is the one before plus the stride. */
const firstWord = (file: number, page: number, version: number): bigint => {
  const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
  let x = u64(((BigInt(file + 1) << 40n) ^ BigInt(page)) * 0xff51afd7ed558ccdn + BigInt(version) * 0xc4ceb9fe1a85ec53n);
  x ^= x >> 29n;
  return u64(x * 0x94d049bb133111ebn);
};

/** A page of a file as it was when the file was made: version 0. */
export const pageContent = (file: number, page: number): Uint8Array => {
  const bytes = new Uint8Array(PAGE_SIZE);
  const view = new DataView(bytes.buffer);
  const first = firstWord(file, page, 0);
  let high = Number(first >> 32n);
  let low = Number(first & 0xffff_ffffn);
  for (let at = 0; at < PAGE_SIZE; at += 8) {
    view.setUint32(at, high);
    view.setUint32(at + 4, low);
    const sum = low + STRIDE_LOW;
    high = (high + STRIDE_HIGH + (sum > 0xffff_ffff ? 1 : 0)) >>> 0;
    low = sum >>> 0;
  }
  return bytes;
};
