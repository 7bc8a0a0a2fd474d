import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PROFILES, type ProfileName } from '../cpu/profile.ts';
import { countEvents, countStates, reportOf } from '../debug/kernel-report.ts';
import { type KernelOptions, KernelSession, type Policy } from '../debug/kernel-session.ts';
import { kernelTable, progressLine } from '../debug/kernel-table.ts';
import { InputError } from '../guest/input-error.ts';
import { parseSize } from '../guest/size.ts';
import { parseWorkload, type Workload } from '../guest/workload/workload.ts';
import type { Eviction } from '../host/evictor.ts';
import type { Outcome } from '../host/machine.ts';
import { parseArguments } from './arguments.ts';
import { readInput } from './load.ts';
import { FilePagingDevice } from './open.ts';

const USAGE = `zhint run kernel [--workload FILE] [--cpus N] [--storage SIZE] [--frames N] [--policy none|unused|full]
  [--evict immediate|delayed:N|exponential:N] [--seed N] [--guards=-NAME,...] [--uaccess mvcos|std] [--disk-delay N] [--profile NAME]
  [--limit INSTRUCTIONS] [--paging-file FILE] [--json]`;

const HELP = `usage: ${USAGE}

Boots zhint's guest kernel, which hints by all the rules, and lets its processes do what a workload says.

  --workload FILE  what they do, as YAML; without it fixtures/workloads/grep.yaml
  --cpus N         virtual CPUs, 1 to 8
  --storage SIZE   guest storage, such as 64M
  --frames N       host frames for guest pages; fewer than the guest has pages make the host page
  --policy NAME    none: no hints; unused: which pages are free; full: volatile pages as well
  --evict HOW      besides, take pages that the guest allows to be taken: at once, or after N instructions, fixed or N on average
  --seed N         draw the order of the CPUs, and what the evictor leaves alone
  --guards=LIST    break rules of the kernel on purpose, such as -signoff,-dirty-transfer
  --uaccess HOW    the kernel copies to and from users with MVCOS (mvcos), or with MVCP and MVCS (std)
  --disk-delay N   instructions that the guest's disk takes for a page
  --profile NAME   whose page states: ${Object.keys(PROFILES).join(', ')}
  --limit N        stop after that many instructions (exit status 3)
  --paging-file F  the host's paging device, a file that is overwritten; without it the paging device is in memory
  --json           print one object with everything that came out

Storage and CPUs are what the workload says unless they are given.
`;

const SPEC = {
  '--help': Boolean, '-h': '--help', '--json': Boolean, '--workload': String, '--cpus': Number, '--storage': String, '--frames': Number,
  '--policy': String, '--evict': String, '--seed': Number, '--guards': String, '--uaccess': String, '--disk-delay': Number,
  '--profile': String, '--limit': Number, '--paging-file': String,
} as const; // biome-ignore format: a table

const STATUS = { passed: 0, failed: 1, limit: 3, interrupted: 130 } as const;
/** Instructions between two looks at Ctrl-C, and two lines of progress. */
const SLICE = 4_000_000;
const DEFAULT_WORKLOAD = fileURLToPath(new URL('../../fixtures/workloads/grep.yaml', import.meta.url));
const image = (name: string): Uint8Array => readFileSync(fileURLToPath(new URL(`../../src/guest/kernel/${name}`, import.meta.url)));

export const main = async (argv: string[]): Promise<number> => {
  const args = parseArguments('run kernel', SPEC, argv, USAGE.replaceAll(/\s+/g, ' '));
  if (args['--help']) {
    process.stdout.write(HELP);
    return 0;
  }
  if (args._.length > 0) throw wrong(`'${args._[0]}', expected: ${USAGE.replaceAll(/\s+/g, ' ')}`);
  const file = args['--workload'] ?? DEFAULT_WORKLOAD;
  const workload = parseWorkload(new TextDecoder().decode(readInput(file)), file);
  const pagingFile = args['--paging-file'];
  const pagingDevice = pagingFile === undefined ? undefined : new FilePagingDevice(pagingFile);
  try {
    const options = { ...kernelOptions(args, workload, file), ...(pagingDevice && { pagingDevice }) };
    const session = new KernelSession(file, { kernel: image('kernel.elf'), user: image('user.elf') }, options);
    if (!args['--json']) session.machine.onPrint = (text) => process.stdout.write(text);
    const outcome = await runToEnd(session, count(args, '--limit') ?? Number.POSITIVE_INFINITY);
    const report = reportOf(session, workload.title, outcome);
    process.stdout.write(args['--json'] ? `${JSON.stringify(report, undefined, 2)}\n` : kernelTable(report, settings(options)));
    return STATUS[outcome.verdict];
  } finally {
    pagingDevice?.close();
  }
};

