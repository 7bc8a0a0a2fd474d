import type { I32, Meaning } from '../meaning.ts';
import { type Row, row } from '../row.ts';
import { add, addLogical, subtract, subtractLogical } from './arithmetic.ts';
import { compareValues, compareValuesLogical } from './compare.ts';
import { type Width, word } from './operands.ts';
import { rotated } from './shift.ts';
import { DISTINCT_OPERANDS } from './traits.ts';

/** The high-word facility: bits 0-31 of general registers as registers of their own; bits 32-63 stay as they are. */
const high: Width<I32> = {
  ...word,
  first: (m) => m.grHigh('r1'),
  third: (m) => m.grHigh('r3'),
  set: (m, value) => m.setGrHigh('r1', value),
};
const secondHigh = (m: Meaning): I32 => m.grHigh('r2');
const secondLow = (m: Meaning): I32 => m.gr32('r2');
const thirdLow = word.third;
const immediate = (m: Meaning): I32 => m.signed('i2');
const storage = (m: Meaning): I32 => m.load32(m.address(2));

const load =
  (value: (m: Meaning) => I32) =>
  (m: Meaning): void =>
    m.setGrHigh('r1', value(m));

/**
 * ROTATE THEN INSERT SELECTED BITS HIGH and LOW: five-bit positions within the word; bit 0 of I4 makes the rest of that word zeros.
 * The whole second operand is rotated, and the word in the same place as the result supplies the bits.
 */
const insertSelected =
  (part: 'high' | 'low') =>
  (m: Meaning): void => {
    const start = m.and(m.unsigned('i3'), 31);
    const end = m.and(m.unsigned('i4'), 31);
    const ones = m.i32(-1);
    const fromStart = m.shrU(ones, start);
    const toEnd = m.shl(ones, m.xor(end, 31));
    const selected = m.select(m.leU(start, end), m.and(fromStart, toEnd), m.or(fromStart, toEnd));
    const before = part === 'high' ? m.grHigh('r1') : m.gr32('r1');
    const others = m.select(m.and(m.unsigned('i4'), 0x80), m.i32(0), before);
    const source = part === 'high' ? m.high(rotated(m)) : m.low(rotated(m));
    const result = m.or(m.and(source, selected), m.and(others, m.not(selected)));
    if (part === 'high') m.setGrHigh('r1', result);
    else m.setGr32('r1', result);
  };

const UNSIGNED = { ...DISTINCT_OPERANDS, operands: 'r1,u2' } as const;

