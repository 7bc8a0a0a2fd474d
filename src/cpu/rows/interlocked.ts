import type { I32, I64, Meaning, Update } from '../meaning.ts';
import { type Row, row } from '../row.ts';
import { addOverflows, logicalCode } from './arithmetic.ts';
import { doubleword, type Width, word } from './operands.ts';
import { HOT, INTERLOCKED_ACCESS } from './traits.ts';

/**
 * Instructions that fetch a storage operand and store it as one access. No other CPU comes between within an instruction, so that the
 * access is interlocked by itself; what is left is that it is checked as a store, even where nothing changes.
 */
type Integer = I32 | I64;

// ---- compare and swap ------------------------------------------------------------------------------------------------

/** Where the operands differ, the old contents are stored back, as the PoP allows: "fetched and subsequently stored back unchanged". */
const swapIfEqual = <V extends Integer>(m: Meaning, update: Width<V>['update'], bytes: number, expected: V, replacement: V): Update<V> => {
  const address = m.address(2);
  m.needAligned(address, bytes);
  const result = update(m, address, (before) => m.select(m.eq(before, expected), replacement, before));
  m.setCc(m.ne(result.before, expected));
  return result;
};

/** R1 receives what was found; where that was expected, it is what R1 holds. */
const compareAndSwap =
  <V extends Integer>(width: Width<V>) =>
  (m: Meaning): void => {
    const { before } = swapIfEqual(m, width.update, width.bytes, width.first(m), width.third(m));
    width.set(m, before);
  };

const needEvenPairs = (m: Meaning): void => {
  m.needEven('r1');
  m.needEven('r3');
};

const compareDoubleAndSwap = (m: Meaning): void => {
  needEvenPairs(m);
  const expected = m.pair(m.gr32('r1'), m.gr32('r1', 1));
  const replacement = m.pair(m.gr32('r3'), m.gr32('r3', 1));
  const { before } = swapIfEqual(m, doubleword.update, 8, expected, replacement);
  m.setGr32('r1', m.high(before));
  m.setGr32('r1', m.low(before), 1);
};

const compareQuadwordAndSwap = (m: Meaning): void => {
  needEvenPairs(m);
  const address = m.address(2);
  m.needAligned(address, 16);
  m.updateBlock(address, 16, (at) => {
    const high = m.peek64(at);
    const low = m.peek64(at, 8);
    const differs = m.ne(m.or(m.xor(high, m.gr64('r1')), m.xor(low, m.gr64('r1', 1))), 0);
    m.poke64(at, m.select(differs, high, m.gr64('r3')));
    m.poke64(at, m.select(differs, low, m.gr64('r3', 1)), 8);
    m.setGr64('r1', high);
    m.setGr64('r1', low, 1);
    m.setCc(differs);
  });
};

// biome-ignore format: one row a line
const COMPARE_AND_SWAP: Row[] = [
  row('ba', 'cs', 'RS-a', 'COMPARE AND SWAP (32)', HOT, compareAndSwap(word)),
  row('eb14', 'csy', 'RSY-a', 'COMPARE AND SWAP (32)', {}, compareAndSwap(word)),
  row('eb30', 'csg', 'RSY-a', 'COMPARE AND SWAP (64)', HOT, compareAndSwap(doubleword)),
  row('bb', 'cds', 'RS-a', 'COMPARE DOUBLE AND SWAP (32)', {}, compareDoubleAndSwap),
  row('eb31', 'cdsy', 'RSY-a', 'COMPARE DOUBLE AND SWAP (32)', {}, compareDoubleAndSwap),
  row('eb3e', 'cdsg', 'RSY-a', 'COMPARE DOUBLE AND SWAP (64)', {}, compareQuadwordAndSwap),
];

// ---- load and … ------------------------------------------------------------------------------------------------------

type Code = <V extends Integer>(m: Meaning, before: V, operand: V, after: V) => void;
const signedCode: Code = (m, before, operand, after) => m.setCcOverflow(after, addOverflows(m, before, operand, after));
const carryCode: Code = (m, _, operand, after) => m.setCc(logicalCode(m, after, m.ltU(after, operand)));
const zeroCode: Code = (m, _, __, after) => m.setCc(m.ccNonzero(after));

