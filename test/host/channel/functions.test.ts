import { describe, expect, test } from 'vitest';
import { COMMAND, DATA, ENDED, FLAG, ORB, PROGRAM, Rig } from './rig.ts';

const { READ, NOP, SENSE_ID } = COMMAND;
const START = 0x4000;
const SUSPENDED = 0x20;

describe('suspension', () => {
  const suspended = (control: number = ORB.FORMAT_1 | ORB.SUSPEND): Rig => {
    const rig = new Rig();
    rig.program([READ, FLAG.CC, 10, DATA], [SENSE_ID, FLAG.S, 8, DATA + 16]);
    rig.start(control);
    return rig;
  };

  test('a CCW with the suspend flag suspends the program, with intermediate status', () => {
    const rig = suspended();
    expect(rig.status).toMatchObject({ conditions: 'intermediate pending', address: PROGRAM + 16, device: 0 });
    expect(rig.subchannel.control & (START | SUSPENDED)).toBe(START | SUSPENDED);
    expect(rig.machine.channel.interruptions.isEmpty).toBe(false);
    rig.machine.channel.clearStatus(rig.subchannel);
    expect(rig.subchannel.control & (START | SUSPENDED)).toBe(START | SUSPENDED);
  });

  test('the ORB can suppress the interruption', () => {
    const rig = suspended(ORB.FORMAT_1 | ORB.SUSPEND | ORB.NO_SUSPENDED);
    expect(rig.status.conditions).toBe('');
    expect(rig.machine.channel.interruptions.isEmpty).toBe(true);
  });

  test('resumed, the CCW is fetched again: with the flag still there, it suspends again; without, it is executed', () => {
    const rig = suspended(ORB.FORMAT_1 | ORB.SUSPEND | ORB.NO_SUSPENDED);
    rig.machine.channel.resume(rig.subchannel);
    expect(rig.subchannel.control & SUSPENDED).toBe(SUSPENDED);
    rig.program([READ, FLAG.CC, 10, DATA], [SENSE_ID, 0, 8, DATA + 16]);
    rig.machine.channel.resume(rig.subchannel);
    expect(rig.status).toMatchObject({ conditions: 'primary secondary pending', device: ENDED, address: PROGRAM + 16 });
    expect(rig.data(2, DATA + 16)).toEqual([0xff, 0x12]);
    expect(rig.device.commands).toEqual([READ]);
  });

  test('a suspended program goes on in a machine that its state was restored in', () => {
    const before = suspended();
    const rig = new Rig();
    rig.machine.channel.restore(structuredClone(before.machine.channel.save()));
    expect(rig.machine.channel.save()).toEqual(before.machine.channel.save());
    rig.program([READ, FLAG.CC, 10, DATA], [SENSE_ID, 0, 8, DATA + 16]);
    rig.machine.channel.clearStatus(rig.subchannel);
    rig.machine.channel.resume(rig.subchannel);
    expect(rig.status).toMatchObject({ conditions: 'primary secondary pending', address: PROGRAM + 16 });
  });

  test('a state of other devices is refused', () => {
    const other = new Rig();
    other.device.identification[3] = 2;
    const { channel } = new Rig().machine;
    expect(() => channel.restore(other.machine.channel.save())).toThrow('another device than expected on subchannel 0x10000');
    other.machine.channel.attach(other.device);
    expect(() => channel.restore(other.machine.channel.save())).toThrow('1 devices, expected 2');
  });

  test('halt and clear leave nothing to resume', () => {
    for (const end of ['halt', 'clear', 'cancel'] as const) {
      const rig = suspended(ORB.FORMAT_1 | ORB.SUSPEND | ORB.NO_SUSPENDED);
      rig.machine.channel[end](rig.subchannel);
      expect(rig.subchannel.suspended).toBeUndefined();
      expect(rig.status.conditions).toBe(end === 'cancel' ? '' : 'pending');
      rig.machine.channel.clearStatus(rig.subchannel);
      expect(rig.subchannel.control & 0x7fff).toBe(0);
    }
  });
});

