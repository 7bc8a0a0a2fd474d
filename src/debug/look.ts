import type { PageState } from '../cpu/events.ts';
import { PGM } from '../cpu/interruption.ts';
import { controlRegister, prefixOf, SAVED, savedCell } from '../cpu/levels.ts';
import { isUnused, PGSTE_DISTANCE, pageState } from '../cpu/pgste.ts';
import { PSW, type Psw, SPACE } from '../cpu/psw.ts';
import { SD } from '../cpu/state-description.ts';
import { FRAME_SIZE, type HostAbsolute } from '../cpu/storage.ts';
import { absolutePage, CR0, realToAbsolute } from '../cpu/translation.ts';
import { ASCE, type TableReader, type Walk, walk } from '../cpu/walk.ts';
import type { Machine } from '../host/machine.ts';
import type { VirtualCpu } from '../host/virtual-cpu.ts';
import { type Registers, registersOf } from './registers.ts';

/** One level's part in the way of an address. */
export interface WalkedLevel {
  /** Whose tables these are: 0 the host's, 1 those of its guest, 2 those of the guest's guest. */
  readonly level: number;
  /** The address that the tables translate, virtual in that level. */
  readonly address: bigint;
  readonly asce: bigint;
  readonly walk: Walk;
  /** The page-status entry behind the host's page-table entry, where there is one. */
  readonly status?: { readonly address: number; readonly high: number; readonly low: number };
  /** What the level below sees; undefined when the walk failed. */
  readonly absolute: number | undefined;
}

/** The way of an address through all levels. */
export interface Way {
  /** Real address in the level where it began; undefined where DAT has no answer. */
  readonly levels: readonly WalkedLevel[];
  /** Absolute address of the level where it began. */
  readonly absolute: number | undefined;
  /** Host absolute address. */
  readonly host: number | undefined;
  /** Program-interruption code, and the level that is interrupted; undefined when there is a place. */
  readonly exception: { readonly code: number; readonly level: number } | undefined;
}

export type AddressKind = 'virtual' | 'real' | 'absolute' | 'host';

/**
 * A machine as somebody sees it who must not change anything: no page is brought, no table is made, no reference bit and no TLB entry is set.
 * Everything that a debugger shows comes from here.
 */
export class Look {
  readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** The level at which a CPU executes; the host's guest counts as running while the host works on it. */
  level({ cpu }: VirtualCpu): number {
    return Math.max(1, cpu.level);
  }

  /** Registers of the level at which a CPU executes. */
  registers(vcpu: VirtualCpu): Registers {
    const { cpu } = vcpu;
    if (cpu.level <= 1) return registersOf(this.machine, vcpu);
    const { psw, prefix } = cpu;
    return { ...registersOf(this.machine, vcpu), psw, gr: [...cpu.gr], cr: [...cpu.cr], prefix: prefix >>> 0 };
  }

  /** A page of the host's guest. */
  pageState(page: number): PageState {
    const { machine } = this;
    if (machine.gmap.hasTable(page)) return machine.pager.state(page);
    return { usage: 'S', content: machine.configuration.profile.untouched, nodat: false };
  }

  /** The storage key of a page of the host's guest, R and C of both levels included. */
  pageKey(page: number): number {
    return this.machine.gmap.hasTable(page) ? this.machine.pager.key(page) : 0;
  }

  /**
   * Storage of the host's guest wherever it is, resident, on the paging device, or zeros. What is returned may change as the machine runs.
   * @throws RangeError when it lies beyond storage; PagingError when the paging device has damaged it
   */
  guest(absolute: number, length: number): Uint8Array {
    if (!this.isInGuest(absolute) || absolute + length > this.machine.options.storage) throw new RangeError('beyond storage');
    const within = absolute % FRAME_SIZE;
    const page = absolute - within;
    if (within + length > FRAME_SIZE) return this.#acrossPages(absolute, length);
    if (!this.machine.gmap.hasTable(page)) return new Uint8Array(length);
    return this.machine.pager.peek(page).subarray(within, within + length);
  }

