import { PGM } from '../../cpu/interruption.ts';
import { FRAME_SIZE } from '../../cpu/storage.ts';
import { fromEbcdic } from '../ebcdic.ts';
import type { Performer } from '../intercepted.ts';
import type { Machine } from '../machine.ts';
import { EXTERNAL } from '../virtual-cpu.ts';

/**
 * The service processor (SCLP), to the depth that kvm-unit-tests and Linux ask (spec/kvm-unit-tests.md 4.4): what the configuration is,
 * and a console of bytes (ASCII) or lines (EBCDIC).
 */

/** A service-call control block: header of eight bytes, response code at 6. */
const HEADER = 8;
const RESPONSE_AT = 6;
const RESPONSE = {
  READ_COMPLETE: 0x0010, COMPLETE: 0x0020, BOUNDARY: 0x0100, INVALID_COMMAND: 0x01f0, TOO_SHORT: 0x0300, NO_EVENTS: 0x60f0, INVALID_EVENT: 0x70f0,
  INVALID_MASK_LENGTH: 0x74f0,
} as const; // biome-ignore format: a table

const COMMAND = {
  READ_SCP_INFO: 0x0002_0001, READ_SCP_INFO_FORCED: 0x0012_0001, READ_CPU_INFO: 0x0001_0001,
  WRITE_EVENT_MASK: 0x0078_0005, WRITE_EVENT_DATA: 0x0076_0005, READ_EVENT_DATA: 0x0077_0005,
} as const; // biome-ignore format: a table

const EVENT = { MESSAGE: 0x02, ASCII: 0x1a } as const;
/** Event types as bits of a mask: type 1 is the leftmost. */
const maskOf = (type: number): number => (1 << (32 - type)) >>> 0;

/** What a guest has done to its console. */
export interface SclpState {
  /** It writes bytes; the lines that it writes too say the same again. */
  ascii: boolean;
  /** Bytes for the guest to read. */
  input: number[];
}

/** A command's effect on the block; it returns the response code. */
type Command = (machine: Machine, block: DataView) => number;

/** SERVICE CALL: the command in R1, the block's real address in R2. Completion is a service-signal external interruption. */
export const serviceCall: Performer = (machine, vcpu, i) => {
  const { cpu } = vcpu;
  const code = Number(cpu.gr[i.r1]! & 0xffff_ffffn);
  const address = Number(cpu.gr[i.r2]! & 0xffff_ffffn);
  if (address >= machine.options.storage) cpu.programCheck(PGM.ADDRESSING);
  const page = address & ~0x1fff;
  if (page === 0 || page === cpu.prefix || address & 0x8000_0007) cpu.programCheck(PGM.SPECIFICATION);
  if (vcpu.pending.some((p) => p.code === EXTERNAL.SERVICE_SIGNAL.code)) {
    cpu.cc = 2;
    return;
  }
  const header = view(machine.storage.read(address, HEADER));
  const length = header.getUint16(0);
  if (length < HEADER) cpu.programCheck(PGM.SPECIFICATION);
  const response = respond(machine, code, address, length);
  machine.storage.write(address + RESPONSE_AT, Uint8Array.of(response >> 8, response & 0xff));
  machine.interruptExternally(vcpu, EXTERNAL.SERVICE_SIGNAL.code, undefined, address);
  cpu.cc = 0;
};

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const respond = (machine: Machine, code: number, address: number, length: number): number => {
  // Bits 16-23 of the command word are a qualifier that only says which part is meant.
  const command = COMMANDS[code & 0xffff_00ff];
  if (!command) return RESPONSE.INVALID_COMMAND;
  if ((address % FRAME_SIZE) + length > FRAME_SIZE) return RESPONSE.BOUNDARY;
  const bytes = machine.storage.read(address, length);
  const response = command(machine, view(bytes));
  machine.storage.write(address, bytes);
  return response;
};

const CPU_ENTRY = 16;
const CPU_ENTRIES_AT = 128;
const CPU_INFO_ENTRIES_AT = 16;
const MIB = 0x10_0000;
/** Characteristics in a CPU entry: SIE format 2 and storage keys under SIE. */
const SIEF2_AND_SKEY = 0x0c;

const putCpus = (machine: Machine, block: DataView, at: number): void => {
  machine.vcpus.forEach((vcpu, n) => {
    const entry = at + n * CPU_ENTRY;
    block.setUint8(entry, vcpu.address);
    block.setUint8(entry + 2, SIEF2_AND_SKEY);
  });
};

