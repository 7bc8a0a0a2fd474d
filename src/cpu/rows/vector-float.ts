import {
  add,
  type Binary,
  type Context,
  compare,
  convert,
  dataClass,
  divide,
  EXTENDED,
  extreme,
  extremeMagnitude,
  type FloatFormat,
  fromInteger,
  IEEE,
  LAST_EXTREME,
  LONG,
  multiply,
  multiplyAnd,
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
  UNSIGNED,
} from '../binary-float.ts';
import type { Cpu } from '../cpu.ts';
import type { FieldName } from '../formats.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { CELL } from '../layout.ts';
import { plainRow, type Row } from '../row.ts';
import { conditionOfAll, flagsOf, getElements, ones, type Size, setElements, signed } from '../vector.ts';
import { VECTOR, VECTOR_ENHANCEMENTS_1 } from './traits.ts';

/** Vector floating-point instructions (PoP, chapter 24). */

type Plain = (cpu: Cpu, i: Instruction) => void;

// ---- formats and exceptions --------------------------------------------------------------------------------------------

/** Floating-point formats by their code in a mask field. */
const FORMATS: Readonly<Record<number, FloatFormat>> = { 2: SHORT, 3: LONG, 4: EXTENDED };
/** With the first vector facility alone there is only the long format. */
const ENHANCEMENTS_1 = 135;
const ENHANCEMENTS_2 = 148;
/** Bit of the mask beside the format: only the leftmost element. The rest of the result is unpredictable, here zeros. */
const SINGLE = 8;

const has = (cpu: Cpu, facility: number): boolean => cpu.configuration.facilities.has(facility);

/** The format that a mask field selects; specification exception for any other code. */
const formatOf = (cpu: Cpu, i: Instruction, field: FieldName): FloatFormat => {
  const format = FORMATS[i.field(field)];
  if (format === undefined || (format !== LONG && !has(cpu, ENHANCEMENTS_1))) return cpu.programCheck(PGM.SPECIFICATION);
  return format;
};

const sizeOfFormat = ({ width }: FloatFormat): Size => (width / 8) as Size;

/** How many elements an operation works on. */
const countOf = (format: FloatFormat, flags: number): number => (flags & SINGLE ? 1 : 128 / format.width);

const contextOf = (cpu: Cpu): Context => {
  const fpc = cpu.cell32(CELL.FPC);
  return { rounding: (fpc & 3) as Rounding, traps: fpc >>> 24 };
};

/** Vector-interruption codes, in the order in which they count. */
const CODES: readonly (readonly [exception: number, code: number])[] = [
  [IEEE.INVALID, 1],
  [IEEE.DIVISION_BY_ZERO, 2],
  [IEEE.OVERFLOW, 3],
  [IEEE.UNDERFLOW, 4],
  [IEEE.INEXACT, 5],
];

/**
 * Computes elements from left to right. The first exception that traps suppresses the whole with a vector-processing exception, whose code
 * names the element and the exception, and sets no flag; what does not trap becomes flags.
 */
const compute = <T extends Pick<Outcome, 'exceptions'>>(cpu: Cpu, count: number, element: (n: number) => T): T[] => {
  const fpc = cpu.cell32(CELL.FPC);
  let flags = 0;
  const outcomes = Array.from({ length: count }, (_, n) => {
    const outcome = element(n);
    const trapped = CODES.find(([exception]) => outcome.exceptions & exception & (fpc >>> 24));
    if (trapped) cpu.programCheck(PGM.VECTOR_PROCESSING, { dxc: (n << 4) | trapped[1] });
    flags |= outcome.exceptions;
    return outcome;
  });
  cpu.setCell32(CELL.FPC, fpc | (flags << 16));
  return outcomes;
};

/** Replaces the first operand; elements that are not given become zeros. */
const deliver = (cpu: Cpu, i: Instruction, outcomes: readonly Pick<Outcome, 'bits'>[], size: Size): void => {
  const elements = Array.from({ length: 16 / size }, (_, n) => outcomes[n]?.bits ?? 0n);
  setElements(cpu, i.v1, elements, size);
};

// ---- arithmetic --------------------------------------------------------------------------------------------------------

const arithmetic =
  (operation: Binary): Plain =>
  (cpu, i) => {
    const format = formatOf(cpu, i, 'm4');
    const flags = flagsOf(cpu, i, 'm5', SINGLE);
    const size = sizeOfFormat(format);
    const [second, third] = [getElements(cpu, i.v2, size), getElements(cpu, i.v3, size)];
    deliver(
      cpu,
      i,
      compute(cpu, countOf(format, flags), (n) => operation(format, second[n]!, third[n]!, contextOf(cpu))),
      size,
    );
  };

