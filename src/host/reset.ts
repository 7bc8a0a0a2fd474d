import { CELL } from '../cpu/layout.ts';
import { SD } from '../cpu/state-description.ts';
import { setCpuTimer } from '../cpu/timing.ts';
import type { Machine } from './machine.ts';
import { stopCpu } from './operating-state.ts';
import { resetServiceProcessor } from './service-processor.ts';
import type { VirtualCpu } from './virtual-cpu.ts';

/** The resets (PoP, "Resets"): what each clears beyond the one before. */

/** Initial values of the control registers that have one (PoP, "Control Registers"). */
export const INITIAL_CR0 = 0xe0n;
export const INITIAL_CR14 = 0xc200_0000n;

/** CPU reset: the CPU stops, what is pending for it alone is gone, and so are its copies of translation tables. */
export const resetCpu = (machine: Machine, vcpu: VirtualCpu): void => {
  stopCpu(machine, vcpu);
  vcpu.pending.length = 0;
  vcpu.pageFaultToken = undefined;
  machine.configuration.tlb.purge();
};

/** Initial CPU reset: PSW, prefix, timing facilities, control registers and FPC too. */
export const resetCpuInitially = (machine: Machine, vcpu: VirtualCpu): void => {
  resetCpu(machine, vcpu);
  // First, because the prefix area may be what makes the CPU unusable.
  setPrefixOf(machine, vcpu, 0);
  machine.asGuest(vcpu, 0, () => {
    const { cpu } = vcpu;
    cpu.setPsw({ mask: 0n, address: 0n });
    cpu.cr.fill(0n);
    cpu.cr[0] = INITIAL_CR0;
    cpu.cr[14] = INITIAL_CR14;
    cpu.setCell32(CELL.FPC, 0);
    cpu.setCell64(CELL.CLOCK_COMPARATOR, 0n);
    setCpuTimer(cpu, 0n);
    cpu.setCell64(CELL.TOD_PROGRAMMABLE, 0n);
    cpu.setCell64(CELL.PROGRAM_PARAMETER, 0n);
    cpu.setCell64(CELL.BREAKING_EVENT, 1n);
    cpu.contextChanged();
  });
};

/** Sets the prefix of a CPU that is not executing an instruction; when it runs again it looks for its prefix area anew. */
export const setPrefixOf = (machine: Machine, vcpu: VirtualCpu, prefix: number): void => {
  const { storage, tlb } = machine.configuration;
  const at = machine.block(vcpu) + SD.PREFIX;
  if (machine.isEntered(vcpu)) vcpu.cpu.prefix = prefix;
  else storage.view.setInt32(at, (storage.view.getInt32(at) & ~PREFIX_MASK) | prefix);
  tlb.purge();
};
const PREFIX_MASK = 0x7fff_e000;

/** What clear reset does to a CPU: an initial CPU reset, with zeros in the general, access, floating-point and vector registers. */
export const clearCpu = (machine: Machine, vcpu: VirtualCpu): void => {
  resetCpuInitially(machine, vcpu);
  machine.asGuest(vcpu, 0, () => {
    const { cpu } = vcpu;
    cpu.gr.fill(0n);
    cpu.ar.fill(0);
    cpu.vr.fill(0n);
  });
};

/**
 * Subsystem reset: floating interruptions, the channel subsystem, the service processor's masks and the watchdog; and, as KVM does with it,
 * every page is stable and may hold translation tables (spec/essa.md 1.8).
 */
export const resetSubsystem = (machine: Machine): void => {
  machine.floating.length = 0;
  resetServiceProcessor(machine.sclp);
  machine.watchdog.cancel();
  machine.channel.reset();
  machine.pager.resetUsage();
};
