import { CELL } from '../layout.ts';
import type { I32, I64, Meaning, StorageOperation } from '../meaning.ts';
import { type Row, row } from '../row.ts';
import { doubleword, second32, second64, type Width, word } from './operands.ts';
import { DISTINCT_OPERANDS, HOT, POPULATION_COUNT } from './traits.ts';
import { clearOutside, fieldOfMask, loadUnderMask, storeUnderMask } from './under-mask.ts';

type Integer = I32 | I64;
type Use<V> = (m: Meaning) => V;
/** AND, OR and EXCLUSIVE OR: the code is 0 for a result of zeros, else 1. */
type Connective = 'and' | 'or' | 'xor';

const combine =
  <V extends Integer>(connective: Connective, width: Width<V>, second: Use<V>, first: Use<V> = width.first) =>
  (m: Meaning): void => {
    const b = second(m);
    const result = m[connective](first(m), b);
    width.set(m, result);
    m.setCc(m.ccNonzero(result));
  };

const third32 = word.third;
const third64 = doubleword.third;

// biome-ignore format: one row a line
const COMBINE: Row[] = [
  row('14', 'nr', 'RR', 'AND (32)', HOT, combine('and', word, second32.register)),
  row('b980', 'ngr', 'RRE', 'AND (64)', HOT, combine('and', doubleword, second64.register)),
  row('b9f4', 'nrk', 'RRF-a', 'AND (32)', DISTINCT_OPERANDS, combine('and', word, third32, second32.register)),
  row('b9e4', 'ngrk', 'RRF-a', 'AND (64)', { ...DISTINCT_OPERANDS, ...HOT }, combine('and', doubleword, third64, second64.register)),
  row('54', 'n', 'RX-a', 'AND (32)', HOT, combine('and', word, second32.storage)),
  row('e354', 'ny', 'RXY-a', 'AND (32)', {}, combine('and', word, second32.storage)),
  row('e380', 'ng', 'RXY-a', 'AND (64)', HOT, combine('and', doubleword, second64.storage)),
  row('16', 'or', 'RR', 'OR (32)', HOT, combine('or', word, second32.register)),
  row('b981', 'ogr', 'RRE', 'OR (64)', HOT, combine('or', doubleword, second64.register)),
  row('b9f6', 'ork', 'RRF-a', 'OR (32)', DISTINCT_OPERANDS, combine('or', word, third32, second32.register)),
  row('b9e6', 'ogrk', 'RRF-a', 'OR (64)', { ...DISTINCT_OPERANDS, ...HOT }, combine('or', doubleword, third64, second64.register)),
  row('56', 'o', 'RX-a', 'OR (32)', {}, combine('or', word, second32.storage)),
  row('e356', 'oy', 'RXY-a', 'OR (32)', {}, combine('or', word, second32.storage)),
  row('e381', 'og', 'RXY-a', 'OR (64)', HOT, combine('or', doubleword, second64.storage)),
  row('17', 'xr', 'RR', 'EXCLUSIVE OR (32)', HOT, combine('xor', word, second32.register)),
  row('b982', 'xgr', 'RRE', 'EXCLUSIVE OR (64)', HOT, combine('xor', doubleword, second64.register)),
  row('b9f7', 'xrk', 'RRF-a', 'EXCLUSIVE OR (32)', DISTINCT_OPERANDS, combine('xor', word, third32, second32.register)),
  row('b9e7', 'xgrk', 'RRF-a', 'EXCLUSIVE OR (64)', { ...DISTINCT_OPERANDS, ...HOT }, combine('xor', doubleword, third64, second64.register)),
  row('57', 'x', 'RX-a', 'EXCLUSIVE OR (32)', HOT, combine('xor', word, second32.storage)),
  row('e357', 'xy', 'RXY-a', 'EXCLUSIVE OR (32)', {}, combine('xor', word, second32.storage)),
  row('e382', 'xg', 'RXY-a', 'EXCLUSIVE OR (64)', HOT, combine('xor', doubleword, second64.storage)),
];

const combineByte =
  (connective: Connective) =>
  (m: Meaning): void => {
    const immediate = m.unsigned('i2');
    const { after } = m.update8(m.address(1), (byte) => m[connective](byte, immediate));
    m.setCc(m.ccNonzero(after));
  };

