import { applyEssa, blockAddress, checkOrc, plan } from '../../cpu/essa.ts';
import type { Instruction } from '../../cpu/instruction.ts';
import { ECB2, SD } from '../../cpu/state-description.ts';
import { noteEssa } from '../cmma-migration.ts';
import { drainList } from '../discarded-list.ts';
import type { Machine } from '../machine.ts';
import type { VirtualCpu } from '../virtual-cpu.ts';

/**
 * ESSA that the machine handed over (spec/essa.md 1.8): because it does not interpret it, as in migration mode, because the list of discarded
 * blocks is full, or because a block must be made resident.
 */
export const performEssa = (machine: Machine, vcpu: VirtualCpu, i: Instruction, ilc: number): void => {
  const { view } = machine.configuration.storage;
  machine.cmma.used = true;
  const ecb2 = machine.block(vcpu) + SD.ECB2;
  const interpreted = (view.getUint8(ecb2) & ECB2.CMMA) !== 0;
  const interpretNow = !interpreted && machine.options.essa === 'lazy' && !machine.cmma.migrating;
  if (interpretNow) view.setUint8(ecb2, view.getUint8(ecb2) | ECB2.CMMA);
  if (interpretNow || (interpreted && drainList(machine, vcpu) > 0)) {
    again(vcpu, ilc);
    return;
  }
  const { cpu } = vcpu;
  const orc = checkOrc(cpu, i.m3);
  const page = blockAddress(cpu, i);
  const entries = machine.gmap.entries(page);
  const planned = plan(cpu, orc, entries);
  cpu.gr[i.r1] = BigInt(applyEssa(cpu, 1, orc, page, entries, planned));
  if (orc !== 0) noteEssa(machine, page);
  if (planned.listed) machine.pager.release(page, 'ESSA discarded the block');
  if (planned.makeResident) machine.pager.pageIn(page, 'ESSA 5');
};

/** Executes the instruction again, by interpretation this time. */
const again = ({ cpu }: VirtualCpu, ilc: number): void => {
  const { mask, address } = cpu.psw;
  cpu.setPsw({ mask, address: address - BigInt(ilc) });
  cpu.uncount(1);
};
