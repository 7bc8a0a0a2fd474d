import { LOWCORE, PGM, type ProgramDetail, ProgramInterruption } from '../cpu/interruption.ts';
import { SD } from '../cpu/state-description.ts';

/** Program interruptions that store a translation-exception identification. */
const WITH_TEID = new Set<number>([
  PGM.PROTECTION, PGM.SEGMENT_TRANSLATION, PGM.PAGE_TRANSLATION, PGM.TRANSLATION_SPECIFICATION, PGM.BLOCK_VOLATILITY, PGM.ASCE_TYPE,
  PGM.REGION_FIRST_TRANSLATION, PGM.REGION_SECOND_TRANSLATION, PGM.REGION_THIRD_TRANSLATION,
]); // biome-ignore format: a table

/** The program interruption that a state description holds after interception code 0x08, to be presented to the guest. */
export const reflectedInterruption = (view: DataView, block: number): { fault: ProgramInterruption; ilc: number } => {
  const at = (field: number): number => block + SD.LOWCORE + field;
  const code = view.getUint16(at(LOWCORE.PGM_CODE));
  const detail: ProgramDetail = {
    ...(WITH_TEID.has(code) && { teid: view.getBigUint64(at(LOWCORE.TEID)), accessId: view.getUint8(at(LOWCORE.EXCEPTION_ACCESS_ID)) }),
    ...(code === PGM.DATA && { dxc: view.getUint32(at(LOWCORE.DXC)) }),
  };
  return { fault: new ProgramInterruption(1, code, detail), ilc: view.getUint16(at(LOWCORE.PGM_ILC)) };
};

const VALIDITY_TEXT: Readonly<Record<number, string>> = {
  0x37: 'the prefix area cannot be accessed, because it is discarded or unused, or lies outside storage',
  0x10: 'the prefix area lies outside guest storage',
};

/** What a validity interception's reason means. */
export const validityText = (reason: number): string => VALIDITY_TEXT[reason] ?? 'see the state description';
