import { describe, expect, test } from 'vitest';
import { stateName } from '../../src/cpu/pgste.ts';
import { PROFILES } from '../../src/cpu/profile.ts';
import {
  CMMA_PEEK,
  type CmmaBits,
  type CmmaRequest,
  getCmmaBits,
  type Refused,
  setCmmaBits,
  setDirtyLog,
  startMigration,
  stopMigration,
} from '../../src/host/cmma-migration.ts';
import type { Machine, MachineOptions } from '../../src/host/machine.ts';
import { Monitor } from '../monitor.ts';

const MIB = 0x10_0000;
const FRAME = 0x1000;
/** The guest: four megabytes, of which the second half is what the tests play with. */
const PAGES = 1024;
const DATA = 512;
const DATA_PAGES = 512;
const ALL = 0xffff_ffff_ffff_ffffn;
const [STABLE, UNUSED, VOLATILE, POTENTIALLY_VOLATILE, NODAT] = [1, 2, 3, 4, 7];

const guest = (options: Partial<MachineOptions> = {}): Monitor => new Monitor({ storage: 4 * MIB, ...options });
const essa = (monitor: Monitor, orc: number, gfn: number, cpu = 0): bigint => monitor.perform(cpu, `essa_${orc}`, gfn * FRAME).result;

const migrating = (options: Partial<MachineOptions> = {}): Monitor => {
  const monitor = guest(options);
  setDirtyLog(monitor.machine, true);
  expect(startMigration(monitor.machine)).toBeUndefined();
  return monitor;
};

const get = ({ machine }: Monitor, request: CmmaRequest): CmmaBits => {
  const bits = getCmmaBits(machine, request);
  if ('error' in bits) throw new Error(bits.error);
  return bits;
};

/** What a query finds: where, how many values, how many more there are; all values must be stable. */
const query = (monitor: Monitor, startGfn: number, count: number): { startGfn: number; count: number; remaining: number } => {
  const { values, ...found } = get(monitor, { startGfn, count });
  expect(values).toEqual(new Uint8Array(found.count));
  return found;
};

const NOTHING = { startGfn: 0, count: 0, remaining: 0 };

/** All pages have been fetched: none counts as changed. */
const fetched = (): Monitor => {
  const monitor = migrating();
  expect(query(monitor, 0, PAGES)).toEqual({ startGfn: 0, count: PAGES, remaining: 0 });
  return monitor;
};

describe('migration mode', () => {
  test('needs the dirty log, and ends with it', () => {
    const { machine } = guest();
    expect(startMigration(machine)).toEqual({ error: 'EINVAL' });
    expect(machine.cmma.migrating).toBe(false);
    setDirtyLog(machine, true);
    expect(startMigration(machine)).toBeUndefined();
    expect(startMigration(machine)).toBeUndefined();
    expect(machine.cmma.migrating).toBe(true);
    setDirtyLog(machine, false);
    expect(machine.cmma.migrating).toBe(false);
    expect(startMigration(machine)).toEqual({ error: 'EINVAL' });
  });

  test.each([
    { by: 'interpret', before: 0, during: 1, after: 0 },
    { by: 'lazy', before: 1, during: 1, after: 0 },
    { by: 'intercept', before: 1, during: 1, after: 1 },
  ] as const)('makes the host perform every ESSA: $by', ({ by, before, during, after }) => {
    const monitor = guest({ essa: by, cpus: 2 });
    const counts = (): number[] =>
      [0, 1].map((cpu) => {
        const start = monitor.interceptedEssa;
        expect(essa(monitor, VOLATILE, DATA, cpu) & 0x0cn).toBe(cpu === 0 ? 0n : 0x0cn);
        essa(monitor, STABLE, DATA, 0);
        essa(monitor, VOLATILE, DATA, 0);
        return (monitor.interceptedEssa - start) / (by === 'intercept' || monitor.machine.cmma.migrating ? 3 : 1);
      });
    expect(counts()).toEqual([before, before]);
    essa(monitor, STABLE, DATA);
    setDirtyLog(monitor.machine, true);
    startMigration(monitor.machine);
    expect(counts()).toEqual([during, during]);
    essa(monitor, STABLE, DATA);
    stopMigration(monitor.machine);
    expect(counts()).toEqual([after, after]);
  });

  test('begins with empty lists of discarded blocks: nobody else would see to them', () => {
    const monitor = guest();
    essa(monitor, UNUSED, DATA);
    setDirtyLog(monitor.machine, true);
    startMigration(monitor.machine);
    const { view } = monitor.machine.configuration.storage;
    expect(view.getBigUint64(monitor.machine.block(monitor.machine.vcpus[0]!) + 0x1b8) & 0xfffn).toBe(0n);
  });

  test('that was on before says nothing later: all pages count as changed again', () => {
    const monitor = fetched();
    stopMigration(monitor.machine);
    expect(get(monitor, { startGfn: 0, count: 1, flags: CMMA_PEEK }).remaining).toBe(0);
    startMigration(monitor.machine);
    expect(query(monitor, 0, 1)).toEqual({ startGfn: 0, count: 1, remaining: PAGES - 1 });
  });
});

