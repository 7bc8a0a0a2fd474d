import type { FieldName } from '../../../src/cpu/formats.ts';
import type { Draft } from './draft.ts';
import type { Random } from './random.ts';
import type { Special } from './special.ts';

/** What vector instructions need beyond random operands: masks that mean something, and elements that are worth comparing. */

const ALL_ONES = 0xffff_ffff_ffff_ffffn;

/** A doubleword whose elements are of few kinds, so that they are often equal, or zero, or small. */
const elements = (random: Random): bigint => {
  const size = random.pick([8, 16, 32, 64]);
  const some = [
    0n,
    0n,
    1n,
    ALL_ONES,
    random.double(),
    random.double(),
    BigInt(random.below(256)),
    0x8000_0000_0000_0000n >> BigInt(64 - size),
  ];
  let value = 0n;
  for (let bit = 0; bit < 64; bit += size) value = (value << BigInt(size)) | BigInt.asUintN(size, random.pick(some));
  return value;
};

const SHORT_EDGES = [
  0x0000_0000, 0x8000_0000, 0x3f80_0000, 0xbf80_0000, 0x4000_0000, 0x0000_0001, 0x007f_ffff, 0x0080_0000, 0x7f7f_ffff, 0x7f80_0000, 0xff80_0000,
  0x7fc0_0000, 0xffc0_1234, 0x7fa0_0000, 0x4f00_0000, 0x4eff_ffff, 0x3f00_0000, 0x4b7f_ffff,
]; // biome-ignore format: a table

const short = (random: Random): bigint =>
  BigInt(random.chance(60) ? random.pick(SHORT_EDGES) : random.chance(50) ? 0x3f00_0000 + random.below(0x0180_0000) : random.word());

/** Extended numbers of like size, or edges, as the left half. */
const extended = (random: Random): bigint =>
  random.pick([
    0n,
    0x8000_0000_0000_0000n,
    0x3fff_0000_0000_0000n,
    0xbfff_0000_0000_0000n,
    0x4000_8000_0000_0000n,
    0x0000_0000_0000_0001n,
    0x0001_0000_0000_0000n,
    0x7ffe_ffff_ffff_ffffn,
    0x7fff_0000_0000_0000n,
    0xffff_0000_0000_0000n,
    0x7fff_8000_0000_0000n,
    0x7fff_4000_0000_0000n,
    0x3ffe_0000_0000_0000n + (random.double() >> 15n),
    0x43fe_0000_0000_0000n + (random.double() >> 15n),
    0x3c01_0000_0000_0000n + (random.double() >> 12n),
    random.double(),
  ]);

const fillRegister = (draft: Draft, register: number): void => {
  const { random, vr } = draft;
  const isFloat = draft.row.title.includes(' FP ');
  const kind = isFloat ? random.below(3) : 3;
  for (const half of [0, 1]) {
    if (kind === 0) vr[2 * register + half] = random.float();
    else if (kind === 1) vr[2 * register + half] = (short(random) << 32n) | short(random);
    else if (kind === 2) vr[2 * register + half] = half === 0 ? extended(random) : random.pick([0n, 0n, 1n, ALL_ONES, random.double()]);
    else vr[2 * register + half] = random.chance(70) ? elements(random) : random.value();
  }
};

/** Makes one register much like another: the same, or the same but for an element. */
const resemble = (draft: Draft, register: number, other: number): void => {
  const { random, vr } = draft;
  const spoiled = random.chance(60) ? random.below(2) : -1;
  for (const half of [0, 1]) {
    const change = half === spoiled ? 1n << BigInt(random.below(64)) : 0n;
    vr[2 * register + half] = vr[2 * other + half]! ^ change;
  }
};

const fillRegisters = (draft: Draft): void => {
  const { random, fields } = draft;
  const named = (['v1', 'v2', 'v3', 'v4'] as const).flatMap((name) => (fields[name] === undefined ? [] : [fields[name]]));
  for (const register of named) fillRegister(draft, register);
  if (named.length > 1 && random.chance(30)) resemble(draft, named.at(-1)!, named[random.below(named.length - 1)]!);
};

/** Mask fields that are element sizes, formats, flags: small numbers mostly, formats and the single-element bit for floating point. */
const fillMasks = (draft: Draft): void => {
  const { random, operands, fields, row } = draft;
  const isFloat = row.title.includes(' FP ');
  const format: FieldName = row.format === 'VRR-a' ? 'm3' : row.format === 'VRR-e' ? 'm6' : 'm4';
  for (const field of operands.values) {
    if (!field.startsWith('m')) continue;
    if (random.chance(8)) fields[field] = random.below(16);
    else if (isFloat) fields[field] = field === format ? random.pick([2, 3, 3, 4]) : random.pick([0, 0, 1, 4, 8, random.below(8)]);
    else fields[field] = random.pick([0, 1, 2, 3, random.below(5)]);
  }
};

