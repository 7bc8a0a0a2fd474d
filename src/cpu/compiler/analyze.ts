import { FORMATS } from '../formats.ts';
import type { Flow, Helpers } from '../meaning.ts';
import type { Row } from '../row.ts';
import { FunctionWriter } from '../wasm.ts';
import { CompiledMeaning, NotCompilable } from './compiled-meaning.ts';
import type { Step } from './region.ts';
import { RegisterLocals } from './register-locals.ts';

/** An instruction that has been found in a page. */
export interface Found {
  readonly offset: number;
  readonly row: Row;
  readonly slot: number;
  readonly bytes: Uint8Array;
}

/** Finds out what an instruction does by writing its meaning where nobody reads it; undefined when it must be left to the interpreter. */
export const analyze = ({ offset, row, slot, bytes }: Found, helpers: Helpers): Step | undefined => {
  if (row.intercept === 'always') return undefined;
  const scratch = new FunctionWriter(['i32', 'i32', 'i64'], ['i32']);
  const locals = new RegisterLocals(scratch, 0);
  const seen = new Seen(offset);
  try {
    new CompiledMeaning(row, scratch, helpers, seen, bytes, offset, locals).write(slot);
  } catch (error) {
    if (error instanceof NotCompilable) return undefined;
    throw error;
  }
  const { target, falls, calls } = seen;
  const { length } = FORMATS[row.format];
  return { offset, length, row, slot, changes: locals.changed, uses: locals.used, calls, falls, ...(target !== undefined && { target }) };
};

/** Watches where an instruction goes on. */
class Seen implements Flow {
  target: number | undefined;
  falls = false;
  calls = false;
  readonly #offset: number;

  constructor(offset: number) {
    this.#offset = offset;
  }

  note(): readonly number[] {
    return [];
  }
  relativeBase(m: CompiledMeaning): ReturnType<Flow['relativeBase']> {
    return m.i64(0);
  }
  nextAddress(m: CompiledMeaning): ReturnType<Flow['nextAddress']> {
    return m.i64(0);
  }
  next(): void {
    this.falls = true;
  }
  relative(...[, taken, halfwords]: Parameters<Flow['relative']>): void {
    if (taken.constant !== 0) this.target = this.#offset + 2 * halfwords.constant!;
    if (taken.constant === undefined || taken.constant === 0) this.falls = true;
  }
  to(): void {}
  resume(): void {
    this.calls = true;
    this.falls = true;
  }
}
