import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import type { I32, I64, Meaning } from '../meaning.ts';
import { plainRow, type Row, row } from '../row.ts';
import { flagsOf, getElements, ones, type Size, setElements, setVector, sizeOf } from '../vector.ts';
import { VECTOR, VECTOR_ENHANCEMENTS_2 } from './traits.ts';
import { laneTops, setBoth, specificationAbove } from './vector-operands.ts';

/** Vector string instructions (PoP, chapter 23). The result of a search is a byte index, 16 when nothing was found. */

/** Bits of the mask that says how to search. */
const SEARCH = { INVERT: 8, RESULT_TYPE: 4, ZERO: 2, CONDITION: 1 } as const;
const WORD = 2;

// ---- searches in both halves at once: marks are the top bits of the elements that are meant ---------------------------------

/** Marks zeros. */
const zeros = (m: Meaning, elements: I64, tops: I64): I64 => {
  const rest = m.not(tops);
  return m.and(m.not(m.or(m.add(m.and(elements, rest), rest), elements)), tops);
};

/** Byte index of the first mark, or 16. */
const firstMark = (m: Meaning, left: I64, right: I64): I32 => {
  const inLeft = m.shrU(m.low(m.clz(left)), 3);
  return m.select(m.eq(inLeft, 8), m.add(m.shrU(m.low(m.clz(right)), 3), 8), inLeft);
};

const lesser = (m: Meaning, a: I32, b: I32): I32 => m.select(m.ltU(a, b), a, b);

/** Checks element size and flags, and gives the tops of the elements and a test for the flags. */
const searchSetup = (m: Meaning, size: 'm3' | 'm4', allowed: number): { tops: I64; flag: (bit: number) => I32 } => {
  const code = m.unsigned(size);
  specificationAbove(m, code, WORD);
  const flags = m.unsigned('m5');
  specificationAbove(m, flags, allowed);
  return { tops: laneTops(m, code), flag: (bit) => m.and(flags, bit) };
};

/** 0 a zero and nothing before it, 1 something and no zero, 2 something before a zero, 3 neither. */
const searchCode = (m: Meaning, found: I32, zero: I32): I32 => {
  const withZero = m.select(m.ltU(found, zero), m.i32(2), 0);
  return m.select(m.eq(zero, 16), m.select(m.eq(found, 16), m.i32(3), 1), withZero);
};

const firstZero = (m: Meaning, tops: I64, wanted: I32): I32 => {
  const found = firstMark(m, zeros(m, m.vr64('v2', 0), tops), zeros(m, m.vr64('v2', 1), tops));
  return m.select(wanted, found, 16);
};

const findEqual = (m: Meaning): void => {
  const { tops, flag } = searchSetup(m, 'm4', SEARCH.ZERO | SEARCH.CONDITION);
  const equal = ([0, 1] as const).map((half) => zeros(m, m.xor(m.vr64('v2', half), m.vr64('v3', half)), tops));
  const found = firstMark(m, equal[0]!, equal[1]!);
  const zero = firstZero(m, tops, flag(SEARCH.ZERO));
  setBoth(m, 'v1', m.zeroExtend(lesser(m, found, zero)), m.i64(0));
  m.if(flag(SEARCH.CONDITION), () => m.setCc(searchCode(m, found, zero)));
};

const findNotEqual = (m: Meaning): void => {
  const { tops, flag } = searchSetup(m, 'm4', SEARCH.ZERO | SEARCH.CONDITION);
  const [a, b] = [m.vr64('v2', 0), m.vr64('v3', 0)];
  const [c, d] = [m.vr64('v2', 1), m.vr64('v3', 1)];
  const [left, right] = [m.xor(a, b), m.xor(c, d)];
  const found = firstMark(m, m.xor(zeros(m, left, tops), tops), m.xor(zeros(m, right, tops), tops));
  const zero = firstZero(m, tops, flag(SEARCH.ZERO));
  setBoth(m, 'v1', m.zeroExtend(lesser(m, found, zero)), m.i64(0));
  // The first elements that differ order the registers as wholes.
  const low = m.select(m.isZero(left), m.ltU(c, d), m.ltU(a, b));
  const different = m.select(m.eq(found, 16), m.i32(3), m.select(low, m.i32(1), 2));
  m.if(flag(SEARCH.CONDITION), () => m.setCc(m.select(m.ltU(zero, found), m.i32(0), different)));
};

/** Zeros from the first zero on. */
const isolate = (m: Meaning): void => {
  const { tops, flag } = searchSetup(m, 'm3', SEARCH.CONDITION);
  const [left, right] = [m.vr64('v2', 0), m.vr64('v2', 1)];
  const [inLeft, inRight] = [m.clz(zeros(m, left, tops)), m.clz(zeros(m, right, tops))];
  const before = (value: I64, bits: I64): I64 => m.select(m.eq(bits, 64), value, m.and(value, m.not(m.shrU(m.i64(-1), bits))));
  const none = m.and(m.eq(inLeft, 64), m.eq(inRight, 64));
  setBoth(m, 'v1', before(left, inLeft), m.select(m.eq(inLeft, 64), before(right, inRight), 0));
  m.if(flag(SEARCH.CONDITION), () => m.setCc(m.select(none, m.i32(3), 0)));
};

// ---- searches for any of several ------------------------------------------------------------------------------------------

const NOTHING = 16;
const byteIndex = (index: number, size: Size): number => (index < 0 ? NOTHING : index * size);

