import type { I32, I64, Meaning } from '../meaning.ts';
import { type Row, row } from '../row.ts';
import { doubleword, second32, second64, type Width, word } from './operands.ts';
import { DISTINCT_OPERANDS, GENERAL_EXTENSION, HOT, MISCELLANEOUS_2 } from './traits.ts';

type Integer = I32 | I64;
type Use<V> = (m: Meaning) => V;

const FIXED_POINT_DIVIDE = 0x09;
const UNSIGNED = { operands: 'r1,u2' } as const;
const STORAGE_IMMEDIATE = { operands: 'd1(b1),i2' } as const;

// ---- addition and subtraction, signed --------------------------------------------------------------------------------

/** Both addends have the sign that the sum lacks. */
export const addOverflows = <V extends Integer>(m: Meaning, a: V, b: V, sum: V): I32 => m.ltS(m.and(m.xor(a, sum), m.xor(b, sum)), 0);
/** The operands differ in sign, and the difference has the sign of the subtrahend. */
const subtractOverflows = <V extends Integer>(m: Meaning, a: V, b: V, difference: V): I32 =>
  m.ltS(m.and(m.xor(a, b), m.xor(a, difference)), 0);

export const add =
  <V extends Integer>(width: Width<V>, second: Use<V>, first: Use<V> = width.first) =>
  (m: Meaning): void => {
    const b = second(m);
    const a = first(m);
    const sum = m.add(a, b);
    width.set(m, sum);
    m.setCcOverflow(sum, addOverflows(m, a, b, sum));
  };

export const subtract =
  <V extends Integer>(width: Width<V>, second: Use<V>, first: Use<V> = width.first) =>
  (m: Meaning): void => {
    const b = second(m);
    const a = first(m);
    const difference = m.sub(a, b);
    width.set(m, difference);
    m.setCcOverflow(difference, subtractOverflows(m, a, b, difference));
  };

const addToStorage =
  <V extends Integer>(width: Width<V>, immediate: Use<V>) =>
  (m: Meaning): void => {
    const addend = immediate(m);
    const { before, after } = width.update(m, m.address(1), (value) => m.add(value, addend));
    m.setCcOverflow(after, addOverflows(m, before, addend, after));
  };

/** With distinct operands, R3 is the second number and R2 the first; with an immediate, R3 is the first. */
const third32 = word.third;
const third64 = doubleword.third;

// biome-ignore format: one row a line
const ADD: Row[] = [
  row('1a', 'ar', 'RR', 'ADD (32)', HOT, add(word, second32.register)),
  row('b908', 'agr', 'RRE', 'ADD (64)', HOT, add(doubleword, second64.register)),
  row('b918', 'agfr', 'RRE', 'ADD (64<32)', {}, add(doubleword, second64.registerSigned)),
  row('b9f8', 'ark', 'RRF-a', 'ADD (32)', DISTINCT_OPERANDS, add(word, third32, second32.register)),
  row('b9e8', 'agrk', 'RRF-a', 'ADD (64)', { ...DISTINCT_OPERANDS, ...HOT }, add(doubleword, third64, second64.register)),
  row('5a', 'a', 'RX-a', 'ADD (32)', HOT, add(word, second32.storage)),
  row('e35a', 'ay', 'RXY-a', 'ADD (32)', {}, add(word, second32.storage)),
  row('e308', 'ag', 'RXY-a', 'ADD (64)', HOT, add(doubleword, second64.storage)),
  row('e318', 'agf', 'RXY-a', 'ADD (64<32)', {}, add(doubleword, second64.storageSigned)),
  row('4a', 'ah', 'RX-a', 'ADD HALFWORD (32<16)', {}, add(word, second32.halfwordStorage)),
  row('e37a', 'ahy', 'RXY-a', 'ADD HALFWORD (32<16)', {}, add(word, second32.halfwordStorage)),
  row('e338', 'agh', 'RXY-a', 'ADD HALFWORD (64<16)', MISCELLANEOUS_2, add(doubleword, second64.halfwordStorage)),
  row('a7a', 'ahi', 'RI-a', 'ADD HALFWORD IMMEDIATE (32<16)', HOT, add(word, second32.immediate)),
  row('a7b', 'aghi', 'RI-a', 'ADD HALFWORD IMMEDIATE (64<16)', HOT, add(doubleword, second64.immediate)),
  row('c29', 'afi', 'RIL-a', 'ADD IMMEDIATE (32)', HOT, add(word, second32.immediate)),
  row('c28', 'agfi', 'RIL-a', 'ADD IMMEDIATE (64<32)', HOT, add(doubleword, second64.immediate)),
  row('ecd8', 'ahik', 'RIE-d', 'ADD IMMEDIATE (32<16)', { ...DISTINCT_OPERANDS, ...HOT }, add(word, second32.immediate, third32)),
  row('ecd9', 'aghik', 'RIE-d', 'ADD IMMEDIATE (64<16)', { ...DISTINCT_OPERANDS, ...HOT }, add(doubleword, second64.immediate, third64)),
  row('eb6a', 'asi', 'SIY', 'ADD IMMEDIATE (32<8)', { ...GENERAL_EXTENSION, ...STORAGE_IMMEDIATE, ...HOT }, addToStorage(word, second32.immediate)),
  row('eb7a', 'agsi', 'SIY', 'ADD IMMEDIATE (64<8)', { ...GENERAL_EXTENSION, ...STORAGE_IMMEDIATE, ...HOT }, addToStorage(doubleword, second64.immediate)),
];

