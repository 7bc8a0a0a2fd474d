import type { Saved } from './saved.ts';

/**
 * The area that a command's data go to or come from: what the channel program's CCWs describe, data chaining and indirect addresses included.
 * Storage that cannot be accessed ends the channel program at once; a device does not see that (see channel-program.ts).
 */
export interface Data {
  /** Stores a record of the device; incorrect length when the program's area is shorter. */
  send(record: Uint8Array): void;
  /** Stores as much of the bytes as the program's area takes; a shorter area is no error. */
  fill(bytes: Uint8Array): void;
  /** Takes up to this many bytes from the program. */
  take(most: number): Uint8Array;
  /** The bytes that lie where a read command will store, for commands whose block has fields in both directions. No more than the current CCW has. */
  peek(most: number): Uint8Array;
}

/**
 * A device with its control unit, as the channel subsystem sees it. It executes a command at once, so that its status is always the whole one.
 */
export interface Device {
  /** What SENSE ID gives. */
  readonly identification: Uint8Array;
  /**
   * Executes a command that is not one of the basic ones (NO-OPERATION, SENSE, SENSE ID), which {@link ControlUnit} executes for all devices.
   * @returns `rejected` for a command that the device does not know or not accept in its state
   */
  execute(command: number, data: Data): 'done' | 'rejected';
  /** Resets the device as system reset does. */
  reset(): void;
  /** The device's state as plain data. */
  save(): Saved;
  /** Takes over a state that {@link save} of a device of the same kind has given. */
  restore(saved: Saved): void;
}
