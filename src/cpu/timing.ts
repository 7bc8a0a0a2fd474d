import type { Cpu } from './cpu.ts';
import { CELL } from './layout.ts';
import { SAVED, savedCell } from './levels.ts';

/**
 * Time is a count of instructions: nothing here reads a clock. One instruction takes 64 units of the TOD clock (bit 51 of which is a
 * microsecond, 4096 units), that is 1/64 microsecond.
 */
export const UNITS_PER_INSTRUCTION = 64n;

/** TOD clock of the machine at instruction 0: 2026-01-01 00:00 UTC, less what it takes; any fixed value serves. */
const TOD_AT_START = 0xdf00_0000_0000_0000n;

/** TOD units that this CPU has spent executing. */
export const elapsedUnits = (cpu: Cpu): bigint => BigInt(cpu.instructions) * UNITS_PER_INSTRUCTION;

/** The epoch of the CPU's current level: what its TOD clock adds to the machine's. */
export const epochOf = (cpu: Cpu): bigint => cpu.cell64(CELL.EPOCH);

/** TOD clock of the current level, bits 0-63. */
export const todClock = (cpu: Cpu): bigint => BigInt.asUintN(64, machineTod(cpu) + epochOf(cpu));

const machineTod = (cpu: Cpu): bigint =>
  TOD_AT_START + (BigInt(cpu.configuration.elapsed) + BigInt(cpu.granted - cpu.cell32(CELL.BUDGET))) * UNITS_PER_INSTRUCTION;

/** CPU timer of the current level. */
export const cpuTimer = (cpu: Cpu): bigint => BigInt.asUintN(64, cpu.cell64(CELL.CPU_TIMER) - elapsedUnits(cpu));
export const setCpuTimer = (cpu: Cpu, value: bigint): void => {
  cpu.setCell64(CELL.CPU_TIMER, BigInt.asUintN(64, value + elapsedUnits(cpu)));
  cpu.leaveGeneratedCode();
};

export interface Timers {
  /** Whether the clock comparator and the CPU timer call for an interruption, disregarding masks. */
  readonly clockComparator: boolean;
  readonly cpuTimer: boolean;
  /** Instructions until one of those that does not yet call will. */
  readonly next: number;
}

/** The timers of a level in progress. */
export const timersOf = (cpu: Cpu, level: number): Timers => {
  const cell = (here: number, saved: number): bigint => cpu.cell64(level === cpu.level ? here : savedCell(level, saved));
  const tod = BigInt.asUintN(64, machineTod(cpu) + cell(CELL.EPOCH, SAVED.EPOCH));
  const comparator = cell(CELL.CLOCK_COMPARATOR, SAVED.CLOCK_COMPARATOR);
  const timer = BigInt.asIntN(64, cell(CELL.CPU_TIMER, SAVED.CPU_TIMER) - elapsedUnits(cpu));
  const untilComparator = tod > comparator ? undefined : comparator - tod + 1n;
  const untilTimer = timer < 0n ? undefined : timer + 1n;
  const instructions = (units: bigint | undefined): number =>
    units === undefined ? Number.POSITIVE_INFINITY : Number((units + UNITS_PER_INSTRUCTION - 1n) / UNITS_PER_INSTRUCTION);
  return {
    clockComparator: untilComparator === undefined,
    cpuTimer: untilTimer === undefined,
    next: Math.min(instructions(untilComparator), instructions(untilTimer)),
  };
};
