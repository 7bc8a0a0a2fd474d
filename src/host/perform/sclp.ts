import { PGM } from '../../cpu/interruption.ts';
import { absoluteToOffset } from '../../cpu/levels.ts';
import { FRAME_SIZE } from '../../cpu/storage.ts';
import { isServiceBusy, signalService } from '../external.ts';
import type { Performer } from '../intercepted.ts';
import type { Machine } from '../machine.ts';
import { inputEvent } from '../service-processor.ts';
import { type Command, RESPONSE, SCCB } from './sclp-block.ts';
import { readEventData, writeEventData, writeEventMask } from './sclp-events.ts';
import { readCpuInfo, readScpInfo } from './sclp-information.ts';

/**
 * The service processor (SCLP), to the depth that kvm-unit-tests and Linux ask (spec/kvm-unit-tests.md 4.4): what the configuration is,
 * and a console of bytes (ASCII) or lines (EBCDIC).
 */

const COMMANDS: Readonly<Record<number, Command | undefined>> = {
  [0x0001_0001]: readCpuInfo,
  [0x0002_0001]: readScpInfo,
  [0x0012_0001]: readScpInfo,
  [0x0076_0005]: writeEventData,
  [0x0077_0005]: readEventData,
  [0x0078_0005]: writeEventMask,
};
/** Bits 16-23 of the command word only say which part is meant. */
const COMMAND_MASK = 0xffff_00ff;

/**
 * SERVICE CALL: the command word in R1, the block's address in R2. What is wrong with the address or the length interrupts the program; all
 * else is told in the block. Completion is a service-signal external interruption of whichever CPU takes it.
 */
export const serviceCall: Performer = (machine, { cpu }, i) => {
  const code = Number(cpu.gr[i.r1]! & 0xffff_ffffn);
  const address = Number(cpu.gr[i.r2]!);
  if (address >= machine.options.storage) cpu.programCheck(PGM.ADDRESSING);
  const prefixArea = address - (address % (2 * FRAME_SIZE));
  if (prefixArea === 0 || prefixArea === cpu.prefix || address >= 0x8000_0000 || address % 8 !== 0) cpu.programCheck(PGM.SPECIFICATION);
  // The block is storage like any other: it may be discarded.
  const block = absoluteToOffset(cpu, 1, address, true);
  const length = view(machine.storage.read(address, SCCB.HEADER_SIZE)).getUint16(SCCB.LENGTH);
  if (length < SCCB.HEADER_SIZE) cpu.programCheck(PGM.SPECIFICATION);
  if (isServiceBusy(machine)) {
    cpu.cc = 2;
    return;
  }
  machine.configuration.storage.recordStore(block);
  respond(machine, code, address, length);
  signalService(machine, address, inputEvent(machine.sclp, machine.sclp.receiveMask) !== undefined);
  cpu.cc = 0;
};

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Carries a command out and writes the block back with its response code. */
const respond = (machine: Machine, code: number, address: number, length: number): void => {
  const command = COMMANDS[(code & COMMAND_MASK) >>> 0];
  const within = (address % FRAME_SIZE) + length <= FRAME_SIZE;
  const bytes = machine.storage.read(address, command && within ? length : SCCB.HEADER_SIZE);
  const block = view(bytes);
  block.setUint16(SCCB.RESPONSE, command ? (within ? command(machine, block) : RESPONSE.BOUNDARY) : RESPONSE.INVALID_COMMAND);
  machine.storage.write(address, bytes);
};
