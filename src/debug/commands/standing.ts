import type { Stop, StopSpec } from '../breakpoints.ts';
import { codeAt } from '../code.ts';
import type { Happened } from '../debugger.ts';
import { ORC_NAMES, programName } from '../names.ts';
import type { Registers } from '../registers.ts';
import { hex } from '../result.ts';
import type { IndexedEvent } from '../timeline/event-index.ts';
import { positionText } from '../timeline/position.ts';
import { eventWords } from '../words.ts';
import type { Desk } from './command.ts';

/** Events that are told of a move; of more, the last ones. */
const MOST_TOLD = 8;
/** SIE interception that a wait state is. */
const WAIT = 0x1c;

/** Tells where a move has led: why it stopped, what happened, what changed, and what comes next. */
export const tellStop = (desk: Desk, stop: Stop): void => {
  const why = stopText(desk, stop);
  if (why) desk.print(why);
  if (stop.reason === 'event' && desk.debugger.happenedCount === 0) desk.print(`  * ${eventWords(stop.event, desk.at)}`);
  tellEvents(desk);
  const changed = changedText(desk);
  if (changed) desk.print(`    changed: ${changed}`);
  if (stop.reason !== 'end') tellWhere(desk);
};

const stopText = (desk: Desk, stop: Stop): string | undefined => {
  switch (stop.reason) {
    case 'breakpoint':
      return `Breakpoint ${stop.id}: ${desk.at(stop.address)}`;
    case 'event': {
      const spec = desk.debugger.specs.find(({ id }) => id === stop.id)!.spec;
      return `Breakpoint ${stop.id}: ${specText(desk, spec)}`;
    }
    case 'watchpoint':
      return `Watchpoint ${stop.id}: ${differenceText(stop)}`;
    case 'end': {
      const { verdict, reason } = desk.debugger.timeline.outcome!;
      return `The program has ended after ${desk.debugger.timeline.position.instruction} instructions: ${verdict}: ${reason}`;
    }
    case 'start':
      return 'This is where the run begins.';
    case 'interrupted':
      return 'Interrupted.';
    case 'arrived':
      return undefined;
  }
};

const MOST_BYTES = 16;
const bytesText = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** The first bytes that differ, and what they were. */
export const differenceText = ({ address, before, after }: Stop & { reason: 'watchpoint' }): string => {
  const first = after.findIndex((byte, n) => byte !== before[n]);
  const last = after.findLastIndex((byte, n) => byte !== before[n]);
  const end = Math.min(last + 1, first + MOST_BYTES);
  const more = last + 1 > end ? ', and more behind' : '';
  return `${hex(address + first)}: ${bytesText(before.subarray(first, end))} -> ${bytesText(after.subarray(first, end))}${more}`;
};

/** What a breakpoint or watchpoint waits for. */
export const specText = (desk: Desk, spec: StopSpec): string => {
  switch (spec.kind) {
    case 'address':
      return `instruction at ${desk.at(spec.address)}`;
    case 'pgm':
      return spec.code === undefined ? 'any program interruption' : `program interruption ${hex(spec.code)}, ${programName(spec.code)}`;
    case 'interception':
      return spec.code === undefined ? 'any interception' : `interception ${hex(spec.code, 2)}`;
    case 'host':
      return `host ${spec.action}`;
    case 'essa':
      return spec.orc === undefined ? 'any ESSA' : `ESSA ${spec.orc}, "${ORC_NAMES[spec.orc]}"`;
    case 'state':
      return `state of page ${hex(spec.page)}`;
    case 'watch':
      return `${spec.length} bytes at absolute ${hex(spec.address)}`;
  }
};

/** The host's guest is entered and left around everything that the host does: nobody needs to be told. */
const isWorthTelling = ({ event: { kind, event } }: Happened): boolean =>
  !(kind === 'sie' && event.level === 1) && !(kind === 'interception' && event.level === 1 && event.code === WAIT);

const tellEvents = (desk: Desk): void => {
  const { happened, happenedCount } = desk.debugger;
  const lines = eventLines(desk, happened.filter(isWorthTelling));
  if (lines.length > MOST_TOLD || happenedCount > happened.length) desk.print('  * ... what was before: events');
  for (const line of lines.slice(-MOST_TOLD)) desk.print(`  * ${line}`);
};

/** What the host does to a page and the page's new state are one line. */
const eventLines = (desk: Desk, happened: readonly Happened[]): string[] =>
  happened.flatMap(({ event: indexed }, n) => {
    const next = happened[n + 1]?.event;
    const previous = happened[n - 1]?.event;
    if (next && isSameMove(indexed, next)) return [];
    const reason = previous?.kind === 'host' && isSameMove(previous, indexed) ? ` (${previous.event.reason})` : '';
    return [`${eventWords(indexed, desk.at)}${reason}`];
  });

const isSameMove = (host: IndexedEvent, state: IndexedEvent): boolean =>
  host.kind === 'host' &&
  state.kind === 'pageState' &&
  host.event.page === state.event.page &&
  state.event.by === `host ${host.event.action}`;

/** What differs from when the program last stood still. */
const changedText = (desk: Desk): string | undefined => {
  const { look, vcpu, cpu } = desk.debugger;
  const now = look.registers(vcpu);
  const before = desk.shown.get(cpu);
  desk.shown.set(cpu, now);
  if (!before) return undefined;
  desk.previous.set(cpu, before);
  const parts = [
    ...now.gr.flatMap((value, n) => (value === before.gr[n] ? [] : [`%r${n}=${hex(value)}`])),
    ...now.cr.flatMap((value, n) => (value === before.cr[n] ? [] : [`%c${n}=${hex(value)}`])),
    ...now.ar.flatMap((value, n) => (value === before.ar[n] ? [] : [`%a${n}=${hex(value)}`])),
    ...now.fpr.flatMap((value, n) => (value === before.fpr[n] ? [] : [`%f${n}=${hex(value)}`])),
    ...(ccOf(now) === ccOf(before) ? [] : [`cc=${ccOf(now)}`]),
    ...((now.psw.mask & ~CC) === (before.psw.mask & ~CC) ? [] : [`psw=${hex(now.psw.mask, 16)}`]),
    ...(now.prefix === before.prefix ? [] : [`prefix=${hex(now.prefix)}`]),
  ];
  return parts.length === 0 ? undefined : parts.join('  ');
};

const CC = 0x3000_0000_0000n;
export const ccOf = ({ psw }: Registers): number => Number((psw.mask >> 44n) & 3n);

/** The instruction that comes next, with its source line. */
export const tellWhere = (desk: Desk): void => {
  const { look, vcpu, cpu, timeline, session } = desk.debugger;
  const { address } = look.registers(vcpu).psw;
  const level = look.level(vcpu);
  const state = vcpu.stopped ? ' (stopped)' : vcpu.waiting ? ' (waits)' : level > 1 ? ` (in SIE, level ${level})` : '';
  const code = codeAt(look, vcpu, address, desk.symbol);
  const text = code ? code.text.replace('\t', ' ') : 'cannot be read now; the way there: walk';
  desk.print(`[${positionText(timeline.position)}] cpu ${cpu}${state}  ${desk.at(address)}:  ${text}`);
  const line = session.program.lines.findLast((l) => BigInt(l.address) <= address);
  // A line that does not begin here is that of something else, unless the instruction is a part of what a macro made.
  if (!line || BigInt(line.address) !== address || level > 1) return;
  const source = desk.around.source(line.file, line.line);
  if (source !== undefined) desk.print(`    ${line.file}:${line.line}:  ${source.trim()}`);
};
