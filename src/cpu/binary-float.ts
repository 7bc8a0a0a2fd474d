/**
 * Binary floating point as the PoP's chapter 19 has it, exactly and in every rounding mode: operands are unpacked to integers, the exact
 * result (or its leading bits and whether anything follows) is computed with them, and one function rounds. Nothing here uses the
 * arithmetic of the language's own numbers, which neither tells exceptions nor rounds any other way than to nearest.
 */

/** A format: width in bits, precision in bits with the implied one, exponent bias, and how much a trap scales a result's exponent. */
export interface FloatFormat {
  readonly width: 32 | 64 | 128;
  readonly precision: number;
  readonly bias: number;
  readonly scale: number;
}
export const SHORT: FloatFormat = { width: 32, precision: 24, bias: 127, scale: 192 };
export const LONG: FloatFormat = { width: 64, precision: 53, bias: 1023, scale: 1536 };
export const EXTENDED: FloatFormat = { width: 128, precision: 113, bias: 16383, scale: 24576 };

/** IEEE exceptions, as the FPC's mask and flag bytes and the data-exception code have them. */
export const IEEE = { INVALID: 0x80, DIVISION_BY_ZERO: 0x40, OVERFLOW: 0x20, UNDERFLOW: 0x10, INEXACT: 0x08 } as const;
/** In the data-exception code of an inexact result: it is greater in magnitude than the exact one. */
const INCREMENTED = 0x04;

/** Rounding modes: the first four as in the FPC. To prepare for shorter precision, what is inexact is cut and its last bit made one. */
export const ROUND = { NEAREST_EVEN: 0, ZERO: 1, UP: 2, DOWN: 3, NEAREST_AWAY: 4, PREPARE_SHORTER: 5 } as const;
export type Rounding = (typeof ROUND)[keyof typeof ROUND];

/** What an operation does: how it rounds, and which exceptions trap (which changes the result that is delivered). */
export interface Context {
  readonly rounding: Rounding;
  readonly traps: number;
  /** LOAD ROUNDED delivers results that trap overflow or underflow in its source's format, with a scale of its own. */
  readonly wider?: FloatFormat;
}

/** A result and what was exceptional about it. */
export interface Outcome {
  readonly bits: bigint;
  /** Exceptions that were recognized. */
  readonly exceptions: number;
  readonly incremented: boolean;
}

interface Unpacked {
  readonly kind: 'zero' | 'number' | 'infinity' | 'quiet' | 'signaling';
  readonly negative: boolean;
  /** Numbers: significand × 2^exponent. */
  readonly significand: bigint;
  readonly exponent: number;
  readonly bits: bigint;
}

const exact = (bits: bigint): Outcome => ({ bits, exceptions: 0, incremented: false });

const fractionBits = ({ precision }: FloatFormat): bigint => BigInt(precision - 1);
const fractionMask = (format: FloatFormat): bigint => (1n << fractionBits(format)) - 1n;
const exponentMask = ({ width, precision }: FloatFormat): number => 2 ** (width - precision) - 1;
export const signBit = ({ width }: FloatFormat): bigint => 1n << BigInt(width - 1);
const signOf = (format: FloatFormat, negative: boolean): bigint => (negative ? signBit(format) : 0n);
const quietBit = (format: FloatFormat): bigint => 1n << (fractionBits(format) - 1n);

const infinity = (format: FloatFormat, negative: boolean): bigint =>
  signOf(format, negative) | (BigInt(exponentMask(format)) << fractionBits(format));
const largest = (format: FloatFormat, negative: boolean): bigint => infinity(format, negative) - 1n;
const defaultNan = (format: FloatFormat): bigint => infinity(format, false) | quietBit(format);
const zero = signOf;