// biome-ignore format: one row a line
const COMBINE_STORAGE: Row[] = [
  row('94', 'ni', 'SI', 'AND (immediate)', HOT, combineByte('and')),
  row('eb54', 'niy', 'SIY', 'AND (immediate)', {}, combineByte('and')),
  row('96', 'oi', 'SI', 'OR (immediate)', HOT, combineByte('or')),
  row('eb56', 'oiy', 'SIY', 'OR (immediate)', {}, combineByte('or')),
  row('97', 'xi', 'SI', 'EXCLUSIVE OR (immediate)', {}, combineByte('xor')),
  row('eb57', 'xiy', 'SIY', 'EXCLUSIVE OR (immediate)', {}, combineByte('xor')),
];

// ---- immediates that meet a part of the register ---------------------------------------------------------------------

const UNSIGNED = { operands: 'r1,u2' } as const;
const UNSIGNED_HOT = { ...UNSIGNED, ...HOT } as const;

/** A part of a 64-bit register: ones where it lies, and how far it is from the right. */
interface Part {
  readonly ones: bigint;
  readonly shift: number;
}
const part = (bits: number, shift: number): Part => ({ ones: ((1n << BigInt(bits)) - 1n) << BigInt(shift), shift });
const HH = part(16, 48);
const HL = part(16, 32);
const LH = part(16, 16);
const LL = part(16, 0);
const HF = part(32, 32);
const LF = part(32, 0);

/** The immediate at the part's place, zeros elsewhere. */
const immediateAt = (m: Meaning, { shift }: Part): I64 => m.shl(m.zeroExtend(m.unsigned('i2')), shift);

/** The code tells about the part only. */
const setWithCode = (m: Meaning, { ones }: Part, result: I64): void => {
  m.setGr64('r1', result);
  m.setCc(m.ccNonzero(m.and(result, m.i64(ones))));
};
const andImmediate =
  (p: Part) =>
  (m: Meaning): void =>
    setWithCode(m, p, m.and(m.gr64('r1'), m.or(immediateAt(m, p), m.i64(~p.ones))));
const orImmediate =
  (p: Part) =>
  (m: Meaning): void =>
    setWithCode(m, p, m.or(m.gr64('r1'), immediateAt(m, p)));
const xorImmediate =
  (p: Part) =>
  (m: Meaning): void =>
    setWithCode(m, p, m.xor(m.gr64('r1'), immediateAt(m, p)));
const insertImmediate =
  (p: Part) =>
  (m: Meaning): void =>
    m.setGr64('r1', m.or(m.and(m.gr64('r1'), m.i64(~p.ones)), immediateAt(m, p)));
const loadImmediate =
  (p: Part) =>
  (m: Meaning): void =>
    m.setGr64('r1', immediateAt(m, p));

