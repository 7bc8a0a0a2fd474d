import type { Draft } from './draft.ts';
import { CASE, CODE, PAGE } from './layout.ts';
import { encode } from './operands.ts';

const EX = { opcode: '44', format: 'RX-a' } as const;
const EXRL = { opcode: 'c60', format: 'RIL-b' } as const;
const SUPERVISOR_CALL = [0x0a, 0x00];

const fill = (bytes: readonly number[], size: number): Uint8Array => {
  const all = new Uint8Array(size);
  for (let i = 0; i < size; i++) all[i] = bytes[i] ?? SUPERVISOR_CALL[i % 2]!;
  return all;
};

/** BRANCH ON CONDITION 3 back to the instruction of this length. */
const again = (length: number): readonly number[] => [0xa7, 0x14, 0xff, 0x100 - length / 2];

/** Splits the second byte of the instruction between the target in storage and the register that EXECUTE ORs in. */
const splitSecondByte = (draft: Draft, target: Uint8Array): number => {
  const { random } = draft;
  const register = random.chance(30) ? undefined : draft.freeRegister();
  if (register === undefined) return 0;
  const wanted = target[1]!;
  const fromRegister = wanted & random.below(256);
  draft.pin(register, (draft.gr[register]! & ~0xffn) | BigInt(fromRegister));
  target[1] = wanted & ~(fromRegister & random.below(256));
  return register;
};

const executeInstruction = (draft: Draft, target: Uint8Array): Uint8Array => {
  const { random, targetAddress } = draft;
  const base = random.chance(50) ? draft.freeRegister() : undefined;
  if (base !== undefined) {
    const displacement = random.below(0x1000);
    draft.pin(base, draft.withIgnoredBits(targetAddress - displacement));
    return encode(EX, { r1: splitSecondByte(draft, target), d2: displacement, b2: base });
  }
  return encode(EXRL, { r1: splitSecondByte(draft, target), i2: (targetAddress - draft.codeAddress) / 2 });
};

/** The bytes to put into the code pages: the instruction, or an EXECUTE of it. */
export const execute = (draft: Draft): { readonly code: Uint8Array; readonly target: Uint8Array } => {
  const instruction = draft.encode();
  const code = draft.executed ? executeInstruction(draft, instruction) : instruction;
  const bytes = [...code, ...(draft.repeated ? again(code.length) : [])];
  // Instructions that bring their own target, as EXECUTE itself does, have put it there.
  const target = draft.executed ? [...instruction] : [...draft.ownTarget];
  return { code: fill(bytes, CASE.codeSize), target: fill(target, CASE.targetSize) };
};

/** Places for the target of EXECUTE: within a page, across a page end, half on a page that is invalid with DAT on. */
export const TARGETS = [CODE.address + 0x400, CODE.address + 0x400, CODE.address + PAGE - 2, CODE.address + 2 * PAGE - 2] as const;