  #acrossPages(absolute: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const count = Math.min(length - done, FRAME_SIZE - ((absolute + done) % FRAME_SIZE));
      out.set(this.guest(absolute + done, count), done);
      done += count;
    }
    return out;
  }

  /** Whether an absolute address lies in the storage of the host's guest. */
  isInGuest(absolute: number): boolean {
    return absolute >= 0 && absolute < this.machine.options.storage;
  }

  /** Bytes at an address as a CPU sees it now; undefined where there are none to be seen. */
  read(vcpu: VirtualCpu, kind: AddressKind, address: bigint, length: number): Uint8Array | undefined {
    const out = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const at = BigInt.asUintN(64, address + BigInt(done));
      const count = Math.min(length - done, FRAME_SIZE - Number(at & 0xfffn));
      const piece = this.#readPiece(vcpu, kind, at, count);
      if (!piece) return undefined;
      out.set(piece, done);
      done += count;
    }
    return out;
  }

  /** Absolute address in the host's guest of what a CPU sees at an address; undefined where it sees nothing. */
  guestAbsolute(vcpu: VirtualCpu, kind: AddressKind, address: bigint): number | undefined {
    const { levels, absolute } = this.way(vcpu, address, kind);
    if (kind === 'host' || this.level(vcpu) === 1) return kind === 'host' ? undefined : absolute;
    return levels.find(({ level, walk: { exception } }) => level === 1 && exception === 0 && level < this.level(vcpu))?.absolute;
  }

  /** As {@link read}, for as many bytes as there are, up to `length`. */
  readUpTo(vcpu: VirtualCpu, kind: AddressKind, address: bigint, length: number): Uint8Array {
    const first = Math.min(length, FRAME_SIZE - Number(address & 0xfffn));
    return this.read(vcpu, kind, address, length) ?? this.read(vcpu, kind, address, first) ?? new Uint8Array(0);
  }

  /** Absolute storage of a level that a CPU is in, within one page. Level 1 is the host's guest. */
  absolute(vcpu: VirtualCpu, level: number, absolute: number, length: number): Uint8Array | undefined {
    const { storage } = this.machine.configuration;
    if (level === 0) {
      if (absolute + length > storage.size) return undefined;
      const at = storage.offset(absolute as HostAbsolute);
      return storage.bytes.slice(at, at + length);
    }
    if (level === 1) return this.#guest(absolute, length);
    const below = this.#walkHost(vcpu, level, absolute);
    return below.absolute === undefined ? undefined : this.absolute(vcpu, level - 1, below.absolute, length);
  }

  /** The way of a virtual address, as operands of an instruction take it unless a space is given; without DAT it is real. */
  way(vcpu: VirtualCpu, address: bigint, kind: AddressKind = 'virtual', space?: number): Way {
    const level = this.level(vcpu);
    const { psw, cr, prefix } = this.registers(vcpu);
    const levels: WalkedLevel[] = [];
    const high = Number(psw.mask >> 32n);
    let absolute: number | undefined;
    const asce = cr[CR_OF_SPACE[space ?? (high & PSW.SPACE) >>> 14]!]!;
    if (kind === 'virtual' && high & PSW.DAT && !(Number(asce & 0xfffn) & ASCE.REAL)) {
      const walked = this.#walkOwn(vcpu, level, address, asce);
      levels.push(walked);
      if (walked.walk.exception) return { levels, absolute: undefined, host: undefined, exception: { code: walked.walk.exception, level } };
      absolute = walked.absolute! + Number(address & 0xfffn);
    } else absolute = kind === 'absolute' || kind === 'host' ? Number(address) : realToAbsolute(Number(address), prefix);
    return { ...this.#down(vcpu, kind === 'host' ? 0 : level, absolute, levels), absolute };
  }

  /** Through the levels below, from an absolute address of a level. */
  #down(vcpu: VirtualCpu, level: number, absolute: number, levels: WalkedLevel[]): Omit<Way, 'absolute'> {
    if (level === 0) {
      const isThere = absolute < this.machine.configuration.storage.size;
      return { levels, host: isThere ? absolute : undefined, exception: isThere ? undefined : { code: PGM.ADDRESSING, level: 0 } };
    }
    const extent = level === 1 ? this.machine.options.storage : (vcpu.cpu.guests[level]?.extent ?? 0);
    if (absolute >= extent) return { levels, host: undefined, exception: { code: PGM.ADDRESSING, level } };
    const walked = this.#walkHost(vcpu, level, absolute);
    levels.push(walked);
    if (walked.absolute === undefined) return { levels, host: undefined, exception: this.#verdict(level, walked) };
    if (walked.status && isUnused(walked.status.low) && this.machine.configuration.profile.strictUnused) {
      return { levels, host: undefined, exception: { code: PGM.ADDRESSING, level } };
    }
    return this.#down(vcpu, level - 1, walked.absolute, levels);
  }

  /** Who is interrupted when the tables of a guest's host have no answer (spec/sie.md 4.5, spec/host.md 2.2). */
  #verdict(level: number, { walk: { exception }, status }: WalkedLevel): { code: number; level: number } {
    if (exception === PGM.ADDRESSING || exception === PGM.TRANSLATION_SPECIFICATION) return { code: exception, level };
    if (status && this.machine.configuration.profile.discards) {
      const { usage, content } = pageState(status.low, false);
      if (usage === 'V' && content === 'z') return { code: PGM.BLOCK_VOLATILITY, level };
      if (usage === 'U' && this.machine.configuration.profile.strictUnused) return { code: PGM.ADDRESSING, level };
    }
    return { code: exception, level: level - 1 };
  }

  #readPiece(vcpu: VirtualCpu, kind: AddressKind, address: bigint, length: number): Uint8Array | undefined {
    const level = this.level(vcpu);
    if (address >= 1n << 53n && kind !== 'virtual') return undefined;
    if (kind === 'host') return this.absolute(vcpu, 0, Number(address), length);
    if (kind === 'absolute') return this.absolute(vcpu, level, Number(address), length);
    const { psw, prefix, cr } = this.registers(vcpu);
    const high = Number(psw.mask >> 32n);
    if (kind === 'real' || !(high & PSW.DAT)) {
      return address < 1n << 53n ? this.absolute(vcpu, level, realToAbsolute(Number(address), prefix), length) : undefined;
    }
    const asce = cr[CR_OF_SPACE[(high & PSW.SPACE) >>> 14]!]!;
    const { absolute } = this.#walkOwn(vcpu, level, address, asce);
    return absolute === undefined ? undefined : this.absolute(vcpu, level, absolute + Number(address & 0xfffn), length);
  }

  /** Storage of the host's guest, within one page. */
  #guest(absolute: number, length: number): Uint8Array | undefined {
    if (!this.isInGuest(absolute) || absolute + length > this.machine.options.storage) return undefined;
    return this.guest(absolute, length).slice();
  }

  /** A level's own tables. */
  #walkOwn(vcpu: VirtualCpu, level: number, address: bigint, asce: bigint): WalkedLevel {
    const found = this.#walk(vcpu, level, address, asce);
    return { level, address, asce, walk: found, absolute: found.exception ? undefined : absolutePage(found, this.#prefix(vcpu, level)) };
  }

  /** The tables of a guest's host, for an absolute address of the guest. */
  #walkHost(vcpu: VirtualCpu, level: number, absolute: number): WalkedLevel {
    const mapping = level > 1 ? vcpu.cpu.guests[level] : undefined;
    const address = BigInt((mapping?.mso ?? 0) + absolute);
    const asce = level > 1 ? (mapping?.asce ?? 0n) : this.machine.gmap.asce;
    if (Number(asce & 0xfffn) & ASCE.REAL) {
      const page = Number(address & ~0xfffn);
      const real: Walk = { entries: [], exception: 0, page, absolute: false, protectedPage: false, noExecute: false, frameKey: undefined };
      const below = absolutePage(real, this.#prefix(vcpu, level - 1)) + Number(address & 0xfffn);
      return { level: level - 1, address, asce, walk: real, absolute: below };
    }
    const found = this.#walk(vcpu, level - 1, address, asce);
    const place = found.exception ? undefined : absolutePage(found, this.#prefix(vcpu, level - 1)) + Number(address & 0xfffn);
    const entry = found.entries.at(-1);
    const hasStatus = entry?.table === 'page' && (level === 1 || (mapping?.pageStatus ?? false));
    const status = hasStatus ? this.#entry(vcpu, level - 1, entry.address + PGSTE_DISTANCE) : undefined;
    return { level: level - 1, address, asce, walk: found, absolute: place, ...(status && { status }) };
  }

  #walk(vcpu: VirtualCpu, level: number, address: bigint, asce: bigint): Walk {
    const cr0 = level === 0 ? Number(this.#hostControlRegister0(vcpu)) : Number(this.#controlRegister(vcpu, level, 0) & 0xffff_ffffn);
    const options = this.machine.configuration.walkOptions[(cr0 & CR0.EDAT ? 1 : 0) | (cr0 & CR0.IEP ? 2 : 0)]!;
    const low = (value: bigint): number => Number(value & 0xffff_ffffn) | 0;
    return walk(this.#reader(vcpu, level), Number(asce >> 32n) | 0, low(asce), Number(address >> 32n) | 0, low(address), options);
  }

  #reader(vcpu: VirtualCpu, level: number): TableReader {
    const reader: TableReader = {
      high: 0,
      low: 0,
      read: (address) => {
        const entry = this.#entry(vcpu, level, address);
        if (!entry) return false;
        reader.high = entry.high;
        reader.low = entry.low;
        return true;
      },
    };
    return reader;
  }

  #entry(vcpu: VirtualCpu, level: number, address: number): { address: number; high: number; low: number } | undefined {
    const bytes = this.absolute(vcpu, level, address, 8);
    if (!bytes) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return { address, high: view.getInt32(0), low: view.getInt32(4) };
  }

  #hostControlRegister0({ cpu }: VirtualCpu): bigint {
    return (cpu.level === 0 ? cpu.cr[0]! : controlRegister(cpu, 0, 0)) & 0xffff_ffffn;
  }

  #controlRegister(vcpu: VirtualCpu, level: number, n: number): bigint {
    return vcpu.cpu.level === 0 ? registersOf(this.machine, vcpu).cr[n]! : controlRegister(vcpu.cpu, level, n);
  }

  #prefix(vcpu: VirtualCpu, level: number): number {
    const { cpu } = vcpu;
    if (cpu.level > 0) return prefixOf(cpu, level) >>> 0;
    return level === 0 ? cpu.prefix >>> 0 : registersOf(this.machine, vcpu).prefix;
  }

  /** The state description of the level at which a CPU executes: its host absolute address, and its 512 bytes. */
  stateDescription(vcpu: VirtualCpu): { readonly address: number; readonly bytes: Uint8Array } {
    const { cpu } = vcpu;
    const address = cpu.level > 1 ? Number(cpu.guests[cpu.level]!.stateDescription) : vcpu.stateDescription;
    return { address, bytes: this.absolute(vcpu, 0, address, SD.SIZE)! };
  }

  /** PSWs of the levels below the one at which a CPU executes, the outermost first. */
  outerPsws({ cpu }: VirtualCpu): Psw[] {
    return Array.from({ length: Math.max(0, cpu.level - 1) }, (_, n) => ({
      mask: cpu.cell64(savedCell(n + 1, SAVED.PSW_MASK)),
      address: cpu.cell64(savedCell(n + 1, SAVED.PSW_IA)),
    }));
  }
}

/** Which control register has the ASCE of a space. */
const CR_OF_SPACE = { [SPACE.PRIMARY]: 1, [SPACE.ACCESS_REGISTER]: 1, [SPACE.SECONDARY]: 7, [SPACE.HOME]: 13 } as Readonly<
  Record<number, number>
>;

/** A table entry as 16 digits. */
export const entryText = ({ high, low }: { high: number; low: number }): string =>
  `${(high >>> 0).toString(16).padStart(8, '0')}${(low >>> 0).toString(16).padStart(8, '0')}`;
