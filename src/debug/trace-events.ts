import { isResidentCode, stateCodeName } from './event-words.ts';
import { NO_ROW, NO_STATE, type Recording, type What } from './recording.ts';
import { hex } from './result.ts';

/** One object of Chrome's trace-event format, which Perfetto reads, too. */
export interface TraceEvent {
  readonly name: string;
  /** M: names a track; B, E: a slice begins and ends; i: an instant; C: a counter. */
  readonly ph: 'M' | 'B' | 'E' | 'i' | 'C';
  readonly cat?: string;
  /** Microseconds for whoever displays it; here instructions. */
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  readonly s?: 't';
  readonly args?: Readonly<Record<string, string | number>>;
}

const CPUS = 1;
const HOST = 2;
const PAGING = 1;

/** A track for each CPU and level, in this order. */
const trackOf = ({ cpu, level }: What): { pid: number; tid: number } =>
  cpu === null ? { pid: HOST, tid: PAGING } : { pid: CPUS, tid: 100 * (cpu + 1) + level };

/**
 * The text of a trace file, in pieces: `{"traceEvents":[…]}`, an event a line. An instruction takes a microsecond there.
 * @param program the program's name
 */
export function* traceFile(recording: Recording, program: string): Generator<string> {
  yield '{"displayTimeUnit":"ns","otherData":';
  yield JSON.stringify({ program, time: '1 microsecond is 1 instruction, of all CPUs', complete: recording.complete });
  yield ',"traceEvents":[\n';
  let separator = '';
  for (const event of traceEvents(recording, program)) {
    yield `${separator}${JSON.stringify(event)}`;
    separator = ',\n';
  }
  yield '\n]}\n';
}

/** The trace events of a recording, in the order of time. */
export function* traceEvents(recording: Recording, program: string): Generator<TraceEvent> {
  yield* trackNames(recording, program);
  const counters = new Counters(recording);
  yield* counters.changed(recording.start);
  const entered = new Map<number, What>();
  const teids = new Map(Array.from(recording.teidEvents.array, (event, n) => [event, recording.teids.get(n)!]));
  for (let n = 0; n < recording.length; n++) {
    const ts = recording.times.get(n)!;
    if (ts > counters.time) yield* counters.changed(ts);
    const what = recording.whats[recording.what.get(n)!]!;
    const track = trackOf(what);
    if (what.kind === 'enter') {
      entered.set(track.tid, what);
      yield { name: sliceName(what.level), cat: 'sie', ph: 'B', ts, ...track };
    } else if (what.kind === 'leave') {
      // A recording may begin within SIE.
      if (!entered.delete(track.tid)) yield { name: sliceName(what.level), cat: 'sie', ph: 'B', ts: recording.start, ...track };
      yield { name: sliceName(what.level), cat: 'sie', ph: 'E', ts, ...track };
    } else yield { name: what.name, cat: what.kind, ph: 'i', s: 't', ts, ...track, args: argumentsOf(recording, n, what, teids.get(n)) };
    counters.count(n, what);
  }
  const ts = recording.end;
  for (const what of entered.values()) yield { name: sliceName(what.level), cat: 'sie', ph: 'E', ts, ...trackOf(what) };
  yield* counters.changed(ts);
}

const sliceName = (level: number): string => `SIE, level ${level}`;

function* trackNames({ whats }: Recording, program: string): Generator<TraceEvent> {
  const name = (kind: string, pid: number, tid: number, text: string): TraceEvent => ({
    name: kind,
    ph: 'M',
    ts: 0,
    pid,
    tid,
    args: { name: text },
  });
  yield name('process_name', CPUS, 0, `CPUs of ${program}`);
  yield name('process_name', HOST, 0, 'host');
  yield name('thread_name', HOST, PAGING, 'paging');
  const tracks = new Map(whats.filter(({ cpu }) => cpu !== null).map((what) => [trackOf(what).tid, what]));
  for (const [tid, { cpu, level }] of [...tracks].sort(([a], [b]) => a - b)) {
    yield name('thread_name', CPUS, tid, `CPU ${cpu}, level ${level}`);
    yield { name: 'thread_sort_index', ph: 'M', ts: 0, pid: CPUS, tid, args: { sort_index: tid } };
  }
}

const argumentsOf = (recording: Recording, n: number, what: What, teid: bigint | undefined): NonNullable<TraceEvent['args']> => {
  const row = recording.row.get(n)!;
  const before = recording.before.get(n)!;
  const after = recording.after.get(n)!;
  const at = recording.at.get(n)!;
  return {
    ...(row !== NO_ROW && { page: hex(recording.rows[row]!.page) }),
    ...(before !== NO_STATE && { before: stateCodeName(before), after: stateCodeName(after) }),
    ...(at !== 0n && { at: hex(at) }),
    ...(teid !== undefined && { teid: hex(teid) }),
    ...(what.detail !== '' && { detail: what.detail }),
  };
};

/** What is counted: pages of the host's guest by state, their frames, and paging since the recording began. */
class Counters {
  /** Up to where events have been counted. */
  time: number;
  /** By the byte of the state. */
  readonly #states = new Map<number, number>();
  readonly #paging = { pageIns: 0, pageOuts: 0, bytesRead: 0, bytesWritten: 0 };
  readonly #recording: Recording;
  readonly #told = new Map<string, string>();
  #changed = true;
  readonly #seen = new Set<number>();

  constructor(recording: Recording) {
    this.#recording = recording;
    this.time = recording.start;
    for (const [row, state] of recording.initial) this.#move(row, undefined, state);
  }

  count(n: number, { kind, level, read, written }: What): void {
    const before = this.#recording.before.get(n)!;
    const row = this.#recording.row.get(n)!;
    const after = this.#recording.after.get(n)!;
    if (level === 1 && after !== NO_STATE) this.#move(row, before, after);
    if (kind === 'page-in') this.#paging.pageIns++;
    if (kind === 'page-out') this.#paging.pageOuts++;
    this.#paging.bytesRead += read;
    this.#paging.bytesWritten += written;
    this.#changed ||= kind === 'page-in' || kind === 'page-out' || read + written > 0;
  }

  /** The counters that have changed since they were told last, with their values from the time that was reached. */
  *changed(now: number): Generator<TraceEvent> {
    const at = this.time;
    this.time = now;
    if (!this.#changed) return;
    this.#changed = false;
    const states = [...this.#states].sort(([a], [b]) => a - b);
    const frames = states.reduce((sum, [state, pages]) => (isResidentCode(state) ? sum + pages : sum), 0);
    const counters = {
      'pages by state': Object.fromEntries(states.map(([state, pages]) => [stateCodeName(state), pages])),
      'resident frames': { frames },
      'paging I/O': this.#paging,
    };
    for (const [name, args] of Object.entries(counters)) {
      const text = JSON.stringify(args);
      if (text === this.#told.get(name)) continue;
      this.#told.set(name, text);
      yield { name, ph: 'C', ts: at, pid: HOST, tid: 0, args: { ...args } };
    }
  }

  /** A page that is seen for the first time had its state without having been counted. */
  #move(row: number, before: number | undefined, after: number): void {
    const known = this.#seen.has(row);
    if (known && before === after) return;
    this.#changed = true;
    if (known && before !== undefined) this.#states.set(before, this.#states.get(before)! - 1);
    this.#seen.add(row);
    this.#states.set(after, (this.#states.get(after) ?? 0) + 1);
  }
}
