import {
  add,
  type Binary,
  type Context,
  compare,
  completionDxc,
  conditionOf,
  convert,
  dataClass,
  divide,
  type FloatFormat,
  fromInteger,
  IEEE,
  LONG,
  multiply,
  multiplyAnd,
  multiplyTo,
  type Outcome,
  ROUND,
  type Rounding,
  SHORT,
  SIGNED,
  signBit,
  squareRoot,
  subtract,
  toInteger,
  toIntegral,
  unpack,
} from '../binary-float.ts';
import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { CELL } from '../layout.ts';
import type { I32, I64, Meaning } from '../meaning.ts';
import { plainRow, type Row, row } from '../row.ts';

/** Floating-point registers, the control register, and binary floating point of the short and long formats. */

const F_F = { operands: 'f1,f2' } as const;
const F_STORAGE = { operands: 'f1,d2(x2,b2)' } as const;
const F_ONLY = { operands: 'f1' } as const;
/** Floating-point-support enhancement: moves to general registers, sign handling, decimal rounding mode, simulated IEEE exceptions. */
const SUPPORT_ENHANCEMENT = { facility: 41 } as const;
const SIGN_HANDLING = { ...F_F, ...SUPPORT_ENHANCEMENT } as const;

/** CR0, low word, bit 45. */
const CR0_AFP = 0x4_0000n;
/** Data-exception codes: BFP or DFP instruction while the AFP registers are off. */
const DXC_BFP = 2;
const DXC_DFP = 3;

const needBfp = (cpu: Cpu): void => {
  if (!(cpu.cr[0]! & CR0_AFP)) cpu.programCheck(PGM.DATA, { dxc: DXC_BFP });
};

// ---- moves -------------------------------------------------------------------------------------------------------------

const SIGN = -0x8000_0000_0000_0000n;

const load64 = (m: Meaning): void => {
  m.needFpr('r1');
  m.setFpr64('r1', m.load64(m.address(2)));
};
/** The short format is the left half; the right half stays. */
const load32 = (m: Meaning): void => {
  m.needFpr('r1');
  m.setFpr32('r1', m.load32(m.address(2)));
};
const store64 = (m: Meaning): void => {
  m.needFpr('r1');
  m.store64(m.address(2), m.fpr64('r1'));
};
const store32 = (m: Meaning): void => {
  m.needFpr('r1');
  m.store32(m.address(2), m.fpr32('r1'));
};
const move64 =
  (change: (m: Meaning, value: I64) => I64) =>
  (m: Meaning): void => {
    m.needFpr('r1', 'r2');
    m.setFpr64('r1', change(m, m.fpr64('r2')));
  };
const move32 =
  (change: (m: Meaning, value: I32) => I32) =>
  (m: Meaning): void => {
    m.needFpr('r1', 'r2');
    m.setFpr32('r1', change(m, m.fpr32('r2')));
  };
const copySign = (m: Meaning): void => {
  m.needFpr('r1', 'r2', 'r3');
  const magnitude = m.and(m.fpr64('r2'), m.i64(~SIGN));
  m.setFpr64('r1', m.or(magnitude, m.and(m.fpr64('r3'), m.i64(SIGN))));
};
const zero64 = (m: Meaning): void => {
  m.needFpr('r1');
  m.setFpr64('r1', m.i64(0));
};
const zero32 = (m: Meaning): void => {
  m.needFpr('r1');
  m.setFpr32('r1', m.i32(0));
};

