import type { FieldName } from '../../../src/cpu/formats.ts';
import { CPUFLAGS, SD } from '../../../src/cpu/state-description.ts';
import type { Draft } from '../../differential/qemu/draft.ts';
import { DATA, PAGE } from '../../differential/qemu/layout.ts';
import type { Special } from '../../differential/qemu/special.ts';

/** What instructions need to reach their operands that the comparison with QEMU leaves out, or makes fail too often to be of use here. */

const bytesOf = (size: number, fill: (view: DataView) => void): Uint8Array => {
  const bytes = new Uint8Array(size);
  fill(new DataView(bytes.buffer));
  return bytes;
};

/** The digits of a number and a plus sign, in so many bytes. */
const packed = (size: number, value: number): Uint8Array => Uint8Array.from(Buffer.from(`${value}c`.padStart(2 * size, '0'), 'hex'));

/** Packed operands of their own lengths: sixteen bytes that leave room for any result, and three. */
const decimals: Special = {
  prepare: (draft) => {
    for (const [n, place] of draft.operands.storage.entries())
      if (place.length) draft.point(place, draft.address({ size: LENGTHS[n]!, align: 1 }));
  },
  finish: (draft) => {
    for (const [n, { length }] of draft.operands.storage.entries()) if (length) draft.fields[length] = LENGTHS[n]! - 1;
    for (const [n, place] of draft.operands.storage.entries())
      if (place.length) draft.patch(draft.addressOf(place), packed(LENGTHS[n]!, 1 + draft.random.below(1000)));
  },
};
const LENGTHS = [16, 3] as const;

/** TRANSLATE AND TEST EXTENDED: characters in R1 and R1+1, table in general register 1. */
const testExtended: Special = {
  prepare: (draft) => {
    draft.fields.r1 = 4;
    draft.fields.r2 = 8;
    draft.pin(4, draft.address({ size: 64, align: 2 }));
    draft.pin(5, BigInt(2 + 2 * draft.random.below(31)));
    draft.pin(1, draft.address({ size: 1024, align: 8 }));
  },
};

/** An address in the register of a field. */
const addressIn =
  (field: FieldName, size: number): NonNullable<Special['prepare']> =>
  (draft) => {
    const register = 2 + draft.random.below(12);
    draft.fields[field] = register;
    draft.pin(register, draft.address({ size, align: 8 }));
  };

/** Function codes of PERFORM LOCKED OPERATION, with a parameter list that designates operands of its own. */
const performLocked: Special = {
  prepare: (draft) => {
    const { random } = draft;
    draft.fields.r1 = 4;
    draft.fields.r3 = 6;
    draft.pin(0, BigInt(random.below(24)));
    draft.pin(1, random.double());
    const [second, fourth] = draft.operands.storage;
    const data = draft.address({ size: 16, align: 16 }) & ~0xfn;
    const list = draft.address({ size: 160, align: 16 }) & ~0xfn;
    draft.point(second!, data);
    draft.point(fourth!, list);
    // Both comparisons find what they look for.
    const value = bytesOf(16, (view) => view.setUint32(12, random.word()));
    const word = BigInt(new DataView(value.buffer).getUint32(12));
    draft.patch(Number(data), value);
    for (const place of [0, 32]) draft.patch(Number(list) + place, value);
    draft.pin(4, word);
    draft.pin(6, word);
    for (const at of [72, 104, 136]) {
      const address = draft.address({ size: 16, align: 16 }) & ~0xfn;
      draft.patch(
        Number(list) + at,
        bytesOf(8, (view) => view.setBigUint64(0, address)),
      );
      if (at === 72) draft.patch(Number(address), value);
    }
  },
};

/** A storage operand that is a page. */
const wholePage = (draft: Draft): number => {
  const page = DATA.address + draft.random.below(DATA.pages) * PAGE;
  draft.point(draft.operands.storage[0]!, BigInt(page));
  return page;
};

/** STORE SYSTEM INFORMATION: virtual machines, or the basic machine. */
const systemInformation: Special = {
  prepare: (draft) => {
    draft.pin(0, draft.random.chance(50) ? 0x3000_0002n : 0x1000_0001n);
    draft.pin(1, (draft.gr[0]! & 0xfn) === 2n ? 2n : 1n);
    wholePage(draft);
  },
};

/** START INTERPRETIVE EXECUTION, of a guest that has nothing to do. */
const interpretive: Special = {
  prepare: (draft) => {
    const page = wholePage(draft);
    draft.patch(
      page,
      bytesOf(SD.SIZE, (view) => {
        view.setUint32(SD.FLAGS, CPUFLAGS.ZARCH);
        view.setBigUint64(SD.PSW, 0x1_8000_0000n);
      }),
    );
  },
};

/** PERFORM FRAME MANAGEMENT FUNCTION: clears one frame, sets its key, or both. */
const frameManagement: Special = {
  prepare: (draft) => {
    draft.fields.r1 = 4;
    draft.fields.r2 = 5;
    draft.pin(4, BigInt(draft.random.between(0, 3) << 16) | BigInt(draft.random.below(128) << 1));
    draft.pin(5, draft.address({ size: 8, align: 8 }));
  },
};

/** INVALIDATE DAT TABLE ENTRY: entries on both sides of a page end. */
const tableEntries: Special = {
  prepare: (draft) => {
    draft.fields.r1 = 4;
    draft.fields.r2 = 5;
    draft.fields.r3 = 6;
    draft.pin(4, (draft.address({ size: 8, align: 8 }) & ~0xfffn) | 3n);
    draft.pin(5, BigInt((draft.random.between(500, 511) << 20) | draft.random.below(4)));
    draft.pin(6, 0n);
  },
};

/** SERVICE CALL: reads information into a block. */
const serviceCall: Special = {
  prepare: (draft) => {
    draft.fields.r1 = 4;
    draft.fields.r2 = 5;
    draft.pin(4, 0x0002_0001n);
    const block = DATA.address + draft.random.below(DATA.pages) * PAGE;
    draft.pin(5, BigInt(block));
    draft.patch(
      block,
      bytesOf(8, (view) => view.setUint16(0, PAGE)),
    );
  },
};

/** By mnemonic. */
export const SPECIAL: Readonly<Record<string, Special | undefined>> = {
  ap: decimals,
  sp: decimals,
  zap: decimals,
  cp: decimals,
  mp: decimals,
  dp: decimals,
  srp: decimals,
  trte: testExtended,
  trtre: testExtended,
  ectg: { prepare: addressIn('r3', 8) },
  plo: performLocked,
  stsi: systemInformation,
  sie: interpretive,
  pfmf: frameManagement,
  idte: tableEntries,
  servc: serviceCall,
};
