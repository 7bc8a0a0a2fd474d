import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSession } from '../../src/cli/open.ts';
import { Desk } from '../../src/debug/commands/command.ts';
import { COMMANDS, completions, perform } from '../../src/debug/commands/index.ts';
import { Debugger } from '../../src/debug/debugger.ts';
import type { SessionOptions } from '../../src/debug/session.ts';
import { hashOf } from '../sessions.ts';

/** A program at the prompt: what commands print. */
const at = (file: string, options: SessionOptions = {}) => {
  const desk = new Desk(new Debugger(openSession(file, options), { interval: 64 }), {
    print: (line) => lines.push(line),
    source: (name, line) => `${name}, line ${line}`,
    saveSnapshot: () => {},
  });
  const lines: string[] = [];
  const give = async (...commands: string[]): Promise<string> => {
    lines.length = 0;
    for (const command of commands) await perform(desk, command);
    return lines.join('\n');
  };
  return { desk, give, when: () => desk.debugger.timeline.position };
};

const DISCARD = 'fixtures/discard-fault.s';

describe('stopping', () => {
  test('before the instruction, and before what the host does there', async () => {
    const { give, when } = at(DISCARD);
    expect(await give('break touch', 'continue')).toContain('Breakpoint 1: 0x10024 <touch>');
    expect(when()).toEqual({ instruction: 7, event: 0 });
    expect(await give('page 0x40000')).toMatch(/^page 0x40000: Vr /);
  });

  test('at each kind of event, and going back finds the same', async () => {
    const stops: Record<string, [number, number]> = {
      'break discard': [7, 2],
      'break on essa 1': [10, 0],
      'break pgm 0x1a': [8, 0],
      'break on state 0x40000': [5, 0],
    };
    for (const [command, [instruction, event]] of Object.entries(stops)) {
      const { give, when } = at(DISCARD);
      await give(command, 'continue');
      expect([command, when()]).toEqual([command, { instruction, event }]);
      await give('delete', 'step 3', command, 'reverse-continue');
      const back = command.includes('state') ? { instruction: 7, event: 2 } : { instruction, event };
      expect([command, when()]).toEqual([command, back]);
    }
    const { give } = at('fixtures/essa-intercepted.s');
    expect(await give('break interception 4', 'c')).toContain('Breakpoint 1: interception 0x04');
    const pressure = at('fixtures/pressure.s');
    expect(await pressure.give('break page-out', 'c')).toContain('host page-out');
  });

  test('when bytes change, whoever changes them', async () => {
    const { give, when } = at(DISCARD);
    expect(await give('watch 0x40000', 'continue')).toContain('Watchpoint 1: 0x40007: 00 -> 2a');
    expect(when()).toEqual({ instruction: 5, event: 0 });
    expect(await give('continue')).toContain('Watchpoint 1: 0x40007: 2a -> 00');
    expect(when().instruction).toBe(7);
    await give('continue');
    expect(when()).toEqual({ instruction: 12, event: 0 });
    await give('reverse-continue');
    expect(when().instruction).toBe(7);
  });

  test('finish leaves the interruption handler, next does not enter a routine', async () => {
    const { give, when } = at(DISCARD);
    await give('until handler', 'finish');
    expect(when()).toEqual({ instruction: 14, event: 0 });
    expect(await give('finish')).toContain('The program has ended after 18 instructions: passed');
  });
});

test('an action of the host is a part of the run', async () => {
  const { give } = at(DISCARD);
  await give('until touch', 'save here');
  expect(await give('host page-out 0x40000')).toContain('expected Sr or changed Pr');
  expect(await give('host discard 0x40000')).toContain('Vr -> Vz');
  await give('goto 2', 'goto 7.2');
  expect(await give('page 0x40000')).toMatch(/^page 0x40000: Vz /);
  await give('restore here');
  expect(await give('page 0x40000')).toMatch(/^page 0x40000: Vr /);
});

test('what the past is asked for', async () => {
  const { give } = at(DISCARD);
  await give('until handler');
  expect(await give('last-write essa 0x40000')).toContain('ESSA 3, "set volatile"');
  expect(await give('last-write pte 0x40000')).toContain('the host: discard of page 0x40000 (fixture)');
  expect(await give('last-write storage 0x40000')).toContain('absolute 0x40007: 2a -> 00');
  expect(await give('last-write key 0x40000')).toContain('never before here');
  expect(await give('events 5-7')).toMatch(/ESSA 3[\s\S]*Sr -> Vr[\s\S]*discard[\s\S]*Vr -> Vz/);
  expect(await give('page 0x40000')).toMatch(/\[4\][\s\S]*\[5\][\s\S]*\[7\] page 0x40000: Vr -> Vz/);
  expect(await give('walk 0x40000')).toContain('verdict: program interruption 0x1a, block volatility, for the guest');
});

test('both levels are walked', async () => {
  const { give, desk } = at('fixtures/nested-discard.s');
  for (let n = 0; n < 200 && desk.debugger.vcpu.cpu.level < 2; n++) await give('step');
  expect(desk.debugger.vcpu.cpu.level).toBe(2);
  expect(await give('walk psw')).toContain('verdict: program interruption 0x11, page translation, for the host');
  await give('step');
  const lines = await give('walk psw');
  expect(lines).toContain('tables of the guest:');
  expect(lines).toContain('tables of the host:');
  const found = /verdict: host absolute (0x[\da-f]+)/.exec(lines)?.[1];
  const virtual = await give('x/2h psw');
  expect((await give(`x/2h host ${found}`)).split(':')[1]).toBe(virtual.split(':')[1]);
  expect(await give('sie')).toContain('state description of level 2');
  expect(await give('where')).toContain('(in SIE, level 2)');
});

