import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { CELL } from '../layout.ts';
import type { I32, Meaning } from '../meaning.ts';
import { plainRow, type Row, row } from '../row.ts';
import { aligned, second32, second64 } from './operands.ts';

const HOT = { hot: true } as const;
const load32 =
  (value: (m: Meaning) => I32) =>
  (m: Meaning): void =>
    m.setGr32('r1', value(m));
const load64 =
  (value: (m: Meaning) => ReturnType<Meaning['gr64']>) =>
  (m: Meaning): void =>
    m.setGr64('r1', value(m));

/** Loads of general registers without condition code. */
// biome-ignore format: one row a line
const LOADS: Row[] = [
  row('18', 'lr', 'RR', 'LOAD (32)', HOT, load32(second32.register)),
  row('b904', 'lgr', 'RRE', 'LOAD (64)', HOT, load64(second64.register)),
  row('b914', 'lgfr', 'RRE', 'LOAD (64<32)', HOT, load64(second64.registerSigned)),
  row('b916', 'llgfr', 'RRE', 'LOAD LOGICAL (64<32)', HOT, load64(second64.registerUnsigned)),
  row('58', 'l', 'RX-a', 'LOAD (32)', HOT, load32(second32.storage)),
  row('e358', 'ly', 'RXY-a', 'LOAD (32)', HOT, load32(second32.storage)),
  row('e304', 'lg', 'RXY-a', 'LOAD (64)', HOT, load64(second64.storage)),
  row('e314', 'lgf', 'RXY-a', 'LOAD (64<32)', HOT, load64(second64.storageSigned)),
  row('e316', 'llgf', 'RXY-a', 'LOAD LOGICAL (64<32)', HOT, load64(second64.storageUnsigned)),
  row('48', 'lh', 'RX-a', 'LOAD HALFWORD (32<16)', {}, load32(second32.halfwordStorage)),
  row('e378', 'lhy', 'RXY-a', 'LOAD HALFWORD (32<16)', {}, load32(second32.halfwordStorage)),
  row('e315', 'lgh', 'RXY-a', 'LOAD HALFWORD (64<16)', {}, load64(second64.halfwordStorage)),
  row('e395', 'llh', 'RXY-a', 'LOAD LOGICAL HALFWORD (32<16)', HOT, load32((m) => m.load16(m.address(2)))),
  row('e391', 'llgh', 'RXY-a', 'LOAD LOGICAL HALFWORD (64<16)', HOT, load64((m) => m.zeroExtend(m.load16(m.address(2))))),
  row('e376', 'lb', 'RXY-a', 'LOAD BYTE (32<8)', {}, load32((m) => m.signExtend8(m.load8(m.address(2))))),
  row('e377', 'lgb', 'RXY-a', 'LOAD BYTE (64<8)', {}, load64((m) => m.signExtend(m.signExtend8(m.load8(m.address(2)))))),
  row('e394', 'llc', 'RXY-a', 'LOAD LOGICAL CHARACTER (32<8)', HOT, load32((m) => m.load8(m.address(2)))),
  row('e390', 'llgc', 'RXY-a', 'LOAD LOGICAL CHARACTER (64<8)', HOT, load64((m) => m.zeroExtend(m.load8(m.address(2))))),
  row('e317', 'llgt', 'RXY-a', 'LOAD LOGICAL THIRTY ONE BITS (64<31)', {}, load64((m) => m.and(second64.storageUnsigned(m), 0x7fff_ffff))),
  row('b917', 'llgtr', 'RRE', 'LOAD LOGICAL THIRTY ONE BITS (64<31)', {}, load64((m) => m.and(m.gr64('r2'), 0x7fff_ffff))),
  row('b926', 'lbr', 'RRE', 'LOAD BYTE (32<8)', {}, load32((m) => m.signExtend8(m.gr32('r2')))),
  row('b906', 'lgbr', 'RRE', 'LOAD BYTE (64<8)', {}, load64((m) => m.signExtend(m.signExtend8(m.gr32('r2'))))),
  row('b927', 'lhr', 'RRE', 'LOAD HALFWORD (32<16)', {}, load32((m) => m.signExtend16(m.gr32('r2')))),
  row('b907', 'lghr', 'RRE', 'LOAD HALFWORD (64<16)', {}, load64((m) => m.signExtend(m.signExtend16(m.gr32('r2'))))),
  row('b994', 'llcr', 'RRE', 'LOAD LOGICAL CHARACTER (32<8)', HOT, load32((m) => m.and(m.gr32('r2'), 0xff))),
  row('b984', 'llgcr', 'RRE', 'LOAD LOGICAL CHARACTER (64<8)', HOT, load64((m) => m.and(m.gr64('r2'), 0xff))),
  row('b995', 'llhr', 'RRE', 'LOAD LOGICAL HALFWORD (32<16)', {}, load32((m) => m.and(m.gr32('r2'), 0xffff))),
  row('b985', 'llghr', 'RRE', 'LOAD LOGICAL HALFWORD (64<16)', {}, load64((m) => m.and(m.gr64('r2'), 0xffff))),
  row('a78', 'lhi', 'RI-a', 'LOAD HALFWORD IMMEDIATE (32<16)', HOT, load32(second32.immediate)),
  row('a79', 'lghi', 'RI-a', 'LOAD HALFWORD IMMEDIATE (64<16)', HOT, load64(second64.immediate)),
  row('c01', 'lgfi', 'RIL-a', 'LOAD IMMEDIATE (64<32)', HOT, load64(second64.immediate)),
  row('c4d', 'lrl', 'RIL-b', 'LOAD RELATIVE LONG (32)', {}, load32(second32.relative)),
  row('c48', 'lgrl', 'RIL-b', 'LOAD RELATIVE LONG (64)', HOT, load64(second64.relative)),
  row('c4c', 'lgfrl', 'RIL-b', 'LOAD RELATIVE LONG (64<32)', {}, load64(second64.relativeSigned)),
  row('c4e', 'llgfrl', 'RIL-b', 'LOAD LOGICAL RELATIVE LONG (64<32)', {}, load64(second64.relativeUnsigned)),
  row('c45', 'lhrl', 'RIL-b', 'LOAD HALFWORD RELATIVE LONG (32<16)', {}, load32(second32.relativeHalfword)),
  row('c44', 'lghrl', 'RIL-b', 'LOAD HALFWORD RELATIVE LONG (64<16)', {}, load64(second64.relativeHalfword)),
  row('c42', 'llhrl', 'RIL-b', 'LOAD LOGICAL HALFWORD RELATIVE LONG (32<16)', {}, load32((m) => m.load16(aligned(m, 2)))),
  row('c46', 'llghrl', 'RIL-b', 'LOAD LOGICAL HALFWORD RELATIVE LONG (64<16)', {}, load64(second64.relativeHalfwordUnsigned)),
];

