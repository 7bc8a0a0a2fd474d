import { REGION_TYPE } from './compiler/write-region.ts';
import { CASES, CASES_LAST, CELL, DISPATCH, DISPATCH_LAST, REGION_SHIFT, REGIONS, REGIONS_END, TLB, TLB_DELTA, TLB_INDEX, TLB_SHIFT, TLB_TAG, WINDOW_LAST } from './layout.ts';
import { type Flow, type Helpers, type I32, type I64, Meaning } from './meaning.ts';
import type { Row } from './row.ts';
import { splitAddress, writeRecordStore, writeReserve, writeStorageToStorage, writeStore } from './storage-helpers.ts';
import {
  BLOCK, branch, branchTable, call, callIndirect, ELSE, FunctionWriter, IF, i32Const, i64Const, LOOP, localGet, localSet, MEM,ModuleWriter, 
  memory, OP, type ValueType,
} from './wasm.ts';

/**
 * The interpreter, generated from the rows as a WebAssembly module: a central loop that dispatches on the operation code, with the hot
 * rows inside it, and a function for each row that the loop, EXECUTE and single steps call.
 *
 * WebAssembly because 64-bit arithmetic is native there and because its code needs no warming up: a program of a tenth of a second
 * runs at full speed.
 */
export interface InterpreterExports extends Readonly<Record<keyof Helpers, CallableFunction>> {
  /** Executes up to `budget` instructions from PSW_IA on; what is left of the budget is in the BUDGET cell, the next address in PSW_IA. */
  readonly run: (cpu: number, budget: number) => void;
  /** The functions of the rows, and behind them those of compiled code. */
  readonly table: FunctionTable;
}

/** A WebAssembly.Table of functions, as far as it is used. */
interface FunctionTable {
  grow(by: number): number;
  set(index: number, fn: unknown): void;
}

/** The helpers as compiled code imports them: parameters and results. */
export const REGION_IMPORTS = {
  read: [['i32', 'i64', 'i32'], ['i32']],
  write: [['i32', 'i64', 'i64', 'i32'], []],
  reserve: [['i32', 'i64', 'i32'], ['i32']],
  commit: [['i32'], []],
  programCheck: [['i32', 'i32'], []],
  intercept: [['i32'], []],
  noteInterception: [['i32'], []],
  plain: [['i32', 'i32', 'i32'], ['i32']],
  execute: [['i32', 'i64', 'i32', 'i32', 'i32'], ['i32']],
  storageToStorage: [['i32', 'i64', 'i64', 'i32', 'i32'], ['i32']],
} as const satisfies Record<keyof Helpers, readonly [readonly ValueType[], readonly ValueType[]]>;
/** Their indices there. */
export const REGION_HELPERS = Object.fromEntries(Object.keys(REGION_IMPORTS).map((name, n) => [name, n])) as unknown as Helpers;

/** What the module imports: the places where generated code asks the rest of the machine. Addresses come as two halves. */
export interface InterpreterImports {
  /** → offset of `length` readable bytes; meta is length | operand << 16. */
  read: (cpu: number, low: number, high: number, meta: number) => number;
  reserve: (cpu: number, low: number, high: number, meta: number) => number;
  commit: (cpu: number) => void;
  write: (cpu: number, low: number, high: number, valueLow: number, valueHigh: number, meta: number) => void;
  programCheck: (cpu: number, code: number) => void;
  intercept: (cpu: number) => void;
  noteInterception: (cpu: number) => void;
  plain: (cpu: number, row: number, ip: number) => number;
  storageToStorage: (cpu: number, low1: number, high1: number, low2: number, high2: number, last: number, operation: number) => number;
  /** Sets up the instruction window at PSW_IA → offset of the instruction. */
  fetch: (cpu: number) => number;
  /** → offset of the six bytes of EXECUTE's target. */
  fetchTarget: (cpu: number, low: number, high: number) => number;
  /** An offset was branched to often: code may be compiled. */
  hot: (cpu: number, ip: number) => void;
}

