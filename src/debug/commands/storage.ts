import { pageState, stateName } from '../../cpu/pgste.ts';
import { ASCE, ENTRY, PTE } from '../../cpu/walk.ts';
import { codeAt } from '../code.ts';
import { type AddressKind, entryText, type WalkedLevel } from '../look.ts';
import { programName } from '../names.ts';
import { hex } from '../result.ts';
import { type Arguments, type CommandGroup, type Desk, wrong } from './command.ts';

const KINDS = ['virtual', 'real', 'absolute', 'host'] as const satisfies readonly AddressKind[];

const SIZES: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, g: 8 };
const MOST_UNITS = 4096;
const ROW_BYTES = 16;

interface Format {
  readonly count: number;
  readonly size: number;
  readonly letter: string;
}

/** gdb's: a count, a letter for how units read (x d u c s i), a letter for their size (b h w g), each of which may be missing. */
const formatOf = (text: string): Format => {
  const found = /^(\d*)([xducsibhwg]*)$/.exec(text);
  if (!found || found[2]!.length > 2)
    return wrong(`'/${text}' is no format, expected such as /4gx: count, size b, h, w or g, and x, d, u, c, s or i`);
  const letters = [...found[2]!];
  const size = letters.find((letter) => letter in SIZES);
  const letter = letters.find((other) => !(other in SIZES)) ?? 'x';
  const count = found[1] === '' ? 1 : Number(found[1]);
  if (count < 1 || count > MOST_UNITS) wrong(`${count} units, expected 1 to ${MOST_UNITS}`);
  return { count, letter, size: size ? SIZES[size]! : letter === 'c' ? 1 : 8 };
};

const unitText = (bytes: Uint8Array, letter: string): string => {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  const bits = bytes.length * 8;
  if (letter === 'd') return `${BigInt.asIntN(bits, value)}`;
  if (letter === 'u') return `${value}`;
  if (letter === 'c') return printable(bytes[0]!);
  return `0x${value.toString(16).padStart(bytes.length * 2, '0')}`;
};

const printable = (byte: number): string =>
  byte >= 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `\\x${byte.toString(16).padStart(2, '0')}`;

const examine = (desk: Desk, args: Arguments, format: Format): void => {
  const kind = args.skip(...KINDS) ?? 'virtual';
  const { look, vcpu } = desk.debugger;
  const isNext = format.letter === 'i' && args.isEmpty;
  const address = isNext ? look.registers(vcpu).psw.address : args.address(desk);
  args.end();
  if (format.letter === 'i') {
    if (kind !== 'virtual') wrong('instructions are shown at virtual addresses only');
    printCode(desk, address, format.count);
    return;
  }
  const unreadable = (at: bigint): never =>
    wrong(`${kind} ${hex(at)} cannot be read now${kind === 'virtual' ? '; the way there: walk' : ''}`);
  if (format.letter === 's') {
    const bytes = look.readUpTo(vcpu, kind, address, 256);
    if (bytes.length === 0) unreadable(address);
    const end = bytes.indexOf(0);
    desk.print(`${desk.at(address)}:  ${JSON.stringify(String.fromCharCode(...bytes.subarray(0, end < 0 ? undefined : end)))}`);
    return;
  }
  const perRow = Math.max(1, ROW_BYTES / format.size);
  for (let done = 0; done < format.count; done += perRow) {
    const at = BigInt.asUintN(64, address + BigInt(done * format.size));
    const units = Math.min(perRow, format.count - done);
    const bytes = look.read(vcpu, kind, at, units * format.size) ?? unreadable(at);
    const texts = Array.from({ length: units }, (_, n) => unitText(bytes.subarray(n * format.size, (n + 1) * format.size), format.letter));
    desk.print(`${kind === 'virtual' ? desk.at(at) : hex(at)}:  ${texts.join('  ')}`);
  }
};