const readScpInfo: Command = (machine, block) => {
  const needed = CPU_ENTRIES_AT + machine.vcpus.length * CPU_ENTRY;
  if (block.byteLength < needed) return RESPONSE.TOO_SHORT;
  const megabytes = machine.options.storage / MIB;
  block.setUint16(8, megabytes);
  block.setUint8(10, 1);
  block.setUint16(16, machine.vcpus.length);
  block.setUint16(18, CPU_ENTRIES_AT);
  // Configuration characteristics: suppression on protection, enhanced suppression on protection, CMMA, PFMF interpretation.
  block.setUint8(80, 0x20);
  block.setUint8(85, 0x02);
  block.setUint32(100, 1);
  block.setBigUint64(104, BigInt(megabytes));
  block.setUint8(116, 0x40);
  block.setUint8(117, 0x40);
  putCpus(machine, block, CPU_ENTRIES_AT);
  return RESPONSE.READ_COMPLETE;
};

const readCpuInfo: Command = (machine, block) => {
  const needed = CPU_INFO_ENTRIES_AT + machine.vcpus.length * CPU_ENTRY;
  if (block.byteLength < Math.max(needed, 40)) return RESPONSE.TOO_SHORT;
  block.setUint16(8, machine.vcpus.length);
  block.setUint16(10, CPU_INFO_ENTRIES_AT);
  block.setUint16(12, 0);
  block.setUint16(14, CPU_INFO_ENTRIES_AT + machine.vcpus.length * CPU_ENTRY);
  putCpus(machine, block, CPU_INFO_ENTRIES_AT);
  return RESPONSE.READ_COMPLETE;
};

/** The program tells which events it takes and makes, and learns ours. */
const writeEventMask: Command = (_, block) => {
  const length = block.getUint16(10);
  if (length < 4 || length > 1021 || block.byteLength < 12 + 4 * length) return RESPONSE.INVALID_MASK_LENGTH;
  const put = (n: number, mask: number): void => {
    for (let i = 0; i < length; i++) block.setUint8(12 + n * length + i, 0);
    block.setUint32(12 + n * length, mask);
  };
  put(2, maskOf(EVENT.ASCII));
  put(3, maskOf(EVENT.ASCII) | maskOf(EVENT.MESSAGE));
  return RESPONSE.COMPLETE;
};

const writeEventData: Command = (machine, block) => {
  for (let at = HEADER; at + 6 <= block.byteLength; ) {
    const length = block.getUint16(at);
    if (length < 6 || at + length > block.byteLength) return RESPONSE.INVALID_EVENT;
    const data = new Uint8Array(block.buffer, block.byteOffset + at + 6, length - 6);
    const type = block.getUint8(at + 2);
    if (type === EVENT.ASCII) {
      machine.sclp.ascii = true;
      machine.print(new TextDecoder('latin1').decode(data));
    } else if (type === EVENT.MESSAGE) {
      if (!machine.sclp.ascii) machine.print(messageText(data));
    } else return RESPONSE.INVALID_EVENT;
    block.setUint8(at + 3, block.getUint8(at + 3) | 0x80);
    at += length;
  }
  return RESPONSE.COMPLETE;
};

/** Text lines of a message data block: objects of (length, type), of which type 4 with a text flag holds a line. */
const MESSAGE_TEXT_OBJECT = 0x0004;
const messageText = (data: Uint8Array): string => {
  const block = view(data);
  let text = '';
  // Behind the message data block's header of 16 bytes.
  for (let at = 16; at + 4 <= data.length; ) {
    const length = block.getUint16(at);
    if (length < 4 || at + length > data.length) break;
    if (block.getUint16(at + 2) === MESSAGE_TEXT_OBJECT) text += `${fromEbcdic(data.subarray(at + 12, at + length)).trimEnd()}\n`;
    at += length;
  }
  return text;
};

const readEventData: Command = (machine, block) => {
  const { input } = machine.sclp;
  if (input.length === 0) return RESPONSE.NO_EVENTS;
  const room = block.byteLength - HEADER - 7;
  if (room < 1) return RESPONSE.TOO_SHORT;
  const bytes = input.splice(0, room);
  block.setUint16(HEADER, bytes.length + 7);
  block.setUint8(HEADER + 2, EVENT.ASCII);
  block.setUint8(HEADER + 3, 0);
  bytes.forEach((byte, n) => {
    block.setUint8(HEADER + 7 + n, byte);
  });
  return RESPONSE.COMPLETE;
};

const COMMANDS: Readonly<Record<number, Command>> = {
  [COMMAND.READ_SCP_INFO]: readScpInfo,
  [COMMAND.READ_SCP_INFO_FORCED]: readScpInfo,
  [COMMAND.READ_CPU_INFO]: readCpuInfo,
  [COMMAND.WRITE_EVENT_MASK]: writeEventMask,
  [COMMAND.WRITE_EVENT_DATA]: writeEventData,
  [COMMAND.READ_EVENT_DATA]: readEventData,
};
