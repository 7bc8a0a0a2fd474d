import type { Events } from '../../../src/cpu/events.ts';
import { leaveNestedGuests } from '../../../src/cpu/execution.ts';
import { FACILITIES } from '../../../src/cpu/facilities.ts';
import { INTERCEPT, LOWCORE } from '../../../src/cpu/interruption.ts';
import { PROFILES } from '../../../src/cpu/profile.ts';
import { ROWS } from '../../../src/cpu/rows/index.ts';
import { leaveSie } from '../../../src/cpu/sie.ts';
import { CPUFLAGS, ECA, ECB2, SD } from '../../../src/cpu/state-description.ts';
import { Machine } from '../../../src/host/machine.ts';
import { PAGE } from '../../differential/qemu/layout.ts';
import { DRIVER, HOST, PAGES, PREFIX, STORAGE } from './layout.ts';
import { BY_TEST, FirstLevelPages, type GuestPages, SecondLevelPages } from './pages.ts';
import { getRegisters, REGISTER, type Registers, setRegisters } from './registers.ts';

/** Everything that a case starts with. */
export interface Image {
  readonly registers: Registers;
  /** Content and storage key of each of {@link PAGES}, in their order. */
  readonly contents: readonly Uint8Array[];
  readonly keys: readonly number[];
}

export const contentOf = ({ contents }: Image, page: number): Uint8Array => contents[PAGES.indexOf(page)]!;
export const keyOf = ({ keys }: Image, page: number): number => keys[PAGES.indexOf(page)]!;

export type Interruption = Events['interruption'];

/** How a run ended. */
export interface End {
  readonly interruptions: readonly Interruption[];
  /** The code with which SIE was left, or undefined where the guest has not been left. Level 1 is never left: its host performs what it must. */
  readonly interception: number | undefined;
  /** The machine's host has performed the instruction. */
  readonly performed: boolean;
  /** Pages of the machine's guest that the host brought in, in order. */
  readonly pagedIn: readonly number[];
}

/** Thrown when the machine has ended, so that it is of no more use. */
export class StageEnded extends Error {}

/** An instant of the machine's time at which every run begins. */
const START = 1000;
const MIB = 0x10_0000;
const facilities = new Set([...FACILITIES, ...ROWS.flatMap(({ facility }) => facility ?? [])]);

/** The registers that a program in 64-bit mode and the supervisor state starts with, at an address; the timers far from calling. */
export const plainRegisters = (address: number): Registers => {
  const registers = new BigUint64Array(REGISTER.COUNT);
  registers[REGISTER.PSW_MASK] = 0x1_8000_0000n;
  registers[REGISTER.PSW_ADDRESS] = BigInt(address);
  registers[REGISTER.CR] = 0xe0n;
  registers[REGISTER.CR + 14] = 0xc200_0000n;
  registers[REGISTER.PREFIX] = BigInt(PREFIX);
  registers[REGISTER.CLOCK_COMPARATOR] = 0xffff_ffff_ffff_ffffn;
  registers[REGISTER.CPU_TIMER] = 0x7fff_ffff_ffff_ffffn;
  return registers;
};

/**
 * A machine on which many cases are executed, one after the other, by a guest at level 1 or by a guest's guest at level 2. What the
 * program at level 1 would do for its guest is done here: its tables, and what it answers when SIE is left.
 */
export class Stage {
  readonly machine: Machine;
  readonly level: 1 | 2;
  readonly pages: GuestPages;
  readonly #first: FirstLevelPages;
  readonly #interruptions: Interruption[] = [];
  readonly #pagedIn: number[] = [];
  /** Pages that nobody meant to be touched; an instruction of zeros may touch any. */
  readonly #stray = new Set<number>();

  constructor(profile: 'zvm' | 'zvm-lenient', level: 1 | 2) {
    this.level = level;
    this.machine = new Machine({ storage: STORAGE.machine, frames: 2048, profile: PROFILES[profile], facilities });
    this.#first = new FirstLevelPages(this.machine);
    this.pages = level === 1 ? this.#first : new SecondLevelPages(this.machine, this.#first);
    if (level === 2) this.#makeHost();
    const { events } = this.machine.configuration;
    events.on('interruption', (event) => this.#interruptions.push(event));
    events.on('host', ({ action, page, reason }) => {
      if ((action !== 'page-in' && action !== 'zero-fill') || reason === BY_TEST) return;
      this.#pagedIn.push(page);
      if (level === 1 && !PAGES.includes(page)) this.#stray.add(page);
    });
  }

  get #cpu() {
    return this.machine.vcpus[0]!.cpu;
  }