// biome-ignore format: one row a line
const IMMEDIATES: Row[] = [
  row('a54', 'nihh', 'RI-a', 'AND IMMEDIATE (high high)', UNSIGNED, andImmediate(HH)),
  row('a55', 'nihl', 'RI-a', 'AND IMMEDIATE (high low)', UNSIGNED, andImmediate(HL)),
  row('a56', 'nilh', 'RI-a', 'AND IMMEDIATE (low high)', UNSIGNED_HOT, andImmediate(LH)),
  row('a57', 'nill', 'RI-a', 'AND IMMEDIATE (low low)', UNSIGNED_HOT, andImmediate(LL)),
  row('c0a', 'nihf', 'RIL-a', 'AND IMMEDIATE (high)', UNSIGNED, andImmediate(HF)),
  row('c0b', 'nilf', 'RIL-a', 'AND IMMEDIATE (low)', UNSIGNED_HOT, andImmediate(LF)),
  row('a58', 'oihh', 'RI-a', 'OR IMMEDIATE (high high)', UNSIGNED, orImmediate(HH)),
  row('a59', 'oihl', 'RI-a', 'OR IMMEDIATE (high low)', UNSIGNED, orImmediate(HL)),
  row('a5a', 'oilh', 'RI-a', 'OR IMMEDIATE (low high)', UNSIGNED, orImmediate(LH)),
  row('a5b', 'oill', 'RI-a', 'OR IMMEDIATE (low low)', UNSIGNED_HOT, orImmediate(LL)),
  row('c0c', 'oihf', 'RIL-a', 'OR IMMEDIATE (high)', UNSIGNED, orImmediate(HF)),
  row('c0d', 'oilf', 'RIL-a', 'OR IMMEDIATE (low)', UNSIGNED, orImmediate(LF)),
  row('c06', 'xihf', 'RIL-a', 'EXCLUSIVE OR IMMEDIATE (high)', UNSIGNED, xorImmediate(HF)),
  row('c07', 'xilf', 'RIL-a', 'EXCLUSIVE OR IMMEDIATE (low)', UNSIGNED, xorImmediate(LF)),
  row('a50', 'iihh', 'RI-a', 'INSERT IMMEDIATE (high high)', UNSIGNED, insertImmediate(HH)),
  row('a51', 'iihl', 'RI-a', 'INSERT IMMEDIATE (high low)', UNSIGNED, insertImmediate(HL)),
  row('a52', 'iilh', 'RI-a', 'INSERT IMMEDIATE (low high)', UNSIGNED, insertImmediate(LH)),
  row('a53', 'iill', 'RI-a', 'INSERT IMMEDIATE (low low)', UNSIGNED, insertImmediate(LL)),
  row('c08', 'iihf', 'RIL-a', 'INSERT IMMEDIATE (high)', UNSIGNED, insertImmediate(HF)),
  row('c09', 'iilf', 'RIL-a', 'INSERT IMMEDIATE (low)', UNSIGNED_HOT, insertImmediate(LF)),
  row('a5c', 'llihh', 'RI-a', 'LOAD LOGICAL IMMEDIATE (high high)', UNSIGNED, loadImmediate(HH)),
  row('a5d', 'llihl', 'RI-a', 'LOAD LOGICAL IMMEDIATE (high low)', UNSIGNED, loadImmediate(HL)),
  row('a5e', 'llilh', 'RI-a', 'LOAD LOGICAL IMMEDIATE (low high)', UNSIGNED_HOT, loadImmediate(LH)),
  row('a5f', 'llill', 'RI-a', 'LOAD LOGICAL IMMEDIATE (low low)', UNSIGNED_HOT, loadImmediate(LL)),
  row('c0e', 'llihf', 'RIL-a', 'LOAD LOGICAL IMMEDIATE (high)', UNSIGNED, loadImmediate(HF)),
  row('c0f', 'llilf', 'RIL-a', 'LOAD LOGICAL IMMEDIATE (low)', UNSIGNED_HOT, loadImmediate(LF)),
];

// ---- characters ------------------------------------------------------------------------------------------------------

const insertCharacter = (m: Meaning): void => {
  const byte = m.load8(m.address(2));
  m.setGr32('r1', m.or(m.and(m.gr32('r1'), -0x100), byte));
};

/** Half of a register, for the instructions under mask. */
interface Half {
  readonly get: Use<I32>;
  readonly set: (m: Meaning, value: I32) => void;
}
const LOW: Half = { get: (m) => m.gr32('r1'), set: (m, value) => m.setGr32('r1', value) };
const HIGH: Half = { get: (m) => m.grHigh('r1'), set: (m, value) => m.setGrHigh('r1', value) };

/** The code is 0 when the inserted bits are zeros or there are none, else 1 or 2 as the leftmost of them is one or zero. */
const insertUnderMask =
  ({ get, set }: Half) =>
  (m: Meaning): void => {
    const mask = fieldOfMask(m);
    // The ones of a byte for each one of the mask; of them the leftmost bit.
    const open = clearOutside(m, mask, m.i32(-1));
    const leftmost = m.shrU(m.i32(-0x8000_0000), m.clz(open));
    loadUnderMask(m, mask, (_, inserted) => {
      set(m, m.or(m.and(get(m), m.not(open)), inserted));
      const code = m.select(m.and(inserted, leftmost), m.i32(1), 2);
      m.setCc(m.select(inserted, code, 0));
    });
  };
const storeCharacters =
  ({ get }: Half) =>
  (m: Meaning): void =>
    storeUnderMask(m, fieldOfMask(m), get(m));

