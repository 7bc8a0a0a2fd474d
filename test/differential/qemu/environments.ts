import type { DatTables } from './tables.ts';

/** A set of control registers that cases run under. */
export interface Environment {
  readonly name: string;
  readonly dat: boolean;
  /** Only for vector instructions. */
  readonly vector?: true;
  /** Where absent, the ordinary one. */
  readonly control: Readonly<Record<number, bigint>>;
}

const AFP = 0x4_0000n;
const VECTOR = 0x2_0000n;
const SECONDARY = 0x400_0000n;
const EXTRACTION = 0x800_0000n;
const LOW_ADDRESS = 0x1000_0000n;
const FETCH_OVERRIDE = 0x200_0000n;
const STORAGE_OVERRIDE = 0x100_0000n;
const SSM_SUPPRESSION = 0x4000_0000n;
const IEP = 0x10_0000n;
const PRIVATE = 0x100n;
const REAL_SPACE = 0x20n;

const ORDINARY = AFP | VECTOR | SECONDARY | EXTRACTION;
const KEY_MASK = 0xffff_0000n;
const SOME_KEYS = 0x4840_0000n;
const MONITOR_MASK = 0xa55an;

/** The environments, ordinary ones first and more than once because they are picked with equal chance. */
export const environments = ({ asce }: DatTables): readonly Environment[] => {
  // Also with DAT off: LOAD REAL ADDRESS translates, and SET SYSTEM MASK may turn DAT on.
  const spaces = { 0: ORDINARY, 1: asce.segment, 3: KEY_MASK, 7: asce.secondary, 8: MONITOR_MASK, 13: asce.home };
  const off = (name: string, control: Record<number, bigint>): Environment => ({
    name,
    dat: false,
    control: { ...spaces, ...control },
  });
  const on = (name: string, primary: bigint, control: Record<number, bigint> = {}): Environment => ({
    name,
    dat: true,
    control: { ...spaces, 1: primary, ...control },
  });
  return [
    off('ordinary', {}),
    off('ordinary', {}),
    off('few keys', { 3: SOME_KEYS }),
    off('no AFP registers, no secondary space, no extraction', { 0: 0n, 3: 0n }),
    off('low-address protection', { 0: ORDINARY | LOW_ADDRESS }),
    off('protection overrides', { 0: ORDINARY | FETCH_OVERRIDE | STORAGE_OVERRIDE }),
    { ...off('no vector registers', { 0: ORDINARY & ~VECTOR }), vector: true },
    off('SSM suppression', { 0: ORDINARY | SSM_SUPPRESSION }),
    on('segment table', asce.segment),
    on('segment table', asce.segment),
    on('region-third table', asce.region3),
    on('region-second table', asce.region2),
    on('region-first table', asce.region1),
    on('segment table of 512 entries, few keys', asce.short, { 3: SOME_KEYS }),
    on('low-address protection', asce.segment, { 0: ORDINARY | LOW_ADDRESS }),
    on('private space, low-address protection', asce.segment | PRIVATE, { 0: ORDINARY | LOW_ADDRESS }),
    on('real space', asce.segment | REAL_SPACE),
    on('protection overrides', asce.region3, { 0: ORDINARY | FETCH_OVERRIDE | STORAGE_OVERRIDE }),
    on('instruction-execution protection', asce.region3, { 0: ORDINARY | IEP }),
    on('no AFP registers, no secondary space, no extraction', asce.segment, { 0: 0n, 3: 0n }),
  ];
};
