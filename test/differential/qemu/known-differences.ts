import type { FieldName } from '../../../src/cpu/formats.ts';
import type { Case } from './generate.ts';
import { DATA, LOWCORE_FILL, PAGE, RESULT } from './layout.ts';
import { kindOf, lowcore, oldPsw, programCode, type Result } from './result.ts';
import { locate } from './tables.ts';

/** A difference from QEMU that is kept: the manual decides, not the peer. */
export interface KnownDifference {
  /** Mnemonics, or `any`. */
  readonly rows: readonly string[] | 'any';
  /** Names of the parts of a result that may differ, `storage` for all storage, `key` for all keys; absent: everything may. */
  readonly parts?: readonly string[];
  /** Narrows the cases; absent: all cases of the rows. */
  readonly when?: (one: Case, ours: Result, theirs: Result) => boolean;
  /** What differs. */
  readonly what: string;
  /** Why zhint is right or the difference does not matter; with the place in the manual. */
  readonly why: string;
}

const PGM = {
  PRIVILEGED: 2,
  PROTECTION: 4,
  ADDRESSING: 5,
  SPECIFICATION: 6,
  DATA: 7,
  FIXED_POINT_OVERFLOW: 8,
  TRANSLATION_SPECIFICATION: 0x12,
  SPECIAL_OPERATION: 0x13,
  VECTOR_PROCESSING: 0x1b,
} as const;
/** The bit of the TEID that says key-controlled protection, under enhanced suppression on protection 2. */
const BY_KEY = 8n;
const REFERENCE = 4;
const SHORT_PSW_BIT = 1n << 51n;

const onlyOurs = (code: number, ours: Result, theirs: Result): boolean => programCode(ours) === code && programCode(theirs) !== code;
const conditionCode = (result: Result): number => Number((oldPsw(result).mask >> 44n) & 3n);
const sameCode = (ours: Result, theirs: Result): boolean => kindOf(ours) === 'program' && programCode(ours) === programCode(theirs);

/** Instructions whose operands are addressed by registers alone. */
const BY_REGISTER =
  'mvcl clcl mvcle clcle mvclu clclu cksm srst srstu clst mvst tre troo trot trto trtt trte trtre cu12 cu14 cu21 cu24 cu41 cu42 mvpg'.split(
    ' ',
  );

/** Whether an operand may pass the highest address of the 24- or 31-bit mode. */
const wraps = ({ draft, row }: Case): boolean => {
  if (draft.mode === 64) return false;
  const limit = 2 ** draft.mode;
  if (draft.operands.storage.some((operand) => draft.addressOf(operand) > limit - 256)) return true;
  const registers = BY_REGISTER.includes(row.mnemonic) ? draft.operands.registers : [];
  return registers.some((field) => draft.truncate(draft.gr[draft.fields[field] ?? 0]!) > limit - 1300);
};

const isExecuted = ({ draft, row }: Case): boolean => draft.executed || row.mnemonic === 'ex' || row.mnemonic === 'exrl';

const onlyReferenceBits = (ours: Result, theirs: Result): boolean => {
  for (let i = 0; i < DATA.pages; i++)
    if ((ours.view.getUint8(RESULT.keys + i) ^ theirs.view.getUint8(RESULT.keys + i)) & ~REFERENCE) return false;
  return true;
};

const ACCESS_EXCEPTIONS: readonly number[] = [4, 5, 0x10, 0x11, 0x12, 0x38, 0x39, 0x3a, 0x3b];
const isAccessException = (result: Result): boolean => ACCESS_EXCEPTIONS.includes(programCode(result));

/** Two storage operands, or one that may lie on two pages. */
const hasSeveralPages = ({ draft }: Case): boolean =>
  draft.operands.storage.length !== 1 ||
  draft.operands.storage.some((operand) => Number(draft.exactAddressOf(operand) % BigInt(PAGE)) > PAGE - 256);

const hasIgnoredBits = ({ draft }: Case, register: number): boolean =>
  draft.mode !== 64 && draft.gr[register]! >> BigInt(draft.mode) !== 0n;

/** The target of a relative operand is computed in 32 bits. */
const relativeOverflows = ({ draft }: Case): boolean =>
  draft.operands.relative.some((field) => Math.abs(draft.fields[field] ?? 0) >= 0x4000_0000);

const isOdd = ({ draft }: Case, ...fields: readonly FieldName[]): boolean => fields.some((field) => ((draft.fields[field] ?? 0) & 1) === 1);

/** Whether two storage operands lie less than this apart. */
const overlaps = ({ draft }: Case, distance: number): boolean => {
  const [first = 0, second = 0] = draft.operands.storage.map((operand) => draft.addressOf(operand));
  return Math.abs(first - second) < distance;
};