type Arguments = ReturnType<typeof parseArguments<typeof SPEC>>;

const wrong = (what: string): InputError => new InputError({ file: 'zhint run kernel' }, what);

const count = (args: Arguments, name: '--cpus' | '--frames' | '--seed' | '--disk-delay' | '--limit'): number | undefined => {
  const value = args[name];
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) throw wrong(`${name} ${value}, expected a whole number`);
  return value;
};

const oneOf = <T extends string>(args: Arguments, name: '--policy' | '--uaccess' | '--profile', names: readonly T[]): T | undefined => {
  const value = args[name];
  if (value === undefined) return undefined;
  const found = names.find((known) => known === value);
  if (found === undefined) throw wrong(`${name} ${value}, expected ${names.join(', ')}`);
  return found;
};

const eviction = (text: string | undefined): Eviction | undefined => {
  if (text === undefined) return undefined;
  if (text === 'immediate') return { mode: 'immediate' };
  const [, mode, digits] = /^(delayed|exponential):(\d+)$/.exec(text) ?? [];
  const time = Number(digits);
  if (mode === undefined || time < 1) throw wrong(`--evict ${text}, expected immediate, delayed:N or exponential:N`);
  return mode === 'delayed' ? { mode, after: time } : { mode: 'exponential', mean: time };
};

const kernelOptions = (args: Arguments, workload: Workload, file: string): KernelOptions => {
  const size = (text: string, where: string): number => {
    const bytes = parseSize(text);
    if (bytes === undefined) throw new InputError({ file: where }, `storage ${text}, expected a size such as 64M`);
    return bytes;
  };
  const storage = args['--storage'];
  const guards = args['--guards'];
  if (guards !== undefined && !/^-[a-z-]+(,-[a-z-]+)*$/.test(guards))
    throw wrong(`--guards ${guards}, expected names with - before them, such as -signoff,-count`);
  const given = {
    frames: count(args, '--frames'),
    seed: count(args, '--seed'),
    diskDelay: count(args, '--disk-delay'),
    policy: oneOf<Policy>(args, '--policy', ['none', 'unused', 'full']),
    uaccess: oneOf(args, '--uaccess', ['mvcos', 'std']),
    profile: oneOf(args, '--profile', Object.keys(PROFILES) as ProfileName[]),
    eviction: eviction(args['--evict']),
    guards,
  };
  return {
    workload,
    cpus: count(args, '--cpus') ?? workload.cpus,
    storage: storage === undefined ? size(workload.storage, file) : size(storage, 'zhint run kernel'),
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<KernelOptions>),
  };
};

const settings = ({ storage, cpus, frames, policy = 'full', guards }: KernelOptions): string =>
  [
    `${storage / 2 ** 20}M`,
    `${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}`,
    `${frames ?? storage / 4096} frames`,
    `policy ${policy}`,
    ...(guards === undefined ? [] : [`guards ${guards}`]),
  ].join(', ');

/** Runs in slices: Ctrl-C ends the run with the state so far, and a terminal sees how far it is. */
const runToEnd = async (session: KernelSession, limit: number): Promise<Outcome> => {
  const { machine } = session;
  const onInterrupt = (): void => machine.interrupt();
  process.once('SIGINT', onInterrupt);
  try {
    for (;;) {
      const outcome = session.run(Math.min(SLICE, limit - machine.instructions));
      if (outcome) return outcome;
      if (machine.instructions >= limit) return { verdict: 'limit', reason: `the limit of ${limit} instructions was reached` };
      if (process.stderr.isTTY) showProgress(session);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    process.off('SIGINT', onInterrupt);
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
};

const showProgress = (session: KernelSession): void => {
  const { machine } = session;
  const line = progressLine(
    machine.instructions,
    countStates(session),
    countEvents(session).guest.checkedPages,
    machine.pager.counters.discards,
  );
  process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
};
