import type { Address, I32, I64, Meaning, Update } from '../meaning.ts';

/** Where the second operand of a family of instructions comes from; each reads it as a 32-bit or as a 64-bit value. */
export const second32 = {
  register: (m: Meaning): I32 => m.gr32('r2'),
  storage: (m: Meaning): I32 => m.load32(m.address(2)),
  halfwordStorage: (m: Meaning): I32 => m.signExtend16(m.load16(m.address(2))),
  immediate: (m: Meaning): I32 => m.signed('i2'),
  relative: (m: Meaning): I32 => m.load32(aligned(m, 4)),
  relativeHalfword: (m: Meaning): I32 => m.signExtend16(m.load16(aligned(m, 2))),
} as const;

export const second64 = {
  register: (m: Meaning): I64 => m.gr64('r2'),
  /** Bits 32-63 of the register, with or without sign. */
  registerSigned: (m: Meaning): I64 => m.signExtend(m.gr32('r2')),
  registerUnsigned: (m: Meaning): I64 => m.zeroExtend(m.gr32('r2')),
  storage: (m: Meaning): I64 => m.load64(m.address(2)),
  storageSigned: (m: Meaning): I64 => m.signExtend(m.load32(m.address(2))),
  storageUnsigned: (m: Meaning): I64 => m.zeroExtend(m.load32(m.address(2))),
  halfwordStorage: (m: Meaning): I64 => m.signExtend(m.signExtend16(m.load16(m.address(2)))),
  immediate: (m: Meaning): I64 => m.signExtend(m.signed('i2')),
  immediateUnsigned: (m: Meaning): I64 => m.zeroExtend(m.unsigned('i2')),
  relative: (m: Meaning): I64 => m.load64(aligned(m, 8)),
  relativeSigned: (m: Meaning): I64 => m.signExtend(m.load32(aligned(m, 4))),
  relativeUnsigned: (m: Meaning): I64 => m.zeroExtend(m.load32(aligned(m, 4))),
  relativeHalfword: (m: Meaning): I64 => m.signExtend(m.signExtend16(m.load16(aligned(m, 2)))),
  relativeHalfwordUnsigned: (m: Meaning): I64 => m.zeroExtend(m.load16(aligned(m, 2))),
} as const;

/** A width of operands, for families that do the same to words and to doublewords. */
export interface Width<V extends I32 | I64> {
  readonly bytes: 4 | 8;
  readonly first: (m: Meaning) => V;
  readonly third: (m: Meaning) => V;
  /** Puts the result into R1; a word leaves bits 0-31. */
  readonly set: (m: Meaning, value: V) => void;
  /** {@link Meaning.update32} or its kin. */
  readonly update: (m: Meaning, address: Address, change: (before: V) => V) => Update<V>;
}

export const word: Width<I32> = {
  bytes: 4,
  first: (m) => m.gr32('r1'),
  third: (m) => m.gr32('r3'),
  set: (m, value) => m.setGr32('r1', value),
  update: (m, address, change) => m.update32(address, change),
};

export const doubleword: Width<I64> = {
  bytes: 8,
  first: (m) => m.gr64('r1'),
  third: (m) => m.gr64('r3'),
  set: (m, value) => m.setGr64('r1', value),
  update: (m, address, change) => m.update64(address, change),
};

/** Relative-long storage operands must be aligned to their size: specification exception. */
export const aligned = (m: Meaning, bytes: number): Address => {
  const address = m.relativeAddress('i2');
  if (bytes > 2) m.needAligned(address, bytes);
  return address;
};
