import { Cursor } from './cursor.ts';
import type { Rounds } from './input.ts';
import type { Pass } from './pass.ts';
import { type Statement, splitExpanded } from './source.ts';

/** Characters that one macro line may grow to. */
const LONGEST_LINE = 65536;

const OPENS_MACRO = /^(?:[\w.$]+[ \t]*:[ \t]*)*\.macro\b/i;
const CLOSES_MACRO = /^\.endm\b/i;
const OPENS_LOOP = /^(?:[\w.$]+[ \t]*:[ \t]*)*\.(?:rept|irp|irpc)\b/i;
const CLOSES_LOOP = /^\.endr\b/i;

interface Parameter {
  readonly name: string;
  readonly fallback: string;
  readonly required: boolean;
  readonly rest: boolean;
}

/** A macro definition, ready to be called. */
export interface Macro {
  readonly name: string;
  call(cursor: Cursor, pass: Pass): void;
}

/** Puts arguments in the places of `\name`; `\()` only divides, `\@` is the number of the call. */
const substitute = (text: string, values: ReadonlyMap<string, string>, call: number): string =>
  text.replaceAll(/\\(?:\(\)|@|([A-Za-z_.$][\w.$]*))/g, (whole: string, name: string | undefined) => {
    if (whole === '\\()') return '';
    if (whole === '\\@') return `${call}`;
    return values.get(name!) ?? whole;
  });

/** The statements of a body with arguments put in. */
const expand = (body: readonly Statement[], values: ReadonlyMap<string, string>, call: number, cursor: Cursor): Statement[] =>
  body.flatMap((statement) => {
    const text = substitute(statement.text, values, call);
    if (text.length > LONGEST_LINE) throw cursor.error(`macro line of more than ${LONGEST_LINE} characters, expected a shorter one`, 0);
    return splitExpanded(text, statement, cursor.statement);
  });

/** The quoted string or character constant that begins at `at` (its end), or `at` when there is none. */
const quotedEnd = (text: string, at: number): number => {
  const pattern = /"(?:\\.|[^"\\])*"?|'(?:\\.|[^\\])'?/y;
  pattern.lastIndex = at;
  const found = text[at] === '"' || text[at] === "'" ? pattern.exec(text) : null;
  return at + (found?.[0].length ?? 0);
};

/** One argument up to a comma or to a blank between two words; GNU as drops the other blanks. */
const nextArgument = (text: string, from: number): { value: string; end: number } => {
  let value = '';
  let at = from;
  while (at < text.length && text[at] !== ',') {
    const end = quotedEnd(text, at);
    if (end > at) {
      const part = text.slice(at, end);
      const character = part.startsWith("'") ? `${new Cursor({ text: part, file: '', line: 1, column: 1 }, 1).character()[0]}` : undefined;
      value += value === '' && part.startsWith('"') ? part.slice(1, part.endsWith('"') ? -1 : undefined) : (character ?? part);
      at = end;
    } else if (/[ \t]/.test(text[at]!)) {
      const next = at + /^[ \t]*/.exec(text.slice(at))![0].length;
      if (/[\w.$"\\)]/.test(value.at(-1) ?? '(') && value.at(-1) !== ')' && /[\w.$"\\]/.test(text[next] ?? '('))
        return { value, end: next };
      at = next;
    } else value += text[at++];
  }
  return { value, end: at };
};

/** Splits the arguments of a call or the values of a loop. The place of each is kept, for `:vararg` takes all from there. */
const splitArguments = (text: string): { value: string; begin: number }[] => {
  const list: { value: string; begin: number }[] = [];
  for (let at = 0; at < text.length; ) {
    const begin = at;
    const { value, end } = nextArgument(text, at);
    list.push({ value, begin });
    at = end;
    if (text[at] !== ',') continue;
    at++;
    if (text.slice(at).trim() === '') list.push({ value: '', begin: text.length });
  }
  return list;
};

/** Drops the blanks that GNU as drops before it looks at arguments: those beside anything but words. */
const squeeze = (text: string): string => text.replaceAll(/("(?:\\.|[^"\\])*")|[ \t]*([,+\-*/|&^~!<>()=])[ \t]*/g, '$1$2').trim();

