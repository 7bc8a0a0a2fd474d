/** What people call the codes. */
const PROGRAM_NAMES: Readonly<Record<number, string>> = {
  0x01: 'operation', 0x02: 'privileged operation', 0x03: 'execute', 0x04: 'protection', 0x05: 'addressing', 0x06: 'specification', 0x07: 'data',
  0x08: 'fixed-point overflow', 0x09: 'fixed-point divide', 0x0a: 'decimal overflow', 0x0b: 'decimal divide', 0x10: 'segment translation',
  0x11: 'page translation', 0x12: 'translation specification', 0x13: 'special operation', 0x15: 'operand', 0x1a: 'block volatility',
  0x1b: 'vector processing',  0x28: 'ALET specification', 0x29: 'ALEN translation', 0x38: 'ASCE type', 0x39: 'region-first translation', 0x3a: 'region-second translation',
  0x3b: 'region-third translation', 0x40: 'monitor event',
}; // biome-ignore format: a table

export const programName = (code: number): string => PROGRAM_NAMES[code] ?? `code 0x${code.toString(16)}`;

/** Operation-request codes of ESSA. */
export const ORC_NAMES = [
  'get state',
  'set stable',
  'set unused',
  'set volatile',
  'set potentially volatile',
  'set stable, make resident',
  'set stable if resident',
  'set stable, no DAT',
] as const;

/** Page states in words, by usage and content. */
export const STATE_WORDS: Readonly<Record<string, string>> = {
  Sr: 'stable, resident', Sp: 'stable, preserved on the paging device', Sz: 'stable, logically zero', Ur: 'unused, resident', Uz: 'unused, logically zero',
  Pr: 'potentially volatile, resident', Vr: 'volatile, resident', Vz: 'volatile, discarded',
  Up: 'unused, preserved', Vp: 'volatile, preserved', Pp: 'potentially volatile, preserved', Pz: 'potentially volatile, logically zero',
}; // biome-ignore format: a table