/** Ends a search: which elements of the second operand are meant, and how the flags ask for the result. */
const finishSearch = (cpu: Cpu, i: Instruction, size: Size, flags: number, holds: (element: bigint) => boolean): void => {
  const elements = getElements(cpu, i.v2, size);
  const results = elements.map((element) => holds(element) !== ((flags & SEARCH.INVERT) !== 0));
  const found = byteIndex(results.indexOf(true), size);
  const zero = flags & SEARCH.ZERO ? byteIndex(elements.indexOf(0n), size) : NOTHING;
  if (flags & SEARCH.RESULT_TYPE)
    setElements(
      cpu,
      i.v1,
      results.map((result) => (result ? ones(size) : 0n)),
      size,
    );
  else setVector(cpu, i.v1, BigInt(Math.min(found, zero)) << 64n);
  if (!(flags & SEARCH.CONDITION)) return;
  if (zero === NOTHING) cpu.cc = found === NOTHING ? 3 : 1;
  else cpu.cc = found < zero ? 2 : 0;
};

const findAny = (cpu: Cpu, i: Instruction): void => {
  const size = sizeOf(cpu, i, 'm4', WORD);
  const wanted = getElements(cpu, i.v3, size);
  finishSearch(cpu, i, size, i.field('m5'), (element) => wanted.includes(element));
};

/** Bits at the left of a control element: the comparison holds when equal, when low, when high. */
const RANGE = { EQUAL: 4n, LOW: 2n, HIGH: 1n } as const;

const isWithin = (element: bigint, limit: bigint, control: bigint): boolean => {
  const wanted = element === limit ? RANGE.EQUAL : element < limit ? RANGE.LOW : RANGE.HIGH;
  return (control & wanted) !== 0n;
};

/** Each even element of the third operand and the odd one after it are the ends of a range. */
const compareRanges = (cpu: Cpu, i: Instruction): void => {
  const size = sizeOf(cpu, i, 'm5', WORD);
  const limits = getElements(cpu, i.v3, size);
  const controls = getElements(cpu, i.v4, size).map((control) => control >> BigInt(8 * size - 3));
  const pairs = limits.flatMap((limit, n) => (n % 2 === 0 ? [[limit, controls[n]!, limits[n + 1]!, controls[n + 1]!] as const] : []));
  finishSearch(cpu, i, size, i.field('m6'), (element) =>
    pairs.some(([first, how, second, howSecond]) => isWithin(element, first, how) && isWithin(element, second, howSecond)),
  );
};

// ---- search for a string --------------------------------------------------------------------------------------------------

/** Elements before the first zero, all if there is none or zeros do not count. */
const beforeZero = (elements: readonly bigint[], zeroEnds: boolean): readonly bigint[] => {
  const end = zeroEnds ? elements.indexOf(0n) : -1;
  return end < 0 ? elements : elements.slice(0, end);
};

/** 0 no match, 1 no match before a zero, 2 found, 3 what is left of the second operand is a beginning of the third. */
const searchString = (cpu: Cpu, i: Instruction): void => {
  const size = sizeOf(cpu, i, 'm5', WORD);
  const zeroEnds = (flagsOf(cpu, i, 'm6', SEARCH.ZERO) & SEARCH.ZERO) !== 0;
  const length = Math.floor(Number(getElements(cpu, i.v4, 1)[7]!) / size);
  const wanted = beforeZero(getElements(cpu, i.v3, size).slice(0, length), zeroEnds);
  const elements = getElements(cpu, i.v2, size);
  const string = beforeZero(elements, zeroEnds);
  const isEnded = string.length < elements.length;
  const matches = (start: number): boolean =>
    wanted.every((element, n) => (start + n < elements.length ? element === string[start + n] : true));
  const start = wanted.length === 0 ? 0 : string.findIndex((_, n) => matches(n));
  setVector(cpu, i.v1, BigInt(byteIndex(start, size)) << 64n);
  if (start < 0) cpu.cc = isEnded ? 1 : 0;
  else cpu.cc = start + wanted.length <= elements.length ? 2 : 3;
};

const SEARCHED = { ...VECTOR, operands: 'v1,v2,v3,m4,m5?' } as const;

// biome-ignore format: one row a line
export const VECTOR_STRING: readonly Row[] = [
  row('e780', 'vfee', 'VRR-b', 'VECTOR FIND ELEMENT EQUAL', SEARCHED, findEqual),
  row('e781', 'vfene', 'VRR-b', 'VECTOR FIND ELEMENT NOT EQUAL', SEARCHED, findNotEqual),
  plainRow('e782', 'vfae', 'VRR-b', 'VECTOR FIND ANY ELEMENT EQUAL', SEARCHED, findAny),
  row('e75c', 'vistr', 'VRR-a', 'VECTOR ISOLATE STRING', { ...VECTOR, operands: 'v1,v2,m3,m5?' }, isolate),
  plainRow('e78a', 'vstrc', 'VRR-d', 'VECTOR STRING RANGE COMPARE', { ...VECTOR, operands: 'v1,v2,v3,v4,m5,m6?' }, compareRanges),
  plainRow('e78b', 'vstrs', 'VRR-d', 'VECTOR STRING SEARCH', { ...VECTOR_ENHANCEMENTS_2, operands: 'v1,v2,v3,v4,m5,m6?' }, searchString),
];
