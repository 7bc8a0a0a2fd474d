import type { Machine } from '../machine.ts';
import { type Command, RESPONSE, SCCB, VARIABLE_LENGTH_RESPONSE } from './sclp-block.ts';

/** What the service processor tells about the configuration: READ SCP INFO and READ CPU INFO (spec/kvm-unit-tests.md 4.4). */

const CPU_ENTRY = 16;
const MIB = 0x10_0000;
/** Characteristics in a CPU entry: SIE format 2 and storage keys under SIE. */
const SIEF2_AND_SKEY = 0x0c;

/** Fields of READ SCP INFO; bytes from 80 and from 116 on are the configuration's characteristics. */
const SCP = {
  INCREMENTS: 8, INCREMENT_SIZE: 10, CPUS: 16, CPU_OFFSET: 18, LOAD_PARAMETER: 24, FACILITIES: 48, SUPPRESSION: 80, ENHANCED_SUPPRESSION: 85,
  INCREMENT_SIZE_LARGE: 100, INCREMENTS_LARGE: 104, CMMA: 116, PFMF: 117, HIGHEST_CPU: 120, CPU_ENTRIES: 128,
} as const; // biome-ignore format: a table

/** The command READ CPU INFO is there. */
const HAS_CPU_INFO = 0x0c00_0000_0000_0000n;
const BLANK_LOAD_PARAMETER = 0x4040_4040_4040_4040n;

/** Fields of READ CPU INFO. */
const CPUS = { CONFIGURED: 8, CONFIGURED_OFFSET: 10, STANDBY: 12, STANDBY_OFFSET: 14, ENTRIES: 24 } as const;

/** An entry for each CPU, in ascending order of addresses. */
const putCpus = ({ vcpus }: Machine, block: DataView, at: number): void => {
  const addresses = vcpus.map(({ address }) => address).sort((a, b) => a - b);
  for (const [n, address] of addresses.entries()) {
    const entry = at + n * CPU_ENTRY;
    block.setUint8(entry, address);
    block.setUint8(entry + 2, SIEF2_AND_SKEY);
  }
};

/** Whether the block has room for this many bytes; a response of variable length then has as many. */
const hasRoom = (block: DataView, needed: number): boolean => {
  if (block.byteLength < needed) return false;
  if (block.getUint8(SCCB.VARIABLE_LENGTH) & VARIABLE_LENGTH_RESPONSE) block.setUint16(SCCB.LENGTH, needed);
  return true;
};

/** READ SCP INFO, forced or not: storage, CPUs and characteristics. */
export const readScpInfo: Command = (machine, block) => {
  const { vcpus } = machine;
  if (!hasRoom(block, SCP.CPU_ENTRIES + vcpus.length * CPU_ENTRY)) return RESPONSE.TOO_SHORT;
  const megabytes = machine.options.storage / MIB;
  block.setUint16(SCP.INCREMENTS, megabytes);
  block.setUint8(SCP.INCREMENT_SIZE, 1);
  block.setUint16(SCP.CPUS, vcpus.length);
  block.setUint16(SCP.CPU_OFFSET, SCP.CPU_ENTRIES);
  block.setBigUint64(SCP.LOAD_PARAMETER, BLANK_LOAD_PARAMETER);
  block.setBigUint64(SCP.FACILITIES, HAS_CPU_INFO);
  block.setUint8(SCP.SUPPRESSION, 0x20);
  block.setUint8(SCP.ENHANCED_SUPPRESSION, 0x02);
  block.setUint32(SCP.INCREMENT_SIZE_LARGE, 1);
  block.setBigUint64(SCP.INCREMENTS_LARGE, BigInt(megabytes));
  if (machine.options.essa !== 'none') block.setUint8(SCP.CMMA, 0x40);
  block.setUint8(SCP.PFMF, 0x40);
  block.setUint16(SCP.HIGHEST_CPU, Math.max(machine.options.maxCpus - 1, ...vcpus.map(({ address }) => address)));
  putCpus(machine, block, SCP.CPU_ENTRIES);
  return RESPONSE.READ_COMPLETE;
};

/** READ CPU INFO: the CPUs alone. None is in standby. */
export const readCpuInfo: Command = (machine, block) => {
  const end = CPUS.ENTRIES + machine.vcpus.length * CPU_ENTRY;
  if (!hasRoom(block, end)) return RESPONSE.TOO_SHORT;
  block.setUint16(CPUS.CONFIGURED, machine.vcpus.length);
  block.setUint16(CPUS.CONFIGURED_OFFSET, CPUS.ENTRIES);
  block.setUint16(CPUS.STANDBY, 0);
  block.setUint16(CPUS.STANDBY_OFFSET, end);
  putCpus(machine, block, CPUS.ENTRIES);
  return RESPONSE.READ_COMPLETE;
};
