import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { plainRow, type Row } from '../row.ts';
import { EXTENDED_TRANSLATION_2 } from './traits.ts';

/** A packed decimal number. Zero has a sign too. */
export interface Decimal {
  readonly negative: boolean;
  /** Absolute value. */
  readonly magnitude: bigint;
}

const digitsOf = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
};

export const hasValidSign = (text: string): boolean => text.at(-1)! > '9';
/** Whether the sign at the end of a number is one of those that mean minus. */
export const isNegativeSign = (text: string): boolean => /[bd]$/.test(text);
export const hasValidDigits = (text: string): boolean => /^[0-9]*$/.test(text.slice(0, -1));

/** Data exception, DXC 0, for a digit that is not 0-9 or a sign that is not A-F. */
export const dataException = (cpu: Cpu): never => cpu.programCheck(PGM.DATA, { dxc: 0 });

const decode = (cpu: Cpu, bytes: Uint8Array): Decimal => {
  const text = digitsOf(bytes);
  if (!hasValidSign(text) || !hasValidDigits(text)) dataException(cpu);
  return { negative: isNegativeSign(text), magnitude: BigInt(text.slice(0, -1)) };
};

/** As many of the rightmost digits as there is room for, with the preferred sign. */
const encode = ({ negative, magnitude }: Decimal, length: number): Uint8Array => {
  const text =
    magnitude
      .toString()
      .padStart(2 * length - 1, '0')
      .slice(1 - 2 * length) + (negative ? 'd' : 'c');
  return Uint8Array.from({ length }, (_, n) => Number.parseInt(text.slice(2 * n, 2 * n + 2), 16));
};

const signed = ({ negative, magnitude }: Decimal): bigint => (negative ? -magnitude : magnitude);
export const fromSigned = (value: bigint): Decimal => ({ negative: value < 0n, magnitude: value < 0n ? -value : value });

// ---- conversion --------------------------------------------------------------------------------------------------------

const loadSigned = (cpu: Cpu, i: Instruction, length: number): bigint => signed(decode(cpu, cpu.loadBytes(i.address(2), length, 2)));

/** CVB: a number that 32 bits cannot hold is put into the register without its high bits, then comes the exception. */
const toBinary32 = (cpu: Cpu, i: Instruction): void => {
  const { r1 } = i;
  const value = loadSigned(cpu, i, 8);
  cpu.gr[r1] = (cpu.gr[r1]! & ~0xffff_ffffn) | BigInt.asUintN(32, value);
  if (value !== BigInt.asIntN(32, value)) cpu.programCheck(PGM.FIXED_POINT_DIVIDE);
};

/** CVBG: a number that 64 bits cannot hold leaves the register as it was. */
const toBinary64 = (cpu: Cpu, i: Instruction): void => {
  const value = loadSigned(cpu, i, 16);
  if (value !== BigInt.asIntN(64, value)) cpu.programCheck(PGM.FIXED_POINT_DIVIDE);
  cpu.gr[i.r1] = BigInt.asUintN(64, value);
};

const toDecimal =
  (bits: 32 | 64) =>
  (cpu: Cpu, i: Instruction): void => {
    const value = BigInt.asIntN(bits, cpu.gr[i.r1]!);
    cpu.storeBytes(i.address(2), encode(fromSigned(value), bits / 4), 2);
  };

// ---- arithmetic: access exceptions come before data exceptions, and nothing is stored before both are ruled out ----------

interface Operands {
  readonly address: bigint;
  readonly length1: number;
  readonly length2: number;
  readonly first: Uint8Array;
  readonly second: Uint8Array;
}

const operandsOf = (cpu: Cpu, i: Instruction): Operands => {
  const address = i.address(1);
  const length1 = i.field('l1') + 1;
  const length2 = i.field('l2') + 1;
  const second = cpu.loadBytes(i.address(2), length2, 2);
  cpu.probeStore(address, length1, 1);
  return { address, length1, length2, first: cpu.loadBytes(address, length1, 1), second };
};

/** Bits of the program mask. */
export const PROGRAM_MASK = { FIXED_POINT_OVERFLOW: 8, DECIMAL_OVERFLOW: 4 } as const;

/** Condition code of a result that fits. */
export const conditionOf = ({ negative, magnitude }: Decimal): number => (magnitude === 0n ? 0 : negative ? 1 : 2);

/**
 * Stores a result at the first operand and sets the condition code. A zero is positive, unless it is what overflow left of a negative number.
 */
const storeResult = (cpu: Cpu, address: bigint, length: number, result: Decimal): void => {
  const overflow = result.magnitude >= 10n ** BigInt(2 * length - 1);
  const stored = result.magnitude === 0n ? { negative: false, magnitude: 0n } : result;
  cpu.storeBytes(address, encode(stored, length), 1);
  cpu.cc = overflow ? 3 : conditionOf(stored);
  if (overflow && cpu.programMask & PROGRAM_MASK.DECIMAL_OVERFLOW) cpu.programCheck(PGM.DECIMAL_OVERFLOW);
};

const addDecimal =
  (sign: 1n | -1n) =>
  (cpu: Cpu, i: Instruction): void => {
    const { address, length1, first, second } = operandsOf(cpu, i);
    const sum = signed(decode(cpu, first)) + sign * signed(decode(cpu, second));
    storeResult(cpu, address, length1, fromSigned(sum));
  };

/** ZAP: what the first operand holds does not matter. */
const zeroAndAdd = (cpu: Cpu, i: Instruction): void => {
  const { address, length1, second } = operandsOf(cpu, i);
  storeResult(cpu, address, length1, decode(cpu, second));
};

