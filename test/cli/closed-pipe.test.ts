import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const ZHINT = fileURLToPath(new URL('../../bin/zhint.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'zhint-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('output that nobody wants to read to its end is no defect', async () => {
  // A program of more lines than pipes hold: branches to the next instruction.
  const file = join(directory, 'long.img');
  writeFileSync(file, new Uint8Array(0x4_0000).fill(0x07));
  const child = spawn(process.execPath, [ZHINT, 'disasm', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  const errors = text(child.stderr);
  child.stdout.once('data', () => child.stdout.destroy());
  const status = await new Promise((resolve) => child.once('close', resolve));
  expect({ status, errors: await errors }).toEqual({ status: 0, errors: '' });
});
