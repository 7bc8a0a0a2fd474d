/**
 * Instructions that are not compared with QEMU, and why.
 * Some of them are tested elsewhere against the manual; none is left out because the machines disagree (that is known-differences.ts).
 */
const SAME: readonly (readonly [mnemonics: string, why: string])[] = [
  [
    'ed edmk plo lmd trte trtre cpya cvb cvby cvbg cvdg ap sp zap cp mp dp srp ipk sac iac epar epair esar esair ssar ssair bsm bassm pfmf mvck mvcsk mvcdk',
    'QEMU 7.2 TCG does not have it',
  ],
  [
    'vpkz vupkz vlrl vlrlr vstrl vstrlr vlip vcvb vcvbg vcvd vcvdg vsrp vpsop vtp vcp vap vsp vmp vmsp vdp vrp vsdp',
    'QEMU 7.2 TCG does not have it',
  ],
  ['lfas sfasr', 'QEMU 7.2 aborts when an exception is to be signaled'],
  ['csch hsch msch rchp rsch sal schm ssch stcps stcrw stsch tpi tsch xsch chsc', 'its result depends on the devices of the machine'],
  ['km kmc kmac kimd klmd pckmo kmf kmo kmctr pcc prno', 'which functions there are, and so what query stores, is the model’s affair'],
  ['stck stckf stcke ptff', 'reads the clock'],
  ['stpt ectg', 'reads the CPU timer'],
];

export const EXCLUDED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(SAME.flatMap(([mnemonics, why]) => mnemonics.split(' ').map((mnemonic) => [mnemonic, why]))),
  sie: 'QEMU TCG has no interpretive execution',
  essa: 'QEMU TCG has no page hinting',
  diag: 'its meaning is the hypervisor, not the architecture',
  servc: 'talks to the service processor, which is part of the host',
  stidp: 'stores the model of the machine',
  stap: 'QEMU and zhint may number CPUs differently',
  stsi: 'stores the model of the machine',
  stfl: 'stores the facilities of the machine',
  stfle: 'stores the facilities of the machine',
  ecag: 'stores the caches of the machine',
};
