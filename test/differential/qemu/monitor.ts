import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The monitor's code, assembled for {@link MONITOR.entry}; all its references are relative. */
export const monitorCode = (): Uint8Array => {
  const folder = mkdtempSync(join(tmpdir(), 'zhint-monitor-'));
  try {
    execFileSync('s390x-linux-gnu-as', ['-m64', '-march=z10', join(import.meta.dirname, 'monitor.s'), '-o', join(folder, 'o')]);
    execFileSync('s390x-linux-gnu-objcopy', ['-O', 'binary', '-j', '.text', join(folder, 'o'), join(folder, 'bin')]);
    return Uint8Array.from(readFileSync(join(folder, 'bin')));
  } finally {
    rmSync(folder, { recursive: true });
  }
};