/** Bit of M6: of the operands' magnitudes; the IEEE function compares these, but gives the operand as it is. */
const MAGNITUDES = 8;
const extremeOf =
  (isMaximum: boolean): Plain =>
  (cpu, i) => {
    const code = i.field('m6') & ~MAGNITUDES;
    const ofMagnitudes = (i.field('m6') & MAGNITUDES) !== 0;
    if (code > LAST_EXTREME) cpu.programCheck(PGM.SPECIFICATION);
    const operation = ofMagnitudes && code === 0 ? extremeMagnitude(isMaximum) : extreme(isMaximum, code);
    const value = (format: FloatFormat, bits: bigint): bigint => (ofMagnitudes && code !== 0 ? bits & ~signBit(format) : bits);
    arithmetic((format, a, b, context) => operation(format, value(format, a), value(format, b), context))(cpu, i);
  };

const isNan = (format: FloatFormat, bits: bigint): boolean => (dataClass(format, bits) & 0xf) !== 0;

/** The product of the second and third operands plus or minus the fourth, rounded once; the negative forms change the sign of what is no NaN. */
const fused =
  (subtracting: boolean, negates: boolean): Plain =>
  (cpu, i) => {
    const format = formatOf(cpu, i, 'm6');
    const flags = flagsOf(cpu, i, 'm5', SINGLE);
    const size = sizeOfFormat(format);
    const [second, third, fourth] = [i.v2, i.v3, i.v4].map((v) => getElements(cpu, v, size));
    const outcomes = compute(cpu, countOf(format, flags), (n) =>
      multiplyAnd(subtracting)(format, third![n]!, second![n]!, fourth![n]!, contextOf(cpu)),
    );
    const results = outcomes.map(({ bits }) => ({ bits: negates && !isNan(format, bits) ? bits ^ signBit(format) : bits }));
    deliver(cpu, i, results, size);
  };

const squareRoots: Plain = (cpu, i) => {
  const format = formatOf(cpu, i, 'm3');
  const flags = flagsOf(cpu, i, 'm4', SINGLE);
  const size = sizeOfFormat(format);
  const second = getElements(cpu, i.v2, size);
  deliver(
    cpu,
    i,
    compute(cpu, countOf(format, flags), (n) => squareRoot(format, second[n]!, contextOf(cpu))),
    size,
  );
};

/** Sign operations by M5: complement, negative, positive. No NaN is an exception. */
const SIGNS: readonly ((bits: bigint, sign: bigint) => bigint)[] = [
  (bits, sign) => bits ^ sign,
  (bits, sign) => bits | sign,
  (bits, sign) => bits & ~sign,
];

const signOperation: Plain = (cpu, i) => {
  const format = formatOf(cpu, i, 'm3');
  const flags = flagsOf(cpu, i, 'm4', SINGLE);
  const change = SIGNS[i.field('m5')] ?? cpu.programCheck(PGM.SPECIFICATION);
  const size = sizeOfFormat(format);
  const results = getElements(cpu, i.v2, size)
    .slice(0, countOf(format, flags))
    .map((bits) => ({ bits: change(bits, signBit(format)) }));
  deliver(cpu, i, results, size);
};

// ---- comparison --------------------------------------------------------------------------------------------------------

const SIGNALING = 4;

/** `holds`: by the condition code of a comparison, 0 equal, 1 low, 2 high, 3 unordered. */
const comparison =
  (holds: readonly number[]): Plain =>
  (cpu, i) => {
    const format = formatOf(cpu, i, 'm4');
    const flags = flagsOf(cpu, i, 'm5', has(cpu, ENHANCEMENTS_1) ? SINGLE | SIGNALING : SINGLE);
    const setsCode = flagsOf(cpu, i, 'm6', 1) === 1;
    const size = sizeOfFormat(format);
    const [second, third] = [getElements(cpu, i.v2, size), getElements(cpu, i.v3, size)];
    const outcomes = compute(cpu, countOf(format, flags), (n) => compare(format, second[n]!, third[n]!, (flags & SIGNALING) !== 0));
    const results = outcomes.map(({ cc }) => holds.includes(cc));
    deliver(
      cpu,
      i,
      results.map((result) => ({ bits: result ? ones(size) : 0n })),
      size,
    );
    if (setsCode) cpu.cc = conditionOfAll(results);
  };

/** The leftmost elements, with the condition code as the only result. */
const scalarComparison =
  (signals: boolean): Plain =>
  (cpu, i) => {
    const format = formatOf(cpu, i, 'm3');
    flagsOf(cpu, i, 'm4', 0);
    const [first, second] = [i.v1, i.v2].map((v) => getElements(cpu, v, sizeOfFormat(format))[0]!);
    const [outcome] = compute(cpu, 1, () => compare(format, first!, second!, signals));
    cpu.cc = outcome!.cc;
  };

