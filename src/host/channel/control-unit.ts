import type { Data, Device } from './device.ts';
import type { Saved } from './saved.ts';
import { DEVICE_STATUS } from './words.ts';

/** Commands that every device here executes alike. */
const COMMAND = { NO_OPERATION: 0x03, SENSE: 0x04, SENSE_ID: 0xe4 } as const;
const SENSE_SIZE = 32;
/** Sense byte 0. */
const COMMAND_REJECT = 0x80;
const ENDED = DEVICE_STATUS.CHANNEL_END | DEVICE_STATUS.DEVICE_END;

/** A device's control unit: the basic commands, and sense data for what was rejected. */
export class ControlUnit {
  readonly device: Device;
  readonly #sense = new Uint8Array(SENSE_SIZE);

  constructor(device: Device) {
    this.device = device;
  }

  /** Executes a command to its end. @returns the device status */
  execute(command: number, data: Data): number {
    switch (command) {
      case COMMAND.NO_OPERATION:
        return ENDED;
      case COMMAND.SENSE:
        data.send(this.takeSense());
        return ENDED;
      case COMMAND.SENSE_ID:
        data.send(this.device.identification);
        return ENDED;
      default:
        this.#sense.fill(0);
        if (this.device.execute(command, data) === 'done') return ENDED;
        // The command was not accepted: unit check is its initial status.
        this.#sense[0] = COMMAND_REJECT;
        return DEVICE_STATUS.UNIT_CHECK;
    }
  }

  /** The sense data, which are given once. */
  takeSense(): Uint8Array {
    const sense = this.#sense.slice();
    this.#sense.fill(0);
    return sense;
  }

  reset(): void {
    this.#sense.fill(0);
    this.device.reset();
  }

  save(): Saved {
    return { sense: this.#sense.slice(), device: this.device.save() };
  }

  restore(saved: Saved): void {
    const { sense, device } = saved as { sense: Uint8Array; device: Saved };
    this.#sense.set(sense);
    this.device.restore(device);
  }
}
