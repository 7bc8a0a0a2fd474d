import type { Verdict } from './conform.ts';
import type { ConformProfile } from './expectation.ts';
import { COLUMNS, describeCell, type Row, type Summary, TITLES } from './summary.ts';

/** A profile with all that was seen of it. */
export interface ProfileReport {
  readonly summary: Summary;
  readonly verdicts: readonly Verdict[];
}

const PAINT = { good: '\x1b[32m', bad: '\x1b[31m', dim: '\x1b[2m' } as const;

/** As many cells that differ are printed with all that is known of them. */
const MOST_DETAILS = 10;

/** The table of a profile for people, and below it the cells that differ. */
export const tableOf = ({ summary, verdicts }: ProfileReport, colour: boolean): string => {
  const { profile, rows, cells, wrong } = summary;
  const paint = (how: keyof typeof PAINT, text: string): string => (colour ? `${PAINT[how]}${text}\x1b[0m` : text);
  const heading = ['from', 'R1', ...COLUMNS, 'load'];
  const texts = rows.filter(({ unreachable }) => unreachable === undefined).map(wordsOf);
  const widths = heading.map((word, column) => Math.max(word.length, ...texts.map((words) => words[column]!.length)));
  const line = (words: readonly string[]): string =>
    words
      .map((word, column) => word.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const rowLine = (row: Row): string => {
    if (row.unreachable !== undefined)
      return paint('dim', `${row.state.padEnd(widths[0]!)}  ${row.byte}  cannot occur: ${row.unreachable}`);
    const text = line(wordsOf(row));
    return [...row.places.values()].some((place) => place.wrong > 0) ? paint('bad', text) : text.replaceAll('✓', paint('good', '✓'));
  };
  const verdict = wrong === 0 ? paint('good', 'every one as the documents say') : paint('bad', `${wrong} differ from the documents`);
  return [
    `${profile}: ${TITLES[profile]}`,
    '',
    paint('dim', line(heading)),
    ...rows.map(rowLine),
    '',
    `${cells} cells, ${verdict}`,
    ...detailsOf(profile, verdicts),
    '',
  ].join('\n');
};

const wordsOf = ({ state, change, byte, places, touch }: Row): string[] => [
  change === undefined ? state : `${state} C=${change}`,
  byte,
  ...COLUMNS.map((column) => {
    const place = places.get(column);
    return place === undefined ? '-' : `${place.text} ${place.wrong > 0 ? '✗' : '✓'}`;
  }),
  touch,
];

const detailsOf = (profile: ConformProfile, verdicts: readonly Verdict[]): string[] => {
  const different = verdicts.filter(({ differences }) => differences.length > 0);
  const details = different
    .slice(0, MOST_DETAILS)
    .flatMap((verdict) => [
      `  ${describeCell(profile, verdict)} (${verdict.expected.source})`,
      ...verdict.differences.map((difference) => `    ${difference}`),
    ]);
  const rest = different.length - MOST_DETAILS;
  return rest > 0 ? [...details, `  and ${rest} more; --tap lists them all`] : details;
};

/** What the tables' signs mean. */
export const LEGEND = `Rows: the state before, and the byte that ESSA returns for it (with the no-DAT attribute, 0x20 more). Columns: the state after ESSA with each
request code; "7 without" is a guest without facility 147; reclaim is the host's. 0x06 is program interruption 0x06. A star: the content is
discarded, reference and change bits become zero. load: what touching the page gives. Request 1 clears the no-DAT attribute, 7 sets it.
✓: executed and seen with the no-DAT attribute and without, with the change bit zero and one, ESSA interpreted with DAT off, with DAT on,
intercepted, and at level 2; read back by ESSA 0, by the page-table and page-status entries, by the storage key, and by touching the page.
`;

/** All cells as TAP version 14, a test point each. */
export const tapOf = (reports: readonly ProfileReport[]): string => {
  const points = reports.flatMap(({ summary, verdicts }) => verdicts.map((verdict) => ({ profile: summary.profile, verdict })));
  const lines = points.map(({ profile, verdict }, n) => {
    const { differences, expected } = verdict;
    const point = `${differences.length > 0 ? 'not ok' : 'ok'} ${n + 1} - ${describeCell(profile, verdict)}`;
    if (differences.length === 0) return point;
    return [
      point,
      '  ---',
      '  differences:',
      ...differences.map((text) => `    - ${JSON.stringify(text)}`),
      `  source: ${JSON.stringify(expected.source)}`,
      '  ...',
    ].join('\n');
  });
  return `TAP version 14\n1..${points.length}\n${lines.join('\n')}\n`;
};

/** All cells as one object: what was expected, what was seen, what differs. 64-bit values and codes are hexadecimal strings. */
export const jsonOf = (reports: readonly ProfileReport[]): string => {
  const profiles = reports.map(({ summary: { profile, cells, wrong, rows }, verdicts }) => ({
    profile,
    cells,
    differ: wrong,
    unreachable: rows.flatMap(({ state, unreachable }) => (unreachable === undefined ? [] : [{ state, reason: unreachable }])),
    results: verdicts.map(resultOf),
  }));
  const verdict = reports.some(({ summary }) => summary.wrong > 0) ? 'failed' : 'passed';
  return `${JSON.stringify({ verdict, profiles }, undefined, 1)}\n`;
};

const word = (value: bigint | number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

const resultOf = ({ cell, way, expected, seen, differences }: Verdict): object => {
  const interruption = seen.answer?.interruption;
  return {
    way,
    from: { state: cell.from, nodat: cell.nodat, change: cell.change, steps: cell.steps },
    action: cell.action === 'reclaim' ? cell.action : `ESSA ${cell.action}`,
    ...(cell.withoutFacility !== undefined && { withoutFacility: cell.withoutFacility }),
    expected: { state: expected.to, nodat: expected.nodat, change: expected.change, source: expected.source },
    seen: {
      state: seen.after.state,
      nodat: seen.after.nodat,
      change: seen.after.change,
      ...(seen.answer && !interruption && { r1: word(seen.answer.result, 16) }),
      ...(interruption && { interruption: word(interruption.code, 2) }),
      ...(seen.written !== undefined && { written: seen.written }),
      ...(seen.listed !== undefined && { listed: seen.listed }),
      extracted: word(seen.extracted, 16),
      load: typeof seen.touched === 'string' ? seen.touched : word(seen.touched.code, 2),
      afterLoad: seen.afterTouch.state,
    },
    observed: true,
    differences,
  };
};
