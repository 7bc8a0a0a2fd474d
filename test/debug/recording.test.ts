import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isResidentCode, stateCode, stateCodeName } from '../../src/debug/event-words.ts';
import { NO_ROW, NO_STATE, Recording } from '../../src/debug/recording.ts';
import { hostCounters } from '../../src/debug/result.ts';
import { Session } from '../../src/debug/session.ts';
import { type TraceEvent, traceEvents, traceFile } from '../../src/debug/trace-events.ts';
import { hashOf, runToEnd, sessionOf } from '../sessions.ts';

const FIXTURES = readdirSync('fixtures').filter((name) => name.endsWith('.s'));
const open = (name: string): Session => sessionOf(readFileSync(`fixtures/${name}`, 'utf8'));

/** A session that has been recorded to its end, and the host's counters from when that began. */
const record = (name: string): { session: Session; recording: Recording; before: Record<string, number> } => {
  const session = open(name);
  const before = hostCounters(session.machine);
  const recording = new Recording(session.machine);
  runToEnd(session);
  recording.stop();
  return { session, recording, before };
};

const kinds = (recording: Recording): string[] => [...recording.what.array].map((n) => recording.whats[n]!.kind);
const count = (recording: Recording, kind: string): number => kinds(recording).filter((other) => other === kind).length;

describe('recording', () => {
  test('tells the story of a discard fault, ESSA and paging with what they did to the page', () => {
    const { recording } = record('discard-fault.s');
    const name = (code: number): string => (code === NO_STATE ? '-' : stateCodeName(code));
    const story = kinds(recording).map((kind, n) => {
      const row = recording.row.get(n)!;
      const page = row === NO_ROW ? '-' : recording.rows[row]!.page.toString(16);
      return `${recording.times.get(n)} ${kind} ${page} ${name(recording.before.get(n)!)} ${name(recording.after.get(n)!)}`;
    });
    expect(story).toEqual([
      '0 zero-fill 0 Sz Sr',
      '0 zero-fill 1000 Sz Sr',
      '0 enter - - -',
      '4 zero-fill 40000 Sz Sr',
      '5 essa 40000 Sr Vr',
      '7 discard 40000 Vr Vz',
      '8 interruption 40000 - -',
      '9 essa 40000 Vz Sz',
      '11 zero-fill 40000 Sz Sr',
      '15 essa 40000 Sr Sr',
      '18 interception - - -',
      '18 leave - - -',
    ]);
    expect([[...recording.teidEvents.array], [...recording.teids.array]]).toEqual([[6], [0x40000n]]);
  });

  test.each(FIXTURES)('%s: counts what the host counts, and ends with the states that the pages have', (name) => {
    const { session, recording, before } = record(name);
    const after = hostCounters(session.machine);
    for (const [kind, counter] of [
      ['page-in', 'pageIns'],
      ['page-out', 'pageOuts'],
      ['discard', 'discards'],
      ['zero-fill', 'zeroFills'],
    ] as const) {
      expect([counter, count(recording, kind)]).toEqual([counter, after[counter]! - before[counter]!]);
    }
    const states = new Map(recording.initial);
    for (const [n, row] of recording.row.array.entries()) if (recording.after.get(n) !== NO_STATE) states.set(row, recording.after.get(n)!);
    for (const [row, state] of states) {
      const { level, page } = recording.rows[row]!;
      if (level === 1) expect([page, stateCodeName(state)]).toEqual([page, stateCodeName(stateCode(session.machine.pager.state(page)))]);
    }
    expect([...recording.times.array].every((time, n, all) => n === 0 || time >= all[n - 1]!)).toBe(true);
    expect(recording.end).toBe(session.machine.instructions);
  });

  test.each(['pressure.s', 'nested-pressure.s', 'two-cpus.s'])('%s: that somebody records does not change the run', (name) => {
    const alone = open(name);
    runToEnd(alone);
    expect(hashOf(record(name).session.capture())).toBe(hashOf(alone.capture()));
  });

  test('what has no room is missing, and the recording says so', () => {
    const session = open('pressure.s');
    const recording = new Recording(session.machine, 10);
    runToEnd(session);
    expect([recording.length, recording.complete, recording.end]).toEqual([10, false, recording.times.get(9)]);
  });

  test('goes on from a snapshot with the states of that time', () => {
    const session = open('discard-fault.s');
    session.run(7);
    const recording = new Recording(Session.from(session.capture()).machine);
    const states = recording.initial.map(([row, state]) => [recording.rows[row]!.page, stateCodeName(state)]);
    expect([recording.start, states]).toEqual([7, [[0, 'Sr'], [0x1000, 'Sr'], [0x10000, 'Sr'], [0x40000, 'Vr']]]); // biome-ignore format: a table
  });
});

