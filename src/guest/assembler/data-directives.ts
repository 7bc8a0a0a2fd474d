import type { Cursor } from './cursor.ts';
import { evaluate } from './expression.ts';
import { LARGEST_IMAGE } from './layout.ts';
import type { Pass } from './pass.ts';
import { addressOf } from './value.ts';

export type Directive = (cursor: Cursor, pass: Pass) => void;

/** Big-endian bytes of the low bits of a number. */
const bytesOf = (number: bigint, count: number): number[] => {
  const bytes: number[] = [];
  for (let index = count - 1; index >= 0; index--) bytes.push(Number((number >> BigInt(8 * index)) & 255n));
  return bytes;
};

/** Runs `one` for each operand between commas. */
const each = (cursor: Cursor, one: () => void): void => {
  if (cursor.done) return;
  do one();
  while (cursor.take(','));
};

/** `.byte` and its like: expressions of this many bytes. */
export const integers =
  (size: number): Directive =>
  (cursor, pass) =>
    each(cursor, () => {
      cursor.skipBlanks();
      const at = cursor.at;
      const value = evaluate(cursor, pass);
      const number = addressOf(value);
      const limit = 1n << BigInt(8 * size);
      if (!value.unknown && (number <= -limit || number >= limit)) {
        pass.report(
          cursor.error(
            `value ${number} does not fit ${size} byte${size === 1 ? '' : 's'}, expected -0x${(limit - 1n).toString(16)} to 0x${(limit - 1n).toString(16)}`,
            at,
          ),
        );
      }
      pass.emit(bytesOf(number, size), cursor);
    });

/** `.uleb128` and `.sleb128`: seven bits a byte, the lowest first (DWARF 5, 7.6). */
export const leb128 =
  (signed: boolean): Directive =>
  (cursor, pass) =>
    each(cursor, () => {
      const bytes: number[] = [];
      let rest = BigInt.asIntN(64, addressOf(evaluate(cursor, pass)));
      if (!signed) rest = BigInt.asUintN(64, rest);
      for (let more = true; more; ) {
        const low = Number(rest & 127n);
        rest >>= 7n;
        more = signed ? rest !== (low & 64 ? -1n : 0n) : rest !== 0n;
        bytes.push(more ? low | 128 : low);
      }
      pass.emit(bytes, cursor);
    });

const FLOAT = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;

/** `.float` and `.double`: binary floating-point numbers. */
export const floats =
  (size: 4 | 8): Directive =>
  (cursor, pass) =>
    each(cursor, () => {
      cursor.skipBlanks();
      const text = cursor.match(FLOAT);
      if (text === undefined) throw cursor.error(`found ${cursor.found()}, expected a decimal floating-point number`);
      const view = new DataView(new ArrayBuffer(size));
      if (size === 4) view.setFloat32(0, Number(text));
      else view.setFloat64(0, Number(text));
      pass.emit(new Uint8Array(view.buffer), cursor);
    });

/** `.ascii` and `.asciz`. */
export const strings =
  (end: readonly number[]): Directive =>
  (cursor, pass) =>
    each(cursor, () => pass.emit([...cursor.string(), ...end], cursor));

/** An operand of a directive that may be left out. */
const optional = (cursor: Cursor, pass: Pass, what: string, otherwise: number): number => {
  if (!cursor.take(',') || cursor.peek() === ',' || cursor.done) return otherwise;
  return pass.knownNumber(cursor, what);
};

const expectByte = (value: number, cursor: Cursor): number => {
  if (value < -256 || value > 255) throw cursor.error(`fill ${value} does not fit a byte, expected 0 to 255`, 0);
  return value & 255;
};

/** A size that may depend on symbols of a later line; then the next pass knows it. */
const size = (cursor: Cursor, pass: Pass): number => {
  cursor.skipBlanks();
  const at = cursor.at;
  const number = Number(addressOf(evaluate(cursor, pass)));
  if (number < 0 || number > LARGEST_IMAGE) {
    pass.report(cursor.error(`size ${number} is out of range, expected 0 to ${LARGEST_IMAGE}`, at));
    return 0;
  }
  return number;
};

/** `.skip count, fill` */
export const skip: Directive = (cursor, pass) => {
  const count = size(cursor, pass);
  const fill = expectByte(optional(cursor, pass, 'fill', 0), cursor);
  pass.fill(count, fill, cursor);
};

