import type { SessionSnapshot } from '../snapshot.ts';

/** Digests of contents that snapshots share: nobody changes them. */
const known = new WeakMap<object, number>();

/** Two lanes of 32 bits, mixed as MurmurHash3 mixes its blocks; 53 bits of them come out. */
class Mixer {
  #a = 0x9747_b28c | 0;
  #b = 0x3c6e_f372 | 0;

  word(value: number): void {
    this.#a = Math.imul((this.#a ^ Math.imul(value, 0xcc9e_2d51)) | 0, 0x1b87_3593) + 0x27d4_eb2f;
    this.#a = (this.#a << 13) | (this.#a >>> 19);
    this.#b = Math.imul(((this.#b << 15) | (this.#b >>> 17)) ^ value, 0x85eb_ca6b) + this.#a;
  }

  number(value: number): void {
    this.word(value | 0);
    this.word(Math.floor(value / 0x1_0000_0000));
  }

  text(text: string): void {
    for (let n = 0; n < text.length; n++) this.word(text.charCodeAt(n));
  }

  get value(): number {
    const a = Math.imul(this.#a ^ (this.#a >>> 16), 0xc2b2_ae35);
    const b = Math.imul(this.#b ^ (this.#b >>> 13), 0x27d4_eb2f);
    return ((a ^ (a >>> 15)) >>> 0) + ((b ^ (b >>> 16)) & 0x1f_ffff) * 0x1_0000_0000;
  }
}

const digestOf = (content: Int32Array | Uint8Array): number => {
  const before = known.get(content);
  if (before !== undefined) return before;
  const mixer = new Mixer();
  for (let n = 0; n < content.length; n++) mixer.word(content[n]!);
  known.set(content, mixer.value);
  return mixer.value;
};

/**
 * A number of 53 bits that stands for everything in a snapshot: two runs that are the same at some point have the same. Contents are looked
 * at once, so that the digest of a snapshot that shares most of its pages with an earlier one is cheap.
 */
export const stateDigest = ({ session, machine }: SessionSnapshot): number => {
  const mixer = new Mixer();
  const { program: _, ...rest } = session;
  const plain = (_key: string, value: unknown): unknown => (value instanceof Uint8Array ? digestOf(value) : value);
  mixer.text(JSON.stringify({ rest, state: machine.state }, plain));
  // Maps that hold the same may have been filled in another order.
  const add = (contents: ReadonlyMap<number, Int32Array | Uint8Array>): void => {
    for (const number of [...contents.keys()].sort((a, b) => a - b)) {
      mixer.number(number);
      mixer.number(digestOf(contents.get(number)!));
    }
  };
  add(machine.pages);
  add(machine.slots);
  return mixer.value;
};
