import type { Row } from '../../../src/cpu/row.ts';
import { Draft, type Placement } from '../../differential/qemu/draft.ts';
import type { Environment } from '../../differential/qemu/environments.ts';
import { CODE, DATA, PAGE } from '../../differential/qemu/layout.ts';
import type { Random } from '../../differential/qemu/random.ts';
import { PREFIX } from './layout.ts';

/** Where the operands of a case lie. */
export interface Wish {
  /** Operands cross a page end. */
  readonly crossing?: boolean;
  /** The first operand lies where prefixing changes its address. */
  readonly prefixed?: boolean;
}

/** A draft whose operands lie in pages of their own, two for each operand, and have nothing wrong with them. */
export class PlacedDraft extends Draft {
  readonly #wish: Wish;
  #placed = 0;

  constructor(row: Row, random: Random, environment: Environment, data: Uint8Array, wish: Wish) {
    super(row, random, environment, data);
    this.#wish = wish;
  }

  override address({ size, align }: Placement): bigint {
    const { random } = this;
    const number = this.#placed++ % (DATA.pages / 2);
    const first = number === 0 && this.#wish.prefixed ? PREFIX : DATA.address + 2 * number * PAGE;
    const aligned = align > 1 && random.chance(70);
    const onBoundary = (address: number): bigint => BigInt(aligned ? address - (address % align) : address);
    if (this.#wish.crossing && size > 1) {
      const before = random.between(1, Math.min(size - 1, random.pick([3, 8, 64, PAGE])));
      return onBoundary(first + PAGE - before);
    }
    return onBoundary(first + random.below(Math.max(1, PAGE - Math.max(size, 16))));
  }

  override patch(address: number, bytes: Uint8Array): void {
    this.patches.push({ address, bytes });
  }

  /** In the page that the instruction is in, if it does not cross a page end: what lies there is not executed. */
  override branchTarget(): bigint {
    return BigInt(CODE.address + 2 * this.random.between(0x300, 0x600));
  }
}
