/**
 * Mutants that no test can, or need, tell from the original, and why. A mutant is named by its file, the line it is in, and what it changes there.
 */
export interface Survivor {
  readonly name: string;
  readonly reason: string;
}

export const SURVIVORS: readonly Survivor[] = [];