// biome-ignore format: one row a line
const MOVES: readonly Row[] = [
  row('68', 'ld', 'RX-a', 'LOAD (long)', F_STORAGE, load64),
  row('ed65', 'ldy', 'RXY-a', 'LOAD (long)', F_STORAGE, load64),
  row('78', 'le', 'RX-a', 'LOAD (short)', F_STORAGE, load32),
  row('ed64', 'ley', 'RXY-a', 'LOAD (short)', F_STORAGE, load32),
  row('60', 'std', 'RX-a', 'STORE (long)', F_STORAGE, store64),
  row('ed67', 'stdy', 'RXY-a', 'STORE (long)', F_STORAGE, store64),
  row('70', 'ste', 'RX-a', 'STORE (short)', F_STORAGE, store32),
  row('ed66', 'stey', 'RXY-a', 'STORE (short)', F_STORAGE, store32),
  row('28', 'ldr', 'RR', 'LOAD (long)', F_F, move64((_, value) => value)),
  row('38', 'ler', 'RR', 'LOAD (short)', F_F, move32((_, value) => value)),
  row('b375', 'lzdr', 'RRE', 'LOAD ZERO (long)', F_ONLY, zero64),
  row('b374', 'lzer', 'RRE', 'LOAD ZERO (short)', F_ONLY, zero32),
  row('b370', 'lpdfr', 'RRE', 'LOAD POSITIVE (long)', SIGN_HANDLING, move64((m, value) => m.and(value, m.i64(~SIGN)))),
  row('b371', 'lndfr', 'RRE', 'LOAD NEGATIVE (long)', SIGN_HANDLING, move64((m, value) => m.or(value, m.i64(SIGN)))),
  row('b373', 'lcdfr', 'RRE', 'LOAD COMPLEMENT (long)', SIGN_HANDLING, move64((m, value) => m.xor(value, m.i64(SIGN)))),
  row('b372', 'cpsdr', 'RRF-b', 'COPY SIGN (long)', { ...SUPPORT_ENHANCEMENT, operands: 'f1,f3,f2' }, copySign),
  row('b3c1', 'ldgr', 'RRE', 'LOAD FPR FROM GR (64 to long)', { ...SUPPORT_ENHANCEMENT, operands: 'f1,r2' }, (m) => {
    m.needFpr('r1');
    m.setFpr64('r1', m.gr64('r2'));
  }),
  row('b3cd', 'lgdr', 'RRE', 'LOAD GR FROM FPR (long to 64)', { ...SUPPORT_ENHANCEMENT, operands: 'r1,f2' }, (m) => {
    m.needFpr('r2');
    m.setGr64('r1', m.fpr64('r2'));
  }),
];

// ---- floating-point-control register -----------------------------------------------------------------------------------

/** Bits that have no meaning here: ones in them are a specification exception. Bits 25-27 are the decimal rounding mode. */
const FPC_RESERVED = ~0xf8f8_ff73;

const setFpc = (m: Meaning, value: I32): void => {
  m.programCheckIf(PGM.SPECIFICATION, m.and(value, FPC_RESERVED));
  m.setCell32(CELL.FPC, value);
};

/** Puts bits of the second-operand address into the FPC. */
const setMode = (m: Meaning, mask: number, shift: number): void => {
  const mode = m.shl(m.and(m.low(m.address(2)), mask), shift);
  m.setCell32(CELL.FPC, m.or(m.and(m.cell32(CELL.FPC), ~(7 << shift)), mode));
};
const setBinaryMode = (m: Meaning): void => {
  m.needBfp();
  setMode(m, 3, 0);
};
const setDecimalMode = (m: Meaning): void => {
  m.if(m.isZero(m.and(m.cell32(CELL.CR), Number(CR0_AFP))), () => m.dataException(DXC_DFP));
  setMode(m, 7, 4);
};

const FLAGS = 0xf8_0000;
const IEEE_BITS = { INVALID: 0x80, DIVIDE: 0x40, OVERFLOW: 0x20, UNDERFLOW: 0x10, INEXACT: 0x08 } as const;
/** What tells a simulated IEEE exception from one that has happened. */
const SIMULATED = 3;

/** Of the exceptions told, those that the data-exception code names: one, and inexact beside overflow and underflow. */
const simulatedDxc = (told: number): number => {
  if (told & IEEE_BITS.INVALID) return IEEE_BITS.INVALID | SIMULATED;
  if (told & IEEE_BITS.DIVIDE) return IEEE_BITS.DIVIDE | SIMULATED;
  const ranged = told & IEEE_BITS.OVERFLOW || told & IEEE_BITS.UNDERFLOW;
  return ranged | (told & IEEE_BITS.INEXACT) | SIMULATED;
};

/** LFAS and SFASR: flags stay one, and those that the new masks enable are told in a data exception. */
const setFpcAndSignal = (cpu: Cpu, value: number): void => {
  if (value & FPC_RESERVED) cpu.programCheck(PGM.SPECIFICATION);
  const flags = cpu.cell32(CELL.FPC) & FLAGS;
  cpu.setCell32(CELL.FPC, value | flags);
  const told = (flags >> 16) & (value >>> 24);
  if (told) cpu.programCheck(PGM.DATA, { dxc: simulatedDxc(told) });
};

