import type { Row } from '../../../src/cpu/row.ts';
import { Draft } from './draft.ts';
import type { Environment } from './environments.ts';
import { execute, TARGETS } from './execute.ts';
import { ADDRESS_IS_VALUE, BRANCHES, PARTIAL, REGISTER_BRANCHES } from './kinds.ts';
import { CODE, DATA, PAGE } from './layout.ts';
import { Random } from './random.ts';
import { SPECIAL, type Special } from './special.ts';
import { vectorSpecial } from './vector-special.ts';

/** What names a case and reproduces it. */
export interface CaseName {
  readonly row: Row;
  readonly seed: number;
  readonly index: number;
  readonly dat: boolean;
}

/** What all cases of a run share. */
export interface World {
  readonly environments: readonly Environment[];
  /** Originals of the data pages, one after the other. */
  readonly variants: readonly Uint8Array[];
}

/** A finished case. */
export interface Case extends CaseName {
  readonly draft: Draft;
  readonly variant: number;
  readonly environment: number;
  readonly code: Uint8Array;
  /** The target of EXECUTE, if any. */
  readonly target: Uint8Array;
}

/** Gives a draft random general, floating-point and access registers and condition code, and vector registers what they have beside these. */
export const fillRegisters = (draft: Draft, others: Random): void => {
  const { random } = draft;
  for (let i = 0; i < draft.vr.length; i++) draft.vr[i] = others.float();
  for (let i = 0; i < 16; i++) {
    draft.gr[i] = random.value();
    draft.vr[2 * i] = random.float();
    draft.ar[i] = random.word();
  }
  draft.conditionCode = random.below(4);
  draft.programMask = random.pick([0, 0, 8, 15, random.below(16)]);
  draft.problemState = random.chance(10);
  draft.key = random.pick([0, 0, 0, 0, 0, 1, 1, 5, 9, 10]);
  const masks = random.chance(20) ? random.below(32) << 27 : 0;
  draft.fpc = (masks | (random.below(32) << 19) | (random.below(256) << 8) | random.below(4)) >>> 0;
};

/** Pages 6 and 7 are key-protected against most keys, 0, 3 and 5 have not been referenced or changed. */
const fillKeys = (draft: Draft): void => {
  draft.keys.push(...[0x10, 0x16, 0x16, 0x10, 0x16, 0x14, 0x96, 0xae]);
};

const placeCode = (draft: Draft): void => {
  const { random } = draft;
  const end = CODE.address + PAGE;
  draft.codeAddress = random.chance(80) ? CODE.address + 0x200 : random.pick([end - 2, end - 4, end + PAGE - 2, end + PAGE - 4]);
};

const fillFields = (draft: Draft): void => {
  const { random, operands, fields } = draft;
  for (const { lengthRegister } of operands.storage) if (lengthRegister) fields[lengthRegister] = random.below(16);
  for (const field of operands.registers) {
    if (field.startsWith('v')) {
      fields[field] = random.below(32);
      continue;
    }
    fields[field] = random.below(16);
    // Like operands are where condition codes differ.
    if (random.chance(15)) draft.gr[fields[field]!] = draft.gr[random.below(16)]! + BigInt(random.between(-1, 1));
  }
  for (const field of operands.values) {
    fields[field] = random.pick([
      0,
      1,
      0xffff_ffff,
      0x8000,
      0x7fff,
      0x8000_0000,
      0x7fff_ffff,
      0x7f,
      0x80,
      random.word(),
      random.word(),
      random.word(),
    ]);
  }
};

const fillLengths = (draft: Draft): void => {
  const { random, operands, fields } = draft;
  for (const { length, lengthRegister } of operands.storage) {
    if (length)
      fields[length] =
        length === 'l' || draft.row.format === 'SS-f'
          ? random.pick([random.below(16), random.below(64), random.below(256)])
          : random.below(16);
    const register = lengthRegister === undefined ? undefined : fields[lengthRegister];
    if (register !== undefined)
      draft.pin(register, BigInt(random.pick([random.below(16), random.below(256), random.between(0x100, 0x140)])));
  }
};

