import { FRAME_SIZE } from '../cpu/storage.ts';
import type { Outcome } from '../host/machine.ts';
import type { KernelSession } from './kernel-session.ts';
import { hostCounters } from './result.ts';

/** Pages by state, as the table of the patches' cover letter counts them: usage and content. Pp, Pz, Up and Vp cannot occur. */
export type StateCounts = Record<'Sr' | 'Sp' | 'Sz' | 'Ur' | 'Uz' | 'Vr' | 'Vz' | 'Pr', number>;

/** What the kernel counts, in the order of `enum vm_event` (src/guest/kernel/kernel.h), behind ESSA by operation-request code. */
const EVENTS = [
  'discardFaults', 'discardFaultsInKernel', 'fixups', 'discarded', 'delayedFrees', 'minorFaults', 'majorFaults', 'copies', 'refetched',
  'allocated', 'freed', 'diskReads', 'diskWrites', 'swapIns', 'swapOuts', 'reclaimed', 'systemCalls', 'checkedPages', 'forks', 'exits', 'userTime',
] as const; // biome-ignore format: a table
const ESSA_CODES = 8;
const MAX_CPUS = 8;
/** Units of the CPU timer to an instruction (src/cpu/timing.ts). */
const UNITS_PER_INSTRUCTION = 64;

type EventCounts = Record<Exclude<(typeof EVENTS)[number], 'userTime'>, number>;

/** What `zhint run kernel --json` prints. Counts of pages, instructions, faults; the names are a contract. */
export interface KernelReport {
  readonly program: 'kernel';
  readonly workload: string;
  readonly verdict: Outcome['verdict'];
  readonly reason: string;
  readonly instructions: number;
  readonly userInstructions: number;
  readonly kernelInstructions: number;
  readonly states: StateCounts;
  /** ESSA executed, by operation-request code. */
  readonly essa: readonly number[];
  /** ESSA for each time that a page was allocated. */
  readonly essaPerPageLife: number;
  readonly guest: EventCounts;
  readonly host: Readonly<Record<string, number>>;
  readonly console: string;
}

/** Pages by state at this moment; those that nobody has ever touched are Sz. */
export const countStates = ({ machine, options }: KernelSession): StateCounts => {
  const counts: StateCounts = { Sr: 0, Sp: 0, Sz: 0, Ur: 0, Uz: 0, Vr: 0, Vz: 0, Pr: 0 };
  let seen = 0;
  for (const { state } of machine.pager.pages()) {
    const name = `${state.usage}${state.content}` as keyof StateCounts;
    counts[name] = (counts[name] ?? 0) + 1;
    seen++;
  }
  counts.Sz += options.storage / FRAME_SIZE - seen;
  return counts;
};

/** The kernel's own counters, those of all CPUs added up. */
export const countEvents = (session: KernelSession): { essa: number[]; guest: EventCounts; userInstructions: number } => {
  const words = ESSA_CODES + EVENTS.length;
  const bytes = session.machine.storage.read(session.address('vm_events'), MAX_CPUS * words * 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sums = Array.from({ length: words }, (_, n) => {
    let sum = 0;
    for (let cpu = 0; cpu < MAX_CPUS; cpu++) sum += Number(view.getBigUint64((cpu * words + n) * 8));
    return sum;
  });
  const named = Object.fromEntries(EVENTS.map((name, n) => [name, sums[ESSA_CODES + n]!])) as Record<(typeof EVENTS)[number], number>;
  const { userTime, ...guest } = named;
  return { essa: sums.slice(0, ESSA_CODES), guest, userInstructions: Math.round(userTime / UNITS_PER_INSTRUCTION) };
};

export const reportOf = (session: KernelSession, workload: string, { verdict, reason }: Outcome): KernelReport => {
  const { machine } = session;
  const { essa, guest, userInstructions } = countEvents(session);
  const { instructions } = machine;
  const total = essa.reduce((sum, count) => sum + count, 0);
  return {
    program: 'kernel',
    workload,
    verdict,
    reason,
    instructions,
    userInstructions,
    kernelInstructions: instructions - userInstructions,
    states: countStates(session),
    essa,
    essaPerPageLife: guest.allocated === 0 ? 0 : total / guest.allocated,
    guest,
    host: hostCounters(machine),
    console: machine.console,
  };
};

/** Pages that occupy a frame, and which part of them is volatile or potentially so: what the host gets back without writing. */
export const volatileShare = ({ Sr, Ur, Vr, Pr }: StateCounts): { resident: number; share: number } => {
  const resident = Sr + Ur + Vr + Pr;
  return { resident, share: resident === 0 ? 0 : (Vr + Pr) / resident };
};
