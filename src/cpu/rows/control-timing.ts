import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { CELL } from '../layout.ts';
import { plainRow, type Row } from '../row.ts';
import { ICTL } from '../state-description.ts';
import { cpuTimer, setCpuTimer, todClock } from '../timing.ts';

/** Instructions that read and set the timing facilities. SET CLOCK is the host's. */

/** STORE CLOCK and STORE CLOCK FAST. The clock of a machine that counts instructions is always set: condition code 0. */
const storeClock = (cpu: Cpu, i: Instruction): void => {
  cpu.store(i.address(2), 8, todClock(cpu));
  cpu.cc = 0;
};

/** A bit right of the clock's bit 63, so that bits 72-111 are not all zeros, as the PoP demands. */
const EXTENSION = 0x10000n;

/** STORE CLOCK EXTENDED: epoch index 0, bits 0-103 of the clock, the programmable field. */
const storeClockExtended = (cpu: Cpu, i: Instruction): void => {
  const clock = todClock(cpu);
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, clock >> 8n);
  view.setBigUint64(8, ((clock & 0xffn) << 56n) | EXTENSION | cpu.cell64(CELL.TOD_PROGRAMMABLE));
  cpu.storeBytes(i.address(2), bytes);
  cpu.cc = 0;
};

/** Bits 32-47 of register 0 must be zeros. */
const setClockProgrammableField = (cpu: Cpu): void => {
  const value = cpu.gr[0]! & 0xffff_ffffn;
  if (value > 0xffffn) cpu.programCheck(PGM.SPECIFICATION);
  cpu.setCell64(CELL.TOD_PROGRAMMABLE, value);
};

/** Address of a doubleword operand, which must lie on a doubleword boundary. */
const doublewordAddress = (cpu: Cpu, i: Instruction): bigint => {
  const address = i.address(2);
  cpu.needAligned(address, 8);
  return address;
};

const setClockComparator = (cpu: Cpu, i: Instruction): void => {
  cpu.setCell64(CELL.CLOCK_COMPARATOR, cpu.load(doublewordAddress(cpu, i), 8));
  // When the next interruption is due must be worked out anew.
  cpu.leaveGeneratedCode();
};
const storeClockComparator = (cpu: Cpu, i: Instruction): void => cpu.store(doublewordAddress(cpu, i), 8, cpu.cell64(CELL.CLOCK_COMPARATOR));
const setTimer = (cpu: Cpu, i: Instruction): void => setCpuTimer(cpu, cpu.load(doublewordAddress(cpu, i), 8));
const storeTimer = (cpu: Cpu, i: Instruction): void => cpu.store(doublewordAddress(cpu, i), 8, cpuTimer(cpu));

/** EXTRACT CPU TIME: register 0 gets the first operand less the CPU timer, register 1 the second operand, R3 what it points at. */
const extractCpuTime = (cpu: Cpu, i: Instruction): void => {
  const first = cpu.load(i.address(1), 8, 1);
  const second = cpu.load(i.address(2), 8, 2);
  const third = cpu.load(cpu.gr[i.r3]! & cpu.addressMask, 8, 3);
  cpu.gr[0] = first - cpuTimer(cpu);
  cpu.gr[1] = second;
  cpu.gr[i.r3] = third;
};

const PRIVILEGED = { privileged: true } as const;
const CLOCK = { intercept: { ictl: ICTL.STCK } } as const;
const COMPARATOR = { ...PRIVILEGED, intercept: { ictl: ICTL.SCKC } } as const;
const TIMER = { ...PRIVILEGED, intercept: { ictl: ICTL.CPU_TIMER } } as const;

// biome-ignore format: one row a line
export const CONTROL_TIMING: readonly Row[] = [
  plainRow('b205', 'stck', 'S', 'STORE CLOCK', CLOCK, storeClock),
  plainRow('b27c', 'stckf', 'S', 'STORE CLOCK FAST', { ...CLOCK, facility: 25 }, storeClock),
  plainRow('b278', 'stcke', 'S', 'STORE CLOCK EXTENDED', CLOCK, storeClockExtended),
  plainRow('0107', 'sckpf', 'E', 'SET CLOCK PROGRAMMABLE FIELD', PRIVILEGED, setClockProgrammableField),
  plainRow('b206', 'sckc', 'S', 'SET CLOCK COMPARATOR', COMPARATOR, setClockComparator),
  plainRow('b207', 'stckc', 'S', 'STORE CLOCK COMPARATOR', COMPARATOR, storeClockComparator),
  plainRow('b208', 'spt', 'S', 'SET CPU TIMER', TIMER, setTimer),
  plainRow('b209', 'stpt', 'S', 'STORE CPU TIMER', TIMER, storeTimer),
  plainRow('c81', 'ectg', 'SSF', 'EXTRACT CPU TIME', { facility: 31 }, extractCpuTime),
];