/** Storage receives what comes of it and R3, R1 what it held. */
const loadAnd =
  <V extends Integer>(operation: 'add' | 'and' | 'or' | 'xor', width: Width<V>, code: Code) =>
  (m: Meaning): void => {
    const address = m.address(2);
    m.needAligned(address, width.bytes);
    const operand = width.third(m);
    const { before, after } = width.update(m, address, (value) => m[operation](value, operand));
    width.set(m, before);
    code(m, before, operand, after);
  };

// biome-ignore format: one row a line
const LOAD_AND: Row[] = [
  row('ebf8', 'laa', 'RSY-a', 'LOAD AND ADD (32)', INTERLOCKED_ACCESS, loadAnd('add', word, signedCode)),
  row('ebe8', 'laag', 'RSY-a', 'LOAD AND ADD (64)', INTERLOCKED_ACCESS, loadAnd('add', doubleword, signedCode)),
  row('ebfa', 'laal', 'RSY-a', 'LOAD AND ADD LOGICAL (32)', INTERLOCKED_ACCESS, loadAnd('add', word, carryCode)),
  row('ebea', 'laalg', 'RSY-a', 'LOAD AND ADD LOGICAL (64)', INTERLOCKED_ACCESS, loadAnd('add', doubleword, carryCode)),
  row('ebf4', 'lan', 'RSY-a', 'LOAD AND AND (32)', INTERLOCKED_ACCESS, loadAnd('and', word, zeroCode)),
  row('ebe4', 'lang', 'RSY-a', 'LOAD AND AND (64)', INTERLOCKED_ACCESS, loadAnd('and', doubleword, zeroCode)),
  row('ebf6', 'lao', 'RSY-a', 'LOAD AND OR (32)', INTERLOCKED_ACCESS, loadAnd('or', word, zeroCode)),
  row('ebe6', 'laog', 'RSY-a', 'LOAD AND OR (64)', INTERLOCKED_ACCESS, loadAnd('or', doubleword, zeroCode)),
  row('ebf7', 'lax', 'RSY-a', 'LOAD AND EXCLUSIVE OR (32)', INTERLOCKED_ACCESS, loadAnd('xor', word, zeroCode)),
  row('ebe7', 'laxg', 'RSY-a', 'LOAD AND EXCLUSIVE OR (64)', INTERLOCKED_ACCESS, loadAnd('xor', doubleword, zeroCode)),
];

// ---- others ----------------------------------------------------------------------------------------------------------

/** Checks and loads both operands of LOAD PAIR DISJOINT; the fetch is always interlocked, which is code 0. */
const loadPair =
  <V extends Integer>(bytes: 4 | 8, load: (m: Meaning, operand: 1 | 2) => V, set: (m: Meaning, value: V, plus: 0 | 1) => void) =>
  (m: Meaning): void => {
    m.needEven('r3');
    for (const operand of [1, 2] as const) m.needAligned(m.address(operand), bytes);
    const first = load(m, 1);
    const second = load(m, 2);
    set(m, first, 0);
    set(m, second, 1);
    m.setCc(0);
  };

const testAndSet = (m: Meaning): void => {
  const { before } = m.update8(m.address(1), () => m.i32(0xff));
  m.setCc(m.shrU(before, 7));
};

const PAIR = { ...INTERLOCKED_ACCESS, operands: 'r3,d1(b1),d2(b2)' } as const;
// biome-ignore format: one row a line
const OTHERS: Row[] = [
  row('c84', 'lpd', 'SSF', 'LOAD PAIR DISJOINT (32)', PAIR, loadPair(4, (m, n) => m.load32(m.address(n)), (m, value, plus) => m.setGr32('r3', value, plus))),
  row('c85', 'lpdg', 'SSF', 'LOAD PAIR DISJOINT (64)', PAIR, loadPair(8, (m, n) => m.load64(m.address(n)), (m, value, plus) => m.setGr64('r3', value, plus))),
  row('93', 'ts', 'SI', 'TEST AND SET', { operands: 'd1(b1)' }, testAndSet),
];

export const INTERLOCKED: readonly Row[] = [...COMPARE_AND_SWAP, ...LOAD_AND, ...OTHERS];
