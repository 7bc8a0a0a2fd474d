import type { Result } from '../debug/result.ts';
import type { Session, SessionOptions } from '../debug/session.ts';
import { TRACE_KINDS, type TraceKind, traceTo } from '../debug/trace.ts';
import { type DeviceText, parseDevice } from '../guest/device.ts';
import { InputError } from '../guest/input-error.ts';
import { parseSize } from '../guest/size.ts';
import { DEVICE_NAMES } from '../host/virtio/attach.ts';
import { oneOperand, parseArguments } from './arguments.ts';
import { openByteStore } from './byte-store.ts';
import { connectInput } from './input.ts';
import { readInput } from './load.ts';
import { goOnElsewhere, HANDED_OVER, type RunSlice, runUntilMigration } from './migrate.ts';
import { FilePagingDevice, openSession } from './open.ts';
import { Pictures } from './report.ts';
import { main as runKernel } from './run-kernel.ts';
import { loadSession, saveSession } from './snapshot-file.ts';

const USAGE = `zhint run FILE [--json] [--trace KINDS] [--frames N] [--storage SIZE] [--cpus N] [--limit INSTRUCTIONS] [--seed N]
  [--profile zvm|zvm-lenient|kvm|kvm-2026] [--essa interpret|intercept|lazy|none] [--paging-file FILE]
  [--append TEXT] [--initrd FILE] [--device NAME[,devno=fe.S.NNNN][,file=FILE|size=SIZE][,readonly=on]]... [--input TEXT] [--migrate]
  [--cpu-addresses LIST] [--max-cpus N] [--name NAME] [--uuid UUID] [--report FILE] [--trace-file FILE],
  or zhint run --from SNAPSHOT [--json] [--trace KINDS] [--limit INSTRUCTIONS] [--paging-file FILE] [--input TEXT] [--migrate]
  [--report FILE] [--trace-file FILE]`;

const HELP = `usage: ${USAGE}

Runs a fixture (.s), an s390x ELF or a raw image until it loads a disabled wait PSW: address 0xfff means passed.

  --json          print one object with everything that came out
  --trace KINDS   print events to standard error as they happen: ${TRACE_KINDS.join(', ')} or all, separated by commas
  --report F      write a page for a browser: a picture of the pages' states and of the events over time (docs/report.md)
  --trace-file F  write the events for Perfetto or chrome://tracing
  --frames N      host frames for guest pages; fewer than the guest has pages make the host page
  --storage SIZE  guest storage, such as 64M
  --cpus N        virtual CPUs, 1 to 64
  --limit N       stop after that many instructions (exit status 3)
  --seed N        let a seeded scheduler choose the order of the CPUs
  --profile NAME  whose page states: zvm (the architecture), zvm-lenient, kvm, kvm-2026
  --essa WHO      interpret: the machine performs ESSA; intercept: the host does; lazy: the machine from the first on;
                  none: it is an operation exception
  --paging-file F the paging device, a file that is overwritten; without it the paging device is in memory
  --append TEXT   the command line of a kernel or of a kvm-unit-tests program
  --initrd FILE   the initial RAM disk of a kernel
  --device NAME   a channel-attached device, any number of times: ${DEVICE_NAMES.join(', ')};
                  devno=fe.0.0001 is its device number; a block device has file=FILE, or memory with size=SIZE
  --cpu-addresses LIST   virtual CPUs by their addresses, such as 0,2,1; the first one starts
  --max-cpus N    CPUs that the configuration could have; those that it has not are told as reserved
  --name NAME     the name of the virtual machine
  --uuid UUID     its UUID
  --input TEXT    what is typed on the guest's console, to be read when the guest asks for it
  --from SNAPSHOT go on from a file that zhint snapshot wrote, instead of running FILE
  --migrate       go on in a new process, from a snapshot, wherever a program of kvm-unit-tests asks to be migrated
  --hand-over F   with --migrate: write the snapshot to this file and end with exit status 4; whoever called starts the next process

What the guest prints on its console is printed as it comes; with --json it is in the object. When the guest wants to read its console it
gets standard input, unless --input has what it gets.
`;

/** Exit statuses by verdict. 130 is what a shell reports after Ctrl-C. */
const STATUS = { passed: 0, failed: 1, limit: 3, interrupted: 130 } as const;

/** Instructions between two looks at Ctrl-C, and at standard input when the guest reads that. */
const SLICE = 2_000_000;
const SLICE_WITH_INPUT = 100_000;

