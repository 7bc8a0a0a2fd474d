import { FACILITIES } from '../../src/cpu/facilities.ts';
import { PROFILES } from '../../src/cpu/profile.ts';
import { drainList } from '../../src/host/discarded-list.ts';
import type { MachineOptions } from '../../src/host/machine.ts';
import { type Answer, Monitor, type Move, routineAddress, virtualAddress } from '../monitor.ts';
import { type Ending, Model, UNPREDICTABLE, VALID_STATES } from './model.ts';
import { type Observed, observe, observeList } from './observe.ts';
import { BLOCKS, blockAddress, blockOf, type Operation, type Setting, WORDS, wordOffset } from './operations.ts';

const PAGE = 4096;
const OPERATION_EXCEPTION = 0x01;
const BLOCK_VOLATILITY = 0x1a;
/** `br %r13` in the first halfword of a word that may be fetched as code. */
const CODE = 0x07fdn << 48n;
const LIST_CAPACITY = 511;
/** A list of this many blocks will be full soon. */
const NEARLY_FULL = 509;

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

/** Least and most bytes that the host's moves may have written to the paging device. */
interface Writing {
  readonly least: number;
  readonly most: number;
}

/** The model and the real machine, operation by operation, and everything in which they must agree. */
export class Beside {
  readonly guest: Monitor;
  /** How often each thing happened: moves of the host, program interruptions, states that blocks came to. */
  readonly tally = new Map<string, number>();
  readonly #setting: Setting;
  readonly #model: Model;
  readonly #states: string[] = Array(BLOCKS).fill('Sz');
  /** CPUs that have executed their first ESSA. */
  readonly #enabled = new Set<number>();
  #steps = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#model = new Model({ pages: BLOCKS, ...setting });
    this.guest = new Monitor(machineOptions(setting));
    this.guest.takeMoves();
    this.#compare();
  }

  /** Does one operation on both. @throws Error where they differ */
  step(operation: Operation): void {
    this.#steps++;
    const before = this.guest.machine.store.bytesWritten;
    const { least, most } = this.#perform(operation);
    const written = this.guest.machine.store.bytesWritten - before;
    // Only what is paged out is written, and what the paging device does not have yet must be.
    if (written < least || written > most) fail(`${written} bytes written to the paging device, expected ${least} to ${most}`);
    this.#compare();
  }

  #perform(operation: Operation): Writing {
    switch (operation.kind) {
      case 'essa':
        return this.#essa(operation);
      case 'access':
        return this.#access(operation);
      case 'key':
        return this.#key(operation);
      case 'release':
        return this.#release(operation);
      case 'host':
        return this.#host(operation);
      case 'drain':
        return this.#drain(this.#cpu(operation.cpu));
      case 'fill':
        return this.#fill(operation);
      case 'snapshot':
        return this.#snapshot();
    }
  }

  /** A setting may have fewer CPUs than an operation names. */
  #cpu(cpu: number): number {
    return cpu % this.#setting.cpus;
  }

  // ---- guest ---------------------------------------------------------------------------------------------------------

  #essa({ cpu: named, block, orc, dat }: Of<'essa'>): Writing {
    const cpu = this.#cpu(named);
    const model = this.#model;
    const before = this.guest.interceptedEssa;
    const answer = this.guest.perform(cpu, `essa_${orc}`, blockAddress(block), { dat });
    const intercepted = this.guest.interceptedEssa - before;
    const instruction = (): void => {
      const list = model.lists[cpu]!;
      const byHost = this.#setting.essa === 'intercept';
      const forResidence = orc === 5 && model.pages[block]!.content !== 'r';
      // The host that is to make a block resident takes the occasion to empty the list, and has the instruction begin again.
      const emptied = forResidence && !byHost && list.length > 0;
      if (emptied) model.drain(cpu);
      const wasFull = list.length === LIST_CAPACITY;
      const ending = model.essa(cpu, orc, block);
      const full = wasFull && list.length === 1;
      if (full) this.#count('list full');
      const expected = byHost ? 1 : [this.#isFirst(cpu), full, forResidence, emptied].filter(Boolean).length;
      if (intercepted !== expected) fail(`${intercepted} interceptions of ESSA, expected ${expected}`);
      if (byHost) model.drain(cpu);
      this.#checkEnding(answer, ending, `essa_${orc}`, 4);
    };
    return this.#settle(instruction, (other, move) => orc === 5 && other === block && (move === 'page-in' || move === 'zero-fill'));
  }

  /** Whether this is a CPU's first ESSA, which makes the host enable interpretation. */
  #isFirst(cpu: number): boolean {
    if (this.#setting.essa !== 'lazy' || this.#enabled.has(cpu)) return false;
    this.#enabled.add(cpu);
    return true;
  }

  #access({ cpu, block, access, word, dat }: Of<'access'>): Writing {
    const kind = access === 'store code' ? 'store' : access;
    const value = BigInt(this.#steps) | (access === 'store code' ? CODE : 0n);
    const absolute = blockAddress(block) + wordOffset(word);
    const answer = this.guest.perform(this.#cpu(cpu), kind, dat ? virtualAddress(absolute) : absolute, { operand: value, dat });
    return this.#settle(() => {
      const ending = this.#model.access(kind, block, word, value);
      if (kind === 'fetch') this.#checkFetch(answer, ending);
      else this.#checkEnding(answer, ending, kind, 6);
    });
  }

  #key({ cpu, block, key, value, dat }: Of<'key'>): Writing {
    const answer = this.guest.perform(this.#cpu(cpu), key, blockAddress(block), { operand: BigInt(value), dat });
    return this.#settle(() => {
      const model = this.#model;
      if (key === 'sske') this.#checkEnding(answer, model.setKey(block, value), key, 4);
      else if (key === 'rrbe') this.#checkEnding(answer, model.resetReference(block), key, 4);
      else this.#checkEnding(answer, this.#insertKey(block, answer), key, 4);
    });
  }

  /** What is unpredictable in a key is from now on what the guest has seen of it. */
  #insertKey(block: number, { result }: Answer): Ending {
    const page = this.#model.pages[block]!;
    if (page.access === UNPREDICTABLE) page.access = Number(result) & 0xf8;
    return this.#model.insertKey(block);
  }

  #release({ cpu, block, last }: Of<'release'>): Writing {
    const answer = this.guest.perform(this.#cpu(cpu), 'diag', blockAddress(block), { operand: BigInt(blockAddress(last)) });
    return this.#settle(
      () => this.#checkEnding(answer, this.#model.release(block, last), 'diag', 4),
      (other, move) => other >= block && other <= last && (move === 'drop' || move === 'discard'),
    );
  }

  /** A new machine goes on from a snapshot of this one; the model does not notice. */
  #snapshot(): Writing {
    this.guest.goOnElsewhere();
    this.#count('snapshot');
    return { least: 0, most: 0 };
  }

  /** Brings a CPU's list close to its end, where the host interprets no more. */
  #fill({ cpu: named, block }: Of<'fill'>): Writing {
    const cpu = this.#cpu(named);
    const list = this.#model.lists[cpu]!;
    let [least, most] = [0, 0];
    do {
      const written = this.#essa({ kind: 'essa', cpu, block, orc: 3, dat: false });
      least += written.least;
      most += written.most;
      if (this.#model.pages[block]!.content === 'r') this.#host({ kind: 'host', block, move: 'reclaim' });
    } while (this.#setting.essa !== 'intercept' && list.length < NEARLY_FULL);
    return { least, most };
  }

  // ---- host ----------------------------------------------------------------------------------------------------------

  #host({ block, move }: Of<'host'>): Writing {
    const { pager } = this.guest.machine;
    const address = blockAddress(block);
    const expected = move === 'reclaim' ? this.#model.reclaimOf(block) : this.#model.arrivalOf(block);
    if (move === 'reclaim') pager.reclaim(address, 'model');
    else if (expected) pager.pageIn(address, 'model');
    const moves = this.guest.takeMoves();
    const own = moves.filter((m) => m.page === address).map((m) => m.action);
    if (own.join() !== (expected ?? '')) fail(`the host made moves '${own.join()}' on block ${block}, expected '${expected ?? ''}'`);
    return this.#follow(moves);
  }

  #drain(cpu: number): Writing {
    const { machine } = this.guest;
    const count = drainList(machine, machine.vcpus[cpu]!);
    if (count !== this.#model.lists[cpu]!.length) fail(`the host took ${count} blocks off the list of CPU ${cpu}`);
    this.#model.drain(cpu);
    return this.#follow(this.guest.takeMoves());
  }

  /**
   * Lets the model do what the host did before an instruction was over, then the instruction, then what the host did after it.
   * @param isInstruction whether a move is the instruction itself, which the host performs
   */
  #settle(instruction: () => void, isInstruction: (block: number, move: Move['action']) => boolean = () => false): Writing {
    const moves = this.guest.takeMoves().filter((m) => !isInstruction(blockOf(m.page) ?? -1, m.action));
    const before = this.#follow(moves.filter((m) => !m.after));
    instruction();
    const after = this.#follow(moves.filter((m) => m.after));
    return { least: before.least + after.least, most: before.most + after.most };
  }

  #follow(moves: readonly Move[]): Writing {
    let [least, most] = [0, 0];
    for (const { action, page } of moves) {
      if (action === 'release') continue;
      this.#count(action);
      const block = blockOf(page);
      if (action === 'page-out') most += PAGE;
      if (block === undefined) {
        if (action === 'discard' || action === 'drop') fail(`${action} of page 0x${page.toString(16)}, which is stable`);
        continue;
      }
      const { saved, words } = this.#model.pages[block]!;
      if (action === 'page-out' && !words.every((word, n) => word === saved?.[n])) least += PAGE;
      this.#model.hostMove(action, block);
    }
    return { least, most };
  }

  // ---- checks --------------------------------------------------------------------------------------------------------

  /** @param length of the routine's instruction, in bytes: where the old PSW points when it is not nullified */
  #checkEnding(answer: Answer, ending: Ending, routine: string, length: number): void {
    if (!('interruption' in ending)) {
      if (answer.interruption !== 0) fail(`program interruption ${hex(answer.interruption)}`);
      const { result } = ending;
      if (result !== undefined && answer.result !== BigInt(result)) fail(`result ${hex(answer.result)}, expected ${hex(result)}`);
      return;
    }
    this.#checkInterruption(answer, ending);
    const old = Number(routineAddress(routine)) + (ending.interruption === BLOCK_VOLATILITY ? 0 : length);
    if (answer.oldAddress !== old) fail(`old PSW ${hex(answer.oldAddress)}, expected ${hex(old)}`);
  }

  /** A fetch goes on where it came from if there is code, and is an operation exception otherwise. */
  #checkFetch(answer: Answer, ending: Ending): void {
    if ('interruption' in ending) {
      this.#checkInterruption(answer, ending);
      return;
    }
    const expected = BigInt(ending.result!) >> 48n === CODE >> 48n ? 0 : OPERATION_EXCEPTION;
    if (answer.interruption !== expected) fail(`program interruption ${hex(answer.interruption)} after a fetch, expected ${hex(expected)}`);
  }

  #checkInterruption(answer: Answer, { interruption, block }: { interruption: number; block?: number }): void {
    if (answer.interruption !== interruption) fail(`program interruption ${hex(answer.interruption)}, expected ${hex(interruption)}`);
    if (block !== undefined && answer.failingAddress !== blockAddress(block)) fail(`0xA8 has ${hex(answer.failingAddress)}`);
    this.#count(`program interruption ${hex(interruption)}`);
  }

  #compare(): void {
    for (let block = 0; block < BLOCKS; block++) this.#compareBlock(block);
    for (let cpu = 0; cpu < this.#setting.cpus; cpu++) this.#compareList(cpu);
  }

  #compareBlock(block: number): void {
    const page = this.#model.pages[block]!;
    const seen = observe(this.guest.machine, blockAddress(block));
    const state = seen.usage + seen.content;
    if (!VALID_STATES.has(state)) fail(`block ${block} is in state ${state}, which is none`);
    if (state !== page.usage + page.content) fail(`block ${block} is in state ${state}, expected ${page.usage}${page.content}`);
    if (seen.nodat !== page.nodat) fail(`block ${block} has no-DAT ${seen.nodat}, expected ${page.nodat}`);
    const referenceAndChange = this.#model.referenceAndChange(block);
    const hasAccess = page.access === UNPREDICTABLE || (seen.key & 0xf8) === page.access;
    if ((seen.key & 6) !== referenceAndChange || !hasAccess) {
      const access = page.access === UNPREDICTABLE ? 'any access control' : hex(page.access);
      fail(`block ${block} has key ${hex(seen.key)}, expected ${access} with R and C ${hex(referenceAndChange)}`);
    }
    this.#compareContent(block, seen);
    if (state === this.#states[block]) return;
    this.#count(`${this.#states[block]} to ${state}`);
    this.#states[block] = state;
  }

  #compareContent(block: number, { frame }: Observed): void {
    if (frame === undefined) return;
    const { view } = this.guest.machine.configuration.storage;
    const { words } = this.#model.pages[block]!;
    for (let word = 0; word < WORDS; word++) {
      const found = view.getBigUint64(frame + wordOffset(word));
      if (found !== words[word]) fail(`word ${word} of block ${block} is ${hex(found)}, expected ${hex(words[word]!)}`);
    }
    if (this.#states[block]!.endsWith('r')) return;
    // A page that has just come must be zero everywhere else, too.
    const whole = new BigUint64Array(view.buffer, frame, PAGE / 8).reduce((sum, word) => sum | word, 0n);
    const known = words.reduce((sum, word) => sum | word, 0n);
    if (known === 0n && whole !== 0n) fail(`block ${block} is not zero all over`);
  }

  #compareList(cpu: number): void {
    const expected = this.#model.lists[cpu]!;
    const list = observeList(this.guest.machine, cpu);
    if (list.count !== expected.length) fail(`the list of CPU ${cpu} has ${list.count} blocks, expected ${expected.length}`);
    const last = list.count - 1;
    if (last >= 0 && list.at(last) !== blockAddress(expected[last]!)) fail(`the list of CPU ${cpu} ends with ${hex(list.at(last))}`);
  }

  #count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }
}

const ESSA_NODAT = 147;

const machineOptions = ({ cpus, frames, lenient, facility147, essa }: Setting): Partial<MachineOptions> => ({
  cpus,
  ...(frames === 'few' && { frames: 8 + 2 * cpus }),
  profile: lenient ? PROFILES['zvm-lenient'] : PROFILES.zvm,
  facilities: new Set([...FACILITIES].filter((bit) => bit !== ESSA_NODAT || facility147)),
  essa,
});

const hex = (n: number | bigint): string => `0x${n.toString(16)}`;

const fail = (what: string): never => {
  throw new Error(what);
};
