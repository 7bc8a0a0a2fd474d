import { DATA, INTERRUPTIONS, PAGE, RESULT } from './layout.ts';

/** How one case ended on one machine. */
export interface Result {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly blocks: ReadonlyMap<number, Uint8Array>;
}

/** Splits a result area into records. It ends early where a machine did not finish. */
export const readResults = (area: Uint8Array): Result[] => {
  const results: Result[] = [];
  const view = new DataView(area.buffer, area.byteOffset, area.length);
  let at = 0;
  while (at + RESULT.fixed <= area.length && view.getUint32(at + RESULT.kind) !== 0) {
    const count = view.getUint32(at + RESULT.blocks);
    // A machine that went astray may have left anything here.
    if (count > (DATA.pages * PAGE) / RESULT.blockSize || view.getUint32(at + RESULT.index) !== results.length) break;
    const blocks = new Map<number, Uint8Array>();
    const start = at;
    at += RESULT.fixed;
    for (let i = 0; i < count; i++, at += 8 + RESULT.blockSize) {
      blocks.set(Number(view.getBigUint64(at)), area.subarray(at + 8, at + 8 + RESULT.blockSize));
    }
    const bytes = area.subarray(start, at);
    results.push({ bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), blocks });
  }
  return results;
};

export const kindOf = ({ view }: Result): string => INTERRUPTIONS[view.getUint32(RESULT.kind) - 1]?.name ?? 'none';

/** A field of the lowcore, as it was just after the interruption. */
export const lowcore = ({ view }: Result, address: number, size: 1 | 2 | 4 | 8): bigint => {
  let value = 0n;
  for (let i = 0; i < size; i++) value = (value << 8n) | BigInt(view.getUint8(RESULT.lowcore + address - RESULT.lowcoreFrom + i));
  return value;
};

/** Interruption code of a program interruption. */
export const programCode = (result: Result): number => (kindOf(result) === 'program' ? Number(lowcore(result, 0x8e, 2)) : 0);

/** The old PSW of the interruption that ended the case. */
export const oldPsw = ({ view }: Result): { readonly mask: bigint; readonly address: bigint } => ({
  mask: view.getBigUint64(RESULT.psw),
  address: view.getBigUint64(RESULT.psw + 8),
});

/** A part of a result that has a name of its own. */
export interface Part {
  readonly name: string;
  readonly value: string;
}

const hex = (value: bigint | number, digits: number): string => value.toString(16).padStart(digits, '0');

const lowcoreParts = (result: Result): Part[] => {
  const at = (name: string, address: number, size: 1 | 2 | 4 | 8): Part => ({ name, value: hex(lowcore(result, address, size), size * 2) });
  return [
    at('0x80', 0x80, 8),
    at('SVC ILC and code', 0x88, 4),
    at('ILC', 0x8c, 2),
    at('code', 0x8e, 2),
    at('DXC', 0x90, 4),
    at('monitor class', 0x94, 2),
    at('PER code', 0x96, 2),
    at('PER address', 0x98, 8),
    at('exception access id', 0xa0, 1),
    at('PER access id', 0xa1, 1),
    at('operand access id', 0xa2, 1),
    at('0xa3', 0xa3, 1),
    at('0xa4', 0xa4, 4),
    at('TEID', 0xa8, 8),
    at('monitor code', 0xb0, 8),
    at('subsystem id', 0xb8, 8),
    at('0xc0', 0xc0, 8),
  ];
};

/** All parts of a result, named as one speaks of them. */
export const parts = (result: Result): readonly Part[] => {
  const { view } = result;
  const double = (name: string, at: number): Part => ({ name, value: hex(view.getBigUint64(at), 16) });
  const word = (name: string, at: number): Part => ({ name, value: hex(view.getUint32(at), 8) });
  const registers = (name: string, make: (i: number) => Part, count = 16): Part[] =>
    Array.from({ length: count }, (_, i) => ({ ...make(i), name: `${name}${i}` }));
  const quad = (at: number): Part => ({ name: '', value: `${double('', at).value} ${double('', at + 8).value}` });
  const all: Part[] = [
    { name: 'interruption', value: kindOf(result) },
    double('PSW mask', RESULT.psw),
    double('PSW address', RESULT.psw + 8),
    ...lowcoreParts(result),
    word('prefix', RESULT.prefix),
    word('FPC', RESULT.fpc),
    ...registers('GR', (i) => double('', RESULT.gr + i * 8)),
    ...registers('VR', (i) => quad(RESULT.vr + i * 16), 32),
    ...registers('AR', (i) => word('', RESULT.ar + i * 4)),
    ...registers('CR', (i) => double('', RESULT.cr + i * 8)),
  ];
  for (let page = 0; page < DATA.pages; page++)
    all.push({ name: `key of frame ${page}`, value: hex(view.getUint8(RESULT.keys + page), 2) });
  return all;
};

/** The content of a changed block, or undefined where it did not change. */
export const blockName = (offset: number): string => `frame ${Math.floor(offset / PAGE)}+${hex(offset % PAGE, 3)}`;
