import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { plainRow, type Row } from '../row.ts';
import { getElements, getVector, join, type Size, setElements, setVector, signed, sizeOf } from '../vector.ts';
import { VECTOR, VECTOR_ENHANCEMENTS_1, VECTOR_ENHANCEMENTS_2 } from './traits.ts';

/** Vector integer instructions (PoP, chapter 22): multiplication, and shifts of elements and of whole registers. */

type Plain = (cpu: Cpu, i: Instruction) => void;

// ---- multiplication ----------------------------------------------------------------------------------------------------

/** Which elements are multiplied, and how much of the product stays: that of the even or odd ones whole, or one half of each. */
type Part = 'even' | 'odd' | 'high' | 'low';

const multiply =
  (part: Part, isSigned: boolean, adds: boolean): Plain =>
  (cpu, i) => {
    const size = sizeOf(cpu, i, adds ? 'm5' : 'm4', 2);
    const isWide = part === 'even' || part === 'odd';
    const result = (isWide ? 2 * size : size) as Size;
    const value = (element: bigint, bytes: Size): bigint => (isSigned ? signed(element, bytes) : element);
    const third = getElements(cpu, i.v3, size);
    const addends = adds ? getElements(cpu, i.v4, result) : [];
    const products = getElements(cpu, i.v2, size)
      .map((element, n) => value(element, size) * value(third[n]!, size))
      .filter((_, n) => !isWide || n % 2 === (part === 'even' ? 0 : 1))
      .map((product, n) => product + value(addends[n] ?? 0n, result));
    const shift = part === 'high' ? BigInt(8 * size) : 0n;
    setElements(
      cpu,
      i.v1,
      products.map((product) => product >> shift),
      result,
    );
  };

/** A product without carries. */
const galois = (a: bigint, b: bigint): bigint => {
  let product = 0n;
  for (let bit = 0n, rest = b; rest !== 0n; bit++, rest >>= 1n) if (rest & 1n) product ^= a << bit;
  return product;
};

const galoisMultiplySum =
  (adds: boolean): Plain =>
  (cpu, i) => {
    const size = sizeOf(cpu, i, adds ? 'm5' : 'm4', 3);
    const wide = (2 * size) as Size;
    const third = getElements(cpu, i.v3, size);
    const products = getElements(cpu, i.v2, size).map((element, n) => galois(element, third[n]!));
    const addends = adds ? getElements(cpu, i.v4, wide) : [];
    const sums = Array.from({ length: 16 / wide }, (_, n) => products[2 * n]! ^ products[2 * n + 1]! ^ (addends[n] ?? 0n));
    setElements(cpu, i.v1, sums, wide);
  };

/** Bits of M6: the even product, the odd product is shifted left by one. */
const DOUBLED = { EVEN: 8, ODD: 4 } as const;

/** The products of the doublewords and the fourth operand are added, modulo 2^128. */
const multiplySum: Plain = (cpu, i) => {
  sizeOf(cpu, i, 'm5', 3, 3);
  const flags = i.field('m6');
  const third = getElements(cpu, i.v3, 8);
  const [even, odd] = getElements(cpu, i.v2, 8).map((element, n) => element * third[n]!);
  const doubled = (product: bigint, flag: number): bigint => (flags & flag ? product << 1n : product);
  setVector(cpu, i.v1, doubled(even!, DOUBLED.EVEN) + doubled(odd!, DOUBLED.ODD) + getVector(cpu, i.v4));
};

// ---- shifts of elements ------------------------------------------------------------------------------------------------

/** An element shifted or rotated by less than its size in bits. */
type Shift = (element: bigint, amount: bigint, size: Size) => bigint;

const shiftLeft: Shift = (element, amount) => element << amount;
const shiftRight: Shift = (element, amount) => element >> amount;
const shiftRightSigned: Shift = (element, amount, size) => signed(element, size) >> amount;
const rotateLeft: Shift = (element, amount, size) => (element << amount) | (element >> (BigInt(8 * size) - amount));

const modulo = (amount: bigint, size: Size): bigint => amount & BigInt(8 * size - 1);

const byElement =
  (shift: Shift): Plain =>
  (cpu, i) => {
    const size = sizeOf(cpu, i, 'm4', 3);
    const amounts = getElements(cpu, i.v3, size);
    const results = getElements(cpu, i.v2, size).map((element, n) => shift(element, modulo(amounts[n]!, size), size));
    setElements(cpu, i.v1, results, size);
  };

const byAddress =
  (shift: Shift): Plain =>
  (cpu, i) => {
    const size = sizeOf(cpu, i, 'm4', 3);
    const amount = modulo(i.value(2), size);
    setElements(
      cpu,
      i.v1,
      getElements(cpu, i.v3, size).map((element) => shift(element, amount, size)),
      size,
    );
  };