export const unpack = (format: FloatFormat, bits: bigint): Unpacked => {
  const negative = (bits & signBit(format)) !== 0n;
  const fraction = bits & fractionMask(format);
  const biased = Number(bits >> fractionBits(format)) & exponentMask(format);
  if (biased === exponentMask(format)) {
    const kind = fraction === 0n ? 'infinity' : fraction & quietBit(format) ? 'quiet' : 'signaling';
    return { kind, negative, significand: 0n, exponent: 0, bits };
  }
  const lowest = 1 - format.bias - (format.precision - 1);
  if (biased === 0) return { kind: fraction === 0n ? 'zero' : 'number', negative, significand: fraction, exponent: lowest, bits };
  return { kind: 'number', negative, significand: fraction | (fractionMask(format) + 1n), exponent: biased - 1 + lowest, bits };
};

const isNan = ({ kind }: Unpacked): boolean => kind === 'quiet' || kind === 'signaling';

const bitLength = (value: bigint): number => value.toString(2).length;

/** Drops the low `drop` bits. `sticky`: the exact value is a little greater still. */
const roundBits = (
  value: bigint,
  drop: number,
  sticky: boolean,
  negative: boolean,
  rounding: Rounding,
): { kept: bigint; inexact: boolean; incremented: boolean } => {
  if (drop <= 0) return { kept: value << BigInt(-drop), inexact: sticky, incremented: false };
  const kept = value >> BigInt(drop);
  const rest = value - (kept << BigInt(drop));
  const half = 1n << BigInt(drop - 1);
  const inexact = rest !== 0n || sticky;
  const up = (): boolean => {
    switch (rounding) {
      case ROUND.NEAREST_EVEN: return rest > half || (rest === half && (sticky || (kept & 1n) === 1n));
      case ROUND.NEAREST_AWAY: return rest >= half;
      case ROUND.UP: return inexact && !negative;
      case ROUND.DOWN: return inexact && negative;
      case ROUND.PREPARE_SHORTER: return inexact && (kept & 1n) === 0n;
      default: return false;
    } // biome-ignore format: a table
  };
  const incremented = up();
  return { kept: kept + (incremented ? 1n : 0n), inexact, incremented };
};

/**
 * Rounds a nonzero number to a format. Tininess is detected before rounding. A trapped overflow or underflow delivers the result
 * rounded as if exponents were unbounded, its exponent brought back into range by the format's scale.
 */
const round = (
  format: FloatFormat,
  negative: boolean,
  significand: bigint,
  exponent: number,
  sticky: boolean,
  { rounding, traps, wider }: Context,
): Outcome => {
  const { precision, bias } = format;
  const smallest = 1 - bias;
  const leading = exponent + bitLength(significand) - 1;
  const tiny = leading < smallest;
  const trapsUnderflow = tiny && (traps & IEEE.UNDERFLOW) !== 0;
  const unit = (tiny && !trapsUnderflow ? smallest : leading) - (precision - 1);
  const { kept, inexact, incremented } = roundBits(significand, unit - exponent, sticky, negative, rounding);
  const inexactness = inexact ? IEEE.INEXACT : 0;
  const top = kept === 0n ? smallest : unit + bitLength(kept) - 1;
  if (top > bias) {
    if (traps & IEEE.OVERFLOW)
      return { bits: packScaled(format, negative, kept, unit, -1, wider), exceptions: IEEE.OVERFLOW | inexactness, incremented };
    const toInfinity =
      rounding === ROUND.NEAREST_EVEN || rounding === ROUND.NEAREST_AWAY || rounding === (negative ? ROUND.DOWN : ROUND.UP);
    const bits = toInfinity ? infinity(format, negative) : largest(format, negative);
    return { bits, exceptions: IEEE.OVERFLOW | IEEE.INEXACT, incremented: toInfinity };
  }
  if (trapsUnderflow)
    return { bits: packScaled(format, negative, kept, unit, 1, wider), exceptions: IEEE.UNDERFLOW | inexactness, incremented };
  const underflow = tiny && inexact ? IEEE.UNDERFLOW : 0;
  return { bits: pack(format, negative, kept, unit), exceptions: underflow | inexactness, incremented };
};

