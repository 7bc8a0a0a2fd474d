import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { FilePagingDevice } from '../../src/cli/open.ts';
import { stateName } from '../../src/cpu/pgste.ts';
import { KEY } from '../../src/cpu/storage.ts';
import { assemble } from '../../src/guest/assembler/assemble.ts';
import { Machine, type MachineOptions } from '../../src/host/machine.ts';
import { MemoryPagingDevice, type PagingDevice, type Slot } from '../../src/host/paging-device.ts';
import { runSource } from '../sessions.ts';

const MIB = 0x10_0000;
const ENTRY = 0x10000;
const SUPERVISOR_64 = 0x0000_0001_8000_0000n;
const FIRST_PAGE = 0x40000;
const SCRATCH = 0x20000;

/** Instructions that a guest can be made to execute one at a time: %r2 is the page, %r3 what to store, %r4 the result. */
const MOVES = {
  get: '.insn rrf,0xb9ab0000,%r4,%r2,0,0',
  stable: '.insn rrf,0xb9ab0000,%r4,%r2,1,0',
  unused: '.insn rrf,0xb9ab0000,%r4,%r2,2,0',
  volatile: '.insn rrf,0xb9ab0000,%r4,%r2,3,0',
  'potentially volatile': '.insn rrf,0xb9ab0000,%r4,%r2,4,0',
  'stable, resident': '.insn rrf,0xb9ab0000,%r4,%r2,5,0',
  'stable if resident': '.insn rrf,0xb9ab0000,%r4,%r2,6,0',
  load: 'lg %r4,0x1f8(%r2)',
  store: 'stg %r3,0x1f8(%r2)',
  'reset key': 'sske %r5,%r2',
  forget: 'diag %r2,%r2,0x10',
} as const;
type Move = keyof typeof MOVES;

/** A machine of which a guest's moves are made one by one. */
class Board {
  readonly machine: Machine;
  readonly #interruptions: number[] = [];

