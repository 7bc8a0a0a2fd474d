import { type Data, LANES } from './data.ts';
import type { View } from './view.ts';

/** Where things are on the canvas, in CSS pixels. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The lanes that have events, from the top down: numbers of LANES. */
  readonly lanes: readonly number[];
  /** The pages' rectangle; the lanes are above it, the names to its left. */
  readonly left: number;
  readonly top: number;
}

const AXIS_HEIGHT = 24;
export const LANE_HEIGHT = 20;
const GAP = 10;
const RIGHT = 12;
const BOTTOM = 8;
const TALLEST_ROW = 28;

export const layoutOf = ({ byLane }: Data, width: number, height: number): Layout => {
  const lanes = LANES.map((_, n) => n).filter((n) => byLane.from[n + 1]! > byLane.from[n]!);
  return { width: width - RIGHT, height: height - BOTTOM, lanes, left: 112, top: AXIS_HEIGHT + lanes.length * LANE_HEIGHT + GAP };
};

export const AXIS_BOTTOM = AXIS_HEIGHT;

/** Rows that there is room for at their greatest height: a few rows do not fill the page. */
export const leastRows = ({ height, top }: Layout): number => Math.max(1, (height - top) / TALLEST_ROW);

/** Pixels across for an instruction, and down for a row. */
export const scaleOf = ({ width, height, left, top }: Layout, view: View): { x: number; y: number } => ({
  x: (width - left) / (view.t1 - view.t0),
  y: (height - top) / (view.r1 - view.r0),
});

/** What is at a point: a lane (a place in {@link Layout.lanes}), a row (with a fraction), or neither. */
export const placeAt = (layout: Layout, view: View, x: number, y: number): { time: number; row?: number; lane?: number } => {
  const scale = scaleOf(layout, view);
  const time = view.t0 + (x - layout.left) / scale.x;
  if (y >= layout.top) return { time, row: view.r0 + (y - layout.top) / scale.y };
  const lane = Math.floor((y - AXIS_HEIGHT) / LANE_HEIGHT);
  return lane >= 0 && lane < layout.lanes.length ? { time, lane } : { time };
};
