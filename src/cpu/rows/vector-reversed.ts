import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { plainRow, type Row } from '../row.ts';
import { getElements, getVector, join, type Size, setElements, setVector, sizeOf, split } from '../vector.ts';
import { VECTOR_ENHANCEMENTS_2 } from './traits.ts';

/** Vector instructions of vector-enhancements facility 2 that load and store with bytes or elements in reverse order (PoP, chapter 21). */

type Plain = (cpu: Cpu, i: Instruction) => void;

const reversedBytes = (element: bigint, size: Size): bigint =>
  join(
    split(element, 1)
      .slice(16 - size)
      .reverse(),
    1,
  );

/** A whole operand from the left. */
const loadVector = (cpu: Cpu, i: Instruction): bigint => join([...cpu.loadBytes(i.address(2), 16)].map(BigInt), 1);
const storeVector = (cpu: Cpu, i: Instruction, value: bigint): void =>
  cpu.storeBytes(i.address(2), Uint8Array.from(split(value, 1), Number));

const byteReversed = (value: bigint, size: Size): bigint =>
  join(
    split(value, size).map((element) => reversedBytes(element, size)),
    size,
  );
const elementReversed = (value: bigint, size: Size): bigint => join(split(value, size).reverse(), size);

type Order = (value: bigint, size: Size) => bigint;

/** The element sizes that M3 may select: from halfwords on, quadwords only for the order of bytes. */
const load =
  (order: Order, most: number): Plain =>
  (cpu, i) => {
    const size = sizeOf(cpu, i, 'm3', most, 1);
    setVector(cpu, i.v1, order(loadVector(cpu, i), size));
  };

const store =
  (order: Order, most: number): Plain =>
  (cpu, i) => {
    const size = sizeOf(cpu, i, 'm3', most, 1);
    storeVector(cpu, i, order(getVector(cpu, i.v1), size));
  };

const indexInM3 = (cpu: Cpu, i: Instruction, size: Size): number => {
  if (i.m3 >= 16 / size) cpu.programCheck(PGM.SPECIFICATION);
  return i.m3;
};

const loadReversed = (cpu: Cpu, i: Instruction, size: Size): bigint => reversedBytes(cpu.load(i.address(2), size), size);

const loadElement =
  (size: Size): Plain =>
  (cpu, i) => {
    const index = indexInM3(cpu, i, size);
    const element = loadReversed(cpu, i, size);
    setElements(cpu, i.v1, getElements(cpu, i.v1, size).with(index, element), size);
  };

const storeElement =
  (size: Size): Plain =>
  (cpu, i) => {
    const element = getElements(cpu, i.v1, size)[indexInM3(cpu, i, size)]!;
    cpu.store(i.address(2), size, reversedBytes(element, size));
  };

const loadAndReplicate: Plain = (cpu, i) => {
  const size = sizeOf(cpu, i, 'm3', 3, 1);
  setElements(cpu, i.v1, Array<bigint>(16 / size).fill(loadReversed(cpu, i, size)), size);
};

/** Into the rightmost place of the left doubleword; a word may go to the left instead. */
const LEFT_WORD = 6;
const loadAndZero: Plain = (cpu, i) => {
  const isLeft = i.m3 === LEFT_WORD;
  const size = isLeft ? 4 : sizeOf(cpu, i, 'm3', 3, 1);
  const element = loadReversed(cpu, i, size);
  setVector(cpu, i.v1, element << (isLeft ? 96n : 64n));
};

// biome-ignore format: one row a line
export const VECTOR_REVERSED: readonly Row[] = [
  plainRow('e606', 'vlbr', 'VRX', 'VECTOR LOAD BYTE REVERSED ELEMENTS', VECTOR_ENHANCEMENTS_2, load(byteReversed, 4)),
  plainRow('e607', 'vler', 'VRX', 'VECTOR LOAD ELEMENTS REVERSED', VECTOR_ENHANCEMENTS_2, load(elementReversed, 3)),
  plainRow('e60e', 'vstbr', 'VRX', 'VECTOR STORE BYTE REVERSED ELEMENTS', VECTOR_ENHANCEMENTS_2, store(byteReversed, 4)),
  plainRow('e60f', 'vster', 'VRX', 'VECTOR STORE ELEMENTS REVERSED', VECTOR_ENHANCEMENTS_2, store(elementReversed, 3)),
  plainRow('e601', 'vlebrh', 'VRX', 'VECTOR LOAD BYTE REVERSED ELEMENT (16)', VECTOR_ENHANCEMENTS_2, loadElement(2)),
  plainRow('e603', 'vlebrf', 'VRX', 'VECTOR LOAD BYTE REVERSED ELEMENT (32)', VECTOR_ENHANCEMENTS_2, loadElement(4)),
  plainRow('e602', 'vlebrg', 'VRX', 'VECTOR LOAD BYTE REVERSED ELEMENT (64)', VECTOR_ENHANCEMENTS_2, loadElement(8)),
  plainRow('e609', 'vstebrh', 'VRX', 'VECTOR STORE BYTE REVERSED ELEMENT (16)', VECTOR_ENHANCEMENTS_2, storeElement(2)),
  plainRow('e60b', 'vstebrf', 'VRX', 'VECTOR STORE BYTE REVERSED ELEMENT (32)', VECTOR_ENHANCEMENTS_2, storeElement(4)),
  plainRow('e60a', 'vstebrg', 'VRX', 'VECTOR STORE BYTE REVERSED ELEMENT (64)', VECTOR_ENHANCEMENTS_2, storeElement(8)),
  plainRow('e604', 'vllebrz', 'VRX', 'VECTOR LOAD BYTE REVERSED ELEMENT AND ZERO', VECTOR_ENHANCEMENTS_2, loadAndZero),
  plainRow('e605', 'vlbrrep', 'VRX', 'VECTOR LOAD BYTE REVERSED ELEMENT AND REPLICATE', VECTOR_ENHANCEMENTS_2, loadAndReplicate),
];
