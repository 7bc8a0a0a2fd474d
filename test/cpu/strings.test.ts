import { describe, expect, test } from 'vitest';
import { LOWCORE } from '../../src/cpu/interruption.ts';
import { assemble } from '../../src/guest/assembler/assemble.ts';
import { Machine } from '../../src/host/machine.ts';

/** Instructions on strings and parameter lists that QEMU does not have, or not so. */

const ENTRY = 0x1_0000;
/** Operands lie here, at these addresses that the registers hold. */
const DATA = { 2: 0x4_0000, 4: 0x4_1000, 6: 0x4_2000 } as const;
const TABLE = 0x5_0000;

const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const toHex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

interface Setting {
  readonly gr?: Readonly<Record<number, bigint | number>>;
  /** Hexadecimal contents of storage by address. */
  readonly storage?: Readonly<Record<number, string>>;
}

interface Outcome {
  readonly cc: number;
  /** Program-interruption code. */
  readonly code: number;
  readonly gr: (n: number) => bigint;
  readonly hex: (address: number, length: number) => string;
}

/** Executes an instruction from condition code 0 in 64-bit mode, with registers 2, 4 and 6 on data. */
const perform = (instruction: string, { gr = {}, storage = {} }: Setting = {}): Outcome => {
  const machine = new Machine({ storage: 2 ** 20 });
  const { bytes } = assemble(`lhi %r15,0\n spm %r15\n ${instruction}\n lpswe 0x300`, 'test.s').segments[0]!;
  const wait = new Uint8Array(16);
  new DataView(wait.buffer).setBigUint64(0, 0x0002_0001_8000_0000n);
  machine.storage.write(0, new Uint8Array(8192));
  machine.storage.write(LOWCORE.NEW_PSW.program, wait);
  machine.storage.write(0x300, wait);
  machine.storage.write(ENTRY, bytes);
  const { cpu } = machine.vcpus[0]!;
  for (const [n, value] of Object.entries({ ...DATA, ...gr })) cpu.gr[Number(n)] = BigInt.asUintN(64, BigInt(value));
  for (const [address, hex] of Object.entries(storage)) machine.storage.write(Number(address), fromHex(hex));
  machine.start(BigInt(ENTRY));
  machine.run(3);
  const { cc } = cpu;
  machine.run(100);
  const lowcore = machine.storage.read(0, 0x200);
  return {
    cc,
    code: (lowcore[LOWCORE.PGM_CODE]! << 8) | lowcore[LOWCORE.PGM_CODE + 1]!,
    gr: (n) => cpu.gr[n]!,
    hex: (address, length) => toHex(machine.storage.read(address, length)),
  };
};

describe('EDIT', () => {
  /** PoP, Appendix A, "EDIT" and "EDIT AND MARK". */
  const PATTERN = '4020206b2020214b202040c3d9';
  test.each([
    ['ed', '02 57 42 6c', PATTERN, '4040f26bf5f7f44bf2f6404040', 2],
    ['ed', '00 00 02 6d', PATTERN, '404040404040404bf2f640c3d9', 1],
    ['ed', '00 00 00 0c', PATTERN, '404040404040404bf0f0404040', 0],
    // Fields end at a separator: the condition code is of the last one, and the fill byte replaces separators.
    ['ed', '12 0c', '5c 2020 20 22', '5cf1f2f05c', 0],
    ['ed', '1c 2d', '40 20 22 20 60', '40f140f260', 1],
    // The fill byte may be a digit selector: its digit is selected after the byte has been taken for fill.
    ['ed', '01 2c', '20 20 20', '20f1f2', 2],
  ])('%s of %s into %s', (mnemonic, source, pattern, result, cc) => {
    const clean = pattern.replaceAll(' ', '');
    const length = clean.length / 2;
    const outcome = perform(`${mnemonic} 0(${length},%r2),0(%r4)`, { storage: { [DATA[2]]: clean, [DATA[4]]: source } });
    expect({ result: outcome.hex(DATA[2], length), cc: outcome.cc, code: outcome.code }).toEqual({ result, cc, code: 0 });
  });

  test('EDIT AND MARK leaves the address of the first significant digit, unless significance was forced', () => {
    const edmk = (source: string): bigint =>
      perform('edmk 0(13,%r2),0(%r4)', { gr: { 1: 99 }, storage: { [DATA[2]]: PATTERN, [DATA[4]]: source } }).gr(1);
    expect(edmk('02 57 42 6c')).toBe(BigInt(DATA[2] + 2));
    expect(edmk('00 00 02 6c')).toBe(99n);
  });

  test('an invalid left digit is a data exception, and nothing is stored', () => {
    const outcome = perform('ed 0(3,%r2),0(%r4)', { storage: { [DATA[2]]: '402020', [DATA[4]]: 'a1' } });
    expect([outcome.code, outcome.hex(DATA[2], 3)]).toEqual([7, '402020']);
  });
});

