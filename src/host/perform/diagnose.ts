import { PGM } from '../../cpu/interruption.ts';
import { FRAME_SIZE } from '../../cpu/storage.ts';
import type { Performer } from '../intercepted.ts';
import { hypercall } from './hypercall.ts';

/** DIAGNOSE functions by code (bits 48-63 of the second-operand address). */
const TIME_SLICE_END = 0x44;
const DIRECTED_YIELD = 0x9c;
const RELEASE_PAGES = 0x10;
const HYPERCALL = 0x500;
const LOWEST_RELEASED = 0x2000n;

export const diagnose: Performer = (machine, vcpu, i, ilc) => {
  switch (Number(i.value(2) & 0xffffn)) {
    case TIME_SLICE_END:
    case DIRECTED_YIELD:
      return; // the scheduler gives everyone a turn anyway
    case RELEASE_PAGES:
      releasePages(machine, vcpu, i, ilc);
      return;
    case HYPERCALL:
      hypercall(machine, vcpu, i, ilc);
      return;
    default:
      vcpu.cpu.programCheck(PGM.SPECIFICATION);
  }
};

/** X'10': the pages from GR R1 to GR R3, inclusive, lose their content; the prefix area is left alone (spec/systems.md 6.2 c). */
const releasePages: Performer = (machine, { cpu }, i) => {
  const first = cpu.gr[i.r1]!;
  const last = cpu.gr[i.r3]!;
  if ((first | last) & 0xfffn || first > last || first < LOWEST_RELEASED) cpu.programCheck(PGM.SPECIFICATION);
  if (last >= BigInt(machine.options.storage)) cpu.programCheck(PGM.ADDRESSING);
  for (let page = Number(first); page <= Number(last); page += FRAME_SIZE) {
    if (page !== cpu.prefix && page !== cpu.prefix + FRAME_SIZE) machine.pager.forget(page, "DIAGNOSE X'10'");
  }
};