describe('GET_CMMA_BITS', () => {
  const refusal = (machine: Machine, flags: number): Refused | 'fine' => {
    const bits = getCmmaBits(machine, { startGfn: 0, count: PAGES, flags });
    return 'error' in bits ? bits : 'fine';
  };

  test('without CMMA is refused before anything else', () => {
    const { machine } = guest({ essa: 'none' });
    for (const flags of [0, CMMA_PEEK, 0xfeed_c0fe]) expect(refusal(machine, flags)).toEqual({ error: 'ENXIO' });
  });

  test('outside of migration mode only peeks', () => {
    const { machine } = guest();
    expect(refusal(machine, 0)).toEqual({ error: 'EINVAL' });
    expect(refusal(machine, CMMA_PEEK)).toBe('fine');
  });

  test('knows one flag', () => {
    const { machine } = migrating();
    for (const flags of [0xfeed_c0fe, 2, 2 | CMMA_PEEK]) expect(refusal(machine, flags)).toEqual({ error: 'EINVAL' });
    expect(refusal(machine, 0)).toBe('fine');
  });

  test('has nothing to tell of a guest that never executed ESSA, nor into no buffer', () => {
    const lazy = migrating({ essa: 'lazy' });
    expect(query(lazy, 5, PAGES)).toEqual(NOTHING);
    essa(lazy, 0, DATA);
    expect(query(lazy, 5, 0)).toEqual(NOTHING);
    expect(query(lazy, 5, PAGES)).toEqual({ startGfn: 5, count: PAGES - 5, remaining: 5 });
  });

  test('finds every page changed at first, and none after that', () => {
    const monitor = migrating();
    expect(query(monitor, 0, DATA)).toEqual({ startGfn: 0, count: DATA, remaining: DATA_PAGES });
    expect(query(monitor, DATA, PAGES)).toEqual({ startGfn: DATA, count: DATA_PAGES, remaining: 0 });
    expect(query(monitor, PAGES, PAGES)).toEqual(NOTHING);
    expect(query(monitor, 0, PAGES)).toEqual(NOTHING);
  });

  test('finds what the guest changes, wraps at the end of storage, and stops at gaps of more than 16 pages', () => {
    const monitor = fetched();
    for (let n = 0; n < DATA_PAGES; n++) essa(monitor, STABLE, DATA + n);
    let left = DATA_PAGES;
    const finds = (startGfn: number, count: number, first: number, found = count): void => {
      left -= found;
      expect(query(monitor, startGfn, count)).toEqual({ startGfn: DATA + first, count: found, remaining: left });
    };
    finds(0, 1, 0); // the first half has not changed
    finds(PAGES, 0x20, 1); // from the end around to the second page
    finds(DATA + 0x41, 0x20, 0x41); // leaves pages out
    finds(DATA, 1, 0x21); // to the first that is left
    finds(DATA + 0x23, 15, 0x23);
    expect(query(monitor, DATA + 0x22, 17)).toEqual({ startGfn: DATA + 0x22, count: 17, remaining: left - 2 }); // over 15 unchanged pages
    left -= 2;
    finds(DATA + 0x40, 25, 0x40, 1); // 32 unchanged pages follow
    finds(DATA + 0x33, 0x40 - 0x33, 0x33);
    finds(DATA, DATA_PAGES - 0x61, 0x61);
    expect(left).toBe(0);
    expect(query(monitor, 0, PAGES)).toEqual(NOTHING);
  });

  test.each([
    { gap: 16, count: 18 },
    { gap: 17, count: 1 },
  ])('$gap unchanged pages in between: $count values', ({ gap, count }) => {
    const monitor = fetched();
    essa(monitor, STABLE, DATA);
    essa(monitor, STABLE, DATA + gap + 1);
    expect(query(monitor, 0, PAGES)).toMatchObject({ startGfn: DATA, count });
  });

  test('a block does not go around the end', () => {
    const monitor = fetched();
    essa(monitor, STABLE, PAGES - 1);
    essa(monitor, STABLE, 0x20);
    expect(query(monitor, PAGES - 1, PAGES)).toEqual({ startGfn: PAGES - 1, count: 1, remaining: 1 });
    expect(query(monitor, PAGES - 1, PAGES)).toEqual({ startGfn: 0x20, count: 1, remaining: 0 });
  });

  test('counts a page as changed for every request but the extracting one, once', () => {
    const monitor = fetched();
    essa(monitor, 0, DATA);
    expect(query(monitor, 0, PAGES)).toEqual(NOTHING);
    for (let orc = 1; orc <= 7; orc++) {
      const gfn = DATA + 50 * orc;
      essa(monitor, orc, gfn);
      essa(monitor, orc, gfn);
      expect(get(monitor, { startGfn: 0, count: PAGES })).toMatchObject({ startGfn: gfn, count: 1, remaining: 0 });
    }
    expect(query(monitor, 0, PAGES)).toEqual(NOTHING);
  });

  test('a page that the host takes and gives back meanwhile still counts as changed', () => {
    const monitor = fetched();
    const { pager } = monitor.machine;
    monitor.perform(0, 'store', DATA * FRAME);
    essa(monitor, NODAT, DATA);
    pager.reclaim(DATA * FRAME, 'test');
    monitor.perform(0, 'load', DATA * FRAME);
    essa(monitor, VOLATILE, DATA + 1);
    monitor.perform(0, 'diag', (DATA + 1) * FRAME, { operand: BigInt((DATA + 1) * FRAME) });
    expect(get(monitor, { startGfn: 0, count: PAGES })).toEqual({ startGfn: DATA, count: 2, remaining: 0, values: Uint8Array.of(0x40, 3) });
  });

  test('peeking shows what was asked for, changed or not, and changes nothing', () => {
    const monitor = fetched();
    for (const [n, orc] of [STABLE, UNUSED, POTENTIALLY_VOLATILE, VOLATILE].entries()) {
      monitor.perform(0, 'store', (DATA + n) * FRAME);
      essa(monitor, NODAT, DATA + n);
      essa(monitor, orc, DATA + n);
    }
    const expected = Uint8Array.of(0, 0x41, 0x42, 0x43, 0);
    for (let n = 0; n < 2; n++) {
      expect(get(monitor, { startGfn: DATA, count: 5, flags: CMMA_PEEK })).toEqual({
        startGfn: DATA,
        count: 5,
        remaining: 4,
        values: expected,
      });
    }
    expect(get(monitor, { startGfn: 0, count: PAGES })).toEqual({
      startGfn: DATA,
      count: 4,
      remaining: 0,
      values: expected.subarray(0, 4),
    });
  });

  test('peeking ends with storage, and may not begin behind it', () => {
    const { machine } = migrating();
    expect(getCmmaBits(machine, { startGfn: PAGES - 2, count: 5, flags: CMMA_PEEK })).toMatchObject({ startGfn: PAGES - 2, count: 2 });
    expect(getCmmaBits(machine, { startGfn: PAGES, count: 5, flags: CMMA_PEEK })).toEqual({ error: 'EFAULT' });
  });
});

