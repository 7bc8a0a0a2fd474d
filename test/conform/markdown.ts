import type { Expectation } from '../../src/conform/expectation.ts';
import { COLUMNS, type Row, type Summary, TITLES } from '../../src/conform/summary.ts';

/** Text of docs/conformance.md that is written by hand: docs/conformance.in.md, with a line for each part that is made. */
const PARTS = /^<!-- (tables|sources) -->$/gm;

/** docs/conformance.md: what is written by hand, and in it the tables of the profiles and the counts. */
export const markdownOf = (template: string, expectation: Expectation, summaries: readonly Summary[]): string =>
  template.replaceAll(PARTS, (_, part: string) => (part === 'tables' ? summaries.map(tableOf).join('\n\n') : sourcesOf(expectation)));

const tableOf = ({ profile, rows, cells, wrong }: Summary): string => {
  const heading = ['from', 'R1', ...COLUMNS.map((column) => (column === '7 without' ? '7 without 147' : column)), 'load'];
  return [
    `### ${profile}: ${TITLES[profile]}`,
    '',
    line(heading),
    line(heading.map(() => '---')),
    ...rows.filter(({ unreachable }) => unreachable === undefined).map((row) => line(wordsOf(row))),
    '',
    `${cells} cells; ${wrong === 0 ? 'every one was seen to be as the documents say' : `${wrong} differ from the documents`}. What cannot occur:`,
    '',
    ...rows
      .filter(({ unreachable }) => unreachable !== undefined)
      .map(({ state, byte, unreachable }) => `- \`${state}\` (0x${byte}): ${unreachable}.`),
  ].join('\n');
};

const line = (words: readonly string[]): string => `| ${words.join(' | ')} |`;

const wordsOf = ({ state, change, byte, places, touch }: Row): string[] => [
  change === undefined ? state : `${state}, C=${change}`,
  byte,
  ...COLUMNS.map((column) => {
    const place = places.get(column);
    return place === undefined ? '' : `${place.text.replace('*', '\\*')} ${place.wrong > 0 ? '✗' : '✓'}`;
  }),
  touch,
];

/** How many lines of the expectation each source speaks for. */
const sourcesOf = (expectation: Expectation): string => {
  const counts = new Map<string, number>();
  const lines = [
    ...expectation.bytes,
    expectation.nodatByte,
    ...expectation.nodat,
    ...expectation.exceptions,
    ...expectation.interruptions,
    ...Object.values(expectation.profiles).flatMap(({ reach, unreachable, requests, reclaim, touch }) => [
      ...reach,
      ...unreachable,
      ...requests,
      ...reclaim,
      ...touch,
    ]),
  ];
  for (const { source } of lines) {
    for (const tag of /\[(.*)\]/.exec(source)?.[1]?.split(', ') ?? ['the page itself']) {
      const name = tag.replace(/^I: /, '').split(' ')[0]!;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([tag, count]) => `${tag} ${count}`)
    .join(', ');
};
