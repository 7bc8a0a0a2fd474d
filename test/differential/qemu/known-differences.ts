import type { Case } from './generate.ts';
import { LOWCORE_FILL, RESULT } from './layout.ts';
import { kindOf, lowcore, oldPsw, programCode, type Result } from './result.ts';

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

const PGM = { OPERATION: 1, PROTECTION: 4, SPECIFICATION: 6, FIXED_POINT_OVERFLOW: 8 } as const;
/** The bit of the TEID that says key-controlled protection, under enhanced suppression on protection 2. */
const BY_KEY = 8n;

const pswKey = ({ view }: Result): number => (view.getUint32(RESULT.psw) >>> 20) & 15;
const onlyOurs = (code: number, ours: Result, theirs: Result): boolean => programCode(ours) === code && programCode(theirs) !== code;
const sameCode = (ours: Result, theirs: Result): boolean => kindOf(ours) === 'program' && programCode(ours) === programCode(theirs);

/** Whether an operand that is no longer than this may pass the highest address of the 24- or 31-bit mode. */
const wraps = ({ draft }: Case, length: number): boolean =>
  draft.mode !== 64 && draft.operands.storage.some((operand) => draft.addressOf(operand) > 2 ** draft.mode - length);

const RELATIVE = ['lrl', 'lgrl', 'lgfrl', 'llgfrl', 'strl', 'stgrl', 'crl', 'cgrl', 'clrl', 'clgrl', 'cgfrl', 'clgfrl'];
const STORE_MULTIPLE = ['stm', 'stmy', 'stmg', 'stmh', 'stam', 'stamy', 'stctl', 'stctg'];

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
    when: (_, ours, theirs) => onlyOurs(PGM.PROTECTION, ours, theirs) && pswKey(ours) !== 0 && (lowcore(ours, 0xa8, 8) & BY_KEY) !== 0n,
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
    parts: ['ILC'],
    when: (one, ours, theirs) =>
      one.draft.targetAddress !== 0 && sameCode(ours, theirs) && lowcore(theirs, 0x8c, 2) === 2n && lowcore(ours, 0x8c, 2) > 2n,
    what: 'ILC when the target of EXECUTE cannot be fetched',
    why: 'QEMU reports 1; PoP, "Instruction-Length Code": that of the execute-type instruction, 2 or 3',
  },
  {
    rows: 'any',
    when: (one) => wraps(one, 256),
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
    rows: RELATIVE,
    when: (_, ours, theirs) => onlyOurs(PGM.SPECIFICATION, ours, theirs),
    what: 'specification exception for a relative operand off its boundary',
    why: 'QEMU 7.2 does not check; PoP, the instructions, "Program Exceptions"',
  },
  {
    rows: ['la', 'lay', 'larl', 'lae', 'laey'],
    parts: Array.from({ length: 16 }, (_, i) => `GR${i}`),
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
    rows: STORE_MULTIPLE,
    parts: ['storage'],
    when: (_, ours, theirs) => sameCode(ours, theirs) && ours.blocks.size <= theirs.blocks.size,
    what: 'storage after an access exception on a later page of the operand',
    why: 'QEMU has stored the first part; PoP, "Nullification" and "Suppression": nothing is stored',
  },
  {
    rows: ['loc', 'locg', 'locfh'],
    parts: ['key'],
    what: 'reference bit when the condition is not met',
    why: 'QEMU loads in any case; PoP, LOAD ON CONDITION: unpredictable whether the operand is accessed',
  },
  {
    rows: ['bctr', 'bctgr'],
    when: ({ draft }, _, theirs) => draft.mode !== 64 && oldPsw(theirs).address > 0x7fff_ffffn,
    what: 'branch address in 24- and 31-bit addressing',
    why: 'QEMU 7.2 takes all 64 bits of R2; PoP, "Branch-Address Generation"',
  },
  {
    rows: ['cpya'],
    when: (_, __, theirs) => programCode(theirs) === PGM.OPERATION,
    what: 'COPY ACCESS',
    why: 'QEMU 7.2 does not have it',
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
  { rows: ['spx'], what: 'prefixes within storage that have no new PSWs', why: 'a case has to end' },
  { rows: ['sigp'], what: 'orders that stop, restart or reset this CPU', why: 'a case has to end' },
];