export const main = async (argv: string[]): Promise<number> => {
  if (argv[0] === 'kernel') return runKernel(argv.slice(1));
  const args = parseArguments('run', RUN_SPEC, argv, USAGE.replaceAll(/\s+/g, ' '));
  if (args['--help']) {
    process.stdout.write(HELP);
    return 0;
  }
  const handOver = args['--hand-over'];
  if (!args['--migrate']) {
    if (handOver === undefined) return runHere(args);
    throw new InputError({ file: 'zhint run' }, '--hand-over without --migrate, expected both');
  }
  const picture = (['--report', '--trace-file'] as const).find((name) => args[name] !== undefined);
  if (picture !== undefined)
    throw new InputError({ file: 'zhint run' }, `${picture} with --migrate, expected one of them: a picture is of one process`);
  if (handOver !== undefined) return runHere(args, handOver);
  const passed = (['--trace', '--paging-file'] as const).flatMap((name) => (args[name] === undefined ? [] : [name, args[name]]));
  const options = [...passed, ...(args['--json'] ? ['--json'] : [])];
  const { status, migrations } = await goOnElsewhere((file) => runHere(args, file), options);
  if (!args['--json'] && migrations > 0) process.stdout.write(`migrations: ${migrations}, each to a new process\n`);
  return status;
};

/**
 * Runs what the arguments name in this process.
 * @param handOver where a snapshot goes if the guest asks to be migrated: the exit status is {@link HANDED_OVER} then
 */
const runHere = async (args: RunArguments, handOver?: string): Promise<number> => {
  const devices: FilePagingDevice[] = [];
  let pictures: Pictures | undefined;
  let stopReading = (): void => {};
  try {
    const session = await open('run', args, devices);
    const { '--report': report, '--trace-file': trace } = args;
    if (report !== undefined || trace !== undefined) pictures = new Pictures(session, { report, trace });
    if (args['--input'] === undefined) {
      const connect = (): void => {
        stopReading = connectInput(session.machine);
      };
      if (session.machine.inputWanted) connect();
      else session.machine.onInputWanted = connect;
    }
    if (!args['--json']) session.machine.onPrint = (text) => process.stdout.write(text);
    for (const kind of traceKinds(args['--trace'])) traceTo(session.machine, kind, (line) => process.stderr.write(`${line}\n`));
    const outcome = await runInSlices(session, (run) => (handOver === undefined ? run() : runUntilMigration(session, run)));
    if (outcome === undefined) {
      saveSession(session, handOver!);
      return HANDED_OVER;
    }
    const result = session.result(outcome);
    pictures?.write(result);
    if (args['--json']) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    else process.stdout.write(summary(result));
    return STATUS[result.verdict];
  } finally {
    stopReading();
    pictures?.close();
    for (const device of devices) device.close();
  }
};

/** Opens what the arguments of a command name: a program or a snapshot. A paging device in a file joins `devices`, to be closed at the end. */
export const open = async (command: string, args: RunArguments, devices: FilePagingDevice[]): Promise<Session> => {
  const usage = command === 'run' ? USAGE.replaceAll(/\s+/g, ' ') : `zhint ${command} FILE, or zhint ${command} --from SNAPSHOT`;
  const from = args['--from'];
  if (from !== undefined) {
    const other = args._.length > 0 ? `the operand ${args._[0]}` : MADE_WITH.find((name) => args[name] !== undefined);
    if (other !== undefined) {
      throw new InputError(
        { file: `zhint ${command}` },
        `${other} with --from, expected nothing that the machine in the snapshot was made with`,
      );
    }
  }
  const file = from ?? oneOperand(command, args._, usage);
  const given = options(command, args);
  const pagingFile = args['--paging-file'];
  const pagingDevice = pagingFile === undefined ? undefined : new FilePagingDevice(pagingFile);
  if (pagingDevice) devices.push(pagingDevice);
  const all = { ...given, ...(pagingDevice && { pagingDevice }) };
  const session = from === undefined ? openSession(file, all) : await loadSession(from, all);
  if (args['--input'] !== undefined) session.machine.pushInput(args['--input']);
  return session;
};

export const RUN_SPEC = {
  '--help': Boolean, '-h': '--help', '--json': Boolean, '--trace': String, '--frames': Number, '--storage': String, '--cpus': Number,
  '--limit': Number, '--seed': Number, '--profile': String, '--essa': String, '--paging-file': String, '--report': String, '--trace-file': String,
  '--append': String, '--initrd': String, '--device': [String] as [StringConstructor], '--input': String, '--from': String,
  '--migrate': Boolean, '--hand-over': String, '--cpu-addresses': String, '--max-cpus': Number, '--name': String, '--uuid': String,
} as const; // biome-ignore format: a table