describe('SET_CMMA_BITS', () => {
  const SUV = Uint8Array.of(0, 1, 2, 3, 0x40, 0x43);

  test('refuses what KVM refuses', () => {
    const set = (machine: Machine, startGfn: number, values: Uint8Array, flags = 0) =>
      setCmmaBits(machine, { startGfn, values, mask: ALL, flags });
    expect(set(guest({ essa: 'none' }).machine, 0, SUV)).toEqual({ error: 'ENXIO' });
    const { machine } = guest();
    expect(set(machine, 0, SUV, CMMA_PEEK)).toEqual({ error: 'EINVAL' });
    expect(set(machine, 0, new Uint8Array(MIB + 1))).toEqual({ error: 'EINVAL' });
    expect(set(machine, PAGES, new Uint8Array())).toBeUndefined();
    expect(set(machine, PAGES - 2, SUV)).toEqual({ error: 'EFAULT' });
    expect(stateName(machine.pager.state((PAGES - 1) * FRAME))).toBe('Uz');
  });

  test('what one guest has, another one takes over', () => {
    const from = migrating();
    for (let n = 0; n < 128; n++) {
      from.perform(0, 'store', (DATA + n) * FRAME);
      essa(from, [STABLE, UNUSED, VOLATILE, POTENTIALLY_VOLATILE][n % 4]!, DATA + n);
    }
    const { values, startGfn } = get(from, { startGfn: 0, count: PAGES });
    const to = guest({ essa: 'lazy' });
    expect(setCmmaBits(to.machine, { startGfn, values, mask: ALL })).toBeUndefined();
    const states = Array.from({ length: 128 }, (_, n) => Number(essa(to, 0, DATA + n) >> 2n) & 3);
    // Pages of the new guest have no content yet: potentially volatile and logically zero is volatile.
    expect(states).toEqual(Array.from({ length: 128 }, (_, n) => [0, 1, 3, 3][n % 4]));
  });

  test('sets what the mask says, and does not count as a change', () => {
    const monitor = fetched();
    const page = DATA * FRAME;
    const set = (value: number, mask: bigint): string => {
      setCmmaBits(monitor.machine, { startGfn: DATA, values: Uint8Array.of(value), mask });
      return stateName(monitor.machine.pager.state(page));
    };
    expect(set(0x43, 0x4000_0000n)).toBe('Sz+nodat');
    expect(set(0x01, 0x0300_0000n)).toBe('Uz+nodat');
    expect(set(0x80, 0x8000_0000n)).toBe('Uz+nodat');
    expect(set(0x00, ALL)).toBe('Sz');
    expect(query(monitor, 0, PAGES)).toEqual(NOTHING);
  });

  /** A page in a state by its content; "p" has been paged out with the change bit as it says. */
  const withContent = (content: 'r' | 'p clean' | 'p changed' | 'z', options: Partial<MachineOptions> = {}): Monitor => {
    const monitor = guest(options);
    if (content === 'z') return monitor;
    monitor.perform(0, 'store', DATA * FRAME, { operand: 0x1234n });
    if (content === 'p clean') monitor.perform(0, 'sske', DATA * FRAME, { operand: 0n });
    if (content !== 'r') monitor.machine.pager.reclaim(DATA * FRAME, 'test');
    return monitor;
  };

  test.each([
    { content: 'r', states: ['Sr', 'Ur', 'Pr', 'Vr'] },
    { content: 'z', states: ['Sz', 'Uz', 'Vz', 'Vz'] },
    { content: 'p changed', states: ['Sp', 'Uz', 'Sp', 'Vz'] },
    { content: 'p clean', states: ['Sp', 'Uz', 'Vz', 'Vz'] },
  ] as const)('no state that cannot occur comes from it: content $content', ({ content, states }) => {
    const after = [0, 1, 2, 3].map((value) => {
      const { machine } = withContent(content);
      setCmmaBits(machine, { startGfn: DATA, values: Uint8Array.of(value), mask: ALL });
      return stateName(machine.pager.state(DATA * FRAME));
    });
    expect(after).toEqual(states);
  });

  test('where the host does not discard, contents stay', () => {
    const { machine } = withContent('p clean', { profile: PROFILES.kvm });
    setCmmaBits(machine, { startGfn: DATA, values: Uint8Array.of(3), mask: ALL });
    expect(stateName(machine.pager.state(DATA * FRAME))).toBe('Vp');
    expect(new DataView(machine.storage.read(DATA * FRAME, 8).buffer).getBigUint64(0)).toBe(0x1234n);
  });

  test('an unused page is not found in the TLB any more', () => {
    const monitor = withContent('r');
    expect(monitor.perform(0, 'load', DATA * FRAME).interruption).toBe(0);
    setCmmaBits(monitor.machine, { startGfn: DATA, values: Uint8Array.of(1), mask: ALL });
    expect(monitor.perform(0, 'load', DATA * FRAME).interruption).toBe(0x05);
  });
});
