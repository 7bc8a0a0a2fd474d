import type { VirtualCpu } from '../host/virtual-cpu.ts';
import { type NumberedSpec, probeFor, type Stop, type StopSpec } from './breakpoints.ts';
import { codeAt, isCall, untilReturn } from './code.ts';
import { Look } from './look.ts';
import type { Session } from './session.ts';
import { type IndexedEvent, type IndexedKind, onIndexedEvents } from './timeline/event-index.ts';
import { isBefore, type Position } from './timeline/position.ts';
import { type Input, Timeline, type TimelineOptions } from './timeline/timeline.ts';

/** What the last move of a debugger ran through: the last of the events, by number. */
export interface Happened {
  readonly number: number;
  readonly event: IndexedEvent;
}

export interface DebuggerOptions extends TimelineOptions {
  /** Lets others have a turn while a long run goes on, who may want to interrupt it. */
  readonly breathe?: () => Promise<void>;
}

/** Events that are remembered with everything in them; of all others the index has kind, page and time. */
const REMEMBERED = 256;

/** What `last-write` may be asked about. */
export type Written = 'essa' | 'pte' | 'key' | 'state';

const KINDS_OF: Readonly<Record<Written, readonly IndexedKind[]>> = {
  essa: ['essa'],
  pte: ['host'],
  key: ['key'],
  state: ['pageState'],
};

/** Own stops, that are no breakpoints of the user's. */
const OWN = 0;

/**
 * A session under a debugger: moves in both directions with breakpoints and watchpoints. What it has done is known by its results; it
 * prints nothing. Looking at the machine is {@link look}'s, which changes nothing.
 */
export class Debugger {
  readonly timeline: Timeline;
  readonly session: Session;
  readonly look: Look;
  /** Number of the CPU that is being looked at. */
  cpu = 0;
  readonly #specs = new Map<number, StopSpec>();
  #nextId = 1;
  readonly #recent = new Map<number, IndexedEvent>();
  /** Number of the first event of the last move. */
  #since = 0;
  #cancelled = false;

  /** @param session which only this debugger runs from now on */
  constructor(session: Session, { breathe = async () => {}, ...options }: DebuggerOptions = {}) {
    this.session = session;
    this.timeline = new Timeline(session, options);
    this.look = new Look(session.machine);
    onIndexedEvents(session.machine, (event) => this.#remember(event));
    this.timeline.pause = async () => {
      await breathe();
      return this.#cancelled;
    };
  }

  get vcpu(): VirtualCpu {
    return this.session.machine.vcpus[this.cpu]!;
  }

  /** Stops a move that is under way, at its next look around. */
  interrupt(): void {
    this.#cancelled = true;
  }

  // ---- breakpoints ---------------------------------------------------------------------------------------------------

  /** @returns the number of the breakpoint or watchpoint, from 1 on */
  add(spec: StopSpec): number {
    this.#specs.set(this.#nextId, spec);
    return this.#nextId++;
  }

  /** @returns whether there was one */
  remove(id: number): boolean {
    return this.#specs.delete(id);
  }

  get specs(): readonly NumberedSpec[] {
    return [...this.#specs].map(([id, spec]) => ({ id, spec }));
  }

  // ---- moves ---------------------------------------------------------------------------------------------------------

  /** Executes instructions of whichever CPU it is the turn of; breakpoints on the way stop it. */
  async step(instructions = 1): Promise<Stop> {
    const { instruction } = this.timeline.position;
    return this.#forward(instructions > 1 ? this.specs : [], instruction + instructions);
  }

  /** Executes an instruction; one that calls a routine, or enters a guest, with all that it brings about. */
  async next(): Promise<Stop> {
    const code = codeAt(this.look, this.vcpu);
    if (!code || !isCall(code)) return this.step();
    const address = BigInt.asUintN(64, code.address + BigInt(code.length));
    return this.#forward([
      ...this.specs,
      { id: OWN, spec: { kind: 'address', address, cpu: this.cpu, level: this.look.level(this.vcpu) } },
    ]);
  }

