import { Configuration } from '../cpu/configuration.ts';
import { attend, type Exit, execute, injectProgram, leaveNestedGuests, MANY_IN_A_ROW } from '../cpu/execution.ts';
import { FACILITIES } from '../cpu/facilities.ts';
import { INTERCEPT, PGM, ProgramInterruption } from '../cpu/interruption.ts';
import { PROFILES, type Profile } from '../cpu/profile.ts';
import type { Psw } from '../cpu/psw.ts';
import { enterSie, leaveSie } from '../cpu/sie.ts';
import { SD } from '../cpu/state-description.ts';
import { FRAME_SIZE, type HostAbsolute, type Offset } from '../cpu/storage.ts';
import { Agents } from './agents.ts';
import { AbsoluteStorage } from './channel/absolute-storage.ts';
import { ChannelSubsystem } from './channel/channel-subsystem.ts';
import { isListed, unlist } from './discarded-list.ts';
import { endIdle, endInvalid, endLoop, endStatement, endStopped } from './ending.ts';
import { signalService } from './external.ts';
import { Gmap } from './gmap.ts';
import { GuestStorage } from './guest-storage.ts';
import { type Action, HostActions } from './host-actions.ts';
import { type HostLayout, planHostStorage } from './host-storage.ts';
import { initialize } from './initial-state.ts';
import { performIntercepted } from './intercepted.ts';
import { stopCpu } from './operating-state.ts';
import { NoFrameError, Pager } from './pager.ts';
import { MemoryPagingDevice, type PagingDevice, PagingError, PagingStore } from './paging-device.ts';
import { isInterruptible, presentPending } from './present.ts';
import { reflectedInterruption } from './reflect.ts';
import { restartCpu } from './restart.ts';
import type { Scheduler } from './scheduler.ts';
import { inputEvent, newServiceProcessor } from './service-processor.ts';
import { type Turn, Turns, type TurnsState } from './turns.ts';
import { type PendingExternal, subclassOf, VirtualCpu } from './virtual-cpu.ts';
import { endWait, untilHostActs, untilTimerWakes } from './waiting.ts';
import { Watchdog } from './watchdog.ts';

/** Who performs ESSA: the machine, the host at every interception, the machine from the first interception on, or nobody: it is not installed. */
export type EssaBy = 'interpret' | 'intercept' | 'lazy' | 'none';

export interface MachineOptions {
  /** Bytes of guest absolute storage, a multiple of 1 MiB. */
  readonly storage: number;
  readonly cpus?: number;
  /** The CPU addresses, 0 to 255, each once: of the CPU that starts, then of the others. Absent: 0 and up. */
  readonly cpuAddresses?: readonly number[];
  /** CPUs that the configuration could have: the difference is reserved. Absent: as many as it has. */
  readonly maxCpus?: number;
  /** The name of the virtual machine and its UUID, 16 bytes, as STORE SYSTEM INFORMATION shows them. */
  readonly name?: string;
  readonly uuid?: readonly number[];
  /** Host frames for guest pages; absent: as many as the guest has pages. */
  readonly frames?: number;
  readonly profile?: Profile;
  readonly facilities?: ReadonlySet<number>;
  readonly essa?: EssaBy;
  readonly scheduler?: Scheduler;
  readonly pagingDevice?: PagingDevice;
}

/** How a run ended. */
export interface Outcome {
  readonly verdict: 'passed' | 'failed' | 'limit' | 'interrupted';
  readonly reason: string;
}

/** How far a run has come, as JSON for a snapshot; the rest of the machine's state is in fields that everybody sees. */
export interface Progress {
  readonly outcome: Outcome | null;
  readonly idle: number;
  readonly turns: TurnsState;
}

const MIB = 0x10_0000;
const ENTRY_PSW_MASK = 0x0000_0001_8000_0000n;
const DEFAULT_NAME = 'ZHINT';
const NO_UUID: readonly number[] = Array<number>(16).fill(0);
const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/**
 * The TypeScript host with its one guest: storage, virtual CPUs, paging, and the loop that enters SIE and deals with what comes out.
 */
