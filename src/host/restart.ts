import { interruptRestart } from '../cpu/execution.ts';
import type { Machine } from './machine.ts';
import { startCpu } from './operating-state.ts';
import type { VirtualCpu } from './virtual-cpu.ts';
import { endWait } from './waiting.ts';

/** Puts a CPU into the operating state and interrupts it with restart (PoP, "Restart Interruption"). */
export const restartCpu = (machine: Machine, vcpu: VirtualCpu): void => {
  startCpu(machine, vcpu);
  endWait(machine, vcpu);
  machine.asGuest(vcpu, 0, () => interruptRestart(vcpu.cpu));
};