describe('conversions between Unicode encodings', () => {
  const TEXT = {
    8: '41 c3a9 e0a080 e282ac efbfbd f09f9880',
    16: '0041 00e9 0800 20ac fffd d83dde00',
    32: '00000041 000000e9 00000800 000020ac 0000fffd 0001f600',
  } as const;
  test.each([
    ['cu12', 8, 16],
    ['cu14', 8, 32],
    ['cu21', 16, 8],
    ['cu24', 16, 32],
    ['cu41', 32, 8],
    ['cu42', 32, 16],
  ] as const)('%s', (mnemonic, from, to) => {
    const source = TEXT[from].replaceAll(' ', '');
    const target = TEXT[to].replaceAll(' ', '');
    const setting = { gr: { 3: 100, 5: source.length / 2 }, storage: { [DATA[4]]: source } };
    const outcome = perform(`${mnemonic} %r2,%r4`, setting);
    expect(outcome.hex(DATA[2], target.length / 2)).toBe(target);
    expect([outcome.cc, outcome.gr(3), outcome.gr(5)]).toEqual([0, BigInt(100 - target.length / 2), 0n]);
  });

  test.each([
    ['cu12 %r2,%r4,1', 'c080', 2],
    ['cu12 %r2,%r4', 'c080', 0],
    ['cu12 %r2,%r4', '80', 2],
    ['cu12 %r2,%r4,1', 'e08080', 2],
    ['cu12 %r2,%r4,1', 'eda080', 2],
    ['cu12 %r2,%r4,1', 'f4908080', 2],
    ['cu14 %r2,%r4', 'f7bfbfbf', 0],
    ['cu14 %r2,%r4', 'f8', 2],
    ['cu24 %r2,%r4,1', 'd8000041', 2],
    ['cu24 %r2,%r4', 'd8000041', 0],
    ['cu41 %r2,%r4', '0000d800', 2],
    ['cu42 %r2,%r4', '00110000', 2],
  ])('%s of %s: condition code %i', (instruction, source, cc) => {
    const outcome = perform(instruction, { gr: { 3: 100, 5: source.length / 2 }, storage: { [DATA[4]]: source } });
    expect([outcome.cc, outcome.gr(5)]).toEqual([cc, cc === 2 ? BigInt(source.length / 2) : 0n]);
  });

  test('a first operand without room ends with condition code 1, an incomplete character with 0', () => {
    expect(perform('cu41 %r2,%r4', { gr: { 3: 2, 5: 8 }, storage: { [DATA[4]]: '00000041000020ac' } })).toMatchObject({ cc: 1 });
    expect(perform('cu12 %r2,%r4', { gr: { 3: 20, 5: 2 }, storage: { [DATA[4]]: 'e282' } })).toMatchObject({ cc: 0 });
  });

  test('four bytes become two surrogates even where fewer would do', () => {
    const outcome = perform('cu12 %r2,%r4', { gr: { 3: 4, 5: 4 }, storage: { [DATA[4]]: 'f0808081' } });
    expect(outcome.hex(DATA[2], 4)).toBe('dbc0dc01');
  });
});

