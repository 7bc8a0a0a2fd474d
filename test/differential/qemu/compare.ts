import type { Case } from './generate.ts';
import { pswMaskOf } from './image.ts';
import { DATA, PAGE, VARIANTS } from './layout.ts';
import { blockName, type Part, parts, type Result } from './result.ts';

/** One part of a result that two machines disagree about. */
export interface PartDifference {
  readonly part: string;
  readonly ours: string;
  readonly theirs: string;
}

/** A case on which two machines disagree. */
export interface Difference {
  readonly case: Case;
  readonly ours: Result;
  readonly theirs: Result;
  readonly parts: readonly PartDifference[];
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Changed bytes of a block as `+offset bytes`, where the two machines differ. */
const blockDifferences = (one: Case, ours: Result, theirs: Result): PartDifference[] => {
  const differences: PartDifference[] = [];
  for (const offset of new Set([...ours.blocks.keys(), ...theirs.blocks.keys()])) {
    const original = one.draft.data.subarray(offset, offset + 256);
    const patched = original.slice();
    for (const { address, bytes } of one.draft.patches) {
      const at = address - DATA.address - offset;
      for (const [i, byte] of bytes.entries()) if (at + i >= 0 && at + i < 256) patched[at + i] = byte;
    }
    const a = ours.blocks.get(offset) ?? patched;
    const b = theirs.blocks.get(offset) ?? patched;
    if (sameBytes(a, b)) continue;
    const from = a.findIndex((byte, i) => byte !== b[i]);
    const to = Math.min(from + 16, a.findLastIndex((byte, i) => byte !== b[i]) + 1);
    const text = (bytes: Uint8Array) => Buffer.from(bytes.subarray(from, to)).toString('hex');
    differences.push({ part: `storage ${blockName(offset + from)}`, ours: text(a), theirs: text(b) });
  }
  return differences;
};

/** Compares how a case ended on two machines. */
export const compare = (one: Case, ours: Result, theirs: Result): Difference | undefined => {
  if (sameBytes(ours.bytes, theirs.bytes)) return undefined;
  const other = parts(theirs);
  const differing: PartDifference[] = [];
  for (const [i, part] of parts(ours).entries()) {
    if (part.value !== other[i]!.value) differing.push({ part: part.name, ours: part.value, theirs: other[i]!.value });
  }
  return { case: one, ours, theirs, parts: [...differing, ...blockDifferences(one, ours, theirs)] };
};

const vectorText = (left: bigint, right: bigint): string => [left, right].map((half) => half.toString(16).padStart(16, '0')).join(' ');

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The state that a case starts with: PSW, the registers that its fields name, its storage operands. */
const setting = (one: Case): string[] => {
  const { draft, environment } = one;
  const registers = new Set<number>();
  for (const [name, value] of Object.entries(draft.fields)) {
    if (!/^[rbx]/.test(name)) continue;
    registers.add(value & 15);
    if (name.startsWith('r')) registers.add((value & 15) | 1);
  }
  const lines = [
    `PSW ${pswMaskOf(one).toString(16).padStart(16, '0')} ${draft.codeAddress.toString(16)}, ${draft.mode}-bit, ${draft.space}, environment ${environment} (${draft.environment.name}), FPC ${draft.fpc.toString(16)}`,
    `fields ${Object.entries(draft.fields)
      .map(([name, value]) => `${name}=${value < 0 ? '-' : ''}${Math.abs(value).toString(16)}`)
      .join(' ')}`,
    [...registers]
      .sort((a, b) => a - b)
      .map((i) => `GR${i} ${draft.gr[i]!.toString(16)}`)
      .join(', '),
  ];
  const vectors = new Set(Object.entries(draft.fields).flatMap(([name, value]) => (name.startsWith('v') ? [value & 31] : [])));
  if (draft.row.operands?.includes('f')) for (const i of registers) vectors.add(i);
  for (const i of vectors) lines.push(`VR${i} ${vectorText(draft.vr[2 * i]!, draft.vr[2 * i + 1]!)}`);
  for (const operand of draft.operands.storage) {
    const address = draft.addressOf(operand);
    const data = draft.bytesAt(address, 16);
    lines.push(
      `${operand.displacement} at ${address.toString(16)}${data ? ` holds ${hex(data)} in original ${(VARIANTS.address + one.variant * DATA.pages * PAGE).toString(16)}` : ''}`,
    );
  }
  for (const patch of draft.patches) lines.push(`patch ${patch.address.toString(16)}: ${hex(patch.bytes)}`);
  return lines;
};

/** The one line that reproduces a case. */
const reproduction = ({ row, seed, index, dat }: Case): string =>
  `npx tsx test/differential/qemu/run.ts ${row.mnemonic} --seed ${seed} --case ${index}${dat ? ' --dat' : ' --real'}`;

const name = (one: Case): string => {
  const { draft, row } = one;
  const executed = draft.executed ? `, by ${hex(one.code.subarray(0, 6))} at ${draft.targetAddress.toString(16)}` : '';
  const bytes = draft.executed ? draft.encode() : one.code.subarray(0, draft.encode().length);
  return `${row.mnemonic} ${hex(bytes)}${executed}`;
};

/** A difference in a few lines for people. */
export const describe = ({ case: one, ours, theirs, parts: differing }: Difference, names: readonly [string, string]): string => {
  const width = Math.max(...differing.map(({ part }) => part.length), 4);
  const shown = differing
    .slice(0, 12)
    .map((part) => `    ${part.part.padEnd(width)}  ${names[0]} ${part.ours}  ${names[1]} ${part.theirs}`);
  const ends = (result: Result) => ends1(parts(result));
  return [
    `${name(one)}    ${reproduction(one)}`,
    ...setting(one).map((line) => `    ${line}`),
    `    ends: ${names[0]} ${ends(ours)}; ${names[1]} ${ends(theirs)}`,
    ...shown,
    ...(differing.length > shown.length ? [`    and ${differing.length - shown.length} more`] : []),
  ].join('\n');
};

const ends1 = (all: readonly Part[]): string => {
  const of = (wanted: string) => all.find(({ name }) => name === wanted)!.value;
  const what = of('interruption');
  return `${what}${what === 'program' ? ` ${of('code')} ILC ${of('ILC')}` : ''} at ${of('PSW address')}`;
};
