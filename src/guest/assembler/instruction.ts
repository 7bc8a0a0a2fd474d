import { allMnemonics, findForm } from '../../cpu/mnemonics.ts';
import {
  type FixedBits,
  getField,
  getPlaced,
  type Operand,
  type PlacedField,
  putField,
  putOpcode,
  putPlaced,
  type RegisterClass,
  type Syntax,
} from '../../cpu/operands.ts';
import type { Cursor } from './cursor.ts';
import { evaluate } from './expression.ts';
import type { Pass } from './pass.ts';
import { addressOf, type Value } from './value.ts';

const REGISTER = /(%?)([rfacv])(\d+)(?![\w.$])/y;
const PERCENT_WORD = /%\w*/y;
const CLASS_NAMES: Readonly<Record<RegisterClass, string>> = { r: 'general', f: 'floating-point', a: 'access', c: 'control', v: 'vector' };

/** The highest number of a register of this class. */
const lastOf = (registerClass: RegisterClass): number => (registerClass === 'v' ? 31 : 15);

/** One instruction on its way to bytes. */
interface Encoding {
  readonly bytes: Uint8Array;
  readonly cursor: Cursor;
  readonly pass: Pass;
  readonly mnemonic: string;
  readonly fixed: Syntax['fixed'];
  /** Registers of every class are taken, as `.insn` does: it cannot know what the instruction means. */
  readonly anyRegister: boolean;
}

const put = (e: Encoding, field: PlacedField, value: number): void => putPlaced(e.bytes, field, value);

/** Reports a number outside its range, unless a later pass may still change it. */
const expectRange = (e: Encoding, value: Value, lowest: bigint, highest: bigint, what: string, at: number): number => {
  const number = BigInt.asIntN(64, addressOf(value));
  if (number >= lowest && number <= highest) return Number(number);
  if (!value.unknown) e.pass.report(e.cursor.error(`${what} ${number} is out of range, expected ${lowest} to ${highest}`, at));
  return Number(lowest > 0n ? lowest : 0n);
};

const number = (e: Encoding, lowest: bigint, highest: bigint, what: string): number => {
  e.cursor.skipBlanks();
  const at = e.cursor.at;
  return expectRange(e, evaluate(e.cursor, e.pass), lowest, highest, what, at);
};

/** A register by name, with or without the percent sign, or undefined when none is here. */
const namedRegister = (e: Encoding, registerClass: RegisterClass): number | undefined => {
  const { cursor, pass } = e;
  cursor.skipBlanks();
  const at = cursor.at;
  const text = cursor.match(REGISTER);
  const bare = text?.startsWith('%') ? text.slice(1) : text;
  if (text === undefined || bare === undefined || (bare === text && pass.symbols.isKnown(text))) {
    cursor.at = at;
    const word = cursor.match(PERCENT_WORD);
    if (word !== undefined)
      throw cursor.error(`'${word}' is no register, expected %${registerClass}0 to %${registerClass}${lastOf(registerClass)}`, at);
    return undefined;
  }
  const found = bare[0] as RegisterClass;
  const index = Number(bare.slice(1));
  const last = lastOf(registerClass);
  if (index > Math.min(last, lastOf(found)))
    throw cursor.error(`'${text}' is no register, expected %${registerClass}0 to %${registerClass}${last}`, at);
  // A floating-point register is the left half of the vector register of its number.
  const shared = `${found}${registerClass}` === 'fv' || `${found}${registerClass}` === 'vf';
  const fits = e.anyRegister || found === registerClass || shared || (found === 'r' && registerClass !== 'f');
  if (!fits) throw cursor.error(`found ${CLASS_NAMES[found]} register '${text}', expected a ${CLASS_NAMES[registerClass]} register`, at);
  return index;
};

/** A register of this class by name, or by number. */
const register = (e: Encoding, registerClass: RegisterClass): number =>
  namedRegister(e, registerClass) ?? number(e, 0n, BigInt(lastOf(registerClass)), `${CLASS_NAMES[registerClass]} register`);

/** The bits of a field that are for the operand: up to the highest that the mnemonic does not stand for. */
const freeWidth = (e: Encoding, field: PlacedField): number => {
  const [bit, width] = field.place;
  const fixed = e.fixed.find(({ place }) => place[0] === bit);
  return fixed === undefined ? width : 32 - Math.clz32((2 ** width - 1) & ~fixed.mask);
};

const immediate = (e: Encoding, operand: Operand & { kind: 'immediate' }): void => {
  const width = BigInt(freeWidth(e, operand.field));
  const [lowest, highest] = operand.signed ? [-(1n << (width - 1n)), (1n << (width - 1n)) - 1n] : [0n, (1n << width) - 1n];
  put(e, operand.field, number(e, lowest, highest, 'immediate operand'));
};

/** A relative address: halfwords between this instruction and the target. */
const relative = (e: Encoding, operand: Operand & { kind: 'relative' }): void => {
  const { cursor, pass } = e;
  cursor.skipBlanks();
  const at = cursor.at;
  const target = evaluate(cursor, pass);
  const distance = addressOf(target) - addressOf(pass.here());
  const limit = 1n << BigInt(operand.field.place[1]);
  const known = !target.unknown;
  if (known && distance % 2n !== 0n) pass.report(cursor.error(`target at an odd distance of ${distance} bytes, expected an even one`, at));
  const fits = distance >= -limit && distance < limit;
  if (known && !fits) {
    pass.report(cursor.error(`target is ${distance} bytes away, expected ${-limit} to ${limit - 2n}`, at));
  }
  put(e, operand.field, fits ? Number(distance >> 1n) : 0);
};

