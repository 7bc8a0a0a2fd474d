import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openSession } from '../src/cli/open.ts';
import { hostCounters } from '../src/debug/result.ts';
import type { SessionOptions } from '../src/debug/session.ts';
import { parseFixture } from '../src/guest/fixture.ts';
import { runSource, runToEnd, sessionOf } from './sessions.ts';

const FIXTURES = readdirSync('fixtures').filter((name) => name.endsWith('.s'));

const run = (name: string, options: SessionOptions = {}) => runToEnd(openSession(`fixtures/${name}`, options));

describe('every fixture', () => {
  test('there is a story for each', () => expect(FIXTURES.length).toBeGreaterThanOrEqual(24));

  test.each(FIXTURES)('%s', (name) => {
    const result = run(name);
    expect(result.failures).toEqual([]);
    expect(`${result.verdict}: ${result.reason}`).toMatch(/^passed: /);

    // The same inputs, the same run, down to the last byte of what is printed.
    const json = JSON.stringify(result);
    expect(JSON.stringify(run(name))).toBe(json);

    // That somebody watches every instruction changes nothing, whatever the order of the CPUs.
    const watched = openSession(`fixtures/${name}`, {});
    let instructions = 0;
    watched.machine.configuration.events.on('instruction', () => instructions++);
    expect(JSON.stringify(runToEnd(watched))).toBe(json);
    expect(instructions).toBeGreaterThan(0);
  });

  test.each(FIXTURES)('%s says what it shows', (name) => {
    const lines = readFileSync(`fixtures/${name}`, 'utf8').split('\n');
    expect(lines[0]).toMatch(/^#: title \S.{20,}/);
    const expectations = lines.filter((line) => line.startsWith('#: expect '));
    expect(expectations).toContain('#: expect psw 0xfff');
    expect(expectations.length).toBeGreaterThan(3);
    expect(lines.filter((line) => line.startsWith('# ')).length).toBeGreaterThanOrEqual(2);
  });
});

describe('with a seeded scheduler', () => {
  const SEEDS = Array.from({ length: 20 }, (_, n) => n + 1);

  test.each(['two-cpus.s', 'nested-pressure.s'])('%s comes to the same end in every order, and the seed repeats the order', (name) => {
    const orders = new Set<string>();
    for (const seed of SEEDS) {
      const result = run(name, { seed });
      expect(`seed ${seed}: ${result.verdict} ${result.failures.join()}`).toBe(`seed ${seed}: passed `);
      const json = JSON.stringify(result);
      expect(JSON.stringify(run(name, { seed })) === json, `seed ${seed} gives two different runs`).toBe(true);
      orders.add(json);
    }
    // Seeds that all gave the same order would show nothing.
    expect(orders.size).toBeGreaterThan(SEEDS.length / 2);
  });
});

describe('docs/fixtures.md', () => {
  const text = readFileSync('docs/fixtures.md', 'utf8');
  const blocks = (language: string): string[] =>
    [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter((m) => m[1] === language).map((m) => m[2]!);

  test('its program runs and passes', () => {
    const programs = blocks('s390x');
    expect(programs).toHaveLength(1);
    for (const program of programs) expect(runSource(program)).toMatchObject({ verdict: 'passed', failures: [] });
  });

  test('its lines are lines of fixtures', () => {
    const lines = blocks('text').flatMap((block) => block.trimEnd().split('\n'));
    expect(lines.length).toBeGreaterThan(20);
    const { settings, actions, expectations } = parseFixture(lines.join('\n'), 'docs/fixtures.md');
    const { devices, ...rest } = settings;
    expect(devices).toMatchObject([{ name: 'virtio-blk-ccw', where: { set: 0, number: 1 }, size: 0x1_0000 }]);
    expect(rest).toEqual({
      storage: 0x20_0000, cpus: 2, frames: 16, profile: 'zvm-lenient', facilities: [10], withoutFacilities: [147], essa: 'lazy', limit: 50000, seed: 7,
    }); // biome-ignore format: two lines
    expect(actions).toHaveLength(3);
    expect(expectations.map(({ kind }) => kind)).toContain('console');
  });

  test('it names every counter of the host', () => {
    const { machine } = sessionOf('_start: nopr\n');
    for (const counter of Object.keys(hostCounters(machine))) expect(text).toContain(`\`${counter}\``);
  });
});
