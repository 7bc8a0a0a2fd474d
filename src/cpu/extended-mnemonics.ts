import type { FieldName } from './formats.ts';
import { VECTOR_MNEMONICS } from './vector-mnemonics.ts';

/**
 * Extended mnemonics: other names of an instruction with some of its fields fixed, such as JNE for BRC 7.
 * They are GNU's (binutils 2.40), whose documentation lists them under "s390 Mnemonics"; derived here by rule from the condition names.
 */
export interface ExtendedMnemonic {
  readonly mnemonic: string;
  /** Mnemonic of the row that it stands for. */
  readonly base: string;
  /** The bits of fields that the name stands for. Absent: a plain synonym. */
  readonly fixed?: readonly { readonly field: FieldName; readonly mask: number; readonly value: number }[];
  /** The first of these register fields holds the same as the second, which alone is an operand. */
  readonly repeats?: readonly [FieldName, FieldName];
  /** Operands as in a format; absent: those of the base, without the fixed fields. */
  readonly operands?: string;
  /** The name that a disassembler prints; absent: only the assembler knows it. */
  readonly printed?: true;
}

/** Condition names by branch mask; where a mask has several, the disassembler prints the first. */
const CONDITIONS: readonly (readonly [name: string, mask: number])[] = [
  ['o', 1],
  ['h', 2],
  ['nle', 3],
  ['l', 4],
  ['nhe', 5],
  ['lh', 6],
  ['ne', 7],
  ['e', 8],
  ['nlh', 9],
  ['he', 10],
  ['nl', 11],
  ['le', 12],
  ['nh', 13],
  ['no', 14],
  ['p', 2],
  ['m', 4],
  ['nz', 7],
  ['z', 8],
  ['nm', 11],
  ['np', 13],
];

/** Condition names after a comparison, for instructions whose mask has no bit for overflow. */
const COMPARISONS: readonly (readonly [name: string, mask: number])[] = [
  ['h', 2],
  ['l', 4],
  ['ne', 6],
  ['e', 8],
  ['nl', 10],
  ['nh', 12],
  ['nle', 2],
  ['nhe', 4],
  ['lh', 6],
  ['nlh', 8],
  ['he', 10],
  ['le', 12],
];

const MASK_BITS = 15;

/** One name for each condition: `prefix`, the condition, `suffix`. The first name of a mask is the one printed. */
const perCondition = (
  base: string,
  field: FieldName,
  conditions: readonly (readonly [name: string, mask: number])[],
  name: (condition: string) => string,
  printed = true,
): ExtendedMnemonic[] =>
  conditions.map(([condition, value], index) => ({
    mnemonic: name(condition),
    base,
    fixed: [{ field, mask: MASK_BITS, value }],
    ...(printed && conditions.findIndex((other) => other[1] === value) === index ? { printed } : {}),
  }));

const fixedMask = (
  mnemonic: string,
  base: string,
  value: number,
  traits: Partial<ExtendedMnemonic> = { printed: true },
): ExtendedMnemonic => ({
  mnemonic,
  base,
  fixed: [{ field: 'm1', mask: MASK_BITS, value }],
  ...traits,
});

/** Branches on condition: base, and how the name forms around the condition (`b` + `ne` + `r`). */
const BRANCHES: readonly (readonly [base: string, name: (condition: string) => string, printed: boolean])[] = [
  ['bcr', (c) => `b${c}r`, true],
  ['bc', (c) => `b${c}`, true],
  ['bic', (c) => `bi${c}`, true],
  ['brc', (c) => `j${c}`, true],
  ['brc', (c) => `br${c}`, false],
  ['brcl', (c) => `jg${c}`, true],
  ['brcl', (c) => `br${c}l`, false],
];

const UNCONDITIONAL: readonly ExtendedMnemonic[] = [
  fixedMask('nopr', 'bcr', 0, { printed: true, operands: 'r2?' }),
  fixedMask('br', 'bcr', 15),
  fixedMask('nop', 'bc', 0, { printed: true, operands: 'd2(x2,b2)?' }),
  fixedMask('b', 'bc', 15),
  fixedMask('bi', 'bic', 15),
  fixedMask('jnop', 'brc', 0),
  fixedMask('j', 'brc', 15),
  fixedMask('bru', 'brc', 15, {}),
  fixedMask('jgnop', 'brcl', 0),
  fixedMask('jg', 'brcl', 15),
  fixedMask('brul', 'brcl', 15, {}),
];

const COMPARE_BASES =
  'crj cgrj clrj clgrj cij cgij clij clgij crb cgrb clrb clgrb cib cgib clib clgib crt cgrt clrt clgrt cit cgit clfit clgit clt clgt';
const LOAD_ON_CONDITION_BASES = 'locr locgr locfhr loc locg locfh lochi locghi lochhi stoc stocg stocfh';
const SELECT_BASES = 'selr selgr selfhr';

const SYNONYMS: readonly ExtendedMnemonic[] = [
  { mnemonic: 'jas', base: 'bras' },
  { mnemonic: 'jasl', base: 'brasl' },
  { mnemonic: 'jct', base: 'brct' },
  { mnemonic: 'jctg', base: 'brctg' },
  { mnemonic: 'jxh', base: 'brxh' },
  { mnemonic: 'jxle', base: 'brxle' },
  { mnemonic: 'jxhg', base: 'brxhg' },
  { mnemonic: 'jxleg', base: 'brxlg' },
];

/** Rotate then insert with the zero-remaining bit on (bit 0 of I4) and the bit after it off. */
const zeroRemaining = (base: string): ExtendedMnemonic => ({
  mnemonic: `${base}z`,
  base,
  fixed: [{ field: 'i4', mask: 0xc0, value: 0x80 }],
  printed: true,
});

/** The older names of conversions, which as extended mnemonics have no M3. */
const withoutCheck = (mnemonic: string, base: string): ExtendedMnemonic => ({
  mnemonic,
  base,
  fixed: [{ field: 'm3', mask: MASK_BITS, value: 0 }],
  printed: true,
});

/** Every extended mnemonic. Names whose base has no row are harmless: users look the base up. */
export const EXTENDED_MNEMONICS: readonly ExtendedMnemonic[] = [
  ...BRANCHES.flatMap(([base, name, printed]) => perCondition(base, 'm1', CONDITIONS, name, printed)),
  ...UNCONDITIONAL,
  ...COMPARE_BASES.split(' ').flatMap((base) => perCondition(base, 'm3', COMPARISONS, (c) => base + c)),
  ...LOAD_ON_CONDITION_BASES.split(' ').flatMap((base) => perCondition(base, 'm3', CONDITIONS, (c) => base + c)),
  ...SELECT_BASES.split(' ').flatMap((base) => perCondition(base, 'm4', CONDITIONS, (c) => base + c)),
  zeroRemaining('risbg'),
  zeroRemaining('risbgn'),
  withoutCheck('cutfu', 'cu12'),
  withoutCheck('cuutf', 'cu21'),
  ...SYNONYMS,
  ...VECTOR_MNEMONICS,
];
