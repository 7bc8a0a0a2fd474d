import { LOWCORE } from '../../../src/cpu/interruption.ts';
import { KEY } from '../../../src/cpu/storage.ts';
import { CODE, PAGE } from '../../differential/qemu/layout.ts';
import { type Case, imageOf } from './cases.ts';
import { absolutePage, HOST, kindOf, PAGES, type PageKind, PREFIX } from './layout.ts';
import { copyOf, differences, differencesBetweenUnits, type Snapshot, snapshot } from './outcome.ts';
import { REGISTER, type Registers } from './registers.ts';
import { contentOf, type End, type Image, keyOf, type Stage } from './stage.ts';

/** What happens to the page that the instruction touches. */
export type FaultKind = 'Vz' | 'Uz strict' | 'Uz lenient';

/** A page that an instruction touched, and as what. */
export interface Touched {
  readonly page: number;
  readonly kind: PageKind;
  /** The host brought it in while the instruction itself, not its target or its operands, was fetched. */
  readonly fetching: boolean;
  readonly stored: boolean;
}

/** How a case ends when nothing is in its way. */
export interface Reference {
  readonly image: Image;
  readonly end: Finished;
  /** The pages that the instruction lies in, or the EXECUTE of it. */
  readonly code: readonly number[];
}

/** What a case touches. */
export interface Observation {
  readonly touched: readonly Touched[];
  /** At level 2, the pages of level 1 that were touched. */
  readonly host: readonly number[];
  readonly failures: string[];
}

interface Finished extends End {
  /** Before the last round, which is the only one of most instructions. */
  readonly before: Snapshot;
  readonly after: Snapshot;
}

const PROGRAM = { BLOCK_VOLATILITY: 0x1a, ADDRESSING: 0x05, PAGE_TRANSLATION: 0x11 } as const;
const INTERCEPTED_PROGRAM = 0x08;
const PARTIAL = 0x38;
/** Executions of one instruction with condition code 3: operands of some kilobytes need fewer, and what zeros in place of code may do has to end. */
const MOST_ROUNDS = 64;

/** Instructions that an interruption may end between two units of operation. All others are as if they had not begun. */
const INTERRUPTIBLE = new Set(['mvcl', 'clcl']);
const isInterruptible = (one: Case): boolean => INTERRUPTIBLE.has(one.row.mnemonic);

/** Executes an instruction, again and again while its condition code says that it is not done. */
const execute = (stage: Stage, one: Case, { contents }: Image): Finished => {
  const start = BigInt(one.draft.codeAddress);
  let before = snapshot(stage, contents);
  for (let round = 1; ; round++) {
    const end = stage.run();
    const { registers } = stage;
    const isDone =
      !one.repeats ||
      round === MOST_ROUNDS ||
      conditionCode(registers) !== 3 ||
      registers[REGISTER.PSW_ADDRESS] !== start + BigInt(one.length);
    if (isDone || end.interruptions.length > 0 || end.interception !== undefined)
      return { ...end, before, after: snapshot(stage, before.contents) };
    registers[REGISTER.PSW_ADDRESS] = start;
    registers[REGISTER.CPU_TIMER] = before.registers[REGISTER.CPU_TIMER]!;
    stage.setRegisters(registers);
    before = snapshot(stage, before.contents);
  }
};

const conditionCode = (registers: Registers): number => Number((registers[REGISTER.PSW_MASK]! >> 44n) & 3n);

/** Runs a case without a fault, with every page there. */
export const reference = (stage: Stage, one: Case, dat: boolean): Reference => {
  const image = imageOf(one, dat);
  stage.restore(image);
  const { codeAddress } = one.draft;
  const code = [codeAddress, codeAddress + one.length - 1].map((address) => absolutePage(address - (address % PAGE), dat)!);
  return { image, end: execute(stage, one, image), code };
};

