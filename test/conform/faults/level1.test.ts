import { expect, test, vi } from 'vitest';
import { Recording } from '../../../src/cpu/recording.ts';
import { ROWS } from '../../../src/cpu/rows/index.ts';
import { newReport, Sweep } from './sweep.ts';
import { describeSweep } from './sweep-test.ts';

describeSweep(1);

test('a key that is not taken back is noticed', () => {
  const spy = vi.spyOn(Recording.prototype, 'takeBack').mockReturnValue();
  const report = newReport();
  const move = ROWS.filter(({ mnemonic }) => mnemonic === 'mvc');
  for (const row of move) new Sweep(1).row(row, { seed: 1, attempts: 1, kept: 1 }, report);
  spy.mockRestore();
  expect(report.failures.some((text) => text.includes('key of'))).toBe(true);
});
