import { type Data, NO_STATE, search } from './data.ts';
import type { View } from './view.ts';

/** Rows that share a line of pixels and are looked at; of more, as many are chosen at even distances. */
const MOST_ROWS = 8;

/**
 * The states of one line of pixels. A pixel that covers several states, of several pages or of a long time, gets the one that covers most of
 * it if that is more than half, by a majority vote in one pass (Boyer and Moore, with the covered part as the weight).
 */
export class Line {
  /** The state of each pixel, as ESSA's byte, or NO_STATE. */
  readonly states: Uint8Array;
  readonly #weights: Float32Array;

  constructor(width: number) {
    this.states = new Uint8Array(width);
    this.#weights = new Float32Array(width);
  }

  /** Paints rows from `first` up to `last`. */
  paint(data: Data, view: View, first: number, last: number): void {
    this.states.fill(NO_STATE);
    this.#weights.fill(0);
    const step = Math.max(1, (last - first) / MOST_ROWS);
    for (let row = first; row < last; row += step) this.#vote(data, view, Math.floor(row));
  }

  #vote(data: Data, view: View, row: number): void {
    const { times, after, byRow, atStart, header } = data;
    const scale = this.states.length / (view.t1 - view.t0);
    const last = byRow.from[row + 1]!;
    let n = search(data, byRow, row, view.t0);
    let state = stateBefore(data, row, n) ?? atStart[row]!;
    let x = Math.max(0, (header.start - view.t0) * scale);
    for (; n < last; n++) {
      const event = byRow.list[n]!;
      if (times[event]! >= view.t1) break;
      if (after[event] === NO_STATE || after[event] === state) continue;
      const next = (times[event]! - view.t0) * scale;
      this.#span(state, x, next);
      state = after[event]!;
      x = next;
    }
    this.#span(state, x, Math.min((header.end - view.t0) * scale, this.states.length));
  }

  #span(state: number, from: number, to: number): void {
    if (state === NO_STATE || to <= from) return;
    const first = Math.floor(from);
    const last = Math.floor(to);
    if (first === last) {
      this.#add(first, state, to - from);
      return;
    }
    this.#add(first, state, first + 1 - from);
    for (let x = first + 1; x < last; x++) this.#add(x, state, 1);
    this.#add(last, state, to - last);
  }

  #add(x: number, state: number, weight: number): void {
    if (x >= this.states.length) return;
    const left = this.#weights[x]!;
    if (this.states[x] === state) this.#weights[x] = left + weight;
    else if (weight > left) {
      this.states[x] = state;
      this.#weights[x] = weight - left;
    } else this.#weights[x] = left - weight;
  }
}

/** The state that the last event of a row before the list's entry `n` left, or undefined. */
export const stateBefore = ({ byRow, after }: Data, row: number, n: number): number | undefined => {
  for (let k = n - 1; k >= byRow.from[row]!; k--) {
    const state = after[byRow.list[k]!]!;
    if (state !== NO_STATE) return state;
  }
  return undefined;
};
