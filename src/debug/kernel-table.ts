import { type KernelReport, type StateCounts, volatileShare } from './kernel-report.ts';

/** How a run of the guest kernel reads for people. */

const number = (value: number): string => value.toLocaleString('en-US');
const right = (text: string, width = 11): string => text.padStart(width);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const ROWS = [
  ['S stable', ['Sr', 'Sp', 'Sz']],
  ['U unused', ['Ur', undefined, 'Uz']],
  ['P pot. volatile', ['Pr', undefined, undefined]],
  ['V volatile', ['Vr', undefined, 'Vz']],
] as const;

/** The table of the patches' cover letter: pages by usage, and by resident, preserved and zero. */
const stateTable = (states: StateCounts): string[] => {
  const line = (title: string, cells: readonly string[]): string => `  ${title.padEnd(16)}${cells.map((cell) => right(cell)).join('')}`;
  const rows = ROWS.map(([title, names]) => {
    const counts = names.map((name) => (name === undefined ? undefined : states[name]));
    const total = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    return line(
      title,
      [...counts, total].map((count) => (count === undefined ? '-' : number(count))),
    );
  });
  const { resident, share } = volatileShare(states);
  return [
    line('pages', ['resident', 'preserved', 'zero', 'total']),
    ...rows,
    `  ${number(resident)} resident, ${percent(share)} of them volatile`,
  ];
};

const ESSA_NAMES = ['get', 'stable', 'unused', 'volatile', 'pot. volatile', 'stable resident', 'stable if present', 'stable no-DAT'];

/** Title and pairs of what and how many; zeros are left out. */
const counts = (title: string, pairs: readonly (readonly [string, number | undefined])[]): string[] => {
  const told = pairs.filter(([, value]) => value !== undefined && value !== 0).map(([what, value]) => `${what} ${number(value!)}`);
  return told.length === 0 ? [] : [`  ${title.padEnd(16)}  ${told.join(', ')}`];
};

/** The end of a run: pages by state, what hinting cost, what it saved. */
export const kernelTable = (report: KernelReport, settings: string): string => {
  const { guest, host, states } = report;
  return [
    `${report.workload}: ${report.verdict}: ${report.reason}; ${settings}`,
    '',
    ...stateTable(states),
    '',
    ...counts(
      'ESSA',
      report.essa.map((count, code) => [ESSA_NAMES[code]!, count]),
    ),
    `  ${'per page life'.padEnd(16)}  ${report.essaPerPageLife.toFixed(2)} ESSA for each page allocated`,
    ...counts('discards', [
      ['faults', guest.discardFaults], ['in the kernel', guest.discardFaultsInKernel], ['fix-ups', guest.fixups],
      ['pages given up', guest.discarded], ['freed late', guest.delayedFrees], ['refetched', guest.refetched],
    ]), // biome-ignore format: pairs
    ...counts('host paging', [
      ['written', host['pageOuts']! - host['cleanPageOuts']!], ['read', host['pageIns']], ['dropped', host['drops']],
      ['discarded', host['discards']], ['zero-filled', host['zeroFills']],
    ]), // biome-ignore format: pairs
    ...counts('guest disk', [
      ['reads', guest.diskReads], ['writes', guest.diskWrites], ['swap reads', guest.swapIns], ['swap writes', guest.swapOuts],
    ]), // biome-ignore format: pairs
    ...counts('guest memory', [
      ['allocated', guest.allocated], ['minor faults', guest.minorFaults], ['major faults', guest.majorFaults], ['copies', guest.copies],
      ['reclaimed', guest.reclaimed], ['pages checked', guest.checkedPages],
    ]), // biome-ignore format: pairs
    ...counts('instructions', [
      ['kernel', report.kernelInstructions],
      ['user', report.userInstructions],
      ['all', report.instructions],
    ]),
    '',
  ].join('\n');
};

/** One line for a terminal while the guest runs. */
export const progressLine = (instructions: number, states: StateCounts, checkedPages: number, discards: number): string => {
  const { resident, share } = volatileShare(states);
  return [
    `${(instructions / 1e6).toFixed(0)} M instructions`,
    `${number(resident)} pages resident, ${percent(share)} volatile`,
    `${number(discards)} discarded`,
    `${number(checkedPages)} checked`,
  ].join(' · ');
};
