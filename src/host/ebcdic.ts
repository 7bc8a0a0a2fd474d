/** EBCDIC code page 037, the printable characters of ASCII; anything else is a blank. */
// biome-ignore format: a table
const RUNS: readonly (readonly [first: number, characters: string])[] = [
  [0x40, ' '], [0x4b, '.<(+|'], [0x50, '&'], [0x5a, '!$*);'], [0x60, '-/'], [0x6b, ',%_>?'], [0x79, "`:#@'=\""], [0x81, 'abcdefghi'], [0x91, 'jklmnopqr'],
  [0xa1, '~stuvwxyz'], [0xb0, '^'], [0xba, '[]'], [0xc0, '{ABCDEFGHI'], [0xd0, '}JKLMNOPQR'], [0xe0, '\\'], [0xe2, 'STUVWXYZ'], [0xf0, '0123456789'],
];

const BLANK = 0x40;
const toCode = new Map<string, number>(RUNS.flatMap(([first, characters]) => [...characters].map((c, n) => [c, first + n] as const)));
const toCharacter = new Map<number, string>([...toCode].map(([c, code]) => [code, c]));

export const toEbcdic = (text: string): Uint8Array => Uint8Array.from(text, (c) => toCode.get(c) ?? BLANK);
export const fromEbcdic = (bytes: Uint8Array): string => Array.from(bytes, (code) => toCharacter.get(code) ?? ' ').join('');
