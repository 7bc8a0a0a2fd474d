/** GNU as gives the three standard sections this alignment on s390 before any directive does. */
const STANDARD_ALIGNMENT = 4;
/** The byte with which GNU as pads code: two of them are NOPR 7. */
const CODE_PADDING = 7;
const FIRST_CAPACITY = 256;

/** `unloaded`: for debuggers and linkers, no part of the image. */
export type SectionKind = 'code' | 'readonly' | 'data' | 'bss' | 'unloaded';

/** A section: bytes that are laid out together. Offsets count from its beginning, as in GNU as. */
export class Section {
  readonly name: string;
  readonly kind: SectionKind;
  /** Address of offset 0, from the pass before. */
  address = 0;
  alignment: number;
  /** Bytes so far; also the location counter. */
  size = 0;
  /** Offset of the first byte that belongs to the image: what a leading `.org` skipped is not loaded. */
  origin = 0;
  /** A `.org` has set the origin, so offsets are addresses. */
  fixed = false;
  private storage = new Uint8Array(FIRST_CAPACITY);

  constructor(name: string, kind: SectionKind) {
    this.name = name;
    this.kind = kind;
    this.alignment = name === '.text' || name === '.data' || name === '.bss' ? STANDARD_ALIGNMENT : 1;
  }

  get padding(): number {
    return this.kind === 'code' ? CODE_PADDING : 0;
  }

  /** Empties the section for another pass; its address stays. */
  reset(): void {
    this.size = 0;
    this.origin = 0;
    this.fixed = false;
    this.storage.fill(0);
  }

  /** The bytes from `origin` on. */
  get bytes(): Uint8Array {
    return this.storage.subarray(0, this.size - this.origin);
  }

  /** Moves the empty section's beginning: nothing before this offset is part of the image. */
  setOrigin(offset: number): void {
    this.origin = offset;
    this.size = offset;
    this.fixed = true;
  }

  append(bytes: Uint8Array | readonly number[]): void {
    const at = this.reserve(bytes.length);
    this.storage.set(bytes, at);
  }

  fill(count: number, byte: number): void {
    const at = this.reserve(count);
    this.storage.fill(byte, at, at + count);
  }

  private reserve(count: number): number {
    const at = this.size - this.origin;
    const end = at + count;
    if (end > this.storage.length) {
      const grown = new Uint8Array(Math.max(end, this.storage.length * 2));
      grown.set(this.storage.subarray(0, at));
      this.storage = grown;
    }
    this.size += count;
    return at;
  }
}
