import { InputError, type Place } from '../input-error.ts';

/** A line and a column of a source file. */
export interface SourcePlace extends Place {
  readonly line: number;
  readonly column: number;
}

/** One statement: the text between line ends and semicolons, comments blanked out so that columns stay true. */
export interface Statement extends SourcePlace {
  readonly text: string;
  /** Where the macro was called whose expansion this is. */
  readonly caller?: Statement;
}

const statementError = (file: string, line: number, column: number, what: string): InputError =>
  new InputError({ file, line, column }, what);

/** End of the string or character constant that begins at `at`, in GNU as's rules: `'a`, `'a'` and `'\n'` are characters. */
const skipQuoted = (text: string, at: number): number => {
  if (text[at] === "'") {
    const end = at + (text[at + 1] === '\\' ? 3 : 2);
    return text[end] === "'" ? end + 1 : Math.min(end, text.length);
  }
  let end = at + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return Math.min(end + 1, text.length);
};

/** Blanks out `#` and block comments of one line; `open`: a block comment runs on from the line before. */
const blankComments = (line: string, open: boolean): { text: string; open: boolean } => {
  let text = '';
  let inside = open;
  for (let at = 0; at < line.length; ) {
    if (inside) {
      const end = line.indexOf('*/', at);
      const stop = end < 0 ? line.length : end + 2;
      text += ' '.repeat(stop - at);
      inside = end < 0;
      at = stop;
    } else if (line.startsWith('/*', at)) inside = true;
    else if (line[at] === '#') return { text, open: false };
    else {
      const end = line[at] === '"' || line[at] === "'" ? skipQuoted(line, at) : at + 1;
      text += line.slice(at, end);
      at = end;
    }
  }
  return { text, open: inside };
};

/** Splits a line without comments at the semicolons outside strings. */
const splitLine = (text: string, file: string, line: number, caller: Statement | undefined): Statement[] => {
  const statements: Statement[] = [];
  let begin = 0;
  const push = (end: number): void => {
    const part = text.slice(begin, end);
    const lead = part.length - part.trimStart().length;
    const trimmed = part.trim();
    if (trimmed !== '')
      statements.push({ text: trimmed, file, line, column: begin + lead + 1, ...(caller === undefined ? {} : { caller }) });
    begin = end + 1;
  };
  for (let at = 0; at < text.length; ) {
    if (text[at] === ';') push(at);
    at = text[at] === '"' || text[at] === "'" ? skipQuoted(text, at) : at + 1;
  }
  push(text.length);
  return statements;
};

/** The statements of a source text. Throws {@link InputError} for a block comment without end. */
export const splitSource = (source: string, file: string): Statement[] => {
  const statements: Statement[] = [];
  let open = false;
  let openedAt = 0;
  for (const [index, line] of source.split(/\r?\n/).entries()) {
    const blanked = blankComments(line, open);
    if (blanked.open && !open) openedAt = index + 1;
    open = blanked.open;
    statements.push(...splitLine(blanked.text, file, index + 1, undefined));
  }
  if (open) throw statementError(file, openedAt, 1, 'comment without end, expected */');
  return statements;
};

/** The statements of a macro body line after its arguments are put in; they keep the place of the line in the body. */
export const splitExpanded = (text: string, body: Statement, caller: Statement): Statement[] =>
  splitLine(text, body.file, body.line, caller).map((statement) => ({ ...statement, column: body.column + statement.column - 1 }));