/** What Chrome's trace-event format asks for in each kind of event. */
const track = { pid: z.int(), tid: z.int() };
const at = { ...track, ts: z.int().nonnegative(), name: z.string().min(1) };
const EVENT = z.discriminatedUnion('ph', [
  z.strictObject({ ...at, ph: z.literal('M'), args: z.record(z.string(), z.union([z.string(), z.int()])) }),
  z.strictObject({ ...at, ph: z.enum(['B', 'E']), cat: z.string() }),
  z.strictObject({ ...at, ph: z.literal('i'), cat: z.string(), s: z.literal('t'), args: z.record(z.string(), z.string()) }),
  z.strictObject({ ...at, ph: z.literal('C'), args: z.record(z.string(), z.int().nonnegative()) }),
]);
const FILE = z.object({ traceEvents: z.array(EVENT) });

const last = (events: readonly TraceEvent[], name: string): TraceEvent['args'] => events.findLast((event) => event.name === name)?.args;

describe('trace events', () => {
  test.each(FIXTURES)('%s: valid events, in balance, with the counters that the run ends with', (name) => {
    const { session, recording, before } = record(name);
    const text = [...traceFile(recording, name)].join('');
    const { traceEvents: events } = FILE.parse(JSON.parse(text)) as { traceEvents: TraceEvent[] };
    expect(events).toEqual([...traceEvents(recording, name)]);
    const depth = new Map<number, number>();
    for (const { ph, tid } of events) {
      if (ph === 'B') depth.set(tid, (depth.get(tid) ?? 0) + 1);
      if (ph === 'E') depth.set(tid, depth.get(tid)! - 1);
      expect([0, 1]).toContain(depth.get(tid) ?? 0);
    }
    expect([...depth.values()].every((open) => open === 0)).toBe(true);
    expect(events.filter(({ ph }) => ph === 'i')).toHaveLength(
      kinds(recording).filter((kind) => kind !== 'enter' && kind !== 'leave').length,
    );
    const host = hostCounters(session.machine);
    const since = (counter: string): number => host[counter]! - before[counter]!;
    expect(last(events, 'paging I/O')).toEqual({
      pageIns: since('pageIns'),
      pageOuts: since('pageOuts'),
      bytesRead: since('bytesRead'),
      bytesWritten: since('bytesWritten'),
    });
    expect(last(events, 'resident frames')).toEqual({ frames: host['residentPages'] });
    const pages = [...session.machine.pager.pages()].filter(({ state }) => isResidentCode(stateCode(state)));
    const states = Object.entries(last(events, 'pages by state')!).filter(([state]) => state[1] === 'r');
    expect(states.reduce((sum, [, n]) => sum + Number(n), 0)).toBe(pages.length);
  });

  test('each CPU and level has a track with its name', () => {
    const { recording } = record('nested-pressure.s');
    const names = [...traceEvents(recording, 'x')].filter(({ name }) => name === 'thread_name').map(({ args }) => args!['name']);
    expect(names).toEqual(['paging', 'CPU 0, level 1', 'CPU 0, level 2', 'CPU 1, level 1']);
  });
});
