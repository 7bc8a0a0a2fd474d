/**
 * A small writer of WebAssembly modules: just the sections and instructions that the generated interpreter uses.
 * Section and instruction encodings are those of the WebAssembly core specification, chapter 5 ("Binary Format").
 */

export type ValueType = 'i32' | 'i64';

const TYPE_BYTE = { i32: 0x7f, i64: 0x7e } as const;

/** Instructions without immediates, named as in the specification. */
export const OP = {
  end: 0x0b,
  return: 0x0f,
  drop: 0x1a,
  select: 0x1b,
  i32: {
    eqz: 0x45, eq: 0x46, ne: 0x47, lt_s: 0x48, lt_u: 0x49, gt_s: 0x4a, gt_u: 0x4b, le_s: 0x4c, le_u: 0x4d, ge_s: 0x4e, ge_u: 0x4f,
    clz: 0x67, ctz: 0x68, popcnt: 0x69, add: 0x6a, sub: 0x6b, mul: 0x6c, div_s: 0x6d, div_u: 0x6e, rem_s: 0x6f, rem_u: 0x70,
    and: 0x71, or: 0x72, xor: 0x73, shl: 0x74, shr_s: 0x75, shr_u: 0x76, rotl: 0x77, rotr: 0x78,
    wrap: 0xa7, extend8_s: 0xc0, extend16_s: 0xc1,
  },
  i64: {
    eqz: 0x50, eq: 0x51, ne: 0x52, lt_s: 0x53, lt_u: 0x54, gt_s: 0x55, gt_u: 0x56, le_s: 0x57, le_u: 0x58, ge_s: 0x59, ge_u: 0x5a,
    clz: 0x79, ctz: 0x7a, popcnt: 0x7b, add: 0x7c, sub: 0x7d, mul: 0x7e, div_s: 0x7f, div_u: 0x80, rem_s: 0x81, rem_u: 0x82,
    and: 0x83, or: 0x84, xor: 0x85, shl: 0x86, shr_s: 0x87, shr_u: 0x88, rotl: 0x89, rotr: 0x8a,
    extend_i32_s: 0xac, extend_i32_u: 0xad, extend8_s: 0xc2, extend16_s: 0xc3, extend32_s: 0xc4,
  },
} as const; // biome-ignore format: a table

/** Loads and stores; little-endian, as WebAssembly has them. */
export const MEM = {
  i32: { load: 0x28, load8_s: 0x2c, load8_u: 0x2d, load16_s: 0x2e, load16_u: 0x2f, store: 0x36, store8: 0x3a, store16: 0x3b },
  i64: { load: 0x29, load8_u: 0x31, load16_u: 0x33, load32_u: 0x35, store: 0x37, store8: 0x3c, store16: 0x3d, store32: 0x3e },
} as const;

/** Unsigned LEB128. */
const unsigned = (value: number): number[] => {
  const out: number[] = [];
  let rest = value >>> 0;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return out;
};

/** Signed LEB128 of a 32-bit constant. */
const signed = (value: number): number[] => {
  const out: number[] = [];
  for (let rest = value | 0; ; ) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    out.push(done ? byte : byte | 0x80);
    if (done) return out;
  }
};

/** Signed LEB128 of a 64-bit constant. */
const signed64 = (value: bigint): number[] => {
  const out: number[] = [];
  for (let rest = value; ; ) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = (rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0);
    out.push(done ? byte : byte | 0x80);
    if (done) return out;
  }
};

/** Remembers what a function made of each small number: the same few instructions are written many thousand times. */
const remembering = (make: (value: number) => number[]): ((value: number) => readonly number[]) => {
  const known = new Map<number, readonly number[]>();
  return (value) => {
    const before = known.get(value);
    if (before) return before;
    const made = make(value);
    known.set(value, made);
    return made;
  };
};

export const i32Const = remembering((value) => [0x41, ...signed(value)]);
export const i64Const = (value: bigint): readonly number[] => {
  const word = BigInt.asIntN(64, value);
  return BigInt.asIntN(32, word) === word ? smallI64Const(Number(word)) : [0x42, ...signed64(word)];
};
const smallI64Const = remembering((value) => [0x42, ...signed(value)]);
export const localGet = remembering((index) => [0x20, ...unsigned(index)]);
export const localSet = remembering((index) => [0x21, ...unsigned(index)]);
export const call = (index: number): number[] => [0x10, ...unsigned(index)];
/** Calls through table 0 with the given type. */
export const callIndirect = (type: number): number[] => [0x11, ...unsigned(type), 0];
export const branch = (depth: number): number[] => [0x0c, ...unsigned(depth)];
export const branchIf = (depth: number): number[] => [0x0d, ...unsigned(depth)];
export const branchTable = (depths: readonly number[], other: number): number[] => [
  0x0e,
  ...unsigned(depths.length),
  ...depths.flatMap(unsigned),
  ...unsigned(other),
];
export const BLOCK = [0x02, 0x40];
export const LOOP = [0x03, 0x40];
export const IF = [0x04, 0x40];
export const ELSE = [0x05];
/** A memory instruction with its static offset; alignment is only a hint and left at a byte. */
export const memory = (opcode: number, offset: number): readonly number[] => memoryByKey(offset * 256 + opcode);
const memoryByKey = remembering((key) => [key % 256, 0, ...unsigned(Math.floor(key / 256))]);

/** Copies within memory 0: destination, source and length are on the stack. */
export const MEMORY_COPY = [0xfc, 10, 0, 0];

