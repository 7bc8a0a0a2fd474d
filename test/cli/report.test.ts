import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { zhint } from './zhint.ts';

const directory = mkdtempSync(join(tmpdir(), 'zhint-report-'));
const place = (name: string): string => join(directory, name);
afterAll(() => rmSync(directory, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const RUN = ['run', 'fixtures/pressure.s'] as const;

test('two runs write the same files, byte for byte, and print what a run prints', async () => {
  const plain = await zhint(...RUN);
  for (const n of [1, 2]) expect(await zhint(...RUN, '--report', place(`${n}.html`), '--trace-file', place(`${n}.json`))).toEqual(plain);
  expect(readFileSync(place('1.html')).equals(readFileSync(place('2.html')))).toBe(true);
  expect(readFileSync(place('1.json')).equals(readFileSync(place('2.json')))).toBe(true);
  expect(readdirSync(directory).sort()).toEqual(['1.html', '1.json', '2.html', '2.json']);
});

test('what stops at the limit has its picture, too', async () => {
  const { status } = await zhint(...RUN, '--limit', '100', '--report', place('limit.html'));
  expect([status, readFileSync(place('limit.html'), 'utf8')]).toEqual([
    3,
    expect.stringContaining('limit, the limit of 100 instructions was reached'),
  ]);
});

test('what a title says is not markup', async () => {
  const file = place('title.s');
  writeFileSync(
    file,
    '#: title a </script> & <b>\n#: storage 1M\n_start: larl %r1,end\n lpswe 0(%r1)\n .balign 8\nend: .quad 0x0002000180000000, 0xfff\n',
  );
  expect((await zhint('run', file, '--report', place('title.html'))).status).toBe(0);
  const page = readFileSync(place('title.html'), 'utf8');
  expect(page).toContain('<h1>a &lt;/script> &amp; &lt;b></h1>');
  expect(page.match(/<\/script/g)).toHaveLength(3);
});

test.each(['--report', '--trace-file'])(
  '%s where no file can be is told in one line before anything runs, and leaves nothing',
  async (option) => {
    const inNoDirectory = place('no/file');
    expect(await zhint(...RUN, option, inNoDirectory)).toEqual({
      status: 2,
      output: '',
      errors: expect.stringMatching(/^\S+: cannot be written \(ENOENT\), expected a place for the (report|trace events)\n$/),
    });
    mkdirSync(place(`directory${option}`));
    expect(await zhint(...RUN, option, place(`directory${option}`))).toEqual({
      status: 2,
      output: '',
      errors: expect.stringMatching(/^\S+: cannot be written \(EISDIR\), expected a place for the (report|trace events)\n$/),
    });
    expect(await zhint(...RUN, option, '/dev/null')).toMatchObject({
      status: 2,
      errors: expect.stringMatching(
        /^\/dev\/null: cannot be written \(not a plain file\), expected a place for the (report|trace events)\n$/,
      ),
    });
    expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  },
);

test('one file that cannot be written keeps the other from being begun', async () => {
  expect((await zhint(...RUN, '--report', place('whole.html'), '--trace-file', place('no/file'))).status).toBe(2);
  expect((await zhint('run', 'no-such-file.s', '--report', place('whole.html'))).status).toBe(2);
  expect(readdirSync(directory).filter((name) => name.startsWith('whole'))).toEqual([]);
});

test('a run that goes on in other processes has no picture', async () => {
  expect(await zhint(...RUN, '--migrate', '--report', place('migrate.html'))).toEqual({
    status: 2,
    output: '',
    errors: 'zhint run: --report with --migrate, expected one of them: a picture is of one process\n',
  });
});
