import type { Configuration } from './configuration.ts';
import { lengthOf } from './formats.ts';
import { Instruction } from './instruction.ts';
import { INTERCEPT, Interception, PGM, type ProgramDetail, ProgramInterruption } from './interruption.ts';
import { CELL, CPU_BASE, CPU_SIZE } from './layout.ts';
import { controlRegister, type GuestMapping } from './levels.ts';
import { addressMask, isInvalid, PSW, type Psw, SPACE } from './psw.ts';
import { Recording } from './recording.ts';
import type { Offset } from './storage.ts';
import { NEVER_HIT } from './tlb.ts';
import { ACCESS, type Access, noticed, translate } from './translation.ts';
import type { TableReader } from './walk.ts';

/** {@link CELL.EARLY}: an early specification exception is pending; the ILC is in the low bits. */
const EARLY_PENDING = 0x100;
export const EARLY_AFTER_PROGRAM = 0x200;

/** What a context stands for; see tlb.ts. */
interface Context {
  readonly generation: number;
  readonly mapping: number;
  /** -1 for real addresses. */
  readonly asce: bigint;
  readonly cr0: number;
  readonly prefix: number;
  readonly key: number;
  readonly number: number;
}
const RECENT_CONTEXTS = 6;
/** Low-address protection, the overrides, EDAT and instruction-execution protection. */
const CR0_OF_CONTEXT = 0x1390_0000;

const CC_AND_PROGRAM_MASK = 0x0000_3f00_0000_0000n;

/**
 * One CPU: its block of cells in linear memory, seen by name. Plain instruction functions, interruptions and SIE work on it;
 * generated code works on the same cells.
 */
export class Cpu {
  readonly configuration: Configuration;
  /** Number of the CPU, 0 to 63. */
  readonly index: number;
  /** Offset of the CPU block in linear memory. */
  readonly base: number;
  /** General registers 0-15, 64 bits. */
  readonly gr: BigUint64Array;
  /** Control registers 0-15, 64 bits, of the current level. */
  readonly cr: BigUint64Array;
  /** Access registers 0-15. */
  readonly ar: Uint32Array;
  /** Vector registers as pairs of doublewords; register n's leftmost half, which is floating-point register n for n < 16, is at 2n. */
  readonly vr: BigUint64Array;
  /** How the absolute storage of each level lies in the level below; index 1 is the TypeScript host's guest. */
  readonly guests: GuestMapping[] = [];
  readonly instruction = new Instruction(this);
  /** Readers of translation tables by level; see levels.ts. */
  readonly readers: TableReader[] = [];
  readonly recording = new Recording(this);
  /** Whether a store could have followed the load that the last translation was for. */
  storable = false;
  /** Set while an instruction is being fetched: a fault then is not of an operand. */
  fetching = false;
  /** Program interruptions of the instruction at the program-new PSW of the one before, in a row; see execution.ts. */
  programsInARow = 0;
  /** Where the last program interruption went. */
  programHandler = -1n;
  /** Address of the instruction of which generated code has noted the interception; the PSW is behind it, and the state description has its bytes. */
  interceptedAt: bigint | undefined;
  /** Instructions in this run of generated code, of which BUDGET are left. */
  granted = 0;
  #generation = -1;
  #stale = true;
  /** The block as words; cells are aligned. */
  readonly #words: Int32Array;
  readonly #view: DataView;

  constructor(configuration: Configuration, index: number) {
    const { memory, view } = configuration.storage;
    this.configuration = configuration;
    this.index = index;
    this.base = CPU_BASE + index * CPU_SIZE;
    this.#view = view;
    this.#words = new Int32Array(memory.buffer, this.base, CPU_SIZE / 4);
    this.gr = new BigUint64Array(memory.buffer, this.base + CELL.GR, 16);
    this.cr = new BigUint64Array(memory.buffer, this.base + CELL.CR, 16);
    this.ar = new Uint32Array(memory.buffer, this.base + CELL.AR, 16);
    this.vr = new BigUint64Array(memory.buffer, this.base + CELL.VR, 64);
  }

  // ---- cells ---------------------------------------------------------------------------------------------------------

  cell32(cell: number): number {
    return this.#words[cell >> 2]!;
  }
  setCell32(cell: number, value: number): void {
    this.#words[cell >> 2] = value;
  }
  cell64(cell: number): bigint {
    return this.#view.getBigUint64(this.base + cell, true);
  }
  setCell64(cell: number, value: bigint): void {
    this.#view.setBigUint64(this.base + cell, value, true);
  }

  /** Copies cells within the block; offsets and length in bytes, multiples of 4. */
  copyCells(from: number, to: number, length: number): void {
    this.#words.copyWithin(to >> 2, from >> 2, (from + length) >> 2);
  }

