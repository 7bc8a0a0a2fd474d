import { disassemble } from '../cpu/disassembler.ts';
import { namesByAddress, symbolizer } from '../debug/labels.ts';
import type { Segment } from '../guest/program.ts';
import { oneOperand, parseArguments } from './arguments.ts';
import { loadProgram } from './load.ts';

const USAGE = 'zhint disasm FILE';
/** Shortest run of zero bytes that is printed as `...`. */
const ZERO_RUN = 16;
/** Bytes of the longest instruction. */
const LONGEST = 6;
const BYTES_WIDTH = 18;

/** The number of zero bytes from an offset on, halfwords only, up to the next symbol. */
const zeroRun = (segment: Segment, start: number, names: ReadonlyMap<bigint, string>): number => {
  let end = start;
  while (end < segment.bytes.length && segment.bytes[end] === 0 && (end === start || !names.has(BigInt(segment.address + end)))) end++;
  const run = end - start;
  return end === segment.bytes.length ? run : run - (run % 2);
};

/** The bytes up to the next symbol: what stands there begins anew. */
const upToSymbol = (segment: Segment, start: number, names: ReadonlyMap<bigint, string>): Uint8Array => {
  let end = start + 1;
  while (end < start + LONGEST && end < segment.bytes.length && !names.has(BigInt(segment.address + end))) end++;
  return segment.bytes.subarray(start, end);
};

function* segmentLines(segment: Segment, names: ReadonlyMap<bigint, string>): Generator<string> {
  const symbol = symbolizer(names);
  for (let at = 0; at < segment.bytes.length; ) {
    const address = segment.address + at;
    const name = names.get(BigInt(address));
    if (name !== undefined) yield `\n${address.toString(16).padStart(16, '0')} <${name}>:`;
    const zeros = zeroRun(segment, at, names);
    if (zeros >= ZERO_RUN) {
      yield '\t...';
      at += zeros;
      continue;
    }
    const { text, length } = disassemble(upToSymbol(segment, at, names), address, { symbol });
    const bytes = Array.from(segment.bytes.subarray(at, at + length), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    yield `${address.toString(16).padStart(8)}:\t${bytes.padEnd(BYTES_WIDTH)}\t${text}`;
    at += length;
  }
}

const CHUNK = 1000;

/** `zhint disasm FILE`: the program as text, in the manner of `objdump -d`. Returns the exit status; throws InputError for wrong input. */
export async function main(argv: string[]): Promise<number> {
  const options = parseArguments('disasm', { '--help': Boolean, '-h': '--help' }, argv, USAGE);
  if (options['--help']) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const program = loadProgram(oneOperand('disasm', options._, USAGE));
  const names = namesByAddress(program);
  let lines: string[] = [];
  for (const segment of program.segments) {
    for (const line of segmentLines(segment, names)) {
      lines.push(line);
      if (lines.length < CHUNK) continue;
      process.stdout.write(`${lines.join('\n')}\n`);
      lines = [];
    }
  }
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}
