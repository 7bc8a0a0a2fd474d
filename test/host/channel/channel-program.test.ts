import { describe, expect, test } from 'vitest';
import { COMMAND, DATA, ENDED, FLAG, ORB, PROGRAM, Rig } from './rig.ts';

const { READ, WRITE, NOP, TIC, UNKNOWN, SENSE, SENSE_ID } = COMMAND;
const RECORD = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const NORMAL = 'primary secondary pending';
const UNUSUAL = `alert ${NORMAL}`;
const PROGRAM_CHECK = 0x20;
const PROTECTION_CHECK = 0x10;
const INCORRECT_LENGTH = 0x40;

describe('data transfer', () => {
  test('a record that fits ends normally', () => {
    const rig = new Rig();
    expect(rig.run([READ, 0, 10, DATA])).toEqual({
      deferred: 0,
      conditions: NORMAL,
      address: PROGRAM + 8,
      device: ENDED,
      subchannel: 0,
      residual: 0,
    });
    expect(rig.data(11)).toEqual([...RECORD, 0]);
  });

  test('a record that is shorter than the area is an incorrect length, with the residual count', () => {
    expect(new Rig().run([READ, 0, 16, DATA])).toMatchObject({ conditions: UNUSUAL, subchannel: INCORRECT_LENGTH, residual: 6 });
  });

  test('a record that is longer than the area is an incorrect length; what fits has been stored', () => {
    const rig = new Rig();
    expect(rig.run([READ, 0, 4, DATA])).toMatchObject({ subchannel: INCORRECT_LENGTH, residual: 0 });
    expect(rig.data(5)).toEqual([1, 2, 3, 4, 0]);
  });

  test.for([16, 4])('SLI suppresses the incorrect length of an area of %i bytes', (count) => {
    expect(new Rig().run([READ, FLAG.SLI, count, DATA])).toMatchObject({ conditions: NORMAL, subchannel: 0 });
  });

  test('SLI does not count with data chaining', () => {
    expect(new Rig().run([READ, FLAG.CD | FLAG.SLI, 20, DATA], [0, 0, 1, DATA + 20])).toMatchObject({ subchannel: INCORRECT_LENGTH });
  });

  test('data chaining scatters a record; the command code of a chained CCW is ignored', () => {
    const rig = new Rig();
    const status = rig.run([READ, FLAG.CD, 3, DATA], [0, FLAG.CD, 2, DATA + 0x100], [UNKNOWN, 0, 5, DATA + 0x200]);
    expect(status).toMatchObject({ conditions: NORMAL, residual: 0, address: PROGRAM + 24 });
    expect([rig.data(4), rig.data(3, DATA + 0x100), rig.data(5, DATA + 0x200)]).toEqual([
      [1, 2, 3, 0],
      [4, 5, 0],
      [6, 7, 8, 9, 10],
    ]);
  });

  test('the next CCW of data chaining is fetched when the count is exhausted, and must have a count', () => {
    expect(new Rig().run([READ, FLAG.CD, 10, DATA], [0, FLAG.SLI, 0, DATA])).toMatchObject({ subchannel: PROGRAM_CHECK, device: ENDED });
  });

  test('skipped data are not stored, nor is their address used', () => {
    const rig = new Rig();
    expect(rig.run([READ, FLAG.CD | FLAG.SKIP, 6, 0x7fff_fff0], [0, 0, 4, DATA])).toMatchObject({ conditions: NORMAL });
    expect(rig.data(5)).toEqual([7, 8, 9, 10, 0]);
  });

  test('a write gathers what the device takes', () => {
    const rig = new Rig();
    rig.machine.storage.write(DATA, Uint8Array.of(11, 12, 13, 14, 15, 16, 17, 18, 19));
    expect(rig.run([WRITE, FLAG.CD, 2, DATA + 4], [0, FLAG.SLI, 7, DATA])).toMatchObject({ conditions: NORMAL, residual: 1 });
    expect(rig.device.written).toEqual([15, 16, 11, 12, 13, 14, 15, 16]);
  });

  test('reference and change are recorded', () => {
    const rig = new Rig();
    rig.machine.storage.write(DATA, Uint8Array.of(1));
    const { pager } = rig.machine;
    rig.run([WRITE, FLAG.SLI, 1, DATA], [READ, 0, 10, DATA]);
    expect(pager.key(DATA)).toBe(0x04);
    rig.run([READ, 0, 10, DATA]);
    expect(pager.key(DATA)).toBe(0x06);
  });
});