const fillRelative = (draft: Draft): void => {
  const { random, fields, operands, row } = draft;
  const branch = BRANCHES.has(row.mnemonic);
  for (const field of operands.relative) {
    if (fields[field] !== undefined) continue;
    const wide = row.format.startsWith('RIL');
    let target = branch
      ? Number(BigInt.asUintN(32, draft.branchTarget()))
      : wide
        ? Number(draft.address({ size: 8, align: 8 }) & 0xffff_ffffn)
        : 0;
    // A halfword reaches 64 KiB only; around the code there is nothing but zeros.
    if (!wide && Math.abs(target - draft.instructionAddress) > 0xfff0) target = draft.instructionAddress + 2 * random.between(0x700, 0x7ff);
    fields[field] = Math.trunc((target - draft.instructionAddress) / 2);
  }
};

const fillStorage = (draft: Draft): void => {
  const { random, operands, row } = draft;
  const { storage } = operands;
  for (const [number, operand] of storage.entries()) {
    if (draft.fields[operand.displacement] !== undefined) continue;
    if (BRANCHES.has(row.mnemonic)) draft.point(operand, draft.branchTarget());
    else if (ADDRESS_IS_VALUE.has(row.mnemonic)) draft.anywhere(operand);
    else if (number === 1 && random.chance(20) && draft.follow(operand, storage[0]!, random.between(-9, 9))) continue;
    else draft.point(operand, draft.address(draft.placement(operand)));
  }
  if (REGISTER_BRANCHES.has(row.mnemonic) && draft.fields.r2 !== 0)
    draft.pin(draft.fields.r2 ?? 0, draft.withIgnoredBits(draft.branchTarget()));
};

/**
 * Decides every operand of an instruction whose registers are filled, and whatever else it needs to do something worth looking at.
 * @param own what it needs beyond what is known here
 */
export const fillOperands = (draft: Draft, own?: Special): void => {
  fillFields(draft);
  const special = draft.row.vector ? vectorSpecial : SPECIAL[draft.row.mnemonic];
  special?.prepare?.(draft);
  own?.prepare?.(draft);
  fillLengths(draft);
  fillRelative(draft);
  fillStorage(draft);
  special?.finish?.(draft);
  own?.finish?.(draft);
};

/** Decides everything about one case. The same name always gives the same case. */
export const generate = (name: CaseName, world: World): Case => {
  const { row, seed, index, dat } = name;
  const random = new Random(row.mnemonic, row.opcode, seed, dat ? 'dat' : 'real', index);
  const isFor = ({ dat: on, vector }: Environment): boolean => on === dat && (row.vector === true || vector !== true);
  const choices = [...world.environments.keys()].filter((number) => isFor(world.environments[number]!));
  const environment = random.pick(choices);
  const variant = random.below(world.variants.length);
  const draft = new Draft(row, random, world.environments[environment]!, world.variants[variant]!);
  fillRegisters(draft, new Random('vector registers', row.mnemonic, seed, index));
  fillKeys(draft);
  placeCode(draft);
  draft.repeated = PARTIAL.has(row.mnemonic);
  draft.executed = !['ex', 'exrl'].includes(row.mnemonic) && random.chance(10);
  if (draft.codeAddress === CODE.address + 0x200) draft.targetAddress = random.pick(TARGETS);
  fillOperands(draft);
  return { ...name, draft, variant, environment, ...execute(draft) };
};

/** Data pages with edge values: each differs in how random it is. */
export const makeVariant = (seed: number, number: number): Uint8Array => {
  const random = new Random('data', seed, number);
  const bytes = new Uint8Array(DATA.pages * PAGE);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += 8) view.setBigUint64(at, random.chance(30) ? random.float() : random.value());
  return bytes;
};
