import { type Data, LANES, NO_STATE, search } from './data.ts';
import { AXIS_BOTTOM, LANE_HEIGHT, type Layout, scaleOf } from './layout.ts';
import { Line } from './states.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';

/** Rows lower than this have no marks of their own: those are in the lanes. */
const ROW_FOR_MARKS = 9;
/** Of the marks that would lie within so many pixels of each other on a row, one is drawn. */
const MARK_WIDTH = 7;
const FONT = '12px system-ui, sans-serif';
const MONO = '12px ui-monospace, "DejaVu Sans Mono", monospace';

interface Picture {
  readonly canvas: CanvasRenderingContext2D;
  readonly data: Data;
  readonly view: View;
  readonly layout: Layout;
  readonly theme: Theme;
  /** Pixels of the screen for one of CSS. */
  readonly ratio: number;
}

/** Draws everything. @returns how many shapes it took, the image of the states not counted */
export const draw = (picture: Picture): number => {
  const { canvas, layout, theme, ratio } = picture;
  canvas.setTransform(ratio, 0, 0, ratio, 0, 0);
  canvas.fillStyle = theme.paper;
  canvas.fillRect(0, 0, canvas.canvas.width, canvas.canvas.height);
  canvas.textBaseline = 'middle';
  drawStates(picture);
  const shapes = drawTimes(picture) + drawLanes(picture) + drawNames(picture);
  canvas.save();
  canvas.beginPath();
  canvas.rect(layout.left, layout.top, layout.width - layout.left, layout.height - layout.top);
  canvas.clip();
  const marks = drawMarks(picture);
  canvas.restore();
  return shapes + marks;
};

/** The states of the pages, as an image. */
const drawStates = ({ canvas, data, view, layout, theme, ratio }: Picture): void => {
  const scale = scaleOf(layout, view).y * ratio;
  const rows = data.header.rows.length;
  const width = Math.max(1, Math.round((layout.width - layout.left) * ratio));
  const most = Math.round((layout.height - layout.top) * ratio);
  const height = Math.max(0, Math.min(most, Math.ceil((rows - view.r0) * scale)));
  if (height === 0) return;
  const image = canvas.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const line = new Line(width);
  const gap = scale >= 5 * ratio ? Math.round(ratio) : 0;
  for (let y = 0, from = -1, painted = -1; y < height; y++) {
    const first = Math.floor(view.r0 + y / scale);
    const last = Math.min(rows, Math.max(first + 1, Math.floor(view.r0 + (y + 1) / scale)));
    if (first >= rows) break;
    // The line between two rows stays empty.
    if (gap > 0 && Math.floor(view.r0 + (y + gap) / scale) !== first) continue;
    if (first === from) pixels.copyWithin(y * width, painted * width, (painted + 1) * width);
    else {
      line.paint(data, view, first, last);
      for (let x = 0; x < width; x++) {
        const state = line.states[x]!;
        if (state !== NO_STATE) pixels[y * width + x] = theme.states[state & 15]!;
      }
    }
    from = first;
    painted = y;
  }
  canvas.putImageData(image, Math.round(layout.left * ratio), Math.round(layout.top * ratio));
};

/** The axis of time: a tick at round numbers. */
const drawTimes = ({ canvas, view, layout, theme }: Picture): number => {
  const scale = scaleOf(layout, view).x;
  const step = roundStep(110 / scale);
  canvas.font = FONT;
  canvas.textAlign = 'right';
  canvas.fillStyle = theme.faint;
  canvas.fillText('instructions', layout.left - 10, AXIS_BOTTOM / 2);
  canvas.textAlign = 'center';
  let shapes = 1;
  for (let time = Math.ceil(Math.max(0, view.t0) / step) * step; time < view.t1; time += step) {
    const x = Math.round(layout.left + (time - view.t0) * scale) + 0.5;
    canvas.fillStyle = theme.line;
    canvas.fillRect(x - 0.5, AXIS_BOTTOM - 4, 1, layout.top - AXIS_BOTTOM);
    canvas.fillStyle = theme.ink;
    if (x < layout.width - 20) canvas.fillText(time.toLocaleString('en'), x, AXIS_BOTTOM / 2);
    shapes += 2;
  }
  return shapes;
};

const roundStep = (least: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= least)!;
};

/** A lane for each kind of events; where many share a pixel, the bar is higher. */
const drawLanes = (picture: Picture): number => {
  const { canvas, layout, theme } = picture;
  let shapes = 0;
  for (const [place, lane] of layout.lanes.entries()) {
    const bottom = AXIS_BOTTOM + (place + 1) * LANE_HEIGHT;
    canvas.font = FONT;
    canvas.textAlign = 'right';
    canvas.fillStyle = theme.ink;
    canvas.fillText(LANES[lane]!.name, layout.left - 10, bottom - LANE_HEIGHT / 2 + 1);
    canvas.fillStyle = theme.line;
    canvas.fillRect(layout.left, bottom - 1, layout.width - layout.left, 1);
    canvas.fillStyle = theme.lanes[lane]!;
    const counts = countByPixel(picture, lane);
    const most = Math.log(1 + counts.reduce((a, b) => Math.max(a, b), 1));
    for (let x = 0; x < counts.length; x++) {
      if (counts[x] === 0) continue;
      const height = 6 + (LANE_HEIGHT - 10) * (Math.log(1 + counts[x]!) / most);
      canvas.fillRect(layout.left + x, bottom - 1 - height, counts.length > 0 && counts[x + 1] === 0 ? 2 : 1, height);
      shapes++;
    }
  }
  return shapes + 2 * layout.lanes.length;
};