/** Where the third operand has ones, the first takes the second's bits, rotated. */
const rotateAndInsert: Plain = (cpu, i) => {
  const size = sizeOf(cpu, i, 'm5', 3);
  const amount = modulo(BigInt(i.field('i4')), size);
  const mask = getVector(cpu, i.v3);
  const rotated = getElements(cpu, i.v2, size).map((element) => rotateLeft(element, amount, size));
  setVector(cpu, i.v1, (join(rotated, size) & mask) | (getVector(cpu, i.v1) & ~mask));
};

// ---- shifts of registers -----------------------------------------------------------------------------------------------

/**
 * Each byte of the result is cut out of two neighbours by the low three bits of the same byte of the third operand. That is vector-enhancements
 * facility 2; before it, results are unpredictable unless all the amounts are the same, and then this is a shift of the whole.
 */
const byBits =
  (direction: 'left' | 'right', isSigned = false): Plain =>
  (cpu, i) => {
    const bytes = getElements(cpu, i.v2, 1);
    const amounts = getElements(cpu, i.v3, 1).map((byte) => byte & 7n);
    const fill = isSigned && bytes[0]! >= 0x80n ? 0xffn : 0n;
    const results = bytes.map((byte, n) =>
      direction === 'left'
        ? ((byte << 8n) | (bytes[n + 1] ?? 0n)) >> (8n - amounts[n]!)
        : (((bytes[n - 1] ?? fill) << 8n) | byte) >> amounts[n]!,
    );
    setElements(cpu, i.v1, results, 1);
  };

/** By as many bytes as bits 1-4 of byte 7 of the third operand say. */
const byBytes =
  (shift: (value: bigint, amount: bigint) => bigint): Plain =>
  (cpu, i) => {
    const amount = (getElements(cpu, i.v3, 1)[7]! >> 3n) & 15n;
    setVector(cpu, i.v1, shift(getVector(cpu, i.v2), 8n * amount));
  };

/** The second and third operands side by side, shifted left, of which the left half stays: `unit` bits times I4. */
const double =
  (unit: bigint, most: number, direction: 'left' | 'right' = 'left'): Plain =>
  (cpu, i) => {
    const amount = i.field('i4');
    if (amount > most) cpu.programCheck(PGM.SPECIFICATION);
    const both = (getVector(cpu, i.v2) << 128n) | getVector(cpu, i.v3);
    const shift = unit * BigInt(amount);
    setVector(cpu, i.v1, direction === 'left' ? both >> (128n - shift) : both >> shift);
  };

const M4 = { ...VECTOR, operands: 'v1,v2,v3,m4' } as const;
const M5 = { ...VECTOR, operands: 'v1,v2,v3,v4,m5' } as const;
const THREE = { ...VECTOR, operands: 'v1,v2,v3' } as const;
const DOUBLE = { operands: 'v1,v2,v3,u4' } as const;

