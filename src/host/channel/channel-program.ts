import { type AbsoluteStorage, ChannelCheck } from './absolute-storage.ts';
import { CCW_SIZE, type Ccw, type Fetched, isInvalidCcw, isInvalidTransfer, isTransfer, readCcw } from './ccw.ts';
import type { ControlUnit } from './control-unit.ts';
import { type AddressLimit, DataArea } from './data-area.ts';
import type { Orb } from './orb.ts';
import { CCW_FLAG, CONTROL, DEVICE_STATUS, SUBCHANNEL_STATUS } from './words.ts';

/** How the execution of a channel program ended. */
export interface Ending {
  readonly suspended: boolean;
  /** The device accepted the first command; otherwise the condition arose while the function was being initiated. */
  readonly accepted: boolean;
  readonly deviceStatus: number;
  readonly subchannelStatus: number;
  /** Bytes that the last CCW used had left. */
  readonly residual: number;
  /** 8 higher than the address of the last CCW used. */
  readonly address: number;
}

/**
 * After so many CCWs in one go the channel gives up with a channel-control check: a program may loop for ever, and nothing else could happen
 * meanwhile, because the program ends before its START SUBCHANNEL does.
 */
const MOST_CCWS = 1 << 16;

/** The execution of one channel program (PoP, "Execution of I/O Operations"): fetching, chaining, checks, and what the device says to each command. */
export class ChannelProgram {
  readonly #storage: AbsoluteStorage;
  readonly #orb: Orb;
  readonly #limit: AddressLimit;
  /** Address of the next CCW. */
  #next = 0;
  /** What the SCSW gets as channel-program address. */
  #behind = 0;
  #fetches = 0;
  #status = 0;
  #accepted = false;
  #area: DataArea | undefined;

  constructor(storage: AbsoluteStorage, orb: Orb, limit: AddressLimit) {
    this.#storage = storage;
    this.#orb = orb;
    this.#limit = limit;
  }

  /** Runs from the CCW at an address on until the program ends or is suspended. */
  run(unit: ControlUnit, address: number): Ending {
    this.#next = address;
    this.#behind = address + CCW_SIZE;
    try {
      const deviceStatus = this.#commands(unit);
      return deviceStatus === undefined ? this.#ending({ suspended: true }) : this.#ending({ deviceStatus });
    } catch (check) {
      if (!(check instanceof ChannelCheck)) throw check;
      this.#status |= check.kind === 'program' ? SUBCHANNEL_STATUS.PROGRAM_CHECK : SUBCHANNEL_STATUS.PROTECTION_CHECK;
      // The device has ended what it had begun.
      return this.#ending({ deviceStatus: this.#accepted ? DEVICE_STATUS.CHANNEL_END | DEVICE_STATUS.DEVICE_END : 0 });
    }
  }

  #ending({ deviceStatus = 0, suspended = false }: { deviceStatus?: number; suspended?: boolean }): Ending {
    const residual = this.#area?.room ?? 0;
    return { suspended, accepted: this.#accepted, deviceStatus, subchannelStatus: this.#status, residual, address: this.#behind };
  }

  /** Executes commands. @returns the last device status, or undefined when the program is suspended */
  #commands(unit: ControlUnit): number | undefined {
    for (let first = true; ; first = false) {
      const ccw = this.#fetch({ chainedData: false, mayTransfer: !first });
      if (ccw === undefined) return undefined;
      this.#area = new DataArea(ccw, {
        storage: this.#storage,
        orb: this.#orb,
        limit: this.#limit,
        next: () => this.#fetch({ chainedData: true, mayTransfer: true })!,
      });
      const before = this.#accepted;
      this.#accepted = true;
      const deviceStatus = unit.execute(ccw.command, this.#area);
      if (deviceStatus & DEVICE_STATUS.UNIT_CHECK) {
        this.#accepted = before;
        return deviceStatus;
      }
      if (this.#isLengthIncorrect(this.#area)) {
        this.#status |= SUBCHANNEL_STATUS.INCORRECT_LENGTH;
        return deviceStatus;
      }
      const chained = (this.#area.ccw.flags & (CCW_FLAG.CHAIN_COMMAND | CCW_FLAG.CHAIN_DATA)) === CCW_FLAG.CHAIN_COMMAND;
      if (!chained || this.#fetches >= MOST_CCWS) {
        if (chained) this.#status |= SUBCHANNEL_STATUS.CONTROL_CHECK;
        return deviceStatus;
      }
      if (deviceStatus & DEVICE_STATUS.STATUS_MODIFIER) this.#next += CCW_SIZE;
    }
  }

  /** The program's area and the device's record differ in length, and the program has not said that it does not mind. */
  #isLengthIncorrect({ ccw, room, exceeded }: DataArea): boolean {
    const suppressed = (ccw.flags & (CCW_FLAG.SUPPRESS_LENGTH | CCW_FLAG.CHAIN_DATA)) === CCW_FLAG.SUPPRESS_LENGTH;
    return !suppressed && (room > 0 || exceeded);
  }

  /** Fetches the next CCW, through a transfer in channel if that may stand there. @returns nothing when the CCW suspends the program */
  #fetch({ chainedData, mayTransfer }: { chainedData: boolean; mayTransfer: boolean }): Ccw | undefined {
    const format1 = this.#orb.has(CONTROL.FORMAT);
    const suspendControl = this.#orb.has(CONTROL.SUSPEND);
    const fetched: Fetched = { format1, chainedData, suspendControl };
    let ccw = this.#fetchOne(format1);
    if (isTransfer(ccw, format1)) {
      if (!mayTransfer || isInvalidTransfer(ccw, format1) || ccw.address % CCW_SIZE !== 0) throw new ChannelCheck('program');
      this.#next = ccw.address;
      ccw = this.#fetchOne(format1);
      if (isTransfer(ccw, format1)) throw new ChannelCheck('program');
    }
    // What a CCW that suspends says besides is looked at when it is fetched again.
    if (ccw.flags & CCW_FLAG.SUSPEND && suspendControl && !chainedData) return undefined;
    if (isInvalidCcw(ccw, fetched)) throw new ChannelCheck('program');
    if (ccw.flags & CCW_FLAG.PCI) this.#status |= SUBCHANNEL_STATUS.PCI;
    return ccw;
  }

  #fetchOne(format1: boolean): Ccw {
    const address = this.#next;
    this.#behind = address + CCW_SIZE;
    if (address % CCW_SIZE !== 0) throw new ChannelCheck('program');
    const ccw = readCcw(this.#storage.read(address, CCW_SIZE, this.#orb.key), format1);
    this.#fetches++;
    this.#next = address + CCW_SIZE;
    return ccw;
  }
}
