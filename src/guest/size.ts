const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** A size in bytes: a number with K, M or G behind. `undefined` if it is none. */
export const parseSize = (text: string): number | undefined => {
  const match = /^(\d+)([KMG]?)$/i.exec(text);
  return match ? Number(match[1]) * UNITS[match[2]!.toUpperCase()]! : undefined;
};