// biome-ignore format: one row a line
export const HIGH_WORD: readonly Row[] = [
  row('b9c8', 'ahhhr', 'RRF-a', 'ADD HIGH (32)', DISTINCT_OPERANDS, add(high, high.third, secondHigh)),
  row('b9d8', 'ahhlr', 'RRF-a', 'ADD HIGH (32)', DISTINCT_OPERANDS, add(high, thirdLow, secondHigh)),
  row('cc8', 'aih', 'RIL-a', 'ADD IMMEDIATE HIGH (32)', DISTINCT_OPERANDS, add(high, immediate)),
  row('b9ca', 'alhhhr', 'RRF-a', 'ADD LOGICAL HIGH (32)', DISTINCT_OPERANDS, addLogical(high, high.third, secondHigh)),
  row('b9da', 'alhhlr', 'RRF-a', 'ADD LOGICAL HIGH (32)', DISTINCT_OPERANDS, addLogical(high, thirdLow, secondHigh)),
  row('cca', 'alsih', 'RIL-a', 'ADD LOGICAL WITH SIGNED IMMEDIATE HIGH (32)', DISTINCT_OPERANDS, addLogical(high, immediate)),
  row('ccb', 'alsihn', 'RIL-a', 'ADD LOGICAL WITH SIGNED IMMEDIATE HIGH (32)', DISTINCT_OPERANDS, (m) => m.setGrHigh('r1', m.add(m.grHigh('r1'), immediate(m)))),
  row('b9c9', 'shhhr', 'RRF-a', 'SUBTRACT HIGH (32)', DISTINCT_OPERANDS, subtract(high, high.third, secondHigh)),
  row('b9d9', 'shhlr', 'RRF-a', 'SUBTRACT HIGH (32)', DISTINCT_OPERANDS, subtract(high, thirdLow, secondHigh)),
  row('b9cb', 'slhhhr', 'RRF-a', 'SUBTRACT LOGICAL HIGH (32)', DISTINCT_OPERANDS, subtractLogical(high, high.third, secondHigh)),
  row('b9db', 'slhhlr', 'RRF-a', 'SUBTRACT LOGICAL HIGH (32)', DISTINCT_OPERANDS, subtractLogical(high, thirdLow, secondHigh)),
  row('b9cd', 'chhr', 'RRE', 'COMPARE HIGH (32)', DISTINCT_OPERANDS, compareValues(high.first, secondHigh)),
  row('b9dd', 'chlr', 'RRE', 'COMPARE HIGH (32)', DISTINCT_OPERANDS, compareValues(high.first, secondLow)),
  row('e3cd', 'chf', 'RXY-a', 'COMPARE HIGH (32)', DISTINCT_OPERANDS, compareValues(high.first, storage)),
  row('ccd', 'cih', 'RIL-a', 'COMPARE IMMEDIATE HIGH (32)', DISTINCT_OPERANDS, compareValues(high.first, immediate)),
  row('b9cf', 'clhhr', 'RRE', 'COMPARE LOGICAL HIGH (32)', DISTINCT_OPERANDS, compareValuesLogical(high.first, secondHigh)),
  row('b9df', 'clhlr', 'RRE', 'COMPARE LOGICAL HIGH (32)', DISTINCT_OPERANDS, compareValuesLogical(high.first, secondLow)),
  row('e3cf', 'clhf', 'RXY-a', 'COMPARE LOGICAL HIGH (32)', DISTINCT_OPERANDS, compareValuesLogical(high.first, storage)),
  row('ccf', 'clih', 'RIL-a', 'COMPARE LOGICAL IMMEDIATE HIGH (32)', UNSIGNED, compareValuesLogical(high.first, immediate)),
  row('cc6', 'brcth', 'RIL-b', 'BRANCH RELATIVE ON COUNT HIGH (32)', DISTINCT_OPERANDS, (m) => {
    const count = m.sub(m.grHigh('r1'), 1);
    m.setGrHigh('r1', count);
    m.branchRelativeIf(m.ne(count, 0), 'i2');
  }),
  row('e3c0', 'lbh', 'RXY-a', 'LOAD BYTE HIGH (32<8)', DISTINCT_OPERANDS, load((m) => m.signExtend8(m.load8(m.address(2))))),
  row('e3c4', 'lhh', 'RXY-a', 'LOAD HALFWORD HIGH (32<16)', DISTINCT_OPERANDS, load((m) => m.signExtend16(m.load16(m.address(2))))),
  row('e3ca', 'lfh', 'RXY-a', 'LOAD HIGH (32)', DISTINCT_OPERANDS, load(storage)),
  row('e3c2', 'llch', 'RXY-a', 'LOAD LOGICAL CHARACTER HIGH (32<8)', DISTINCT_OPERANDS, load((m) => m.load8(m.address(2)))),
  row('e3c6', 'llhh', 'RXY-a', 'LOAD LOGICAL HALFWORD HIGH (32<16)', DISTINCT_OPERANDS, load((m) => m.load16(m.address(2)))),
  row('e3c3', 'stch', 'RXY-a', 'STORE CHARACTER HIGH (8)', DISTINCT_OPERANDS, (m) => m.store8(m.address(2), m.grHigh('r1'))),
  row('e3c7', 'sthh', 'RXY-a', 'STORE HALFWORD HIGH (16)', DISTINCT_OPERANDS, (m) => m.store16(m.address(2), m.grHigh('r1'))),
  row('e3cb', 'stfh', 'RXY-a', 'STORE HIGH (32)', DISTINCT_OPERANDS, (m) => m.store32(m.address(2), m.grHigh('r1'))),
  row('ec5d', 'risbhg', 'RIE-f', 'ROTATE THEN INSERT SELECTED BITS HIGH (64)', DISTINCT_OPERANDS, insertSelected('high')),
  row('ec51', 'risblg', 'RIE-f', 'ROTATE THEN INSERT SELECTED BITS LOW (64)', DISTINCT_OPERANDS, insertSelected('low')),
];
