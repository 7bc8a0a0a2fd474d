import type { ControlUnit } from './control-unit.ts';
import { Orb } from './orb.ts';
import type { Saved } from './saved.ts';
import { CHARACTERISTICS, CONTROL, ERW, IRB, PMCW, SCHIB, SCSW, SID } from './words.ts';

/** The only path to every device, leftmost of the eight, and its identifier. */
const PATH = 0x80;
export const CHPID = 0;
const ALL_PATHS = 0xff;

/** A program that waits for RESUME SUBCHANNEL, at its CCW. */
export interface SuspendedProgram {
  readonly orb: Orb;
  readonly address: number;
}

/**
 * A subchannel with its device. Its information block is the state that programs see; STORE SUBCHANNEL stores it as it is.
 */
export class Subchannel {
  /** Subsystem-identification word. */
  readonly id: number;
  readonly unit: ControlUnit;
  readonly schib = new DataView(new ArrayBuffer(SCHIB.SIZE));
  suspended: SuspendedProgram | undefined;
  /** Concurrent sense data for the next TEST SUBCHANNEL. */
  sense: Uint8Array | undefined;

  /** @param number device number, 0 to 65535 */
  constructor(id: number, number: number, unit: ControlUnit) {
    this.id = id;
    this.unit = unit;
    this.schib.setUint16(SCHIB.DEVICE_NUMBER, number);
    this.reset();
  }

  /** Subsystem reset: not enabled, no function, and the device reset (PoP, "I/O-System Reset"). */
  reset(): void {
    const number = this.deviceNumber;
    for (let at = 0; at < SCHIB.SIZE; at++) this.schib.setUint8(at, 0);
    this.schib.setUint16(SCHIB.FLAGS, PMCW.DEVICE_NUMBER_VALID);
    this.schib.setUint16(SCHIB.DEVICE_NUMBER, number);
    this.schib.setUint8(SCHIB.LPM, PATH);
    this.schib.setUint8(SCHIB.PIM, PATH);
    this.schib.setUint8(SCHIB.POM, ALL_PATHS);
    this.schib.setUint8(SCHIB.PAM, PATH);
    this.schib.setUint8(SCHIB.CHPIDS, CHPID);
    this.suspended = undefined;
    this.sense = undefined;
    this.unit.reset();
  }

  /** Number of the subchannel set, 0 to 3. */
  get set(): number {
    return (this.id & SID.SET) >>> SID.SET_SHIFT;
  }
  get deviceNumber(): number {
    return this.schib.getUint16(SCHIB.DEVICE_NUMBER);
  }
  get parameter(): number {
    return this.schib.getUint32(SCHIB.PARAMETER);
  }
  get flags(): number {
    return this.schib.getUint16(SCHIB.FLAGS);
  }
  get isEnabled(): boolean {
    return (this.flags & PMCW.ENABLED) !== 0;
  }
  /** Interruption subclass, 0 to 7. */
  get isc(): number {
    return (this.flags & PMCW.ISC) >>> PMCW.ISC_SHIFT;
  }
  /** Paths that are available logically and physically. */
  get paths(): number {
    return this.schib.getUint8(SCHIB.LPM) & this.schib.getUint8(SCHIB.PAM);
  }

  /** Control word of the subchannel-status word. */
  get control(): number {
    return this.schib.getInt32(SCHIB.SCSW + SCSW.CONTROL);
  }
  set control(value: number) {
    this.schib.setInt32(SCHIB.SCSW + SCSW.CONTROL, value);
  }
  has(bits: number): boolean {
    return (this.control & bits) !== 0;
  }

  setAddress(address: number): void {
    this.schib.setUint32(SCHIB.SCSW + SCSW.ADDRESS, address);
  }

  setStatus({ deviceStatus = 0, subchannelStatus = 0, residual = 0 }): void {
    this.schib.setUint8(SCHIB.SCSW + SCSW.DEVICE_STATUS, deviceStatus);
    this.schib.setUint8(SCHIB.SCSW + SCSW.SUBCHANNEL_STATUS, subchannelStatus);
    this.schib.setUint16(SCHIB.SCSW + SCSW.COUNT, residual);
  }

