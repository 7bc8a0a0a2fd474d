import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from '../../../src/guest/assembler/assemble.ts';

/** The monitor's code, to be loaded at MONITOR.entry; all its references are relative. */
export const monitorCode = (): Uint8Array => {
  const file = join(import.meta.dirname, 'monitor.s');
  const { segments } = assemble(readFileSync(file, 'utf8'), file);
  if (segments.length !== 1) throw new Error(`the monitor has ${segments.length} segments, expected one`);
  return segments[0]!.bytes;
};
