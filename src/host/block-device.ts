import { PGM } from '../cpu/interruption.ts';
import { FRAME_SIZE } from '../cpu/storage.ts';
import type { Agent } from './agents.ts';
import { AbsoluteStorage, ChannelCheck } from './channel/absolute-storage.ts';
import type { Saved } from './channel/saved.ts';
import type { Performer } from './intercepted.ts';
import type { Machine } from './machine.ts';
import { fromPlain, toPlain } from './plain.ts';
import { EXTERNAL } from './virtual-cpu.ts';

/** DIAGNOSE code of the guest kernel's block devices: of those that z/VM leaves to installations (X'100' to X'1FC'), and KVM does not use it. */
const BLOCK_IO = 0x164;

/** What a unit's blocks of 4096 bytes contain before they are written. */
type InitialContent = (block: number) => Uint8Array;

/** A medium: what was written, by block, over what was there. */
export interface Unit {
  readonly blocks: number;
  readonly initial: InitialContent;
  readonly written: Map<number, Uint8Array>;
  /** Instructions that a transfer takes. */
  readonly delay: number;
}

interface Request {
  readonly unit: number;
  readonly block: number;
  readonly write: boolean;
  /** Guest absolute address of a page. */
  readonly address: number;
  readonly token: number;
  /** Number of the CPU that hears of the end. */
  readonly cpu: number;
  /** Elapsed time of the configuration when the data moves. */
  readonly due: number;
}

/** What a device has to do and has done, as plain data. */
export interface BlockDeviceState {
  /** In the order in which they end. */
  queue: Request[];
  /** Ended, and not yet asked for by the guest. */
  finished: { token: number; status: number }[];
  blocksRead: number;
  blocksWritten: number;
}

const FUNCTION = { SUBMIT: 1, FINISHED: 2 } as const;
/** The page could not be accessed when the data was to move: discarded, or unused. */
const STATUS_INACCESSIBLE = 1;
const MOST_REQUESTS = 256;

/**
 * The guest kernel's block devices (src/guest/kernel/block.c). One transfer after the other takes its time; the data moves at the end of
 * it, and the guest is told by external interruption 0x2603, after which it asks for everything that has ended.
 */
export class BlockDevice implements Agent {
  readonly wakes = true;
  state: BlockDeviceState = { queue: [], finished: [], blocksRead: 0, blocksWritten: 0 };
  readonly #machine: Machine;
  readonly #storage: AbsoluteStorage;
  readonly #units: readonly Unit[];

  constructor(machine: Machine, units: readonly Unit[]) {
    this.#machine = machine;
    this.#storage = new AbsoluteStorage(machine);
    this.#units = units;
    machine.agents.add(this);
    machine.agents.diagnoses.set(BLOCK_IO, this.diagnose);
  }

  get due(): number {
    return this.state.queue[0]?.due ?? Number.POSITIVE_INFINITY;
  }

  act(): void {
    const request = this.state.queue.shift()!;
    this.state.finished.push({ token: request.token, status: this.#transfer(request) });
    this.#machine.interruptExternally(this.#machine.vcpus[request.cpu]!, EXTERNAL.BLOCK_IO.code);
  }

  save(): Saved {
    return toPlain({ state: this.state, written: this.#units.map(({ written }) => written) });
  }

  restore(saved: Saved): void {
    const { state, written } = fromPlain(saved) as { state: BlockDeviceState; written: Map<number, Uint8Array>[] };
    this.state = state;
    for (const [n, unit] of this.#units.entries()) {
      unit.written.clear();
      for (const [block, bytes] of written[n]!) unit.written.set(block, bytes);
    }
  }

  /** DIAGNOSE X'164'; its registers are described in block.c. */
  readonly diagnose: Performer = (_, vcpu, i) => {
    const { cpu } = vcpu;
    const word = cpu.gr[i.r1]!;
    if (i.r1 & 1 || i.r3 & 1) cpu.programCheck(PGM.SPECIFICATION);
    switch (Number(word >> 32n)) {
      case FUNCTION.SUBMIT:
        cpu.cc = this.#submit({
          unit: Number((word >> 8n) & 0xffn),
          write: (word & 1n) !== 0n,
          block: Number(cpu.gr[i.r1 + 1]!),
          address: Number(cpu.gr[i.r3]!),
          token: Number(cpu.gr[i.r3 + 1]!),
          cpu: vcpu.index,
        });
        return;
      case FUNCTION.FINISHED: {
        const ended = this.state.finished.shift();
        cpu.cc = ended ? 0 : 1;
        if (!ended) return;
        cpu.gr[i.r1] = BigInt(ended.status);
        cpu.gr[i.r1 + 1] = BigInt(ended.token);
        return;
      }
      default:
        cpu.programCheck(PGM.SPECIFICATION);
    }
  };

  /** @returns the condition code: 0 queued, 1 busy, 3 there is no such block, or no such page */
  #submit(request: Omit<Request, 'due'>): number {
    const { queue } = this.state;
    const unit = this.#units[request.unit];
    if (!unit || request.block >= unit.blocks) return 3;
    if (request.address % FRAME_SIZE !== 0 || request.address >= this.#machine.options.storage) return 3;
    if (queue.length >= MOST_REQUESTS) return 1;
    const begin = Math.max(this.#machine.configuration.elapsed, queue.at(-1)?.due ?? 0);
    queue.push({ ...request, due: begin + unit.delay });
    return 0;
  }

  #transfer({ unit, block, write, address }: Request): number {
    const { written, initial } = this.#units[unit]!;
    try {
      if (write) {
        written.set(block, this.#storage.read(address, FRAME_SIZE));
        this.state.blocksWritten++;
      } else {
        this.#storage.write(address, written.get(block) ?? initial(block));
        this.state.blocksRead++;
      }
      return 0;
    } catch (error) {
      if (!(error instanceof ChannelCheck)) throw error;
      return STATUS_INACCESSIBLE;
    }
  }
}
