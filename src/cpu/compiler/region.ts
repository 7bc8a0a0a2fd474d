import type { Row } from '../row.ts';

/** What an instruction does, as far as the shape of a region depends on it. */
export interface Step {
  /** In linear memory. */
  readonly offset: number;
  readonly length: number;
  readonly row: Row;
  readonly slot: number;
  /** Registers and condition code that it changes, as bits; see RegisterLocals. */
  readonly changes: number;
  /** General registers that it uses in any way. */
  readonly uses: number;
  /** Code outside the region runs, and brings the CPU block up to date. */
  readonly calls: boolean;
  /** Offset that it may branch to. */
  readonly target?: number;
  /** The next instruction may follow. */
  readonly falls: boolean;
}

/** Instructions of which the first may be branched to and only the last branches. */
export interface Block {
  readonly steps: readonly Step[];
  /** Blocks that may follow, by number; undefined where the region is left. */
  readonly target: number | undefined;
  readonly fall: number | undefined;
}

/** Blocks of one page, in reverse postorder from the entry on, which is block 0. */
export interface Region {
  readonly blocks: readonly Block[];
  /** The number of the block that dominates each block immediately; of block 0 itself. */
  readonly dominators: readonly number[];
  /** Branches to each block from blocks that come earlier in the order, and whether any comes from a later one. */
  readonly forward: readonly number[];
  readonly isLoop: readonly boolean[];
}

const MOST_STEPS = 160;

/** Finds the instructions that can be reached from an entry by branches whose targets are known. `stepAt` tells of none where the region must be left. */
export const findRegion = (entry: number, stepAt: (offset: number) => Step | undefined): Region | undefined => {
  const steps = reach(entry, stepAt);
  if (steps.size === 0) return undefined;
  const leaders = leadersOf(entry, steps);
  let edges = new Map([...leaders].map((leader) => [leader, blockFrom(leader, steps, leaders)]));
  for (;;) {
    const region = order(entry, edges);
    const wrong = irreducible(region);
    if (wrong === undefined) return region;
    edges = cut(edges, region, wrong);
  }
};

const reach = (entry: number, stepAt: (offset: number) => Step | undefined): Map<number, Step> => {
  const steps = new Map<number, Step>();
  const waiting = [entry];
  while (waiting.length > 0 && steps.size < MOST_STEPS) {
    let offset: number | undefined = waiting.shift()!;
    while (offset !== undefined && !steps.has(offset) && steps.size < MOST_STEPS) {
      const step = stepAt(offset);
      if (!step) break;
      steps.set(offset, step);
      if (step.target !== undefined) waiting.push(step.target);
      offset = step.falls ? offset + step.length : undefined;
    }
  }
  return steps;
};

const leadersOf = (entry: number, steps: ReadonlyMap<number, Step>): Set<number> => {
  const leaders = new Set([entry]);
  for (const { offset, length, target, falls } of steps.values()) {
    if (target === undefined) continue;
    if (steps.has(target)) leaders.add(target);
    if (falls && steps.has(offset + length)) leaders.add(offset + length);
  }
  return leaders;
};

/** A block with the offsets, not yet numbers, of what follows. */
interface Edges {
  readonly steps: readonly Step[];
  readonly target: number | undefined;
  readonly fall: number | undefined;
}

const blockFrom = (leader: number, steps: ReadonlyMap<number, Step>, leaders: ReadonlySet<number>): Edges => {
  const block: Step[] = [];
  for (let offset = leader; ; ) {
    const step = steps.get(offset)!;
    block.push(step);
    const next = offset + step.length;
    const known = (place: number | undefined): number | undefined => (place !== undefined && steps.has(place) ? place : undefined);
    if (step.target !== undefined || !step.falls || !steps.has(next) || leaders.has(next)) {
      return { steps: block, target: known(step.target), fall: step.falls ? known(next) : undefined };
    }
    offset = next;
  }
};

const order = (entry: number, edges: ReadonlyMap<number, Edges>): Region => {
  const postorder: number[] = [];
  const seen = new Set<number>();
  const visit = (leader: number): void => {
    seen.add(leader);
    const { target, fall } = edges.get(leader)!;
    for (const next of [target, fall]) if (next !== undefined && !seen.has(next)) visit(next);
    postorder.push(leader);
  };
  visit(entry);
  const leaders = postorder.reverse();
  const numbers = new Map(leaders.map((leader, n) => [leader, n]));
  const numberOf = (leader: number | undefined): number | undefined => (leader === undefined ? undefined : numbers.get(leader));
  const blocks = leaders.map((leader) => {
    const { steps, target, fall } = edges.get(leader)!;
    return { steps, target: numberOf(target), fall: numberOf(fall) };
  });
  const predecessors: number[][] = blocks.map(() => []);
  blocks.forEach((block, n) => {
    for (const next of followers(block)) predecessors[next]!.push(n);
  });
  return {
    blocks,
    dominators: dominatorsOf(predecessors),
    forward: predecessors.map((list, n) => list.filter((p) => p < n).length),
    isLoop: predecessors.map((list, n) => list.some((p) => p >= n)),
  };
};

export const followers = ({ target, fall }: Block): number[] => [target, fall].filter((next) => next !== undefined);

/** By Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm". */
const dominatorsOf = (predecessors: readonly (readonly number[])[]): number[] => {
  const dominators: number[] = [0];
  const common = (a: number, b: number): number => {
    let [x, y] = [a, b];
    while (x !== y) {
      while (x > y) x = dominators[x]!;
      while (y > x) y = dominators[y]!;
    }
    return x;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let n = 1; n < predecessors.length; n++) {
      const known = predecessors[n]!.filter((p) => dominators[p] !== undefined);
      const dominator = known.reduce(common);
      if (dominators[n] !== dominator) changed = true;
      dominators[n] = dominator;
    }
  }
  return dominators;
};

const dominates = (region: Region, above: number, below: number): boolean => {
  let n = below;
  while (n > above) n = region.dominators[n]!;
  return n === above;
};

/** A branch back into the middle of a loop, which structured code cannot express: [from, to]. */
const irreducible = (region: Region): readonly [number, number] | undefined => {
  for (const [n, block] of region.blocks.entries()) {
    for (const next of followers(block)) if (next <= n && !dominates(region, next, n)) return [n, next];
  }
  return undefined;
};

/** Leaves the region where such a branch is. */
const cut = (edges: ReadonlyMap<number, Edges>, region: Region, [from, to]: readonly [number, number]): Map<number, Edges> => {
  const at = (n: number): number => region.blocks[n]!.steps[0]!.offset;
  const block = edges.get(at(from))!;
  const without = (place: number | undefined): number | undefined => (place === at(to) ? undefined : place);
  return new Map(edges).set(at(from), { steps: block.steps, target: without(block.target), fall: without(block.fall) });
};
