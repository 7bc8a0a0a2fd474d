import { fromEbcdic, toEbcdic } from '../ebcdic.ts';
import type { Machine } from '../machine.ts';
import { EVENT, inputEvent, maskOf, type ServiceProcessor } from '../service-processor.ts';
import { type Command, RESPONSE, SCCB, VARIABLE_LENGTH_RESPONSE } from './sclp-block.ts';

/** The service processor's events: what the program prints and what it is told (spec/kvm-unit-tests.md 4.4). */

/** An event buffer: a header with its length at 0, type at 2 and flags at 3, then data. */
const BUFFER = { LENGTH: 0, TYPE: 2, FLAGS: 3, RESERVED: 4, HEADER_SIZE: 6 } as const;
const ACCEPTED = 0x80;

/** Masks are this long at the most, in bytes. Of ours 8 bytes are not always zeros. */
const MOST_MASK_BYTES = 1021;
/** Of WRITE EVENT MASK: the masks' length, and the masks, four after one another. */
const MASKS = { LENGTH: 10, FIRST: 12, PROGRAM_RECEIVES: 0, PROGRAM_SENDS: 1, WE_RECEIVE: 2, WE_SEND: 3 } as const;

/** As what the program may read what was typed. */
const INPUT_EVENTS = maskOf(EVENT.ASCII) | maskOf(EVENT.OPERATOR_COMMAND);

/** Reads a mask of any length as one of 64 bits. */
const readMask = (block: DataView, at: number, length: number): bigint => {
  let mask = 0n;
  for (let n = 0; n < 8; n++) mask = (mask << 8n) | BigInt(n < length ? block.getUint8(at + n) : 0);
  return mask;
};
const writeMask = (block: DataView, at: number, length: number, mask: bigint): void => {
  for (let n = 0; n < length; n++) block.setUint8(at + n, n < 8 ? Number((mask >> BigInt(56 - 8 * n)) & 0xffn) : 0);
};

/** WRITE EVENT MASK: the program tells which events it takes, and learns which it may send and may be sent. */
export const writeEventMask: Command = (machine, block) => {
  if (block.byteLength < MASKS.FIRST) return RESPONSE.TOO_SHORT;
  const length = block.getUint16(MASKS.LENGTH);
  if (length === 0 || length > MOST_MASK_BYTES) return RESPONSE.INVALID_MASK_LENGTH;
  if (block.byteLength < MASKS.FIRST + 4 * length) return RESPONSE.TOO_SHORT;
  const at = (n: number): number => MASKS.FIRST + n * length;
  const receiveMask = readMask(block, at(MASKS.PROGRAM_RECEIVES), length);
  Object.assign(machine.sclp, { receiveMask, maskLength: length });
  if (receiveMask & INPUT_EVENTS) machine.wantInput();
  writeMask(block, at(MASKS.WE_RECEIVE), length, maskOf(EVENT.ASCII) | maskOf(EVENT.MESSAGE));
  writeMask(block, at(MASKS.WE_SEND), length, INPUT_EVENTS);
  return RESPONSE.COMPLETE;
};

const NORMAL_WRITE = 0;

/** WRITE EVENT DATA: the lengths of all buffers must be right before the first is taken. */
export const writeEventData: Command = (machine, block) => {
  if (block.getUint8(SCCB.FUNCTION) !== NORMAL_WRITE) return RESPONSE.INVALID_FUNCTION;
  const buffers = splitBuffers(block);
  if (buffers === undefined) return RESPONSE.EVENT_SYNTAX;
  let response: number = RESPONSE.INVALID_FUNCTION;
  for (const buffer of buffers) {
    const taken = takeEvent(machine, buffer);
    if (taken) buffer.setUint8(BUFFER.FLAGS, buffer.getUint8(BUFFER.FLAGS) | ACCEPTED);
    response = taken ? RESPONSE.COMPLETE : RESPONSE.INVALID_FUNCTION;
  }
  return response;
};

/** The event buffers of a block; undefined when their lengths do not make up the block's. */
const splitBuffers = (block: DataView): DataView[] | undefined => {
  const buffers: DataView[] = [];
  for (let at: number = SCCB.HEADER_SIZE; at < block.byteLength; ) {
    const left = block.byteLength - at;
    const length = left < BUFFER.HEADER_SIZE ? 0 : block.getUint16(at + BUFFER.LENGTH);
    if (length < BUFFER.HEADER_SIZE || length > left) return undefined;
    buffers.push(new DataView(block.buffer, block.byteOffset + at, length));
    at += length;
  }
  return buffers;
};

/** Prints what an event has to print. @returns whether the event is of a type that we receive */
const takeEvent = (machine: Machine, buffer: DataView): boolean => {
  const data = new Uint8Array(buffer.buffer, buffer.byteOffset + BUFFER.HEADER_SIZE, buffer.byteLength - BUFFER.HEADER_SIZE);
  switch (buffer.getUint8(BUFFER.TYPE)) {
    case EVENT.ASCII:
      machine.sclp.ascii = true;
      machine.print(new TextDecoder('latin1').decode(data));
      return true;
    case EVENT.MESSAGE:
      if (!machine.sclp.ascii) machine.print(messageText(data));
      return true;
    default:
      return false;
  }
};

