/** Traits that many rows share. A facility is named by its STFLE bit (PoP, "Facility Indications"). */

export const HOT = { hot: true } as const;

/** General-instructions-extension facility. */
export const GENERAL_EXTENSION = { facility: 34 } as const;
/** One bit stands for distinct operands, fast BCR serialization, high word, interlocked access 1, load/store on condition 1 and population count. */
export const DISTINCT_OPERANDS = { facility: 45 } as const;
export const INTERLOCKED_ACCESS = DISTINCT_OPERANDS;
export const POPULATION_COUNT = DISTINCT_OPERANDS;
/** Miscellaneous-instruction-extensions facilities 1 and 2. */
export const MISCELLANEOUS_1 = { facility: 49 } as const;
export const MISCELLANEOUS_2 = { facility: 58 } as const;
