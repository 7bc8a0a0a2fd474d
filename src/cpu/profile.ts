/** Where sources disagree about page hinting, a profile says which reading holds (spec/essa.md 9a). */
export interface Profile {
  readonly name: ProfileName;
  /** The host may discard volatile and clean potentially volatile blocks, and an access to a discarded block is program interruption 0x1A. */
  readonly discards: boolean;
  /** An access to an unused block is an addressing exception; otherwise the host gives it a page. */
  readonly strictUnused: boolean;
  /** ORC 5 makes the block resident; otherwise it only makes it stable. */
  readonly makesResident: boolean;
  /** What ESSA reports of a block that was never touched: logically zero, or preserved. */
  readonly untouched: 'z' | 'p';
  /** Every ESSA that does not discard clears the zero mark, the extracting one too. */
  readonly forgetsZero: boolean;
  /** ORC 4 leaves the usage of a preserved and changed block as it was; otherwise it makes the block stable (spec/essa.md 1.6 #3). */
  readonly keepsChanged: boolean;
}

export type ProfileName = 'zvm' | 'zvm-lenient' | 'kvm' | 'kvm-2026';

/** `zvm` is the architecture as IBM documents it for z/VM; the others are what KVM does. */
export const PROFILES: Record<ProfileName, Profile> = {
  zvm: { name: 'zvm', discards: true, strictUnused: true, makesResident: true, untouched: 'z', forgetsZero: false, keepsChanged: false },
  'zvm-lenient': { name: 'zvm-lenient', discards: true, strictUnused: false, makesResident: true, untouched: 'z', forgetsZero: false, keepsChanged: false },
  kvm: { name: 'kvm', discards: false, strictUnused: false, makesResident: false, untouched: 'p', forgetsZero: false, keepsChanged: false },
  'kvm-2026': { name: 'kvm-2026', discards: false, strictUnused: false, makesResident: false, untouched: 'p', forgetsZero: true, keepsChanged: true },
}; // biome-ignore format: a table
