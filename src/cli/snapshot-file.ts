import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type GoOnOptions, Session } from '../debug/session.ts';
import { decodeSnapshot, encodeSnapshot } from '../debug/snapshot-format.ts';
import { InputError } from '../guest/input-error.ts';
import { PagingError } from '../host/paging-device.ts';
import { SnapshotError } from '../host/snapshot.ts';
import { readInput } from './load.ts';
import { OutputFile } from './output-file.ts';

/**
 * Snapshots in files (docs/snapshots.md): a header, then what snapshot-format.ts encodes, compressed. The header has a magic number, the
 * format's number, the lengths of the rest with and without compression, and a checksum of all that and of the rest.
 */
const MAGIC = new TextEncoder().encode('zhint\r\n\x1a');
const FORMAT = 1;
const AT = { FORMAT: 8, LENGTH: 16, UNPACKED_LENGTH: 24, CHECKSUM: 32 } as const;
const HEADER_SIZE = 64;
/** Compression that costs little time: most of a snapshot is tables and zeros. */
const LEVEL = 1;

/**
 * Writes a session to a file, from which {@link loadSession} goes on. The file is there whole or not at all, and one that was there before
 * stays until then.
 * @throws InputError when the file cannot be written
 */
export const saveSession = (session: Session, file: string): void => {
  const output = new OutputFile(file, 'the snapshot');
  try {
    output.commit([packSession(session)]);
  } catch (error) {
    if (error instanceof PagingError) throw new InputError({ file }, `no snapshot can be taken: ${error.message}`);
    throw error;
  } finally {
    output.close();
  }
};

/**
 * Goes on from a file.
 * @throws InputError when the file is no snapshot, or not one of this version of zhint
 */
export const loadSession = (file: string, options: GoOnOptions = {}): Promise<Session> => unpackSession(readInput(file), file, options);

/** What {@link saveSession} writes. */
export const packSession = (session: Session): Uint8Array => pack(encodeSnapshot(session.capture()));

/**
 * Goes on from what {@link packSession} made.
 * @param file where it came from, for what is said of it
 * @throws InputError as {@link loadSession}
 */
export const unpackSession = async (bytes: Uint8Array, file: string, options: GoOnOptions = {}): Promise<Session> => {
  const payload = unpack(bytes, file);
  try {
    return Session.from(await decodeSnapshot(payload), options);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    throw new InputError({ file }, `snapshot of another version of zhint: ${error.message}, expected one that this version wrote`);
  }
};

const pack = (payload: Uint8Array): Uint8Array => {
  const packed = deflateRawSync(payload, { level: LEVEL });
  const bytes = new Uint8Array(HEADER_SIZE + packed.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(AT.FORMAT, FORMAT);
  view.setBigUint64(AT.LENGTH, BigInt(packed.length));
  view.setBigUint64(AT.UNPACKED_LENGTH, BigInt(payload.length));
  bytes.set(packed, HEADER_SIZE);
  bytes.set(checksum(bytes), AT.CHECKSUM);
  return bytes;
};

/** SHA-256 of everything but the checksum itself. */
const checksum = (bytes: Uint8Array): Uint8Array =>
  createHash('sha256').update(bytes.subarray(0, AT.CHECKSUM)).update(bytes.subarray(HEADER_SIZE)).digest();

const unpack = (bytes: Uint8Array, file: string): Uint8Array => {
  const wrong = (what: string): never => {
    throw new InputError({ file }, what);
  };
  if (!isEqual(bytes.subarray(0, MAGIC.length), MAGIC)) wrong('this is no snapshot, expected a file that zhint wrote as one');
  if (bytes.length < HEADER_SIZE) wrong(`snapshot of ${bytes.length} bytes, expected at least ${HEADER_SIZE}: it is truncated`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const format = view.getUint32(AT.FORMAT);
  if (format !== FORMAT) wrong(`snapshot of format ${format}, expected format ${FORMAT}`);
  const length = BigInt(HEADER_SIZE) + view.getBigUint64(AT.LENGTH);
  if (BigInt(bytes.length) < length) wrong(`snapshot of ${bytes.length} bytes, expected ${length}: it is truncated`);
  if (BigInt(bytes.length) > length) wrong(`snapshot of ${bytes.length} bytes, expected ${length}: something has been appended`);
  if (!isEqual(bytes.subarray(AT.CHECKSUM, HEADER_SIZE), checksum(bytes)))
    wrong('the snapshot has been altered, expected it as zhint wrote it');
  return inflateRawSync(bytes.subarray(HEADER_SIZE), { maxOutputLength: Number(view.getBigUint64(AT.UNPACKED_LENGTH)) });
};

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, n) => byte === b[n]);
