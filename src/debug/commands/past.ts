import { PGSTE_DISTANCE, stateName } from '../../cpu/pgste.ts';
import { entryText } from '../look.ts';
import { ORC_NAMES, programName } from '../names.ts';
import { hex } from '../result.ts';
import { detailOf, type IndexEntry } from '../timeline/event-index.ts';
import { positionText } from '../timeline/position.ts';
import { eventWords, stateWords } from '../words.ts';
import { type Arguments, type CommandGroup, type Desk, wrong } from './command.ts';
import { differenceText } from './standing.ts';
import { keyText } from './state.ts';

const MOST_LINES = 200;
const LAST_EVENTS = 20;

/** An event by what the index has of it. */
const entryWords = ({ kind, page, code, level }: IndexEntry): string => {
  const where = level > 1 ? ` at level ${level}` : '';
  switch (kind) {
    case 'interruption':
      return `interruption ${hex(code)} (${programName(code)})${where}`;
    case 'interception':
      return `interception ${hex(code, 2)}${where}`;
    case 'sie':
      return `${code ? 'enters' : 'leaves'} level ${level}`;
    case 'pageState': {
      const { before, after } = detailOf.pageState(code);
      return `page ${hex(page!)}: ${stateName(before)} -> ${stateName(after)}  (${stateWords(after)})${where}`;
    }
    case 'essa':
      return `page ${hex(page!)}: ESSA ${code}, "${ORC_NAMES[code]}"${where}`;
    case 'key': {
      const { before, after } = detailOf.key(code);
      return `page ${hex(page!)}: key ${hex(before, 2)} -> ${hex(after, 2)}${where}`;
    }
    case 'host':
      return `page ${hex(page!)}: host ${detailOf.host(code)}`;
  }
};

const when = (instruction: number): string => `[${instruction}]`.padStart(8);

/** What is told when the beginning of the index has been forgotten. */
const forgotten = (desk: Desk): string => {
  const { index } = desk.debugger.timeline;
  return index.first > 0 ? `; the index begins at instruction ${index.get(index.first)!.instruction}` : '';
};

const printEvents = async (desk: Desk, args: Arguments): Promise<void> => {
  const { timeline } = desk.debugger;
  const range = args.isEmpty ? undefined : /^(\d+)(?:-(\d+))?$/.exec(args.word('a range'));
  args.end();
  if (range === null) wrong('that is no range, expected numbers of instructions such as 100-200');
  let first = Math.max(timeline.index.first, timeline.events - LAST_EVENTS);
  let last = timeline.events - 1;
  if (range) {
    const from = Number(range[1]);
    const to = Number(range[2] ?? range[1]);
    first = lowerBound(desk, from);
    last = Math.min(lowerBound(desk, to + 1) - 1, first + MOST_LINES - 1);
    if (last < first) desk.print(`No events of the past there${forgotten(desk)}.`);
    else if (lowerBound(desk, to + 1) - 1 > last) desk.print(`the first ${MOST_LINES} of ${lowerBound(desk, to + 1) - first} events:`);
  } else if (last < first) desk.print('Nothing has happened yet.');
  for (const { number, event } of await desk.debugger.eventsBetween(first, last)) {
    desk.print(`${when(timeline.index.get(number)!.instruction)} ${eventWords(event, desk.at)}`);
  }
};

/** Number of the first event at or behind a number of instructions, or of the next to come. */
const lowerBound = (desk: Desk, instruction: number): number => {
  const { index, events } = desk.debugger.timeline;
  let [low, high] = [index.first, events];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (index.get(middle)!.instruction < instruction) low = middle + 1;
    else high = middle;
  }
  return low;
};

const printPage = (desk: Desk, args: Arguments): void => {
  const page = args.page(desk);
  args.end();
  const { look, vcpu, timeline } = desk.debugger;
  const state = look.pageState(page);
  desk.print(`page ${hex(page)}: ${stateName(state)}  (${stateWords(state)})`, `  key   ${keyText(look.pageKey(page))}`);
  const tables = look.way(vcpu, BigInt(page), 'absolute').levels.find(({ status, address }) => status && Number(address) === page);
  const entry = tables?.walk.entries.at(-1);
  if (tables?.status && entry) {
    desk.print(
      `  PTE   ${entryText(entry)}  at host absolute ${hex(entry.address)}`,
      `  PGSTE ${entryText(tables.status)}  at host absolute ${hex(entry.address + PGSTE_DISTANCE)}`,
    );
  } else if (look.level(vcpu) === 1) desk.print('  no page table: the host has never heard of this mebibyte');
  const history = [...timeline.index.ofPage(page, timeline.events)];
  if (history.length === 0) desk.print(`  nothing has happened to it${forgotten(desk)}`);
  if (history.length > MOST_LINES) desk.print(`  the last ${MOST_LINES} of ${history.length} events:`);
  for (const past of history.slice(-MOST_LINES)) desk.print(`${when(past.instruction)} ${entryWords(past)}`);
};

const WRITTEN = ['essa', 'pte', 'key', 'state'] as const;

const printLastWrite = async (desk: Desk, args: Arguments): Promise<void> => {
  if (args.skip('storage')) return printLastStore(desk, args);
  const what =
    args.skip(...WRITTEN) ?? wrong(`'${args.peek() ?? ''}' is nothing that is written, expected ${WRITTEN.join(', ')} or storage`);
  const page = args.page(desk);
  args.end();
  const entry = desk.debugger.lastWrite(what, page);
  if (!entry) {
    desk.print(`never before here${forgotten(desk)}`);
    return;
  }
  const [found] = await desk.debugger.eventsBetween(entry.number, entry.number);
  desk.print(`${when(entry.instruction)} ${found ? eventWords(found.event, desk.at) : entryWords(entry)}`);
};

const printLastStore = async (desk: Desk, args: Arguments): Promise<void> => {
  const { look, vcpu, session } = desk.debugger;
  const virtual = args.address(desk);
  const length = args.isEmpty ? 8 : args.number('length', 4096);
  args.end();
  const address =
    look.guestAbsolute(vcpu, 'virtual', virtual) ?? wrong(`${hex(virtual)} is nowhere in guest storage now; the way there: walk`);
  if (length < 1 || address + length > session.machine.options.storage)
    wrong(`${length} bytes at ${hex(address)} are not in guest storage`);
  const found = await desk.debugger.lastStore(address, length);
  if (found === 'interrupted') desk.print('Interrupted.');
  else if (found?.stop.reason !== 'watchpoint') desk.print('never before here, in what is known of this run');
  else
    desk.print(
      `absolute ${differenceText(found.stop)}`,
      `behind that it was position ${positionText(found.position)}; before it: goto ${positionText(found.position)}, back`,
    );
};

export const PAST: CommandGroup = {
  title: 'Pages and the past',
  commands: [
    {
      names: ['page', 'p'],
      usage: 'page PAGE',
      what: 'a page: state, key, PTE, PGSTE, and everything that has happened to it',
      looks: true,
      run: printPage,
    },
    {
      names: ['events', 'e'],
      usage: 'events [FROM-TO]',
      what: 'what has happened, by numbers of instructions; by default the last events',
      looks: true,
      run: printEvents,
    },
    {
      names: ['last-write', 'lw'],
      usage: 'last-write essa|pte|key|state PAGE, or last-write storage ADDRESS [LENGTH]',
      what: 'who changed it last',
      more: 'essa, pte, key and state are answered from an index. storage runs the past again until it finds a change of those bytes, by default 8; that takes the longer the further back it is.',
      looks: true,
      words: () => [...WRITTEN, 'storage'],
      run: printLastWrite,
    },
  ],
};
