import type { Cpu } from './cpu.ts';
import { CELL } from './layout.ts';
import { cpuTimer } from './timing.ts';

/** Where a machine-check interruption saves registers: real 4608 (PoP, "Assigned Storage Locations"). */
export const SAVE_AREA = 0x1200;

/** Offsets in the save area. */
const FIELD = {
  FPR: 0x000,
  GR: 0x080,
  FPC: 0x11c,
  TOD_PROGRAMMABLE: 0x124,
  CPU_TIMER: 0x128,
  COMPARATOR: 0x130,
  AR: 0x140,
  CR: 0x180,
} as const;

/** Saves the registers of the current level at an offset of linear memory. */
export const saveRegisters = (cpu: Cpu, at: number): void => {
  const { view } = cpu.configuration.storage;
  for (let n = 0; n < 16; n++) {
    view.setBigUint64(at + FIELD.FPR + 8 * n, cpu.fpr(n));
    view.setBigUint64(at + FIELD.GR + 8 * n, cpu.gr[n]!);
    view.setUint32(at + FIELD.AR + 4 * n, cpu.ar[n]!);
    view.setBigUint64(at + FIELD.CR + 8 * n, cpu.cr[n]!);
  }
  view.setInt32(at + FIELD.FPC, cpu.cell32(CELL.FPC));
  view.setUint32(at + FIELD.TOD_PROGRAMMABLE, Number(cpu.cell64(CELL.TOD_PROGRAMMABLE) & 0xffff_ffffn));
  view.setBigUint64(at + FIELD.CPU_TIMER, cpuTimer(cpu));
  // Bits 0-55 of the clock comparator, behind a byte of zeros.
  view.setBigUint64(at + FIELD.COMPARATOR, cpu.cell64(CELL.CLOCK_COMPARATOR) >> 8n);
};