  /** Offset in linear memory of the guest's state description. */
  get #block(): number {
    return this.level === 1 ? this.machine.block(this.machine.vcpus[0]!) : this.#first.place(HOST.block);
  }

  get registers(): Registers {
    return getRegisters(this.#cpu, this.#block);
  }

  /** Sets every page and register; what the last case has left is gone. */
  restore({ contents, keys, registers }: Image): void {
    for (const page of this.#stray) this.machine.pager.forget(page, BY_TEST);
    this.#stray.clear();
    for (const [n, page] of PAGES.entries()) this.pages.restore(page, contents[n]!, keys[n]!);
    this.pages.restore(DRIVER, driver, 0);
    this.machine.configuration.tlb.purge();
    this.setRegisters(registers);
  }

  setRegisters(registers: Registers): void {
    if (this.level === 2) setRegisters(this.#cpu, this.machine.block(this.machine.vcpus[0]!), hostRegisters);
    setRegisters(this.#cpu, this.#block, registers);
  }

  /** Executes one instruction of the guest. */
  run(): End {
    const { machine } = this;
    // At level 2 there is SIE before it.
    this.#execute(this.level);
    const performed = machine.interceptions.has(INTERCEPT.INSTRUCTION);
    return { interruptions: [...this.#interruptions], interception: this.#interception(), performed, pagedIn: [...this.#pagedIn] };
  }

  /** Executes instructions and leaves every guest, so that its registers are where they can be set. */
  #execute(instructions: number): void {
    const { machine } = this;
    const cpu = this.#cpu;
    this.#interruptions.length = 0;
    this.#pagedIn.length = 0;
    machine.configuration.elapsed = START;
    machine.interceptions.clear();
    machine.vcpus[0]!.pending.splice(0);
    machine.floating.splice(0);
    const { verdict, reason } = machine.run(START + instructions);
    if (verdict !== 'limit') throw new StageEnded(reason);
    leaveNestedGuests(cpu);
    if (cpu.level === 1) leaveSie(cpu, INTERCEPT.NONE);
    // The next run is not the rest of this one.
    const progress = machine.capture();
    machine.reinstate({ ...progress, turns: { ...progress.turns, unfinished: null } });
  }

  #interception(): number | undefined {
    if (this.level === 1) return undefined;
    const { bytes, view } = this.machine.configuration.storage;
    const address = view.getBigUint64(this.machine.block(this.machine.vcpus[0]!) + SD.PSW + 8);
    return address === BigInt(HOST.sie) ? undefined : bytes[this.#block + SD.ICPTCODE];
  }

  /** A field of the state description of the guest at level 2, where interruption parameters are after an interception. */
  parameter(field: number): number {
    return this.machine.configuration.storage.view.getUint16(this.#block + SD.LOWCORE + field);
  }

  /** Why SIE has refused the guest at level 2. */
  get validityReason(): number {
    return this.machine.configuration.storage.view.getUint16(this.#block + SD.IPB);
  }

  /** The guest declares a page volatile or unused, and its host throws it away. */
  lose(page: number, usage: 'V' | 'U'): void {
    this.essa(page, usage === 'V' ? 3 : 2);
    if (!this.pages.discard(page)) throw new Error(`page 0x${page.toString(16)} cannot be discarded`);
    const state = this.pages.state(page);
    if (state !== `${usage}z`) throw new Error(`page 0x${page.toString(16)} is ${state}, expected ${usage}z`);
  }

  /** The guest executes ESSA. */
  essa(page: number, request: number): void {
    this.setRegisters(essaRegisters(page, request));
    const { interruptions, interception } = this.run();
    // The instruction under test may look at keys.
    this.pages.restore(DRIVER, driver, 0);
    if (interruptions.length === 0 && interception === undefined) return;
    const codes = interruptions.map(({ code }) => code.toString(16));
    throw new Error(`ESSA ${request} of page 0x${page.toString(16)}: interruptions ${codes}, interception ${interception}`);
  }

  /** The machine's host pages out what the program at level 1 has to run its guest. Its own prefix area stays, as does the state description. */
  removeHostPages(): void {
    if (this.level === 2) for (const page of [HOST.sie, HOST.segments, ...HOST.pageTables]) this.#first.remove(page, true);
  }

  /**
   * The program at level 1 declares one of its pages volatile, and its host throws it away; then the guest's registers are set.
   * @returns what the page held
   */
  loseOfHost(page: number, registers: Registers): Uint8Array {
    const content = this.#first.content(page).slice();
    this.#essaOfHost(page, 3);
    this.setRegisters(registers);
    if (!this.#first.discard(page)) throw new Error(`page 0x${page.toString(16)} of level 1 cannot be discarded`);
    return content;
  }

  /** The program at level 1 makes the page stable and gives it its content again. */
  repairHost(page: number, content: Uint8Array): void {
    this.#essaOfHost(page, 1);
    const inner = this.pages.inner(page);
    const key = inner === undefined ? 0 : this.pages.key(inner);
    this.#first.restore(page, content, key);
    this.machine.configuration.tlb.purge();
  }

  #essaOfHost(page: number, request: number): void {
    const { machine } = this;
    setRegisters(this.#cpu, machine.block(machine.vcpus[0]!), essaRegisters(page, request));
    this.#execute(1);
    if (this.#interruptions.length > 0) throw new Error(`ESSA ${request} of page 0x${page.toString(16)} of level 1 failed`);
  }

  /** The state description, the tables and the code with which the program at level 1 runs its guest. */
  #makeHost(): void {
    const block = new Uint8Array(SD.SIZE);
    const view = new DataView(block.buffer);
    view.setUint32(SD.FLAGS, CPUFLAGS.ZARCH);
    view.setUint32(SD.ECA, ECA.PROTECTION | ECA.MVPGI | ECA.VX);
    view.setUint8(SD.ECB2, ECB2.CMMA | ECB2.PFMFI);
    view.setBigUint64(SD.MSO, BigInt(HOST.origin));
    view.setBigUint64(SD.MSL, BigInt(HOST.origin + STORAGE.nested - MIB));
    view.setBigUint64(SD.CBRLO, BigInt(HOST.list));
    this.#first.load(HOST.block, block);
    this.#first.load(HOST.list, new Uint8Array(PAGE));
    // SIE, and a branch to itself behind it.
    this.#first.load(HOST.sie, Uint8Array.of(0xb2, 0x14, 0xe0, 0, 0xa7, 0xf4, 0, 0));
    const lowcore = new Uint8Array(PAGE);
    new DataView(lowcore.buffer).setBigUint64(LOWCORE.NEW_PSW.program, 0x1_8000_0000n);
    new DataView(lowcore.buffer).setBigUint64(LOWCORE.NEW_PSW.program + 8, BigInt(HOST.handler));
    this.#first.load(HOST.handler, Uint8Array.of(0xa7, 0xf4, 0, 0));
    this.#first.load(DRIVER, driver);
    this.#first.load(PREFIX, lowcore);
    const segments = new Uint8Array(PAGE);
    const entries = new DataView(segments.buffer);
    for (let at = 0; at < PAGE; at += 8) entries.setBigUint64(at, 0x20n);
    for (const [n, table] of HOST.pageTables.entries()) entries.setBigUint64(8 * ((HOST.origin >>> 20) + n), BigInt(table));
    this.#first.load(HOST.segments, segments);
  }
}

/** What the driver's ESSA needs. */
const essaRegisters = (page: number, request: number): Registers => {
  const registers = plainRegisters(DRIVER + 4 * request);
  registers[REGISTER.GR + 2] = BigInt(page);
  return registers;
};

const driver = new Uint8Array(PAGE);
for (let request = 0; request < 8; request++) driver.set([0xb9, 0xab, request << 4, 0x12], 4 * request);

const hostRegisters = plainRegisters(HOST.sie);
hostRegisters[REGISTER.GR + 14] = BigInt(HOST.block);
hostRegisters[REGISTER.CR + 1] = BigInt(HOST.segments);
