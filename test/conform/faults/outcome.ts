import { KEY } from '../../../src/cpu/storage.ts';
import { PAGES } from './layout.ts';
import { REGISTER, type Registers, registerName } from './registers.ts';
import type { Stage } from './stage.ts';

/** Everything that a guest can see of itself between two instructions. */
export interface Snapshot {
  readonly registers: Registers;
  /** Of {@link PAGES}, in their order: content, key and state. Contents are shared between snapshots and must not be written into. */
  readonly contents: Uint8Array[];
  readonly keys: number[];
  readonly states: string[];
}

/** @param like what most pages probably still hold: those are not copied */
export const snapshot = ({ pages, registers }: Stage, like: readonly Uint8Array[]): Snapshot => {
  const contents = PAGES.map((page, n) => {
    const content = pages.content(page);
    return isSame(content, like[n]!) ? like[n]! : content.slice();
  });
  return { registers, contents, keys: PAGES.map((page) => pages.key(page)), states: PAGES.map((page) => pages.state(page)) };
};

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a === b || Buffer.compare(a, b) === 0;

/** A copy of which everything but the bytes of its pages may be changed. */
export const copyOf = ({ registers, contents, keys, states }: Snapshot): Snapshot => ({
  registers: registers.slice(),
  contents: [...contents],
  keys: [...keys],
  states: [...states],
});

const hex = (value: bigint | number): string => `0x${value.toString(16)}`;

/** What differs from what was expected, in words. Time passes, so the CPU timer counts only when it is asked for. */
export const differences = (expected: Snapshot, found: Snapshot, withTimer = true): string[] => {
  const list: string[] = [];
  for (const [n, value] of expected.registers.entries()) {
    if (value === found.registers[n] || (n === REGISTER.CPU_TIMER && !withTimer)) continue;
    list.push(`${registerName(n)} is ${hex(found.registers[n]!)}, expected ${hex(value)}`);
  }
  for (const [n, page] of PAGES.entries()) {
    if (expected.keys[n] !== found.keys[n]) list.push(`key of ${hex(page)} is ${hex(found.keys[n]!)}, expected ${hex(expected.keys[n]!)}`);
    if (expected.states[n] !== found.states[n]) list.push(`page ${hex(page)} is ${found.states[n]}, expected ${expected.states[n]}`);
    const [wanted, content] = [expected.contents[n]!, found.contents[n]!];
    if (!isSame(wanted, content)) list.push(`content of ${hex(page)}: ${firstDifference(wanted, content)}`);
  }
  return list;
};

const firstDifference = (wanted: Uint8Array, found: Uint8Array): string => {
  const at = wanted.findIndex((byte, n) => byte !== found[n]);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(at, at + 16)).toString('hex');
  return `at ${hex(at)} ${text(found)}, expected ${text(wanted)}`;
};

/**
 * What an interruption between two units of operation may not leave (PoP, "Interruptible Instructions"): storage and keys lie between what was
 * before and what will be at the end, and only these registers have moved.
 */
export const differencesBetweenUnits = (before: Snapshot, found: Snapshot, end: Snapshot, moving: readonly number[]): string[] => {
  const likely = copyOf(before);
  for (const n of moving) likely.registers[REGISTER.GR + n] = found.registers[REGISTER.GR + n]!;
  for (const [n, key] of found.keys.entries()) {
    const mayBe = before.keys[n]! | (end.keys[n]! & (KEY.R | KEY.C));
    if ((key & before.keys[n]!) === before.keys[n] && (key & ~mayBe) === 0) likely.keys[n] = key;
  }
  for (const [n, content] of found.contents.entries()) {
    const wanted = before.contents[n]!;
    if (!isSame(wanted, content))
      likely.contents[n] = wanted.map((byte, at) => (content[at] === end.contents[n]![at] ? content[at]! : byte));
  }
  return differences(likely, found, false);
};
