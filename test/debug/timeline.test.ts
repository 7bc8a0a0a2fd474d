import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSession } from '../../src/cli/open.ts';
import { FRAME_SIZE } from '../../src/cpu/storage.ts';
import type { SessionOptions } from '../../src/debug/session.ts';
import { stateDigest } from '../../src/debug/timeline/digest.ts';
import { INDEXED, onIndexedEvents } from '../../src/debug/timeline/event-index.ts';
import { DivergenceError, isBefore, type Position } from '../../src/debug/timeline/position.ts';
import type { Probe } from '../../src/debug/timeline/probe.ts';
import { Timeline } from '../../src/debug/timeline/timeline.ts';
import { hashOf } from '../sessions.ts';

const CASES: readonly (readonly [string, SessionOptions])[] = [
  ['fixtures/discard-fault.s', {}],
  ['fixtures/timers.s', {}],
  ['fixtures/pressure.s', {}],
  ['fixtures/two-cpus.s', { seed: 4 }],
  ['fixtures/nested-pressure.s', { seed: 7 }],
  ['fixtures/nested-intercept.s', {}],
  ['test/programs/virtio-block.s', {}],
  ['test/programs/clock-comparator-of-waiting-cpu.s', {}],
];

/** Every event of one of the kinds is a place to stop. */
const anyEvent = (kinds: readonly string[] = INDEXED): Probe<string> => ({
  stepping: false,
  attach: (machine, hit) =>
    onIndexedEvents(machine, ({ kind }) => {
      if (kinds.includes(kind)) hit(kind);
    }),
});

/** All positions of a run that a debugger could stop at after an event or an instruction, with the states there. */
const walkThrough = async (file: string, options: SessionOptions): Promise<Map<string, string>> => {
  const timeline = new Timeline(openSession(file, options), { interval: 16 });
  const states = new Map<string, string>();
  const note = (): void => {
    states.set(JSON.stringify(timeline.position), hashOf(timeline.session.capture()));
  };
  for (let n = 0; n < 300 && !timeline.outcome; n++) {
    note();
    await timeline.forward(anyEvent(), timeline.position.instruction + 1);
  }
  return states;
};

describe('any position can be reached from any other, with the same state', () => {
  test.each(CASES)('%s %j', { timeout: 60_000 }, async (file, options) => {
    const states = await walkThrough(file, options);
    expect(states.size).toBeGreaterThan(10);
    const timeline = new Timeline(openSession(file, options), { interval: 16 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...states.keys()), async (text) => {
        const position = JSON.parse(text) as Position;
        await timeline.goto(position);
        expect(timeline.position).toEqual(position);
        expect(hashOf(timeline.session.capture())).toBe(states.get(text));
      }),
      { numRuns: 40 },
    );
  });

  test('positions between two instructions are there: pages that the host brings make them', async () => {
    const positions = [...(await walkThrough('fixtures/pressure.s', {})).keys()].map((text) => JSON.parse(text) as Position);
    expect(positions.some(({ event }) => event > 0)).toBe(true);
    expect(positions.every((position, n) => n === 0 || isBefore(positions[n - 1]!, position))).toBe(true);
  });
});

test('a run that is watched ends as one that is not', async () => {
  for (const [file, options] of CASES) {
    const alone = openSession(file, options);
    const outcome = alone.run();
    const timeline = new Timeline(openSession(file, options), { interval: 50 });
    await timeline.forward(undefined);
    expect(timeline.outcome).toEqual(outcome);
    expect(hashOf(timeline.session.capture())).toBe(hashOf(alone.capture()));
    await timeline.goto({ instruction: 5, event: 0 });
    expect(timeline.outcome).toBeUndefined();
    await timeline.forward(undefined);
    expect(timeline.outcome).toEqual(outcome);
    expect(stateDigest(timeline.session.capture())).toBe(stateDigest(alone.capture()));
  }
});

