import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../guest/input-error.ts';

/**
 * A file that is there whole or not at all: what is written goes beside it first. It is opened before the work that makes its contents, so
 * that nobody waits for what cannot be written.
 */
export class OutputFile {
  readonly #file: string;
  readonly #temporary: string;
  readonly #what: string;
  #descriptor: number | undefined;
  #committed = false;

  /**
   * @param what what it is to be, for people: "the report"
   * @throws InputError when the file cannot be written
   */
  constructor(file: string, what: string) {
    this.#file = file;
    this.#what = what;
    this.#temporary = `${file}.${process.pid}.tmp`;
    const there = statSync(file, { throwIfNoEntry: false });
    if (there && !there.isFile()) throw this.#refusal(there.isDirectory() ? 'EISDIR' : 'not a plain file');
    this.#descriptor = this.#try(() => openSync(this.#temporary, 'wx'));
  }

  /** Writes all of it and puts it in its place. @throws InputError when that fails */
  commit(pieces: Iterable<string | Uint8Array>): void {
    this.#try(() => {
      const descriptor = this.#descriptor!;
      const encoder = new TextEncoder();
      for (const piece of batches(pieces)) {
        const bytes = typeof piece === 'string' ? encoder.encode(piece) : piece;
        for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
      }
      fsyncSync(descriptor);
      closeSync(descriptor);
      this.#descriptor = undefined;
      renameSync(this.#temporary, this.#file);
      this.#committed = true;
      synchronizeDirectory(dirname(this.#file));
    });
  }

  /** Leaves nothing behind, unless it was committed. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    if (!this.#committed) rmSync(this.#temporary, { force: true });
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      throw this.#refusal(code);
    }
  }

  #refusal(why: string): InputError {
    return new InputError({ file: this.#file }, `cannot be written (${why}), expected a place for ${this.#what}`);
  }
}

const BATCH = 0x1_0000;

/** Puts short texts together: writing each by itself would take long. */
function* batches(pieces: Iterable<string | Uint8Array>): Generator<string | Uint8Array> {
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') text += piece;
    if (typeof piece !== 'string' || text.length >= BATCH) {
      yield text;
      text = '';
    }
    if (typeof piece !== 'string') yield piece;
  }
  yield text;
}

/** The new name, too, is to be on the disk. */
const synchronizeDirectory = (directory: string): void => {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
