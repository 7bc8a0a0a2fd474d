import type { Performer } from '../intercepted.ts';
import { notifyQueue } from '../virtio/notify.ts';

/** Linux's EINVAL, which the interface of KVM's hypercalls has for calls that do not exist. */
const INVALID = -22n;

/** Hypercalls by number. */
const CALLS: Readonly<Record<string, Performer>> = { '3': notifyQueue };

/** X'500', KVM's hypercall: GR1 has its number, GR2 gets what comes out. */
export const hypercall: Performer = (machine, vcpu, i, ilc) => {
  const { gr } = vcpu.cpu;
  const call = CALLS[String(gr[1])];
  if (call) call(machine, vcpu, i, ilc);
  else gr[2] = BigInt.asUintN(64, INVALID);
};
