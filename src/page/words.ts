import { type Data, NO_ROW, NO_STATE } from './data.ts';

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
const thousands = (n: number): string => Math.floor(n).toLocaleString('en');

/** "stable, resident" for Sr, or undefined for a state that does not occur. */
export const stateWords = ({ header }: Data, code: number): string | undefined => {
  const state = header.states.find(([known]) => known === code);
  return state && `${state[1]} (${state[2]})`;
};

/** "page 0x40000", with its level where that is not the host's guest. */
export const pageName = ({ header }: Data, row: number): string => {
  const [level, page] = header.rows[row]!;
  return `page ${hex(page)}${level > 1 ? ` of level ${level}` : ''}`;
};

/** "instruction 1,234". */
export const timeWords = (time: number): string => `instruction ${thousands(time)}`;

/** An event in words, in a few lines. */
export const eventWords = (data: Data, event: number): string[] => {
  const sort = data.header.sorts[data.sort[event]!]!;
  const row = data.row[event]!;
  const at = data.at[event]!;
  const who = sort.cpu === null ? '' : `CPU ${sort.cpu}${sort.level > 1 ? `, level ${sort.level}` : ''}: `;
  const where = row === NO_ROW ? '' : `, ${pageName(data, row)}`;
  const detail = [sort.detail, at === 0n ? '' : `at ${hex(at)}`].filter(Boolean).join(', ');
  const teid = data.teidEvents.indexOf(event);
  return [
    `[${thousands(data.times[event]!)}] ${who}${sort.name}${where}`,
    ...(detail ? [detail] : []),
    ...(teid >= 0 ? [`lowcore 0xa8: ${hex(data.teids[teid]!)}`] : []),
    ...changeWords(data, data.before[event]!, data.after[event]!),
  ];
};

const changeWords = (data: Data, before: number, after: number): string[] => {
  if (before === NO_STATE) return [];
  const words = stateWords(data, after) ?? '';
  return [before === after ? `stays ${words}` : `${stateWords(data, before)} \u2192 ${words}`];
};
