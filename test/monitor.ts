import { fileURLToPath } from 'node:url';
import { loadProgram } from '../src/cli/load.ts';
import type { Events } from '../src/cpu/events.ts';
import { INTERCEPT } from '../src/cpu/interruption.ts';
import { Machine, type MachineOptions } from '../src/host/machine.ts';
import { captureMachine, optionsOf, reinstateMachine } from '../src/host/snapshot.ts';
import type { VirtualCpu } from '../src/host/virtual-cpu.ts';

/** A machine whose guest, monitor.s, executes one instruction at a time, as the test says. */

const PROGRAM = loadProgram(fileURLToPath(new URL('monitor.s', import.meta.url)));

/** The second megabyte of virtual storage is the first of absolute storage again: an access with DAT on has an address of its own. */
const ALIAS = 0x10_0000;
export const virtualAddress = (absolute: number): number => ALIAS + absolute;

const ESSA_OPCODE = 0xb9ab;
const PREFIX_DISTANCE = 0x2000;
const NEW_PSW = 0x1d0;
const SD_PREFIX = 0x004;
const SD_PSW = 0x090;
const SUPERVISOR_64 = 0x0000_0001_8000_0000n;
/** More instructions than a routine of monitor.s takes. */
const BUDGET = 18;
const PATIENCE = 100;

/** What the registers say after an instruction. */
export interface Answer {
  readonly result: bigint;
  /** Program-interruption code, or 0. */
  readonly interruption: number;
  /** What the lowcore has at 0xA8. */
  readonly failingAddress: number;
  /** Instruction address of the program-old PSW. */
  readonly oldAddress: number;
}

/** A move of the host in the course of an instruction, and whether the instruction was over by then. */
export interface Move {
  readonly action: Events['host']['action'];
  readonly page: number;
  readonly after: boolean;
}

export class Monitor {
  #machine: Machine;
  /** Interceptions of ESSA. */
  interceptedEssa = 0;
  #moves: Move[] = [];
  #running = 0;
  /** Address behind the instruction that is being performed. */
  #end = 0n;

  /** The guest's storage is one megabyte unless the options say otherwise. */
  constructor(options: Partial<MachineOptions> = {}) {
    this.#machine = new Machine({ storage: 0x10_0000, ...options });
    for (const { address, bytes } of PROGRAM.segments) this.machine.storage.load(address, bytes);
    for (const vcpu of this.machine.vcpus) this.#boot(vcpu);
    this.#watch();
  }

  get machine(): Machine {
    return this.#machine;
  }

  /** Goes on with a new machine from a snapshot of this one. */
  goOnElsewhere(): void {
    const snapshot = captureMachine(this.#machine);
    this.#machine = new Machine(optionsOf(snapshot.state));
    reinstateMachine(this.#machine, snapshot);
    this.#watch();
  }

  /**
   * Has a CPU execute one routine of monitor.s.
   * @param address for an access with DAT on, virtual: see {@link virtualAddress}
   */
  perform(cpu: number, routine: string, address: number, { operand = 0n, dat = false }: { operand?: bigint; dat?: boolean } = {}): Answer {
    const { gr } = this.machine.vcpus[cpu]!.cpu;
    this.#select(cpu);
    gr[0] = dat ? 1n : 0n;
    gr[1] = routineAddress(routine);
    gr[2] = BigInt(address);
    gr[3] = operand;
    gr[4] = 0n;
    gr[5] = 0n;
    gr[11] = 0n;
    this.#end = routineAddress(`${routine}_end`);
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
    const { view } = machine.configuration.storage;
    const address = machine.isEntered(vcpu) ? vcpu.cpu.psw.address : view.getBigUint64(machine.block(vcpu) + SD_PSW + 8);
    return vcpu.cpu.gr[11] !== 0n || address === this.#end;
  }

  #boot(vcpu: VirtualCpu): void {
    const { machine } = this;
    const { view } = machine.configuration.storage;
    const prefix = vcpu.address * PREFIX_DISTANCE;
    const psw = new DataView(new ArrayBuffer(16));
    psw.setBigUint64(0, SUPERVISOR_64);
    psw.setBigUint64(8, routineAddress('handler'));
    machine.storage.write(prefix + NEW_PSW, new Uint8Array(psw.buffer));
    view.setUint32(machine.block(vcpu) + SD_PREFIX, prefix);
    view.setBigUint64(machine.block(vcpu) + SD_PSW, SUPERVISOR_64);
    view.setBigUint64(machine.block(vcpu) + SD_PSW + 8, PROGRAM.entry);
    this.#select(vcpu.address);
    machine.run(machine.instructions + BUDGET);
  }

  #watch(): void {
    const { events } = this.#machine.configuration;
    events.on('host', ({ action, page }) => this.#moves.push({ action, page, after: this.#isOver }));
    events.on('interception', ({ code, ipa }) => {
      if (code === INTERCEPT.INSTRUCTION && ipa === ESSA_OPCODE) this.interceptedEssa++;
    });
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

/** Where a routine of monitor.s begins, which is its one instruction. */
export const routineAddress = (name: string): bigint => {
  const address = PROGRAM.symbols.get(name);
  if (address === undefined) throw new Error(`monitor.s has no ${name}`);
  return address;
};