const IMPORTS: Record<keyof InterpreterImports, readonly [params: number, results: number]> = {
  read: [4, 1], reserve: [4, 1], commit: [1, 0], write: [6, 0], programCheck: [2, 0], intercept: [1, 0], noteInterception: [1, 0], plain: [3, 1],
  storageToStorage: [7, 1], fetch: [1, 1], fetchTarget: [3, 1], hot: [2, 0],
}; // biome-ignore format: a table

/** A dispatch value of at least this selects a second-level table by its low bits. */
export const SECOND_LEVEL = 0x8000;

const MAX_MEMORY_PAGES = 65536;

/** Where a row's function stands in the table; hot rows first, because their slots are also the cases of the central loop. */
export interface Slots {
  readonly order: readonly Row[];
  readonly slotOf: ReadonlyMap<Row, number>;
  /** How many rows are hot. They have the slots, and the cases of the central loop, from 1 on. */
  readonly hot: number;
}

export const assignSlots = (rows: readonly Row[]): Slots => {
  const hot = rows.filter((r) => r.hot);
  const order = [...hot, ...rows.filter((r) => !r.hot)];
  return { order, slotOf: new Map(order.map((r, index) => [r, index + 1])), hot: hot.length };
};

/** Writes the module. */
export const generateInterpreter = ({ order }: Slots): Uint8Array<ArrayBuffer> => {
  const module = new ModuleWriter();
  const imports = {} as Record<keyof InterpreterImports, number>;
  for (const [name, [params, results]] of Object.entries(IMPORTS) as [keyof InterpreterImports, readonly [number, number]][]) {
    imports[name] = module.importFunction(name, i32s(params), i32s(results));
  }
  const wrapper = (params: readonly ValueType[], results: readonly ValueType[], ...code: (number | readonly number[])[]): number => {
    const fn = new FunctionWriter(params, results);
    fn.emit(...code);
    return module.add(fn);
  };

  const rowType = module.type(['i32', 'i32'], ['i32']);
  const regionType = module.type(REGION_TYPE.params, REGION_TYPE.results);
  const recordStore = module.add(writeRecordStore());
  const helpers: Helpers = {
    read: wrapper(['i32', 'i64', 'i32'], ['i32'], localGet(0), splitAddress(1), localGet(2), call(imports.read)),
    reserve: module.add(writeReserve(imports, recordStore)),
    commit: imports.commit,
    write: module.add(writeStore(imports, recordStore)),
    programCheck: imports.programCheck,
    intercept: imports.intercept,
    noteInterception: imports.noteInterception,
    plain: imports.plain,
    storageToStorage: module.add(writeStorageToStorage(imports)),
    execute: module.add(writeExecute(rowType, imports)),
  };
  const enter = module.add(writeEnter(imports));

  const invalid = wrapper(['i32', 'i32'], ['i32'], localGet(0), i32Const(0x01), call(imports.programCheck), 0x00);
  const called = order.map((row, index) => {
    const fn = new FunctionWriter(['i32', 'i32'], ['i32']);
    new Meaning(row, fn, helpers, CALLED_FLOW, localGet(0), localGet(1)).write(index + 1);
    fn.emit(0x00);
    return module.add(fn);
  });
  // Slot 0, which the dispatch tables hold where there is no row, is the operation exception.
  module.setTable([invalid, ...called]);
  module.exportFunction('run', module.add(writeRun(order.filter((row) => row.hot), helpers, enter, rowType, regionType, imports.hot)));
  for (const [name, index] of Object.entries(helpers)) module.exportFunction(name, index);
  module.exportTable('table');
  return module.build({ initial: 0, maximum: MAX_MEMORY_PAGES });
};

const i32s = (count: number): ValueType[] => Array<ValueType>(count).fill('i32');

