import type { EventStream, Events } from '../cpu/events.ts';
import type { Machine, Outcome } from '../host/machine.ts';
import { registersOf } from './registers.ts';

/** What `--json` prints; names and shapes are a contract. 64-bit values, addresses and codes are hexadecimal strings, counts are numbers. */
export interface Result {
  readonly program: string;
  readonly verdict: Outcome['verdict'];
  readonly reason: string;
  readonly instructions: number;
  readonly failures: readonly string[];
  readonly cpus: readonly {
    readonly psw: { readonly mask: string; readonly address: string };
    readonly gr: readonly string[];
    readonly cr: readonly string[];
    readonly ar: readonly string[];
    readonly prefix: string;
  }[];
  /** Every guest page that is not Sz. */
  readonly pages: readonly {
    readonly address: string;
    readonly usage: string;
    readonly content: string;
    readonly nodat: boolean;
    readonly key: string;
  }[];
  /** The first 10,000 of them. */
  readonly interruptions: readonly InterruptionRecord[];
  /** The first 10,000 of them. */
  readonly interceptions: readonly InterceptionRecord[];
  readonly host: Readonly<Record<string, number>>;
  readonly console: string;
}

export interface InterruptionRecord {
  readonly cpu: number;
  readonly instruction: number;
  readonly level: number;
  readonly class: string;
  readonly code: string;
  readonly ilc: number;
  /** What the lowcore got at 0xA8, where the code has that. */
  readonly address: string | null;
  /** Address of the instruction that was interrupted. */
  readonly at: string;
  /** Old PSW. */
  readonly psw: { readonly mask: string; readonly address: string };
}

export interface InterceptionRecord {
  readonly cpu: number;
  readonly instruction: number;
  readonly level: number;
  readonly code: string;
  readonly ipa: string;
  readonly ipb: string;
  /** Address of the instruction that was intercepted. */
  readonly at: string;
}

export const hex = (value: bigint | number, digits = 0): string => `0x${value.toString(16).padStart(digits, '0')}`;

/** More than this many interruptions, or interceptions, nobody reads. */
const MOST_RECORDS = 10_000;

/** Collects from a machine's events what the result needs: the first of each kind, so that a long run does not fill the memory. */
export class Recorder {
  readonly interruptions: InterruptionRecord[] = [];
  readonly interceptions: InterceptionRecord[] = [];
  readonly #events: EventStream;
  #stop: readonly (() => void)[] = [];

  /** @param before what was recorded earlier, of a run that goes on from a snapshot */
  constructor({ configuration: { events } }: Machine, before: Records = { interruptions: [], interceptions: [] }) {
    this.#events = events;
    this.reinstate(before);
  }

  capture(): Records {
    return { interruptions: [...this.interruptions], interceptions: [...this.interceptions] };
  }

  /** Goes on recording behind what was recorded at the time of a snapshot. */
  reinstate({ interruptions, interceptions }: Records): void {
    for (const stop of this.#stop) stop();
    this.#stop = [
      this.#record('interruption', this.interruptions, interruptions, interruptionRecord),
      this.#record('interception', this.interceptions, interceptions, interceptionRecord),
    ];
  }

  #record<K extends keyof Events, R>(kind: K, records: R[], before: readonly R[], describe: (event: Events[K]) => R): () => void {
    records.splice(0, records.length, ...before);
    if (records.length >= MOST_RECORDS) return () => {};
    const stop = this.#events.on(kind, (event) => {
      if (records.push(describe(event)) === MOST_RECORDS) stop();
    });
    return stop;
  }
}

/** What a recorder has recorded. */
export interface Records {
  readonly interruptions: readonly InterruptionRecord[];
  readonly interceptions: readonly InterceptionRecord[];
}

const interruptionRecord = (event: Events['interruption']): InterruptionRecord => ({
  cpu: event.cpu,
  instruction: event.instruction,
  level: event.level,
  class: event.class,
  code: hex(event.code),
  ilc: event.ilc,
  address: event.teid === undefined ? null : hex(event.teid),
  at: hex(event.at),
  psw: { mask: hex(event.oldPsw.mask, 16), address: hex(event.oldPsw.address) },
});

const interceptionRecord = (event: Events['interception']): InterceptionRecord => ({
  cpu: event.cpu,
  instruction: event.instruction,
  level: event.level,
  code: hex(event.code, 2),
  ipa: hex(event.ipa, 4),
  ipb: hex(event.ipb, 8),
  at: hex(event.address),
});

/** The result of a run that has ended. */
export const resultOf = (machine: Machine, program: string, outcome: Outcome, recorder: Recorder, failures: readonly string[]): Result => {
  const failed = outcome.verdict === 'passed' && failures.length > 0;
  return {
    program,
    verdict: failed ? 'failed' : outcome.verdict,
    reason: failed ? `${failures.length} ${failures.length === 1 ? 'expectation' : 'expectations'} did not hold` : outcome.reason,
    instructions: machine.instructions,
    failures,
    cpus: machine.vcpus.map((vcpu) => {
      const { psw, gr, cr, ar, prefix } = registersOf(machine, vcpu);
      return {
        psw: { mask: hex(psw.mask, 16), address: hex(psw.address, 16) },
        gr: gr.map((value) => hex(value, 16)),
        cr: cr.map((value) => hex(value, 16)),
        ar: ar.map((value) => hex(value, 8)),
        prefix: hex(prefix),
      };
    }),
    // Looking at every page takes a while, and most callers do not ask.
    get pages() {
      return pagesOf(machine);
    },
    interruptions: recorder.interruptions,
    interceptions: recorder.interceptions,
    host: hostCounters(machine),
    console: machine.console,
  };
};

const pagesOf = (machine: Machine): Result['pages'] => {
  const pages: Result['pages'][number][] = [];
  for (const { page, state, key } of machine.pager.pages()) {
    if (state.usage === 'S' && state.content === 'z' && !state.nodat) continue;
    pages.push({ address: hex(page), ...state, key: hex(key, 2) });
  }
  return pages;
};

/** The host's counters, by the names that `--json` and `#: expect host` use. */
export const hostCounters = ({ pager, store }: Machine): Record<string, number> => ({
  ...pager.counters,
  bytesWritten: store.bytesWritten,
  bytesRead: store.bytesRead,
  residentPages: pager.residentPages,
});