  /** Loads doublewords of storage, from an offset in linear memory, into cells. */
  loadCells(cell: number, offset: number, count: number): void {
    for (let n = 0; n < count; n++) {
      this.#words[(cell >> 2) + 2 * n] = this.#view.getInt32(offset + 8 * n + 4);
      this.#words[(cell >> 2) + 2 * n + 1] = this.#view.getInt32(offset + 8 * n);
    }
  }

  /** Stores cells as doublewords of storage. */
  storeCells(cell: number, offset: number, count: number): void {
    for (let n = 0; n < count; n++) {
      this.#view.setInt32(offset + 8 * n, this.#words[(cell >> 2) + 2 * n + 1]!);
      this.#view.setInt32(offset + 8 * n + 4, this.#words[(cell >> 2) + 2 * n]!);
    }
  }

  get level(): number {
    return this.cell32(CELL.LEVEL);
  }
  get prefix(): number {
    return this.cell32(CELL.PREFIX);
  }
  set prefix(value: number) {
    this.setCell32(CELL.PREFIX, value);
    this.contextChanged();
  }
  get cc(): number {
    return this.cell32(CELL.CC);
  }
  set cc(value: number) {
    this.setCell32(CELL.CC, value);
  }
  get programMask(): number {
    return this.cell32(CELL.PM);
  }
  set programMask(value: number) {
    this.setCell32(CELL.PM, value);
  }
  /** Floating-point register n. */
  fpr(n: number): bigint {
    return this.vr[2 * n]!;
  }
  setFpr(n: number, value: bigint): void {
    this.vr[2 * n] = value;
  }

  /** Bits 0-31 of the PSW, without condition code and program mask. */
  get pswHigh(): number {
    return this.cell32(CELL.PSW_MASK + 4);
  }
  get problemState(): boolean {
    return (this.pswHigh & PSW.PROBLEM) !== 0;
  }
  get datOn(): boolean {
    return (this.pswHigh & PSW.DAT) !== 0;
  }
  /** Address-space control, {@link SPACE}. */
  get space(): number {
    return (this.pswHigh & PSW.SPACE) >>> 14;
  }
  /** PSW key, 0-15. */
  get key(): number {
    return (this.pswHigh & PSW.KEY) >>> 20;
  }
  /** Mask of 24, 31 or 64 one bits. */
  get addressMask(): bigint {
    return this.cell64(CELL.ADDRESS_MASK);
  }

  // ---- PSW -----------------------------------------------------------------------------------------------------------

  /** PSW bits 0-63 as a program would store them. */
  get pswMask(): bigint {
    return this.cell64(CELL.PSW_MASK) | (BigInt(this.cc) << 44n) | (BigInt(this.programMask) << 40n);
  }

  /** The PSW while the CPU is between instructions. */
  get psw(): Psw {
    return { mask: this.pswMask, address: this.cell64(CELL.PSW_IA) };
  }

  /** Loads a PSW; validity is the caller's business. */
  setPsw({ mask, address }: Psw): void {
    this.setPswMask(mask);
    this.setCell64(CELL.PSW_IA, address);
    this.#jumped = true;
  }

  /** Replaces PSW bits 0-63. Takes effect with the next instruction. */
  setPswMask(mask: bigint): void {
    this.setCell64(CELL.PSW_MASK, mask & ~CC_AND_PROGRAM_MASK);
    this.cc = Number((mask >> 44n) & 3n);
    this.programMask = Number((mask >> 40n) & 15n);
    this.setCell64(CELL.ADDRESS_MASK, addressMask(mask));
    this.contextChanged();
  }

  /**
   * Loads a PSW that a program supplied; if it is invalid, an early specification exception with this ILC follows before the next instruction.
   * @param ilc 0 when the whole PSW was replaced, else the length of the instruction that changed it
   */
  loadPsw(psw: Psw, ilc = 0, afterProgramInterruption = false): void {
    this.setPsw(psw);
    const early = EARLY_PENDING | ilc | (afterProgramInterruption ? EARLY_AFTER_PROGRAM : 0);
    this.setCell32(CELL.EARLY, isInvalid(psw) ? early : 0);
  }

  #jumped = false;

  /** Continues at an address instead of the next instruction. */
  branchTo(address: bigint): void {
    this.setCell64(CELL.PSW_IA, address & this.addressMask);
    this.#jumped = true;
  }

  /** Makes generated code return at the next boundary, because something that it does not look at has changed. */
  leaveGeneratedCode(): void {
    this.setCell32(CELL.EXIT, 1);
  }

  #turnEnds = false;

