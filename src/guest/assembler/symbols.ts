import type { Cursor } from './cursor.ts';
import type { SourcePlace } from './source.ts';
import { addressOf, type Value } from './value.ts';

interface Definition {
  readonly value: Value;
  readonly place: SourcePlace;
  readonly redefinable: boolean;
}

/** Divides the number of a local label from its instance; no symbol of a source can contain it. */
const INSTANCE = '\u0002';

/**
 * The symbols of a program through all passes. A symbol that this pass has not yet reached has its value of the pass before;
 * passes repeat until no value changes.
 */
export class Symbols {
  private current = new Map<string, Definition>();
  private previous = new Map<string, Definition>();
  private instances = new Map<string, number>();
  private first = true;

  /** Begins another pass. */
  nextPass(): void {
    this.previous = this.current;
    this.current = new Map();
    this.instances = new Map();
    this.first = false;
  }

  /** Gives a name its value. `redefinable`: as `.set` does, not a label. */
  define(name: string, value: Value, cursor: Cursor, at: number, redefinable: boolean): void {
    const known = this.current.get(name);
    if (known !== undefined && !(redefinable && known.redefinable)) {
      const { file, line } = known.place;
      throw cursor.error(`symbol '${name}' is already defined at ${file}:${line}, expected each label once`, at);
    }
    const { file, line, column } = cursor.statement;
    this.current.set(name, { value, place: { file, line, column: column + at }, redefinable });
  }

  defineLocal(number: string, value: Value, cursor: Cursor, at: number): void {
    const key = String(Number(number));
    const instance = (this.instances.get(key) ?? 0) + 1;
    this.instances.set(key, instance);
    this.define(key + INSTANCE + instance, value, cursor, at, false);
  }

  /** Whether the name is defined before this place in the source. */
  isDefined(name: string): boolean {
    return this.current.has(name);
  }

  /** Whether the name is defined anywhere, as far as known. */
  isKnown(name: string): boolean {
    return this.current.has(name) || this.previous.has(name);
  }

  value(name: string, cursor: Cursor, at: number): Value {
    const definition = this.current.get(name) ?? this.previous.get(name);
    if (definition !== undefined) return definition.value;
    if (this.first) return { number: 0n, unknown: true };
    throw cursor.error(`symbol '${name}' is not defined, expected a label or .set of this name`, at);
  }

  /** The value of `1f` or `1b`. */
  localValue(reference: string, cursor: Cursor, at: number): Value {
    const key = String(Number(reference.slice(0, -1)));
    const done = this.instances.get(key) ?? 0;
    const instance = reference.endsWith('f') ? done + 1 : done;
    const definition = (instance > done ? this.previous : this.current).get(key + INSTANCE + instance);
    if (definition !== undefined) return definition.value;
    if (this.first && reference.endsWith('f')) return { number: 0n, unknown: true };
    throw cursor.error(`no local label '${key}:' ${reference.endsWith('f') ? 'follows' : 'comes before'}, expected one`, at);
  }

  /** Whether any value differs from the pass before, or only this pass knows it. */
  changed(): boolean {
    if (this.current.size !== this.previous.size) return true;
    for (const [name, { value }] of this.current) {
      const before = this.previous.get(name);
      if (before === undefined || before.value.section !== value.section || before.value.number !== value.number) return true;
      if (before.value.unknown === true || value.unknown === true) return true;
    }
    return false;
  }

  /** The addresses and numbers of all names but local numeric labels. `absolute`: those that are numbers, not places in the program. */
  table(): { symbols: Map<string, bigint>; absolute: Set<string> } {
    const symbols = new Map<string, bigint>();
    const absolute = new Set<string>();
    for (const [name, { value }] of this.current) {
      if (name.includes(INSTANCE)) continue;
      symbols.set(name, BigInt.asUintN(64, addressOf(value)));
      if (value.section === undefined) absolute.add(name);
    }
    return { symbols, absolute };
  }
}
