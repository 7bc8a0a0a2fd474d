import type { I32, I64, Meaning } from '../meaning.ts';
import { type Row, row } from '../row.ts';
import { DISTINCT_OPERANDS, GENERAL_EXTENSION, HOT, MISCELLANEOUS_1 } from './traits.ts';

/** Shift amounts are six bits of the second-operand address; words are shifted as 64-bit numbers, so that amounts from 32 on are right. */
type Use<V> = (m: Meaning) => V;
/** The value shifted: from R1 itself, or from R3 where the result goes to a register of its own. */
const SINGLE = { operands: 'r1,d2(b2)' } as const;
const SINGLE_HOT = { ...SINGLE, ...HOT } as const;
const DISTINCT_HOT = { ...DISTINCT_OPERANDS, ...HOT } as const;
const r1Word: Use<I32> = (m) => m.gr32('r1');
const r3Word: Use<I32> = (m) => m.gr32('r3');
const r3: Use<I64> = (m) => m.gr64('r3');

const amount64 = (m: Meaning): I64 => m.zeroExtend(m.shiftAmount());

const leftLogical32 =
  (value: Use<I32>) =>
  (m: Meaning): void =>
    m.setGr32('r1', m.low(m.shl(m.zeroExtend(value(m)), amount64(m))));
const rightLogical32 =
  (value: Use<I32>) =>
  (m: Meaning): void =>
    m.setGr32('r1', m.low(m.shrU(m.zeroExtend(value(m)), amount64(m))));
const right32 =
  (value: Use<I32>) =>
  (m: Meaning): void => {
    const result = m.low(m.shrS(m.signExtend(value(m)), amount64(m)));
    m.setGr32('r1', result);
    m.setCc(m.ccSigned(result));
  };

/** The sign stays and the numeric bits move; it overflows when shifting back does not give the number again. */
const left32 =
  (value: Use<I32>) =>
  (m: Meaning): void => {
    const amount = amount64(m);
    const number = m.signExtend(value(m));
    const shifted = m.low(m.shl(number, amount));
    const overflow = m.ne(m.shrS(m.signExtend(shifted), amount), number);
    const result = m.or(m.and(shifted, 0x7fff_ffff), m.and(m.low(number), -0x8000_0000));
    m.setGr32('r1', result);
    m.setCcOverflow(result, overflow);
  };

const left64 = (m: Meaning, number: I64, put: (result: I64) => void): void => {
  const amount = amount64(m);
  const shifted = m.shl(number, amount);
  const sign = m.i64(-(1n << 63n));
  const result = m.or(m.and(shifted, m.not(sign)), m.and(number, sign));
  put(result);
  m.setCcOverflow(result, m.ne(m.shrS(shifted, amount), number));
};

/** The even-odd pair of words that R1 designates, as one number. */
const pairOfWords = (m: Meaning): I64 => {
  m.needEven('r1');
  return m.pair(m.gr32('r1'), m.gr32('r1', 1));
};
const setPairOfWords = (m: Meaning, value: I64): void => {
  m.setGr32('r1', m.high(value));
  m.setGr32('r1', m.low(value), 1);
};

// biome-ignore format: one row a line
const SHIFTS: Row[] = [
  row('89', 'sll', 'RS-a', 'SHIFT LEFT SINGLE LOGICAL (32)', SINGLE_HOT, leftLogical32(r1Word)),
  row('88', 'srl', 'RS-a', 'SHIFT RIGHT SINGLE LOGICAL (32)', SINGLE_HOT, rightLogical32(r1Word)),
  row('8b', 'sla', 'RS-a', 'SHIFT LEFT SINGLE (32)', SINGLE, left32(r1Word)),
  row('8a', 'sra', 'RS-a', 'SHIFT RIGHT SINGLE (32)', SINGLE_HOT, right32(r1Word)),
  row('ebdf', 'sllk', 'RSY-a', 'SHIFT LEFT SINGLE LOGICAL (32)', DISTINCT_HOT, leftLogical32(r3Word)),
  row('ebde', 'srlk', 'RSY-a', 'SHIFT RIGHT SINGLE LOGICAL (32)', DISTINCT_HOT, rightLogical32(r3Word)),
  row('ebdd', 'slak', 'RSY-a', 'SHIFT LEFT SINGLE (32)', DISTINCT_OPERANDS, left32(r3Word)),
  row('ebdc', 'srak', 'RSY-a', 'SHIFT RIGHT SINGLE (32)', DISTINCT_HOT, right32(r3Word)),
  row('eb0d', 'sllg', 'RSY-a', 'SHIFT LEFT SINGLE LOGICAL (64)', HOT, (m) => m.setGr64('r1', m.shl(r3(m), amount64(m)))),
  row('eb0c', 'srlg', 'RSY-a', 'SHIFT RIGHT SINGLE LOGICAL (64)', HOT, (m) => m.setGr64('r1', m.shrU(r3(m), amount64(m)))),
  row('eb0b', 'slag', 'RSY-a', 'SHIFT LEFT SINGLE (64)', {}, (m) => left64(m, r3(m), (result) => m.setGr64('r1', result))),
  row('eb0a', 'srag', 'RSY-a', 'SHIFT RIGHT SINGLE (64)', HOT, (m) => {
    const result = m.shrS(r3(m), amount64(m));
    m.setGr64('r1', result);
    m.setCc(m.ccSigned(result));
  }),
  row('8d', 'sldl', 'RS-a', 'SHIFT LEFT DOUBLE LOGICAL', SINGLE, (m) => setPairOfWords(m, m.shl(pairOfWords(m), amount64(m)))),
  row('8c', 'srdl', 'RS-a', 'SHIFT RIGHT DOUBLE LOGICAL', SINGLE, (m) => setPairOfWords(m, m.shrU(pairOfWords(m), amount64(m)))),
  row('8f', 'slda', 'RS-a', 'SHIFT LEFT DOUBLE', SINGLE, (m) => left64(m, pairOfWords(m), (result) => setPairOfWords(m, result))),
  row('8e', 'srda', 'RS-a', 'SHIFT RIGHT DOUBLE', SINGLE, (m) => {
    const result = m.shrS(pairOfWords(m), amount64(m));
    setPairOfWords(m, result);
    m.setCc(m.ccSigned(result));
  }),
  row('eb1d', 'rll', 'RSY-a', 'ROTATE LEFT SINGLE LOGICAL (32)', HOT, (m) => m.setGr32('r1', m.rotl(r3Word(m), m.shiftAmount()))),
  row('eb1c', 'rllg', 'RSY-a', 'ROTATE LEFT SINGLE LOGICAL (64)', HOT, (m) => m.setGr64('r1', m.rotl(r3(m), amount64(m)))),
];