  /** Runs until the routine, or the interruption handler, that the CPU is in has returned. */
  async finish(): Promise<Stop> {
    const breakpoints = probeFor(this.specs, true);
    const returned = untilReturn(this.look, this.cpu);
    return this.#move(() =>
      this.timeline.forward({
        stepping: true,
        attach: (machine, hit) => {
          const ends = [breakpoints.attach(machine, hit), returned.attach(machine, (_, isThere) => hit({ reason: 'arrived' }, isThere))];
          return () => {
            for (const end of ends) end();
          };
        },
      }),
    );
  }

  async until(address: bigint): Promise<Stop> {
    return this.#forward([...this.specs, { id: OWN, spec: { kind: 'address', address } }]);
  }

  /** Runs to the next breakpoint or watchpoint, or to the end. */
  async continue(): Promise<Stop> {
    return this.#forward(this.specs);
  }

  /** Goes back to the last breakpoint or watchpoint before here, or to the start. */
  async reverseContinue(): Promise<Stop> {
    const found = await this.#move(() => this.timeline.backward(probeFor(this.specs, false)));
    return found.reason === 'arrived' ? { reason: 'start' } : found;
  }

  /** Goes back by instructions of all CPUs. */
  async back(instructions = 1): Promise<Stop> {
    const atStart = !isBefore(this.timeline.start, this.timeline.position);
    const stop = await this.#move(() => this.timeline.back(instructions).then(() => undefined));
    return atStart ? { reason: 'start' } : stop;
  }

  async goto(position: Position): Promise<Stop> {
    return this.#move(() => this.timeline.goto(position).then(() => undefined));
  }

  /**
   * Acts from outside, here and now; see {@link Timeline.act}.
   * @throws whatever the action throws, and then nothing has happened
   */
  act(action: Input): Stop {
    this.#since = this.timeline.events;
    this.timeline.act(action);
    return { reason: 'arrived' };
  }

  // ---- the past ------------------------------------------------------------------------------------------------------

  /** The events of the last move, the last ones of them at least, as long as they lie before here. */
  get happened(): readonly Happened[] {
    const { events } = this.timeline;
    return [...this.#recent]
      .filter(([number]) => number >= this.#since && number < events)
      .sort(([a], [b]) => a - b)
      .map(([number, event]) => ({ number, event }));
  }

  /** How many events the last move ran through; 0 when it went back. */
  get happenedCount(): number {
    return Math.max(0, this.timeline.events - this.#since);
  }

  /** The last event before here that says something about a page, by the index: see docs/debugging.md. */
  lastWrite(what: Written, page: number): ReturnType<Timeline['index']['lastOf']> {
    return this.timeline.index.lastOf(this.timeline.events, KINDS_OF[what], page);
  }

  /**
   * Where bytes of the host's guest were last changed: the position behind that. It runs the past again to find it.
   * @returns undefined when they never were; 'interrupted' when somebody did not want to wait
   */
  async lastStore(
    address: number,
    length: number,
  ): Promise<{ readonly stop: Stop; readonly position: Position } | 'interrupted' | undefined> {
    this.#cancelled = false;
    const found = await this.timeline.lastBefore(probeFor([{ id: OWN, spec: { kind: 'watch', address, length } }], false));
    if (found) return { stop: found.found, position: found.position };
    return this.#cancelled ? 'interrupted' : undefined;
  }

  /** The events with these numbers, with everything in them. */
  async eventsBetween(first: number, last: number): Promise<readonly Happened[]> {
    const { index, position, events } = this.timeline;
    const entry = index.get(first);
    if (!entry || last < first) return [];
    const found: Happened[] = [];
    const end = index.get(Math.min(last, events - 1))!;
    // An event belongs to the instruction before or behind its count.
    const from = { instruction: Math.max(this.timeline.start.instruction, entry.instruction - 1), event: 0 };
    const to = { instruction: end.instruction + 1, event: 0 };
    await this.timeline.replay(from, isBefore(position, to) ? position : to, (event) => {
      const number = this.timeline.events - 1;
      if (number >= first && number <= last) found.push({ number, event });
    });
    return found;
  }

  // ---- inside --------------------------------------------------------------------------------------------------------

  #remember(event: IndexedEvent): void {
    // The timeline has counted it already.
    const number = this.timeline.events - 1;
    this.#recent.delete(number);
    this.#recent.set(number, event);
    if (this.#recent.size > REMEMBERED) this.#recent.delete(this.#recent.keys().next().value!);
  }

  async #forward(specs: readonly NumberedSpec[], to?: number): Promise<Stop> {
    return this.#move(() => this.timeline.forward(specs.length > 0 ? probeFor(specs, true) : undefined, to));
  }

  async #move(move: () => Promise<Stop | undefined>): Promise<Stop> {
    this.#cancelled = false;
    this.#since = this.timeline.events;
    const found = await move();
    this.#follow();
    if (found?.reason === 'breakpoint' && found.id === OWN) return { reason: 'arrived' };
    if (found) return found;
    if (this.timeline.outcome) return { reason: 'end' };
    return { reason: this.#cancelled ? 'interrupted' : 'arrived' };
  }

  /** Looks at the CPU that goes on, when that is known. */
  #follow(): void {
    const { unfinished } = this.session.machine.capture().turns;
    if (unfinished) this.cpu = unfinished.cpu;
  }
}
