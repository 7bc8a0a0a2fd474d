type TypedArray = Uint8Array | Uint32Array | Float64Array | BigUint64Array;

const FIRST_LENGTH = 1024;

/** A typed array that grows as values are appended. */
export class Column<T extends TypedArray> {
  readonly #type: new (
    length: number,
  ) => T;
  #values: T;
  #length = 0;

  constructor(type: new (length: number) => T) {
    this.#type = type;
    this.#values = new type(FIRST_LENGTH);
  }

  get length(): number {
    return this.#length;
  }

  push(value: T[number]): void {
    if (this.#length === this.#values.length) {
      const grown = new this.#type(2 * this.#length);
      grown.set(this.#values as never);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  /** The value with a number, or undefined when there is none. */
  get(index: number): T[number] | undefined {
    return index >= 0 && index < this.#length ? this.#values[index] : undefined;
  }

  /** Replaces a value that has been appended. */
  set(index: number, value: T[number]): void {
    if (index >= 0 && index < this.#length) this.#values[index] = value;
  }

  /** The values so far, not copied. */
  get array(): T {
    return this.#values.subarray(0, this.#length) as T;
  }
}
