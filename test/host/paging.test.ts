import { describe, expect, test } from 'vitest';
import { stateName } from '../../src/cpu/pgste.ts';
import { Machine } from '../../src/host/machine.ts';
import { runSource, sessionOf } from '../sessions.ts';

const MIB = 0x10_0000;

/** Every move of the host that changes a page's state, once or more. */
const MOVES = `#: storage 1M
#: essa intercept
#: host at out: page-out 0x40000
#: host at in: page-in 0x40000
#: host at again: page-out 0x40000
#: host at gone: discard 0x41000
        .include "program.inc"
_start: lgfi    %r2,0x40000
        lgfi    %r3,0x41000
        lgfi    %r9,0x42000
        mvi     0(%r2),1
        mvi     0(%r3),1
        mvi     0(%r9),1
        set_volatile %r1,%r3
out:    nopr
in:     nopr
again:  set_unused %r1,%r2
gone:   set_potentially_volatile %r1,%r9
        diag    %r3,%r9,0x10
        set_stable_nodat %r1,%r9
        lghi    %r4,0
        lghi    %r5,1
        diag    %r4,%r5,0x308           # subsystem reset; nothing is where the guest goes on then
`;
const A = 0x40000;
const B = 0x41000;
const C = 0x42000;

describe('the host tells what it does', () => {
  /** What a session tells of its guest's pages, with frames numbered as they come. */
  const listen = (kinds: readonly ('host' | 'pageState')[]): string[] => {
    const { machine } = sessionOf(MOVES);
    const told: string[] = [];
    const frames: number[] = [0];
    const numberOf = (frame: number): number => {
      if (!frames.includes(frame)) frames.push(frame);
      return frames.indexOf(frame);
    };
    const { events } = machine.configuration;
    if (kinds.includes('host')) {
      events.on('host', ({ action, page, frame, reason }) => {
        if (page >= A) told.push(`${action} ${page.toString(16)} frame ${numberOf(frame)}: ${reason}`);
      });
    }
    if (kinds.includes('pageState')) {
      events.on('pageState', ({ level, page, before, after, by }) => {
        if (page >= A && !by.startsWith('ESSA'))
          told.push(`${level} ${page.toString(16)} ${stateName(before)} -> ${stateName(after)} by ${by}`);
      });
    }
    machine.run(1000);
    return told;
  };

  const MOVED = [
    'zero-fill 40000 frame 1: access by CPU 0',
    'zero-fill 41000 frame 2: access by CPU 0',
    'zero-fill 42000 frame 3: access by CPU 0',
    'page-out 40000 frame 1: fixture',
    'page-in 40000 frame 1: fixture',
    'page-out 40000 frame 1: fixture',
    'release 40000 frame 0: ESSA discarded the block',
    'discard 41000 frame 2: fixture',
    "drop 41000 frame 0: DIAGNOSE X'10'",
    "drop 42000 frame 3: DIAGNOSE X'10'",
  ];
  const CHANGED = [
    '1 40000 Sz -> Sr by host zero-fill',
    '1 41000 Sz -> Sr by host zero-fill',
    '1 42000 Sz -> Sr by host zero-fill',
    '1 40000 Sr -> Sp by host page-out',
    '1 40000 Sp -> Sr by host page-in',
    '1 40000 Sr -> Sp by host page-out',
    '1 41000 Vr -> Vz by host discard',
    '1 41000 Vz -> Vz by host drop',
    '1 42000 Pr -> Vz by host drop',
    '1 40000 Uz -> Sz by subsystem reset',
    '1 41000 Vz -> Sz by subsystem reset',
    '1 42000 Sz+nodat -> Sz by subsystem reset',
  ];

  test('to who wants its moves', () => expect(listen(['host'])).toEqual(MOVED));
  test('to who wants the changes of state', () => expect(listen(['pageState'])).toEqual(CHANGED));
  test('to who wants both', () => expect(listen(['host', 'pageState']).toSorted()).toEqual([...MOVED, ...CHANGED].toSorted()));
});

test('the pages that it lists are those of every mebibyte that was used, once each', () => {
  const { pager } = new Machine({ storage: 3 * MIB });
  for (const page of [0x1000, 2 * MIB + 0x5000]) pager.pageIn(page, 'test');
  const pages = [...pager.pages()].map(({ page }) => page);
  const ofMebibyte = (n: number): number[] => Array.from({ length: 256 }, (_, page) => n * MIB + page * 4096);
  expect(pages).toEqual([...ofMebibyte(0), ...ofMebibyte(2)]);
});