/** Reverses the eight bytes of the i64 on the stack: splat, `i8x16.swizzle`, extract. One `pshufb` on x86. */
export const SWAP64 = [0xfd, 0x12, 0xfd, 0x0c, 7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1, 0, 0xfd, 0x0e, 0xfd, 0x1d, 0];

/** Bytes that grow at the end. */
class Bytes {
  #bytes = new Uint8Array(256);
  length = 0;

  push(byte: number): void {
    if (this.length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.length++] = byte;
  }

  append(more: ArrayLike<number>): void {
    if (this.length + more.length > this.#bytes.length) this.#grow(more.length);
    // Most are three or four bytes long: a loop is faster than set() there.
    if (more.length < 32) for (let i = 0; i < more.length; i++) this.#bytes[this.length + i] = more[i]!;
    else this.#bytes.set(more, this.length);
    this.length += more.length;
  }

  get all(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  #grow(least: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + least));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** A function being written: its code so far and its locals. */
export class FunctionWriter {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly #code = new Bytes();
  readonly #beginning = new Bytes();
  readonly #locals: ValueType[] = [];
  readonly #free: Record<ValueType, number[]> = { i32: [], i64: [] };
  #taken: number[] = [];

  constructor(params: readonly ValueType[], results: readonly ValueType[]) {
    this.params = params;
    this.results = results;
  }

  emit(...parts: readonly (number | readonly number[])[]): void {
    for (const part of parts) {
      if (typeof part === 'number') this.#code.push(part);
      else this.#code.append(part);
    }
  }

  /** Writes code that comes before all that is written by {@link emit}. */
  begin(code: readonly number[]): void {
    this.#beginning.append(code);
  }

  /** A fresh or recycled local; its value is undefined until set. */
  local(type: ValueType): number {
    const index = this.#free[type].pop() ?? this.params.length + this.#locals.push(type) - 1;
    this.#taken.push(index);
    return index;
  }

  /** A local that is never recycled. */
  permanent(type: ValueType): number {
    return this.params.length + this.#locals.push(type) - 1;
  }

  /** Gives back every local taken since the last call, so that independent pieces of code share them. */
  recycle(): void {
    for (const index of this.#taken) this.#free[this.#locals[index - this.params.length]!].push(index);
    this.#taken = [];
  }

  /** Keeps the locals taken so far for good. */
  keep(): void {
    this.#taken = [];
  }

  body(): Uint8Array {
    const locals = this.#locals.flatMap((type) => [1, TYPE_BYTE[type]]);
    const declarations = [...unsigned(this.#locals.length), ...locals];
    const out = new Bytes();
    out.append(unsigned(declarations.length + this.#beginning.length + this.#code.length + 1));
    out.append(declarations);
    out.append(this.#beginning.all);
    out.append(this.#code.all);
    out.push(OP.end);
    return out.all;
  }
}

/** A module being written. It imports its memory as `env.memory`; function imports come before any function. */
export class ModuleWriter {
  readonly #types: string[] = [];
  readonly #typeBytes: number[][] = [];
  readonly #imports: number[][] = [];
  readonly #functions: FunctionWriter[] = [];
  readonly #exports: number[][] = [];
  #table: number[] = [];

  type(params: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${params}>${results}`;
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    const list = (types: readonly ValueType[]): number[] => [types.length, ...types.map((t) => TYPE_BYTE[t])];
    this.#typeBytes.push([0x60, ...list(params), ...list(results)]);
    return this.#types.push(key) - 1;
  }

  importFunction(name: string, params: readonly ValueType[], results: readonly ValueType[]): number {
    if (this.#functions.length > 0) throw new Error('imports come first');
    return this.#imports.push([...text('env'), ...text(name), 0x00, ...unsigned(this.type(params, results))]) - 1;
  }

  /** Adds a function and returns its index. */
  add(fn: FunctionWriter): number {
    return this.#imports.length + this.#functions.push(fn) - 1;
  }

  exportFunction(name: string, index: number): void {
    this.#exports.push([...text(name), 0x00, ...unsigned(index)]);
  }

  /** Exports table 0, which can grow. */
  exportTable(name: string): void {
    this.#exports.push([...text(name), 0x01, 0]);
  }

  /** Fills table 0, the target of `call_indirect`. */
  setTable(functions: readonly number[]): void {
    this.#table = [...functions];
  }

  build(memoryPages: { initial: number; maximum: number }): Uint8Array<ArrayBuffer> {
    const memoryImport = [
      ...text('env'),
      ...text('memory'),
      0x02,
      0x01,
      ...unsigned(memoryPages.initial),
      ...unsigned(memoryPages.maximum),
    ];
    const types = this.#functions.map((fn) => unsigned(this.type(fn.params, fn.results)));
    const size = unsigned(this.#table.length);
    const sections: [number, ArrayLike<number>][] = [
      [1, vector(this.#typeBytes)],
      [2, vector([...this.#imports, memoryImport])],
      [3, vector(types)],
      [4, [1, 0x70, 0, ...size]],
      [7, vector(this.#exports)],
      [9, [1, 0, 0x41, 0, OP.end, ...vector(this.#table.map(unsigned))]],
      [10, vector(this.#functions.map((fn) => fn.body()))],
    ];
    const out = new Bytes();
    out.append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    for (const [id, content] of sections) {
      out.push(id);
      out.append(unsigned(content.length));
      out.append(content);
    }
    return out.all;
  }
}

const vector = (items: readonly ArrayLike<number>[]): Uint8Array => {
  const out = new Bytes();
  out.append(unsigned(items.length));
  for (const item of items) out.append(item);
  return out.all;
};

const text = (value: string): number[] => [value.length, ...[...value].map((c) => c.charCodeAt(0))];
