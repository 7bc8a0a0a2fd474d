import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

/**
 * The transcripts of the README and of some pages of docs/ are what their commands print: each `console` block's commands are run and must give the block's text.
 * `npx vitest run test/readme.test.ts -u` writes what they print now.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));

const directory = mkdtempSync(join(tmpdir(), 'zhint-readme-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Commands write where they are run, so that is not in the tree. */
for (const name of ['fixtures', 'src']) symlinkSync(join(ROOT, name), join(directory, name));

/** A command line; npm and npx would only find the same program more slowly. */
const print = (line: string): string => {
  const zhint = `'${process.execPath}' '${join(ROOT, 'bin/zhint.js')}'`;
  const command = line.replaceAll('npx zhint', zhint).replaceAll('npm start --silent', zhint);
  return spawnSync('sh', ['-c', `exec 2>&1; ${command}`], { cwd: directory, encoding: 'utf8' }).stdout;
};

const transcript = (block: string): string =>
  block
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => `${line}\n${print(line.slice(2))}`)
    .join('');

test.each(['README.md', 'docs/snapshots.md', 'docs/debugging.md', 'docs/report.md'])(
  'the transcripts of %s are what the commands print',
  { timeout: 60_000 },
  async (name) => {
    const file = join(ROOT, name);
    const text = readFileSync(file, 'utf8');
    const current = text.replaceAll(/(?<=^```console\n)[\s\S]*?(?=^```$)/gm, transcript);
    await expect(current).toMatchFileSnapshot(file);
  },
);
