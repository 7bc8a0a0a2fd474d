import { COLUMNS, type Row, type Summary, TITLES } from '../../src/conform/summary.ts';

/** Puts text between the marks `<!-- begin: NAME -->` and `<!-- end: NAME -->` of a document. Throws RangeError when they are not there. */
export const replacePart = (document: string, name: string, text: string): string => {
  const [begin, end] = [`<!-- begin: ${name} -->\n`, `<!-- end: ${name} -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new RangeError(`the document has no part '${name}'`);
  return `${document.slice(0, from + begin.length)}\n${text}\n${document.slice(to)}`;
};

/** The table of a profile for docs/conformance.md. */
export const tableOf = ({ profile, rows, cells, wrong }: Summary): string => {
  const heading = ['from', 'R1', ...COLUMNS.map((column) => (column === '7 without' ? '7 without facility 147' : column)), 'load'];
  const impossible = rows.filter(({ unreachable }) => unreachable !== undefined);
  return [
    `## ${profile}: ${TITLES[profile]}`,
    '',
    line(heading),
    line(heading.map(() => '---')),
    ...rows.filter(({ unreachable }) => unreachable === undefined).map((row) => line(wordsOf(row))),
    '',
    `${cells} cells; ${wrong === 0 ? 'every one was seen to be as the documents say' : `${wrong} differ from the documents`}. What cannot occur:`,
    '',
    ...impossible.map(({ state, byte, unreachable }) => `- ${state} (0x${byte}): ${unreachable}`),
    '',
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
