import { beforeAll, describe, expect, test } from 'vitest';
import { describe as describeDifference } from './compare.ts';
import { differential, type Plan } from './differential.ts';
import { KNOWN_DIFFERENCES, type KnownDifference, NOT_GENERATED } from './known-differences.ts';
import { CASE, CASES } from './layout.ts';
import type { Image, Peer } from './peer.ts';
import { qemu, qemuVersion } from './qemu.ts';
import { comparedRows } from './rows.ts';
import { zhint } from './zhint.ts';

const SEED = 1;
const CASES_PER_ROW = 200;
/** Rows compared in one test: a group whose results fit one image. */
const GROUP = 20;

const version = qemuVersion();
if (version === undefined) console.log('qemu-system-s390x is not on PATH: instructions are not compared with QEMU');

const groups = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / GROUP) }, (_, i) => all.slice(i * GROUP, (i + 1) * GROUP));

const planFor = (rows: Plan['rows'], cases: number): Plan => ({ rows, seed: SEED, cases, dat: [false, true] });

describe.skipIf(version === undefined)('the comparison itself', () => {
  const rows = comparedRows().filter(({ mnemonic }) => ['l', 'stm', 'ar', 'brc'].includes(mnemonic));

  /** QEMU, given one bit of one instruction wrong. */
  const spoiled = (number: number): Peer => ({
    name: 'spoiled',
    run: (image, area) => {
      const spoil = (segment: Image['segments'][number]) => {
        if (segment.address !== CASES) return segment;
        const bytes = segment.bytes.slice();
        bytes[number * CASE.size + CASE.code + 1]! ^= 0x10;
        return { ...segment, bytes };
      };
      return qemu.run({ ...image, segments: image.segments.map(spoil) }, area);
    },
  });

  test('finds no difference between QEMU and itself', async () => {
    const { unexplained, cases } = await differential(planFor(rows, 50), qemu, qemu);
    expect(unexplained).toEqual([]);
    expect(cases).toBe(rows.length * 100);
  });

  test('finds one wrong bit of one instruction, and says which', async () => {
    const { unexplained } = await differential(planFor(rows.slice(0, 1), 20), spoiled(7), qemu);
    expect(unexplained.map(({ case: { index, dat } }) => ({ index, dat }))).toEqual([{ index: 7, dat: false }]);
  });
});

describe.skipIf(version === undefined)(`zhint and ${version}`, () => {
  const explained = new Set<KnownDifference>();

  beforeAll(() => {
    for (const { rows, what, why } of NOT_GENERATED)
      console.log(`left out: ${what} (${rows === 'any' ? 'all rows' : rows.join(', ')}): ${why}`);
  });

  test.for(groups(comparedRows()))('agree on rows, group %$', async (rows) => {
    const report = await differential(planFor(rows, CASES_PER_ROW), zhint, qemu);
    for (const known of report.explained.keys()) explained.add(known);
    expect(report.unexplained.slice(0, 5).map((difference) => `\n${describeDifference(difference, [zhint.name, qemu.name])}`)).toEqual([]);
    expect(report.cases).toBe(rows.length * CASES_PER_ROW * 2);
  });

  test('each known difference is met', () => {
    // Only a run of all rows can tell.
    const missed = KNOWN_DIFFERENCES.filter((known) => !explained.has(known)).map(({ rows, what }) => ({ rows, what }));
    expect(missed).toEqual([]);
  });
});
