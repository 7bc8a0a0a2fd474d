import { InputError, type Place } from './input-error.ts';
import { parseSize } from './size.ts';

/** A device as a command line or a fixture names it: `virtio-net-ccw`, with `,devno=fe.0.0001` and the like behind. */
export interface DeviceText {
  readonly place: Place;
  readonly name: string;
  /** Subchannel set and device number. */
  readonly where?: { readonly set: number; readonly number: number };
  /** Of a block device: a file, or a size in bytes of memory. */
  readonly file?: string;
  readonly size?: number;
  readonly readOnly?: boolean;
}

const DEVNO = /^fe\.([0-3])\.([0-9a-f]{1,4})$/i;

/** Reads a device's text. Whether there is such a device is not looked at. @throws InputError */
export const parseDevice = (text: string, place: Place): DeviceText => {
  const [name = '', ...options] = text.split(',');
  return Object.assign({ place, name }, ...options.map((option) => parseOption(option, place))) as DeviceText;
};

const parseOption = (option: string, place: Place): Partial<DeviceText> => {
  const [key = '', value = ''] = option.split(/=(.*)/s);
  switch (key) {
    case 'devno': {
      const match = DEVNO.exec(value);
      if (!match) throw new InputError(place, `devno=${value}, expected a device number such as fe.0.0001`);
      return { where: { set: Number(match[1]), number: Number.parseInt(match[2]!, 16) } };
    }
    case 'file':
      if (value === '') throw new InputError(place, 'file= without a name, expected a file');
      return { file: value };
    case 'size': {
      const size = parseSize(value);
      if (size === undefined) throw new InputError(place, `size=${value}, expected a size such as 64K, 1M`);
      return { size };
    }
    case 'readonly':
      if (value !== 'on' && value !== 'off') throw new InputError(place, `readonly=${value}, expected on or off`);
      return { readOnly: value === 'on' };
    default:
      throw new InputError(place, `the device option '${option}', expected devno=, file=, size= or readonly=`);
  }
};