const compareDecimal = (cpu: Cpu, i: Instruction): void => {
  const bytes1 = cpu.loadBytes(i.address(1), i.field('l1') + 1, 1);
  const bytes2 = cpu.loadBytes(i.address(2), i.field('l2') + 1, 2);
  const first = signed(decode(cpu, bytes1));
  const second = signed(decode(cpu, bytes2));
  cpu.cc = first === second ? 0 : first < second ? 1 : 2;
};

/** Operands of MP and DP: the second is at most eight bytes long and shorter than the first. */
const unequalOperands = (cpu: Cpu, i: Instruction): Operands => {
  const l2 = i.field('l2');
  if (l2 > 7 || l2 >= i.field('l1')) cpu.programCheck(PGM.SPECIFICATION);
  return operandsOf(cpu, i);
};

/** MP: the multiplicand must have as many bytes of zeros on the left as the multiplier has bytes: then the product fits. Zero has a sign. */
const multiplyDecimal = (cpu: Cpu, i: Instruction): void => {
  const { address, length1, length2, first, second } = unequalOperands(cpu, i);
  const multiplicand = decode(cpu, first);
  const multiplier = decode(cpu, second);
  if (first.subarray(0, length2).some((byte) => byte !== 0)) dataException(cpu);
  const negative = multiplicand.negative !== multiplier.negative;
  cpu.storeBytes(address, encode({ negative, magnitude: multiplicand.magnitude * multiplier.magnitude }, length1), 1);
};

/** DP: quotient on the left, remainder of the divisor's length on the right. Both have a sign even if zero. */
const divideDecimal = (cpu: Cpu, i: Instruction): void => {
  const { address, length1, length2, first, second } = unequalOperands(cpu, i);
  const dividend = decode(cpu, first);
  const divisor = decode(cpu, second);
  const quotientLength = length1 - length2;
  if (divisor.magnitude === 0n) cpu.programCheck(PGM.DECIMAL_DIVIDE);
  const quotient = dividend.magnitude / divisor.magnitude;
  if (quotient >= 10n ** BigInt(2 * quotientLength - 1)) cpu.programCheck(PGM.DECIMAL_DIVIDE);
  const result = new Uint8Array(length1);
  result.set(encode({ negative: dividend.negative !== divisor.negative, magnitude: quotient }, quotientLength));
  result.set(encode({ negative: dividend.negative, magnitude: dividend.magnitude % divisor.magnitude }, length2), quotientLength);
  cpu.storeBytes(address, result, 1);
};

/** SRP: the rightmost six bits of the second-operand address are a signed number of digits; positive shifts left. I3 rounds right shifts. */
const shiftAndRound = (cpu: Cpu, i: Instruction): void => {
  const address = i.address(1);
  const length = i.field('l1') + 1;
  const shift = BigInt.asIntN(6, i.value(2));
  const rounding = BigInt(i.field('i3'));
  cpu.probeStore(address, length, 1);
  const { negative, magnitude } = decode(cpu, cpu.loadBytes(address, length, 1));
  if (rounding > 9n) dataException(cpu);
  if (shift >= 0n) storeResult(cpu, address, length, { negative, magnitude: magnitude * 10n ** shift });
  else storeResult(cpu, address, length, { negative, magnitude: (magnitude / 10n ** (-shift - 1n) + rounding) / 10n });
};

const testDecimal = (cpu: Cpu, i: Instruction): void => {
  const text = digitsOf(cpu.loadBytes(i.address(1), i.field('l1') + 1, 1));
  cpu.cc = (hasValidSign(text) ? 0 : 1) + (hasValidDigits(text) ? 0 : 2);
};

/** Packed decimal numbers: conversion from and to binary, arithmetic, and the test. */
// biome-ignore format: one row a line
export const DECIMAL: readonly Row[] = [
  plainRow('4f', 'cvb', 'RX-a', 'CONVERT TO BINARY (32)', {}, toBinary32),
  plainRow('e306', 'cvby', 'RXY-a', 'CONVERT TO BINARY (32)', {}, toBinary32),
  plainRow('e30e', 'cvbg', 'RXY-a', 'CONVERT TO BINARY (64)', {}, toBinary64),
  plainRow('4e', 'cvd', 'RX-a', 'CONVERT TO DECIMAL (32)', {}, toDecimal(32)),
  plainRow('e326', 'cvdy', 'RXY-a', 'CONVERT TO DECIMAL (32)', {}, toDecimal(32)),
  plainRow('e32e', 'cvdg', 'RXY-a', 'CONVERT TO DECIMAL (64)', {}, toDecimal(64)),
  plainRow('fa', 'ap', 'SS-b', 'ADD DECIMAL', {}, addDecimal(1n)),
  plainRow('fb', 'sp', 'SS-b', 'SUBTRACT DECIMAL', {}, addDecimal(-1n)),
  plainRow('f8', 'zap', 'SS-b', 'ZERO AND ADD', {}, zeroAndAdd),
  plainRow('f9', 'cp', 'SS-b', 'COMPARE DECIMAL', {}, compareDecimal),
  plainRow('fc', 'mp', 'SS-b', 'MULTIPLY DECIMAL', {}, multiplyDecimal),
  plainRow('fd', 'dp', 'SS-b', 'DIVIDE DECIMAL', {}, divideDecimal),
  plainRow('f0', 'srp', 'SS-c', 'SHIFT AND ROUND DECIMAL', {}, shiftAndRound),
  plainRow('ebc0', 'tp', 'RSL-a', 'TEST DECIMAL', EXTENDED_TRANSLATION_2, testDecimal),
];
