import type { Events, PageState } from '../cpu/events.ts';
import { PGM } from '../cpu/interruption.ts';
import { FRAME_SIZE } from '../cpu/storage.ts';
import type { Machine } from '../host/machine.ts';
import { Column } from './column.ts';
import { essaName, interceptionName, interruptionName, stateCode, stateCodeOf } from './event-words.ts';
import { hex } from './result.ts';

/** What an event is, for whoever draws it. `state` is a change of a page's state that is neither ESSA's nor paging. */
type RecordedKind = 'interruption' | 'interception' | 'essa' | Events['host']['action'] | 'state' | 'enter' | 'leave';

/** What events of one sort have in common. There are few of these, however many events there are. */
export interface What {
  readonly kind: RecordedKind;
  /** Null where the host acts by itself. */
  readonly cpu: number | null;
  readonly level: number;
  /** "ESSA 3 (set volatile)". */
  readonly name: string;
  /** "returns 0x00", or why the host did it; may be empty. */
  readonly detail: string;
  /** Bytes that this moved to, and from, the paging device. */
  readonly written: number;
  readonly read: number;
}

/** A page of a guest. Level 1 is the host's guest; pages of all guests at level 2 share the numbers of their absolute addresses. */
export interface Row {
  readonly level: number;
  /** Guest absolute address. */
  readonly page: number;
}

/** No row, or no state. */
export const NO_ROW = 0xffff_ffff;
export const NO_STATE = 0xff;

/** More events than this, 26 bytes each, are not recorded: what comes later is missing, and {@link Recording.complete} says so. */
const MOST_EVENTS = 1 << 23;

/**
 * Records what a machine tells of itself, in the order in which it happens, in columns. It takes 26 bytes an event, and what is said once only:
 * pages, and descriptions that many events share. Listening does not change the run.
 */
export class Recording {
  /** Time is a count: the instructions that all CPUs have executed. */
  readonly times = new Column(Float64Array);
  /** Index into {@link whats}. */
  readonly what = new Column(Uint32Array);
  /** Index into {@link rows}, or {@link NO_ROW}. */
  readonly row = new Column(Uint32Array);
  /** The page's state as ESSA's byte (see {@link stateCode}), or {@link NO_STATE}. */
  readonly before = new Column(Uint8Array);
  readonly after = new Column(Uint8Array);
  /** Address of the instruction that it happened at, or zero. */
  readonly at = new Column(BigUint64Array);
  /** Interruptions that stored a translation-exception identification: which event, and what. */
  readonly teidEvents = new Column(Uint32Array);
  readonly teids = new Column(BigUint64Array);
  readonly whats: What[] = [];
  readonly rows: Row[] = [];
  /** States of rows at the start, where they are not {@link NO_STATE}: those that were resident or hinted about. */
  readonly initial: readonly (readonly [row: number, state: number])[];
  readonly start: number;
  readonly #machine: Machine;
  readonly #limit: number;
  readonly #whatIndex = new Map<string, number>();
  readonly #rowIndex = new Map<number, Map<number, number>>();
  readonly #stops: readonly (() => void)[];
  #written: number;
  #read: number;
  #complete = true;

