import type { FieldName } from '../../../src/cpu/formats.ts';
import type { Row } from '../../../src/cpu/row.ts';
import type { Environment } from './environments.ts';
import { CODE, DATA, PAGE, STORAGE_SIZE, WINDOW } from './layout.ts';
import { encode, type Operands, operandsOf, type StorageOperand } from './operands.ts';
import type { Random } from './random.ts';
import { FAULTY, locate, type Space } from './tables.ts';

export type AddressingMode = 24 | 31 | 64;

/** Content that a case puts into storage just before it runs, at an absolute address. */
export interface Patch {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Where an operand should lie. */
export interface Placement {
  /** Bytes that the instruction uses there. */
  readonly size: number;
  /** The boundary that it usually respects; 1 for none. */
  readonly align: number;
  /** Only on pages that can be stored into and fetched from, not across a page end, and on its boundary. */
  readonly sound?: boolean;
}

/** Pages of the data area, in pairs (page, next) that an operand may cross; the faulty ones (2 invalid, 4 protected, 6 and 7 by key) less often. */
const SOUND_PAGES = [0, 1, 3, 5] as const;

const addressMask = (mode: AddressingMode): bigint => (mode === 64 ? 0xffff_ffff_ffff_ffffn : (1n << BigInt(mode)) - 1n);

/** A case in the making: what the generator has decided so far about one instruction and the state it meets. */
export class Draft {
  readonly row: Row;
  readonly operands: Operands;
  readonly random: Random;
  readonly environment: Environment;
  readonly mode: AddressingMode;
  /** Not the access-register mode: QEMU has none and stops. */
  readonly space: Space | 'real';
  readonly fields: Partial<Record<FieldName, number>> = {};
  readonly gr = new BigUint64Array(16);
  /** Vector registers, left and right half in turn. */
  readonly vr = new BigUint64Array(64);
  readonly ar = new Uint32Array(16);
  readonly patches: Patch[] = [];
  readonly keys: number[] = [];
  /** Original content of the data pages. */
  readonly data: Uint8Array;
  /** Registers whose content an operand depends on. */
  readonly #pinned = new Set<number>();
  fpc = 0;
  conditionCode = 0;
  programMask = 0;
  key = 0;
  problemState = false;
  codeAddress: number = CODE.address + 0x200;
  /** Where relative addresses count from: the instruction itself, wherever it lies. */
  targetAddress: number = CODE.address + 0x400;
  executed = false;
  /** For EXECUTE itself: the bytes at {@link targetAddress}. */
  ownTarget: readonly number[] = [];
  /** The instruction is repeated by a branch after it while it sets condition code 3. */
  repeated = false;
  /** The instruction may change data outside the windows. */
  full = false;

  constructor(row: Row, random: Random, environment: Environment, data: Uint8Array) {
    this.row = row;
    this.operands = operandsOf(row);
    this.random = random;
    this.environment = environment;
    this.data = data;
    this.mode = random.pick([64, 64, 64, 31, 24] as const);
    const spaces = ['primary', 'primary', 'secondary', 'home'] as const;
    this.space = environment.dat ? random.pick(spaces) : 'real';
  }

  get dat(): boolean {
    return this.environment.dat;
  }

  /** Where the instruction under test itself lies. */
  get instructionAddress(): number {
    return this.executed ? this.targetAddress : this.codeAddress;
  }

  pinned(register: number): boolean {
    return this.#pinned.has(register);
  }

  /** Gives a register a value that later decisions must leave alone. */
  pin(register: number, value: bigint): void {
    this.gr[register] = BigInt.asUintN(64, value);
    this.#pinned.add(register);
  }

  /** A register that no operand depends on; not zero. */
  freeRegister(): number | undefined {
    const start = this.random.below(15);
    for (let i = 0; i < 15; i++) {
      const register = 1 + ((start + i) % 15);
      if (!this.pinned(register)) return register;
    }
    return undefined;
  }

  /** An address with something in the bits that the addressing mode ignores. */
  withIgnoredBits(address: number | bigint): bigint {
    const value = BigInt(address);
    if (this.mode === 64 || this.random.chance(50)) return value;
    return (value & addressMask(this.mode)) | (this.random.double() & ~addressMask(this.mode) & 0xffff_ffff_ffff_ffffn);
  }

  truncate(address: bigint): number {
    return Number(BigInt.asUintN(64, address) & addressMask(this.mode));
  }

