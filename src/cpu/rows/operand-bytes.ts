import type { Cpu } from '../cpu.ts';
import { ProgramInterruption } from '../interruption.ts';
import type { Access } from '../translation.ts';

/**
 * Protection can differ within a page: low-address protection covers the first 512 bytes of pages 0 and 1, fetch-protection override the
 * first 2 KiB of page 0. Within blocks of this size it is the same.
 */
const BLOCK = 512;

/**
 * A storage operand seen byte by byte, by index from its leftmost byte. A block is translated when one of its bytes is first touched, so that
 * access exceptions come in the order of the accesses and only for what is accessed.
 */
export class OperandBytes {
  readonly #cpu: Cpu;
  readonly #address: bigint;
  readonly #access: Access;
  readonly #operand: number;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  /** Where in linear memory the blocks begin that have been touched. */
  readonly #blocks: number[] = [];

  /** The address wraps in the addressing mode, and may be given before it does. */
  constructor(cpu: Cpu, address: bigint, access: Access, operand: number) {
    this.#cpu = cpu;
    this.#address = address;
    this.#access = access;
    this.#operand = operand;
    this.#bytes = cpu.configuration.storage.bytes;
    this.#start = Number(address & BigInt(BLOCK - 1));
  }

  get(index: number): number {
    return this.#bytes[this.#offset(index)]!;
  }

  set(index: number, value: number): void {
    this.#bytes[this.#offset(index)] = value;
  }

  /** Raises now what access exceptions the bytes from `first` to, not including, `end` have. */
  check(end: number, first = 0): this {
    for (let i = first; i < end; i += BLOCK - ((this.#start + i) % BLOCK)) this.#offset(i);
    return this;
  }

  #offset(index: number): number {
    const place = this.#start + index;
    const block = Math.floor(place / BLOCK);
    const known = this.#blocks[block];
    if (known !== undefined) return known + (place % BLOCK);
    const address = (this.#address + BigInt(index)) & this.#cpu.addressMask;
    const offset = this.#cpu.translate(address, this.#access, this.#operand);
    this.#blocks[block] = offset - (place % BLOCK);
    return offset;
  }
}

/** Bytes from an address on that one translation covers, see {@link BLOCK}. */
export const bytesTogether = (address: bigint): number => {
  const unit = address < 8192n ? BLOCK : 4096;
  return unit - Number(address & BigInt(unit - 1));
};

/** Operand number that stands for general register n itself as the base, where no field of the instruction names it; see Instruction.baseOf. */
export const implied = (register: number): number => 16 + register;

const MASK_24 = 0xff_ffffn;
const MASK_64 = 0xffff_ffff_ffff_ffffn;
const LOW_WORD = 0xffff_ffffn;

/** The address in a general register, in the current addressing mode. */
export const addressIn = (cpu: Cpu, register: number): bigint => cpu.gr[register]! & cpu.addressMask;

/**
 * Puts an address back into a general register. In 24- and 31-bit mode bits 0-31 stay. Bits 32-39 in 24-bit mode, and bit 32 in 31-bit mode,
 * "may be set to zeros or may remain unchanged": the former stay, the latter is set to zero, as TRANSLATE AND TEST demands.
 */
export const setAddress = (cpu: Cpu, register: number, address: bigint): void => {
  const replaced = cpu.addressMask === MASK_24 ? MASK_24 : cpu.addressMask | LOW_WORD;
  cpu.gr[register] = (cpu.gr[register]! & ~replaced) | (address & cpu.addressMask);
};

/** As {@link setAddress}, with zeros in all of bits 32-39 or bit 32. */
export const setAddressAndZeros = (cpu: Cpu, register: number, address: bigint): void => {
  const replaced = cpu.addressMask | LOW_WORD;
  cpu.gr[register] = (cpu.gr[register]! & ~replaced) | (address & cpu.addressMask);
};

const lengthMask = (cpu: Cpu): bigint => (cpu.addressMask === MASK_64 ? MASK_64 : LOW_WORD);

/** The length in a general register: 64 bits in 64-bit mode, else bits 32-63. */
export const lengthIn = (cpu: Cpu, register: number): bigint => cpu.gr[register]! & lengthMask(cpu);

/** Puts a length back into a general register; in 24- and 31-bit mode bits 0-31 stay. */
export const setLength = (cpu: Cpu, register: number, length: bigint): void => {
  const mask = lengthMask(cpu);
  cpu.gr[register] = (cpu.gr[register]! & ~mask) | (length & mask);
};

export const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Instructions on strings stop with condition code 3 after this many bytes or characters: the amount is the CPU's to choose. */
export const AT_ONCE = 0x2000;

/** A length as a number; of one that no execution comes to the end of, it matters only that it is longer. */
export const atMost = (length: bigint): number => Number(lesser(length, BigInt(4 * AT_ONCE)));

/**
 * Does `step` for 0, 1, … until it returns a condition code or has been done often enough: 3. What has been stored is not taken back: once
 * a step is done, an access exception ends the execution with condition code 3, and the next one meets it again before it stores anything.
 */
export const stepwise = (cpu: Cpu, step: (n: number) => number | undefined): { cc: number; done: number } => {
  for (let n = 0; n < AT_ONCE; n++) {
    if (n > 0) cpu.recording.keep();
    try {
      const cc = step(n);
      if (cc !== undefined) return { cc, done: n };
    } catch (thrown) {
      if (n === 0 || !(thrown instanceof ProgramInterruption)) throw thrown;
      cpu.recording.takeBack();
      return { cc: 3, done: n };
    }
  }
  return { cc: 3, done: AT_ONCE };
};
