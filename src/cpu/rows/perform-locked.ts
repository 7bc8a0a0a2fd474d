import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { SPACE } from '../psw.ts';
import { plainRow, type Row } from '../row.ts';
import { implied } from './operand-bytes.ts';

/**
 * PERFORM LOCKED OPERATION. No other CPU comes between within an instruction, so that the lock itself, whose token general register 1
 * designates, needs nothing done.
 *
 * A function code is an operation times four plus a form: words in registers, doublewords in a parameter list, doublewords in registers,
 * quadwords in a parameter list.
 */
const OPERATION = { LOAD: 0, SWAP: 1, DOUBLE_SWAP: 2, STORE: 3, DOUBLE_STORE: 4, TRIPLE_STORE: 5 } as const;
const SIZES = [4, 8, 8, 16] as const;
const CODES = 24;

/** Where values end in the parameter list: they are aligned on the right in fields of 16 bytes. */
const LIST = { COMPARISON_1: 16, REPLACEMENT_1: 32, COMPARISON_3: 48, VALUE_3: 64, VALUE_5: 96, VALUE_7: 128 } as const;
/** Offsets of the ALETs of operands 4, 6 and 8; four bytes behind each stands the address. */
const ALET = { 4: 68, 6: 100, 8: 132 } as const;

/** Somewhere that a value is. */
interface Place {
  get(): bigint;
  set(value: bigint): void;
  /** Raises the exceptions that `set` would raise. */
  check(): void;
}

/** The operands of a function that is being performed. */
class Operands {
  readonly size: 4 | 8 | 16;
  readonly #cpu: Cpu;
  readonly #i: Instruction;
  /** The comparison and replacement values are in the parameter list, not in registers. */
  readonly #listed: boolean;
  /** Address of the fourth operand or of the parameter list. */
  readonly #address: bigint;
  readonly #byAccessRegister: boolean;