describe('indirect data addressing', () => {
  const IDAWS = DATA + 0x8000;

  test('format 1: blocks of 2048 bytes, the first of which may begin inside', () => {
    const rig = new Rig();
    rig.words(IDAWS, DATA + 2048 - 4, DATA + 0x1800);
    expect(rig.run([READ, FLAG.IDA, 10, IDAWS])).toMatchObject({ conditions: NORMAL });
    expect([rig.data(5, DATA + 2044), rig.data(7, DATA + 0x1800)]).toEqual([
      [1, 2, 3, 4, 0],
      [5, 6, 7, 8, 9, 10, 0],
    ]);
  });

  test('format 2: doublewords and blocks of 4096 bytes, or of 2048', () => {
    const rig = new Rig();
    rig.words(IDAWS, 0, DATA + 4096 - 4, 0, DATA + 0x3000);
    rig.program([READ, FLAG.IDA, 10, IDAWS]);
    rig.start(ORB.FORMAT_1 | ORB.IDAW_2);
    expect([rig.data(4, DATA + 4092), rig.data(6, DATA + 0x3000)]).toEqual([RECORD.slice(0, 4), RECORD.slice(4)]);
    rig.words(IDAWS, 0, DATA + 2048 - 4, 0, DATA + 0x3800);
    rig.machine.channel.clearStatus(rig.subchannel);
    rig.start(ORB.FORMAT_1 | ORB.IDAW_2 | ORB.IDAW_2K);
    expect([rig.data(4, DATA + 2044), rig.data(6, DATA + 0x3800)]).toEqual([RECORD.slice(0, 4), RECORD.slice(4)]);
  });

  test.for([
    ['a list off its boundary', IDAWS + 2, DATA, DATA + 2048],
    ['a later word inside a block', IDAWS, DATA + 2044, DATA + 2052],
    ['a word with bit 0', IDAWS, 0x8000_0000, 0],
    ['an address outside storage', IDAWS, 0x20_0000, 0],
  ] as const)('%s is a program check', ([, address, first, second]) => {
    const rig = new Rig();
    rig.words(IDAWS, first, second);
    expect(rig.run([READ, FLAG.IDA, 10, address])).toMatchObject({ conditions: UNUSUAL, subchannel: PROGRAM_CHECK, device: ENDED });
  });
});

describe('chaining', () => {
  test('commands are chained, through a transfer in channel', () => {
    const rig = new Rig();
    rig.program(
      [READ, FLAG.CC, 10, DATA],
      [TIC, 0, 0, PROGRAM + 0x20],
      [UNKNOWN, 0, 1, 0],
      [UNKNOWN, 0, 1, 0],
      [SENSE_ID, FLAG.SLI, 99, DATA],
    );
    rig.start();
    expect(rig.status).toMatchObject({ conditions: NORMAL, address: PROGRAM + 0x28, residual: 91 });
    expect(rig.data(8)).toEqual([0xff, 0x12, 0x34, 1, 0, 0, 0, 0]);
  });

  test('an incorrect length ends the chain', () => {
    const rig = new Rig();
    rig.run([READ, FLAG.CC, 16, DATA], [WRITE, FLAG.SLI, 1, DATA]);
    expect(rig.device.commands).toEqual([READ]);
  });

  test('a rejected command ends the chain with unit check', () => {
    const rig = new Rig();
    const status = rig.run([READ, FLAG.CC, 10, DATA], [UNKNOWN, FLAG.CC, 1, DATA], [NOP, FLAG.SLI, 1, 0]);
    expect(status).toMatchObject({ deferred: 0, conditions: UNUSUAL, device: 0x02, address: PROGRAM + 16 });
  });

  test('format 0', () => {
    const rig = new Rig();
    // The last four bits alone make a transfer in channel, and nothing else in it counts.
    rig.words(PROGRAM, (READ << 24) | DATA, 0x4000_000a, (0x58 << 24) | (PROGRAM + 24), 0xff00_0001, 0, 0, NOP << 24, 0x2000_0001);
    rig.start(0);
    expect(rig.status).toMatchObject({ conditions: NORMAL, subchannel: 0, address: PROGRAM + 32 });
    expect(rig.data(10)).toEqual(RECORD);
  });

  test('a program without end is a channel-control check', () => {
    const rig = new Rig();
    expect(rig.run([NOP, FLAG.CC, 0, 0], [TIC, 0, 0, PROGRAM])).toMatchObject({ conditions: UNUSUAL, subchannel: 0x04 });
  });
});