// ---- rotate, then … selected bits ------------------------------------------------------------------------------------

/** Ones in the bit positions from I3 to I4, both included; when I4 is the smaller, the range goes on from bit 63 to bit 0. */
const selectedBits = (m: Meaning): I64 => {
  const start = m.and(m.unsigned('i3'), 63);
  const end = m.and(m.unsigned('i4'), 63);
  const ones = m.i64(-1);
  const fromStart = m.shrU(ones, m.zeroExtend(start));
  const toEnd = m.shl(ones, m.zeroExtend(m.xor(end, 63)));
  return m.select(m.leU(start, end), m.and(fromStart, toEnd), m.or(fromStart, toEnd));
};
/** The rotate count is six bits, which is what a 64-bit rotation heeds. */
export const rotated = (m: Meaning): I64 => m.rotl(m.gr64('r2'), m.zeroExtend(m.unsigned('i5')));

/** Bit 0 of I4: the bits that are not selected become zeros instead of staying. */
const insertSelected = (m: Meaning): I64 => {
  const selected = selectedBits(m);
  const others = m.select(m.and(m.unsigned('i4'), 0x80), m.i64(0), m.gr64('r1'));
  const result = m.or(m.and(rotated(m), selected), m.and(others, m.not(selected)));
  m.setGr64('r1', result);
  return result;
};

/** Bit 0 of I3: only the condition code is set, and R1 stays. The code tells about the selected bits. */
const combineSelected =
  (connective: 'and' | 'or' | 'xor') =>
  (m: Meaning): void => {
    const selected = selectedBits(m);
    const first = m.gr64('r1');
    const inRange = m.and(m[connective](first, rotated(m)), selected);
    const result = m.or(inRange, m.and(first, m.not(selected)));
    m.setGr64('r1', m.select(m.and(m.unsigned('i3'), 0x80), first, result));
    m.setCc(m.ccNonzero(inRange));
  };

const GENERAL_HOT = { ...GENERAL_EXTENSION, ...HOT } as const;
// biome-ignore format: one row a line
const SELECTED_BITS: Row[] = [
  row('ec55', 'risbg', 'RIE-f', 'ROTATE THEN INSERT SELECTED BITS (64)', GENERAL_HOT, (m) => m.setCc(m.ccSigned(insertSelected(m)))),
  row('ec59', 'risbgn', 'RIE-f', 'ROTATE THEN INSERT SELECTED BITS (64)', { ...MISCELLANEOUS_1, ...HOT }, (m) => void insertSelected(m)),
  row('ec54', 'rnsbg', 'RIE-f', 'ROTATE THEN AND SELECTED BITS (64)', GENERAL_EXTENSION, combineSelected('and')),
  row('ec56', 'rosbg', 'RIE-f', 'ROTATE THEN OR SELECTED BITS (64)', GENERAL_HOT, combineSelected('or')),
  row('ec57', 'rxsbg', 'RIE-f', 'ROTATE THEN EXCLUSIVE OR SELECTED BITS (64)', GENERAL_HOT, combineSelected('xor')),
];

export const SHIFT: readonly Row[] = [...SHIFTS, ...SELECTED_BITS];
