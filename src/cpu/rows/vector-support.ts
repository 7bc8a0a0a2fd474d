import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { CELL } from '../layout.ts';
import type { Address, I32, I64, Meaning } from '../meaning.ts';
import { plainRow, type Row, row } from '../row.ts';
import { getElements, getVector, join, ones, type Size, setElements, setVector, signed, sizeOf, split } from '../vector.ts';
import { VECTOR, VECTOR_ENHANCEMENTS_1 } from './traits.ts';
import { blockBoundary, setBoth, specificationAbove } from './vector-operands.ts';

/** Vector support instructions (PoP, chapter 21): loads, stores, moves, permutations. */

// ---- whole registers ---------------------------------------------------------------------------------------------------

/** M3 is a hint at the alignment. */
const load = (m: Meaning): void => {
  const from = m.readBlock(m.address(2), m.i32(16));
  setBoth(m, 'v1', m.peek64(from), m.peek64(from, 8));
};

const store = (m: Meaning): void =>
  m.writeBlock(m.address(2), m.i32(16), (to) => {
    m.poke64(to, m.vr64('v1', 0));
    m.poke64(to, m.vr64('v1', 1), 8);
  });

/** Registers from V1 to V3, at most 16 of them. */
const registerCount = (m: Meaning): I32 => {
  const more = m.sub(m.vectorNumber('v3'), m.vectorNumber('v1'));
  specificationAbove(m, more, 15);
  return m.add(more, 1);
};

const loadMultiple = (m: Meaning): void => {
  const count = registerCount(m);
  const from = m.readBlock(m.address(2), m.shl(count, 4));
  const first = m.vectorNumber('v1');
  m.times(count, (index) => {
    const at = m.add(from, m.shl(index, 4));
    const register = m.add(first, index);
    m.setVr64At(register, 0, m.peek64(at));
    m.setVr64At(register, 1, m.peek64(at, 8));
  });
};

const storeMultiple = (m: Meaning): void => {
  const count = registerCount(m);
  m.writeBlock(m.address(2), m.shl(count, 4), (to) => {
    const first = m.vectorNumber('v1');
    m.times(count, (index) => {
      const at = m.add(to, m.shl(index, 4));
      const register = m.add(first, index);
      m.poke64(at, m.vr64At(register, 0));
      m.poke64(at, m.vr64At(register, 1), 8);
    });
  });
};

// ---- the first bytes ---------------------------------------------------------------------------------------------------

const scratch = (m: Meaning): I32 => m.add({ type: 'i32', code: m.cpu }, CELL.VECTOR_BYTES);

/** Loads so many bytes, 1 to 16, from the left; the rest is zeros. */
const loadBytes = (m: Meaning, address: Address, length: I32): void => {
  const from = m.readBlock(address, length);
  const bytes = scratch(m);
  m.poke64(bytes, m.i64(0));
  m.poke64(bytes, m.i64(0), 8);
  m.copyBytes(bytes, from, length);
  setBoth(m, 'v1', m.peek64(bytes), m.peek64(bytes, 8));
};

/** Bytes up to the one with the index in R3, at most all. */
const lengthInR3 = (m: Meaning): I32 => {
  const highest = m.gr32('r3');
  return m.add(m.select(m.ltU(highest, 15), highest, 15), 1);
};

const storeWithLength = (m: Meaning): void => {
  const length = lengthInR3(m);
  m.writeBlock(m.address(2), length, (to) => {
    const bytes = scratch(m);
    m.poke64(bytes, m.vr64('v1', 0));
    m.poke64(bytes, m.vr64('v1', 1), 8);
    m.copyBytes(to, bytes, length);
  });
};

/** Bytes after the boundary are unpredictable in the PoP; here they are zeros. */
const loadToBoundary = (m: Meaning): void => {
  const address = m.address(2);
  loadBytes(m, address, blockBoundary(m, address));
};

const countToBoundary = (m: Meaning): void => {
  const count = blockBoundary(m, m.address(2));
  m.setGr32('r1', count);
  m.setCc(m.select(m.eq(count, 16), m.i32(0), 3));
};

