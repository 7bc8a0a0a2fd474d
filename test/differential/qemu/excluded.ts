/**
 * Instructions that are not compared with QEMU, and why.
 * Some of them are tested elsewhere against the manual; none is left out because the machines disagree (that is known-differences.ts).
 */
export const EXCLUDED: Readonly<Record<string, string>> = {
  sie: 'QEMU TCG has no interpretive execution',
  essa: 'QEMU TCG has no page hinting',
  diag: 'its meaning is the hypervisor, not the architecture',
  servc: 'talks to the service processor, which is part of the host',
  stck: 'reads the clock',
  stckf: 'reads the clock',
  stcke: 'reads the clock',
  stpt: 'reads the CPU timer',
  ptff: 'reads the clock and its steering',
  stidp: 'stores the model of the machine',
  stap: 'QEMU and zhint may number CPUs differently',
  stsi: 'stores the model of the machine',
  stfl: 'stores the facilities of the machine',
  stfle: 'stores the facilities of the machine',
  ecag: 'stores the caches of the machine',
};
