import type { Saved } from './channel/saved.ts';

/**
 * State as plain data: what {@link Saved} can hold, with a tagged object for what it cannot. A snapshot takes the fields of some objects as
 * they are, so that a field added to them is in the snapshot too.
 */

/** Marks an object that stands for something else: its value is the kind. */
const TAG = '$';

/** @throws TypeError for what a snapshot could not bring back, such as a function or an object of a class */
export const toPlain = (value: unknown): Saved => {
  if (value === undefined) return { [TAG]: 'undefined' };
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { [TAG]: 'number', value: String(value) };
  if (typeof value === 'bigint') return { [TAG]: 'bigint', value: String(value) };
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Map) return { [TAG]: 'map', entries: [...value].map(([k, v]) => [toPlain(k), toPlain(v)]) };
  if (value instanceof Set) return { [TAG]: 'set', values: [...value].map(toPlain) };
  if (value instanceof Uint8Array) return value.slice();
  if (value instanceof BigUint64Array) return { [TAG]: 'doublewords', values: [...value].map(String) };
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toPlain(inner)]));
  }
  throw new TypeError(`${typeof value === 'object' ? value?.constructor.name : typeof value} cannot be in a snapshot`);
};

/** What {@link toPlain} made plain. @throws TypeError for what it does not make */
export const fromPlain = (plain: Saved): unknown => {
  if (plain === null || typeof plain !== 'object') return plain;
  if (plain instanceof Uint8Array) return plain.slice();
  if (isArray(plain)) return plain.map(fromPlain);
  const { [TAG]: kind, value, entries = [], values = [] } = plain;
  if (!(isArray(entries) && isArray(values))) return fromEntries(plain);
  switch (kind) {
    case undefined:
      return fromEntries(plain);
    case 'undefined':
      return undefined;
    case 'number':
      return Number(value);
    case 'bigint':
      return BigInt(value as string);
    case 'map':
      return new Map(entries.map((entry) => (entry as Saved[]).map(fromPlain) as [unknown, unknown]));
    case 'set':
      return new Set(values.map(fromPlain));
    case 'doublewords':
      return BigUint64Array.from(values.map((text) => BigInt(text as string)));
    default:
      throw new TypeError(`there is no kind of state '${String(kind)}'`);
  }
};

const isArray = (plain: Saved): plain is readonly Saved[] => Array.isArray(plain);

const fromEntries = (plain: object): unknown => Object.fromEntries(Object.entries(plain).map(([key, inner]) => [key, fromPlain(inner)]));