/** Rows as functions: (cpu, ip) → offset of the next instruction, or 0 when PSW_IA holds its address. */
const CALLED_FLOW: Flow = {
  note: () => [], // the caller has done that
  relativeBase: (m) => m.cell64(CELL.RELATIVE_BASE),
  nextAddress: (m) => {
    // The target of an EXECUTE is followed by what follows the EXECUTE.
    const executing = m.ne(m.cell32(CELL.EXECUTE), 0);
    const here = m.add(m.zeroExtend(m.cell32(CELL.CURRENT)), m.cell64(CELL.WINDOW_DELTA));
    const length = m.select(executing, m.cell32(CELL.EXECUTE), m.format.length);
    return m.wrapAddress(m.add(here, m.zeroExtend(length)));
  },
  next: (m) => m.emit(m.ip, i32Const(m.format.length), OP.i32.add, OP.return),
  relative: (m, taken, halfwords) => {
    m.if(taken, () => {
      const target = m.add(m.cell64(CELL.RELATIVE_BASE), m.shl(m.signExtend(halfwords), 1));
      m.setCell64(CELL.PSW_IA, m.wrapAddress(target));
      m.emit(i32Const(0), OP.return);
    });
    m.emit(m.ip, i32Const(m.format.length), OP.i32.add, OP.return);
  },
  to: (m, address) => {
    m.setCell64(CELL.PSW_IA, address);
    m.emit(i32Const(0), OP.return);
  },
  resume: (m, ip) => m.emit(ip.code, OP.return),
};

/** Locals of the central loop. */
const CPU = 0;
const BUDGET = 1;
const IP = 2;
const WINDOW = 3;
const DELTA = 4;
const SLOT = 5;
const LEFT = 6;

/** Branches to an offset before code is compiled from it. */
const HOT_AFTER = 10_000;

