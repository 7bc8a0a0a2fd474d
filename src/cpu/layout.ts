/**
 * Where everything lies in the machine's one linear memory. Offsets are bytes.
 *
 *     0x000000  guard: nothing lives here, so that a zero offset is never valid
 *     0x001000  dispatch tables: halfword → slot, and the second level for opcodes that end in byte 5
 *     0x028000  the same for the central loop: halfword → case
 *     0x040000  CPU blocks, {@link CPU_SIZE} each
 *     0x0c0000  entries of compiled code
 *     0x200000  storage keys, a byte for each 4 KiB frame of host storage
 *     0x300000  software TLB
 *     0x500000  host absolute storage, in natural (big-endian) byte order
 *
 * Registers and PSW parts are kept as little-endian cells because that is what WebAssembly's loads read.
 */

export const DISPATCH = 0x1000;
/** Second-level tables of 256 halfwords, one for each first byte whose operation code ends in byte 5. */
export const DISPATCH_LAST = DISPATCH + 0x20000;

/**
 * The same for the central loop, in bytes because it is looked at for every instruction: 0 for rows that are called, the case of a hot row,
 * or beyond those the number of a second-level table.
 */
export const CASES = 0x28000;
export const CASES_LAST = CASES + 0x10000;

export const CPU_BASE = 0x40000;
export const CPU_SIZE = 0x2000;
export const MAX_CPUS = 64;

/**
 * The software TLB: entries of 32 bytes with three tags (page address | context, i64 each), for loads, stores and instruction fetches, the
 * number (i32) to add to the address's low word to get an offset in linear memory, and a word that is nonzero when what the load tag stands
 * for may be stored into as well, once that has been recorded in the storage key. One entry for all keeps them in one cache line.
 */
export const TLB = 0x300000;
/** Enough for programs that go through some hundred mebibytes again and again. */
const TLB_ENTRIES = 65536;
/** Offsets of the tags and of the number within an entry. */
export const TLB_TAG = { read: 0, write: 8, fetch: 16 } as const;
export const TLB_DELTA = 24;
export const TLB_STORABLE = 28;
/** `low word of the address >>> TLB_SHIFT & TLB_INDEX` is the offset of its entry: the page number's low bits, times the entry's size. */
export const TLB_SHIFT = 7;
export const TLB_INDEX = (TLB_ENTRIES - 1) * 32;
export const TLB_END = TLB + TLB_ENTRIES * 32;

/**
 * Where compiled code begins, and what may be worth compiling: entries of 16 bytes with an offset of linear memory, the index of a function
 * in the interpreter's table or 0, and how often the offset must still be branched to before it is compiled (i32 each).
 */
export const REGIONS = 0xc0000;
export const REGIONS_END = REGIONS + 16384 * 16;
/** `offset << REGION_SHIFT`, within the table, is the place of an offset's entry. */
export const REGION_SHIFT = 3;

export const KEYS = 0x200000;
export const STORAGE = 0x500000;

/** Offsets within a CPU block. */
export const CELL = {
  /** General registers, 16 × i64. */
  GR: 0x000,
  /** Control registers, 16 × i64. */
  CR: 0x080,
  /** Access registers, 16 × i32. */
  AR: 0x100,
  /** Vector registers, 32 × (leftmost i64, rightmost i64); the leftmost half of the first sixteen are the floating-point registers. */
  VR: 0x200,
  /** Floating-point-control register, i32. */
  FPC: 0x140,

  /** PSW bits 0-63 with condition code, program mask zero: they have cells of their own. i64. */
  PSW_MASK: 0x400,
  /** Instruction address; exact only while the CPU is outside generated code. i64. */
  PSW_IA: 0x408,
  /** Condition code 0-3, i32. */
  CC: 0x410,
  /** Program mask, four bits (8 fixed-point overflow, 4 decimal overflow, 2 HFP exponent underflow, 1 HFP significance), i32. */
  PM: 0x414,
  /** Mask of the current addressing mode, i64. */
  ADDRESS_MASK: 0x418,
  /** TLB context of storage operands and of instruction fetch, i64 each; see tlb.ts. */
  CONTEXT: 0x420,
  CONTEXT_FETCH: 0x428,

  /** Offset in linear memory of the instruction being executed (of the EXECUTE, while its target executes), i32. */
  CURRENT: 0x430,
  /** Instructions left in this run after the current one, i32. */
  BUDGET: 0x434,
  /** Nonzero: generated code returns to its caller at the next boundary, i32. */
  EXIT: 0x438,
  /** First byte of the instruction window in linear memory, i32. An offset minus this is at most {@link WINDOW_LAST} inside the window. */
  WINDOW: 0x43c,
  /** Instruction address minus offset in linear memory, valid in the window, i64. */
  WINDOW_DELTA: 0x440,
  /** Address that relative operands of the instruction count from, i64; set for called rows and targets of EXECUTE. */
  RELATIVE_BASE: 0x448,
  /** Nonzero while the target of an EXECUTE executes: length of the EXECUTE (4 or 6), i32. */
  EXECUTE: 0x450,
  /** ICTL of the state description in effect, i32. */
  ICTL: 0x454,
  /** Target of EXECUTE, modified, 8 bytes. */
  EXECUTE_BYTES: 0x458,
  /** An instruction that crosses a page end, put together, 8 bytes. */
  FETCH_BYTES: 0x460,
  /** What LOAD PROGRAM PARAMETER loaded, i64. */
  PROGRAM_PARAMETER: 0x468,

  /** Prefix, i32. */
  PREFIX: 0x470,
  /** Current level: 0 host, 1 its guest, 2 the guest's guest, i32. */
  LEVEL: 0x474,
  CPU_TIMER: 0x478,
  CLOCK_COMPARATOR: 0x480,
  TOD_PROGRAMMABLE: 0x488,
  /** Difference between the level's TOD clock and the machine's, i64. */
  EPOCH: 0x490,
  /** Host absolute address of the state description of the current level, i64; meaningless at level 0. */
  STATE_DESCRIPTION: 0x498,
  BREAKING_EVENT: 0x4a0,
  /** Instructions this CPU has executed, i64. */
  INSTRUCTIONS: 0x4a8,
  /** A PSW was loaded that is invalid, see Cpu.loadPsw; i32. */
  EARLY: 0x4d8,
  /**
   * What the bits of CR0 that vector instructions need must be: both one, or -1, which they never are, at a level that has no vector
   * facility; i32.
   */
  VECTOR_CONTROLS: 0x4dc,
  /** A part of a vector register, put together, 16 bytes. */
  VECTOR_BYTES: 0x4e0,

  /** A storage operand that crosses a page end, put together, 512 bytes. */
  OPERAND_BYTES: 0x600,
  /** What SIE saved of each level below, {@link LEVEL_SIZE} bytes for each of 4 levels. */
  LEVELS: 0x1000,
} as const;

/** CR0 bits 45 and 46, in the low word: AFP-register control and vector-enablement control. */
export const VECTOR_CONTROLS = 0x0006_0000;

export const LEVEL_SIZE = 0x200;

/** Last distance from the window's first byte at which a six-byte instruction still lies within the page. */
export const WINDOW_LAST = 4096 - 6;
/** A window that no offset lies in: linear memory ends below it. */
export const NO_WINDOW = -0x1000;
