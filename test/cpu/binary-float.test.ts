import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  add,
  convert,
  divide,
  IEEE,
  LONG,
  multiply,
  ROUND,
  SHORT,
  SIGNED,
  squareRoot,
  subtract,
  toInteger,
} from '../../src/cpu/binary-float.ts';

const view = new DataView(new ArrayBuffer(8));
const long = (value: number): bigint => {
  view.setFloat64(0, value);
  return view.getBigUint64(0);
};
const short = (value: number): bigint => {
  view.setFloat32(0, value);
  return BigInt(view.getUint32(0));
};
const nearest = { rounding: ROUND.NEAREST_EVEN, traps: 0 };
const numbers = fc.double({ noNaN: true });

describe('rounding to nearest agrees with the numbers of the language', () => {
  test.each([
    ['add', add, (a: number, b: number) => a + b],
    ['subtract', subtract, (a: number, b: number) => a - b],
    ['multiply', multiply, (a: number, b: number) => a * b],
    ['divide', divide, (a: number, b: number) => a / b],
  ] as const)('%s', (_, operation, reference) => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const expected = reference(a, b);
        if (Number.isNaN(expected)) return;
        expect(operation(LONG, long(a), long(b), nearest).bits).toBe(long(expected));
      }),
    );
  });

  test('square root and rounding to the short format', () => {
    fc.assert(
      fc.property(numbers, (a) => {
        if (a >= 0) expect(squareRoot(LONG, long(a), nearest).bits).toBe(long(Math.sqrt(a)));
        expect(convert(SHORT, LONG, long(a), nearest).bits).toBe(short(a));
      }),
    );
  });
});

describe('traps, which QEMU does not deliver results of', () => {
  const trapping = (traps: number) => ({ rounding: ROUND.NEAREST_EVEN, traps });

  test('overflow and underflow scale the result by 2 to the 1536 or 192', () => {
    const over = multiply(LONG, long(2 ** 1000), long(2 ** 1000), trapping(IEEE.OVERFLOW));
    expect(over).toEqual({ bits: long(2 ** (2000 - 1536)), exceptions: IEEE.OVERFLOW, incremented: false });
    const under = multiply(SHORT, short(2 ** -100), short(2 ** -100), trapping(IEEE.UNDERFLOW));
    expect(under).toEqual({ bits: short(2 ** (-200 + 192)), exceptions: IEEE.UNDERFLOW, incremented: false });
  });

  test('LOAD ROUNDED scales by 2 to the 512 in the longer format', () => {
    const { bits } = convert(SHORT, LONG, long(2 ** 700 * 1.25), { ...trapping(IEEE.OVERFLOW), wider: LONG });
    expect(bits).toBe(long(2 ** (700 - 512) * 1.25));
  });

  test('an exact subnormal result underflows only where that traps', () => {
    const least = 1n;
    expect(add(LONG, least, least, nearest).exceptions).toBe(0);
    expect(add(LONG, least, least, trapping(IEEE.UNDERFLOW)).exceptions).toBe(IEEE.UNDERFLOW);
  });
});

test.each([
  [2.5, ROUND.NEAREST_EVEN, 2n, 2],
  [2.5, ROUND.NEAREST_AWAY, 3n, 2],
  [-2.5, ROUND.DOWN, -3n, 1],
  [-0.5, ROUND.UP, 0n, 1],
  [2 ** 31, ROUND.ZERO, 0x7fff_ffffn, 3],
  [Number.NaN, ROUND.ZERO, -0x8000_0000n, 3],
] as const)('%d to a fixed 32-bit number, rounding mode %i', (value, rounding, expected, cc) => {
  expect(toInteger(LONG, SIGNED[32], long(value), rounding)).toMatchObject({ bits: expected, cc });
});
