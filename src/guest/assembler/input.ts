import { type Cursor, errorAt } from './cursor.ts';
import type { Statement } from './source.ts';

/** Macro calls, loops and includes inside each other; GNU as stops macros at 100. */
const DEEPEST = 100;
/** Statements that one pass may read. A source that needs more is an endless loop. */
const MOST_STATEMENTS = 1_000_000;

/** Statements that a file, a macro call or a loop supplies: one batch a round, `undefined` at the end. */
export type Rounds = () => readonly Statement[] | undefined;

export type FrameKind = 'file' | 'macro' | 'loop';

interface Frame {
  readonly kind: FrameKind;
  readonly rounds: Rounds;
  batch: readonly Statement[];
  next: number;
  /** Called when the frame ends. */
  readonly end: () => void;
}

/** The statements of a source in the order in which they take effect, with macros, loops and includes in their places. */
export class Input {
  private readonly frames: Frame[] = [];
  private count = 0;

  /** Reads from `rounds` before what remains. */
  push(kind: FrameKind, rounds: Rounds, cursor: Cursor | undefined, end: () => void = () => {}): void {
    if (this.frames.length >= DEEPEST && cursor !== undefined) {
      throw cursor.error(`macros, loops and includes nested too deep, expected at most ${DEEPEST} levels`, 0);
    }
    this.frames.push({ kind, rounds, batch: [], next: 0, end });
  }

  /** The next statement, or `undefined` at the end of the source. */
  next(): Statement | undefined {
    for (;;) {
      const statement = this.nextHere();
      if (statement !== undefined) {
        this.count++;
        if (this.count > MOST_STATEMENTS) throw errorAt(statement, 0, `more than ${MOST_STATEMENTS} statements, expected loops that end`);
        return statement;
      }
      const frame = this.frames.pop();
      if (frame === undefined) return undefined;
      frame.end();
    }
  }

  /** The next statement of the innermost frame only. */
  private nextHere(): Statement | undefined {
    const frame = this.frames.at(-1);
    if (frame === undefined) return undefined;
    while (frame.next >= frame.batch.length) {
      const batch = frame.rounds();
      if (batch === undefined) return undefined;
      if (batch.length === 0 && frame.kind === 'loop') continue;
      frame.batch = batch;
      frame.next = 0;
    }
    return frame.batch[frame.next++];
  }

  /** The statements up to the one that ends the construct which `cursor` opened; the end itself is read and left out. */
  body(cursor: Cursor, opens: RegExp, closes: RegExp, expected: string): Statement[] {
    const body: Statement[] = [];
    for (let depth = 1; ; ) {
      const statement = this.nextHere();
      if (statement === undefined) throw cursor.error(`no end, expected ${expected} below`, 0);
      if (closes.test(statement.text)) depth--;
      else if (opens.test(statement.text)) depth++;
      if (depth === 0) return body;
      body.push(statement);
    }
  }

  /** Leaves the innermost macro call. Returns false when there is none. */
  exitMacro(): boolean {
    const at = this.frames.findLastIndex((frame) => frame.kind === 'macro');
    if (at < 0) return false;
    for (const frame of this.frames.splice(at)) frame.end();
    return true;
  }
}
