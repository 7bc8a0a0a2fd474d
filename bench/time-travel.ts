import { probeFor } from '../src/debug/breakpoints.ts';
import { Debugger } from '../src/debug/debugger.ts';
import { Session } from '../src/debug/session.ts';
import { assemble } from '../src/guest/assembler/assemble.ts';

/**
 * Times moves through a long run: `npm run bench:debug`. A guest writes to 64 pages in turn, tells the host their states, and counts. Figures are
 * medians, with the least and the most of all rounds.
 */
const INSTRUCTIONS = 10_000_000;
const ROUNDS = 15;
const HOT_PAGE = 0x10_0000;

const PROGRAM = `
_start: lgfi    %r2,${HOT_PAGE}
        lghi    %r3,0
        lghi    %r8,0
again:  stg     %r3,0(%r2)              # a page
        .insn   rrf,0xb9ab0000,%r5,%r2,4,0 # set potentially volatile
        lghi    %r6,500
inner:  agr     %r8,%r3
        xgr     %r9,%r8
        brctg   %r6,inner
        .insn   rrf,0xb9ab0000,%r5,%r2,1,0 # set stable
        aghi    %r3,1
        aghi    %r2,4096
        tmll    %r3,63
        jnz     again
        lgfi    %r2,${HOT_PAGE}
        j       again
`;

const milliseconds = async (work: () => unknown): Promise<number> => {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
};

const print = (what: string, times: number[]): void => {
  const sorted = [...times].sort((a, b) => a - b);
  const [least, median, most] = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!].map((time) => time.toFixed(2).padStart(9));
  process.stdout.write(`${what.padEnd(44)}${median}${least}${most}\n`);
};

const rounds = async (what: string, work: (round: number) => unknown, between: () => unknown = () => {}): Promise<void> => {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    times.push(await milliseconds(() => work(round)));
    await between();
  }
  print(what, times);
};

const session = new Session('time-travel', assemble(PROGRAM, 'time-travel.s'), undefined, { storage: 128 * 2 ** 20 });
const debug = new Debugger(session);
const { timeline } = debug;
const alone = new Session('alone', assemble(PROGRAM, 'time-travel.s'), undefined, { storage: 128 * 2 ** 20 });

process.stdout.write(`${'milliseconds'.padEnd(44)}${'median'.padStart(9)}${'least'.padStart(9)}${'most'.padStart(9)}\n`);
print(`run ${INSTRUCTIONS} instructions, not recorded`, [await milliseconds(() => alone.run(INSTRUCTIONS))]);
print('the same, recorded', [await milliseconds(() => timeline.forward(undefined, INSTRUCTIONS))]);
const here = timeline.position;
await rounds(
  'one step back from there',
  () => debug.back(),
  () => timeline.goto(here),
);
await rounds('ten more, one after the other', () => debug.back());
await timeline.goto(here);
await rounds(
  'go to some place in the first half',
  (n) => timeline.goto({ instruction: 100_000 + n * 317_911, event: 0 }),
  () => timeline.goto(here),
);
await rounds('last-write essa, from the index', () => debug.lastWrite('essa', HOT_PAGE));
await rounds('last-write key, which never was', () => debug.lastWrite('key', HOT_PAGE));
await rounds('last-write storage, by running again', () => debug.lastStore(HOT_PAGE, 8));
const essa = probeFor([{ id: 1, spec: { kind: 'essa', orc: 1 } }], false);
await rounds('reverse-continue to an ESSA', () => timeline.backward(essa));
const { snapshots, bytes } = timeline.kept;
process.stdout.write(`${timeline.index.length} events, ${snapshots} snapshots with ${(bytes / 2 ** 20).toFixed(1)} MiB\n`);
