import { PGM } from '../../cpu/interruption.ts';
import { FRAME_SIZE } from '../../cpu/storage.ts';
import type { Performer } from '../intercepted.ts';
import type { ChannelSubsystem } from './channel-subsystem.ts';
import { CHPID } from './subchannel.ts';

/**
 * CHANNEL SUBSYSTEM CALL. The PoP does not describe it; what Linux (drivers/s390/cio) and kvm-unit-tests ask for, and expect, is known from their
 * use: a request of 16 to 4088 bytes, a multiple of 8, begins with its length and command code; the response lies behind it, with its
 * length and a response code.
 */

const COMMAND = { PATH_DESCRIPTION: 0x0002, EVENT_INFORMATION: 0x000e, CHARACTERISTICS: 0x0010, DOMAIN_ATTRIBUTES: 0x0031 } as const;
const RESPONSE = { DONE: 0x0001, REQUEST_ERROR: 0x0003, UNKNOWN_COMMAND: 0x0004, NOTHING: 0x0005, INVALID_FORMAT: 0x0007 } as const;

const SHORTEST_REQUEST = 16;
const LONGEST_REQUEST = 4088;
/** Length, code and format of a response. */
const RESPONSE_HEADER = 8;

interface Answer {
  readonly code: number;
  /** What follows the header. */
  readonly data?: Uint8Array;
}

const refused = (code: number): Answer => ({ code });

export const channelSubsystemCall: Performer = ({ channel }, { cpu }, i) => {
  const address = cpu.gr[i.r1]! & cpu.addressMask;
  cpu.needAligned(address, FRAME_SIZE);
  cpu.probeStore(address, FRAME_SIZE, 1);
  const block = cpu.loadBytes(address, FRAME_SIZE, 1);
  const view = new DataView(block.buffer);
  const length = view.getUint16(0);
  if (length < SHORTEST_REQUEST || length > LONGEST_REQUEST || length % 8 !== 0) cpu.programCheck(PGM.OPERAND);
  const request = new DataView(block.buffer, 0, length);
  const { code, data = new Uint8Array(0) } = COMMANDS[request.getUint16(2)]?.(channel, request) ?? refused(RESPONSE.UNKNOWN_COMMAND);
  const header = new DataView(new ArrayBuffer(RESPONSE_HEADER));
  const room = FRAME_SIZE - length - RESPONSE_HEADER;
  header.setUint16(0, RESPONSE_HEADER + Math.min(data.length, room));
  header.setUint16(2, code);
  const response = new Uint8Array(RESPONSE_HEADER + Math.min(data.length, room));
  response.set(new Uint8Array(header.buffer));
  response.set(data.subarray(0, room), RESPONSE_HEADER);
  cpu.storeBytes(address + BigInt(length), response, 1);
  cpu.cc = 0;
};

type Command = (channel: ChannelSubsystem, request: DataView) => Answer;

/** Bytes of general characteristics, then of CHSC characteristics. */
const GENERAL_SIZE = 2040;
const CHSC_SIZE = 2032;
/** The extended measurement block: format 1. */
const EXTENDED_MEASUREMENT_BLOCK = 48;

/** Store channel-subsystem characteristics: bits for what is installed. */
const characteristics: Command = (_, request) => {
  if (request.byteLength !== SHORTEST_REQUEST) return refused(RESPONSE.REQUEST_ERROR);
  if (request.getUint8(5) & 0x0f) return refused(RESPONSE.INVALID_FORMAT);
  if (request.getUint32(4) || request.getUint32(8) || request.getUint32(12)) return refused(RESPONSE.REQUEST_ERROR);
  const data = new Uint8Array(GENERAL_SIZE + CHSC_SIZE);
  data[EXTENDED_MEASUREMENT_BLOCK >> 3]! |= 0x80 >> (EXTENDED_MEASUREMENT_BLOCK & 7);
  return { code: RESPONSE.DONE, data };
};

const ENABLE_MULTIPLE_SETS = 0x0002;

/** Set domain attributes: enables facilities. */
const domainAttributes: Command = (channel, request) => {
  if (request.byteLength !== 0x0400) return refused(RESPONSE.REQUEST_ERROR);
  if (request.getUint8(4) & 0x0f) return refused(RESPONSE.INVALID_FORMAT);
  if (request.getUint16(6) !== ENABLE_MULTIPLE_SETS) return refused(RESPONSE.REQUEST_ERROR);
  channel.multipleSets = true;
  return { code: RESPONSE.DONE };
};

/** A path description of format 0: valid, with the type that QEMU has for paths to virtio devices. */
const DESCRIPTION_SIZE = 8;
const DESCRIPTION_VALID = 0x80;
const VIRTIO_PATH = 0x32;

/** Store channel-path description, for the paths of a range that exist. */
const pathDescription: Command = (channel, request) => {
  if (request.byteLength !== SHORTEST_REQUEST) return refused(RESPONSE.REQUEST_ERROR);
  if ((request.getUint8(4) | request.getUint8(6)) & 0x0f) return refused(RESPONSE.INVALID_FORMAT);
  const first = request.getUint8(7);
  const last = request.getUint8(11);
  if (first > last) return refused(RESPONSE.REQUEST_ERROR);
  if (first > CHPID || channel.subchannels.length === 0) return { code: RESPONSE.DONE };
  const data = new Uint8Array(DESCRIPTION_SIZE);
  data[0] = DESCRIPTION_VALID;
  data[2] = VIRTIO_PATH;
  data[3] = CHPID;
  return { code: RESPONSE.DONE, data };
};

const COMMANDS: Readonly<Record<number, Command>> = {
  [COMMAND.PATH_DESCRIPTION]: pathDescription,
  [COMMAND.EVENT_INFORMATION]: () => refused(RESPONSE.NOTHING),
  [COMMAND.CHARACTERISTICS]: characteristics,
  [COMMAND.DOMAIN_ATTRIBUTES]: domainAttributes,
};