// ---- one element in storage --------------------------------------------------------------------------------------------

const LOADS = {
  1: (m: Meaning, address: Address): I64 => m.zeroExtend(m.load8(address)),
  2: (m: Meaning, address: Address): I64 => m.zeroExtend(m.load16(address)),
  4: (m: Meaning, address: Address): I64 => m.zeroExtend(m.load32(address)),
  8: (m: Meaning, address: Address): I64 => m.load64(address),
} as const;

type ElementSize = keyof typeof LOADS;
const SIZES: readonly ElementSize[] = [1, 2, 4, 8];

/** The element index in M3; one beyond the last is a specification exception. */
const indexInM3 = (m: Meaning, size: ElementSize): I32 => {
  const index = m.unsigned('m3');
  if (size > 1) specificationAbove(m, index, 16 / size - 1);
  return index;
};

const loadElement =
  (size: ElementSize) =>
  (m: Meaning): void => {
    const index = indexInM3(m, size);
    m.setElement(size, 'v1', index, LOADS[size](m, m.address(2)));
  };

const storeElement =
  (size: ElementSize) =>
  (m: Meaning): void => {
    const element = m.element(size, 'v1', indexInM3(m, size));
    const address = m.address(2);
    if (size === 8) m.store64(address, element);
    else if (size === 4) m.store32(address, m.low(element));
    else if (size === 2) m.store16(address, m.low(element));
    else m.store8(address, m.low(element));
  };

const loadImmediate =
  (size: ElementSize) =>
  (m: Meaning): void =>
    m.setElement(size, 'v1', indexInM3(m, size), m.signExtend(m.signed('i2')));

/** What each element size, in a mask field, asks for. */
const bySize = (m: Meaning, code: I32, work: (size: ElementSize) => void): void => {
  for (const [index, size] of SIZES.entries()) m.if(m.eq(code, index), () => work(size));
};

/** Repeats an element through a doubleword. */
const REPEATED = { 1: 0x0101_0101_0101_0101n, 2: 0x0001_0001_0001_0001n, 4: 0x1_0000_0001n, 8: 1n } as const;

const fill = (m: Meaning, size: ElementSize, element: I64): void => {
  const doubleword = m.mul(element, m.i64(REPEATED[size]));
  setBoth(m, 'v1', doubleword, doubleword);
};

const loadAndReplicate = (m: Meaning): void => {
  const code = m.unsigned('m3');
  specificationAbove(m, code, 3);
  const address = m.address(2);
  bySize(m, code, (size) => fill(m, size, LOADS[size](m, address)));
};

/** Loads an element into the rightmost place of the left doubleword; a word may go to the left instead. */
const LEFT_WORD = 6;
const loadAndZero = (m: Meaning): void => {
  const code = m.unsigned('m3');
  m.programCheckIf(PGM.SPECIFICATION, m.and(m.gtU(code, 3), m.ne(code, LEFT_WORD)));
  const address = m.address(2);
  bySize(m, code, (size) => setBoth(m, 'v1', LOADS[size](m, address), m.i64(0)));
  m.if(m.eq(code, LEFT_WORD), () => setBoth(m, 'v1', m.shl(LOADS[4](m, address), 32), m.i64(0)));
};

// ---- gather and scatter ------------------------------------------------------------------------------------------------

/** The address of one element: its index is an element of V2. */
const elementAddress = (cpu: Cpu, i: Instruction, size: 4 | 8): { address: bigint; index: number } => {
  const index = i.m3;
  if (index >= 16 / size) cpu.programCheck(PGM.SPECIFICATION);
  const distance = getElements(cpu, i.v2, size)[index]!;
  return { address: (i.value(2) + distance) & cpu.addressMask, index };
};

const gather =
  (size: 4 | 8) =>
  (cpu: Cpu, i: Instruction): void => {
    const { address, index } = elementAddress(cpu, i, size);
    const element = cpu.load(address, size);
    setElements(cpu, i.v1, getElements(cpu, i.v1, size).with(index, element), size);
  };

