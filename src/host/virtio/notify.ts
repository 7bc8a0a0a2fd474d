import type { Performer } from '../intercepted.ts';
import { VirtioCcw } from './virtio-ccw.ts';

/** Linux's EINVAL: there is no such device, or no such queue. */
const INVALID = -22n;
/** GR2 returns a cookie, which the driver may bring along in GR4 next time. None is needed here. */
const NO_COOKIE = 0n;

/**
 * The hypercall of virtio-ccw: the driver has made buffers available in the queue whose number is in GR3, of the device on the subchannel that
 * GR2 names (virtio 1.2, section 4.3.3.2).
 */
export const notifyQueue: Performer = ({ channel }, { cpu }) => {
  const { gr } = cpu;
  const device = channel.find(Number(gr[2]! & 0xffff_ffffn))?.unit.device;
  const known = device instanceof VirtioCcw && device.notify(Number(gr[3]! & 0xffff_ffffn));
  gr[2] = known ? NO_COOKIE : BigInt.asUintN(64, INVALID);
};
