import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import type { OpenStore } from '../debug/devices.ts';
import { InputError } from '../guest/input-error.ts';
import type { ByteStore } from '../host/virtio/block.ts';

/** Opens a file as what a block device keeps its bytes in. It stays open to the end of the process. */
export const openByteStore: OpenStore = (file, readOnly) => {
  try {
    const descriptor = openSync(file, readOnly ? 'r' : 'r+');
    const status = fstatSync(descriptor);
    if (status.isFile()) return new FileByteStore(descriptor, status.size, readOnly);
    closeSync(descriptor);
  } catch (error) {
    const access = readOnly ? 'read' : 'read and written';
    throw new InputError({ file }, `cannot be opened (${(error as NodeJS.ErrnoException).code}), expected a file that can be ${access}`);
  }
  throw new InputError({ file }, 'this is no plain file, expected one for a block device');
};

class FileByteStore implements ByteStore {
  readonly size: number;
  readonly readOnly: boolean;
  readonly #descriptor: number;

  constructor(descriptor: number, size: number, readOnly: boolean) {
    this.#descriptor = descriptor;
    this.size = size;
    this.readOnly = readOnly;
  }

  read(at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(this.#descriptor, bytes, done, bytes.length - done, at + done);
      if (count === 0) throw new Error('the file has become shorter');
      done += count;
    }
  }

  write(at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#descriptor, bytes, done, bytes.length - done, at + done);
  }

  flush(): void {
    fsyncSync(this.#descriptor);
  }

  /** The bytes are in the file, and so is their past: a snapshot refers to it as it is. */
  save(): null {
    return null;
  }
  restore(): void {}
}
