import type { SessionSnapshot } from '../snapshot.ts';

/** A snapshot and where it was taken: right behind an instruction. */
export interface Landmark {
  /** Instructions of all CPUs. */
  readonly instruction: number;
  /** Events that had happened. */
  readonly events: number;
  /** Actions from outside that had been taken. */
  readonly inputs: number;
  readonly snapshot: SessionSnapshot;
}

const PAGE_BYTES = 4096;
/** What an entry of a list takes in Node 20 on x86-64: an array of two or three numbers, a record that is shared. */
const ENTRY_BYTES = 64;
/** Snapshots in the distance d may lie this part of d apart. */
const SPACING = 1 / 8;

/**
 * Snapshots of one run in order: dense around the place where somebody is, farther apart with distance, and the first one always. Contents
 * that several share count once; they take no more than a bound, apart from what the first and the nearest need.
 */
export class History {
  readonly #interval: number;
  readonly #most: number;
  readonly #landmarks: Landmark[] = [];
  /** In how many snapshots a content is. */
  readonly #uses = new Map<object, number>();
  #listed = 0;

  /**
   * @param interval instructions between two snapshots in the vicinity
   * @param most bytes that all snapshots together may hold
   */
  constructor(interval: number, most: number) {
    this.#interval = interval;
    this.#most = most;
  }

  /** Bytes that the snapshots hold: pages, each counted once, and lists of what is where. */
  get bytes(): number {
    return this.#uses.size * PAGE_BYTES + this.#listed * ENTRY_BYTES;
  }

  get landmarks(): readonly Landmark[] {
    return this.#landmarks;
  }

  /** The last landmark for which a condition holds that holds for all before it. */
  lastWhere(isBefore: (landmark: Landmark) => boolean): Landmark | undefined {
    let [low, high] = [0, this.#landmarks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(this.#landmarks[middle]!)) low = middle + 1;
      else high = middle;
    }
    return this.#landmarks[low - 1];
  }

  /** Adds a landmark, and thins out what lies far from it. */
  add(landmark: Landmark): void {
    const at = this.#landmarks.findLastIndex(({ events, instruction }) => instruction <= landmark.instruction && events <= landmark.events);
    this.#landmarks.splice(at + 1, 0, landmark);
    for (const content of contentsOf(landmark)) this.#uses.set(content, (this.#uses.get(content) ?? 0) + 1);
    this.#listed += entriesOf(landmark);
    this.#thin(landmark.instruction);
  }

  /** Drops the landmarks for which a condition holds: they belong to a future that will not come. */
  drop(isGone: (landmark: Landmark) => boolean): void {
    for (let n = this.#landmarks.length - 1; n >= 0; n--) if (isGone(this.#landmarks[n]!)) this.#remove(n);
  }

  #thin(here: number): void {
    const room = (n: number): number => this.#landmarks[n + 1]!.instruction - this.#landmarks[n - 1]!.instruction;
    const distance = (n: number): number => Math.abs(here - this.#landmarks[n]!.instruction);
    for (let n = this.#landmarks.length - 2; n > 0; n--) {
      if (distance(n) > 0 && room(n) <= Math.max(this.#interval, distance(n) * SPACING)) this.#remove(n);
    }
    while (this.bytes > this.#most) {
      // The one that is missed least: the least gap for its distance.
      let victim = -1;
      let least = Number.POSITIVE_INFINITY;
      for (let n = 1; n < this.#landmarks.length - 1; n++) {
        const loss = distance(n) === 0 ? Number.POSITIVE_INFINITY : room(n) / distance(n);
        if (loss < least) [victim, least] = [n, loss];
      }
      if (victim < 0) return;
      this.#remove(victim);
    }
  }

  #remove(n: number): void {
    const gone = this.#landmarks[n]!;
    this.#landmarks.splice(n, 1);
    this.#listed -= entriesOf(gone);
    for (const content of contentsOf(gone)) {
      const uses = this.#uses.get(content)! - 1;
      if (uses > 0) this.#uses.set(content, uses);
      else this.#uses.delete(content);
    }
  }
}

function* contentsOf({ snapshot: { machine } }: Landmark): Generator<object> {
  yield* machine.pages.values();
  yield* machine.slots.values();
}

const entriesOf = ({ snapshot: { session, machine } }: Landmark): number => {
  const { pager, store } = machine.state;
  const { interruptions, interceptions } = session.records;
  return pager.resident.length + pager.free.length + store.saved.length + interruptions.length + interceptions.length + machine.pages.size;
};
