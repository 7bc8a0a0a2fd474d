import { FACILITIES } from '../cpu/facilities.ts';
import { PGSTE_DISTANCE } from '../cpu/pgste.ts';
import { PROFILES } from '../cpu/profile.ts';
import { SD } from '../cpu/state-description.ts';
import type { Program } from '../guest/program.ts';
import { Machine, type MachineOptions } from '../host/machine.ts';
import type { ConformProfile } from './expectation.ts';

/**
 * The four ways in which an ESSA comes to its effect: the machine interprets it, with the guest's DAT off and on; the host performs it after an
 * interception; the machine interprets it for the guest of a guest.
 */
export const WAYS = ['interpreted', 'interpreted, DAT on', 'intercepted', 'level 2'] as const;
export type Way = (typeof WAYS)[number];

/** The guest's programs, assembled for a way and a profile by whoever may read files. */
export type AssemblePrograms = (source: 'level1.s' | 'level2.s', symbols: Readonly<Record<string, number>>) => Program;

/** Something that the guest is made to do next: a routine of its program, and its operands. */
export interface Move {
  /** A label: a move of moves.inc, or at level 2 `reclaim` of the hypervisor. */
  readonly routine: string;
  /** Absolute address of the page. */
  readonly page: number;
  readonly value?: bigint;
}

/** What came out of a move: registers, or the program interruption that ended it. */
export interface Answer {
  /** %r4 and %r5. */
  readonly result: bigint;
  readonly second: bigint;
  readonly cc: number;
  readonly interruption: { readonly code: number; readonly address: bigint; readonly oldPsw: bigint; readonly ilc: number } | undefined;
}

/** The work of a guest, a move at a time, as somebody decides who sees the answers. */
export type Script<T = void> = Generator<Move, T, Answer>;

/** A page's two entries in the tables of its host. */
export interface Entries {
  readonly pte: bigint;
  readonly pgste: bigint;
}

/** What %r4 holds before a move: no state byte. */
export const CANARY = 0x0123_4567_89ab_cdefn;
const NO_INTERRUPTION = 0xffff_ffff_ffff_ffffn;

/** A cell takes a few hundred instructions, most of them to copy pages at level 2; building tables there takes a few thousand. */
const MOST_INSTRUCTIONS = 20_000;

const MIB = 0x10_0000;
/** Pages that nobody has touched yet begin here. */
const FIRST_PAGE = MIB;
const ALIAS = 0x400_0000;
const ORIGIN_OF_LEVEL_2 = 0x2000n;
const LEVEL_1_STORAGE = 8 * MIB;
const LEVEL_2_STORAGE = 6 * MIB;
/** What the hypervisor of level2.s needs for itself, its guest's frames and its paging area. */
const HYPERVISOR_STORAGE = 24 * MIB;

/**
 * One machine on which many pages are taken through their states. The guest does everything itself: `next` in its program is where it is
 * told, in registers, what to do. The stage looks at host storage, and never writes there.
 */
export class Stage {
  readonly way: Way;
  readonly profile: ConformProfile;
  readonly machine: Machine;
  readonly #program: Program;
  readonly #nested: boolean;
  #pages = 0;

