import type { Row } from '../../../src/cpu/row.ts';
import { ROWS } from '../../../src/cpu/rows/index.ts';
import { EXCLUDED } from './excluded.ts';

/** The rows that are compared with QEMU. */
export const comparedRows = (): readonly Row[] => ROWS.filter(({ mnemonic }) => EXCLUDED[mnemonic] === undefined);
