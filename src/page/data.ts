/** What the page has to draw: a header in JSON, and columns in binary. Its writer is src/debug/report.ts. */

/** What events of one sort have in common. */
interface Sort {
  readonly kind: string;
  /** Null where the host acts by itself. */
  readonly cpu: number | null;
  readonly level: number;
  readonly name: string;
  readonly detail: string;
}

export interface Header {
  readonly program: string;
  readonly title: string;
  readonly verdict: string;
  readonly reason: string;
  /** Instructions of all CPUs at the beginning and at the end. */
  readonly start: number;
  readonly end: number;
  /** False when the last part of the run is missing. */
  readonly complete: boolean;
  readonly events: number;
  readonly teids: number;
  readonly sorts: readonly Sort[];
  /** Level and guest absolute address of each page, from the top down. */
  readonly rows: readonly (readonly [level: number, page: number])[];
  /** Rows with their states at the start, where those are known. */
  readonly initial: readonly (readonly [row: number, state: number])[];
  /** The states that occur: the byte that ESSA returns for one, the letters, and the words. */
  readonly states: readonly (readonly [code: number, name: string, words: string])[];
}

/** No row, or no state. */
export const NO_ROW = 0xffff_ffff;
export const NO_STATE = 0xff;

/** The columns in the order in which they stand: those of wide values first, so that each begins at a multiple of its width. */
export interface Columns {
  /** In the file: the instructions since the event before. */
  readonly times: Float64Array;
  readonly at: BigUint64Array;
  readonly teids: BigUint64Array;
  readonly sort: Uint32Array;
  readonly row: Uint32Array;
  readonly teidEvents: Uint32Array;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** The events of each group, in the order of time: those of group n are `list[from[n]]` up to `list[from[n + 1]]`. */
export interface Groups {
  readonly from: Uint32Array;
  readonly list: Uint32Array;
}

export interface Data extends Columns {
  readonly header: Header;
  readonly byRow: Groups;
  /** By lane, in the order of {@link LANES}. */
  readonly byLane: Groups;
  /** The state of each row at the start, or {@link NO_STATE}. */
  readonly atStart: Uint8Array;
}

/** The strips above the pages, which show the events of a kind however many there are. */
export const LANES = [
  { kind: 'interruption', name: 'interruptions' },
  { kind: 'interception', name: 'interceptions' },
  { kind: 'essa', name: 'ESSA' },
  { kind: 'discard', name: 'discards' },
  { kind: 'drop', name: 'drops' },
  { kind: 'page-in', name: 'page-ins' },
  { kind: 'page-out', name: 'page-outs' },
  { kind: 'zero-fill', name: 'zero-fills' },
] as const;

/** Takes the columns apart and puts the events in order. `bytes` begins at a multiple of 8. */
export const decode = (header: Header, bytes: Uint8Array): Data => {
  const { events, teids } = header;
  let at = bytes.byteOffset;
  const column = <T extends { readonly byteLength: number }>(
    type: new (buffer: ArrayBufferLike, at: number, length: number) => T,
    length: number,
  ): T => {
    const values = new type(bytes.buffer, at, length);
    at += values.byteLength;
    return values;
  };
  const columns: Columns = {
    times: column(Float64Array, events),
    at: column(BigUint64Array, events),
    teids: column(BigUint64Array, teids),
    sort: column(Uint32Array, events),
    row: column(Uint32Array, events),
    teidEvents: column(Uint32Array, teids),
    before: column(Uint8Array, events),
    after: column(Uint8Array, events),
  };
  const { times, sort, row, before } = columns;
  let time = header.start;
  for (let n = 0; n < events; n++) {
    time += times[n]!;
    times[n] = time;
  }
  const laneOf = header.sorts.map(({ kind }) => LANES.findIndex((lane) => lane.kind === kind));
  const atStart = new Uint8Array(header.rows.length).fill(NO_STATE);
  // What a page's first event found was there all the time before.
  for (let n = events - 1; n >= 0; n--) if (row[n] !== NO_ROW && before[n] !== NO_STATE) atStart[row[n]!] = before[n]!;
  for (const [n, state] of header.initial) atStart[n] = state;
  return {
    header,
    ...columns,
    atStart,
    byRow: group(events, header.rows.length, (n) => (row[n] === NO_ROW ? -1 : row[n]!)),
    byLane: group(events, LANES.length, (n) => laneOf[sort[n]!]!),
  };
};

/** @param groupOf the group of an event, or -1 */
const group = (events: number, groups: number, groupOf: (event: number) => number): Groups => {
  const from = new Uint32Array(groups + 1);
  for (let n = 0; n < events; n++) {
    const g = groupOf(n);
    if (g >= 0) from[g + 1]!++;
  }
  for (let g = 0; g < groups; g++) from[g + 1]! += from[g]!;
  const list = new Uint32Array(from[groups]!);
  const next = from.slice();
  for (let n = 0; n < events; n++) {
    const g = groupOf(n);
    if (g >= 0) list[next[g]!++] = n;
  }
  return { from, list };
};

/** Where in a group's part of the list the events at or after a time begin. */
export const search = ({ times }: Columns, { from, list }: Groups, n: number, time: number): number => {
  let low = from[n]!;
  let high = from[n + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[list[middle]!]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
};
