import { PGM } from '../interruption.ts';
import type { I32, I64, Meaning } from '../meaning.ts';
import type { VectorRegister } from '../registers.ts';

/** What generated vector instructions have in common. */

/** Replaces a register. Both halves must have been computed: the register may be an operand too. */
export const setBoth = (m: Meaning, v: VectorRegister, left: I64, right: I64): void => {
  m.setVr64(v, 0, left);
  m.setVr64(v, 1, right);
};

/** Specification exception when the unsigned value is greater. */
export const specificationAbove = (m: Meaning, value: I32, most: number): void => m.programCheckIf(PGM.SPECIFICATION, m.gtU(value, most));

/** Bytes from an address to the next boundary that M3 selects, 64 bytes for 0 up to 4 KiB for 6, at most 16. */
export const blockBoundary = (m: Meaning, address: I64): I32 => {
  const code = m.unsigned('m3');
  specificationAbove(m, code, 6);
  const block = m.shl(m.i32(64), code);
  const distance = m.sub(block, m.and(m.low(address), m.sub(block, 1)));
  return m.select(m.ltU(distance, 16), distance, 16);
};

/** The top bits of the elements of a doubleword, by element-size code 0 to 3. */
export const laneTops = (m: Meaning, code: I32): I64 => {
  const wide = m.select(m.eq(code, 2), m.i64(0x8000_0000_8000_0000n), m.i64(1n << 63n));
  return m.select(m.eq(code, 0), m.i64(0x8080_8080_8080_8080n), m.select(m.eq(code, 1), m.i64(0x8000_8000_8000_8000n), wide));
};
