import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { plainRow, type Row } from '../row.ts';
import { ACCESS } from '../translation.ts';
import { addressIn, atMost, lengthIn, OperandBytes, setAddress, setLength, stepwise } from './operand-bytes.ts';
import { EXTENDED_TRANSLATION_3, EXTENDED_TRANSLATION_3_ENHANCEMENT } from './traits.ts';

/** Conversions between the encodings of Unicode characters. */

interface Character {
  readonly value: number;
  /** Bytes that it occupies in the source. */
  readonly length: number;
  /** Beyond 16 bits: two surrogates in UTF-16. */
  readonly supplementary: boolean;
}

/** The source ends within the character, or the character is invalid: the condition code that says so. */
const ENDED = 0;
const INVALID = 2;

/**
 * Reads the character at `at`, of which `left` bytes are there.
 * @param check whether well-formedness is checked
 */
type Decode = (source: OperandBytes, at: number, left: number, check: boolean) => Character | typeof ENDED | typeof INVALID;
/** The bytes of a character. */
type Encode = (character: Character) => number[];

const isHighSurrogate = (value: number): boolean => value >> 10 === 0xd800 >> 10;
const isLowSurrogate = (value: number): boolean => value >> 10 === 0xdc00 >> 10;

// ---- UTF-8 -------------------------------------------------------------------------------------------------------------

/** The lowest character that needs this many bytes. */
const LOWEST = [0, 0, 0x80, 0x800, 0x1_0000] as const;
const HIGHEST = 0x10_ffff;

/** How many bytes a character has that begins with this one; 0 if none does. */
const lengthOfUtf8 = (first: number, check: boolean): number => {
  if (first < 0x80) return 1;
  if (first < (check ? 0xc2 : 0xc0)) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < (check ? 0xf5 : 0xf8) ? 4 : 0;
};

/** Without the check what begins the bytes behind the first is ignored, and so is whether a shorter form exists. */
const fromUtf8: Decode = (source, at, left, check) => {
  if (left < 1) return ENDED;
  const first = source.get(at);
  const length = lengthOfUtf8(first, check);
  if (length === 0) return INVALID;
  if (left < length) return ENDED;
  if (length === 1) return { value: first, length, supplementary: false };
  let value = first & (0x7f >> length);
  let wellFormed = true;
  for (let n = 1; n < length; n++) {
    const byte = source.get(at + n);
    if ((byte & 0xc0) !== 0x80) wellFormed = false;
    value = (value << 6) | (byte & 0x3f);
  }
  if (value < LOWEST[length]! || value > HIGHEST || isHighSurrogate(value) || isLowSurrogate(value)) wellFormed = false;
  return check && !wellFormed ? INVALID : { value, length, supplementary: length === 4 };
};

const toUtf8: Encode = ({ value }) => {
  if (value < 0x80) return [value];
  if (value < 0x800) return [0xc0 | (value >> 6), 0x80 | (value & 0x3f)];
  const last = [0x80 | ((value >> 6) & 0x3f), 0x80 | (value & 0x3f)];
  if (value < 0x1_0000) return [0xe0 | (value >> 12), ...last];
  return [0xf0 | (value >> 18), 0x80 | ((value >> 12) & 0x3f), ...last];
};

// ---- UTF-16 ------------------------------------------------------------------------------------------------------------

const unitAt = (source: OperandBytes, at: number): number => (source.get(at) << 8) | source.get(at + 1);

/** A low surrogate by itself is a character like any other. Whether one follows a high surrogate is looked at only with the check. */
const fromUtf16: Decode = (source, at, left, check) => {
  if (left < 2) return ENDED;
  const first = unitAt(source, at);
  if (!isHighSurrogate(first)) return { value: first, length: 2, supplementary: false };
  if (left < 4) return ENDED;
  const second = unitAt(source, at + 2);
  if (check && !isLowSurrogate(second)) return INVALID;
  return { value: 0x1_0000 + ((first & 0x3ff) << 10) + (second & 0x3ff), length: 4, supplementary: true };
};

