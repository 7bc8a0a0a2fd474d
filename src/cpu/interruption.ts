/** Program-interruption codes (PoP, "Program Interruption"; 0x1A: spec/host.md 2.2). */
export const PGM = {
  OPERATION: 0x01,
  PRIVILEGED: 0x02,
  EXECUTE: 0x03,
  PROTECTION: 0x04,
  ADDRESSING: 0x05,
  SPECIFICATION: 0x06,
  DATA: 0x07,
  FIXED_POINT_OVERFLOW: 0x08,
  FIXED_POINT_DIVIDE: 0x09,
  DECIMAL_OVERFLOW: 0x0a,
  DECIMAL_DIVIDE: 0x0b,
  SEGMENT_TRANSLATION: 0x10,
  PAGE_TRANSLATION: 0x11,
  TRANSLATION_SPECIFICATION: 0x12,
  SPECIAL_OPERATION: 0x13,
  OPERAND: 0x15,
  BLOCK_VOLATILITY: 0x1a,
  VECTOR_PROCESSING: 0x1b,
  SPACE_SWITCH: 0x1c,
  ALEN_TRANSLATION: 0x29,
  ALET_SPECIFICATION: 0x28,
  ASCE_TYPE: 0x38,
  REGION_FIRST_TRANSLATION: 0x39,
  REGION_SECOND_TRANSLATION: 0x3a,
  REGION_THIRD_TRANSLATION: 0x3b,
  MONITOR_EVENT: 0x40,
} as const;

/** What raised an interruption and what the lowcore needs to know about it. */
export interface Interruption {
  readonly class: 'program' | 'external' | 'svc' | 'io' | 'restart' | 'machine-check';
  readonly code: number;
  /** Instruction-length code times two: 0, 2, 4 or 6 bytes. */
  readonly ilc: number;
  /** Translation-exception identification (0xA8), where the code has one. */
  readonly teid?: bigint;
}

/**
 * Thrown where an instruction cannot go on. `level` is the level whose program it interrupts; a fault that a guest causes in its host's
 * translation has a lower level than the guest.
 */
export class ProgramInterruption {
  readonly level: number;
  readonly code: number;
  readonly detail: ProgramDetail;

  constructor(level: number, code: number, detail: ProgramDetail = {}) {
    this.level = level;
    this.code = code;
    this.detail = detail;
  }
}

export interface ProgramDetail {
  readonly teid?: bigint;
  /** Data-exception code, or vector-exception code. */
  readonly dxc?: number;
  /** Exception access identification (0xA0): the access register, in access-register mode. */
  readonly accessId?: number;
  /** Operand access identification (0xA2): register numbers of MVPG. */
  readonly operandId?: number;
  readonly monitorClass?: number;
  readonly monitorCode?: bigint;
  /** The exception stems from the host's tables: always intercepted (spec/sie.md 4.5). */
  readonly hostCaused?: true;
}

/** Thrown to leave SIE with an interception (spec/sie.md 4.3). The guest PSW stays at the instruction when `backUp` is set. */
export class Interception {
  readonly code: number;
  readonly backUp: boolean;

  constructor(code: number, backUp = false) {
    this.code = code;
    this.backUp = backUp;
  }
}

/** Thrown before a store that changes compiled code; the instruction is executed again. */
export class CodeChanged {}

export const INTERCEPT = {
  NONE: 0x00, INSTRUCTION: 0x04, PROGRAM: 0x08, EXTERNAL_REQUEST: 0x10, EXTERNAL: 0x14, IO_REQUEST: 0x18, WAIT: 0x1c, VALIDITY: 0x20,
  STOP: 0x28, OPERATION: 0x2c, PARTIAL: 0x38,
} as const; // biome-ignore format: a table

const NULLIFYING = new Set<number>([
  PGM.SEGMENT_TRANSLATION, PGM.PAGE_TRANSLATION, 0x16, PGM.BLOCK_VOLATILITY,
  0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f,
  0x30, 0x31, 0x32, 0x33, 0x34, PGM.ASCE_TYPE, PGM.REGION_FIRST_TRANSLATION, PGM.REGION_SECOND_TRANSLATION, PGM.REGION_THIRD_TRANSLATION,
]); // biome-ignore format: a table

/** Whether the old PSW points at the instruction (nullification) rather than behind it (suppression, termination, completion). */
export const nullifies = (code: number): boolean => NULLIFYING.has(code);

/** Whether a table entry that the translation needs is invalid, or lies outside its table. */
export const isInvalidEntry = (code: number): boolean =>
  code === PGM.SEGMENT_TRANSLATION || code === PGM.PAGE_TRANSLATION || (code >= PGM.ASCE_TYPE && code <= PGM.REGION_THIRD_TRANSLATION);

/** Whether an instruction that ends with this code was kept from an access, so that it has changed nothing (PoP, "Access Exceptions"). */
export const isAccessException = (code: number): boolean =>
  nullifies(code) || code === PGM.PROTECTION || code === PGM.ADDRESSING || code === PGM.TRANSLATION_SPECIFICATION;

/** Lowcore (prefix area) offsets, in bytes (PoP, "Assigned Storage Locations"). */
export const LOWCORE = {
  EXTERNAL_PARAMETER: 0x80, CPU_ADDRESS: 0x84, EXTERNAL_CODE: 0x86, SVC_ILC: 0x88, SVC_CODE: 0x8a, PGM_ILC: 0x8c, PGM_CODE: 0x8e,
  DXC: 0x90, MONITOR_CLASS: 0x94, EXCEPTION_ACCESS_ID: 0xa0, OPERAND_ACCESS_ID: 0xa2, TEID: 0xa8, MONITOR_CODE: 0xb0,
  SUBSYSTEM_ID: 0xb8, IO_PARAMETER: 0xbc, IO_IDENTIFICATION: 0xc0, STFL: 0xc8, MACHINE_CHECK_CODE: 0xe8,
  BREAKING_EVENT: 0x110,
  OLD_PSW: { restart: 0x120, external: 0x130, svc: 0x140, program: 0x150, 'machine-check': 0x160, io: 0x170 },
  NEW_PSW: { restart: 0x1a0, external: 0x1b0, svc: 0x1c0, program: 0x1d0, 'machine-check': 0x1e0, io: 0x1f0 },
} as const; // biome-ignore format: a table
