import type { Columns, Header } from '../page/data.ts';
import { stateCodeName } from './event-words.ts';
import { STATE_WORDS } from './names.ts';
import { NO_ROW, NO_STATE, type Recording } from './recording.ts';
import type { Result } from './result.ts';

/** A recording as the report's page reads it: see src/page/data.ts. */
export interface EncodedReport {
  readonly header: Header;
  /** The columns, in the byte order of nearly every reader: little-endian. */
  readonly columns: Uint8Array;
}

/** Encodes what was recorded of a run that has ended; that SIE was entered and left goes without saying. */
export const encodeReport = (
  recording: Recording,
  result: Pick<Result, 'program' | 'verdict' | 'reason'>,
  title: string,
): EncodedReport => {
  const { whats, rows, start, end, complete } = recording;
  const { program, verdict, reason } = result;
  const order = rows.map((_, n) => n).sort((a, b) => rows[a]!.level - rows[b]!.level || rows[a]!.page - rows[b]!.page);
  const place = new Uint32Array(rows.length);
  for (const [n, row] of order.entries()) place[row] = n;
  const columns = columnsOf(recording, place);
  return {
    header: {
      ...{ program, title, verdict, reason, start, end, complete },
      events: columns.times.length,
      teids: columns.teids.length,
      sorts: whats.map(({ kind, cpu, level, name, detail }) => ({ kind, cpu, level, name, detail })),
      rows: order.map((row) => [rows[row]!.level, rows[row]!.page] as const),
      initial: recording.initial.map(([row, state]) => [place[row]!, state] as const),
      states: statesIn(recording).map((code) => {
        const name = stateCodeName(code);
        return [code, name, `${STATE_WORDS[name.slice(0, 2)]}${name.length > 2 ? ', no DAT' : ''}`] as const;
      }),
    },
    columns: join([columns.times, columns.at, columns.teids, columns.sort, columns.row, columns.teidEvents, columns.before, columns.after]),
  };
};

/** @param place where each row comes in the picture */
const columnsOf = (recording: Recording, place: Uint32Array): Columns => {
  const { whats, times, what, row, before, after, at, teidEvents, teids } = recording;
  const drawn = whats.map(({ kind }) => kind !== 'enter' && kind !== 'leave');
  const kept = what.array.reduce((sum, n) => sum + Number(drawn[n]), 0);
  const columns = {
    times: new Float64Array(kept),
    at: new BigUint64Array(kept),
    teids: teids.array.slice(),
    sort: new Uint32Array(kept),
    row: new Uint32Array(kept),
    teidEvents: new Uint32Array(teids.length),
    before: new Uint8Array(kept),
    after: new Uint8Array(kept),
  };
  let k = 0;
  let teid = 0;
  let time = recording.start;
  for (let n = 0; n < recording.length; n++) {
    if (!drawn[what.get(n)!]) continue;
    columns.times[k] = times.get(n)! - time;
    time = times.get(n)!;
    columns.at[k] = at.get(n)!;
    columns.sort[k] = what.get(n)!;
    columns.row[k] = row.get(n) === NO_ROW ? NO_ROW : place[row.get(n)!]!;
    columns.before[k] = before.get(n)!;
    columns.after[k] = after.get(n)!;
    if (teidEvents.get(teid) === n) columns.teidEvents[teid++] = k;
    k++;
  }
  return columns;
};

const statesIn = ({ before, after, initial }: Recording): number[] => {
  const seen = new Set(initial.map(([, state]) => state));
  for (const column of [before.array, after.array]) for (const state of column) seen.add(state);
  seen.delete(NO_STATE);
  return [...seen].sort((a, b) => a - b);
};

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const join = (columns: readonly Columns[keyof Columns][]): Uint8Array => {
  const bytes = new Uint8Array(columns.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let to = 0;
  for (const column of columns) {
    const part = bytes.subarray(to, to + column.byteLength);
    part.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
    if (!IS_LITTLE_ENDIAN) {
      for (let n = 0; n < part.length; n += column.BYTES_PER_ELEMENT) part.subarray(n, n + column.BYTES_PER_ELEMENT).reverse();
    }
    to += column.byteLength;
  }
  return bytes;
};
