import type { I32, Meaning } from '../meaning.ts';

/**
 * Characters under mask (ICM, STCM, CLM): each of the four bits of M3 stands for a byte of a word; storage holds as many bytes as there
 * are ones, side by side.
 */
const BYTES = [0, 1, 2, 3] as const;
const WHOLE = 15;

export const fieldOfMask = (m: Meaning): I32 => m.unsigned('m3');

const isSelected = (m: Meaning, mask: I32, byte: number): I32 => m.and(mask, 8 >> byte);
/** How many selected bytes stand before this one. */
const place = (m: Meaning, mask: I32, byte: number): I32 => m.popcnt(m.shrU(mask, 4 - byte));

/** The word with zeros in the bytes that the mask leaves out. */
export const clearOutside = (m: Meaning, mask: I32, value: I32): I32 =>
  BYTES.map((byte) => m.select(isSelected(m, mask, byte), m.and(value, 0xff << (24 - 8 * byte)), 0)).reduce((a, b) => m.or(a, b));

/** The bytes of the second operand at the selected places of a word, zeros elsewhere. With no byte selected, one is still checked (PoP). */
export const gatherUnderMask = (m: Meaning, mask: I32): I32 => {
  const count = m.popcnt(mask);
  const from = m.readBlock(m.address(2), m.select(count, count, 1));
  const parts = BYTES.map((byte) => {
    const selected = isSelected(m, mask, byte);
    // A byte that is not selected reads the first instead: there may be no storage further on.
    const value = m.peek8(m.add(from, m.select(selected, place(m, mask, byte), 0)));
    return m.select(selected, m.shl(value, 24 - 8 * byte), 0);
  });
  return parts.reduce((a, b) => m.or(a, b));
};

/** As {@link gatherUnderMask}; quicker, but longer, for the whole word. */
export const loadUnderMask = (m: Meaning, mask: I32, use: (m: Meaning, value: I32) => void): void =>
  m.if(
    m.eq(mask, WHOLE),
    () => use(m, m.load32(m.address(2))),
    () => use(m, gatherUnderMask(m, mask)),
  );

/** PoP leaves open whether a mask of zeros checks access to a byte: we touch no storage then. */
export const storeUnderMask = (m: Meaning, mask: I32, value: I32): void => {
  const address = m.address(2);
  m.if(mask, () =>
    m.writeBlock(address, m.popcnt(mask), (to) => {
      for (const byte of BYTES) {
        m.if(isSelected(m, mask, byte), () => m.poke8(m.add(to, place(m, mask, byte)), m.shrU(value, 24 - 8 * byte)));
      }
    }),
  );
};