const scatter =
  (size: 4 | 8) =>
  (cpu: Cpu, i: Instruction): void => {
    const { address, index } = elementAddress(cpu, i, size);
    cpu.store(address, size, getElements(cpu, i.v1, size)[index]!);
  };

// ---- immediate operands ------------------------------------------------------------------------------------------------

/** Each bit of the immediate becomes a byte of ones or zeros. */
const generateByteMask = (m: Meaning): void => {
  const bits = m.zeroExtend(m.unsigned('i2'));
  // Eight copies of a byte, of which each keeps one bit, which then moves to the top of its byte and spreads.
  const spread = (byte: I64): I64 => {
    const single = m.and(m.mul(byte, m.i64(REPEATED[1])), m.i64(0x8040_2010_0804_0201n));
    const top = m.and(m.add(m.and(single, m.i64(0x7f7f_7f7f_7f7f_7f7fn)), m.i64(0x7f7f_7f7f_7f7f_7f7fn)), m.i64(0x8080_8080_8080_8080n));
    const seen = m.and(m.or(top, single), m.i64(0x8080_8080_8080_8080n));
    return m.mul(m.shrU(seen, 7), m.i64(0xff));
  };
  setBoth(m, 'v1', spread(m.shrU(bits, 8)), spread(m.and(bits, 0xff)));
};

const replicateImmediate = (m: Meaning): void => {
  const code = m.unsigned('m3');
  specificationAbove(m, code, 3);
  const value = m.signExtend(m.signed('i2'));
  bySize(m, code, (size) => fill(m, size, size === 8 ? value : m.and(value, m.i64(ones(size)))));
};

/** Ones from bit I2 to bit I3 of each element, around its end when I3 is less. */
const generateMask = (cpu: Cpu, i: Instruction): void => {
  const size = sizeOf(cpu, i, 'm4', 3);
  const bits = 8 * size;
  const [from, to] = [i.field('i2') % bits, i.field('i3') % bits];
  const upTo = (bit: number): bigint => ones(size) >> BigInt(bit);
  const behind = upTo(from);
  const beyond = upTo(to) >> 1n;
  const mask = from <= to ? behind & ~beyond : behind | (ones(size) & ~beyond);
  setElements(cpu, i.v1, Array<bigint>(16 / size).fill(mask), size);
};

// ---- general registers -------------------------------------------------------------------------------------------------

/** The index of an element is the second-operand address; what lies beyond the last element is unpredictable, and here counts modulo. */
const loadGrFromElement = (m: Meaning): void => {
  const code = m.unsigned('m4');
  specificationAbove(m, code, 3);
  const index = m.shiftAmount();
  bySize(m, code, (size) => m.setGr64('r1', m.element(size, 'v3', m.and(index, 16 / size - 1))));
};

const loadElementFromGr = (m: Meaning): void => {
  const code = m.unsigned('m4');
  specificationAbove(m, code, 3);
  const index = m.shiftAmount();
  const value = m.gr64('r3');
  bySize(m, code, (size) => m.setElement(size, 'v1', m.and(index, 16 / size - 1), value));
};

// ---- permutations ------------------------------------------------------------------------------------------------------

const replicate = (cpu: Cpu, i: Instruction): void => {
  const size = sizeOf(cpu, i, 'm4', 3);
  const index = i.field('i2');
  if (index >= 16 / size) cpu.programCheck(PGM.SPECIFICATION);
  const element = getElements(cpu, i.v3, size)[index]!;
  setElements(cpu, i.v1, Array<bigint>(16 / size).fill(element), size);
};

/** Elements of one half of each operand in turn. */
const merge =
  (half: 'left' | 'right') =>
  (cpu: Cpu, i: Instruction): void => {
    const size = sizeOf(cpu, i, 'm4', 3);
    const start = half === 'left' ? 0 : 8 / size;
    const [second, third] = [i.v2, i.v3].map((v) => getElements(cpu, v, size).slice(start, start + 8 / size));
    setElements(
      cpu,
      i.v1,
      second!.flatMap((element, n) => [element, third![n]!]),
      size,
    );
  };

