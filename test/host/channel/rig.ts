import type { Data, Device } from '../../../src/host/channel/device.ts';
import { Orb } from '../../../src/host/channel/orb.ts';
import type { Subchannel } from '../../../src/host/channel/subchannel.ts';
import { Machine, type MachineOptions } from '../../../src/host/machine.ts';

/** Where tests have their channel programs and data. */
export const PROGRAM = 0x2_0000;
export const DATA = 0x3_0000;

export const FLAG = { CD: 0x80, CC: 0x40, SLI: 0x20, SKIP: 0x10, PCI: 0x08, IDA: 0x04, S: 0x02 } as const;
export const COMMAND = { READ: 0x02, WRITE: 0x01, NOP: 0x03, TIC: 0x08, UNKNOWN: 0x05, SENSE: 0x04, SENSE_ID: 0xe4 } as const;
/** Bits of the ORB's control word; the path is the only one. */
export const ORB = {
  KEY_2: 0x2000_0000,
  SUSPEND: 0x0800_0000,
  FORMAT_1: 0x0080_0000,
  INITIAL: 0x0020_0000,
  LIMIT: 0x0010_0000,
  NO_SUSPENDED: 0x0008_0000,
  IDAW_2: 0x0002_0000,
  IDAW_2K: 0x0001_0000,
  PATH: 0x8000,
} as const;

/** A device whose read command gives a record of ten bytes, 1 to 10, and whose write command takes up to eight. */
class TestDevice implements Device {
  readonly identification = Uint8Array.of(0xff, 0x12, 0x34, 1, 0, 0, 0, 0);
  written: number[] = [];
  commands: number[] = [];

  execute(command: number, data: Data): 'done' | 'rejected' {
    this.commands.push(command);
    if (command === COMMAND.READ) data.send(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    else if (command === COMMAND.WRITE) this.written.push(...data.take(8));
    else return 'rejected';
    return 'done';
  }
  reset(): void {
    this.written = [];
  }
  save(): readonly number[] {
    return [...this.written];
  }
  restore(saved: unknown): void {
    this.written = [...(saved as number[])];
  }
}

type CcwFields = readonly [command: number, flags: number, count: number, address: number];

/** A machine with one enabled subchannel, and how its status reads. */
export class Rig {
  readonly machine: Machine;
  readonly device = new TestDevice();
  readonly subchannel: Subchannel;

  constructor(options: Partial<MachineOptions> = {}) {
    this.machine = new Machine({ storage: 0x10_0000, ...options });
    this.subchannel = this.machine.channel.attach(this.device);
    this.modify({ flags: 0x0080 });
  }

  modify({ flags = 0x0080, lpm = 0x80, characteristics = 0, block = 0n, index = 0 }): void {
    const schib = new DataView(new ArrayBuffer(52));
    schib.setUint16(4, flags);
    schib.setUint8(8, lpm);
    schib.setUint16(12, index);
    schib.setUint32(24, characteristics);
    schib.setBigUint64(40, block);
    this.subchannel.modify(schib);
  }

  /** Writes words of 32 bits. */
  words(address: number, ...words: number[]): void {
    const view = new DataView(new ArrayBuffer(4 * words.length));
    words.forEach((word, n) => {
      view.setUint32(4 * n, word);
    });
    this.machine.storage.write(address, new Uint8Array(view.buffer));
  }

  /** Writes CCWs of format 1 at {@link PROGRAM}: command, flags, count, address. */
  program(...ccws: readonly CcwFields[]): void {
    const words = ccws.flatMap(([command, flags, count, address]) => [(command << 24) | (flags << 16) | count, address]);
    this.words(PROGRAM, ...words);
  }

  start(control: number = ORB.FORMAT_1, address = PROGRAM): void {
    const orb = new DataView(new ArrayBuffer(12));
    orb.setUint32(0, 0xcafe);
    orb.setUint32(4, control | ORB.PATH);
    orb.setUint32(8, address);
    this.machine.channel.start(this.subchannel, new Orb(new Uint8Array(orb.buffer)));
  }

  /** Starts a program of format 1. @returns its status */
  run(...ccws: readonly CcwFields[]): Status {
    this.program(...ccws);
    this.start();
    return this.status;
  }

  get status(): Status {
    const scsw = new DataView(this.subchannel.schib.buffer, 28, 12);
    const control = scsw.getUint32(0);
    return {
      deferred: (control >>> 24) & 3,
      conditions: CONDITIONS.filter((_, n) => control & (0x10 >> n)).join(' '),
      address: scsw.getUint32(4),
      device: scsw.getUint8(8),
      subchannel: scsw.getUint8(9),
      residual: scsw.getUint16(10),
    };
  }

  data(length: number, address = DATA): number[] {
    return [...this.machine.storage.read(address, length)];
  }
}

export interface Status {
  readonly deferred: number;
  readonly conditions: string;
  readonly address: number;
  readonly device: number;
  readonly subchannel: number;
  readonly residual: number;
}

const CONDITIONS = ['alert', 'intermediate', 'primary', 'secondary', 'pending'] as const;

/** Channel end and device end. */
export const ENDED = 0x0c;
