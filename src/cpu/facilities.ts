/**
 * The facilities of the machine, as STFLE bits (PoP, "Facility Indications"). A bit is here only when everything that it announces is implemented.
 */
export const FACILITIES: ReadonlySet<number> = new Set([
  0, // N3 instructions
  1, // z/Architecture installed
  2, // z/Architecture active
  3, // DAT enhancement: IDTE, CSPG
  7, // STFLE
  8, // EDAT-1
  9, // sense running status
  13, // IPTE range
  14, // nonquiescing key setting
  16, // extended translation 2
  17, // message-security assist
  18, // long displacement
  19, // long displacement, high performance
  21, // extended immediate
  22, // extended translation 3
  24, // extended translation 2 enhancement
  25, // store clock fast
  26, // parsing enhancement
  27, // move with optional specifications
  30, // extended translation 3 enhancement
  32, // compare and swap and store
  33, // compare and swap and store 2
  34, // general-instructions extension
  35, // execute extensions
  40, // load program parameter
  41, // floating-point support enhancement
  45, // distinct operands, interlocked access 1, load/store on condition, population count, high word
  49, // miscellaneous instruction extensions 1
  51, // local TLB clearing
  57, // message-security assist, extension 5
  75, // access exception fetch/store indication
  76, // message-security assist, extension 3
  77, // message-security assist, extension 4
  78, // EDAT-2
  129, // vector facility
  130, // instruction-execution protection
  131, // enhanced suppression on protection 2
  134, // vector packed decimal
  135, // vector enhancements 1
  138, // configuration in z/Architecture mode for good
  147, // ESSA no-translate
  148, // vector enhancements 2
]);

/** The list that STFLE stores: doublewords with bit 0 on the left, no longer than the last facility needs. */
export const facilityList = (facilities: ReadonlySet<number>): bigint[] => {
  const list = Array<bigint>(Math.floor(Math.max(0, ...facilities) / 64) + 1).fill(0n);
  for (const bit of facilities) list[Math.floor(bit / 64)]! |= 1n << BigInt(63 - (bit % 64));
  return list;
};
