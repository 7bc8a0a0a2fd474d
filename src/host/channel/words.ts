/**
 * Fields of the blocks that programs and the channel subsystem exchange (PoP, "I/O Instructions" and "I/O Interruptions"): offsets in bytes and
 * masks of the words, halfwords or bytes that they are in.
 */

/** Subsystem-identification word: bits 0-12 and, unless the multiple-subchannel-set facility is enabled, 13-14 are zeros; bit 15 is one. */
export const SID = { ONE: 0x0001_0000, SET_SHIFT: 17, SET: 0x0006_0000, NUMBER: 0xffff } as const;

/** Subchannel-information block: path-management-control word, subchannel-status word, measurement-block address, model-dependent word. */
export const SCHIB = {
  PARAMETER: 0, FLAGS: 4, DEVICE_NUMBER: 6, LPM: 8, PNOM: 9, LPUM: 10, PIM: 11, MEASUREMENT_INDEX: 12, POM: 14, PAM: 15, CHPIDS: 16,
  CHARACTERISTICS: 24, SCSW: 28, MEASUREMENT_BLOCK: 40, SIZE: 52,
} as const; // biome-ignore format: a table

/** Halfword at {@link SCHIB.FLAGS}. */
export const PMCW = {
  ISC: 0x3800, ISC_SHIFT: 11, ENABLED: 0x0080, LIMIT_MODE: 0x0060, LIMIT_SHIFT: 5, MEASUREMENT_UPDATE: 0x0010, MEASUREMENT_TIMES: 0x0008, MULTIPATH: 0x0004,
  DEVICE_NUMBER_VALID: 0x0001, INVALID: 0xc300,
} as const; // biome-ignore format: a table

/** Word at {@link SCHIB.CHARACTERISTICS}. Bits 8-10 are the subchannel type, which MODIFY SUBCHANNEL ignores. */
export const CHARACTERISTICS = { FORMAT_1: 0x4, EXTENDED_MEASUREMENT_WORD: 0x2, CONCURRENT_SENSE: 0x1, INVALID: 0xff1f_fff8 | 0 } as const;

/** Subchannel-status word: control word, channel-program address, device status, subchannel status, count. */
export const SCSW = { CONTROL: 0, ADDRESS: 4, DEVICE_STATUS: 8, SUBCHANNEL_STATUS: 9, COUNT: 10, SIZE: 12 } as const;

/** Control word of the SCSW. */
export const CONTROL = {
  KEY: 0xf000_0000 | 0, SUSPEND: 0x0800_0000, DEFERRED_CC_SHIFT: 24, FORMAT: 0x0080_0000, PREFETCH: 0x0040_0000, INITIAL_STATUS: 0x0020_0000,
  ADDRESS_LIMIT: 0x0010_0000, SUPPRESS_SUSPENDED: 0x0008_0000, ZERO_CC: 0x0004_0000, EXTENDED: 0x0002_0000, PATH_NOT_OPERATIONAL: 0x0001_0000,
  START: 0x4000, HALT: 0x2000, CLEAR: 0x1000, FUNCTION: 0x7000,
  SUSPENDED: 0x0020, ACTIVITY: 0x0fe0,
  ALERT: 0x10, INTERMEDIATE: 0x08, PRIMARY: 0x04, SECONDARY: 0x02, PENDING: 0x01, STATUS: 0x1f,
} as const; // biome-ignore format: a table

/** Operation-request block: interruption parameter, control word, channel-program address. The extension of five words is not used. */
export const ORB = { PARAMETER: 0, CONTROL: 4, ADDRESS: 8, SIZE: 12 } as const;

/** Control word of the ORB. Bits that are in the SCSW too have the same place there. */
export const ORB_CONTROL = {
  FORMAT_2_IDAW: 0x0002_0000, IDAW_2K: 0x0001_0000, PATHS_SHIFT: 8, TO_SCSW: 0xf8f8_0000 | 0,
  /** Fiber-channel extensions (bit 13) and modified indirect addressing (bit 25) are not installed; bits 26-30 are zeros. */
  INVALID: 0x0004_007e,
} as const; // biome-ignore format: a table

/** Flags of a channel-command word. */
export const CCW_FLAG = { CHAIN_DATA: 0x80, CHAIN_COMMAND: 0x40, SUPPRESS_LENGTH: 0x20, SKIP: 0x10, PCI: 0x08, INDIRECT: 0x04, SUSPEND: 0x02, MIDAW: 0x01 } as const; // biome-ignore format: a table

/** Device status, a byte. */
export const DEVICE_STATUS = {
  ATTENTION: 0x80, STATUS_MODIFIER: 0x40, CONTROL_UNIT_END: 0x20, BUSY: 0x10, CHANNEL_END: 0x08, DEVICE_END: 0x04, UNIT_CHECK: 0x02, UNIT_EXCEPTION: 0x01,
} as const; // biome-ignore format: a table

/** Subchannel status, a byte. */
export const SUBCHANNEL_STATUS = {
  PCI: 0x80, INCORRECT_LENGTH: 0x40, PROGRAM_CHECK: 0x20, PROTECTION_CHECK: 0x10, DATA_CHECK: 0x08, CONTROL_CHECK: 0x04,
} as const; // biome-ignore format: a table

/** Interruption-response block: SCSW, extended-status word, extended-control word. */
export const IRB = { ESW: 12, ERW: 16, ECW: 32, SIZE: 64 } as const;
/** Extended-report word: concurrent sense data are in the extended-control word, this many bytes. */
export const ERW = { CONCURRENT_SENSE: 0x0100_0000, SENSE_COUNT_SHIFT: 16 } as const;

/** Channel-report word: solicited, reporting-source code, error-recovery code. */
export const CRW = { SOLICITED: 0x4000_0000, OVERFLOW: 0x2000_0000, SOURCE_SHIFT: 24, RECOVERY_SHIFT: 16 } as const;
export const SOURCE = { CHANNEL_PATH: 4 } as const;
export const RECOVERY = { INITIALIZED: 2 } as const;

/** Interruption-identification word: the source is an adapter; subclass. */
export const IDENTIFICATION = { ADAPTER: 0x8000_0000 | 0, ISC_SHIFT: 27 } as const;

/** Bit of an interruption subclass in the low word of CR6. */
export const subclassBit = (isc: number): number => 0x8000_0000 >>> isc;
