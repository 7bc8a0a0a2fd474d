import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { plainRow, type Row } from '../row.ts';
import { ACCESS } from '../translation.ts';
import { addressIn, bytesTogether, lengthIn, lesser, OperandBytes, setAddress, setAddressAndZeros, setLength } from './operand-bytes.ts';
import { EXTENDED_TRANSLATION_2 } from './traits.ts';

/** Moves bytes that lie together on both sides. The source is translated first; which exception comes first is open where both have one. */
const movePiece = (cpu: Cpu, to: bigint, from: bigint, count: number, source: number): void => {
  const source0 = cpu.translate(from, ACCESS.LOAD, source);
  const target = cpu.translate(to, ACCESS.STORE, 1);
  cpu.configuration.storage.bytes.copyWithin(target, source0, source0 + count);
};

const fillPiece = (cpu: Cpu, to: bigint, count: number, value: number): void => {
  const target = cpu.translate(to, ACCESS.STORE, 1);
  cpu.configuration.storage.bytes.fill(value, target, target + count);
};

/** Condition code of the moves: how the lengths of the first and second operand compare. */
const compareLengths = (first: bigint, second: bigint): number => (first === second ? 0 : first < second ? 1 : 2);

// ---- MVCL and CLCL: lengths of 24 bits in the odd registers, padding byte above the second -------------------------------

const LENGTH_24 = 0xff_ffffn;
const length24 = (cpu: Cpu, register: number): bigint => cpu.gr[register]! & LENGTH_24;
const setLength24 = (cpu: Cpu, register: number, length: bigint): void => {
  cpu.gr[register] = (cpu.gr[register]! & ~LENGTH_24) | length;
};

/** MVCL: interruptible after each piece. The registers say at any time what is left to do. */
const moveLong = (cpu: Cpu, { r1, r2 }: Instruction): void => {
  cpu.needEven(r1, r2);
  const pad = Number((cpu.gr[r2 + 1]! >> 24n) & 0xffn);
  const mask = cpu.addressMask;
  let to = addressIn(cpu, r1);
  let from = addressIn(cpu, r2);
  let room = length24(cpu, r1 + 1);
  let left = length24(cpu, r2 + 1);
  const cc = compareLengths(room, left);
  const distance = (to - from) & mask;
  // Destructive overlap: a byte would be a source after it has been stored into.
  const destructive = distance > 0n && distance < lesser(room, left);
  if (destructive || room === 0n) {
    setAddressAndZeros(cpu, r2, from);
    setAddressAndZeros(cpu, r1, to);
    cpu.cc = destructive ? 3 : cc;
    return;
  }
  while (room > 0n) {
    let count = Math.min(Number(room), bytesTogether(to));
    if (left > 0n) {
      count = Math.min(count, Number(left), bytesTogether(from));
      movePiece(cpu, to, from, count, 2);
      from = (from + BigInt(count)) & mask;
      left -= BigInt(count);
    } else fillPiece(cpu, to, count, pad);
    to = (to + BigInt(count)) & mask;
    room -= BigInt(count);
    setAddressAndZeros(cpu, r2, from);
    setLength24(cpu, r2 + 1, left);
    setAddressAndZeros(cpu, r1, to);
    setLength24(cpu, r1 + 1, room);
    cpu.recording.keep();
  }
  cpu.cc = cc;
};

interface Side {
  readonly bytes: OperandBytes;
  readonly length: bigint;
}

/** A side, with its length as a number: what lies beyond the limit is not compared. */
interface Inside {
  readonly bytes: OperandBytes;
  readonly within: number;
}

/**
 * Compares characters of one or two bytes, up to `limit` bytes, with the padding character at the end of the shorter side.
 * Returns the condition code and how many equal bytes precede what decided it; `interrupted` learns that number when an access fails.
 */
const comparePadded = (
  first: Side,
  second: Side,
  padding: number,
  size: 1 | 2,
  limit: bigint,
  interrupted: (equal: number) => void = () => {},
): { cc: number; equal: number } => {
  const longer = first.length + second.length - lesser(first.length, second.length);
  const total = Number(lesser(longer, limit));
  const character = ({ bytes, within }: Inside, at: number): number => {
    if (at >= within) return padding;
    return size === 1 ? bytes.get(at) : (bytes.get(at) << 8) | bytes.get(at + 1);
  };
  const [one, other] = [first, second].map(({ bytes, length }) => ({ bytes, within: Number(lesser(length, limit)) })) as [Inside, Inside];
  let equal = 0;
  try {
    for (; equal < total; equal += size) {
      const a = character(one, equal);
      const b = character(other, equal);
      if (a !== b) return { cc: a < b ? 1 : 2, equal };
    }
  } catch (thrown) {
    interrupted(equal);
    throw thrown;
  }
  return { cc: longer > limit ? 3 : 0, equal };
};

