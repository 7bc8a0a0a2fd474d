import { ROWS } from '../../../src/cpu/rows/index.ts';
import { newReport, Sweep, tally } from './sweep.ts';

/** A longer sweep than the tests make: `npx tsx test/conform/faults/run.ts [MNEMONIC …] [--seed N] [--attempts N] [--kept N] [--level N]`. */

const words = process.argv.slice(2);
const option = (name: string, otherwise: number): number => {
  const at = words.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(words.splice(at, 2)[1]);
};
const extent = { seed: option('seed', 1), attempts: option('attempts', 20), kept: option('kept', 20) };
const onlyLevel = option('level', 0);
const rows = ROWS.filter(({ mnemonic }) => words.length === 0 || words.includes(mnemonic));

const report = newReport();
for (const level of [1, 2] as const) {
  if (onlyLevel && onlyLevel !== level) continue;
  const sweep = new Sweep(level);
  for (const row of rows) {
    const before = report.failures.length;
    sweep.row(row, extent, report);
    for (const failure of report.failures.slice(before)) console.log(failure);
  }
}
console.log(`${tally(report)}; ${report.failures.length} failures`);
if (report.failures.length > 0) process.exitCode = 1;