/** A trapped result with its exponent moved up or down. */
const packScaled = (
  format: FloatFormat,
  negative: boolean,
  kept: bigint,
  unit: number,
  direction: 1 | -1,
  wider: FloatFormat | undefined,
): bigint => {
  if (wider === undefined) return pack(format, negative, kept, unit + direction * format.scale);
  const more = wider.precision - format.precision;
  return pack(wider, negative, kept << BigInt(more), unit - more + direction * LOAD_ROUNDED_SCALE);
};
const LOAD_ROUNDED_SCALE = 512;

/** Packs kept × 2^unit, which the format can hold. */
const pack = (format: FloatFormat, negative: boolean, kept: bigint, unit: number): bigint => {
  const { precision, bias } = format;
  const hidden = 1n << fractionBits(format);
  // Rounding up may have made one bit more, which is then followed by zeros only.
  const [fraction, place] = kept >= 2n * hidden ? [kept >> 1n, unit + 1] : [kept, unit];
  const biased = fraction < hidden ? 0 : place + precision - 1 + bias;
  return signOf(format, negative) | (BigInt(biased) << fractionBits(format)) | (fraction & fractionMask(format));
};

const invalid = (format: FloatFormat): Outcome => ({ bits: defaultNan(format), exceptions: IEEE.INVALID, incremented: false });

/** The result when an operand is a NaN: the first signaling one made quiet, which is an invalid operation, or else the first quiet one. */
const propagate = (format: FloatFormat, operands: readonly Unpacked[]): Outcome | undefined => {
  const signaling = operands.find(({ kind }) => kind === 'signaling');
  if (signaling) return { bits: signaling.bits | quietBit(format), exceptions: IEEE.INVALID, incremented: false };
  const quiet = operands.find(({ kind }) => kind === 'quiet');
  return quiet && exact(quiet.bits);
};

const negated = (a: Unpacked, format: FloatFormat): Unpacked =>
  isNan(a) ? a : { ...a, negative: !a.negative, bits: a.bits ^ signBit(format) };

/** Exact sum of two finite operands, rounded. */
const sum = (format: FloatFormat, a: Unpacked, b: Unpacked, context: Context): Outcome => {
  const exponent = Math.min(a.exponent, b.exponent);
  const aligned = (x: Unpacked): bigint => (x.significand << BigInt(x.exponent - exponent)) * (x.negative ? -1n : 1n);
  const total = aligned(a) + aligned(b);
  if (total !== 0n) return round(format, total < 0n, total < 0n ? -total : total, exponent, false, context);
  const bothNegative = a.negative && b.negative;
  return exact(zero(format, bothNegative || (a.negative !== b.negative && context.rounding === ROUND.DOWN)));
};

const addUnpacked = (format: FloatFormat, a: Unpacked, b: Unpacked, context: Context): Outcome => {
  if (a.kind === 'infinity' && b.kind === 'infinity' && a.negative !== b.negative) return invalid(format);
  if (a.kind === 'infinity') return exact(infinity(format, a.negative));
  if (b.kind === 'infinity') return exact(infinity(format, b.negative));
  return sum(format, a, b, context);
};

/** An operation on two operands of a format. */
export type Binary = (format: FloatFormat, a: bigint, b: bigint, context: Context) => Outcome;

export const add: Binary = (format, a, b, context) => {
  const [x, y] = [unpack(format, a), unpack(format, b)];
  return propagate(format, [x, y]) ?? addUnpacked(format, x, y, context);
};

export const subtract: Binary = (format, a, b, context) => {
  const [x, y] = [unpack(format, a), unpack(format, b)];
  return propagate(format, [x, y]) ?? addUnpacked(format, x, negated(y, format), context);
};

/** The exact product of two operands that are no NaNs; undefined for infinity times zero. */
const product = (format: FloatFormat, x: Unpacked, y: Unpacked): Unpacked | undefined => {
  const negative = x.negative !== y.negative;
  const finite = x.kind !== 'infinity' && y.kind !== 'infinity';
  if (!finite) {
    if (x.kind === 'zero' || y.kind === 'zero') return undefined;
    return { kind: 'infinity', negative, significand: 0n, exponent: 0, bits: infinity(format, negative) };
  }
  const significand = x.significand * y.significand;
  return {
    kind: significand === 0n ? 'zero' : 'number',
    negative,
    significand,
    exponent: x.exponent + y.exponent,
    bits: zero(format, negative),
  };
};

