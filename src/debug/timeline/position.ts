/**
 * A point of a run at which the machine can stand still: after so many instructions of all CPUs, and so many events since then. Most points
 * are behind an instruction and have event 0. A page that the host brings, or an interruption between two instructions, makes others.
 */
export interface Position {
  readonly instruction: number;
  readonly event: number;
}

/** "1234", or "1234.2" for two events behind that. */
export const positionText = ({ instruction, event }: Position): string => (event === 0 ? `${instruction}` : `${instruction}.${event}`);

export const isBefore = (a: Position, b: Position): boolean =>
  a.instruction < b.instruction || (a.instruction === b.instruction && a.event < b.event);

/** Thrown when a run that is run again is not the same: a defect of zhint. */
export class DivergenceError extends Error {
  override readonly name = 'DivergenceError';
  readonly position: Position;

  constructor(position: Position, what: string) {
    super(`the run is not the same as before at ${positionText(position)}: ${what}`);
    this.position = position;
  }
}
