import type { Cpu } from '../cpu.ts';
import type { FieldName } from '../formats.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { plainRow, type Row } from '../row.ts';
import { flagsOf, getElements, getVector, join, setVector } from '../vector.ts';
import {
  conditionOf,
  type Decimal,
  dataException,
  fromSigned,
  hasValidDigits,
  hasValidSign,
  isNegativeSign,
  PROGRAM_MASK,
} from './decimal.ts';
import { VECTOR_PACKED_DECIMAL } from './traits.ts';

/** Vector decimal instructions (PoP, chapter 25): signed packed numbers of 31 digits, a sign at the right. */

type Plain = (cpu: Cpu, i: Instruction) => void;

const DIGITS = 31;
const SIGN_PLUS = 'c';
const SIGN_MINUS = 'd';
/** The sign of a result that is forced positive. */
const SIGN_FORCED = 'f';

/** Bits of the masks: an operand is taken as positive whatever its sign, the result gets the sign 1111, the condition code is set. */
const FORCE = { SECOND: 8, THIRD: 4, FIRST: 2 } as const;
const SETS_CODE = 1;

// ---- operands and results ----------------------------------------------------------------------------------------------

const textOf = (cpu: Cpu, register: number): string =>
  getVector(cpu, register)
    .toString(16)
    .padStart(DIGITS + 1, '0');

/** A register as a number: data exception for an invalid digit, and for an invalid sign unless it is not looked at. */
const decode = (cpu: Cpu, register: number, forced: boolean): Decimal => {
  const text = textOf(cpu, register);
  if (!hasValidDigits(text) || !(forced || hasValidSign(text))) dataException(cpu);
  return { negative: !forced && isNegativeSign(text), magnitude: BigInt(text.slice(0, -1)) };
};

const numberIn = (cpu: Cpu, register: number, forced: boolean): bigint => {
  const { negative, magnitude } = decode(cpu, register, forced);
  return negative ? -magnitude : magnitude;
};

/** The rightmost digits of a number and whether any others are not zero. */
const truncate = (magnitude: bigint, digits: number): { digits: bigint; overflow: boolean } => {
  const limit = 10n ** BigInt(digits);
  return { digits: magnitude % limit, overflow: magnitude >= limit };
};

const setDecimal = (cpu: Cpu, register: number, magnitude: bigint, sign: string): void =>
  setVector(cpu, register, BigInt(`0x${magnitude}${sign}`));

/** After completion: condition code 3 and, if the program mask asks for it, an interruption. */
const finish = (cpu: Cpu, code: number, overflow: boolean, setsCode: boolean): void => {
  if (setsCode) cpu.cc = overflow ? 3 : code;
  if (overflow && cpu.programMask & PROGRAM_MASK.DECIMAL_OVERFLOW) cpu.programCheck(PGM.DECIMAL_OVERFLOW);
};

/** Puts a number into the first operand, cut to so many digits. A zero is positive, unless it is what overflow left of a negative number. */
const deliver = (cpu: Cpu, i: Instruction, result: Decimal, digits: number, flags: number): void => {
  const { digits: kept, overflow } = truncate(result.magnitude, digits);
  const sign = result.negative && result.magnitude !== 0n ? SIGN_MINUS : SIGN_PLUS;
  setDecimal(cpu, i.v1, kept, flags & FORCE.FIRST ? SIGN_FORCED : sign);
  finish(cpu, conditionOf(result), overflow, (flags & SETS_CODE) !== 0);
};

/** The number in an immediate field, of which bits 0-2 must be zeros: bit 0 masks overflow with a later facility only. */
const amountIn = (cpu: Cpu, i: Instruction, field: FieldName): number => {
  const amount = i.field(field);
  if (amount > DIGITS) cpu.programCheck(PGM.SPECIFICATION);
  return amount;
};

/** The result-digits count: 1 to 31. */
const digitsIn = (cpu: Cpu, i: Instruction, field: FieldName): number => amountIn(cpu, i, field) || cpu.programCheck(PGM.SPECIFICATION);

// ---- loads and stores --------------------------------------------------------------------------------------------------

