import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MigrationWatch } from '../debug/migration.ts';
import type { Session } from '../debug/session.ts';
import type { Outcome } from '../host/machine.ts';

/** Exit status of a process that has written a snapshot and expects another one to go on from it. */
export const HANDED_OVER = 4;

/** Instructions between two migrations of a guest that wants to be migrated while it runs. */
const CONTINUOUS_INTERVAL = 20_000_000;

const ZHINT = fileURLToPath(new URL('../../bin/zhint.js', import.meta.url));

/** Runs a session for up to so many instructions more; undefined when it has not ended by then. */
export type RunSlice = (instructions?: number) => Promise<Outcome | undefined>;

/**
 * Runs a session until its guest wants to be migrated, and presses the keys that the guest waits for.
 * @returns how the run ended; undefined when it is to go on in another process
 */
export const runUntilMigration = async (session: Session, run: RunSlice): Promise<Outcome | undefined> => {
  const watch = new MigrationWatch(session.machine);
  for (;;) {
    const outcome = await run(watch.continuous ? CONTINUOUS_INTERVAL : undefined);
    if (outcome === undefined) return undefined;
    let request = watch.take();
    if (request === undefined) return outcome;
    let migrates = false;
    for (; request !== undefined; request = watch.take()) {
      if (request === 'begin' || request === 'end') watch.continuous = request === 'begin';
      migrates ||= request === 'migrate';
      // Whoever is to go on with the guest finds the key that it waits for.
      session.machine.pushInput('\n');
    }
    if (migrates) return undefined;
  }
};

/**
 * Runs a guest, first here and then, whenever it is to be migrated, in another new process. The snapshots are files that are gone afterwards.
 * @param first runs the guest here; it returns {@link HANDED_OVER} when it has written the file
 * @param options what every new process is told on its command line
 * @returns the last one's exit status
 */
export const goOnElsewhere = async (
  first: (file: string) => Promise<number>,
  options: readonly string[],
): Promise<{ status: number; migrations: number }> => {
  const directory = mkdtempSync(join(tmpdir(), 'zhint-migration-'));
  const file = (n: number): string => join(directory, `${n}.snapshot`);
  try {
    let status = await first(file(0));
    let migrations = 0;
    for (; status === HANDED_OVER; migrations++) {
      const from = file(migrations);
      status = await runProcess(['run', '--from', from, '--migrate', '--hand-over', file(migrations + 1), ...options]);
      rmSync(from);
    }
    return { status, migrations };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/** Runs zhint with this one's standard streams. @returns its exit status, as a shell would have it */
const runProcess = async (argv: readonly string[]): Promise<number> => {
  // Ctrl-C is for the process that runs the guest: it tells how far that has come.
  const ignore = (): void => {};
  process.on('SIGINT', ignore);
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [ZHINT, ...argv], { stdio: 'inherit' });
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
  } finally {
    process.off('SIGINT', ignore);
  }
};
