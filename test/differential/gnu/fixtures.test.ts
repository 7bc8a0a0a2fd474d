import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assembleFile } from '../../../src/cli/load.ts';
import { loadElf } from '../../../src/guest/elf.ts';
import { gnuElf, missingTools } from './tools.ts';

const missing = missingTools();
if (missing !== undefined) console.warn(`comparison with GNU binutils skipped: ${missing}`);

const DIRECTORY = 'fixtures';
const ENTRY = 0x10000;
/** GNU as pads sections to the alignment of an instruction. */
const PADDING = 4;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').replaceAll(/.{32}/g, '$&\n');

describe.skipIf(missing !== undefined)('fixtures, by GNU as and ld', () => {
  test.each(readdirSync(DIRECTORY).filter((name) => name.endsWith('.s')))('%s: the same bytes and labels', (name) => {
    const file = `${DIRECTORY}/${name}`;
    const source = readFileSync(file, 'utf8');
    const mine = assembleFile(source, file);
    const theirs = loadElf(gnuElf(source, ENTRY, DIRECTORY), 'gnu.elf');
    expect(mine.segments.map(({ address }) => address)).toEqual([ENTRY]);
    const [{ bytes }] = mine.segments as [(typeof mine.segments)[number]];
    // ld puts the ELF header into the same segment, in front.
    const text = theirs.segments.find(({ address, bytes }) => address <= ENTRY && address + bytes.length > ENTRY)!;
    const image = text.bytes.subarray(ENTRY - text.address);
    expect(hex(image.subarray(0, bytes.length))).toBe(hex(bytes));
    expect(image.length - bytes.length).toBeLessThan(PADDING);
    const labels = [...mine.symbols].filter(([label]) => !mine.absolute?.has(label));
    expect(labels.length).toBeGreaterThan(0);
    for (const [label, value] of labels) if (theirs.symbols.has(label)) expect([label, theirs.symbols.get(label)]).toEqual([label, value]);
    expect(mine.entry).toBe(theirs.symbols.get('_start'));
  });
});