/** Addresses. LARL and LAE form them; so do LA and LAY. */
// biome-ignore format: one row a line
const ADDRESSES: Row[] = [
  row('41', 'la', 'RX-a', 'LOAD ADDRESS', HOT, (m) => loadAddress(m, m.address(2))),
  row('e371', 'lay', 'RXY-a', 'LOAD ADDRESS', HOT, (m) => loadAddress(m, m.address(2))),
  row('c00', 'larl', 'RIL-b', 'LOAD ADDRESS RELATIVE LONG', HOT, (m) => loadAddress(m, m.relativeAddress('i2'))),
];

/** In 24- and 31-bit mode bits 0-31 of the register stay. */
const loadAddress = (m: Meaning, address: ReturnType<Meaning['gr64']>): void => {
  m.if(
    m.and(m.cell32(CELL.PSW_MASK + 4), 1),
    () => m.setGr64('r1', address),
    () => m.setGr32('r1', m.low(address)),
  );
};

// biome-ignore format: one row a line
const STORES: Row[] = [
  row('50', 'st', 'RX-a', 'STORE (32)', HOT, (m) => m.store32(m.address(2), m.gr32('r1'))),
  row('e350', 'sty', 'RXY-a', 'STORE (32)', HOT, (m) => m.store32(m.address(2), m.gr32('r1'))),
  row('e324', 'stg', 'RXY-a', 'STORE (64)', HOT, (m) => m.store64(m.address(2), m.gr64('r1'))),
  row('40', 'sth', 'RX-a', 'STORE HALFWORD (16)', HOT, (m) => m.store16(m.address(2), m.gr32('r1'))),
  row('e370', 'sthy', 'RXY-a', 'STORE HALFWORD (16)', {}, (m) => m.store16(m.address(2), m.gr32('r1'))),
  row('42', 'stc', 'RX-a', 'STORE CHARACTER', HOT, (m) => m.store8(m.address(2), m.gr32('r1'))),
  row('e372', 'stcy', 'RXY-a', 'STORE CHARACTER', HOT, (m) => m.store8(m.address(2), m.gr32('r1'))),
  row('c4f', 'strl', 'RIL-b', 'STORE RELATIVE LONG (32)', {}, (m) => m.store32(aligned(m, 4), m.gr32('r1'))),
  row('c4b', 'stgrl', 'RIL-b', 'STORE RELATIVE LONG (64)', {}, (m) => m.store64(aligned(m, 8), m.gr64('r1'))),
  row('c47', 'sthrl', 'RIL-b', 'STORE HALFWORD RELATIVE LONG (16)', {}, (m) => m.store16(aligned(m, 2), m.gr32('r1'))),
  row('92', 'mvi', 'SI', 'MOVE (immediate)', HOT, (m) => m.store8(m.address(1), m.unsigned('i2'))),
  row('eb52', 'mviy', 'SIY', 'MOVE (immediate)', {}, (m) => m.store8(m.address(1), m.unsigned('i2'))),
  row('e544', 'mvhhi', 'SIL', 'MOVE (16<16)', {}, (m) => m.store16(m.address(1), m.signed('i2'))),
  row('e54c', 'mvhi', 'SIL', 'MOVE (32<16)', {}, (m) => m.store32(m.address(1), m.signed('i2'))),
  row('e548', 'mvghi', 'SIL', 'MOVE (64<16)', {}, (m) => m.store64(m.address(1), m.signExtend(m.signed('i2')))),
];

