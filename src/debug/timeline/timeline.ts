import type { Machine, Outcome } from '../../host/machine.ts';
import type { Session } from '../session.ts';
import type { SessionSnapshot } from '../snapshot.ts';
import { stateDigest } from './digest.ts';
import { EventIndex, type IndexedEvent, instructionsNow, onIndexedEvents } from './event-index.ts';
import { History, type Landmark } from './history.ts';
import { DivergenceError, isBefore, type Position } from './position.ts';
import type { Probe } from './probe.ts';

/** Something that is done to the machine from outside, between two instructions: a part of the run from then on. */
export type Input = (session: Session) => void;

interface Hit<T> {
  readonly found: T;
  readonly instruction: number;
  readonly events: number;
  readonly isThere: (() => boolean) | undefined;
}

interface TakenInput {
  readonly act: Input;
  readonly instruction: number;
  /** Events that had happened before, and that the action itself made. */
  readonly events: number;
  readonly made: number;
}

interface Mark {
  readonly events: number;
  readonly inputs: number;
  readonly digest: number;
}

export interface TimelineOptions {
  /** Instructions between two snapshots at the least; see {@link History}. */
  readonly interval?: number;
  /** Bytes of pages that snapshots may hold. */
  readonly memory?: number;
}

const INTERVAL = 100_000;
const MEMORY = 256 * 2 ** 20;
/** Instructions between two looks at whether to go on, when every instruction is looked at. */
const STEPPING_SLICE = 20_000;
/** Hits that are kept of one stretch on the way back. */
const MOST_HITS = 256;

/**
 * A run that can be moved through in both directions. Snapshots and the index of events are made as it goes; what has been run once is run
 * again from a snapshot, and must be the same: states are compared wherever a snapshot was taken, every event with the index.
 */
export class Timeline {
  readonly session: Session;
  readonly index = new EventIndex();
  /** Asked between two stretches of a long run: true ends it where it is. */
  pause: () => Promise<boolean> = async () => false;
  readonly #machine: Machine;
  readonly #interval: number;
  readonly #history: History;
  readonly #marks = new Map<number, Mark>();
  readonly #inputs: TakenInput[] = [];
  /** Inputs that have been taken by where the machine is. */
  #taken = 0;
  /** Events that have happened by where the machine is, and by when its number of instructions was reached. */
  #events = 0;
  #boundary = 0;
  #outcome: Outcome | undefined;
  #end: Position = { instruction: 0, event: 0 };
  #difference: string | undefined;
  /** What happens now does not count. */
  #isTrial = false;
  /** Makes the machine stop when so many events have happened. */
  #stopAtEvents = Number.POSITIVE_INFINITY;