/** The right half of each element of both operands. */
const pack = (cpu: Cpu, i: Instruction): void => {
  const size = sizeOf(cpu, i, 'm4', 3, 1);
  setElements(cpu, i.v1, [...getElements(cpu, i.v2, size), ...getElements(cpu, i.v3, size)], (size / 2) as Size);
};

const clamp = (value: bigint, least: bigint, most: bigint): bigint => (value < least ? least : value > most ? most : value);

/** The elements of both operands brought into the range of half their size; code 0 when all fitted, 1 when some did, 3 when none did. */
const packSaturated =
  (isSigned: boolean) =>
  (cpu: Cpu, i: Instruction): void => {
    const size = sizeOf(cpu, i, 'm4', 3, 1);
    const setsCode = (i.field('m5') & 1) === 1;
    const half = (size / 2) as Size;
    const source = [i.v2, i.v3].flatMap((v) => getElements(cpu, v, size)).map((element) => (isSigned ? signed(element, size) : element));
    const least = isSigned ? -(ones(half) >> 1n) - 1n : 0n;
    const results = source.map((element) => clamp(element, least, isSigned ? ones(half) >> 1n : ones(half)));
    setElements(cpu, i.v1, results, half);
    if (!setsCode) return;
    const saturated = results.filter((result, n) => result !== source[n]).length;
    cpu.cc = saturated === 0 ? 0 : saturated === results.length ? 3 : 1;
  };

const unpack =
  (half: 'left' | 'right', isSigned: boolean) =>
  (cpu: Cpu, i: Instruction): void => {
    const size = sizeOf(cpu, i, 'm3', 2);
    const start = half === 'left' ? 0 : 8 / size;
    const source = getElements(cpu, i.v2, size).slice(start, start + 8 / size);
    setElements(
      cpu,
      i.v1,
      source.map((element) => (isSigned ? signed(element, size) : element)),
      (2 * size) as Size,
    );
  };

/** Bytes of both operands by number, modulo 32. */
const permute = (cpu: Cpu, i: Instruction): void => {
  const source = [...getElements(cpu, i.v2, 1), ...getElements(cpu, i.v3, 1)];
  setElements(
    cpu,
    i.v1,
    getElements(cpu, i.v4, 1).map((number) => source[Number(number & 31n)]!),
    1,
  );
};

/** Bits of the second operand by number; those from 128 on are zeros. */
const permuteBits = (cpu: Cpu, i: Instruction): void => {
  const source = getVector(cpu, i.v2);
  const bits = getElements(cpu, i.v3, 1).map((number) => (number < 128n ? (source >> (127n - number)) & 1n : 0n));
  setVector(cpu, i.v1, bits.reduce((all, bit) => (all << 1n) | bit, 0n) << 64n);
};

const permuteDoublewords = (m: Meaning): void => {
  const mask = m.unsigned('m4');
  const left = m.select(m.and(mask, 4), m.vr64('v2', 1), m.vr64('v2', 0));
  setBoth(m, 'v1', left, m.select(m.and(mask, 1), m.vr64('v3', 1), m.vr64('v3', 0)));
};

const select = (m: Meaning): void => {
  const halves = ([0, 1] as const).map((half) => {
    const mask = m.vr64('v4', half);
    return m.or(m.and(m.vr64('v2', half), mask), m.and(m.vr64('v3', half), m.not(mask)));
  });
  setBoth(m, 'v1', halves[0]!, halves[1]!);
};

/** The rightmost element of each half, with its sign. */
const signExtendToDoubleword = (cpu: Cpu, i: Instruction): void => {
  const size = sizeOf(cpu, i, 'm3', 2);
  const doublewords = split(getVector(cpu, i.v2), 8);
  setVector(
    cpu,
    i.v1,
    join(
      doublewords.map((element) => signed(element, size)),
      8,
    ),
  );
};