  constructor(options: Partial<MachineOptions> = {}) {
    this.machine = new Machine({ storage: MIB, ...options });
    const source = Object.values(MOVES).map((text) => `.balign 8\n${text}\n`);
    const [segment] = assemble(source.join(''), 'moves.s').segments;
    this.machine.storage.write(ENTRY, segment!.bytes);
    this.machine.storage.write(SCRATCH, new Uint8Array(1));
    this.machine.configuration.events.on('interruption', ({ code }) => this.#interruptions.push(code));
  }

  /** Lets the guest execute one instruction. @returns what is in %r4 then, or the code of the program interruption that it got instead */
  guest(move: Move, page: number, value = 0n): { result?: bigint; interruption?: number } {
    const { machine } = this;
    const vcpu = machine.vcpus[0]!;
    const { gr } = vcpu.cpu;
    gr[2] = BigInt(page);
    gr[3] = value;
    gr[5] = 0n;
    const psw = { mask: SUPERVISOR_64, address: BigInt(ENTRY + 8 * Object.keys(MOVES).indexOf(move)) };
    if (machine.isEntered(vcpu)) vcpu.cpu.setPsw(psw);
    else machine.start(psw.address);
    this.#interruptions.length = 0;
    const outcome = machine.run(machine.instructions + 1);
    expect(outcome.verdict).toBe('limit');
    const [interruption] = this.#interruptions;
    return interruption === undefined ? { result: gr[4]! } : { interruption };
  }

  state(page: number): string {
    return stateName(this.machine.pager.state(page));
  }
}

/** The transition table as spec/essa.md 1.5 prints it. Columns: ORC 0 to 6. A star means that it takes a change bit of one to be kept as Sp. */
const TABLE: Readonly<Record<string, readonly string[]>> = {
  Sr: ['Sr', 'Sr', 'Ur', 'Vr', 'Pr', 'Sr', 'Sr'],
  Sp: ['Sp', 'Sp', 'Uz', 'Vz', 'Vz*', 'Sr', 'Sp'],
  Sz: ['Sz', 'Sz', 'Uz', 'Vz', 'Vz', 'Sr', 'Sz'],
  Ur: ['Ur', 'Sr', 'Ur', 'Vr', 'Pr', 'Sr', 'Sr'],
  Uz: ['Uz', 'Sz', 'Uz', 'Vz', 'Vz', 'Sr', 'Uz'],
  Pr: ['Pr', 'Sr', 'Ur', 'Vr', 'Pr', 'Sr', 'Sr'],
  Vr: ['Vr', 'Sr', 'Ur', 'Vr', 'Pr', 'Sr', 'Sr'],
  Vz: ['Vz', 'Sz', 'Uz', 'Vz', 'Vz', 'Sr', 'Vz'],
};
const STATE_BYTE: Readonly<Record<string, bigint>> = {
  Sr: 0x00n,
  Sp: 0x02n,
  Sz: 0x03n,
  Ur: 0x04n,
  Uz: 0x07n,
  Pr: 0x08n,
  Vr: 0x0cn,
  Vz: 0x0fn,
};
const ESSA = ['get', 'stable', 'unused', 'volatile', 'potentially volatile', 'stable, resident', 'stable if resident'] as const;

/** What the host may do under pressure (spec/host.md 2.1). Pr: with the change bit zero, and one. */
const RECLAIMED: Readonly<Record<string, string>> = { Sr: 'Sp', Ur: 'Uz', Vr: 'Vz', 'Pr clean': 'Vz', 'Pr changed': 'Sp' };

/** How a page gets into a state, from Sz. */
const WAYS: Readonly<Record<string, readonly (Move | 'reclaim')[]>> = {
  Sr: ['store'],
  Sp: ['store', 'reclaim'],
  Sz: [],
  Ur: ['store', 'unused'],
  Uz: ['store', 'unused', 'reclaim'],
  'Pr clean': ['store', 'potentially volatile', 'reset key'],
  'Pr changed': ['store', 'potentially volatile'],
  Vr: ['store', 'volatile'],
  Vz: ['store', 'volatile', 'reclaim'],
};

describe('reclaim, by the state of the page', () => {
  const VALUE = 0x1122_3344_5566_7788n;

  const inState = (state: string): Board => {
    const board = new Board();
    for (const move of WAYS[state]!) {
      if (move === 'reclaim') board.machine.pager.reclaim(FIRST_PAGE, 'test');
      else board.guest(move, FIRST_PAGE, VALUE);
    }
    expect(board.state(FIRST_PAGE)).toBe(state.slice(0, 2));
    return board;
  };

  test.each(Object.entries(RECLAIMED))('%s becomes %s', (state, after) => {
    const { machine } = inState(state);
    const { pager, store } = machine;
    const written = store.bytesWritten;
    const free = pager.residentPages;
    pager.reclaim(FIRST_PAGE, 'test');
    expect(stateName(pager.state(FIRST_PAGE))).toBe(after);
    expect(pager.residentPages).toBe(free - 1);
    expect(store.bytesWritten - written).toBe(after === 'Sp' ? 4096 : 0);
    expect(pager.key(FIRST_PAGE) & (KEY.R | KEY.C)).toBe(after === 'Sp' ? KEY.R | KEY.C : 0);
    const { pageOuts, discards, drops } = pager.counters;
    expect({ pageOuts, discards, drops }).toEqual({
      pageOuts: Number(after === 'Sp'),
      discards: Number(after === 'Vz'),
      drops: Number(after === 'Uz'),
    });
  });

  test.each(['Sp', 'Sz', 'Uz', 'Vz'])('%s has no frame to take', (state) => {
    const board = inState(state);
    expect(board.machine.pager.reclaim(FIRST_PAGE, 'test')).toBeUndefined();
    expect(board.state(FIRST_PAGE)).toBe(state);
  });

  test.each([
    ['Sr', { result: VALUE }],
    ['Sp', { result: VALUE }],
    ['Sz', { result: 0n }],
    ['Ur', { interruption: 0x05 }],
    ['Uz', { interruption: 0x05 }],
    ['Pr clean', { result: VALUE }],
    ['Pr changed', { result: VALUE }],
    ['Vr', { result: VALUE }],
    ['Vz', { interruption: 0x1a }],
  ])('a guest that loads from a page in %s', (state, outcome) => {
    expect(inState(state).guest('load', FIRST_PAGE)).toEqual(outcome);
  });
});

/** A page as the rules say that it must be. */
interface Rules {
  state: string;
  content: bigint;
  /** The guest's change bit. */
  changed: boolean;
  /** The paging device has this very content. */
  saved: boolean;
}

type Step =
  | { readonly who: 'guest'; readonly move: Move; readonly page: number; readonly value: bigint }
  | { readonly who: 'host'; readonly move: 'reclaim' | 'page-in'; readonly page: number };

/** Applies a step to what the rules say. @returns what the guest gets, for its accesses */
const play = (page: Rules, step: Step): { result?: bigint; interruption?: number } | undefined => {
  const lose = (state: string): void => {
    Object.assign(page, { state, content: 0n, changed: false, saved: false });
  };
  const bringIn = (): void => {
    if (page.state.endsWith('z')) page.saved = false;
    page.state = `${page.state[0]}r`;
  };
  if (step.who === 'host') {
    const { state } = page;
    if (step.move === 'page-in') {
      if (state === 'Sp' || state === 'Sz') bringIn();
      return;
    }
    const to = RECLAIMED[state === 'Pr' ? `Pr ${page.changed ? 'changed' : 'clean'}` : state];
    if (to === 'Sp') Object.assign(page, { state: to, saved: true });
    else if (to) lose(to);
    return;
  }
  const orc = ESSA.indexOf(step.move as (typeof ESSA)[number]);
  if (orc >= 0) {
    const result = STATE_BYTE[page.state]!;
    const cell = TABLE[page.state]![orc]!;
    const to = cell.endsWith('*') && page.changed ? 'Sp' : cell.slice(0, 2);
    if (to.endsWith('z') && page.state.endsWith('p')) lose(to);
    else if (to === 'Sr' && !page.state.endsWith('r')) {
      bringIn();
      page.state = to;
    } else page.state = to;
    // An ESSA that discards what is gone already makes reference and change zero, too.
    if (to.endsWith('z') && (step.move === 'unused' || step.move === 'volatile')) page.changed = false;
    return { result };
  }
  switch (step.move) {
    case 'reset key':
      page.changed = false;
      return;
    case 'forget':
      lose(page.state[0] === 'P' ? 'Vz' : `${page.state[0]}z`);
      return;
    default:
      if (page.state[0] === 'U') return { interruption: 0x05 };
      if (page.state === 'Vz') return { interruption: 0x1a };
      if (!page.state.endsWith('r')) bringIn();
      if (step.move === 'load') return { result: page.content };
      Object.assign(page, { content: step.value, changed: true, saved: false });
      return {};
  }
};

const PAGES = 2;
const pageAt = (n: number): number => FIRST_PAGE + n * 4096;
const page = fc.nat(PAGES - 1);
const value = fc.bigInt(1n, 2n ** 64n - 1n);
const guest = (moves: readonly Move[]) => fc.record({ who: fc.constant('guest' as const), move: fc.constantFrom(...moves), page, value });
const host = fc.record({ who: fc.constant('host' as const), move: fc.constantFrom('reclaim' as const, 'page-in' as const), page });
/** Most steps are those that can lose content: accesses, the host's moves, a change bit that is reset, pages that are freed and used again. */
const step = fc.oneof(
  { weight: 3, arbitrary: guest(['load', 'store', 'reset key']) },
  { weight: 3, arbitrary: host },
  { weight: 2, arbitrary: guest(['stable', 'unused', 'volatile']) },
  { weight: 2, arbitrary: guest(Object.keys(MOVES) as Move[]) },
);

describe('any moves of guest and host', () => {
  test('lead through the eight states as the rules say, lose nothing stable, and write nothing in vain', { timeout: 120_000 }, () => {
    const board = new Board();
    const { pager, store } = board.machine;
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), (steps) => {
        for (let n = 0; n < PAGES; n++) board.machine.pager.forget(pageAt(n), 'a new game');
        for (let n = 0; n < PAGES; n++) board.guest('stable', pageAt(n));
        const rules: Rules[] = Array.from({ length: PAGES }, () => ({ state: 'Sz', content: 0n, changed: false, saved: false }));
        for (const step of steps) {
          const address = pageAt(step.page);
          const page = rules[step.page]!;
          const mustWrite = step.who === 'host' && step.move === 'reclaim' && !page.saved;
          const written = store.bytesWritten;
          const wanted = play(page, step);
          if (step.who === 'guest') {
            const got = board.guest(step.move, address, step.value);
            if (wanted?.result !== undefined || wanted?.interruption !== undefined) expect(got).toEqual(wanted);
            else expect(got.interruption).toBeUndefined();
          } else if (step.move === 'reclaim') pager.reclaim(address, 'test');
          else if (page.state === 'Sr') pager.pageIn(address, 'test');
          expect(board.state(address)).toBe(page.state);
          expect(Object.keys(TABLE)).toContain(page.state);
          expect(store.bytesWritten - written).toBe(mustWrite && page.state === 'Sp' ? 4096 : 0);
          expect((pager.key(address) & KEY.C) !== 0, `change bit of ${page.state}`).toBe(page.changed);
          if (page.state === 'Vz') expect(pager.key(address) & KEY.R).toBe(0);
          seen.add(page.state);
        }
        for (const [n, page] of rules.entries()) {
          const bytes = board.machine.storage.read(pageAt(n) + 0x1f8, 8);
          expect(Buffer.from(bytes).readBigUInt64BE()).toBe(page.content);
        }
      }),
      { numRuns: 300, seed: 20 },
    );
    // The table closes: all eight, and no other.
    expect([...seen].toSorted()).toEqual(Object.keys(TABLE).toSorted());
  });

  test('with fewer frames than pages lose no stable content', { timeout: 120_000 }, () => {
    const pages = 24;
    const accesses = fc.array(fc.record({ page: fc.nat(pages - 1), value: fc.option(value, { nil: undefined }) }), {
      minLength: 1,
      maxLength: 200,
      size: 'max',
    });
    fc.assert(
      fc.property(accesses, (list) => {
        const board = new Board({ frames: 10 });
        const contents = new Map<number, bigint>();
        for (const { page, value } of list) {
          const address = FIRST_PAGE + page * 4096;
          if (value !== undefined) contents.set(page, value);
          const { result } = board.guest(value === undefined ? 'load' : 'store', address, value);
          if (value === undefined) expect(result).toBe(contents.get(page) ?? 0n);
          expect(board.machine.pager.residentPages).toBeLessThanOrEqual(10);
        }
      }),
      { numRuns: 40, seed: 21 },
    );
  });
});

