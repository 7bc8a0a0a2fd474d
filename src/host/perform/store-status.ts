import { ProgramInterruption } from '../../cpu/interruption.ts';
import { CELL } from '../../cpu/layout.ts';
import { absoluteForStore } from '../../cpu/levels.ts';
import { cpuTimer } from '../../cpu/timing.ts';
import type { Machine } from '../machine.ts';
import type { VirtualCpu } from '../virtual-cpu.ts';

/** Storing a CPU's status, and its additional status, for SIGNAL PROCESSOR (PoP, "Store Status" and "Store Additional Status at Address"). */

/** Offsets in the area of 512 bytes. */
const FIELD = {
  SIZE: 512, FPR: 0x000, GR: 0x080, PSW: 0x100, PREFIX: 0x118, FPC: 0x11c, TODPR: 0x124, TIMER: 0x128, COMPARATOR: 0x130, AR: 0x140, CR: 0x180,
} as const; // biome-ignore format: a table
/** Absolute address of the area, and of the byte that tells the architectural mode, when the order names no address. */
export const STATUS_AREA = 0x1200;
const ARCHITECTURAL_MODE = 163;
const Z_ARCHITECTURE = 1;

const statusOf = (machine: Machine, target: VirtualCpu): Uint8Array => {
  const bytes = new Uint8Array(FIELD.SIZE);
  const view = new DataView(bytes.buffer);
  machine.asGuest(target, 0, () => {
    const { cpu } = target;
    for (let n = 0; n < 16; n++) {
      view.setBigUint64(FIELD.FPR + 8 * n, cpu.fpr(n));
      view.setBigUint64(FIELD.GR + 8 * n, cpu.gr[n]!);
      view.setUint32(FIELD.AR + 4 * n, cpu.ar[n]!);
      view.setBigUint64(FIELD.CR + 8 * n, cpu.cr[n]!);
    }
    view.setBigUint64(FIELD.PSW, cpu.psw.mask);
    view.setBigUint64(FIELD.PSW + 8, cpu.psw.address);
    view.setUint32(FIELD.PREFIX, cpu.prefix);
    view.setUint32(FIELD.FPC, cpu.cell32(CELL.FPC) >>> 0);
    view.setUint32(FIELD.TODPR, Number(cpu.cell64(CELL.TOD_PROGRAMMABLE) & 0xffff_ffffn));
    view.setBigUint64(FIELD.TIMER, cpuTimer(cpu));
    view.setBigUint64(FIELD.COMPARATOR, cpu.cell64(CELL.CLOCK_COMPARATOR) >> 8n);
  });
  return bytes;
};

/** Stores at an absolute address as the sender sees storage. @returns false where the sender could not store */
const put = (machine: Machine, sender: VirtualCpu, area: number, bytes: Uint8Array): boolean => {
  if (area + bytes.length > machine.options.storage) return false;
  try {
    machine.configuration.storage.bytes.set(bytes, absoluteForStore(sender.cpu, 1, area));
    return true;
  } catch (fault) {
    if (!(fault instanceof ProgramInterruption) || fault.level === 0) throw fault;
    return false;
  }
};

/**
 * Stores a CPU's status at an absolute address, a multiple of 512.
 * @param tellMode whether the architectural-mode identification is stored too
 * @returns false where the sender could not store
 */
export const putStatus = (machine: Machine, sender: VirtualCpu, target: VirtualCpu, area: number, tellMode = false): boolean =>
  (!tellMode || put(machine, sender, ARCHITECTURAL_MODE, Uint8Array.of(Z_ARCHITECTURE))) &&
  put(machine, sender, area, statusOf(machine, target));

/** The area of the additional status is 1024 bytes on such a boundary; without guarded storage the parameter's length field is 0. */
const ADDITIONAL_SIZE = 1024n;
const VECTOR_REGISTERS_SIZE = 512;

/** The absolute address that a parameter register names for the additional status; undefined when it is invalid. */
export const areaOfAdditionalStatus = (parameter: bigint): number | undefined =>
  parameter & (ADDITIONAL_SIZE - 1n) ? undefined : Number(parameter);

/** Stores a CPU's additional status, which is its vector registers. @returns false where the sender could not store */
export const putAdditionalStatus = (machine: Machine, sender: VirtualCpu, { cpu }: VirtualCpu, area: number): boolean => {
  const bytes = new Uint8Array(VECTOR_REGISTERS_SIZE);
  const view = new DataView(bytes.buffer);
  cpu.vr.forEach((half, n) => {
    view.setBigUint64(8 * n, half);
  });
  return put(machine, sender, area, bytes);
};
