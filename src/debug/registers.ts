import { SAVED, savedCell } from '../cpu/levels.ts';
import type { Psw } from '../cpu/psw.ts';
import { SD } from '../cpu/state-description.ts';
import type { Machine } from '../host/machine.ts';
import type { VirtualCpu } from '../host/virtual-cpu.ts';

/** The registers of a virtual CPU of the host's guest (level 1), wherever they are at the moment. */
export interface Registers {
  readonly psw: Psw;
  readonly gr: readonly bigint[];
  readonly cr: readonly bigint[];
  readonly ar: readonly number[];
  readonly fpr: readonly bigint[];
  readonly prefix: number;
}

/** While the guest is not entered its state description has them; at level 1 the CPU does; at level 2 SIE has saved them. */
export const registersOf = (machine: Machine, vcpu: VirtualCpu): Registers => {
  const { cpu } = vcpu;
  const { view } = machine.configuration.storage;
  const shared = { ar: [...cpu.ar], fpr: Array.from({ length: 16 }, (_, n) => cpu.fpr(n)) };
  if (cpu.level === 1) return { ...shared, psw: cpu.psw, gr: [...cpu.gr], cr: [...cpu.cr], prefix: cpu.prefix >>> 0 };
  if (cpu.level === 0) {
    const block = machine.block(vcpu);
    const doubleword = (at: number): bigint => view.getBigUint64(block + at);
    return {
      ...shared,
      psw: { mask: doubleword(SD.PSW), address: doubleword(SD.PSW + 8) },
      gr: [...cpu.gr.slice(0, 14), doubleword(SD.GR14), doubleword(SD.GR15)],
      cr: Array.from({ length: 16 }, (_, n) => doubleword(SD.CR + 8 * n)),
      prefix: view.getUint32(block + SD.PREFIX) & 0x7fff_e000,
    };
  }
  const saved = (field: number): bigint => cpu.cell64(savedCell(1, field));
  return {
    ...shared,
    psw: { mask: saved(SAVED.PSW_MASK), address: saved(SAVED.PSW_IA) },
    gr: [...cpu.gr.slice(0, 14), saved(SAVED.GR14), saved(SAVED.GR15)],
    cr: Array.from({ length: 16 }, (_, n) => saved(SAVED.CR + 8 * n)),
    prefix: Number(saved(SAVED.PREFIX)),
  };
};
