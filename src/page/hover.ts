import { type Data, type Groups, LANES, NO_STATE, search } from './data.ts';
import { type Layout, placeAt, scaleOf } from './layout.ts';
import { stateBefore } from './states.ts';
import type { View } from './view.ts';
import { eventWords, pageName, stateWords, timeWords } from './words.ts';

/** Events this near, in pixels, are meant. */
const NEAR = 6;
/** Events that are told in full. */
const MOST_TOLD = 4;

/** What is under the pointer, in words; undefined where there is nothing to tell. Paragraphs of lines. */
export const wordsAt = (data: Data, layout: Layout, view: View, x: number, y: number): string[][] | undefined => {
  if (x < layout.left || x > layout.width || y > layout.height) return undefined;
  const { time, row, lane } = placeAt(layout, view, x, y);
  const scale = scaleOf(layout, view);
  const reach = NEAR / scale.x;
  if (lane !== undefined) return lanePart(data, layout.lanes[lane]!, time, reach);
  if (row === undefined || row >= data.header.rows.length || row < 0) return undefined;
  const first = Math.floor(row);
  const last = Math.min(data.header.rows.length - 1, Math.floor(row + 1 / scale.y - 1e-9));
  const near = Array.from({ length: Math.max(last, first) - first + 1 }, (_, n) => first + n).map((n) =>
    nearest(data, data.byRow, n, time, reach),
  );
  const found = near.reduce((a, b) => (b.distance < a.distance ? b : a));
  const meant = first + near.indexOf(found);
  return [[pageName(data, meant), ...stateAt(data, meant, time)], ...told(data, found)];
};

const lanePart = (data: Data, lane: number, time: number, reach: number): string[][] | undefined => {
  const found = nearest(data, data.byLane, lane, time, reach);
  if (found.events.length === 0) return undefined;
  return [[`${LANES[lane]!.name}, about ${timeWords(time)}`], ...told(data, found)];
};

interface Near {
  /** Those within reach, in the order of time; not all of very many. */
  readonly events: readonly number[];
  readonly more: number;
  readonly distance: number;
}

const nearest = (data: Data, groups: Groups, group: number, time: number, reach: number): Near => {
  const from = search(data, groups, group, time - reach);
  const to = search(data, groups, group, time + reach);
  const all = groups.list.subarray(from, to);
  const distanceOf = (event: number): number => Math.abs(data.times[event]! - time);
  let best = 0;
  for (let n = 1; n < all.length; n++) if (distanceOf(all[n]!) < distanceOf(all[best]!)) best = n;
  const begin = Math.max(0, Math.min(best - 1, all.length - MOST_TOLD));
  const events = [...all.subarray(begin, begin + MOST_TOLD)];
  return { events, more: all.length - events.length, distance: all.length > 0 ? distanceOf(all[best]!) : Number.POSITIVE_INFINITY };
};

const told = (data: Data, { events, more }: Near): string[][] => [
  ...events.map((event) => eventWords(data, event)),
  ...(more > 0 ? [[`and ${more.toLocaleString('en')} more here: zoom in`]] : []),
];

const stateAt = (data: Data, row: number, time: number): string[] => {
  const { header, atStart, byRow } = data;
  if (time < header.start || time > header.end) return [];
  const state = stateBefore(data, row, search(data, byRow, row, time)) ?? atStart[row]!;
  return state === NO_STATE ? [] : [`${stateWords(data, state)} at ${timeWords(time)}`];
};
