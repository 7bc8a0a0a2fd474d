import { describe, expect, test } from 'vitest';
import { MemoryByteStore, VirtioBlock } from '../../../src/host/virtio/block.ts';
import { VirtioConsole } from '../../../src/host/virtio/console.ts';
import { VirtioEntropy } from '../../../src/host/virtio/entropy.ts';
import { VirtioNetwork } from '../../../src/host/virtio/network.ts';
import { big, COMMAND, Driver, INDICATORS, little, QUEUE } from './driver.ts';

const ENDED = 0x0c;
const UNIT_CHECK = 0x02;
const DATA = 0x4_0000;
const SUBCLASS_0 = 0x8000_0000;

const network = (): Driver => new Driver(() => new VirtioNetwork(0));
const entropy = (seed = 1): Driver => new Driver(() => new VirtioEntropy(seed));

describe('commands', () => {
  test('the revision is set once after a reset, up to the latest', () => {
    const driver = network();
    expect(driver.command(COMMAND.SET_REVISION, [0, 3, 0, 0]).status).toBe(UNIT_CHECK);
    expect(driver.command(COMMAND.SET_REVISION, [0, 2, 0, 0]).status).toBe(ENDED);
    expect(driver.command(COMMAND.SET_REVISION, [0, 1, 0, 0]).status).toBe(UNIT_CHECK);
    driver.command(COMMAND.RESET);
    expect(driver.command(COMMAND.SET_REVISION, [0, 1, 0, 0]).status).toBe(ENDED);
  });

  test('another command first means revision 0', () => {
    const driver = network();
    driver.command(COMMAND.WRITE_STATUS, [1]);
    expect(driver.command(COMMAND.SET_REVISION, [0, 1, 0, 0]).status).toBe(UNIT_CHECK);
  });

  test('features are little-endian words by index; VERSION_1 comes with a revision', () => {
    const driver = network();
    driver.command(COMMAND.SET_REVISION, [0, 1, 0, 0]);
    expect(driver.command(COMMAND.READ_FEAT, [9, 9, 9, 9, 0]).bytes).toEqual([0x20, 0, 1, 0, 0]);
    expect(driver.command(COMMAND.READ_FEAT, [9, 9, 9, 9, 1]).bytes).toEqual([1, 0, 0, 0, 1]);
    const legacy = network();
    expect(legacy.command(COMMAND.READ_FEAT, [0, 0, 0, 0, 1]).bytes).toEqual([0, 0, 0, 0, 1]);
  });

  test('FEATURES_OK is refused when a feature was accepted that is not offered', () => {
    const driver = network();
    driver.command(COMMAND.SET_REVISION, [0, 2, 0, 0]);
    driver.command(COMMAND.WRITE_FEAT, [2, 0, 0, 0, 0]);
    driver.command(COMMAND.WRITE_STATUS, [3]);
    expect(driver.command(COMMAND.WRITE_STATUS, [0x0b]).status).toBe(UNIT_CHECK);
    expect(driver.command(COMMAND.READ_STATUS, [0]).bytes).toEqual([3]);
  });

  test('a configuration is read as far as the program wants', () => {
    expect(network().command(COMMAND.READ_CONF, [0, 0, 0])).toEqual({ status: ENDED, bytes: [0x52, 0x54, 0] });
  });

  test('queues have a size; there are no others', () => {
    expect(network().command(COMMAND.READ_VQ_CONF, [0, 1, 0, 0]).bytes).toEqual([0, 1, 1, 0]);
    expect(network().command(COMMAND.READ_VQ_CONF, [0, 2, 9, 9]).bytes).toEqual([0, 2, 0, 0]);
  });

  test.for([
    ['a queue that there is not', 5, 8],
    ['a size that is no power of two', 0, 6],
    ['a size above the largest', 0, 512],
  ] as const)('SET_VQ refuses %s', ([, index, size]) => {
    const driver = network();
    const block = [...big(0x2_0000, 8), ...big(4096, 4), ...big(index, 2), ...big(size, 2)];
    expect(driver.command(COMMAND.SET_VQ, block).status).toBe(UNIT_CHECK);
  });

  test('a block that is too short is refused', () => {
    expect(network().command(COMMAND.SET_IND, [0, 0, 0, 1]).status).toBe(UNIT_CHECK);
  });
});

