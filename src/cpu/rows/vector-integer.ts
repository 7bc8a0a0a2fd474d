import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import type { I32, I64, Meaning } from '../meaning.ts';
import { plainRow, type Row, row } from '../row.ts';
import { conditionOfAll, getElements, getVector, ones, type Size, setElements, setVector, signed, sizeOf } from '../vector.ts';
import { VECTOR, VECTOR_ENHANCEMENTS_1 } from './traits.ts';
import { laneTops, setBoth, specificationAbove } from './vector-operands.ts';

/** Vector integer instructions (PoP, chapter 22) but for multiplication and shifts. */

type Plain = (cpu: Cpu, i: Instruction) => void;

// ---- whole registers ---------------------------------------------------------------------------------------------------

/** The same on both halves. */
const logical =
  (operation: (m: Meaning, a: I64, b: I64) => I64) =>
  (m: Meaning): void => {
    const left = operation(m, m.vr64('v2', 0), m.vr64('v3', 0));
    setBoth(m, 'v1', left, operation(m, m.vr64('v2', 1), m.vr64('v3', 1)));
  };

const QUADWORD = 4;

/** Sums or differences of elements, in both halves at once: the tops of the elements are kept out, so that no carry leaves one. */
const addOrSubtract =
  (within: (m: Meaning, a: I64, b: I64, tops: I64) => I64, carry: (m: Meaning, result: I64, a: I64, b: I64) => I32, name: 'add' | 'sub') =>
  (m: Meaning): void => {
    const code = m.unsigned('m4');
    specificationAbove(m, code, QUADWORD);
    const [a, b] = [m.vr64('v2', 0), m.vr64('v3', 0)];
    const [c, d] = [m.vr64('v2', 1), m.vr64('v3', 1)];
    m.if(
      m.eq(code, QUADWORD),
      () => {
        const right = m[name](c, d);
        setBoth(m, 'v1', m[name](m[name](a, b), m.zeroExtend(carry(m, right, c, d))), right);
      },
      () => {
        const tops = laneTops(m, code);
        const left = within(m, a, b, tops);
        setBoth(m, 'v1', left, within(m, c, d, tops));
      },
    );
  };

const add = addOrSubtract(
  (m, a, b, tops) => m.xor(m.add(m.and(a, m.not(tops)), m.and(b, m.not(tops))), m.and(m.xor(a, b), tops)),
  (m, result, a) => m.ltU(result, a),
  'add',
);
const subtract = addOrSubtract(
  (m, a, b, tops) => m.xor(m.sub(m.or(a, tops), m.and(b, m.not(tops))), m.and(m.xor(m.not(a), b), tops)),
  (m, _, a, b) => m.ltU(a, b),
  'sub',
);

// ---- element by element ------------------------------------------------------------------------------------------------

/** The result of one element, from those of the second and third operands and the size. */
type Binary = (a: bigint, b: bigint, size: Size) => bigint;

const elementwise =
  (operation: Binary, most = 3): Plain =>
  (cpu, i) => {
    const size = sizeOf(cpu, i, 'm4', most);
    const third = getElements(cpu, i.v3, size);
    setElements(
      cpu,
      i.v1,
      getElements(cpu, i.v2, size).map((element, n) => operation(element, third[n]!, size)),
      size,
    );
  };

const onSigned =
  (operation: Binary): Binary =>
  (a, b, size) =>
    operation(signed(a, size), signed(b, size), size);

const average: Binary = (a, b) => (a + b + 1n) >> 1n;
const carryOut: Binary = (a, b, size) => (a + b) >> BigInt(8 * size);
const noBorrow: Binary = (a, b) => (a >= b ? 1n : 0n);
const lesser: Binary = (a, b) => (a < b ? a : b);
const greater: Binary = (a, b) => (a > b ? a : b);

const unary =
  (operation: (element: bigint, size: Size) => bigint): Plain =>
  (cpu, i) => {
    const size = sizeOf(cpu, i, 'm3', 3);
    setElements(
      cpu,
      i.v1,
      getElements(cpu, i.v2, size).map((element) => operation(element, size)),
      size,
    );
  };

const magnitude = (element: bigint, size: Size): bigint => (signed(element, size) < 0n ? -element : element);
const digits = (element: bigint, size: Size): string => element.toString(2).padStart(8 * size, '0');
/** Zeros before the first one, from either end; all of them in a zero. */
const leadingZeros = (element: bigint, size: Size): bigint => {
  const at = digits(element, size).indexOf('1');
  return BigInt(at < 0 ? 8 * size : at);
};
const trailingZeros = (element: bigint, size: Size): bigint => {
  const at = digits(element, size).lastIndexOf('1');
  return BigInt(8 * size - (at < 0 ? 0 : at + 1));
};
const population = (element: bigint): bigint => BigInt(element.toString(2).replaceAll('0', '').length);

/** With the first vector facility alone, of bytes only. */
const populationCount: Plain = (cpu, i) => {
  if (i.m3 !== 0 && !cpu.configuration.facilities.has(VECTOR_ENHANCEMENTS_1.facility)) cpu.programCheck(PGM.SPECIFICATION);
  unary(population)(cpu, i);
};

