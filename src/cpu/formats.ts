/**
 * The instruction formats of the Principles of Operation (PoP, chapter 5, "Instruction Formats"), as data.
 *
 * From a format come the decoder's fields, the assembler's operand syntax and the disassembler's text.
 */

/** A field of an instruction: its first bit, counted from the left as the PoP does, and its width in bits. */
export type Field = readonly [bit: number, width: number];

/** Where the operation code lies: one byte, byte and following nibble (bits 12-15), halfword, or byte and last byte (bits 40-47). */
export type OpcodePlace = 'byte' | 'nibble' | 'halfword' | 'last';

/**
 * The names that a field can have. `d1` to `d4` are displacements; where `long` is set, `h1` or `h2` hold the high eight bits.
 * `v1` to `v4` hold the low four bits of a vector register's number; {@link extensionOf} tells where the fifth is.
 */
export type FieldName =
  | 'r1'
  | 'r2'
  | 'r3'
  | 'm1'
  | 'm3'
  | 'm4'
  | 'm5'
  | 'm6'
  | 'v1'
  | 'v2'
  | 'v3'
  | 'v4'
  | 'i1'
  | 'i2'
  | 'i3'
  | 'i4'
  | 'i5'
  | 'x2'
  | 'b1'
  | 'b2'
  | 'b3'
  | 'b4'
  | 'd1'
  | 'd2'
  | 'd3'
  | 'd4'
  | 'h1'
  | 'h2'
  | 'l'
  | 'l1'
  | 'l2';

export interface Format {
  /** Bytes: 2, 4 or 6. */
  readonly length: 2 | 4 | 6;
  readonly opcode: OpcodePlace;
  readonly fields: Readonly<Partial<Record<FieldName, Field>>>;
  /**
   * Operands in assembler order, separated by commas outside parentheses.
   * `rN fN aN cN` name a general, floating-point, access or control register in field rN; `vN` a vector register; `mN` a mask;
   * `iN` a signed and `uN` an unsigned immediate in field iN; `jN` a halfword-scaled relative address in field iN;
   * `dN(xN,bN)`, `dN(vN,bN)`, `dN(bN)`, `dN(l,bN)`, `dN(lN,bN)`, `dN(rM,bN)` storage. A trailing `?` marks an operand that may be omitted and is then zero.
   */
  readonly operands: string;
}

const R1: Field = [8, 4];
const R2: Field = [12, 4];
const D2 = { b2: [16, 4], d2: [20, 12] } as const;
const LONG_D2 = { b2: [16, 4], d2: [20, 12], h2: [32, 8] } as const;
const LONG_D1 = { b1: [16, 4], d1: [20, 12], h1: [32, 8] } as const;
const V1: Field = [8, 4];
const V2: Field = [12, 4];
const V3: Field = [16, 4];
const D1 = { b1: [16, 4], d1: [20, 12] } as const;
const SS_D2 = { b2: [32, 4], d2: [36, 12] } as const;

const format = (length: 2 | 4 | 6, opcode: OpcodePlace, operands: string, fields: Readonly<Partial<Record<FieldName, Field>>>): Format => ({
  length,
  opcode,
  fields,
  operands,
});

