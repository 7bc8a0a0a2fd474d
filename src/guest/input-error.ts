/** A place in a text that the user wrote: lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/**
 * What the user gave is wrong: arguments, assembler source, ELF, fixture. The message is one line,
 * `file:line:column: what, and what was expected`, ready to print; the command then ends with status 2.
 */
export class InputError extends Error {
  readonly place: Place;
  /** The message without its place. */
  readonly what: string;

  constructor(place: Place, what: string) {
    const where = [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
    const line = what.replaceAll(/\s*\n\s*/g, ' ');
    super(`${where}: ${line}`);
    this.name = 'InputError';
    this.place = place;
    this.what = line;
  }
}