const compareLong = (cpu: Cpu, { r1, r2 }: Instruction): void => {
  cpu.needEven(r1, r2);
  const pad = Number((cpu.gr[r2 + 1]! >> 24n) & 0xffn);
  const sides = [r1, r2].map((register, i) => {
    const address = addressIn(cpu, register);
    return { register, address, length: length24(cpu, register + 1), bytes: new OperandBytes(cpu, address, ACCESS.LOAD, i + 1) };
  }) as [Side & { register: number; address: bigint }, Side & { register: number; address: bigint }];
  const progress = (equal: number): void => {
    for (const { register, address, length } of sides) {
      const done = lesser(BigInt(equal), length);
      setLength24(cpu, register + 1, length - done);
      setAddress(cpu, register, address + done);
    }
    cpu.recording.keep();
  };
  const { cc, equal } = comparePadded(sides[0], sides[1], pad, 1, LENGTH_24 + 1n, (done) => done > 0 && progress(done));
  progress(equal);
  cpu.cc = cc;
};

// ---- MVCLE, CLCLE and their Unicode kin: lengths of 32 or 64 bits, padding in the second-operand address ------------------

/**
 * MVCLE stops with condition code 3 where the piece ends that lies together on both sides, and between moving and padding: the amount is
 * the CPU's to choose, and in this way no access exception can follow a store.
 */
const moveLongExtended = (cpu: Cpu, i: Instruction): void => {
  const { r1, r3 } = i;
  cpu.needEven(r1, r3);
  const pad = Number(i.value(2) & 0xffn);
  let to = addressIn(cpu, r1);
  let from = addressIn(cpu, r3);
  let room = lengthIn(cpu, r1 + 1);
  let left = lengthIn(cpu, r3 + 1);
  const cc = compareLengths(room, left);
  if (room > 0n) {
    let count = Number(lesser(room, BigInt(bytesTogether(to))));
    if (left > 0n) {
      count = Math.min(count, Number(lesser(left, BigInt(bytesTogether(from)))));
      movePiece(cpu, to, from, count, 3);
      from += BigInt(count);
      left -= BigInt(count);
    } else fillPiece(cpu, to, count, pad);
    to += BigInt(count);
    room -= BigInt(count);
  }
  setLength(cpu, r1 + 1, room);
  setLength(cpu, r3 + 1, left);
  setAddress(cpu, r1, to);
  setAddress(cpu, r3, from);
  cpu.cc = room > 0n ? 3 : cc;
};

/** As {@link moveLongExtended}, in characters of two bytes, of which one may cross a page end. */
const moveLongUnicode = (cpu: Cpu, i: Instruction): void => {
  const { r1, r3 } = i;
  cpu.needEven(r1, r3);
  const pad = Uint8Array.of(Number((i.value(2) >> 8n) & 0xffn), Number(i.value(2) & 0xffn));
  let to = addressIn(cpu, r1);
  let from = addressIn(cpu, r3);
  let room = lengthIn(cpu, r1 + 1);
  let left = lengthIn(cpu, r3 + 1);
  if ((room | left) & 1n) cpu.programCheck(PGM.SPECIFICATION);
  const cc = compareLengths(room, left);
  if (room > 0n) {
    const moving = left > 0n;
    let count = Number(lesser(room, BigInt(bytesTogether(to))));
    if (moving) count = Math.min(count, Number(lesser(left, BigInt(bytesTogether(from)))));
    count = Math.max(2, count & ~1);
    const bytes = moving ? cpu.loadBytes(from, count, 3) : Uint8Array.from({ length: count }, (_, n) => pad[n & 1]!);
    cpu.storeBytes(to, bytes, 1);
    if (moving) {
      from += BigInt(count);
      left -= BigInt(count);
    }
    to += BigInt(count);
    room -= BigInt(count);
  }
  setLength(cpu, r1 + 1, room);
  setLength(cpu, r3 + 1, left);
  setAddress(cpu, r1, to);
  setAddress(cpu, r3, from);
  cpu.cc = room > 0n ? 3 : cc;
};

/** CLCLE and CLCLU stop with condition code 3 after this many bytes: the amount is the CPU's to choose. */
const COMPARED_AT_ONCE = { 1: 0x2000n, 2: 0x1000n } as const;