test('what was captured comes back whatever has happened since', () => {
  const { pager } = new Machine({ storage: MIB, frames: 10 });
  const bringIn = (...pages: number[]): void => {
    for (const page of pages) pager.pageIn(page, 'test');
  };
  bringIn(A, B, C, 0x50000);
  pager.reclaim(C, 'test');
  pager.reclaim(0x50000, 'test');
  pager.pinned.add(A);
  const state = pager.capture();
  expect(state).toMatchObject({ pinned: [A], counters: { zeroFills: 4, pageOuts: 2 } });
  expect([state.free.length, state.resident.map(([page]) => page)]).toEqual([2, [A, B]]);
  pager.pinned.clear();
  pager.pinned.add(B);
  bringIn(0x60000, 0x61000, 0x62000, 0x63000);
  for (const page of [A, 0x60000]) pager.reclaim(page, 'test');
  expect(pager.capture()).not.toEqual(state);
  pager.reinstate(state);
  expect(pager.capture()).toEqual(state);
  expect(pager.isResident(A) && !pager.isResident(0x61000)).toBe(true);
});

test('what the host writes into a page that has a good copy is saved', () => {
  const { pager, storage, store } = new Machine({ storage: MIB });
  storage.write(A, Uint8Array.of(1));
  pager.reclaim(A, 'test');
  pager.pageIn(A, 'test');
  storage.write(A, Uint8Array.of(2));
  pager.reclaim(A, 'test');
  expect(store.bytesWritten).toBe(8192);
  expect(storage.read(A, 1)).toEqual(Uint8Array.of(2));
  pager.pageIn(A, 'test');
  expect(storage.read(A, 1)).toEqual(Uint8Array.of(2));
});

test('the copy of a page that has come back is not given up for an entry of the list', () => {
  const session = sessionOf(`#: storage 1M
#: host at out: page-out 0x40000
        .include "program.inc"
_start: lgfi    %r2,0x40000
        mvi     0(%r2),1
out:    ltg     %r3,0(%r2)
        set_unused %r3,%r2
        pass
`);
  session.run();
  const { pager, store } = session.machine;
  expect([stateName(pager.state(A)), store.has(A)]).toEqual(['Ur', true]);
  pager.release(A, 'test');
  expect([store.has(A), pager.counters.releases]).toEqual([true, 0]);
});

/** Both pages of the prefix area are made sure of when SIE is entered; what must not come back without the guest's word does not. */
test.each([
  ['unused', 'set_unused', 'zvm', 'failed: validity interception 0x37 on CPU 1'],
  ['discarded', 'set_volatile', 'zvm', 'failed: validity interception 0x37 on CPU 1'],
  ['unused, which KVM takes back', 'set_unused', 'kvm', 'passed: CPU 0 loaded'],
  ['volatile, which KVM takes back', 'set_volatile', 'kvm', 'passed: CPU 0 loaded'],
])('a prefix area that is %s', (_, request, profile, ending) => {
  const result = runSource(`#: storage 1M
#: profile ${profile}
#: cpus 2
        .include "program.inc"
_start: lgfi    %r2,0x20000
        ${request} %r3,%r2              # nobody has touched it: it is discarded, or dropped
        lgr     %r7,%r2
        lghi    %r8,1
        sigp    %r6,%r8,13              # set prefix of CPU 1, which is stopped
        sigp    %r6,%r8,6               # restart: the restart-new PSW is zeros
        lghi    %r5,1000
0:      brct    %r5,0b
        pass
`);
  expect(`${result.verdict}: ${result.reason}`).toContain(ending);
});

test('code that was compiled does not outlive its frame', () => {
  const session = sessionOf(`#: storage 1M
        .include "program.inc"
        .macro  adder name, count
\\name\\(): lgfi    %r3,30000
1:      aghi    %r4,\\count
        brct    %r3,1b
        br      %r14
\\name\\()_end:
        .endm
_start: lgfi    %r2,0x40000
        lgfi    %r9,0x41000
        larl    %r1,one
        mvc     0(one_end-one,%r2),0(%r1)
        larl    %r1,two
        mvc     0(two_end-two,%r9),0(%r1)
        lghi    %r4,0
        basr    %r14,%r2                # adds one 30000 times
        lgfi    %r3,30000
2:      brct    %r3,2b                  # in the meantime the host takes both pages
        basr    %r14,%r9                # adds two 30000 times, in the frame that the other page had
        pass
        adder   one, 1
        adder   two, 2
`);
  session.run(80_000);
  const { pager, vcpus } = session.machine;
  const frameOf = (page: number): number | undefined => new Map(pager.capture().resident).get(page);
  const frame = frameOf(A);
  for (const page of [B, A]) pager.reclaim(page, 'test');
  expect(session.run()?.verdict).toBe('passed');
  expect(frameOf(B)).toBe(frame);
  expect(vcpus[0]!.cpu.gr[4]).toBe(90_000n);
});
