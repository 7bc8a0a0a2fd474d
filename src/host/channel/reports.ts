import type { Saved } from './saved.ts';
import { CRW } from './words.ts';

/** Channel reports that the program has not stored yet are kept up to this number; then an overflow is indicated. */
const MOST_REPORTS = 64;

/** Channel-report words that wait for STORE CHANNEL REPORT WORD. */
export class ChannelReports {
  #words: number[] = [];
  /** The machine-check interruption for them has been presented. */
  announced = false;

  /** @param recovery error-recovery code */
  add(source: number, recovery: number, id: number, flags = 0): void {
    if (this.#words.length >= MOST_REPORTS) {
      this.#words[MOST_REPORTS - 1]! |= CRW.OVERFLOW;
      return;
    }
    if (this.#words.length === 0) this.announced = false;
    this.#words.push((flags | (source << CRW.SOURCE_SHIFT) | (recovery << CRW.RECOVERY_SHIFT) | id) >>> 0);
  }

  get first(): number | undefined {
    return this.#words[0];
  }

  removeFirst(): void {
    this.#words.shift();
  }

  clear(): void {
    this.#words = [];
    this.announced = false;
  }

  save(): Saved {
    return { words: [...this.#words], announced: this.announced };
  }

  restore(saved: Saved): void {
    const { words, announced } = saved as { words: readonly number[]; announced: boolean };
    this.#words = [...words];
    this.announced = announced;
  }
}