/** Whether the page is of the tables through which SIE finds the guest's prefix area: without it there is a validity interception (spec/sie.md 4.1). */
export const isForEntry = ({ row }: Case, { kind, fetching }: Touched): boolean => row.mnemonic === 'sie' && kind === 'table' && !fetching;

/** The pages that a case has left a record of touching. */
export const recorded = ({ image, end: { after } }: Reference): string => after.keys.map((key, n) => key ^ image.keys[n]!).join(' ');

/**
 * Runs a case again with those pages away that it may need: which of them the host brings in shows what it touches. Data pages whose keys
 * were left alone are discarded: touching one of them would be noticed. (ESSA tells the guest what is away.)
 */
export const observe = (stage: Stage, one: Case, dat: boolean, { image, end, code }: Reference): Observation => {
  stage.restore(image);
  // What an exception has ended has recorded nothing.
  const all = end.interception === INTERCEPTED_PROGRAM || end.interruptions.some((interruption) => interruption.class === 'program');
  const needed = PAGES.map((page, n) => all || mayBeNeeded(page, dat) || end.after.keys[n] !== image.keys[n]);
  for (const [n, page] of PAGES.entries()) if (!isPrefixArea(page)) stage.pages.remove(page, needed[n]!);
  stage.removeHostPages();
  stage.machine.configuration.tlb.purge();
  const found = execute(stage, one, image);
  const states = found.after.states.map((state, n) => (needed[n] && state !== 'Sp' ? state : end.after.states[n]!));
  const contents = found.after.contents.map((content, n) => (needed[n] ? content : end.after.contents[n]!));
  const failures = one.row.mnemonic === 'essa' ? [] : differences(end.after, { ...found.after, states, contents });
  return { touched: touchedPages(stage, code.at(-1)!, found, end), host: stage.level === 1 ? [] : found.pagedIn, failures };
};

/** Pages that the machine looks at before, or without, recording that: code, tables and where a new prefix may lead. */
const mayBeNeeded = (page: number, dat: boolean): boolean => {
  const kind = kindOf(page);
  return kind === 'code' ? CODE_PAGES.some((logical) => absolutePage(logical, dat) === page) : kind !== 'data' || page < 2 * PAGE;
};
/** SIE is not entered without it. */
const isPrefixArea = (page: number): boolean => page === PREFIX || page === PREFIX + PAGE;
const CODE_PAGES = Array.from({ length: CODE.pages }, (_, n) => CODE.address + n * PAGE);

const touchedPages = (stage: Stage, lastOfCode: number, { pagedIn }: End, { after }: Finished): Touched[] => {
  const pages = pagedIn.flatMap((outer) => stage.pages.inner(outer) ?? []).filter((page) => PAGES.includes(page));
  const lastOfInstruction = pages.indexOf(lastOfCode);
  return pages.map((page, n) => ({
    page,
    kind: kindOf(page),
    fetching: n <= lastOfInstruction,
    stored: (after.keys[PAGES.indexOf(page)]! & KEY.C) !== 0,
  }));
};

/** Whether the reference did what the instruction is for: neither an exception nor an interception. */
export const completed = ({ end }: Reference): boolean =>
  end.interception === undefined && end.interruptions.every((interruption) => interruption.class !== 'program');

/** Runs a case with one page gone and tells what is not as it must be. */
export const fault = (stage: Stage, one: Case, known: Reference, touched: Touched, kind: FaultKind): string[] => {
  if (kind === 'Uz lenient') return lenient(stage, one, known, touched);
  const { image, end } = known;
  stage.restore(image);
  stage.lose(touched.page, kind === 'Vz' ? 'V' : 'U');
  stage.setRegisters(image.registers);
  const found = execute(stage, one, image);
  const before = fetched(found, known, touched);
  const expected = kind === 'Vz' ? expectVolatile(stage, one, found, before, touched) : expectUnused(stage, one, found, before, touched);
  const failures = [...expected.failures, ...nullified(one, expected.snapshot, found, end)];
  if (failures.length > 0) return failures;
  return afterRepair(stage, one, image, end, touched.page).map((text) => `after the repair: ${text}`);
};

