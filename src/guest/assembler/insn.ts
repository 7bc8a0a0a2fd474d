import { FORMATS, type Format } from '../../cpu/formats.ts';
import { parseOperands } from '../../cpu/operands.ts';
import type { Cursor } from './cursor.ts';
import { encodeOperands } from './instruction.ts';
import type { Pass } from './pass.ts';

/** The formats of `.insn`, by GNU as's names (its documentation, "s390 Formats"): a format of the PoP and the operands GNU as takes. */
const INSN_FORMATS: Readonly<Record<string, { readonly format: Format; readonly operands: string }>> = {
  e: { format: FORMATS.E, operands: '' },
  ri: { format: FORMATS['RI-a'], operands: 'r1,i2' },
  rie: { format: FORMATS['RIE-e'], operands: 'r1,r3,j2' },
  ril: { format: FORMATS['RIL-b'], operands: 'r1,j2' },
  rilu: { format: FORMATS['RIL-a'], operands: 'r1,u2' },
  ris: { format: FORMATS.RIS, operands: 'r1,i2,m3,d4(b4)' },
  rr: { format: FORMATS.RR, operands: 'r1,r2' },
  rre: { format: FORMATS.RRE, operands: 'r1,r2' },
  rrf: { format: FORMATS['RRF-a'], operands: 'r1,r2,r3,m4' },
  rrs: { format: FORMATS.RRS, operands: 'r1,r2,m3,d4(b4)' },
  rs: { format: FORMATS['RS-a'], operands: 'r1,r3,d2(b2)' },
  rse: { format: FORMATS['RSY-a'], operands: 'r1,r3,d2(b2)' },
  rsi: { format: FORMATS.RSI, operands: 'r1,r3,j2' },
  rsy: { format: FORMATS['RSY-a'], operands: 'r1,r3,d2(b2)' },
  rx: { format: FORMATS['RX-a'], operands: 'r1,d2(x2,b2)' },
  rxe: { format: FORMATS.RXE, operands: 'r1,d2(x2,b2)' },
  rxf: { format: FORMATS.RXF, operands: 'r1,r3,d2(x2,b2)' },
  rxy: { format: FORMATS['RXY-a'], operands: 'r1,d2(x2,b2)' },
  s: { format: FORMATS.S, operands: 'd2(b2)' },
  si: { format: FORMATS.SI, operands: 'd1(b1),u2' },
  siy: { format: FORMATS.SIY, operands: 'd1(b1),u2' },
  sil: { format: FORMATS.SIL, operands: 'd1(b1),i2' },
  ss: { format: FORMATS['SS-d'], operands: 'd1(r1,b1),d2(b2),r3' },
  sse: { format: FORMATS.SSE, operands: 'd1(b1),d2(b2)' },
  ssf: { format: FORMATS.SSF, operands: 'd1(b1),d2(b2),r3' },
  vri: { format: FORMATS['VRI-e'], operands: 'v1,v2,u3,m4,m5' },
  vrr: { format: FORMATS['VRR-c'], operands: 'v1,v2,v3,m4,m5,m6' },
  vrs: { format: FORMATS['VRS-c'], operands: 'r1,v3,d2(b2),m4' },
  vrv: { format: FORMATS.VRV, operands: 'v1,d2(v2,b2),m3' },
  vrx: { format: FORMATS.VRX, operands: 'v1,d2(x2,b2),m3' },
  vsi: { format: FORMATS.VSI, operands: 'v1,d2(b2),u3' },
};

/** `.insn format,opcode,operands`: an instruction by its bits. The opcode is as long as the instruction; operands are ORed into their fields. */
export const insn = (cursor: Cursor, pass: Pass): void => {
  cursor.skipBlanks();
  const at = cursor.at;
  const name = cursor.expectName('a format such as rre').toLowerCase();
  const known = Object.hasOwn(INSN_FORMATS, name) ? INSN_FORMATS[name] : undefined;
  if (known === undefined)
    throw cursor.error(`'${name}' is no format of .insn, expected one of ${Object.keys(INSN_FORMATS).join(' ')}`, at);
  cursor.expect(',', 'after the format');
  const { format } = known;
  const opcode = pass.knownNumber(cursor, 'operation code');
  if (opcode < 0 || opcode >= 256 ** format.length) {
    throw cursor.error(`operation code 0x${opcode.toString(16)} is out of range, expected ${format.length} bytes`, at);
  }
  const bytes = new Uint8Array(format.length);
  for (let index = format.length - 1, rest = opcode; index >= 0; index--, rest = Math.floor(rest / 256)) bytes[index] = rest % 256;
  const operands = parseOperands(format, known.operands);
  if (operands.length > 0) cursor.expect(',', 'after the operation code');
  encodeOperands({ mnemonic: `.insn ${name}`, syntax: { format, operands, fixed: [] }, bytes, anyRegister: true }, cursor, pass);
};
