import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { openSession } from '../../src/cli/open.ts';
import { loadSession, saveSession } from '../../src/cli/snapshot-file.ts';
import { hashOf } from '../sessions.ts';
import { zhint } from './zhint.ts';

const directory = mkdtempSync(join(tmpdir(), 'zhint-snapshot-'));
afterAll(() => rmSync(directory, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

let files = 0;
const newFile = (): string => join(directory, `${++files}.snapshot`);
const STORY = 'fixtures/discard-fault.s';
const GUEST = 'test/cli/migrating-guest.s';

/** A snapshot of a program in a file. */
const snapshotOf = (program: string, instructions: number, options = {}): string => {
  const session = openSession(program, options);
  session.run(instructions);
  const file = newFile();
  saveSession(session, file);
  return file;
};

describe('zhint snapshot and zhint run --from', () => {
  test.each([
    ['fixtures/discard-fault.s', '7', []],
    ['fixtures/pressure.s', '300', []],
    ['fixtures/two-cpus.s', '40', ['--seed', '3']],
    ['fixtures/nested-pressure.s', '3000', ['--frames', '24']],
    ['test/programs/virtio-block.s', '60', ['--device', 'virtio-blk-ccw,size=64K,devno=fe.0.0009']],
  ])('%s in two parts is what it is in one', async (program, at, options) => {
    const file = newFile();
    const whole = await zhint('run', program, '--json', ...options);
    const taken = await zhint('snapshot', program, '-o', file, '--at', at, ...options);
    expect(taken).toMatchObject({ status: 0, errors: '', output: `${file}: ${program} after ${at} instructions\n` });
    expect(await zhint('run', '--from', file, '--json')).toEqual(whole);
    expect(await zhint('run', '--from', file, '--json', '--paging-file', `${file}.pages`)).toEqual(whole);
  });

  test('what a file holds is what was captured', async () => {
    const session = openSession('fixtures/nested-pressure.s', { seed: 2 });
    session.run(2000);
    const file = newFile();
    saveSession(session, file);
    const restored = await loadSession(file);
    expect(hashOf(restored.capture())).toBe(hashOf(session.capture()));
  });

  test.each([
    ['touch', 7],
    ['touch+6', 15],
    ['0x10024', 7],
    ['0', 0],
    ['17', 17],
  ])('--at %s', async (at, instructions) => {
    const file = newFile();
    const { output } = await zhint('snapshot', STORY, '-o', file, '--at', at);
    expect(output).toBe(`${file}: ${STORY} after ${instructions} instructions\n`);
    expect((await zhint('run', '--from', file)).output).toContain(
      'passed: CPU 0 loaded a disabled wait with address 0xfff; 18 instructions',
    );
  });

  test('a snapshot of a snapshot, with what the guest has printed so far only once', async () => {
    const [first, second] = [newFile(), newFile()];
    expect((await zhint('snapshot', GUEST, '-o', first, '--at-migration')).output).toMatch(/^Now migrate the VM, please\n/);
    const { output } = await zhint('snapshot', '--from', first, '-o', second, '--at', 'key', '--input', '\n');
    expect(output).toMatch(/^.*: test\/cli\/migrating-guest\.s after \d+ instructions\n$/);
    const { result } = await json('run', '--from', second, '--limit', '10000');
    expect(result).toMatchObject({ verdict: 'limit', console: 'Now migrate the VM, please\nBegin continuous migration\n' });
  });

  test('1: the program ends before, and nothing is written', async () => {
    const file = newFile();
    const { status, errors } = await zhint('snapshot', STORY, '-o', file, '--at', '19');
    expect(errors).toBe(
      `${STORY}: passed: CPU 0 loaded a disabled wait with address 0xfff; it did not come to 19, and no snapshot was written\n`,
    );
    expect(status).toBe(1);
    expect(readdirSync(directory)).not.toContain(file);
  });

  test('the limit of a snapshot holds, and another may be given', async () => {
    const file = newFile();
    await zhint('snapshot', STORY, '-o', file, '--at', '5', '--limit', '10');
    expect(await json('run', '--from', file)).toMatchObject({ status: 3, result: { instructions: 10 } });
    expect(await json('run', '--from', file, '--limit', '15')).toMatchObject({ status: 3, result: { instructions: 15 } });
  });

  const json = async (...argv: string[]) => {
    const { status, output } = await zhint(...argv, '--json');
    return { status, result: JSON.parse(output) };
  };
});

describe('a file that is no good is refused in one line', () => {
  const good = snapshotOf(STORY, 7);
  const bytes = readFileSync(good);
  const refused = async (content: Uint8Array, message: RegExp): Promise<void> => {
    const file = join(directory, 'bad.snapshot');
    writeFileSync(file, content);
    const { status, output, errors } = await zhint('run', '--from', file);
    expect([status, output]).toEqual([2, '']);
    expect(errors.startsWith(`${file}: `)).toBe(true);
    expect(errors.trimEnd().split('\n')).toHaveLength(1);
    expect(errors).toMatch(message);
  };

  test('truncated', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), (length) =>
        refused(bytes.subarray(0, length), length < 8 ? /this is no snapshot/ : /snapshot of \d+ bytes, expected .*: it is truncated/),
      ),
      { numRuns: 30 },
    ));

  test('altered', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = Uint8Array.from(bytes);
        altered[at]! ^= change;
        return refused(altered, /this is no snapshot|of format|truncated|appended|the snapshot has been altered/);
      }),
      { numRuns: 60 },
    ));

  test('with something behind it', () => refused(Buffer.concat([bytes, Buffer.from('x')]), /something has been appended/));

  test('foreign', async () => {
    for (const foreign of [readFileSync(STORY), new Uint8Array(0), new Uint8Array(4096), Buffer.from('\x7fELF')]) {
      await refused(foreign, /this is no snapshot, expected a file that zhint wrote as one/);
    }
  });

  /** Makes a file whose checksum is right. */
  const sealed = (content: Uint8Array): Uint8Array => {
    const hash = createHash('sha256').update(content.subarray(0, 32)).update(content.subarray(64)).digest();
    return Buffer.concat([content.subarray(0, 32), hash, content.subarray(64)]);
  };

  test('of another format, or of another version of zhint', async () => {
    const other = Uint8Array.from(bytes);
    other[11] = 2;
    await refused(sealed(other), /snapshot of format 2, expected format 1/);
    const session = openSession(STORY, {});
    const { capture } = session;
    const file = newFile();
    const write = async (change: (state: Record<string, unknown>) => object): Promise<void> => {
      vi.spyOn(session, 'capture').mockImplementation(() => {
        const snapshot = capture.call(session);
        return { ...snapshot, machine: { ...snapshot.machine, state: change(snapshot.machine.state as never) as never } };
      });
      saveSession(session, file);
      await refused(readFileSync(file), /snapshot of another version of zhint: .*, expected one that this version wrote/);
    };
    await write((state) => ({ ...state, layout: 'another' }));
    await write(({ pager: _, ...state }) => state);
    await write((state) => ({ ...state, machine: {} }));
    await write((state) => ({ ...state, cpus: [] }));
    await write((state) => ({ ...state, pager: { ...(state['pager'] as object), resident: [[0, 0]] } }));
    await write((state) => ({ ...state, store: { ...(state['store'] as object), saved: [[0, 0, 0]] } }));
  });

  test('missing', async () => {
    const missing = join(directory, 'missing.snapshot');
    expect(await zhint('run', '--from', missing)).toMatchObject({
      status: 2,
      errors: `${missing}: there is no such file, expected a file to read\n`,
    });
  });
});

