import { InputError } from './input-error.ts';
import { type Program, type Segment, segmentEnd } from './program.ts';

/**
 * Executable files: ELF for 64 bits, big-endian, s390 (System V ABI, chapters 4 and 5; s390x supplement).
 * Offsets below are those of Elf64_Ehdr, Elf64_Phdr, Elf64_Shdr and Elf64_Sym.
 */
export const ELF = {
  MAGIC: 0x7f454c46,
  CLASS64: 2,
  BIG_ENDIAN: 2,
  MACHINE_S390: 22,
  EXECUTABLE: 2,
  LOAD: 1,
  SYMTAB: 2,
  HEADER_SIZE: 64,
  PROGRAM_HEADER_SIZE: 56,
  SECTION_HEADER_SIZE: 64,
  SYMBOL_SIZE: 24,
  UNDEFINED: 0,
  ABSOLUTE: 0xfff1,
} as const;

const TYPE_NAMES: Readonly<Record<number, string>> = { 1: 'a relocatable object', 3: 'a shared object', 4: 'a core dump' };

/** Bytes that the segments of one file may fill: no machine of zhint is larger. */
const LARGEST_PROGRAM = 2 ** 32;
/** PT_LOAD segments and symbols are few in any real image. */
const MOST_HEADERS = 4096;
const MOST_SYMBOLS = 1_000_000;