// biome-ignore format: one row a line
const CHARACTERS: Row[] = [
  row('43', 'ic', 'RX-a', 'INSERT CHARACTER', HOT, insertCharacter),
  row('e373', 'icy', 'RXY-a', 'INSERT CHARACTER', {}, insertCharacter),
  row('bf', 'icm', 'RS-b', 'INSERT CHARACTERS UNDER MASK (low)', HOT, insertUnderMask(LOW)),
  row('eb81', 'icmy', 'RSY-b', 'INSERT CHARACTERS UNDER MASK (low)', {}, insertUnderMask(LOW)),
  row('eb80', 'icmh', 'RSY-b', 'INSERT CHARACTERS UNDER MASK (high)', {}, insertUnderMask(HIGH)),
  row('be', 'stcm', 'RS-b', 'STORE CHARACTERS UNDER MASK (low)', {}, storeCharacters(LOW)),
  row('eb2d', 'stcmy', 'RSY-b', 'STORE CHARACTERS UNDER MASK (low)', {}, storeCharacters(LOW)),
  row('eb2c', 'stcmh', 'RSY-b', 'STORE CHARACTERS UNDER MASK (high)', {}, storeCharacters(HIGH)),
];

// ---- bits ------------------------------------------------------------------------------------------------------------

const findLeftmostOne = (m: Meaning): void => {
  m.needEven('r1');
  const value = m.gr64('r2');
  const position = m.clz(value);
  // For zero the position is 64; a shift by it is a shift by nothing, and what is taken from zero stays zero.
  const one = m.shrU(m.i64(1n << 63n), position);
  m.setGr64('r1', position);
  m.setGr64('r1', m.and(value, m.not(one)), 1);
  m.setCc(m.shl(m.ne(value, 0), 1));
};

/** Counts the ones of each byte by itself, or of the whole register with bit 0 of M3 (miscellaneous-instruction-extensions facility 3). */
const populationCount = (m: Meaning): void => {
  const value = m.gr64('r2');
  const every = (byte: bigint): I64 => m.i64(byte * 0x0101_0101_0101_0101n);
  const pairs = m.sub(value, m.and(m.shrU(value, 1), every(0x55n)));
  const nibbles = m.add(m.and(pairs, every(0x33n)), m.and(m.shrU(pairs, 2), every(0x33n)));
  const bytes = m.and(m.add(nibbles, m.shrU(nibbles, 4)), every(0x0fn));
  m.setGr64('r1', m.select(m.and(m.unsigned('m3'), 8), m.popcnt(value), bytes));
  m.setCc(m.ccNonzero(value));
};

/** Program mask and condition code as bits 34-39 of a register have them. */
const insertProgramMask = (m: Meaning): void => {
  const inserted = m.or(m.shl(m.cc(), 28), m.shl(m.cell32(CELL.PM), 24));
  m.setGr32('r1', m.or(m.and(m.gr32('r1'), 0x00ff_ffff), inserted));
};
const setProgramMask = (m: Meaning): void => {
  const value = m.gr32('r1');
  m.setCc(m.and(m.shrU(value, 28), 3));
  m.setCell32(CELL.PM, m.and(m.shrU(value, 24), 15));
};

// biome-ignore format: one row a line
const BITS: Row[] = [
  row('b983', 'flogr', 'RRE', 'FIND LEFTMOST ONE', {}, findLeftmostOne),
  row('b9e1', 'popcnt', 'RRF-c', 'POPULATION COUNT', { ...POPULATION_COUNT, operands: 'r1,r2,m3?' }, populationCount),
  row('b222', 'ipm', 'RRE', 'INSERT PROGRAM MASK', { operands: 'r1' }, insertProgramMask),
  row('04', 'spm', 'RR', 'SET PROGRAM MASK', { operands: 'r1' }, setProgramMask),
];

// ---- storage to storage ----------------------------------------------------------------------------------------------

const storageToStorage = (m: Meaning, operation: StorageOperation): I32 =>
  m.storageToStorage(operation, m.address(1), m.address(2), m.unsigned('l'));
const withCode =
  (operation: StorageOperation) =>
  (m: Meaning): void =>
    m.setCc(storageToStorage(m, operation));

// biome-ignore format: one row a line
const STORAGE: Row[] = [
  row('d2', 'mvc', 'SS-a', 'MOVE (character)', HOT, (m) => void storageToStorage(m, 'move')),
  row('d4', 'nc', 'SS-a', 'AND (character)', HOT, withCode('and')),
  row('d5', 'clc', 'SS-a', 'COMPARE LOGICAL (character)', HOT, withCode('compare')),
  row('d6', 'oc', 'SS-a', 'OR (character)', HOT, withCode('or')),
  row('d7', 'xc', 'SS-a', 'EXCLUSIVE OR (character)', HOT, withCode('xor')),
];

export const LOGICAL: readonly Row[] = [...COMBINE, ...COMBINE_STORAGE, ...IMMEDIATES, ...CHARACTERS, ...BITS, ...STORAGE];
