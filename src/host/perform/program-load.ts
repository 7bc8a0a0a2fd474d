import type { Instruction } from '../../cpu/instruction.ts';
import { PGM } from '../../cpu/interruption.ts';
import { expandShort } from '../../cpu/psw.ts';
import { FRAME_SIZE } from '../../cpu/storage.ts';
import type { Performer } from '../intercepted.ts';
import type { Machine } from '../machine.ts';
import { startCpu } from '../operating-state.ts';
import { clearCpu, resetCpu, resetCpuInitially, resetSubsystem } from '../reset.ts';
import type { VirtualCpu } from '../virtual-cpu.ts';

const SUBCODE = { MODIFIED_CLEAR: 0n, LOAD_NORMAL_RESET: 1n, LOAD_CLEAR: 3n, LOAD_DUMP: 4n, SET: 5n, STORE: 6n } as const;

/** What the register after R1 gets. */
const RESULT = { DONE: 0x0001n, NO_CONFIGURATION: 0x0102n, INVALID_BLOCK: 0x0402n } as const;

/** Offsets in an IPL parameter block: its length in bytes, the type of what to load from. */
const BLOCK = { LENGTH: 0, TYPE: 12 } as const;
/** The least length of a block by its type: FCP and CCW. */
const LEAST_LENGTH: Readonly<Record<number, number>> = { 0: 384, 2: 200 };

/** Resets the configuration and continues with the PSW at absolute 0; storage and its keys stay as they are. */
const resetAndRestart = (machine: Machine, vcpu: VirtualCpu, clear: boolean): void => {
  resetSubsystem(machine);
  for (const other of machine.vcpus) if (other !== vcpu) (clear ? clearCpu : resetCpu)(machine, other);
  (clear ? clearCpu : resetCpuInitially)(machine, vcpu);
  startCpu(machine, vcpu);
  const psw = machine.storage.read(0, 8);
  vcpu.cpu.loadPsw(expandShort(new DataView(psw.buffer, psw.byteOffset).getBigUint64(0)));
};

/** The absolute address of the IPL parameter block in R1, which begins a page; R1 is even. */
const blockAddress = (machine: Machine, { cpu }: VirtualCpu, i: Instruction): number => {
  const address = cpu.gr[i.r1]!;
  if (i.r1 & 1 || address & 0xfffn) cpu.programCheck(PGM.SPECIFICATION);
  if (address >= BigInt(machine.options.storage)) cpu.programCheck(PGM.ADDRESSING);
  return Number(address);
};

/** Sets the block from which the next load will be. */
const setBlock = (machine: Machine, vcpu: VirtualCpu, i: Instruction): void => {
  const page = machine.storage.read(blockAddress(machine, vcpu, i), FRAME_SIZE);
  const view = new DataView(page.buffer, page.byteOffset);
  const length = view.getUint32(BLOCK.LENGTH);
  const least = LEAST_LENGTH[view.getUint8(BLOCK.TYPE)];
  const valid = length <= FRAME_SIZE && least !== undefined && length >= least;
  if (valid) machine.iplBlock = page.slice(0, length);
  vcpu.cpu.gr[i.r1 + 1] = valid ? RESULT.DONE : RESULT.INVALID_BLOCK;
};

const storeBlock = (machine: Machine, vcpu: VirtualCpu, i: Instruction): void => {
  const address = blockAddress(machine, vcpu, i);
  if (machine.iplBlock) machine.storage.write(address, machine.iplBlock);
  vcpu.cpu.gr[i.r1 + 1] = machine.iplBlock ? RESULT.DONE : RESULT.NO_CONFIGURATION;
};

/**
 * X'308', program load and reset, with its subcode in R3 (spec/kvm-unit-tests.md 4.7). Keys do not apply to the parameter block. To load
 * anew ends the run: there is nothing to load from.
 */
export const programLoad: Performer = (machine, vcpu, i) => {
  switch (vcpu.cpu.gr[i.r3]!) {
    case SUBCODE.MODIFIED_CLEAR:
      resetAndRestart(machine, vcpu, true);
      return;
    case SUBCODE.LOAD_NORMAL_RESET:
      resetAndRestart(machine, vcpu, false);
      return;
    case SUBCODE.LOAD_CLEAR:
    case SUBCODE.LOAD_DUMP:
      machine.end('failed', `CPU ${vcpu.address} asks to be loaded anew`);
      return;
    case SUBCODE.SET:
      setBlock(machine, vcpu, i);
      return;
    case SUBCODE.STORE:
      storeBlock(machine, vcpu, i);
      return;
    default:
      vcpu.cpu.programCheck(PGM.SPECIFICATION);
  }
};