const writeRun = (
  hot: readonly Row[],
  helpers: Helpers,
  enter: number,
  rowType: number,
  regionType: number,
  hotImport: number,
): FunctionWriter => {
  const fn = new FunctionWriter(['i32', 'i32'], []);
  for (const type of ['i32', 'i32', 'i64', 'i32', 'i32'] as const) fn.local(type);
  fn.keep();
  const cell = (offset: number, type: ValueType = 'i32'): number[] => [...localGet(CPU), ...memory(MEM[type].load, offset)];
  const setCell = (offset: number, value: readonly number[], type: ValueType = 'i32'): number[] => [
    ...localGet(CPU), ...value, ...memory(MEM[type].store, offset),
  ];
  const here = [...localGet(IP), OP.i64.extend_i32_u, ...localGet(DELTA), OP.i64.add];
  const keepAddress = [...localGet(CPU), ...here, ...cell(CELL.ADDRESS_MASK, 'i64'), OP.i64.and, ...memory(MEM.i64.store, CELL.PSW_IA)];
  const note = [...setCell(CELL.CURRENT, localGet(IP)), ...setCell(CELL.BUDGET, localGet(BUDGET))];
  const enterWindow = [
    ...setCell(CELL.BUDGET, localGet(BUDGET)), ...localGet(CPU), ...call(enter), ...localSet(IP), ...cell(CELL.WINDOW), ...localSet(WINDOW),
    ...cell(CELL.WINDOW_DELTA, 'i64'), ...localSet(DELTA),
  ];
  const leave = [...setCell(CELL.BUDGET, localGet(BUDGET)), OP.return];
  // What a row left behind: an offset to go on at, or 0 with the address in PSW_IA.
  const goOn = [...localGet(IP), OP.i32.eqz, ...IF, ...cell(CELL.EXIT), ...IF, OP.return, OP.end, ...enterWindow, OP.end];

  const entryCell = (offset: number): number[] => [...localGet(SLOT), ...memory(MEM.i32.load, REGIONS + offset)];
  const setEntryCell = (offset: number, value: readonly number[]): number[] => [...localGet(SLOT), ...value, ...memory(MEM.i32.store, REGIONS + offset)];

  fn.emit(enterWindow, LOOP);
  // Is there compiled code for this offset, or is it time that there were?
  fn.emit(localGet(IP), i32Const(REGION_SHIFT), OP.i32.shl, i32Const(REGIONS_END - REGIONS - 16), OP.i32.and, localSet(SLOT));
  fn.emit(entryCell(0), localGet(IP), OP.i32.eq, IF, entryCell(4), IF);
  fn.emit(cell(CELL.ADDRESS_MASK, 'i64'), i64Const(-1n), OP.i64.eq, IF);
  fn.emit(localGet(CPU), localGet(BUDGET), localGet(DELTA), entryCell(4), callIndirect(regionType), localSet(LEFT));
  fn.emit(localGet(LEFT), localGet(BUDGET), OP.i32.ne, IF, localGet(LEFT), localSet(BUDGET), cell(CELL.EXIT), IF, leave, OP.end);
  fn.emit(enterWindow, branch(4), OP.end, OP.end, ELSE);
  fn.emit(setEntryCell(8, [...entryCell(8), ...i32Const(1), OP.i32.sub]), entryCell(8), OP.i32.eqz, IF);
  fn.emit(keepAddress, localGet(CPU), localGet(IP), call(hotImport), leave, OP.end, OP.end, ELSE);
  fn.emit(setEntryCell(0, localGet(IP)), setEntryCell(4, i32Const(0)), setEntryCell(8, i32Const(HOT_AFTER)), OP.end);

  fn.emit(LOOP);
  fn.emit(localGet(BUDGET), i32Const(0), OP.i32.le_s, IF, keepAddress, leave, OP.end);
  fn.emit(localGet(IP), localGet(WINDOW), OP.i32.sub, i32Const(WINDOW_LAST), OP.i32.gt_u, IF, keepAddress, enterWindow, OP.end);
  fn.emit(localGet(BUDGET), i32Const(1), OP.i32.sub, localSet(BUDGET));

  fn.emit(BLOCK); // the rows that are called
  for (const _ of hot) fn.emit(BLOCK);
  fn.emit(BLOCK); // operation codes that end in byte 5
  const cases = (outwards: number): number[] => [hot.length + outwards, ...hot.map((_, index) => index + outwards)];
  fn.emit(localGet(IP), memory(MEM.i32.load16_u, 0), memory(MEM.i32.load8_u, CASES), localSet(SLOT));
  fn.emit(localGet(SLOT), branchTable(cases(1), 0), OP.end);
  fn.emit(localGet(SLOT), i32Const(hot.length + 1), OP.i32.sub, i32Const(8), OP.i32.shl);
  fn.emit(localGet(IP), memory(MEM.i32.load8_u, 5), OP.i32.add, memory(MEM.i32.load8_u, CASES_LAST));
  fn.emit(branchTable(cases(0), hot.length), OP.end);
  hot.forEach((row, index) => {
    const toLoop = hot.length - index;
    const flow = loopFlow(toLoop, note, enterWindow, goOn);
    new Meaning(row, fn, helpers, flow, localGet(CPU), localGet(IP)).write(index + 1);
    fn.recycle();
    fn.emit(OP.end);
  });
  fn.emit(note, setCell(CELL.RELATIVE_BASE, here, 'i64'), lookupSlot(IP, SLOT));
  fn.emit(localGet(CPU), localGet(IP), localGet(SLOT), callIndirect(rowType), localSet(IP), goOn);
  fn.emit(branch(0), OP.end, OP.end);
  return fn;
};