const parseParameters = (cursor: Cursor): Parameter[] => {
  const parameters: Parameter[] = [];
  while (!cursor.done) {
    const name = cursor.expectName('a parameter name');
    if (parameters.some((other) => other.name === name)) throw cursor.error(`parameter '${name}' stands twice, expected each once`);
    const kind = cursor.take(':') ? cursor.expectName('req or vararg') : '';
    if (!['', 'req', 'vararg'].includes(kind)) throw cursor.error(`found '${kind}' after the parameter, expected req or vararg`);
    let fallback = '';
    if (cursor.take('=')) {
      cursor.skipBlanks();
      const { value, end } = nextArgument(cursor.text, cursor.at);
      fallback = value;
      cursor.at = end;
    }
    parameters.push({ name, fallback, required: kind === 'req', rest: kind === 'vararg' });
    cursor.take(',');
  }
  return parameters;
};

/** Gives each parameter its argument. */
const bind = (parameters: readonly Parameter[], name: string, cursor: Cursor): Map<string, string> => {
  const given = new Map<string, string>();
  const text = squeeze(cursor.rest());
  let next = 0;
  for (const { value, begin } of splitArguments(text)) {
    const keyword = /^([A-Za-z_.$][\w.$]*)=/.exec(value);
    const named = keyword === null ? undefined : parameters.find((parameter) => parameter.name === keyword[1]);
    const parameter = named ?? parameters[next++];
    if (parameter === undefined) throw cursor.error(`too many arguments of macro '${name}', expected at most ${parameters.length}`, 0);
    if (named !== undefined) given.set(named.name, value.slice(keyword![0].length));
    else given.set(parameter.name, parameter.rest ? text.slice(begin) : value);
    if (named === undefined && parameter.rest) break;
  }
  for (const { name: parameter, fallback, required } of parameters) {
    if ((given.get(parameter) ?? '') !== '') continue;
    if (required) throw cursor.error(`macro '${name}' lacks argument '${parameter}', expected a value`, 0);
    given.set(parameter, fallback);
  }
  return given;
};

/** `.macro name parameters`: takes the definition up to its .endm. */
export const defineMacro = (cursor: Cursor, pass: Pass): void => {
  const name = cursor.expectName('the name of the macro').toLowerCase();
  cursor.take(',');
  const parameters = parseParameters(cursor);
  const body = pass.input.body(cursor, OPENS_MACRO, CLOSES_MACRO, '.endm');
  if (pass.macros.has(name)) throw cursor.error(`macro '${name}' is already defined, expected each once (or .purgem)`, 0);
  pass.macros.set(name, {
    name,
    call: (caller) => {
      const values = bind(parameters, name, caller);
      let batch: readonly Statement[] | undefined = expand(body, values, pass.calls++, caller);
      const once: Rounds = () => {
        const now = batch;
        batch = undefined;
        return now;
      };
      const depth = pass.conditionals.depth;
      pass.input.push('macro', once, caller, () => pass.conditionals.closeTo(depth));
    },
  });
};

export const findMacro = (pass: Pass, name: string): Macro | undefined => pass.macros.get(name.toLowerCase());

const loopBody = (cursor: Cursor, pass: Pass): Statement[] => pass.input.body(cursor, OPENS_LOOP, CLOSES_LOOP, '.endr');

/** `.rept count` */
export const repeat = (cursor: Cursor, pass: Pass): void => {
  const count = pass.knownNumber(cursor, 'count of .rept');
  if (count < 0) throw cursor.error(`count ${count} of .rept is negative, expected 0 or more`, 0);
  const body = loopBody(cursor, pass);
  let left = body.length === 0 ? 0 : count;
  pass.input.push('loop', () => (left-- > 0 ? body : undefined), cursor);
};

const loopOver = (cursor: Cursor, pass: Pass, name: string, values: readonly string[]): void => {
  const body = loopBody(cursor, pass);
  let next = 0;
  const rounds: Rounds = () => {
    const value = values[next++];
    return value === undefined ? undefined : expand(body, new Map([[name, value]]), pass.calls++, cursor);
  };
  pass.input.push('loop', rounds, cursor);
};

/** `.irp name, values` */
export const loopOverValues = (cursor: Cursor, pass: Pass): void => {
  const name = cursor.expectName('the symbol of the loop');
  cursor.take(',');
  const values = splitArguments(squeeze(cursor.rest())).map(({ value }) => value);
  loopOver(cursor, pass, name, values.length === 0 ? [''] : values);
};

/** `.irpc name, characters` */
export const loopOverCharacters = (cursor: Cursor, pass: Pass): void => {
  const name = cursor.expectName('the symbol of the loop');
  cursor.take(',');
  const values = [...cursor.rest().replaceAll(/[ \t"]/g, '')];
  loopOver(cursor, pass, name, values.length === 0 ? [''] : values);
};
