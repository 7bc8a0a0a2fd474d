import { expect, test } from 'vitest';
import { drainList } from '../../src/host/discarded-list.ts';
import { observeList } from '../model/observe.ts';
import { Monitor } from '../monitor.ts';

/** The list of blocks that ESSA discarded (CBRL), as spec/essa.md 1.8 has it. */

const MIB = 0x10_0000;
const FIRST = 0x4_0000;
const block = (n: number): number => FIRST + 0x1000 * n;
const CAPACITY = 511;
const [STABLE, UNUSED, VOLATILE, POTENTIALLY_VOLATILE] = [1, 2, 3, 4];

const listed = (monitor: Monitor, cpu = 0): number[] => {
  const { count, at } = observeList(monitor.machine, cpu);
  return Array.from({ length: count }, (_, n) => at(n));
};
const essa = (monitor: Monitor, orc: number, n: number, cpu = 0): bigint => monitor.perform(cpu, `essa_${orc}`, block(n)).result;

/** A block whose content is on the paging device, changed since it was set up or not. */
const preserve = (monitor: Monitor, n: number, changed: boolean): void => {
  monitor.perform(0, 'store', block(n), { operand: 7n });
  if (!changed) monitor.perform(0, 'sske', block(n), { operand: 0n });
  monitor.machine.pager.reclaim(block(n), 'test');
};

test('has the blocks in the order in which they were discarded, those that had been discarded before again', () => {
  const monitor = new Monitor();
  essa(monitor, VOLATILE, 5);
  essa(monitor, UNUSED, 3);
  essa(monitor, UNUSED, 5);
  essa(monitor, UNUSED, 5);
  expect(listed(monitor)).toEqual([5, 3, 5, 5].map(block));
});

test('has a block that ESSA 4 discards, and none that it only calls volatile or keeps', () => {
  const monitor = new Monitor();
  preserve(monitor, 0, false);
  preserve(monitor, 1, true);
  for (const n of [0, 1, 2]) essa(monitor, POTENTIALLY_VOLATILE, n);
  expect(listed(monitor)).toEqual([block(0)]);
});

test('has no block that is resident, and none for the other requests', () => {
  const monitor = new Monitor();
  monitor.perform(0, 'store', block(0));
  for (const orc of [UNUSED, VOLATILE, POTENTIALLY_VOLATILE]) essa(monitor, orc, 0);
  preserve(monitor, 1, false);
  for (const orc of [0, STABLE, 6, 7]) {
    essa(monitor, orc, 1);
    essa(monitor, orc, 2);
  }
  expect(listed(monitor)).toEqual([]);
});

test('belongs to one CPU', () => {
  const monitor = new Monitor({ cpus: 2 });
  essa(monitor, UNUSED, 1, 0);
  essa(monitor, UNUSED, 2, 1);
  essa(monitor, UNUSED, 3, 0);
  expect([0, 1].map((cpu) => listed(monitor, cpu))).toEqual([[1, 3].map(block), [block(2)]]);
});

test('is full with 511; the next discard leaves SIE before it has done anything, the host takes the list, and the discard is the first on it', () => {
  const monitor = new Monitor({ storage: 4 * MIB });
  const { machine } = monitor;
  preserve(monitor, 600, true);
  for (let n = 0; n < CAPACITY; n++) essa(monitor, UNUSED, n === 10 ? 600 : n);
  expect(listed(monitor)).toHaveLength(CAPACITY);
  expect(monitor.interceptedEssa).toBe(0);
  expect(machine.store.has(block(600))).toBe(true);

  // What is not appended needs no room.
  expect([essa(monitor, 0, 700), essa(monitor, STABLE, 700), essa(monitor, POTENTIALLY_VOLATILE, 700)]).toEqual([3n, 3n, 3n]);
  expect(monitor.interceptedEssa).toBe(0);

  let before: { state: string; list: number; result: bigint | undefined } | undefined;
  machine.configuration.events.on('interception', ({ ipa }) => {
    if (ipa !== 0xb9ab) return;
    const { usage, content } = machine.pager.state(block(511));
    before ??= { state: usage + content, list: listed(monitor).length, result: machine.vcpus[0]!.cpu.gr[4] };
  });
  expect(essa(monitor, VOLATILE, 511)).toBe(3n);
  expect(before).toEqual({ state: 'Sz', list: CAPACITY, result: 0n });
  expect(monitor.interceptedEssa).toBe(1);
  expect(listed(monitor)).toEqual([block(511)]);
  expect(machine.store.has(block(600))).toBe(false);
  expect(machine.pager.counters.releases).toBe(1);
});

test('may be emptied at any time; a block that has content again by then keeps it', () => {
  const monitor = new Monitor();
  const { machine } = monitor;
  for (const n of [0, 1]) {
    preserve(monitor, n, true);
    essa(monitor, UNUSED, n);
    essa(monitor, STABLE, n);
  }
  monitor.perform(0, 'store', block(0), { operand: 9n });
  machine.pager.reclaim(block(0), 'test');
  expect(drainList(machine, machine.vcpus[0]!)).toBe(2);
  expect(drainList(machine, machine.vcpus[0]!)).toBe(0);
  expect(listed(monitor)).toEqual([]);
  expect([machine.store.has(block(0)), machine.store.has(block(1))]).toEqual([true, false]);
  expect([monitor.perform(0, 'load', block(0)).result, monitor.perform(0, 'load', block(1)).result]).toEqual([9n, 0n]);
});

test('lazy enabling is each CPU for itself: its first ESSA, of whatever request, is intercepted and executed again', () => {
  const monitor = new Monitor({ cpus: 3, essa: 'lazy' });
  expect(essa(monitor, UNUSED, 1, 1)).toBe(3n);
  expect(listed(monitor, 1)).toEqual([block(1)]);
  expect(monitor.interceptedEssa).toBe(1);
  expect([essa(monitor, 0, 1, 1), essa(monitor, 0, 1, 1)]).toEqual([7n, 7n]);
  expect(monitor.interceptedEssa).toBe(1);
  expect([essa(monitor, 0, 1, 0), essa(monitor, STABLE, 1, 0)]).toEqual([7n, 7n]);
  expect(monitor.interceptedEssa).toBe(2);
  expect(monitor.perform(2, 'essa_8', block(1)).interruption).toBe(0x06);
  expect(monitor.interceptedEssa).toBe(3);
});
