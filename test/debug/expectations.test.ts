import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/guest/input-error.ts';
import { runSource, sessionOf } from '../sessions.ts';

const FILE = 'fixtures/test.s';

/** A program with something of everything that can be expected: a discard fault, an interception, a key, a message, a page on the paging device. */
const PROGRAM = `
        .include "program.inc"
        .set    page, 0x40000
_start: on_program handler
        new_psw svc_new, supervisor, back
        lgfi    %r2,page
        lghi    %r3,0x2a
        stg     %r3,0(%r2)
        set_volatile %r5,%r2
touch:  lg      %r4,0(%r2)
        lgfi    %r6,page+0x1000
        mvi     0(%r6),0x77
        lghi    %r7,0x30
        sske    %r7,%r6
away:   sar     %r9,%r4
        ldgr    %f4,%r4
        set_stable_nodat %r5,%r2
        svc     5
back:
probe:  set_stable_resident %r8,%r6
        pass
handler:
        lg      %r7,fault_address
        set_stable %r5,%r7
        stg     %r3,0(%r7)
        lpswe   pgm_old
        .balign 8,0
data:   .quad   0x1122334455667788
`;

const ACTIONS = '#: storage 1M\n#: cpus 2\n#: host at touch: discard page\n#: host at probe: page-out page+0x1000\n';

/** What holds of the program, and a neighbour of each that does not. The line found is what a person is told. */
const EXPECTATIONS = [
  ['psw 0xfff', 'psw 0xffe', '0xfff'],
  ['cpu 1 psw 0', 'cpu 1 psw 2', '0x0'],
  ['gr 4 = 0x2a', 'gr 4 = 43', '0x2a'],
  ['cpu 1 gr 4 = 0', 'cpu 1 gr 4 = 0x2a', '0x0'],
  ['gr 3 = 42', 'gr 3 = -42', '0x2a'],
  ['cr 0 = 0xe0', 'cr 0 = 0xe1', '0xe0'],
  ['ar 9 = 0x2a', 'ar 9 = 0x2b', '0x2a'],
  ['fpr 4 = 0x2a', 'fpr 4 = 0', '0x2a'],
  ['storage data = 11223344 55667788', 'storage data = 11223344 55667789', '1122334455667788'],
  ['storage data+7 = 88', 'storage data+6 = 88', '77'],
  ['page page = Sr+nodat', 'page page = Sr', 'Sr+nodat'],
  ['page page+0x1000 = Sr', 'page page+0x1000 = Sp', 'Sr'],
  ['page 0x50000 = Sz', 'page 0x50000 = Uz', 'Sz'],
  ['key page+0x1000 = 0x30', 'key page+0x1000 = 0x36', '0x30'],
  ['host discards = 1', 'host discards = 0', '1'],
  ['host bytesWritten = 4096', 'host bytesWritten = 0', '4096'],
  ['console ', 'console hello', '""'],
] as const;

const INTERRUPTIONS = ['interruption program 0x1a at touch address page ilc 6 cpu 0 level 1', 'interruption svc 5 ilc 2'];
const INTERCEPTIONS = ['interception 0x04 0xb9ab5086 at probe cpu 0 level 1', 'interception 0x1c at 0xfff'];

