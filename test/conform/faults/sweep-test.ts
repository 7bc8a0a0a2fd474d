import { afterAll, describe, expect, test } from 'vitest';
import { ROWS } from '../../../src/cpu/rows/index.ts';
import { ADDRESS_IS_VALUE, BRANCHES } from '../../differential/qemu/kinds.ts';
import { operandsOf } from '../../differential/qemu/operands.ts';
import { newReport, Sweep, tally } from './sweep.ts';
import { UNREACHED } from './unreached.ts';

/** Enough to touch whatever an instruction touches; run.ts does more. */
const EXTENT = { seed: 1, attempts: 6, kept: 2 };
/** Rows swept in one test. */
const GROUP = 40;

const groups = Array.from({ length: Math.ceil(ROWS.length / GROUP) }, (_, n) => ROWS.slice(n * GROUP, (n + 1) * GROUP));

const hasStorageOperand = (row: (typeof ROWS)[number]): boolean =>
  operandsOf(row).storage.length > 0 && !BRANCHES.has(row.mnemonic) && !ADDRESS_IS_VALUE.has(row.mnemonic);

/** The tests of one level. */
export const describeSweep = (level: 1 | 2): void => {
  describe(`access to a page that is gone, at level ${level}`, () => {
    const sweep = new Sweep(level);
    const report = newReport();

    afterAll(() => console.log(`level ${level}:\n${tally(report)}`));

    test.for(groups.map((rows, n) => ({ rows, n })))('interrupts as specified and leaves nothing behind, rows $n', ({ rows }) => {
      const before = report.failures.length;
      for (const row of rows) sweep.row(row, EXTENT, report);
      expect(report.failures.slice(before, before + 10)).toEqual([]);
    });

    // At level 2 the host's instructions only leave SIE.
    test.skipIf(level === 2)('is tried for every row with a storage operand', () => {
      const missing = ROWS.filter((row) => hasStorageOperand(row) && !report.reaching.has(row) && UNREACHED[row.mnemonic] === undefined);
      expect(missing.map(({ mnemonic }) => mnemonic)).toEqual([]);
    });

    test('is tried in every role, with every kind of loss', () => {
      const roles = ['instruction', 'target of EXECUTE', 'load', 'store', 'DAT table'];
      const wanted = ['Vz', 'Uz strict', 'Uz lenient'].flatMap((kind) => roles.map((role) => `${kind}, ${role}`));
      if (level === 2) wanted.push("Vz, block of the guest's host");
      expect(wanted.filter((name) => !report.counts.has(name))).toEqual([]);
    });
  });
};