// biome-ignore format: one row a line
const SUBTRACT: Row[] = [
  row('1b', 'sr', 'RR', 'SUBTRACT (32)', HOT, subtract(word, second32.register)),
  row('b909', 'sgr', 'RRE', 'SUBTRACT (64)', HOT, subtract(doubleword, second64.register)),
  row('b919', 'sgfr', 'RRE', 'SUBTRACT (64<32)', {}, subtract(doubleword, second64.registerSigned)),
  row('b9f9', 'srk', 'RRF-a', 'SUBTRACT (32)', DISTINCT_OPERANDS, subtract(word, third32, second32.register)),
  row('b9e9', 'sgrk', 'RRF-a', 'SUBTRACT (64)', { ...DISTINCT_OPERANDS, ...HOT }, subtract(doubleword, third64, second64.register)),
  row('5b', 's', 'RX-a', 'SUBTRACT (32)', HOT, subtract(word, second32.storage)),
  row('e35b', 'sy', 'RXY-a', 'SUBTRACT (32)', {}, subtract(word, second32.storage)),
  row('e309', 'sg', 'RXY-a', 'SUBTRACT (64)', HOT, subtract(doubleword, second64.storage)),
  row('e319', 'sgf', 'RXY-a', 'SUBTRACT (64<32)', {}, subtract(doubleword, second64.storageSigned)),
  row('4b', 'sh', 'RX-a', 'SUBTRACT HALFWORD (32<16)', {}, subtract(word, second32.halfwordStorage)),
  row('e37b', 'shy', 'RXY-a', 'SUBTRACT HALFWORD (32<16)', {}, subtract(word, second32.halfwordStorage)),
  row('e339', 'sgh', 'RXY-a', 'SUBTRACT HALFWORD (64<16)', MISCELLANEOUS_2, subtract(doubleword, second64.halfwordStorage)),
];

// ---- addition and subtraction, logical -------------------------------------------------------------------------------

/** Bit 0 of the code: result not zero. Bit 1: carry, which in a subtraction means no borrow. */
export const logicalCode = (m: Meaning, result: Integer, carry: I32): I32 => m.or(m.ne(result, 0), m.shl(carry, 1));

export const addLogical =
  <V extends Integer>(width: Width<V>, second: Use<V>, first: Use<V> = width.first) =>
  (m: Meaning): void => {
    const b = second(m);
    const sum = m.add(first(m), b);
    width.set(m, sum);
    m.setCc(logicalCode(m, sum, m.ltU(sum, b)));
  };

export const subtractLogical =
  <V extends Integer>(width: Width<V>, second: Use<V>, first: Use<V> = width.first) =>
  (m: Meaning): void => {
    const b = second(m);
    const a = first(m);
    const difference = m.sub(a, b);
    width.set(m, difference);
    m.setCc(logicalCode(m, difference, m.geU(a, b)));
  };

