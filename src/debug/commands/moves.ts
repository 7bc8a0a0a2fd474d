import { InputError } from '../../guest/input-error.ts';
import { positionText } from '../timeline/position.ts';
import { type Arguments, type CommandGroup, type Desk, wrong } from './command.ts';
import { tellStop, tellWhere } from './standing.ts';

const MIB = 2 ** 20;
const sizeText = (bytes: number): string => (bytes < MIB ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / MIB).toFixed(1)} MiB`);

const labels = (desk: Desk): readonly string[] => [...desk.debugger.session.program.symbols.keys()];

const endOf = async (desk: Desk, move: Promise<Parameters<typeof tellStop>[1]>): Promise<void> => tellStop(desk, await move);

/** "N", or "N.M". */
const positionOf = (text: string): { instruction: number; event: number } => {
  const parts = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (!parts)
    return wrong(`'${text}' is no position, expected a number of instructions such as 1234, or 1234.2 for two events behind that`);
  const position = { instruction: Number(parts[1]), event: Number(parts[2] ?? 0) };
  return Number.isSafeInteger(position.instruction) ? position : wrong(`'${text}' is no position, expected fewer instructions`);
};

export const MOVES: CommandGroup = {
  title: 'Moving',
  commands: [
    {
      names: ['step', 's', 'si', 'stepi'],
      usage: 'step [N]',
      what: 'execute an instruction, or N',
      more: 'On the way through N of them breakpoints stop it. With several CPUs it is the instruction of whichever has its turn.',
      repeats: true,
      run: (desk, args) => {
        const count = last(args, args.count(1));
        return endOf(desk, desk.debugger.step(count));
      },
    },
    {
      names: ['next', 'n', 'ni', 'nexti'],
      usage: 'next',
      what: 'execute an instruction; a call, or SIE, with all that it brings about',
      repeats: true,
      run: (desk, args) => {
        args.end();
        return endOf(desk, desk.debugger.next());
      },
    },
    {
      names: ['finish', 'fin'],
      usage: 'finish',
      what: 'run until the routine or the interruption handler has returned',
      more: 'A routine returns with BR %r14, a handler with LPSW or LPSWE.',
      run: (desk, args) => {
        args.end();
        return endOf(desk, desk.debugger.finish());
      },
    },
    {
      names: ['until', 'u'],
      usage: 'until ADDRESS|LABEL',
      what: 'run until the instruction there comes next',
      words: labels,
      run: (desk, args) => {
        const address = last(args, args.address(desk));
        return endOf(desk, desk.debugger.until(address));
      },
    },
    {
      names: ['continue', 'c'],
      usage: 'continue',
      what: 'run to the next breakpoint or watchpoint, or to the end',
      repeats: true,
      run: (desk, args) => {
        args.end();
        return endOf(desk, desk.debugger.continue());
      },
    },
    {
      names: ['back', 'rsi', 'reverse-stepi'],
      usage: 'back [N]',
      what: 'go back by an instruction, or N',
      repeats: true,
      run: (desk, args) => {
        const count = last(args, args.count(1));
        return endOf(desk, desk.debugger.back(count));
      },
    },
    {
      names: ['reverse-continue', 'rc'],
      usage: 'reverse-continue',
      what: 'go back to the last breakpoint or watchpoint before here',
      repeats: true,
      run: (desk, args) => {
        args.end();
        return endOf(desk, desk.debugger.reverseContinue());
      },
    },
    {
      names: ['goto', 'g'],
      usage: 'goto N',
      what: 'go to a position, in either direction: after N instructions',
      more: 'N.M is M events behind that: pages that the host brings, and interruptions between two instructions. Breakpoints do not stop it.',
      run: (desk, args) => {
        const position = last(args, positionOf(args.word('a position')));
        const { start } = desk.debugger.timeline;
        if (position.instruction < start.instruction) wrong(`the run begins at ${start.instruction}, expected a position from there on`);
        return endOf(desk, desk.debugger.goto(position));
      },
    },
    {
      names: ['when'],
      usage: 'when',
      what: 'the position, and how far the run is known',
      looks: true,
      run: (desk, args) => {
        args.end();
        const { position, end, events, kept } = desk.debugger.timeline;
        desk.print(
          `position ${positionText(position)} of ${positionText(end)}: ${position.instruction} instructions, ${events} events`,
          `${kept.snapshots} ${kept.snapshots === 1 ? 'snapshot' : 'snapshots'} with ${sizeText(kept.bytes)}`,
        );
      },
    },
    {
      names: ['where', 'w'],
      usage: 'where',
      what: 'the instruction that comes next',
      looks: true,
      run: (desk, args) => {
        args.end();
        tellWhere(desk);
      },
    },
    {
      names: ['save'],
      usage: 'save NAME',
      what: 'keep this position under a name',
      run: (desk, args) => {
        const name = last(args, args.word('a name'));
        desk.bookmarks.set(name, desk.debugger.timeline.position);
        desk.print(`${name}: ${positionText(desk.debugger.timeline.position)}`);
      },
    },
    {
      names: ['restore'],
      usage: 'restore NAME',
      what: 'go to a position that was kept',
      words: (desk) => [...desk.bookmarks.keys()],
      run: (desk, args) => {
        const name = last(args, args.word('a name'));
        const known = [...desk.bookmarks.keys()].join(', ') || 'save NAME first';
        const position = desk.bookmarks.get(name) ?? wrong(`nothing is kept as '${name}', expected ${known}`);
        return endOf(desk, desk.debugger.goto(position));
      },
    },
  ],
};

const VERBS = ['discard', 'page-out', 'page-in', 'reclaim', 'interrupt'] as const;

/** What changes the run. */
export const ACTIONS: CommandGroup = {
  title: 'Acting',
  commands: [
    {
      names: ['host'],
      usage: 'host discard|page-out|page-in|reclaim PAGE, or host interrupt CODE',
      what: 'act as the host, here and now',
      more: 'The action is a part of the run from now on: going back and forth again meets it. What had been run beyond here is forgotten. interrupt gives the selected CPU an external interruption with that code.',
      words: () => VERBS,
      run: (desk, args) => {
        const verb = args.skip(...VERBS) ?? wrong(`'${args.peek() ?? ''}' is nothing that the host does, expected ${VERBS.join(', ')}`);
        const operand = last(args, verb === 'interrupt' ? args.number('code', 0xffff) : args.page(desk));
        const { vcpu, cpu } = desk.debugger;
        if (vcpu.cpu.level > 1) wrong("the host's guest is in SIE itself, expected it at level 1: step until its guest is left");
        const place = { file: 'host' };
        act(desk, (session) => session.act({ verb, operand: { ...place, text: `${operand}` }, place, cpu }, 'debugger'));
      },
    },
    {
      names: ['type'],
      usage: 'type TEXT',
      what: "type a line on the guest's console",
      run: (desk, args) => {
        if (args.isEmpty) wrong('there is nothing to type, expected: type TEXT');
        const text = `${args.rest()}\n`;
        act(desk, ({ machine }) => machine.pushInput(text));
      },
    },
    {
      names: ['cpu'],
      usage: 'cpu [N]',
      what: 'look at another CPU; all of them, without N',
      looks: true,
      run: (desk, args) => {
        const { vcpus } = desk.debugger.session.machine;
        if (!args.isEmpty) {
          desk.debugger.cpu = last(args, args.number('CPU', vcpus.length - 1));
          tellWhere(desk);
          return;
        }
        const selected = desk.debugger.cpu;
        for (const { index } of vcpus) {
          desk.debugger.cpu = index;
          tellWhere(desk);
        }
        desk.debugger.cpu = selected;
      },
    },
    {
      names: ['snapshot'],
      usage: 'snapshot FILE',
      what: 'write the machine to a file, for zhint run --from or zhint debug --from',
      looks: true,
      run: (desk, args) => {
        const file = args.rest() || wrong('there is no file, expected: snapshot FILE');
        desk.around.saveSnapshot(desk.debugger.session, file);
        desk.print(`${file}: ${desk.debugger.session.name} after ${desk.debugger.session.machine.instructions} instructions`);
      },
    },
  ],
};

const act = (desk: Desk, action: Parameters<Desk['debugger']['act']>[0]): void => {
  try {
    tellStop(desk, desk.debugger.act(action));
  } catch (error) {
    if (error instanceof InputError) wrong(error.what);
    throw error;
  }
  desk.forgetFuture();
};

/** The last argument: there must be nothing behind it. */
function last<T>(args: Arguments, value: T): T {
  args.end();
  return value;
}
