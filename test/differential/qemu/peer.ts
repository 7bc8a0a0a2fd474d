/** A part of an image: bytes at an absolute address. */
interface ImageSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** What a machine is to run: 64-bit addressing, supervisor state, DAT off at the entry. It ends with a disabled wait. */
export interface Image {
  readonly entry: number;
  readonly segments: readonly ImageSegment[];
}

export interface Area {
  readonly address: number;
  readonly length: number;
}

/** How a run ended, with the content of the area asked for. */
export interface Outcome {
  readonly ended: 'disabled wait' | 'time limit';
  readonly bytes: Uint8Array;
  /** For people: registers of a machine that did not end. */
  readonly state?: string;
}

/** A machine that runs images. */
export interface Peer {
  readonly name: string;
  run(image: Image, area: Area): Promise<Outcome>;
}
