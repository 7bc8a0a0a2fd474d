/** Bytes that are loaded at a guest absolute address. */
export interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Bytes of storage that the segment takes; those behind `bytes` are zeros. Absent: as many as there are bytes. */
  readonly size?: number;
}

/** Where a segment ends. */
export const segmentEnd = ({ address, bytes, size = bytes.length }: Segment): number => address + size;

/** The source line that produced the bytes from this address on. */
export interface Line {
  readonly address: number;
  readonly file: string;
  readonly line: number;
}

/** A program ready to load, whatever it came from: assembler source, ELF file or raw image. */
export interface Program {
  /** Instruction address at which execution starts. */
  readonly entry: bigint;
  /** In order of address, none overlapping another. */
  readonly segments: readonly Segment[];
  readonly symbols: ReadonlyMap<string, bigint>;
  /** Names of the symbols that are plain numbers (`.set`), not places in the program. */
  readonly absolute?: ReadonlySet<string>;
  /** In order of address; empty when the source is not known. */
  readonly lines: readonly Line[];
  /** PSW mask (bits 0-63) that the program asks for; absent: the loader's choice (64-bit mode, supervisor state, DAT off). */
  readonly pswMask?: bigint;
}
