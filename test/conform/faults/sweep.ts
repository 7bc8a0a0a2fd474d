import { FORMATS } from '../../../src/cpu/formats.ts';
import type { Row } from '../../../src/cpu/row.ts';
import { PAGE } from '../../differential/qemu/layout.ts';
import { type Case, makeCase, type Setting } from './cases.ts';
import { PREFIX } from './layout.ts';
import {
  completed,
  type FaultKind,
  fault,
  faultOfHost,
  isForEntry,
  type Observation,
  observe,
  type Reference,
  recorded,
  reference,
  type Touched,
} from './runner.ts';
import { Stage, StageEnded } from './stage.ts';

/** How much is done; the same extent always makes the same cases. */
export interface Extent {
  readonly seed: number;
  /** Cases tried for each way of placing an instruction and its operands; those that touch other pages than the ones before are kept. */
  readonly attempts: number;
  /** Cases kept of each. */
  readonly kept: number;
}

/** What a sweep has found. */
export interface Report {
  /** Faults by what was touched and how it was gone. */
  readonly counts: Map<string, number>;
  /** Rows of which some case touched data. */
  readonly reaching: Set<Row>;
  readonly failures: string[];
}

/** The counts of a report, a line each, and their sum. */
export const tally = ({ counts, reaching }: Report): string => {
  const lines = [...counts].sort().map(([name, count]) => `${String(count).padStart(8)}  ${name}`);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...lines, `${String(total).padStart(8)}  faults; ${reaching.size} instructions reach data`].join('\n');
};

export const newReport = (): Report => ({ counts: new Map(), reaching: new Set(), failures: [] });

/** Which of the pages that a case touches are taken away. */
type Wanted = (touched: Touched) => boolean;

const isCode: Wanted = ({ kind }) => kind === 'code';
const isOperand: Wanted = ({ kind }) => kind === 'data' || kind === 'prefix area';
const anything: Wanted = () => true;

/** Ways to place an instruction. Where one would only repeat what another has shown, less is wanted of it. */
const SETTINGS: readonly Way[] = [
  { name: 'plain', wanted: anything },
  { name: 'crossing', crossing: true, wanted: isOperand },
  { name: 'prefixed', prefixed: true, crossing: true, wanted: isOperand },
  { name: 'split', split: true, wanted: isCode, once: true },
  { name: 'executed', executed: true, crossing: true, wanted: (touched) => isCode(touched) || isOperand(touched), once: true },
  { name: 'executed, split', split: true, executed: true, wanted: isCode, once: true },
];
interface Way extends Setting {
  readonly wanted: Wanted;
  /** One case is enough. */
  readonly once?: true;
}

const EXECUTES = new Set(['ex', 'exrl']);

/** The stages of one level: of the architecture's profile and of the lenient one. */
export class Sweep {
  readonly #level: 1 | 2;
  #strict: Stage;
  #lenient: Stage;

  constructor(level: 1 | 2) {
    this.#level = level;
    this.#strict = new Stage('zvm', level);
    this.#lenient = new Stage('zvm-lenient', level);
  }

  /** Every fault of a row, DAT off and on. */
  row(row: Row, extent: Extent, report: Report): void {
    for (const dat of [false, true]) {
      let reaches = false;
      for (const setting of SETTINGS) {
        if ((setting.crossing || setting.prefixed) && !setting.executed && !reaches) continue;
        if (setting.executed && EXECUTES.has(row.mnemonic)) continue;
        if (setting.split && FORMATS[row.format].length === 2) continue;
        for (const [one, found] of this.#cases(row, setting, extent, dat)) {
          const observation = observe(this.#strict, one, dat, found);
          if (observation.failures.length > 0) report.failures.push(this.#tell(one, dat, 'without a fault', observation.failures));
          if (completed(found) && observation.touched.some(isOperand)) reaches = true;
          this.#faults(one, found, observation, setting.wanted, dat, report);
        }
      }
      if (reaches) report.reaching.add(row);
    }
  }

  /** Cases that touch different pages. One that an exception ends is as good as any for the pages that it has touched before. */
  *#cases(row: Row, setting: Way, { seed, attempts, kept }: Extent, dat: boolean): Generator<[Case, Reference]> {
    const seen = new Set<string>();
    for (let attempt = 0; attempt < attempts && seen.size < (setting.once ? 1 : kept); attempt++) {
      const one = makeCase(row, setting, seed, attempt);
      const found = isUnpredictable(one) ? undefined : this.#reference(one, dat);
      if (found === undefined || seen.has(recorded(found))) continue;
      seen.add(recorded(found));
      yield [one, found];
    }
  }

  /** Undefined when the case has ended the machine; another one takes its place. */
  #reference(one: Case, dat: boolean): Reference | undefined {
    try {
      return reference(this.#strict, one, dat);
    } catch (error) {
      if (!(error instanceof StageEnded)) throw error;
      this.#strict = new Stage('zvm', this.#level);
      return undefined;
    }
  }

  #faults(one: Case, found: Reference, { touched: all, host }: Observation, wanted: Wanted, dat: boolean, report: Report): void {
    for (const touched of all) {
      // Without its prefix area a guest cannot be interrupted.
      if (touched.page === PREFIX || touched.page === PREFIX + PAGE || isForEntry(one, touched) || !wanted(touched)) continue;
      const place = `page 0x${touched.page.toString(16)}`;
      for (const kind of FAULT_KINDS) {
        const stage = kind === 'Uz lenient' ? this.#lenient : this.#strict;
        this.#check(one, dat, `${kind}, ${roleOf(touched)}`, place, report, () => fault(stage, one, found, touched, kind));
      }
    }
    if (wanted !== anything) return;
    for (const page of host) {
      const place = `page 0x${page.toString(16)} of level 1`;
      this.#check(one, dat, "Vz, block of the guest's host", place, report, () => faultOfHost(this.#strict, one, found, page));
    }
  }

  #check(one: Case, dat: boolean, name: string, what: string, report: Report, work: () => string[]): void {
    report.counts.set(name, (report.counts.get(name) ?? 0) + 1);
    const failures = work();
    if (failures.length > 0) report.failures.push(this.#tell(one, dat, `${name} ${what}`, failures));
  }

  #tell({ row, setting, attempt, code }: Case, dat: boolean, what: string, failures: readonly string[]): string {
    const bytes = Buffer.from(code).subarray(0, 6).toString('hex');
    const place = `level ${this.#level}, DAT ${dat ? 'on' : 'off'}, ${setting.name} ${attempt}`;
    return `${row.mnemonic} (${bytes}), ${place}, ${what}: ${failures.slice(0, 3).join('; ')}`;
  }
}

/** What goes on where it was must not move the registers 0 and 1 that it takes something else from. */
const isUnpredictable = ({ repeats, draft: { fields } }: Case): boolean =>
  repeats && [fields.r1, fields.r2].some((register) => register !== undefined && register < 2);

const FAULT_KINDS: readonly FaultKind[] = ['Vz', 'Uz strict', 'Uz lenient'];

const roleOf = ({ kind, fetching, stored }: Touched): string => {
  if (kind === 'code') return fetching ? 'instruction' : 'target of EXECUTE';
  if (kind === 'table') return 'DAT table';
  if (kind === 'prefix area') return 'new prefix area';
  return stored ? 'store' : 'load';
};
