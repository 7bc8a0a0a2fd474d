import type { DeviceText } from '../guest/device.ts';
import { InputError } from '../guest/input-error.ts';
import { DeviceNumberTaken } from '../host/channel/channel-subsystem.ts';
import type { Machine } from '../host/machine.ts';
import { attachDevice, DEVICE_NAMES, type DeviceName } from '../host/virtio/attach.ts';
import { type ByteStore, MemoryByteStore } from '../host/virtio/block.ts';

/** Opens a file as what a block device keeps its bytes in. @throws InputError */
export type OpenStore = (file: string, readOnly: boolean) => ByteStore;

/** Memory that a block device may have. */
const LARGEST_MEMORY = 2 ** 30;

/** Attaches the devices that a command line or a fixture names. @throws InputError */
export const attachDevices = (machine: Machine, devices: readonly DeviceText[], openStore: OpenStore | undefined): void => {
  for (const device of devices) {
    const { place, where } = device;
    const name = DEVICE_NAMES.find((known): known is DeviceName => known === device.name);
    if (!name) throw new InputError(place, `there is no device '${device.name}', expected one of ${DEVICE_NAMES.join(', ')}`);
    const store = storeOf(device, openStore);
    try {
      attachDevice(machine, { name, ...(where && { where }), ...(store && { store }) });
    } catch (error) {
      if (error instanceof DeviceNumberTaken) throw new InputError(place, `${error.message}, expected one that no other device has`);
      throw error;
    }
  }
};

const storeOf = ({ place, name, file, size, readOnly = false }: DeviceText, openStore: OpenStore | undefined): ByteStore | undefined => {
  if (name !== 'virtio-blk-ccw') {
    if (file === undefined && size === undefined) return undefined;
    throw new InputError(place, `${name} with file= or size=, expected them of virtio-blk-ccw only`);
  }
  if ((file === undefined) === (size === undefined)) throw new InputError(place, `${name}, expected either file= or size=`);
  if (size !== undefined) {
    if (size > LARGEST_MEMORY) throw new InputError(place, `size=${size}, expected at most 1G`);
    return new MemoryByteStore(new Uint8Array(size), readOnly);
  }
  if (!openStore) throw new InputError(place, `file=${file}, expected size= where no files can be opened`);
  return openStore(file!, readOnly);
};
