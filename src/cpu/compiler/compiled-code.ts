import { FORMATS } from '../formats.ts';
import { type InterpreterExports, REGION_HELPERS, REGION_IMPORTS, type Slots } from '../interpreter.ts';
import { REGION_SHIFT, REGIONS, REGIONS_END, STORAGE } from '../layout.ts';
import type { Helpers } from '../meaning.ts';
import type { Row } from '../row.ts';
import { FRAME_SIZE, type Offset, type Storage } from '../storage.ts';
import { ModuleWriter } from '../wasm.ts';
import { analyze } from './analyze.ts';
import { findRegion, type Step } from './region.ts';
import { writeRegion } from './write-region.ts';

/** More regions than these are thrown away all together: what is still hot is soon back. */
const MOST_REGIONS = 4096;
/** Bytes of code are looked after in lines of this size: a store into a line of compiled code throws away what was compiled from its page. */
const LINE_SHIFT = 5;

/** A count that does not run out. */
const NEVER = 0x7fff_ffff;

interface Compiled {
  readonly entry: number;
  /** Its place in the table of functions. */
  readonly index: number;
}

/** What {@link CompiledCode} needs of a machine. */
export interface CodeSource {
  readonly storage: Storage;
  readonly slots: Slots;
  readonly interpreter: InterpreterExports;
  /** The row of the instruction at an offset. */
  decode(offset: number): Row | undefined;
  /** Makes every CPU look again where stores may go. */
  purge(): void;
  /** Makes whatever CPU executes compiled code leave it behind the current instruction. */
  leave(): void;
  readonly enabled: boolean;
}

/**
 * Regions of hot code, compiled to WebAssembly, by the place of their entry in linear memory. Pages from which something was compiled have no
 * entries for stores in the TLB, so that each store into them is seen.
 */
export class CompiledCode {
  readonly #source: CodeSource;
  readonly #byFrame = new Map<number, Compiled[]>();
  /** For each frame with compiled code, a bit for each line that some of it was compiled from. */
  readonly #lines = new Map<number, Uint32Array>();
  readonly #free: number[] = [];
  #count = 0;
  /** How often something was thrown away because its bytes changed. */
  invalidations = 0;

  constructor(source: CodeSource) {
    this.#source = source;
  }

  /** Whether something was compiled from the frame that holds an offset. */
  isCode(offset: number): boolean {
    return this.#lines.size > 0 && this.#lines.has(offset >>> 12);
  }

  /** Compiles what begins at an offset, if anything can be made of it. */
  compile(entry: number): void {
    if (this.#count >= MOST_REGIONS) this.clear();
    const { interpreter } = this.#source;
    const helpers = REGION_HELPERS;
    const page = entry & ~(FRAME_SIZE - 1);
    const region = page < STORAGE || !this.#source.enabled ? undefined : findRegion(entry, (offset) => this.#stepAt(offset, page, helpers));
    if (!region) {
      this.#source.storage.view.setUint32(entryPlace(entry) + 8, NEVER, true);
      return;
    }
    const steps = region.blocks.flatMap((block) => block.steps);
    const module = new ModuleWriter();
    for (const [name, [params, results]] of Object.entries(REGION_IMPORTS)) module.importFunction(name, params, results);
    module.exportFunction('region', module.add(writeRegion(region, helpers, (step) => this.#bytes(step.offset))));
    const code = new WebAssembly.Module(module.build({ initial: 0, maximum: 65536 }));
    const { exports } = new WebAssembly.Instance(code, { env: { memory: this.#source.storage.memory, ...interpreter } });
    const index = this.#free.pop() ?? interpreter.table.grow(1);
    interpreter.table.set(index, exports['region']);
    this.#register(entry, index, steps);
  }

  /** A store has changed bytes: if something was compiled from them, all that was compiled from their page is thrown away. @returns whether that was so */
  stored(offset: number, length: number): boolean {
    if (this.#lines.size === 0) return false;
    const lines = this.#lines.get(offset >>> 12);
    if (!lines) return false;
    const first = offset & (FRAME_SIZE - 1);
    const last = Math.min(first + length, FRAME_SIZE) - 1;
    for (let line = first >>> LINE_SHIFT; line <= last >>> LINE_SHIFT; line++) {
      if (!(lines[line >>> 5]! & (1 << (line & 31)))) continue;
      this.invalidate(offset);
      return true;
    }
    return false;
  }

  /** The frame that holds an offset has other content now. */
  invalidate(offset: number): void {
    const frame = offset >>> 12;
    const regions = this.#byFrame.get(frame);
    if (!regions) return;
    this.invalidations++;
    this.#source.leave();
    for (const { entry, index } of regions) this.#remove(entry, index);
    this.#byFrame.delete(frame);
    this.#lines.delete(frame);
  }

  /** Throws everything away. */
  clear(): void {
    for (const regions of this.#byFrame.values()) for (const { entry, index } of regions) this.#remove(entry, index);
    this.#byFrame.clear();
    this.#lines.clear();
  }

  #stepAt(offset: number, page: number, helpers: Helpers): Step | undefined {
    if (offset < page || offset >= page + FRAME_SIZE) return undefined;
    const row = this.#source.decode(offset);
    if (!row || offset + FORMATS[row.format].length > page + FRAME_SIZE) return undefined;
    return analyze({ offset, row, slot: this.#source.slots.slotOf.get(row)!, bytes: this.#bytes(offset) }, helpers);
  }

  #bytes(offset: number): Uint8Array {
    return this.#source.storage.bytes.subarray(offset, offset + 6);
  }

  #register(entry: number, index: number, steps: readonly Step[]): void {
    const frame = entry >>> 12;
    let lines = this.#lines.get(frame);
    if (!lines) {
      lines = new Uint32Array((FRAME_SIZE >>> LINE_SHIFT) >>> 5);
      this.#lines.set(frame, lines);
      this.#byFrame.set(frame, []);
      this.#source.purge();
    }
    for (const { offset, length } of steps) {
      for (let line = (offset & 0xfff) >>> LINE_SHIFT; line <= ((offset & 0xfff) + length - 1) >>> LINE_SHIFT; line++) {
        lines[line >>> 5]! |= 1 << (line & 31);
      }
    }
    this.#byFrame.get(frame)!.push({ entry, index });
    this.#count++;
    const { view } = this.#source.storage;
    const at = entryPlace(entry);
    view.setUint32(at, entry, true);
    view.setUint32(at + 4, index, true);
  }

  #remove(entry: number, index: number): void {
    const { view } = this.#source.storage;
    const at = entryPlace(entry);
    if (view.getUint32(at, true) === entry) view.setBigUint64(at, 0n);
    this.#source.interpreter.table.set(index, null);
    this.#free.push(index);
    this.#count--;
  }
}

/** Where the table of entries has an offset: entry, index of the function, and how often it was come to. */
const entryPlace = (offset: number): Offset => (REGIONS + ((offset << REGION_SHIFT) & (REGIONS_END - REGIONS - 16))) as Offset;
