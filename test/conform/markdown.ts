import { COLUMNS, type Row, type Summary, TITLES } from '../../src/conform/summary.ts';
import { TARGETS } from '../mutants/targets.ts';

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

/** What `npm run mutants` found when it was last run, as it has written it down, and why what survived did. */
export const mutantsOf = (
  { mutants, survivors }: { readonly mutants: number; readonly survivors: readonly string[] },
  reasons: ReadonlyMap<string, string>,
): string => {
  const share = ((100 * (mutants - survivors.length)) / mutants).toFixed(1);
  const rows = survivors.map((name) => {
    const [file, ...rest] = name.split(': ');
    const change = rest.at(-1)!;
    const code = rest.slice(0, -1).join(': ');
    return line([`${file}`, inCode(code), inCode(change), reasons.get(name) ?? 'no reason is known']);
  });
  return [
    `Of ${mutants} mutants of ${TARGETS.map(({ file }) => file).join(', ')} the last run killed ${mutants - survivors.length}: **${share} %**. These survive:`,
    '',
    line(['file', 'line', 'change', 'why']),
    line(['---', '---', '---', '---']),
    ...rows,
    '',
  ].join('\n');
};

/** Code within a table: a bar would end its cell. */
const inCode = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
