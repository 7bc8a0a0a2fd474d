import { type AbsoluteStorage, ChannelCheck } from './absolute-storage.ts';
import type { Subchannel } from './subchannel.ts';
import { CHARACTERISTICS, PMCW, SCHIB } from './words.ts';

/** What SET CHANNEL MONITOR has set (PoP, "Measurement-Block Update"). */
export interface Monitor {
  /** Blocks are updated. */
  active: boolean;
  /** Access key for format-0 blocks. */
  key: number;
  /** Absolute address of the format-0 blocks. */
  origin: bigint;
}

const FORMAT_0_SIZE = 32;

/**
 * Counts a START or RESUME SUBCHANNEL in the subchannel's measurement block. Times are not accumulated: the subchannels' timing-facility bit is
 * zero. A block that cannot be accessed is updated no more.
 */
export const countStart = (storage: AbsoluteStorage, monitor: Monitor, subchannel: Subchannel): void => {
  if (!monitor.active || !(subchannel.flags & PMCW.MEASUREMENT_UPDATE)) return;
  const { schib } = subchannel;
  const format1 = (schib.getUint32(SCHIB.CHARACTERISTICS) & CHARACTERISTICS.FORMAT_1) !== 0;
  const index = schib.getUint16(SCHIB.MEASUREMENT_INDEX);
  const address = format1 ? schib.getBigUint64(SCHIB.MEASUREMENT_BLOCK) : monitor.origin + BigInt(FORMAT_0_SIZE * index);
  try {
    increment(storage, Number(address), format1 ? 4 : 2, format1 ? 0 : monitor.key);
  } catch (check) {
    if (!(check instanceof ChannelCheck)) throw check;
    subchannel.stopMeasuring();
  }
};

/** Adds one to a count of this many bytes; it wraps. */
const increment = (storage: AbsoluteStorage, address: number, size: 2 | 4, key: number): void => {
  const bytes = storage.read(address, size, key);
  for (let n = size - 1; n >= 0; n--) {
    bytes[n]!++;
    if (bytes[n] !== 0) break;
  }
  storage.write(address, bytes, key);
};