test('backward finds what forward has found, in the opposite order', async () => {
  for (const [file, options] of CASES) {
    const timeline = new Timeline(openSession(file, options), { interval: 40 });
    const there: string[] = [];
    for (let n = 0; n < 60; n++) {
      if ((await timeline.forward(anyEvent(['essa', 'interruption', 'interception']))) === undefined) break;
      there.push(JSON.stringify(timeline.position));
    }
    const back: string[] = [];
    while ((await timeline.backward(anyEvent(['essa', 'interruption', 'interception']))) !== undefined) {
      back.push(JSON.stringify(timeline.position));
    }
    expect(timeline.position).toEqual({ instruction: 0, event: 0 });
    const stopped = timeline.outcome ? there : there.slice(0, -1);
    expect(back.reverse().slice(0, stopped.length)).toEqual(stopped);
  }
});

test('an action from outside is taken again whenever the run comes by, and another one ends what came after', async () => {
  const timeline = new Timeline(openSession('fixtures/potentially-volatile.s', {}), { interval: 8 });
  await timeline.goto({ instruction: 5, event: 0 });
  const page = 0x2_0000;
  timeline.act((session) => session.machine.pager.pageIn(page, 'debugger'));
  expect(timeline.position.event).toBeGreaterThan(0);
  const after = timeline.position;
  const state = hashOf(timeline.session.capture());
  await timeline.goto({ instruction: 12, event: 0 });
  const later = hashOf(timeline.session.capture());
  await timeline.goto({ instruction: 5, event: 0 });
  expect(timeline.session.machine.pager.isResident(page)).toBe(false);
  await timeline.goto(after);
  expect(hashOf(timeline.session.capture())).toBe(state);
  await timeline.goto({ instruction: 2, event: 0 });
  await timeline.goto({ instruction: 12, event: 0 });
  expect(hashOf(timeline.session.capture())).toBe(later);
  await timeline.goto({ instruction: 3, event: 0 });
  const refused = hashOf(timeline.session.capture());
  expect(() =>
    timeline.act(() => {
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(hashOf(timeline.session.capture())).toBe(refused);
  expect(timeline.end.instruction).toBe(12);
  timeline.act((session) => session.machine.pager.pageIn(0x3_0000, 'debugger'));
  expect(timeline.end).toEqual(timeline.position);
  await timeline.goto({ instruction: 12, event: 0 });
  expect(timeline.session.machine.pager.isResident(page)).toBe(false);
  expect(timeline.session.machine.pager.isResident(0x3_0000)).toBe(true);
});

test('a run that is not the same again is an error that names its position', async () => {
  const timeline = new Timeline(openSession('test/programs/virtio-block.s', {}), { interval: 64 });
  await timeline.forward(undefined);
  await timeline.goto({ instruction: 130, event: 0 });
  // Somebody writes behind the timeline's back, into storage that the program does not look at.
  timeline.session.machine.storage.write(0x8_0000, Uint8Array.of(1));
  await expect(timeline.forward(undefined)).rejects.toThrow(DivergenceError);
  await timeline.goto({ instruction: 130, event: 0 });
});

test('snapshots stay below the bound, and lie farther apart with distance', async () => {
  const memory = 1024 * FRAME_SIZE;
  const timeline = new Timeline(openSession('fixtures/two-cpus.s', {}), { interval: 20, memory });
  await timeline.forward(undefined);
  expect(timeline.kept.snapshots).toBeGreaterThan(3);
  expect(timeline.kept.bytes).toBeLessThan(memory);
  const unbounded = new Timeline(openSession('fixtures/two-cpus.s', {}), { interval: 20 });
  await unbounded.forward(undefined);
  const bound = unbounded.kept.bytes / 2;
  const bounded = new Timeline(openSession('fixtures/two-cpus.s', {}), { interval: 20, memory: bound });
  await bounded.forward(undefined);
  expect(bounded.kept.bytes).toBeLessThanOrEqual(bound);
  expect(bounded.kept.snapshots).toBeGreaterThan(3);
});
