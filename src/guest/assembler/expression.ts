import type { Cursor } from './cursor.ts';
import { absolute, addressOf, combine, PRECEDENCE, type Value } from './value.ts';

/** What an expression may ask its surroundings for. */
export interface Scope {
  /** The value of a symbol; throws when it can have none. `local`: a local numeric label such as `1f`. */
  symbol(name: string, cursor: Cursor, at: number): Value;
  /** The location counter. */
  here(): Value;
}

const OPERATOR = /\|\||&&|<<|>>|<>|<=|>=|==|!=|[-+*/%|&^!<>]/y;
const NUMBER = /0[xX][0-9a-fA-F]+|0[bB][01]+|\d+/y;
const LOCAL = /\d+[bf](?![\w.$])/y;
const RELOCATION = /@[A-Za-z]+/y;

/** Deep enough for any source written by a person or a macro. */
const DEEPEST = 200;

const parseNumber = (cursor: Cursor, text: string, at: number): bigint => {
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  if (/^0\d/.test(text)) throw cursor.error(`'${text}' is no octal number, expected digits 0 to 7 after the leading 0`, at);
  return BigInt(text);
};

/** `@PLT` names the procedure linkage table, which an image without shared libraries does not have: the symbol itself. */
const skipRelocation = (cursor: Cursor): void => {
  const at = cursor.at;
  const relocation = cursor.match(RELOCATION);
  if (relocation !== undefined && relocation.toLowerCase() !== '@plt') {
    throw cursor.error(`'${relocation}' needs a dynamic linker, expected a plain symbol or @PLT`, at);
  }
};

const primary = (cursor: Cursor, scope: Scope, depth: number): Value => {
  cursor.skipBlanks();
  const at = cursor.at;
  if (depth > DEEPEST) throw cursor.error(`expression nested too deep, expected at most ${DEEPEST} levels`);
  if (cursor.take('(')) {
    const inner = binary(cursor, scope, 1, depth + 1);
    cursor.expect(')', 'in the expression');
    return inner;
  }
  if (cursor.take('-')) return negate(primary(cursor, scope, depth + 1));
  if (cursor.take('+')) return primary(cursor, scope, depth + 1);
  if (cursor.take('~')) return plain(primary(cursor, scope, depth + 1), (number) => ~number);
  if (cursor.take('!')) return plain(primary(cursor, scope, depth + 1), (number) => (number === 0n ? 1n : 0n));
  if (cursor.take("'")) {
    const [byte = 0] = cursor.character();
    if (cursor.text[cursor.at] === "'") cursor.at++;
    return absolute(BigInt(byte));
  }
  const local = cursor.match(LOCAL);
  if (local !== undefined) return scope.symbol(local, cursor, at);
  const number = cursor.match(NUMBER);
  if (number !== undefined) return absolute(parseNumber(cursor, number, at));
  const name = cursor.name();
  if (name === undefined) throw cursor.error(`found ${cursor.found()}, expected an expression`);
  if (name === '.') return scope.here();
  skipRelocation(cursor);
  return scope.symbol(name, cursor, at);
};

const plain = (value: Value, operation: (number: bigint) => bigint): Value => ({
  number: operation(addressOf(value)),
  unknown: value.unknown === true,
});

const negate = (value: Value): Value => plain(value, (number) => -number);

const binary = (cursor: Cursor, scope: Scope, lowest: number, depth: number): Value => {
  let left = primary(cursor, scope, depth);
  for (;;) {
    cursor.skipBlanks();
    const at = cursor.at;
    const operator = cursor.match(OPERATOR);
    const precedence = operator === undefined ? 0 : PRECEDENCE[operator]!;
    if (operator === undefined || precedence < lowest) {
      cursor.at = at;
      return left;
    }
    const right = binary(cursor, scope, precedence + 1, depth + 1);
    const result = combine(operator, left, right);
    if (typeof result === 'string') throw cursor.error(result, at);
    left = result;
  }
};

/** Evaluates the expression at the cursor and leaves the cursor behind it. Throws InputError when there is none. */
export const evaluate = (cursor: Cursor, scope: Scope): Value => binary(cursor, scope, 1, 0);