  constructor(profile: ConformProfile, way: Way, facility147: boolean, assemble: AssemblePrograms) {
    this.profile = profile;
    this.way = way;
    this.#nested = way === 'level 2';
    const options: MachineOptions = {
      storage: this.#nested ? HYPERVISOR_STORAGE : LEVEL_1_STORAGE,
      profile: PROFILES[profile],
      essa: way === 'intercepted' ? 'intercept' : 'interpret',
      facilities: new Set([...FACILITIES].filter((bit) => facility147 || bit !== 147)),
    };
    this.machine = new Machine(options);
    this.#program = this.#nested ? assemble('level2.s', hypervisorOf(profile)) : assemble('level1.s', { dat: Number(this.#translated) });
    for (const { address, bytes } of this.#program.segments) this.machine.storage.load(address, bytes);
    this.machine.start(this.#program.entry, this.#program.pswMask);
  }

  get #translated(): boolean {
    return this.way === 'interpreted, DAT on';
  }

  /** A page that nobody has touched. */
  freshPage(): number {
    const page = FIRST_PAGE + 4096 * this.#pages++;
    if (page >= (this.#nested ? LEVEL_2_STORAGE : LEVEL_1_STORAGE)) throw new RangeError('a stage has too few pages for its cells');
    return page;
  }

  /**
   * Runs scripts one after the other on the guest.
   * @throws Error when the guest's program ends before they do: a defect of the program, or of the machine in what the program relies on
   */
  run(scripts: readonly Script[]): void {
    const script = inTurn(scripts);
    let started = false;
    const undo = this.machine.before(this.#label('next'), ({ cpu }) => {
      const { value: move, done } = started ? script.next(this.#answer(cpu.gr)) : script.next();
      started = true;
      if (done) cpu.gr[10] = this.#label('end');
      else this.#prepare(cpu.gr, move);
    });
    const { verdict, reason } = this.machine.run(MOST_INSTRUCTIONS * (scripts.length + 1));
    undo();
    if (verdict !== 'passed') throw new Error(`the guest of a conformance run (${this.profile}, ${this.way}) ended: ${reason}`);
  }

  /** Where the guest that works on the pages has an instruction of its program. */
  guestAddress(label: string): bigint {
    const address = this.#label(label);
    return this.#nested ? address - this.#label('guest_program') + ORIGIN_OF_LEVEL_2 : address;
  }

  /** The host takes a resident page away as its rule says. @returns bytes written to the paging device, where the host counts them */
  *reclaim(page: number): Script<number | undefined> {
    if (this.#nested) {
      yield { routine: 'reclaim', page };
      return undefined;
    }
    const { pager, store } = this.machine;
    const before = store.bytesWritten;
    pager.reclaim(page, 'conformance run');
    return store.bytesWritten - before;
  }

  /** The page's entries, as bytes of its host's storage. */
  entries(page: number): Entries {
    if (this.#nested) {
      const pte = Number(this.#label('tables')) + Math.floor(page / MIB) * 4096 + ((page >>> 12) & 0xff) * 8;
      return { pte: this.#hypervisor64(pte), pgste: this.#hypervisor64(pte + PGSTE_DISTANCE) };
    }
    const { view } = this.machine.configuration.storage;
    const { pte, pgste } = this.machine.gmap.entries(page);
    return { pte: view.getBigUint64(pte), pgste: view.getBigUint64(pgste) };
  }

  /** The list of released blocks: where its next doubleword would go, and the last one on it. */
  list(): { readonly next: bigint; readonly last: bigint | undefined } {
    if (this.#nested) {
      const next = this.#hypervisor64(Number(this.#label('guest')) + SD.CBRLO);
      return { next, last: next & 0xfffn ? this.#hypervisor64(Number(next) - 8) : undefined };
    }
    const { storage } = this.machine.configuration;
    const next = storage.view.getBigUint64(this.machine.block(this.machine.vcpus[0]!) + SD.CBRLO);
    const last = storage.offset(Number(next) as Parameters<typeof storage.offset>[0]) - 8;
    return { next, last: next & 0xfffn ? storage.view.getBigUint64(last) : undefined };
  }

  #hypervisor64(address: number): bigint {
    const bytes = this.machine.storage.read(address, 8);
    return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  }

  #label(name: string): bigint {
    const address = this.#program.symbols.get(name);
    if (address === undefined) throw new Error(`the guest's program has no label '${name}'`);
    return address;
  }

  #prepare(gr: BigUint64Array, { routine, page, value = 0n }: Move): void {
    gr[2] = BigInt(page);
    gr[3] = value;
    gr[4] = CANARY;
    gr[5] = CANARY;
    gr[7] = NO_INTERRUPTION;
    gr[9] = BigInt(this.#translated ? page + ALIAS : page);
    const hypervisors = this.#nested && routine !== 'reclaim';
    gr[10] = this.#label(hypervisors ? 'run' : routine);
    if (hypervisors) gr[13] = this.guestAddress(routine);
  }

  #answer(gr: BigUint64Array): Answer {
    const interrupted = gr[7] !== NO_INTERRUPTION;
    return {
      result: gr[4]!,
      second: gr[5]!,
      cc: Number(gr[6]),
      interruption: interrupted ? { code: Number(gr[7]), address: gr[8]!, oldPsw: gr[11]!, ilc: Number(gr[12]) } : undefined,
    };
  }
}

const hypervisorOf = (profile: ConformProfile): Record<string, number> => {
  const { discards, untouched } = PROFILES[profile];
  return { discards: Number(discards), untouched: untouched === 'z' ? 0x80 : 0 };
};

function* inTurn(scripts: readonly Script[]): Script {
  for (const script of scripts) yield* script;
}
