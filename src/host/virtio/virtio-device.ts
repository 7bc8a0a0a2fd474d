import type { Saved } from '../channel/saved.ts';

/** What a virtio device asks of its transport. */
export interface Transport {
  /** Structures and configuration are little-endian: revision 1 and later. */
  readonly littleEndian: boolean;
  /**
   * Serves the buffers that are available in a queue: each goes to `serve`, which gives back what the device says, or nothing when the buffer
   * has to wait. The driver is told once.
   */
  serve(queue: number, serve: (output: Uint8Array, room: number) => Uint8Array | undefined): void;
}

/** A virtio device without its transport (virtio 1.2, chapter 5). */
export interface VirtioDevice {
  /** Device type. */
  readonly type: number;
  /** Feature bits beside those of the transport. */
  readonly features: bigint;
  readonly queues: number;
  /** The configuration space, in the byte order asked for. */
  configuration(littleEndian: boolean): Uint8Array;
  /** The driver has made buffers available. */
  notify(queue: number, transport: Transport): void;
  /** State beside the transport's, as plain data. */
  save(): Saved;
  restore(saved: Saved): void;
}