  /** Makes {@link execute} return at the next boundary as if its budget were spent. */
  endTurn(): void {
    this.#turnEnds = true;
    this.leaveGeneratedCode();
  }

  /** Whether somebody has called {@link endTurn} since this was last asked. */
  takeEndOfTurn(): boolean {
    const ends = this.#turnEnds;
    this.#turnEnds = false;
    return ends;
  }

  /** Address of the instruction being executed (of the EXECUTE, while its target executes). */
  get instructionAddress(): bigint {
    const offset = BigInt(this.cell32(CELL.CURRENT) >>> 0);
    return (offset + this.cell64(CELL.WINDOW_DELTA)) & this.addressMask;
  }

  /** Length in bytes of the instruction being executed, as the ILC has it. */
  get instructionLength(): 2 | 4 | 6 {
    const execute = this.cell32(CELL.EXECUTE);
    if (execute !== 0) return execute as 4 | 6;
    return lengthOf(this.configuration.storage.bytes[this.cell32(CELL.CURRENT) >>> 0]!);
  }

  get nextAddress(): bigint {
    return (this.instructionAddress + BigInt(this.instructionLength)) & this.addressMask;
  }

  /** Instructions executed so far, the current one not counted. */
  get instructions(): number {
    const inRun = this.granted - this.cell32(CELL.BUDGET);
    return this.executed + inRun - (inRun > 0 && !this.fetching ? 1 : 0);
  }

  /** Instructions executed in finished runs of generated code. */
  get executed(): number {
    return Number(this.cell64(CELL.INSTRUCTIONS));
  }

  /** Adds a finished run of generated code to the counts. */
  settle(): void {
    const done = this.granted - this.cell32(CELL.BUDGET);
    this.granted = 0;
    this.setCell32(CELL.BUDGET, 0);
    this.uncount(-done);
  }

  /** Takes back instructions that will be executed again as if they had never begun. */
  uncount(instructions: number): void {
    this.setCell64(CELL.INSTRUCTIONS, this.cell64(CELL.INSTRUCTIONS) - BigInt(instructions));
    this.configuration.elapsed -= instructions;
  }

  // ---- exceptions ----------------------------------------------------------------------------------------------------

  /** Ends the instruction with a program interruption of the current level. */
  programCheck(code: number, detail: ProgramDetail = {}): never {
    throw new ProgramInterruption(this.level, code, detail);
  }
  /** Privileged-operation exception in the problem state. */
  needSupervisor(): void {
    if (this.problemState) this.programCheck(PGM.PRIVILEGED);
  }
  needAligned(address: bigint, bytes: number): void {
    if (address & BigInt(bytes - 1)) this.programCheck(PGM.SPECIFICATION);
  }
  needEven(...registers: number[]): void {
    if (registers.some((r) => r & 1)) this.programCheck(PGM.SPECIFICATION);
  }
  /** Leaves SIE with an instruction interception. */
  interceptInstruction(): never {
    throw new Interception(INTERCEPT.INSTRUCTION);
  }

  // ---- storage operands ----------------------------------------------------------------------------------------------