  constructor(cpu: Cpu, i: Instruction, operation: number, form: number) {
    this.size = SIZES[form]!;
    this.#cpu = cpu;
    this.#i = i;
    this.#listed = (form & 1) !== 0;
    this.#address = i.address(4);
    this.#byAccessRegister = cpu.datOn && cpu.space === SPACE.ACCESS_REGISTER;
    this.#checkRegisters(operation);
    cpu.needAligned(i.address(2), this.size);
    if (this.#listed || operation !== OPERATION.SWAP) cpu.needAligned(this.#address, Math.min(this.size, 8));
  }

  #checkRegisters(operation: number): void {
    const { r1, r3 } = this.#i;
    if (!this.#listed && operation !== OPERATION.LOAD) this.#cpu.needEven(r1);
    if (!this.#listed && operation === OPERATION.DOUBLE_SWAP) this.#cpu.needEven(r3);
    const hasAlets = operation >= OPERATION.DOUBLE_STORE || (this.#listed && operation !== OPERATION.SWAP);
    if (hasAlets && this.#byAccessRegister && r3 === 0) this.#cpu.programCheck(PGM.SPECIFICATION);
  }

  get first(): Place {
    return this.#listed ? this.#inList(LIST.COMPARISON_1) : this.#register(this.#i.r1);
  }
  get firstReplacement(): bigint {
    return (this.#listed ? this.#inList(LIST.REPLACEMENT_1) : this.#register(this.#i.r1 + 1)).get();
  }
  get second(): Place {
    return this.#storage(this.#i.address(2), 2);
  }
  get third(): Place {
    return this.#listed ? this.#inList(LIST.COMPARISON_3) : this.#register(this.#i.r3);
  }
  get thirdReplacement(): bigint {
    return (this.#listed ? this.#inList(LIST.VALUE_3) : this.#register(this.#i.r3 + 1)).get();
  }
  /** What COMPARE AND SWAP AND STORE stores. */
  get thirdStored(): bigint {
    return (this.#listed ? this.#inList(LIST.VALUE_3) : this.#register(this.#i.r3)).get();
  }
  get fourth(): Place {
    return this.#listed ? this.designated(4) : this.#storage(this.#address, 4);
  }

  /** What the double and triple stores store: it is always in the parameter list. */
  valueAt(end: number): bigint {
    return this.#inList(end).get();
  }

  /** An operand whose address, and in access-register mode whose ALET for access register R3, the parameter list holds. */
  designated(operand: 4 | 6 | 8): Place {
    const cpu = this.#cpu;
    const at = this.#address + BigInt(ALET[operand]);
    const address = cpu.load(at + 4n, 8, 4) & cpu.addressMask;
    cpu.needAligned(address, this.size);
    if (!this.#byAccessRegister) return this.#storage(address, 4);
    const { r3 } = this.#i;
    const alet = Number(cpu.load(at, 4, 4));
    const place = this.#storage(address, implied(r3));
    const through = <T>(access: () => T): T => {
      cpu.ar[r3] = alet;
      return access();
    };
    return {
      get: () => through(() => place.get()),
      set: (value) => through(() => place.set(value)),
      check: () => through(() => place.check()),
    };
  }

  #inList(end: number): Place {
    return this.#storage(this.#address + BigInt(end - this.size), 4);
  }

  #storage(address: bigint, operand: number): Place {
    const cpu = this.#cpu;
    const { size } = this;
    return {
      get: () => cpu.load(address, size, operand),
      set: (value) => cpu.store(address, size, value, operand),
      check: () => cpu.probeStore(address, size, operand),
    };
  }

  #register(n: number): Place {
    const { gr } = this.#cpu;
    const mask = this.size === 4 ? 0xffff_ffffn : 0xffff_ffff_ffff_ffffn;
    return {
      get: () => gr[n]! & mask,
      set: (value) => {
        gr[n] = (gr[n]! & ~mask) | value;
      },
      check: () => {},
    };
  }
}

/** Compares with what storage holds. Where they differ, that replaces the comparison value. */
const isEqual = (comparison: Place, storage: Place): boolean => {
  const found = storage.get();
  if (comparison.get() === found) return true;
  comparison.set(found);
  return false;
};

/** What the operations from COMPARE AND SWAP AND STORE on store beside the second operand. */
const storesOf = (o: Operands, operation: number): [Place, bigint][] => {
  if (operation === OPERATION.SWAP) return [];
  if (operation === OPERATION.STORE) return [[o.fourth, o.thirdStored]];
  const stores: [Place, bigint][] = [
    [o.designated(4), o.valueAt(LIST.VALUE_3)],
    [o.designated(6), o.valueAt(LIST.VALUE_5)],
  ];
  if (operation === OPERATION.TRIPLE_STORE) stores.push([o.designated(8), o.valueAt(LIST.VALUE_7)]);
  return stores;
};

/** Performs a function and returns its condition code. Nothing is stored before all exceptions are ruled out. */
const perform = (o: Operands, operation: number): number => {
  const { second } = o;
  if (!isEqual(o.first, second)) return 1;
  if (operation === OPERATION.LOAD) {
    o.third.set(o.fourth.get());
    return 0;
  }
  const stores: [Place, bigint][] = [];
  if (operation === OPERATION.DOUBLE_SWAP) {
    const { fourth } = o;
    if (!isEqual(o.third, fourth)) return 2;
    stores.push([fourth, o.thirdReplacement]);
  } else stores.push(...storesOf(o, operation));
  stores.push([second, o.firstReplacement]);
  for (const [place] of stores) place.check();
  for (const [place, value] of stores) place.set(value);
  return 0;
};

/** Of general register 0, bits 32-54 must be zeros, bit 55 only asks whether the function code is installed, bits 56-63 are that. */
const performLocked = (cpu: Cpu, i: Instruction): void => {
  const control = Number(cpu.gr[0]! & 0xffff_ffffn);
  const code = control & 0xff;
  if (control > 0x1ff) cpu.programCheck(PGM.SPECIFICATION);
  if (control & 0x100) {
    cpu.cc = code < CODES ? 0 : 3;
    return;
  }
  if (code >= CODES) cpu.programCheck(PGM.SPECIFICATION);
  const operation = code >> 2;
  const before = cpu.ar[i.r3]!;
  try {
    cpu.cc = perform(new Operands(cpu, i, operation, code & 3), operation);
  } catch (thrown) {
    cpu.ar[i.r3] = before;
    throw thrown;
  }
};

export const PERFORM_LOCKED: readonly Row[] = [plainRow('ee', 'plo', 'SS-e', 'PERFORM LOCKED OPERATION', {}, performLocked)];
