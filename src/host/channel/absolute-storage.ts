import { FRAME_SIZE, KEY } from '../../cpu/storage.ts';
import type { Machine } from '../machine.ts';

/** Why an access of the channel subsystem failed. */
export class ChannelCheck extends Error {
  readonly kind: 'program' | 'protection';

  constructor(kind: 'program' | 'protection') {
    super(`${kind} check`);
    this.kind = kind;
  }
}

/**
 * Guest absolute storage as the channel subsystem and its devices access it: with the key of the request, recording reference and change, and
 * making pages resident (PoP, "Storage-Access Exceptions" of I/O, "Key-Controlled Protection"). The overrides of CR0 are a CPU's own.
 *
 * A discarded block, and an unused one where the profile is strict, cannot be accessed: a program check. The documents on page hinting leave it
 * open (spec/host.md); guests keep pages stable that take part in I/O.
 */
export class AbsoluteStorage {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** @throws ChannelCheck */
  read(address: number, length: number, key = 0): Uint8Array {
    const bytes = new Uint8Array(length);
    let done = 0;
    for (const piece of this.#pieces(address, length, key, KEY.R)) {
      bytes.set(piece, done);
      done += piece.length;
    }
    return bytes;
  }

  /** Stores page by page: what precedes a page that cannot be accessed has been stored. @throws ChannelCheck */
  write(address: number, bytes: Uint8Array, key = 0): void {
    let done = 0;
    for (const piece of this.#pieces(address, bytes.length, key, KEY.R | KEY.C)) {
      // Compiled code must not outlive its bytes.
      this.#machine.configuration.code.stored(piece.byteOffset, piece.length);
      piece.set(bytes.subarray(done, done + piece.length));
      done += piece.length;
    }
  }

  /** The parts of an area in frames, each checked, made resident and recorded when it is asked for. */
  *#pieces(address: number, length: number, key: number, record: number): Generator<Uint8Array> {
    const { configuration, options, pager } = this.#machine;
    const { storage } = configuration;
    for (let at = address, left = length; left > 0; ) {
      const page = at - (at % FRAME_SIZE);
      const count = Math.min(left, page + FRAME_SIZE - at);
      if (page >= options.storage || this.#isGone(page)) throw new ChannelCheck('program');
      if (!permits(pager.key(page), key, record)) throw new ChannelCheck('protection');
      const offset = storage.offset(pager.pageIn(page, 'channel subsystem'));
      storage.keys[storage.frame(offset)]! |= record;
      yield storage.bytes.subarray(offset + (at - page), offset + (at - page) + count);
      at += count;
      left -= count;
    }
  }

  #isGone(page: number): boolean {
    const { usage, content } = this.#machine.pager.state(page);
    const { discards, strictUnused } = this.#machine.configuration.profile;
    return (usage === 'V' && content === 'z' && discards) || (usage === 'U' && strictUnused);
  }
}

const permits = (storageKey: number, key: number, record: number): boolean =>
  key === 0 || (storageKey & KEY.ACC) >> 4 === key || (!(record & KEY.C) && !(storageKey & KEY.F));
