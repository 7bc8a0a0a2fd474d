import { ELF } from './elf.ts';
import type { Program, Segment } from './program.ts';

const PAGE = 0x1000;
const READ_WRITE_EXECUTE = 7;
const VERSION = 1;
const STRTAB = 3;
const PROGBITS = 1;
/** SHF_WRITE, SHF_ALLOC and SHF_EXECINSTR. */
const SECTION_FLAGS = 7;
const GLOBAL_NO_TYPE = 0x10;

/** Big-endian structures one after the other. */
class Writer {
  readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Writes fields as [bytes, value] from an offset on. */
  fields(offset: number, fields: readonly (readonly [size: 1 | 2 | 4 | 8, value: number | bigint])[]): void {
    let at = offset;
    for (const [size, value] of fields) {
      const number = BigInt(value);
      for (let index = 0; index < size; index++) this.view.setUint8(at + index, Number((number >> BigInt(8 * (size - 1 - index))) & 255n));
      at += size;
    }
  }
}

/** A table of names: the names as bytes and where each begins. */
const stringTable = (names: readonly string[]): { bytes: Uint8Array; offsets: number[] } => {
  const offsets: number[] = [];
  const parts: Uint8Array[] = [new Uint8Array(1)];
  let size = 1;
  for (const name of names) {
    const part = new TextEncoder().encode(`${name}\0`);
    offsets.push(size);
    parts.push(part);
    size += part.length;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes, offsets };
};

const alignUp = (value: number, alignment: number): number => Math.ceil(value / alignment) * alignment;

interface Plan {
  readonly segments: readonly (Segment & { readonly offset: number })[];
  readonly names: readonly string[];
  readonly symbolOffset: number;
  readonly strings: ReturnType<typeof stringTable>;
  readonly stringOffset: number;
  readonly sectionNames: ReturnType<typeof stringTable>;
  readonly sectionNameOffset: number;
  readonly headerOffset: number;
  readonly size: number;
}

/** Names of GNU as's local labels stay out, as they do there. */
const isGlobal = (name: string): boolean => !name.startsWith('.L');

/** Where each part of the file goes. Segments lie at the same offset in a page as in storage, which ELF loaders ask for. */
const plan = (program: Program): Plan => {
  let at = ELF.HEADER_SIZE + program.segments.length * ELF.PROGRAM_HEADER_SIZE;
  const segments = program.segments.map((segment) => {
    const offset = alignUp(at, PAGE) + (segment.address % PAGE);
    at = offset + segment.bytes.length;
    return { ...segment, offset };
  });
  const names = [...program.symbols.keys()].filter(isGlobal);
  const strings = stringTable(names);
  const sectionNames = stringTable([
    ...program.segments.map((_, index) => (index === 0 ? '.text' : `.data${index}`)),
    '.symtab',
    '.strtab',
    '.shstrtab',
  ]);
  const symbolOffset = alignUp(at, 8);
  const stringOffset = symbolOffset + (names.length + 1) * ELF.SYMBOL_SIZE;
  const sectionNameOffset = stringOffset + strings.bytes.length;
  const headerOffset = alignUp(sectionNameOffset + sectionNames.bytes.length, 8);
  const size = headerOffset + (program.segments.length + 4) * ELF.SECTION_HEADER_SIZE;
  return { segments, names, symbolOffset, strings, stringOffset, sectionNames, sectionNameOffset, headerOffset, size };
};

const writeHeader = (writer: Writer, program: Program, p: Plan): void => {
  const sections = p.segments.length + 4;
  writer.fields(0, [
    [4, ELF.MAGIC],
    [1, ELF.CLASS64],
    [1, ELF.BIG_ENDIAN],
    [1, VERSION],
    [1, 0],
    [8, 0],
    [2, ELF.EXECUTABLE],
    [2, ELF.MACHINE_S390],
    [4, VERSION],
    [8, program.entry],
    [8, ELF.HEADER_SIZE],
    [8, p.headerOffset],
    [4, 0],
    [2, ELF.HEADER_SIZE],
    [2, ELF.PROGRAM_HEADER_SIZE],
    [2, p.segments.length],
    [2, ELF.SECTION_HEADER_SIZE],
    [2, sections],
    [2, sections - 1],
  ]);
};

const writeSegments = (writer: Writer, p: Plan): void => {
  for (const [index, { address, bytes, offset }] of p.segments.entries()) {
    writer.fields(ELF.HEADER_SIZE + index * ELF.PROGRAM_HEADER_SIZE, [
      [4, ELF.LOAD],
      [4, READ_WRITE_EXECUTE],
      [8, offset],
      [8, address],
      [8, address],
      [8, bytes.length],
      [8, bytes.length],
      [8, PAGE],
    ]);
    writer.bytes.set(bytes, offset);
  }
};

/** The section in which a symbol lies: its segment's, or none for a plain number. */
const sectionOf = (program: Program, name: string, value: bigint): number => {
  if (program.absolute?.has(name)) return ELF.ABSOLUTE;
  const index = program.segments.findIndex(({ address, bytes }) => value >= BigInt(address) && value <= BigInt(address + bytes.length));
  return index < 0 ? ELF.ABSOLUTE : index + 1;
};

const writeSymbols = (writer: Writer, program: Program, p: Plan): void => {
  for (const [index, name] of p.names.entries()) {
    const value = program.symbols.get(name)!;
    writer.fields(p.symbolOffset + (index + 1) * ELF.SYMBOL_SIZE, [
      [4, p.strings.offsets[index]!],
      [1, GLOBAL_NO_TYPE],
      [1, 0],
      [2, sectionOf(program, name, value)],
      [8, value],
      [8, 0],
    ]);
  }
  writer.bytes.set(p.strings.bytes, p.stringOffset);
  writer.bytes.set(p.sectionNames.bytes, p.sectionNameOffset);
};

const writeSections = (writer: Writer, p: Plan): void => {
  const count = p.segments.length;
  const header = (
    index: number,
    type: number,
    flags: number,
    address: number,
    offset: number,
    size: number,
    rest: readonly number[],
  ): void =>
    writer.fields(p.headerOffset + index * ELF.SECTION_HEADER_SIZE, [
      [4, p.sectionNames.offsets[index - 1]!],
      [4, type],
      [8, flags],
      [8, address],
      [8, offset],
      [8, size],
      [4, rest[0] ?? 0],
      [4, rest[1] ?? 0],
      [8, rest[2] ?? 1],
      [8, rest[3] ?? 0],
    ]);
  for (const [index, { address, bytes, offset }] of p.segments.entries()) {
    header(index + 1, PROGBITS, SECTION_FLAGS, address, offset, bytes.length, []);
  }
  const symbols = (p.names.length + 1) * ELF.SYMBOL_SIZE;
  header(count + 1, ELF.SYMTAB, 0, 0, p.symbolOffset, symbols, [count + 2, 1, 8, ELF.SYMBOL_SIZE]);
  header(count + 2, STRTAB, 0, 0, p.stringOffset, p.strings.bytes.length, []);
  header(count + 3, STRTAB, 0, 0, p.sectionNameOffset, p.sectionNames.bytes.length, []);
};

/** The program as an ELF64 s390x executable: a PT_LOAD segment for each of its segments, and a symbol table. */
export const writeElf = (program: Program): Uint8Array => {
  const p = plan(program);
  const writer = new Writer(p.size);
  writeHeader(writer, program, p);
  writeSegments(writer, p);
  writeSymbols(writer, program, p);
  writeSections(writer, p);
  return writer.bytes;
};
