import { describe, expect, test } from 'vitest';
import { disassemble } from '../../../src/cpu/disassembler.ts';
import { EXTENDED_MNEMONICS } from '../../../src/cpu/extended-mnemonics.ts';
import { findForm } from '../../../src/cpu/mnemonics.ts';
import { getField, getPlaced, putField, putPlaced } from '../../../src/cpu/operands.ts';
import { ROWS } from '../../../src/cpu/rows/index.ts';
import { assemble } from '../../../src/guest/assembler/assemble.ts';
import { encode, encodings, spareBits } from '../../instructions.ts';
import { type GnuError, gnuDisassembly, gnuText, missingTools, SLOT } from './tools.ts';

const missing = missingTools();
if (missing !== undefined) console.warn(`comparison with GNU binutils skipped: ${missing}`);

const CASES = 24;
const SEED = 0x5a1;

/** Rows whose text differs from binutils 2.40, and why. */
const UNKNOWN_TO_BINUTILS: Readonly<Record<string, string>> = {
  essa: 'binutils has no mnemonic; sources use .insn rrf,0xb9ab0000,…',
  chsc: 'the channel-subsystem call is not in the PoP; binutils has no mnemonic',
  servc: 'the service call is not in the PoP; binutils has no mnemonic',
};

/** objdump 2.40 prints `nop 4(%r2` for a NOP with an index and no base: it takes the zero base for an optional operand left out. */
const isCutShort = (text: string): boolean => /^nop\t\d+\(%r\d+$/.test(text);

interface Case {
  readonly mnemonic: string;
  readonly bytes: Uint8Array;
  /** Mnemonic and operands with relative addresses as distances, so that the text means the same anywhere. */
  readonly source: string;
}

/** The disassembly with each target as its distance from the instruction. */
const relocatable = (bytes: Uint8Array, address: bigint): string =>
  disassemble(bytes, address).text.replaceAll(/0x([0-9a-f]+)/g, (_, target: string) => {
    const distance = BigInt.asIntN(64, BigInt(`0x${target}`) - address);
    return distance < 0n ? `.${distance}` : `.+${distance}`;
  });

const known = ROWS.filter((row) => UNKNOWN_TO_BINUTILS[row.mnemonic] === undefined);
const rowCases = known.flatMap((row, index) =>
  encodings(row, CASES, SEED + index).map((bytes): Case => ({ mnemonic: row.mnemonic, bytes, source: relocatable(bytes, 0n) })),
);

/** Every extended mnemonic, the plain synonyms too: the base's operands after the other name. */
const extendedCases = EXTENDED_MNEMONICS.flatMap((extended): Case[] => {
  const form = findForm(extended.mnemonic);
  if (form === undefined || form.row.mnemonic !== extended.base) return [];
  return encodings(form.row, 12, SEED).flatMap((bytes) => {
    const { fixed, repeated } = form.syntax;
    for (const { place, mask, value } of fixed) putField(bytes, place, (getField(bytes, place) & ~mask) | value);
    if (repeated !== undefined) putPlaced(bytes, repeated.field, getPlaced(bytes, repeated.as));
    // Other names may stand for more of these bits, and then have fewer operands.
    const printed = findForm(disassemble(bytes, 0).text.split('\t')[0]!)!;
    if (JSON.stringify(printed.syntax.fixed) !== JSON.stringify(fixed)) return [];
    const source = relocatable(bytes, 0n).replace(/^\S+/, extended.mnemonic);
    return [{ mnemonic: extended.mnemonic, bytes, source: repeated === undefined ? source : source.replace(/,[^,]*$/, '') }];
  });
});

/** What GNU as refuses although the bits exist: operands that are register pairs must name an even register. */
const isPairError = (error: GnuError): boolean => /register pair|operand out of range .* not between 1 and 256/.test(error.text);

/** Whether every register of a case begins a pair, of general and of floating-point registers alike. */
const hasOnlyPairs = ({ source }: Case): boolean => [...source.matchAll(/%[rf](\d+)/g)].every((match) => Number(match[1]) % 4 === 0);

/** The cases that GNU as takes. It stops at the first odd pair, so each run goes on behind that, without the mnemonic's other odd ones. */
const withoutOddPairs = (cases: readonly Case[]): Case[] => {
  const taken: Case[] = [];
  for (let rest = [...cases]; rest.length > 0; ) {
    const result = gnuText(rest.map(({ source }) => `${source}\n`).join(''));
    if (result instanceof Uint8Array) return [...taken, ...rest];
    const error = result.find((one) => !isPairError(one)) ?? result[0];
    const at = (error?.line ?? 1) - 1;
    if (error === undefined || !isPairError(error)) throw new Error(`GNU as refuses '${rest[at]?.source}': ${error?.text}`);
    const { mnemonic } = rest[at]!;
    taken.push(...rest.slice(0, at));
    rest = rest.slice(at + 1).filter((one) => one.mnemonic !== mnemonic || hasOnlyPairs(one));
  }
  return taken;
};

/** With ones in M3 or M4 these are other instructions (CEFBRA …) of the floating-point extension facility, which zhint does not have. */
const ALSO_EXTENDED = new Set('cefbr cdfbr cegbr cdgbr cfebr cfdbr cgebr cgdbr fiebr fidbr ledbr'.split(' '));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe.skipIf(missing !== undefined)('GNU binutils', { timeout: 60_000 }, () => {
  test('objdump prints every row as zhint does', () => {
    const texts = gnuDisassembly(rowCases.map(({ bytes }) => bytes));
    const differences = rowCases.flatMap(({ bytes }, index) => {
      const mine = disassemble(bytes, BigInt(index * SLOT)).text;
      return mine === texts[index] || isCutShort(texts[index]!) ? [] : [`${hex(bytes)}: zhint ${mine}, objdump ${texts[index]}`];
    });
    expect(differences).toEqual([]);
  });

  test('objdump takes the same ones in unassigned bits for data', () => {
    const cases = known
      .filter(({ mnemonic }) => !ALSO_EXTENDED.has(mnemonic))
      .flatMap((row) =>
        spareBits(row).map((bit) => {
          const bytes = encodings(row, 9, SEED).at(-1)!;
          putField(bytes, [bit, 1], 1);
          return bytes;
        }),
      );
    const isInstruction = (text: string): boolean => !text.startsWith('.');
    const theirs = gnuDisassembly(cases).map(isInstruction);
    const differences = cases.filter((bytes, index) => isInstruction(disassemble(bytes, 0).text) !== theirs[index]);
    expect(differences.map(hex)).toEqual([]);
  });

  test('objdump does not know the rows that are left out', () => {
    const rows = ROWS.filter((row) => UNKNOWN_TO_BINUTILS[row.mnemonic] !== undefined);
    const texts = gnuDisassembly(rows.map((row) => encode(row, [])));
    for (const text of texts) expect(text).toMatch(/^\.long/);
  });

  test.each([
    ['row', rowCases],
    ['extended mnemonic', extendedCases],
  ])('GNU as makes of every %s the bytes that zhint makes', (_, cases) => {
    const kept = withoutOddPairs(cases);
    const bytes = gnuText(kept.map(({ source }) => `${source}\n`).join('')) as Uint8Array;
    const differences: string[] = [];
    let at = 0;
    for (const one of kept) {
      const theirs = hex(bytes.subarray(at, at + one.bytes.length));
      const mine = hex(assemble(one.source, 'row.s').segments[0]!.bytes.subarray(0, one.bytes.length));
      if (mine !== theirs || mine !== hex(one.bytes))
        differences.push(`${one.source}: zhint ${mine}, GNU as ${theirs}, encoded ${hex(one.bytes)}`);
      at += one.bytes.length;
    }
    expect(differences).toEqual([]);
    const untried = new Set(cases.map(({ mnemonic }) => mnemonic));
    for (const { mnemonic } of kept) untried.delete(mnemonic);
    expect([...untried], 'rows of which GNU as took no case').toEqual([]);
  });
});