describe('program checks', () => {
  const AFTER_ACCEPTANCE = { deferred: 0, device: ENDED };
  const BEFORE = { deferred: 1, device: 0 };

  test.for([
    ['a command code ending in 0000', [[0x10, 0, 1, DATA]], BEFORE, PROGRAM + 8],
    ['a first CCW that transfers in channel', [[TIC, 0, 0, PROGRAM + 8]], BEFORE, PROGRAM + 8],
    ['what is left of transfer in channel in format 1', [[0x18, 0, 0, PROGRAM]], BEFORE, PROGRAM + 8],
    ['bit 32 in format 1', [[READ, 0, 10, 0x8000_0000 | DATA]], BEFORE, PROGRAM + 8],
    ['a count of zero with data chaining', [[READ, FLAG.CD, 0, DATA]], BEFORE, PROGRAM + 8],
    ['modified indirect addressing', [[READ, 1, 10, DATA]], BEFORE, PROGRAM + 8],
    ['suspension without the ORB', [[READ, FLAG.S, 10, DATA]], BEFORE, PROGRAM + 8],
    ['data outside storage', [[READ, 0, 10, 0xf_fffc]], AFTER_ACCEPTANCE, PROGRAM + 8],
    ['data beyond 31 bits', [[READ, 0, 10, 0x7fff_fffc]], AFTER_ACCEPTANCE, PROGRAM + 8],
    [
      'two transfers in a row',
      [
        [NOP, FLAG.CC, 0, 0],
        [TIC, 0, 0, PROGRAM + 16],
        [TIC, 0, 0, PROGRAM],
      ],
      AFTER_ACCEPTANCE,
      PROGRAM + 24,
    ],
    [
      'a transfer off a doubleword',
      [
        [NOP, FLAG.CC, 0, 0],
        [TIC, 0, 0, PROGRAM + 20],
      ],
      AFTER_ACCEPTANCE,
      PROGRAM + 16,
    ],
    [
      'a transfer with a count in format 1',
      [
        [NOP, FLAG.CC, 0, 0],
        [TIC, 0, 1, PROGRAM],
      ],
      AFTER_ACCEPTANCE,
      PROGRAM + 16,
    ],
    [
      'a transfer out of storage',
      [
        [NOP, FLAG.CC, 0, 0],
        [TIC, 0, 0, 0x10_0000],
      ],
      AFTER_ACCEPTANCE,
      0x10_0008,
    ],
  ] as const)('%s', ([, ccws, when, address]) => {
    expect(new Rig().run(...ccws)).toMatchObject({ conditions: UNUSUAL, subchannel: PROGRAM_CHECK, address, ...when });
  });

  test('format 0: a count of zero, and data beyond 24 bits', () => {
    const rig = new Rig({ storage: 0x200_0000 });
    rig.words(PROGRAM, (NOP << 24) | DATA, 0x2000_0000);
    rig.start(0);
    expect(rig.status).toMatchObject({ subchannel: PROGRAM_CHECK, ...BEFORE });
    rig.words(PROGRAM, (READ << 24) | 0xff_fffe, 10);
    rig.machine.channel.clearStatus(rig.subchannel);
    rig.start(0);
    expect(rig.status).toMatchObject({ subchannel: PROGRAM_CHECK, ...AFTER_ACCEPTANCE });
    expect(rig.data(2, 0x100_0000)).toEqual([0, 0]);
  });

  test('a program that begins off a doubleword', () => {
    const rig = new Rig();
    rig.start(ORB.FORMAT_1, PROGRAM + 4);
    expect(rig.status).toMatchObject({ subchannel: PROGRAM_CHECK, ...BEFORE });
  });

  test.for([
    ['at and above the limit', 0x20, DATA, ''],
    ['below the limit', 0x20, DATA - 4, 'check'],
    ['below the limit', 0x40, DATA - 10, ''],
    ['at the limit', 0x40, DATA - 9, 'check'],
  ] as const)('address-limit checking: %s (flags %i)', ([, flags, address, check]) => {
    const rig = new Rig();
    rig.modify({ flags: 0x80 | flags });
    rig.machine.channel.addressLimit = DATA;
    rig.program([READ, 0, 10, address]);
    rig.start(ORB.FORMAT_1 | ORB.LIMIT);
    expect(rig.status.subchannel).toBe(check ? PROGRAM_CHECK : 0);
  });

  test('a discarded page cannot take part in I/O', () => {
    const rig = new Rig();
    const { gmap, pager, configuration } = rig.machine;
    rig.machine.storage.write(DATA, Uint8Array.of(1));
    const { pgste } = gmap.entries(DATA);
    configuration.storage.view.setInt32(pgste + 4, 0x0300_0000);
    pager.reclaim(DATA, 'test');
    expect(rig.run([READ, 0, 10, DATA])).toMatchObject({ subchannel: PROGRAM_CHECK });
    expect(pager.state(DATA)).toMatchObject({ usage: 'V', content: 'z' });
  });
});

