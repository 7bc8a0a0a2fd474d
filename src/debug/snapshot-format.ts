import type { z } from 'zod';
import { FRAME_SIZE } from '../cpu/storage.ts';
import type { Saved } from '../host/channel/saved.ts';
import { type MachineState, SnapshotError } from '../host/snapshot.ts';
import type { SessionSnapshot, SessionState } from './snapshot.ts';

/**
 * Snapshots as bytes: a word with the length of the metadata, the metadata as JSON, the contents of pages and of slots of the paging
 * device, 4096 bytes each, and bytes that stand in the metadata, in the order in which the metadata lists them all (docs/snapshots.md).
 */

/** Everything that is not a page. */
interface Metadata {
  readonly session: SessionState;
  /** With the numbers of byte arrays in their places. */
  readonly state: MachineState;
  /** Numbers of pages of linear memory, and of slots. */
  readonly pages: readonly number[];
  readonly slots: readonly number[];
  /** Lengths of byte arrays. */
  readonly bytes: readonly number[];
}

const LENGTH_SIZE = 4;

export const encodeSnapshot = ({ session, machine }: SessionSnapshot): Uint8Array => {
  const { pages, slots } = machine;
  const arrays: Uint8Array[] = [];
  const state = takeBytes(machine.state, arrays);
  const bytes = arrays.map(({ length }) => length);
  const text = new TextEncoder().encode(JSON.stringify({ session, state, pages: [...pages.keys()], slots: [...slots.keys()], bytes }));
  const length = new Uint8Array(LENGTH_SIZE);
  new DataView(length.buffer).setUint32(0, text.length);
  const contents = [...pages.values(), ...slots.values()].map((content) => new Uint8Array(content.buffer, content.byteOffset, FRAME_SIZE));
  return join([length, text, ...contents, ...arrays]);
};

const join = (parts: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
};

/** @throws SnapshotError when the bytes are no snapshot */
export const decodeSnapshot = async (encoded: Uint8Array): Promise<SessionSnapshot> => {
  const parts = new Parts(encoded);
  const length = parts.next(LENGTH_SIZE);
  const text = parts.next(new DataView(length.buffer).getUint32(0));
  const { session, state, pages, slots, bytes } = await parseMetadata(text);
  const contents = new Map(pages.map((number) => [number, new Int32Array(parts.next(FRAME_SIZE).buffer)]));
  const slotContents = new Map(slots.map((slot) => [slot, parts.next(FRAME_SIZE)]));
  const arrays = bytes.map((size) => parts.next(size));
  parts.end();
  return { session, machine: { state: putBytes(state, arrays), pages: contents, slots: slotContents } };
};

/** Takes bytes apart. */
class Parts {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A copy of its own: pages are kept and shared one by one. @throws SnapshotError when there are not so many bytes left */
  next(length: number): Uint8Array<ArrayBuffer> {
    if (this.#at + length > this.#bytes.length) throw new SnapshotError('it is incomplete');
    this.#at += length;
    return new Uint8Array(this.#bytes.subarray(this.#at - length, this.#at));
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new SnapshotError('there is too much of it');
  }
}

/** Marks a byte array's place; the value is its number. */
const BYTES = '$bytes';

/** A copy of plain data, of which the byte arrays have gone to `arrays`. */
const takeBytes = (value: unknown, arrays: Uint8Array[]): unknown => {
  if (value instanceof Uint8Array) return { [BYTES]: arrays.push(value) - 1 };
  return mapInner(value, (inner) => takeBytes(inner, arrays));
};

/** The same data with the byte arrays where they were. */
const putBytes = <T>(value: T, arrays: readonly Uint8Array[]): T => {
  const number = typeof value === 'object' && value !== null && BYTES in value ? value[BYTES] : undefined;
  if (typeof number === 'number') return arrays[number] as T;
  return mapInner(value, (inner) => putBytes(inner, arrays)) as T;
};

const mapInner = (value: unknown, convert: (inner: unknown) => unknown): unknown => {
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, convert(inner)]));
};