/** Bytes less one, from R3. */
const lengthInR3 = (cpu: Cpu, { r3 }: Instruction): number => Math.min(Number(cpu.gr[r3]! & 0xffff_ffffn), 15);
/** Bytes less one, from I3. */
const lengthInI3 = (cpu: Cpu, i: Instruction): number => {
  const length = i.field('i3');
  if (length > 15) cpu.programCheck(PGM.SPECIFICATION);
  return length;
};

const loadRightmost =
  (lengthOf: (cpu: Cpu, i: Instruction) => number): Plain =>
  (cpu, i) => {
    const bytes = cpu.loadBytes(i.address(2), lengthOf(cpu, i) + 1);
    setVector(cpu, i.v1, join([...bytes].map(BigInt), 1));
  };

const storeRightmost =
  (lengthOf: (cpu: Cpu, i: Instruction) => number): Plain =>
  (cpu, i) => {
    const bytes = Uint8Array.from(getElements(cpu, i.v1, 1), Number);
    cpu.storeBytes(i.address(2), bytes.subarray(15 - lengthOf(cpu, i)));
  };

/** Digits less one of a zoned number. */
const zonedLength = (cpu: Cpu, i: Instruction): number => {
  const length = amountIn(cpu, i, 'i3');
  if (length >= DIGITS) cpu.programCheck(PGM.SPECIFICATION);
  return length;
};

/** Zones are dropped but for the sign; nothing is checked. */
const packZoned: Plain = (cpu, i) => {
  const bytes = cpu.loadBytes(i.address(2), zonedLength(cpu, i) + 1);
  const digits = Array.from(bytes, (byte) => (byte & 15).toString(16)).join('');
  const sign = (bytes.at(-1)! >> 4).toString(16);
  setVector(cpu, i.v1, BigInt(`0x${digits}${sign}`));
};

const unpackZoned: Plain = (cpu, i) => {
  const length = zonedLength(cpu, i) + 1;
  const text = textOf(cpu, i.v1);
  const digits = [...text.slice(DIGITS - length, DIGITS)].map((digit) => 0xf0 | Number.parseInt(digit, 16));
  digits[length - 1] = (Number.parseInt(text.at(-1)!, 16) << 4) | (digits[length - 1]! & 15);
  cpu.storeBytes(i.address(2), Uint8Array.from(digits));
};

/** Four digits, shifted left by up to seven. */
const loadImmediate: Plain = (cpu, i) => {
  const text = i.field('i2').toString(16).padStart(4, '0');
  if (!/^[0-9]*$/.test(text)) dataException(cpu);
  const control = i.field('i3');
  setDecimal(cpu, i.v1, BigInt(text) * 10n ** BigInt(control & 7), control & 8 ? SIGN_MINUS : SIGN_PLUS);
};

// ---- conversion --------------------------------------------------------------------------------------------------------

const LOGICAL_TO_BINARY = 2;
const LOGICAL_TO_DECIMAL = 8;

/** What does not fit leaves its low bits; condition code 3, and an interruption if the program mask asks for it. */
const toBinary =
  (bits: 32 | 64): Plain =>
  (cpu, i) => {
    const flags = i.m3;
    flagsOf(cpu, i, 'm4', 0);
    const isLogical = (flags & LOGICAL_TO_BINARY) !== 0;
    const decimal = numberIn(cpu, i.v2, (flags & FORCE.SECOND) !== 0);
    const value = isLogical && decimal < 0n ? -decimal : decimal;
    const overflow = value !== (isLogical ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value));
    const upper = bits === 32 ? cpu.gr[i.r1]! & 0xffff_ffff_0000_0000n : 0n;
    cpu.gr[i.r1] = upper | BigInt.asUintN(bits, value);
    if (flags & SETS_CODE) cpu.cc = overflow ? 3 : 0;
    if (overflow && cpu.programMask & PROGRAM_MASK.FIXED_POINT_OVERFLOW) cpu.programCheck(PGM.FIXED_POINT_OVERFLOW);
  };

const toDecimal =
  (bits: 32 | 64): Plain =>
  (cpu, i) => {
    const flags = i.field('m4');
    const digits = digitsIn(cpu, i, 'i3');
    const register = cpu.gr[i.r2]!;
    const value = flags & LOGICAL_TO_DECIMAL ? BigInt.asUintN(bits, register) : BigInt.asIntN(bits, register);
    // No overflow is condition code 0, whatever the number.
    deliver(cpu, i, fromSigned(value), digits, flags & FORCE.FIRST);
    if (flags & SETS_CODE) cpu.cc = truncate(fromSigned(value).magnitude, digits).overflow ? 3 : 0;
  };

