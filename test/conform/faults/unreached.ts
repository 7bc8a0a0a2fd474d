/** Rows with a storage operand of which no case touches a page of data, and why. A new row that is not named here has to do so. */
const GROUPS: readonly (readonly [mnemonics: string, why: string])[] = [
  ['ex', 'the operand is the instruction that it executes'],
  ['lra lray lrag tprot', 'only translation tables and keys are looked at'],
  ['mc srnm srnmt tceb tcdb', 'the address is the operand'],
  ['stfl', 'stores into the prefix area'],
  ['msch ssch stsch tsch tpi', 'there are no devices'],
  ['stcps', 'the host does not perform it'],
];

export const UNREACHED: Readonly<Record<string, string>> = Object.fromEntries(
  GROUPS.flatMap(([mnemonics, why]) => mnemonics.split(' ').map((mnemonic) => [mnemonic, why])),
);