/** The carry that comes in is the one the condition code tells of. `extend` makes it as wide as the operands. */
const withCarry =
  <V extends Integer>(width: Width<V>, extend: (m: Meaning, carry: I32) => V, second: Use<V>) =>
  (m: Meaning): void => {
    const b = second(m);
    const partial = m.add(width.first(m), b);
    const sum = m.add(partial, extend(m, m.shrU(m.cc(), 1)));
    width.set(m, sum);
    m.setCc(logicalCode(m, sum, m.or(m.ltU(partial, b), m.ltU(sum, partial))));
  };
const addWithCarry32 = (second: Use<I32>) => withCarry(word, (_, carry) => carry, second);
const addWithCarry64 = (second: Use<I64>) => withCarry(doubleword, (m, carry) => m.zeroExtend(carry), second);
/** Subtracting is adding the ones' complement and the carry, which is one unless there was a borrow. */
const subtractWithBorrow32 = (second: Use<I32>) => addWithCarry32((m) => m.not(second(m)));
const subtractWithBorrow64 = (second: Use<I64>) => addWithCarry64((m) => m.not(second(m)));

const addLogicalToStorage =
  <V extends Integer>(width: Width<V>, immediate: Use<V>) =>
  (m: Meaning): void => {
    const addend = immediate(m);
    const { after } = width.update(m, m.address(1), (value) => m.add(value, addend));
    m.setCc(logicalCode(m, after, m.ltU(after, addend)));
  };

// biome-ignore format: one row a line
const ADD_LOGICAL: Row[] = [
  row('1e', 'alr', 'RR', 'ADD LOGICAL (32)', HOT, addLogical(word, second32.register)),
  row('b90a', 'algr', 'RRE', 'ADD LOGICAL (64)', HOT, addLogical(doubleword, second64.register)),
  row('b91a', 'algfr', 'RRE', 'ADD LOGICAL (64<32)', HOT, addLogical(doubleword, second64.registerUnsigned)),
  row('b9fa', 'alrk', 'RRF-a', 'ADD LOGICAL (32)', DISTINCT_OPERANDS, addLogical(word, third32, second32.register)),
  row('b9ea', 'algrk', 'RRF-a', 'ADD LOGICAL (64)', DISTINCT_OPERANDS, addLogical(doubleword, third64, second64.register)),
  row('5e', 'al', 'RX-a', 'ADD LOGICAL (32)', {}, addLogical(word, second32.storage)),
  row('e35e', 'aly', 'RXY-a', 'ADD LOGICAL (32)', {}, addLogical(word, second32.storage)),
  row('e30a', 'alg', 'RXY-a', 'ADD LOGICAL (64)', {}, addLogical(doubleword, second64.storage)),
  row('e31a', 'algf', 'RXY-a', 'ADD LOGICAL (64<32)', {}, addLogical(doubleword, second64.storageUnsigned)),
  row('c2b', 'alfi', 'RIL-a', 'ADD LOGICAL IMMEDIATE (32)', UNSIGNED, addLogical(word, second32.immediate)),
  row('c2a', 'algfi', 'RIL-a', 'ADD LOGICAL IMMEDIATE (64<32)', UNSIGNED, addLogical(doubleword, second64.immediateUnsigned)),
  row('ecda', 'alhsik', 'RIE-d', 'ADD LOGICAL WITH SIGNED IMMEDIATE (32<16)', DISTINCT_OPERANDS, addLogical(word, second32.immediate, third32)),
  row('ecdb', 'alghsik', 'RIE-d', 'ADD LOGICAL WITH SIGNED IMMEDIATE (64<16)', DISTINCT_OPERANDS, addLogical(doubleword, second64.immediate, third64)),
  row('eb6e', 'alsi', 'SIY', 'ADD LOGICAL WITH SIGNED IMMEDIATE (32<8)', { ...GENERAL_EXTENSION, ...STORAGE_IMMEDIATE }, addLogicalToStorage(word, second32.immediate)),
  row('eb7e', 'algsi', 'SIY', 'ADD LOGICAL WITH SIGNED IMMEDIATE (64<8)', { ...GENERAL_EXTENSION, ...STORAGE_IMMEDIATE }, addLogicalToStorage(doubleword, second64.immediate)),
  row('b998', 'alcr', 'RRE', 'ADD LOGICAL WITH CARRY (32)', {}, addWithCarry32(second32.register)),
  row('b988', 'alcgr', 'RRE', 'ADD LOGICAL WITH CARRY (64)', {}, addWithCarry64(second64.register)),
  row('e398', 'alc', 'RXY-a', 'ADD LOGICAL WITH CARRY (32)', {}, addWithCarry32(second32.storage)),
  row('e388', 'alcg', 'RXY-a', 'ADD LOGICAL WITH CARRY (64)', {}, addWithCarry64(second64.storage)),
];

