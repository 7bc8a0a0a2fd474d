/** What the service processor (SCLP) remembers between service calls. */
export interface ServiceProcessor {
  /** Event types that the program takes, 64 bits: the leftmost is type 1. */
  receiveMask: bigint;
  /** Bytes in each mask of the last WRITE EVENT MASK; a selective READ EVENT DATA uses as many. */
  maskLength: number;
  /** The program has written bytes to its console; the lines that it may write too say the same again. */
  ascii: boolean;
  /** Bytes that were typed and that the program has not read, oldest first. */
  readonly input: number[];
}

/** A service processor after its reset. */
export const newServiceProcessor = (): ServiceProcessor => ({ receiveMask: 0n, maskLength: 4, ascii: false, input: [] });

/** Subsystem reset: the program takes no events until it says so again. What was typed stays, and so does the console's manner. */
export const resetServiceProcessor = (state: ServiceProcessor): void => {
  state.receiveMask = 0n;
  state.maskLength = 4;
};

/** Event types. */
export const EVENT = { OPERATOR_COMMAND: 0x01, MESSAGE: 0x02, ASCII: 0x1a } as const;

/** An event type as a bit of a mask of 64 bits. */
export const maskOf = (type: number): bigint => 1n << BigInt(64 - type);

/** The type of event as which the program may read what was typed, of those in a mask: bytes rather than lines. */
export const inputEvent = ({ input }: ServiceProcessor, mask: bigint): number | undefined => {
  if (input.length === 0) return undefined;
  return [EVENT.ASCII, EVENT.OPERATOR_COMMAND].find((type) => mask & maskOf(type));
};