/** LOAD and STORE MULTIPLE: the whole operand is checked before anything changes. */
const count = (m: Meaning): I32 => m.add(m.and(m.sub(m.unsigned('r3'), m.unsigned('r1')), 15), 1);
const each = (m: Meaning, body: (register: I32, index: I32) => void): void => {
  const first = m.unsigned('r1');
  m.times(count(m), (index) => body(m.add(first, index), index));
};
const loadMultiple =
  (bytes: 4 | 8, set: (m: Meaning, register: I32, at: I32) => void) =>
  (m: Meaning): void => {
    const from = m.readBlock(m.address(2), m.mul(count(m), bytes));
    each(m, (register, index) => set(m, register, m.add(from, m.mul(index, bytes))));
  };
const storeMultiple =
  (bytes: 4 | 8, put: (m: Meaning, register: I32, at: I32) => void) =>
  (m: Meaning): void =>
    m.writeBlock(m.address(2), m.mul(count(m), bytes), (to) =>
      each(m, (register, index) => put(m, register, m.add(to, m.mul(index, bytes)))),
    );

const loadAccess = (m: Meaning): void => {
  const address = m.address(2);
  m.needAligned(address, 4);
  const from = m.readBlock(address, m.mul(count(m), 4));
  each(m, (register, index) => m.setArAt(register, m.peek32(m.add(from, m.mul(index, 4)))));
};
const storeAccess = (m: Meaning): void => {
  const address = m.address(2);
  m.needAligned(address, 4);
  m.writeBlock(address, m.mul(count(m), 4), (to) => each(m, (register, index) => m.poke32(m.add(to, m.mul(index, 4)), m.arAt(register))));
};