// biome-ignore format: one row a line
const SUBTRACT_LOGICAL: Row[] = [
  row('1f', 'slr', 'RR', 'SUBTRACT LOGICAL (32)', HOT, subtractLogical(word, second32.register)),
  row('b90b', 'slgr', 'RRE', 'SUBTRACT LOGICAL (64)', HOT, subtractLogical(doubleword, second64.register)),
  row('b91b', 'slgfr', 'RRE', 'SUBTRACT LOGICAL (64<32)', {}, subtractLogical(doubleword, second64.registerUnsigned)),
  row('b9fb', 'slrk', 'RRF-a', 'SUBTRACT LOGICAL (32)', DISTINCT_OPERANDS, subtractLogical(word, third32, second32.register)),
  row('b9eb', 'slgrk', 'RRF-a', 'SUBTRACT LOGICAL (64)', DISTINCT_OPERANDS, subtractLogical(doubleword, third64, second64.register)),
  row('5f', 'sl', 'RX-a', 'SUBTRACT LOGICAL (32)', {}, subtractLogical(word, second32.storage)),
  row('e35f', 'sly', 'RXY-a', 'SUBTRACT LOGICAL (32)', {}, subtractLogical(word, second32.storage)),
  row('e30b', 'slg', 'RXY-a', 'SUBTRACT LOGICAL (64)', {}, subtractLogical(doubleword, second64.storage)),
  row('e31b', 'slgf', 'RXY-a', 'SUBTRACT LOGICAL (64<32)', {}, subtractLogical(doubleword, second64.storageUnsigned)),
  row('c25', 'slfi', 'RIL-a', 'SUBTRACT LOGICAL IMMEDIATE (32)', UNSIGNED, subtractLogical(word, second32.immediate)),
  row('c24', 'slgfi', 'RIL-a', 'SUBTRACT LOGICAL IMMEDIATE (64<32)', UNSIGNED, subtractLogical(doubleword, second64.immediateUnsigned)),
  row('b999', 'slbr', 'RRE', 'SUBTRACT LOGICAL WITH BORROW (32)', {}, subtractWithBorrow32(second32.register)),
  row('b989', 'slbgr', 'RRE', 'SUBTRACT LOGICAL WITH BORROW (64)', {}, subtractWithBorrow64(second64.register)),
  row('e399', 'slb', 'RXY-a', 'SUBTRACT LOGICAL WITH BORROW (32)', {}, subtractWithBorrow32(second32.storage)),
  row('e389', 'slbg', 'RXY-a', 'SUBTRACT LOGICAL WITH BORROW (64)', {}, subtractWithBorrow64(second64.storage)),
];

// ---- loads that look at the sign -------------------------------------------------------------------------------------

const loadAndTest =
  <V extends Integer>(width: Width<V>, second: Use<V>) =>
  (m: Meaning): void => {
    const value = second(m);
    width.set(m, value);
    m.setCc(m.ccSigned(value));
  };

/** The most negative number has no complement: it stays, and overflows. A word that came with its sign to 64 bits cannot be it. */
const loadComplement =
  <V extends Integer>(width: Width<V>, second: Use<V>) =>
  (m: Meaning): void => {
    const value = second(m);
    const complement = m.neg(value);
    width.set(m, complement);
    m.setCcOverflow(complement, m.ltS(m.and(value, complement), 0));
  };

const loadPositive =
  <V extends Integer>(width: Width<V>, second: Use<V>) =>
  (m: Meaning): void => {
    const value = second(m);
    const positive = m.select(m.ltS(value, 0), m.neg(value), value);
    width.set(m, positive);
    m.setCcOverflow(positive, m.ltS(positive, 0));
  };

const loadNegative =
  <V extends Integer>(width: Width<V>, second: Use<V>) =>
  (m: Meaning): void => {
    const value = second(m);
    const negative = m.select(m.gtS(value, 0), m.neg(value), value);
    width.set(m, negative);
    m.setCc(m.ccNonzero(negative));
  };