/** Compares characters of one or two bytes. An access exception leaves the registers as they were: nothing has been stored. */
const compareLongExtended =
  (size: 1 | 2) =>
  (cpu: Cpu, i: Instruction): void => {
    const { r1, r3 } = i;
    cpu.needEven(r1, r3);
    const padding = Number(i.value(2) & (size === 1 ? 0xffn : 0xffffn));
    const lengths = [lengthIn(cpu, r1 + 1), lengthIn(cpu, r3 + 1)] as const;
    if (size === 2 && (lengths[0] | lengths[1]) & 1n) cpu.programCheck(PGM.SPECIFICATION);
    const addresses = [addressIn(cpu, r1), addressIn(cpu, r3)] as const;
    const first = { bytes: new OperandBytes(cpu, addresses[0], ACCESS.LOAD, 1), length: lengths[0] };
    const second = { bytes: new OperandBytes(cpu, addresses[1], ACCESS.LOAD, 3), length: lengths[1] };
    const { cc, equal } = comparePadded(first, second, padding, size, COMPARED_AT_ONCE[size]);
    const done = BigInt(equal);
    for (const [n, register] of [r1, r3].entries()) {
      const advance = lesser(done, lengths[n]!);
      setLength(cpu, register + 1, lengths[n]! - advance);
      setAddress(cpu, register, addresses[n]! + advance);
    }
    cpu.cc = cc;
  };

// ---- moves of at most 256 bytes, one at a time; both operands are checked before the first byte is stored ------------------

/** First and second operand of these lengths, both free of access exceptions. */
const checkedOperands = (cpu: Cpu, i: Instruction, length1: number, length2: number): { first: OperandBytes; second: OperandBytes } => {
  const second = new OperandBytes(cpu, i.address(2), ACCESS.LOAD, 2).check(length2);
  const first = new OperandBytes(cpu, i.address(1), ACCESS.STORE, 1).check(length1);
  return { first, second };
};

/** MVN and MVZ: some bits of each byte. */
const moveBits =
  (mask: number) =>
  (cpu: Cpu, i: Instruction): void => {
    const length = i.field('l') + 1;
    const { first, second } = checkedOperands(cpu, i, length, length);
    for (let n = 0; n < length; n++) first.set(n, (first.get(n) & ~mask) | (second.get(n) & mask));
  };

/** MVCIN: the second-operand address designates its rightmost byte. */
const moveInverse = (cpu: Cpu, i: Instruction): void => {
  const last = i.field('l');
  const second = new OperandBytes(cpu, i.address(2) - BigInt(last), ACCESS.LOAD, 2).check(last + 1);
  const first = new OperandBytes(cpu, i.address(1), ACCESS.STORE, 1).check(last + 1);
  for (let n = 0; n <= last; n++) first.set(n, second.get(last - n));
};

/** What is right to left in the operands of MVO, PACK and UNPK: bytes of the second operand are fetched as they are needed, zeros beyond its left end. */
const fromRight = (cpu: Cpu, i: Instruction): { last: number; first: OperandBytes; next: () => number } => {
  const last = i.field('l1');
  let at = i.field('l2');
  const { first, second } = checkedOperands(cpu, i, last + 1, at + 1);
  return { last, first, next: () => (at < 0 ? 0 : second.get(at--)) };
};

/** MVO: the second operand, one digit to the left, beside the rightmost digit of the first. The left digit of a byte is not fetched again. */
const moveWithOffset = (cpu: Cpu, i: Instruction): void => {
  const { last, first, next } = fromRight(cpu, i);
  let byte = next();
  first.set(last, (first.get(last) & 0x0f) | ((byte << 4) & 0xf0));
  for (let n = last - 1; n >= 0; n--) {
    const left = byte >> 4;
    byte = next();
    first.set(n, left | ((byte << 4) & 0xf0));
  }
};

/** PACK: sign and rightmost digit change places; of the other bytes the digits are taken, two for each result byte. */
const pack = (cpu: Cpu, i: Instruction): void => {
  const { last, first, next } = fromRight(cpu, i);
  const signed = next();
  first.set(last, (signed >> 4) | ((signed << 4) & 0xf0));
  for (let n = last - 1; n >= 0; n--) {
    const right = next() & 0x0f;
    const left = next() & 0x0f;
    first.set(n, (left << 4) | right);
  }
};

/** UNPK. The left digit of a byte is not fetched again: two result bytes are stored after one fetch. */
const unpack = (cpu: Cpu, i: Instruction): void => {
  const { last, first, next } = fromRight(cpu, i);
  const signed = next();
  first.set(last, (signed >> 4) | ((signed << 4) & 0xf0));
  let byte = 0;
  for (let n = last - 1; n >= 0; n--) {
    const isRight = (last - n) % 2 === 1;
    byte = isRight ? next() : byte >> 4;
    first.set(n, 0xf0 | (byte & 0x0f));
  }
};