/** Rows inside the central loop; `toLoop` is the depth of the loop from the row's outermost code. */
const loopFlow = (toLoop: number, note: readonly number[], enterWindow: readonly number[], goOn: readonly number[]): Flow => {
  const again = (m: Meaning): void => m.emit(branch(toLoop + m.depth));
  /** Goes on where compiled code may begin. */
  const arrive = (m: Meaning): void => m.emit(branch(toLoop + 1 + m.depth));
  return {
    note: () => note,
    relativeBase: (m) => m.add(m.zeroExtend(local32(IP)), local64(DELTA)),
    nextAddress: (m) => m.wrapAddress(m.add(m.add(m.zeroExtend(local32(IP)), local64(DELTA)), m.format.length)),
    next: (m) => {
      m.emit(m.ip, i32Const(m.format.length), OP.i32.add, localSet(IP));
      again(m);
    },
    relative: (m, taken, halfwords) => {
      if (m.format.fields && 'i2' in m.format.fields && m.format.fields.i2[1] === 32) {
        // A 32-bit count of halfwords can reach beyond linear memory's offsets.
        m.if(taken, () => {
          const target = m.add(m.add(m.zeroExtend(local32(IP)), local64(DELTA)), m.shl(m.signExtend(halfwords), 1));
          goTo(m, m.wrapAddress(target), enterWindow);
          arrive(m);
        });
        m.emit(m.ip, i32Const(m.format.length), OP.i32.add, localSet(IP));
      } else {
        const step = m.select(taken, m.shl(halfwords, 1), m.format.length);
        m.emit(m.ip, step.code, OP.i32.add, localSet(IP));
        // What is branched back to may be a loop.
        m.if(m.ltS(step, 0), () => arrive(m));
      }
      again(m);
    },
    to: (m, address) => {
      goTo(m, address, enterWindow);
      arrive(m);
    },
    resume: (m, ip) => {
      m.emit(ip.code, localSet(IP), goOn);
      again(m);
    },
  };
};

/** Goes to an address: within the window by arithmetic, else through the translation. */
const goTo = (m: Meaning, address: I64, enterWindow: readonly number[]): void => {
  const offset = m.sub(address, local64(DELTA));
  const inside = m.leU(m.sub(offset, m.zeroExtend(local32(WINDOW))), WINDOW_LAST);
  m.if(
    m.and(inside, m.isZero(m.and(m.low(address), 1))),
    () => m.emit(offset.code, OP.i32.wrap, localSet(IP)),
    () => {
      m.setCell64(CELL.PSW_IA, address);
      m.emit(enterWindow);
    },
  );
};

const local32 = (index: number): I32 => ({ type: 'i32', code: localGet(index) });
const local64 = (index: number): I64 => ({ type: 'i64', code: localGet(index) });

/** The slot of the instruction at an offset: by its first halfword, for some by its last byte too. */
const lookupSlot = (ip: number, slot: number): number[] => [
  ...localGet(ip), ...memory(MEM.i32.load16_u, 0), ...i32Const(1), OP.i32.shl, ...memory(MEM.i32.load16_u, DISPATCH), ...localSet(slot),
  ...localGet(slot), ...i32Const(SECOND_LEVEL), OP.i32.ge_u, ...IF,
  ...localGet(slot), ...i32Const(0xff), OP.i32.and, ...i32Const(9), OP.i32.shl,
  ...localGet(ip), ...memory(MEM.i32.load8_u, 5), ...i32Const(1), OP.i32.shl, OP.i32.add,
  ...memory(MEM.i32.load16_u, DISPATCH_LAST), ...localSet(slot), OP.end,
]; // biome-ignore format: stack code

/** Looks an instruction page up in the fetch TLB: locals `address` (i64) and `entry` (i32) → i32 on the stack, nonzero for a hit. */
const fetchHit = (address: number, entry: number): number[] => [
  ...localGet(address), OP.i32.wrap, ...i32Const(TLB_SHIFT), OP.i32.shr_u, ...i32Const(TLB_INDEX), OP.i32.and, ...localSet(entry),
  ...localGet(entry), ...memory(MEM.i64.load, TLB + TLB_TAG.fetch),
  ...localGet(address), ...i64Const(-4096n), OP.i64.and, ...localGet(0), ...memory(MEM.i64.load, CELL.CONTEXT_FETCH), OP.i64.or, OP.i64.eq,
  // The instruction must end within the page and begin at an even address.
  ...localGet(address), OP.i32.wrap, ...i32Const(4095), OP.i32.and, ...i32Const(WINDOW_LAST), OP.i32.le_u, OP.i32.and,
  ...localGet(address), OP.i32.wrap, ...i32Const(1), OP.i32.and, OP.i32.eqz, OP.i32.and,
]; // biome-ignore format: stack code