/** LMD: the left halves of the registers from the second operand, the right halves from the fourth. */
const loadMultipleDisjoint = (cpu: Cpu, i: Instruction): void => {
  const { r1, r3 } = i;
  const registers = ((r3 - r1) & 15) + 1;
  const [left, right] = ([2, 4] as const).map((n) => new DataView(cpu.loadBytes(i.address(n), 4 * registers, n).buffer));
  for (let n = 0; n < registers; n++) {
    cpu.gr[(r1 + n) & 15] = (BigInt(left!.getUint32(4 * n)) << 32n) | BigInt(right!.getUint32(4 * n));
  }
};

// biome-ignore format: one row a line
const MULTIPLE: Row[] = [
  row('98', 'lm', 'RS-a', 'LOAD MULTIPLE (32)', {}, loadMultiple(4, (m, r, at) => m.setGr32At(r, m.peek32(at)))),
  row('eb98', 'lmy', 'RSY-a', 'LOAD MULTIPLE (32)', {}, loadMultiple(4, (m, r, at) => m.setGr32At(r, m.peek32(at)))),
  row('eb04', 'lmg', 'RSY-a', 'LOAD MULTIPLE (64)', HOT, loadMultiple(8, (m, r, at) => m.setGr64At(r, m.peek64(at)))),
  row('eb96', 'lmh', 'RSY-a', 'LOAD MULTIPLE HIGH', {}, loadMultiple(4, (m, r, at) => m.setGrHighAt(r, m.peek32(at)))),
  plainRow('ef', 'lmd', 'SS-e', 'LOAD MULTIPLE DISJOINT', { operands: 'r1,r3,d2(b2),d4(b4)' }, loadMultipleDisjoint),
  row('90', 'stm', 'RS-a', 'STORE MULTIPLE (32)', {}, storeMultiple(4, (m, r, at) => m.poke32(at, m.low(m.grAt(r))))),
  row('eb90', 'stmy', 'RSY-a', 'STORE MULTIPLE (32)', {}, storeMultiple(4, (m, r, at) => m.poke32(at, m.low(m.grAt(r))))),
  row('eb24', 'stmg', 'RSY-a', 'STORE MULTIPLE (64)', HOT, storeMultiple(8, (m, r, at) => m.poke64(at, m.grAt(r)))),
  row('eb26', 'stmh', 'RSY-a', 'STORE MULTIPLE HIGH', {}, storeMultiple(4, (m, r, at) => m.poke32(at, m.high(m.grAt(r))))),
  row('9a', 'lam', 'RS-a', 'LOAD ACCESS MULTIPLE', { operands: 'a1,a3,d2(b2)' }, loadAccess),
  row('eb9a', 'lamy', 'RSY-a', 'LOAD ACCESS MULTIPLE', { operands: 'a1,a3,d2(b2)' }, loadAccess),
  row('9b', 'stam', 'RS-a', 'STORE ACCESS MULTIPLE', { operands: 'a1,a3,d2(b2)' }, storeAccess),
  row('eb9b', 'stamy', 'RSY-a', 'STORE ACCESS MULTIPLE', { operands: 'a1,a3,d2(b2)' }, storeAccess),
  row('b24f', 'ear', 'RRE', 'EXTRACT ACCESS', { operands: 'r1,a2' }, (m) => m.setGr32('r1', m.ar('r2'))),
  row('b24e', 'sar', 'RRE', 'SET ACCESS', { operands: 'a1,r2' }, (m) => m.setAr('r1', m.gr32('r2'))),
  row('b24d', 'cpya', 'RRE', 'COPY ACCESS', { operands: 'a1,a2' }, (m) => m.setAr('r1', m.ar('r2'))),
];

