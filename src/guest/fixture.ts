import { PROFILES } from '../cpu/profile.ts';
import { type DeviceText, parseDevice } from './device.ts';
import { InputError, type Place } from './input-error.ts';
import { parseSize } from './size.ts';

/**
 * The lines of a fixture that begin with `#:`: what machine it wants, what the host does at which point, and what must come out
 * (docs/fixtures.md). Addresses are numbers or labels of the program, with an optional `+ number` behind.
 */
export interface Fixture {
  /** Where it was read from, and its `#:` lines, each at its place: reading this text again gives the same fixture. */
  readonly source: { readonly file: string; readonly text: string };
  readonly title: string;
  readonly settings: Settings;
  readonly actions: readonly HostAction[];
  readonly expectations: readonly Expectation[];
}

export interface Settings {
  readonly storage?: number;
  readonly cpus?: number;
  readonly frames?: number;
  readonly profile?: string;
  readonly essa?: 'interpret' | 'intercept' | 'lazy' | 'none';
  readonly limit?: number;
  readonly seed?: number;
  /** STFLE bits to add to, and to take from, the machine's own. */
  readonly facilities: readonly number[];
  readonly withoutFacilities: readonly number[];
  readonly devices: readonly DeviceText[];
}

/** An address as written: it can be resolved when the program's labels are known. */
export interface AddressText extends Place {
  readonly text: string;
}

export interface HostAction {
  readonly place: Place;
  /** The line as written. */
  readonly text: string;
  readonly at: AddressText;
  readonly every: boolean;
  readonly verb: 'discard' | 'page-out' | 'page-in' | 'reclaim' | 'interrupt';
  /** The page, or for `interrupt` the external-interruption code. */
  readonly operand: AddressText;
  readonly cpu: number;
}

/** Registers, storage, pages: looked at when the program has ended. Interruptions and interceptions: in order, none left over. */
export type Expectation =
  | { readonly kind: 'psw'; readonly place: Place; readonly text: string; readonly cpu: number; readonly value: AddressText }
  | {
      readonly kind: 'register';
      readonly place: Place;
      readonly text: string;
      readonly cpu: number;
      readonly set: 'gr' | 'cr' | 'ar' | 'fpr';
      readonly number: number;
      readonly value: AddressText;
    }
  | { readonly kind: 'storage'; readonly place: Place; readonly text: string; readonly address: AddressText; readonly bytes: Uint8Array }
  | { readonly kind: 'page'; readonly place: Place; readonly text: string; readonly address: AddressText; readonly state: string }
  | { readonly kind: 'key'; readonly place: Place; readonly text: string; readonly address: AddressText; readonly value: AddressText }
  | {
      readonly kind: 'interruption';
      readonly place: Place;
      readonly text: string;
      readonly class: string;
      readonly code: AddressText;
      readonly at?: AddressText;
      readonly address?: AddressText;
      readonly ilc?: number;
      readonly cpu?: number;
      readonly level?: number;
    }
  | {
      readonly kind: 'interception';
      readonly place: Place;
      readonly text: string;
      readonly code: AddressText;
      readonly instruction?: string;
      readonly at?: AddressText;
      readonly cpu?: number;
      readonly level?: number;
    }
  | { readonly kind: 'host'; readonly place: Place; readonly text: string; readonly counter: string; readonly value: number }
  | { readonly kind: 'console'; readonly place: Place; readonly text: string; readonly value: string };

/** Whether a source is a fixture at all. */
export const isFixture = (source: string): boolean => /^#:/m.test(source);

/** Reads the `#:` lines of a source. @throws InputError for a line that does not say what it should */
export const parseFixture = (source: string, file: string): Fixture => {
  const lines = source.split('\n').map((line) => (line.startsWith('#:') ? line : ''));
  const text = lines.join('\n').trimEnd();
  const draft: Draft = {
    source: { file, text },
    title: '',
    settings: { facilities: [], withoutFacilities: [], devices: [] },
    actions: [],
    expectations: [],
  };
  lines.forEach((line, index) => {
    if (line !== '') parseLine(new Words(line, file, index + 1), draft);
  });
  return draft;
};

interface Draft {
  readonly source: Fixture['source'];
  title: string;
  settings: { -readonly [K in keyof Settings]: Settings[K] } & { facilities: number[]; withoutFacilities: number[]; devices: DeviceText[] };
  actions: HostAction[];
  expectations: Expectation[];
}

// biome-ignore format: a list of words
const DIRECTIVES = [
  'title', 'storage', 'cpus', 'frames', 'profile', 'facility', 'no-facility', 'essa', 'limit', 'seed', 'device', 'host', 'expect',
] as const;

