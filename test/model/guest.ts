import { fileURLToPath } from 'node:url';
import { loadProgram } from '../../src/cli/load.ts';
import type { Events } from '../../src/cpu/events.ts';
import { FACILITIES } from '../../src/cpu/facilities.ts';
import { PROFILES } from '../../src/cpu/profile.ts';
import { Machine } from '../../src/host/machine.ts';
import { BLOCKS, type Setting } from './operations.ts';

/** The guest under test: a real machine with monitor.s, which executes one instruction at a time. */

const PROGRAM = loadProgram(fileURLToPath(new URL('monitor.s', import.meta.url)));
const ESSA_NODAT = 147;

/** The blocks lie in the first megabyte; what the second maps is the same, for accesses with DAT on. */
const FIRST_BLOCK = 0x4_0000;
const ALIAS = 0x10_0000;
export const virtualAddress = (address: number): number => ALIAS + address;
export const blockAddress = (block: number): number => FIRST_BLOCK + 4096 * block;
/** The words of a block are here: both ends, and in between. */
const WORD_OFFSETS = [0, 8, 0x7f8, 0xff8];
export const wordOffset = (word: number): number => WORD_OFFSETS[word]!;

const PREFIX_DISTANCE = 0x2000;
const NEW_PSW = 0x1d0;
const SD_PREFIX = 0x004;
const SD_PSW = 0x090;
const SUPERVISOR_64 = 0x0000_0001_8000_0000n;
/** More instructions than an operation takes. */
const BUDGET = 24;
const PATIENCE = 100;

/** What the registers say after an operation. */
export interface Answer {
  readonly result: bigint;
  /** Program-interruption code, or 0. */
  readonly interruption: number;
  readonly failingAddress: number;
  readonly oldAddress: number;
}

/** A move of the host in the course of an operation, and whether the instruction was over by then. */
export interface Move {
  readonly action: Events['host']['action'];
  readonly page: number;
  readonly after: boolean;
}

export class Guest {
  readonly machine: Machine;
  /** Moves of the host since {@link Guest.takeMoves}. */
  #moves: Move[] = [];
  #running = 0;
  /** Address behind the instruction that is being performed. */
  #end = 0n;

  constructor(setting: Setting) {
    this.machine = new Machine({
      storage: 0x10_0000,
      cpus: setting.cpus,
      ...(setting.frames === 'few' && { frames: 8 + 2 * setting.cpus }),
      profile: setting.lenient ? PROFILES['zvm-lenient'] : PROFILES.zvm,
      facilities: new Set([...FACILITIES].filter((bit) => bit !== ESSA_NODAT || setting.facility147)),
      essa: setting.essa,
    });
    for (const { address, bytes } of PROGRAM.segments) this.machine.storage.load(address, bytes);
    for (let cpu = 0; cpu < setting.cpus; cpu++) this.#boot(cpu);
    this.machine.configuration.events.on('host', ({ action, page }) => {
      this.#moves.push({ action, page, after: this.#isOver });
    });
  }

  /**
   * Has a CPU execute one routine of monitor.s.
   * @param address for an access with DAT on, virtual: see {@link virtualAddress}
   */
  perform(cpu: number, routine: string, address: number, { operand = 0n, dat = false }: { operand?: bigint; dat?: boolean }): Answer {
    const { gr } = this.machine.vcpus[cpu]!.cpu;
    this.#select(cpu);
    gr[0] = dat ? 1n : 0n;
    gr[1] = symbol(routine);
    gr[2] = BigInt(address);
    gr[3] = operand;
    gr[4] = 0n;
    gr[5] = 0n;
    gr[11] = 0n;
    this.#end = symbol(`${routine}_end`);
    this.#runUntilIdle(gr);
    return { result: gr[4]!, interruption: Number(gr[5]), failingAddress: Number(gr[6]), oldAddress: Number(gr[7]) };
  }

  /** The host's moves since the last call. */
  takeMoves(): Move[] {
    const moves = this.#moves;
    this.#moves = [];
    return moves;
  }

  /** Whether the running CPU has executed its instruction. */
  get #isOver(): boolean {
    const { machine } = this;
    const vcpu = machine.vcpus[this.#running]!;
    const { cpu } = vcpu;
    const address = machine.isEntered(vcpu)
      ? cpu.psw.address
      : machine.configuration.storage.view.getBigUint64(machine.block(vcpu) + SD_PSW + 8);
    return cpu.gr[11] !== 0n || address === this.#end;
  }

  #boot(cpu: number): void {
    const { machine } = this;
    const vcpu = machine.vcpus[cpu]!;
    const { view } = machine.configuration.storage;
    const prefix = cpu * PREFIX_DISTANCE;
    const psw = new DataView(new ArrayBuffer(16));
    psw.setBigUint64(0, SUPERVISOR_64);
    psw.setBigUint64(8, symbol('handler'));
    machine.storage.write(prefix + NEW_PSW, new Uint8Array(psw.buffer));
    view.setUint32(machine.block(vcpu) + SD_PREFIX, prefix);
    view.setBigUint64(machine.block(vcpu) + SD_PSW, SUPERVISOR_64);
    view.setBigUint64(machine.block(vcpu) + SD_PSW + 8, PROGRAM.entry);
    this.#select(cpu);
    machine.run(machine.instructions + BUDGET);
  }

  /** Only one CPU runs at a time, whatever the machine's scheduler would choose. */
  #select(cpu: number): void {
    this.#running = cpu;
    for (const vcpu of this.machine.vcpus) vcpu.stopped = vcpu.address !== cpu;
  }

  #runUntilIdle(gr: BigUint64Array): void {
    const { machine } = this;
    for (let n = 0; n < PATIENCE; n++) {
      const { verdict, reason } = machine.run(machine.instructions + BUDGET);
      if (verdict !== 'limit') throw new Error(`the machine stopped: ${reason}`);
      if (gr[1] === 0n) return;
    }
    throw new Error('the guest does not come back');
  }
}

/** The address of a routine. */
export const symbol = (name: string): bigint => {
  const address = PROGRAM.symbols.get(name);
  if (address === undefined) throw new Error(`monitor.s has no ${name}`);
  return address;
};

/** Number of the block at an address, if it is one. */
export const blockOf = (address: number): number | undefined => {
  const block = Math.floor((address - FIRST_BLOCK) / 4096);
  return block >= 0 && block < BLOCKS ? block : undefined;
};
