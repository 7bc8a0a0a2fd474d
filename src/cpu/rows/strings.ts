import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { plainRow, type Row } from '../row.ts';
import { ACCESS } from '../translation.ts';
import {
  AT_ONCE,
  addressIn,
  atMost,
  bytesTogether,
  implied,
  lengthIn,
  lesser,
  OperandBytes,
  setAddress,
  setAddressAndZeros,
  setLength,
  stepwise,
} from './operand-bytes.ts';
import { EXTENDED_TRANSLATION_2, EXTENDED_TRANSLATION_3, PARSING_ENHANCEMENT } from './traits.ts';

const byteOfRegister0 = (cpu: Cpu): number => Number(cpu.gr[0]! & 0xffn);

/** The ending or sought character in general register 0; what lies between bit 32 and it must be zero. */
const characterOfRegister0 = (cpu: Cpu, bits: 8 | 16): number => {
  const word = Number(cpu.gr[0]! & 0xffff_ffffn);
  if (word >= 2 ** bits) cpu.programCheck(PGM.SPECIFICATION);
  return word;
};

// ---- translation through a table -------------------------------------------------------------------------------------

/** The character of one or two bytes at an index. */
const valueAt = (operand: OperandBytes, at: number, size: 1 | 2): number =>
  size === 1 ? operand.get(at) : (operand.get(at) << 8) | operand.get(at + 1);

/** TR: byte by byte, left to right. Table bytes that are not needed are not accessed; an access exception of one leaves the operand as it was. */
const translateBytes = (cpu: Cpu, i: Instruction): void => {
  const length = i.field('l') + 1;
  const first = new OperandBytes(cpu, i.address(1), ACCESS.STORE, 1).check(length);
  const table = new OperandBytes(cpu, i.address(2), ACCESS.LOAD, 2);
  const before: number[] = [];
  try {
    for (let n = 0; n < length; n++) {
      const argument = first.get(n);
      const result = table.get(argument);
      before.push(argument);
      first.set(n, result);
    }
  } catch (thrown) {
    for (const [n, byte] of before.entries()) first.set(n, byte);
    throw thrown;
  }
};

/** TRT and TRTR: the first argument byte, from the left or the right, whose function byte is not zero. */
const translateAndTest =
  (step: 1 | -1) =>
  (cpu: Cpu, i: Instruction): void => {
    const last = i.field('l');
    const address = i.address(1);
    const leftmost = step === 1 ? address : address - BigInt(last);
    const first = new OperandBytes(cpu, leftmost, ACCESS.LOAD, 1);
    const table = new OperandBytes(cpu, i.address(2), ACCESS.LOAD, 2);
    for (let n = 0; n <= last; n++) {
      const result = table.get(first.get(step === 1 ? n : last - n));
      if (result === 0) continue;
      setAddress(cpu, 1, address + BigInt(n * step));
      cpu.gr[2] = (cpu.gr[2]! & ~0xffn) | BigInt(result);
      cpu.cc = n === last ? 2 : 1;
      return;
    }
    cpu.cc = 0;
  };

/** Bits of M3 of TRTE and TRTRE: characters of two bytes, function codes of two bytes, zero as the function code of characters above 255. */
const TEST = { WIDE_ARGUMENTS: 8, WIDE_CODES: 4, LIMITED: 2 } as const;

/** TRTE and TRTRE: the first character, from the left or the right, whose function code is not zero. */
const translateAndTestExtended =
  (step: 1 | -1) =>
  (cpu: Cpu, { r1, r2, m3 }: Instruction): void => {
    cpu.needEven(r1);
    const size = m3 & TEST.WIDE_ARGUMENTS ? 2 : 1;
    const length = lengthIn(cpu, r1 + 1);
    if (length % BigInt(size) !== 0n) cpu.programCheck(PGM.SPECIFICATION);
    const address = addressIn(cpu, r1);
    // From right to left the register designates the rightmost character; what one execution looks at begins so far to the left.
    const reach = step === 1 ? 0 : (AT_ONCE - 1) * size;
    const first = new OperandBytes(cpu, address - BigInt(reach), ACCESS.LOAD, 1);
    const table = new OperandBytes(cpu, addressIn(cpu, 1) & ~7n, ACCESS.LOAD, implied(1));
    const characters = Math.floor(atMost(length) / size);
    let code = 0;
    const { cc, done } = stepwise(cpu, (n) => {
      if (n === characters) return 0;
      const argument = valueAt(first, reach + n * step * size, size);
      if (argument > 0xff && m3 & TEST.LIMITED) return undefined;
      code = m3 & TEST.WIDE_CODES ? valueAt(table, 2 * argument, 2) : table.get(argument);
      return code === 0 ? undefined : 1;
    });
    setAddress(cpu, r1, address + BigInt(done * step * size));
    setLength(cpu, r1 + 1, length - BigInt(done * size));
    if (cc !== 3) setLength(cpu, r2, BigInt(code));
    cpu.cc = cc;
  };

