/**
 * The program-status word: bits of its first doubleword (PoP, "Program-Status-Word Format"), as masks of the high and low word.
 */

/** Bits 0-31. */
export const PSW = {
  PER: 0x4000_0000,
  DAT: 0x0400_0000,
  IO: 0x0200_0000,
  EXTERNAL: 0x0100_0000,
  KEY: 0x00f0_0000,
  MACHINE_CHECK: 0x0004_0000,
  WAIT: 0x0002_0000,
  PROBLEM: 0x0001_0000,
  SPACE: 0x0000_c000,
  CC: 0x0000_3000,
  PROGRAM_MASK: 0x0000_0f00,
  EXTENDED: 0x0000_0001,
} as const;
/** Bit 32, in the low word. */
export const PSW_BASIC = 0x8000_0000;

/** Address-space control, PSW bits 16-17, as in the TEID's last two bits. */
export const SPACE = { PRIMARY: 0, ACCESS_REGISTER: 1, SECONDARY: 2, HOME: 3 } as const;

export interface Psw {
  /** Bits 0-63, with condition code and program mask. */
  readonly mask: bigint;
  readonly address: bigint;
}

/** The mask of instruction and operand addresses: 24, 31 or 64 bits, by bits 31 and 32 of the PSW. */
export const addressMask = (mask: bigint): bigint =>
  mask & 0x1_0000_0000n ? 0xffff_ffff_ffff_ffffn : mask & 0x8000_0000n ? 0x7fff_ffffn : 0xff_ffffn;

const UNASSIGNED = 0xb808_007e_7fff_ffffn;
/** Bit 24, reserved for runtime instrumentation, which we do not offer. */
const RUNTIME_INSTRUMENTATION = 0x0000_0080_0000_0000n;

/**
 * Whether a PSW that was loaded raises an early specification exception (PoP, "Early Exception Recognition"): an unassigned bit is one,
 * the addressing mode is invalid, or the address exceeds the mode. An odd address is recognised late, at the fetch.
 */
export const isInvalid = ({ mask, address }: Psw): boolean =>
  (mask & (UNASSIGNED | RUNTIME_INSTRUMENTATION)) !== 0n ||
  (mask & 0x1_8000_0000n) === 0x1_0000_0000n ||
  (address & ~addressMask(mask)) !== 0n;

/** Expands the eight bytes of an ESA/390-format PSW (LPSW, restart at location 0): bit 12 is one there and zero in z/Architecture. */
export const expandShort = (short: bigint): Psw => ({
  mask: (short & 0xffff_ffff_8000_0000n) ^ 0x0008_0000_0000_0000n,
  address: short & 0x7fff_ffffn,
});
