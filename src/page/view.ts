/** What part of the picture is seen: times from `t0` up to `t1`, rows from `r0` up to `r1`, which may be fractions. */
export interface View {
  readonly t0: number;
  readonly t1: number;
  readonly r0: number;
  readonly r1: number;
}

/** The whole picture. */
export interface Extent {
  readonly start: number;
  readonly end: number;
  readonly rows: number;
  /** As many rows as there is room for at their greatest height: fewer are never seen at a time. */
  readonly leastRows: number;
}

/** Fewest instructions that are seen at a time. */
const LEAST_TIME = 8;

/** Everything: a little more than the whole time, so that the last events are not at the very edge. */
export const whole = ({ start, end, rows, leastRows }: Extent): View => {
  const length = Math.max(end - start, LEAST_TIME / 2);
  return { t0: start - length * 0.01, t1: start + length * 1.02, r0: 0, r1: Math.max(rows, leastRows) };
};

/** Zooms about a point: a factor below 1 shows less. */
export const zoom = (view: View, extent: Extent, about: { t: number; r: number }, time: number, rows: number): View => {
  const least = { t: LEAST_TIME / (view.t1 - view.t0), r: extent.leastRows / (view.r1 - view.r0) };
  const ft = time === 1 ? 1 : Math.max(time, least.t);
  const fr = rows === 1 ? 1 : Math.max(rows, least.r);
  return within(
    {
      t0: about.t + (view.t0 - about.t) * ft,
      t1: about.t + (view.t1 - about.t) * ft,
      r0: about.r + (view.r0 - about.r) * fr,
      r1: about.r + (view.r1 - about.r) * fr,
    },
    extent,
  );
};

/** Moves by so many instructions and rows. */
export const pan = (view: View, extent: Extent, time: number, rows: number): View =>
  within({ t0: view.t0 + time, t1: view.t1 + time, r0: view.r0 + rows, r1: view.r1 + rows }, extent);

/** The nearest view that does not reach beyond the picture. */
export const within = (view: View, extent: Extent): View => {
  const all = whole(extent);
  const [t0, t1] = fitted(view.t0, view.t1, all.t0, all.t1);
  const [r0, r1] = fitted(view.r0, Math.max(view.r1, view.r0 + extent.leastRows), all.r0, all.r1);
  return { t0, t1, r0, r1 };
};

const fitted = (from: number, to: number, least: number, most: number): [number, number] => {
  const length = Math.min(to - from, most - least);
  const begin = Math.min(Math.max(from, least), most - length);
  return [begin, begin + length];
};
