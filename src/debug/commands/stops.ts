import { LONGEST_WATCH, type StopSpec } from '../breakpoints.ts';
import { hex } from '../result.ts';
import { type Arguments, type CommandGroup, type Desk, wrong } from './command.ts';
import { specText } from './standing.ts';

const EVENTS = ['pgm', 'interception', 'discard', 'page-out', 'page-in', 'drop', 'essa', 'state'] as const;
const DEFAULT_WATCH = 8;

const eventSpec = (desk: Desk, kind: (typeof EVENTS)[number], args: Arguments): StopSpec => {
  switch (kind) {
    case 'pgm':
    case 'interception': {
      const code = args.optional('code', 0xffff);
      return { kind, ...(code !== undefined && { code }) };
    }
    case 'essa': {
      const orc = args.optional('operation-request code', 15);
      return { kind, ...(orc !== undefined && { orc }) };
    }
    case 'state':
      return { kind, page: args.page(desk) };
    default:
      return { kind: 'host', action: kind };
  }
};

const breakSpec = (desk: Desk, args: Arguments): StopSpec => {
  const isEvent = args.skip('on') !== undefined;
  // "break discard" is clear enough, unless the program has such a label.
  const first = args.peek();
  const isName = first !== undefined && !desk.debugger.session.program.symbols.has(first);
  const kind = isEvent || isName ? args.skip(...EVENTS) : undefined;
  if (kind) return eventSpec(desk, kind, args);
  if (isEvent) wrong(`'${first ?? ''}' is nothing to break on, expected ${EVENTS.join(', ')}`);
  const address = args.isEmpty ? desk.debugger.look.registers(desk.debugger.vcpu).psw.address : args.address(desk);
  return { kind: 'address', address };
};

const watchSpec = (desk: Desk, args: Arguments): StopSpec => {
  if (args.skip('page')) return { kind: 'watch', address: args.page(desk), length: LONGEST_WATCH };
  const { look, vcpu, session } = desk.debugger;
  const virtual = args.address(desk);
  const length = args.isEmpty ? DEFAULT_WATCH : args.number('length', LONGEST_WATCH);
  const address =
    look.guestAbsolute(vcpu, 'virtual', virtual) ?? wrong(`${hex(virtual)} is nowhere in guest storage now; the way there: walk`);
  if (length < 1 || address + length > session.machine.options.storage)
    wrong(`${length} bytes at ${hex(address)} are not in guest storage`);
  return { kind: 'watch', address, length };
};

const add = (desk: Desk, args: Arguments, spec: StopSpec): void => {
  args.end();
  const id = desk.debugger.add(spec);
  desk.print(`${spec.kind === 'watch' ? 'Watchpoint' : 'Breakpoint'} ${id}: ${specText(desk, spec)}`);
};

export const STOPS: CommandGroup = {
  title: 'Stopping',
  commands: [
    {
      names: ['break', 'b'],
      usage: 'break [ADDRESS|LABEL], or break on pgm [CODE]|interception [CODE]|discard|page-out|page-in|drop|essa [ORC]|state PAGE',
      what: 'stop before an instruction, or at an event',
      more: 'At an event the run stops when it has happened, before the next instruction: back leads to where it had not. "on" may be left out.',
      words: (desk) => ['on', ...EVENTS, ...desk.debugger.session.program.symbols.keys()],
      run: (desk, args) => add(desk, args, breakSpec(desk, args)),
    },
    {
      names: ['watch', 'wa'],
      usage: 'watch ADDRESS [LENGTH], or watch page PAGE',
      what: 'stop when bytes change',
      more: 'Without a length it is 8 bytes. The address is translated now, for the selected CPU, and the place that it leads to is watched. page watches the content of a page, by its absolute address; its state: break on state.',
      words: (desk) => ['page', ...desk.debugger.session.program.symbols.keys()],
      run: (desk, args) => add(desk, args, watchSpec(desk, args)),
    },
    {
      names: ['delete', 'd'],
      usage: 'delete [N]',
      what: 'take back a breakpoint or watchpoint; all of them, without N',
      run: (desk, args) => {
        const id = args.isEmpty ? undefined : args.number('number of a breakpoint');
        args.end();
        if (id === undefined) for (const spec of desk.debugger.specs) desk.debugger.remove(spec.id);
        else if (!desk.debugger.remove(id)) wrong(`there is no breakpoint ${id}; those that there are: list`);
      },
    },
    {
      names: ['list', 'l'],
      usage: 'list',
      what: 'the breakpoints and watchpoints',
      looks: true,
      run: (desk, args) => {
        args.end();
        if (desk.debugger.specs.length === 0) desk.print('No breakpoints.');
        for (const { id, spec } of desk.debugger.specs) desk.print(`${String(id).padStart(3)}  ${specText(desk, spec)}`);
      },
    },
  ],
};
