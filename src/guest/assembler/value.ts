import type { Section } from './section.ts';

/**
 * The value of an expression: a number, or an offset in a section.
 * `unknown`: it depends on a symbol that no pass has given a value yet; the number is then zero.
 */
export interface Value {
  readonly number: bigint;
  readonly section?: Section | undefined;
  readonly unknown?: boolean;
}

/** A plain number. */
export const absolute = (number: bigint): Value => ({ number });

/** The number of a value once sections have their addresses. */
export const addressOf = (value: Value): bigint =>
  value.section === undefined ? value.number : value.number + BigInt(value.section.address);

const WRAP = 64;
const wrap = (number: bigint): bigint => (number >= -(1n << 63n) && number < 1n << 64n ? number : BigInt.asIntN(WRAP, number));

const TRUE = -1n;
const truth = (condition: boolean): bigint => (condition ? TRUE : 0n);
const signed = (number: bigint): bigint => BigInt.asIntN(WRAP, number);

/** Operators on plain numbers, as GNU as defines them: comparisons give -1, logical ones 1, `>>` shifts in zeros, `a ! b` is `a | ~b`. */
const OPERATIONS: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '*': (a, b) => a * b,
  '/': (a, b) => signed(a) / signed(b),
  '%': (a, b) => signed(a) % signed(b),
  '<<': (a, b) => (b >= 64n ? 0n : signed(a << b)),
  '>>': (a, b) => (b >= 64n ? 0n : BigInt.asUintN(WRAP, a) >> b),
  '|': (a, b) => a | b,
  '&': (a, b) => a & b,
  '^': (a, b) => a ^ b,
  '!': (a, b) => a | ~b,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '==': (a, b) => truth(signed(a) === signed(b)),
  '!=': (a, b) => truth(signed(a) !== signed(b)),
  '<>': (a, b) => truth(signed(a) !== signed(b)),
  '<': (a, b) => truth(signed(a) < signed(b)),
  '<=': (a, b) => truth(signed(a) <= signed(b)),
  '>': (a, b) => truth(signed(a) > signed(b)),
  '>=': (a, b) => truth(signed(a) >= signed(b)),
  '&&': (a, b) => (a !== 0n && b !== 0n ? 1n : 0n),
  '||': (a, b) => (a !== 0n || b !== 0n ? 1n : 0n),
};

/** Precedence of the binary operators, as in GNU as: higher binds tighter. */
export const PRECEDENCE: Readonly<Record<string, number>> = {
  '*': 6,
  '/': 6,
  '%': 6,
  '<<': 6,
  '>>': 6,
  '|': 5,
  '&': 5,
  '^': 5,
  '!': 5,
  '+': 4,
  '-': 4,
  '==': 3,
  '!=': 3,
  '<>': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '&&': 2,
  '||': 1,
};

/**
 * The result of a binary operator, or a text that says why there is none. Offsets in one section subtract and compare to numbers;
 * a section offset plus or minus a number stays one. All else takes addresses, which the linker would otherwise have to work out.
 */
export const combine = (operator: string, a: Value, b: Value): Value | string => {
  const unknown = a.unknown === true || b.unknown === true;
  if ((operator === '/' || operator === '%') && addressOf(b) === 0n)
    return unknown ? { number: 0n, unknown } : 'division by zero, expected another divisor';
  if ((operator === '<<' || operator === '>>') && addressOf(b) < 0n) return 'shift by a negative number, expected 0 or more';
  const operation = OPERATIONS[operator]!;
  const same = a.section === b.section;
  const keeps =
    (operator === '+' && (a.section === undefined) !== (b.section === undefined)) || (operator === '-' && b.section === undefined);
  const number = wrap(same || keeps ? operation(a.number, b.number) : operation(addressOf(a), addressOf(b)));
  return { number, section: keeps ? (a.section ?? b.section) : undefined, unknown };
};
