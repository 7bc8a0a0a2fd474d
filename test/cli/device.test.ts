import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openByteStore } from '../../src/cli/byte-store.ts';
import { parseDevice } from '../../src/guest/device.ts';
import { sessionOf } from '../sessions.ts';

const directory = mkdtempSync(join(tmpdir(), 'zhint-device-'));
afterAll(() => rmSync(directory, { recursive: true }));

const PROGRAM = '_start: larl %r1,end\n lpswe 0(%r1)\n .balign 8\nend: .quad 0x0002000180000000, 0xfff\n';
const place = { file: '--device' };
const open = (...texts: string[]): void => {
  sessionOf(PROGRAM, { devices: texts.map((text) => parseDevice(text, place)), openStore: openByteStore });
};

test('devices of the fixture come before those of the command line, each on the next subchannel of its set', () => {
  const devices = ['virtio-net-ccw', 'virtio-rng-ccw,devno=fe.2.0000'].map((text) => parseDevice(text, place));
  const { subchannels } = sessionOf(`#: device virtio-blk-ccw,devno=fe.0.0000,size=1K\n${PROGRAM}`, { devices }).machine.channel;
  expect(subchannels.map(({ id, deviceNumber, unit }) => [id, deviceNumber, unit.device.identification[3]])).toEqual([
    [0x1_0000, 0, 2],
    [0x1_0001, 1, 1],
    [0x5_0000, 0, 4],
  ]);
});

test.for([
  ['virtio-gpu-ccw', "there is no device 'virtio-gpu-ccw'"],
  ['virtio-blk-ccw', 'virtio-blk-ccw, expected either file= or size='],
  ['virtio-blk-ccw,size=1K,file=x', 'virtio-blk-ccw, expected either file= or size='],
  ['virtio-net-ccw,size=1K', 'virtio-net-ccw with file= or size='],
  ['virtio-blk-ccw,file=/no/such/file', '/no/such/file: cannot be opened (ENOENT)'],
  [`virtio-blk-ccw,file=${directory},readonly=on`, 'this is no plain file'],
] as const)('%s is refused', ([text, message]) => {
  expect(() => open(text)).toThrow(message);
});

test('a device number can be given once', () => {
  expect(() => open('virtio-net-ccw,devno=fe.0.0001', 'virtio-rng-ccw,devno=fe.0.0001')).toThrow('device number 1 is taken');
});

test('a disk in a file', () => {
  const file = join(directory, 'disk');
  writeFileSync(
    file,
    Uint8Array.from({ length: 1024 }, (_, n) => n >> 8),
  );
  const store = openByteStore(file, false);
  const bytes = new Uint8Array(2);
  store.read(511, bytes);
  expect([store.size, [...bytes]]).toEqual([1024, [1, 2]]);
  store.write(600, Uint8Array.of(99));
  store.flush();
  expect(readFileSync(file)[600]).toBe(99);
  expect(() => store.read(1023, new Uint8Array(2))).toThrow('shorter');
});