/** (cpu) → offset of the instruction at PSW_IA; sets the window around it. */
const writeEnter = (imports: Record<keyof InterpreterImports, number>): FunctionWriter => {
  const fn = new FunctionWriter(['i32'], ['i32']);
  const address = fn.local('i64');
  const entry = fn.local('i32');
  const offset = fn.local('i32');
  fn.emit(localGet(0), memory(MEM.i64.load, CELL.PSW_IA), localSet(address));
  fn.emit(fetchHit(address, entry), IF);
  fn.emit(localGet(address), OP.i32.wrap, localGet(entry), memory(MEM.i32.load, TLB + TLB_DELTA), OP.i32.add, localSet(offset));
  fn.emit(localGet(0), localGet(offset), i32Const(-4096), OP.i32.and, memory(MEM.i32.store, CELL.WINDOW));
  fn.emit(localGet(0), localGet(address), localGet(offset), OP.i64.extend_i32_u, OP.i64.sub, memory(MEM.i64.store, CELL.WINDOW_DELTA));
  fn.emit(localGet(offset), OP.return, OP.end);
  fn.emit(localGet(0), call(imports.fetch));
  return fn;
};

/**
 * (cpu, target, modifier, length, ip) → as a row: executes the target of EXECUTE. The two count as one instruction: no interruption comes
 * between them, and the ILC and the old PSW are those of the EXECUTE.
 */
const writeExecute = (rowType: number, imports: Record<keyof InterpreterImports, number>): FunctionWriter => {
  const fn = new FunctionWriter(['i32', 'i64', 'i32', 'i32', 'i32'], ['i32']);
  const [cpu, target, modifier, length, ip] = [0, 1, 2, 3, 4];
  const entry = fn.local('i32');
  const source = fn.local('i32');
  const slot = fn.local('i32');
  const bytes = fn.local('i32');
  const execute = (value: readonly number[]): number[] => [...localGet(cpu), ...value, ...memory(MEM.i32.store, CELL.EXECUTE)];
  const check = (code: number): number[] => [...localGet(cpu), ...i32Const(code), ...call(imports.programCheck), 0x00];
  // Specification for an odd target comes first (PoP, "EXECUTE").
  fn.emit(localGet(target), OP.i32.wrap, i32Const(1), OP.i32.and, IF, check(0x06), OP.end);
  fn.emit(fetchHit(target, entry), IF);
  fn.emit(localGet(target), OP.i32.wrap, localGet(entry), memory(MEM.i32.load, TLB + TLB_DELTA), OP.i32.add, localSet(source), ELSE);
  fn.emit(localGet(cpu), localGet(target), OP.i32.wrap, localGet(target), i64Const(32n), OP.i64.shr_u, OP.i32.wrap);
  fn.emit(call(imports.fetchTarget), localSet(source), OP.end);
  fn.emit(localGet(cpu), i32Const(CELL.EXECUTE_BYTES), OP.i32.add, localSet(bytes));
  // The modifier goes into the second byte, which is bits 8-15 of the little-endian doubleword.
  fn.emit(localGet(bytes), localGet(source), memory(MEM.i64.load, 0), localGet(modifier), i32Const(0xff), OP.i32.and);
  fn.emit(i32Const(8), OP.i32.shl, OP.i64.extend_i32_u, OP.i64.or, memory(MEM.i64.store, 0));
  // EXECUTE of EXECUTE: 44 and C6x0.
  fn.emit(localGet(bytes), memory(MEM.i32.load8_u, 0), i32Const(0x44), OP.i32.eq);
  fn.emit(localGet(bytes), memory(MEM.i32.load16_u, 0), i32Const(0x0fff), OP.i32.and, i32Const(0x00c6), OP.i32.eq, OP.i32.or);
  fn.emit(IF, check(0x03), OP.end);
  fn.emit(lookupSlot(bytes, slot));
  fn.emit(execute(localGet(length)), localGet(cpu), localGet(target), memory(MEM.i64.store, CELL.RELATIVE_BASE));
  fn.emit(localGet(cpu), localGet(bytes), localGet(slot), callIndirect(rowType), localSet(source), execute(i32Const(0)));
  fn.emit(localGet(source), IF, localGet(ip), localGet(length), OP.i32.add, localSet(source), OP.end, localGet(source));
  return fn;
};