// ---- arithmetic --------------------------------------------------------------------------------------------------------

/** How an operation uses I4: as the count of the result's digits, or as an amount to shift by. */
const arithmetic =
  (use: 'digits' | 'shift', operation: (cpu: Cpu, a: bigint, b: bigint, shift: bigint) => bigint): Plain =>
  (cpu, i) => {
    const flags = i.field('m5');
    const amount = use === 'digits' ? digitsIn(cpu, i, 'i4') : amountIn(cpu, i, 'i4');
    const second = numberIn(cpu, i.v2, (flags & FORCE.SECOND) !== 0);
    const third = numberIn(cpu, i.v3, (flags & FORCE.THIRD) !== 0);
    const result = operation(cpu, second, third, 10n ** BigInt(amount));
    deliver(cpu, i, fromSigned(result), use === 'digits' ? amount : DIGITS, flags);
  };

const divisor = (cpu: Cpu, value: bigint): bigint => (value === 0n ? cpu.programCheck(PGM.DECIMAL_DIVIDE) : value);

/** I4: bit 0 rounds what is shifted out, bits 1-7 are a signed number of digits to shift left by. */
const ROUNDS = 0x80;
const shiftAndRound: Plain = (cpu, i) => {
  const flags = i.field('m5');
  const digits = digitsIn(cpu, i, 'i3');
  const control = i.field('i4');
  const shift = BigInt.asIntN(7, BigInt(control));
  const { negative, magnitude } = decode(cpu, i.v2, (flags & FORCE.SECOND) !== 0);
  const rounding = control & ROUNDS ? 5n : 0n;
  const shifted = shift >= 0n ? magnitude * 10n ** shift : (magnitude / 10n ** (-shift - 1n) + rounding) / 10n;
  deliver(cpu, i, { negative, magnitude: shifted }, digits, flags);
};

/** I4: the operation, the sign code of a positive result, whether a sign that is replaced must be valid. */
const SIGN_OPERATION = { COMPLEMENT: 1, FORCE_POSITIVE: 2, FORCE_NEGATIVE: 3 } as const;
const POSITIVE_IS_FORCED = 2;
const VALIDATES_SIGN = 1;

const signOperation: Plain = (cpu, i) => {
  const digits = digitsIn(cpu, i, 'i3');
  const control = i.field('i4');
  const operation = (control >> 2) & 3;
  const replaced = operation === SIGN_OPERATION.FORCE_POSITIVE || operation === SIGN_OPERATION.FORCE_NEGATIVE;
  const { negative, magnitude } = decode(cpu, i.v2, replaced && !(control & VALIDATES_SIGN));
  const wanted = replaced ? operation === SIGN_OPERATION.FORCE_NEGATIVE : negative !== (operation === SIGN_OPERATION.COMPLEMENT);
  const { digits: kept, overflow } = truncate(magnitude, digits);
  const isNegative = wanted && kept !== 0n;
  setDecimal(cpu, i.v1, kept, isNegative ? SIGN_MINUS : control & POSITIVE_IS_FORCED ? SIGN_FORCED : SIGN_PLUS);
  finish(cpu, conditionOf({ negative: isNegative, magnitude: kept }), overflow, (i.field('m5') & SETS_CODE) !== 0);
};

/** Bits of M3 of the comparison. */
const compare: Plain = (cpu, i) => {
  const first = numberIn(cpu, i.v1, (i.m3 & FORCE.SECOND) !== 0);
  const second = numberIn(cpu, i.v2, (i.m3 & FORCE.THIRD) !== 0);
  cpu.cc = first === second ? 0 : first < second ? 1 : 2;
};

const test: Plain = (cpu, i) => {
  const text = textOf(cpu, i.v1);
  cpu.cc = (hasValidSign(text) ? 0 : 1) + (hasValidDigits(text) ? 0 : 2);
};