/** The assembler has always taken a second register, which the instruction ignores. */
const FPC_OPERANDS = { operands: 'r1,r2?' } as const;

// biome-ignore format: one row a line
const CONTROL: readonly Row[] = [
  row('b29d', 'lfpc', 'S', 'LOAD FPC', {}, (m) => {
    m.needBfp();
    setFpc(m, m.load32(m.address(2)));
  }),
  row('b29c', 'stfpc', 'S', 'STORE FPC', {}, (m) => {
    m.needBfp();
    m.store32(m.address(2), m.cell32(CELL.FPC));
  }),
  row('b384', 'sfpc', 'RRE', 'SET FPC', FPC_OPERANDS, (m) => {
    m.needBfp();
    setFpc(m, m.gr32('r1'));
  }),
  row('b38c', 'efpc', 'RRE', 'EXTRACT FPC', FPC_OPERANDS, (m) => {
    m.needBfp();
    m.setGr32('r1', m.cell32(CELL.FPC));
  }),
  plainRow('b2bd', 'lfas', 'S', 'LOAD FPC AND SIGNAL', SUPPORT_ENHANCEMENT, (cpu, i) => {
    needBfp(cpu);
    setFpcAndSignal(cpu, Number(cpu.load(i.address(2), 4)) | 0);
  }),
  plainRow('b385', 'sfasr', 'RRE', 'SET FPC AND SIGNAL', { ...SUPPORT_ENHANCEMENT, operands: 'r1' }, (cpu, { r1 }) => {
    needBfp(cpu);
    setFpcAndSignal(cpu, Number(cpu.gr[r1]! & 0xffff_ffffn) | 0);
  }),
  row('b299', 'srnm', 'S', 'SET BFP ROUNDING MODE (2 bit)', {}, setBinaryMode),
  row('b2b9', 'srnmt', 'S', 'SET DFP ROUNDING MODE', SUPPORT_ENHANCEMENT, setDecimalMode),
];

// ---- binary floating point ---------------------------------------------------------------------------------------------

const register = (cpu: Cpu, format: FloatFormat, n: number): bigint => (format === SHORT ? cpu.fpr(n) >> 32n : cpu.fpr(n));
const setRegister = (cpu: Cpu, format: FloatFormat, n: number, bits: bigint): void =>
  cpu.setFpr(n, format === SHORT ? (bits << 32n) | (cpu.fpr(n) & 0xffff_ffffn) : bits);

/** The second operand: register or storage. */
type Second = (cpu: Cpu, i: Instruction, format: FloatFormat) => bigint;
const fromRegister: Second = (cpu, i, format) => register(cpu, format, i.r2);
const fromStorage: Second = (cpu, i, format) => cpu.load(i.address(2), format.width / 8);

const contextOf = (cpu: Cpu): Context => {
  const fpc = cpu.cell32(CELL.FPC);
  return { rounding: (fpc & 3) as Rounding, traps: fpc >>> 24 };
};

/**
 * Ends an operation. Invalid operation and division by zero, where they trap, suppress it; the other exceptions trap after completion, and
 * only overflow and underflow then leave the inexactness to the data-exception code. What does not trap becomes a flag.
 */
const complete = (cpu: Cpu, { exceptions, incremented }: Pick<Outcome, 'exceptions' | 'incremented'>, deliver: () => void): void => {
  const fpc = cpu.cell32(CELL.FPC);
  const trapped = exceptions & (fpc >>> 24);
  const before = trapped & (IEEE.INVALID | IEEE.DIVISION_BY_ZERO);
  if (before) cpu.programCheck(PGM.DATA, { dxc: before });
  deliver();
  if (!trapped) {
    cpu.setCell32(CELL.FPC, fpc | (exceptions << 16));
    return;
  }
  const range = trapped & (IEEE.OVERFLOW | IEEE.UNDERFLOW);
  if (range === 0) cpu.setCell32(CELL.FPC, fpc | ((exceptions & ~IEEE.INEXACT) << 16));
  const told = range === 0 ? IEEE.INEXACT : range | (exceptions & IEEE.INEXACT);
  cpu.programCheck(PGM.DATA, { dxc: completionDxc(told, incremented) });
};