const countByPixel = ({ data, view, layout }: Picture, lane: number): Uint32Array => {
  const { times, byLane } = data;
  const scale = scaleOf(layout, view).x;
  const counts = new Uint32Array(Math.floor(layout.width - layout.left));
  for (let n = search(data, byLane, lane, view.t0); n < byLane.from[lane + 1]!; n++) {
    const x = Math.floor((times[byLane.list[n]!]! - view.t0) * scale);
    if (x >= counts.length) break;
    counts[x]!++;
  }
  return counts;
};

/** Addresses of pages, and lines where pages of storage are left out because nothing happened to them. */
const drawNames = ({ canvas, data, view, layout, theme }: Picture): number => {
  const { rows } = data.header;
  const scale = scaleOf(layout, view).y;
  const step = roundStep(16 / scale);
  const last = Math.min(rows.length, Math.ceil(view.r1));
  canvas.font = MONO;
  canvas.textAlign = 'right';
  let shapes = 0;
  for (let row = Math.floor(view.r0); row < last; row++) {
    const y = layout.top + (row - view.r0) * scale;
    const [level, page] = rows[row]!;
    const before = rows[row - 1];
    if (before && y > layout.top && scale >= 3 && (before[0] !== level || before[1] + 4096 !== page)) {
      canvas.fillStyle = theme.faint;
      canvas.fillRect(layout.left - 6, Math.round(y) - 1, 6, 1);
      shapes++;
    }
    const middle = y + Math.min(scale, 16) / 2;
    if (row % step !== 0 || middle < layout.top + 4 || middle > layout.height - 6) continue;
    canvas.fillStyle = theme.ink;
    canvas.fillText(`${level > 1 ? `L${level} ` : ''}0x${page.toString(16)}`, layout.left - 10, y + (scale > 16 ? scale / 2 : middle - y));
    shapes++;
  }
  return shapes;
};

/** Marks on the rows, where rows are high enough. */
const drawMarks = (picture: Picture): number => {
  const { canvas, data, view, layout, theme } = picture;
  const scale = scaleOf(layout, view);
  if (scale.y < ROW_FOR_MARKS) return 0;
  const { times, sort, byRow, header } = data;
  const lanes = header.sorts.map(({ kind }) => LANES.findIndex((lane) => lane.kind === kind));
  const last = Math.min(header.rows.length, Math.ceil(view.r1));
  const size = Math.min(1.5, Math.max(1, scale.y / 14));
  let shapes = 0;
  for (let row = Math.floor(view.r0); row < last; row++) {
    const y = layout.top + (row - view.r0 + 0.5) * scale.y - 0.5;
    // Events that share a place are drawn as the most telling of them.
    let place = Number.NEGATIVE_INFINITY;
    let best: number = LANES.length;
    const flush = (): void => {
      if (best === LANES.length) return;
      mark(canvas, best, layout.left + place, y, size, theme);
      shapes++;
      best = LANES.length;
    };
    for (let n = search(data, byRow, row, view.t0); n < byRow.from[row + 1]!; n++) {
      const event = byRow.list[n]!;
      if (times[event]! >= view.t1) break;
      const x = (times[event]! - view.t0) * scale.x;
      if (x >= place + MARK_WIDTH) {
        flush();
        place = x;
      }
      const lane = lanes[sort[event]!]!;
      if (lane >= 0 && PRIORITY[lane]! < (PRIORITY[best] ?? Number.POSITIVE_INFINITY)) best = lane;
    }
    flush();
  }
  return shapes;
};

/** By lane: interruptions before discards before the rest. */
const PRIORITY = [0, 6, 5, 1, 2, 3, 4, 7];

/** The shape of a kind of events, about a point. Shapes differ, so that nobody has to tell colours apart. */
const mark = (canvas: CanvasRenderingContext2D, lane: number, x: number, y: number, size: number, theme: Theme): void => {
  const shape = new Path2D(SHAPES[LANES[lane]!.kind]);
  canvas.save();
  canvas.translate(x, y);
  canvas.scale(size, size);
  canvas.lineWidth = 2;
  canvas.strokeStyle = theme.paper;
  canvas.stroke(shape);
  canvas.fillStyle = theme.lanes[lane]!;
  canvas.fill(shape);
  canvas.restore();
};

/** Outlines in a square of 8 pixels about the origin, as SVG paths. */
export const SHAPES: Readonly<Record<(typeof LANES)[number]['kind'], string>> = {
  interruption: 'M1.5-5.5 L-4.5 1 H-1 L-2 5.5 L4.5-1 H1 Z',
  interception: 'M-3-4 H3 V4 H-3 Z M-1-2 V2 H1 V-2 Z',
  essa: 'M0-4 L4 0 L0 4 L-4 0 Z',
  discard: 'M-4-3 L-3-4 L0-1 L3-4 L4-3 L1 0 L4 3 L3 4 L0 1 L-3 4 L-4 3 L-1 0 Z',
  drop: 'M-4-1 H4 V1 H-4 Z',
  'page-in': 'M0-4 L4 3 H-4 Z',
  'page-out': 'M0 4 L4-3 H-4 Z',
  'zero-fill': 'M0-3 A3 3 0 1 1 -0.01-3 Z M0-1.5 A1.5 1.5 0 1 0 0.01-1.5 Z',
};
