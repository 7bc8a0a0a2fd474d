import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { SPACE } from '../psw.ts';
import { plainRow, type Row } from '../row.ts';
import { ACCESS, type Access, type OperandAccess, translateWith } from '../translation.ts';
import { needKey, needSecondarySpace } from './control-psw.ts';
import { bytesTogether, lengthIn } from './operand-bytes.ts';

/** Instructions that move data with a key or a space of their own. */

const PAGE = 4096;

interface Piece {
  readonly offset: number;
  readonly count: number;
}

/** Translates an operand, in pieces within each of which the bytes lie side by side and are protected alike. */
const pieces = (cpu: Cpu, address: bigint, length: number, access: Access, how: OperandAccess): Piece[] => {
  const list: Piece[] = [];
  for (let at = address, left = length; left > 0; ) {
    const count = Math.min(left, bytesTogether(at));
    list.push({ offset: translateWith(cpu, at, access, how), count });
    at = (at + BigInt(count)) & cpu.addressMask;
    left -= count;
  }
  return list;
};

/**
 * Moves a whole operand once all of it is known to be accessible. Which of several exceptions is recognized is unpredictable: the second
 * operand's come first. What destructive overlap yields is unpredictable, too.
 */
const move = (cpu: Cpu, to: bigint, toHow: OperandAccess, from: bigint, fromHow: OperandAccess, length: number): void => {
  const { bytes } = cpu.configuration.storage;
  const sources = pieces(cpu, from, length, ACCESS.LOAD, fromHow);
  const targets = pieces(cpu, to, length, ACCESS.STORE, toHow);
  const data = new Uint8Array(length);
  let at = 0;
  for (const { offset, count } of sources) {
    data.set(bytes.subarray(offset, offset + count), at);
    at += count;
  }
  at = 0;
  for (const { offset, count } of targets) {
    bytes.set(data.subarray(at, at + count), offset);
    at += count;
  }
};

/** A true length of more than a limit moves that many bytes, and condition code 3 says so. */
const limitedLength = (cpu: Cpu, register: number, limit: number): { length: number; cc: 0 | 3 } => {
  const length = lengthIn(cpu, register);
  return length > BigInt(limit) ? { length: limit, cc: 3 } : { length: Number(length), cc: 0 };
};

/** How the PSW says that an operand is accessed. */
export const asPsw = (cpu: Cpu, i: Instruction, operand: 1 | 2): OperandAccess => ({
  key: cpu.key,
  space: cpu.space,
  register: i.baseOf(operand),
});

/** Bits 56-59 of a register as an access key. */
export const keyIn = (cpu: Cpu, register: number): number => Number((cpu.gr[register]! >> 4n) & 15n);

/** MOVE TO PRIMARY and MOVE TO SECONDARY: the operand in the secondary space is accessed with the key in R3. */
const moveBetweenSpaces =
  (toPrimary: boolean) =>
  (cpu: Cpu, i: Instruction): void => {
    needSecondarySpace(cpu);
    if (cpu.space === SPACE.HOME || cpu.space === SPACE.ACCESS_REGISTER) cpu.programCheck(PGM.SPECIAL_OPERATION);
    const key = keyIn(cpu, i.r3);
    needKey(cpu, key);
    const primary: OperandAccess = { key: cpu.key, space: SPACE.PRIMARY, register: 0 };
    const secondary: OperandAccess = { key, space: SPACE.SECONDARY, register: 0 };
    const { length, cc } = limitedLength(cpu, i.r1, 256);
    const [target, source] = toPrimary ? [primary, secondary] : [secondary, primary];
    move(cpu, i.address(1), target, i.address(2), source, length);
    cpu.cc = cc;
  };

/** MOVE WITH KEY: the second operand is accessed with the key in R3. */
const moveWithKey = (cpu: Cpu, i: Instruction): void => {
  const key = keyIn(cpu, i.r3);
  needKey(cpu, key);
  const { length, cc } = limitedLength(cpu, i.r1, 256);
  move(cpu, i.address(1), asPsw(cpu, i, 1), i.address(2), { ...asPsw(cpu, i, 2), key }, length);
  cpu.cc = cc;
};

/** MOVE WITH SOURCE or DESTINATION KEY: length less one in bits 56-63 of register 0, key in register 1. The condition code stays. */
const moveWithOperandKey =
  (keyed: 1 | 2) =>
  (cpu: Cpu, i: Instruction): void => {
    const key = keyIn(cpu, 1);
    needKey(cpu, key);
    const how = (operand: 1 | 2): OperandAccess => (operand === keyed ? { ...asPsw(cpu, i, operand), key } : asPsw(cpu, i, operand));
    move(cpu, i.address(1), how(1), i.address(2), how(2), Number(cpu.gr[0]! & 0xffn) + 1);
  };

/** An operand-access control of MVCOS, 16 bits of register 0: key, address space, and whether each of them counts. */
const OAC = { KEY_VALID: 2, SPACE_VALID: 1 } as const;

const moveWithOptionalSpecifications = (cpu: Cpu, i: Instruction): void => {
  if (!cpu.datOn) cpu.programCheck(PGM.SPECIAL_OPERATION);
  const how = (operand: 1 | 2, control: number): OperandAccess => ({
    key: control & OAC.KEY_VALID ? (control >> 12) & 15 : cpu.key,
    space: control & OAC.SPACE_VALID ? (control >> 6) & 3 : cpu.space,
    register: i.baseOf(operand),
  });
  const control1 = Number((cpu.gr[0]! >> 16n) & 0xffffn);
  const control2 = Number(cpu.gr[0]! & 0xffffn);
  const target = how(1, control1);
  const source = how(2, control2);
  if (control1 & OAC.SPACE_VALID && target.space === SPACE.HOME && cpu.problemState) cpu.programCheck(PGM.SPECIAL_OPERATION);
  if (target.space === SPACE.SECONDARY || source.space === SPACE.SECONDARY) needSecondarySpace(cpu);
  // The PSW key needs no authority: only keys that register 0 brings along are checked.
  if (control1 & OAC.KEY_VALID) needKey(cpu, target.key);
  if (control2 & OAC.KEY_VALID) needKey(cpu, source.key);
  const { length, cc } = limitedLength(cpu, i.r3, PAGE);
  move(cpu, i.address(1), target, i.address(2), source, length);
  cpu.cc = cc;
};

// biome-ignore format: one row a line
export const KEYED_MOVES: readonly Row[] = [
  plainRow('da', 'mvcp', 'SS-d', 'MOVE TO PRIMARY', {}, moveBetweenSpaces(true)),
  plainRow('db', 'mvcs', 'SS-d', 'MOVE TO SECONDARY', {}, moveBetweenSpaces(false)),
  plainRow('d9', 'mvck', 'SS-d', 'MOVE WITH KEY', {}, moveWithKey),
  plainRow('e50e', 'mvcsk', 'SSE', 'MOVE WITH SOURCE KEY', {}, moveWithOperandKey(2)),
  plainRow('e50f', 'mvcdk', 'SSE', 'MOVE WITH DESTINATION KEY', {}, moveWithOperandKey(1)),
  plainRow('c80', 'mvcos', 'SSF', 'MOVE WITH OPTIONAL SPECIFICATIONS', { facility: 27 }, moveWithOptionalSpecifications),
];