/** What is not as it was expected after a nullified or suppressed instruction. */
const nullified = (one: Case, expected: Snapshot, { after }: Finished, end: Finished): string[] =>
  isInterruptible(one) ? differencesBetweenUnits(expected, after, end.after, operandRegisters(one)) : differences(expected, after, false);

/**
 * What is before the fault: with the record that the instruction was fetched, unless that has failed, and with the record that the target of
 * EXECUTE was where the machine's host has learned of it in order to perform it.
 */
const fetched = ({ before, performed }: Finished, { end, code }: Reference, { fetching }: Touched): Snapshot => {
  const expected = copyOf(before);
  if (fetching) return expected;
  for (const [n, page] of PAGES.entries()) {
    if (code.includes(page)) expected.keys[n]! |= KEY.R;
    else if (performed && kindOf(page) === 'code') expected.keys[n]! |= end.after.keys[n]! & KEY.R;
  }
  return expected;
};

const operandRegisters = ({ draft: { fields } }: Case): number[] =>
  [fields.r1, fields.r2].flatMap((register) => (register === undefined ? [] : [register, register | 1]));

interface Expected {
  readonly snapshot: Snapshot;
  readonly failures: string[];
}

/** The length of an instruction that could not be fetched: the PoP permits 1, 2 and 3 halfwords, and zhint says 1. */
const ilcOf = (one: Case, { fetching }: Touched): number => (fetching ? 2 : one.length);

const onlyInterruption = (found: Finished, level: number, code: number, ilc: number, at: number): string[] => {
  const told = found.interruptions.map((i) => `${i.class} ${i.code.toString(16)} level ${i.level} ILC ${i.ilc} at ${i.at.toString(16)}`);
  const wanted = `program ${code.toString(16)} level ${level} ILC ${ilc} at ${at.toString(16)}`;
  return told.length === 1 && told[0] === wanted ? [] : [`interruptions: ${told.join('; ') || 'none'}; expected: ${wanted}`];
};

/** The program interruption is in the lowcore, with what it stores there, and nothing else has changed. */
const interrupted = (before: Snapshot, code: number, ilc: number, oldAddress: bigint, address?: number): Snapshot => {
  const expected = copyOf(before);
  const lowcore = before.contents[PAGES.indexOf(PREFIX)]!.slice();
  expected.contents[PAGES.indexOf(PREFIX)] = lowcore;
  const view = new DataView(lowcore.buffer);
  view.setUint16(LOWCORE.PGM_ILC, ilc);
  view.setUint16(LOWCORE.PGM_CODE, code);
  if (address !== undefined) {
    view.setBigUint64(LOWCORE.TEID, BigInt(address));
    view.setUint8(LOWCORE.EXCEPTION_ACCESS_ID, 0);
  }
  view.setBigUint64(LOWCORE.OLD_PSW.program, before.registers[REGISTER.PSW_MASK]!);
  view.setBigUint64(LOWCORE.OLD_PSW.program + 8, oldAddress);
  expected.registers[REGISTER.PSW_MASK] = view.getBigUint64(LOWCORE.NEW_PSW.program);
  expected.registers[REGISTER.PSW_ADDRESS] = view.getBigUint64(LOWCORE.NEW_PSW.program + 8);
  expected.keys[PAGES.indexOf(PREFIX)]! |= KEY.R | KEY.C;
  return expected;
};

/** spec/host.md 2.2: code 0x1A, the PSW at the instruction, its absolute address at 0xa8, and the block still Vz. */
const expectVolatile = (stage: Stage, one: Case, found: Finished, before: Snapshot, touched: Touched): Expected => {
  const ilc = ilcOf(one, touched);
  const at = one.draft.codeAddress;
  const failures = onlyInterruption(found, stage.level, PROGRAM.BLOCK_VOLATILITY, ilc, at);
  return { snapshot: interrupted(before, PROGRAM.BLOCK_VOLATILITY, ilc, BigInt(at), touched.page), failures };
};

