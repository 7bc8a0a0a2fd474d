import { CELL } from '../layout.ts';
import type { Flow, Helpers, I32, I64, Meaning } from '../meaning.ts';
import {
  BLOCK, branch, FunctionWriter, IF, i32Const, i64Const, LOOP, localGet, localSet, MEM, memory, OP,
} from '../wasm.ts'; // biome-ignore format: a list
import { CompiledMeaning } from './compiled-meaning.ts';
import { type Block, followers, type Region, type Step } from './region.ts';
import { RegisterLocals } from './register-locals.ts';

/** Parameters of a region's function: CPU block, instructions that may be executed, instruction address minus offset. It returns how many are left. */
const CPU = 0;
const BUDGET = 1;
const DELTA = 2;
export const REGION_TYPE = { params: ['i32', 'i32', 'i64'], results: ['i32'] } as const;

/** Writes a region as one function. `bytesAt` gives an instruction's bytes. */
export const writeRegion = (region: Region, helpers: Helpers, bytesAt: (step: Step) => Uint8Array): FunctionWriter =>
  new RegionWriter(region, helpers, bytesAt).write();

/**
 * Structured code from a control-flow graph whose loops each have one entry: a block that several others branch to comes behind a WebAssembly
 * block that they leave, a loop's first block begins a WebAssembly loop, and every other block stands where its only predecessor branches to it
 * (Ramsey, "Beyond Relooper", 2022).
 *
 * Registers are in locals. Wherever code outside may look at them, at a fault, an exit or a call, what has changed is written to the CPU block first.
 */
class RegionWriter {
  readonly #region: Region;
  readonly #helpers: Helpers;
  readonly #bytesAt: (step: Step) => Uint8Array;
  readonly #fn = new FunctionWriter([...REGION_TYPE.params], [...REGION_TYPE.results]);
  readonly #locals = new RegisterLocals(this.#fn, CPU);
  readonly #uses: number;
  /** Registers that the CPU block may not know of where a block begins. */
  readonly #changedBefore: readonly number[];
  /** What the WebAssembly blocks around the code being written lead to: a merge's or a loop's number, or nothing for the arms of an if. */
  readonly #around: ({ readonly block: number; readonly loop: boolean } | undefined)[] = [];

  constructor(region: Region, helpers: Helpers, bytesAt: (step: Step) => Uint8Array) {
    this.#region = region;
    this.#helpers = helpers;
    this.#bytesAt = bytesAt;
    this.#uses = region.blocks.flatMap(({ steps }) => steps).reduce((set, { uses }) => set | uses, 0);
    this.#changedBefore = changedBefore(region);
  }

  write(): FunctionWriter {
    this.#tree(0);
    // Every path has returned.
    this.#fn.emit(0x00);
    this.#fn.begin(this.#locals.load(this.#locals.used));
    return this.#fn;
  }

  /** A block and all that it dominates. */
  #tree(n: number): void {
    const merges = this.#region.dominators.flatMap((dominator, m) => (m > 0 && dominator === n && this.#region.forward[m]! > 1 ? [m] : []));
    if (this.#region.isLoop[n]) this.#within(LOOP, { block: n, loop: true }, () => this.#withMerges(n, merges.reverse()));
    else this.#withMerges(n, merges.reverse());
  }

  /** The farthest merge comes last, so its block is the outermost. */
  #withMerges(n: number, [last, ...others]: readonly number[]): void {
    if (last === undefined) {
      this.#block(n);
      return;
    }
    this.#within(BLOCK, { block: last, loop: false }, () => this.#withMerges(n, others));
    this.#tree(last);
  }

  #within(opening: readonly number[], around: { block: number; loop: boolean } | undefined, body: () => void): void {
    this.#fn.emit(opening);
    this.#around.push(around);
    body();
    this.#around.pop();
    this.#fn.emit(OP.end);
  }

  #block(n: number): void {
    const block = this.#region.blocks[n]!;
    const locals = this.#locals;
    locals.changed = this.#changedBefore[n]!;
    locals.knownCode = undefined;
    this.#charge(block);
    let taken: I32 | undefined;
    block.steps.forEach((step, index) => {
      taken = this.#step(step, block.steps.length - 1 - index) ?? taken;
    });
    this.#fn.recycle();
    this.#leave(n, block, taken);
  }

  /** Pays for a whole block; what is left may not be enough, and then the interpreter goes on. */
  #charge({ steps }: Block): void {
    const budget = localGet(BUDGET);
    const count = i32Const(steps.length);
    this.#fn.emit(budget, count, OP.i32.sub, localSet(BUDGET), budget, i32Const(0), OP.i32.lt_s, IF);
    this.#exit(steps[0]!.offset, steps.length);
    this.#fn.emit(OP.end);
  }

  /** @returns for a branch whose target is known: whether it is taken */
  #step(step: Step, left: number): I32 | undefined {
    const flow = new RegionFlow(step, left, this.#fn, this.#locals, this.#uses);
    const meaning = new CompiledMeaning(step.row, this.#fn, this.#helpers, flow, this.#bytesAt(step), step.offset, this.#locals);
    if (step.row.plain) meaning.setCell64(CELL.RELATIVE_BASE, flow.relativeBase(meaning));
    meaning.write(step.slot);
    return flow.taken;
  }

  /** Goes on behind a block, which leaves the region unless the next block is part of it. */
  #leave(n: number, block: Block, taken: I32 | undefined): void {
    const last = block.steps.at(-1)!;
    const after = { changed: this.#locals.changed };
    const toTarget = (): void => this.#goTo(n, block.target, last.target!, after);
    const toNext = (): void => {
      if (last.falls) this.#goTo(n, block.fall, last.offset + last.length, after);
    };
    if (last.target === undefined || taken === undefined || taken.constant === 0) toNext();
    else if (taken.constant !== undefined) toTarget();
    else {
      this.#fn.emit(taken.code);
      this.#within(IF, undefined, toTarget);
      toNext();
    }
  }

  #goTo(from: number, to: number | undefined, offset: number, { changed }: { changed: number }): void {
    this.#locals.changed = changed;
    if (to === undefined) this.#exit(offset, 0);
    else if (to <= from || this.#region.forward[to]! > 1) this.#fn.emit(branch(this.#depthOf(to, to <= from)));
    else this.#tree(to);
  }

  #depthOf(block: number, loop: boolean): number {
    const at = this.#around.findLastIndex((around) => around?.block === block && around.loop === loop);
    if (at < 0) throw new Error(`there is nothing around that leads to block ${block}`);
    return this.#around.length - 1 - at;
  }

  /** Leaves the region at an offset. */
  #exit(offset: number, unused: number): void {
    this.#fn.emit(exitTo(this.#locals, [...i64Const(BigInt(offset)), ...localGet(DELTA), OP.i64.add], unused));
  }
}

