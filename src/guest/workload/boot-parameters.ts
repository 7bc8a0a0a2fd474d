import { InputError } from '../input-error.ts';

/** The guest kernel's parameter block: `struct boot_params` of src/guest/kernel/kernel.h. */
export interface BootParameters {
  readonly storage: number;
  readonly cpus: number;
  /** Pages of the swap device. */
  readonly swap: number;
  readonly commandLine: string;
  /** First block on the disk and size in pages, of each file. */
  readonly files: readonly { readonly start: number; readonly pages: number }[];
  readonly processes: readonly { readonly offset: number; readonly count: number }[];
}

const MAGIC = 0x7a68696e746b6e6cn;
const MOST_FILES = 2048;
const MOST_PROCESSES = 64;
const COMMAND_LINE_SIZE = 480;
const AT = {
  STORAGE: 8,
  COUNTS: 16,
  COMMAND_LINE: 32,
  PROCESSES: 32 + COMMAND_LINE_SIZE,
  FILES: 32 + COMMAND_LINE_SIZE + 8 * MOST_PROCESSES,
} as const;

/** @throws InputError when something does not fit */
export const bootParameters = (p: BootParameters, file: string): Uint8Array => {
  const refuse = (what: string): never => {
    throw new InputError({ file }, what);
  };
  if (p.files.length > MOST_FILES) refuse(`${p.files.length} files, expected at most ${MOST_FILES}`);
  if (p.processes.length > MOST_PROCESSES) refuse(`${p.processes.length} kinds of processes, expected at most ${MOST_PROCESSES}`);
  const commandLine = new TextEncoder().encode(p.commandLine);
  if (commandLine.length >= COMMAND_LINE_SIZE)
    refuse(`a command line of ${commandLine.length} bytes, expected less than ${COMMAND_LINE_SIZE}`);
  const view = new DataView(new ArrayBuffer(AT.FILES + 8 * p.files.length));
  view.setBigUint64(0, MAGIC);
  view.setBigUint64(AT.STORAGE, BigInt(p.storage));
  for (const [n, value] of [p.cpus, p.files.length, p.processes.length, p.swap].entries()) view.setUint32(AT.COUNTS + 4 * n, value);
  new Uint8Array(view.buffer).set(commandLine, AT.COMMAND_LINE);
  const pairs = (at: number, list: readonly (readonly [number, number])[]): void => {
    for (const [n, [first, second]] of list.entries()) {
      view.setUint32(at + 8 * n, first);
      view.setUint32(at + 8 * n + 4, second);
    }
  };
  pairs(
    AT.PROCESSES,
    p.processes.map(({ offset, count }) => [offset, count]),
  );
  pairs(
    AT.FILES,
    p.files.map(({ start, pages }) => [start, pages]),
  );
  return new Uint8Array(view.buffer);
};