/** spec/host.md 2.2: addressing exception, the PSW behind the instruction. SIE must hand it to the host (spec/sie.md 4.4): the machine's gives it back. */
const expectUnused = (stage: Stage, one: Case, found: Finished, before: Snapshot, touched: Touched): Expected => {
  const ilc = ilcOf(one, touched);
  const at = one.draft.codeAddress;
  const next = BigInt(at + ilc);
  if (stage.level === 1) {
    const failures = onlyInterruption(found, 1, PROGRAM.ADDRESSING, ilc, at);
    return { snapshot: interrupted(before, PROGRAM.ADDRESSING, ilc, next), failures };
  }
  const expected = copyOf(before);
  expected.registers[REGISTER.PSW_ADDRESS] = next;
  const parameters = [found.interception, stage.parameter(LOWCORE.PGM_CODE), stage.parameter(LOWCORE.PGM_ILC)].join(' ');
  const wanted = [INTERCEPTED_PROGRAM, PROGRAM.ADDRESSING, ilc].join(' ');
  const failures = parameters === wanted && found.interruptions.length === 0 ? [] : [`interception: ${parameters}; expected: ${wanted}`];
  return { snapshot: expected, failures };
};

/** The guest makes the page again and goes back to the instruction: everything ends as if nothing had happened. */
const afterRepair = (stage: Stage, one: Case, image: Image, end: Finished, page: number): string[] => {
  const { registers } = stage;
  registers[REGISTER.PSW_MASK] = oldMask(stage, registers);
  stage.essa(page, SET_STABLE);
  const state = stage.pages.state(page);
  if (state !== 'Sz') return [`ESSA has made the page ${state}, expected Sz`];
  for (const repaired of [page, PREFIX]) stage.pages.restore(repaired, contentOf(image, repaired), keyOf(image, repaired));
  stage.machine.configuration.tlb.purge();
  registers[REGISTER.PSW_ADDRESS] = BigInt(one.draft.codeAddress);
  registers[REGISTER.CPU_TIMER] = image.registers[REGISTER.CPU_TIMER]!;
  stage.setRegisters(registers);
  return differences(end.after, execute(stage, one, image).after);
};
const SET_STABLE = 1;
const ZEROS = new Uint8Array(PAGE);

/** The PSW mask with which the guest goes on: from the old PSW, unless its host has the interruption. */
const oldMask = (stage: Stage, registers: Registers): bigint => {
  const lowcore = stage.pages.content(PREFIX);
  const view = new DataView(lowcore.buffer, lowcore.byteOffset, PAGE);
  const wasInterrupted = registers[REGISTER.PSW_ADDRESS] === view.getBigUint64(LOWCORE.NEW_PSW.program + 8);
  return wasInterrupted ? view.getBigUint64(LOWCORE.OLD_PSW.program) : registers[REGISTER.PSW_MASK]!;
};

/** The host gives the page back as zeros, and the guest cannot tell it from a page of zeros that was always there. */
const lenient = (stage: Stage, one: Case, known: Reference, touched: Touched): string[] => {
  const { image } = known;
  const { page } = touched;
  const zeros = { ...image, contents: image.contents.with(PAGES.indexOf(page), ZEROS) };
  stage.restore(zeros);
  const end = execute(stage, one, zeros);
  stage.restore(image);
  stage.lose(page, 'U');
  stage.setRegisters(image.registers);
  let found = execute(stage, one, image);
  const failures: string[] = [];
  if (stage.level === 2) {
    failures.push(...leftToHost(one, fetched(found, known, touched), found, end));
    if (failures.length > 0) return failures;
    stage.pages.supply(page);
    const { registers } = stage;
    registers[REGISTER.PSW_ADDRESS] = BigInt(one.draft.codeAddress);
    registers[REGISTER.CPU_TIMER] = image.registers[REGISTER.CPU_TIMER]!;
    stage.setRegisters(registers);
    found = execute(stage, one, image);
  }
  const states = found.after.states.map((state) => (state === 'Ur' ? 'Sr' : state));
  const before = end.interruptions.map(({ code }) => code).join();
  const after = found.interruptions.map(({ code }) => code).join();
  if (before !== after) failures.push(`interruptions: ${after || 'none'}; expected: ${before || 'none'}`);
  return [...failures, ...differences(end.after, { ...found.after, states })];
};