const rounded = (format: FloatFormat, x: Unpacked, context: Context): Outcome =>
  x.kind === 'number' ? round(format, x.negative, x.significand, x.exponent, false, context) : exact(x.bits);

/** Multiplies operands of a format; the product may be in a longer one. */
export const multiplyTo =
  (format: FloatFormat, source: FloatFormat): Binary =>
  (_, a, b, context) => {
    const [x, y] = [unpack(source, a), unpack(source, b)];
    const nan = propagate(source, [x, y]);
    if (nan) return { ...nan, bits: resize(format, source, unpack(source, nan.bits)) };
    const result = product(format, x, y);
    return result ? rounded(format, result, context) : invalid(format);
  };
export const multiply: Binary = (format, a, b, context) => multiplyTo(format, format)(format, a, b, context);

/** a × b ± c with one rounding. */
export const multiplyAnd =
  (subtracting: boolean) =>
  (format: FloatFormat, a: bigint, b: bigint, c: bigint, context: Context): Outcome => {
    const [x, y, z] = [unpack(format, a), unpack(format, b), unpack(format, c)];
    const anyNan = isNan(x) || isNan(y);
    const result = anyNan ? undefined : product(format, x, y);
    // We found no statement about the order of NaNs among three operands: as QEMU does, the second, the third, then the first (the addend);
    // infinity times zero is invalid whatever is added.
    const nan = anyNan || result ? propagate(format, [y, x, z]) : undefined;
    if (nan) return nan;
    return result ? addUnpacked(format, result, subtracting ? negated(z, format) : z, context) : invalid(format);
  };

export const divide: Binary = (format, a, b, context) => {
  const [x, y] = [unpack(format, a), unpack(format, b)];
  const nan = propagate(format, [x, y]);
  if (nan) return nan;
  if (x.kind === y.kind && x.kind !== 'number') return invalid(format);
  const negative = x.negative !== y.negative;
  if (x.kind === 'infinity') return exact(infinity(format, negative));
  if (y.kind === 'infinity' || x.kind === 'zero') return exact(zero(format, negative));
  if (y.kind === 'zero') return { bits: infinity(format, negative), exceptions: IEEE.DIVISION_BY_ZERO, incremented: false };
  // Enough quotient bits to round from, whatever lengths the significands have.
  const shift = format.precision + 2 + bitLength(y.significand);
  const numerator = x.significand << BigInt(shift);
  const quotient = numerator / y.significand;
  return round(format, negative, quotient, x.exponent - y.exponent - shift, quotient * y.significand !== numerator, context);
};

export const squareRoot = (format: FloatFormat, a: bigint, context: Context): Outcome => {
  const x = unpack(format, a);
  const nan = propagate(format, [x]);
  if (nan) return nan;
  if (x.kind === 'zero') return exact(a);
  if (x.negative) return invalid(format);
  if (x.kind === 'infinity') return exact(a);
  const shift = 2 * format.precision + 4 + ((x.exponent & 1) === 0 ? 0 : 1);
  const scaled = x.significand << BigInt(shift);
  const root = integerRoot(scaled);
  return round(format, false, root, (x.exponent - shift) / 2, root * root !== scaled, context);
};

/** The largest integer whose square is not greater (Newton's iteration from above). */
const integerRoot = (value: bigint): bigint => {
  let root = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
};

/** A NaN in another format: as much of its fraction as fits, from the left. */
const resize = (format: FloatFormat, source: FloatFormat, { negative, bits }: Unpacked): bigint => {
  const fraction = bits & fractionMask(source);
  const difference = format.precision - source.precision;
  const moved = difference >= 0 ? fraction << BigInt(difference) : fraction >> BigInt(-difference);
  return infinity(format, negative) | quietBit(format) | moved;
};