/** Code that leaves a region with an instruction address, having executed all that has been paid for but some. */
const exitTo = (locals: RegisterLocals, address: readonly number[], unused: number): number[] => [
  ...locals.save(), ...localGet(CPU), ...address, ...memory(MEM.i64.store, CELL.PSW_IA), ...budgetPlus(unused), OP.return,
]; // biome-ignore format: stack code

const budgetPlus = (unused: number): number[] =>
  unused === 0 ? [...localGet(BUDGET)] : [...localGet(BUDGET), ...i32Const(unused), OP.i32.add];

/** What has changed since it was last written to the CPU block, where each block begins: whatever some way there has changed. */
const changedBefore = ({ blocks }: Region): number[] => {
  const before = blocks.map(() => 0);
  for (let changed = true; changed; ) {
    changed = false;
    blocks.forEach((block, n) => {
      const after = block.steps.reduce((set, { calls, changes }) => (calls ? 0 : set | changes), before[n]!);
      for (const next of followers(block)) {
        const more = before[next]! | after;
        if (more !== before[next]) changed = true;
        before[next] = more;
      }
    });
  }
  return before;
};

/** How an instruction in a region goes on. */
class RegionFlow implements Flow {
  taken: I32 | undefined;
  readonly #step: Step;
  /** Instructions of the block behind this one: they have been paid for. */
  readonly #left: number;
  readonly #fn: FunctionWriter;
  readonly #locals: RegisterLocals;
  readonly #uses: number;

  constructor(step: Step, left: number, fn: FunctionWriter, locals: RegisterLocals, uses: number) {
    this.#step = step;
    this.#left = left;
    this.#fn = fn;
    this.#locals = locals;
    this.#uses = uses;
  }

  note(): readonly number[] {
    return [
      ...this.#locals.save(), ...localGet(CPU), ...i32Const(this.#step.offset), ...memory(MEM.i32.store, CELL.CURRENT),
      ...localGet(CPU), ...budgetPlus(this.#left), ...memory(MEM.i32.store, CELL.BUDGET),
    ]; // biome-ignore format: stack code
  }

  relativeBase(m: Meaning): I64 {
    return m.add(m.i64(this.#step.offset), delta);
  }

  nextAddress(m: Meaning): I64 {
    return m.add(m.i64(this.#step.offset + this.#step.length), delta);
  }

  next(): void {}

  relative(m: Meaning, taken: I32): void {
    if (m.depth !== 0) throw new Error('a relative branch ends its meaning');
    this.taken = taken;
  }

  to(_: Meaning, address: I64): void {
    this.#fn.emit(exitTo(this.#locals, address.code, this.#left));
  }

  /** Code outside has run. Unless it goes on behind the instruction, the region is left: PSW_IA is set, or the offset says where. */
  resume(m: Meaning, ip: I32): void {
    const next = this.#step.offset + this.#step.length;
    this.#locals.forget();
    m.if(m.ne(ip, next), () => {
      m.if(ip, () => m.setCell64(CELL.PSW_IA, m.add(m.zeroExtend(ip), delta)));
      this.#fn.emit(budgetPlus(this.#left), OP.return);
    });
    this.#fn.emit(this.#locals.load(this.#uses));
  }
}

const delta: I64 = { type: 'i64', code: localGet(DELTA) };
