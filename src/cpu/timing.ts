import type { Cpu } from './cpu.ts';
import { CELL } from './layout.ts';
import { SAVED, savedCell } from './levels.ts';

/**
 * Time is a count of instructions: nothing here reads a clock. One instruction takes 64 units of the TOD clock (bit 51 of which is a
 * microsecond, 4096 units), that is 1/64 microsecond.
 */
export const UNITS_PER_INSTRUCTION = 64n;
const UNITS_PER_MICROSECOND = 4096n;
export const INSTRUCTIONS_PER_SECOND = Number((1_000_000n * UNITS_PER_MICROSECOND) / UNITS_PER_INSTRUCTION);

/** TOD clock of the machine at instruction 0: 2026-01-01 00:00 UTC, less what it takes; any fixed value serves. */
const TOD_AT_START = 0xdf00_0000_0000_0000n;

/** TOD units that this CPU has spent executing. */
export const elapsedUnits = (cpu: Cpu): bigint => BigInt(cpu.instructions) * UNITS_PER_INSTRUCTION;

/** The epoch of the CPU's current level: what its TOD clock adds to the machine's. */
export const epochOf = (cpu: Cpu): bigint => cpu.cell64(CELL.EPOCH);

/** TOD clock of the current level, bits 0-63. */
export const todClock = (cpu: Cpu): bigint => BigInt.asUintN(64, machineTod(cpu) + epochOf(cpu));

const machineTod = (cpu: Cpu): bigint => todAfter(cpu.configuration.elapsed + cpu.granted - cpu.cell32(CELL.BUDGET));

/** TOD clock of the machine after so many instructions, idle time included. */
export const todAfter = (elapsed: number): bigint => TOD_AT_START + BigInt(elapsed) * UNITS_PER_INSTRUCTION;

/** CPU timer of the current level. */
export const cpuTimer = (cpu: Cpu): bigint => BigInt.asUintN(64, cpu.cell64(CELL.CPU_TIMER) - elapsedUnits(cpu));
export const setCpuTimer = (cpu: Cpu, value: bigint): void => {
  cpu.setCell64(CELL.CPU_TIMER, BigInt.asUintN(64, value + elapsedUnits(cpu)));
  cpu.leaveGeneratedCode();
};

/** When timers call for an interruption, disregarding masks: instructions from now on, 0 for now, infinity for never. */
export interface Timers {
  readonly clockComparator: number;
  readonly cpuTimer: number;
}

/** The timers by the values of the TOD clock, the clock comparator and the CPU timer. */
export const timersAt = (tod: bigint, comparator: bigint, timer: bigint): Timers => ({
  clockComparator: tod > comparator ? 0 : instructions(comparator - tod + 1n),
  cpuTimer: BigInt.asIntN(64, timer) < 0n ? 0 : instructions(BigInt.asIntN(64, timer) + 1n),
});

const instructions = (units: bigint): number => Number((units + UNITS_PER_INSTRUCTION - 1n) / UNITS_PER_INSTRUCTION);

/** The timers of a level in progress. */
export const timersOf = (cpu: Cpu, level: number): Timers => {
  const own = level === cpu.level;
  const epoch = cpu.cell64(own ? CELL.EPOCH : savedCell(level, SAVED.EPOCH));
  const comparator = cpu.cell64(own ? CELL.CLOCK_COMPARATOR : savedCell(level, SAVED.CLOCK_COMPARATOR));
  const timer = cpu.cell64(own ? CELL.CPU_TIMER : savedCell(level, SAVED.CPU_TIMER)) - elapsedUnits(cpu);
  return timersAt(BigInt.asUintN(64, machineTod(cpu) + epoch), comparator, timer);
};
