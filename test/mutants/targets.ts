/** The code that is mutated: ESSA, the page-status entry, the check for discarded blocks, and the host's paging. */
export const TARGETS: readonly { readonly file: string; readonly only?: readonly [string, string] }[] = [
  { file: 'src/cpu/essa.ts' },
  { file: 'src/cpu/pgste.ts' },
  { file: 'src/cpu/levels.ts', only: ['/** Raises what an access to a discarded block', '\n};\n'] },
  { file: 'src/host/pager.ts' },
  { file: 'src/host/discarded-list.ts' },
  { file: 'src/host/perform/essa.ts' },
];

/** Where the part of a source that is mutated begins and ends. */
export const rangeOf = (source: string, only: readonly [string, string] | undefined): readonly [number, number] => {
  if (!only) return [0, source.length];
  const start = source.indexOf(only[0]);
  const end = source.indexOf(only[1], start);
  if (start < 0 || end < 0) throw new Error(`no '${only[0]}' in the source`);
  return [start, end + only[1].length];
};