const toUtf16: Encode = ({ value, supplementary }) => {
  if (!supplementary) return [value >> 8, value & 0xff];
  const high = 0xd800 | (((value >> 10) - 0x40) & 0x3ff);
  const low = 0xdc00 | (value & 0x3ff);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff];
};

// ---- UTF-32 ------------------------------------------------------------------------------------------------------------

const fromUtf32: Decode = (source, at, left) => {
  if (left < 4) return ENDED;
  const value = unitAt(source, at) * 0x1_0000 + unitAt(source, at + 2);
  return value > HIGHEST || isHighSurrogate(value) ? INVALID : { value, length: 4, supplementary: value > 0xffff };
};

const toUtf32: Encode = ({ value }) => [0, value >> 16, (value >> 8) & 0xff, value & 0xff];

// ---- the instructions ----------------------------------------------------------------------------------------------------

/**
 * Converts the second operand until it ends (condition code 0), the first has no room for a character (1), a character is invalid (2), or the
 * CPU has done enough (3).
 */
const convert =
  (decode: Decode, encode: Encode, mayCheck: boolean) =>
  (cpu: Cpu, i: Instruction): void => {
    const { r1, r2 } = i;
    cpu.needEven(r1, r2);
    const check = mayCheck && cpu.configuration.facilities.has(EXTENDED_TRANSLATION_3_ENHANCEMENT.facility) && (i.m3 & 1) !== 0;
    const to = addressIn(cpu, r1);
    const from = addressIn(cpu, r2);
    const room = lengthIn(cpu, r1 + 1);
    const length = lengthIn(cpu, r2 + 1);
    const [roomEnd, end] = [atMost(room), atMost(length)];
    const target = new OperandBytes(cpu, to, ACCESS.STORE, 1);
    const source = new OperandBytes(cpu, from, ACCESS.LOAD, 2);
    let stored = 0;
    let fetched = 0;
    const { cc } = stepwise(cpu, () => {
      const character = decode(source, fetched, end - fetched, check);
      if (typeof character === 'number') return character;
      const bytes = encode(character);
      if (bytes.length > roomEnd - stored) return 1;
      target.check(stored + bytes.length, stored);
      for (const byte of bytes) target.set(stored++, byte);
      fetched += character.length;
      return undefined;
    });
    setAddress(cpu, r1, to + BigInt(stored));
    setLength(cpu, r1 + 1, room - BigInt(stored));
    setAddress(cpu, r2, from + BigInt(fetched));
    setLength(cpu, r2 + 1, length - BigInt(fetched));
    cpu.cc = cc;
  };

/** M3, which the assembler may leave out, asks for the check of well-formedness; without the enhancement facility it is ignored. */
const CHECKED = { operands: 'r1,r2,m3?' } as const;
const CHECKED_3 = { ...EXTENDED_TRANSLATION_3, ...CHECKED } as const;

// biome-ignore format: one row a line
export const UNICODE: readonly Row[] = [
  plainRow('b2a7', 'cu12', 'RRF-c', 'CONVERT UTF-8 TO UTF-16', CHECKED, convert(fromUtf8, toUtf16, true)),
  plainRow('b2a6', 'cu21', 'RRF-c', 'CONVERT UTF-16 TO UTF-8', CHECKED, convert(fromUtf16, toUtf8, true)),
  plainRow('b9b0', 'cu14', 'RRF-c', 'CONVERT UTF-8 TO UTF-32', CHECKED_3, convert(fromUtf8, toUtf32, true)),
  plainRow('b9b1', 'cu24', 'RRF-c', 'CONVERT UTF-16 TO UTF-32', CHECKED_3, convert(fromUtf16, toUtf32, true)),
  plainRow('b9b2', 'cu41', 'RRE', 'CONVERT UTF-32 TO UTF-8', EXTENDED_TRANSLATION_3, convert(fromUtf32, toUtf8, false)),
  plainRow('b9b3', 'cu42', 'RRE', 'CONVERT UTF-32 TO UTF-16', EXTENDED_TRANSLATION_3, convert(fromUtf32, toUtf16, false)),
];