export class Machine {
  readonly configuration: Configuration;
  readonly pager: Pager;
  readonly store: PagingStore;
  readonly gmap: Gmap;
  readonly storage: GuestStorage;
  readonly vcpus: readonly VirtualCpu[];
  readonly channel = new ChannelSubsystem(new AbsoluteStorage(this));
  readonly options: Required<Pick<MachineOptions, 'storage' | 'essa' | 'maxCpus' | 'name' | 'uuid'>>;
  /** What the guest has printed. */
  console = '';
  /** Called with what the guest prints, as it prints it. */
  onPrint: (text: string) => void = () => {};
  /** The guest has said that it reads its console. */
  inputWanted = false;
  /** Called when it does so first: what is typed is for {@link pushInput}. */
  onInputWanted: () => void = () => {};
  readonly sclp = newServiceProcessor();
  /** External interruptions that any CPU may take, in order of arrival. */
  readonly floating: PendingExternal[] = [];
  readonly watchdog = new Watchdog();
  /** The IPL parameter block that the guest has set. */
  iplBlock: Uint8Array | undefined;
  /** What the host does about storage attributes beyond ESSA; see cmma-migration.ts. */
  readonly cmma: {
    /** The guest has executed ESSA, or attributes were set for it; taken for granted where the machine interprets ESSA from the start. */
    used: boolean;
    dirtyLog: boolean;
    migrating: boolean;
  };
  /** What acts at times of its own. */
  readonly agents = new Agents();
  /** Interceptions by code, and instructions that the host performed. */
  readonly interceptions = new Map<number, number>();
  #outcome: Outcome | undefined;
  #interrupted = false;
  /** What idle time has added to the configuration's clock, in instructions. */
  #idle = 0;
  readonly #turns: Turns;
  /** How host storage is divided. */
  readonly layout: HostLayout;
  readonly #actions = new HostActions();

  /** @throws RangeError when sizes make no machine */
  constructor(options: MachineOptions) {
    const { storage: guestSize, profile = PROFILES.zvm, facilities = FACILITIES, essa = 'interpret' } = options;
    const { cpuAddresses = range(options.cpus ?? 1), name = DEFAULT_NAME, uuid = NO_UUID } = options;
    const cpus = cpuAddresses.length;
    if (guestSize < MIB || guestSize % MIB !== 0) throw new RangeError('guest storage is a multiple of 1 MiB');
    this.options = { storage: guestSize, essa, maxCpus: Math.max(cpus, options.maxCpus ?? 0), name, uuid };
    this.cmma = { used: essa === 'interpret', dirtyLog: false, migrating: false };
    this.layout = planHostStorage(guestSize, cpus, options.frames ?? guestSize / FRAME_SIZE);
    this.configuration = new Configuration({ storageSize: this.layout.size, cpus, profile, facilities, essa: essa !== 'none' });
    this.gmap = new Gmap(this.configuration.storage, this.layout, guestSize, profile.untouched);
    this.store = new PagingStore(options.pagingDevice ?? new MemoryPagingDevice());
    this.pager = new Pager(this.configuration, this.gmap, this.store, this.layout);
    if (profile.forgetsZero) this.pager.discarded = { has: (page) => isListed(this, page), remove: (page) => unlist(this, page) };
    this.storage = new GuestStorage(this);
    this.#turns = new Turns(options.scheduler);
    this.vcpus = this.configuration.cpus.map((cpu, n) => {
      cpu.cr[1] = this.gmap.asce;
      return new VirtualCpu(cpu, cpuAddresses[n]!, (this.layout.stateDescriptions + n * FRAME_SIZE) as HostAbsolute, n > 0);
    });
    for (const vcpu of this.vcpus) initialize(this, vcpu, essa === 'interpret');
    this.configuration.supply = (cpu, page) =>
      this.pager.hasFreeFrame ? this.configuration.storage.offset(this.pager.pageIn(page, `access by CPU ${cpu.index}`)) : undefined;
  }

  /** Sets the PSW with which the first CPU starts: 64-bit addressing, supervisor state, DAT off, unless a mask is given. */
  start(address: bigint, mask = ENTRY_PSW_MASK): void {
    this.#setPsw(this.vcpus[0]!, { mask, address });
  }

  /** Makes the host act just before an instruction at this address executes, on any CPU. The returned function takes the action back. */
  before(address: bigint, action: Action): () => void {
    return this.#actions.add(address, action);
  }

  /** The guest prints. */
  print(text: string): void {
    this.console += text;
    this.onPrint(text);
  }

  /** What is typed on the guest's console; the guest reads it when it asks for events. */
  pushInput(typed: string | Uint8Array): void {
    this.sclp.input.push(...(typeof typed === 'string' ? new TextEncoder().encode(typed) : typed));
    if (inputEvent(this.sclp, this.sclp.receiveMask) !== undefined) signalService(this, 0, true);
    this.#endTurn();
  }

