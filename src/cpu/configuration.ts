import { CompiledCode } from './compiler/compiled-code.ts';
import { Cpu } from './cpu.ts';
import { EventStream } from './events.ts';
import { FACILITIES, facilityList } from './facilities.ts';
import { FORMATS } from './formats.ts';
import { connect } from './imports.ts';
import { assignSlots, generateInterpreter, type InterpreterExports, SECOND_LEVEL } from './interpreter.ts';
import { CASES, CASES_LAST, CPU_BASE, CPU_SIZE, DISPATCH, DISPATCH_LAST, MAX_CPUS } from './layout.ts';
import type { Profile } from './profile.ts';
import { PROFILES } from './profile.ts';
import type { Row } from './row.ts';
import { ROWS } from './rows/index.ts';
import { type Offset, Storage } from './storage.ts';
import { AbsoluteCache, Tlb } from './tlb.ts';
import { type WalkOptions, walkOptionsOf } from './walk.ts';

export interface ConfigurationOptions {
  /** Bytes of host absolute storage. */
  readonly storageSize: number;
  /** CPUs, 1 to 64. */
  readonly cpus?: number;
  readonly profile?: Profile;
  /** STFLE bits that are one. */
  readonly facilities?: ReadonlySet<number>;
  /** Whether ESSA is installed, which no facility bit tells (spec/essa.md 1.1). */
  readonly essa?: boolean;
  /** Whether hot code is compiled; nobody but the clock on the wall can tell. Default: true. */
  readonly compile?: boolean;
}

/** See {@link Configuration.capture}; mappings in the order of their numbers, from 1 on. */
export interface ConfigurationState {
  readonly elapsed: number;
  readonly purges: number;
  readonly mappings: readonly string[];
}

const SLOTS = assignSlots(ROWS);
let compiled: WebAssembly.Module | undefined;
/** The interpreter's module is the same for every configuration. */
const interpreterModule = (): WebAssembly.Module => (compiled ??= new WebAssembly.Module(generateInterpreter(SLOTS)));

/** A configuration in the PoP's sense: storage, CPUs and what they share. */
export class Configuration {
  readonly storage: Storage;
  readonly tlb: Tlb;
  readonly absoluteCache: AbsoluteCache;
  readonly cpus: readonly Cpu[];
  readonly events = new EventStream();
  readonly profile: Profile;
  readonly facilities: ReadonlySet<number>;
  /** The doublewords of STORE FACILITY LIST EXTENDED. */
  readonly facilityList: readonly bigint[];
  /** How tables are walked, see {@link walkOptionsOf}. */
  readonly walkOptions: readonly WalkOptions[];
  readonly interpreter: InterpreterExports;
  readonly code: CompiledCode;
  /** Instructions that all CPUs have executed in finished runs, and idle time in the same unit: what the TOD clock counts. */
  elapsed = 0;
  readonly #mappings = new Map<string, number>();

  constructor({
    storageSize,
    cpus = 1,
    profile = PROFILES.zvm,
    facilities = FACILITIES,
    essa = true,
    compile = true,
  }: ConfigurationOptions) {
    if (cpus < 1 || cpus > MAX_CPUS) throw new RangeError(`${cpus} CPUs`);
    this.storage = new Storage(storageSize);
    this.tlb = new Tlb(this.storage);
    this.absoluteCache = new AbsoluteCache(this.tlb);
    this.profile = profile;
    this.facilities = facilities;
    this.facilityList = facilityList(facilities);
    this.walkOptions = walkOptionsOf(facilities);
    this.cpus = Array.from({ length: cpus }, (_, index) => new Cpu(this, index));
    this.#fillDispatch(essa);
    const imports = connect((pointer) => this.cpus[(pointer - CPU_BASE) / CPU_SIZE]!, SLOTS.order);
    const instance = new WebAssembly.Instance(interpreterModule(), { env: { memory: this.storage.memory, ...imports } });
    this.interpreter = instance.exports as unknown as InterpreterExports;
    this.code = new CompiledCode({
      storage: this.storage,
      slots: SLOTS,
      interpreter: this.interpreter,
      enabled: compile,
      decode: (offset) => this.decode(offset),
      purge: () => this.tlb.forget(),
      leave: () => {
        for (const cpu of this.cpus) cpu.leaveGeneratedCode();
      },
    });
    this.storage.code = this.code;
  }

