import type { I32, I64, Meaning } from '../meaning.ts';
import { type Row, row } from '../row.ts';
import { aligned, doubleword, second32, second64, type Width, word } from './operands.ts';
import { GENERAL_EXTENSION, HOT, MISCELLANEOUS_1 } from './traits.ts';
import { clearOutside, fieldOfMask, gatherUnderMask } from './under-mask.ts';

type Integer = I32 | I64;
type Use<V> = (m: Meaning) => V;

const UNSIGNED = { operands: 'r1,u2' } as const;
const first16 = (m: Meaning): I32 => m.load16(m.address(1));
const first32 = (m: Meaning): I32 => m.load32(m.address(1));
const first64 = (m: Meaning): I64 => m.load64(m.address(1));
const unsigned32 = (m: Meaning): I32 => m.unsigned('i2');
const halfwordRelativeUnsigned = (m: Meaning): I32 => m.load16(aligned(m, 2));

const compare = <V extends Integer>(width: Width<V>, second: Use<V>) => compareValues(width.first, second);
const compareLogical = <V extends Integer>(width: Width<V>, second: Use<V>) => compareValuesLogical(width.first, second);
export const compareValues =
  <V extends Integer>(first: Use<V>, second: Use<V>) =>
  (m: Meaning): void =>
    m.setCc(m.ccCompareSigned(first(m), second(m)));
export const compareValuesLogical =
  <V extends Integer>(first: Use<V>, second: Use<V>) =>
  (m: Meaning): void =>
    m.setCc(m.ccCompareUnsigned(first(m), second(m)));

// biome-ignore format: one row a line
const COMPARES: Row[] = [
  row('19', 'cr', 'RR', 'COMPARE (32)', HOT, compare(word, second32.register)),
  row('b920', 'cgr', 'RRE', 'COMPARE (64)', HOT, compare(doubleword, second64.register)),
  row('b930', 'cgfr', 'RRE', 'COMPARE (64<32)', {}, compare(doubleword, second64.registerSigned)),
  row('59', 'c', 'RX-a', 'COMPARE (32)', HOT, compare(word, second32.storage)),
  row('e359', 'cy', 'RXY-a', 'COMPARE (32)', {}, compare(word, second32.storage)),
  row('e320', 'cg', 'RXY-a', 'COMPARE (64)', HOT, compare(doubleword, second64.storage)),
  row('e330', 'cgf', 'RXY-a', 'COMPARE (64<32)', {}, compare(doubleword, second64.storageSigned)),
  row('49', 'ch', 'RX-a', 'COMPARE HALFWORD (32<16)', {}, compare(word, second32.halfwordStorage)),
  row('e379', 'chy', 'RXY-a', 'COMPARE HALFWORD (32<16)', {}, compare(word, second32.halfwordStorage)),
  row('e334', 'cgh', 'RXY-a', 'COMPARE HALFWORD (64<16)', GENERAL_EXTENSION, compare(doubleword, second64.halfwordStorage)),
  row('a7e', 'chi', 'RI-a', 'COMPARE HALFWORD IMMEDIATE (32<16)', HOT, compare(word, second32.immediate)),
  row('a7f', 'cghi', 'RI-a', 'COMPARE HALFWORD IMMEDIATE (64<16)', HOT, compare(doubleword, second64.immediate)),
  row('c2d', 'cfi', 'RIL-a', 'COMPARE IMMEDIATE (32)', HOT, compare(word, second32.immediate)),
  row('c2c', 'cgfi', 'RIL-a', 'COMPARE IMMEDIATE (64<32)', {}, compare(doubleword, second64.immediate)),
  row('c6d', 'crl', 'RIL-b', 'COMPARE RELATIVE LONG (32)', GENERAL_EXTENSION, compare(word, second32.relative)),
  row('c68', 'cgrl', 'RIL-b', 'COMPARE RELATIVE LONG (64)', GENERAL_EXTENSION, compare(doubleword, second64.relative)),
  row('c6c', 'cgfrl', 'RIL-b', 'COMPARE RELATIVE LONG (64<32)', GENERAL_EXTENSION, compare(doubleword, second64.relativeSigned)),
  row('c65', 'chrl', 'RIL-b', 'COMPARE HALFWORD RELATIVE LONG (32<16)', GENERAL_EXTENSION, compare(word, second32.relativeHalfword)),
  row('c64', 'cghrl', 'RIL-b', 'COMPARE HALFWORD RELATIVE LONG (64<16)', GENERAL_EXTENSION, compare(doubleword, second64.relativeHalfword)),
  row('e554', 'chhsi', 'SIL', 'COMPARE HALFWORD IMMEDIATE (16<16)', GENERAL_EXTENSION, compareValues((m) => m.signExtend16(first16(m)), second32.immediate)),
  row('e55c', 'chsi', 'SIL', 'COMPARE HALFWORD IMMEDIATE (32<16)', { ...GENERAL_EXTENSION, ...HOT }, compareValues(first32, second32.immediate)),
  row('e558', 'cghsi', 'SIL', 'COMPARE HALFWORD IMMEDIATE (64<16)', { ...GENERAL_EXTENSION, ...HOT }, compareValues(first64, second64.immediate)),
];

