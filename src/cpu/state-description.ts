/** Fields of the state description (format 2, 512 bytes): offsets and bits (spec/sie.md 4.2 and 4.4). */
export const SD = {
  FLAGS: 0x000, PREFIX: 0x004, CPU_TIMER: 0x028, CLOCK_COMPARATOR: 0x030, EPOCH: 0x038, SVC_CONTROL: 0x040, LCTL: 0x044, CPU_ADDRESS: 0x046,
  ICTL: 0x048, ECA: 0x04c, ICPTCODE: 0x050, ICPTSTATUS: 0x051, IPA: 0x056, IPB: 0x058, SCAO_HIGH: 0x05c, ECB: 0x061, ECB2: 0x062, ECB3: 0x063,
  SCAO_LOW: 0x064, TOD_PROGRAMMABLE: 0x06c, MSO: 0x080, MSL: 0x088, PSW: 0x090, GR14: 0x0a0, GR15: 0x0a8, PARTIAL: 0x0c0, EXTERNAL_CODE: 0x0c6,
  /** Interruption parameters: the lowcore field at X lies at X + 0x40. */
  LOWCORE: 0x040,
  CR: 0x100, BREAKING_EVENT: 0x180, FACILITIES: 0x1a0, CBRLO: 0x1b8, PROGRAM_PARAMETER: 0x1de,
  SIZE: 512,
} as const; // biome-ignore format: a table

export const CPUFLAGS = {
  STOPPED: 0x8000_0000, WAIT: 0x1000_0000, STOP_INT: 0x0400_0000, IO_INT: 0x0200_0000, EXT_INT: 0x0100_0000, RUNNING: 0x0080_0000, ZARCH: 0x0800, SM: 0x0080,
} as const; // biome-ignore format: a table

/** Interception controls, ICTL. */
export const ICTL = {
  OPERATION: 0x8000_0000 | 0, PRIVILEGED: 0x4000_0000, PROGRAM: 0x2000_0000, STFLE: 0x1000_0000, IPTE_CSP: 0x0100_0000, LPSW: 0x0040_0000, PTLB: 0x0020_0000,
  SSM: 0x0010_0000, BSA: 0x0008_0000, STCTL: 0x0004_0000, STNSM: 0x0002_0000, STOSM: 0x0001_0000, STCK: 0x8000, ISKE: 0x4000, SSKE: 0x2000, RRBE: 0x1000,
  PC: 0x0800, PT: 0x0400, TPROT: 0x0200, LASP: 0x0100, CPU_TIMER: 0x0040, SCKC: 0x0020, PR: 0x0008, BAKR: 0x0004,
} as const; // biome-ignore format: a table

export const ECA = { MVPGI: 0x0100_0000, VX: 0x0002_0000, PROTECTION: 0x2000 } as const;
export const ECB = { SPECI: 0x08 } as const;
export const ECB2 = { CMMA: 0x80, IEP: 0x20, PFMFI: 0x08 } as const;

/** Validity-interception reasons (spec/sie.md 4.6). */
// biome-ignore format: a table
export const VALIDITY = { MODE: 0x0001, ARCHITECTURE: 0x0002, PREFIX_OUTSIDE: 0x0010, SCA: 0x0034, SCA_LOW: 0x0038, PREFIX_ACCESS: 0x0037, MSO_ABOVE_MSL: 0x0041, FACILITIES: 0x1090 } as const;

/** The address in the facility-list designation; the rest is the list's format and a reserved bit. */
export const FACILITY_LIST = 0x7fff_fff8;