/** Byte-reversed forms. */
// biome-ignore format: one row a line
const REVERSED: Row[] = [
  row('b91f', 'lrvr', 'RRE', 'LOAD REVERSED (32)', {}, (m) => m.setGr32('r1', m.swap32(m.gr32('r2')))),
  row('b90f', 'lrvgr', 'RRE', 'LOAD REVERSED (64)', {}, (m) => m.setGr64('r1', m.swap64(m.gr64('r2')))),
  row('e31f', 'lrvh', 'RXY-a', 'LOAD REVERSED (16)', {}, (m) => {
    const value = m.swap16(m.load16(m.address(2)));
    m.setGr32('r1', m.or(m.and(m.gr32('r1'), -0x1_0000), value));
  }),
  row('e31e', 'lrv', 'RXY-a', 'LOAD REVERSED (32)', {}, (m) => m.setGr32('r1', m.swap32(m.load32(m.address(2))))),
  row('e30f', 'lrvg', 'RXY-a', 'LOAD REVERSED (64)', {}, (m) => m.setGr64('r1', m.swap64(m.load64(m.address(2))))),
  row('e33f', 'strvh', 'RXY-a', 'STORE REVERSED (16)', {}, (m) => m.store16(m.address(2), m.swap16(m.gr32('r1')))),
  row('e33e', 'strv', 'RXY-a', 'STORE REVERSED (32)', {}, (m) => m.store32(m.address(2), m.swap32(m.gr32('r1')))),
  row('e32f', 'strvg', 'RXY-a', 'STORE REVERSED (64)', {}, (m) => m.store64(m.address(2), m.swap64(m.gr64('r1')))),
];

/** Loads and stores under a condition; with the condition false, a storage operand is not accessed (PoP leaves it open whether access exceptions are recognised: we recognise none). */
const LOAD_STORE_ON_CONDITION_1 = 45;
const onCondition =
  (body: (m: Meaning) => void) =>
  (m: Meaning): void =>
    m.if(m.ccMatches(m.unsigned('m3')), () => body(m));
// biome-ignore format: one row a line
const CONDITIONAL: Row[] = [
  row('b9f2', 'locr', 'RRF-c', 'LOAD ON CONDITION (32)', { facility: LOAD_STORE_ON_CONDITION_1 }, onCondition(load32(second32.register))),
  row('b9e2', 'locgr', 'RRF-c', 'LOAD ON CONDITION (64)', { facility: LOAD_STORE_ON_CONDITION_1 }, onCondition(load64(second64.register))),
  row('ebf2', 'loc', 'RSY-b', 'LOAD ON CONDITION (32)', { facility: LOAD_STORE_ON_CONDITION_1, operands: 'r1,d2(b2),m3' }, onCondition(load32(second32.storage))),
  row('ebe2', 'locg', 'RSY-b', 'LOAD ON CONDITION (64)', { facility: LOAD_STORE_ON_CONDITION_1, operands: 'r1,d2(b2),m3' }, onCondition(load64(second64.storage))),
  row('ebf3', 'stoc', 'RSY-b', 'STORE ON CONDITION (32)', { facility: LOAD_STORE_ON_CONDITION_1, operands: 'r1,d2(b2),m3' }, onCondition((m) => m.store32(m.address(2), m.gr32('r1')))),
  row('ebe3', 'stocg', 'RSY-b', 'STORE ON CONDITION (64)', { facility: LOAD_STORE_ON_CONDITION_1, operands: 'r1,d2(b2),m3' }, onCondition((m) => m.store64(m.address(2), m.gr64('r1')))),
];

export const LOAD_STORE: readonly Row[] = [...LOADS, ...ADDRESSES, ...STORES, ...MULTIPLE, ...REVERSED, ...CONDITIONAL];
