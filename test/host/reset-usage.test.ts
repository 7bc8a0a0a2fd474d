import { expect, test } from 'vitest';
import { stateName } from '../../src/cpu/pgste.ts';
import { Monitor } from '../monitor.ts';

/** KVM_S390_VM_MEM_CLR_CMMA and the subsystem reset of DIAGNOSE X'308' (spec/essa.md 1.8). */

const PAGE = 0x4_0000;
type Step = readonly [routine: string, operand?: bigint] | 'reclaim';

/** How a page comes into each of the eight states, with a promise to hold no tables on the way. */
const WAYS: Readonly<Record<string, readonly Step[]>> = {
  Sr: [['store', 7n], ['essa_7']],
  Sp: [['store', 7n], ['essa_7'], 'reclaim'],
  Sz: [['essa_7']],
  Ur: [['store', 7n], ['essa_7'], ['essa_2']],
  Uz: [['essa_7'], ['essa_2']],
  Pr: [['store', 7n], ['essa_7'], ['essa_4']],
  Vr: [['store', 7n], ['essa_7'], ['essa_3']],
  Vz: [['store', 7n], ['essa_7'], ['essa_3'], 'reclaim'],
};

test.each(Object.entries(WAYS))('%s is stable after a reset, may hold tables, and has the content that it had', (state, steps) => {
  const monitor = new Monitor();
  const { pager } = monitor.machine;
  for (const step of steps) {
    if (step === 'reclaim') pager.reclaim(PAGE, 'test');
    else monitor.perform(0, step[0], PAGE, { operand: step[1] ?? 0n });
  }
  expect(stateName(pager.state(PAGE))).toBe(`${state}+nodat`);
  const key = pager.key(PAGE);
  pager.resetUsage();
  const content = state[1]!;
  expect(monitor.perform(0, 'essa_0', PAGE).result).toBe({ r: 0n, p: 2n, z: 3n }[content]);
  expect(pager.key(PAGE)).toBe(key);
  expect(monitor.perform(0, 'load', PAGE)).toMatchObject({ interruption: 0, result: content === 'z' ? 0n : 7n });
});
