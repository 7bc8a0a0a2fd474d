import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { plainRow, type Row } from '../row.ts';
import { ACCESS } from '../translation.ts';
import { OperandBytes, setAddress } from './operand-bytes.ts';

/** Pattern characters that are not message characters. */
const PATTERN = { DIGIT: 0x20, SIGNIFICANCE: 0x21, FIELD: 0x22 } as const;
const ZONE = 0xf0;

/** The digits of the packed second operand from left to right. A byte is fetched when its left digit is needed. */
class SourceDigits {
  readonly #cpu: Cpu;
  readonly #bytes: OperandBytes;
  #at = 0;
  /** The right digit of the last byte, unless it was a sign or has been taken. */
  #right: number | undefined;
  /** The digit taken last stands left of a plus sign. */
  beforePlus = false;

  constructor(cpu: Cpu, address: bigint) {
    this.#cpu = cpu;
    this.#bytes = new OperandBytes(cpu, address, ACCESS.LOAD, 2);
  }

  next(): number {
    this.beforePlus = false;
    const right = this.#right;
    this.#right = undefined;
    if (right !== undefined) return right;
    const byte = this.#bytes.get(this.#at++);
    const left = byte >> 4;
    if (left > 9) this.#cpu.programCheck(PGM.DATA, { dxc: 0 });
    const low = byte & 0x0f;
    if (low <= 9) this.#right = low;
    else this.beforePlus = low !== 0xb && low !== 0xd;
    return left;
  }
}

/**
 * ED and EDMK: the pattern, which the result replaces, is gone through once from left to right. Nothing is stored before all exceptions are
 * ruled out.
 * @param mark whether general register 1 receives the address of a digit that is the first significant one of its field
 */
const edit =
  (mark: boolean) =>
  (cpu: Cpu, i: Instruction): void => {
    const length = i.field('l') + 1;
    const address = i.address(1);
    cpu.probeStore(address, length, 1);
    const result = cpu.loadBytes(address, length, 1);
    const source = new SourceDigits(cpu, i.address(2));
    const fill = result[0]!;
    let significant = false;
    let nonzero = false;
    let marked: number | undefined;
    for (const [n, pattern] of result.entries()) {
      if (pattern === PATTERN.DIGIT || pattern === PATTERN.SIGNIFICANCE) {
        const digit = source.next();
        if (digit !== 0 && !significant) marked = n;
        result[n] = digit !== 0 || significant ? ZONE | digit : fill;
        if (digit !== 0) nonzero = true;
        significant = (significant || digit !== 0 || pattern === PATTERN.SIGNIFICANCE) && !source.beforePlus;
      } else if (pattern === PATTERN.FIELD) {
        result[n] = fill;
        significant = false;
        nonzero = false;
      } else if (!significant) result[n] = fill;
    }
    cpu.storeBytes(address, result, 1);
    if (mark && marked !== undefined) setAddress(cpu, 1, address + BigInt(marked));
    cpu.cc = !nonzero ? 0 : significant ? 1 : 2;
  };

// biome-ignore format: one row a line
export const EDIT: readonly Row[] = [
  plainRow('de', 'ed', 'SS-a', 'EDIT', {}, edit(false)),
  plainRow('df', 'edmk', 'SS-a', 'EDIT AND MARK', {}, edit(true)),
];
