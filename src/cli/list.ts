import { templateOf } from '../cpu/operands.ts';
import type { Intercept, Row } from '../cpu/row.ts';
import { ROWS } from '../cpu/rows/index.ts';
import { InputError } from '../guest/input-error.ts';
import { parseArguments } from './arguments.ts';

const USAGE = 'zhint list [--json]';

const interceptText = (intercept: Intercept | undefined): string =>
  intercept === undefined ? '' : intercept === 'always' ? 'always' : `ICTL 0x${intercept.ictl.toString(16)}`;

const byOpcode = (a: Row, b: Row): number => (a.opcode < b.opcode ? -1 : a.opcode > b.opcode ? 1 : 0);

/** One row for `--json`. */
const describe = (row: Row): object => ({
  opcode: row.opcode,
  mnemonic: row.mnemonic,
  format: row.format,
  operands: templateOf(row),
  title: row.title,
  facility: row.facility ?? null,
  privileged: row.privileged ?? false,
  intercept: row.intercept === undefined || row.intercept === 'always' ? (row.intercept ?? null) : interceptText(row.intercept),
});

const HEADING = ['opcode', 'mnemonic', 'format', 'facility', 'state', 'SIE intercepts', 'instruction'];

const cells = (row: Row): string[] => [
  row.opcode,
  row.mnemonic,
  row.format,
  row.facility === undefined ? '' : `${row.facility}`,
  row.privileged ? 'privileged' : '',
  interceptText(row.intercept),
  row.title,
];

/** The table with every column as wide as its widest cell. */
const table = (rows: readonly (readonly string[])[]): string => {
  const widths = HEADING.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  return `${rows.map(line).join('\n')}\n`;
};

/** `zhint list`: every instruction and what it needs: facility, state, and when SIE intercepts it. Returns the exit status. */
export async function main(argv: string[]): Promise<number> {
  const options = parseArguments('list', { '--json': Boolean, '--help': Boolean, '-h': '--help' }, argv, USAGE);
  if (options._.length > 0) throw new InputError({ file: 'zhint list' }, `operand '${options._[0]}', expected: ${USAGE}`);
  const rows = [...ROWS].sort(byOpcode);
  if (options['--help']) process.stdout.write(`${USAGE}\n`);
  else if (options['--json']) process.stdout.write(`${JSON.stringify({ instructions: rows.map(describe) })}\n`);
  else process.stdout.write(table([HEADING, ...rows.map(cells)]));
  return 0;
}