// biome-ignore format: one row a line
export const VECTOR_DECIMAL: readonly Row[] = [
  plainRow('e634', 'vpkz', 'VSI', 'VECTOR PACK ZONED', VECTOR_PACKED_DECIMAL, packZoned),
  plainRow('e63c', 'vupkz', 'VSI', 'VECTOR UNPACK ZONED', VECTOR_PACKED_DECIMAL, unpackZoned),
  plainRow('e635', 'vlrl', 'VSI', 'VECTOR LOAD RIGHTMOST WITH LENGTH', VECTOR_PACKED_DECIMAL, loadRightmost(lengthInI3)),
  plainRow('e637', 'vlrlr', 'VRS-d', 'VECTOR LOAD RIGHTMOST WITH LENGTH', VECTOR_PACKED_DECIMAL, loadRightmost(lengthInR3)),
  plainRow('e63d', 'vstrl', 'VSI', 'VECTOR STORE RIGHTMOST WITH LENGTH', VECTOR_PACKED_DECIMAL, storeRightmost(lengthInI3)),
  plainRow('e63f', 'vstrlr', 'VRS-d', 'VECTOR STORE RIGHTMOST WITH LENGTH', VECTOR_PACKED_DECIMAL, storeRightmost(lengthInR3)),
  plainRow('e649', 'vlip', 'VRI-h', 'VECTOR LOAD IMMEDIATE DECIMAL', VECTOR_PACKED_DECIMAL, loadImmediate),
  plainRow('e650', 'vcvb', 'VRR-i', 'VECTOR CONVERT TO BINARY', VECTOR_PACKED_DECIMAL, toBinary(32)),
  plainRow('e652', 'vcvbg', 'VRR-i', 'VECTOR CONVERT TO BINARY', VECTOR_PACKED_DECIMAL, toBinary(64)),
  plainRow('e658', 'vcvd', 'VRI-i', 'VECTOR CONVERT TO DECIMAL', VECTOR_PACKED_DECIMAL, toDecimal(32)),
  plainRow('e65a', 'vcvdg', 'VRI-i', 'VECTOR CONVERT TO DECIMAL', VECTOR_PACKED_DECIMAL, toDecimal(64)),
  plainRow('e659', 'vsrp', 'VRI-g', 'VECTOR SHIFT AND ROUND DECIMAL', VECTOR_PACKED_DECIMAL, shiftAndRound),
  plainRow('e65b', 'vpsop', 'VRI-g', 'VECTOR PERFORM SIGN OPERATION DECIMAL', VECTOR_PACKED_DECIMAL, signOperation),
  plainRow('e65f', 'vtp', 'VRR-g', 'VECTOR TEST DECIMAL', VECTOR_PACKED_DECIMAL, test),
  plainRow('e677', 'vcp', 'VRR-h', 'VECTOR COMPARE DECIMAL', VECTOR_PACKED_DECIMAL, compare),
  plainRow('e671', 'vap', 'VRI-f', 'VECTOR ADD DECIMAL', VECTOR_PACKED_DECIMAL, arithmetic('digits', (_, a, b) => a + b)),
  plainRow('e673', 'vsp', 'VRI-f', 'VECTOR SUBTRACT DECIMAL', VECTOR_PACKED_DECIMAL, arithmetic('digits', (_, a, b) => a - b)),
  plainRow('e678', 'vmp', 'VRI-f', 'VECTOR MULTIPLY DECIMAL', VECTOR_PACKED_DECIMAL, arithmetic('digits', (_, a, b) => a * b)),
  plainRow('e679', 'vmsp', 'VRI-f', 'VECTOR MULTIPLY AND SHIFT DECIMAL', VECTOR_PACKED_DECIMAL, arithmetic('shift', (_, a, b, shift) => (a * b) / shift)),
  plainRow('e67a', 'vdp', 'VRI-f', 'VECTOR DIVIDE DECIMAL', VECTOR_PACKED_DECIMAL, arithmetic('digits', (cpu, a, b) => a / divisor(cpu, b))),
  plainRow('e67b', 'vrp', 'VRI-f', 'VECTOR REMAINDER DECIMAL', VECTOR_PACKED_DECIMAL, arithmetic('digits', (cpu, a, b) => a % divisor(cpu, b))),
  plainRow('e67e', 'vsdp', 'VRI-f', 'VECTOR SHIFT AND DIVIDE DECIMAL', VECTOR_PACKED_DECIMAL, arithmetic('shift', (cpu, a, b, shift) => (a * shift) / divisor(cpu, b))),
];
