import { parseArgs } from 'node:util';
import { describe } from './compare.ts';
import { differential, type Report } from './differential.ts';
import { qemu } from './qemu.ts';
import { comparedRows } from './rows.ts';

/**
 * Compares instructions with QEMU and prints the differences:
 *
 *     npx tsx test/differential/qemu/run.ts [MNEMONIC…] [--seed N] [--cases N] [--case INDEX] [--dat | --real] [--show N] [--summary]
 */
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    cases: { type: 'string', default: '200' },
    case: { type: 'string' },
    dat: { type: 'boolean', default: false },
    real: { type: 'boolean', default: false },
    /** Differences to print for each mnemonic. */
    show: { type: 'string', default: '1' },
    summary: { type: 'boolean', default: false },
    /** Runs QEMU on both sides, to try the harness. */
    self: { type: 'boolean', default: false },
  },
});

const print = (report: Report, names: readonly [string, string]): void => {
  const counts = new Map<string, number>();
  for (const difference of report.unexplained) {
    const { mnemonic } = difference.case.row;
    const count = (counts.get(mnemonic) ?? 0) + 1;
    counts.set(mnemonic, count);
    if (!options.summary && count <= Number(options.show)) console.log(`${describe(difference, names)}\n`);
  }
  for (const [known, count] of report.explained) console.log(`known, ${count} cases: ${known.what}`);
  for (const [mnemonic, count] of counts) console.log(`${mnemonic}: ${count} cases differ`);
  console.log(`${report.cases} cases, ${report.unexplained.length} differ and nothing explains it`);
};

const rows = comparedRows().filter(({ mnemonic }) => positionals.length === 0 || positionals.includes(mnemonic));
const dat = options.dat === options.real ? [false, true] : [options.dat];
const only = options.case === undefined ? {} : { only: Number(options.case) };
const ours = options.self ? qemu : (await import('./zhint.ts')).zhint;
const report = await differential({ rows, seed: Number(options.seed), cases: Number(options.cases), dat, ...only }, ours, qemu);
print(report, [ours.name, qemu.name]);
process.exitCode = report.unexplained.length === 0 ? 0 : 1;