describe('paging devices', () => {
  const directory = mkdtempSync(join(tmpdir(), 'zhint-paging-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  let devices = 0;
  beforeEach(() => {
    devices++;
  });

  const SOURCE = `#: storage 1M
#: host at again: page-out 0x40000
#: expect psw 0xfff
#: expect gr 4 = 0x1122334455667788
        .include "program.inc"
_start: lgfi    %r2,0x40000
        llihf   %r3,0x11223344
        oilf    %r3,0x55667788
        stg     %r3,0x7f8(%r2)
again:  lg      %r4,0x7f8(%r2)
        pass
`;

  test('a file holds the page, at its slot', () => {
    const file = join(directory, `${devices}`);
    const device = new FilePagingDevice(file);
    expect(runSource(SOURCE, { pagingDevice: device })).toMatchObject({ verdict: 'passed', host: { bytesWritten: 4096, bytesRead: 4096 } });
    device.close();
    const content = readFileSync(file);
    expect(content.length).toBe(4096);
    expect(content.readBigUInt64BE(0x7f8)).toBe(0x1122_3344_5566_7788n);
  });

  test('slots are used again', () => {
    const file = join(directory, `${devices}`);
    const device = new FilePagingDevice(file);
    const board = new Board({ pagingDevice: device });
    for (let n = 0; n < 20; n++) {
      board.guest('store', pageAt(n % 3), BigInt(n + 1));
      board.machine.pager.reclaim(pageAt(n % 3), 'test');
      board.guest('unused', pageAt(n % 3));
      board.machine.pager.release(pageAt(n % 3), 'test');
      board.guest('stable', pageAt(n % 3));
    }
    device.close();
    expect(board.machine.store.bytesWritten).toBe(20 * 4096);
    expect(readFileSync(file).length).toBe(4096);
  });

  /** A device that does one thing wrong. */
  const faulty = (wrong: Partial<PagingDevice>): PagingDevice => {
    const good = new MemoryPagingDevice();
    return { write: (slot, page) => good.write(slot, page), read: (slot, page) => good.read(slot, page), ...wrong };
  };
  const damagedAt = (byte: number): PagingDevice => {
    const good = new MemoryPagingDevice();
    return {
      write: (slot, page) => good.write(slot, page),
      read: (slot: Slot, page: Uint8Array) => {
        good.read(slot, page);
        page[byte]! ^= 0x10;
      },
    };
  };

  test.each([0, 0x7ff, 0x800, 4095])('a page that comes back with byte %i changed stops the guest', (byte) => {
    const result = runSource(SOURCE, { pagingDevice: damagedAt(byte) });
    expect(result.verdict).toBe('failed');
    expect(result.reason).toBe('page 0x40000 came back damaged from slot 0 of the paging device: its checksum differs');
    // The guest has not gone on with wrong data.
    expect(result.cpus[0]!.gr[4]).toBe('0x0000000000000000');
    expect(result.cpus[0]!.psw.address).not.toBe('0x0000000000000fff');
  });

  test('a device that cannot read, or cannot write, stops the guest', () => {
    const fail = (): never => {
      throw new Error('no more sectors');
    };
    expect(runSource(SOURCE, { pagingDevice: faulty({ read: fail }) })).toMatchObject({
      verdict: 'failed',
      reason: 'page 0x40000 came back damaged from slot 0 of the paging device: no more sectors',
    });
    expect(runSource(SOURCE, { pagingDevice: faulty({ write: fail }) })).toMatchObject({
      verdict: 'failed',
      reason: 'page 0x40000 cannot be saved in slot 0 of the paging device: no more sectors',
    });
  });

  test('an expectation does not take a damaged page for the right one either', () => {
    const source = SOURCE.replace('#: expect gr 4 = 0x1122334455667788', '#: expect storage 0x407f8 = 1122334455667788').replace(
      'lg      %r4,0x7f8(%r2)',
      'nopr',
    );
    expect(runSource(source).verdict).toBe('passed');
    const { verdict, failures } = runSource(source, { pagingDevice: damagedAt(0) });
    expect(verdict).toBe('failed');
    expect(failures).toEqual([
      'fixtures/test.s:4: expect storage 0x407f8 = 1122334455667788: found page 0x40000 came back damaged from slot 0 of the paging device: its checksum differs',
    ]);
  });

  test('a file that has become too short', () => {
    const device = new FilePagingDevice(join(directory, `${devices}`));
    expect(() => device.read(3 as Slot, new Uint8Array(4096))).toThrow('the paging file is too short');
    device.close();
  });
});
