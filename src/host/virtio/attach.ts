import type { DeviceNumber } from '../channel/channel-subsystem.ts';
import type { Machine } from '../machine.ts';
import { type ByteStore, VirtioBlock } from './block.ts';
import { VirtioConsole } from './console.ts';
import { VirtioEntropy } from './entropy.ts';
import { VirtioNetwork } from './network.ts';
import { VirtioCcw } from './virtio-ccw.ts';
import type { VirtioDevice } from './virtio-device.ts';

/** Names of devices, as QEMU has them. */
export const DEVICE_NAMES = ['virtio-net-ccw', 'virtio-blk-ccw', 'virtio-rng-ccw', 'virtio-serial-ccw'] as const;
export type DeviceName = (typeof DEVICE_NAMES)[number];

/** A device to attach to a machine before it runs. */
export interface DeviceSpecification {
  readonly name: DeviceName;
  /** Absent: the next free number of set 0. */
  readonly where?: DeviceNumber;
  /** What a block device keeps its bytes in. */
  readonly store?: ByteStore;
}

/** Attaches a device. @throws DeviceNumberTaken */
export const attachDevice = (machine: Machine, { name, where, store }: DeviceSpecification): VirtioCcw =>
  new VirtioCcw(machine.channel, make(machine, name, store), where);

const make = (machine: Machine, name: DeviceName, store: ByteStore | undefined): VirtioDevice => {
  const number = machine.channel.subchannels.length;
  switch (name) {
    case 'virtio-net-ccw':
      return new VirtioNetwork(number);
    case 'virtio-blk-ccw':
      if (!store) throw new RangeError('a block device needs something to keep its bytes in');
      return new VirtioBlock(store);
    case 'virtio-rng-ccw':
      return new VirtioEntropy(number);
    case 'virtio-serial-ccw':
      return new VirtioConsole((text) => machine.print(text));
  }
};
