import type { ChannelSubsystem } from '../../../src/host/channel/channel-subsystem.ts';
import { Orb } from '../../../src/host/channel/orb.ts';
import { Machine } from '../../../src/host/machine.ts';
import { VirtioCcw } from '../../../src/host/virtio/virtio-ccw.ts';
import type { VirtioDevice } from '../../../src/host/virtio/virtio-device.ts';

export const COMMAND = {
  SET_VQ: 0x13, RESET: 0x33, SET_IND: 0x43, SET_CONF_IND: 0x53, SET_IND_ADAPTER: 0x73, READ_FEAT: 0x12, WRITE_FEAT: 0x11, READ_CONF: 0x22,
  READ_STATUS: 0x72, WRITE_STATUS: 0x31, READ_VQ_CONF: 0x32, SET_REVISION: 0x83,
} as const; // biome-ignore format: a table

const CCW = 0x1_0000;
const BUFFER = 0x1_1000;
/** Where the driver has its indicators, and its queue's parts. */
export const INDICATORS = 0x1_2000;
export const QUEUE = { DESCRIPTORS: 0x2_0000, AVAILABLE: 0x2_1000, USED: 0x2_2000, SIZE: 8 } as const;

export interface Part {
  readonly address: number;
  readonly length: number;
  readonly writable?: boolean;
}

/** A driver of one device, in TypeScript: it uses the channel subsystem and storage as a program would. */
export class Driver {
  readonly machine = new Machine({ storage: 0x10_0000 });
  readonly channel: ChannelSubsystem = this.machine.channel;
  readonly device: VirtioCcw;
  /** Byte order of the queue. */
  littleEndian = true;
  #available = 0;
  #descriptors = 0;

  constructor(make: (machine: Machine) => VirtioDevice) {
    this.device = new VirtioCcw(this.channel, make(this.machine));
    const { subchannel } = this.device;
    const enabled = new DataView(subchannel.schib.buffer.slice(0));
    enabled.setUint16(4, 0x0081);
    subchannel.modify(enabled);
  }

  /** Executes a command with a buffer. @returns the device status, and the buffer afterwards */
  command(code: number, bytes: readonly number[] = [], flags = 0): { status: number; bytes: number[] } {
    const { subchannel } = this.device;
    const { storage } = this.machine;
    storage.write(BUFFER, Uint8Array.from(bytes));
    const ccw = new DataView(new ArrayBuffer(8));
    ccw.setUint32(0, (code << 24) | (flags << 16) | bytes.length);
    ccw.setUint32(4, BUFFER);
    storage.write(CCW, new Uint8Array(ccw.buffer));
    const orb = new DataView(new ArrayBuffer(12));
    orb.setUint32(4, 0x0080_8000);
    orb.setUint32(8, CCW);
    this.channel.start(subchannel, new Orb(new Uint8Array(orb.buffer)));
    const [status, checks] = [subchannel.schib.getUint8(36), subchannel.schib.getUint8(37)];
    this.channel.clearStatus(subchannel);
    return { status: status | (checks << 8), bytes: [...storage.read(BUFFER, bytes.length)] };
  }

  /** What every driver does first: revision, features, a queue, indicators, and the status that says that it is ready. */
  setUp({ revision = 1, queue = 0 } = {}): void {
    this.littleEndian = revision > 0;
    if (revision > 0) this.command(COMMAND.SET_REVISION, [0, revision, 0, 0]);
    if (revision > 0) this.command(COMMAND.WRITE_FEAT, [1, 0, 0, 0, 1]);
    const { DESCRIPTORS, AVAILABLE, USED, SIZE } = QUEUE;
    const modern = [...big(DESCRIPTORS, 8), 0, 0, 0, 0, 0, queue, 0, SIZE, ...big(AVAILABLE, 8), ...big(USED, 8)];
    const legacy = [...big(DESCRIPTORS, 8), ...big(0x1000, 4), 0, queue, 0, SIZE];
    this.command(COMMAND.SET_VQ, revision > 0 ? modern : legacy);
    this.command(COMMAND.SET_IND, big(INDICATORS, 8));
    this.command(COMMAND.SET_CONF_IND, big(INDICATORS + 8, 8));
    this.command(COMMAND.WRITE_STATUS, [0x0f]);
  }

  /** Makes a chain of parts available. In revision 0 the available ring lies behind the descriptors. */
  offer(...parts: readonly Part[]): void {
    // Every buffer that was offered before has been used.
    if (this.#descriptors + parts.length > QUEUE.SIZE) this.#descriptors = 0;
    const head = this.#descriptors;
    parts.forEach(({ address, length, writable = false }, n) => {
      const last = n === parts.length - 1;
      const view = new DataView(new ArrayBuffer(16));
      view.setBigUint64(0, BigInt(address), this.littleEndian);
      view.setUint32(8, length, this.littleEndian);
      view.setUint16(12, (last ? 0 : 1) | (writable ? 2 : 0), this.littleEndian);
      view.setUint16(14, head + n + 1, this.littleEndian);
      this.machine.storage.write(QUEUE.DESCRIPTORS + 16 * (head + n), new Uint8Array(view.buffer));
    });
    this.#descriptors += parts.length;
    this.#store16(this.#availableRing + 4 + 2 * (this.#available % QUEUE.SIZE), head);
    this.#available++;
    this.#store16(this.#availableRing + 2, this.#available);
  }

  /** Index of the used ring, and the length that its last entry tells. */
  get used(): { index: number; id: number; length: number } {
    const ring = this.littleEndian ? QUEUE.USED : QUEUE.DESCRIPTORS + 0x1000;
    const view = new DataView(this.machine.storage.read(ring, 4 + 8 * QUEUE.SIZE).slice().buffer);
    const index = view.getUint16(2, this.littleEndian);
    const entry = 4 + 8 * ((index + QUEUE.SIZE - 1) % QUEUE.SIZE);
    return { index, id: view.getUint32(entry, this.littleEndian), length: view.getUint32(entry + 4, this.littleEndian) };
  }

  read(address: number, length: number): number[] {
    return [...this.machine.storage.read(address, length)];
  }

  get #availableRing(): number {
    return this.littleEndian ? QUEUE.AVAILABLE : QUEUE.DESCRIPTORS + 16 * QUEUE.SIZE;
  }

  #store16(address: number, value: number): void {
    const view = new DataView(new ArrayBuffer(2));
    view.setUint16(0, value, this.littleEndian);
    this.machine.storage.write(address, new Uint8Array(view.buffer));
  }
}

/** A big-endian integer as bytes. */
export const big = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, n) => Math.floor(value / 256 ** (size - 1 - n)) % 256);

/** A little-endian integer as bytes. */
export const little = (value: number, size: number): number[] => big(value, size).reverse();
