import type { Environment } from './environments.ts';
import { environments } from './environments.ts';
import { type Case, makeVariant, type World } from './generate.ts';
import {
  CASE,
  CASES,
  CODE,
  DATA,
  ENVIRONMENTS,
  INTERRUPTIONS,
  MONITOR,
  OTHER_PREFIX,
  PAGE,
  RESULTS,
  SCRATCH,
  TABLES,
  VARIANTS,
} from './layout.ts';
import { monitorCode } from './monitor.ts';
import type { Image } from './peer.ts';
import { datTables } from './tables.ts';

const DAT_ON = 1n << 58n;
const ADDRESSING_BITS = { 24: 0n, 31: 0x8000_0000n, 64: 0x1_8000_0000n } as const;
const SPACE_BITS = { real: 0n, primary: 0n, secondary: 2n << 46n, home: 3n << 46n } as const;

/** Bits 0-63 of the PSW that a case starts with. */
export const pswMaskOf = ({ draft }: Pick<Case, 'draft'>): bigint => {
  let mask = ADDRESSING_BITS[draft.mode] | SPACE_BITS[draft.space];
  if (draft.dat) mask |= DAT_ON;
  if (draft.problemState) mask |= 1n << 48n;
  return mask | (BigInt(draft.key) << 52n) | (BigInt(draft.conditionCode) << 44n) | (BigInt(draft.programMask) << 40n);
};

const writeCase = (view: DataView, at: number, one: Case): void => {
  const { draft } = one;
  const bytes = new Uint8Array(view.buffer, view.byteOffset);
  view.setBigUint64(at + CASE.codeAddress, BigInt(draft.codeAddress));
  view.setBigUint64(at + CASE.targetAddress, BigInt(draft.targetAddress));
  bytes.set(one.code, at + CASE.code);
  bytes.set(one.target, at + CASE.target);
  view.setBigUint64(at + CASE.psw, pswMaskOf(one));
  view.setBigUint64(at + CASE.psw + 8, BigInt(draft.codeAddress));
  view.setUint32(at + CASE.fpc, draft.fpc);
  view.setUint32(at + CASE.full, draft.full ? 1 : 0);
  view.setBigUint64(at + CASE.variant, BigInt(VARIANTS.address + one.variant * DATA.pages * PAGE));
  view.setBigUint64(at + CASE.environment, BigInt(ENVIRONMENTS + one.environment * 128));
  for (const [i, place] of CASE.patches.entries()) {
    const patch = patchOf(one, i);
    view.setBigUint64(at + place, BigInt(patch.address));
    bytes.set(patch.bytes, at + place + 8);
  }
  for (let i = 0; i < 16; i++) {
    view.setUint32(at + CASE.ar + i * 4, draft.ar[i]!);
    view.setBigUint64(at + CASE.gr + i * 8, draft.gr[i]!);
  }
  for (const [i, half] of draft.vr.entries()) view.setBigUint64(at + CASE.vr + i * 8, half);
  bytes.set(draft.keys, at + CASE.keys);
};

/** A patch in the size that the monitor copies, ending where the page ends at the latest and filled up with the data that is there anyway. */
const patchOf = ({ draft }: Case, index: number): { readonly address: number; readonly bytes: Uint8Array } => {
  const patch = draft.patches[index];
  if (patch === undefined) return { address: SCRATCH, bytes: new Uint8Array(CASE.patchSize) };
  const inWindow = patch.address % 512;
  const address = patch.address - Math.max(0, inWindow + CASE.patchSize - 512);
  const bytes = draft.data.slice(address - DATA.address, address - DATA.address + CASE.patchSize);
  bytes.set(patch.bytes, patch.address - address);
  return { address, bytes };
};

/** Everything in the image that does not depend on the cases. */
export interface Base extends World {
  readonly image: Image;
}

const newPsws = (): Uint8Array => {
  const lowcore = new Uint8Array(0x200);
  const view = new DataView(lowcore.buffer);
  for (const [i, { newPsw }] of INTERRUPTIONS.entries()) {
    view.setBigUint64(newPsw, ADDRESSING_BITS[64]);
    view.setBigUint64(newPsw + 8, BigInt(MONITOR.handlers + 16 * i));
  }
  return lowcore;
};

const controlRegisters = (all: readonly Environment[]): Uint8Array => {
  const bytes = new Uint8Array(all.length * 128);
  const view = new DataView(bytes.buffer);
  for (const [i, { control }] of all.entries()) {
    for (const [register, value] of Object.entries(control)) view.setBigUint64(i * 128 + Number(register) * 8, value);
  }
  return bytes;
};

const supervisorCalls = (): Uint8Array => {
  const bytes = new Uint8Array(CODE.pages * PAGE);
  for (let i = 0; i < bytes.length; i += 2) bytes[i] = 0x0a;
  return bytes;
};

/** The common part of all images of a seed. */
export const baseImage = (seed: number): Base => {
  const tables = datTables();
  const all = environments(tables);
  const variants = Array.from({ length: VARIANTS.count }, (_, i) => makeVariant(seed, i));
  const lowcore = newPsws();
  const segments = [
    { address: 0, bytes: lowcore },
    { address: OTHER_PREFIX, bytes: lowcore },
    { address: MONITOR.entry, bytes: monitorCode() },
    { address: ENVIRONMENTS, bytes: controlRegisters(all) },
    { address: TABLES.address, bytes: tables.bytes },
    { address: CODE.address, bytes: supervisorCalls() },
    ...variants.map((bytes, i) => ({ address: VARIANTS.address + i * DATA.pages * PAGE, bytes })),
  ];
  return { environments: all, variants, image: { entry: MONITOR.entry, segments } };
};

/** The image that runs these cases. */
export const imageOf = (base: Base, cases: readonly Case[]): Image => {
  const bytes = new Uint8Array(cases.length * CASE.size);
  if (CASES + bytes.length > RESULTS.address) throw new Error(`${cases.length} cases do not fit into one image`);
  const view = new DataView(bytes.buffer);
  for (const [i, one] of cases.entries()) writeCase(view, i * CASE.size, one);
  const segments = base.image.segments.map((segment) =>
    segment.address === MONITOR.entry ? withParameters(segment.bytes, bytes.length) : segment,
  );
  return { entry: base.image.entry, segments: [...segments, { address: CASES, bytes }] };
};

const withParameters = (code: Uint8Array, length: number): { readonly address: number; readonly bytes: Uint8Array } => {
  const bytes = code.slice();
  const view = new DataView(bytes.buffer);
  // Room for the largest record at the end.
  const limit = RESULTS.address + RESULTS.length - 0x2_0000;
  for (const [i, value] of [CASES, CASES + length, RESULTS.address, limit].entries()) {
    view.setBigUint64(MONITOR.parameters - MONITOR.entry + i * 8, BigInt(value));
  }
  return { address: MONITOR.entry, bytes };
};
