import { interceptedRow, type Row } from '../row.ts';

/** Input/output instructions. The host has the channel subsystem: all of them go there. */

const PRIVILEGED = { privileged: true } as const;
const WITHOUT_OPERANDS = { privileged: true, operands: '' } as const;

// biome-ignore format: one row a line
export const CONTROL_OTHER: readonly Row[] = [
  interceptedRow('b230', 'csch', 'S', 'CLEAR SUBCHANNEL', WITHOUT_OPERANDS),
  interceptedRow('b231', 'hsch', 'S', 'HALT SUBCHANNEL', WITHOUT_OPERANDS),
  interceptedRow('b232', 'msch', 'S', 'MODIFY SUBCHANNEL', PRIVILEGED),
  interceptedRow('b233', 'ssch', 'S', 'START SUBCHANNEL', PRIVILEGED),
  interceptedRow('b234', 'stsch', 'S', 'STORE SUBCHANNEL', PRIVILEGED),
  interceptedRow('b235', 'tsch', 'S', 'TEST SUBCHANNEL', PRIVILEGED),
  interceptedRow('b236', 'tpi', 'S', 'TEST PENDING INTERRUPTION', PRIVILEGED),
  interceptedRow('b237', 'sal', 'S', 'SET ADDRESS LIMIT', WITHOUT_OPERANDS),
  interceptedRow('b238', 'rsch', 'S', 'RESUME SUBCHANNEL', WITHOUT_OPERANDS),
  interceptedRow('b239', 'stcrw', 'S', 'STORE CHANNEL REPORT WORD', PRIVILEGED),
  interceptedRow('b23a', 'stcps', 'S', 'STORE CHANNEL PATH STATUS', PRIVILEGED),
  interceptedRow('b23b', 'rchp', 'S', 'RESET CHANNEL PATH', WITHOUT_OPERANDS),
  interceptedRow('b23c', 'schm', 'S', 'SET CHANNEL MONITOR', WITHOUT_OPERANDS),
  interceptedRow('b25f', 'chsc', 'RRE', 'CHANNEL SUBSYSTEM CALL', { ...PRIVILEGED, operands: 'r1' }),
  interceptedRow('b276', 'xsch', 'S', 'CANCEL SUBCHANNEL', WITHOUT_OPERANDS),
];
