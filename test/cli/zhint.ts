import { vi } from 'vitest';
import { main } from '../../src/cli/main.ts';

/** What the command line prints, and its exit status. */
export const zhint = async (...argv: string[]): Promise<{ status: number; output: string; errors: string }> => {
  let output = '';
  let errors = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    errors += text;
    return true;
  });
  return { status: await main(argv), output, errors };
};