// biome-ignore format: one row a line
const LOAD_AND_LOOK: Row[] = [
  row('12', 'ltr', 'RR', 'LOAD AND TEST (32)', HOT, loadAndTest(word, second32.register)),
  row('b902', 'ltgr', 'RRE', 'LOAD AND TEST (64)', HOT, loadAndTest(doubleword, second64.register)),
  row('b912', 'ltgfr', 'RRE', 'LOAD AND TEST (64<32)', HOT, loadAndTest(doubleword, second64.registerSigned)),
  row('e312', 'lt', 'RXY-a', 'LOAD AND TEST (32)', HOT, loadAndTest(word, second32.storage)),
  row('e302', 'ltg', 'RXY-a', 'LOAD AND TEST (64)', HOT, loadAndTest(doubleword, second64.storage)),
  row('e332', 'ltgf', 'RXY-a', 'LOAD AND TEST (64<32)', GENERAL_EXTENSION, loadAndTest(doubleword, second64.storageSigned)),
  row('13', 'lcr', 'RR', 'LOAD COMPLEMENT (32)', {}, loadComplement(word, second32.register)),
  row('b903', 'lcgr', 'RRE', 'LOAD COMPLEMENT (64)', HOT, loadComplement(doubleword, second64.register)),
  row('b913', 'lcgfr', 'RRE', 'LOAD COMPLEMENT (64<32)', {}, loadComplement(doubleword, second64.registerSigned)),
  row('10', 'lpr', 'RR', 'LOAD POSITIVE (32)', {}, loadPositive(word, second32.register)),
  row('b900', 'lpgr', 'RRE', 'LOAD POSITIVE (64)', {}, loadPositive(doubleword, second64.register)),
  row('b910', 'lpgfr', 'RRE', 'LOAD POSITIVE (64<32)', {}, loadPositive(doubleword, second64.registerSigned)),
  row('11', 'lnr', 'RR', 'LOAD NEGATIVE (32)', {}, loadNegative(word, second32.register)),
  row('b901', 'lngr', 'RRE', 'LOAD NEGATIVE (64)', {}, loadNegative(doubleword, second64.register)),
  row('b911', 'lngfr', 'RRE', 'LOAD NEGATIVE (64<32)', {}, loadNegative(doubleword, second64.registerSigned)),
];

// ---- multiplication --------------------------------------------------------------------------------------------------

/** The low half of the product, whatever the signs; neither overflow nor condition code. */
const multiplySingle =
  <V extends Integer>(width: Width<V>, second: Use<V>) =>
  (m: Meaning): void => {
    const multiplier = second(m);
    width.set(m, m.mul(width.first(m), multiplier));
  };

/** Multiplies the odd register of R1's pair; the pair receives the product. `extend` makes 64 bits of a word. */
const multiplyPair32 =
  (extend: (m: Meaning, value: I32) => I64, second: Use<I32>) =>
  (m: Meaning): void => {
    m.needEven('r1');
    const multiplier = extend(m, second(m));
    const product = m.mul(extend(m, m.gr32('r1', 1)), multiplier);
    m.setGr32('r1', m.high(product));
    m.setGr32('r1', m.low(product), 1);
  };
const signed = (m: Meaning, value: I32): I64 => m.signExtend(value);
const unsigned = (m: Meaning, value: I32): I64 => m.zeroExtend(value);

/** The high half of the 128-bit product, from the four products of the operands' halves. */
const highProduct = (m: Meaning, a: I64, b: I64): I64 => {
  const half = (value: I64): { high: I64; low: I64 } => ({ high: m.shrU(value, 32), low: m.and(value, 0xffff_ffff) });
  const x = half(a);
  const y = half(b);
  // None of these sums can exceed 64 bits.
  const inner = half(m.add(m.mul(x.high, y.low), half(m.mul(x.low, y.low)).high));
  const outer = half(m.add(m.mul(x.low, y.high), inner.low));
  return m.add(m.add(m.mul(x.high, y.high), inner.high), outer.high);
};

const multiplyPair64 =
  (second: Use<I64>) =>
  (m: Meaning): void => {
    m.needEven('r1');
    const multiplier = second(m);
    const multiplicand = m.gr64('r1', 1);
    m.setGr64('r1', highProduct(m, multiplicand, multiplier));
    m.setGr64('r1', m.mul(multiplicand, multiplier), 1);
  };

