import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../src/guest/assembler/assemble.ts';
import { loadElf } from '../../src/guest/elf.ts';
import { writeElf } from '../../src/guest/elf-writer.ts';
import { InputError } from '../../src/guest/input-error.ts';
import { loadRaw } from '../../src/guest/raw.ts';

const SOURCE = '.globl _start\n_start: lr %r1,%r2\n.set five, 5\n.data\nd: .quad _start\n.bss\n.skip 100';
const program = assemble(SOURCE, 'a.s');
const file = writeElf(program);

/** The file with some bytes replaced. */
const patched = (offset: number, size: 1 | 2 | 4 | 8, value: number): Uint8Array => {
  const copy = file.slice();
  const view = new DataView(copy.buffer);
  if (size === 8) view.setBigUint64(offset, BigInt(value));
  else if (size === 4) view.setUint32(offset, value);
  else if (size === 2) view.setUint16(offset, value);
  else view.setUint8(offset, value);
  return copy;
};

const FIRST_SEGMENT = 64;
const SECOND_SEGMENT = FIRST_SEGMENT + 56;

describe('ELF', () => {
  test('what is written is what is read', () => {
    const again = loadElf(file, 'a.elf');
    expect(again.entry).toBe(program.entry);
    expect(again.segments).toEqual(program.segments);
    expect(again.symbols).toEqual(program.symbols);
    expect(again.absolute).toEqual(program.absolute);
  });

  test('storage beyond the bytes of the file belongs to the segment', () => {
    const { segments } = loadElf(patched(SECOND_SEGMENT + 40, 8, 0x1000), 'a.elf');
    expect(segments[1]?.size).toBe(0x1000);
    expect(segments[1]?.bytes).toHaveLength(108);
  });

  test.each<[string, Uint8Array]>([
    ['ELF header ends at byte 64 of 10, expected inside the file', file.slice(0, 10)],
    ['no ELF file, expected 0x7f "ELF" at its beginning', patched(0, 1, 0)],
    ['ELF class 1, expected 2 (64 bits)', patched(4, 1, 1)],
    ['ELF data encoding 1, expected 2 (big-endian)', patched(5, 1, 1)],
    ['ELF machine 62, expected 22 (s390)', patched(18, 2, 62)],
    ['ELF type 3 is a shared object, expected 2 (a statically linked executable)', patched(16, 2, 3)],
    ['ELF type 1 is a relocatable object, expected 2 (a statically linked executable)', patched(16, 2, 1)],
    [`program header table ends at byte ${2 ** 40 + 112} of ${file.length}, expected inside the file`, patched(32, 8, 2 ** 40)],
    ['program header table has entries of 8 bytes, expected 56', patched(54, 2, 8)],
    ['no PT_LOAD segment, expected at least one', patched(56, 2, 0)],
    [`segment 0 ends at byte ${2 ** 40 + 4} of ${file.length}, expected inside the file`, patched(FIRST_SEGMENT + 8, 8, 2 ** 40)],
    ['segment 0 has p_filesz 4 above p_memsz 1, expected at most that', patched(FIRST_SEGMENT + 40, 8, 1)],
    ['segment 0 has p_memsz 3221225472, expected at most 1073741824', patched(FIRST_SEGMENT + 40, 8, 3 * 2 ** 30)],
    ['segment 0 ends at address 0x100010000, expected at most 0x100000000', patched(FIRST_SEGMENT + 40, 8, 2 ** 32)],
    ['segments at 0x10000 and 0x11004 overlap, expected them apart', patched(FIRST_SEGMENT + 40, 8, 0x2000)],
    ['section header table has entries of 1 bytes, expected 64', patched(58, 2, 1)],
  ])('%s', (expected, bytes) => {
    expect(() => loadElf(bytes, 'a.elf')).toThrow(new InputError({ file: 'a.elf' }, expected).message);
  });

  test('a damaged file is read or refused in one line', () => {
    const damage = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(255), fc.nat(255)), { maxLength: 4 }),
        damage,
        fc.nat(file.length),
        (header, [at, byte], length) => {
          const bytes = file.slice();
          for (const [offset, value] of header) bytes[offset] = value;
          bytes[at] = byte;
          try {
            loadElf(bytes.subarray(0, length % 3 === 0 ? length : bytes.length), 'a.elf');
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
            expect((error as Error).message).not.toContain('\n');
          }
        },
      ),
      { seed: 5, numRuns: 2000 },
    );
  });
});

describe('raw image', () => {
  const image = (psw: bigint, size = 0x20000): Uint8Array => {
    const bytes = new Uint8Array(size);
    new DataView(bytes.buffer).setBigUint64(0, psw);
    return bytes;
  };

  test.each([
    ['31-bit mode', 0x0008000080010000n, 0x10000n],
    ['24-bit mode', 0x0008000000000200n, 0x200n],
    ['64-bit mode', 0x0008000180000400n, 0x400n],
    ['no short PSW', 0n, 0x10000n],
    ['an odd address', 0x0008000080000201n, 0x10000n],
    ['an address beyond the image', 0x0008000081000000n, 0x10000n],
  ])('with %s', (_, psw, entry) => {
    expect(loadRaw(image(psw), 'image')).toMatchObject({ entry, segments: [{ address: 0 }] });
  });

  test('without bytes or code is refused', () => {
    expect(() => loadRaw(new Uint8Array(0), 'image')).toThrow('image: file is empty, expected an image');
    expect(() => loadRaw(image(0n, 100), 'image')).toThrow(
      'image: image of 100 bytes has no code at 0x10000, expected a raw image that is loaded at 0',
    );
  });
});