  /** @param limit the most events to record */
  constructor(machine: Machine, limit = MOST_EVENTS) {
    this.#machine = machine;
    this.#limit = limit;
    this.start = machine.instructions;
    this.#written = machine.store.bytesWritten;
    this.#read = machine.store.bytesRead;
    this.initial = [...machine.pager.pages()].filter(({ state }) => isNotable(state)).map(initialOf(this.#rowOf.bind(this)));
    const { events } = machine.configuration;
    this.#stops = [
      events.on('interruption', (e) => this.#interruption(e)),
      events.on('interception', (e) => this.#add(e, { kind: 'interception', name: interceptionName(e), at: e.address })),
      events.on('sie', (e) => this.#add(e, { kind: e.entered ? 'enter' : 'leave', name: e.entered ? 'SIE entered' : 'SIE left' })),
      events.on('essa', (e) => this.#essa(e)),
      events.on('host', (e) => this.#host(e)),
      events.on('pageState', (e) => this.#pageState(e)),
    ];
  }

  /** Events that were recorded. */
  get length(): number {
    return this.times.length;
  }

  /** Nothing is missing; otherwise the last events are. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Where the run is now, or where the recording had to end. */
  get end(): number {
    return this.#complete ? this.#machine.instructions : (this.times.get(this.length - 1) ?? this.start);
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #interruption(e: Events['interruption']): void {
    const discarded = e.class === 'program' && e.code === PGM.BLOCK_VOLATILITY && e.teid !== undefined;
    // The identification is the block's absolute address here, and not a virtual one as elsewhere (spec/host.md 2.2).
    const page = discarded ? Number(e.teid & ~0xfffn) : undefined;
    const recorded = this.#add(e, { kind: 'interruption', name: interruptionName(e), at: e.at, ...(page !== undefined && { page }) });
    if (!recorded || e.teid === undefined) return;
    this.teidEvents.push(this.length - 1);
    this.teids.push(e.teid);
  }

  #essa(e: Events['essa']): void {
    const code = stateCodeOf(e.result);
    const states = { before: code, after: code };
    this.#add(e, { kind: 'essa', name: essaName(e.orc), detail: `returns ${hex(e.result, 2)}`, page: e.page, at: e.address, ...states });
  }

  #host({ action, page, reason }: Events['host']): void {
    const { bytesWritten, bytesRead } = this.#machine.store;
    const written = bytesWritten - this.#written;
    const read = bytesRead - this.#read;
    this.#written = bytesWritten;
    this.#read = bytesRead;
    const clean = action === 'page-out' && written === 0;
    const detail = clean ? `${reason}; the copy on the paging device is still good` : reason;
    this.#add({ level: 1 }, { kind: action, name: `host: ${action}`, detail, page, written, read });
  }

  /** What ESSA or paging does to a page's state is part of that event, which has just been told; the rest are events of their own. */
  #pageState({ level, page, before, after, by, cpu }: Events['pageState']): void {
    if (!this.#complete) return;
    const states = { before: stateCode(before), after: stateCode(after) };
    const last = this.length - 1;
    const kind = this.whats[this.what.get(last) ?? NO_ROW]?.kind;
    const belongs = kind === 'essa' ? by.startsWith('ESSA') : by === `host ${kind}`;
    if (belongs && this.row.get(last) === this.#rowOf(level, page)) {
      this.before.set(last, states.before);
      this.after.set(last, states.after);
    } else this.#add({ level, ...(cpu !== undefined && { cpu }) }, { kind: 'state', name: by, page, ...states });
  }

  /** @returns whether there was room for it */
  #add({ cpu, level }: { readonly cpu?: number; readonly level: number }, e: NewEvent): boolean {
    this.#complete &&= this.length < this.#limit;
    if (!this.#complete) return false;
    const { kind, name, detail = '', page, before = NO_STATE, after = NO_STATE, at = 0n, written = 0, read = 0 } = e;
    this.times.push(Math.max(this.#now(cpu), this.times.get(this.length - 1) ?? this.start));
    this.what.push(this.#whatOf({ kind, cpu: cpu ?? null, level, name, detail, written, read }));
    this.row.push(page === undefined ? NO_ROW : this.#rowOf(level, page));
    this.before.push(before);
    this.after.push(after);
    this.at.push(at);
    return true;
  }

  /** Instructions of all CPUs before the one that is being executed. Only one CPU at a time is in generated code. */
  #now(index?: number): number {
    const { cpus } = this.#machine.configuration;
    const running = index === undefined ? cpus.find((cpu) => cpu.granted > 0) : cpus[index];
    return this.#machine.instructions + (running ? running.instructions - running.executed : 0);
  }

  #whatOf(what: What): number {
    const key = `${what.kind} ${what.cpu} ${what.level} ${what.written} ${what.read} ${what.name} ${what.detail}`;
    const known = this.#whatIndex.get(key);
    if (known !== undefined) return known;
    this.#whatIndex.set(key, this.whats.length);
    return this.whats.push(what) - 1;
  }

  #rowOf(level: number, address: number): number {
    const page = address - (address % FRAME_SIZE);
    const index = this.#rowIndex.get(level) ?? new Map<number, number>();
    this.#rowIndex.set(level, index);
    const known = index.get(page);
    if (known !== undefined) return known;
    index.set(page, this.rows.length);
    return this.rows.push({ level, page }) - 1;
  }
}

interface NewEvent {
  readonly kind: RecordedKind;
  readonly name: string;
  readonly detail?: string;
  readonly page?: number;
  readonly before?: number;
  readonly after?: number;
  readonly at?: bigint;
  readonly written?: number;
  readonly read?: number;
}

/** The rest are as a machine makes its pages: nothing has happened to them. */
const isNotable = ({ usage, content, nodat }: PageState): boolean => usage !== 'S' || content === 'r' || nodat;

const initialOf =
  (rowOf: (level: number, page: number) => number) =>
  ({ page, state }: { page: number; state: PageState }): readonly [number, number] => [rowOf(1, page), stateCode(state)];
