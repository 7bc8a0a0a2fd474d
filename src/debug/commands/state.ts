import { LOWCORE } from '../../cpu/interruption.ts';
import { PSW, type Psw } from '../../cpu/psw.ts';
import { CPUFLAGS, ECA, ECB2, ICTL, SD } from '../../cpu/state-description.ts';
import { KEY } from '../../cpu/storage.ts';
import { programName } from '../names.ts';
import { hex } from '../result.ts';
import { pswText } from '../words.ts';
import { type CommandGroup, type Desk, wrong } from './command.ts';
import { ccOf } from './standing.ts';

const digits = (value: bigint | number, count: number): string => value.toString(16).padStart(count, '0');

/** Registers in rows; those that differ from when the program last stood still have a star. */
const rows = (
  values: readonly (bigint | number)[],
  before: readonly (bigint | number)[] | undefined,
  prefix: string,
  width: number,
): string[] => {
  const perRow = width > 8 ? 4 : 8;
  const cells = values.map((value, n) => {
    const mark = before && before[n] !== value ? '*' : ' ';
    return `${`${prefix}${n}`.padStart(4)}${mark}${digits(value, width)}`;
  });
  return Array.from({ length: Math.ceil(cells.length / perRow) }, (_, n) => cells.slice(n * perRow, (n + 1) * perRow).join('  '));
};

/** The registers at the stop before the last one, to compare with: what is marked is what the last move changed. */
const before = (desk: Desk) => desk.previous.get(desk.debugger.cpu);

const SPACES = ['primary', 'access register', 'secondary', 'home'] as const;

/** The PSW bit by bit (PoP, "Program-Status-Word Format"). */
const pswLines = (desk: Desk, { mask, address }: Psw): string[] => {
  const high = Number(mask >> 32n);
  const bit = (n: number, name: string, value: number, words = value ? 'on' : 'off'): string =>
    `  ${String(n).padStart(5)}  ${name.padEnd(28)}${digits(value, 1)}  ${words}`;
  const flag = (n: number, name: string, flagMask: number, words?: string): string => bit(n, name, high & flagMask ? 1 : 0, words);
  const programMask = (high >>> 8) & 15;
  const names = ['fixed-point overflow', 'decimal overflow', 'HFP exponent underflow', 'HFP significance'];
  const ea = high & 1;
  const ba = mask & 0x8000_0000n ? 1 : 0;
  return [
    `${digits(mask, 16)} ${digits(address, 16)}`,
    flag(1, 'PER', PSW.PER),
    flag(5, 'DAT', PSW.DAT),
    flag(6, 'I/O interruptions', PSW.IO),
    flag(7, 'external interruptions', PSW.EXTERNAL),
    bit(8, 'key', (high >>> 20) & 15, 'bits 8-11'),
    flag(13, 'machine-check interruptions', PSW.MACHINE_CHECK),
    flag(14, 'wait', PSW.WAIT, high & PSW.WAIT ? 'waiting' : 'running'),
    flag(15, 'problem state', PSW.PROBLEM, high & PSW.PROBLEM ? 'problem' : 'supervisor'),
    bit(16, 'address space', (high & PSW.SPACE) >>> 14, `${SPACES[(high & PSW.SPACE) >>> 14]}, bits 16-17`),
    bit(18, 'condition code', (high >>> 12) & 3, 'bits 18-19'),
    ...names.map((name, n) => bit(20 + n, name, (programMask >> (3 - n)) & 1)),
    bit(31, 'extended addressing', ea, ''),
    bit(32, 'basic addressing', ba, ea ? (ba ? '64-bit' : 'invalid') : ba ? '31-bit' : '24-bit'),
    `  64-127  instruction address         ${desk.at(address)}`,
  ].map((line) => line.trimEnd());
};

const LOWCORE_LENGTH = 0x200;

