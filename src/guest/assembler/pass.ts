import type { InputError } from '../input-error.ts';
import { Conditionals } from './conditionals.ts';
import { Cursor } from './cursor.ts';
import { DIRECTIVES } from './directives.ts';
import { evaluate, type Scope } from './expression.ts';
import { Input } from './input.ts';
import { assembleInstruction } from './instruction.ts';
import { LARGEST_IMAGE, type Sections } from './layout.ts';
import { findMacro, type Macro } from './macros.ts';
import type { Section } from './section.ts';
import type { Statement } from './source.ts';
import type { Symbols } from './symbols.ts';
import { addressOf, type Value } from './value.ts';

/** Gives the text of an included file and the name under which its errors are told; throws InputError when there is none. */
export type ReadInclude = (name: string, cursor: Cursor) => { file: string; text: string };

interface EmittedLine {
  readonly section: Section;
  readonly offset: number;
  readonly file: string;
  readonly line: number;
}

const LABEL = /[A-Za-z_.$][\w.$]*(?=[ \t]*:)/y;
const LOCAL_LABEL = /\d+(?=[ \t]*:)/y;
const ASSIGNMENT = /[A-Za-z_.$][\w.$]*(?=[ \t]*==?[^=])/y;

/** One reading of the whole source: the state that directives and instructions work on. */
export class Pass implements Scope {
  readonly sections: Sections;
  readonly symbols: Symbols;
  readonly readInclude: ReadInclude;
  readonly input = new Input();
  readonly conditionals = new Conditionals();
  readonly macros = new Map<string, Macro>();
  /** How many macro calls there were: the value of `\@`. */
  calls = 0;
  section: Section;
  /** For `.previous`. */
  last: Section;
  readonly saved: { readonly section: Section; readonly last: Section }[] = [];
  readonly lines: EmittedLine[] = [];
  /** The first value that does not fit. It counts only when symbols have settled. */
  misfit: InputError | undefined;
  private size = 0;

  constructor(sections: Sections, symbols: Symbols, readInclude: ReadInclude) {
    this.sections = sections;
    this.symbols = symbols;
    this.readInclude = readInclude;
    this.section = sections.text;
    this.last = sections.text;
  }

  /** Reads the statements of the source. Throws InputError for the first mistake. */
  run(statements: readonly Statement[]): void {
    let batch: readonly Statement[] | undefined = statements;
    const once = (): readonly Statement[] | undefined => {
      const now = batch;
      batch = undefined;
      return now;
    };
    this.input.push('file', once, undefined);
    for (let statement = this.input.next(); statement !== undefined; statement = this.input.next()) this.statement(statement);
    this.conditionals.expectClosed();
  }

  here(): Value {
    return { number: BigInt(this.section.size), section: this.section };
  }

  symbol(name: string, cursor: Cursor, at: number): Value {
    if (/^\d/.test(name)) return this.symbols.localValue(name, cursor, at);
    const section = this.symbols.isKnown(name) ? undefined : this.sections.find(name);
    return section === undefined ? this.symbols.value(name, cursor, at) : { number: 0n, section };
  }

  /** A number that must be known now, such as the count of `.rept`. */
  knownNumber(cursor: Cursor, what: string): number {
    cursor.skipBlanks();
    const at = cursor.at;
    const value = evaluate(cursor, this);
    if (value.unknown) throw cursor.error(`${what} depends on a symbol defined later, expected symbols defined above`, at);
    return Number(BigInt.asIntN(64, addressOf(value)));
  }

  /** A value does not fit: an error, unless another pass changes the value. */
  report(error: InputError): void {
    this.misfit ??= error;
  }

  emit(bytes: Uint8Array | readonly number[], cursor: Cursor): void {
    this.grow(bytes.length, cursor);
    this.noteLine(cursor);
    this.section.append(bytes);
  }

  fill(count: number, byte: number, cursor: Cursor): void {
    this.grow(count, cursor);
    this.noteLine(cursor);
    this.section.fill(count, byte);
  }

  enter(section: Section): void {
    this.last = this.section;
    this.section = section;
  }

  private grow(count: number, cursor: Cursor): void {
    this.size += count;
    if (this.size > LARGEST_IMAGE) throw cursor.error(`program of more than ${LARGEST_IMAGE >> 20} MiB, expected a smaller one`, 0);
  }

  private noteLine({ statement }: Cursor): void {
    const { file, line } = statement;
    this.lines.push({ section: this.section, offset: this.section.size, file, line });
  }

  private statement(statement: Statement): void {
    const cursor = new Cursor(statement);
    if (this.conditionals.active) this.labels(cursor);
    else cursor.match(/(?:[\w.$]+[ \t]*:[ \t]*)*/y);
    if (cursor.done) return;
    if (this.conditionals.active && this.assignment(cursor)) return;
    const at = cursor.at;
    const name = cursor.match(/[A-Za-z_.$][\w.$]*/y);
    if (name === undefined) {
      if (!this.conditionals.active) return;
      throw cursor.error(`found ${cursor.found()}, expected an instruction, a directive or a label`);
    }
    if (this.conditionals.handle(name.toLowerCase(), cursor, this) || !this.conditionals.active) return;
    this.operation(name, cursor, at);
  }

  private labels(cursor: Cursor): void {
    for (;;) {
      cursor.skipBlanks();
      const at = cursor.at;
      const local = cursor.match(LOCAL_LABEL);
      const name = local ?? cursor.match(LABEL);
      if (name === undefined) return;
      cursor.expect(':', 'after the label');
      if (local === undefined) this.symbols.define(name, this.here(), cursor, at, false);
      else this.symbols.defineLocal(local, this.here(), cursor, at);
    }
  }

  /** `name = value`, or `name == value` when the name must be new. */
  private assignment(cursor: Cursor): boolean {
    cursor.skipBlanks();
    const at = cursor.at;
    const name = cursor.match(ASSIGNMENT);
    if (name === undefined) return false;
    const fresh = cursor.take('==');
    if (!fresh) cursor.expect('=', 'after the symbol');
    this.assign(name, cursor, at, !fresh);
    return true;
  }

  /** Gives a symbol the value of the expression that follows; `.` moves the location counter. */
  assign(name: string, cursor: Cursor, at: number, redefinable: boolean): void {
    if (name === '.') DIRECTIVES['.org']!(cursor, this);
    else this.symbols.define(name, evaluate(cursor, this), cursor, at, redefinable);
    cursor.expectEnd();
  }

  private operation(name: string, cursor: Cursor, at: number): void {
    const macro = findMacro(this, name);
    if (macro !== undefined) macro.call(cursor, this);
    else if (name.startsWith('.')) this.directive(name, cursor, at);
    else assembleInstruction(name, cursor, this, at);
  }

  private directive(name: string, cursor: Cursor, at: number): void {
    const key = name.toLowerCase();
    if (!Object.hasOwn(DIRECTIVES, key)) throw cursor.error(`directive '${name}' is not known, expected one of GNU as that zhint has`, at);
    DIRECTIVES[key]!(cursor, this);
    cursor.expectEnd();
  }
}
