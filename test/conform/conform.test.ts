import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { report } from '../../src/cli/conform.ts';
import { main } from '../../src/cli/main.ts';
import { CONFORM_PROFILES, type ConformProfile, type Expectation, parseExpectation, STATES } from '../../src/conform/expectation.ts';
import { expectedOf, judge } from '../../src/conform/judge.ts';
import { describeCell } from '../../src/conform/summary.ts';
import { SURVIVORS } from '../mutants/survivors.ts';
import { diagramOf } from './diagram.ts';
import { mutantsOf, replacePart, tableOf } from './markdown.ts';

const FILE = 'src/conform/expectation.yaml';
const TEXT = readFileSync(FILE, 'utf8');
const EXPECTATION = await parseExpectation(TEXT, FILE);

const directory = mkdtempSync(join(tmpdir(), 'zhint-conform-'));
afterAll(() => rmSync(directory, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** What the command prints, and its exit status. */
const zhint = async (...argv: string[]): Promise<{ status: number; output: string; errors: string }> => {
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
  return { status: await main(['conform', ...argv]), output, errors };
};

/** The expectation with something of it said differently, read from a file's text as any other. */
const mutated = (change: (expectation: Expectation) => void): Promise<Expectation> => {
  const copy = parse(TEXT) as Expectation;
  change(copy);
  return parseExpectation(stringify(copy), 'mutated.yaml');
};

const REPORTS = new Map(CONFORM_PROFILES.map((profile) => [profile, report(EXPECTATION, profile)]));

/** The cells of a run that differ from another expectation, named as that expectation has them. */
const differing = (expectation: Expectation, profile: ConformProfile): string[] =>
  REPORTS.get(profile)!.verdicts.flatMap((verdict) => {
    const { cell, seen } = verdict;
    const differences = judge(expectation, profile, cell, seen);
    const expected = expectedOf(expectation, expectation.profiles[profile], cell);
    return differences.length > 0 ? [`${describeCell(profile, { ...verdict, expected })}: ${differences.join('; ')}`] : [];
  });

describe.each(CONFORM_PROFILES)('%s', (profile) => {
  const { summary, verdicts } = REPORTS.get(profile)!;

  test('every cell is as the documents say', () => {
    expect(verdicts.filter(({ differences }) => differences.length > 0)).toEqual([]);
    expect(summary.wrong).toBe(0);
  });

  test('of the cells of each line at least one differs when the line leads to any other state', () => {
    const { unreachable, requests } = EXPECTATION.profiles[profile];
    const states = STATES.filter((state) => !unreachable.some((line) => line.state === state));
    for (const [n, line] of requests.entries()) {
      const cells = verdicts.filter(
        ({ cell }) => cell.from === line.from && cell.action === line.request && (line.change ?? cell.change) === cell.change,
      );
      for (const to of states) {
        if (to === line.to) continue;
        const other = {
          ...EXPECTATION,
          profiles: {
            ...EXPECTATION.profiles,
            [profile]: { ...EXPECTATION.profiles[profile], requests: requests.with(n, { ...line, to }) },
          },
        };
        const differences = cells.flatMap(({ cell, seen }) => judge(other, profile, cell, seen));
        expect(differences, `request ${line.request} from ${line.from} to ${to}`).toContain(
          `state after: found ${line.to}, expected ${to}`,
        );
      }
    }
  });

  test('every request was made in every state that can occur, with and without the promise, with both change bits, in all four ways', () => {
    const made = new Set(
      verdicts.map(
        ({ cell, way }) => `${way} ${cell.from} ${cell.nodat} ${cell.change} ${cell.action} ${cell.withoutFacility === undefined}`,
      ),
    );
    const never = new Set(EXPECTATION.profiles[profile].unreachable.map(({ state }) => state as string));
    for (const way of ['interpreted', 'interpreted, DAT on', 'intercepted', 'level 2'])
      for (const state of ['Sr', 'Sp', 'Sz', 'Ur', 'Up', 'Uz', 'Pr', 'Pp', 'Pz', 'Vr', 'Vp', 'Vz'].filter((name) => !never.has(name)))
        for (const nodat of [true, false])
          for (const change of [0, 1])
            for (let request = 0; request < 16; request++) expect(made).toContain(`${way} ${state} ${nodat} ${change} ${request} true`);
  });
});

describe('an expectation that says something else fails, and names the cell', () => {
  const zvm = (expectation: Expectation) => expectation.profiles.zvm;
  const row = (expectation: Expectation, request: number, from: string) =>
    zvm(expectation).requests.find((line) => line.request === request && line.from === from)!;

  test.each<[string, (expectation: Expectation) => void, RegExp]>([
    ['another state after', (e) => { row(e, 3, 'Sr').to = 'Ur'; }, /^zvm, interpreted: Sr C=0, by store, clean: ESSA 3 -> Ur: state after: found Vr, expected Ur/],
    ['the switch of spec/essa.md 9a for request 6', (e) => { row(e, 6, 'Uz').to = 'Sz'; }, /Uz C=0, by store, essa 2, reclaim: ESSA 6 -> Sz: state after: found Uz, expected Sz/],
    ['a discard that is none', (e) => { delete row(e, 2, 'Sp').discard; }, /Sp C=1, .*ESSA 2 -> Uz: change bit in the key after: found 0, expected 1/],
    ['a page that is not put on the list', (e) => { delete row(e, 3, 'Vz').listed; }, /Vz C=0, .*ESSA 3 -> Vz: on the list of released blocks: found true, expected false/],
    ['another byte', (e) => { e.bytes.find(({ state }) => state === 'Pr')!.byte = 0x09; }, /Pr C=0, .*ESSA 0 -> Pr: R1: found 0x08, expected 0x09/],
    ['another bit for the promise', (e) => { e.nodatByte.byte = 0x40; }, /Sz\+nodat C=0, .*: R1: found 0x23, expected 0x43/],
    ['a promise that is kept', (e) => { e.nodat[1]!.effect = 'kept'; }, /Sr\+nodat C=0, .*ESSA 1 -> Sr\+nodat: no-DAT attribute after: found false, expected true/],
    ['another interruption', (e) => { e.exceptions[3]!.code = 0x05; }, /ESSA 11 -> interruption 0x05: interruption: found 0x06, expected 0x05/],
    ['an exception only where a facility is absent', (e) => { e.exceptions.find((line) => line.withoutFacility)!.code = 0x05; }, /ESSA 7 without facility 147 -> interruption 0x05: interruption: found 0x06, expected 0x05/],
    ['the old PSW elsewhere', (e) => { e.interruptions.find(({ code }) => code === 0x1a)!.psw = 'behind'; }, /Vz C=0, .*ESSA 0 -> Vz: old PSW: found 0x[0-9a-f]+, expected 0x[0-9a-f]+/],
    ['a touch without interruption', (e) => { Object.assign(zvm(e).touch.find(({ state }) => state === 'Vz')!, { gives: 'data', to: 'Vr' }); }, /Vz C=0, .*: a load then: found interruption 0x1a, expected zeros; state after the load: found Vz, expected Vr/],
    ['bytes that are written', (e) => { zvm(e).reclaim.find(({ from }) => from === 'Vr')!.written = 4096; }, /Vr C=0, .*: reclaim -> Vz: bytes written: found 0, expected 4096/],
  ])('%s', async (_, change, difference) => {
    const found = differing(await mutated(change), 'zvm');
    expect(found.filter((text) => difference.test(text))).not.toEqual([]);
  }); // biome-ignore format: a line each

  test('the command ends with status 1', async () => {
    const other = await mutated((e) => {
      zvm(e).reach.find(({ state }) => state === 'Sp')!.data = 'zeros';
      zvm(e).reach.find(({ state }) => state === 'Vr')!.steps = ['store', 'clean', 'essa 4'];
    });
    const file = join(directory, 'other.yaml');
    writeFileSync(file, stringify(other));
    const { status, output } = await zhint('--profile', 'zvm', '--expectation', file, '--tap');
    expect(status).toBe(1);
    expect(output).toMatch(
      /^not ok \d+ - zvm, level 2: Sp C=0, by store, clean, reclaim: ESSA 0 -> Sp\n {2}---\n {2}differences:\n {4}- "a load then: found kept, expected zeros"\n {2}source: "essa.md 1.5/m,
    );
    expect(output).toMatch(
      /^not ok \d+ - zvm, intercepted: Vr C=0, by store, clean, essa 4: ESSA 2 -> Ur\n.*\n.*\n {4}- "state before: found Pr, expected Vr"$/m,
    );
  });
});

describe('2: an expectation file that cannot be used, in one line', () => {
  const load = (text: string): Promise<Expectation> => parseExpectation(text, 'my.yaml');

  test.each<[string, (text: string) => string, string | RegExp]>([
    ['no YAML', (text) => text.replace('bytes:', 'bytes: {'), /^my\.yaml:\d+:\d+: \w+, expected YAML$/],
    ['no such state', (text) => text.replace('to: Ur', 'to: Xr'), /^my\.yaml:\d+:\d+: profiles\.zvm\.requests\.3\.to: Invalid option: expected one of/],
    ['no source', (text) => text.replace(/source: 'essa.md 1.3, 1.5 \[v7-6, K-dat\]'/, "source: 'hearsay'"), 'my.yaml:11:38: bytes.0.source: expected a page and section such as essa.md 1.5'],
    ['a cell is missing', (text) => text.replace(/.*request: 4, from: Pr, to: Pr.*\n/, ''), 'my.yaml: 0 lines for zvm, request 4 from Pr with C=0, expected exactly one'],
    ['a cell is said twice', (text) => text.replace(/(.*request: 4, from: Pr, to: Pr.*\n)/, '$1$1'), 'my.yaml: 2 lines for zvm, request 4 from Pr with C=0, expected exactly one'],
    ['what cannot occur does', (text) => text.replace('request: 4, from: Pr, to: Pr', 'request: 4, from: Pr, to: Pp'), 'my.yaml: zvm: a line leads to Pp, which the file calls unreachable'],
  ])('%s', async (_, change, message) => {
    const text = change(TEXT);
    expect(text).not.toBe(TEXT);
    await expect(load(text)).rejects.toThrow(message);
  }); // biome-ignore format: a line each
});

describe('the command', () => {
  test.each([
    [['--profile', 'xen'], "zhint conform: there is no profile 'xen', expected one of zvm, kvm, kvm-2026\n"],
    [['--json', '--tap'], 'zhint conform: --json and --tap, expected one of them\n'],
    [['all'], "zhint conform: operand 'all', expected: zhint conform "],
    [['--expectation', 'nowhere.yaml'], 'nowhere.yaml: there is no such file, expected a file to read\n'],
  ])('2: %j', async (argv, message) => {
    const { status, output, errors } = await zhint(...argv);
    expect([status, output]).toEqual([2, '']);
    expect(errors.startsWith(message)).toBe(true);
  });

  test('--tap prints a test point for every cell', async () => {
    const { status, output } = await zhint('--profile', 'kvm', '--tap');
    const lines = output.trimEnd().split('\n');
    expect(status).toBe(0);
    expect(lines.slice(0, 2)).toEqual(['TAP version 14', `1..${lines.length - 2}`]);
    expect(lines.slice(2).every((line, n) => line.startsWith(`ok ${n + 1} - kvm, `))).toBe(true);
    expect(new Set(lines).size).toBe(lines.length);
  });

  test('--json prints what was expected and what was seen of every cell', async () => {
    const { status, output } = await zhint('--profile', 'zvm', '--json');
    expect(status).toBe(0);
    const { verdict, profiles } = JSON.parse(output);
    expect([verdict, profiles.length, profiles[0].profile, profiles[0].differ]).toEqual(['passed', 1, 'zvm', 0]);
    expect(profiles[0].results).toHaveLength(profiles[0].cells);
    expect(profiles[0].results).toContainEqual({
      way: 'level 2',
      from: { state: 'Sp', nodat: true, change: 0, steps: ['essa 7', 'store', 'clean', 'reclaim'] },
      action: 'ESSA 3',
      expected: { state: 'Vz', nodat: true, change: 0, source: 'essa.md 1.5 (d), 1.8 [zVM-cs, zVM-us, K-pgt]' },
      seen: { state: 'Vz', nodat: true, change: 0, r1: '0x0000000000000022', listed: true, extracted: '0x000000000000002f', load: '0x1a', afterLoad: 'Vz' },
      observed: true,
      differences: [],
    }); // biome-ignore format: an object
  });
});

describe('docs/conformance.md, which npm run conformance writes', () => {
  test('its tables are what zhint conform and npm run mutants found', async () => {
    const tables = CONFORM_PROFILES.map((profile) => tableOf(REPORTS.get(profile)!.summary));
    const reasons = new Map(SURVIVORS.map(({ name, reason }) => [name, reason]));
    const withTables = replacePart(readFileSync('docs/conformance.md', 'utf8'), 'tables', tables.join('\n'));
    // No whole run of the mutants has been recorded yet; `npm run mutants` writes the file.
    const results = existsSync('test/mutants/results.json') && JSON.parse(readFileSync('test/mutants/results.json', 'utf8'));
    const document = results ? replacePart(withTables, 'mutants', mutantsOf(results, reasons)) : withTables;
    await expect(document).toMatchFileSnapshot('../../docs/conformance.md');
  });

  test('its picture shows what the expectation says', async () => {
    await expect(diagramOf(EXPECTATION.profiles.zvm)).toMatchFileSnapshot('../../docs/page-states.svg');
  });
});
