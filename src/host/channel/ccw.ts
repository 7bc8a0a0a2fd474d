import { CCW_FLAG } from './words.ts';

/** A channel-command word of either format. */
export interface Ccw {
  readonly command: number;
  readonly flags: number;
  /** Bytes, 0 to 65535. */
  readonly count: number;
  readonly address: number;
  /** A bit that must be zero is one. */
  readonly invalid: boolean;
}

export const CCW_SIZE = 8;
const TRANSFER_IN_CHANNEL = 0x08;

/** Reads the eight bytes of a CCW (PoP, "Channel-Command Word"). */
export const readCcw = (bytes: Uint8Array, format1: boolean): Ccw => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, CCW_SIZE);
  const first = view.getUint32(0);
  const second = view.getUint32(4);
  if (format1) {
    const flags = (first >>> 16) & 0xff;
    const address = second & 0x7fff_ffff;
    return { command: first >>> 24, flags, count: first & 0xffff, address, invalid: second >>> 31 === 1 };
  }
  return { command: first >>> 24, flags: second >>> 24, count: second & 0xffff, address: first & 0xff_ffff, invalid: false };
};

/** Whether a CCW is a transfer in channel. In format 0 only the command code's last four bits say so. */
export const isTransfer = ({ command }: Ccw, format1: boolean): boolean => (format1 ? command : command & 0x0f) === TRANSFER_IN_CHANNEL;

/** Whether a transfer in channel has ones where it must not: format 1 has zeros in flags and count. */
export const isInvalidTransfer = ({ flags, count, invalid }: Ccw, format1: boolean): boolean =>
  invalid || (format1 && (flags !== 0 || count !== 0));

/** How a CCW came to be fetched. */
export interface Fetched {
  readonly format1: boolean;
  /** By data chaining: the command code is ignored, and a count must be there. */
  readonly chainedData: boolean;
  /** The ORB allows suspension. */
  readonly suspendControl: boolean;
}

/** Whether a CCW other than a transfer in channel is a program check before anything is done (PoP, "Program Check"). */
export const isInvalidCcw = ({ command, flags, count, invalid }: Ccw, { format1, chainedData, suspendControl }: Fetched): boolean => {
  if (invalid || flags & CCW_FLAG.MIDAW) return true;
  if (flags & CCW_FLAG.SUSPEND && (chainedData || !suspendControl)) return true;
  const needsCount = !format1 || chainedData || (flags & CCW_FLAG.CHAIN_DATA) !== 0;
  if (count === 0 && needsCount) return true;
  // Codes ending in 0000, and what is left of the transfer in channel, are no commands.
  return !chainedData && ((command & 0x0f) === 0 || (command & 0x0f) === TRANSFER_IN_CHANNEL);
};