const lowcoreLines = (desk: Desk): string[] => {
  const { look, vcpu } = desk.debugger;
  const { prefix } = look.registers(vcpu);
  const bytes = look.absolute(vcpu, look.level(vcpu), prefix, LOWCORE_LENGTH);
  if (!bytes) return wrong(`the prefix area at ${hex(prefix)} cannot be read now`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const code = view.getUint16(LOWCORE.PGM_CODE);
  const line = (offset: number, name: string, value: string): string => `  ${hex(offset, 3)}  ${name.padEnd(38)}${value}`;
  const psw = (kind: string, offset: number): string => {
    const value = { mask: view.getBigUint64(offset), address: view.getBigUint64(offset + 8) };
    return line(
      offset,
      kind,
      value.mask === 0n && value.address === 0n ? 'zeros' : `${pswText(value)} ${desk.symbol(value.address) ?? ''}`.trimEnd(),
    );
  };
  return [
    `lowcore of CPU ${vcpu.address}, absolute ${hex(prefix)}`,
    line(LOWCORE.EXTERNAL_CODE, 'external-interruption code', hex(view.getUint16(LOWCORE.EXTERNAL_CODE), 4)),
    line(LOWCORE.SVC_CODE, 'supervisor-call code', hex(view.getUint16(LOWCORE.SVC_CODE), 4)),
    line(LOWCORE.PGM_ILC, 'program-interruption length', `${view.getUint16(LOWCORE.PGM_ILC)}`),
    line(LOWCORE.PGM_CODE, 'program-interruption code', `${hex(code, 4)}${code ? `  ${programName(code)}` : ''}`),
    line(LOWCORE.DXC, 'data-exception code', hex(view.getUint32(LOWCORE.DXC), 8)),
    line(LOWCORE.TEID, 'translation-exception identification', hex(view.getBigUint64(LOWCORE.TEID), 16)),
    line(LOWCORE.SUBSYSTEM_ID, 'subsystem identification', hex(view.getUint32(LOWCORE.SUBSYSTEM_ID), 8)),
    ...Object.entries(LOWCORE.OLD_PSW).map(([kind, offset]) => psw(`${kind} old PSW`, offset)),
    ...Object.entries(LOWCORE.NEW_PSW).map(([kind, offset]) => psw(`${kind} new PSW`, offset)),
  ];
};

/** A storage key in words. */
export const keyText = (key: number): string => {
  const words = [`key ${key >> 4}`, key & KEY.F ? 'fetch-protected' : '', key & KEY.R ? 'referenced' : '', key & KEY.C ? 'changed' : ''];
  return `${hex(key, 2)}  ${words.filter((word) => word !== '').join(', ')}`;
};

/** Keys of the pages that the host knows of; neighbours with the same key share a line. */
const keyLines = (desk: Desk): string[] => {
  const ranges: { first: number; last: number; key: number }[] = [];
  for (const { page, key } of desk.debugger.session.machine.pager.pages()) {
    const range = ranges.at(-1);
    if (range && range.key === key && range.last + 0x1000 === page) range.last = page;
    else ranges.push({ first: page, last: page, key });
  }
  return ranges.map(({ first, last, key }) => `${`${hex(first)}${first === last ? '' : ` - ${hex(last)}`}`.padEnd(24)}${keyText(key)}`);
};

const namesOf = (flags: Readonly<Record<string, number>>, value: number): string =>
  Object.entries(flags).filter(([, mask]) => value & mask).map(([name]) => name).join(' '); // biome-ignore format: one thought

/** The state description of the level at which the CPU runs (spec/sie.md 4.2). While the guest is entered, the CPU has what SIE loaded. */
const sieLines = (desk: Desk): string[] => {
  const { look, vcpu } = desk.debugger;
  const level = look.level(vcpu);
  const { address, bytes } = look.stateDescription(vcpu);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const line = (offset: number, name: string, value: string): string => `  ${hex(offset, 3)}  ${name.padEnd(26)}${value}`.trimEnd();
  const word = (offset: number, name: string, flags: Readonly<Record<string, number>> = {}): string =>
    line(offset, name, `${digits(view.getUint32(offset), 8)}  ${namesOf(flags, view.getInt32(offset))}`);
  const doubleword = (offset: number, name: string): string => line(offset, name, digits(view.getBigUint64(offset), 16));
  const byte = (offset: number, name: string, flags: Readonly<Record<string, number>> = {}): string =>
    line(offset, name, `${digits(view.getUint8(offset), 2)}  ${namesOf(flags, view.getUint8(offset))}`);
  return [
    `state description of level ${level} at host absolute ${hex(address)}${vcpu.cpu.level > 0 ? '; the guest is entered, registers are in the CPU' : ''}`,
    word(SD.FLAGS, 'CPU flags', CPUFLAGS),
    word(SD.PREFIX, 'prefix'),
    doubleword(SD.CPU_TIMER, 'CPU timer'),
    doubleword(SD.CLOCK_COMPARATOR, 'clock comparator'),
    doubleword(SD.EPOCH, 'epoch difference'),
    word(SD.ICTL, 'interception controls', ICTL),
    word(SD.ECA, 'execution controls A', ECA),
    byte(SD.ECB2, 'execution controls B2', ECB2),
    byte(SD.ICPTCODE, 'interception code'),
    line(SD.IPA, 'intercepted instruction', `${digits(view.getUint16(SD.IPA), 4)} ${digits(view.getUint32(SD.IPB), 8)}`),
    line(SD.CBRLO, 'discarded-block list', digits(view.getUint32(SD.CBRLO), 8)),
    doubleword(SD.MSO, 'main-storage origin'),
    doubleword(SD.MSL, 'main-storage limit'),
    line(SD.PSW, 'PSW', `${digits(view.getBigUint64(SD.PSW), 16)} ${digits(view.getBigUint64(SD.PSW + 8), 16)}`),
    doubleword(SD.GR14, 'general register 14'),
    doubleword(SD.GR15, 'general register 15'),
    doubleword(SD.CR + 8, 'control register 1'),
    ...look.outerPsws(vcpu).map((psw, n) => `  the PSW of level ${n + 1}, at its SIE: ${pswText(psw)}`),
  ];
};

const simple = (names: readonly string[], what: string, lines: (desk: Desk) => readonly string[]): CommandGroup['commands'][number] => ({
  names,
  usage: names[0]!,
  what,
  looks: true,
  run: (desk, args) => {
    args.end();
    desk.print(...lines(desk));
  },
});

export const STATE: CommandGroup = {
  title: 'The CPU',
  commands: [
    simple(['regs', 'r'], 'general registers and PSW; what the last move changed has a star', (desk) => {
      const { look, vcpu } = desk.debugger;
      const now = look.registers(vcpu);
      return [...rows(now.gr, before(desk)?.gr, '%r', 16), ` psw ${pswText(now.psw)}`, `  cc ${ccOf(now)}  prefix ${hex(now.prefix)}`];
    }),
    simple(['psw'], 'the PSW bit by bit', (desk) => pswLines(desk, desk.debugger.look.registers(desk.debugger.vcpu).psw)),
    simple(['cr'], 'control registers', (desk) => rows(desk.debugger.look.registers(desk.debugger.vcpu).cr, before(desk)?.cr, '%c', 16)),
    simple(['ar'], 'access registers', (desk) => rows(desk.debugger.look.registers(desk.debugger.vcpu).ar, before(desk)?.ar, '%a', 8)),
    simple(['fpr', 'fr'], 'floating-point registers', (desk) =>
      rows(desk.debugger.look.registers(desk.debugger.vcpu).fpr, before(desk)?.fpr, '%f', 16),
    ),
    simple(['lowcore', 'lc'], 'the assigned storage locations: interruption codes, old and new PSWs', lowcoreLines),
    simple(['sie'], 'the state description', sieLines),
    {
      names: ['keys', 'key'],
      usage: 'keys [PAGE]',
      what: 'the storage key of a page, or all of them',
      looks: true,
      run: (desk, args) => {
        if (args.isEmpty) desk.print(...keyLines(desk));
        else {
          const page = args.page(desk);
          args.end();
          desk.print(`${hex(page)}  ${keyText(desk.debugger.look.pageKey(page))}`);
        }
      },
    },
  ],
};
