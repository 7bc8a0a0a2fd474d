import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ObjectSplitter } from '../../src/cli/qmp.ts';

const pieces = (text: string, cuts: readonly number[]): string[] => {
  const places = [0, ...[...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b), text.length];
  return places.slice(1).map((end, n) => text.slice(places[n], end));
};

test('objects come out whole, however they arrive', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(fc.array(object, { minLength: 1 }), fc.array(fc.nat()), fc.constantFrom('', ' ', '\n'), (objects, cuts, between) => {
      const splitter = new ObjectSplitter();
      const texts = objects.map((value) => JSON.stringify(value));
      const found = pieces(texts.join(between), cuts).flatMap((piece) => splitter.push(piece));
      expect(found.map((text) => text.trim())).toEqual(texts);
    }),
  );
});

test('what has no end is refused', () => {
  const splitter = new ObjectSplitter();
  expect(() => splitter.push(`{"a": "${'x'.repeat(100_000)}`)).toThrow('this request has no end');
});