const parseLine = (words: Words, draft: Draft): void => {
  // Several settings may share a line, each with its own `#:`.
  do {
    const directive = words.oneOf(DIRECTIVES, 'a directive');
    if (directive === 'title') {
      draft.title = words.rest();
      return;
    }
    parseDirective(directive, words, draft);
  } while (words.skip('#:'));
  words.end();
};

const parseDirective = (directive: Exclude<(typeof DIRECTIVES)[number], 'title'>, words: Words, draft: Draft): void => {
  const { settings } = draft;
  switch (directive) {
    case 'storage':
      settings.storage = words.size();
      break;
    case 'cpus':
    case 'frames':
    case 'limit':
    case 'seed':
      settings[directive] = words.count();
      break;
    case 'profile':
      settings.profile = words.oneOf(Object.keys(PROFILES), 'a profile');
      break;
    case 'essa':
      settings.essa = words.oneOf(['interpret', 'intercept', 'lazy', 'none'], 'who performs ESSA');
      break;
    case 'facility':
      settings.facilities.push(words.count());
      break;
    case 'no-facility':
      settings.withoutFacilities.push(words.count());
      break;
    case 'device':
      settings.devices.push(words.device());
      break;
    case 'host':
      draft.actions.push(parseAction(words));
      break;
    case 'expect':
      draft.expectations.push(parseExpectation(words));
      break;
  }
};

/** host at ADDRESS [every]: VERB PAGE, or host at ADDRESS [every]: interrupt external CODE [cpu N] */
const parseAction = (words: Words): HostAction => {
  const { place, text } = words;
  words.expect('at');
  const at = words.address();
  const every = words.skip('every');
  words.expect(':');
  const verb = words.oneOf(['discard', 'page-out', 'page-in', 'reclaim', 'interrupt'], 'a host action');
  if (verb === 'interrupt') words.expect('external');
  const operand = words.address();
  const cpu = verb === 'interrupt' && words.skip('cpu') ? words.count() : 0;
  return { place, text, at, every, verb, operand, cpu };
};

// biome-ignore format: a list of words
const EXPECTATIONS = [
  'psw', 'gr', 'cr', 'ar', 'fpr', 'storage', 'page', 'key', 'interruption', 'interception', 'host', 'console', 'cpu',
] as const;

const parseExpectation = (words: Words): Expectation => {
  const { place, text } = words;
  let kind = words.oneOf(EXPECTATIONS, 'what to expect');
  let cpu = 0;
  if (kind === 'cpu') {
    cpu = words.count();
    kind = words.oneOf(['psw', 'gr', 'cr', 'ar', 'fpr'], 'a register of that CPU');
  }
  const equals = (): void => words.expect('=');
  switch (kind) {
    case 'psw':
      return { kind, place, text, cpu, value: words.address() };
    case 'gr':
    case 'cr':
    case 'ar':
    case 'fpr': {
      const number = words.count();
      if (number > 15) throw words.error('register number above 15', '0 to 15');
      equals();
      return { kind: 'register', place, text, cpu, set: kind, number, value: words.address() };
    }
    case 'storage': {
      const address = words.address();
      equals();
      return { kind, place, text, address, bytes: words.bytes() };
    }
    case 'page': {
      const address = words.address();
      equals();
      const state = words.next('a page state').text;
      // Up, Vp, Pp and Pz occur only where a profile is not the architecture's.
      if (!/^[SUPV][rpz](\+nodat)?$/.test(state))
        throw words.error(`'${state}' is no page state`, 'a letter of S, U, P, V and one of r, p, z, with +nodat where it applies');
      return { kind, place, text, address, state };
    }
    case 'key': {
      const address = words.address();
      equals();
      return { kind, place, text, address, value: words.address() };
    }
    case 'interruption':
      return parseInterruption(words, place, text);
    case 'interception':
      return parseInterception(words, place, text);
    case 'host': {
      const counter = words.next('a counter').text;
      equals();
      return { kind, place, text, counter, value: words.count() };
    }
    case 'console':
      return { kind, place, text, value: words.rest() };
    default:
      throw words.error('a CPU cannot stand here', 'one of its registers');
  }
};

/** interruption CLASS CODE [at ADDRESS] [address ADDRESS] [ilc N] [cpu N] [level N] */
const parseInterruption = (words: Words, place: Place, text: string): Expectation => {
  const kind = words.oneOf(['program', 'external', 'svc', 'io', 'restart', 'machine-check'], 'a class of interruption');
  const code = words.address();
  const detail: { at?: AddressText; address?: AddressText; ilc?: number; cpu?: number; level?: number } = {};
  for (;;) {
    if (words.skip('at')) detail.at = words.address();
    else if (words.skip('address')) detail.address = words.address();
    else if (words.skip('ilc')) detail.ilc = words.count();
    else if (words.skip('cpu')) detail.cpu = words.count();
    else if (words.skip('level')) detail.level = words.count();
    else return { kind: 'interruption', place, text, class: kind, code, ...detail };
  }
};

