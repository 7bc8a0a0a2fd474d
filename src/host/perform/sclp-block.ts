import type { Machine } from '../machine.ts';

/** A service-call control block: a header with the length at 0, function code at 2, control mask at 3 and response code at 6. */
export const SCCB = { LENGTH: 0, FUNCTION: 2, VARIABLE_LENGTH: 5, RESPONSE: 6, HEADER_SIZE: 8 } as const;

/** Bit of the control mask: the response may change the block's length. */
export const VARIABLE_LENGTH_RESPONSE = 0x80;

export const RESPONSE = {
  READ_COMPLETE: 0x0010, COMPLETE: 0x0020, BOUNDARY: 0x0100, INVALID_COMMAND: 0x01f0, TOO_SHORT: 0x0300, INVALID_FUNCTION: 0x40f0, NO_EVENTS: 0x60f0,
  EVENTS_SUPPRESSED: 0x62f0, INVALID_SELECTION: 0x70f0, EVENT_SYNTAX: 0x73f0, INVALID_MASK_LENGTH: 0x74f0, NO_ROOM_FOR_EVENT: 0x75f0,
} as const; // biome-ignore format: a table

/** A command's effect on the block; it returns the response code. */
export type Command = (machine: Machine, block: DataView) => number;