/** `.fill repeat, size, value`: a value has at most 8 bytes, of which GNU as sets the first 4 and clears the others. */
export const fill: Directive = (cursor, pass) => {
  const count = size(cursor, pass);
  const each = Math.min(optional(cursor, pass, 'size', 1), 8);
  const value = optional(cursor, pass, 'value', 0);
  if (each < 0) throw cursor.error(`size ${each} of .fill is negative, expected 0 to 8`, 0);
  if (count * each > LARGEST_IMAGE) throw cursor.error(`.fill of ${count * each} bytes, expected at most ${LARGEST_IMAGE}`, 0);
  const low = BigInt.asUintN(32, BigInt(value));
  const pattern = each <= 4 ? bytesOf(low, each) : [...bytesOf(low, 4), ...new Array<number>(each - 4).fill(0)];
  if (new Set(pattern).size <= 1) {
    pass.fill(count * each, pattern[0] ?? 0, cursor);
    return;
  }
  const bytes = new Uint8Array(count * each);
  for (let at = 0; at < bytes.length; at++) bytes[at] = pattern[at % each]!;
  pass.emit(bytes, cursor);
};

const LARGEST_ALIGNMENT = 1 << 20;

/** Throws unless an alignment, which the source wrote as `operand`, is a power of two of sensible size. */
export const expectAlignment = (alignment: number, operand: number, cursor: Cursor): void => {
  if (Number.isInteger(Math.log2(alignment)) && alignment >= 1 && alignment <= LARGEST_ALIGNMENT) return;
  throw cursor.error(`alignment ${operand} is not possible, expected a power of two up to ${LARGEST_ALIGNMENT}`, 0);
};

/** Alignment: `power` takes the operand as an exponent of two; `width`: bytes of the fill. */
export const align =
  (power: boolean, width: 1 | 2 | 4): Directive =>
  (cursor, pass) => {
    const operand = cursor.done ? 0 : pass.knownNumber(cursor, 'alignment');
    const alignment = power ? 2 ** operand : Math.max(operand, 1);
    expectAlignment(alignment, operand, cursor);
    const padding = optional(cursor, pass, 'fill', -1);
    const most = optional(cursor, pass, 'limit', Number.MAX_SAFE_INTEGER) || Number.MAX_SAFE_INTEGER;
    const { section } = pass;
    const count = (alignment - (section.size % alignment)) % alignment;
    if (count > most) return;
    section.alignment = Math.max(section.alignment, alignment);
    pad(pass, cursor, count, padding, width);
  };

const pad = (pass: Pass, cursor: Cursor, count: number, padding: number, width: 1 | 2 | 4): void => {
  if (width === 1 || padding === -1) {
    pass.fill(count, padding === -1 ? pass.section.padding : padding & 255, cursor);
    return;
  }
  if (count % width !== 0) throw cursor.error(`padding of ${count} bytes is no multiple of ${width}, expected a location that is`, 0);
  const pattern = bytesOf(BigInt(padding), width);
  pass.emit(
    Array.from({ length: count }, (_, index) => pattern[index % width]!),
    cursor,
  );
};

/**
 * `.org place, fill`: a number is an offset in the section, as in GNU as. At the beginning of `.text` it also makes the section
 * begin at address 0 and the image at this offset, so that from there on offsets are addresses (see {@link assemble}).
 */
export const org: Directive = (cursor, pass) => {
  cursor.skipBlanks();
  const at = cursor.at;
  const value = evaluate(cursor, pass);
  const padding = expectByte(optional(cursor, pass, 'fill', 0), cursor);
  const { section } = pass;
  if (value.section !== undefined && value.section !== section)
    throw cursor.error(`.org to another section, expected a place in ${section.name}`, at);
  const target = Number(value.number);
  if (value.unknown) return;
  if (section.name === '.text' && section.size === 0 && value.section === undefined && target >= 0) {
    section.setOrigin(target);
    return;
  }
  if (target < section.size) {
    pass.report(
      cursor.error(`.org moves back from 0x${section.size.toString(16)} to 0x${target.toString(16)}, expected a place ahead`, at),
    );
    return;
  }
  if (target - section.size > LARGEST_IMAGE)
    throw cursor.error(`.org skips more than ${LARGEST_IMAGE >> 20} MiB, expected a nearer place`, at);
  pass.fill(target - section.size, padding, cursor);
};