/** Text lines of a message data block: objects of (length, type), of which type 4 holds a line behind flags. */
const MESSAGE_TEXT_OBJECT = 0x0004;
const MESSAGE_BLOCK_HEADER = 12;
const MESSAGE_TEXT_HEADER = 10;
const messageText = (data: Uint8Array): string => {
  const block = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let text = '';
  for (let at = MESSAGE_BLOCK_HEADER; at + 4 <= data.length; ) {
    const length = block.getUint16(at);
    if (length < 4 || at + length > data.length) break;
    const isText = block.getUint16(at + 2) === MESSAGE_TEXT_OBJECT && length >= MESSAGE_TEXT_HEADER;
    if (isText) text += `${fromEbcdic(data.subarray(at + MESSAGE_TEXT_HEADER, at + length)).trimEnd()}\n`;
    at += length;
  }
  return text;
};

const READ = { UNCONDITIONAL: 0, SELECTIVE: 1 } as const;

/** READ EVENT DATA: one event, with as much of what was typed as there is room for. */
export const readEventData: Command = ({ sclp }, block) => {
  const selection = selectionOf(sclp, block);
  if (typeof selection === 'number') return selection;
  if (sclp.input.length === 0) return RESPONSE.NO_EVENTS;
  const type = inputEvent(sclp, selection);
  if (type === undefined) return RESPONSE.EVENTS_SUPPRESSED;
  const event = (type === EVENT.ASCII ? takeBytes : takeLine)(sclp.input, block.byteLength - SCCB.HEADER_SIZE - BUFFER.HEADER_SIZE);
  if (event === undefined) return RESPONSE.NO_ROOM_FOR_EVENT;
  const length = BUFFER.HEADER_SIZE + event.length;
  const buffer = new DataView(block.buffer, block.byteOffset + SCCB.HEADER_SIZE, length);
  buffer.setUint16(BUFFER.LENGTH, length);
  buffer.setUint8(BUFFER.TYPE, type);
  buffer.setUint8(BUFFER.FLAGS, 0);
  buffer.setUint16(BUFFER.RESERVED, 0);
  new Uint8Array(block.buffer, block.byteOffset + SCCB.HEADER_SIZE + BUFFER.HEADER_SIZE).set(event);
  const control = block.getUint8(SCCB.VARIABLE_LENGTH);
  if (control & VARIABLE_LENGTH_RESPONSE) {
    block.setUint8(SCCB.VARIABLE_LENGTH, control & ~VARIABLE_LENGTH_RESPONSE);
    block.setUint16(SCCB.LENGTH, SCCB.HEADER_SIZE + length);
  }
  return RESPONSE.COMPLETE;
};

/** The event types that a READ EVENT DATA asks for, or the response code when it may not. */
const selectionOf = ({ receiveMask, maskLength }: ServiceProcessor, block: DataView): bigint | number => {
  switch (block.getUint8(SCCB.FUNCTION)) {
    case READ.UNCONDITIONAL:
      return receiveMask;
    case READ.SELECTIVE: {
      const length = Math.min(maskLength, 8);
      if (block.byteLength < SCCB.HEADER_SIZE + BUFFER.HEADER_SIZE + length) return RESPONSE.TOO_SHORT;
      const selection = readMask(block, SCCB.HEADER_SIZE + BUFFER.HEADER_SIZE, length);
      return receiveMask === 0n || selection & ~receiveMask ? RESPONSE.INVALID_SELECTION : selection;
    }
    default:
      return RESPONSE.INVALID_FUNCTION;
  }
};

/** ASCII data: a byte that says so, then what was typed. */
const takeBytes = (input: number[], room: number): Uint8Array | undefined =>
  room < 2 ? undefined : Uint8Array.of(0, ...input.splice(0, room - 1));

/** The parts around the text of an operator command, inside out: subvectors (length, key), then vectors (length of two bytes, identifier of two). */
const SUBVECTORS = [0x30, 0x31];
const VECTORS = [0x1320, 0x1212, 0x1310];
const LONGEST_LINE = 240;
const NEW_LINE = 0x0a;

/** An operator command: a line of what was typed. */
const takeLine = (input: number[], room: number): Uint8Array | undefined => {
  const overhead = 2 * SUBVECTORS.length + 4 * VECTORS.length;
  if (room < overhead + LONGEST_LINE) return undefined;
  const end = input.indexOf(NEW_LINE);
  const line = input.splice(0, Math.min(end < 0 ? input.length : end, LONGEST_LINE));
  if (input[0] === NEW_LINE) input.shift();
  let bytes = [...toEbcdic(String.fromCharCode(...line))];
  for (const key of SUBVECTORS) bytes = [bytes.length + 2, key, ...bytes];
  for (const id of VECTORS) bytes = [(bytes.length + 4) >> 8, (bytes.length + 4) & 0xff, id >> 8, id & 0xff, ...bytes];
  return Uint8Array.from(bytes);
};