describe('protection', () => {
  const withKey = (page: number, key: number): Rig => {
    const rig = new Rig();
    rig.program([READ, FLAG.CC, 10, DATA], [WRITE, FLAG.SLI, 8, DATA]);
    rig.machine.storage.write(DATA, Uint8Array.of(99));
    const { storage } = rig.machine.configuration;
    storage.keys[storage.frame(storage.offset(rig.machine.pager.pageIn(page, 'test')))] = key;
    rig.start(ORB.FORMAT_1 | ORB.KEY_2);
    return rig;
  };

  test('a key that matches lets everything through', () => {
    expect(withKey(DATA, 0x28).status).toMatchObject({ conditions: NORMAL });
  });

  test('another key keeps from storing, and nothing is stored', () => {
    const rig = withKey(DATA, 0x30);
    expect(rig.status).toMatchObject({ subchannel: PROTECTION_CHECK, device: ENDED, address: PROGRAM + 8 });
    expect(rig.data(1)).toEqual([99]);
  });

  test('fetch protection keeps from the CCWs', () => {
    expect(withKey(PROGRAM, 0x30).status.subchannel).toBe(PROTECTION_CHECK);
    expect(withKey(PROGRAM, 0x38).status).toMatchObject({ subchannel: PROTECTION_CHECK, deferred: 1, device: 0, address: PROGRAM + 8 });
  });
});

describe('sense', () => {
  test('SENSE tells once why the last command was rejected', () => {
    const rig = new Rig();
    expect(rig.run([UNKNOWN, 0, 1, DATA])).toMatchObject({ deferred: 1, device: 0x02, conditions: UNUSUAL });
    rig.run([SENSE, FLAG.CC, 32, DATA], [SENSE, 0, 32, DATA + 32]);
    expect([rig.data(1), rig.data(1, DATA + 32)]).toEqual([[0x80], [0]]);
  });

  test('concurrent sense: the sense data are in the interruption-response block', () => {
    const rig = new Rig();
    rig.modify({ characteristics: 1 });
    rig.run([UNKNOWN, 0, 1, DATA]);
    const irb = rig.subchannel.responseBlock();
    expect(rig.subchannel.control & 0x0002_0000).not.toBe(0);
    expect([...irb.subarray(12, 20)]).toEqual([0, 0x80, 0, 0, 0x01, 0x20, 0, 0]);
    expect(irb[32]).toBe(0x80);
    rig.machine.channel.clearStatus(rig.subchannel);
    expect(rig.run([SENSE, 0, 32, DATA])).toMatchObject({ conditions: NORMAL });
    expect(rig.data(1)).toEqual([0]);
  });
});
