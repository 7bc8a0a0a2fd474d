import { FRAME_SIZE } from '../../cpu/storage.ts';
import type { Debugger } from '../debugger.ts';
import { namesByAddress, symbolizer } from '../labels.ts';
import type { Registers } from '../registers.ts';
import { hex } from '../result.ts';
import type { Session } from '../session.ts';
import { isBefore, type Position } from '../timeline/position.ts';

/** What is wrong with a command, in one line; the session goes on. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export const wrong = (what: string): never => {
  throw new CommandError(what);
};

/** What commands need of their surroundings. */
export interface Surroundings {
  print(line: string): void;
  /** A line of a source file; undefined when there is none to be had. */
  source(file: string, line: number): string | undefined;
  /** Writes a snapshot to a file. */
  saveSnapshot(session: Session, file: string): void;
}

/** A debugger with a person, or a script, who gives it commands. */
export class Desk {
  readonly debugger: Debugger;
  readonly around: Surroundings;
  readonly bookmarks = new Map<string, Position>();
  /** Registers where the program stands still, by CPU, as they were told, and those of the stop before: what differs is marked. */
  readonly shown = new Map<number, Registers>();
  readonly previous = new Map<number, Registers>();
  /** The session is over. */
  hasQuit = false;
  /** The nearest label at or below an address: `touch+0x4`. */
  readonly symbol: (address: bigint) => string | undefined;

  constructor(theDebugger: Debugger, around: Surroundings) {
    this.debugger = theDebugger;
    this.around = around;
    for (const vcpu of theDebugger.session.machine.vcpus) this.shown.set(vcpu.index, theDebugger.look.registers(vcpu));
    const { program } = theDebugger.session;
    // Labels that an assembler source has for itself tell nobody anything.
    const symbols = new Map([...program.symbols].filter(([name]) => !name.startsWith('.L')));
    const names = symbolizer(namesByAddress({ ...program, symbols }));
    const ends = [
      ...program.segments.map(({ address, bytes }) => address + bytes.length),
      ...[...symbols].filter(([name]) => !program.absolute?.has(name)).map(([, value]) => Number(value) + FRAME_SIZE),
    ];
    const end = BigInt(ends.reduce((a, b) => Math.max(a, b), 0));
    // Far behind the program no label means anything, nor does it to a guest's guest, whose storage is another.
    this.symbol = (address) => (address < end && this.debugger.look.level(this.debugger.vcpu) === 1 ? names(address) : undefined);
  }

  print(...lines: string[]): void {
    for (const line of lines) this.around.print(line);
  }

  /** "0x10024 <touch>" */
  readonly at = (address: bigint): string => {
    const name = this.symbol(address);
    return name === undefined ? hex(address) : `${hex(address)} <${name}>`;
  };

  /** What an action from outside has made undone. */
  forgetFuture(): void {
    const { position } = this.debugger.timeline;
    for (const [name, bookmark] of this.bookmarks) if (isBefore(position, bookmark)) this.bookmarks.delete(name);
  }
}

/** A command of the debugger. */
export interface Command {
  /** The name, then short forms. */
  readonly names: readonly string[];
  /** Arguments as the help shows them. */
  readonly usage: string;
  /** One line for the list. */
  readonly what: string;
  /** More, for `help COMMAND`. */
  readonly more?: string;
  /** An empty line gives the command again. */
  readonly repeats?: boolean;
  /** Looks only: the machine is as before, and where it was. */
  readonly looks?: boolean;
  /** Words that may follow. */
  readonly words?: (desk: Desk) => readonly string[];
  run(desk: Desk, args: Arguments): Promise<void> | void;
}

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly Command[];
}

const NUMBER = /^(?:0x[\da-f]+|\d+)$/i;

/** The words of a command line behind the command, taken one after the other. */
export class Arguments {
  readonly #words: string[];
  readonly #usage: string;

  constructor(words: readonly string[], usage: string) {
    this.#words = [...words];
    this.#usage = usage;
  }

  get isEmpty(): boolean {
    return this.#words.length === 0;
  }

  peek(): string | undefined {
    return this.#words[0];
  }

  /** The next word, which must be there. */
  word(what: string): string {
    return this.#words.shift() ?? wrong(`${what} is missing, expected: ${this.#usage}`);
  }

  /** Everything that is left, as it was typed but for the spaces between. */
  rest(): string {
    return this.#words.splice(0).join(' ');
  }

  /** Takes the next word if it is one of these. */
  skip<W extends string>(...words: readonly W[]): W | undefined {
    const found = words.find((word) => word === this.#words[0]);
    if (found !== undefined) this.#words.shift();
    return found;
  }

  end(): void {
    if (!this.isEmpty) wrong(`'${this.#words.join(' ')}' is too much, expected: ${this.#usage}`);
  }

  /** A count from 1 on; without a word, the default. */
  count(otherwise: number): number {
    const text = this.#words.shift();
    if (text === undefined) return otherwise;
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    return Number.isSafeInteger(value) && value > 0 ? value : wrong(`'${text}' is no count, expected a whole number from 1 on`);
  }

  /** A number of 0 to `most`. */
  number(what: string, most = Number.MAX_SAFE_INTEGER): number {
    const text = this.word(what);
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    return value <= most ? value : wrong(`'${text}' is no ${what}, expected a number of 0 to ${most > 0xffff_ffff ? '2^53' : hex(most)}`);
  }

  /** A number that need not be there. */
  optional(what: string, most: number): number | undefined {
    return this.isEmpty ? undefined : this.number(what, most);
  }

  /** An address: terms with + and - between, which are numbers, labels, registers (%r2), or psw. */
  address(desk: Desk, what = 'an address'): bigint {
    return evaluate(desk, this.word(what));
  }

  /** A page of the host's guest, by an absolute address in it. */
  page(desk: Desk): number {
    const address = this.address(desk, 'a page');
    const { storage } = desk.debugger.session.machine.options;
    if (address >= BigInt(storage)) wrong(`${hex(address)} is not in guest storage, expected an absolute address below ${hex(storage)}`);
    return Number(address & ~0xfffn);
  }
}

/** The value of an expression, modulo 2^64. */
const evaluate = (desk: Desk, text: string): bigint => {
  const terms = text.split(/(?=[+-])/);
  let value = 0n;
  for (const term of terms) {
    const isNegative = term.startsWith('-');
    const found = termValue(desk, /^[+-]/.test(term) ? term.slice(1) : term);
    value += isNegative ? -found : found;
  }
  return BigInt.asUintN(64, value);
};

const termValue = (desk: Desk, term: string): bigint => {
  if (NUMBER.test(term)) return BigInt(term);
  const { session, look, vcpu } = desk.debugger;
  const label = session.program.symbols.get(term);
  if (label !== undefined) return label;
  const registers = look.registers(vcpu);
  const register = /^[%$]?r(\d|1[0-5])$/.exec(term)?.[1];
  if (register !== undefined) return registers.gr[Number(register)]!;
  if (/^[%$]?psw$/.test(term)) return registers.psw.address;
  return wrong(`the program has no label '${term}', expected a label, a number such as 0x40000, a register such as %r2, or psw`);
};