type RunArguments = ReturnType<typeof parseArguments<typeof RUN_SPEC>>;

/** What a machine is made with, and a program loaded: a snapshot has it all. */
const MADE_WITH = [
  '--frames',
  '--storage',
  '--cpus',
  '--seed',
  '--profile',
  '--essa',
  '--append',
  '--initrd',
  '--device',
  '--cpu-addresses',
  '--max-cpus',
  '--name',
  '--uuid',
] as const;

const options = (command: string, args: RunArguments): SessionOptions => {
  const wrong = (what: string): never => {
    throw new InputError({ file: `zhint ${command}` }, what);
  };
  const count = (name: '--frames' | '--cpus' | '--max-cpus' | '--limit' | '--seed'): number | undefined => {
    const value = args[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) wrong(`${name} ${value}, expected a whole number`);
    return value;
  };
  const essa = args['--essa'];
  if (essa !== undefined && essa !== 'interpret' && essa !== 'intercept' && essa !== 'lazy' && essa !== 'none')
    wrong(`--essa ${essa}, expected interpret, intercept, lazy or none`);
  const text = args['--storage'];
  const storage = text === undefined ? undefined : (parseSize(text) ?? wrong(`--storage ${text}, expected a size such as 64M`));
  const initrd = args['--initrd'];
  const given = {
    frames: count('--frames'),
    cpus: count('--cpus'),
    limit: count('--limit'),
    seed: count('--seed'),
    storage,
    profile: args['--profile'],
    essa,
    append: args['--append'],
    devices: args['--device']?.map((text): DeviceText => parseDevice(text, { file: `zhint ${command} --device` })),
    openStore: openByteStore,
    cpuAddresses: args['--cpu-addresses']
      ?.split(',')
      .map((word) => (/^\d+$/.test(word) ? Number(word) : wrong(`--cpu-addresses ${word}, expected a whole number`))),
    maxCpus: count('--max-cpus'),
    name: args['--name'],
    uuid: args['--uuid'] === undefined ? undefined : uuidOf(args['--uuid'], wrong),
    initrd: initrd === undefined ? undefined : { file: initrd, bytes: readInput(initrd) },
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as SessionOptions;
};

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** The 16 bytes of a UUID as people write it; `wrong` throws. */
export const uuidOf = (text: string, wrong: (what: string) => never): number[] => {
  if (!UUID.test(text)) wrong(`--uuid ${text}, expected 32 hexadecimal digits with hyphens after the 8th, 12th, 16th and 20th`);
  return [...Buffer.from(text.replaceAll('-', ''), 'hex')];
};

const traceKinds = (text: string | undefined): readonly TraceKind[] => {
  if (text === undefined) return [];
  if (text === 'all') return TRACE_KINDS;
  return text.split(',').map((kind) => {
    const found = TRACE_KINDS.find((known) => known === kind);
    if (!found) throw new InputError({ file: 'zhint run' }, `--trace ${kind}, expected ${TRACE_KINDS.join(', ')} or all`);
    return found;
  });
};

/** Lets `work` run a session in slices, so that Ctrl-C ends the run with the state so far and standard input is seen. */
export const runInSlices = async <T>(session: Session, work: (run: RunSlice) => Promise<T>): Promise<T> => {
  const onInterrupt = (): void => session.machine.interrupt();
  process.once('SIGINT', onInterrupt);
  try {
    return await work(async (instructions = Number.POSITIVE_INFINITY) => {
      const last = session.machine.instructions + instructions;
      for (;;) {
        const left = last - session.machine.instructions;
        if (left <= 0) return undefined;
        const outcome = session.run(Math.min(left, session.machine.inputWanted ? SLICE_WITH_INPUT : SLICE));
        if (outcome) return outcome;
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
  } finally {
    process.off('SIGINT', onInterrupt);
  }
};

const summary = ({ program, verdict, reason, instructions, failures, host, console }: Result): string => {
  const counters = Object.entries(host).filter(([, value]) => value !== 0);
  return [
    // The console has been printed; what follows begins a line of its own.
    ...(console === '' || console.endsWith('\n') ? [] : ['']),
    ...failures,
    `${program}: ${verdict}: ${reason}; ${instructions} instructions`,
    `host: ${counters.map(([name, value]) => `${name} ${value}`).join(', ') || 'nothing to do'}`,
    '',
  ].join('\n');
};