describe('TRANSLATE AND TEST EXTENDED', () => {
  test.each([
    ['trte %r2,%r4,0', 0, '01020304', 1, 2, '07'],
    ['trtre %r2,%r4,0', 3, '03020104', 1, 3, '07'],
    ['trte %r2,%r4,0', 0, '01020102', 0, 4, '00'],
  ])('%s: bytes', (instruction, start, argument, cc, done, code) => {
    const outcome = perform(instruction, {
      gr: { 1: TABLE, 2: DATA[2] + start, 3: 4, 4: -1 },
      storage: { [DATA[2]]: argument, [TABLE]: '00000007' },
    });
    const step = instruction.startsWith('trtre') ? -1 : 1;
    expect([outcome.cc, outcome.gr(2), outcome.gr(3), outcome.gr(4)]).toEqual([
      cc,
      BigInt(DATA[2] + start + step * done),
      BigInt(4 - done),
      BigInt(`0x${code}`),
    ]);
  });

  test.each([
    ['trte %r2,%r4,12', 2, 0x1234n],
    ['trte %r2,%r4,14', 4, 0x5678n],
    ['trtre %r2,%r4,14', 0, 0x5678n],
  ])('%s: characters and function codes of two bytes', (instruction, done, code) => {
    const start = instruction.startsWith('trtre') ? 4 : 0;
    const outcome = perform(instruction, {
      gr: { 1: TABLE, 2: DATA[2] + start, 3: 6, 4: -1 },
      storage: { [DATA[2]]: '000101000003', [TABLE + 6]: '5678', [TABLE + 0x200]: '1234' },
    });
    expect([outcome.cc, outcome.gr(3), outcome.gr(4)]).toEqual([1, BigInt(6 - done), code]);
  });

  test('an odd length of two-byte characters is a specification exception', () => {
    expect(perform('trte %r2,%r4,8', { gr: { 1: TABLE, 3: 5 } }).code).toBe(6);
  });
});

test('LOAD MULTIPLE DISJOINT takes left halves from the second operand and right halves from the fourth', () => {
  const outcome = perform('lmd %r6,%r8,0(%r2),0(%r4)', {
    storage: { [DATA[2]]: '111111112222222233333333', [DATA[4]]: '444444445555555566666666' },
  });
  expect([6, 7, 8].map(outcome.gr)).toEqual([0x1111_1111_4444_4444n, 0x2222_2222_5555_5555n, 0x3333_3333_6666_6666n]);
});

