import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import type { I32, Meaning } from '../meaning.ts';
import { SPACE } from '../psw.ts';
import { plainRow, type Row, row } from '../row.ts';
import { addressIn, implied, setAddressAndZeros } from './operand-bytes.ts';
import { COMPARE_AND_SWAP_AND_STORE, EXECUTION_HINT, GENERAL_EXTENSION, LOAD_AND_TRAP, PROCESSOR_ASSIST } from './traits.ts';

// ---- hints: they change how fast programs run, and here not even that -----------------------------------------------------

const nothing = (): void => {};

// biome-ignore format: one row a line
const HINTS: readonly Row[] = [
  row('e336', 'pfd', 'RXY-b', 'PREFETCH DATA', GENERAL_EXTENSION, nothing),
  row('c62', 'pfdrl', 'RIL-c', 'PREFETCH DATA RELATIVE LONG', GENERAL_EXTENSION, nothing),
  row('c5', 'bprp', 'MII', 'BRANCH PREDICTION RELATIVE PRELOAD', EXECUTION_HINT, nothing),
  row('c7', 'bpp', 'SMI', 'BRANCH PREDICTION PRELOAD', EXECUTION_HINT, nothing),
  row('b2fa', 'niai', 'IE', 'NEXT INSTRUCTION ACCESS INTENT', EXECUTION_HINT, nothing),
  row('b2e8', 'ppa', 'RRF-c', 'PERFORM PROCESSOR ASSIST', PROCESSOR_ASSIST, nothing),
];

// ---- caches ----------------------------------------------------------------------------------------------------------------

/**
 * The caches that ECAG tells of: one level, private to the CPU, for data and instructions each. They do not exist; programs take the line
 * size for the distance of prefetching and the total size for blocking, and these are the values of a z10.
 */
const CACHE = { lineSize: 256n, instructionSize: 0x1_0000n, dataSize: 0x2_0000n, instructionSets: 4n, dataSets: 8n } as const;
/** Topology summary, leftmost byte: scope 01 (private), type 00 (separate); seven zero bytes follow: no further levels. */
const TOPOLOGY = 0x04n << 56n;
const NO_SUCH_ATTRIBUTE = 0xffff_ffff_ffff_ffffn;

/** ECAG: attribute in bits 56-59 of the second-operand address, level in 60-62, data (0) or instructions in bit 63. */
const cacheAttribute = (selector: bigint): bigint => {
  const attribute = (selector >> 4n) & 15n;
  const isFirstLevel = (selector & 14n) === 0n;
  const ofInstructions = (selector & 1n) !== 0n;
  if (attribute === 0n) return TOPOLOGY;
  if (!isFirstLevel) return NO_SUCH_ATTRIBUTE;
  switch (attribute) {
    case 1n:
      return CACHE.lineSize;
    case 2n:
      return ofInstructions ? CACHE.instructionSize : CACHE.dataSize;
    case 3n:
      return ofInstructions ? CACHE.instructionSets : CACHE.dataSets;
    default:
      return NO_SUCH_ATTRIBUTE;
  }
};

const extractCpuAttribute = (cpu: Cpu, i: Instruction): void => {
  cpu.gr[i.r1] = cacheAttribute(i.value(2));
};

// ---- addresses, quadwords --------------------------------------------------------------------------------------------------

/** LAE: LOAD ADDRESS, and into the access register what designates the address's space in access-register mode. */
const loadAddressExtended = (cpu: Cpu, i: Instruction): void => {
  const { r1 } = i;
  const base = i.field('b2');
  const address = i.address(2);
  const alet = { [SPACE.PRIMARY]: 0, [SPACE.SECONDARY]: 1, [SPACE.HOME]: 2, [SPACE.ACCESS_REGISTER]: base === 0 ? 0 : cpu.ar[base]! };
  cpu.ar[r1] = alet[cpu.space as keyof typeof alet];
  setAddressAndZeros(cpu, r1, address);
};

const quadword = (cpu: Cpu, i: Instruction): bigint => {
  cpu.needEven(i.r1);
  const address = i.address(2);
  cpu.needAligned(address, 16);
  return address;
};

const loadPair = (cpu: Cpu, i: Instruction): void => {
  const { r1 } = i;
  const address = quadword(cpu, i);
  const high = cpu.load(address, 8, 2);
  cpu.gr[r1 + 1] = cpu.load(address + 8n, 8, 2);
  cpu.gr[r1] = high;
};

const storePair = (cpu: Cpu, i: Instruction): void => {
  const { r1 } = i;
  const address = quadword(cpu, i);
  cpu.store(address, 8, cpu.gr[r1]!, 2);
  cpu.store(address + 8n, 8, cpu.gr[r1 + 1]!, 2);
};

// ---- COMPARE AND SWAP AND STORE --------------------------------------------------------------------------------------------

const COMPARE_AND_SWAP_AND_STORE_2 = 33;

/** An unsigned integer of up to sixteen bytes. */
const toInteger = (bytes: Uint8Array): bigint => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);

/**
 * CSST: compares R3 with the first operand; if they are equal, the first operand is replaced and a value stored at the second, both from the
 * parameter list that general register 1 designates. Register 0 tells both sizes.
 */