/** What some instructions ask for that all random cases would hardly meet. */
const OWN: Readonly<Record<string, (draft: Draft) => void>> = {
  vac: quadwords,
  vaccc: quadwords,
  vsbi: quadwords,
  vsbcbi: quadwords,
  vmsl: (draft) => set(draft, 'm5', 3),
  vll: shortLength,
  vstl: shortLength,
  vlm: someRegisters,
  vstm: someRegisters,
  vgef: nearElements,
  vgeg: nearElements,
  vscef: nearElements,
  vsceg: nearElements,
  vstrc: ranges,
  vstrs: substring,
  vfae: anyFlags,
  vrep: (draft) => set(draft, 'i2', draft.random.below(16 >> (draft.fields.m4! & 3))),
  vsld: (draft) => set(draft, 'i4', draft.random.below(8)),
  vsrd: (draft) => set(draft, 'i4', draft.random.below(8)),
  vsldb: (draft) => set(draft, 'i4', draft.random.below(16)),
  vperm: (draft) => bytesBelow(draft, 'v4', 64),
  vbperm: (draft) => bytesBelow(draft, 'v3', 160),
  vfmax: (draft) => set(draft, 'm6', draft.random.pick([0, 1, 2, 3, 4, 8, 9, 10, 11, 12])),
  vfmin: (draft) => set(draft, 'm6', draft.random.pick([0, 1, 2, 3, 4, 8, 9, 10, 11, 12])),
  wfc: (draft) => set(draft, 'm4', 0),
  wfk: (draft) => set(draft, 'm4', 0),
};

function set(draft: Draft, field: FieldName, value: number): void {
  if (draft.random.chance(95)) draft.fields[field] = value;
}

function quadwords(draft: Draft): void {
  set(draft, 'm5', 4);
}

function shortLength(draft: Draft): void {
  const register = draft.fields.r3!;
  if (draft.random.chance(80)) draft.pin(register, (draft.random.double() & ~0xffff_ffffn) | BigInt(draft.random.below(18)));
}

function someRegisters(draft: Draft): void {
  const first = draft.fields.v1!;
  set(draft, 'v3', Math.min(31, first + draft.random.below(16)));
}

/** Elements that lead not far from the base; all of them, because the mask may name any. */
function nearElements(draft: Draft): void {
  const register = draft.fields.v2 ?? 0;
  if (draft.random.chance(5)) return;
  for (const half of [0, 1]) {
    const distance = (): bigint => BigInt(draft.random.below(16) * 4);
    draft.vr[2 * register + half] = draft.row.mnemonic.endsWith('f') ? (distance() << 32n) | distance() : distance();
  }
}

function ranges(draft: Draft): void {
  anyFlags(draft);
  const register = draft.fields.v4!;
  for (const half of [0, 1]) {
    let value = 0n;
    for (let byte = 0; byte < 8; byte++) value = (value << 8n) | BigInt(draft.random.pick([0x80, 0x40, 0x20, 0xa0, 0xc0, 0, 0xe0]));
    draft.vr[2 * register + half] = value;
  }
}

function anyFlags(draft: Draft): void {
  draft.fields[draft.row.mnemonic === 'vstrc' ? 'm6' : 'm5'] = draft.random.below(16);
}

/** A piece of the second operand is wanted, of a length in the fourth. */
function substring(draft: Draft): void {
  const { random, vr, fields } = draft;
  set(draft, 'm6', random.pick([0, 2]));
  const size = 8 << (fields.m5! & 3);
  const whole = (register: number): bigint => (vr[2 * register]! << 64n) | vr[2 * register + 1]!;
  const start = BigInt(size * random.below(128 / Math.min(size, 32)));
  const piece = random.chance(80) ? BigInt.asUintN(128, whole(fields.v2!) << start) : whole(fields.v3!);
  vr[2 * fields.v3!] = piece >> 64n;
  vr[2 * fields.v3! + 1] = piece;
  const length = BigInt((random.below(16 / (size / 8) + 1) * size) / 8);
  vr[2 * fields.v4!] = (vr[2 * fields.v4!]! & ~0xffn) | length;
}

function bytesBelow(draft: Draft, field: 'v3' | 'v4', limit: number): void {
  const register = draft.fields[field]!;
  for (const half of [0, 1]) {
    let value = 0n;
    for (let byte = 0; byte < 8; byte++) value = (value << 8n) | BigInt(draft.random.below(limit));
    draft.vr[2 * register + half] = value;
  }
}

export const vectorSpecial: Special = {
  prepare: (draft) => {
    fillMasks(draft);
    const { vectorIndex } = draft.operands.storage[0] ?? {};
    if (vectorIndex !== undefined) draft.fields[vectorIndex] = draft.random.below(32);
    fillRegisters(draft);
    OWN[draft.row.mnemonic]?.(draft);
  },
};