/** Lengthens or rounds to another format, or rounds in place what is no NaN. */
export const convert = (format: FloatFormat, source: FloatFormat, a: bigint, context: Context): Outcome => {
  const x = unpack(source, a);
  if (isNan(x)) return { bits: resize(format, source, x), exceptions: x.kind === 'signaling' ? IEEE.INVALID : 0, incremented: false };
  if (x.kind === 'infinity') return exact(infinity(format, x.negative));
  if (x.kind === 'zero') return exact(zero(format, x.negative));
  return round(format, x.negative, x.significand, x.exponent, false, context);
};

export const fromInteger = (format: FloatFormat, value: bigint, context: Context): Outcome =>
  value === 0n ? exact(0n) : round(format, value < 0n, value < 0n ? -value : value, 0, false, context);

/** Rounds a number to an integer. */
const integral = (x: Unpacked, rounding: Rounding): { value: bigint; inexact: boolean; incremented: boolean } => {
  const { kept, inexact, incremented } = roundBits(x.significand, -x.exponent, false, x.negative, rounding);
  return { value: x.negative ? -kept : kept, inexact, incremented };
};

/** LOAD FP INTEGER. */
export const toIntegral = (format: FloatFormat, a: bigint, rounding: Rounding): Outcome => {
  const x = unpack(format, a);
  const nan = propagate(format, [x]);
  if (nan) return nan;
  if (x.kind !== 'number') return exact(a);
  const { value, inexact, incremented } = integral(x, rounding);
  const bits = value === 0n ? zero(format, x.negative) : fromInteger(format, value, { rounding, traps: 0 }).bits;
  return { bits, exceptions: inexact ? IEEE.INEXACT : 0, incremented };
};

/** The integers that a conversion may give. */
interface IntegerRange {
  readonly least: bigint;
  readonly most: bigint;
  /** What a NaN becomes. */
  readonly ofNan: bigint;
}
export const SIGNED: Readonly<Record<32 | 64, IntegerRange>> = {
  32: { least: -(1n << 31n), most: (1n << 31n) - 1n, ofNan: -(1n << 31n) },
  64: { least: -(1n << 63n), most: (1n << 63n) - 1n, ofNan: -(1n << 63n) },
};
export const UNSIGNED: Readonly<Record<32 | 64, IntegerRange>> = {
  32: { least: 0n, most: (1n << 32n) - 1n, ofNan: 0n },
  64: { least: 0n, most: (1n << 64n) - 1n, ofNan: 0n },
};

/**
 * CONVERT TO FIXED and TO LOGICAL: the integer, saturated when it does not fit, and the condition code. What cannot be converted is inexact
 * besides invalid (PoP, "Results: CONVERT TO FIXED").
 */
export const toInteger = (
  format: FloatFormat,
  { least, most, ofNan }: IntegerRange,
  a: bigint,
  rounding: Rounding,
): Outcome & { readonly cc: 0 | 1 | 2 | 3 } => {
  const x = unpack(format, a);
  const special = (bits: bigint) => ({ bits, exceptions: IEEE.INVALID | IEEE.INEXACT, incremented: false, cc: 3 as const });
  if (isNan(x)) return special(ofNan);
  if (x.kind === 'infinity') return special(x.negative ? least : most);
  if (x.kind === 'zero') return { ...exact(0n), cc: 0 };
  const { value, inexact, incremented } = integral(x, rounding);
  if (value < least || value > most) return special(x.negative ? least : most);
  return { bits: value, exceptions: inexact ? IEEE.INEXACT : 0, incremented, cc: x.negative ? 1 : 2 };
};