// biome-ignore format: one row a line
export const VECTOR_MULTIPLY_SHIFT: readonly Row[] = [
  plainRow('e7a2', 'vml', 'VRR-c', 'VECTOR MULTIPLY LOW', M4, multiply('low', true, false)),
  plainRow('e7a3', 'vmh', 'VRR-c', 'VECTOR MULTIPLY HIGH', M4, multiply('high', true, false)),
  plainRow('e7a1', 'vmlh', 'VRR-c', 'VECTOR MULTIPLY LOGICAL HIGH', M4, multiply('high', false, false)),
  plainRow('e7a6', 'vme', 'VRR-c', 'VECTOR MULTIPLY EVEN', M4, multiply('even', true, false)),
  plainRow('e7a4', 'vmle', 'VRR-c', 'VECTOR MULTIPLY LOGICAL EVEN', M4, multiply('even', false, false)),
  plainRow('e7a7', 'vmo', 'VRR-c', 'VECTOR MULTIPLY ODD', M4, multiply('odd', true, false)),
  plainRow('e7a5', 'vmlo', 'VRR-c', 'VECTOR MULTIPLY LOGICAL ODD', M4, multiply('odd', false, false)),
  plainRow('e7aa', 'vmal', 'VRR-d', 'VECTOR MULTIPLY AND ADD LOW', M5, multiply('low', true, true)),
  plainRow('e7ab', 'vmah', 'VRR-d', 'VECTOR MULTIPLY AND ADD HIGH', M5, multiply('high', true, true)),
  plainRow('e7a9', 'vmalh', 'VRR-d', 'VECTOR MULTIPLY AND ADD LOGICAL HIGH', M5, multiply('high', false, true)),
  plainRow('e7ae', 'vmae', 'VRR-d', 'VECTOR MULTIPLY AND ADD EVEN', M5, multiply('even', true, true)),
  plainRow('e7ac', 'vmale', 'VRR-d', 'VECTOR MULTIPLY AND ADD LOGICAL EVEN', M5, multiply('even', false, true)),
  plainRow('e7af', 'vmao', 'VRR-d', 'VECTOR MULTIPLY AND ADD ODD', M5, multiply('odd', true, true)),
  plainRow('e7ad', 'vmalo', 'VRR-d', 'VECTOR MULTIPLY AND ADD LOGICAL ODD', M5, multiply('odd', false, true)),
  plainRow('e7b8', 'vmsl', 'VRR-d', 'VECTOR MULTIPLY SUM LOGICAL', VECTOR_ENHANCEMENTS_1, multiplySum),
  plainRow('e7b4', 'vgfm', 'VRR-c', 'VECTOR GALOIS FIELD MULTIPLY SUM', M4, galoisMultiplySum(false)),
  plainRow('e7bc', 'vgfma', 'VRR-d', 'VECTOR GALOIS FIELD MULTIPLY SUM AND ACCUMULATE', M5, galoisMultiplySum(true)),
  plainRow('e730', 'vesl', 'VRS-a', 'VECTOR ELEMENT SHIFT LEFT', VECTOR, byAddress(shiftLeft)),
  plainRow('e770', 'veslv', 'VRR-c', 'VECTOR ELEMENT SHIFT LEFT', M4, byElement(shiftLeft)),
  plainRow('e738', 'vesrl', 'VRS-a', 'VECTOR ELEMENT SHIFT RIGHT LOGICAL', VECTOR, byAddress(shiftRight)),
  plainRow('e778', 'vesrlv', 'VRR-c', 'VECTOR ELEMENT SHIFT RIGHT LOGICAL', M4, byElement(shiftRight)),
  plainRow('e73a', 'vesra', 'VRS-a', 'VECTOR ELEMENT SHIFT RIGHT ARITHMETIC', VECTOR, byAddress(shiftRightSigned)),
  plainRow('e77a', 'vesrav', 'VRR-c', 'VECTOR ELEMENT SHIFT RIGHT ARITHMETIC', M4, byElement(shiftRightSigned)),
  plainRow('e733', 'verll', 'VRS-a', 'VECTOR ELEMENT ROTATE LEFT LOGICAL', VECTOR, byAddress(rotateLeft)),
  plainRow('e773', 'verllv', 'VRR-c', 'VECTOR ELEMENT ROTATE LEFT LOGICAL', M4, byElement(rotateLeft)),
  plainRow('e772', 'verim', 'VRI-d', 'VECTOR ELEMENT ROTATE AND INSERT UNDER MASK', VECTOR, rotateAndInsert),
  plainRow('e774', 'vsl', 'VRR-c', 'VECTOR SHIFT LEFT', THREE, byBits('left')),
  plainRow('e77c', 'vsrl', 'VRR-c', 'VECTOR SHIFT RIGHT LOGICAL', THREE, byBits('right')),
  plainRow('e77e', 'vsra', 'VRR-c', 'VECTOR SHIFT RIGHT ARITHMETIC', THREE, byBits('right', true)),
  plainRow('e775', 'vslb', 'VRR-c', 'VECTOR SHIFT LEFT BY BYTE', THREE, byBytes((value, amount) => value << amount)),
  plainRow('e77d', 'vsrlb', 'VRR-c', 'VECTOR SHIFT RIGHT LOGICAL BY BYTE', THREE, byBytes((value, amount) => value >> amount)),
  plainRow('e77f', 'vsrab', 'VRR-c', 'VECTOR SHIFT RIGHT ARITHMETIC BY BYTE', THREE, byBytes((value, amount) => signed(value, 16) >> amount)),
  plainRow('e777', 'vsldb', 'VRI-d', 'VECTOR SHIFT LEFT DOUBLE BY BYTE', { ...VECTOR, ...DOUBLE }, double(8n, 15)),
  plainRow('e786', 'vsld', 'VRI-d', 'VECTOR SHIFT LEFT DOUBLE BY BIT', { ...VECTOR_ENHANCEMENTS_2, ...DOUBLE }, double(1n, 7)),
  plainRow('e787', 'vsrd', 'VRI-d', 'VECTOR SHIFT RIGHT DOUBLE BY BIT', { ...VECTOR_ENHANCEMENTS_2, ...DOUBLE }, double(1n, 7, 'right')),
];
