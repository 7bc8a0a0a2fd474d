import type { ExtendedMnemonic } from './extended-mnemonics.ts';
import type { FieldName } from './formats.ts';

/**
 * Extended mnemonics of the vector facility, GNU's (binutils 2.40) and the PoP's: a letter for the element size or the floating-point
 * format, `w` in place of `v` for an operation on one element only, `z` and `s` for "zero search" and "condition code set".
 */

type Fixed = NonNullable<ExtendedMnemonic['fixed']>[number];

const whole = (field: FieldName, value: number): Fixed => ({ field, mask: 15, value });
/** Bits of a mask that the name sets; the others are still an operand. */
const bits = (field: FieldName, value: number): Fixed => ({ field, mask: value, value });

const name = (base: string, mnemonic: string, fixed: readonly Fixed[], operands?: string): ExtendedMnemonic => ({
  mnemonic,
  base,
  fixed,
  ...(operands === undefined ? {} : { operands }),
  printed: true,
});
/** A name that the assembler takes and the disassembler does not use. */
const alias = (base: string, mnemonic: string, fixed: readonly Fixed[], operands?: string): ExtendedMnemonic => {
  const { printed: _, ...rest } = name(base, mnemonic, fixed, operands);
  return rest;
};

// ---- element sizes -----------------------------------------------------------------------------------------------------

/** Element-size codes by letter: byte, halfword, word ("fullword"), doubleword ("grande"), quadword. */
const SIZES: Readonly<Record<string, number>> = { b: 0, h: 1, f: 2, g: 3, q: 4 };

/** Bases whose name is followed by the size: the field of the size, the sizes, the bases. */
const SIZED: readonly (readonly [field: FieldName, letters: string, bases: string])[] = [
  ['m3', 'bhfg', 'vllez vlrep vrepi vpopct vctz vclz vec vecl vlc vlp'],
  ['m3', 'bhf', 'vseg vuph vuplh vupll'],
  ['m3', 'hfg', 'vllebrz vlbrrep vler vster'],
  ['m3', 'hfgq', 'vlbr vstbr'],
  ['m4', 'bhfg', 'vlgv vlvg vesl verll vesrl vesra vgm vrep vmrl vmrh veslv verllv vesrlv vesrav vgfm vavg vavgl vmn vmnl vmx vmxl'],
  ['m4', 'bhf', 'vmlh vmh vmle vmlo vme vmo'],
  ['m4', 'bh', 'vsum'],
  ['m4', 'hf', 'vsumg'],
  ['m4', 'fg', 'vsumq'],
  ['m4', 'hfg', 'vpk'],
  ['m4', 'bhfgq', 'va vacc vscbi vs'],
  ['m5', 'bhfg', 'verim vgfma'],
  ['m5', 'bhf', 'vmalh vmah vmale vmalo vmae vmao'],
  ['m5', 'q', 'vac vaccc vsbi vsbcbi'],
  ['m5', 'g', 'vmsl'],
];

const sized = (field: FieldName, letters: string, bases: string): ExtendedMnemonic[] =>
  bases.split(' ').flatMap((base) => [...letters].map((letter) => name(base, base + letter, [whole(field, SIZES[letter]!)])));

/** Where `h` alone would make the name of another instruction ("high"), halfwords are `hw`. */
const sizedLow = (field: FieldName, base: string): ExtendedMnemonic[] =>
  ['b', 'hw', 'f'].map((letter) => name(base, base + letter, [whole(field, SIZES[letter[0]!]!)]));

/** Compare and pack: with the size, and `s` when the condition code is set. */
const withCondition = (letters: string, bases: string): ExtendedMnemonic[] =>
  bases.split(' ').flatMap((base) =>
    [...letters].flatMap((letter) => {
      const size = whole('m4', SIZES[letter]!);
      return [name(base, `${base}${letter}`, [size, whole('m5', 0)]), name(base, `${base}${letter}s`, [size, whole('m5', 1)])];
    }),
  );

