import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSession } from '../src/cli/open.ts';
import { Session, type SessionOptions } from '../src/debug/session.ts';
import { TRACE_KINDS, type TraceKind, traceTo } from '../src/debug/trace.ts';
import { hashOf, runToEnd } from './sessions.ts';

/** Watching instructions makes a machine step; without that, generated code runs. */
const QUICK_KINDS = TRACE_KINDS.filter((kind) => kind !== 'instruction');

const trace = (session: Session, kinds: readonly TraceKind[]): string[] => {
  const events: string[] = [];
  for (const kind of kinds) traceTo(session.machine, kind, (line) => events.push(line));
  return events;
};

/** Runs a session to its end: what it prints as JSON (hashed, because failures are for people), every event, and the state that it leaves. */
const finish = (session: Session, events: string[]): { json: string; events: string[]; state: string } => ({
  json: createHash('sha256')
    .update(JSON.stringify(runToEnd(session)))
    .digest('hex'),
  events,
  state: hashOf(session.capture()),
});

/** A program with its options, and how a run of it looks that never stops. */
const undisturbed = (file: string, options: SessionOptions, kinds: readonly TraceKind[]) => {
  const session = openSession(file, options);
  return { ...finish(session, trace(session, kinds)), instructions: session.machine.instructions };
};

/** Captures a run after n instructions: neither the session nor one that goes on from the snapshot may differ from a run that never stopped. */
const check = (
  file: string,
  options: SessionOptions,
  kinds: readonly TraceKind[],
  whole: ReturnType<typeof undisturbed>,
  n: number,
): void => {
  const session = openSession(file, options);
  const events = trace(session, kinds);
  if (n > 0) session.run(n);
  const before = events.length;
  const snapshot = session.capture();
  const restored = Session.from(snapshot);
  expect(hashOf(restored.capture())).toBe(hashOf(snapshot));
  const { instructions: _, ...expected } = whole;
  expect(finish(session, events)).toEqual(expected);
  expect(finish(restored, trace(restored, kinds))).toEqual({ ...expected, events: events.slice(before) });
};

/** Programs and what makes them interesting: timers, pressure, several CPUs, a guest's guest, all of it together, devices. */
const CASES: readonly (readonly [string, SessionOptions])[] = [
  ['fixtures/timers.s', {}],
  ['fixtures/external.s', {}],
  ['fixtures/essa-requests.s', {}],
  ['fixtures/list-full.s', { frames: 10 }],
  ['fixtures/pressure.s', {}],
  ['fixtures/key-paging.s', {}],
  ['fixtures/two-cpus.s', {}],
  ['fixtures/two-cpus.s', { seed: 4 }],
  ['fixtures/two-cpus.s', { seed: 5, essa: 'lazy' }],
  ['fixtures/nested-essa.s', {}],
  ['fixtures/nested-intercept.s', {}],
  ['fixtures/nested-pressure.s', {}],
  ['fixtures/nested-pressure.s', { seed: 7 }],
  ['fixtures/nested-discard.s', { cpus: 2 }],
  ['test/programs/nested-under-pressure.s', {}],
  ['test/programs/virtio-block.s', {}],
  ['test/programs/io-interruption-floats.s', {}],
  ['test/programs/io-nested.s', {}],
  ['test/programs/channel-report.s', {}],
  ['test/programs/io-changes-code.s', {}],
  ['test/programs/cpu-timer-of-waiting-cpu.s', {}],
  ['test/programs/clock-comparator-of-waiting-cpu.s', {}],
];

describe('a machine that takes over a snapshot goes on as the first one does, which does not notice', () => {
  test.each(CASES)('%s %j', (file, options) => {
    const whole = undisturbed(file, options, QUICK_KINDS);
    const anywhere = fc.integer({ min: 0, max: whole.instructions });
    fc.assert(
      fc.property(anywhere, (n) => check(file, options, QUICK_KINDS, whole, n)),
      { numRuns: whole.instructions > 100_000 ? 3 : 10 },
    );
  });

  test.each(['fixtures/discard-fault.s', 'fixtures/nested-discard.s'])('at every instruction of %s', (file) => {
    for (const kinds of [QUICK_KINDS, TRACE_KINDS]) {
      const whole = undisturbed(file, {}, kinds);
      expect(whole.instructions).toBeGreaterThan(10);
      for (let n = 0; n <= whole.instructions; n++) check(file, {}, kinds, whole, n);
    }
  });
});

describe('a session', () => {
  test('goes back to a snapshot of its own', () => {
    const session = openSession('fixtures/pressure.s', {});
    session.run(200);
    const early = session.capture();
    session.run(200);
    const late = session.capture(early);
    const end = finish(session, []);
    for (const snapshot of [early, late, early]) {
      session.reinstate(snapshot);
      expect(hashOf(session.capture())).toBe(hashOf(snapshot));
      expect(finish(session, [])).toEqual(end);
    }
  });

  test('shares with an earlier snapshot what has not changed since', () => {
    const session = openSession('fixtures/pressure.s', {});
    session.run(300);
    const early = session.capture();
    session.run(1);
    const late = session.capture(early);
    const shared = [...late.machine.pages].filter(([number, content]) => early.machine.pages.get(number) === content);
    expect(late.machine.pages.size - shared.length).toBeLessThan(8);
    expect(shared.length).toBeGreaterThan(15);
    expect(early.machine.slots.size).toBeGreaterThan(0);
    for (const [slot, content] of late.machine.slots) expect(early.machine.slots.get(slot)).toBe(content);
    // A page that has been written since is not the same any more.
    session.run();
    const last = session.capture(late);
    expect(hashOf(last)).toBe(hashOf(session.capture()));
    expect(hashOf(last)).not.toBe(hashOf(late));
  });

  test('is stopped by a limit inside a nested guest, with other CPUs there', () => {
    const { instructions } = undisturbed('fixtures/nested-discard.s', { cpus: 2 }, QUICK_KINDS);
    for (let limit = 1; limit < instructions; limit++) {
      const session = openSession('fixtures/nested-discard.s', { cpus: 2, limit });
      expect([session.run()?.verdict, session.machine.instructions]).toEqual(['limit', limit]);
    }
  });
});