const GENERAL_UNSIGNED = { ...GENERAL_EXTENSION, operands: 'd1(b1),u2' } as const;

// biome-ignore format: one row a line
const COMPARES_LOGICAL: Row[] = [
  row('15', 'clr', 'RR', 'COMPARE LOGICAL (32)', HOT, compareLogical(word, second32.register)),
  row('b921', 'clgr', 'RRE', 'COMPARE LOGICAL (64)', HOT, compareLogical(doubleword, second64.register)),
  row('b931', 'clgfr', 'RRE', 'COMPARE LOGICAL (64<32)', {}, compareLogical(doubleword, second64.registerUnsigned)),
  row('55', 'cl', 'RX-a', 'COMPARE LOGICAL (32)', HOT, compareLogical(word, second32.storage)),
  row('e355', 'cly', 'RXY-a', 'COMPARE LOGICAL (32)', {}, compareLogical(word, second32.storage)),
  row('e321', 'clg', 'RXY-a', 'COMPARE LOGICAL (64)', HOT, compareLogical(doubleword, second64.storage)),
  row('e331', 'clgf', 'RXY-a', 'COMPARE LOGICAL (64<32)', {}, compareLogical(doubleword, second64.storageUnsigned)),
  row('c2f', 'clfi', 'RIL-a', 'COMPARE LOGICAL IMMEDIATE (32)', { ...UNSIGNED, ...HOT }, compareLogical(word, unsigned32)),
  row('c2e', 'clgfi', 'RIL-a', 'COMPARE LOGICAL IMMEDIATE (64<32)', { ...UNSIGNED, ...HOT }, compareLogical(doubleword, second64.immediateUnsigned)),
  row('c6f', 'clrl', 'RIL-b', 'COMPARE LOGICAL RELATIVE LONG (32)', GENERAL_EXTENSION, compareLogical(word, second32.relative)),
  row('c6a', 'clgrl', 'RIL-b', 'COMPARE LOGICAL RELATIVE LONG (64)', GENERAL_EXTENSION, compareLogical(doubleword, second64.relative)),
  row('c6e', 'clgfrl', 'RIL-b', 'COMPARE LOGICAL RELATIVE LONG (64<32)', GENERAL_EXTENSION, compareLogical(doubleword, second64.relativeUnsigned)),
  row('c67', 'clhrl', 'RIL-b', 'COMPARE LOGICAL RELATIVE LONG (32<16)', GENERAL_EXTENSION, compareLogical(word, halfwordRelativeUnsigned)),
  row('c66', 'clghrl', 'RIL-b', 'COMPARE LOGICAL RELATIVE LONG (64<16)', GENERAL_EXTENSION, compareLogical(doubleword, second64.relativeHalfwordUnsigned)),
  row('e555', 'clhhsi', 'SIL', 'COMPARE LOGICAL IMMEDIATE (16<16)', GENERAL_UNSIGNED, compareValuesLogical(first16, unsigned32)),
  row('e55d', 'clfhsi', 'SIL', 'COMPARE LOGICAL IMMEDIATE (32<16)', { ...GENERAL_UNSIGNED, ...HOT }, compareValuesLogical(first32, unsigned32)),
  row('e559', 'clghsi', 'SIL', 'COMPARE LOGICAL IMMEDIATE (64<16)', GENERAL_UNSIGNED, compareValuesLogical(first64, second64.immediateUnsigned)),
  row('95', 'cli', 'SI', 'COMPARE LOGICAL (immediate)', HOT, compareValuesLogical((m) => m.load8(m.address(1)), unsigned32)),
  row('eb55', 'cliy', 'SIY', 'COMPARE LOGICAL (immediate)', HOT, compareValuesLogical((m) => m.load8(m.address(1)), unsigned32)),
];

/** Compares the bytes of the word that the mask selects with as many bytes of storage. */
const compareUnderMask =
  (from: Use<I32>) =>
  (m: Meaning): void => {
    const mask = fieldOfMask(m);
    const second = gatherUnderMask(m, mask);
    m.setCc(m.ccCompareUnsigned(clearOutside(m, mask, from(m)), second));
  };

// biome-ignore format: one row a line
const COMPARES_UNDER_MASK: Row[] = [
  row('bd', 'clm', 'RS-b', 'COMPARE LOGICAL CHARACTERS UNDER MASK (low)', {}, compareUnderMask((m) => m.gr32('r1'))),
  row('eb21', 'clmy', 'RSY-b', 'COMPARE LOGICAL CHARACTERS UNDER MASK (low)', {}, compareUnderMask((m) => m.gr32('r1'))),
  row('eb20', 'clmh', 'RSY-b', 'COMPARE LOGICAL CHARACTERS UNDER MASK (high)', {}, compareUnderMask((m) => m.grHigh('r1'))),
];

