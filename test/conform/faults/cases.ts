import type { Row } from '../../../src/cpu/row.ts';
import type { Draft } from '../../differential/qemu/draft.ts';
import type { Environment } from '../../differential/qemu/environments.ts';
import { execute } from '../../differential/qemu/execute.ts';
import { fillOperands, fillRegisters, makeVariant } from '../../differential/qemu/generate.ts';
import { pswMaskOf } from '../../differential/qemu/image.ts';
import { PARTIAL } from '../../differential/qemu/kinds.ts';
import { CODE, DATA, INTERRUPTIONS, LOWCORE_FILL, OTHER_PREFIX, PAGE } from '../../differential/qemu/layout.ts';
import { Random } from '../../differential/qemu/random.ts';
import { ASCE, absolutePage, HOST, PAGES, PREFIX, tables } from './layout.ts';
import { PlacedDraft, type Wish } from './placed-draft.ts';
import { REGISTER } from './registers.ts';
import { SPECIAL } from './special.ts';
import { type Image, plainRegisters } from './stage.ts';

/** How an instruction and its operands are placed. */
export interface Setting extends Wish {
  readonly name: string;
  /** The instruction crosses a page end. */
  readonly split?: boolean;
  /** The instruction is the target of EXECUTE. */
  readonly executed?: boolean;
}

/** An instruction with its operands, before anybody has executed it. */
export interface Case {
  readonly row: Row;
  readonly setting: Setting;
  readonly attempt: number;
  readonly draft: Draft;
  /** The instruction, or the EXECUTE of it. */
  readonly code: Uint8Array;
  readonly length: number;
  /** Condition code 3 means that it is not done yet and must be executed again. */
  readonly repeats: boolean;
  readonly target: Uint8Array;
}

/** Registers 0 to 8 as the comparison with QEMU sets them: AFP and vector registers, secondary space, extraction; every key; monitor classes. */
const ENVIRONMENT: Environment = {
  name: 'ordinary',
  dat: false,
  control: { 0: 0xc06_00e0n, 1: ASCE, 3: 0xffff_0000n, 7: ASCE, 8: 0xa55an, 13: ASCE },
};

const VARIANTS = 8;
const variants = new Map<string, Uint8Array>();
const variantOf = (seed: number, number: number): Uint8Array => {
  const name = `${seed} ${number}`;
  const bytes = variants.get(name) ?? makeVariant(seed, number);
  variants.set(name, bytes);
  return bytes;
};

/** Where instructions lie: EXECUTE and its target never in the same page. */
const PLACE = {
  whole: CODE.address + 0x200,
  end: CODE.address + PAGE,
  target: CODE.address + 2 * PAGE + 0x100,
  targetEnd: CODE.address + 2 * PAGE,
} as const;

/** Makes a case. The same arguments always make the same one. */
export const makeCase = (row: Row, setting: Setting, seed: number, attempt: number): Case => {
  const random = new Random(row.mnemonic, row.opcode, setting.name, seed, attempt);
  const draft = new PlacedDraft(row, random, ENVIRONMENT, variantOf(seed, random.below(VARIANTS)), setting);
  const { length } = draft.encode();
  draft.executed = setting.executed === true;
  const before = length === 2 ? 0 : 2 * random.between(1, length / 2 - 1);
  draft.codeAddress = setting.split && !draft.executed ? PLACE.end - before : PLACE.whole;
  draft.targetAddress = setting.split && draft.executed ? PLACE.targetEnd - before : PLACE.target;
  fillRegisters(draft, random);
  draft.problemState = false;
  draft.key = 0;
  draft.programMask = 0;
  draft.fpc &= 0x00ff_ffff;
  fillOperands(draft, SPECIAL[row.mnemonic]);
  const { code, target } = execute(draft);
  const first = code[0]!;
  return {
    row,
    setting,
    attempt,
    draft,
    code,
    length: first < 0x40 ? 2 : first < 0xc0 ? 4 : 6,
    repeats: PARTIAL.has(row.mnemonic),
    target,
  };
};

const HANDLERS = HOST.sie + 0x100;

/** Program-new PSW and the others, each with an address of its own where nothing is executed; the rest filled so that a wrong store shows. */
const lowcore = (): Uint8Array => {
  const bytes = new Uint8Array(PAGE).fill(LOWCORE_FILL, 0x80, 0x1a0);
  const view = new DataView(bytes.buffer);
  for (const [n, { newPsw }] of INTERRUPTIONS.entries()) {
    view.setBigUint64(newPsw, 0x1_8000_0000n);
    view.setBigUint64(newPsw + 8, BigInt(HANDLERS + 16 * n));
  }
  return bytes;
};

const ZEROS = new Uint8Array(PAGE);
const LOWCORE = lowcore();
const TABLES = tables();

/** Every page as it is before the case is put there. They are shared: one that is to be changed must be copied. */
const background = (data: Uint8Array, dat: boolean): Map<number, Uint8Array> => {
  const contents = new Map<number, Uint8Array>(PAGES.map((page) => [page, ZEROS]));
  for (const [address, bytes] of TABLES) contents.set(address, bytes);
  for (const prefix of [PREFIX, OTHER_PREFIX]) contents.set(prefix, LOWCORE);
  for (const page of [0, PAGE]) contents.set(page, data.subarray(4 * PAGE + page, 5 * PAGE + page));
  for (let page = 0; page < DATA.pages; page++)
    contents.set(absolutePage(DATA.address + page * PAGE, dat)!, data.subarray(page * PAGE, (page + 1) * PAGE));
  return contents;
};

// Neither referenced nor changed: every bit that an instruction records shows.
const KEYS = PAGES.map((_, n) => ((n * 0x30) & 0xf0) | (n % 3 === 0 ? 8 : 0));

/** What the case starts with, DAT on or off. */
export const imageOf = ({ draft, code, target }: Case, dat: boolean): Image => {
  const contents = background(draft.data, dat);
  const own = new Set<number>();
  const put = (logical: number, bytes: Uint8Array): void => {
    for (const [n, byte] of bytes.entries()) {
      const at = logical + n;
      const page = absolutePage(at - (at % PAGE), dat);
      // Patches and targets outside what is mapped do not matter.
      if (page === undefined || !contents.has(page)) continue;
      if (!own.has(page)) contents.set(page, contents.get(page)!.slice());
      own.add(page);
      contents.get(page)![at % PAGE] = byte;
    }
  };
  put(draft.targetAddress, target);
  put(draft.codeAddress, code);
  for (const { address, bytes } of draft.patches) put(address, bytes);
  const registers = plainRegisters(draft.codeAddress);
  registers[REGISTER.PSW_MASK] = pswMaskOf({ draft }) | (dat ? 1n << 58n : 0n);
  registers.set(draft.gr, REGISTER.GR);
  for (let n = 0; n < 8; n++) registers[REGISTER.AR + n] = (BigInt(draft.ar[2 * n]!) << 32n) | BigInt(draft.ar[2 * n + 1]!);
  registers.set(draft.vr, REGISTER.VR);
  registers[REGISTER.FPC] = BigInt(draft.fpc);
  for (const [n, value] of Object.entries(draft.environment.control)) registers[REGISTER.CR + Number(n)] = value;
  return { registers, contents: PAGES.map((page) => contents.get(page)!), keys: KEYS };
};