const arithmetic =
  (operation: Binary, format: FloatFormat, second: Second, setsCc: boolean, source = format) =>
  (cpu: Cpu, i: Instruction): void => {
    needBfp(cpu);
    const outcome = operation(format, register(cpu, source, i.r1), second(cpu, i, source), contextOf(cpu));
    complete(cpu, outcome, () => {
      setRegister(cpu, format, i.r1, outcome.bits);
      if (setsCc) cpu.cc = conditionOf(format, outcome.bits);
    });
  };

/** R1 (the addend) ± R3 × second operand. */
const fused =
  (subtracting: boolean, format: FloatFormat, second: Second) =>
  (cpu: Cpu, i: Instruction): void => {
    needBfp(cpu);
    const b = second(cpu, i, format);
    const outcome = multiplyAnd(subtracting)(format, register(cpu, format, i.r3), b, register(cpu, format, i.r1), contextOf(cpu));
    complete(cpu, outcome, () => setRegister(cpu, format, i.r1, outcome.bits));
  };

const comparison =
  (format: FloatFormat, second: Second, signals: boolean) =>
  (cpu: Cpu, i: Instruction): void => {
    needBfp(cpu);
    const { cc, exceptions } = compare(format, register(cpu, format, i.r1), second(cpu, i, format), signals);
    complete(cpu, { exceptions, incremented: false }, () => {
      cpu.cc = cc;
    });
  };

const unary =
  (format: FloatFormat, second: Second, operation: (bits: bigint, cpu: Cpu) => Outcome, source = format) =>
  (cpu: Cpu, i: Instruction): void => {
    needBfp(cpu);
    const outcome = operation(second(cpu, i, source), cpu);
    complete(cpu, outcome, () => setRegister(cpu, format, i.r1, outcome.bits));
  };

const squareRootOf =
  (format: FloatFormat) =>
  (bits: bigint, cpu: Cpu): Outcome =>
    squareRoot(format, bits, contextOf(cpu));
const lengthen = (bits: bigint, cpu: Cpu): Outcome => convert(LONG, SHORT, bits, contextOf(cpu));

/** LOAD ROUNDED. A result that traps overflow or underflow stays in the longer format. */
const shorten = (cpu: Cpu, i: Instruction): void => {
  needBfp(cpu);
  const context = contextOf(cpu);
  const outcome = convert(SHORT, LONG, register(cpu, LONG, i.r2), { ...context, wider: LONG });
  const staysLong = (outcome.exceptions & context.traps & (IEEE.OVERFLOW | IEEE.UNDERFLOW)) !== 0;
  complete(cpu, outcome, () => setRegister(cpu, staysLong ? LONG : SHORT, i.r1, outcome.bits));
};

/** Sign changes with a condition code; no NaN is invalid for them. */
const signed =
  (format: FloatFormat, change: (bits: bigint) => bigint) =>
  (cpu: Cpu, i: Instruction): void => {
    needBfp(cpu);
    const bits = change(register(cpu, format, i.r2));
    setRegister(cpu, format, i.r1, bits);
    cpu.cc = conditionOf(format, bits);
  };
const magnitude =
  (format: FloatFormat) =>
  (bits: bigint): bigint =>
    bits & ~signBit(format);
const negative =
  (format: FloatFormat) =>
  (bits: bigint): bigint =>
    bits | signBit(format);
const complement =
  (format: FloatFormat) =>
  (bits: bigint): bigint =>
    bits ^ signBit(format);

const loadAndTest =
  (format: FloatFormat) =>
  (cpu: Cpu, i: Instruction): void => {
    needBfp(cpu);
    const bits = register(cpu, format, i.r2);
    const signaling = unpack(format, bits).kind === 'signaling';
    const outcome = signaling ? convert(format, format, bits, contextOf(cpu)) : { bits, exceptions: 0, incremented: false };
    complete(cpu, outcome, () => {
      setRegister(cpu, format, i.r1, outcome.bits);
      cpu.cc = conditionOf(format, outcome.bits);
    });
  };

