import { InputError } from '../input-error.ts';
import type { Statement } from './source.ts';

const NAME = /[A-Za-z_.$][\w.$]*/y;
const BLANKS = /[ \t\f\v]*/y;

const ESCAPES: Readonly<Record<string, number>> = { b: 8, f: 12, n: 10, r: 13, t: 9, '\\': 92, '"': 34, "'": 39 };

/** Where in the source an error happened, and through which macro calls. */
const callers = (statement: Statement): string => {
  const calls: string[] = [];
  for (let at = statement.caller; at !== undefined && calls.length < 3; at = at.caller) calls.push(`${at.file}:${at.line}`);
  return calls.length === 0 ? '' : ` (in a macro called at ${calls.join(', called at ')})`;
};

/** An error at a column offset of a statement. */
export const errorAt = (statement: Statement, offset: number, what: string): InputError => {
  const { file, line, column } = statement;
  return new InputError({ file, line, column: column + offset }, what + callers(statement));
};

/** A reading position in a statement. */
export class Cursor {
  readonly statement: Statement;
  readonly text: string;
  at: number;

  constructor(statement: Statement, at = 0) {
    this.statement = statement;
    this.text = statement.text;
    this.at = at;
  }

  error(what: string, at = this.at): InputError {
    return errorAt(this.statement, at, what);
  }

  /** What stands here, for messages: a word or a character. */
  found(): string {
    const word = /^[\w.$%@]+|^./.exec(this.text.slice(this.at))?.[0];
    return word === undefined ? 'end of statement' : `'${word}'`;
  }

  skipBlanks(): void {
    this.match(BLANKS);
  }

  /** The character here after blanks; '' at the end. */
  peek(): string {
    this.skipBlanks();
    return this.text[this.at] ?? '';
  }

  get done(): boolean {
    return this.peek() === '';
  }

  /** Takes this text when it stands here (after blanks). */
  take(token: string): boolean {
    this.skipBlanks();
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  /** Takes a match of a sticky pattern exactly here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  expect(token: string, where: string): void {
    if (!this.take(token)) throw this.error(`found ${this.found()} ${where}, expected '${token}'`);
  }

  /** Takes a symbol or directive name, if one is here. */
  name(): string | undefined {
    this.skipBlanks();
    return this.match(NAME);
  }

  /** Takes a symbol name. */
  expectName(what: string): string {
    const name = this.name();
    if (name === undefined) throw this.error(`found ${this.found()}, expected ${what}`);
    return name;
  }

  expectEnd(): void {
    if (!this.done) throw this.error(`found ${this.found()} after the last operand, expected the end of the statement`);
  }

  /** Takes the rest of the statement. */
  rest(): string {
    this.skipBlanks();
    const text = this.text.slice(this.at);
    this.at = this.text.length;
    return text;
  }

  /** Takes one character of a constant or string, escapes resolved to bytes; characters beyond ASCII are UTF-8, as in the file. */
  character(): number[] {
    const character = this.text[this.at++];
    if (character === undefined) throw this.error("character constant is empty, expected a character after '");
    if (character !== '\\') return this.plainCharacter();
    const octal = this.match(/[0-7]{1,3}/y);
    if (octal !== undefined) return [Number.parseInt(octal, 8) & 255];
    const hex = this.match(/[xX][0-9a-fA-F]+/y);
    if (hex !== undefined) return [Number.parseInt(hex.slice(1).slice(-2), 16)];
    const name = this.text[this.at++] ?? '';
    const code = ESCAPES[name];
    if (code === undefined)
      throw this.error(`unknown escape \\${name}, expected one of \\b \\f \\n \\r \\t \\\\ \\" \\' \\ooo \\xhh`, this.at - 2);
    return [code];
  }

  private plainCharacter(): number[] {
    const point = this.text.codePointAt(this.at - 1)!;
    if (point > 0xffff) this.at++;
    return [...new TextEncoder().encode(String.fromCodePoint(point))];
  }

  /** Takes a string in double quotes as bytes. */
  string(): number[] {
    this.skipBlanks();
    const begin = this.at;
    if (!this.take('"')) throw this.error(`found ${this.found()}, expected a string in double quotes`);
    const bytes: number[] = [];
    while (this.text[this.at] !== '"') {
      if (this.at >= this.text.length) throw this.error('string without end, expected "', begin);
      bytes.push(...this.character());
    }
    this.at++;
    return bytes;
  }
}
