import type { Action } from './cells.ts';
import type { Verdict } from './conform.ts';
import { type Bit, type ConformProfile, type Expectation, STATES, type StateName, stateByte, touchLine } from './expectation.ts';
import { hexCode } from './judge.ts';

/** What a profile is, in a line. */
export const TITLES: Readonly<Record<ConformProfile, string>> = {
  zvm: 'the architecture as IBM documents it for z/VM',
  kvm: 'KVM before its 2026 rewrite',
  'kvm-2026': 'KVM since its 2026 rewrite',
};

/** The columns of a table; requests 8 to 15 share one, and 7 has another one for guests without facility 147. */
export const COLUMNS = ['0', '1', '2', '3', '4', '5', '6', '7', '7 without', '8-15', 'reclaim'] as const;
type Column = (typeof COLUMNS)[number];

/** One place of a table: the state after, and how often that was seen. */
interface Place {
  /** The state after, or the program interruption; with a star where the content is discarded. */
  readonly text: string;
  readonly observed: number;
  readonly wrong: number;
}

/** A row of a table: a state before. */
export interface Row {
  readonly state: StateName;
  /** The guest's change bit, where it makes a difference. */
  readonly change: Bit | undefined;
  /** The byte that ESSA returns, in hexadecimal. */
  readonly byte: string;
  readonly places: ReadonlyMap<Column, Place>;
  /** What a load from the page gives. */
  readonly touch: string;
  /** Why the state cannot occur; there are no places then. */
  readonly unreachable: string | undefined;
}

export interface Summary {
  readonly profile: ConformProfile;
  readonly rows: readonly Row[];
  readonly cells: number;
  readonly wrong: number;
}

/** Folds the verdicts of a profile into the rows of its table. */
export const summarize = (expectation: Expectation, profile: ConformProfile, verdicts: readonly Verdict[]): Summary => ({
  profile,
  rows: STATES.flatMap((state) => rowsOf(expectation, profile, state, verdicts)),
  cells: verdicts.length,
  wrong: verdicts.filter(({ differences }) => differences.length > 0).length,
});

const rowsOf = (expectation: Expectation, name: ConformProfile, state: StateName, verdicts: readonly Verdict[]): Row[] => {
  const profile = expectation.profiles[name];
  const byte = stateByte(expectation, state, false).toString(16).padStart(2, '0');
  const unreachable = profile.unreachable.find((line) => line.state === state)?.reason;
  const row = { state, byte, unreachable };
  if (unreachable !== undefined) return [{ ...row, change: undefined, places: new Map(), touch: '' }];
  const { gives } = touchLine(profile, state);
  const touch = gives === 'data' ? 'data' : hexCode(gives);
  const [clean, changed] = ([0, 1] as const).map((change) => placesOf(state, change, verdicts));
  const same = COLUMNS.every((column) => clean!.get(column)?.text === changed!.get(column)?.text);
  if (same) return [{ ...row, change: undefined, places: placesOf(state, undefined, verdicts), touch }];
  return [
    { ...row, change: 0, places: clean!, touch },
    { ...row, change: 1, places: changed!, touch },
  ];
};

const placesOf = (state: StateName, change: Bit | undefined, verdicts: readonly Verdict[]): Map<Column, Place> => {
  const places = new Map<Column, Place>();
  for (const { cell, expected, differences } of verdicts) {
    if (cell.from !== state || (change !== undefined && cell.change !== change)) continue;
    const column = columnOf(cell.action, cell.withoutFacility);
    const { observed = 0, wrong = 0 } = places.get(column) ?? {};
    const text = expected.exception === undefined ? `${expected.to}${expected.discard ? '*' : ''}` : hexCode(expected.exception);
    places.set(column, { text, observed: observed + 1, wrong: wrong + Number(differences.length > 0) });
  }
  return places;
};

const columnOf = (action: Action, withoutFacility: number | undefined): Column => {
  if (action === 'reclaim') return 'reclaim';
  if (action >= 8) return '8-15';
  return withoutFacility === undefined ? (`${action}` as Column) : '7 without';
};

/** A cell in words, and how it came about: "zvm, level 2: Sp C=1, by store, reclaim: ESSA 4 -> Sp". */
export const describeCell = (profile: ConformProfile, { cell, way, expected }: Verdict): string => {
  const { from, change, nodat, steps, action, withoutFacility } = cell;
  const what = action === 'reclaim' ? 'reclaim' : `ESSA ${action}`;
  const without = withoutFacility === undefined ? '' : ` without facility ${withoutFacility}`;
  const reached = steps.length === 0 ? 'untouched' : `by ${steps.join(', ')}`;
  const nodatAfter = expected.nodat ? '+nodat' : '';
  const to = expected.exception === undefined ? `${expected.to}${nodatAfter}` : `interruption ${hexCode(expected.exception)}`;
  return `${profile}, ${way}: ${from}${nodat ? '+nodat' : ''} C=${change}, ${reached}: ${what}${without} -> ${to}`;
};
