import { CELL } from '../layout.ts';
import type { I32 } from '../meaning.ts';
import { type FunctionWriter, localGet, localSet, MEM, memory } from '../wasm.ts';

/** The condition code's bit in a set of registers; the lower sixteen are the general registers'. */
const CODE = 1 << 16;

/** Which general registers, and the condition code, live in locals of a region's function, and which of them the CPU block does not know yet. */
export class RegisterLocals {
  readonly context: number;
  readonly code: number;
  /** The condition code in terms of what it was made from, where that is known. */
  knownCode: I32 | undefined;
  /** Changed since they were last written to the CPU block, as bits. */
  changed = 0;
  readonly #fn: FunctionWriter;
  readonly #cpu: readonly number[];
  readonly #locals: (number | undefined)[] = [];

  constructor(fn: FunctionWriter, cpu: number) {
    this.#fn = fn;
    this.#cpu = localGet(cpu);
    this.context = fn.local('i64');
    this.code = fn.local('i32');
    fn.keep();
  }

  /** The local of a general register. */
  use(n: number): number {
    this.#locals[n] ??= this.#fn.permanent('i64');
    return this.#locals[n];
  }

  change(n: number): number {
    this.changed |= 1 << n;
    return this.use(n);
  }

  changeCode(): number {
    this.changed |= CODE;
    return this.code;
  }

  /** Code that writes a set of registers to the CPU block. */
  save(set = this.changed): number[] {
    const code: number[] = [];
    for (let n = 0; n < 16; n++) {
      if (set & (1 << n)) code.push(...this.#cpu, ...localGet(this.use(n)), ...memory(MEM.i64.store, CELL.GR + 8 * n));
    }
    if (set & CODE) code.push(...this.#cpu, ...localGet(this.code), ...memory(MEM.i32.store, CELL.CC));
    return code;
  }

  /** Code that reads a set of registers, the condition code and the TLB context from the CPU block. */
  load(registers: number): number[] {
    const code = [...this.#cpu, ...memory(MEM.i64.load, CELL.CONTEXT), ...localSet(this.context)];
    code.push(...this.#cpu, ...memory(MEM.i32.load, CELL.CC), ...localSet(this.code));
    for (let n = 0; n < 16; n++) {
      if (registers & (1 << n)) code.push(...this.#cpu, ...memory(MEM.i64.load, CELL.GR + 8 * n), ...localSet(this.use(n)));
    }
    return code;
  }

  /** Everything has been read from the CPU block again. */
  forget(): void {
    this.changed = 0;
    this.knownCode = undefined;
  }

  /** The general registers that have locals, as bits. */
  get used(): number {
    return this.#locals.reduce<number>((set, local, n) => (local === undefined ? set : set | (1 << n)), 0);
  }
}
