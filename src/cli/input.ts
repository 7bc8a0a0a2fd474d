import { fstatSync, readFileSync } from 'node:fs';
import type { Machine } from '../host/machine.ts';

const STANDARD_INPUT = 0;

/**
 * Connects standard input with the guest's console. A file is typed at once, so that the run depends on nothing else; what comes from a
 * terminal or a pipe is typed as it comes.
 * @returns stops reading, so that the process can end
 */
export const connectInput = (machine: Machine): (() => void) => {
  if (fstatSync(STANDARD_INPUT).isFile()) {
    machine.pushInput(readFileSync(STANDARD_INPUT));
    return () => {};
  }
  const type = (bytes: Uint8Array): void => machine.pushInput(bytes);
  process.stdin.on('data', type);
  return () => {
    process.stdin.off('data', type);
    process.stdin.destroy();
  };
};
