import type { Machine } from '../../host/machine.ts';

/** Looks for something while a run goes on. */
export interface Probe<T> {
  /** Whether it looks at every instruction, which takes longer. */
  readonly stepping: boolean;
  /**
   * Begins to look.
   * @param hit to be called when something is found, as often as it is. `isThere` tells whether the machine has come there already: where the
   *   place is before an instruction, its first boundary will do
   * @returns looks a last time, and ends it
   */
  attach(machine: Machine, hit: (found: T, isThere?: () => boolean) => void): () => void;
}
