import { expect, test } from 'vitest';
import { parseDevice } from '../../src/guest/device.ts';

const place = { file: 'somewhere' };

test('a device with its options', () => {
  expect(parseDevice('virtio-net-ccw', place)).toEqual({ place, name: 'virtio-net-ccw' });
  expect(parseDevice('virtio-blk-ccw,devno=fe.3.Ab,file=a=b.img,readonly=on', place)).toEqual({
    place,
    name: 'virtio-blk-ccw',
    where: { set: 3, number: 0xab },
    file: 'a=b.img',
    readOnly: true,
  });
  expect(parseDevice('virtio-blk-ccw,size=64K', place)).toMatchObject({ size: 65536 });
});

test.for([
  ['x,devno=0.0.0001', 'devno=0.0.0001, expected a device number such as fe.0.0001'],
  ['x,devno=fe.4.0001', 'devno=fe.4.0001, expected a device number such as fe.0.0001'],
  ['x,size=big', 'size=big, expected a size such as 64K, 1M'],
  ['x,readonly', 'readonly=, expected on or off'],
  ['x,file=', 'file= without a name, expected a file'],
  ['x,speed=9', "the device option 'speed=9', expected devno=, file=, size= or readonly="],
] as const)('%s', ([text, message]) => {
  expect(() => parseDevice(text, place)).toThrow(`somewhere: ${message}`);
});
