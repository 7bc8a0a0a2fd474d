import { describe, expect, it } from 'vitest';
import type { Machine } from '../../src/host/machine.ts';
import { campaign, explain, replay } from './campaign.ts';
import { VALID_STATES } from './model.ts';

const STEPS = 50_000;

describe('the machine beside an abstract model of the rules', () => {
  it(`agrees in ${STEPS} operations, which lead everywhere`, { timeout: 300_000 }, () => {
    const { failure, tally, steps } = campaign({ steps: STEPS, seed: 1 });
    expect(failure && explain(failure)).toBeUndefined();
    expect(steps).toBeGreaterThanOrEqual(STEPS);
    const reached = new Set([...tally.keys()].map((what) => / to (\w\w)$/.exec(what)?.[1]).filter((state) => state !== undefined));
    expect(reached).toEqual(VALID_STATES);
    expect([...tally.keys()]).toEqual(
      expect.arrayContaining([
        ...['page-in', 'page-out', 'zero-fill', 'discard', 'drop', 'list full', 'snapshot'],
        ...['program interruption 0x5', 'program interruption 0x6', 'program interruption 0x1a'],
      ]),
    );
  });
});

/** Puts something into each page that should come as zeros. */
const dirtyZeros = (machine: Machine): void => {
  const { storage, events } = machine.configuration;
  events.on('host', ({ action, frame }) => {
    if (action === 'zero-fill') storage.bytes[storage.offset(frame as Parameters<typeof storage.offset>[0]) + 0x123] = 1;
  });
};

describe('a failing run', () => {
  it('prints its seed, the few operations that it needs, and the command that does them again', () => {
    const { failure } = campaign({ steps: 1000, seed: 7, sabotage: dirtyZeros });
    expect(failure).toBeDefined();
    const { run, seed, path, message } = failure!;
    expect(run.operations).toHaveLength(1);
    expect(message).toBe('block 0 is not zero all over');
    expect(explain(failure!)).toContain(`again: npm run model -- --seed ${seed} --path ${path}`);
    expect(replay(seed, path, dirtyZeros)).toEqual(failure);
    expect(replay(seed, path)).toBeUndefined();
  });
});