  /** @param session which nobody else runs from now on */
  constructor(session: Session, { interval = INTERVAL, memory = MEMORY }: TimelineOptions = {}) {
    this.session = session;
    this.#machine = session.machine;
    this.#interval = interval;
    this.#history = new History(interval, memory);
    onIndexedEvents(this.#machine, (event) => this.#record(event));
    this.#add(session.capture());
    this.#end = this.position;
  }

  get position(): Position {
    return { instruction: this.#machine.instructions, event: this.#events - this.#boundary };
  }

  /** Events that have happened up to here: numbers in {@link index} below this are of the past. */
  get events(): number {
    return this.#events;
  }

  /** The farthest position that has been seen. */
  get end(): Position {
    return this.#end;
  }

  /** The first position: 0, but for a session that goes on from a snapshot. */
  get start(): Position {
    return { instruction: this.#history.landmarks[0]!.instruction, event: 0 };
  }

  /** How the program has ended, where it has. */
  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  /** Snapshots that are kept, and bytes of pages in them. */
  get kept(): { readonly snapshots: number; readonly bytes: number } {
    return { snapshots: this.#history.landmarks.length, bytes: this.#history.bytes };
  }

  /**
   * Runs on until a probe finds something, up to a number of instructions, or to the program's end, whichever is first.
   * @returns what was found where the machine is now
   * @throws DivergenceError
   */
  async forward<T>(probe: Probe<T> | undefined, to = Number.POSITIVE_INFINITY): Promise<T | undefined> {
    let first: Hit<T> | undefined;
    let ended: 'ended' | undefined;
    const end = probe?.attach(this.#machine, (found, isThere) => {
      first ??= this.#hit(found, isThere);
      this.#machine.interrupt();
    });
    try {
      while (first === undefined && !ended && !this.#outcome && this.#machine.instructions < to) {
        ended = this.#runOn(to, probe?.stepping ?? false, () => first !== undefined);
        if (first === undefined && !ended && (await this.pause())) break;
      }
    } finally {
      end?.();
    }
    // From here on the probe does not look: the way to the place is run again.
    if (first !== undefined) this.#settle(first.instruction, first.events, first.isThere);
    else if (ended) this.#settleEnd();
    this.#noteEnd();
    return (first as Hit<T> | undefined)?.found;
  }

  /**
   * Goes back to the last position before this one at which a probe finds something.
   * @returns what was found; undefined at the start of the run, or where the search was given up
   */
  async backward<T>(probe: Probe<T>): Promise<T | undefined> {
    const here = this.position;
    let before: Position = here;
    while (isBefore(this.start, before)) {
      const landmark = this.#landmarkBefore(before);
      this.#reinstate(landmark);
      const hits: Hit<T>[] = [];
      const end = probe.attach(this.#machine, (found, isThere) => {
        if (hits.push(this.#hit(found, isThere)) > MOST_HITS) hits.shift();
      });
      try {
        await this.#arrive(before);
      } finally {
        end();
      }
      for (const hit of hits.reverse()) {
        this.#settle(hit.instruction, hit.events, hit.isThere);
        if (isBefore(this.position, here)) return hit.found;
      }
      before = { instruction: landmark.instruction, event: 0 };
      if (await this.pause()) break;
    }
    await this.goto(before);
    return undefined;
  }

  /**
   * Goes to a position; beyond the farthest one the run goes on. A position that the run does not have leads to the next that it has.
   * @throws DivergenceError
   */
  async goto(position: Position): Promise<void> {
    const here = this.position;
    if (position.instruction === here.instruction && position.event === here.event) return;
    const nearest = this.#landmarkBefore({ ...position, event: position.event + 1 });
    if (isBefore(position, here) || nearest.instruction > here.instruction) this.#reinstate(nearest);
    await this.#arrive(position);
    this.#noteEnd();
  }

  /** Goes back by instructions of all CPUs; from a position between two instructions, the first of them leads to the one before it. */
  async back(instructions = 1): Promise<void> {
    const { instruction, event } = this.position;
    const first = event > 0 ? 1 : 0;
    await this.goto({ instruction: Math.max(this.start.instruction, instruction - instructions + first), event: 0 });
  }

  /** Looks at every event between two positions, as it happened, and comes back to where it was. */
  async replay(from: Position, to: Position, see: (event: IndexedEvent, instruction: number) => void): Promise<void> {
    const here = this.position;
    await this.goto(from);
    const end = onIndexedEvents(this.#machine, (event) => see(event, instructionsNow(this.#machine)));
    try {
      await this.#arrive(to);
    } finally {
      end();
    }
    await this.goto(here);
  }

  /** A look at what a probe finds between two positions, the last that it found; the machine comes back to where it was. */
  async lastBefore<T>(probe: Probe<T>): Promise<{ readonly found: T; readonly position: Position } | undefined> {
    const here = this.position;
    const found = await this.backward(probe);
    const { position } = this;
    await this.goto(here);
    return found === undefined ? undefined : { found, position };
  }

  /**
   * Acts from outside, here and now. The action is a part of the run: it is taken again whenever the run comes by. What had been run beyond
   * here will not come.
   * @throws whatever the action throws, and then nothing has happened
   */
  act(input: Input): void {
    this.#try(input);
    this.#forgetFuture();
    const { instructions } = this.#machine;
    const events = this.#events;
    input(this.session);
    this.#inputs.push({ act: input, instruction: instructions, events, made: this.#events - events });
    this.#taken++;
    this.#end = this.position;
  }

  /** An action that is refused may have left something behind, so it is tried where that does not matter. */
  #try(input: Input): void {
    const before = this.session.capture();
    this.#isTrial = true;
    try {
      input(this.session);
    } finally {
      this.session.reinstate(before);
      this.#isTrial = false;
    }
  }

  /** The whole state here, for whoever wants to keep it. */
  capture(): SessionSnapshot {
    return this.session.capture(this.#history.lastWhere((landmark) => landmark.events <= this.#events)?.snapshot);
  }

  #forgetFuture(): void {
    const { instructions } = this.#machine;
    this.index.truncate(this.#events);
    this.#history.drop((landmark) => landmark.instruction > instructions || landmark.events > this.#events);
    for (const [instruction, mark] of this.#marks) {
      if (instruction > instructions || mark.events > this.#events || mark.inputs > this.#taken) this.#marks.delete(instruction);
    }
    this.#inputs.length = this.#taken;
    this.#end = this.position;
  }

  #noteEnd(): void {
    if (isBefore(this.#end, this.position)) this.#end = this.position;
  }

  #hit<T>(found: T, isThere: (() => boolean) | undefined): Hit<T> {
    return { found, instruction: instructionsNow(this.#machine), events: this.#events, isThere };
  }

  #record(event: IndexedEvent): void {
    if (this.#isTrial) return;
    if (this.#events >= this.index.length) this.index.add(instructionsNow(this.#machine), event);
    else if (!this.index.isSame(this.#events, event)) this.#difference ??= `event ${this.#events} was another, and is now ${event.kind}`;
    this.#events++;
    if (this.#events >= this.#stopAtEvents) this.#machine.interrupt();
  }

  /** Runs a stretch towards a number of instructions: up to the next place where something is to be done, which is done. */
  #runOn(to: number, stepping = false, isFound: () => boolean = () => false): 'ended' | undefined {
    const here = this.#machine.instructions;
    const input = this.#inputs[this.#taken];
    if (input?.instruction === here) {
      this.#takeInput(input);
      return undefined;
    }
    const due = this.#nextLandmark(here, to);
    const next = Math.min(to, input?.instruction ?? to, this.#nextMark(here), due, stepping ? here + STEPPING_SLICE : to);
    const outcome = this.session.run(next - here);
    this.#checkDifference();
    if (isFound()) return undefined;
    if (this.#machine.instructions < next) return 'ended';
    this.#boundary = this.#events;
    this.#setOutcome(outcome);
    this.#atBoundary(next >= due);
    return undefined;
  }

  /** The program has ended somewhere on the way: that is a position, too. It says so again when it is asked to go on. */
  #settleEnd(): void {
    this.#settle(this.#machine.instructions, this.#events);
    this.#setOutcome(this.session.run(1));
  }

  /** Where the next snapshot is due: the longer the run, the farther; but close to where it is to stop, somebody will want to look around. */
  #nextLandmark(here: number, to: number): number {
    const landmark = this.#history.lastWhere(({ instruction }) => instruction <= here)!;
    const vicinity = to - 2 * this.#interval;
    const due = landmark.instruction + (here < vicinity ? this.#spacing(here) : this.#interval);
    return Math.max(here + 1, here < vicinity && vicinity < Number.POSITIVE_INFINITY ? Math.min(due, vicinity) : due);
  }

  #spacing(here: number): number {
    return Math.max(this.#interval, 2 ** Math.floor(Math.log2(here / 128 + 1)));
  }

  #nextMark(here: number): number {
    const spacing = this.#spacing(here);
    const next = (Math.floor(here / spacing) + 1) * spacing;
    return this.#marks.has(next) || this.#end.instruction <= here ? next : Number.POSITIVE_INFINITY;
  }

  #setOutcome(outcome: Outcome | undefined): void {
    this.#outcome = outcome?.verdict === 'interrupted' ? undefined : outcome;
  }

  /** Behind an instruction: keeps a snapshot if it is time, and compares the state with what it was here the first time. */
  #atBoundary(isDue: boolean): void {
    const { instructions } = this.#machine;
    const isMarked = instructions % this.#spacing(instructions - 1) === 0;
    if (!isDue && !isMarked) return;
    const snapshot = this.session.capture(this.#history.lastWhere((landmark) => landmark.instruction <= instructions)?.snapshot);
    if (isMarked) this.#compare(snapshot);
    if (isDue) this.#add(snapshot);
  }

  #compare(snapshot: SessionSnapshot): void {
    const { instructions } = this.#machine;
    const now: Mark = { events: this.#events, inputs: this.#taken, digest: stateDigest(snapshot) };
    const then = this.#marks.get(instructions);
    if (then === undefined || then.inputs !== now.inputs) this.#marks.set(instructions, now);
    else if (then.events !== now.events)
      throw new DivergenceError(this.position, `${now.events} events had happened, ${then.events} the first time`);
    else if (then.digest !== now.digest) throw new DivergenceError(this.position, 'the state is another');
  }

  #add(snapshot: SessionSnapshot): void {
    const { instructions: instruction } = this.#machine;
    this.#history.add({ instruction, events: this.#events, inputs: this.#taken, snapshot });
  }

  /** The last landmark at or before a position. */
  #landmarkBefore(position: Position): Landmark {
    return this.#history.lastWhere(({ instruction }) => isBefore({ instruction, event: 0 }, position))!;
  }

  #reinstate({ snapshot, events, inputs }: Landmark): void {
    this.session.reinstate(snapshot);
    this.#events = events;
    this.#boundary = events;
    this.#taken = inputs;
    this.#outcome = undefined;
  }

  /** Runs from here on to a position that is not before this one. */
  async #arrive({ instruction, event }: Position): Promise<void> {
    while (this.#machine.instructions < instruction && !this.#outcome) {
      if (this.#runOn(instruction)) {
        this.#settleEnd();
        return;
      }
      if (this.#machine.instructions < instruction && isBefore(this.#end, this.position) && (await this.pause())) return;
    }
    if (this.#machine.instructions === instruction) this.#arriveAtEvent(this.#boundary + event);
  }

  /** Runs on behind the last instruction until so many events have happened in all. */
  #arriveAtEvent(events: number, isThere: () => boolean = () => false): void {
    for (;;) {
      const input = this.#inputs[this.#taken];
      const isDue =
        input?.instruction === this.#machine.instructions && (input.events < events || (input.events === events && input.made === 0));
      if (isDue) this.#takeInput(input);
      else if (this.#events >= events || this.#outcome || isThere()) return;
      else this.#runToEvent(events);
    }
  }

  #takeInput(input: TakenInput): void {
    while (this.#events < input.events && !this.#outcome) this.#runToEvent(input.events);
    input.act(this.session);
    this.#taken++;
    this.#checkDifference();
  }

  /** Goes to the first boundary, not before so many instructions, at which so many events have happened. */
  #settle(instruction: number, events: number, isThere?: () => boolean): void {
    const landmark = this.#history.lastWhere((l) => l.instruction <= instruction && l.events <= events)!;
    this.#reinstate(landmark);
    while (this.#machine.instructions < instruction && !this.#outcome) this.#runStraight(instruction);
    this.#arriveAtEvent(events, isThere);
  }

  /** As {@link #runOn} where the way is known and short. */
  #runStraight(to: number): void {
    const input = this.#inputs[this.#taken];
    if (input?.instruction === this.#machine.instructions) {
      this.#takeInput(input);
      return;
    }
    const next = Math.min(to, input?.instruction ?? to);
    this.#setOutcome(this.session.run(next - this.#machine.instructions));
    this.#checkDifference();
    this.#boundary = this.#events;
  }

  /** Runs one instruction, or less: up to the first boundary at which so many events have happened. */
  #runToEvent(events: number): void {
    const { instructions } = this.#machine;
    // Only a machine that steps stops between an event and the instruction behind it.
    const step = this.#machine.configuration.events.on('instruction', () => {});
    this.#stopAtEvents = events;
    try {
      this.#setOutcome(this.session.run(1));
    } finally {
      this.#stopAtEvents = Number.POSITIVE_INFINITY;
      step();
    }
    this.#checkDifference();
    if (this.#machine.instructions !== instructions) this.#boundary = this.#events;
  }

  #checkDifference(): void {
    const difference = this.#difference;
    this.#difference = undefined;
    if (difference !== undefined) throw new DivergenceError(this.position, difference);
  }
}
