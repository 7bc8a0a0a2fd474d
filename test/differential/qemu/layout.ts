/**
 * Where everything lies in the storage of a differential image, as absolute addresses. `monitor.s` repeats the few that it needs.
 *
 * The parts that an instruction under test may reach in 24-bit addressing lie below 16 MiB; case and result records lie above,
 * so that a stray store in the 24-bit mode cannot hit them.
 */

export const STORAGE_SIZE = 0x400_0000;

export const PAGE = 0x1000;

/** A second prefix area, with the same new PSWs, so that SET PREFIX can be tested: the interruption that ends the case finds a handler there too. */
export const OTHER_PREFIX = 0x2000;

export const MONITOR = {
  entry: 0x8000,
  /** Interruption handlers: one every 16 bytes, in the order of {@link INTERRUPTIONS}. */
  handlers: 0x8010,
  /** Four doublewords: first case, end of cases, first result, end of the result area. The third is advanced while running. */
  parameters: 0x8080,
} as const;

/** Kinds of interruption that may end a case, with the lowcore address of the new PSW. Index plus one is the number in a result. */
export const INTERRUPTIONS = [
  { name: 'program', newPsw: 0x1d0 },
  { name: 'SVC', newPsw: 0x1c0 },
  { name: 'external', newPsw: 0x1b0 },
  { name: 'I/O', newPsw: 0x1f0 },
  { name: 'machine check', newPsw: 0x1e0 },
  { name: 'restart', newPsw: 0x1a0 },
] as const;

/** A place that patches without content write to. */
export const SCRATCH = 0x3_0000;

/** Control-register sets, 128 bytes each. */
export const ENVIRONMENTS = 0x3_1000;

/** Region, segment and page tables. */
export const TABLES = { address: 0x4_0000, size: 0x4_0000 } as const;

/**
 * Three pages full of SUPERVISOR CALL; the instruction under test is put among them. Wherever it branches to, execution ends there.
 * With DAT on the third page is invalid. Storage for 64 KiB on both sides is zero, so that a relative branch ends in an operation exception.
 */
export const CODE = { address: 0x10_0000, pages: 3 } as const;

/** The pages that operands lie in, and that the monitor compares with their original after each case. */
export const DATA = { address: 0x20_0000, pages: 8 } as const;

/** Bytes at either end of each data page that are restored and compared in each case; a case marked `full` has the whole pages done. */
export const WINDOW = 512;

/** Originals of the data pages. */
export const VARIANTS = { address: 0x40_0000, count: 8 } as const;

export const CASES = 0x100_0000;
/** Not up to the end of storage: operands are put there. */
export const RESULTS = { address: 0x240_0000, length: 0x1b0_0000 } as const;

/** The case record, in bytes. */
export const CASE = {
  size: 896,
  codeAddress: 0,
  code: 16,
  codeSize: 16,
  targetAddress: 8,
  target: 32,
  targetSize: 8,
  psw: 40,
  fpc: 56,
  full: 60,
  variant: 64,
  environment: 72,
  /** Two patches: an address and 32 bytes. */
  patches: [80, 120],
  patchSize: 32,
  ar: 160,
  gr: 224,
  keys: 352,
  vr: 384,
} as const;

/** The result record: a fixed part, then {@link RESULT.blocks} changed blocks of offset (8 bytes) and content. */
export const RESULT = {
  fixed: 952,
  index: 0,
  kind: 4,
  psw: 8,
  lowcore: 24,
  lowcoreFrom: 0x80,
  lowcoreSize: 72,
  prefix: 96,
  fpc: 100,
  keys: 104,
  ar: 112,
  gr: 176,
  cr: 304,
  vr: 432,
  blocks: 944,
  blockSize: 256,
} as const;

/** What the monitor puts in lowcore 0x80-0xc7 before a case, so that a field wrongly stored or wrongly left shows. */
export const LOWCORE_FILL = 0xee;