/** Whether an operand may be reached by other addresses than those of the data pages, which lead to the same frames. */
const usesAlias = ({ draft }: Case): boolean =>
  draft.dat && draft.operands.storage.some((operand) => locate('real', draft.addressOf(operand)) === undefined);

/** Whether the operands of a move between spaces may have a frame in common, whatever the spaces. */
const mayShareFrames = ({ draft }: Case): boolean => {
  const frames = draft.operands.storage.map((operand) => {
    const address = draft.addressOf(operand);
    const pages = [address, address + 700].flatMap((at) => (['primary', 'secondary', 'home'] as const).map((space) => locate(space, at)));
    return new Set(pages.flatMap((at) => (at === undefined ? [] : [Math.floor(at / PAGE)])));
  });
  return [...frames[0]!].some((frame) => frames[1]!.has(frame));
};

/** In how many bytes changed storage differs, as long as the same blocks changed. */
const differingBytes = (ours: Result, theirs: Result): number => {
  let count = 0;
  for (const [offset, block] of ours.blocks) {
    const other = theirs.blocks.get(offset);
    if (other === undefined) return Number.POSITIVE_INFINITY;
    for (const [i, byte] of block.entries()) if (byte !== other[i]) count++;
  }
  return count;
};

/** Bits of M4 and M5 of vector floating-point instructions. */
const SINGLE_ELEMENT = 8;
const INEXACT_SUPPRESSED = 4;

/** Whether an instruction on one element gave the same one on both machines; the others are unpredictable. */
const sameFirstElement = ({ draft, row }: Case, ours: Result, theirs: Result): boolean => {
  const { m3 = 0, m4 = 0, m5 = 0, v1 = 0 } = draft.fields;
  const [format, flags] = row.format === 'VRR-a' ? [m3, m4] : [m4, m5];
  const isShortened = row.mnemonic === 'vflr';
  const bytes = (1 << (format & 7)) >> (isShortened ? 1 : 0);
  const first = ({ bytes: all }: Result): Uint8Array => all.subarray(RESULT.vr + 16 * v1, RESULT.vr + 16 * v1 + bytes);
  return ((flags & SINGLE_ELEMENT) !== 0 || format === 4) && Buffer.compare(first(ours), first(theirs)) === 0;
};

const conditionIsMet = ({ draft }: Case): boolean => (((draft.fields.m3 ?? 0) >> (3 - draft.conditionCode)) & 1) === 1;

/** Data-exception codes of IEEE exceptions with a result: inexact, underflow and overflow, each exact, truncated or incremented. */
const COMPLETING_DXC: readonly number[] = [0x08, 0x0c, 0x10, 0x18, 0x1c, 0x20, 0x28, 0x2c];
const INVALID_FLAG = 0x80_0000;
/** IEEE exceptions as the vector-exception code has them. */
const VECTOR = { INVALID: 1, UNDERFLOW: 4, INEXACT: 5 } as const;
/** Which IEEE exception was a vector-processing exception; 0 for none. */
const vectorException = (result: Result): number =>
  programCode(result) === PGM.VECTOR_PROCESSING ? Number(lowcore(result, 0x90, 4) & 15n) : 0;
/** The invalid-operation exception, as a flag or as an interruption. */
const isInvalid = (result: Result): boolean =>
  (result.view.getUint32(RESULT.fpc) & INVALID_FLAG) !== 0 ||
  (programCode(result) === PGM.DATA && lowcore(result, 0x90, 4) === 0x80n) ||
  vectorException(result) === VECTOR.INVALID;
