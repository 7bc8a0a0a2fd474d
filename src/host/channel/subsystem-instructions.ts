import { PGM } from '../../cpu/interruption.ts';
import type { Performer } from '../intercepted.ts';

/** The instructions about the channel subsystem as a whole (PoP, "I/O Instructions"). */

const low32 = (value: bigint): number => Number(value & 0xffff_ffffn);

const CHPID_RESERVED = 0xffff_ff00 | 0;

/** RESET CHANNEL PATH: the path in GR1. A channel report tells when it is done, which is at once. */
export const resetChannelPath: Performer = ({ channel }, { cpu }) => {
  const id = low32(cpu.gr[1]!);
  if (id & CHPID_RESERVED) cpu.programCheck(PGM.OPERAND);
  cpu.cc = channel.resetPath(id) ? 0 : 3;
};

/** Bits 62 and, with an implied meaning for the times that are not accumulated, 63 of GR1; 32-35 are the key, the others zeros. */
const MONITOR = { UPDATE: 0x2, RESERVED: 0x0fff_fffc } as const;
const ORIGIN_BOUNDARY = 0x1fn;

/** SET CHANNEL MONITOR: whether measurement blocks are updated, and where those of format 0 are. */
export const setChannelMonitor: Performer = ({ channel }, { cpu }) => {
  const control = low32(cpu.gr[1]!);
  const origin = cpu.gr[2]!;
  const active = (control & MONITOR.UPDATE) !== 0;
  if (control & MONITOR.RESERVED || (active && origin & ORIGIN_BOUNDARY)) cpu.programCheck(PGM.OPERAND);
  channel.monitor.active = active;
  if (!active) return;
  channel.monitor.key = control >>> 28;
  channel.monitor.origin = origin;
};

const LIMIT_RESERVED = 0x8000_ffff | 0;

/** SET ADDRESS LIMIT: the limit in GR1, a multiple of 64 KiB below 2 GiB. */
export const setAddressLimit: Performer = ({ channel }, { cpu }) => {
  const limit = low32(cpu.gr[1]!);
  if (limit & LIMIT_RESERVED) cpu.programCheck(PGM.OPERAND);
  channel.addressLimit = limit;
};

const PATHS_SIZE = 32;

/** STORE CHANNEL PATH STATUS: a bit for each path that is active at the moment. None is. */
export const storeChannelPathStatus: Performer = (_, { cpu }, i) => {
  cpu.needAligned(i.address(2), PATHS_SIZE);
  cpu.storeBytes(i.address(2), new Uint8Array(PATHS_SIZE));
};
