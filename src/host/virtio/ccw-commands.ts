/** Channel commands of virtio devices (virtio 1.2, section 4.3.1.2). */
const COMMAND = {
  SET_QUEUE: 0x13, RESET: 0x33, SET_INDICATORS: 0x43, SET_CONFIGURATION_INDICATOR: 0x53, SET_ADAPTER_INDICATORS: 0x73, READ_FEATURES: 0x12,
  WRITE_FEATURES: 0x11, READ_CONFIGURATION: 0x22, WRITE_CONFIGURATION: 0x21, READ_STATUS: 0x72, WRITE_STATUS: 0x31, READ_QUEUE: 0x32, SET_REVISION: 0x83,
} as const; // biome-ignore format: a table

export type CommandName = keyof typeof COMMAND;

const NAMES = new Map<number, CommandName>(Object.entries(COMMAND).map(([name, code]) => [code, name as CommandName]));

export const nameOf = (code: number): CommandName | undefined => NAMES.get(code);

/** Sizes in bytes of the blocks that commands transfer. Their integers are big-endian but for the features. */
export const SIZE = { FEATURES: 5, REVISION: 4, ADDRESS: 8, LEGACY_QUEUE: 16, QUEUE: 32, ADAPTER_INDICATORS: 25 } as const;