/** TRE: translates until the test byte is met, which stays as it is. */
const translateExtended = (cpu: Cpu, { r1, r2 }: Instruction): void => {
  cpu.needEven(r1);
  const test = byteOfRegister0(cpu);
  const address = addressIn(cpu, r1);
  const length = lengthIn(cpu, r1 + 1);
  const end = atMost(length);
  const source = new OperandBytes(cpu, address, ACCESS.LOAD, 1);
  const target = new OperandBytes(cpu, address, ACCESS.STORE, 1);
  const table = new OperandBytes(cpu, addressIn(cpu, r2), ACCESS.LOAD, 2);
  const { cc, done } = stepwise(cpu, (n) => {
    if (n === end) return 0;
    const argument = source.get(n);
    if (argument === test) return 1;
    target.set(n, table.get(argument));
    return undefined;
  });
  setAddress(cpu, r1, address + BigInt(done));
  setLength(cpu, r1 + 1, length - BigInt(done));
  cpu.cc = cc;
};

const EXTENDED_TRANSLATION_2_ENHANCEMENT = 24;

/** TROO, TROT, TRTO and TRTT: characters of one size become characters of another, until the test character in register 0 results. */
const translateTo =
  (sourceSize: 1 | 2, targetSize: 1 | 2) =>
  (cpu: Cpu, i: Instruction): void => {
    const { r1, r2 } = i;
    const enhanced = cpu.configuration.facilities.has(EXTENDED_TRANSLATION_2_ENHANCEMENT);
    const withoutTest = enhanced && (i.m3 & 1) !== 0;
    cpu.needEven(r1);
    const length = lengthIn(cpu, r1 + 1);
    if (length % BigInt(sourceSize) !== 0n) cpu.programCheck(PGM.SPECIFICATION);
    const test = Number(cpu.gr[0]! & (targetSize === 1 ? 0xffn : 0xffffn));
    // The low bits of the table's address are ignored: of a large table all that count within a page, without the enhancement.
    const ignored = sourceSize === 2 && !enhanced ? 0xfffn : 7n;
    const table = new OperandBytes(cpu, addressIn(cpu, 1) & ~ignored, ACCESS.LOAD, implied(1));
    const to = addressIn(cpu, r1);
    const from = addressIn(cpu, r2);
    const end = atMost(length);
    const target = new OperandBytes(cpu, to, ACCESS.STORE, 1);
    const source = new OperandBytes(cpu, from, ACCESS.LOAD, 2);
    const { cc, done } = stepwise(cpu, (n) => {
      if (n * sourceSize === end) return 0;
      const result = valueAt(table, targetSize * valueAt(source, sourceSize * n, sourceSize), targetSize);
      if (result === test && !withoutTest) return 1;
      if (targetSize === 2) {
        target.check(2 * n + 2, 2 * n);
        target.set(2 * n, result >> 8);
        target.set(2 * n + 1, result & 0xff);
      } else target.set(n, result);
      return undefined;
    });
    setAddress(cpu, r1, to + BigInt(done * targetSize));
    setLength(cpu, r1 + 1, length - BigInt(done * sourceSize));
    setAddress(cpu, r2, from + BigInt(done * sourceSize));
    cpu.cc = cc;
  };

// ---- strings ended by a character --------------------------------------------------------------------------------------

/** SRST and SRSTU: the character of register 0 from the address in R2 up to the one in R1. An end within a character lies behind that one. */
const search =
  (size: 1 | 2) =>
  (cpu: Cpu, { r1, r2 }: Instruction): void => {
    const sought = characterOfRegister0(cpu, size === 1 ? 8 : 16);
    const start = addressIn(cpu, r2);
    let distance = (addressIn(cpu, r1) - start) & cpu.addressMask;
    if (size === 2) distance += distance & 1n;
    const end = atMost(distance);
    const string = new OperandBytes(cpu, start, ACCESS.LOAD, 2);
    for (let n = 0; n < AT_ONCE; n += size) {
      if (n === end) {
        cpu.cc = 2;
        return;
      }
      if (valueAt(string, n, size) === sought) {
        setAddress(cpu, r1, start + BigInt(n));
        cpu.cc = 1;
        return;
      }
    }
    setAddress(cpu, r2, start + BigInt(AT_ONCE));
    cpu.cc = 3;
  };

/** CLST: the string that ends first is low. */
const compareStrings = (cpu: Cpu, { r1, r2 }: Instruction): void => {
  const end = characterOfRegister0(cpu, 8);
  const addresses = [addressIn(cpu, r1), addressIn(cpu, r2)] as const;
  const first = new OperandBytes(cpu, addresses[0], ACCESS.LOAD, 1);
  const second = new OperandBytes(cpu, addresses[1], ACCESS.LOAD, 2);
  const stop = (cc: number, equal: number): void => {
    setAddress(cpu, r1, addresses[0] + BigInt(equal));
    setAddress(cpu, r2, addresses[1] + BigInt(equal));
    cpu.cc = cc;
  };
  for (let n = 0; n < AT_ONCE; n++) {
    const a = first.get(n);
    const b = second.get(n);
    if (a !== b) {
      stop(a === end ? 1 : b === end ? 2 : a < b ? 1 : 2, n);
      return;
    }
    if (a === end) {
      cpu.cc = 0;
      return;
    }
  }
  stop(3, AT_ONCE);
};