  /** Offset in linear memory of a logical address, which must not be used beyond its page. Raises access exceptions. */
  translate(address: bigint, access: Access, operand = 0): Offset {
    return noticed(this, access, this.#translate(address, access, operand));
  }

  /** As {@link translate}, for those who tell which bytes they store. */
  readonly #translate = (address: bigint, access: Access, operand = 0): Offset =>
    translate(this, Number((address >> 32n) & 0xffff_ffffn) | 0, Number(address & 0xffff_ffffn) | 0, access, operand);

  /** Loads 1-8 bytes, big-endian, unsigned. */
  load(address: bigint, length: number, operand = 2): bigint {
    const bytes = this.loadBytes(address, length, operand);
    let value = 0n;
    for (const byte of bytes) value = (value << 8n) | BigInt(byte);
    return value;
  }

  /** Stores the low `length` (1-8) bytes of a value; nothing is stored if any byte cannot be. */
  store(address: bigint, length: number, value: bigint, operand = 2): void {
    const bytes = new Uint8Array(length);
    for (let i = length - 1, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
    this.storeBytes(address, bytes, operand);
  }

  /** Loads any number of bytes from consecutive logical addresses, which wrap in the addressing mode. */
  loadBytes(address: bigint, length: number, operand = 2): Uint8Array {
    const out = new Uint8Array(length);
    let done = 0;
    for (const { offset, count } of this.#pieces(address, length, ACCESS.LOAD, operand)) {
      out.set(this.configuration.storage.bytes.subarray(offset, offset + count), done);
      done += count;
    }
    return out;
  }

  /** Stores bytes at consecutive logical addresses; all pages are checked before the first byte is stored. */
  storeBytes(address: bigint, bytes: Uint8Array, operand = 2): void {
    let done = 0;
    for (const { offset, count } of this.#pieces(address, bytes.length, ACCESS.STORE, operand)) {
      this.configuration.code.stored(offset, count);
      this.configuration.storage.bytes.set(bytes.subarray(done, done + count), offset);
      done += count;
    }
  }

  /** Raises the access exceptions that storing there would raise. */
  probeStore(address: bigint, length: number, operand = 2): void {
    for (const { offset, count } of this.#pieces(address, length, ACCESS.STORE, operand)) this.configuration.code.stored(offset, count);
  }

  #pieces(address: bigint, length: number, access: Access, operand: number): { offset: Offset; count: number }[] {
    const mask = this.addressMask;
    const pieces: { offset: Offset; count: number }[] = [];
    for (let at = address & mask, left = length; left > 0; ) {
      const count = Math.min(left, 4096 - Number(at & 0xfffn));
      pieces.push({ offset: this.#translate(at, access, operand), count });
      at = (at + BigInt(count)) & mask;
      left -= count;
    }
    return pieces;
  }

  // ---- TLB contexts --------------------------------------------------------------------------------------------------

  /** Something that decides what a logical address means has changed: PSW, control registers, prefix, level. */
  contextChanged(): void {
    this.#stale = true;
    this.leaveGeneratedCode();
  }

  /** Brings the context cells up to date. To be called before generated code runs. */
  refreshContexts(): void {
    const { tlb } = this.configuration;
    while (this.#stale || this.#generation !== tlb.generation) {
      this.#generation = tlb.generation;
      this.#stale = false;
      const fetchSpace = this.space === SPACE.HOME ? SPACE.HOME : SPACE.PRIMARY;
      const operands = this.datOn && this.space === SPACE.ACCESS_REGISTER ? NEVER_HIT : this.#context(this.space);
      this.setCell64(CELL.CONTEXT, BigInt(operands));
      this.setCell64(CELL.CONTEXT_FETCH, BigInt(this.#context(fetchSpace)));
    }
  }

  /** Whether generated code must return so that {@link refreshContexts} can run. */
  get contextsStale(): boolean {
    return this.#stale || this.#generation !== this.configuration.tlb.generation;
  }

  /** The contexts that this CPU was in last: it mostly goes to and fro between a few. */
  readonly #recent: Context[] = [];

  #context(space: number): number {
    const { tlb } = this.configuration;
    const mapping = this.guests[this.level]?.id ?? 0;
    const asce = this.datOn ? this.asce(space) : -1n;
    const cr0 = this.controlRegister0(this.level) & CR0_OF_CONTEXT;
    const { prefix, key } = this;
    const generation = tlb.generation;
    for (const known of this.#recent) {
      const same = known.generation === generation && known.mapping === mapping && known.asce === asce;
      if (same && known.cr0 === cr0 && known.prefix === prefix && known.key === key) return known.number;
    }
    const number = tlb.context(`${mapping} ${prefix} ${asce} ${key} ${cr0}`);
    this.#recent.unshift({ generation, mapping, asce, cr0, prefix, key, number });
    if (this.#recent.length > RECENT_CONTEXTS) this.#recent.pop();
    return number;
  }

  /** Low word of control register 0 of any level in progress. */
  controlRegister0(level: number): number {
    return level === this.level ? this.#words[CELL.CR >> 2]! : Number(controlRegister(this, level, 0) & 0xffff_ffffn) | 0;
  }

  /** Number of the access register that belongs to an operand of the instruction being executed. */
  baseRegister(operand: number): number {
    const execute = this.cell32(CELL.EXECUTE) !== 0;
    const offset = execute ? this.base + CELL.EXECUTE_BYTES : this.cell32(CELL.CURRENT) >>> 0;
    const row = this.configuration.decode(offset);
    return row ? this.instruction.at(row, offset).baseOf(operand) : 0;
  }

  /** The address-space-control element of a space. */
  asce(space: number): bigint {
    return space === SPACE.HOME ? this.cr[13]! : space === SPACE.SECONDARY ? this.cr[7]! : this.cr[1]!;
  }

  // ---- called by generated code --------------------------------------------------------------------------------------

  /** Runs a plain instruction; returns where generated code goes on: an offset, or 0 when it must look at PSW_IA. */
  perform(execute: () => void, ip: number, length: number): number {
    this.#jumped = false;
    execute();
    if (!this.#jumped) {
      if (this.cell32(CELL.EXIT) === 0 && !this.contextsStale) return ip + length;
      this.setCell64(CELL.PSW_IA, this.nextAddress);
    }
    if (this.contextsStale) this.leaveGeneratedCode();
    return 0;
  }
}
