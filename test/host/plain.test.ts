import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromPlain, toPlain } from '../../src/host/plain.ts';

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(undefined, null, true, Number.POSITIVE_INFINITY, Number.NaN),
    fc.integer(),
    fc.string(),
    fc.bigInt(),
    fc.uint8Array(),
    fc.bigUint64Array(),
    fc.array(tie('value')),
    fc.array(tie('value')).map((values) => new Set(values)),
    fc.array(fc.tuple(fc.integer(), tie('value'))).map((entries) => new Map(entries)),
    fc.dictionary(
      fc.stringMatching(/^[a-z]\w*$/).filter((name) => name !== '__proto__'),
      tie('value'),
      { noNullPrototype: true },
    ),
  ),
}));

test('what was made plain comes back as it was', () => {
  fc.assert(
    fc.property(value, (original) => {
      expect(fromPlain(structuredClone(toPlain(original)))).toEqual(original);
    }),
  );
});

test('what would not come back is refused', () => {
  class Private {
    readonly #hidden = 1;
    get seen(): number {
      return this.#hidden;
    }
  }
  for (const lost of [() => 1, new Private(), Symbol('s'), { deep: [new Private()] }]) {
    expect(() => toPlain(lost)).toThrow('cannot be in a snapshot');
  }
  expect(() => fromPlain({ $: 'unheard-of' })).toThrow('unheard-of');
});
