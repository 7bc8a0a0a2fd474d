import { describe, expect, test } from 'vitest';
import { parseQemuOptions } from '../../src/cli/qemu-options.ts';

const parse = (line: string) => parseQemuOptions(line.split(' '));

test('what a harness passes without need is accepted', () => {
  const line =
    '-nodefaults -nographic -machine s390-ccw-virtio,accel=tcg -chardev stdio,id=con0 -device sclpconsole,chardev=con0 -kernel X -display none';
  expect(parse(line)).toEqual({
    kernel: 'X',
    storage: 128 * 2 ** 20,
    cpuAddresses: [0],
    maxCpus: 1,
    facilities: [],
    withoutFacilities: [],
    devices: [],
    stopped: false,
  });
});

test('a value may begin with a hyphen, and hold blanks and commas', () => {
  expect(parseQemuOptions(['-kernel', 'X', '-append', '-sockets 31, -cores 8']).append).toBe('-sockets 31, -cores 8');
});

test.for([
  ['-m 1G', 2 ** 30],
  ['-m 2200', 2200 * 2 ** 20],
  ['--m size=64M', 64 * 2 ** 20],
] as const)('%s', ([option, storage]) => {
  expect(parse(`-kernel X ${option}`).storage).toBe(storage);
});

test('CPUs by number, and plugged in one by one', () => {
  expect(parse('-kernel X -smp 3')).toMatchObject({ cpuAddresses: [0, 1, 2], maxCpus: 3 });
  expect(parse('-kernel X -smp 1,maxcpus=3 -device qemu-s390x-cpu,core-id=2 -device host-s390x-cpu,core-id=1')).toMatchObject({
    cpuAddresses: [0, 2, 1],
    maxCpus: 3,
  });
});

test('features are facility bits, and vectors go together', () => {
  expect(parse('-kernel X -cpu qemu,gs=off,vx=off,iep=on')).toMatchObject({
    facilities: [130],
    withoutFacilities: [133, 129, 134, 135, 148],
  });
});

test('the monitor is found by its chardev', () => {
  const line = '-kernel X -chardev socket,id=mon,path=/tmp/a,,b,server=on,wait=off -mon chardev=mon,mode=control -incoming unix:/tmp/in -S';
  expect(parse(line)).toMatchObject({ monitor: '/tmp/a,b', incoming: '/tmp/in', stopped: true });
});

describe('what is wrong is said in one line', () => {
  test.for([
    ['', 'expected an option'],
    ['-nographic', 'no kernel, expected -kernel FILE'],
    ['-kernel', 'expected a value behind it'],
    ['-kernel X -m much', 'expected a size such as 128M'],
    ['-kernel X -smp two', 'expected a number'],
    ['-kernel X -smp 2 -device a-s390x-cpu,core-id=1', 'CPU addresses 0, 1, 1'],
    ['-kernel X -machine q35', 'expected s390-ccw-virtio'],
    ['-kernel X -cpu max,ctop=on', "feature 'ctop' is not available"],
    ['-kernel X -cpu max,warp=on', "there is no feature 'warp'"],
    ['-kernel X -object s390-pv-guest,id=pv0', 'not one of those that zhint knows'],
    ['-kernel X -mon chardev=none', "there is no chardev 'none'"],
    ['-kernel X -incoming tcp:1', 'expected unix:PATH'],
    ['disk.img', 'disk images are not supported'],
  ] as const)('%s', ([line, message]) => {
    expect(() => parse(line)).toThrow(message);
  });
});
