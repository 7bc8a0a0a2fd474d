import type { I32, I64, Meaning } from '../meaning.ts';
import { type Row, row } from '../row.ts';

const HOT = { hot: true } as const;
type Comparison = (m: Meaning) => I32;

const mask = (m: Meaning): I32 => m.ccMatches(m.unsigned('m1'));
const always = (m: Meaning): I32 => m.i32(1);
/** Register zero as a branch target means: do not branch. */
const unlessZero = (m: Meaning): I32 => m.ne(m.unsigned('r2'), 0);

const countDown32 = (m: Meaning): I32 => {
  const count = m.sub(m.gr32('r1'), 1);
  m.setGr32('r1', count);
  return m.ne(count, 0);
};
const countDown64 = (m: Meaning): I32 => {
  const count = m.sub(m.gr64('r1'), 1);
  m.setGr64('r1', count);
  return m.ne(count, 0);
};

/** BRANCH ON INDEX: adds the increment in R3 to R1 and compares with the odd register of R3's pair (R3 itself if odd), read beforehand. */
const index32 = (m: Meaning, high: boolean): I32 => {
  const compare = m.low(m.grAt(m.or(m.unsigned('r3'), 1)));
  const sum = m.add(m.gr32('r1'), m.gr32('r3'));
  m.setGr32('r1', sum);
  return high ? m.gtS(sum, compare) : m.leS(sum, compare);
};
const index64 = (m: Meaning, high: boolean): I32 => {
  const compare = m.grAt(m.or(m.unsigned('r3'), 1));
  const sum = m.add(m.gr64('r1'), m.gr64('r3'));
  m.setGr64('r1', sum);
  return high ? m.gtS(sum, compare) : m.leS(sum, compare);
};

/** Computes the target before the count or the link changes the register it may come from. */
const toAddress = (m: Meaning, taken: Comparison): void => {
  const target = m.address(2);
  m.branchToIf(taken(m), target);
};

const link = (m: Meaning): void => {
  const target = m.gr64('r2');
  m.link('r1');
  m.branchToIf(unlessZero(m), target);
};

/** BAL and BALR: in 24-bit mode the link holds instruction-length code, condition code and program mask beside the address. */
const linkWithCode = (m: Meaning, target: I64, taken: I32): void => {
  const plainLink = m.or(m.and(m.cell32(0x400 + 4), 1), m.and(m.shrU(m.cell32(0x400), 31), 1));
  m.if(
    plainLink,
    () => m.link('r1'),
    () => {
      // A target of EXECUTE reports the length of the EXECUTE, which is 4 or 6; BAL's own is in the format.
      const executing = m.cell32(0x450);
      const length = m.select(executing, executing, m.format.length);
      const code = m.or(m.shl(m.shrU(length, 1), 30), m.or(m.shl(m.cc(), 28), m.shl(m.cell32(0x414), 24)));
      m.setGr32('r1', m.or(code, m.and(m.low(m.nextAddress()), 0xff_ffff)));
    },
  );
  m.branchToIf(taken, target);
};

