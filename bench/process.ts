import { spawnSync } from 'node:child_process';

/** What a process took until it ended. */
export interface Timed {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
  /** Seconds that all its threads together spent on processors, in user and system mode. */
  readonly cpu: number;
  /** Seconds from its start to its end. */
  readonly wall: number;
}

/** The shell's `time` tells what Node does not: the processor time of a child. */
const TIMED = 'TIMEFORMAT="%3U %3S"; time "$@"';

/** Runs a command to its end. */
export const timed = (command: string, ...args: string[]): Timed => {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync('bash', ['-c', TIMED, 'bash', command, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
    env: { ...process.env, LC_ALL: 'C' },
  });
  const wall = (performance.now() - start) / 1000;
  const lines = stderr.trimEnd().split('\n');
  const [user = Number.NaN, system = Number.NaN] = (lines.pop() ?? '').split(' ').map(Number);
  return { status, output: stdout, errors: lines.join('\n'), cpu: user + system, wall };
};

/** The first line that a command prints when asked for its version, or undefined when it cannot be run. */
export const firstLine = (command: string, ...args: string[]): string | undefined => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 });
  if (error || status === null) return undefined;
  return `${stdout}${stderr}`.split('\n').find((line) => line.trim() !== '');
};