  /** The path has been used for the last function. */
  recordPath(): void {
    this.schib.setUint8(SCHIB.LPUM, PATH);
  }

  /** Takes over what MODIFY SUBCHANNEL may change. */
  modify(from: DataView): void {
    const { schib } = this;
    const modifiable = PMCW.ISC | PMCW.ENABLED | PMCW.LIMIT_MODE | PMCW.MEASUREMENT_UPDATE | PMCW.MEASUREMENT_TIMES | PMCW.MULTIPATH;
    schib.setUint32(SCHIB.PARAMETER, from.getUint32(SCHIB.PARAMETER));
    schib.setUint16(SCHIB.FLAGS, (this.flags & ~modifiable) | (from.getUint16(SCHIB.FLAGS) & modifiable));
    schib.setUint8(SCHIB.LPM, from.getUint8(SCHIB.LPM));
    schib.setUint8(SCHIB.POM, from.getUint8(SCHIB.POM));
    schib.setUint16(SCHIB.MEASUREMENT_INDEX, from.getUint16(SCHIB.MEASUREMENT_INDEX));
    const { FORMAT_1, CONCURRENT_SENSE } = CHARACTERISTICS;
    schib.setUint32(SCHIB.CHARACTERISTICS, from.getUint32(SCHIB.CHARACTERISTICS) & (FORMAT_1 | CONCURRENT_SENSE));
    schib.setBigUint64(SCHIB.MEASUREMENT_BLOCK, from.getBigUint64(SCHIB.MEASUREMENT_BLOCK));
  }

  /** Stops updating a measurement block that cannot be accessed. */
  stopMeasuring(): void {
    this.schib.setUint16(SCHIB.FLAGS, this.flags & ~PMCW.MEASUREMENT_UPDATE);
  }

  /** The interruption-response block that TEST SUBCHANNEL stores: extended status of format 1, with concurrent sense data where there are some. */
  responseBlock(): Uint8Array {
    const irb = new Uint8Array(IRB.SIZE);
    irb.set(new Uint8Array(this.schib.buffer, SCHIB.SCSW, SCSW.SIZE));
    if (!this.has(CONTROL.PENDING)) return irb;
    irb[IRB.ESW + 1] = this.schib.getUint8(SCHIB.LPUM);
    if (this.sense !== undefined) {
      new DataView(irb.buffer).setUint32(IRB.ERW, ERW.CONCURRENT_SENSE | (this.sense.length << ERW.SENSE_COUNT_SHIFT));
      irb.set(this.sense, IRB.ECW);
    }
    return irb;
  }

  save(): Saved {
    const { suspended, sense } = this;
    return {
      id: this.id,
      identification: this.unit.device.identification.slice(),
      schib: new Uint8Array(this.schib.buffer.slice(0)),
      suspended: suspended === undefined ? null : { orb: suspended.orb.bytes.slice(), address: suspended.address },
      sense: sense?.slice() ?? null,
      unit: this.unit.save(),
    };
  }

  /** @throws RangeError when the saved state is of another device */
  restore(saved: Saved): void {
    const { id, identification, schib, suspended, sense, unit } = saved as {
      id: number;
      identification: Uint8Array;
      schib: Uint8Array;
      suspended: { orb: Uint8Array; address: number } | null;
      sense: Uint8Array | null;
      unit: Saved;
    };
    if (id !== this.id || identification.some((byte, n) => byte !== this.unit.device.identification[n])) {
      throw new RangeError(`another device than expected on subchannel 0x${id.toString(16)}`);
    }
    new Uint8Array(this.schib.buffer).set(schib);
    this.suspended = suspended === null ? undefined : { orb: new Orb(suspended.orb.slice()), address: suspended.address };
    this.sense = sense === null ? undefined : sense.slice();
    this.unit.restore(unit);
  }
}