const CONVERSIONS = ['cfebr', 'cfdbr', 'cgebr', 'cgdbr'];
const TRANSLATIONS = ['tre', 'troo', 'trot', 'trto', 'trtt'];
const UNICODE = ['cu12', 'cu14', 'cu21', 'cu24', 'cu41', 'cu42'];
const RELATIVE = ['lrl', 'lgrl', 'lgfrl', 'llgfrl', 'strl', 'stgrl', 'crl', 'cgrl', 'clrl', 'clgrl', 'cgfrl', 'clgfrl'];
const PARTIAL_STORES =
  'stm stmy stmg stmh stam stamy stctl stctg pack unpk mvo tr mvn mvz pka pku unpka unpku mvcin stcm stcmy stcmh'.split(' ');

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    rows: 'any',
    parts: ['exception access id'],
    when: (_, ours, theirs) => lowcore(ours, 0xa0, 1) === 0n && lowcore(theirs, 0xa0, 1) === BigInt(LOWCORE_FILL),
    what: 'exception access identification of access exceptions',
    why: 'QEMU TCG leaves the byte alone; PoP, "Exception Access Identification": zero outside the access-register mode',
  },
  {
    rows: 'any',
    when: (_, ours) => programCode(ours) === PGM.PROTECTION && (lowcore(ours, 0xa8, 8) & BY_KEY) !== 0n,
    what: 'key-controlled protection',
    why: 'QEMU TCG has none; PoP, "Key-Controlled Protection"',
  },
  {
    rows: 'any',
    when: (_, ours, theirs) => onlyOurs(PGM.FIXED_POINT_OVERFLOW, ours, theirs),
    what: 'fixed-point-overflow exception',
    why: 'QEMU TCG sets condition code 3 but ignores the program mask; PoP, "Fixed-Point-Overflow Exception"',
  },
  {
    rows: 'any',
    parts: ['ILC', 'PSW address'],
    when: (one, ours, theirs) => isExecuted(one) && kindOf(ours) === kindOf(theirs) && lowcore(theirs, 0x8c, 2) === 2n,
    what: 'ILC, and the address that suppression leaves, when EXECUTE cannot fetch its target or an SS target has an access exception',
    why: 'QEMU 7.2 reports 1; PoP, "Instruction-Length Code": that of the execute-type instruction, 2 or 3',
  },
  {
    rows: 'any',
    parts: ['TEID'],
    when: (_, ours, theirs) => sameCode(ours, theirs) && (lowcore(ours, 0xa8, 8) ^ lowcore(theirs, 0xa8, 8)) === 0xc00n,
    what: 'access-exception fetch/store indication for operands that are fetched and stored',
    why: 'QEMU fetches first; zhint asks for the store first. PoP, "Translation-Exception Identification": either',
  },
  {
    rows: 'any',
    parts: ['key'],
    when: (_, ours, theirs) => sameCode(ours, theirs) && onlyReferenceBits(ours, theirs),
    what: 'reference bits of instructions that end with a program interruption',
    why: 'a reference bit may be one although the operation was nullified or suppressed; PoP, "Reference Recording"',
  },
  {
    rows: 'any',
    parts: ['code', 'TEID', 'PSW address', 'key'],
    when: (one, ours, theirs) => isAccessException(ours) && isAccessException(theirs) && hasSeveralPages(one),
    what: 'which of several access exceptions is recognized',
    why: 'PoP, "Multiple Program-Interruption Conditions": unpredictable between operands and between the pages of one',
  },
  {
    rows: 'any',
    when: wraps,
    what: 'an operand that begins at the end of the 24- or 31-bit address space and goes on at address 0',
    why: 'QEMU translates the second part without wrapping; PoP, "Address Wraparound"',
  },
  {
    rows: 'any',
    when: (_, ours) => programCode(ours) === PGM.SPECIFICATION && (oldPsw(ours).address & 1n) === 1n,
    what: 'specification exception for an odd instruction address',
    why: 'QEMU 7.2 executes instructions there; PoP, "Specification Exception"',
  },
  {
    rows: 'any',
    parts: ['storage', 'PSW mask'],
    when: (one) => one.draft.operands.storage.length > 1 && usesAlias(one),
    what: 'operands that overlap in real storage at different virtual addresses',
    why: 'PoP, "Interlocks within a Single Instruction": use of common real-storage locations is not necessarily recognized',
  },
  {
    rows: RELATIVE,
    when: (_, ours, theirs) => onlyOurs(PGM.SPECIFICATION, ours, theirs),
    what: 'specification exception for a relative operand off its boundary',
    why: 'QEMU 7.2 does not check; PoP, the instructions, "Program Exceptions"',
  },
  {
    rows: ['la', 'lay', 'larl', 'lae', 'laey'],
    parts: ['GR'],
    when: ({ draft }) => draft.mode !== 64,
    what: 'bits 0-31 of R1 in 24- and 31-bit addressing',
    why: 'QEMU 7.2 clears them; PoP, LOAD ADDRESS: they remain unchanged',
  },
  {
    rows: ['stmh'],
    parts: ['storage'],
    what: 'what STORE MULTIPLE HIGH stores',
    why: 'QEMU 7.2 shifts the registers left instead of right and stores zeros',
  },
  {
    rows: PARTIAL_STORES,
    parts: ['storage', 'key'],
    when: (_, ours, theirs) => isAccessException(theirs) && isAccessException(ours),
    what: 'storage after an access exception behind the first byte',
    why: 'QEMU has stored the first part; PoP, "Nullification" and "Suppression": nothing is stored',
  },
  {
    rows: ['loc', 'locg', 'locfh'],
    when: (one) => !conditionIsMet(one),
    what: 'access exceptions and reference bit when the condition is not met',
    why: 'QEMU loads in any case; PoP, LOAD ON CONDITION: unpredictable whether the operand is accessed',
  },
  {
    rows: ['bcr', 'bctr', 'bctgr', 'basr', 'balr'],
    when: (one) => hasIgnoredBits(one, one.draft.fields.r2 ?? 0),
    what: 'branch address in 24- and 31-bit addressing',
    why: 'QEMU 7.2 takes all 64 bits of R2; PoP, "Branch-Address Generation"',
  },
  {
    rows: 'any',
    when: relativeOverflows,
    what: 'relative operands 2 GiB and more away',
    why: 'QEMU 7.2 computes the distance in 32 bits; PoP, "Relative-Immediate": it has 33',
  },
  {
    rows: ['mvst'],
    parts: ['GR'],
    when: ({ draft }, ours) => draft.repeated && conditionCode(ours) === 1,
    what: 'general register R2 where an execution with condition code 3 went before the last one',
    why: 'how much one execution does is the choice of the machine; PoP, MOVE STRING: only the last leaves R2 alone',
  },
  {
    rows: ['brcth'],
    when: ({ draft }) => draft.executed,
    what: 'target when executed by EXECUTE',
    why: 'QEMU 7.2 counts from the EXECUTE; PoP, "Branch-Address Generation": from the branch instruction',
  },
  {
    rows: ['clc', 'clm', 'clmy', 'clmh'],
    when: (_, ours) => isAccessException(ours),
    what: 'access exceptions behind the first unequal byte',
    why: 'QEMU stops comparing there; PoP, COMPARE LOGICAL: they may be recognized',
  },
  {
    rows: ['clc', 'clm', 'clmy', 'clmh', 'clcl', 'clcle', 'clclu', 'pack', 'unpk', 'unpka', 'unpku', 'pka', 'pku', 'mvo'],
    parts: ['key'],
    when: (_, ours, theirs) => onlyReferenceBits(ours, theirs),
    what: 'reference bits of operand bytes that do not matter for the result',
    why: 'QEMU does not fetch them; PoP, "Reference Recording": a bit may be one without need',
  },
  {
    rows: ['mvcl', 'clcl', 'clcle', 'clclu', 'mvclu', ...TRANSLATIONS, ...UNICODE],
    parts: ['GR', 'storage', 'PSW mask', 'ILC', 'key'],
    when: (_, ours, theirs) => isAccessException(theirs) && isAccessException(ours),
    what: 'how far an interruptible instruction has come when an access exception ends it',
    why: 'units of operation are the choice of the machine; PoP, "Interruptible Instructions"',
  },
  {
    rows: ['cu12'],
    when: ({ draft }) => ((draft.fields.m3 ?? 0) & 1) === 0 && draft.patches.some(({ bytes }) => bytes.includes(0xf0)),
    what: 'characters of four bytes that need not be so long',
    why: 'QEMU converts them to one unit; PoP, CONVERT UTF-8 TO UTF-16: F0 to F7 begin what becomes two surrogates',
  },
  {
    rows: ['cu12', 'cu14'],
    when: ({ draft }) => ((draft.fields.m3 ?? 0) & 1) === 1 && draft.patches.some(({ bytes }) => bytes.includes(0xe0)),
    what: 'U+0800 to U+0FFF with the check of well-formedness',
    why: 'QEMU takes them for ill-formed; PoP, CONVERT UTF-8 TO UTF-16: behind E0 comes A0 to BF',
  },
  {
    rows: TRANSLATIONS,
    when: (one) => (['r1', 'r2'] as const).some((field) => hasIgnoredBits(one, one.draft.fields[field] ?? 0)) || hasIgnoredBits(one, 1),
    what: 'operand addresses in 24- and 31-bit addressing',
    why: 'QEMU 7.2 takes all 64 bits of the registers, or clears what must not change; PoP, "Address Wraparound"',
  },
  {
    rows: TRANSLATIONS,
    when: (_, ours, theirs) => isAccessException(ours) && kindOf(theirs) === 'SVC',
    what: 'access exceptions for a first-operand character that is not stored because the test character ends the operation',
    why: 'QEMU looks at the function character first; PoP, TRANSLATE ONE TO ONE, "Access Exceptions": up to 4K bytes ahead',
  },
  {
    rows: ['trot'],
    when: ({ draft }) => (draft.gr[0]! & 0xff00n) !== 0n,
    what: 'the left byte of the test character',
    why: 'QEMU 7.2 ignores it; PoP, TRANSLATE ONE TO TWO: the test character has two bytes',
  },
  {
    rows: ['clst'],
    parts: ['GR'],
    when: ({ draft }) => draft.mode !== 64,
    what: 'bits 0-31 of R1 and R2 in 24- and 31-bit addressing',
    why: 'QEMU 7.2 clears them; PoP, COMPARE LOGICAL STRING: they remain unchanged',
  },
  {
    rows: ['clst'],
    when: (_, ours, theirs) => onlyOurs(PGM.SPECIFICATION, ours, theirs) || programCode(ours) === PGM.SPECIFICATION,
    what: 'specification exception for ones in bits 32-55 of GR0',
    why: 'QEMU 7.2 does not check; PoP, COMPARE LOGICAL STRING',
  },
  {
    rows: ['cksm'],
    parts: ['GR'],
    when: ({ draft }) => draft.mode !== 64,
    what: 'bits of the address register that the addressing mode ignores',
    why: 'PoP, CHECKSUM: they may be set to zeros or remain unchanged',
  },
  {
    rows: ['mvclu', 'clclu'],
    when: (_, ours, theirs) => onlyOurs(PGM.SPECIFICATION, ours, theirs),
    what: 'specification exception for an odd length',
    why: 'QEMU does not check; PoP, MOVE LONG UNICODE, "Program Exceptions"',
  },
  {
    rows: ['ex', 'exrl'],
    when: (one, ours) =>
      programCode(ours) === PGM.SPECIFICATION && one.draft.operands.storage.some((operand) => one.draft.addressOf(operand) % 2 === 1),
    what: 'specification exception for an odd address of the target',
    why: 'QEMU 7.2 executes it; PoP, EXECUTE',
  },
  {
    rows: ['lpd', 'lpdg'],
    when: (_, ours, theirs) => programCode(ours) === PGM.SPECIFICATION && isAccessException(theirs),
    what: 'specification exception for one operand, access exception for the other',
    why: 'QEMU accesses the first operand before it looks at the second; PoP, "Multiple Program-Interruption Conditions"',
  },
  {
    rows: ['cdsg'],
    when: (one, ours, theirs) => onlyOurs(PGM.SPECIFICATION, ours, theirs) && isOdd(one, 'r1', 'r3'),
    what: 'specification exception for an odd register',
    why: 'QEMU 7.2 does not check; PoP, COMPARE DOUBLE AND SWAP',
  },
  {
    rows: ['unpk'],
    parts: ['storage'],
    when: ({ draft }) => (draft.fields.l1 ?? 0) > 2 * ((draft.fields.l2 ?? 0) - 1),
    what: 'the leftmost source byte',
    why: 'QEMU 7.2 takes zero for it; PoP, UNPACK',
  },
  {
    rows: ['pka', 'pku'],
    parts: ['storage'],
    when: (_, ours, theirs) => differingBytes(ours, theirs) <= 1,
    what: 'the digit of the leftmost source character',
    why: 'QEMU 7.2 takes zero for it; PoP, PACK ASCII',
  },
  {
    rows: ['unpk'],
    parts: ['storage'],
    when: (one) => overlaps(one, 16),
    what: 'overlapping operands',
    why: 'QEMU fetches each source byte twice; PoP, UNPACK, second programming note: once',
  },
  {
    rows: ['pka', 'pku', 'unpka', 'unpku'],
    parts: ['storage', 'PSW mask'],
    when: (one) => overlaps(one, 80),
    what: 'overlapping operands',
    why: 'PoP, the instructions: the result is unpredictable',
  },
  {
    rows: ['pack', 'unpk', 'unpka', 'unpku', 'pka', 'pku', 'mvo'],
    when: (_, ours, theirs) => kindOf(theirs) === 'SVC' && isAccessException(ours),
    what: 'access exceptions of source bytes that do not matter for the result',
    why: 'QEMU does not fetch them; PoP, "Access Exceptions": they may be recognized',
  },
  {
    rows: ['lae', 'laey'],
    parts: ['AR'],
    when: ({ draft }) => draft.space === 'secondary' || draft.space === 'home',
    what: 'access register outside the primary-space mode',
    why: 'QEMU 7.2 compares the wrong bits of the PSW; PoP, LOAD ADDRESS EXTENDED: 1 for secondary, 2 for home',
  },
  {
    rows: ['csst'],
    parts: ['GR'],
    when: ({ draft }) => (draft.gr[0]! & 0xffn) === 0n,
    what: 'the old 32-bit value in R3',
    why: 'QEMU 7.2 puts it into bits 0-31; PoP, COMPARE AND SWAP AND STORE: bits 32-63',
  },
  {
    rows: ['lpsw'],
    parts: ['PSW mask'],
    when: (_, ours, theirs) => (oldPsw(ours).mask ^ oldPsw(theirs).mask) === SHORT_PSW_BIT,
    what: 'bit 12 of the PSW',
    why: 'QEMU 7.2 keeps the one of the short format; PoP, LOAD PSW: it is inverted',
  },
  {
    rows: ['lpsw'],
    when: ({ draft }) => draft.patches.some(({ bytes }) => bytes[4]! >= 0x80),
    what: 'bit 32 of a short PSW',
    why: 'QEMU 7.2 takes it for part of the address; PoP, LOAD PSW: the basic-addressing-mode bit',
  },
  {
    rows: ['lpsw', 'lpswe', 'ssm', 'stosm'],
    when: (_, ours) => programCode(ours) === PGM.SPECIFICATION,
    what: 'early specification exception for an invalid PSW',
    why: 'QEMU 7.2 does not check; PoP, "Early Exception Recognition"',
  },
  {
    rows: ['ssm'],
    when: (_, ours, theirs) => onlyOurs(PGM.SPECIAL_OPERATION, ours, theirs),
    what: 'SSM suppression',
    why: 'QEMU 7.2 ignores CR0 bit 33; PoP, SET SYSTEM MASK',
  },
  {
    rows: ['sacf'],
    when: (_, ours, theirs) => onlyOurs(PGM.SPECIAL_OPERATION, ours, theirs),
    what: 'secondary-space control',
    why: 'QEMU 7.2 ignores CR0 bit 37; PoP, SET ADDRESS SPACE CONTROL FAST',
  },
  {
    rows: ['spka'],
    when: ({ draft }, _, theirs) => draft.problemState && programCode(theirs) === PGM.PRIVILEGED,
    what: 'execution in the problem state',
    why: 'QEMU 7.2 allows none; PoP, SET PSW KEY FROM ADDRESS: as the PSW-key mask permits',
  },
  {
    rows: ['lra', 'lray', 'lrag'],
    when: ({ draft }) => !draft.dat,
    what: 'translation with DAT off',
    why: 'QEMU 7.2 returns the address itself; PoP, LOAD REAL ADDRESS: it is translated anyway',
  },
  {
    rows: ['lra', 'lray', 'lrag'],
    when: (_, ours) => [PGM.ADDRESSING, PGM.TRANSLATION_SPECIFICATION].some((code) => programCode(ours) === code),
    what: 'addressing and translation-specification exceptions of the tables',
    why: 'QEMU sets condition code 3; PoP, LOAD REAL ADDRESS, "Program Exceptions"',
  },
  {
    rows: ['lra', 'lray', 'lrag'],
    parts: ['GR'],
    when: ({ draft, row }, ours) => (draft.mode !== 64 && row.mnemonic !== 'lrag') || conditionCode(ours) === 3,
    what: 'bits 0-31 of R1 in 24- and 31-bit addressing, and with condition code 3',
    why: 'QEMU 7.2 clears them; PoP, LOAD REAL ADDRESS: they remain unchanged',
  },
  {
    rows: ['lra', 'lray', 'lrag'],
    parts: ['GR', 'PSW mask'],
    when: (_, ours, theirs) => [1, 2].includes(conditionCode(ours)) && conditionCode(theirs) === 3,
    what: 'condition codes 1 and 2, with the address of the table entry',
    why: 'QEMU 7.2 sets condition code 3 and the interruption code; PoP, LOAD REAL ADDRESS',
  },
  {
    rows: ['tprot'],
    parts: ['key', 'TEID'],
    what: 'storage keys and translation-exception identification',
    why: 'QEMU accesses the page as if to store; PoP, TEST PROTECTION: neither is changed',
  },
  {
    rows: ['tprot'],
    parts: ['PSW mask'],
    when: ({ draft }) => (draft.exactAddressOf(draft.operands.storage[1]!) & 0xf0n) !== 0n,
    what: 'access keys other than zero',
    why: 'QEMU 7.2 ignores the key; PoP, TEST PROTECTION',
  },
  {
    rows: ['tprot'],
    when: (_, ours, theirs) => onlyOurs(PGM.PRIVILEGED, ours, theirs),
    what: 'privileged-operation exception',
    why: 'QEMU 7.2 does not check; PoP, TEST PROTECTION',
  },
  {
    rows: ['mvcp', 'mvcs', 'mvcos'],
    when: ({ draft }, _, theirs) => draft.problemState && [PGM.PRIVILEGED, PGM.ADDRESSING].some((code) => programCode(theirs) === code),
    what: 'execution in the problem state',
    why: 'QEMU 7.2 allows none; PoP, MOVE TO PRIMARY: as the PSW-key mask permits',
  },
  {
    rows: ['mvpg'],
    when: ({ draft }, ours) => isAccessException(ours) && (draft.gr[0]! & 0x100n) !== 0n,
    what: 'access exceptions other than page translation with the condition-code option',
    why: 'QEMU 7.2 sets a condition code; PoP, MOVE PAGE: only page-translation exceptions become one',
  },
  {
    rows: ['lam', 'lamy', 'icm', 'icmy', 'icmh'],
    parts: ['AR', 'GR'],
    when: (_, ours, theirs) => sameCode(ours, theirs) && isAccessException(ours),
    what: 'registers after an access exception on a later page of the operand',
    why: 'QEMU has loaded some; PoP, "Nullification" and "Suppression"',
  },
  {
    rows: ['mvclu'],
    parts: ['storage'],
    when: ({ draft }) => Math.abs(draft.truncate(draft.gr[draft.fields.r1 ?? 0]!) - draft.truncate(draft.gr[draft.fields.r3 ?? 0]!)) < 1200,
    what: 'overlapping operands',
    why: 'PoP, MOVE LONG UNICODE: the result is unpredictable',
  },
  {
    rows: ['mvcp', 'mvcs', 'mvcos'],
    parts: ['storage'],
    when: mayShareFrames,
    what: 'operands that overlap in real storage',
    why: 'PoP, MOVE TO PRIMARY: use of common real-storage locations is not necessarily recognized',
  },
  {
    rows: ['sacf'],
    when: ({ draft }) => ((draft.exactAddressOf(draft.operands.storage[0]!) >> 8n) & 15n) === 2n,
    what: 'switch to the access-register mode',
    why: 'QEMU has no such mode',
  },
  {
    rows: ['mvpg'],
    when: (_, ours, theirs) => onlyOurs(PGM.PRIVILEGED, ours, theirs),
    what: 'access key in the problem state',
    why: 'QEMU 7.2 does not check it; PoP, MOVE PAGE: as the PSW-key mask permits',
  },
  {
    rows: ['lfpc', 'sfpc'],
    when: (_, ours, theirs) => onlyOurs(PGM.SPECIFICATION, ours, theirs),
    what: 'specification exception for bits 5 and 13 of the FPC',
    why: 'QEMU has the floating-point-extension facility, zhint does not',
  },
  {
    rows: ['lctl', 'lctlg'],
    when: ({ draft }, ours) => isAccessException(ours) || (draft.dat && draft.addressOf(draft.operands.storage[0]!) % PAGE > PAGE - 128),
    what: 'an operand that lies on two pages',
    why: 'QEMU loads register by register, and may find the second page in another space; PoP, "Nullification": all or nothing',
  },
  {
    rows: ['lura', 'lurag', 'stura', 'sturg'],
    when: (_, ours, theirs) => onlyOurs(PGM.SPECIFICATION, ours, theirs),
    what: 'specification exception for an operand off its boundary',
    why: 'QEMU 7.2 does not check; PoP, LOAD USING REAL ADDRESS',
  },
  {
    rows: ['ipte', 'idte'],
    parts: ['key'],
    what: 'change bit of a table whose entry was invalid before',
    why: 'QEMU does not store then; PoP, "Change Recording"',
  },
  {
    rows: ['tb'],
    parts: ['GR0', 'key'],
    what: 'general register 0 and the storage key',
    why: 'QEMU 7.2 leaves GR0 alone; PoP, TEST BLOCK: zero at completion',
  },
  {
    rows: 'any',
    when: (_, ours) => programCode(ours) === PGM.DATA && COMPLETING_DXC.includes(Number(lowcore(ours, 0x90, 4))),
    what: 'results, condition code and DXC of enabled overflow, underflow and inexact exceptions',
    why: 'QEMU ends the operation without a result; PoP, "IEEE Exceptions": it is completed, scaled, and the DXC tells exact, truncated or incremented',
  },
  {
    rows: ['mdebr', 'mdeb'],
    what: 'the product',
    why: 'QEMU 7.2 takes the first operand for a long one; PoP, MULTIPLY (short to long)',
  },
  {
    rows: ['maebr', 'madbr', 'msebr', 'msdbr', 'maeb', 'madb', 'mseb', 'msdb', 'vfma', 'vfms', 'vfnma', 'vfnms'],
    when: (_, ours) => isInvalid(ours),
    what: 'which of several NaNs is the result, and whether infinity times zero plus a NaN is invalid',
    why: 'QEMU has an order of its own; PoP, MULTIPLY AND ADD: a signaling NaN comes first',
  },
  {
    rows: ['ltebr', 'ltdbr'],
    when: (_, ours) => isInvalid(ours),
    what: 'signaling NaNs',
    why: 'QEMU 7.2 only tests; PoP, LOAD AND TEST: invalid operation, and the quiet NaN is loaded',
  },
  {
    rows: [...CONVERSIONS, 'vcsfp', 'vclfp'],
    parts: ['FPC', 'DXC'],
    when: (_, ours) => isInvalid(ours),
    what: 'inexact flag when a number or NaN cannot be converted',
    why: 'QEMU does not set it; PoP, CONVERT TO FIXED, figure of results',
  },
  {
    rows: [...CONVERSIONS, 'fiebr', 'fidbr'],
    when: ({ draft }, ours) => programCode(ours) === PGM.SPECIFICATION && (draft.fields.m3 ?? 0) % 16 === 3,
    what: 'rounding method 3',
    why: 'QEMU has the floating-point-extension facility, zhint does not',
  },
  {
    rows: ['vcksm'],
    parts: ['VR'],
    what: 'the sum',
    why: 'QEMU 7.2 adds wrongly; PoP, VECTOR CHECKSUM: the words and word one of the third operand, each carry added at the right',
  },
  {
    rows: 'any',
    parts: ['PSW address'],
    when: (_, ours, theirs) => sameCode(ours, theirs) && programCode(ours) === PGM.VECTOR_PROCESSING,
    what: 'instruction address of a vector-processing exception',
    why: 'QEMU 7.2 leaves it at the instruction; PoP, "Vector-Processing Exception": the instruction is suppressed',
  },
  {
    rows: 'any',
    when: (_, ours, theirs) => vectorException(ours) === VECTOR.UNDERFLOW && vectorException(theirs) !== VECTOR.UNDERFLOW,
    what: 'enabled underflow exceptions of exact results',
    why: 'QEMU finds underflow only with inexactness; PoP, "IEEE Underflow": with the mask one, whenever the result is tiny',
  },
  {
    rows: ['vcsfp', 'vclfp'],
    when: (_, ours) => vectorException(ours) === VECTOR.INEXACT,
    what: 'enabled inexact exception when a number or NaN cannot be converted',
    why: 'QEMU does not recognize it; PoP, CONVERT TO FIXED, figure of results',
  },
  {
    rows: ['vfnma', 'vfnms'],
    parts: ['VR'],
    when: ({ draft }) => (draft.fpc & 3) > 1,
    what: 'results that are rounded up or down',
    why: 'QEMU changes the sign first; PoP, VECTOR FP NEGATIVE MULTIPLY AND ADD: the sign of the rounded sum is inverted',
  },
  {
    rows: ['vfpso', 'vftci', 'vflr'],
    parts: ['VR'],
    when: sameFirstElement,
    what: 'the other elements, where one is operated on',
    why: 'QEMU leaves them alone, zhint makes them zeros; PoP, "Single-Element Control": they are unpredictable',
  },
  {
    rows: ['vfi', 'vcfps', 'vcfpl', 'vcsfp', 'vclfp', 'vflr'],
    parts: ['FPC'],
    when: ({ draft }) => ((draft.fields.m4 ?? 0) & INEXACT_SUPPRESSED) !== 0,
    what: 'inexact flag where the instruction suppresses the exception',
    why: 'QEMU sets it; PoP, "IEEE-Inexact-Exception Control": recognition is suppressed',
  },
];

