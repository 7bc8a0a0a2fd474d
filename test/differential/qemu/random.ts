import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** FNV-1a over the parts, so that a case depends on its own row, seed and number only, not on the cases before it. */
const hash = (parts: readonly (string | number)[]): number => {
  let h = 0x811c9dc5;
  for (const character of parts.join(' ')) h = Math.imul(h ^ character.charCodeAt(0), 0x01000193);
  return h | 0;
};

const ALL_ONES = 0xffff_ffff_ffff_ffffn;

/** Values at which arithmetic goes wrong first. */
const EDGES: readonly bigint[] = [
  0n,
  1n,
  2n,
  ALL_ONES,
  ALL_ONES - 1n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0x8000_0000_0000_0001n,
  0x7fff_ffffn,
  0x8000_0000n,
  0x8000_0001n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0xffff_ffff_0000_0000n,
  0xffff_ffff_8000_0000n,
  0xffff_ffff_7fff_ffffn,
  0x8000_0000_8000_0000n,
  0x7fff_ffff_7fff_ffffn,
  0x8000n,
  0x7fffn,
  0xffffn,
  0xffff_8000n,
  0xffff_ffff_ffff_8000n,
  0x80n,
  0xffn,
  0x7fn,
  0x0101_0101_0101_0101n,
  0xff00_ff00_ff00_ff00n,
];

/** Binary floating point, long and short in the left half: zeros, ones, least and greatest numbers, infinities, quiet and signaling NaNs. */
const FLOAT_EDGES: readonly bigint[] = [
  0n,
  0x8000_0000_0000_0000n,
  0x3ff0_0000_0000_0000n,
  0xbff0_0000_0000_0000n,
  0x4000_0000_0000_0000n,
  0x3f80_0000_0000_0000n,
  0xbf80_0000_0000_0000n,
  0x0000_0000_0000_0001n,
  0x000f_ffff_ffff_ffffn,
  0x0010_0000_0000_0000n,
  0x0000_0001_0000_0000n,
  0x0080_0000_0000_0000n,
  0x7fef_ffff_ffff_ffffn,
  0xffef_ffff_ffff_ffffn,
  0x7f7f_ffff_0000_0000n,
  0x7ff0_0000_0000_0000n,
  0xfff0_0000_0000_0000n,
  0x7f80_0000_0000_0000n,
  0xff80_0000_0000_0000n,
  0x7ff8_0000_0000_0000n,
  0xfff8_0000_0000_1234n,
  0x7ff4_0000_0000_0000n,
  0x7fc0_0000_0000_0000n,
  0x7fa0_0000_0000_0000n,
  0x43e0_0000_0000_0000n,
  0x41df_ffff_ffc0_0000n,
];

/** A seeded source of everything that varies between cases. */
export class Random {
  readonly #generator;

  constructor(...seed: readonly (string | number)[]) {
    this.#generator = xoroshiro128plus(hash(seed));
  }

  /** 32 random bits as an unsigned number. */
  word(): number {
    return this.#generator.next() >>> 0;
  }

  /** 0 to count - 1. */
  below(count: number): number {
    return this.word() % count;
  }

  /** From least to greatest, both included. */
  between(least: number, greatest: number): number {
    return least + this.below(greatest - least + 1);
  }

  /** True in so many of a hundred cases. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  double(): bigint {
    return (BigInt(this.word()) << 32n) | BigInt(this.word());
  }

  /** A doubleword as operands have it: edges, powers of two and their neighbours, small numbers, random bits. */
  value(): bigint {
    const kind = this.below(8);
    if (kind < 3) return this.pick(EDGES);
    if (kind === 3) return BigInt.asUintN(64, (1n << BigInt(this.below(64))) + BigInt(this.between(-1, 1)));
    if (kind === 4) return BigInt(this.below(256));
    if (kind === 5) return (this.pick(EDGES) & ALL_ONES) ^ (BigInt(this.word()) << 32n);
    return this.double();
  }

  /** A doubleword as floating-point operands have it. */
  float(): bigint {
    const kind = this.below(8);
    if (kind < 3) return this.pick(FLOAT_EDGES);
    // Numbers of like size, so that sums and comparisons are not all decided by the exponent.
    if (kind < 5) return 0x3fe0_0000_0000_0000n + (this.double() >> 10n);
    return this.value();
  }
}