  /** An address for data, mostly sound, sometimes across a page end or into trouble. */
  address(placement: Placement): bigint {
    const { size, align, sound } = placement;
    const { random } = this;
    if (!sound && random.chance(6)) return this.#troubled(size);
    const page = sound || random.chance(80) ? random.pick(SOUND_PAGES) : random.below(DATA.pages);
    const start = DATA.address + page * PAGE;
    if (!sound && size > 1 && page < DATA.pages - 1 && random.chance(20)) {
      // One long operand crosses a page end by a little as often as by much.
      return BigInt(start + PAGE - this.#step(random.between(1, Math.min(size - 1, random.pick([8, 16, WINDOW]))), align));
    }
    // Within one of the two windows that the monitor restores and compares, or in the two that meet at a page end.
    const last = page === DATA.pages - 1;
    if (last && this.full) return BigInt(start + random.below(Math.max(1, PAGE - size)));
    const room = Math.max(1, (sound || last ? WINDOW : 2 * WINDOW) - Math.max(size, 16));
    const offset = random.chance(30) ? random.below(Math.max(1, WINDOW - Math.max(size, 16))) : PAGE - WINDOW + random.below(room);
    const address = start + offset;
    return BigInt(sound || random.chance(70) ? address - (address % align) : address);
  }

  /** A distance before a page end: a multiple of the alignment where there is one below it. */
  #step(distance: number, align: number): number {
    return this.random.chance(50) && distance >= align ? distance - (distance % align) : distance;
  }

  /** An address that faults, wraps, or nearly does. */
  #troubled(size: number): bigint {
    const { random } = this;
    if (this.operandSpace === 'real') return this.#troubledReal(size);
    const inPage = random.pick([0, 8, PAGE - 1, PAGE - 8, random.below(WINDOW - 16), PAGE - WINDOW + random.below(WINDOW)]);
    // The page that must not be executed holds code, which must not be stored into either.
    const { noExecute: _, ...data } = FAULTY;
    const places: bigint[] = Object.values(data).map((place) => BigInt(place + inPage));
    places.push(BigInt(random.pick([0, 8, 0x1f8, 0x1000, 0x11f8, PAGE - WINDOW + random.below(2 * WINDOW)])));
    // The last bytes of each kind of address space, so that the operand wraps.
    places.push((this.mode === 64 ? 1n << 64n : 1n << BigInt(this.mode)) - BigInt(random.between(1, Math.max(size, 8))));
    if (this.mode === 64) {
      places.push(random.double());
      const index = BigInt(random.pick([1, 2, 3, 4, 2047]));
      for (const shift of [31n, 42n, 53n]) places.push((index << shift) | BigInt(DATA.address + inPage));
    }
    return random.pick(places);
  }