// biome-ignore format: one row a line
const MULTIPLY: Row[] = [
  row('b252', 'msr', 'RRE', 'MULTIPLY SINGLE (32)', HOT, multiplySingle(word, second32.register)),
  row('b90c', 'msgr', 'RRE', 'MULTIPLY SINGLE (64)', HOT, multiplySingle(doubleword, second64.register)),
  row('b91c', 'msgfr', 'RRE', 'MULTIPLY SINGLE (64<32)', {}, multiplySingle(doubleword, second64.registerSigned)),
  row('71', 'ms', 'RX-a', 'MULTIPLY SINGLE (32)', {}, multiplySingle(word, second32.storage)),
  row('e351', 'msy', 'RXY-a', 'MULTIPLY SINGLE (32)', {}, multiplySingle(word, second32.storage)),
  row('e30c', 'msg', 'RXY-a', 'MULTIPLY SINGLE (64)', {}, multiplySingle(doubleword, second64.storage)),
  row('e31c', 'msgf', 'RXY-a', 'MULTIPLY SINGLE (64<32)', {}, multiplySingle(doubleword, second64.storageSigned)),
  row('c21', 'msfi', 'RIL-a', 'MULTIPLY SINGLE IMMEDIATE (32)', GENERAL_EXTENSION, multiplySingle(word, second32.immediate)),
  row('c20', 'msgfi', 'RIL-a', 'MULTIPLY SINGLE IMMEDIATE (64<32)', GENERAL_EXTENSION, multiplySingle(doubleword, second64.immediate)),
  row('a7c', 'mhi', 'RI-a', 'MULTIPLY HALFWORD IMMEDIATE (32<16)', {}, multiplySingle(word, second32.immediate)),
  row('a7d', 'mghi', 'RI-a', 'MULTIPLY HALFWORD IMMEDIATE (64<16)', HOT, multiplySingle(doubleword, second64.immediate)),
  row('4c', 'mh', 'RX-a', 'MULTIPLY HALFWORD (32<16)', {}, multiplySingle(word, second32.halfwordStorage)),
  row('e37c', 'mhy', 'RXY-a', 'MULTIPLY HALFWORD (32<16)', GENERAL_EXTENSION, multiplySingle(word, second32.halfwordStorage)),
  row('1c', 'mr', 'RR', 'MULTIPLY (64<32)', {}, multiplyPair32(signed, second32.register)),
  row('5c', 'm', 'RX-a', 'MULTIPLY (64<32)', {}, multiplyPair32(signed, second32.storage)),
  row('e35c', 'mfy', 'RXY-a', 'MULTIPLY (64<32)', GENERAL_EXTENSION, multiplyPair32(signed, second32.storage)),
  row('b996', 'mlr', 'RRE', 'MULTIPLY LOGICAL (64<32)', {}, multiplyPair32(unsigned, second32.register)),
  row('e396', 'ml', 'RXY-a', 'MULTIPLY LOGICAL (64<32)', {}, multiplyPair32(unsigned, second32.storage)),
  row('b986', 'mlgr', 'RRE', 'MULTIPLY LOGICAL (128<64)', HOT, multiplyPair64(second64.register)),
  row('e386', 'mlg', 'RXY-a', 'MULTIPLY LOGICAL (128<64)', {}, multiplyPair64(second64.storage)),
];

// ---- division --------------------------------------------------------------------------------------------------------

const MOST_NEGATIVE = -(2n ** 63n);

/** Guards a signed 64-bit division: against zero, and against the one quotient that has no place in 64 bits. */
const guardDivision = (m: Meaning, dividend: I64, divisor: I64): void => {
  const tooGreat = m.and(m.eq(dividend, m.i64(MOST_NEGATIVE)), m.eq(divisor, -1));
  m.programCheckIf(FIXED_POINT_DIVIDE, m.or(m.isZero(divisor), tooGreat));
};

const divide =
  (second: Use<I32>) =>
  (m: Meaning): void => {
    m.needEven('r1');
    const divisor = m.signExtend(second(m));
    const dividend = m.pair(m.gr32('r1'), m.gr32('r1', 1));
    guardDivision(m, dividend, divisor);
    const quotient = m.divS(dividend, divisor);
    m.programCheckIf(FIXED_POINT_DIVIDE, m.ne(quotient, m.signExtend(m.low(quotient))));
    m.setGr32('r1', m.low(m.remS(dividend, divisor)));
    m.setGr32('r1', m.low(quotient), 1);
  };

