/**
 * Mutants that no test can, or need, tell from the original, and why. A mutant is named by its file, the line it is in, and what it changes there.
 */
export interface Survivor {
  readonly name: string;
  readonly reason: string;
}

const NO_PROTECTION = "the host at level 0 never write-protects a guest's page: a table is found in the same place to load and to store";
const PURGES = 'it purges the TLB where that is not needed: slower, and the same for every program';
const UNHEARD = 'it makes an event that nobody listens to';
const NOT_SUPPLIED = 'the page is brought in after SIE was left with a fault, which no guest can tell from a page that is supplied at once';

export const SURVIVORS: readonly Survivor[] = [
  { name: 'src/cpu/essa.ts: pte: absoluteToOffset(cpu, level - 1, entry.address, true),: true -> (false)', reason: NO_PROTECTION },
  {
    name: 'src/cpu/essa.ts: pgste: absoluteToOffset(cpu, level - 1, entry.address + PGSTE_DISTANCE, true),: true -> (false)',
    reason: NO_PROTECTION,
  },
  {
    name: 'src/cpu/essa.ts: return raiseHostFault(cpu, level, absolute, found.exception, false);: false -> (true)',
    reason: 'no source says whether an ESSA that finds a table missing is a fetch or a store in the TEID',
  },
  {
    name: 'src/cpu/essa.ts: if (profile.strictUnused && isUnused(before) !== isUnused(planned.status)) tlb.purge();: profile.strictUnused && isUnused(before) !== isUnused(planned.status) -> (true)',
    reason: PURGES,
  },
  {
    name: 'src/cpu/essa.ts: if (profile.strictUnused && isUnused(before) !== isUnused(planned.status)) tlb.purge();: profile.strictUnused && isUnused(before) !== isUnused(planned.status) -> (profile.strictUnused || isUnused(before) !== isUnused(planned.status))',
    reason: PURGES,
  },
  { name: "src/cpu/essa.ts: if (events.wants('essa')) {: events.wants('essa') -> (true)", reason: UNHEARD },
  {
    name: 'src/cpu/levels.ts: const offset = absoluteToOffset(cpu, level - 1, entry.address + PGSTE_DISTANCE, false);: false -> (true)',
    reason: NO_PROTECTION,
  },
  {
    name: "src/host/pager.ts: this.name = 'NoFrameError';: this.name = 'NoFrameError'; -> nothing",
    reason: 'the name shows in a stack trace only',
  },
  {
    name: 'src/host/pager.ts: return this.#free.length > 0 || this.#untouched < this.#layout.size;: this.#free.length > 0 || this.#untouched < this.#layout.size -> (this.#free.length > 0 && this.#untouched < this.#layout.size)',
    reason: NOT_SUPPLIED,
  },
  {
    name: 'src/host/pager.ts: return this.#free.length > 0 || this.#untouched < this.#layout.size;: 0 -> (1)',
    reason: NOT_SUPPLIED,
  },
  {
    name: 'src/host/pager.ts: if (frame === neverUsed) storage.bytes[offset] = 0;: frame === neverUsed -> (false)',
    reason: 'a frame that was never used is filled with zeros once more',
  },
];