/** What cases leave out because QEMU 7.2 could not go on with the rest of an image. */
export const NOT_GENERATED: readonly { readonly rows: readonly string[] | 'any'; readonly what: string; readonly why: string }[] = [
  { rows: 'any', what: 'access-register mode', why: 'QEMU TCG has none: it aborts' },
  { rows: ['rnsbg', 'rosbg', 'rxsbg'], what: 'I3 bit 0 (only test)', why: 'QEMU 7.2 aborts: the result that it throws away has no value' },
  {
    rows: ['cksm'],
    what: 'ones in bits 0-31 of the length in 24- and 31-bit addressing',
    why: 'QEMU 7.2 takes them for part of the length and runs for hours',
  },
  {
    rows: ['mvst'],
    what: 'operands of which the ending byte is missing or overwritten before it is reached',
    why: 'the result would be all of storage overwritten, the monitor included',
  },
  {
    rows: ['lpsw', 'lpswe', 'ssm', 'stosm'],
    what: 'wait state and program-event recording',
    why: 'a case has to end, and the environments set no events up',
  },
  {
    rows: ['troo', 'trot', 'trto', 'trtt'],
    what: 'length zero, and odd registers',
    why: 'QEMU 7.2 takes zero for endless, and refuses no register',
  },
  { rows: ['csst'], what: 'store characteristic 0', why: 'QEMU 7.2 aborts' },
  { rows: ['spx'], what: 'prefixes within storage that have no new PSWs', why: 'a case has to end' },
  { rows: ['sigp'], what: 'orders that stop, restart or reset this CPU', why: 'a case has to end' },
];
