import fc from 'fast-check';

/** What guests and their host do, as data: a run of the model test is a setting and a list of these. */
export type Operation =
  | { readonly kind: 'essa'; readonly cpu: number; readonly block: number; readonly orc: number; readonly dat: boolean }
  | {
      readonly kind: 'access';
      readonly cpu: number;
      readonly block: number;
      readonly access: Access;
      readonly word: number;
      readonly dat: boolean;
    }
  | {
      readonly kind: 'key';
      readonly cpu: number;
      readonly block: number;
      readonly key: 'sske' | 'iske' | 'rrbe';
      readonly value: number;
      readonly dat: boolean;
    }
  | { readonly kind: 'release'; readonly cpu: number; readonly block: number; readonly last: number }
  | { readonly kind: 'host'; readonly block: number; readonly move: 'reclaim' | 'page-in' }
  | { readonly kind: 'drain'; readonly cpu: number }
  | { readonly kind: 'fill'; readonly cpu: number; readonly block: number }
  | { readonly kind: 'snapshot' };

/** A store of code is a store of something that may be fetched as an instruction later. */
type Access = 'load' | 'store' | 'store code' | 'fetch';

/** What stays the same for a run. */
export interface Setting {
  readonly cpus: number;
  /** Whether the host has a frame for every page, or must take one from another page again and again. */
  readonly frames: 'plenty' | 'few';
  readonly lenient: boolean;
  readonly facility147: boolean;
  readonly essa: 'interpret' | 'intercept' | 'lazy';
}

export interface Run {
  readonly setting: Setting;
  readonly operations: readonly Operation[];
}

/** Blocks that the guest plays with, and doublewords of each. */
export const BLOCKS = 10;
/** The words of a block are here: at both ends, and in between. */
const WORD_OFFSETS = [0, 8, 0x7f8, 0xff8];
export const WORDS = WORD_OFFSETS.length;
export const wordOffset = (word: number): number => WORD_OFFSETS[word]!;

const FIRST_BLOCK = 0x4_0000;
export const blockAddress = (block: number): number => FIRST_BLOCK + 4096 * block;
/** Number of the block at an address, if it is one. */
export const blockOf = (address: number): number | undefined => {
  const block = Math.floor((address - FIRST_BLOCK) / 4096);
  return block >= 0 && block < BLOCKS ? block : undefined;
};

const MOST_CPUS = 3;

const cpu = fc.nat(MOST_CPUS - 1);
const block = fc.nat(BLOCKS - 1);
const word = fc.nat(WORDS - 1);
const access = fc.constantFrom<Access[]>('load', 'store', 'store code', 'fetch');

const dat = fc.boolean();
const key = fc.constantFrom('sske', 'iske', 'rrbe');
const value = fc.nat(0x7f).map((half) => 2 * half);
const move = fc.constantFrom('reclaim', 'reclaim', 'page-in');
const kind = <K extends Operation['kind']>(name: K): fc.Arbitrary<K> => fc.constant(name);

/** Weights are by the thousand. */
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 330, arbitrary: fc.record({ kind: kind('essa'), cpu, block, orc: fc.nat(7), dat }) },
  { weight: 8, arbitrary: fc.record({ kind: kind('essa'), cpu, block, orc: fc.constant(8), dat }) },
  { weight: 325, arbitrary: fc.record({ kind: kind('access'), cpu, block, access, word, dat }) },
  { weight: 120, arbitrary: fc.record({ kind: kind('key'), cpu, block, key, value, dat }) },
  { weight: 16, arbitrary: fc.record({ kind: kind('release'), cpu, block, last: block }) },
  { weight: 192, arbitrary: fc.record({ kind: kind('host'), block, move }) },
  { weight: 8, arbitrary: fc.record({ kind: kind('drain'), cpu }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('fill'), cpu, block }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('snapshot') }) },
);

const setting: fc.Arbitrary<Setting> = fc.record({
  cpus: fc.integer({ min: 1, max: MOST_CPUS }),
  frames: fc.constantFrom('plenty', 'few'),
  lenient: fc.boolean(),
  facility147: fc.boolean(),
  essa: fc.constantFrom('interpret', 'intercept', 'lazy'),
});

/** Runs of about `length` operations; a run that fails shrinks to few. */
export const runs = (length: number): fc.Arbitrary<Run> =>
  fc.record({ setting, operations: fc.array(operation, { maxLength: length, size: 'max' }) });

/** One operation on one line, as a person reads it. */
export const describe = (o: Operation): string => {
  const dat = 'dat' in o && o.dat ? ', DAT on' : '';
  switch (o.kind) {
    case 'essa':
      return `CPU ${o.cpu}: ESSA ${o.orc} on block ${o.block}${dat}`;
    case 'access':
      return `CPU ${o.cpu}: ${o.access}, word ${o.word} of block ${o.block}${dat}`;
    case 'key':
      return `CPU ${o.cpu}: ${o.key} of block ${o.block}${o.key === 'sske' ? `, 0x${o.value.toString(16)}` : ''}${dat}`;
    case 'release':
      return `CPU ${o.cpu}: DIAGNOSE X'10' of blocks ${o.block} to ${o.last}`;
    case 'fill':
      return `CPU ${o.cpu}: ESSA 3 on block ${o.block}, until its list is nearly full`;
    case 'snapshot':
      return 'goes on from a snapshot, on a new machine';
    case 'host':
      return `host: ${o.move} of block ${o.block}`;
    case 'drain':
      return `host: releases the list of CPU ${o.cpu}`;
  }
};