// biome-ignore format: one row a line
const BRANCHES: Row[] = [
  row('07', 'bcr', 'RR', 'BRANCH ON CONDITION', { ...HOT, operands: 'm1,r2' }, (m) => m.branchToIf(m.and(m.ne(mask(m), 0), unlessZero(m)), m.gr64('r2'))),
  row('47', 'bc', 'RX-b', 'BRANCH ON CONDITION', HOT, (m) => toAddress(m, mask)),
  row('a74', 'brc', 'RI-c', 'BRANCH RELATIVE ON CONDITION', HOT, (m) => m.branchRelativeIf(mask(m), 'i2')),
  row('c04', 'brcl', 'RIL-c', 'BRANCH RELATIVE ON CONDITION LONG', HOT, (m) => m.branchRelativeIf(mask(m), 'i2')),
  row('06', 'bctr', 'RR', 'BRANCH ON COUNT (32)', {}, (m) => {
    const target = m.gr64('r2');
    m.branchToIf(m.and(countDown32(m), unlessZero(m)), target);
  }),
  row('b946', 'bctgr', 'RRE', 'BRANCH ON COUNT (64)', {}, (m) => {
    const target = m.gr64('r2');
    m.branchToIf(m.and(countDown64(m), unlessZero(m)), target);
  }),
  row('46', 'bct', 'RX-a', 'BRANCH ON COUNT (32)', {}, (m) => toAddress(m, countDown32)),
  row('e346', 'bctg', 'RXY-a', 'BRANCH ON COUNT (64)', {}, (m) => toAddress(m, countDown64)),
  row('a76', 'brct', 'RI-b', 'BRANCH RELATIVE ON COUNT (32)', HOT, (m) => m.branchRelativeIf(countDown32(m), 'i2')),
  row('a77', 'brctg', 'RI-b', 'BRANCH RELATIVE ON COUNT (64)', HOT, (m) => m.branchRelativeIf(countDown64(m), 'i2')),
  row('86', 'bxh', 'RS-a', 'BRANCH ON INDEX HIGH (32)', {}, (m) => toAddress(m, () => index32(m, true))),
  row('87', 'bxle', 'RS-a', 'BRANCH ON INDEX LOW OR EQUAL (32)', {}, (m) => toAddress(m, () => index32(m, false))),
  row('eb44', 'bxhg', 'RSY-a', 'BRANCH ON INDEX HIGH (64)', {}, (m) => toAddress(m, () => index64(m, true))),
  row('eb45', 'bxleg', 'RSY-a', 'BRANCH ON INDEX LOW OR EQUAL (64)', {}, (m) => toAddress(m, () => index64(m, false))),
  row('84', 'brxh', 'RSI', 'BRANCH RELATIVE ON INDEX HIGH (32)', {}, (m) => m.branchRelativeIf(index32(m, true), 'i2')),
  row('85', 'brxle', 'RSI', 'BRANCH RELATIVE ON INDEX LOW OR EQUAL (32)', {}, (m) => m.branchRelativeIf(index32(m, false), 'i2')),
  row('ec44', 'brxhg', 'RIE-e', 'BRANCH RELATIVE ON INDEX HIGH (64)', {}, (m) => m.branchRelativeIf(index64(m, true), 'i2')),
  row('ec45', 'brxlg', 'RIE-e', 'BRANCH RELATIVE ON INDEX LOW OR EQUAL (64)', {}, (m) => m.branchRelativeIf(index64(m, false), 'i2')),
];

// biome-ignore format: one row a line
const LINKS: Row[] = [
  row('0d', 'basr', 'RR', 'BRANCH AND SAVE', HOT, link),
  row('4d', 'bas', 'RX-a', 'BRANCH AND SAVE', {}, (m) => {
    const target = m.address(2);
    m.link('r1');
    m.branchToIf(always(m), target);
  }),
  row('a75', 'bras', 'RI-b', 'BRANCH RELATIVE AND SAVE', HOT, (m) => {
    m.link('r1');
    m.branchRelativeIf(always(m), 'i2');
  }),
  row('c05', 'brasl', 'RIL-b', 'BRANCH RELATIVE AND SAVE LONG', HOT, (m) => {
    m.link('r1');
    m.branchRelativeIf(always(m), 'i2');
  }),
  row('05', 'balr', 'RR', 'BRANCH AND LINK', {}, (m) => linkWithCode(m, m.gr64('r2'), unlessZero(m))),
  row('45', 'bal', 'RX-a', 'BRANCH AND LINK', {}, (m) => linkWithCode(m, m.address(2), always(m))),
];

/** COMPARE AND BRANCH: the mask's bits 0-2 select equal, low, high. */
const GENERAL_INSTRUCTIONS_EXTENSION = 34;
const GIE = { facility: GENERAL_INSTRUCTIONS_EXTENSION } as const;
const matches = (m: Meaning, code: I32): I32 => m.codeMatches(m.unsigned('m3'), code);
const compare = {
  registers32: (m: Meaning) => m.ccCompareSigned(m.gr32('r1'), m.gr32('r2')),
  registers64: (m: Meaning) => m.ccCompareSigned(m.gr64('r1'), m.gr64('r2')),
  logicalRegisters32: (m: Meaning) => m.ccCompareUnsigned(m.gr32('r1'), m.gr32('r2')),
  logicalRegisters64: (m: Meaning) => m.ccCompareUnsigned(m.gr64('r1'), m.gr64('r2')),
  immediate32: (m: Meaning) => m.ccCompareSigned(m.gr32('r1'), m.signed('i2')),
  immediate64: (m: Meaning) => m.ccCompareSigned(m.gr64('r1'), m.signExtend(m.signed('i2'))),
  logicalImmediate32: (m: Meaning) => m.ccCompareUnsigned(m.gr32('r1'), m.unsigned('i2')),
  logicalImmediate64: (m: Meaning) => m.ccCompareUnsigned(m.gr64('r1'), m.zeroExtend(m.unsigned('i2'))),
} as const;
const branchRelative =
  (code: Comparison) =>
  (m: Meaning): void =>
    m.branchRelativeIf(matches(m, code(m)), 'i4');
