import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { countEvents, countStates, volatileShare } from '../../src/debug/kernel-report.ts';
import { type KernelOptions, KernelSession } from '../../src/debug/kernel-session.ts';
import { InputError } from '../../src/guest/input-error.ts';
import { compileWorkload } from '../../src/guest/workload/script.ts';
import { parseWorkload } from '../../src/guest/workload/workload.ts';
import type { Eviction } from '../../src/host/evictor.ts';

const KERNEL = 'src/guest/kernel';
const MIB = 2 ** 20;
const images = { kernel: readFileSync(`${KERNEL}/kernel.elf`), user: readFileSync(`${KERNEL}/user.elf`) };

const COMPILER = 's390x-linux-gnu-gcc';
const isThere = (command: string): boolean => {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const hasCompiler = isThere(COMPILER) && isThere('make');
if (!hasCompiler) console.log(`the kernel is not built again: there is no ${COMPILER}, or no make`);

describe('the built kernel', () => {
  test.runIf(hasCompiler)('is what its sources make', () => {
    const out = mkdtempSync(join(tmpdir(), 'zhint-kernel-'));
    try {
      execFileSync('make', ['-s', '-C', KERNEL, `OUT=${out}`]);
      for (const name of ['kernel.elf', 'user.elf'])
        expect(readFileSync(join(out, name)).equals(readFileSync(`${KERNEL}/${name}`)), name).toBe(true);
    } finally {
      rmSync(out, { recursive: true });
    }
  });

  test('names no place where it was built', () => {
    expect(new TextDecoder('latin1').decode(images.kernel)).not.toMatch(/\/(home|root|tmp|work)\//);
  });
});

const run = (file: string, options: Partial<KernelOptions> = {}) => {
  const workload = parseWorkload(readFileSync(file, 'utf8'), file);
  const session = new KernelSession(file, images, { workload, storage: 4 * MIB, cpus: 1, ...options });
  const outcome = session.run(100_000_000);
  return {
    session,
    outcome: outcome && `${outcome.verdict} ${session.machine.console.match(/panic.*/)?.[0] ?? ''}`,
    ...countEvents(session),
  };
};

const EVERYTHING = 'test/workloads/everything.yaml';
const SWAP = 'test/workloads/swap.yaml';
const PASSED = 'passed ';

describe('a workload runs to its end, and all content is right', () => {
  test('on one CPU, without pressure', () => {
    const { outcome, guest } = run(EVERYTHING);
    expect(outcome).toBe(PASSED);
    expect(guest.checkedPages).toBeGreaterThan(1000);
    expect(guest.discardFaults).toBe(0);
  });

  const evictions: readonly (readonly [string, Eviction])[] = [
    ['immediate', { mode: 'immediate' }],
    ['delayed', { mode: 'delayed', after: 2000 }],
    ['exponential', { mode: 'exponential', mean: 3000 }],
  ];
  test.each(evictions)('on three CPUs in random order, with few frames and an evictor that is %s', (_, eviction) => {
    const { outcome, guest, session } = run(EVERYTHING, { cpus: 3, seed: 7, frames: 200, eviction });
    expect(outcome).toBe(PASSED);
    expect(guest.discardFaults).toBeGreaterThan(20);
    expect(guest.refetched).toBeGreaterThan(50);
    expect(session.machine.pager.counters.discards).toBeGreaterThan(50);
    expect(session.machine.pager.counters.drops).toBeGreaterThan(100);
  });

  test('with more memory in use than the guest has: swapped, forked, discarded from the swap cache', () => {
    const { outcome, guest, essa } = run(SWAP, { cpus: 2, seed: 3, frames: 300, eviction: { mode: 'immediate' } });
    expect(outcome).toBe(PASSED);
    expect(guest.swapOuts).toBeGreaterThan(500);
    expect(guest.swapIns).toBeGreaterThan(guest.swapOuts);
    expect(guest.reclaimed).toBeGreaterThan(500);
    // Pages of the swap cache that can be stored into are potentially volatile.
    expect(essa[4]).toBeGreaterThan(50);
  });

  test('with MVCP and MVCS instead of MVCOS', () => {
    expect(run(EVERYTHING, { uaccess: 'std', eviction: { mode: 'delayed', after: 500 } }).outcome).toBe(PASSED);
  });

  test('a run is a function of its inputs', () => {
    const once = (): unknown => {
      const { session, essa, guest } = run(EVERYTHING, { cpus: 2, seed: 5, frames: 250, eviction: { mode: 'exponential', mean: 1000 } });
      return [session.machine.instructions, essa, guest, session.machine.pager.counters];
    };
    expect(once()).toEqual(once());
  });
});

describe('policies', () => {
  test('none: no ESSA at all, and nothing discarded or dropped', () => {
    const { outcome, essa, session } = run(EVERYTHING, { policy: 'none', frames: 200 });
    expect(outcome).toBe(PASSED);
    expect(essa).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(session.machine.pager.counters).toMatchObject({ discards: 0, drops: 0 });
    expect(countStates(session)).toMatchObject({ Ur: 0, Uz: 0, Vr: 0, Vz: 0, Pr: 0 });
  });

  test('unused: free pages are dropped, none is volatile', () => {
    const { outcome, essa, session } = run(EVERYTHING, { policy: 'unused', frames: 200 });
    expect(outcome).toBe(PASSED);
    expect([essa[0], essa[3], essa[4], essa[6]]).toEqual([0, 0, 0, 0]);
    expect(session.machine.pager.counters.drops).toBeGreaterThan(0);
    expect(session.machine.pager.counters.discards).toBe(0);
  });

  test('full: what is left of the page cache is volatile', () => {
    const { session } = run(EVERYTHING);
    expect(volatileShare(countStates(session)).share).toBeGreaterThan(0);
  });
});

describe('a rule that is broken on purpose', () => {
  const races = { storage: 2 * MIB, cpus: 3, diskDelay: 300, seed: 1 } as const;
  const exponential = (mean: number): Eviction => ({ mode: 'exponential', mean });
  test.each([
    ['discard-once', 'races', 300, /discarded a second time/],
    ['pte-recheck', 'races', 300, /page_mapped|ptes map it/],
    ['mlocked', 'races', 300, /the locked page .* is discarded/],
    ['dirty', 'races', 300, /is discarded, and nothing else has its content/],
    ['dirty-transfer', 'shared-stores', 3000, /is discarded, and nothing else has its content/],
  ] as const)('%s: the guest stops and says so', (name, file, mean, message) => {
    const storage = file === 'races' ? races.storage : 8 * MIB;
    const { outcome } = run(`test/workloads/${file}.yaml`, { ...races, storage, eviction: exponential(mean), guards: `-${name}` });
    expect(outcome).toMatch(/^failed /);
    expect(outcome).toMatch(message);
  });
});

const workload = (text: string) => compileWorkload(parseWorkload(text, 'w.yaml'), 'w.yaml');
const refused = (text: string): string => {
  try {
    workload(text);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message;
  }
};

describe('workloads', () => {
  test.each([
    [
      'title: t\nprocesses:\n  - steps:\n      - reed: { files: x }\n',
      /^w\.yaml:4:9: processes\.0\.steps\.0: a step: wait, exit, stop, read/,
    ],
    ['title: t\nprocesses:\n  - steps:\n      - read: { files: x }\n', /^w\.yaml: there are no files 'x', expected one of none/],
    ['title: [\n', /^w\.yaml:\d+:\d+: /],
    ['title: t\ncpus: 9\n', /^w\.yaml:2:7: cpus: /],
    ['files: {}\n', /^w\.yaml:1:1: title: /],
  ])('%j is refused in one line', (text, message) => {
    expect(refused(text)).toMatch(message);
    expect(refused(text)).not.toContain('\n');
  });

  test('the shipped ones are well formed', () => {
    const names = readdirSync('fixtures/workloads').filter((name) => name.endsWith('.yaml'));
    expect(names.sort()).toEqual(['boot', 'compile', 'database', 'fork-storm', 'grep', 'touch-exit', 'web'].map((name) => `${name}.yaml`));
    for (const name of names) expect(refused(readFileSync(`fixtures/workloads/${name}`, 'utf8')), name).toBe('accepted');
  });
});