const failures = (...lines: readonly string[]): readonly string[] => {
  const { verdict, failures } = runSource(`${ACTIONS}${lines.map((line) => `#: expect ${line}\n`).join('')}${PROGRAM}`);
  expect(verdict).toBe(failures.length === 0 ? 'passed' : 'failed');
  return failures;
};
const LINE = ACTIONS.split('\n').length;

describe('expectations', () => {
  test('those that hold are not spoken of', () => {
    expect(failures(...EXPECTATIONS.map(([holds]) => holds), ...INTERRUPTIONS, ...INTERCEPTIONS)).toEqual([]);
  });

  test.each(EXPECTATIONS)('%s, but not %s', (holds, fails, found) => {
    expect(failures(holds, fails)).toEqual([`${FILE}:${LINE + 1}: expect ${fails}: found ${found}`]);
  });

  const INTERRUPTION_FOUND = 'found program 0x1a at 0x10054 address 0x40000 ilc 6 cpu 0 level 1';
  test.each([
    'interruption program 0x1b at touch address page ilc 6',
    'interruption external 0x1a at touch',
    'interruption program 0x1a at away',
    'interruption program 0x1a address page+0x1000',
    'interruption program 0x1a ilc 4',
    'interruption program 0x1a cpu 1',
    'interruption program 0x1a level 2',
  ])('the discard fault is not %s', (wrong) => {
    expect(failures(wrong, INTERRUPTIONS[1]!)).toEqual([`${FILE}:${LINE}: expect ${wrong}: ${INTERRUPTION_FOUND}`]);
  });

  test.each([
    'interception 0x08 at probe',
    'interception 0x04 0xb9ab5087',
    'interception 0x04 at touch',
    'interception 0x04 cpu 1',
    'interception 0x04 level 2',
  ])('ESSA 5 is not %s', (wrong) => {
    const found = expect.stringMatching(/: found 0x04 0xb9ab50860000 at 0x[0-9a-f]+ cpu 0 level 1$/);
    const [failure, ...others] = failures(wrong, INTERCEPTIONS[1]!);
    expect(failure).toContain(`${FILE}:${LINE}: expect ${wrong}: `);
    expect(failure).toEqual(found);
    expect(others).toEqual([]);
  });

  test('an interruption that nobody expected is told after the last that somebody did', () => {
    expect(failures(INTERRUPTIONS[0]!)).toEqual([
      expect.stringMatching(
        `^${FILE}:${LINE}: no interruption was expected after this one: found svc 0x5 at 0x[0-9a-f]+ ilc 2 cpu 0 level 1$`,
      ),
    ]);
    expect(failures(INTERCEPTIONS[0]!)).toEqual([
      `${FILE}:${LINE}: no interception was expected after this one: found 0x1c 0x000000000000 at 0xfff cpu 0 level 1`,
    ]);
  });

  test('one that does not come is missed', () => {
    expect(failures(...INTERRUPTIONS, 'interruption program 1')).toEqual([
      `${FILE}:${LINE + 2}: expect interruption program 1: found no more interruptions after 2`,
    ]);
  });

  test('order counts', () => expect(failures(...INTERRUPTIONS.toReversed())).toHaveLength(2));

  test('a wrong end is told before any expectation', () => {
    const { verdict, reason, failures } = runSource('#: storage 1M\n#: expect psw 0xfff\n .include "program.inc"\n_start: fail\n');
    expect([verdict, reason]).toEqual(['failed', 'CPU 0 loaded a disabled wait with address 0xbad']);
    expect(failures).toEqual([`${FILE}:2: expect psw 0xfff: found 0xbad`]);
  });

  test('a run that reaches its limit is not checked', () => {
    const result = runSource('#: storage 1M\n#: limit 100\n#: expect psw 0xfff\n_start: j _start\n');
    expect(result).toMatchObject({ verdict: 'limit', instructions: 100, failures: [] });
  });
});

const PAGE = '        .include "program.inc"\n        .set page, 0x40000\n_start: lgfi %r2,page\n        mvi 0(%r2),1\n';

describe('actions of the host', () => {
  /** The page's state by what the guest does, and what the host may then not do. */
  test.each([
    ['stable', '', 'discard', 'Sr, expected Vr, clean Pr or Ur'],
    ['stable and paged out', '', 'page-out', 'Sp, expected Sr or changed Pr'],
    ['unused', 'set_unused %r5,%r2', 'page-out', 'Ur, expected Sr or changed Pr'],
    ['volatile', 'set_volatile %r5,%r2', 'page-out', 'Vr, expected Sr or changed Pr'],
    ['potentially volatile and changed', 'set_potentially_volatile %r5,%r2', 'discard', 'Pr, expected Vr, clean Pr or Ur'],
    [
      'potentially volatile and clean',
      'set_potentially_volatile %r5,%r2\n lghi %r1,0\n sske %r1,%r2',
      'page-out',
      'Pr, expected Sr or changed Pr',
    ],
    ['discarded', 'set_volatile %r5,%r2', 'page-in', 'Vz, expected a page that is not discarded'],
    ['discarded already', 'set_volatile %r5,%r2', 'discard', 'Vz, expected Vr, clean Pr or Ur'],
    ['not resident', '', 'reclaim', 'Sp, expected a resident page outside the prefix area'],
  ])('a %s page', (name, preparation, verb, message) => {
    const first = name.endsWith('paged out') || name === 'not resident' ? 'page-out' : name.startsWith('discarded') ? 'discard' : undefined;
    const actions = `${first ? `#: host at here: ${first} page\n` : ''}#: host at here: ${verb} page\n`;
    const line = first ? 3 : 2;
    const run = (): unknown => runSource(`#: storage 1M\n${actions}${PAGE}${preparation}\nhere: pass\n`);
    expect(run).toThrow(InputError);
    expect(run).toThrow(`${FILE}:${line}:9: the host may not ${verb} page 0x40000 in state ${message}`);
  });

  test('a page of a prefix area stays', () => {
    const run = (): unknown => runSource(`#: storage 1M\n#: host at _start: reclaim 0x1000\n${PAGE} pass\n`);
    expect(run).toThrow(
      'the host may not reclaim page 0x1000 in the prefix area of a CPU in state Sr, expected a resident page outside the prefix area',
    );
  });

  test('depend on the profile', () => {
    const source = (verb: string): string =>
      `#: storage 1M\n#: profile kvm\n#: host at here: ${verb} page\n${PAGE} set_volatile %r5,%r2\nhere: pass\n`;
    expect(() => runSource(source('discard'))).toThrow('the host may not discard page 0x40000 in state Vr, expected Ur in profile kvm');
    expect(runSource(source('page-out')).host).toMatchObject({ pageOuts: 1 });
  });

  test('happen once, or every time that the program comes there', () => {
    const loop = (every: string): string =>
      `#: storage 1M\n#: host at again${every}: page-out page\n${PAGE} lghi %r1,3\nagain: ic %r3,0(%r2)\n brctg %r1,again\n pass\n`;
    expect(runSource(loop('')).host).toMatchObject({ pageOuts: 1, pageIns: 1 });
    expect(runSource(loop(' every')).host).toMatchObject({ pageOuts: 3, pageIns: 3 });
  });

  test('several at one place happen in the order in which they are written', () => {
    const source = (first: string, second: string): string =>
      `#: storage 1M\n#: host at here: ${first} page\n#: host at here: ${second} page\n${PAGE}here: get_state %r6,%r2\n pass\n`;
    expect(runSource(source('page-out', 'page-in')).cpus[0]!.gr[6]).toBe('0x0000000000000000');
    expect(runSource(source('page-in', 'page-out')).cpus[0]!.gr[6]).toBe('0x0000000000000002');
  });

  test('a point that the program never comes to is a failure', () => {
    const result = runSource(`#: storage 1M\n#: host at never: page-out page\n${PAGE} pass\nnever: nopr\n`);
    expect(result.verdict).toBe('failed');
    expect(result.failures).toEqual([`${FILE}:2: host at never: page-out page: the program never came there`]);
  });
});

describe('lines that make no fixture are one clear line', () => {
  test.each([
    [
      '#: frobnicate 3',
      "1:4: 'frobnicate', expected a directive: title, storage, cpus, frames, profile, facility, no-facility, essa, limit, seed, device, host, expect",
    ],
    ['#:', '1:3: the line ends, expected a directive'],
    ['#: storage', '1:11: the line ends, expected a size'],
    ['#: storage 12X', "1:12: '12X', expected a size such as 64K, 1M, 2G"],
    ['#: cpus two', "1:9: 'two', expected a number"],
    ['#: seed 12345678901234567890', "1:9: '12345678901234567890', expected a number"],
    ['#: profile vmware', "1:12: 'vmware', expected a profile: zvm, zvm-lenient, kvm, kvm-2026"],
    ['#: essa never', "1:9: 'never', expected who performs ESSA: interpret, intercept, lazy"],
    ['#: cpus 1 2', "1:11: '2' is too much here, expected the end of the line"],
    ['#: host before here: discard 0', "1:9: 'before', expected 'at'"],
    ['#: host at here discard 0', "1:17: 'discard', expected ':'"],
    ['#: host at here: steal 0', "1:18: 'steal', expected a host action: discard, page-out, page-in, reclaim, interrupt"],
    ['#: host at here: discard 0 cpu 1', "1:28: 'cpu' is too much here, expected the end of the line"],
    ['#: host at here: interrupt io 5', "1:28: 'io', expected 'external'"],
    ['#: host at here: interrupt external 0x12345', "1:37: '0x12345', expected a code of 16 bits"],
    ['#: host at here: interrupt external 5 cpu 1', '1:9: there is no CPU 1, expected 0 to 0'],
    ['#: host at nowhere: discard 0', "1:12: the program has no label 'nowhere', expected one of its labels or a number"],
    ['#: host at here: discard 0x100000', '1:26: 0x100000 is not in guest storage, expected an address below 0x100000'],
    ['#: expect', '1:10: the line ends, expected what to expect'],
    ['#: expect gr 16 = 0', '1:14: register number above 15, expected 0 to 15'],
    ['#: expect gr 1 0', "1:16: '0', expected '='"],
    ['#: expect gr 1 = 1x', "1:18: '1x', expected a number or a label"],
    ['#: expect psw nowhere', "1:15: the program has no label 'nowhere', expected one of its labels or a number"],
    ['#: expect cpu 1 gr 1 = 0', '1:11: there is no CPU 1, expected 0 to 0'],
    ['#: expect cpu 0 page 0 = Sz', "1:17: 'page', expected a register of that CPU: psw, gr, cr, ar, fpr"],
    ['#: expect storage 0 = 123', "1:23: '123', expected an even number of hexadecimal digits"],
    ['#: expect storage 0xfffff = 1122', '1:19: 0xfffff is not in guest storage, expected an address below 0x100000'],
    [
      '#: expect page 0x40000 = Xr',
      "1:26: 'Xr' is no page state, expected a letter of S, U, P, V and one of r, p, z, with +nodat where it applies",
    ],
    ['#: expect page 0x200000 = Sr', '1:16: 0x200000 is not in guest storage, expected an address below 0x100000'],
    ['#: expect key 0x200000 = 0', '1:15: 0x200000 is not in guest storage, expected an address below 0x100000'],
    ['#: expect interruption page 1', "1:24: 'page', expected a class of interruption: program, external, svc, io, restart, machine-check"],
    ['#: expect interruption program', '1:31: the line ends, expected a number or a label'],
    ['#: expect interruption program 1 near here', "1:34: 'near' is too much here, expected the end of the line"],
    ['#: expect host pageouts = 1', "1:11: the host does not count 'pageouts', expected one of pageIns, pageOuts, "],
  ])('%s', (line, message) => {
    const make = (): unknown => sessionOf(`${line}\n#: storage 1M\n_start: nopr\nhere: nopr\n`);
    expect(make).toThrow(InputError);
    expect(make).toThrow(`${FILE}:${message}`);
    try {
      make();
    } catch (error) {
      expect((error as Error).message).not.toContain('\n');
    }
  });

  test.each([
    ['storage', '1536K', 'storage of 1572864 bytes, expected a multiple of 1M'],
    ['storage', '8G', 'storage of 8192M, expected at most 3584M'],
    ['cpus', '65', '65 CPUs, expected 1 to 64'],
    ['frames', '9', '9 frames, expected at least 10: prefix areas, and what one instruction can need'],
  ])('#: %s %s makes no machine', (setting, value, message) => {
    expect(() => sessionOf(`#: ${setting} ${value}\n_start: nopr\n`)).toThrow(`fixtures/test.s: ${message}`);
  });

  test('a program larger than storage', () => {
    expect(() => sessionOf('#: storage 1M\n_start: .skip 0x100000\n')).toThrow(
      `${FILE}: the program reaches to 0x110000, expected it to end within 1M of storage`,
    );
  });
});
