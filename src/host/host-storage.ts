import { FRAME_SIZE, type HostAbsolute } from '../cpu/storage.ts';

const MIB = 0x10_0000;
/** The host's own lowcore and anything else below this stays unused, so that address 0 is never a guest's frame. */
const FIRST_USED = 0x1_0000;
const SEGMENT_TABLE_SIZE = 0x4000;
const GIB_2 = 0x8000_0000;

/**
 * How the host divides its absolute storage: state descriptions and lists for each CPU, tables, then the frames for guest pages.
 */
export interface HostLayout {
  readonly stateDescriptions: HostAbsolute;
  /** CBRL pages, one for each CPU. */
  readonly lists: HostAbsolute;
  /** Region-third table (used above 2 GiB) and segment tables. */
  readonly regionTable: HostAbsolute;
  readonly segmentTables: HostAbsolute;
  /** Page tables with their page-status entries, a frame for each MiB of guest storage. */
  readonly pageTables: HostAbsolute;
  readonly frames: HostAbsolute;
  readonly frameCount: number;
  /** Bytes altogether. */
  readonly size: number;
}

/** Plans the host's storage for a guest of this many bytes, CPUs and frames. */
export const planHostStorage = (guestSize: number, cpus: number, frameCount: number): HostLayout => {
  let at = FIRST_USED;
  const take = (bytes: number, alignment = FRAME_SIZE): HostAbsolute => {
    at = Math.ceil(at / alignment) * alignment;
    const taken = at;
    at += bytes;
    return taken as HostAbsolute;
  };
  const stateDescriptions = take(cpus * FRAME_SIZE);
  const lists = take(cpus * FRAME_SIZE);
  const regionTable = take(SEGMENT_TABLE_SIZE, SEGMENT_TABLE_SIZE);
  const segmentTables = take(Math.ceil(guestSize / GIB_2) * SEGMENT_TABLE_SIZE, SEGMENT_TABLE_SIZE);
  const pageTables = take(Math.ceil(guestSize / MIB) * FRAME_SIZE);
  const frames = take(frameCount * FRAME_SIZE);
  return { stateDescriptions, lists, regionTable, segmentTables, pageTables, frames, frameCount, size: at };
};