  /** The guest says that it reads its console. */
  wantInput(): void {
    if (!this.inputWanted) this.onInputWanted();
    this.inputWanted = true;
  }

  /** A CPU gives the rest of its turn to the CPU with this address, if there is one. */
  yieldTo(address: number): void {
    const to = this.vcpus.find((vcpu) => vcpu.address === address);
    if (to) this.#turns.yieldTo(to.index);
  }

  /** Makes {@link run} return at the next boundary with the verdict "interrupted"; it can go on from there. */
  interrupt(): void {
    this.#interrupted = true;
  }

  /** Ends the program. */
  end(verdict: Outcome['verdict'], reason: string): void {
    this.#outcome ??= { verdict, reason };
  }

  /** Runs until the program ends or `limit` instructions have been executed altogether. */
  run(limit = Number.POSITIVE_INFINITY): Outcome {
    try {
      return this.#run(limit);
    } catch (error) {
      // The guest cannot go on, and that is not zhint's doing.
      if (!(error instanceof PagingError || error instanceof NoFrameError)) throw error;
      this.end('failed', error.message);
      return this.#outcome!;
    }
  }

  #run(limit: number): Outcome {
    while (this.#outcome === undefined) {
      if (this.#interrupted) {
        this.#interrupted = false;
        return { verdict: 'interrupted', reason: 'interrupted' };
      }
      const left = limit - this.instructions;
      if (left <= 0) return { verdict: 'limit', reason: `the limit of ${limit} instructions was reached` };
      const turn = this.#turns.takeUnfinished() ?? this.#nextTurn();
      if (turn) this.#runTurn(turn, left);
    }
    return this.#outcome;
  }

  /** Chooses a CPU and prepares it to run; undefined when none can run now. */
  #nextTurn(): Turn | undefined {
    this.agents.act(this.configuration.elapsed);
    if (this.watchdog.takeExpiry(this.configuration.elapsed)) restartCpu(this, this.vcpus[0]!);
    const runnable = this.vcpus.filter((v) => this.#isRunnable(v)).map((v) => v.index);
    if (runnable.length === 0) {
      if (!this.#passTime()) endIdle(this);
      return undefined;
    }
    const turn = this.#turns.choose(runnable);
    const instructions = Math.min(turn.instructions, untilHostActs(this), this.agents.untilDue(this.configuration.elapsed));
    const vcpu = this.vcpus[turn.cpu]!;
    const { tlb } = this.configuration;
    // Page tables have changed while other CPUs ran: prefix areas must be looked at again, as SIE does when it enters.
    if (this.isEntered(vcpu) && vcpu.purges !== tlb.purges) {
      leaveNestedGuests(vcpu.cpu);
      leaveSie(vcpu.cpu, INTERCEPT.NONE);
    }
    if (!this.isEntered(vcpu) && !this.#enter(vcpu)) return undefined;
    vcpu.purges = tlb.purges;
    return { cpu: turn.cpu, instructions: presentPending(this, vcpu) ? 1 : instructions };
  }

  /** What comes from outside between two runs is attended to at once: a turn that was cut short does not go on. */
  #endTurn(): void {
    const turn = this.#turns.takeUnfinished();
    if (turn && this.vcpus.length > 1) leaveNestedGuests(this.vcpus[turn.cpu]!.cpu);
  }

  /** Instructions executed by all CPUs. */
  get instructions(): number {
    return this.configuration.elapsed - this.#idle;
  }

  /** See snapshot.ts, which captures the whole machine. */
  capture(): Progress {
    return { outcome: this.#outcome ?? null, idle: this.#idle, turns: this.#turns.capture() };
  }

  reinstate({ outcome, idle, turns }: Progress): void {
    this.#outcome = outcome ?? undefined;
    this.#idle = idle;
    this.#turns.reinstate(turns);
    this.#interrupted = false;
  }

  /** Queues an external interruption for a CPU. */
  interruptExternally(vcpu: VirtualCpu, code: number, cpuAddress?: number, parameter?: number): void {
    const subclass = subclassOf(code);
    const same = vcpu.pending.some((p) => p.code === code && p.cpuAddress === cpuAddress);
    if (same) return;
    this.#endTurn();
    vcpu.pending.push({ code, subclass, ...(cpuAddress !== undefined && { cpuAddress }), ...(parameter !== undefined && { parameter }) });
  }

  /** Whether a CPU is entered into the guest, so that its registers are in its block; otherwise they are in the state description. */
  isEntered({ cpu }: VirtualCpu): boolean {
    return cpu.level > 0;
  }

  /**
   * Lets the host work on a CPU as the guest: its registers and its translation. A program interruption that this raises goes to the guest;
   * host faults are resolved and the work is begun again, so it must check before it changes anything.
   * @param ilc length of the instruction that is being performed, for interruptions
   * @param stay leaves the CPU in the guest, because it runs on at once
   */
  asGuest(vcpu: VirtualCpu, ilc: number, work: () => void, stay = false): void {
    const { cpu } = vcpu;
    const wasEntered = this.isEntered(vcpu);
    if (!wasEntered && !this.#enter(vcpu)) return;
    leaveNestedGuests(cpu);
    while (!this.#outcome) {
      cpu.recording.keep();
      try {
        work();
        break;
      } catch (thrown) {
        cpu.recording.takeBackFor(thrown);
        if (!(thrown instanceof ProgramInterruption)) throw thrown;
        if (thrown.level === 0) this.#resolve(thrown, vcpu);
        else {
          injectProgram(cpu, thrown, ilc);
          break;
        }
      }
    }
    if (!wasEntered && !stay) leaveSie(cpu, INTERCEPT.NONE);
  }

  /** Offset in linear memory of a CPU's state description. */
  readonly block = (vcpu: VirtualCpu): Offset => this.configuration.storage.offset(vcpu.stateDescription);

  /** The list page of blocks that ESSA discarded. */
  listPage(vcpu: VirtualCpu): HostAbsolute {
    return (this.layout.lists + vcpu.index * FRAME_SIZE) as HostAbsolute;
  }

  // ---- inside --------------------------------------------------------------------------------------------------------

  #setPsw(vcpu: VirtualCpu, psw: Psw): void {
    const { view } = this.configuration.storage;
    view.setBigUint64(this.block(vcpu) + SD.PSW, psw.mask);
    view.setBigUint64(this.block(vcpu) + SD.PSW + 8, psw.address);
  }

  #isRunnable(vcpu: VirtualCpu): boolean {
    if (vcpu.stopped) return false;
    if (!vcpu.waiting) return true;
    if (!isInterruptible(this, vcpu) && untilTimerWakes(this, vcpu) > 0) return false;
    endWait(this, vcpu);
    return true;
  }

  /** Runs a CPU for its turn, but not for more than `left` instructions. */
  #runTurn(turn: Turn, left: number): void {
    const { instructions } = turn;
    const vcpu = this.vcpus[turn.cpu]!;
    const { cpu } = vcpu;
    const granted = Math.min(left, instructions);
    const before = cpu.executed;
    const stepping = !this.#actions.isEmpty || this.configuration.events.wants('instruction');
    const exit = stepping ? this.#step(vcpu, granted) : execute(cpu, granted);
    const done = cpu.executed - before;
    const stopped = exit.reason === 'budget' && (done === granted || this.#interrupted) && cpu.programsInARow <= MANY_IN_A_ROW;
    if (stopped && done < instructions) {
      this.#turns.cutShort({ ...turn, instructions: instructions - done });
      return;
    }
    // Other CPUs may make the host page: a nested guest's state description must not lie in a frame that goes meanwhile.
    if (this.vcpus.length > 1) leaveNestedGuests(cpu);
    if (exit.reason === 'fault') this.#resolve(exit.fault, vcpu);
    else if (exit.reason === 'interception') this.#dealWith(vcpu, exit.code);
    if (cpu.programsInARow > MANY_IN_A_ROW) endLoop(this, vcpu);
  }

  /** Does what {@link execute} does one instruction at a time, with what has to happen before each. That somebody watches must not change the run. */
  #step(vcpu: VirtualCpu, instructions: number): Exit {
    const { cpu } = vcpu;
    const last = cpu.executed + instructions;
    while (cpu.executed < last && !this.#interrupted) {
      const exit = attend(cpu);
      if (exit) return exit;
      // What the host does may call for an interruption before the instruction.
      if (this.#actions.act(vcpu)) presentPending(this, vcpu);
      if (this.#outcome || this.#interrupted) break;
      const { address } = cpu.psw;
      this.configuration.events.emit('instruction', { cpu: cpu.index, instruction: cpu.instructions, level: cpu.level, address });
      const ended = execute(cpu, 1);
      if (ended.reason !== 'budget') return ended;
    }
    return { reason: 'budget' };
  }

  #enter(vcpu: VirtualCpu): boolean {
    const prefix = this.configuration.storage.view.getInt32(this.block(vcpu) + SD.PREFIX) & 0x7fff_e000;
    this.pager.pinned.clear();
    for (const other of this.vcpus) {
      const base = this.configuration.storage.view.getInt32(this.block(other) + SD.PREFIX) & 0x7fff_e000;
      this.pager.pinned.add(base).add(base + FRAME_SIZE);
    }
    for (const page of [prefix, prefix + FRAME_SIZE]) {
      if (this.pager.isResident(page) || page >= this.options.storage) continue;
      if (this.pager.mayPageIn(page)) this.pager.pageIn(page, `prefix area of CPU ${vcpu.address}`);
    }
    if (enterSie(vcpu.cpu, vcpu.stateDescription)) return true;
    endInvalid(this, vcpu);
    return false;
  }

  /** A fault of the host's own translation: a missing page table, or a page that is not resident. */
  #resolve(fault: ProgramInterruption, vcpu: VirtualCpu): void {
    const { executed } = vcpu.cpu;
    // An interruptible instruction that goes on shows it in its registers.
    const progress = vcpu.cpu.gr.some((value, n) => value !== vcpu.registersAtFault[n]);
    vcpu.registersAtFault.set(vcpu.cpu.gr);
    vcpu.faults = vcpu.faultedAt === executed && !progress ? vcpu.faults + 1 : 0;
    vcpu.faultedAt = executed;
    if (vcpu.faults > MOST_FAULTS) this.end('failed', `CPU ${vcpu.address} needs more pages for one instruction than there are frames`);
    const page = Number((fault.detail.teid ?? 0n) & ~0xfffn);
    if (fault.code === PGM.PAGE_TRANSLATION) this.pager.pageIn(page, `access by CPU ${vcpu.address}`);
    else this.gmap.entries(page);
  }

  #dealWith(vcpu: VirtualCpu, code: number): void {
    this.interceptions.set(code, (this.interceptions.get(code) ?? 0) + 1);
    switch (code) {
      case INTERCEPT.INSTRUCTION:
      case INTERCEPT.PARTIAL:
      case INTERCEPT.OPERATION:
        performIntercepted(this, vcpu);
        return;
      case INTERCEPT.PROGRAM:
        this.#reflect(vcpu);
        return;
      case INTERCEPT.WAIT:
        this.#wait(vcpu);
        return;
      case INTERCEPT.STOP:
        this.#stop(vcpu);
        return;
      case INTERCEPT.EXTERNAL_REQUEST:
      case INTERCEPT.IO_REQUEST:
        return; // delivered on the way back in
      case INTERCEPT.VALIDITY:
        endInvalid(this, vcpu);
        return;
      default:
        this.end('failed', `interception code 0x${code.toString(16)} on CPU ${vcpu.address}, which this host does not ask for`);
    }
  }

  /** Gives a program interruption that SIE had to hand over back to the guest. */
  #reflect(vcpu: VirtualCpu): void {
    const { cpu } = vcpu;
    const { fault, ilc } = reflectedInterruption(this.configuration.storage.view, this.block(vcpu));
    if (vcpu.reflectedAt === cpu.executed && fault.code === PGM.SPECIFICATION) {
      this.end('failed', `program-interruption loop on CPU ${vcpu.address}: its program-new PSW is invalid`);
      return;
    }
    vcpu.reflectedAt = cpu.executed;
    this.asGuest(vcpu, ilc, () => injectProgram(cpu, fault, ilc), true);
  }

  #wait(vcpu: VirtualCpu): void {
    vcpu.waiting = true;
    vcpu.waitingSince = this.configuration.elapsed;
    endStatement(this, vcpu);
  }

  #stop(vcpu: VirtualCpu): void {
    stopCpu(this, vcpu);
    if (this.vcpus.every((v) => v.stopped)) endStopped(this);
  }

  /** Every CPU waits: the clock jumps to the first timer that wakes one, or to what an agent does. */
  #passTime(): boolean {
    const next = Math.min(untilHostActs(this), this.agents.untilWake(this.configuration.elapsed));
    if (!Number.isSafeInteger(next)) return false;
    this.configuration.elapsed += next;
    this.#idle += next;
    return true;
  }
}

/** An instruction with its operands and five levels of tables for each touches fewer pages than this. */
const MOST_FAULTS = 200;