describe('PERFORM LOCKED OPERATION', () => {
  const SIZES = [4, 8, 8, 16] as const;
  /** A value of this size that can be told from others. */
  const value = (n: number, size: number): string => `${n}${n}`.repeat(size);
  const extended = (n: number, size: number): bigint =>
    BigInt(`0x${value(n, Math.min(size, 8))}`) | (size === 4 ? 0xff00_0000_0000_0000n : 0n);

  interface Values {
    readonly second: number;
    readonly fourth: number;
  }

  /** Function `code` with comparison values 1 and 3, replacement values 5 and 6, and 7, 8 and 9 to be stored; `second` and `fourth` in storage. */
  const locked = (code: number, { second, fourth }: Values) => {
    const size = SIZES[code & 3]!;
    const listed = (code & 1) === 1;
    const hasList = listed || code >= 16;
    const [list, operand4, operand6, operand8] = [0x4_4000, 0x4_5000, 0x4_6000, 0x4_7000];
    const at = (end: number): number => list + end - size;
    const address = (target: number): string => target.toString(16).padStart(16, '0');
    // What CSST stores, and the double and triple stores, is the third operand, which DCS has for its replacement.
    const third = code >= 8 && code < 12 ? 6 : 7;
    const storage: Record<number, string> = {
      [DATA[2]]: value(second, size),
      [operand4]: value(fourth, size),
      [operand6]: value(0, size),
      [operand8]: value(0, size),
    };
    if (hasList) {
      if (listed) Object.assign(storage, { [at(16)]: value(1, size), [at(32)]: value(5, size), [at(48)]: value(3, size) });
      Object.assign(storage, { [at(64)]: value(third, size), [at(96)]: value(8, size), [at(128)]: value(9, size) });
      Object.assign(storage, { [list + 72]: address(operand4), [list + 104]: address(operand6), [list + 136]: address(operand8) });
    }
    const gr = {
      0: code,
      6: extended(1, size),
      7: extended(5, size),
      8: extended(code >= 12 ? third : 3, size),
      9: extended(6, size),
      4: hasList ? list : operand4,
    };
    const outcome = perform('plo %r6,0(%r2),%r8,0(%r4)', { gr, storage });
    const inRegister = (n: number): string => (outcome.gr(n) & (size === 4 ? 0xffff_ffffn : -1n)).toString(16).padStart(2 * size, '0');
    const digit = (hex: string): number => {
      expect(hex).toBe(hex[0]!.repeat(2 * size));
      return Number(hex[0]);
    };
    return {
      cc: outcome.cc,
      code: outcome.code,
      first: digit(listed ? outcome.hex(at(16), size) : inRegister(6)),
      third: digit(listed ? outcome.hex(at(48), size) : inRegister(8)),
      second: digit(outcome.hex(DATA[2], size)),
      fourth: digit(outcome.hex(operand4, size)),
      sixth: digit(outcome.hex(operand6, size)),
      eighth: digit(outcome.hex(operand8, size)),
    };
  };

  describe.each([0, 1, 2, 3])('form %i', (form) => {
    const same = { code: 0, first: 1, fourth: 4, sixth: 0, eighth: 0 };
    test('an unequal second operand becomes the comparison value', () => {
      for (let code = form; code < 24; code += 4) {
        expect(locked(code, { second: 2, fourth: 4 })).toMatchObject({ ...same, cc: 1, first: 2, second: 2 });
      }
    });
    test('compare and load', () => {
      expect(locked(form, { second: 1, fourth: 4 })).toEqual({ ...same, cc: 0, third: 4, second: 1 });
    });
    test('compare and swap', () => {
      expect(locked(4 + form, { second: 1, fourth: 4 })).toMatchObject({ ...same, cc: 0, second: 5 });
    });
    test('double compare and swap', () => {
      expect(locked(8 + form, { second: 1, fourth: 4 })).toEqual({ ...same, cc: 2, third: 4, second: 1 });
      expect(locked(8 + form, { second: 1, fourth: 3 })).toEqual({ ...same, cc: 0, third: 3, second: 5, fourth: 6 });
    });
    test('compare and swap and store, double store, triple store', () => {
      expect(locked(12 + form, { second: 1, fourth: 4 })).toMatchObject({ ...same, cc: 0, second: 5, fourth: 7 });
      expect(locked(16 + form, { second: 1, fourth: 4 })).toMatchObject({ ...same, cc: 0, second: 5, fourth: 7, sixth: 8 });
      expect(locked(20 + form, { second: 1, fourth: 4 })).toMatchObject({ ...same, cc: 0, second: 5, fourth: 7, sixth: 8, eighth: 9 });
    });
  });

  test.each([
    [0x100, 0, 0],
    [0x117, 0, 0],
    [0x118, 3, 0],
    [0x018, 0, 6],
    [0x200, 0, 6],
  ])('general register 0 = %i: condition code %i, interruption code %i', (control, cc, code) => {
    const outcome = perform('plo %r6,0(%r2),%r8,0(%r4)', { gr: { 0: control } });
    expect([outcome.code, code === 0 ? outcome.cc : 0]).toEqual([code, cc]);
  });

  test.each([
    ['plo %r6,4(%r2),%r8,0(%r4)', 2],
    ['plo %r7,0(%r2),%r8,0(%r4)', 4],
    ['plo %r6,0(%r2),%r9,0(%r4)', 8],
    ['plo %r6,8(%r2),%r8,0(%r4)', 3],
    ['plo %r6,0(%r2),%r8,4(%r4)', 17],
  ])('%s with function code %i is a specification exception', (instruction, code) => {
    expect(perform(instruction, { gr: { 0: code } }).code).toBe(6);
  });
});
