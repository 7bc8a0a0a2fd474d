import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { FRAME_SIZE } from '../cpu/storage.ts';
import { Session, type SessionOptions } from '../debug/session.ts';
import { isFixture, parseFixture } from '../guest/fixture.ts';
import { InputError } from '../guest/input-error.ts';
import type { PagingDevice, Slot } from '../host/paging-device.ts';
import { assembleFile, isAssembly, loadProgram, readInput } from './load.ts';

/** Opens a program of any kind on a machine; an assembler source may be a fixture. @throws InputError */
export const openSession = (file: string, options: SessionOptions): Session => {
  if (!isAssembly(file)) return new Session(file, loadProgram(file), undefined, options);
  const source = new TextDecoder().decode(readInput(file));
  const fixture = isFixture(source) ? parseFixture(source, file) : undefined;
  return new Session(file, assembleFile(source, file), fixture, options);
};

/** A paging device in a file of the host; slot n is at n × 4096. */
export class FilePagingDevice implements PagingDevice {
  readonly #descriptor: number;

  /** @throws InputError when the file cannot be created */
  constructor(file: string) {
    try {
      this.#descriptor = openSync(file, 'w+');
    } catch (error) {
      throw new InputError(
        { file },
        `cannot be used as a paging device (${(error as NodeJS.ErrnoException).code}), expected a file that can be written`,
      );
    }
  }

  write(slot: Slot, page: Uint8Array): void {
    for (let done = 0; done < FRAME_SIZE; ) done += writeSync(this.#descriptor, page, done, FRAME_SIZE - done, slot * FRAME_SIZE + done);
  }

  read(slot: Slot, page: Uint8Array): void {
    for (let done = 0; done < FRAME_SIZE; ) {
      const count = readSync(this.#descriptor, page, done, FRAME_SIZE - done, slot * FRAME_SIZE + done);
      if (count === 0) throw new Error('the paging file is too short');
      done += count;
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