const branchTo =
  (code: Comparison) =>
  (m: Meaning): void => {
    const target = m.address(4);
    m.branchToIf(matches(m, code(m)), target);
  };
/** Logical immediates are unsigned. */
const RIE_LOGICAL = { operands: 'r1,u2,m3,j4' } as const;
const RIS_LOGICAL = { operands: 'r1,u2,m3,d4(b4)' } as const;

// biome-ignore format: one row a line
const COMPARE_AND_BRANCH: Row[] = [
  row('ec76', 'crj', 'RIE-b', 'COMPARE AND BRANCH RELATIVE (32)', { ...GIE, ...HOT }, branchRelative(compare.registers32)),
  row('ec64', 'cgrj', 'RIE-b', 'COMPARE AND BRANCH RELATIVE (64)', { ...GIE, ...HOT }, branchRelative(compare.registers64)),
  row('ec77', 'clrj', 'RIE-b', 'COMPARE LOGICAL AND BRANCH RELATIVE (32)', { ...GIE, ...HOT }, branchRelative(compare.logicalRegisters32)),
  row('ec65', 'clgrj', 'RIE-b', 'COMPARE LOGICAL AND BRANCH RELATIVE (64)', { ...GIE, ...HOT }, branchRelative(compare.logicalRegisters64)),
  row('ec7e', 'cij', 'RIE-c', 'COMPARE IMMEDIATE AND BRANCH RELATIVE (32<8)', { ...GIE, ...HOT }, branchRelative(compare.immediate32)),
  row('ec7c', 'cgij', 'RIE-c', 'COMPARE IMMEDIATE AND BRANCH RELATIVE (64<8)', { ...GIE, ...HOT }, branchRelative(compare.immediate64)),
  row('ec7f', 'clij', 'RIE-c', 'COMPARE LOGICAL IMMEDIATE AND BRANCH RELATIVE (32<8)', { ...GIE, ...HOT, ...RIE_LOGICAL }, branchRelative(compare.logicalImmediate32)),
  row('ec7d', 'clgij', 'RIE-c', 'COMPARE LOGICAL IMMEDIATE AND BRANCH RELATIVE (64<8)', { ...GIE, ...HOT, ...RIE_LOGICAL }, branchRelative(compare.logicalImmediate64)),
  row('ecf6', 'crb', 'RRS', 'COMPARE AND BRANCH (32)', GIE, branchTo(compare.registers32)),
  row('ece4', 'cgrb', 'RRS', 'COMPARE AND BRANCH (64)', GIE, branchTo(compare.registers64)),
  row('ecf7', 'clrb', 'RRS', 'COMPARE LOGICAL AND BRANCH (32)', GIE, branchTo(compare.logicalRegisters32)),
  row('ece5', 'clgrb', 'RRS', 'COMPARE LOGICAL AND BRANCH (64)', GIE, branchTo(compare.logicalRegisters64)),
  row('ecfe', 'cib', 'RIS', 'COMPARE IMMEDIATE AND BRANCH (32<8)', GIE, branchTo(compare.immediate32)),
  row('ecfc', 'cgib', 'RIS', 'COMPARE IMMEDIATE AND BRANCH (64<8)', GIE, branchTo(compare.immediate64)),
  row('ecff', 'clib', 'RIS', 'COMPARE LOGICAL IMMEDIATE AND BRANCH (32<8)', { ...GIE, ...RIS_LOGICAL }, branchTo(compare.logicalImmediate32)),
  row('ecfd', 'clgib', 'RIS', 'COMPARE LOGICAL IMMEDIATE AND BRANCH (64<8)', { ...GIE, ...RIS_LOGICAL }, branchTo(compare.logicalImmediate64)),
];

// biome-ignore format: one row a line
const EXECUTES: Row[] = [
  row('44', 'ex', 'RX-a', 'EXECUTE', HOT, (m) => m.execute(m.address(2), modifier(m))),
  row('c60', 'exrl', 'RIL-b', 'EXECUTE RELATIVE LONG', { facility: 35, ...HOT }, (m) => m.execute(m.relativeAddress('i2'), modifier(m))),
];
const modifier = (m: Meaning): I32 => m.select(m.unsigned('r1'), m.gr32('r1'), 0);

export const BRANCH: readonly Row[] = [...BRANCHES, ...LINKS, ...COMPARE_AND_BRANCH, ...EXECUTES];
