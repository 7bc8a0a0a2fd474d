import { PGM } from '../../cpu/interruption.ts';
import { FRAME_SIZE } from '../../cpu/storage.ts';
import type { Performer } from '../intercepted.ts';
import { hypercall } from './hypercall.ts';
import { pageReference } from './page-reference.ts';
import { programLoad } from './program-load.ts';
import { watchdogTimer } from './watchdog-timer.ts';

/** X'44', time-slice end: whoever else can run does, as after every interception; see Machine. */
const timeSliceEnd: Performer = () => {};

/** X'9C', directed yield: the CPU whose address is in R1 runs next, if it can. */
const directedYield: Performer = (machine, { cpu }, i) => machine.yieldTo(Number(cpu.gr[i.r1]! & 0xffffn));

const LOWEST_RELEASED = 0x2000n;

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

/** DIAGNOSE functions by code; those of devices are in {@link Agents.diagnoses}. X'318', control-program name, is not among them: the service processor does not announce it. */
const FUNCTIONS: Readonly<Record<number, Performer>> = {
  [0x10]: releasePages,
  [0x44]: timeSliceEnd,
  [0x9c]: directedYield,
  [0x258]: pageReference,
  [0x288]: watchdogTimer,
  [0x308]: programLoad,
  [0x500]: hypercall,
};

/** DIAGNOSE: bits 48-63 of the second-operand address are the function code; what there is no function for is a specification exception. */
export const diagnose: Performer = (machine, vcpu, i, ilc) => {
  const code = Number(i.value(2) & 0xffffn);
  const perform = FUNCTIONS[code] ?? machine.agents.diagnoses.get(code);
  if (!perform) vcpu.cpu.programCheck(PGM.SPECIFICATION);
  else perform(machine, vcpu, i, ilc);
};