/** Every format that a row can name. */
export const FORMATS = {
  E: format(2, 'halfword', '', {}),
  I: format(2, 'byte', 'u1', { i1: [8, 8] }),
  IE: format(4, 'halfword', 'u1,u2', { i1: [24, 4], i2: [28, 4] }),
  MII: format(6, 'byte', 'm1,j2,j3', { m1: R1, i2: [12, 12], i3: [24, 24] }),
  RR: format(2, 'byte', 'r1,r2', { r1: R1, r2: R2, m1: R1 }),
  RRE: format(4, 'halfword', 'r1,r2', { r1: [24, 4], r2: [28, 4] }),
  RRD: format(4, 'halfword', 'r1,r3,r2', { r1: [16, 4], r3: [24, 4], r2: [28, 4] }),
  'RRF-a': format(4, 'halfword', 'r1,r2,r3', { r3: [16, 4], m4: [20, 4], r1: [24, 4], r2: [28, 4] }),
  'RRF-b': format(4, 'halfword', 'r1,r3,r2,m4?', { r3: [16, 4], m4: [20, 4], r1: [24, 4], r2: [28, 4] }),
  'RRF-c': format(4, 'halfword', 'r1,r2,m3', { m3: [16, 4], r1: [24, 4], r2: [28, 4] }),
  'RRF-e': format(4, 'halfword', 'r1,m3,r2', { m3: [16, 4], m4: [20, 4], r1: [24, 4], r2: [28, 4] }),
  'RI-a': format(4, 'nibble', 'r1,i2', { r1: R1, i2: [16, 16] }),
  'RI-b': format(4, 'nibble', 'r1,j2', { r1: R1, i2: [16, 16] }),
  'RI-c': format(4, 'nibble', 'm1,j2', { m1: R1, i2: [16, 16] }),
  'RIL-a': format(6, 'nibble', 'r1,i2', { r1: R1, i2: [16, 32] }),
  'RIL-b': format(6, 'nibble', 'r1,j2', { r1: R1, i2: [16, 32] }),
  'RIL-c': format(6, 'nibble', 'm1,j2', { m1: R1, i2: [16, 32] }),
  'RIE-a': format(6, 'last', 'r1,i2,m3', { r1: R1, i2: [16, 16], m3: [32, 4] }),
  'RIE-b': format(6, 'last', 'r1,r2,m3,j4', { r1: R1, r2: R2, i4: [16, 16], m3: [32, 4] }),
  'RIE-c': format(6, 'last', 'r1,i2,m3,j4', { r1: R1, m3: R2, i4: [16, 16], i2: [32, 8] }),
  'RIE-d': format(6, 'last', 'r1,r3,i2', { r1: R1, r3: R2, i2: [16, 16] }),
  'RIE-e': format(6, 'last', 'r1,r3,j2', { r1: R1, r3: R2, i2: [16, 16] }),
  'RIE-f': format(6, 'last', 'r1,r2,u3,u4,u5', { r1: R1, r2: R2, i3: [16, 8], i4: [24, 8], i5: [32, 8] }),
  'RIE-g': format(6, 'last', 'r1,i2,m3', { r1: R1, m3: R2, i2: [16, 16] }),
  RIS: format(6, 'last', 'r1,i2,m3,d4(b4)', { r1: R1, m3: R2, b4: [16, 4], d4: [20, 12], i2: [32, 8] }),
  RRS: format(6, 'last', 'r1,r2,m3,d4(b4)', { r1: R1, r2: R2, b4: [16, 4], d4: [20, 12], m3: [32, 4] }),
  'RS-a': format(4, 'byte', 'r1,r3,d2(b2)', { r1: R1, r3: R2, ...D2 }),
  'RS-b': format(4, 'byte', 'r1,m3,d2(b2)', { r1: R1, m3: R2, ...D2 }),
  RSI: format(4, 'byte', 'r1,r3,j2', { r1: R1, r3: R2, i2: [16, 16] }),
  'RSL-a': format(6, 'last', 'd1(l1,b1)', { l1: R1, ...D1 }),
  'RSY-a': format(6, 'last', 'r1,r3,d2(b2)', { r1: R1, r3: R2, ...LONG_D2 }),
  'RSY-b': format(6, 'last', 'r1,m3,d2(b2)', { r1: R1, m3: R2, ...LONG_D2 }),
  'RX-a': format(4, 'byte', 'r1,d2(x2,b2)', { r1: R1, x2: R2, ...D2 }),
  'RX-b': format(4, 'byte', 'm1,d2(x2,b2)', { m1: R1, x2: R2, ...D2 }),
  'RXY-a': format(6, 'last', 'r1,d2(x2,b2)', { r1: R1, x2: R2, ...LONG_D2 }),
  'RXY-b': format(6, 'last', 'm1,d2(x2,b2)', { m1: R1, x2: R2, ...LONG_D2 }),
  RXE: format(6, 'last', 'r1,d2(x2,b2)', { r1: R1, x2: R2, ...D2, m3: [32, 4] }),
  RXF: format(6, 'last', 'r1,r3,d2(x2,b2)', { r3: R1, x2: R2, ...D2, r1: [32, 4] }),
  S: format(4, 'halfword', 'd2(b2)', { ...D2 }),
  SI: format(4, 'byte', 'd1(b1),u2', { i2: [8, 8], ...D1 }),
  SIY: format(6, 'last', 'd1(b1),u2', { i2: [8, 8], ...LONG_D1 }),
  SIL: format(6, 'halfword', 'd1(b1),i2', { ...D1, i2: [32, 16] }),
  SMI: format(6, 'byte', 'm1,j2,d3(b3)', { m1: R1, b3: [16, 4], d3: [20, 12], i2: [32, 16] }),
  'SS-a': format(6, 'byte', 'd1(l,b1),d2(b2)', { l: [8, 8], ...D1, ...SS_D2 }),
  'SS-b': format(6, 'byte', 'd1(l1,b1),d2(l2,b2)', { l1: R1, l2: R2, ...D1, ...SS_D2 }),
  'SS-c': format(6, 'byte', 'd1(l1,b1),d2(b2),u3', { l1: R1, i3: R2, ...D1, ...SS_D2 }),
  'SS-d': format(6, 'byte', 'd1(r1,b1),d2(b2),r3', { r1: R1, r3: R2, ...D1, ...SS_D2 }),
  'SS-e': format(6, 'byte', 'r1,d2(b2),r3,d4(b4)', { r1: R1, r3: R2, ...D2, b4: [32, 4], d4: [36, 12] }),
  'SS-f': format(6, 'byte', 'd1(b1),d2(l2,b2)', { l2: [8, 8], ...D1, ...SS_D2 }),
  SSE: format(6, 'halfword', 'd1(b1),d2(b2)', { ...D1, ...SS_D2 }),
  SSF: format(6, 'nibble', 'd1(b1),d2(b2),r3', { r3: R1, ...D1, ...SS_D2 }),
  'VRI-a': format(6, 'last', 'v1,i2,m3', { v1: V1, i2: [16, 16], m3: [32, 4] }),
  'VRI-b': format(6, 'last', 'v1,u2,u3,m4', { v1: V1, i2: [16, 8], i3: [24, 8], m4: [32, 4] }),
  'VRI-c': format(6, 'last', 'v1,v3,u2,m4', { v1: V1, v3: V2, i2: [16, 16], m4: [32, 4] }),
  'VRI-d': format(6, 'last', 'v1,v2,v3,u4,m5', { v1: V1, v2: V2, v3: V3, i4: [24, 8], m5: [32, 4] }),
  'VRI-e': format(6, 'last', 'v1,v2,u3,m4,m5', { v1: V1, v2: V2, i3: [16, 12], m5: [28, 4], m4: [32, 4] }),
  'VRI-f': format(6, 'last', 'v1,v2,v3,u4,m5', { v1: V1, v2: V2, v3: V3, m5: [24, 4], i4: [28, 8] }),
  'VRI-g': format(6, 'last', 'v1,v2,u3,u4,m5', { v1: V1, v2: V2, i4: [16, 8], m5: [24, 4], i3: [28, 8] }),
  'VRI-h': format(6, 'last', 'v1,u2,u3', { v1: V1, i2: [16, 16], i3: [32, 4] }),
  'VRI-i': format(6, 'last', 'v1,r2,u3,m4', { v1: V1, r2: V2, m4: [24, 4], i3: [28, 8] }),
  'VRR-a': format(6, 'last', 'v1,v2,m3,m4,m5', { v1: V1, v2: V2, m5: [24, 4], m4: [28, 4], m3: [32, 4] }),
  'VRR-b': format(6, 'last', 'v1,v2,v3,m4,m5', { v1: V1, v2: V2, v3: V3, m5: [24, 4], m4: [32, 4] }),
  'VRR-c': format(6, 'last', 'v1,v2,v3,m4,m5,m6', { v1: V1, v2: V2, v3: V3, m6: [24, 4], m5: [28, 4], m4: [32, 4] }),
  'VRR-d': format(6, 'last', 'v1,v2,v3,v4,m5,m6', { v1: V1, v2: V2, v3: V3, m5: [20, 4], m6: [24, 4], v4: [32, 4] }),
  'VRR-e': format(6, 'last', 'v1,v2,v3,v4,m5,m6', { v1: V1, v2: V2, v3: V3, m6: [20, 4], m5: [28, 4], v4: [32, 4] }),
  'VRR-f': format(6, 'last', 'v1,r2,r3', { v1: V1, r2: V2, r3: V3 }),
  'VRR-g': format(6, 'last', 'v1', { v1: V2 }),
  'VRR-h': format(6, 'last', 'v1,v2,m3', { v1: V2, v2: V3, m3: [24, 4] }),
  'VRR-i': format(6, 'last', 'r1,v2,m3,m4?', { r1: R1, v2: V2, m3: [24, 4], m4: [28, 4] }),
  'VRS-a': format(6, 'last', 'v1,v3,d2(b2),m4', { v1: V1, v3: V2, ...D2, m4: [32, 4] }),
  'VRS-b': format(6, 'last', 'v1,r3,d2(b2),m4', { v1: V1, r3: V2, ...D2, m4: [32, 4] }),
  'VRS-c': format(6, 'last', 'r1,v3,d2(b2),m4', { r1: R1, v3: V2, ...D2, m4: [32, 4] }),
  'VRS-d': format(6, 'last', 'v1,r3,d2(b2)', { r3: V2, ...D2, v1: [32, 4] }),
  VRV: format(6, 'last', 'v1,d2(v2,b2),m3', { v1: V1, v2: V2, ...D2, m3: [32, 4] }),
  VRX: format(6, 'last', 'v1,d2(x2,b2),m3', { v1: V1, x2: V2, ...D2, m3: [32, 4] }),
  VSI: format(6, 'last', 'v1,d2(b2),u3', { i3: [8, 8], ...D2, v1: [32, 4] }),
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

/**
 * The bit of RXB that extends the vector-register number in these four bits: the first for bits 8-11, the second for 12-15, the third
 * for 16-19, the fourth for 32-35 (PoP, "RXB Field").
 */
export const extensionOf = ([bit]: Field): Field => [bit === 32 ? 39 : 34 + bit / 4, 1];

/** Length in bytes of the instruction that begins with this byte: bits 0-1 are 00 for 2, 01 or 10 for 4, 11 for 6 (PoP, "Instruction Length"). */
export const lengthOf = (firstByte: number): 2 | 4 | 6 => (firstByte < 0x40 ? 2 : firstByte < 0xc0 ? 4 : 6);