/** Instructions from an address on; the one that comes next has an arrow. */
const printCode = (desk: Desk, from: bigint, count: number): void => {
  const { look, vcpu } = desk.debugger;
  const next = look.registers(vcpu).psw.address;
  let at = from;
  for (let n = 0; n < count; n++) {
    const code = codeAt(look, vcpu, at, desk.symbol);
    if (!code) {
      if (n === 0) wrong(`virtual ${hex(at)} cannot be read now; the way there: walk`);
      return;
    }
    const bytes = Array.from(code.bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    desk.print(`${at === next ? '=>' : '  '} ${desk.at(at)}:  ${bytes.padEnd(17)}  ${code.text.replace('\t', ' ')}`);
    at = BigInt.asUintN(64, at + BigInt(code.length));
  }
};

const OWNERS = ['the host', 'the guest', "the guest's guest"] as const;
const ownerOf = (level: number): string => OWNERS[level] ?? `level ${level}`;

const tableText = (table: string, low: number): string => {
  const flags =
    table === 'page'
      ? [low & PTE.INVALID ? 'invalid' : '', low & PTE.PROTECTED ? 'protected' : '', low & PTE.IEP ? 'no execution' : '']
      : [low & ENTRY.INVALID ? 'invalid' : '', low & ENTRY.PROTECTED ? 'protected' : '', low & ENTRY.FC ? 'frame' : ''];
  return flags.filter((flag) => flag !== '').join(', ');
};

const walkedLines = ({ level, address, asce, walk, status, absolute }: WalkedLevel): string[] => [
  `tables of ${ownerOf(level)}: ${hex(address)} through ASCE ${hex(asce, 16)}${Number(asce & 0xfffn) & ASCE.REAL ? ', a real space' : ''}`,
  ...walk.entries.map((entry) =>
    `  ${`${entry.table} table`.padEnd(20)} ${hex(entry.address).padEnd(12)} ${entryText(entry)}  ${tableText(entry.table, entry.low)}`.trimEnd(),
  ),
  ...(status
    ? [
        `  ${'page status'.padEnd(20)} ${hex(status.address).padEnd(12)} ${entryText(status)}  ${stateName(pageState(status.low, absolute !== undefined))}`,
      ]
    : []),
  absolute === undefined
    ? `  -> program interruption ${hex(walk.exception)}, ${programName(walk.exception)}`
    : `  -> absolute ${hex(absolute)}`,
];

const walkAddress = (desk: Desk, args: Arguments): void => {
  const kind = args.skip('real', 'absolute') ?? 'virtual';
  const address = args.address(desk);
  args.end();
  const { look, vcpu } = desk.debugger;
  const way = look.way(vcpu, address, kind);
  const datOn = (look.registers(vcpu).psw.mask >> 58n) & 1n;
  if (way.absolute !== undefined && way.levels[0]?.level !== look.level(vcpu)) {
    desk.print(
      `${kind === 'virtual' ? (datOn ? 'virtual, in a real space' : 'DAT off, real') : kind} ${hex(address)} -> absolute ${hex(way.absolute)}`,
    );
  }
  for (const walked of way.levels) desk.print(...walkedLines(walked));
  if (!way.exception) desk.print(`verdict: host absolute ${hex(way.host!)}`);
  else {
    const { code, level } = way.exception;
    const help = level === 0 ? '; it brings the page, and nobody notices' : '';
    desk.print(`verdict: program interruption ${hex(code)}, ${programName(code)}, for ${ownerOf(level)}${help}`);
  }
};

export const STORAGE: CommandGroup = {
  title: 'Storage',
  commands: [
    {
      names: ['x'],
      usage: 'x[/FMT] [virtual|real|absolute|host] ADDRESS',
      what: 'storage; FMT is that of gdb, such as /4gx',
      more: 'A count; b, h, w or g for units of 1, 2, 4 or 8 bytes; x hexadecimal, d signed, u unsigned, c character, s text, i instruction. Virtual addresses are those of the selected CPU, as are real and absolute ones.',
      repeats: true,
      looks: true,
      words: (desk) => [...KINDS, ...desk.debugger.session.program.symbols.keys()],
      run: (desk, args) => {
        const format = args.peek()?.startsWith('/') ? formatOf(args.word('a format').slice(1)) : formatOf('');
        examine(desk, args, format);
      },
    },
    {
      names: ['disasm', 'dis'],
      usage: 'disasm [ADDRESS|LABEL] [COUNT]',
      what: 'instructions, by default the next ones',
      looks: true,
      words: (desk) => [...desk.debugger.session.program.symbols.keys()],
      run: (desk, args) => {
        const address = args.isEmpty ? desk.debugger.look.registers(desk.debugger.vcpu).psw.address : args.address(desk);
        const count = args.count(8);
        args.end();
        printCode(desk, address, Math.min(count, MOST_UNITS));
      },
    },
    {
      names: ['walk'],
      usage: 'walk [real|absolute] ADDRESS',
      what: 'the way of an address through the tables of all levels, and the verdict',
      looks: true,
      words: (desk) => ['real', 'absolute', ...desk.debugger.session.program.symbols.keys()],
      run: walkAddress,
    },
  ],
};
