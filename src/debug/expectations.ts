import { stateName } from '../cpu/pgste.ts';
import type { AddressText, Expectation } from '../guest/fixture.ts';
import type { Machine } from '../host/machine.ts';
import { PagingError } from '../host/paging-device.ts';
import { registersOf } from './registers.ts';
import { hex, hostCounters, type InterceptionRecord, type InterruptionRecord, type Recorder } from './result.ts';

/** Resolves an address of a fixture: a number, a label, a label plus a number. */
export type Resolve = (address: AddressText) => bigint;

/** Checks a fixture's expectations when its program has ended. @returns a line for each that does not hold */
export const checkExpectations = (
  machine: Machine,
  recorder: Recorder,
  expectations: readonly Expectation[],
  resolve: Resolve,
): string[] => {
  const failures: string[] = [];
  const fail = (expectation: Expectation, found: string): void => {
    failures.push(`${expectation.place.file}:${expectation.place.line}: ${expectation.text}: found ${found}`);
  };
  for (const expectation of expectations) {
    if (expectation.kind === 'interruption' || expectation.kind === 'interception') continue;
    const found = lookAt(machine, expectation, resolve);
    if (found !== undefined) fail(expectation, found);
  }
  const inOrder = <E extends Expectation['kind'], R>(
    kind: E,
    records: readonly R[],
    matches: (e: Extract<Expectation, { kind: E }>, r: R) => boolean,
    describe: (r: R) => string,
  ): void => {
    const wanted = expectations.filter((e): e is Extract<Expectation, { kind: E }> => e.kind === kind);
    if (wanted.length === 0) return;
    wanted.forEach((expectation, index) => {
      const record = records[index];
      if (record === undefined) fail(expectation, `no more ${kind}s after ${records.length}`);
      else if (!matches(expectation, record)) fail(expectation, describe(record));
    });
    for (const record of records.slice(wanted.length)) {
      const last = wanted.at(-1)!;
      failures.push(`${last.place.file}:${last.place.line}: no ${kind} was expected after this one: found ${describe(record)}`);
    }
  };
  inOrder('interruption', recorder.interruptions, (e, r) => interruptionMatches(e, r, resolve), describeInterruption);
  inOrder('interception', recorder.interceptions, (e, r) => interceptionMatches(e, r, resolve), describeInterception);
  return failures;
};

/** A page that the paging device has damaged is found to be that, and nothing else. */
const lookAt: typeof look = (machine, expectation, resolve) => {
  try {
    return look(machine, expectation, resolve);
  } catch (error) {
    if (error instanceof PagingError) return error.message;
    throw error;
  }
};

type Looked = Exclude<Expectation, { kind: 'interruption' | 'interception' }>;

/** What was found instead, or undefined when the expectation holds. */
const look = (machine: Machine, expectation: Looked, resolve: Resolve): string | undefined => {
  const differs = (found: bigint, wanted: bigint): string | undefined => (found === BigInt.asUintN(64, wanted) ? undefined : hex(found));
  switch (expectation.kind) {
    case 'psw':
      return differs(registersOf(machine, machine.vcpus[expectation.cpu]!).psw.address, resolve(expectation.value));
    case 'register':
      return differs(
        BigInt(registersOf(machine, machine.vcpus[expectation.cpu]!)[expectation.set][expectation.number]!),
        resolve(expectation.value),
      );
    case 'storage': {
      const found = hexBytes(machine.storage.read(Number(resolve(expectation.address)), expectation.bytes.length));
      return found === hexBytes(expectation.bytes) ? undefined : found;
    }
    case 'page': {
      const found = stateName(machine.pager.state(pageOf(resolve(expectation.address))));
      return found === expectation.state ? undefined : found;
    }
    case 'key':
      return differs(BigInt(machine.pager.key(pageOf(resolve(expectation.address)))), resolve(expectation.value));
    case 'host': {
      const found = hostCounters(machine)[expectation.counter];
      return found === expectation.value
        ? undefined
        : `${found ?? `no such counter; there are ${Object.keys(hostCounters(machine)).join(', ')}`}`;
    }
    case 'console':
      return machine.console.includes(expectation.value) ? undefined : JSON.stringify(machine.console);
  }
};

const hexBytes = (bytes: Iterable<number>): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export const pageOf = (address: bigint): number => Number(address & ~0xfffn);

const sameNumber = (wanted: number | undefined, found: number): boolean => wanted === undefined || wanted === found;

const interruptionMatches = (e: Extract<Expectation, { kind: 'interruption' }>, r: InterruptionRecord, resolve: Resolve): boolean =>
  e.class === r.class &&
  resolve(e.code) === BigInt(r.code) &&
  (e.at === undefined || resolve(e.at) === BigInt(r.at)) &&
  // The access bits below the page are the translation-exception identification's own; a plain address means the page.
  (e.address === undefined || (r.address !== null && [BigInt(r.address), BigInt(r.address) & ~0xfffn].includes(resolve(e.address)))) &&
  sameNumber(e.ilc, r.ilc) &&
  sameNumber(e.cpu, r.cpu) &&
  sameNumber(e.level, r.level);

const interceptionMatches = (e: Extract<Expectation, { kind: 'interception' }>, r: InterceptionRecord, resolve: Resolve): boolean =>
  resolve(e.code) === BigInt(r.code) &&
  (e.instruction === undefined || `${r.ipa.slice(2)}${r.ipb.slice(2)}`.startsWith(e.instruction)) &&
  (e.at === undefined || resolve(e.at) === BigInt(r.at)) &&
  sameNumber(e.cpu, r.cpu) &&
  sameNumber(e.level, r.level);

const describeInterruption = (r: InterruptionRecord): string =>
  `${r.class} ${r.code} at ${r.at}${r.address === null ? '' : ` address ${r.address}`} ilc ${r.ilc} cpu ${r.cpu} level ${r.level}`;
const describeInterception = (r: InterceptionRecord): string =>
  `${r.code} ${r.ipa}${r.ipb.slice(2)} at ${r.at} cpu ${r.cpu} level ${r.level}`;