describe('status', () => {
  test('a program-controlled interruption is intermediate status, shown with the rest', () => {
    expect(new Rig().run([NOP, FLAG.PCI, 0, 0])).toMatchObject({ conditions: 'intermediate primary secondary pending', subchannel: 0x80 });
  });

  test('initial-status interruption: the first command was accepted with condition code 0', () => {
    const rig = new Rig();
    rig.program([NOP, 0, 0, 0]);
    rig.start(ORB.FORMAT_1 | ORB.INITIAL);
    expect(rig.subchannel.control & 0x0004_0000).not.toBe(0);
    expect(rig.status.conditions).toBe('intermediate primary secondary pending');
  });

  test('without a path that may be used the start function ends with deferred condition code 3', () => {
    const rig = new Rig();
    rig.modify({ lpm: 0x40 });
    rig.program([NOP, 0, 0, 0]);
    rig.start();
    expect(rig.status).toMatchObject({ deferred: 3, conditions: 'alert primary secondary pending' });
    expect(rig.subchannel.control & 0x0001_0000).not.toBe(0);
    expect(rig.device.commands).toEqual([]);
  });

  test('the SCSW shows what the ORB says, and the SCHIB its parameter', () => {
    const rig = new Rig();
    rig.program([NOP, 0, 0, 0]);
    rig.start(ORB.FORMAT_1 | ORB.KEY_2 | ORB.SUSPEND);
    expect(rig.subchannel.control >>> 16).toBe(0x2880);
    expect(rig.subchannel.parameter).toBe(0xcafe);
  });

  test('a clear function takes the pending interruption back and raises its own', () => {
    const rig = new Rig();
    rig.run([NOP, 0, 0, 0]);
    rig.machine.channel.clear(rig.subchannel);
    expect(rig.subchannel.control).toBe(0x1001);
    expect(rig.machine.channel.interruptions.first(0x8000_0000)).toMatchObject({ subsystem: 0x1_0000 });
  });

  test('an I/O-system reset disables subchannels and forgets everything pending', () => {
    const rig = new Rig();
    const { channel } = rig.machine;
    rig.run([NOP, 0, 0, 0]);
    channel.resetPath(0);
    channel.reset();
    expect(rig.subchannel.isEnabled).toBe(false);
    expect(rig.status.conditions).toBe('');
    expect(channel.interruptions.isEmpty).toBe(true);
    expect(channel.reports.first).toBeUndefined();
  });
});

describe('measurement', () => {
  const BLOCK = 0x5_0000;
  const measured = (setting: Parameters<Rig['modify']>[0], key = 0): Rig => {
    const rig = new Rig();
    rig.modify({ flags: 0x90, ...setting });
    Object.assign(rig.machine.channel.monitor, { active: true, key, origin: BigInt(BLOCK) });
    for (let n = 0; n < 3; n++) rig.run([NOP, 0, 0, 0]);
    return rig;
  };

  test('format 0: 16 bits in the block of the index', () => {
    expect(measured({ index: 2 }).data(2, BLOCK + 64)).toEqual([0, 3]);
  });

  test('format 1: 32 bits in the block of the subchannel', () => {
    const rig = measured({ characteristics: 4, block: BigInt(BLOCK + 0x140) });
    expect(rig.data(4, BLOCK + 0x140)).toEqual([0, 0, 0, 3]);
    expect(rig.data(2, BLOCK)).toEqual([0, 0]);
  });

  test('a subchannel that is not to be measured is not', () => {
    expect(measured({ flags: 0x80 }).data(2, BLOCK)).toEqual([0, 0]);
  });

  test('a block that is protected, or not in storage, is updated no more', () => {
    const outside = measured({ characteristics: 4, block: 0x10_0000n });
    expect(outside.subchannel.flags & 0x10).toBe(0);
    const rig = new Rig();
    rig.modify({ flags: 0x90 });
    Object.assign(rig.machine.channel.monitor, { active: true, key: 2, origin: BigInt(BLOCK) });
    const { storage } = rig.machine.configuration;
    storage.keys[storage.frame(storage.offset(rig.machine.pager.pageIn(BLOCK, 'test')))] = 0x30;
    rig.run([NOP, 0, 0, 0]);
    expect(rig.subchannel.flags & 0x10).toBe(0);
    expect(rig.data(2, BLOCK)).toEqual([0, 0]);
  });
});

describe('channel reports', () => {
  test('a reset path is reported once', () => {
    const { channel } = new Rig().machine;
    expect(channel.resetPath(1)).toBe(false);
    expect(channel.resetPath(0)).toBe(true);
    expect(channel.reports.first).toBe(0x4402_0000);
    channel.reports.removeFirst();
    expect(channel.reports.first).toBeUndefined();
  });

  test('too many reports end in an overflow', () => {
    const { reports } = new Rig().machine.channel;
    for (let n = 0; n < 100; n++) reports.add(4, 2, n);
    let last = 0;
    for (let n = 0; n < 64; n++) {
      last = reports.first!;
      reports.removeFirst();
    }
    expect(last).toBe(0x2402_003f);
    expect(reports.first).toBeUndefined();
  });
});