  /**
   * Asks the TypeScript host for a page that a guest's access found missing: its place, or undefined. The host may give one only when it takes
   * nothing else away for it, because the instruction may hold on to other pages. No guest can tell this from leaving SIE with a fault and
   * entering it again, which is what happens otherwise.
   */
  supply: (cpu: Cpu, page: number) => Offset | undefined = () => undefined;

  /** A number for a combination of host tables and limits; see {@link GuestMapping.id}. */
  mappingId(description: string): number {
    const known = this.#mappings.get(description);
    if (known !== undefined) return known;
    this.#mappings.set(description, this.#mappings.size + 1);
    return this.#mappings.size;
  }

  /** What the CPUs share, for snapshots, apart from what is in linear memory. */
  capture(): ConfigurationState {
    return { elapsed: this.elapsed, purges: this.tlb.purges, mappings: [...this.#mappings.keys()] };
  }

  /** Takes over a state. What was found out about the one before, translations and compiled code, is forgotten. */
  reinstate({ elapsed, purges, mappings }: ConfigurationState): void {
    this.elapsed = elapsed;
    this.#mappings.clear();
    for (const description of mappings) this.mappingId(description);
    this.tlb.forget();
    this.tlb.purges = purges;
    this.code.clear();
  }

  /** The row of the instruction at an offset of linear memory, by the same tables that generated code uses. */
  decode(offset: number): Row | undefined {
    const { view, bytes } = this.storage;
    let slot = view.getUint16(DISPATCH + 2 * view.getUint16(offset, true), true);
    if (slot >= SECOND_LEVEL) slot = view.getUint16(DISPATCH_LAST + 512 * (slot & 0xff) + 2 * bytes[offset + 5]!, true);
    return SLOTS.order[slot - 1];
  }

  /** Fills the tables that lead from operation codes to slots and to cases of the central loop. Rows that are not installed are left out. */
  #fillDispatch(essa: boolean): void {
    const { view, bytes } = this.storage;
    const secondLevel = new Map<number, number>();
    // The tables are indexed with the halfword as WebAssembly loads it: first byte low.
    const set = (first: number, second: number, slot: number, hotCase: number): void => {
      view.setUint16(DISPATCH + 2 * (first | (second << 8)), slot, true);
      bytes[CASES + (first | (second << 8))] = hotCase;
    };
    for (const row of SLOTS.order) {
      if (row.facility !== undefined && !this.facilities.has(row.facility)) continue;
      if (row.mnemonic === 'essa' && !essa) continue;
      const slot = SLOTS.slotOf.get(row)!;
      const hotCase = slot <= SLOTS.hot ? slot : 0;
      const first = Number.parseInt(row.opcode.slice(0, 2), 16);
      const rest = Number.parseInt(row.opcode.slice(2) || '0', 16);
      const place = FORMATS[row.format].opcode;
      if (place === 'halfword') set(first, rest, slot, hotCase);
      else if (place === 'last') {
        const table = secondLevel.get(first) ?? secondLevel.size;
        secondLevel.set(first, table);
        for (let second = 0; second < 256; second++) set(first, second, SECOND_LEVEL + table, SLOTS.hot + 1 + table);
        view.setUint16(DISPATCH_LAST + 512 * table + 2 * rest, slot, true);
        bytes[CASES_LAST + 256 * table + rest] = hotCase;
      } else {
        for (let second = 0; second < 256; second++) if (place === 'byte' || (second & 15) === rest) set(first, second, slot, hotCase);
      }
    }
  }
}
