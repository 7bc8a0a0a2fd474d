import type { Cpu } from '../../../src/cpu/cpu.ts';
import { CELL } from '../../../src/cpu/layout.ts';
import { SD } from '../../../src/cpu/state-description.ts';

/** The registers of a guest that is not entered: some are in its state description, some it shares with its host in place. */
export type Registers = BigUint64Array;

/** Where each register is in {@link Registers}. Access registers come in pairs. */
export const REGISTER = {
  PSW_MASK: 0, PSW_ADDRESS: 1, GR: 2, CR: 18, AR: 34, VR: 42, FPC: 106, PREFIX: 107, CLOCK_COMPARATOR: 108, CPU_TIMER: 109, TOD_PROGRAMMABLE: 110,
  PROGRAM_PARAMETER: 111, COUNT: 112,
} as const; // biome-ignore format: a table

const SHARED = 14;
const PREFIX_MASK = 0x7fff_e000n;

/** Gives a guest its registers. `block` is the offset of its state description in linear memory. */
export const setRegisters = (cpu: Cpu, block: number, registers: Registers): void => {
  const { view } = cpu.configuration.storage;
  const set = (at: number, register: number): void => view.setBigUint64(block + at, registers[register]!);
  const r = REGISTER;
  set(SD.PSW, r.PSW_MASK);
  set(SD.PSW + 8, r.PSW_ADDRESS);
  cpu.gr.set(registers.subarray(r.GR, r.GR + SHARED));
  set(SD.GR14, r.GR + 14);
  set(SD.GR15, r.GR + 15);
  for (let n = 0; n < 16; n++) set(SD.CR + 8 * n, r.CR + n);
  for (let n = 0; n < 8; n++) {
    cpu.ar[2 * n] = Number(registers[r.AR + n]! >> 32n);
    cpu.ar[2 * n + 1] = Number(registers[r.AR + n]! & 0xffff_ffffn);
  }
  cpu.vr.set(registers.subarray(r.VR, r.VR + 64));
  cpu.setCell32(CELL.FPC, Number(registers[r.FPC]!));
  const prefix = BigInt(view.getUint32(block + SD.PREFIX)) & ~PREFIX_MASK;
  view.setUint32(block + SD.PREFIX, Number(prefix | registers[r.PREFIX]!));
  set(SD.CLOCK_COMPARATOR, r.CLOCK_COMPARATOR);
  set(SD.CPU_TIMER, r.CPU_TIMER);
  view.setUint32(block + SD.TOD_PROGRAMMABLE, Number(registers[r.TOD_PROGRAMMABLE]!));
  set(SD.PROGRAM_PARAMETER, r.PROGRAM_PARAMETER);
};

/** The registers of a guest. */
export const getRegisters = (cpu: Cpu, block: number): Registers => {
  const { view } = cpu.configuration.storage;
  const get = (at: number): bigint => view.getBigUint64(block + at);
  const registers = new BigUint64Array(REGISTER.COUNT);
  const r = REGISTER;
  registers[r.PSW_MASK] = get(SD.PSW);
  registers[r.PSW_ADDRESS] = get(SD.PSW + 8);
  registers.set(cpu.gr.subarray(0, SHARED), r.GR);
  registers[r.GR + 14] = get(SD.GR14);
  registers[r.GR + 15] = get(SD.GR15);
  for (let n = 0; n < 16; n++) registers[r.CR + n] = get(SD.CR + 8 * n);
  for (let n = 0; n < 8; n++) registers[r.AR + n] = (BigInt(cpu.ar[2 * n]!) << 32n) | BigInt(cpu.ar[2 * n + 1]!);
  registers.set(cpu.vr, r.VR);
  registers[r.FPC] = BigInt(cpu.cell32(CELL.FPC) >>> 0);
  registers[r.PREFIX] = BigInt(view.getUint32(block + SD.PREFIX)) & PREFIX_MASK;
  registers[r.CLOCK_COMPARATOR] = get(SD.CLOCK_COMPARATOR);
  registers[r.CPU_TIMER] = get(SD.CPU_TIMER);
  registers[r.TOD_PROGRAMMABLE] = BigInt(view.getUint32(block + SD.TOD_PROGRAMMABLE));
  registers[r.PROGRAM_PARAMETER] = get(SD.PROGRAM_PARAMETER);
  return registers;
};

/** What a register is called. */
export const registerName = (index: number): string => {
  const [name, first] = Object.entries(REGISTER).findLast(([, at]) => at <= index)!;
  return `${name} ${index - first}`;
};
