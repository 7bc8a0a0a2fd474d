import { disassemble } from '../cpu/disassembler.ts';
import type { Events } from '../cpu/events.ts';
import { stateName } from '../cpu/pgste.ts';
import { ACCESS } from '../cpu/translation.ts';
import type { Machine } from '../host/machine.ts';
import { ORC_NAMES, programName } from './names.ts';
import { hex } from './result.ts';

/** Kinds of events that `--trace` takes. */
export const TRACE_KINDS = ['instruction', 'interruption', 'interception', 'essa', 'page', 'host', 'key', 'sie'] as const;
export type TraceKind = (typeof TRACE_KINDS)[number];

type Line = (text: string) => void;

/** Writes a line for each event of a kind as it happens. @returns a function that ends it */
export const traceTo = (machine: Machine, kind: TraceKind, line: Line): (() => void) => {
  const { events } = machine.configuration;
  const on = <K extends keyof Events>(event: K, describe: (e: Events[K]) => string): (() => void) =>
    events.on(event, (e) => line(describe(e)));
  switch (kind) {
    case 'instruction':
      return on('instruction', (e) => `${when(e)} ${hex(e.address, 8)}  ${instructionText(machine, e.cpu, e.address)}`);
    case 'interruption':
      return on('interruption', interruptionText);
    case 'interception':
      return on('interception', interceptionText);
    case 'essa':
      return on('essa', essaText);
    case 'page':
      return on('pageState', (e) => `page ${hex(e.page)}: ${stateName(e.before)} -> ${stateName(e.after)} by ${e.by}${level(e)}`);
    case 'host':
      return on('host', (e) => `host: ${e.action} of page ${hex(e.page)}, ${e.reason}`);
    case 'key':
      return on('key', (e) => `${when(e)} key of page ${hex(e.page)}: ${hex(e.before, 2)} -> ${hex(e.after, 2)}${level(e)}`);
    case 'sie':
      return on('sie', (e) => `${when(e)} SIE ${e.entered ? 'enters' : 'leaves'} level ${e.level}`);
  }
};

const interruptionText = (e: Events['interruption']): string => {
  const name = e.class === 'program' ? ` (${programName(e.code)})` : '';
  const teid = e.teid === undefined ? '' : `, 0xa8 ${hex(e.teid)}`;
  return `${when(e)} ${e.class} interruption ${hex(e.code)}${name} at ${hex(e.at)}${teid}${level(e)}`;
};

const interceptionText = (e: Events['interception']): string =>
  `${when(e)} interception ${hex(e.code, 2)} at ${hex(e.address)}, ipa ${hex(e.ipa, 4)}, ipb ${hex(e.ipb, 8)}${level(e)}`;

const essaText = (e: Events['essa']): string =>
  `${when(e)} ESSA ${e.orc} (${ORC_NAMES[e.orc]}) on page ${hex(e.page)} returns ${hex(e.result, 2)}${level(e)}`;

const when = ({ cpu, instruction }: { cpu: number; instruction: number }): string => `[${instruction}] cpu ${cpu}:`;
const level = (e: { level: number }): string => (e.level > 1 ? `, level ${e.level}` : '');

/** Disassembles the instruction at an address of a CPU, without disturbing anything; what cannot be read is said to be unreadable. */
export const instructionText = (machine: Machine, index: number, address: bigint): string => {
  const { cpu } = machine.vcpus[index]!;
  const { keys, bytes } = machine.configuration.storage;
  try {
    const before = keys.slice();
    const at = cpu.translate(address, ACCESS.FETCH);
    keys.set(before);
    return disassemble(bytes.slice(at, at + Math.min(6, 4096 - Number(address & 0xfffn))), Number(address)).text.replace('\t', ' ');
  } catch {
    return '(not readable now)';
  }
};