/** Condition code of a comparison, 3 for unordered, and its exceptions. A signaling comparison finds every NaN invalid. */
export const compare = (format: FloatFormat, a: bigint, b: bigint, signals: boolean): { cc: 0 | 1 | 2 | 3; exceptions: number } => {
  const [x, y] = [unpack(format, a), unpack(format, b)];
  if (isNan(x) || isNan(y)) {
    const bad = signals || x.kind === 'signaling' || y.kind === 'signaling';
    return { cc: 3, exceptions: bad ? IEEE.INVALID : 0 };
  }
  // Sign and magnitude order as integers do.
  const ordered = (v: Unpacked): bigint => (v.negative ? -(v.bits ^ signBit(format)) : v.bits);
  const [p, q] = [ordered(x), ordered(y)];
  return { cc: p < q ? 1 : p > q ? 2 : 0, exceptions: 0 };
};

/** Condition code of a result: 0 zero, 1 negative, 2 positive, 3 NaN. */
export const conditionOf = (format: FloatFormat, bits: bigint): 0 | 1 | 2 | 3 => {
  const x = unpack(format, bits);
  if (isNan(x)) return 3;
  return x.kind === 'zero' ? 0 : x.negative ? 1 : 2;
};

/** Function codes of VECTOR FP MAXIMUM and MINIMUM: as IEEE 754, Java, a macro of C, a template of C++ and fmax of C have it. */
const EXTREME = { IEEE: 0, JAVA: 1, C_MACRO: 2, CPP: 3, C_FUNCTION: 4 } as const;
export const LAST_EXTREME = EXTREME.C_FUNCTION;

/** VECTOR FP MAXIMUM and MINIMUM by function code (PoP, figures of results there). */
export const extreme =
  (isMaximum: boolean, code: number): Binary =>
  (format, a, b) => {
    const [x, y] = [unpack(format, a), unpack(format, b)];
    if (isNan(x) || isNan(y)) return extremeWithNan(format, code, x, y);
    if (x.kind === 'zero' && y.kind === 'zero' && (code === EXTREME.C_MACRO || code === EXTREME.CPP))
      return exact(code === EXTREME.CPP ? a : b);
    const [p, q] = [x, y].map(orderedWithZeros(format));
    if (p === q) return exact(a);
    return exact(p! > q! === isMaximum ? a : b);
  };

/** The operand of greater or lesser magnitude; of equal ones, as the numbers themselves order them. */
export const extremeMagnitude =
  (isMaximum: boolean): Binary =>
  (format, a, b, context) => {
    const [p, q] = [a, b].map((bits) => bits & ~signBit(format));
    if (p === q || isNan(unpack(format, a)) || isNan(unpack(format, b))) return extreme(isMaximum, EXTREME.IEEE)(format, a, b, context);
    return exact(p! > q! === isMaximum ? a : b);
  };

/** Sign and magnitude in the order of integers, the negative zero before the positive one. */
const orderedWithZeros =
  (format: FloatFormat) =>
  ({ negative, bits }: Unpacked): bigint =>
    negative ? -(bits ^ signBit(format)) - 1n : bits;

const extremeWithNan = (format: FloatFormat, code: number, x: Unpacked, y: Unpacked): Outcome => {
  const signals = x.kind === 'signaling' || y.kind === 'signaling';
  if (code === EXTREME.C_MACRO || code === EXTREME.CPP)
    return { bits: code === EXTREME.CPP ? x.bits : y.bits, exceptions: IEEE.INVALID, incremented: false };
  if (code === EXTREME.JAVA || (code === EXTREME.IEEE && (signals || (isNan(x) && isNan(y))))) return propagate(format, [x, y])!;
  return { bits: isNan(y) ? x.bits : y.bits, exceptions: signals ? IEEE.INVALID : 0, incremented: false };
};

/** The bit of TEST DATA CLASS that an operand's class and sign have. */
export const dataClass = (format: FloatFormat, bits: bigint): number => {
  const { kind, negative, significand } = unpack(format, bits);
  const subnormal = kind === 'number' && significand <= fractionMask(format);
  const place = subnormal ? 4 : { zero: 0, number: 2, infinity: 6, quiet: 8, signaling: 10 }[kind];
  return 0x800 >> (place + (negative ? 1 : 0));
};

/** Data-exception code of exceptions that trap after completion. */
export const completionDxc = (exceptions: number, incremented: boolean): number => exceptions | (incremented ? INCREMENTED : 0);