const divideSingle =
  (second: Use<I64>) =>
  (m: Meaning): void => {
    m.needEven('r1');
    const divisor = second(m);
    const dividend = m.gr64('r1', 1);
    guardDivision(m, dividend, divisor);
    const quotient = m.divS(dividend, divisor);
    m.setGr64('r1', m.remS(dividend, divisor));
    m.setGr64('r1', quotient, 1);
  };

const divideLogical32 =
  (second: Use<I32>) =>
  (m: Meaning): void => {
    m.needEven('r1');
    const divisor = second(m);
    const high = m.gr32('r1');
    // The quotient fits exactly when the high half is below the divisor; a divisor of zero never passes.
    m.programCheckIf(FIXED_POINT_DIVIDE, m.geU(high, divisor));
    const dividend = m.pair(high, m.gr32('r1', 1));
    const wide = m.zeroExtend(divisor);
    m.setGr32('r1', m.low(m.remU(dividend, wide)));
    m.setGr32('r1', m.low(m.divU(dividend, wide)), 1);
  };

const divideLogical64 =
  (second: Use<I64>) =>
  (m: Meaning): void => {
    m.needEven('r1');
    const divisor = second(m);
    const high = m.gr64('r1');
    m.programCheckIf(FIXED_POINT_DIVIDE, m.geU(high, divisor));
    m.if(
      m.isZero(high),
      () => {
        const dividend = m.gr64('r1', 1);
        m.setGr64('r1', m.remU(dividend, divisor));
        m.setGr64('r1', m.divU(dividend, divisor), 1);
      },
      () => m.times(m.i32(64), () => longDivisionStep(m, divisor)),
    );
  };

/** Shifts the pair left by a bit; where the divisor fits into the high half, takes it away and notes a one in the quotient. */
const longDivisionStep = (m: Meaning, divisor: I64): void => {
  const remainder = m.gr64('r1');
  const rest = m.gr64('r1', 1);
  const shifted = m.or(m.shl(remainder, 1), m.shrU(rest, 63));
  const fits = m.or(m.ltS(remainder, 0), m.geU(shifted, divisor));
  m.setGr64('r1', m.select(fits, m.sub(shifted, divisor), shifted));
  m.setGr64('r1', m.or(m.shl(rest, 1), m.zeroExtend(fits)), 1);
};

// biome-ignore format: one row a line
const DIVIDE: Row[] = [
  row('1d', 'dr', 'RR', 'DIVIDE (32<64)', {}, divide(second32.register)),
  row('5d', 'd', 'RX-a', 'DIVIDE (32<64)', {}, divide(second32.storage)),
  row('b90d', 'dsgr', 'RRE', 'DIVIDE SINGLE (64)', {}, divideSingle(second64.register)),
  row('b91d', 'dsgfr', 'RRE', 'DIVIDE SINGLE (64<32)', {}, divideSingle(second64.registerSigned)),
  row('e30d', 'dsg', 'RXY-a', 'DIVIDE SINGLE (64)', {}, divideSingle(second64.storage)),
  row('e31d', 'dsgf', 'RXY-a', 'DIVIDE SINGLE (64<32)', {}, divideSingle(second64.storageSigned)),
  row('b997', 'dlr', 'RRE', 'DIVIDE LOGICAL (32<64)', {}, divideLogical32(second32.register)),
  row('e397', 'dl', 'RXY-a', 'DIVIDE LOGICAL (32<64)', {}, divideLogical32(second32.storage)),
  row('b987', 'dlgr', 'RRE', 'DIVIDE LOGICAL (64<128)', {}, divideLogical64(second64.register)),
  row('e387', 'dlg', 'RXY-a', 'DIVIDE LOGICAL (64<128)', {}, divideLogical64(second64.storage)),
];

export const ARITHMETIC: readonly Row[] = [
  ...ADD,
  ...SUBTRACT,
  ...ADD_LOGICAL,
  ...SUBTRACT_LOGICAL,
  ...LOAD_AND_LOOK,
  ...MULTIPLY,
  ...DIVIDE,
];