// ---- quadwords with a carry --------------------------------------------------------------------------------------------

/** Second operand, third operand and the rightmost bit of the fourth. */
const withCarry =
  (operation: (a: bigint, b: bigint, carry: bigint) => bigint): Plain =>
  (cpu, i) => {
    if (i.field('m5') !== QUADWORD) cpu.programCheck(PGM.SPECIFICATION);
    setVector(cpu, i.v1, operation(getVector(cpu, i.v2), getVector(cpu, i.v3), getVector(cpu, i.v4) & 1n));
  };

const ALL_ONES = ones(16);

// ---- comparison --------------------------------------------------------------------------------------------------------

const comparison =
  (holds: (a: bigint, b: bigint, size: Size) => boolean): Plain =>
  (cpu, i) => {
    const size = sizeOf(cpu, i, 'm4', 3);
    const setsCode = (i.field('m5') & 1) === 1;
    const third = getElements(cpu, i.v3, size);
    const results = getElements(cpu, i.v2, size).map((element, n) => holds(element, third[n]!, size));
    setElements(
      cpu,
      i.v1,
      results.map((result) => (result ? ones(size) : 0n)),
      size,
    );
    if (setsCode) cpu.cc = conditionOfAll(results);
  };

/** The rightmost element of the left half: 0 equal, 1 first low, 2 first high. */
const compareElement =
  (isSigned: boolean): Plain =>
  (cpu, i) => {
    const size = sizeOf(cpu, i, 'm3', 3);
    const [a, b] = [i.v1, i.v2].map((v) => {
      const element = getElements(cpu, v, size)[8 / size - 1]!;
      return isSigned ? signed(element, size) : element;
    });
    cpu.cc = a! < b! ? 1 : a! > b! ? 2 : 0;
  };

/** The bits of the first operand that the second selects: 0 all zeros or none selected, 1 mixed, 3 all ones. */
const testUnderMask: Plain = (cpu, i) => {
  const mask = getVector(cpu, i.v2);
  const selected = getVector(cpu, i.v1) & mask;
  cpu.cc = selected === 0n ? 0 : selected === mask ? 3 : 1;
};

// ---- sums --------------------------------------------------------------------------------------------------------------

/** In each wider element, the sum of the elements of the second operand there and the rightmost one of the third operand there. */
const sumAcross =
  (result: Size, least: number, most: number): Plain =>
  (cpu, i) => {
    const size = sizeOf(cpu, i, 'm4', most, least);
    const each = result / size;
    const second = getElements(cpu, i.v2, size);
    const third = getElements(cpu, i.v3, size);
    const sums = Array.from({ length: 16 / result }, (_, n) =>
      second.slice(n * each, (n + 1) * each).reduce((sum, element) => sum + element, third[(n + 1) * each - 1]!),
    );
    setElements(cpu, i.v1, sums, result);
  };

/** The words of the second operand and the second word of the third added up, each carry added in again. */
const checksum: Plain = (cpu, i) => {
  let sum = getElements(cpu, i.v3, 4)[1]!;
  for (const word of getElements(cpu, i.v2, 4)) {
    sum += word;
    sum = (sum & ones(4)) + (sum >> 32n);
  }
  setElements(cpu, i.v1, [0n, sum, 0n, 0n], 4);
};

const THREE = { operands: 'v1,v2,v3' } as const;
const LOGICAL = { ...VECTOR, ...THREE } as const;
const M3 = { ...VECTOR, operands: 'v1,v2,m3' } as const;
const M4 = { ...VECTOR, operands: 'v1,v2,v3,m4' } as const;
const CARRY = { ...VECTOR, operands: 'v1,v2,v3,v4,m5' } as const;
/** Facility 1 of the enhancements brought the other logical operations and population counts of more than bytes. */
const LOGICAL_1 = { ...VECTOR_ENHANCEMENTS_1, ...THREE } as const;