const CONDITION = 1;
const ZERO_SEARCH = 2;

/** What the string instructions add to their names. */
const SEARCHES = [
  ['z', 's', ZERO_SEARCH | CONDITION],
  ['z', '', ZERO_SEARCH],
  ['', 's', CONDITION],
  ['', '', 0],
] as const;

/** Search instructions by size, and by those of `z` and `s` that they have. Without either the flags may follow as an operand. */
const searches = (
  base: string,
  sizeField: FieldName,
  flags: FieldName,
  operands: string,
  fix: (field: FieldName, value: number) => Fixed,
  possible = ZERO_SEARCH | CONDITION,
): ExtendedMnemonic[] =>
  [...'bhf'].flatMap((letter) =>
    SEARCHES.filter(([, , value]) => (value & ~possible) === 0).map(([zero, condition, value]) => {
      const size = whole(sizeField, SIZES[letter]!);
      const fixed = value === 0 ? [size] : [fix(flags, value), size];
      const hasFlags = value === 0 || fix(flags, value).mask !== 15;
      return name(base, `${base}${zero}${letter}${condition}`, fixed, hasFlags ? `${operands},${flags}?` : operands);
    }),
  );

// ---- floating point ----------------------------------------------------------------------------------------------------

/** Floating-point formats by letter. */
const FLOATS: Readonly<Record<string, number>> = { s: 2, d: 3, x: 4 };
const SINGLE = 8;

/** The forms of an operation: all elements of short and long format, or one of any format. */
const FORMS = ['vs', 'vd', 'ws', 'wd', 'wx'] as const;

/** Names such as `vfadb` and `wfadb`, from a stem such as `fa`. */
const float = (base: string, stem: string, format: FieldName, single: FieldName, more: readonly Fixed[] = []): ExtendedMnemonic[] =>
  FORMS.map((form) =>
    name(base, `${form[0]}${stem}${form[1]}b`, [
      whole(format, FLOATS[form[1]!]!),
      whole(single, form.startsWith('w') ? SINGLE : 0),
      ...more,
    ]),
  );

const SIGNALING = 4;

/** Compare: `c` quiet or `k` signaling, the relation, the format, and `s` when the condition code is set. */
const comparisons = (base: string, relation: string): ExtendedMnemonic[] =>
  FORMS.flatMap((form) =>
    ['c', 'k'].flatMap((kind) =>
      ['', 's'].map((condition) => {
        const flags = (form.startsWith('w') ? SINGLE : 0) | (kind === 'k' ? SIGNALING : 0);
        return name(base, `${form[0]}f${kind}${relation}${form[1]}b${condition}`, [
          whole('m4', FLOATS[form[1]!]!),
          whole('m5', flags),
          whole('m6', condition === 's' ? CONDITION : 0),
        ]);
      }),
    ),
  );

/** Operations that take a rounding method; of M4 only the single-element bit is part of the name. */
const rounded = (base: string, stem: string, format: number, forms: string): ExtendedMnemonic[] =>
  [...forms].map((form) => name(base, form + stem, [whole('m3', format), ...(form === 'w' ? [bits('m4', SINGLE)] : [])]));

/** Conversions between integers and floating point: the generic name of the first machines that had it, then doublewords, then words. */
const conversions = (base: string, long: string, short: string): ExtendedMnemonic[] => [
  alias(base, `v${long}`, []),
  ...rounded(base, `${long}b`, 3, 'wv'),
  ...rounded(base, `${short}b`, 2, 'wv'),
];

const lengthened = (mnemonic: string, format: number, single: number): ExtendedMnemonic =>
  name('vfll', mnemonic, [whole('m3', format), whole('m4', single)]);

