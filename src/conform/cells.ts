import type { Bit, Expectation, ProfileExpectation, StateName, Step } from './expectation.ts';

/** A request of the guest by its code, or the host's reclaim. */
export type Action = number | 'reclaim';

/** One thing that happens to one page in one state, which it reached in one way. */
export interface Cell {
  readonly from: StateName;
  readonly change: Bit;
  readonly nodat: boolean;
  readonly steps: readonly Step[];
  /** What the page holds: a pattern that the guest has stored, or zeros. */
  readonly data: 'kept' | 'zeros';
  readonly action: Action;
  /** A facility that the guest does not have, where that makes the difference. */
  readonly withoutFacility: number | undefined;
}

const REQUESTS = Array.from({ length: 16 }, (_, request) => request);

/** Every cell of a profile on a machine with all facilities. */
export const cellsOf = (profile: ProfileExpectation): Cell[] =>
  profile.reach.flatMap(({ state, change, steps, data }) =>
    [false, true].flatMap((nodat) =>
      actionsIn(state).map((action) => ({
        from: state,
        change,
        nodat,
        steps: nodat ? withPromise(steps) : steps,
        data,
        action,
        withoutFacility: undefined,
      })),
    ),
  );

/** Cells of requests that are an exception where a facility is absent; nobody can have made the no-DAT promise there. */
export const cellsWithout = (facility: number, expectation: Expectation, profile: ProfileExpectation): Cell[] =>
  expectation.exceptions
    .filter((line) => line.withoutFacility === facility)
    .flatMap(({ request }) =>
      profile.reach.map(({ state, change, steps, data }) => ({
        from: state,
        change,
        nodat: false,
        steps,
        data,
        action: request,
        withoutFacility: facility,
      })),
    );

const actionsIn = (state: StateName): Action[] => (state.endsWith('r') ? [...REQUESTS, 'reclaim'] : REQUESTS);

/** The same steps with request 7 where they make the page stable, or else before all of them: the page is stable from the first. */
const withPromise = (steps: readonly Step[]): readonly Step[] =>
  steps.includes('essa 1') ? steps.map((step) => (step === 'essa 1' ? 'essa 7' : step)) : ['essa 7', ...steps];
