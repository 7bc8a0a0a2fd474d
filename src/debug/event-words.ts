import type { Events, PageState } from '../cpu/events.ts';
import { INTERCEPT } from '../cpu/interruption.ts';
import { ORC_NAMES, programName } from './names.ts';
import { hex } from './result.ts';

const INTERCEPTION_NAMES: Readonly<Record<number, string>> = {
  [INTERCEPT.NONE]: 'none', [INTERCEPT.INSTRUCTION]: 'instruction', [INTERCEPT.PROGRAM]: 'program interruption',
  [INTERCEPT.EXTERNAL_REQUEST]: 'external request', [INTERCEPT.EXTERNAL]: 'external interruption', [INTERCEPT.IO_REQUEST]: 'I/O request',
  [INTERCEPT.WAIT]: 'wait state', [INTERCEPT.VALIDITY]: 'validity', [INTERCEPT.STOP]: 'stop request',
  [INTERCEPT.OPERATION]: 'operation exception', [INTERCEPT.PARTIAL]: 'partial execution',
}; // biome-ignore format: a table

/** "program interruption 0x1a (block volatility)". */
export const interruptionName = (e: Events['interruption']): string =>
  `${e.class} interruption ${hex(e.code)}${e.class === 'program' ? ` (${programName(e.code)})` : ''}`;

/** "interception 0x04 (instruction b9ab00000000)". */
export const interceptionName = ({ code, ipa, ipb }: Events['interception']): string => {
  const name = INTERCEPTION_NAMES[code];
  const bytes = ipa === 0 && ipb === 0 ? '' : ` ${ipa.toString(16).padStart(4, '0')}${ipb.toString(16).padStart(8, '0')}`;
  return `interception ${hex(code, 2)}${name === undefined ? '' : ` (${name}${bytes})`}`;
};

/** "ESSA 3 (set volatile)". */
export const essaName = (orc: number): string => `ESSA ${orc} (${ORC_NAMES[orc] ?? 'not assigned'})`;

const USAGE = ['S', 'U', 'P', 'V'] as const;
const CONTENT = ['r', '', 'p', 'z'] as const;
const NO_DAT = 0x20;

/** A page state as the byte that ESSA returns for it (spec/essa.md 1.3): bits 2-5 of the byte with the no-DAT bit. */
export const stateCode = ({ usage, content, nodat }: PageState): number =>
  (USAGE.indexOf(usage) << 2) | CONTENT.indexOf(content) | (nodat ? NO_DAT : 0);

/** The byte that ESSA returned, without what does not belong to the state. */
export const stateCodeOf = (result: number): number => result & (0x0f | NO_DAT);

/** "Vz" for 0x0f; "+nodat" behind it where the attribute is set. */
export const stateCodeName = (code: number): string => `${USAGE[(code >> 2) & 3]}${CONTENT[code & 3]}${code & NO_DAT ? '+nodat' : ''}`;

/** Whether a page in this state has a frame. */
export const isResidentCode = (code: number): boolean => (code & 3) === 0;
