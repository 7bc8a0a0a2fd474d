import type { AbsoluteStorage } from './absolute-storage.ts';
import { ChannelProgram, type Ending } from './channel-program.ts';
import type { Orb } from './orb.ts';
import type { Subchannel } from './subchannel.ts';
import { CHARACTERISTICS, CONTROL, DEVICE_STATUS, ORB_CONTROL, PMCW, SCHIB, SUBCHANNEL_STATUS } from './words.ts';

/**
 * The functions that a subchannel performs (PoP, "Basic I/O Functions"). Each is performed at once and to its end: nobody sees a function
 * pending or a device active.
 */

/** Deferred condition codes. */
const DEFERRED = { STATUS: 1, NOT_OPERATIONAL: 3 } as const;

/** Start function: executes the channel program that the ORB designates. */
export const start = (storage: AbsoluteStorage, subchannel: Subchannel, orb: Orb, limit: number): void => {
  subchannel.control = (orb.control & ORB_CONTROL.TO_SCSW) | CONTROL.START;
  subchannel.schib.setUint32(SCHIB.PARAMETER, orb.parameter);
  subchannel.sense = undefined;
  subchannel.setStatus({});
  if (!(orb.paths & subchannel.paths)) {
    subchannel.setAddress(orb.programAddress);
    subchannel.control |=
      (DEFERRED.NOT_OPERATIONAL << CONTROL.DEFERRED_CC_SHIFT) |
      CONTROL.PATH_NOT_OPERATIONAL |
      CONTROL.ALERT |
      CONTROL.PRIMARY |
      CONTROL.SECONDARY |
      CONTROL.PENDING;
    return;
  }
  subchannel.recordPath();
  execute(storage, subchannel, { orb, address: orb.programAddress, limit, beginning: true });
};

/** Resume function: goes on with the suspended program. */
export const resume = (storage: AbsoluteStorage, subchannel: Subchannel, limit: number): void => {
  const { orb, address } = subchannel.suspended!;
  subchannel.suspended = undefined;
  subchannel.control &= ~(CONTROL.ACTIVITY | CONTROL.ZERO_CC);
  execute(storage, subchannel, { orb, address, limit, beginning: false });
};

interface Execution {
  readonly orb: Orb;
  /** Where the program begins, or goes on. */
  readonly address: number;
  /** The limit that SET ADDRESS LIMIT has set. */
  readonly limit: number;
  /** It begins: conditions may precede the device's acceptance of the first command. */
  readonly beginning: boolean;
}

const execute = (storage: AbsoluteStorage, subchannel: Subchannel, { orb, address, limit, beginning }: Execution): void => {
  const mode = (subchannel.flags & PMCW.LIMIT_MODE) >>> PMCW.LIMIT_SHIFT;
  const ending = new ChannelProgram(storage, orb, { mode, address: limit }).run(subchannel.unit, address);
  subchannel.setAddress(ending.address);
  subchannel.setStatus(ending);
  if (beginning && ending.accepted && orb.has(CONTROL.INITIAL_STATUS)) subchannel.control |= CONTROL.ZERO_CC | CONTROL.INTERMEDIATE;
  if (ending.subchannelStatus & SUBCHANNEL_STATUS.PCI) subchannel.control |= CONTROL.INTERMEDIATE;
  if (ending.suspended) {
    subchannel.suspended = { orb, address: ending.address - 8 };
    subchannel.control |= CONTROL.SUSPENDED;
    if (!orb.has(CONTROL.SUPPRESS_SUSPENDED)) subchannel.control |= CONTROL.INTERMEDIATE;
    if (subchannel.has(CONTROL.INTERMEDIATE)) subchannel.control |= CONTROL.PENDING;
    return;
  }
  conclude(subchannel, ending, beginning);
};

/** The program has ended: primary and secondary status together, with an alert for anything unusual. */
const conclude = (subchannel: Subchannel, { accepted, deviceStatus, subchannelStatus }: Ending, beginning: boolean): void => {
  subchannel.control |= CONTROL.PRIMARY | CONTROL.SECONDARY | CONTROL.PENDING;
  const unusual = deviceStatus & (DEVICE_STATUS.UNIT_CHECK | DEVICE_STATUS.UNIT_EXCEPTION) || subchannelStatus & ~SUBCHANNEL_STATUS.PCI;
  if (unusual) subchannel.control |= CONTROL.ALERT;
  if (beginning && !accepted) subchannel.control |= DEFERRED.STATUS << CONTROL.DEFERRED_CC_SHIFT;
  const concurrentSense = subchannel.schib.getUint32(SCHIB.CHARACTERISTICS) & CHARACTERISTICS.CONCURRENT_SENSE;
  if (deviceStatus & DEVICE_STATUS.UNIT_CHECK && concurrentSense) {
    subchannel.sense = subchannel.unit.takeSense();
    subchannel.control |= CONTROL.EXTENDED;
  }
};

/** Halt function: ends a suspended program; an idle device only gets the signal. */
export const halt = (subchannel: Subchannel): void => {
  subchannel.suspended = undefined;
  subchannel.setStatus({});
  subchannel.recordPath();
  subchannel.control = (subchannel.control & ~CONTROL.STATUS) | CONTROL.HALT | CONTROL.PENDING;
};

/** Clear function: nothing is left of what was going on. */
export const clear = (subchannel: Subchannel): void => {
  subchannel.suspended = undefined;
  subchannel.sense = undefined;
  subchannel.setStatus({});
  subchannel.setAddress(0);
  subchannel.recordPath();
  subchannel.control = CONTROL.CLEAR | CONTROL.PENDING;
};

/** Takes a start function that waits to be resumed away (CANCEL SUBCHANNEL). */
export const cancel = (subchannel: Subchannel): void => {
  subchannel.suspended = undefined;
  subchannel.control &= ~(CONTROL.FUNCTION | CONTROL.ACTIVITY);
};

/**
 * The device calls for the program's attention, unless status is pending already and will be looked at anyway. The device status is zero, as
 * drivers of virtio-ccw expect of a notification.
 * @returns whether status is pending anew
 */
export const callForAttention = (subchannel: Subchannel): boolean => {
  if (subchannel.has(CONTROL.PENDING)) return false;
  subchannel.setStatus({});
  subchannel.control |= CONTROL.ALERT | CONTROL.PENDING;
  return true;
};

/** What TEST SUBCHANNEL clears when it has stored the status (PoP, "TEST SUBCHANNEL"). */
export const clearStatus = (subchannel: Subchannel): void => {
  const { control } = subchannel;
  const onlyIntermediate = (control & CONTROL.STATUS) === (CONTROL.INTERMEDIATE | CONTROL.PENDING);
  const halted = (control & CONTROL.HALT) !== 0 && (control & CONTROL.SUSPENDED) !== 0;
  let cleared: number = CONTROL.STATUS | CONTROL.PATH_NOT_OPERATIONAL | CONTROL.EXTENDED;
  if (!onlyIntermediate || halted) cleared |= CONTROL.FUNCTION | CONTROL.ACTIVITY;
  subchannel.control = control & ~cleared;
  subchannel.sense = undefined;
};