describe('queues', () => {
  test.for([0, 1])('revision %i: buffers are served, used entries and the indicator written, and attention called for', (revision) => {
    const driver = entropy();
    driver.setUp({ revision });
    driver.offer({ address: DATA, length: 4, writable: true }, { address: DATA + 0x100, length: 6, writable: true });
    driver.offer({ address: DATA + 0x200, length: 1, writable: true });
    expect(driver.device.notify(0)).toBe(true);
    expect(driver.used).toEqual({ index: 2, id: 2, length: 1 });
    expect(
      driver
        .read(DATA, 4)
        .concat(driver.read(DATA + 0x100, 6))
        .some((byte) => byte !== 0),
    ).toBe(true);
    expect(driver.read(INDICATORS, 8)).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
    expect(driver.channel.interruptions.first(SUBCLASS_0)).toMatchObject({ subsystem: 0x1_0000 });
    // Alert and pending, and nothing about the device.
    expect(driver.device.subchannel.control & 0x1f).toBe(0x11);
    expect(driver.device.subchannel.schib.getUint8(36)).toBe(0);
  });

  test('a device is not served before its driver is ready', () => {
    const driver = entropy();
    driver.setUp();
    driver.command(COMMAND.WRITE_STATUS, [3]);
    driver.offer({ address: DATA, length: 4, writable: true });
    driver.device.notify(0);
    expect(driver.used.index).toBe(0);
  });

  test('a driver that does not want to be told is not', () => {
    const driver = entropy();
    driver.setUp();
    driver.machine.storage.write(QUEUE.AVAILABLE, Uint8Array.of(1, 0));
    driver.offer({ address: DATA, length: 4, writable: true });
    driver.device.notify(0);
    expect(driver.used.index).toBe(1);
    expect(driver.channel.interruptions.isEmpty).toBe(true);
  });

  test('adapter indicators: the queue and the summary are marked, and the adapter interrupts until the summary is taken back', () => {
    const driver = entropy();
    driver.setUp();
    driver.command(COMMAND.SET_IND, big(0, 8));
    const bits = [...big(INDICATORS + 0x20, 8), ...big(INDICATORS + 0x40, 8), ...big(11, 8), 4];
    expect(driver.command(COMMAND.SET_IND_ADAPTER, bits).status).toBe(ENDED);
    driver.offer({ address: DATA, length: 4, writable: true });
    driver.device.notify(0);
    expect(driver.read(INDICATORS + 0x20, 1)).toEqual([1]);
    expect(driver.read(INDICATORS + 0x40, 2)).toEqual([0, 0x10]);
    const code = driver.channel.interruptions.first(0x0800_0000)!;
    expect(code).toMatchObject({ subsystem: 0, parameter: 0 });
    expect(code.identification >>> 0).toBe(0xa000_0000);
    driver.channel.interruptions.take(code);
    driver.offer({ address: DATA, length: 4, writable: true });
    driver.device.notify(0);
    expect(driver.channel.interruptions.isEmpty).toBe(true);
  });

  test.for([
    ['outside storage', { address: 0x10_0000, length: 4, writable: true }],
    ['without end', { address: DATA, length: 4, writable: true }],
  ] as const)('a chain that lies %s breaks the device until it is reset', ([kind, part]) => {
    const driver = entropy();
    driver.setUp({ revision: 2 });
    driver.offer(part);
    // The next descriptor is itself.
    if (kind === 'without end') driver.machine.storage.write(QUEUE.DESCRIPTORS + 12, Uint8Array.of(3, 0, 0, 0));
    driver.device.notify(0);
    expect(driver.command(COMMAND.READ_STATUS, [0]).bytes).toEqual([0x4f]);
    expect(driver.read(INDICATORS + 8, 8)).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
    driver.command(COMMAND.RESET);
    driver.setUp({ revision: 2 });
    expect(driver.command(COMMAND.READ_STATUS, [0]).bytes).toEqual([0x0f]);
  });
});