const parseMetadata = async (text: Uint8Array): Promise<Metadata> => {
  // Most commands never see a snapshot, and the library takes longer to load than they take.
  const { z } = await import('zod');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(text));
  } catch {
    throw new SnapshotError('its metadata is no JSON');
  }
  const result = metadataSchema(z).safeParse(json);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new SnapshotError(`its metadata is wrong at ${path.join('.')}: ${message}`);
};

const metadataSchema = (zod: typeof z): z.ZodType<Metadata> => {
  const count = zod.int().min(0);
  const text = zod.string();
  const object = zod.object;
  const list = zod.array;
  // What these hold is looked at when a machine takes it over: its fields decide.
  const fields = zod.record(text, zod.json() as unknown as z.ZodType<Saved>);
  const scheduler = zod.discriminatedUnion('kind', [
    object({ kind: zod.literal('round-robin'), last: zod.int().min(-1) }),
    object({ kind: zod.literal('random'), generator: list(zod.int()) }),
    object({ kind: zod.literal('unfair'), generator: list(zod.int()), left: zod.int(), turns: zod.int() }),
  ]);
  const outcome = object({ verdict: zod.enum(['passed', 'failed', 'limit', 'interrupted']), reason: text });
  const turn = object({ cpu: count, instructions: count.min(1) });
  const guest = object({
    id: count, stateDescription: count as unknown as z.ZodType<MachineState['cpus'][number]['guests'][number]['stateDescription']>,
    mso: count, extent: count, below: count, asce: text, hostPrefix: zod.int(), pageStatus: zod.boolean(),
  }); // biome-ignore format: fields of a mapping
  const state = object({
    layout: text,
    options: object({
      storage: count,
      cpuAddresses: list(count.max(255)).min(1),
      maxCpus: count.min(1),
      name: text,
      uuid: list(count.max(255)).length(16),
      frames: count.min(1),
      profile: zod.enum(['zvm', 'zvm-lenient', 'kvm', 'kvm-2026']),
      facilities: list(count),
      essa: zod.enum(['interpret', 'intercept', 'lazy', 'none']),
    }),
    progress: object({
      outcome: outcome.nullable(),
      idle: count,
      turns: object({ scheduler, unfinished: turn.nullable() }),
    }),
    configuration: object({ elapsed: count, purges: count, mappings: list(text) }),
    cpus: list(object({ guests: list(guest), programsInARow: count, programHandler: text })),
    pager: object({
      counters: object({
        pageIns: count, pageOuts: count, cleanPageOuts: count, discards: count, drops: count, zeroFills: count, releases: count,
      }), // biome-ignore format: counters
      pinned: list(count),
      free: list(count),
      untouched: count,
      resident: list(zod.tuple([count, count])),
    }),
    store: object({
      free: list(count),
      saved: list(zod.tuple([count, count, zod.int()])),
      slots: count,
      bytesWritten: count,
      bytesRead: count,
    }),
    vcpus: list(fields),
    machine: fields,
  });
  const psw = object({ mask: text, address: text });
  const interruption = object({
    cpu: count, instruction: count, level: count, class: text, code: text, ilc: count, address: text.nullable(), at: text, psw,
  }); // biome-ignore format: fields of a record
  const interception = object({ cpu: count, instruction: count, level: count, code: text, ipa: text, ipb: text, at: text });
  const device = object({
    place: object({ file: text, line: count.exactOptional(), column: count.exactOptional() }),
    name: text,
    where: object({ set: count, number: count }).exactOptional(),
    file: text.exactOptional(),
    size: count.exactOptional(),
    readOnly: zod.boolean().exactOptional(),
  });
  const session = object({
    name: text,
    program: object({
      entry: text,
      symbols: list(zod.tuple([text, text])),
      absolute: list(text),
      lines: list(zod.tuple([count, text, count])),
    }),
    fixture: object({ file: text, text }).nullable(),
    devices: list(device),
    acted: list(count),
    limit: count.nullable(),
    records: object({ interruptions: list(interruption), interceptions: list(interception) }),
  });
  return object({ session, state, pages: list(count), slots: list(count), bytes: list(count) });
};
