import type { Cpu } from '../cpu/cpu.ts';
import type { HostAbsolute } from '../cpu/storage.ts';

/** An external interruption that waits for its CPU. */
export interface PendingExternal {
  readonly code: number;
  /** CR0 subclass-mask bit (low word) that must be one. */
  readonly subclass: number;
  /** Address of the CPU that sent it, for external call and emergency signal. */
  readonly cpuAddress?: number;
  readonly parameter?: number;
}

/** A virtual CPU: the CPU that executes it, its state description, and what the host knows beyond that. */
export class VirtualCpu {
  readonly cpu: Cpu;
  /** CPU address, 0 to 255, by which the guest knows the CPU. */
  readonly address: number;
  readonly stateDescription: HostAbsolute;
  stopped: boolean;
  /** In an enabled wait: the next interruption wakes it. */
  waiting = false;
  /** The configuration's elapsed time up to which the CPU timer has been charged for waiting. */
  waitingSince = 0;
  /** The external interruptions that wait, in order of arrival. */
  readonly pending: PendingExternal[] = [];
  /** Number of instructions when the host last acted before one; see Machine.before. */
  actedAt = -1;
  /** Purges of the TLB when the CPU last began to run; see Machine. */
  purges = -1;
  /** Host faults in a row without an instruction in between, and the number of instructions at the last of them; see Machine. */
  faults = 0;
  faultedAt = -1;
  registersAtFault = new BigUint64Array(16);
  /** Number of instructions at the last program interruption that the host reflected; see Machine. */
  reflectedAt = -1;

  /** The token of the page-fault handshake that DIAGNOSE X'258' has established. */
  pageFaultToken: bigint | undefined;

  constructor(cpu: Cpu, address: number, stateDescription: HostAbsolute, stopped: boolean) {
    this.cpu = cpu;
    this.address = address;
    this.stateDescription = stateDescription;
    this.stopped = stopped;
  }

  /** Number of the CPU in the machine. */
  get index(): number {
    return this.cpu.index;
  }
}

/** External-interruption codes and their CR0 subclass masks (PoP, "External Interruption"). */
export const EXTERNAL = {
  EMERGENCY_SIGNAL: { code: 0x1201, subclass: 0x4000 },
  EXTERNAL_CALL: { code: 0x1202, subclass: 0x2000 },
  CLOCK_COMPARATOR: { code: 0x1004, subclass: 0x0800 },
  CPU_TIMER: { code: 0x1005, subclass: 0x0400 },
  SERVICE_SIGNAL: { code: 0x2401, subclass: 0x0200 },
  /** A block device of the guest kernel has ended requests; the code and its mask are those of block I/O on z/VM. */
  BLOCK_IO: { code: 0x2603, subclass: 0x0200 },
} as const;

/** External interruptions that are presented after those of the timers (PoP, "Priority of Interruptions"). */
export const comesAfterTimers = (code: number): boolean => code >= EXTERNAL.SERVICE_SIGNAL.code;

/** The order in which pending external interruptions are presented: emergency signal, external call, others as they came, service signal. */
export const rankOf = (code: number): number =>
  code === EXTERNAL.EMERGENCY_SIGNAL.code ? 0 : code === EXTERNAL.EXTERNAL_CALL.code ? 1 : comesAfterTimers(code) ? 3 : 2;

/** The subclass mask of any external-interruption code; codes that we do not know are not masked by CR0. */
export const subclassOf = (code: number): number => Object.values(EXTERNAL).find((e) => e.code === code)?.subclass ?? 0;