/** 0: the selected bits are all zeros, or none is selected. 1: mixed. 3: all ones. */
const testByte = (m: Meaning): void => {
  const value = m.load8(m.address(1));
  const mask = m.unsigned('i2');
  const selected = m.and(value, mask);
  const notAllZeros = m.ne(selected, 0);
  m.setCc(m.select(notAllZeros, m.or(m.shl(m.eq(selected, mask), 1), 1), 0));
};

/** As for a byte, but mixed bits have two codes: 1 when the leftmost selected bit is zero, 2 when it is one. */
const testHalfword =
  (value: Use<I32>) =>
  (m: Meaning): void => {
    const mask = m.unsigned('i2');
    const selected = m.and(value(m), mask);
    const leftmost = m.shrU(m.i32(-0x8000_0000), m.clz(mask));
    const mixed = m.select(m.and(selected, leftmost), m.i32(2), 1);
    m.setCc(m.select(selected, m.select(m.eq(selected, mask), m.i32(3), mixed), 0));
  };

// biome-ignore format: one row a line
const TESTS: Row[] = [
  row('91', 'tm', 'SI', 'TEST UNDER MASK', HOT, testByte),
  row('eb51', 'tmy', 'SIY', 'TEST UNDER MASK', HOT, testByte),
  row('a71', 'tmll', 'RI-a', 'TEST UNDER MASK (low low)', { ...UNSIGNED, ...HOT }, testHalfword((m) => m.gr32('r1'))),
  row('a70', 'tmlh', 'RI-a', 'TEST UNDER MASK (low high)', UNSIGNED, testHalfword((m) => m.shrU(m.gr32('r1'), 16))),
  row('a73', 'tmhl', 'RI-a', 'TEST UNDER MASK (high low)', UNSIGNED, testHalfword((m) => m.grHigh('r1'))),
  row('a72', 'tmhh', 'RI-a', 'TEST UNDER MASK (high high)', UNSIGNED, testHalfword((m) => m.shrU(m.grHigh('r1'), 16))),
];

const COMPARE_AND_TRAP = 0xff;

/** The mask's bits 0-2 select equal, low, high; the condition code stays. */
const trap = (m: Meaning, code: I32): void => m.if(m.and(m.shl(m.unsigned('m3'), code), 8), () => m.dataException(COMPARE_AND_TRAP));
const trapIf =
  <V extends Integer>(width: Width<V>, second: Use<V>) =>
  (m: Meaning): void =>
    trap(m, m.ccCompareSigned(width.first(m), second(m)));
const trapIfLogical =
  <V extends Integer>(width: Width<V>, second: Use<V>) =>
  (m: Meaning): void =>
    trap(m, m.ccCompareUnsigned(width.first(m), second(m)));

const TRAP_UNSIGNED = { ...GENERAL_EXTENSION, operands: 'r1,u2,m3' } as const;

// biome-ignore format: one row a line
const TRAPS: Row[] = [
  row('b972', 'crt', 'RRF-c', 'COMPARE AND TRAP (32)', GENERAL_EXTENSION, trapIf(word, second32.register)),
  row('b960', 'cgrt', 'RRF-c', 'COMPARE AND TRAP (64)', GENERAL_EXTENSION, trapIf(doubleword, second64.register)),
  row('b973', 'clrt', 'RRF-c', 'COMPARE LOGICAL AND TRAP (32)', GENERAL_EXTENSION, trapIfLogical(word, second32.register)),
  row('b961', 'clgrt', 'RRF-c', 'COMPARE LOGICAL AND TRAP (64)', GENERAL_EXTENSION, trapIfLogical(doubleword, second64.register)),
  row('ec72', 'cit', 'RIE-a', 'COMPARE IMMEDIATE AND TRAP (32<16)', GENERAL_EXTENSION, trapIf(word, second32.immediate)),
  row('ec70', 'cgit', 'RIE-a', 'COMPARE IMMEDIATE AND TRAP (64<16)', GENERAL_EXTENSION, trapIf(doubleword, second64.immediate)),
  row('ec73', 'clfit', 'RIE-a', 'COMPARE LOGICAL IMMEDIATE AND TRAP (32<16)', TRAP_UNSIGNED, trapIfLogical(word, unsigned32)),
  row('ec71', 'clgit', 'RIE-a', 'COMPARE LOGICAL IMMEDIATE AND TRAP (64<16)', TRAP_UNSIGNED, trapIfLogical(doubleword, second64.immediateUnsigned)),
  row('eb23', 'clt', 'RSY-b', 'COMPARE LOGICAL AND TRAP (32)', MISCELLANEOUS_1, trapIfLogical(word, second32.storage)),
  row('eb2b', 'clgt', 'RSY-b', 'COMPARE LOGICAL AND TRAP (64)', MISCELLANEOUS_1, trapIfLogical(doubleword, second64.storage)),
];

export const COMPARE: readonly Row[] = [...COMPARES, ...COMPARES_LOGICAL, ...COMPARES_UNDER_MASK, ...TESTS, ...TRAPS];
