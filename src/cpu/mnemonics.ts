import { EXTENDED_MNEMONICS } from './extended-mnemonics.ts';
import { extendedSyntax, type Syntax, syntaxOf } from './operands.ts';
import type { Row } from './row.ts';
import { ROWS } from './rows/index.ts';

/** A way to write an instruction: its mnemonic or an extended one, and the operands that follow. */
export interface Form {
  readonly mnemonic: string;
  readonly row: Row;
  readonly syntax: Syntax;
}

interface Mnemonics {
  readonly forms: ReadonlyMap<string, Form>;
  /** The extended forms that a disassembler prefers to the base one. */
  readonly printed: ReadonlyMap<Row, readonly Form[]>;
}

const build = (): Mnemonics => {
  const forms = new Map<string, Form>(ROWS.map((row) => [row.mnemonic, { mnemonic: row.mnemonic, row, syntax: syntaxOf(row) }]));
  const printed = new Map<Row, Form[]>();
  for (const extended of EXTENDED_MNEMONICS) {
    const row = forms.get(extended.base)?.row;
    if (row === undefined || forms.has(extended.mnemonic)) continue;
    const form = { mnemonic: extended.mnemonic, row, syntax: extendedSyntax(row, extended) };
    forms.set(form.mnemonic, form);
    if (extended.printed) printed.set(row, [...(printed.get(row) ?? []), form]);
  }
  return { forms, printed };
};

let built: Mnemonics | undefined;

/** Every form by its mnemonic, built at the first use: a run of an ELF file never needs them. */
const mnemonics = (): Mnemonics => {
  built ??= build();
  return built;
};

/** The form with this mnemonic, in lower case. */
export const findForm = (mnemonic: string): Form | undefined => mnemonics().forms.get(mnemonic);

/** Every mnemonic, for suggestions. */
export const allMnemonics = (): Iterable<string> => mnemonics().forms.keys();

/** Extended forms of a row that a disassembler prints in place of its own mnemonic. */
export const printedForms = (row: Row): readonly Form[] => mnemonics().printed.get(row) ?? [];
