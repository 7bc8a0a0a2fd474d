import type { Cpu } from '../cpu/cpu.ts';
import { lengthOf } from '../cpu/formats.ts';
import type { Instruction } from '../cpu/instruction.ts';
import { nullifies, PGM, ProgramInterruption } from '../cpu/interruption.ts';
import { CELL } from '../cpu/layout.ts';
import { movePage } from '../cpu/rows/move-page.ts';
import { SD } from '../cpu/state-description.ts';
import { CHANNEL_INSTRUCTIONS } from './channel/instructions.ts';
import type { Machine } from './machine.ts';
import { CPU_INSTRUCTIONS } from './perform/cpu-instructions.ts';
import { diagnose } from './perform/diagnose.ts';
import { performEssa } from './perform/essa.ts';
import { serviceCall } from './perform/sclp.ts';
import { signalProcessor } from './perform/sigp.ts';
import { storeSystemInformation } from './perform/stsi.ts';
import type { VirtualCpu } from './virtual-cpu.ts';

/** An instruction that the host performs for a guest; it runs as the guest (see Machine.asGuest) and checks before it changes anything. `ilc` counts an EXECUTE that it was the target of. */
export type Performer = (machine: Machine, vcpu: VirtualCpu, i: Instruction, ilc: number) => void;

const PERFORMERS: Readonly<Record<string, Performer>> = {
  ...CPU_INSTRUCTIONS,
  ...CHANNEL_INSTRUCTIONS,
  essa: performEssa,
  diag: diagnose,
  /** Partial execution: the host makes both pages resident and moves the one itself. */
  mvpg: (_, { cpu }, i) => movePage(cpu, i),
  servc: serviceCall,
  sigp: signalProcessor,
  stsi: storeSystemInformation,
};

/** Performs the instruction that an instruction interception has left in the state description; what the host does not know is an operation exception. */
export const performIntercepted = (machine: Machine, vcpu: VirtualCpu): void => {
  const { cpu } = vcpu;
  const { view } = machine.configuration.storage;
  const block = machine.block(vcpu);
  const bytes = cpu.base + CELL.FETCH_BYTES;
  view.setUint16(bytes, view.getUint16(block + SD.IPA));
  view.setUint32(bytes + 2, view.getUint32(block + SD.IPB));
  const row = machine.configuration.decode(bytes);
  const ilc = interceptedLength(view, block);
  machine.asGuest(
    vcpu,
    ilc,
    () => {
      const perform = row && PERFORMERS[row.mnemonic];
      try {
        if (row && perform) perform(machine, vcpu, cpu.instruction.at(row, bytes), ilc);
        else cpu.programCheck(PGM.OPERATION);
      } catch (thrown) {
        if (thrown instanceof ProgramInterruption && thrown.level > 0 && nullifies(thrown.code)) backUp(cpu, ilc);
        throw thrown;
      }
    },
    true,
  );
};

/** The interception has left the guest PSW behind the instruction; a nullified one is to be executed again. */
const backUp = (cpu: Cpu, ilc: number): void => {
  const { mask, address } = cpu.psw;
  cpu.setPsw({ mask, address: (address - BigInt(ilc)) & cpu.addressMask });
};

/** Length of the intercepted instruction, or of the EXECUTE whose target it was (spec/sie.md 4.7). */
const interceptedLength = (view: DataView, block: number): number => {
  const status = view.getUint8(block + SD.ICPTSTATUS);
  if (status & 0x01) return ((status & 0x60) >> 5) * 2;
  const first = view.getUint8(block + SD.IPA);
  return lengthOf(first);
};
