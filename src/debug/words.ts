import { stateName } from '../cpu/pgste.ts';
import { PSW, type Psw } from '../cpu/psw.ts';
import { ORC_NAMES, programName, STATE_WORDS } from './names.ts';
import { hex } from './result.ts';
import type { IndexedEvent } from './timeline/event-index.ts';

/** What the host did to a page, by what a page state's change says that it was by. */
export const HOST_WORDS: Readonly<Record<string, string>> = {
  'host zero-fill': 'gives a page of zeros',
  'host page-in': 'brings the page back from the paging device',
  'host discard': 'discards the page: its frame is free at once, nothing is written',
  'host drop': 'drops the unused page: its frame is free at once, nothing is written',
  'host page-out': 'pages out: the content goes to the paging device',
};

/** A page state in words. */
export const stateWords = (state: { usage: string; content: string }): string => STATE_WORDS[`${state.usage}${state.content}`] ?? '';
/** Where something happened, unless it was in the host's guest. */
export const atLevel = (level: number): string => (level > 1 ? ` at level ${level}` : '');

/** A PSW with the bits that people look for. */
export const pswText = ({ mask, address }: Psw): string => {
  const high = Number(mask >> 32n);
  const mode = high & 1 ? '64-bit' : mask & 0x8000_0000n ? '31-bit' : '24-bit';
  const parts = [
    mode,
    high & PSW.DAT ? 'DAT on' : 'DAT off',
    high & PSW.PROBLEM ? 'problem state' : 'supervisor',
    `cc ${Number((mask >> 44n) & 3n)}`,
  ];
  return `${mask.toString(16).padStart(16, '0')} ${address.toString(16).padStart(16, '0')}  (${parts.join(', ')})`;
};

/** Gives an address a name: "0x10024 <touch>". */
export type NameAddress = (address: bigint) => string;

/** An event in words, in one line. */
export const eventWords = (indexed: IndexedEvent, at: NameAddress): string => {
  switch (indexed.kind) {
    case 'interruption': {
      const { cpu, code, teid, level, at: where } = indexed.event;
      const name = indexed.event.class === 'program' ? `, ${programName(code)} exception,` : '';
      const stored = teid === undefined ? '' : `; 0xa8 has ${hex(teid)}`;
      return `CPU ${cpu} is interrupted${atLevel(level)}: ${indexed.event.class} interruption ${hex(code)}${name} at ${at(where)}${stored}`;
    }
    case 'interception': {
      const { cpu, code, ipa, ipb, level, address } = indexed.event;
      const what = ipa === 0 ? '' : `, instruction ${hex(ipa, 4)} ${hex(ipb, 8)}`;
      return `CPU ${cpu} leaves SIE${atLevel(level)}: interception ${hex(code, 2)}${what} at ${at(address)}`;
    }
    case 'sie':
      return `CPU ${indexed.event.cpu} ${indexed.event.entered ? 'enters' : 'leaves'} level ${indexed.event.level}`;
    case 'pageState': {
      const { page, before, after, by, level } = indexed.event;
      const change = `${stateName(before)} -> ${stateName(after)}  (${stateWords(before)} -> ${stateWords(after)})`;
      return `page ${hex(page)}: ${change} by ${by}${atLevel(level)}`;
    }
    case 'essa': {
      const { cpu, orc, page, result, level } = indexed.event;
      return `CPU ${cpu} executes ESSA ${orc}, "${ORC_NAMES[orc]}", for page ${hex(page)}${atLevel(level)}; it learns the state before: ${hex(result, 2)}`;
    }
    case 'key': {
      const { page, before, after, level } = indexed.event;
      return `key of page ${hex(page)}${atLevel(level)}: ${hex(before, 2)} -> ${hex(after, 2)}`;
    }
    case 'host': {
      const { action, page, reason } = indexed.event;
      return `the host: ${action} of page ${hex(page)} (${reason})`;
    }
  }
};
