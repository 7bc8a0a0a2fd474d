import { MigrationWatch } from '../debug/migration.ts';
import type { Session } from '../debug/session.ts';
import { InputError } from '../guest/input-error.ts';
import type { Outcome } from '../host/machine.ts';
import { parseArguments } from './arguments.ts';
import type { FilePagingDevice } from './open.ts';
import { open, RUN_SPEC, runInSlices } from './run.ts';
import { saveSession } from './snapshot-file.ts';

const USAGE = 'zhint snapshot FILE -o OUT [--at N|ADDRESS|LABEL | --at-migration] [options of zhint run]';

const HELP = `usage: ${USAGE}
       zhint snapshot --from SNAPSHOT -o OUT [--at N|ADDRESS|LABEL | --at-migration] [--paging-file FILE] [--input TEXT]

Runs a program up to a point and writes the whole machine to a file; zhint run --from OUT goes on from there, exactly as if the
run had never stopped. Without a point, that is before the first instruction.

  -o OUT          the file, which is replaced in one step
  --at N          after N instructions of all CPUs, a decimal number
  --at ADDRESS    before a CPU of the guest executes the instruction at an address for the first time, such as 0x10024
  --at LABEL      the same, at a label of the program, such as touch or touch+4
  --at-migration  where a program of kvm-unit-tests asks to be migrated

What the guest prints up to there is printed. Exit status: 0 the snapshot was written; 1 the program ended before; 2 the input is wrong.
`;

const SPEC = { ...RUN_SPEC, '--output': String, '-o': '--output', '--at': String, '--at-migration': Boolean } as const;

/** Options of `zhint run` that say nothing about a machine. */
const NOT_HERE = ['--json', '--trace', '--report', '--trace-file', '--migrate', '--hand-over'] as const;

export const main = async (argv: string[]): Promise<number> => {
  const args = parseArguments('snapshot', SPEC, argv, USAGE);
  if (args['--help']) {
    process.stdout.write(HELP);
    return 0;
  }
  const wrong = (what: string): never => {
    throw new InputError({ file: 'zhint snapshot' }, `${what}, expected: ${USAGE}`);
  };
  const unwanted = NOT_HERE.find((name) => args[name] !== undefined);
  if (unwanted !== undefined) wrong(`unknown or unexpected option: ${unwanted}`);
  const output = args['--output'] ?? wrong('no output file');
  const at = args['--at'];
  if (at !== undefined && args['--at-migration']) wrong('--at and --at-migration');
  const devices: FilePagingDevice[] = [];
  try {
    const session = await open('snapshot', args, devices);
    session.machine.onPrint = (text) => process.stdout.write(text);
    const point = args['--at-migration'] ? atMigration : at === undefined ? undefined : pointOf(at);
    const outcome = await point?.(session);
    if (outcome) return tooEarly(session, outcome, at ?? 'a migration');
    saveSession(session, output);
    process.stdout.write(`${output}: ${session.name} after ${session.machine.instructions} instructions\n`);
    return 0;
  } finally {
    for (const device of devices) device.close();
  }
};

/** Runs a session to a point. @returns how it ended, if it ended before */
type Point = (session: Session) => Promise<Outcome | undefined>;

const pointOf = (text: string): Point => (/^\d+$/.test(text) ? afterInstructions(Number(text)) : beforeAddress(text));

const afterInstructions =
  (count: number): Point =>
  (session) => {
    const left = count - session.machine.instructions;
    if (left < 0) {
      throw new InputError(
        { file: 'zhint snapshot' },
        `--at ${count}, expected at least ${session.machine.instructions}: so many are done`,
      );
    }
    return runInSlices(session, (run) => run(left));
  };

const beforeAddress =
  (text: string): Point =>
  async (session) => {
    const { machine } = session;
    let reached = false;
    const undo = machine.before(session.resolve({ file: '--at', text }), () => {
      reached = true;
      machine.interrupt();
    });
    const outcome = await runInSlices(session, (run) => run());
    undo();
    return reached ? undefined : outcome;
  };

const atMigration: Point = async (session) => {
  const watch = new MigrationWatch(session.machine);
  for (;;) {
    const outcome = await runInSlices(session, (run) => run());
    const request = watch.take();
    if (request === undefined) return outcome;
    if (request === 'migrate') return undefined;
    session.machine.pushInput('\n');
  }
};

const tooEarly = (session: Session, { verdict, reason }: Outcome, point: string): number => {
  process.stderr.write(`${session.name}: ${verdict}: ${reason}; it did not come to ${point}, and no snapshot was written\n`);
  return verdict === 'interrupted' ? 130 : 1;
};