const NO_M3 = { ...VECTOR, operands: 'v1,v2' } as const;
const ALIGNMENT_HINT = { ...VECTOR, operands: 'v1,d2(x2,b2),m3?' } as const;
const MULTIPLE = { ...VECTOR, operands: 'v1,v3,d2(b2),m4?' } as const;
const M3 = { ...VECTOR, operands: 'v1,v2,m3' } as const;
const M4 = { ...VECTOR, operands: 'v1,v2,v3,m4' } as const;
const THREE = { ...VECTOR, operands: 'v1,v2,v3' } as const;
const FOUR = { ...VECTOR, operands: 'v1,v2,v3,v4' } as const;
const WITH_LENGTH = { ...VECTOR, operands: 'v1,r3,d2(b2)' } as const;

// biome-ignore format: one row a line
export const VECTOR_SUPPORT: readonly Row[] = [
  row('e706', 'vl', 'VRX', 'VECTOR LOAD', ALIGNMENT_HINT, load),
  row('e70e', 'vst', 'VRX', 'VECTOR STORE', ALIGNMENT_HINT, store),
  row('e736', 'vlm', 'VRS-a', 'VECTOR LOAD MULTIPLE', MULTIPLE, loadMultiple),
  row('e73e', 'vstm', 'VRS-a', 'VECTOR STORE MULTIPLE', MULTIPLE, storeMultiple),
  row('e756', 'vlr', 'VRR-a', 'VECTOR LOAD', NO_M3, (m) => setBoth(m, 'v1', m.vr64('v2', 0), m.vr64('v2', 1))),
  row('e737', 'vll', 'VRS-b', 'VECTOR LOAD WITH LENGTH', WITH_LENGTH, (m) => loadBytes(m, m.address(2), lengthInR3(m))),
  row('e73f', 'vstl', 'VRS-b', 'VECTOR STORE WITH LENGTH', WITH_LENGTH, storeWithLength),
  row('e707', 'vlbb', 'VRX', 'VECTOR LOAD TO BLOCK BOUNDARY', VECTOR, loadToBoundary),
  row('e727', 'lcbb', 'RXE', 'LOAD COUNT TO BLOCK BOUNDARY', { facility: 129, operands: 'r1,d2(x2,b2),m3' }, countToBoundary),
  row('e700', 'vleb', 'VRX', 'VECTOR LOAD ELEMENT (8)', VECTOR, loadElement(1)),
  row('e701', 'vleh', 'VRX', 'VECTOR LOAD ELEMENT (16)', VECTOR, loadElement(2)),
  row('e703', 'vlef', 'VRX', 'VECTOR LOAD ELEMENT (32)', VECTOR, loadElement(4)),
  row('e702', 'vleg', 'VRX', 'VECTOR LOAD ELEMENT (64)', VECTOR, loadElement(8)),
  row('e740', 'vleib', 'VRI-a', 'VECTOR LOAD ELEMENT IMMEDIATE (8)', VECTOR, loadImmediate(1)),
  row('e741', 'vleih', 'VRI-a', 'VECTOR LOAD ELEMENT IMMEDIATE (16)', VECTOR, loadImmediate(2)),
  row('e743', 'vleif', 'VRI-a', 'VECTOR LOAD ELEMENT IMMEDIATE (32)', VECTOR, loadImmediate(4)),
  row('e742', 'vleig', 'VRI-a', 'VECTOR LOAD ELEMENT IMMEDIATE (64)', VECTOR, loadImmediate(8)),
  row('e708', 'vsteb', 'VRX', 'VECTOR STORE ELEMENT (8)', VECTOR, storeElement(1)),
  row('e709', 'vsteh', 'VRX', 'VECTOR STORE ELEMENT (16)', VECTOR, storeElement(2)),
  row('e70b', 'vstef', 'VRX', 'VECTOR STORE ELEMENT (32)', VECTOR, storeElement(4)),
  row('e70a', 'vsteg', 'VRX', 'VECTOR STORE ELEMENT (64)', VECTOR, storeElement(8)),
  row('e704', 'vllez', 'VRX', 'VECTOR LOAD LOGICAL ELEMENT AND ZERO', VECTOR, loadAndZero),
  row('e705', 'vlrep', 'VRX', 'VECTOR LOAD AND REPLICATE', VECTOR, loadAndReplicate),
  plainRow('e713', 'vgef', 'VRV', 'VECTOR GATHER ELEMENT (32)', VECTOR, gather(4)),
  plainRow('e712', 'vgeg', 'VRV', 'VECTOR GATHER ELEMENT (64)', VECTOR, gather(8)),
  plainRow('e71b', 'vscef', 'VRV', 'VECTOR SCATTER ELEMENT (32)', VECTOR, scatter(4)),
  plainRow('e71a', 'vsceg', 'VRV', 'VECTOR SCATTER ELEMENT (64)', VECTOR, scatter(8)),
  row('e744', 'vgbm', 'VRI-a', 'VECTOR GENERATE BYTE MASK', { ...VECTOR, operands: 'v1,u2' }, generateByteMask),
  plainRow('e746', 'vgm', 'VRI-b', 'VECTOR GENERATE MASK', VECTOR, generateMask),
  row('e745', 'vrepi', 'VRI-a', 'VECTOR REPLICATE IMMEDIATE', VECTOR, replicateImmediate),
  plainRow('e74d', 'vrep', 'VRI-c', 'VECTOR REPLICATE', VECTOR, replicate),
  row('e721', 'vlgv', 'VRS-c', 'VECTOR LOAD GR FROM VR ELEMENT', VECTOR, loadGrFromElement),
  row('e722', 'vlvg', 'VRS-b', 'VECTOR LOAD VR ELEMENT FROM GR', VECTOR, loadElementFromGr),
  row('e762', 'vlvgp', 'VRR-f', 'VECTOR LOAD VR FROM GRS DISJOINT', VECTOR, (m) => setBoth(m, 'v1', m.gr64('r2'), m.gr64('r3'))),
  plainRow('e761', 'vmrh', 'VRR-c', 'VECTOR MERGE HIGH', M4, merge('left')),
  plainRow('e760', 'vmrl', 'VRR-c', 'VECTOR MERGE LOW', M4, merge('right')),
  plainRow('e794', 'vpk', 'VRR-c', 'VECTOR PACK', M4, pack),
  plainRow('e797', 'vpks', 'VRR-b', 'VECTOR PACK SATURATE', VECTOR, packSaturated(true)),
  plainRow('e795', 'vpkls', 'VRR-b', 'VECTOR PACK LOGICAL SATURATE', VECTOR, packSaturated(false)),
  plainRow('e7d7', 'vuph', 'VRR-a', 'VECTOR UNPACK HIGH', M3, unpack('left', true)),
  plainRow('e7d5', 'vuplh', 'VRR-a', 'VECTOR UNPACK LOGICAL HIGH', M3, unpack('left', false)),
  plainRow('e7d6', 'vupl', 'VRR-a', 'VECTOR UNPACK LOW', M3, unpack('right', true)),
  plainRow('e7d4', 'vupll', 'VRR-a', 'VECTOR UNPACK LOGICAL LOW', M3, unpack('right', false)),
  plainRow('e78c', 'vperm', 'VRR-e', 'VECTOR PERMUTE', FOUR, permute),
  row('e784', 'vpdi', 'VRR-c', 'VECTOR PERMUTE DOUBLEWORD IMMEDIATE', M4, permuteDoublewords),
  plainRow('e785', 'vbperm', 'VRR-c', 'VECTOR BIT PERMUTE', { ...THREE, ...VECTOR_ENHANCEMENTS_1 }, permuteBits),
  row('e78d', 'vsel', 'VRR-e', 'VECTOR SELECT', FOUR, select),
  plainRow('e75f', 'vseg', 'VRR-a', 'VECTOR SIGN EXTEND TO DOUBLEWORD', M3, signExtendToDoubleword),
];