const testDataClass: Plain = (cpu, i) => {
  const format = formatOf(cpu, i, 'm4');
  const flags = flagsOf(cpu, i, 'm5', SINGLE);
  const size = sizeOfFormat(format);
  const wanted = i.field('i3');
  const elements = getElements(cpu, i.v2, size).slice(0, countOf(format, flags));
  const results = elements.map((bits) => (dataClass(format, bits) & wanted) !== 0);
  deliver(
    cpu,
    i,
    results.map((result) => ({ bits: result ? ones(size) : 0n })),
    size,
  );
  cpu.cc = conditionOfAll(results);
};

// ---- rounding and conversion -------------------------------------------------------------------------------------------

/** Bit of M4: an inexact result is no exception. */
const INEXACT_SUPPRESSED = 4;

/** Rounding methods by M5; 0 as the FPC says. */
const ROUNDINGS: Readonly<Record<number, Rounding>> = {
  1: ROUND.NEAREST_AWAY,
  3: ROUND.PREPARE_SHORTER,
  4: ROUND.NEAREST_EVEN,
  5: ROUND.ZERO,
  6: ROUND.UP,
  7: ROUND.DOWN,
};

/** The mask fields that say how to round. */
const roundingOf = (cpu: Cpu, i: Instruction): { flags: number; context: Context; quieten: (outcome: Outcome) => Outcome } => {
  const flags = flagsOf(cpu, i, 'm4', SINGLE | INEXACT_SUPPRESSED);
  const method = i.field('m5');
  const context = contextOf(cpu);
  const rounding = method === 0 ? context.rounding : ROUNDINGS[method];
  if (rounding === undefined) return cpu.programCheck(PGM.SPECIFICATION);
  const keep = flags & INEXACT_SUPPRESSED ? ~IEEE.INEXACT : -1;
  const quieten = (outcome: Outcome): Outcome => ({ ...outcome, exceptions: outcome.exceptions & keep });
  return { flags, context: { ...context, rounding }, quieten };
};

const toIntegers: Plain = (cpu, i) => {
  const format = formatOf(cpu, i, 'm3');
  const { flags, context, quieten } = roundingOf(cpu, i);
  const size = sizeOfFormat(format);
  const second = getElements(cpu, i.v2, size);
  deliver(
    cpu,
    i,
    compute(cpu, countOf(format, flags), (n) => quieten(toIntegral(format, second[n]!, context.rounding))),
    size,
  );
};

/** Integers and the floating-point format have the same size: doublewords, or words with vector-enhancements facility 2. */
const conversionFormat = (cpu: Cpu, i: Instruction): FloatFormat & { readonly width: 32 | 64 } => {
  const code = i.m3;
  if (code !== 3 && !(code === 2 && has(cpu, ENHANCEMENTS_2))) cpu.programCheck(PGM.SPECIFICATION);
  return (code === 3 ? LONG : SHORT) as FloatFormat & { readonly width: 32 | 64 };
};

const conversion =
  (work: (format: FloatFormat & { readonly width: 32 | 64 }, element: bigint, context: Context) => Outcome): Plain =>
  (cpu, i) => {
    const format = conversionFormat(cpu, i);
    const { flags, context, quieten } = roundingOf(cpu, i);
    const size = sizeOfFormat(format);
    const second = getElements(cpu, i.v2, size);
    deliver(
      cpu,
      i,
      compute(cpu, countOf(format, flags), (n) => quieten(work(format, second[n]!, context))),
      size,
    );
  };

const fromSigned = conversion((format, element, context) => fromInteger(format, signed(element, sizeOfFormat(format)), context));
const fromUnsigned = conversion((format, element, context) => fromInteger(format, element, context));
const toSigned = conversion((format, element, { rounding }) => toInteger(format, SIGNED[format.width], element, rounding));
const toUnsigned = conversion((format, element, { rounding }) => toInteger(format, UNSIGNED[format.width], element, rounding));

/** Between a format and the next longer one; of a longer element, the left half holds the shorter one. */
const lengthen: Plain = (cpu, i) => {
  const format = i.m3 === 2 ? SHORT : i.m3 === 3 && has(cpu, ENHANCEMENTS_1) ? LONG : cpu.programCheck(PGM.SPECIFICATION);
  const longer = format === SHORT ? LONG : EXTENDED;
  const flags = flagsOf(cpu, i, 'm4', SINGLE);
  const second = getElements(cpu, i.v2, sizeOfFormat(format));
  const outcomes = compute(cpu, countOf(longer, flags), (n) => convert(longer, format, second[2 * n]!, contextOf(cpu)));
  deliver(cpu, i, outcomes, sizeOfFormat(longer));
};