describe('writing', () => {
  test('replaces a file in one step, and leaves nothing beside it', () => {
    const file = join(directory, 'once', 'a.snapshot');
    mkdirSync(join(directory, 'once'));
    writeFileSync(file, 'before');
    saveSession(openSession(STORY, {}), file);
    expect(readFileSync(file).length).toBeGreaterThan(100);
    expect(readdirSync(join(directory, 'once'))).toEqual(['a.snapshot']);
  });

  test('leaves the file that was there when it fails', async () => {
    const place = join(directory, 'twice');
    const file = join(place, 'a.snapshot');
    mkdirSync(join(file, 'full'), { recursive: true }); // a directory that is not empty cannot be replaced
    const { status, errors } = await zhint('snapshot', STORY, '-o', file);
    expect(errors).toMatch(new RegExp(`^${file}: cannot be written \\(\\w+\\), expected a place for the snapshot\n$`));
    expect(status).toBe(2);
    expect(readdirSync(place)).toEqual(['a.snapshot']);
    expect((await zhint('snapshot', STORY, '-o', join(directory, 'nowhere', 'a.snapshot'))).errors).toContain('(ENOENT)');
  });
});

describe('2: arguments that do not fit', () => {
  const file = snapshotOf(STORY, 3);

  test.each([
    [
      ['run', '--from', file, STORY],
      `zhint run: the operand ${STORY} with --from, expected nothing that the machine in the snapshot was made with`,
    ],
    [['run', '--from', file, '--frames', '20'], 'zhint run: --frames with --from, expected nothing that'],
    [['run', STORY, '--hand-over', 'x'], 'zhint run: --hand-over without --migrate, expected both'],
    [['snapshot', STORY], 'zhint snapshot: no output file, expected: zhint snapshot FILE -o OUT'],
    [['snapshot', '-o', 'x'], 'zhint snapshot: 0 operands, expected: zhint snapshot FILE'],
    [['snapshot', STORY, '-o', 'x', '--json'], 'zhint snapshot: unknown or unexpected option: --json'],
    [['snapshot', STORY, '-o', 'x', '--at', 'nowhere'], "--at: the program has no label 'nowhere', expected one of its labels or a number"],
    [['snapshot', STORY, '-o', 'x', '--at', '1', '--at-migration'], 'zhint snapshot: --at and --at-migration, expected'],
    [['snapshot', '--from', file, '-o', 'x', '--at', '2'], 'zhint snapshot: --at 2, expected at least 3: so many are done'],
  ])('%j', async (argv, message) => {
    const { status, output, errors } = await zhint(...argv);
    expect(errors.startsWith(message)).toBe(true);
    expect(errors.trimEnd().split('\n')).toHaveLength(1);
    expect([status, output]).toEqual([2, '']);
  });
});