/** M3 of conversions to integers: 0 as the FPC says, 1 and 4-7 as given. */
const ROUNDING_OF_M3: Readonly<Record<number, Rounding>> = {
  1: ROUND.NEAREST_AWAY,
  4: ROUND.NEAREST_EVEN,
  5: ROUND.ZERO,
  6: ROUND.UP,
  7: ROUND.DOWN,
};
const roundingOf = (cpu: Cpu, i: Instruction): Rounding => {
  const rounding = i.m3 === 0 ? contextOf(cpu).rounding : ROUNDING_OF_M3[i.m3];
  return rounding ?? cpu.programCheck(PGM.SPECIFICATION);
};

const toFixed =
  (format: FloatFormat, width: 32 | 64) =>
  (cpu: Cpu, i: Instruction): void => {
    needBfp(cpu);
    const outcome = toInteger(format, SIGNED[width], register(cpu, format, i.r2), roundingOf(cpu, i));
    complete(cpu, outcome, () => {
      const upper = width === 32 ? cpu.gr[i.r1]! & 0xffff_ffff_0000_0000n : 0n;
      cpu.gr[i.r1] = upper | BigInt.asUintN(width, outcome.bits);
      cpu.cc = outcome.cc;
    });
  };

const fromFixed =
  (format: FloatFormat, width: 32 | 64) =>
  (cpu: Cpu, i: Instruction): void => {
    needBfp(cpu);
    const outcome = fromInteger(format, BigInt.asIntN(width, cpu.gr[i.r2]!), contextOf(cpu));
    complete(cpu, outcome, () => setRegister(cpu, format, i.r1, outcome.bits));
  };

const loadInteger =
  (format: FloatFormat) =>
  (cpu: Cpu, i: Instruction): void => {
    needBfp(cpu);
    const outcome = toIntegral(format, register(cpu, format, i.r2), roundingOf(cpu, i));
    complete(cpu, outcome, () => setRegister(cpu, format, i.r1, outcome.bits));
  };

const testDataClass =
  (format: FloatFormat) =>
  (cpu: Cpu, i: Instruction): void => {
    needBfp(cpu);
    cpu.cc = dataClass(format, register(cpu, format, i.r1)) & Number(i.value(2) & 0xfffn) ? 1 : 0;
  };

const F_R = { operands: 'f1,r2' } as const;
const R_M_F = { operands: 'r1,m3,f2' } as const;
const F_M_F = { operands: 'f1,m3,f2' } as const;
const F_F_F = { operands: 'f1,f3,f2' } as const;
const F_F_STORAGE = { operands: 'f1,f3,d2(x2,b2)' } as const;