const shorten: Plain = (cpu, i) => {
  const format = i.m3 === 3 ? LONG : i.m3 === 4 && has(cpu, ENHANCEMENTS_1) ? EXTENDED : cpu.programCheck(PGM.SPECIFICATION);
  const shorter = format === LONG ? SHORT : LONG;
  const { flags, context, quieten } = roundingOf(cpu, i);
  const second = getElements(cpu, i.v2, sizeOfFormat(format));
  const outcomes = compute(cpu, countOf(format, flags), (n) => quieten(convert(shorter, format, second[n]!, context)));
  deliver(
    cpu,
    i,
    outcomes.flatMap((outcome) => [outcome, { bits: 0n }]),
    sizeOfFormat(shorter),
  );
};

const THREE = { ...VECTOR, operands: 'v1,v2,v3,m4,m5' } as const;
const TWO = { ...VECTOR, operands: 'v1,v2,m3,m4' } as const;

// biome-ignore format: one row a line
export const VECTOR_FLOAT: readonly Row[] = [
  plainRow('e7e3', 'vfa', 'VRR-c', 'VECTOR FP ADD', THREE, arithmetic(add)),
  plainRow('e7e2', 'vfs', 'VRR-c', 'VECTOR FP SUBTRACT', THREE, arithmetic(subtract)),
  plainRow('e7e7', 'vfm', 'VRR-c', 'VECTOR FP MULTIPLY', THREE, arithmetic(multiply)),
  plainRow('e7e5', 'vfd', 'VRR-c', 'VECTOR FP DIVIDE', THREE, arithmetic(divide)),
  plainRow('e7ef', 'vfmax', 'VRR-c', 'VECTOR FP MAXIMUM', VECTOR_ENHANCEMENTS_1, extremeOf(true)),
  plainRow('e7ee', 'vfmin', 'VRR-c', 'VECTOR FP MINIMUM', VECTOR_ENHANCEMENTS_1, extremeOf(false)),
  plainRow('e78f', 'vfma', 'VRR-e', 'VECTOR FP MULTIPLY AND ADD', VECTOR, fused(false, false)),
  plainRow('e78e', 'vfms', 'VRR-e', 'VECTOR FP MULTIPLY AND SUBTRACT', VECTOR, fused(true, false)),
  plainRow('e79f', 'vfnma', 'VRR-e', 'VECTOR FP NEGATIVE MULTIPLY AND ADD', VECTOR_ENHANCEMENTS_1, fused(false, true)),
  plainRow('e79e', 'vfnms', 'VRR-e', 'VECTOR FP NEGATIVE MULTIPLY AND SUBTRACT', VECTOR_ENHANCEMENTS_1, fused(true, true)),
  plainRow('e7ce', 'vfsq', 'VRR-a', 'VECTOR FP SQUARE ROOT', TWO, squareRoots),
  plainRow('e7cc', 'vfpso', 'VRR-a', 'VECTOR FP PERFORM SIGN OPERATION', VECTOR, signOperation),
  plainRow('e7e8', 'vfce', 'VRR-c', 'VECTOR FP COMPARE EQUAL', VECTOR, comparison([0])),
  plainRow('e7eb', 'vfch', 'VRR-c', 'VECTOR FP COMPARE HIGH', VECTOR, comparison([2])),
  plainRow('e7ea', 'vfche', 'VRR-c', 'VECTOR FP COMPARE HIGH OR EQUAL', VECTOR, comparison([0, 2])),
  plainRow('e7cb', 'wfc', 'VRR-a', 'VECTOR FP COMPARE SCALAR', TWO, scalarComparison(false)),
  plainRow('e7ca', 'wfk', 'VRR-a', 'VECTOR FP COMPARE AND SIGNAL SCALAR', TWO, scalarComparison(true)),
  plainRow('e74a', 'vftci', 'VRI-e', 'VECTOR FP TEST DATA CLASS IMMEDIATE', VECTOR, testDataClass),
  plainRow('e7c7', 'vfi', 'VRR-a', 'VECTOR LOAD FP INTEGER', VECTOR, toIntegers),
  plainRow('e7c3', 'vcfps', 'VRR-a', 'VECTOR FP CONVERT FROM FIXED', VECTOR, fromSigned),
  plainRow('e7c1', 'vcfpl', 'VRR-a', 'VECTOR FP CONVERT FROM LOGICAL', VECTOR, fromUnsigned),
  plainRow('e7c2', 'vcsfp', 'VRR-a', 'VECTOR FP CONVERT TO FIXED', VECTOR, toSigned),
  plainRow('e7c0', 'vclfp', 'VRR-a', 'VECTOR FP CONVERT TO LOGICAL', VECTOR, toUnsigned),
  plainRow('e7c4', 'vfll', 'VRR-a', 'VECTOR FP LOAD LENGTHENED', TWO, lengthen),
  plainRow('e7c5', 'vflr', 'VRR-a', 'VECTOR FP LOAD ROUNDED', VECTOR, shorten),
];