/** Every one of them. */
export const VECTOR_MNEMONICS: readonly ExtendedMnemonic[] = [
  ...SIZED.flatMap(([field, letters, bases]) => sized(field, letters, bases)),
  name('vllez', 'vllezlf', [whole('m3', 6)]),
  name('vllebrz', 'vllebrze', [whole('m3', 6)]),
  alias('vllebrz', 'lerv', [whole('m3', 6)]),
  alias('vllebrz', 'ldrv', [whole('m3', 3)]),
  name('vstebrf', 'sterv', [whole('m3', 0)]),
  name('vstebrg', 'stdrv', [whole('m3', 0)]),
  name('vgbm', 'vzero', [{ field: 'i2', mask: 0xffff, value: 0 }]),
  name('vgbm', 'vone', [{ field: 'i2', mask: 0xffff, value: 0xffff }]),
  { mnemonic: 'vnot', base: 'vno', repeats: ['v3', 'v2'] },
  ...sizedLow('m4', 'vml'),
  ...sizedLow('m5', 'vmal'),
  ...sizedLow('m3', 'vupl'),
  ...withCondition('bhfg', 'vceq vch vchl'),
  ...withCondition('hfg', 'vpks vpkls'),
  ...searches('vfee', 'm4', 'm5', 'v1,v2,v3', whole),
  ...searches('vfene', 'm4', 'm5', 'v1,v2,v3', whole),
  ...searches('vfae', 'm4', 'm5', 'v1,v2,v3', bits),
  ...searches('vstrc', 'm5', 'm6', 'v1,v2,v3,v4', bits),
  ...searches('vistr', 'm3', 'm5', 'v1,v2', whole, CONDITION),
  ...searches('vstrs', 'm5', 'm6', 'v1,v2,v3,v4', whole, ZERO_SEARCH),
  ...float('vfa', 'fa', 'm4', 'm5'),
  ...float('vfs', 'fs', 'm4', 'm5'),
  ...float('vfm', 'fm', 'm4', 'm5'),
  ...float('vfd', 'fd', 'm4', 'm5'),
  ...float('vfmin', 'fmin', 'm4', 'm5'),
  ...float('vfmax', 'fmax', 'm4', 'm5'),
  ...float('vfma', 'fma', 'm6', 'm5'),
  ...float('vfms', 'fms', 'm6', 'm5'),
  ...float('vfnma', 'fnma', 'm6', 'm5'),
  ...float('vfnms', 'fnms', 'm6', 'm5'),
  ...float('vfsq', 'fsq', 'm3', 'm4'),
  ...float('vftci', 'ftci', 'm4', 'm5'),
  ...float('vfpso', 'flc', 'm3', 'm4', [whole('m5', 0)]),
  ...float('vfpso', 'fln', 'm3', 'm4', [whole('m5', 1)]),
  ...float('vfpso', 'flp', 'm3', 'm4', [whole('m5', 2)]),
  ...float('vfpso', 'fpso', 'm3', 'm4'),
  ...['wfc', 'wfk'].flatMap((base) =>
    [...'sdx'].map((letter) => name(base, `${base}${letter}b`, [whole('m3', FLOATS[letter]!), whole('m4', 0)])),
  ),
  ...comparisons('vfce', 'e'),
  ...comparisons('vfche', 'he'),
  ...comparisons('vfch', 'h'),
  ...rounded('vfi', 'fisb', 2, 'wv'),
  ...rounded('vfi', 'fidb', 3, 'wv'),
  ...rounded('vfi', 'fixb', 4, 'w'),
  ...conversions('vcfps', 'cdg', 'cef'),
  ...conversions('vcfpl', 'cdlg', 'celf'),
  ...conversions('vcsfp', 'cgd', 'cfe'),
  ...conversions('vclfp', 'clgd', 'clfe'),
  alias('vfll', 'vlde', []),
  lengthened('vldeb', 2, 0),
  lengthened('vflls', 2, 0),
  lengthened('wldeb', 2, SINGLE),
  lengthened('wflls', 2, SINGLE),
  lengthened('wflld', 3, SINGLE),
  alias('vflr', 'vled', []),
  ...rounded('vflr', 'ledb', 3, 'wv'),
  ...rounded('vflr', 'flrd', 3, 'wv'),
  ...rounded('vflr', 'flrx', 4, 'w'),
];
