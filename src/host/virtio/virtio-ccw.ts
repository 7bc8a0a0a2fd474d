import { ChannelCheck } from '../channel/absolute-storage.ts';
import type { ChannelSubsystem, DeviceNumber } from '../channel/channel-subsystem.ts';
import type { Data, Device } from '../channel/device.ts';
import type { Saved } from '../channel/saved.ts';
import type { Subchannel } from '../channel/subchannel.ts';
import { type CommandName, nameOf, SIZE } from './ccw-commands.ts';
import { Indicators, type Telling } from './indicators.ts';
import type { Transport, VirtioDevice } from './virtio-device.ts';
import { BrokenQueue, LARGEST_QUEUE, type QueueLayout, Virtqueue } from './virtqueue.ts';

const CONTROL_UNIT_TYPE = 0x3832;
const LATEST_REVISION = 2;
const VERSION_1 = 1n << 32n;
const STATUS = { DRIVER_OK: 0x04, FEATURES_OK: 0x08, NEEDS_RESET: 0x40 } as const;

/** A virtio device as a channel-attached device: the commands of virtio 1.2, section 4.3. */
export class VirtioCcw implements Device, Transport {
  readonly identification: Uint8Array;
  readonly subchannel: Subchannel;
  readonly #device: VirtioDevice;
  readonly #channel: ChannelSubsystem;
  readonly #queues: readonly Virtqueue[];
  readonly #indicators: Indicators;
  /** Undefined until the driver has set one, or has used another command and so revision 0. */
  #revision: number | undefined;
  #status = 0;
  /** The features that the driver has accepted. */
  #accepted = 0n;

  /** @throws DeviceNumberTaken */
  constructor(channel: ChannelSubsystem, device: VirtioDevice, where?: DeviceNumber) {
    this.#channel = channel;
    this.#device = device;
    this.#queues = Array.from({ length: device.queues }, () => new Virtqueue(channel.storage));
    this.#indicators = new Indicators(channel.storage);
    this.identification = Uint8Array.of(0xff, CONTROL_UNIT_TYPE >> 8, CONTROL_UNIT_TYPE & 0xff, device.type, 0, 0, 0, 0);
    this.subchannel = channel.attach(this, where);
  }