const compareAndSwapAndStore = (cpu: Cpu, i: Instruction): void => {
  const { r3 } = i;
  const functionCode = Number(cpu.gr[0]! & 0xffn);
  const characteristic = Number((cpu.gr[0]! >> 8n) & 0xffn);
  const extended = cpu.configuration.facilities.has(COMPARE_AND_SWAP_AND_STORE_2) ? 1 : 0;
  if (functionCode > 1 + extended || characteristic > 3 + extended) cpu.programCheck(PGM.SPECIFICATION);
  if (functionCode === 2) cpu.needEven(r3);
  const size = 4 << functionCode;
  const storedSize = 1 << characteristic;
  const first = i.address(1);
  const second = i.address(2);
  cpu.needAligned(first, size);
  cpu.needAligned(second, storedSize);
  // The list begins on a quadword; the low bits of its address are ignored. Replacement value, then at 16 the value to store.
  const list = addressIn(cpu, 1) & ~15n;
  cpu.probeStore(second, storedSize, 2);
  cpu.probeStore(first, size, 1);
  const replacement = cpu.loadBytes(list, size, implied(1));
  const stored = cpu.loadBytes(list + 16n, storedSize, implied(1));
  const present = toInteger(cpu.loadBytes(first, size, 1));
  const expected = size === 16 ? (cpu.gr[r3]! << 64n) | cpu.gr[r3 + 1]! : BigInt.asUintN(8 * size, cpu.gr[r3]!);
  if (present === expected) {
    cpu.storeBytes(first, replacement, 1);
    cpu.storeBytes(second, stored, 2);
    cpu.cc = 0;
    return;
  }
  if (size === 16) {
    cpu.gr[r3] = present >> 64n;
    cpu.gr[r3 + 1] = BigInt.asUintN(64, present);
  } else if (size === 8) cpu.gr[r3] = present;
  else cpu.gr[r3] = (cpu.gr[r3]! & ~0xffff_ffffn) | present;
  cpu.cc = 1;
};

// ---- LOAD AND TRAP -----------------------------------------------------------------------------------------------------------

const COMPARE_AND_TRAP = 0xff;
/** The load is complete when a zero raises the exception. */
const trapIfZero = (m: Meaning, zero: I32): void => m.if(zero, () => m.dataException(COMPARE_AND_TRAP));

const loadAndTrap32 =
  (set: (m: Meaning, value: I32) => void) =>
  (m: Meaning): void => {
    const value = m.load32(m.address(2));
    set(m, value);
    trapIfZero(m, m.isZero(value));
  };
const loadAndTrap64 =
  (load: (m: Meaning) => ReturnType<Meaning['gr64']>) =>
  (m: Meaning): void => {
    const value = load(m);
    m.setGr64('r1', value);
    trapIfZero(m, m.isZero(value));
  };

// biome-ignore format: one row a line
const LOADS: readonly Row[] = [
  plainRow('eb4c', 'ecag', 'RSY-a', 'EXTRACT CPU ATTRIBUTE', GENERAL_EXTENSION, extractCpuAttribute),
  plainRow('51', 'lae', 'RX-a', 'LOAD ADDRESS EXTENDED', {}, loadAddressExtended),
  plainRow('e375', 'laey', 'RXY-a', 'LOAD ADDRESS EXTENDED', GENERAL_EXTENSION, loadAddressExtended),
  plainRow('e38f', 'lpq', 'RXY-a', 'LOAD PAIR FROM QUADWORD', {}, loadPair),
  plainRow('e38e', 'stpq', 'RXY-a', 'STORE PAIR TO QUADWORD', {}, storePair),
  plainRow('c82', 'csst', 'SSF', 'COMPARE AND SWAP AND STORE', COMPARE_AND_SWAP_AND_STORE, compareAndSwapAndStore),
  row('e39f', 'lat', 'RXY-a', 'LOAD AND TRAP (32L<32)', LOAD_AND_TRAP, loadAndTrap32((m, value) => m.setGr32('r1', value))),
  row('e3c8', 'lfhat', 'RXY-a', 'LOAD HIGH AND TRAP (32H<32)', LOAD_AND_TRAP, loadAndTrap32((m, value) => m.setGrHigh('r1', value))),
  row('e385', 'lgat', 'RXY-a', 'LOAD AND TRAP (64)', LOAD_AND_TRAP, loadAndTrap64((m) => m.load64(m.address(2)))),
  row('e39d', 'llgfat', 'RXY-a', 'LOAD LOGICAL AND TRAP (64<32)', LOAD_AND_TRAP, loadAndTrap64((m) => m.zeroExtend(m.load32(m.address(2))))),
  row('e39c', 'llgtat', 'RXY-a', 'LOAD LOGICAL THIRTY ONE BITS AND TRAP (64<31)', LOAD_AND_TRAP, loadAndTrap64((m) => m.and(m.zeroExtend(m.load32(m.address(2))), 0x7fff_ffff))),
];

/** Hints to the processor, its attributes, and loads and stores of rare kinds. */
export const ASSISTS: readonly Row[] = [...HINTS, ...LOADS];
