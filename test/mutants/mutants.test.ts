import { transformSync } from 'esbuild';
import { afterEach, describe, expect, test } from 'vitest';
import { allMutants, fatesOf, nameOf } from './harness.ts';
import { applyMutant, instrument, mutantsOf } from './mutate.ts';

afterEach(() => {
  globalThis.mutant = 0;
});

describe('the sources are changed as they should be', () => {
  const SOURCE = `
    const LIMIT = 3;
    const log: number[] = [];
    const note = (n: number): void => { log.push(n); };
    const f = (a: number, b: boolean): unknown => {
      if (a > LIMIT && b) note(1);
      else if (!b) note(~a & 6);
      else { note(-a); return; }
      const c = a < 2 ? [a + 1, 2n].at(-1) : b ?? null;
      return { c, 9: a === 4 || b };
    };
    [log, f(1, true), f(4, true), f(4, false), f(5, false)];
  `;
  const mutants = mutantsOf('small.ts', SOURCE);
  const run = (source: string): string => {
    const { code } = transformSync(source, { loader: 'ts' });
    // biome-ignore lint/security/noGlobalEval lint/complexity/noCommaOperator: the value of the script's last expression is what is compared
    return JSON.stringify((0, eval)(`{${code}}`), (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
  };

  test('there are mutants of every kind', () => {
    const changes = mutants.map(({ original, replacement }) => `${original} -> ${replacement}`);
    for (const change of [
      'a > LIMIT -> (a >= LIMIT)',
      'a > LIMIT && b -> (false)',
      '!b -> (b)',
      '~a & 6 -> (~a | 6)',
      'note(1); -> ;',
      '3 -> (4)',
      '-1 -> (1)',
      '2n -> (3n)',
      'return; -> ;',
    ])
      expect(changes).toContain(change);
    // Not the name of a property.
    expect(changes).not.toContain('9 -> (10)');
  });

  test('one module with all of them does for each what the changed source does', () => {
    const later = mutants.filter(({ atLoad }) => !atLoad);
    const together = instrument(SOURCE, later, (mutant) => later.indexOf(mutant) + 1);
    expect(run(together)).toBe(run(SOURCE));
    expect(later.length).toBeGreaterThan(20);
    for (const [n, mutant] of later.entries()) {
      globalThis.mutant = n + 1;
      expect(run(together), mutant.replacement).toBe(run(applyMutant(SOURCE, mutant)));
    }
  });
});

/** Mutants of the targets that must be killed, and by what; see run.ts for all of them. */
const SEEDED: readonly [string, RegExp][] = [
  ['src/cpu/essa.ts: if (resident) return use(USAGE.POTENTIALLY_VOLATILE);: resident -> (true)', /^conform: zvm, interpreted: Sz C=0, untouched: ESSA 4 -> Vz$/],
  ['src/cpu/essa.ts: return profile.keepsChanged ? unchanged : use(USAGE.STABLE);: profile.keepsChanged -> (true)', /^conform: kvm, .*: Pp C=1, .*: ESSA 4 -> Sp$/],
  ['src/cpu/levels.ts: if (profile.strictUnused && isUnused(status)) throw new ProgramInterruption(level, PGM.ADDRESSING);: throw new ProgramInterruption(level, PGM.ADDRESSING); -> nothing', /^conform: zvm, .*: ESSA 2 -> Uz$/],
  ["src/host/pager.ts: if (usage === 'V' && discards) return 'discard';: usage === 'V' && discards -> (usage === 'V' || discards)", /^conform: zvm, /],
  ['src/host/perform/essa.ts: if (planned.makeResident) machine.pager.pageIn(page, \'ESSA 5\');: planned.makeResident -> (false)', /^conform: zvm, |^fixtures/],
  ['src/host/discarded-list.ts: replaceList(machine, vcpu, others);: replaceList(machine, vcpu, others); -> nothing', /^test\/programs\/kvm-2026-discarded-content\.s: /],
]; // biome-ignore format: a line each

test('seeded mutants are killed', { timeout: 300_000 }, async () => {
  const mutants = allMutants();
  const seeded = SEEDED.map(([name]) => {
    const mutant = mutants.find((candidate) => nameOf(candidate) === name);
    if (!mutant) throw new Error(`there is no mutant '${name}'`);
    return mutant;
  });
  const killers = new Map<string, string | undefined>();
  for await (const { mutant, killedBy } of fatesOf(seeded)) killers.set(nameOf(mutant), killedBy);
  for (const [name, killer] of SEEDED) expect(killers.get(name), name).toMatch(killer);
});