  get littleEndian(): boolean {
    return (this.#revision ?? 0) >= 1;
  }

  // ---- commands -------------------------------------------------------------------------------------------------------

  execute(code: number, data: Data): 'done' | 'rejected' {
    const name = nameOf(code);
    if (name === undefined) return 'rejected';
    if (name !== 'SET_REVISION' && name !== 'RESET') this.#revision ??= 0;
    return this.#commands[name](data) ? 'done' : 'rejected';
  }

  /** What each command does; false rejects it. */
  readonly #commands: Readonly<Record<CommandName, (data: Data) => boolean>> = {
    RESET: () => {
      this.reset();
      return true;
    },
    SET_REVISION: (data) => this.#setRevision(data),
    READ_FEATURES: (data) => {
      const [index = 0] = data.peek(SIZE.FEATURES).subarray(4);
      const view = new DataView(new ArrayBuffer(SIZE.FEATURES));
      view.setUint32(0, Number((this.#offered >> BigInt(32 * index)) & 0xffff_ffffn), true);
      view.setUint8(4, index);
      data.fill(new Uint8Array(view.buffer));
      return true;
    },
    WRITE_FEATURES: (data) =>
      withBlock(data, SIZE.FEATURES, (block) => {
        const shift = BigInt(32 * block.getUint8(4));
        this.#accepted = (this.#accepted & ~(0xffff_ffffn << shift)) | (BigInt(block.getUint32(0, true)) << shift);
        return true;
      }),
    READ_CONFIGURATION: (data) => {
      data.fill(this.#device.configuration(this.littleEndian));
      return true;
    },
    // Nothing in the devices' configuration space is the driver's to change.
    WRITE_CONFIGURATION: (data) => {
      data.take(this.#device.configuration(this.littleEndian).length);
      return true;
    },
    READ_STATUS: (data) => {
      if ((this.#revision ?? 0) < 2) return false;
      data.fill(Uint8Array.of(this.#status));
      return true;
    },
    WRITE_STATUS: (data) => withBlock(data, 1, (block) => this.#setStatus(block.getUint8(0))),
    READ_QUEUE: (data) => {
      const [high = 0, low = 0] = data.peek(2);
      const size = ((high << 8) | low) < this.#queues.length ? LARGEST_QUEUE : 0;
      data.fill(Uint8Array.of(high, low, size >> 8, size & 0xff));
      return true;
    },
    SET_QUEUE: (data) => withBlock(data, this.littleEndian ? SIZE.QUEUE : SIZE.LEGACY_QUEUE, (block) => this.#setQueue(block)),
    SET_INDICATORS: (data) =>
      withBlock(data, SIZE.ADDRESS, (block) => {
        if (this.#indicators.adapter) return false;
        this.#indicators.queues = addressAt(block, 0) || undefined;
        return true;
      }),
    SET_CONFIGURATION_INDICATOR: (data) =>
      withBlock(data, SIZE.ADDRESS, (block) => {
        this.#indicators.configuration = addressAt(block, 0) || undefined;
        return true;
      }),
    SET_ADAPTER_INDICATORS: (data) => withBlock(data, SIZE.ADAPTER_INDICATORS, (block) => this.#setAdapter(block)),
  };

  #setRevision(data: Data): boolean {
    return withBlock(data, SIZE.REVISION, (block) => {
      const revision = block.getUint16(0);
      const length = block.getUint16(2);
      if (this.#revision !== undefined || revision > LATEST_REVISION || length !== 0) return false;
      this.#revision = revision;
      return true;
    });
  }

  /** The features that the device offers; VERSION_1 to drivers that have set a revision. */
  get #offered(): bigint {
    return this.#device.features | (this.littleEndian ? VERSION_1 : 0n);
  }

  #setStatus(status: number): boolean {
    if (status === 0) {
      this.#resetDevice();
      return true;
    }
    if (status & STATUS.FEATURES_OK && this.#accepted & ~this.#offered) return false;
    this.#status = status | (this.#status & STATUS.NEEDS_RESET);
    return true;
  }

  #setQueue(block: DataView): boolean {
    const index = block.getUint16(12);
    const size = block.getUint16(14);
    const queue = this.#queues[index];
    const descriptors = addressAt(block, 0);
    if (!queue) return false;
    if (descriptors === 0) {
      queue.reset();
      return true;
    }
    if (size === 0 || size > LARGEST_QUEUE || (size & (size - 1)) !== 0) return false;
    const layout = this.littleEndian
      ? { size, descriptors, available: addressAt(block, 16), used: addressAt(block, 24) }
      : legacyLayout(descriptors, size, block.getUint32(8));
    if (layout === undefined) return false;
    queue.setUp(layout, this.littleEndian);
    return true;
  }

  #setAdapter(block: DataView): boolean {
    if (!this.littleEndian || this.#indicators.queues !== undefined) return false;
    const isc = block.getUint8(24);
    if (isc > 7) return false;
    const [summary, area, bit] = [addressAt(block, 0), addressAt(block, 8), addressAt(block, 16)];
    this.#indicators.adapter = summary === 0 ? undefined : { summary, area, bit, isc };
    return true;
  }

  // ---- queues ---------------------------------------------------------------------------------------------------------

  /** The driver has made buffers available in a queue. @returns whether there is such a queue */
  notify(queue: number): boolean {
    if (!this.#queues[queue]) return false;
    if (this.#status & STATUS.DRIVER_OK && !(this.#status & STATUS.NEEDS_RESET)) this.#device.notify(queue, this);
    return true;
  }

  serve(index: number, serve: (output: Uint8Array, room: number) => Uint8Array | undefined): void {
    const queue = this.#queues[index]!;
    let tell = false;
    try {
      for (;;) {
        const buffer = queue.take();
        if (!buffer) break;
        const reply = serve(buffer.output, buffer.room);
        if (reply === undefined) {
          queue.putBack();
          break;
        }
        if (queue.give(buffer, reply)) tell = true;
      }
    } catch (error) {
      if (!(error instanceof BrokenQueue || error instanceof ChannelCheck)) throw error;
      this.#status |= STATUS.NEEDS_RESET;
      this.#interrupt(this.#indicators.tellConfiguration());
    }
    if (tell) this.#interrupt(this.#indicators.tellQueue(index));
  }

  #interrupt(telling: Telling): void {
    if (telling === 'subchannel') this.#channel.callForAttention(this.subchannel);
    else if (telling) this.#channel.interruptions.raiseAdapter(telling.isc);
  }

  // ---- reset and snapshots --------------------------------------------------------------------------------------------

  reset(): void {
    this.#resetDevice();
    this.#revision = undefined;
  }

  #resetDevice(): void {
    for (const queue of this.#queues) queue.reset();
    this.#indicators.reset();
    this.#status = 0;
    this.#accepted = 0n;
  }

  save(): Saved {
    return {
      revision: this.#revision ?? null,
      status: this.#status,
      accepted: this.#accepted.toString(),
      queues: this.#queues.map((queue) => queue.save()),
      indicators: this.#indicators.save(),
      device: this.#device.save(),
    };
  }

  restore(saved: Saved): void {
    const { revision, status, accepted, queues, indicators, device } = saved as {
      revision: number | null;
      status: number;
      accepted: string;
      queues: readonly Saved[];
      indicators: Saved;
      device: Saved;
    };
    this.#revision = revision ?? undefined;
    this.#status = status;
    this.#accepted = BigInt(accepted);
    queues.forEach((state, n) => {
      this.#queues[n]!.restore(state);
    });
    this.#indicators.restore(indicators);
    this.#device.restore(device);
  }
}

/** Takes a block of exactly this size from the program; a shorter one rejects the command. */
const withBlock = (data: Data, size: number, use: (block: DataView) => boolean): boolean => {
  const bytes = data.take(size);
  return bytes.length === size && use(new DataView(bytes.buffer, bytes.byteOffset, size));
};

/** An address, or a count, of 64 bits. What storage cannot have is refused when it is used. */
const addressAt = (block: DataView, at: number): number => Number(block.getBigUint64(at));

/** The parts of a queue of revision 0 lie one behind the other (virtio 1.2, section 2.7.2). */
const legacyLayout = (descriptors: number, size: number, alignment: number): QueueLayout | undefined => {
  if (alignment === 0 || (alignment & (alignment - 1)) !== 0) return undefined;
  const available = descriptors + 16 * size;
  const end = available + 2 * (3 + size);
  return { size, descriptors, available, used: Math.ceil(end / alignment) * alignment };
};
