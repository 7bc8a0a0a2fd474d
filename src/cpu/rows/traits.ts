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
/** Extended-translation facilities 2 and 3, and the enhancement of the latter. */
export const EXTENDED_TRANSLATION_2 = { facility: 16 } as const;
export const EXTENDED_TRANSLATION_3 = { facility: 22 } as const;
export const EXTENDED_TRANSLATION_3_ENHANCEMENT = { facility: 30 } as const;
export const PARSING_ENHANCEMENT = { facility: 26 } as const;
export const COMPARE_AND_SWAP_AND_STORE = { facility: 32 } as const;
/** Execution hint, load and trap, and processor assist come under one bit with miscellaneous-instruction extensions 1. */
export const EXECUTION_HINT = MISCELLANEOUS_1;
export const LOAD_AND_TRAP = MISCELLANEOUS_1;
export const PROCESSOR_ASSIST = MISCELLANEOUS_1;

/** Vector facility for z/Architecture, its enhancements 1 and 2, and vector packed decimal. */
export const VECTOR = { facility: 129, vector: true } as const;
export const VECTOR_ENHANCEMENTS_1 = { facility: 135, vector: true } as const;
export const VECTOR_ENHANCEMENTS_2 = { facility: 148, vector: true } as const;
export const VECTOR_PACKED_DECIMAL = { facility: 134, vector: true } as const;
