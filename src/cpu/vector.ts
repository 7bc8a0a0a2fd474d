import type { Cpu } from './cpu.ts';
import type { FieldName } from './formats.ts';
import type { Instruction } from './instruction.ts';
import { PGM } from './interruption.ts';

/**
 * Vector registers as elements, for plain instruction functions. Elements are unsigned integers from left to right, as the PoP numbers
 * them (chapter 21, "Vector Overview"); {@link signed} reads one with its sign.
 */

/** Bytes of an element. */
export type Size = 1 | 2 | 4 | 8 | 16;

const QUADWORD = 128n;

/** A whole vector register. */
export const getVector = (cpu: Cpu, register: number): bigint => (cpu.vr[2 * register]! << 64n) | cpu.vr[2 * register + 1]!;

/** Replaces a vector register; bits beyond 128 are dropped. */
export const setVector = (cpu: Cpu, register: number, value: bigint): void => {
  cpu.vr[2 * register] = value >> 64n;
  cpu.vr[2 * register + 1] = value;
};

/** Splits 128 bits into elements. */
export const split = (value: bigint, size: Size): bigint[] => {
  const bits = 8 * size;
  return Array.from({ length: 16 / size }, (_, n) => BigInt.asUintN(bits, value >> (QUADWORD - BigInt(bits * (n + 1)))));
};

/** Puts elements together; each is cut to its size. */
export const join = (elements: readonly bigint[], size: Size): bigint => {
  const bits = 8 * size;
  return elements.reduce((whole, element) => (whole << BigInt(bits)) | BigInt.asUintN(bits, element), 0n);
};

export const getElements = (cpu: Cpu, register: number, size: Size): bigint[] => split(getVector(cpu, register), size);
export const setElements = (cpu: Cpu, register: number, elements: readonly bigint[], size: Size): void =>
  setVector(cpu, register, join(elements, size));

/** An element as a signed integer. */
export const signed = (element: bigint, size: Size): bigint => BigInt.asIntN(8 * size, element);

/** All ones in an element of this size, for comparisons that hold. */
export const ones = (size: Size): bigint => (1n << BigInt(8 * size)) - 1n;

/** The element size that a mask field selects, 0 for bytes up to 4 for quadwords; others than `least` to `most` are a specification exception. */
export const sizeOf = (cpu: Cpu, i: Instruction, field: FieldName, most: number, least = 0): Size => {
  const code = i.field(field);
  if (code < least || code > most) cpu.programCheck(PGM.SPECIFICATION);
  return (1 << code) as Size;
};

/** Specification exception when bits outside `allowed` are one in a mask field; returns the field. */
export const flagsOf = (cpu: Cpu, i: Instruction, field: FieldName, allowed: number): number => {
  const flags = i.field(field);
  if (flags & ~allowed) cpu.programCheck(PGM.SPECIFICATION);
  return flags;
};

/** The condition code of a comparison of elements: 0 all true, 1 some, 3 none. */
export const conditionOfAll = (results: readonly boolean[]): 0 | 1 | 3 =>
  results.every((result) => result) ? 0 : results.some((result) => result) ? 1 : 3;
