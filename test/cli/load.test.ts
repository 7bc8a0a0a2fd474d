import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadProgram } from '../../src/cli/load.ts';
import { assemble } from '../../src/guest/assembler/assemble.ts';
import { writeElf } from '../../src/guest/elf-writer.ts';

const directory = mkdtempSync(join(tmpdir(), 'zhint-load-'));
afterAll(() => rmSync(directory, { recursive: true }));

const written = (name: string, content: string | Uint8Array): string => {
  const file = join(directory, name);
  writeFileSync(file, content);
  return file;
};

test('a name that ends in .s is assembler source, with includes beside it', () => {
  mkdirSync(join(directory, 'sub'));
  written('sub/b.inc', '.include "c.inc"');
  written('sub/c.inc', '.byte 7');
  const { segments } = loadProgram(written('a.s', '.include "sub/b.inc"'));
  expect(segments[0]).toMatchObject({ address: 0x10000 });
  expect(segments[0]?.bytes[0]).toBe(7);
});

test('an ELF file is known by its first bytes', () => {
  const program = assemble('_start: nopr', 'a.s');
  expect(loadProgram(written('a.out', writeElf(program)))).toMatchObject({ entry: 0x10000n, segments: program.segments });
});

test('any other file is a raw image at 0', () => {
  expect(loadProgram(written('image', new Uint8Array(0x10002)))).toMatchObject({ entry: 0x10000n, segments: [{ address: 0 }] });
});

test.each([
  ['nowhere', 'there is no such file, expected a file to read'],
  ['.', 'this is a directory, expected a file to read'],
  ['nowhere/a', 'there is no such file, expected a file to read'],
])('%s: %s', (name, message) => {
  const file = `${directory}/${name}`;
  expect(() => loadProgram(file)).toThrow(`${file}: ${message}`);
});

test('a missing include is told at its line', () => {
  const file = written('d.s', ' nopr\n.include "none"');
  expect(() => loadProgram(file)).toThrow(`${file}:2:1: cannot include 'none': there is no such file, expected one beside this source`);
});