describe('--migrate', () => {
  const run = (...argv: string[]) =>
    spawnSync(process.execPath, ['bin/zhint.js', 'run', GUEST, '--migrate', ...argv], { encoding: 'utf8' });

  test('goes on in new processes, to the same end', () => {
    const { status, stdout, stderr } = run();
    expect(stderr).toBe('');
    expect(stdout.split('\n').filter((line) => !line.startsWith('host: '))).toEqual([
      'Now migrate the VM, please',
      'Begin continuous migration',
      'End continuous migration',
      expect.stringMatching(/^test\/cli\/migrating-guest\.s: passed: CPU 0 loaded a disabled wait with address 0xfff; 5\d+ instructions$/),
      'migrations: 3, each to a new process',
      '',
    ]);
    expect(status).toBe(0);
  });

  test('tells everything with --json, and the exit status is that of the last process', () => {
    const { status, stdout } = run('--json', '--limit', '30000000');
    expect(JSON.parse(stdout)).toMatchObject({ program: GUEST, verdict: 'limit', instructions: 30_000_000 });
    expect(status).toBe(3);
  });

  test('--hand-over leaves it to the caller to start the next process', async () => {
    const [first, second] = [newFile(), newFile()];
    expect(await zhint('run', GUEST, '--migrate', '--hand-over', first)).toEqual({
      status: 4,
      output: 'Now migrate the VM, please\n',
      errors: '',
    });
    copyFileSync(first, second);
    const { status, output } = await zhint('run', '--from', second, '--migrate', '--hand-over', first);
    expect([status, output]).toEqual([4, 'Begin continuous migration\n']);
    expect((await zhint('run', '--from', first, '--input', '\n')).output).toMatch(/^End continuous migration\n.*: passed: /);
  });
});
