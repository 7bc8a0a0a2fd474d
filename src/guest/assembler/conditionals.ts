import type { Cursor } from './cursor.ts';
import { evaluate } from './expression.ts';
import type { Pass } from './pass.ts';
import { addressOf } from './value.ts';

interface Branch {
  readonly cursor: Cursor;
  /** The statements here take effect. */
  active: boolean;
  /** A branch of this .if has been taken, or the whole .if is inside one that is not. */
  taken: boolean;
  otherwise: boolean;
}

type Test = (cursor: Cursor, pass: Pass) => boolean;

const numeric =
  (holds: (value: bigint) => boolean): Test =>
  (cursor, pass) => {
    cursor.skipBlanks();
    const at = cursor.at;
    const value = evaluate(cursor, pass);
    if (value.unknown) throw cursor.error('condition depends on a symbol defined later, expected symbols defined above', at);
    return holds(BigInt.asIntN(64, addressOf(value)));
  };

/** The two strings of .ifc, or of .ifeqs, compare as text without blanks around. */
const sameText: Test = (cursor) => {
  const text = cursor.rest();
  const comma = text.indexOf(',');
  if (comma < 0) throw cursor.error("found one text, expected two divided by ','");
  return text.slice(0, comma).trim() === text.slice(comma + 1).trim();
};

const sameStrings: Test = (cursor) => {
  const first = cursor.string();
  cursor.expect(',', 'after the first string');
  return first.join() === cursor.string().join();
};

const not =
  (test: Test): Test =>
  (cursor, pass) =>
    !test(cursor, pass);

const defined: Test = (cursor, pass) => pass.symbols.isDefined(cursor.expectName('a symbol'));
const blank: Test = (cursor) => cursor.rest() === '';
const nonzero = numeric((value) => value !== 0n);

const TESTS: Readonly<Record<string, Test>> = {
  '.if': nonzero,
  '.ifne': nonzero,
  '.ifeq': numeric((value) => value === 0n),
  '.ifgt': numeric((value) => value > 0n),
  '.ifge': numeric((value) => value >= 0n),
  '.iflt': numeric((value) => value < 0n),
  '.ifle': numeric((value) => value <= 0n),
  '.ifdef': defined,
  '.ifndef': not(defined),
  '.ifnotdef': not(defined),
  '.ifb': blank,
  '.ifnb': not(blank),
  '.ifc': sameText,
  '.ifnc': not(sameText),
  '.ifeqs': sameStrings,
  '.ifnes': not(sameStrings),
};

/** The `.if` constructs that are open, innermost last. */
export class Conditionals {
  private readonly open: Branch[] = [];

  /** Statements here take effect. */
  get active(): boolean {
    return this.open.at(-1)?.active ?? true;
  }

  get depth(): number {
    return this.open.length;
  }

  /** Closes what a macro left open when it was left. */
  closeTo(depth: number): void {
    this.open.length = Math.min(this.open.length, depth);
  }

  /** Handles a conditional directive; returns false for any other statement. */
  handle(directive: string, cursor: Cursor, pass: Pass): boolean {
    if (Object.hasOwn(TESTS, directive)) this.begin(TESTS[directive]!, cursor, pass);
    else if (directive === '.elseif') this.elseIf(cursor, pass);
    else if (directive === '.else') this.otherwise(cursor);
    else if (directive === '.endif') this.end(cursor);
    else return false;
    return true;
  }

  /** Throws for an .if that nothing ends. */
  expectClosed(): void {
    const branch = this.open.at(-1);
    if (branch !== undefined) throw branch.cursor.error('.if without end, expected .endif below', 0);
  }

  private begin(test: Test, cursor: Cursor, pass: Pass): void {
    const outer = this.active;
    const active = outer && test(cursor, pass);
    if (outer) cursor.expectEnd();
    this.open.push({ cursor, active, taken: active || !outer, otherwise: false });
  }

  private innermost(cursor: Cursor, directive: string): Branch {
    const branch = this.open.at(-1);
    if (branch === undefined) throw cursor.error(`${directive} without .if, expected .if above`, 0);
    return branch;
  }

  private elseIf(cursor: Cursor, pass: Pass): void {
    const branch = this.innermost(cursor, '.elseif');
    if (branch.otherwise) throw cursor.error('.elseif after .else, expected .endif', 0);
    branch.active = !branch.taken && nonzero(cursor, pass);
    branch.taken ||= branch.active;
  }

  private otherwise(cursor: Cursor): void {
    const branch = this.innermost(cursor, '.else');
    if (branch.otherwise) throw cursor.error('second .else of one .if, expected .endif', 0);
    branch.active = !branch.taken;
    branch.otherwise = true;
  }

  private end(cursor: Cursor): void {
    this.innermost(cursor, '.endif');
    this.open.pop();
  }
}
