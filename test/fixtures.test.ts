import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openSession } from '../src/cli/open.ts';
import type { SessionOptions } from '../src/debug/session.ts';
import { runToEnd } from './sessions.ts';

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