/** MVST stops with condition code 3 where the piece ends that lies together on both sides, so that no access exception can follow a store. */
const moveString = (cpu: Cpu, { r1, r2 }: Instruction): void => {
  const end = characterOfRegister0(cpu, 8);
  const to = addressIn(cpu, r1);
  const from = addressIn(cpu, r2);
  const count = Math.min(bytesTogether(to), bytesTogether(from));
  const source = cpu.translate(from, ACCESS.LOAD, 2);
  const target = cpu.translate(to, ACCESS.STORE, 1);
  const { bytes } = cpu.configuration.storage;
  for (let n = 0; n < count; n++) {
    const byte = bytes[source + n]!;
    bytes[target + n] = byte;
    if (byte !== end) continue;
    setAddressAndZeros(cpu, r1, to + BigInt(n));
    cpu.cc = 1;
    return;
  }
  setAddressAndZeros(cpu, r1, to + BigInt(count));
  setAddressAndZeros(cpu, r2, from + BigInt(count));
  cpu.cc = 3;
};

/** CKSM: adds words with end-around carry; the last word is extended with zeros on the right. */
const checksum = (cpu: Cpu, { r1, r2 }: Instruction): void => {
  cpu.needEven(r2);
  const address = addressIn(cpu, r2);
  const length = lengthIn(cpu, r2 + 1);
  const done = lesser(length, BigInt(AT_ONCE));
  const bytes = cpu.loadBytes(address, Number(done), 2);
  let sum = Number(cpu.gr[r1]! & 0xffff_ffffn);
  for (let n = 0; n < bytes.length; n += 4) {
    const word = ((bytes[n]! << 24) | ((bytes[n + 1] ?? 0) << 16) | ((bytes[n + 2] ?? 0) << 8) | (bytes[n + 3] ?? 0)) >>> 0;
    sum += word;
    if (sum > 0xffff_ffff) sum -= 0xffff_ffff;
  }
  setAddress(cpu, r2, address + done);
  setLength(cpu, r2 + 1, length - done);
  cpu.gr[r1] = (cpu.gr[r1]! & ~0xffff_ffffn) | BigInt(sum);
  cpu.cc = done === length ? 0 : 3;
};

/** Without the enhancement of facility 24 M3 is ignored, and the assembler may leave it out. */
const WITH_M3 = { ...EXTENDED_TRANSLATION_2, operands: 'r1,r2,m3?' } as const;

const PARSING = { ...PARSING_ENHANCEMENT, operands: 'r1,r2,m3?' } as const;

/** Translation through tables, strings, and the checksum. */
// biome-ignore format: one row a line
export const STRINGS: readonly Row[] = [
  plainRow('dc', 'tr', 'SS-a', 'TRANSLATE', {}, translateBytes),
  plainRow('dd', 'trt', 'SS-a', 'TRANSLATE AND TEST', {}, translateAndTest(1)),
  plainRow('d0', 'trtr', 'SS-a', 'TRANSLATE AND TEST REVERSE', EXTENDED_TRANSLATION_3, translateAndTest(-1)),
  plainRow('b9bf', 'trte', 'RRF-c', 'TRANSLATE AND TEST EXTENDED', PARSING, translateAndTestExtended(1)),
  plainRow('b9bd', 'trtre', 'RRF-c', 'TRANSLATE AND TEST REVERSE EXTENDED', PARSING, translateAndTestExtended(-1)),
  plainRow('b2a5', 'tre', 'RRE', 'TRANSLATE EXTENDED', {}, translateExtended),
  plainRow('b993', 'troo', 'RRF-c', 'TRANSLATE ONE TO ONE', WITH_M3, translateTo(1, 1)),
  plainRow('b992', 'trot', 'RRF-c', 'TRANSLATE ONE TO TWO', WITH_M3, translateTo(1, 2)),
  plainRow('b991', 'trto', 'RRF-c', 'TRANSLATE TWO TO ONE', WITH_M3, translateTo(2, 1)),
  plainRow('b990', 'trtt', 'RRF-c', 'TRANSLATE TWO TO TWO', WITH_M3, translateTo(2, 2)),
  plainRow('b25e', 'srst', 'RRE', 'SEARCH STRING', {}, search(1)),
  plainRow('b9be', 'srstu', 'RRE', 'SEARCH STRING UNICODE', EXTENDED_TRANSLATION_3, search(2)),
  plainRow('b25d', 'clst', 'RRE', 'COMPARE LOGICAL STRING', {}, compareStrings),
  plainRow('b255', 'mvst', 'RRE', 'MOVE STRING', {}, moveString),
  plainRow('b241', 'cksm', 'RRE', 'CHECKSUM', {}, checksum),
];