/**
 * The program at level 1 is the host of level 2, and must give the page: it gets the page-translation exception, at its SIE. MOVE PAGE,
 * which it has asked SIE to interpret, is left with partial execution instead.
 */
const leftToHost = (one: Case, expected: Snapshot, found: Finished, end: Finished): string[] => {
  const isPartial = one.row.mnemonic === 'mvpg' && found.interception === PARTIAL;
  if (isPartial) expected.registers[REGISTER.PSW_ADDRESS]! += BigInt(one.length);
  const failures = isPartial ? [] : onlyInterruption(found, 1, PROGRAM.PAGE_TRANSLATION, 4, HOST.sie);
  return [...failures, ...nullified(one, expected, found, end).map((text) => `nullified: ${text}`)];
};

/**
 * A block of the guest's host is gone, which the guest at level 2 cannot know: its host is interrupted at its SIE, and the guest is as it was
 * (spec/sie.md 4.5). Where SIE needs the block to find the guest's prefix area, the entry ends with a validity interception (4.1).
 */
export const faultOfHost = (stage: Stage, one: Case, { image, end, code }: Reference, page: number): string[] => {
  stage.restore(image);
  const content = stage.loseOfHost(page, image.registers);
  const found = execute(stage, one, image);
  const failures =
    found.interception === VALIDITY ? [] : [...onlyInterruption(found, 1, PROGRAM.BLOCK_VOLATILITY, page === HOST.sie ? 2 : 4, HOST.sie)];
  if (found.interception === VALIDITY && !isTableOfPrefix(page)) failures.push('validity interception');
  if (found.interception !== VALIDITY && found.interruptions[0]?.teid !== BigInt(page))
    failures.push(`the address is not ${page.toString(16)}`);
  // Whether the guest's instruction had been fetched depends on what the block is to it.
  const expected = copyOf(found.before);
  for (const n of code.map((own) => PAGES.indexOf(own))) expected.keys[n]! |= found.after.keys[n]! & KEY.R;
  const wrong = nullified(one, expected, found, end);
  if (failures.length + wrong.length > 0) return [...failures, ...wrong];
  const { registers } = stage;
  registers[REGISTER.CPU_TIMER] = image.registers[REGISTER.CPU_TIMER]!;
  stage.repairHost(page, content);
  stage.setRegisters(registers);
  return differences(end.after, execute(stage, one, image).after).map((text) => `after the repair: ${text}`);
};

const VALIDITY = 0x20;
const isTableOfPrefix = (page: number): boolean => page === HOST.segments || page === HOST.pageTables[0];

/** A guest at level 2 without its prefix area: SIE ends with a validity interception, "access exception on prefix", and the guest is as it was. */
export const prefixAreaGone = (stage: Stage, one: Case, page: number, usage: 'V' | 'U'): string[] => {
  const image = imageOf(one, false);
  stage.restore(image);
  stage.lose(page, usage);
  stage.setRegisters(image.registers);
  const found = execute(stage, one, image);
  const failures = found.interception === VALIDITY && found.interruptions.length === 0 ? [] : ['no validity interception'];
  if (stage.validityReason !== PREFIX_ACCESS) failures.push(`the reason is 0x${stage.validityReason.toString(16)}`);
  return [...failures, ...differences(found.before, found.after, false)];
};
const PREFIX_ACCESS = 0x0037;
