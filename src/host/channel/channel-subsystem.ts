import type { AbsoluteStorage } from './absolute-storage.ts';
import { ControlUnit } from './control-unit.ts';
import type { Device } from './device.ts';
import * as functions from './functions.ts';
import { IoInterruptions } from './interruptions.ts';
import { countStart, type Monitor } from './measurement.ts';
import type { Orb } from './orb.ts';
import { ChannelReports } from './reports.ts';
import type { Saved } from './saved.ts';
import { CHPID, Subchannel } from './subchannel.ts';
import { CONTROL, CRW, RECOVERY, SID, SOURCE } from './words.ts';

/** Where a device is attached. */
export interface DeviceNumber {
  /** Subchannel set, 0 to 3. */
  readonly set: number;
  /** Device number, 0 to 65535. */
  readonly number: number;
}

/** Thrown when a device number is taken. */
export class DeviceNumberTaken extends Error {
  override readonly name = 'DeviceNumberTaken';
}

/**
 * The channel subsystem of the guest: subchannels with their devices, pending interruptions and channel reports. It does everything at once
 * and by itself asks for nothing: instructions, and devices that have something to tell, call it.
 */
export class ChannelSubsystem {
  readonly storage: AbsoluteStorage;
  readonly interruptions: IoInterruptions;
  readonly reports = new ChannelReports();
  readonly monitor: Monitor = { active: false, key: 0, origin: 0n };
  /** What SET ADDRESS LIMIT has set. */
  addressLimit = 0;
  /** The multiple-subchannel-set facility has been enabled: programs may name sets 1 to 3. */
  multipleSets = false;
  readonly #subchannels = new Map<number, Subchannel>();

  constructor(storage: AbsoluteStorage) {
    this.storage = storage;
    this.interruptions = new IoInterruptions((id) => this.#subchannels.get(id));
  }

  /** Attaches a device to the next subchannel of its set. @throws DeviceNumberTaken */
  attach(device: Device, where?: DeviceNumber): Subchannel {
    const { set, number } = where ?? { set: 0, number: this.#freeNumber() };
    const inSet = [...this.#subchannels.values()].filter((other) => other.set === set);
    if (inSet.some((other) => other.deviceNumber === number)) throw new DeviceNumberTaken(`device number ${number.toString(16)} is taken`);
    const subchannel = new Subchannel((SID.ONE | (set << SID.SET_SHIFT) | inSet.length) >>> 0, number, new ControlUnit(device));
    this.#subchannels.set(subchannel.id, subchannel);
    return subchannel;
  }

  #freeNumber(): number {
    const taken = new Set([...this.#subchannels.values()].filter(({ set }) => set === 0).map(({ deviceNumber }) => deviceNumber));
    let number = 0;
    while (taken.has(number)) number++;
    return number;
  }

  find(id: number): Subchannel | undefined {
    return this.#subchannels.get(id);
  }

  /** In the order of attachment. */
  get subchannels(): readonly Subchannel[] {
    return [...this.#subchannels.values()];
  }

  // ---- functions: the caller has checked that they may be performed ---------------------------------------------------

  start(subchannel: Subchannel, orb: Orb): void {
    countStart(this.storage, this.monitor, subchannel);
    functions.start(this.storage, subchannel, orb, this.addressLimit);
    this.#tell(subchannel);
  }

  resume(subchannel: Subchannel): void {
    countStart(this.storage, this.monitor, subchannel);
    functions.resume(this.storage, subchannel, this.addressLimit);
    this.#tell(subchannel);
  }

  halt(subchannel: Subchannel): void {
    functions.halt(subchannel);
    this.#tell(subchannel);
  }

  clear(subchannel: Subchannel): void {
    this.interruptions.withdraw(subchannel.id);
    functions.clear(subchannel);
    this.#tell(subchannel);
  }

  cancel(subchannel: Subchannel): void {
    functions.cancel(subchannel);
  }

  /** The status has been stored: it is pending no more, nor is its interruption. */
  clearStatus(subchannel: Subchannel): void {
    functions.clearStatus(subchannel);
    this.interruptions.withdraw(subchannel.id);
  }

  /** A device calls for the program's attention; on a subchannel that is not enabled nobody hears it. */
  callForAttention(subchannel: Subchannel): void {
    if (subchannel.isEnabled && functions.callForAttention(subchannel)) this.#tell(subchannel);
  }

  #tell(subchannel: Subchannel): void {
    if (subchannel.has(CONTROL.PENDING)) this.interruptions.raise(subchannel.id);
  }

  /** Resets a channel path. Nothing is in progress on it; the program gets a channel report. @returns whether there is such a path */
  resetPath(chpid: number): boolean {
    if (chpid !== CHPID || this.#subchannels.size === 0) return false;
    this.reports.add(SOURCE.CHANNEL_PATH, RECOVERY.INITIALIZED, chpid, CRW.SOLICITED);
    return true;
  }

  /** I/O-system reset: subchannels and devices are as when the machine began. */
  reset(): void {
    for (const subchannel of this.#subchannels.values()) subchannel.reset();
    this.interruptions.clear();
    this.reports.clear();
    this.monitor.active = false;
    this.addressLimit = 0;
    this.multipleSets = false;
  }

  // ---- snapshots ------------------------------------------------------------------------------------------------------

  /** The state as plain data; which devices are attached is the caller's to know. */
  save(): Saved {
    const { active, key, origin } = this.monitor;
    return {
      subchannels: this.subchannels.map((subchannel) => subchannel.save()),
      interruptions: this.interruptions.save(),
      reports: this.reports.save(),
      monitor: { active, key, origin: origin.toString() },
      addressLimit: this.addressLimit,
      multipleSets: this.multipleSets,
    };
  }

  /**
   * Takes over what {@link save} gave for a channel subsystem with the same devices attached in the same order.
   * @throws RangeError when the devices are others
   */
  restore(saved: Saved): void {
    const { subchannels, interruptions, reports, monitor, addressLimit, multipleSets } = saved as {
      subchannels: readonly Saved[];
      interruptions: Saved;
      reports: Saved;
      monitor: { active: boolean; key: number; origin: string };
      addressLimit: number;
      multipleSets: boolean;
    };
    const mine = this.subchannels;
    if (subchannels.length !== mine.length) throw new RangeError(`${mine.length} devices, expected ${subchannels.length}`);
    subchannels.forEach((state, n) => {
      mine[n]!.restore(state);
    });
    this.interruptions.restore(interruptions);
    this.reports.restore(reports);
    Object.assign(this.monitor, { active: monitor.active, key: monitor.key, origin: BigInt(monitor.origin) });
    this.addressLimit = addressLimit;
    this.multipleSets = multipleSets;
  }
}