/** interception CODE [INSTRUCTION] [at ADDRESS] [cpu N] [level N] */
const parseInterception = (words: Words, place: Place, text: string): Expectation => {
  const code = words.address();
  const detail: { instruction?: string; at?: AddressText; cpu?: number; level?: number } = {};
  for (;;) {
    if (words.skip('at')) detail.at = words.address();
    else if (words.skip('cpu')) detail.cpu = words.count();
    else if (words.skip('level')) detail.level = words.count();
    else if (words.peek()?.startsWith('0x')) detail.instruction = words.next('an instruction').text.slice(2).toLowerCase();
    else return { kind: 'interception', place, text, code, ...detail };
  }
};

/** The words of one `#:` line, with their columns. */
class Words {
  readonly text: string;
  readonly #file: string;
  readonly #line: number;
  readonly #words: { text: string; column: number }[];
  #at = 0;

  constructor(line: string, file: string, number: number) {
    this.#file = file;
    this.#line = number;
    this.text = line.slice(2).trim();
    this.#words = [...line.slice(2).matchAll(/#:|:|=|[^\s:=]+/g)].map((m) => ({ text: m[0], column: m.index + 3 }));
    this.#source = line;
  }
  readonly #source: string;

  get place(): Place {
    const column = this.#words[this.#at]?.column ?? this.#source.length + 1;
    return { file: this.#file, line: this.#line, column };
  }

  error(what: string, expected: string): InputError {
    return new InputError({ ...this.place, column: this.#words[this.#at - 1]?.column ?? 1 }, `${what}, expected ${expected}`);
  }

  peek(): string | undefined {
    return this.#words[this.#at]?.text;
  }

  next(what: string): AddressText {
    const { place } = this;
    const word = this.#words[this.#at];
    if (!word || word.text === '#:') throw new InputError(place, `the line ends, expected ${what}`);
    this.#at++;
    return { ...place, text: word.text };
  }

  skip(text: string): boolean {
    if (this.peek() !== text) return false;
    this.#at++;
    return true;
  }

  expect(text: string): void {
    const word = this.next(`'${text}'`);
    if (word.text !== text) throw this.error(`'${word.text}'`, `'${text}'`);
  }

  oneOf<T extends string>(choices: readonly T[], what: string): T {
    const { text } = this.next(what);
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw this.error(`'${text}'`, `${what}: ${choices.join(', ')}`);
    return found;
  }

  count(): number {
    const { text } = this.next('a number');
    if (!/^(\d+|0x[0-9a-f]+)$/i.test(text) || !Number.isSafeInteger(Number(text))) throw this.error(`'${text}'`, 'a number');
    return Number(text);
  }

  size(): number {
    const { text } = this.next('a size');
    const size = parseSize(text);
    if (size === undefined) throw this.error(`'${text}'`, 'a size such as 64K, 1M, 2G');
    return size;
  }

  /** A number, a label, or a label plus a number. */
  address(): AddressText {
    const first = this.next('a number or a label');
    if (!/^(-?\d+|-?0x[0-9a-f]+|[A-Za-z_.$][\w.$]*(\+(\d+|0x[0-9a-f]+))?)$/i.test(first.text))
      throw this.error(`'${first.text}'`, 'a number or a label');
    return first;
  }

  bytes(): Uint8Array {
    let digits = '';
    while (this.#at < this.#words.length) digits += this.next('bytes').text;
    if (digits === '' || digits.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(digits))
      throw this.error(`'${digits}'`, 'an even number of hexadecimal digits');
    return Uint8Array.from(digits.match(/../g)!, (pair) => Number.parseInt(pair, 16));
  }

  /** A device with its options, whose `=` are words of their own. */
  device(): DeviceText {
    const { place } = this;
    let { text } = this.next('a device');
    while (this.peek() === '=') text += `${this.next('=').text}${this.next('a value').text}`;
    return parseDevice(text, place);
  }

  /** The rest of the line, as it was written. */
  rest(): string {
    const from = this.#words[this.#at]?.column;
    this.#at = this.#words.length;
    return from === undefined ? '' : this.#source.slice(from - 1).trim();
  }

  end(): void {
    const word = this.#words[this.#at];
    if (word) throw new InputError(this.place, `'${word.text}' is too much here, expected the end of the line`);
  }
}
