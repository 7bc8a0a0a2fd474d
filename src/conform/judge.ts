import type { Cell } from './cells.ts';
import {
  type Bit,
  type ConformProfile,
  type Expectation,
  type ProfileExpectation,
  reclaimLine,
  requestLine,
  type StateName,
  stateByte,
  touchLine,
} from './expectation.ts';
import type { EntryState, KeyBits, Observation, Touched } from './observe.ts';
import { type Answer, CANARY } from './stage.ts';

/** What must become of a page in one cell. */
export interface Expected {
  readonly to: StateName;
  readonly nodat: boolean;
  readonly change: Bit;
  /** Reference and change become zero. */
  readonly discard: boolean;
  readonly listed: boolean;
  /** Code of the program interruption that the request is. */
  readonly exception: number | undefined;
  /** The byte in R1; undefined for exceptions and for reclaim. */
  readonly byte: number | undefined;
  readonly written: number | undefined;
  readonly data: 'kept' | 'zeros';
  readonly source: string;
}

/** What the expectation says of a cell. */
export const expectedOf = (expectation: Expectation, profile: ProfileExpectation, cell: Cell): Expected => {
  const { from, change, nodat, data, action } = cell;
  const same = { to: from, nodat, change, discard: false, listed: false, exception: undefined, byte: undefined, written: undefined, data };
  if (action === 'reclaim') {
    const line = reclaimLine(profile, from, change)!;
    return { ...same, ...becomes(cell, line), written: line.written, source: line.source };
  }
  const exception = expectation.exceptions.find((line) => line.request === action && line.withoutFacility === cell.withoutFacility);
  if (exception) return { ...same, exception: exception.code, source: exception.source };
  const line = requestLine(profile, action, from, change);
  const { effect } = expectation.nodat.find(({ request }) => request === action)!;
  return {
    ...same,
    ...becomes(cell, line),
    nodat: effect === 'kept' ? nodat : effect === 'set',
    listed: line.listed ?? false,
    byte: stateByte(expectation, from, nodat),
    source: line.source,
  };
};

const becomes = ({ change, data }: Cell, { to, discard = false }: { to: StateName; discard?: boolean | undefined }) => ({
  to,
  discard,
  change: discard ? 0 : change,
  data: discard ? 'zeros' : data,
}) as const; // biome-ignore format: an object

/** Compares a cell with what was seen. @returns what differs, a text each; none when the cell is as it must be */
export const judge = (expectation: Expectation, name: ConformProfile, cell: Cell, seen: Observation): string[] => {
  const profile = expectation.profiles[name];
  const differences: string[] = [];
  const must = (what: string, found: unknown, expected: unknown): void => {
    if (found !== expected) differences.push(`${what}: found ${show(found)}, expected ${show(expected)}`);
  };
  mustBe(must, 'before', seen.reached, { to: cell.from, nodat: cell.nodat, change: cell.change });
  if (differences.length > 0) return differences;
  const expected = expectedOf(expectation, profile, cell);
  if (seen.answer && expected.exception !== undefined) {
    mustInterrupt(must, expectation, seen.answer.interruption, expected.exception, {
      page: seen.page,
      at: seen.addresses.request!,
      length: 4,
    });
    must('R1', seen.answer.result, CANARY);
  } else if (seen.answer) {
    must('interruption', codeOf(seen.answer.interruption), undefined);
    must('R1', seen.answer.result, BigInt(expected.byte!));
    must('condition code', seen.answer.cc, 2);
  }
  if (seen.written !== undefined) must('bytes written', seen.written, expected.written);
  mustBe(must, 'after', seen.after, expected);
  if (expected.discard) must('reference bit', seen.after.referenced, 0);
  if (seen.listed !== undefined) must('on the list of released blocks', seen.listed, expected.listed);
  must('ESSA 0 then', seen.extracted, BigInt(stateByte(expectation, expected.to, expected.nodat)));
  const found = requestLine(profile, 0, expected.to, expected.change).to;
  const touch = touchLine(profile, found);
  if (touch.gives === 'data') must('a load then', contentOf(seen.touched), expected.data);
  else {
    const interruption = typeof seen.touched === 'string' ? undefined : seen.touched;
    mustInterrupt(must, expectation, interruption, touch.gives, { page: seen.page, at: seen.addresses.load, length: 6 });
  }
  must('state after the load', seen.afterTouch.state, touch.to);
  must('state after the load', seen.afterTouch.stray.join(', '), '');
  return differences;
};

type Must = (what: string, found: unknown, expected: unknown) => void;

const mustBe = (
  must: Must,
  when: string,
  seen: EntryState & KeyBits & { readonly entryChange: Bit | undefined },
  { to, nodat, change }: { to: StateName; nodat: boolean; change: Bit },
): void => {
  must(`state ${when}`, seen.state, to);
  must(`no-DAT attribute ${when}`, seen.nodat, nodat);
  must(`entries ${when}`, seen.stray.join(', '), '');
  must(`change bit in the key ${when}`, seen.change, change);
  if (seen.entryChange !== undefined) must(`change bit in the page-status entry ${when}`, seen.entryChange, change);
};

/** A program interruption with all that it leaves in the lowcore. */
const mustInterrupt = (
  must: Must,
  expectation: Expectation,
  found: Answer['interruption'],
  code: number,
  { page, at, length }: { page: number; at: bigint; length: number },
): void => {
  must('interruption', codeOf(found), hexCode(code));
  if (found?.code !== code) return;
  const line = expectation.interruptions.find((other) => other.code === code);
  if (!line) throw new RangeError(`the expectation does not say where interruption 0x${code.toString(16)} leaves the old PSW`);
  must('old PSW', found.oldPsw, line.psw === 'at' ? at : at + BigInt(length));
  must('ILC', found.ilc, length);
  if (line.address === 'page') must('0xa8', found.address, BigInt(page));
};

const contentOf = (touched: Touched): string => (typeof touched === 'string' ? touched : `interruption ${hexCode(touched.code)}`);

const codeOf = (interruption: Answer['interruption']): string | undefined => interruption && hexCode(interruption.code);

const show = (value: unknown): string => {
  if (value === undefined) return 'none';
  if (value === '') return 'as they must be';
  return typeof value === 'bigint' ? `0x${value.toString(16).padStart(2, '0')}` : String(value);
};

/** A program-interruption code as people write it: 0x06, 0x1a. */
export const hexCode = (code: number): string => `0x${code.toString(16).padStart(2, '0')}`;