describe('devices', () => {
  const SECTOR = 512;
  const disk = (readOnly = false): Driver => {
    const bytes = Uint8Array.from({ length: 4 * SECTOR + 100 }, (_, n) => Math.floor(n / SECTOR) + 1);
    const driver = new Driver(() => new VirtioBlock(new MemoryByteStore(bytes, readOnly)));
    driver.setUp();
    return driver;
  };
  /** Performs a request; the status byte lies behind the data. */
  const request = (driver: Driver, type: number, sector: number, length: number, write = false): number => {
    driver.machine.storage.write(DATA, Uint8Array.from([...little(type, 4), 0, 0, 0, 0, ...little(sector, 8)]));
    driver.machine.storage.write(DATA + 0x3000, Uint8Array.of(0xee));
    const data = length === 0 ? [] : [{ address: DATA + 0x1000, length, writable: !write }];
    driver.offer({ address: DATA, length: 16 }, ...data, { address: DATA + 0x3000, length: 1, writable: true });
    driver.device.notify(0);
    return driver.read(DATA + 0x3000, 1)[0]!;
  };

  test('a disk has whole sectors', () => {
    expect(disk().command(COMMAND.READ_CONF, Array(8).fill(9)).bytes).toEqual([4, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('what is written is read again', () => {
    const driver = disk();
    expect(request(driver, 0, 1, 2 * SECTOR)).toBe(0);
    expect([driver.read(DATA + 0x1000, 1), driver.read(DATA + 0x1200, 1)]).toEqual([[2], [3]]);
    expect(driver.used.length).toBe(2 * SECTOR + 1);
    driver.machine.storage.write(DATA + 0x1000, new Uint8Array(SECTOR).fill(77));
    expect(request(driver, 1, 3, SECTOR, true)).toBe(0);
    expect(request(driver, 4, 0, 0)).toBe(0);
    const saved = structuredClone(driver.channel.save());
    driver.machine.storage.write(DATA + 0x1000, new Uint8Array(SECTOR).fill(88));
    request(driver, 1, 3, SECTOR, true);
    driver.channel.restore(saved);
    request(driver, 0, 3, SECTOR);
    expect(driver.read(DATA + 0x1000, 1)).toEqual([77]);
  });

  test('requests beyond the end, of half sectors, or to write what is read-only fail; unknown ones are unsupported', () => {
    expect(request(disk(), 0, 3, 2 * SECTOR)).toBe(1);
    expect(request(disk(), 0, 0, 100)).toBe(1);
    expect(request(disk(true), 1, 0, SECTOR, true)).toBe(1);
    expect(request(disk(), 99, 0, SECTOR)).toBe(2);
  });

  test('the console prints what is transmitted', () => {
    const driver = new Driver((machine) => new VirtioConsole((text) => machine.print(text)));
    driver.setUp({ queue: 1 });
    driver.machine.storage.write(DATA, new TextEncoder().encode('hello'));
    driver.offer({ address: DATA, length: 5 });
    driver.device.notify(1);
    expect(driver.machine.console).toBe('hello');
  });

  test('a network device takes what it is given to send, and receives nothing', () => {
    const driver = network();
    driver.setUp({ queue: 1 });
    driver.offer({ address: DATA, length: 60 });
    driver.device.notify(1);
    expect(driver.used).toEqual({ index: 1, id: 0, length: 0 });
  });

  test('entropy goes on where a restored state was saved', () => {
    const ask = (driver: Driver): number[] => {
      driver.offer({ address: DATA, length: 16, writable: true });
      driver.device.notify(0);
      return driver.read(DATA, 16);
    };
    const driver = entropy(7);
    driver.setUp();
    ask(driver);
    const saved = structuredClone(driver.channel.save());
    const next = ask(driver);
    driver.channel.restore(saved);
    // The queue is where it was: it serves the same buffer again.
    driver.device.notify(0);
    expect(driver.read(DATA, 16)).toEqual(next);
    expect(next).not.toEqual(ask(driver));
  });
});