// biome-ignore format: one row a line
const BINARY: readonly Row[] = [
  plainRow('b30a', 'aebr', 'RRE', 'ADD (short BFP)', F_F, arithmetic(add, SHORT, fromRegister, true)),
  plainRow('b31a', 'adbr', 'RRE', 'ADD (long BFP)', F_F, arithmetic(add, LONG, fromRegister, true)),
  plainRow('ed0a', 'aeb', 'RXE', 'ADD (short BFP)', F_STORAGE, arithmetic(add, SHORT, fromStorage, true)),
  plainRow('ed1a', 'adb', 'RXE', 'ADD (long BFP)', F_STORAGE, arithmetic(add, LONG, fromStorage, true)),
  plainRow('b30b', 'sebr', 'RRE', 'SUBTRACT (short BFP)', F_F, arithmetic(subtract, SHORT, fromRegister, true)),
  plainRow('b31b', 'sdbr', 'RRE', 'SUBTRACT (long BFP)', F_F, arithmetic(subtract, LONG, fromRegister, true)),
  plainRow('ed0b', 'seb', 'RXE', 'SUBTRACT (short BFP)', F_STORAGE, arithmetic(subtract, SHORT, fromStorage, true)),
  plainRow('ed1b', 'sdb', 'RXE', 'SUBTRACT (long BFP)', F_STORAGE, arithmetic(subtract, LONG, fromStorage, true)),
  plainRow('b317', 'meebr', 'RRE', 'MULTIPLY (short BFP)', F_F, arithmetic(multiply, SHORT, fromRegister, false)),
  plainRow('b31c', 'mdbr', 'RRE', 'MULTIPLY (long BFP)', F_F, arithmetic(multiply, LONG, fromRegister, false)),
  plainRow('ed17', 'meeb', 'RXE', 'MULTIPLY (short BFP)', F_STORAGE, arithmetic(multiply, SHORT, fromStorage, false)),
  plainRow('ed1c', 'mdb', 'RXE', 'MULTIPLY (long BFP)', F_STORAGE, arithmetic(multiply, LONG, fromStorage, false)),
  plainRow('b30c', 'mdebr', 'RRE', 'MULTIPLY (short to long BFP)', F_F, arithmetic(multiplyTo(LONG, SHORT), LONG, fromRegister, false, SHORT)),
  plainRow('ed0c', 'mdeb', 'RXE', 'MULTIPLY (short to long BFP)', F_STORAGE, arithmetic(multiplyTo(LONG, SHORT), LONG, fromStorage, false, SHORT)),
  plainRow('b30d', 'debr', 'RRE', 'DIVIDE (short BFP)', F_F, arithmetic(divide, SHORT, fromRegister, false)),
  plainRow('b31d', 'ddbr', 'RRE', 'DIVIDE (long BFP)', F_F, arithmetic(divide, LONG, fromRegister, false)),
  plainRow('ed0d', 'deb', 'RXE', 'DIVIDE (short BFP)', F_STORAGE, arithmetic(divide, SHORT, fromStorage, false)),
  plainRow('ed1d', 'ddb', 'RXE', 'DIVIDE (long BFP)', F_STORAGE, arithmetic(divide, LONG, fromStorage, false)),
  plainRow('b30e', 'maebr', 'RRD', 'MULTIPLY AND ADD (short BFP)', F_F_F, fused(false, SHORT, fromRegister)),
  plainRow('b31e', 'madbr', 'RRD', 'MULTIPLY AND ADD (long BFP)', F_F_F, fused(false, LONG, fromRegister)),
  plainRow('b30f', 'msebr', 'RRD', 'MULTIPLY AND SUBTRACT (short BFP)', F_F_F, fused(true, SHORT, fromRegister)),
  plainRow('b31f', 'msdbr', 'RRD', 'MULTIPLY AND SUBTRACT (long BFP)', F_F_F, fused(true, LONG, fromRegister)),
  plainRow('ed0e', 'maeb', 'RXF', 'MULTIPLY AND ADD (short BFP)', F_F_STORAGE, fused(false, SHORT, fromStorage)),
  plainRow('ed1e', 'madb', 'RXF', 'MULTIPLY AND ADD (long BFP)', F_F_STORAGE, fused(false, LONG, fromStorage)),
  plainRow('ed0f', 'mseb', 'RXF', 'MULTIPLY AND SUBTRACT (short BFP)', F_F_STORAGE, fused(true, SHORT, fromStorage)),
  plainRow('ed1f', 'msdb', 'RXF', 'MULTIPLY AND SUBTRACT (long BFP)', F_F_STORAGE, fused(true, LONG, fromStorage)),
  plainRow('b309', 'cebr', 'RRE', 'COMPARE (short BFP)', F_F, comparison(SHORT, fromRegister, false)),
  plainRow('b319', 'cdbr', 'RRE', 'COMPARE (long BFP)', F_F, comparison(LONG, fromRegister, false)),
  plainRow('ed09', 'ceb', 'RXE', 'COMPARE (short BFP)', F_STORAGE, comparison(SHORT, fromStorage, false)),
  plainRow('ed19', 'cdb', 'RXE', 'COMPARE (long BFP)', F_STORAGE, comparison(LONG, fromStorage, false)),
  plainRow('b308', 'kebr', 'RRE', 'COMPARE AND SIGNAL (short BFP)', F_F, comparison(SHORT, fromRegister, true)),
  plainRow('b318', 'kdbr', 'RRE', 'COMPARE AND SIGNAL (long BFP)', F_F, comparison(LONG, fromRegister, true)),
  plainRow('ed08', 'keb', 'RXE', 'COMPARE AND SIGNAL (short BFP)', F_STORAGE, comparison(SHORT, fromStorage, true)),
  plainRow('ed18', 'kdb', 'RXE', 'COMPARE AND SIGNAL (long BFP)', F_STORAGE, comparison(LONG, fromStorage, true)),
  plainRow('b314', 'sqebr', 'RRE', 'SQUARE ROOT (short BFP)', F_F, unary(SHORT, fromRegister, squareRootOf(SHORT))),
  plainRow('b315', 'sqdbr', 'RRE', 'SQUARE ROOT (long BFP)', F_F, unary(LONG, fromRegister, squareRootOf(LONG))),
  plainRow('ed14', 'sqeb', 'RXE', 'SQUARE ROOT (short BFP)', F_STORAGE, unary(SHORT, fromStorage, squareRootOf(SHORT))),
  plainRow('ed15', 'sqdb', 'RXE', 'SQUARE ROOT (long BFP)', F_STORAGE, unary(LONG, fromStorage, squareRootOf(LONG))),
  plainRow('b304', 'ldebr', 'RRE', 'LOAD LENGTHENED (short to long BFP)', F_F, unary(LONG, fromRegister, lengthen, SHORT)),
  plainRow('ed04', 'ldeb', 'RXE', 'LOAD LENGTHENED (short to long BFP)', F_STORAGE, unary(LONG, fromStorage, lengthen, SHORT)),
  plainRow('b344', 'ledbr', 'RRE', 'LOAD ROUNDED (long to short BFP)', F_F, shorten),
  plainRow('b302', 'ltebr', 'RRE', 'LOAD AND TEST (short BFP)', F_F, loadAndTest(SHORT)),
  plainRow('b312', 'ltdbr', 'RRE', 'LOAD AND TEST (long BFP)', F_F, loadAndTest(LONG)),
  plainRow('b300', 'lpebr', 'RRE', 'LOAD POSITIVE (short BFP)', F_F, signed(SHORT, magnitude(SHORT))),
  plainRow('b310', 'lpdbr', 'RRE', 'LOAD POSITIVE (long BFP)', F_F, signed(LONG, magnitude(LONG))),
  plainRow('b301', 'lnebr', 'RRE', 'LOAD NEGATIVE (short BFP)', F_F, signed(SHORT, negative(SHORT))),
  plainRow('b311', 'lndbr', 'RRE', 'LOAD NEGATIVE (long BFP)', F_F, signed(LONG, negative(LONG))),
  plainRow('b303', 'lcebr', 'RRE', 'LOAD COMPLEMENT (short BFP)', F_F, signed(SHORT, complement(SHORT))),
  plainRow('b313', 'lcdbr', 'RRE', 'LOAD COMPLEMENT (long BFP)', F_F, signed(LONG, complement(LONG))),
  plainRow('b394', 'cefbr', 'RRE', 'CONVERT FROM FIXED (32 to short BFP)', F_R, fromFixed(SHORT, 32)),
  plainRow('b395', 'cdfbr', 'RRE', 'CONVERT FROM FIXED (32 to long BFP)', F_R, fromFixed(LONG, 32)),
  plainRow('b3a4', 'cegbr', 'RRE', 'CONVERT FROM FIXED (64 to short BFP)', F_R, fromFixed(SHORT, 64)),
  plainRow('b3a5', 'cdgbr', 'RRE', 'CONVERT FROM FIXED (64 to long BFP)', F_R, fromFixed(LONG, 64)),
  plainRow('b398', 'cfebr', 'RRF-e', 'CONVERT TO FIXED (short BFP to 32)', R_M_F, toFixed(SHORT, 32)),
  plainRow('b399', 'cfdbr', 'RRF-e', 'CONVERT TO FIXED (long BFP to 32)', R_M_F, toFixed(LONG, 32)),
  plainRow('b3a8', 'cgebr', 'RRF-e', 'CONVERT TO FIXED (short BFP to 64)', R_M_F, toFixed(SHORT, 64)),
  plainRow('b3a9', 'cgdbr', 'RRF-e', 'CONVERT TO FIXED (long BFP to 64)', R_M_F, toFixed(LONG, 64)),
  plainRow('b357', 'fiebr', 'RRF-e', 'LOAD FP INTEGER (short BFP)', F_M_F, loadInteger(SHORT)),
  plainRow('b35f', 'fidbr', 'RRF-e', 'LOAD FP INTEGER (long BFP)', F_M_F, loadInteger(LONG)),
  plainRow('ed10', 'tceb', 'RXE', 'TEST DATA CLASS (short BFP)', F_STORAGE, testDataClass(SHORT)),
  plainRow('ed11', 'tcdb', 'RXE', 'TEST DATA CLASS (long BFP)', F_STORAGE, testDataClass(LONG)),
];

export const FLOATING_POINT: readonly Row[] = [...MOVES, ...CONTROL, ...BINARY];