const displacement = (e: Encoding, operand: Operand & { kind: 'storage' }): void => {
  const low = operand.displacement;
  const { high } = operand;
  const width = BigInt(low.place[1] + (high?.place[1] ?? 0));
  const [lowest, highest] = high === undefined ? [0n, (1n << width) - 1n] : [-(1n << (width - 1n)), (1n << (width - 1n)) - 1n];
  const value = number(e, lowest, highest, 'displacement');
  put(e, low, value);
  if (high !== undefined) put(e, high, Math.floor(value / 2 ** low.place[1]));
};

/** The length, index or register before the base. */
const inner = (e: Encoding, operand: Operand & { kind: 'storage' }): void => {
  const { kind, field } = operand.inner!;
  if (kind !== 'length') {
    put(e, field, register(e, 'r'));
    return;
  }
  put(e, field, number(e, 1n, 1n << BigInt(field.place[1]), 'length') - 1);
};

/** What stands before the base is an index, which may be left out: of a general register or, by element, of a vector register. */
const hasIndex = ({ inner }: Operand & { kind: 'storage' }): boolean => inner?.kind === 'index' || inner?.kind === 'vector';

const storage = (e: Encoding, operand: Operand & { kind: 'storage' }): void => {
  const { cursor } = e;
  displacement(e, operand);
  const needsInner = operand.inner !== undefined && !hasIndex(operand);
  if (!cursor.take('(')) {
    if (needsInner) throw cursor.error(`found ${cursor.found()} after the displacement, expected '(' and a ${operand.inner!.kind}`);
    return;
  }
  if (hasIndex(operand)) indexAndBase(e, operand);
  else {
    if (operand.inner !== undefined) inner(e, operand);
    if (operand.inner === undefined || cursor.take(',')) put(e, operand.base, register(e, 'r'));
  }
  cursor.expect(')', 'in the storage operand');
};

/** `(%r1)` is a base; `(%r1,%r2)` index and base; `(,%r2)` a base. */
const indexAndBase = (e: Encoding, operand: Operand & { kind: 'storage' }): void => {
  const { kind, field } = operand.inner!;
  const start = e.cursor.at;
  const first = e.cursor.peek() === ',' ? 0 : register(e, kind === 'vector' ? 'v' : 'r');
  if (!e.cursor.take(',')) {
    e.cursor.at = start;
    put(e, operand.base, register(e, 'r'));
    return;
  }
  put(e, field, first);
  put(e, operand.base, register(e, 'r'));
};

const encodeOperand = (e: Encoding, operand: Operand): void => {
  if (operand.kind === 'register') put(e, operand.field, register(e, operand.class));
  else if (operand.kind === 'immediate') immediate(e, operand);
  else if (operand.kind === 'relative') relative(e, operand);
  else storage(e, operand);
};

const describe = (operand: Operand): string => {
  if (operand.kind === 'register') return `a ${CLASS_NAMES[operand.class]} register`;
  if (operand.kind === 'storage') return 'a storage operand such as 0(%r1)';
  return operand.kind === 'relative' ? 'a target address' : 'a number';
};

/** An instruction to assemble: what to call it in messages, its operands and its operation code in place. */
export interface Skeleton {
  readonly mnemonic: string;
  readonly syntax: Syntax;
  readonly bytes: Uint8Array;
  readonly anyRegister: boolean;
}

/** Reads operands into the fields of an instruction and emits it. As in GNU as, bits that `.insn` gives its operation code there stay. */
export const encodeOperands = (skeleton: Skeleton, cursor: Cursor, pass: Pass): void => {
  const { mnemonic, syntax } = skeleton;
  const bytes = new Uint8Array(skeleton.bytes.length);
  const e: Encoding = { ...skeleton, bytes, fixed: syntax.fixed, cursor, pass };
  for (const [index, operand] of syntax.operands.entries()) {
    if (cursor.done) {
      if (operand.optional) break;
      throw cursor.error(`${mnemonic} has too few operands, expected ${describe(operand)}`);
    }
    if (index > 0) {
      if (operand.optional && cursor.peek() !== ',') break;
      cursor.expect(',', `before operand ${index + 1} of ${mnemonic}`);
    }
    encodeOperand(e, operand);
  }
  for (const fixed of syntax.fixed) putFixed(bytes, fixed);
  if (syntax.repeated !== undefined) putPlaced(bytes, syntax.repeated.field, getPlaced(bytes, syntax.repeated.as));
  cursor.expectEnd();
  pass.emit(
    bytes.map((byte, index) => byte | skeleton.bytes[index]!),
    cursor,
  );
};

/** Puts the bits that the mnemonic stands for beside those that an operand has put into the same field. */
const putFixed = (bytes: Uint8Array, { place, mask, value }: FixedBits): void => {
  putField(bytes, place, (getField(bytes, place) & ~mask) | value);
};

/** How many letters differ, for suggestions; at most two changes count. */
const isNear = (a: string, b: string): boolean => {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
};

/** Assembles one instruction whose mnemonic has been read at column offset `at`. */
export const assembleInstruction = (name: string, cursor: Cursor, pass: Pass, at: number): void => {
  const form = findForm(name.toLowerCase());
  if (form === undefined) {
    const near = [...allMnemonics()].filter((mnemonic) => isNear(name.toLowerCase(), mnemonic)).slice(0, 3);
    const hint = near.length === 0 ? 'a mnemonic of zhint list' : near.join(' or ');
    throw cursor.error(`instruction '${name}' is not known, expected ${hint}`, at);
  }
  const { format } = form.syntax;
  const bytes = new Uint8Array(format.length);
  putOpcode(bytes, format, form.row.opcode);
  encodeOperands({ mnemonic: form.mnemonic, syntax: form.syntax, bytes, anyRegister: false }, cursor, pass);
};