/** Bytes of the packed operand of PKA, PKU, UNPKA and UNPKU. */
const PACKED = 16;

/** PKA and PKU: the rightmost digits of up to 32 characters of this size become a positive packed number; there is room for 31. */
const packCharacters =
  (size: 1 | 2) =>
  (cpu: Cpu, i: Instruction): void => {
    const length = i.field('l2') + 1;
    if (length > 32 * size || length % size !== 0) cpu.programCheck(PGM.SPECIFICATION);
    const source = cpu.loadBytes(i.address(2), length, 2);
    const digit = (n: number): number => (n * size < length ? source[length - 1 - n * size]! & 0x0f : 0);
    const result = Uint8Array.from({ length: PACKED }, (_, n) => {
      const right = 2 * (PACKED - 1 - n) - 1;
      return (digit(right + 1) << 4) | (right < 0 ? 0x0c : digit(right));
    });
    cpu.storeBytes(i.address(1), result, 1);
  };

/** UNPKA and UNPKU: the digits of a packed number become characters of this size; the condition code tells the sign. */
const unpackCharacters =
  (size: 1 | 2) =>
  (cpu: Cpu, i: Instruction): void => {
    const length = i.field('l') + 1;
    if (length > 32 * size || length % size !== 0) cpu.programCheck(PGM.SPECIFICATION);
    const source = cpu.loadBytes(i.address(2), PACKED, 2);
    // Digit 0 is the rightmost. A thirty-second character is a zero.
    const digit = (n: number): number => {
      const byte = source[PACKED - 1 - ((n + 1) >> 1)] ?? 0;
      return n & 1 ? byte & 0x0f : byte >> 4;
    };
    const result = new Uint8Array(length);
    for (let n = 0; n * size < length; n++) result[length - 1 - n * size] = 0x30 | digit(n);
    cpu.storeBytes(i.address(1), result, 1);
    const sign = source[PACKED - 1]! & 0x0f;
    cpu.cc = sign < 0xa ? 3 : sign === 0xb || sign === 0xd ? 1 : 0;
  };

/** Moves and comparisons longer than MVC and CLC make them, and moves that rearrange digits. */
// biome-ignore format: one row a line
export const LONG_MOVES: readonly Row[] = [
  plainRow('0e', 'mvcl', 'RR', 'MOVE LONG', {}, moveLong),
  plainRow('0f', 'clcl', 'RR', 'COMPARE LOGICAL LONG', {}, compareLong),
  plainRow('a8', 'mvcle', 'RS-a', 'MOVE LONG EXTENDED', {}, moveLongExtended),
  plainRow('a9', 'clcle', 'RS-a', 'COMPARE LOGICAL LONG EXTENDED', {}, compareLongExtended(1)),
  plainRow('eb8e', 'mvclu', 'RSY-a', 'MOVE LONG UNICODE', EXTENDED_TRANSLATION_2, moveLongUnicode),
  plainRow('eb8f', 'clclu', 'RSY-a', 'COMPARE LOGICAL LONG UNICODE', EXTENDED_TRANSLATION_2, compareLongExtended(2)),
  plainRow('d1', 'mvn', 'SS-a', 'MOVE NUMERICS', {}, moveBits(0x0f)),
  plainRow('d3', 'mvz', 'SS-a', 'MOVE ZONES', {}, moveBits(0xf0)),
  plainRow('e8', 'mvcin', 'SS-a', 'MOVE INVERSE', {}, moveInverse),
  plainRow('f1', 'mvo', 'SS-b', 'MOVE WITH OFFSET', {}, moveWithOffset),
  plainRow('f2', 'pack', 'SS-b', 'PACK', {}, pack),
  plainRow('f3', 'unpk', 'SS-b', 'UNPACK', {}, unpack),
  plainRow('e9', 'pka', 'SS-f', 'PACK ASCII', EXTENDED_TRANSLATION_2, packCharacters(1)),
  plainRow('e1', 'pku', 'SS-f', 'PACK UNICODE', EXTENDED_TRANSLATION_2, packCharacters(2)),
  plainRow('ea', 'unpka', 'SS-a', 'UNPACK ASCII', EXTENDED_TRANSLATION_2, unpackCharacters(1)),
  plainRow('e2', 'unpku', 'SS-a', 'UNPACK UNICODE', EXTENDED_TRANSLATION_2, unpackCharacters(2)),
];