// biome-ignore format: one row a line
export const VECTOR_INTEGER: readonly Row[] = [
  row('e768', 'vn', 'VRR-c', 'VECTOR AND', LOGICAL, logical((m, a, b) => m.and(a, b))),
  row('e769', 'vnc', 'VRR-c', 'VECTOR AND WITH COMPLEMENT', LOGICAL, logical((m, a, b) => m.and(a, m.not(b)))),
  row('e76a', 'vo', 'VRR-c', 'VECTOR OR', LOGICAL, logical((m, a, b) => m.or(a, b))),
  row('e76d', 'vx', 'VRR-c', 'VECTOR EXCLUSIVE OR', LOGICAL, logical((m, a, b) => m.xor(a, b))),
  row('e76b', 'vno', 'VRR-c', 'VECTOR NOR', LOGICAL, logical((m, a, b) => m.not(m.or(a, b)))),
  row('e76c', 'vnx', 'VRR-c', 'VECTOR NOT EXCLUSIVE OR', LOGICAL_1, logical((m, a, b) => m.not(m.xor(a, b)))),
  row('e76e', 'vnn', 'VRR-c', 'VECTOR NAND', LOGICAL_1, logical((m, a, b) => m.not(m.and(a, b)))),
  row('e76f', 'voc', 'VRR-c', 'VECTOR OR WITH COMPLEMENT', LOGICAL_1, logical((m, a, b) => m.or(a, m.not(b)))),
  row('e7f3', 'va', 'VRR-c', 'VECTOR ADD', M4, add),
  row('e7f7', 'vs', 'VRR-c', 'VECTOR SUBTRACT', M4, subtract),
  plainRow('e7f1', 'vacc', 'VRR-c', 'VECTOR ADD COMPUTE CARRY', M4, elementwise(carryOut, 4)),
  plainRow('e7f5', 'vscbi', 'VRR-c', 'VECTOR SUBTRACT COMPUTE BORROW INDICATION', M4, elementwise(noBorrow, 4)),
  plainRow('e7bb', 'vac', 'VRR-d', 'VECTOR ADD WITH CARRY', CARRY, withCarry((a, b, carry) => a + b + carry)),
  plainRow('e7b9', 'vaccc', 'VRR-d', 'VECTOR ADD WITH CARRY COMPUTE CARRY', CARRY, withCarry((a, b, carry) => (a + b + carry) >> 128n)),
  plainRow('e7bf', 'vsbi', 'VRR-d', 'VECTOR SUBTRACT WITH BORROW INDICATION', CARRY, withCarry((a, b, carry) => a + (b ^ ALL_ONES) + carry)),
  plainRow('e7bd', 'vsbcbi', 'VRR-d', 'VECTOR SUBTRACT WITH BORROW COMPUTE BORROW INDICATION', CARRY, withCarry((a, b, carry) => (a + (b ^ ALL_ONES) + carry) >> 128n)),
  plainRow('e7f2', 'vavg', 'VRR-c', 'VECTOR AVERAGE', M4, elementwise(onSigned(average))),
  plainRow('e7f0', 'vavgl', 'VRR-c', 'VECTOR AVERAGE LOGICAL', M4, elementwise(average)),
  plainRow('e7ff', 'vmx', 'VRR-c', 'VECTOR MAXIMUM', M4, elementwise(onSigned(greater))),
  plainRow('e7fd', 'vmxl', 'VRR-c', 'VECTOR MAXIMUM LOGICAL', M4, elementwise(greater)),
  plainRow('e7fe', 'vmn', 'VRR-c', 'VECTOR MINIMUM', M4, elementwise(onSigned(lesser))),
  plainRow('e7fc', 'vmnl', 'VRR-c', 'VECTOR MINIMUM LOGICAL', M4, elementwise(lesser)),
  plainRow('e753', 'vclz', 'VRR-a', 'VECTOR COUNT LEADING ZEROS', M3, unary(leadingZeros)),
  plainRow('e752', 'vctz', 'VRR-a', 'VECTOR COUNT TRAILING ZEROS', M3, unary(trailingZeros)),
  plainRow('e750', 'vpopct', 'VRR-a', 'VECTOR POPULATION COUNT', M3, populationCount),
  plainRow('e7de', 'vlc', 'VRR-a', 'VECTOR LOAD COMPLEMENT', M3, unary((element) => -element)),
  plainRow('e7df', 'vlp', 'VRR-a', 'VECTOR LOAD POSITIVE', M3, unary(magnitude)),
  plainRow('e7f8', 'vceq', 'VRR-b', 'VECTOR COMPARE EQUAL', VECTOR, comparison((a, b) => a === b)),
  plainRow('e7fb', 'vch', 'VRR-b', 'VECTOR COMPARE HIGH', VECTOR, comparison((a, b, size) => signed(a, size) > signed(b, size))),
  plainRow('e7f9', 'vchl', 'VRR-b', 'VECTOR COMPARE HIGH LOGICAL', VECTOR, comparison((a, b) => a > b)),
  plainRow('e7db', 'vec', 'VRR-a', 'VECTOR ELEMENT COMPARE', M3, compareElement(true)),
  plainRow('e7d9', 'vecl', 'VRR-a', 'VECTOR ELEMENT COMPARE LOGICAL', M3, compareElement(false)),
  plainRow('e7d8', 'vtm', 'VRR-a', 'VECTOR TEST UNDER MASK', { ...VECTOR, operands: 'v1,v2' }, testUnderMask),
  plainRow('e764', 'vsum', 'VRR-c', 'VECTOR SUM ACROSS WORD', M4, sumAcross(4, 0, 1)),
  plainRow('e765', 'vsumg', 'VRR-c', 'VECTOR SUM ACROSS DOUBLEWORD', M4, sumAcross(8, 1, 2)),
  plainRow('e767', 'vsumq', 'VRR-c', 'VECTOR SUM ACROSS QUADWORD', M4, sumAcross(16, 2, 3)),
  plainRow('e766', 'vcksm', 'VRR-c', 'VECTOR CHECKSUM', LOGICAL, checksum),
];