  /** Without DAT there is only the end of storage, and the protected first bytes where they are protected. */
  #troubledReal(size: number): bigint {
    const { random } = this;
    if (this.environment.name === 'low-address protection' && random.chance(50)) {
      const protectedBytes = [0x1000, 0x1008, 0x11f8, 0x1200 - random.between(1, Math.min(size, 0x200))];
      // Beyond that the lowcore holds what machines may differ in.
      return BigInt(random.pick(size <= 16 && !this.full ? [0, 8, 0x40, ...protectedBytes] : protectedBytes));
    }
    if (this.mode === 24) return BigInt(DATA.address);
    return BigInt(STORAGE_SIZE - random.below(Math.max(size, 2)) + random.pick([0, 16, 0x1000_0000]));
  }

  /** Where a branch should go: supervisor calls, and sometimes an odd, unmapped or non-executable address. */
  branchTarget(): bigint {
    const { random } = this;
    const pad = CODE.address + (random.chance(50) ? random.between(0x300, 0x600) : random.between(0x880, 0xe80)) * 2;
    if (this.environment.name === 'instruction-execution protection' && random.chance(40))
      return BigInt(FAULTY.noExecute + pad - CODE.address);
    if (random.chance(85)) return BigInt(pad);
    const places: bigint[] = [BigInt(pad + 1), BigInt(CODE.address + 2 * PAGE + 0x20)];
    if (this.dat) places.push(BigInt(FAULTY.noExecute + 0x20), BigInt(FAULTY.invalidSegment), BigInt(FAULTY.outsideStorage));
    else if (this.mode !== 24) places.push(0x400_0000n, 0x7000_0000n);
    if (this.dat && this.mode === 64) places.push(random.double());
    return random.pick(places);
  }

  /** Sets the fields of a storage operand, and registers, so that its address is this. */
  point(operand: StorageOperand, address: bigint): void {
    for (let attempt = 0; attempt < 8; attempt++) if (this.#tryToPoint(operand, address)) return;
    const register = this.freeRegister();
    if (register === undefined) throw new Error(`${this.row.mnemonic}: no register left for ${operand.base}`);
    const displacement = this.#displacement(operand);
    this.fields[operand.displacement] = displacement;
    this.fields[operand.base] = register;
    if (operand.index) this.fields[operand.index] = 0;
    this.pin(register, this.withIgnoredBits(address - BigInt(displacement)));
  }

  #tryToPoint(operand: StorageOperand, address: bigint): boolean {
    const { fields, random } = this;
    const displacement = this.#displacement(operand);
    const index = operand.index && random.chance(50) ? random.between(1, 15) : 0;
    const base = index !== 0 && random.chance(15) ? 0 : random.between(1, 15);
    fields[operand.displacement] = displacement;
    fields[operand.base] = base;
    if (operand.index) fields[operand.index] = index;
    return this.#load(base, index, address - BigInt(displacement));
  }

  /** A storage operand whose address does not matter, or is itself the operand. */
  anywhere(operand: StorageOperand): void {
    const { fields, random } = this;
    fields[operand.displacement] = random.chance(50) ? random.below(64) : this.#displacement(operand);
    fields[operand.base] = random.chance(30) ? 0 : random.below(16);
    if (operand.index) fields[operand.index] = random.chance(50) ? 0 : random.below(16);
  }

  /** What is known about the operand's size and boundary. */
  placement(operand: StorageOperand): Placement {
    const align = this.random.pick([8, 8, 16, 4, 1]);
    // Where only one operand has a length, it is that of both.
    const own =
      operand.length || operand.lengthRegister ? operand : this.operands.storage.find((other) => other.length || other.lengthRegister);
    if (own?.length) return { size: (this.fields[own.length] ?? 0) + 1, align: 1 };
    if (own?.lengthRegister) return { size: Number(this.gr[this.fields[own.lengthRegister]!]! & 0x1ffn), align: 1 };
    // LOAD MULTIPLE and its like may use as much as 16 doublewords, or quadwords.
    const multiple = this.row.format.startsWith('RS') ? 128 : 16;
    return { size: this.row.mnemonic === 'vlm' || this.row.mnemonic === 'vstm' ? 256 : multiple, align };
  }

  /** Makes a storage operand lie this far after another, with the same base register, if the displacement allows it. */
  follow(operand: StorageOperand, first: StorageOperand, distance: number): boolean {
    const displacement = (this.fields[first.displacement] ?? 0) + distance;
    if (first.index || operand.index || displacement < 0 || displacement > 0xfff) return false;
    this.fields[operand.displacement] = displacement;
    this.fields[operand.base] = this.fields[first.base] ?? 0;
    return true;
  }

  /** Loads base and index so that they add up to the sum, in the bits that count. */
  #load(base: number, index: number, sum: bigint): boolean {
    if (base === index) {
      if (base === 0 || this.pinned(base) || (sum & 1n) === 1n) return false;
      this.pin(base, BigInt.asUintN(64, sum) >> 1n);
      return true;
    }
    if (base !== 0 && index !== 0 && !this.pinned(index)) {
      this.pin(index, this.random.chance(50) ? BigInt(this.random.below(0x1000)) : this.random.double());
    }
    const variable = base !== 0 && !this.pinned(base) ? base : index;
    const other = variable === base ? index : base;
    if (variable === 0 || this.pinned(variable)) return false;
    const value = BigInt.asUintN(64, sum - (other === 0 ? 0n : this.gr[other]!));
    this.pin(variable, this.withIgnoredBits(value));
    return true;
  }

  #displacement(operand: StorageOperand): number {
    const short = this.random.pick([0, 0, 8, 0xfff, this.random.below(0x1000)]);
    return operand.long && this.random.chance(60)
      ? this.random.pick([-1, -0x80000, 0x7ffff, this.random.between(-0x80000, 0x7ffff)])
      : short;
  }

  /** The address that the fields and registers give a storage operand; near 2^64 only nearly so. */
  addressOf(operand: StorageOperand): number {
    return Number(this.exactAddressOf(operand));
  }

  /** The same to the bit. */
  exactAddressOf(operand: StorageOperand): bigint {
    const register = (field: FieldName | undefined) => {
      const number = field === undefined ? 0 : (this.fields[field] ?? 0);
      return number === 0 ? 0n : this.gr[number]!;
    };
    const sum = register(operand.base) + register(operand.index) + BigInt(this.fields[operand.displacement] ?? 0);
    return BigInt.asUintN(64, sum) & addressMask(this.mode);
  }

  /** The space whose frames an operand lies in. */
  get operandSpace(): Space | 'real' {
    return this.environment.name === 'real space' && this.space === 'primary' ? 'real' : this.space;
  }

  /** The data that an operand finds, where it lies within one ordinary data page. */
  bytesAt(address: number, size: number): Uint8Array | undefined {
    const absolute = this.#absolute(address, size);
    return absolute === undefined ? undefined : this.data.subarray(absolute - DATA.address, absolute - DATA.address + size);
  }

  /** Puts operand data into storage, where the address is that of ordinary data. */
  patch(address: number, bytes: Uint8Array): void {
    const absolute = this.#absolute(address, bytes.length);
    if (absolute !== undefined && this.patches.length < 2) this.patches.push({ address: absolute, bytes });
  }

  #absolute(address: number, size: number): number | undefined {
    const inPage = address % PAGE;
    const inWindow = inPage + size <= WINDOW || (inPage >= PAGE - WINDOW && inPage + size <= PAGE);
    return inWindow || (this.full && inPage + size <= PAGE) ? locate(this.operandSpace, address) : undefined;
  }

  /** Puts data at an absolute address of the data pages. */
  patchAbsolute(address: number, bytes: Uint8Array): void {
    if (this.patches.length < 2) this.patches.push({ address, bytes });
  }

  encode(): Uint8Array {
    return encode(this.row, this.fields);
  }
}
