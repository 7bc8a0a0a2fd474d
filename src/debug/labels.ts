import type { Program } from '../guest/program.ts';

/** Names by address; the first of several wins. */
export const namesByAddress = (program: Program): Map<bigint, string> => {
  const names = new Map<bigint, string>();
  for (const [name, address] of program.symbols) {
    if (!program.absolute?.has(name) && !names.has(address)) names.set(address, name);
  }
  return names;
};

/** `name` or `name+0x8` of the nearest symbol at or below an address, as objdump prints it. */
export const symbolizer = (names: ReadonlyMap<bigint, string>): ((address: bigint) => string | undefined) => {
  const addresses = [...names.keys()].sort((a, b) => (a < b ? -1 : 1));
  return (address) => {
    let [low, high] = [0, addresses.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (addresses[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    const nearest = addresses[low - 1];
    if (nearest === undefined) return undefined;
    return nearest === address ? names.get(nearest) : `${names.get(nearest)}+0x${(address - nearest).toString(16)}`;
  };
};