/** A file with bounds-checked reads. */
class Reader {
  readonly file: string;
  readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(bytes: Uint8Array, file: string) {
    this.bytes = bytes;
    this.file = file;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  error(what: string): InputError {
    return new InputError({ file: this.file }, what);
  }

  /** Throws unless `size` bytes at `offset` lie in the file. */
  expectInside(offset: number, size: number, what: string): void {
    if (offset + size <= this.bytes.length) return;
    throw this.error(`${what} ends at byte ${offset + size} of ${this.bytes.length}, expected inside the file`);
  }

  half(offset: number): number {
    return this.view.getUint16(offset);
  }

  word(offset: number): number {
    return this.view.getUint32(offset);
  }

  /** A doubleword; beyond 2^53 it loses low bits, which every check here refuses anyway. */
  long(offset: number): number {
    return Number(this.view.getBigUint64(offset));
  }

  address(offset: number): bigint {
    return this.view.getBigUint64(offset);
  }

  /** The text at `offset` up to a zero byte. */
  text(offset: number, end: number): string {
    const stop = this.bytes.subarray(0, end).indexOf(0, offset);
    return new TextDecoder().decode(this.bytes.subarray(offset, stop < 0 ? end : stop));
  }
}

const checkHeader = (reader: Reader): void => {
  reader.expectInside(0, ELF.HEADER_SIZE, 'ELF header');
  const { bytes } = reader;
  if (reader.word(0) !== ELF.MAGIC) throw reader.error('no ELF file, expected 0x7f "ELF" at its beginning');
  if (bytes[4] !== ELF.CLASS64) throw reader.error(`ELF class ${bytes[4]}, expected 2 (64 bits)`);
  if (bytes[5] !== ELF.BIG_ENDIAN) throw reader.error(`ELF data encoding ${bytes[5]}, expected 2 (big-endian)`);
  const machine = reader.half(18);
  if (machine !== ELF.MACHINE_S390) throw reader.error(`ELF machine ${machine}, expected 22 (s390)`);
  const type = reader.half(16);
  if (type !== ELF.EXECUTABLE) {
    throw reader.error(`ELF type ${type} is ${TYPE_NAMES[type] ?? 'unknown'}, expected 2 (a statically linked executable)`);
  }
};

/** A table of headers: where it is, checked to lie in the file. */
const tableAt = (reader: Reader, offset: number, count: number, entry: number, least: number, what: string): void => {
  if (count === 0) return;
  if (entry < least) throw reader.error(`${what} has entries of ${entry} bytes, expected ${least}`);
  if (count > MOST_HEADERS) throw reader.error(`${what} has ${count} entries, expected at most ${MOST_HEADERS}`);
  reader.expectInside(offset, count * entry, what);
};

const readSegment = (reader: Reader, header: number, index: number): Segment | undefined => {
  if (reader.word(header) !== ELF.LOAD) return undefined;
  const name = `segment ${index}`;
  const offset = reader.long(header + 8);
  const address = reader.long(header + 24);
  const fileSize = reader.long(header + 32);
  const memorySize = reader.long(header + 40);
  if (fileSize > memorySize) throw reader.error(`${name} has p_filesz ${fileSize} above p_memsz ${memorySize}, expected at most that`);
  if (memorySize === 0) return undefined;
  reader.expectInside(offset, fileSize, name);
  if (address + memorySize > LARGEST_PROGRAM) {
    throw reader.error(
      `${name} ends at address 0x${(address + memorySize).toString(16)}, expected at most 0x${LARGEST_PROGRAM.toString(16)}`,
    );
  }
  if (memorySize > LARGEST_SEGMENT) throw reader.error(`${name} has p_memsz ${memorySize}, expected at most ${LARGEST_SEGMENT}`);
  return {
    address,
    bytes: new Uint8Array(reader.bytes.subarray(offset, offset + fileSize)),
    ...(memorySize > fileSize && { size: memorySize }),
  };
};

const LARGEST_SEGMENT = 2 ** 30;

/** Segments in order of address. Throws InputError when two overlap. */
const orderSegments = (segments: readonly Segment[], file: string): Segment[] => {
  const ordered = [...segments].sort((a, b) => a.address - b.address);
  for (const [index, segment] of ordered.entries()) {
    const before = ordered[index - 1];
    if (before === undefined || segmentEnd(before) <= segment.address) continue;
    throw new InputError(
      { file },
      `segments at 0x${before.address.toString(16)} and 0x${segment.address.toString(16)} overlap, expected them apart`,
    );
  }
  return ordered;
};

const readSegments = (reader: Reader): Segment[] => {
  const offset = reader.long(32);
  const entry = reader.half(54);
  const count = reader.half(56);
  tableAt(reader, offset, count, entry, ELF.PROGRAM_HEADER_SIZE, 'program header table');
  const segments: Segment[] = [];
  for (let index = 0; index < count; index++) {
    const segment = readSegment(reader, offset + index * entry, index);
    if (segment !== undefined) segments.push(segment);
  }
  if (segments.length === 0) throw reader.error('no PT_LOAD segment, expected at least one');
  return orderSegments(segments, reader.file);
};

/** STT_SECTION and STT_FILE name no place that a person would. */
const isNamed = (info: number): boolean => (info & 15) < 3;

interface SymbolTable {
  readonly symbols: Map<string, bigint>;
  readonly absolute: Set<string>;
}

const readSymbols = (reader: Reader): SymbolTable => {
  const table: SymbolTable = { symbols: new Map(), absolute: new Set() };
  const offset = reader.long(40);
  const entry = reader.half(58);
  const count = reader.half(60);
  tableAt(reader, offset, count, entry, ELF.SECTION_HEADER_SIZE, 'section header table');
  for (let index = 0; index < count; index++) {
    const header = offset + index * entry;
    if (reader.word(header + 4) !== ELF.SYMTAB) continue;
    const link = reader.word(header + 40);
    if (link >= count) throw reader.error(`symbol table names string table ${link} of ${count}, expected one that exists`);
    readSymbolTable(reader, header, offset + link * entry, table);
  }
  return table;
};

const readSymbolTable = (reader: Reader, header: number, stringHeader: number, table: SymbolTable): void => {
  const [begin, size] = [reader.long(header + 24), reader.long(header + 32)];
  const [strings, stringSize] = [reader.long(stringHeader + 24), reader.long(stringHeader + 32)];
  reader.expectInside(begin, size, 'symbol table');
  reader.expectInside(strings, stringSize, 'string table');
  if (size / ELF.SYMBOL_SIZE > MOST_SYMBOLS) throw reader.error(`symbol table has more than ${MOST_SYMBOLS} symbols, expected fewer`);
  for (let at = begin; at + ELF.SYMBOL_SIZE <= begin + size; at += ELF.SYMBOL_SIZE) {
    const section = reader.half(at + 6);
    const name = reader.word(at);
    if (section === ELF.UNDEFINED || !isNamed(reader.bytes[at + 4]!) || name === 0) continue;
    if (name >= stringSize) throw reader.error(`symbol name at ${name} of ${stringSize} bytes, expected inside the string table`);
    const text = reader.text(strings + name, strings + stringSize);
    table.symbols.set(text, reader.address(at + 8));
    if (section === ELF.ABSOLUTE) table.absolute.add(text);
  }
};

/** Whether a file begins as ELF files do. */
export const isElf = (bytes: Uint8Array): boolean => bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;

/**
 * Reads an ELF64 s390x executable: its PT_LOAD segments at their physical addresses, its entry, its symbols.
 * Throws {@link InputError} in one line for a file that is not one or is damaged.
 */
export const loadElf = (bytes: Uint8Array, file: string): Program => {
  const reader = new Reader(bytes, file);
  checkHeader(reader);
  return { entry: reader.address(24), segments: readSegments(reader), ...readSymbols(reader), lines: [] };
};