test('bad commands get one line, and nothing has happened', async () => {
  const { give, desk } = at(DISCARD);
  const before = hashOf(desk.debugger.timeline.capture());
  const bad = ['bogus', 'step x', 'step 0', 'goto', 'goto -1', 'break nowhere', 'break on nothing', 'watch', 'watch 0xfffffff0', 'delete 9', 'x/9zz 0', 'x', 'x 0x7fffffff', 'walk', 'page 0x100000', 'cpu 1', 'host', 'host fly 0', 'restore x', 'last-write', 'events x', 'keys 0xffffffffffffffff', 'regs now', 'next 2', 'break essa 99']; // biome-ignore format: a list
  for (const command of bad) {
    const said = await give(command);
    expect([command, said.split('\n').length, said.length > 10]).toEqual([command, 1, true]);
  }
  expect(hashOf(desk.debugger.timeline.capture())).toBe(before);
  expect(desk.debugger.specs).toEqual([]);
});

test('words are completed', () => {
  const { desk } = at(DISCARD);
  expect(completions(desk, 'rev')).toEqual(['reverse-continue']);
  expect(completions(desk, 'until ha')).toEqual(['handler', 'handler_psw']);
  expect(completions(desk, 'host pa')).toEqual(['page-out', 'page-in']);
});

/** Commands that look, with arguments of all kinds. */
const ADDRESSES = ['0', '0x40000', '0x10024', 'psw', '%r2', '0x1000', '0x8000000', '0xffffffffffffffff', '0xfff', '0x80000', '0x200000'];
const addresses = fc.constantFrom(...ADDRESSES);
const LOOKS = COMMANDS.filter(({ looks, names }) => looks && names[0] !== 'snapshot' && names[0] !== 'cpu').map(({ names }) => names[0]!);
const queries = fc.oneof(
  fc.tuple(fc.constantFrom(...LOOKS, 'last-write essa', 'last-write pte', 'last-write state', 'last-write storage', 'walk real', 'walk absolute'), addresses),
  fc.tuple(fc.constantFrom('x/4gx', 'x/3i', 'x/s', 'x/9wx real', 'x/2g absolute', 'x/2g host', 'events 0-', 'events'), addresses),
  fc.tuple(fc.constantFrom(...LOOKS), fc.constant('')),
).map((words) => words.join(' ')); // biome-ignore format: a list

const PROGRAMS: readonly (readonly [string, SessionOptions])[] = [
  [DISCARD, {}],
  // Mebibytes that nobody has touched have no page table yet.
  [DISCARD, { storage: 4 * 2 ** 20 }],
  ['fixtures/pressure.s', {}],
  ['fixtures/discard-virtual.s', {}],
  ['fixtures/nested-discard.s', {}],
  ['fixtures/nested-pressure.s', { seed: 7 }],
  ['fixtures/kvm.s', {}],
  ['fixtures/two-cpus.s', { seed: 4 }],
];

test.each(PROGRAMS)("a debugger's look changes nothing: %s %j", { timeout: 60_000 }, async (file, options) => {
  const { give, desk, when } = at(file, options);
  await give('continue');
  const { instruction: end } = when();
  await fc.assert(
    fc.asyncProperty(fc.nat(end), fc.array(queries, { minLength: 1, maxLength: 6 }), async (n, commands) => {
      await give(`goto ${n}`);
      const position = when();
      const before = hashOf(desk.debugger.timeline.capture());
      for (const command of commands) {
        await give(command);
        expect([command, when()]).toEqual([command, position]);
        expect([command, hashOf(desk.debugger.timeline.capture())]).toEqual([command, before]);
      }
    }),
    { numRuns: 40 },
  );
});

test('nor does any of its commands anywhere', async () => {
  const { give, desk, when } = at(DISCARD, { storage: 4 * 2 ** 20 });
  await give('goto 9');
  const before = [when(), hashOf(desk.debugger.timeline.capture())];
  for (const command of [
    ...LOOKS,
    'x/4gx absolute',
    'x/4gx host',
    'walk absolute',
    'last-write state',
    'last-write storage',
    'watch',
    'host page-out',
  ]) {
    for (const address of [...ADDRESSES, '']) {
      // Pages that the host may page out: everything else is refused.
      if (command === 'host page-out' && !['0x0', '0x200000', '0x80000', ''].includes(address)) continue;
      await give(`${command} ${address}`);
      expect([command, address, when(), hashOf(desk.debugger.timeline.capture())]).toEqual([command, address, ...before]);
    }
  }
});

test('a run that does not end can be interrupted, and a search after that is whole', async () => {
  const { desk, give } = at('fixtures/two-cpus.s');
  const { debugger: debug } = desk;
  const { pause } = debug.timeline;
  debug.timeline.pause = async () => {
    debug.interrupt();
    return pause();
  };
  expect(await give('continue')).toContain('Interrupted.');
  expect(debug.timeline.outcome).toBeUndefined();
  debug.timeline.pause = pause;
  expect(await give('continue', 'cpu 0', 'last-write storage 0x1d0 16')).toContain('absolute 0x1d3: 00');
});
