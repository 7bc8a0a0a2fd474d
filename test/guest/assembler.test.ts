import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../src/guest/assembler/assemble.ts';
import { InputError } from '../../src/guest/input-error.ts';

const image = (source: string): string => {
  const [segment] = assemble(source, 'a.s').segments;
  return Buffer.from(segment?.bytes ?? []).toString('hex');
};

/** Bytes of data directives, without the padding to the alignment of `.text`. */
const data = (source: string): string => image(`.section .d,"a"\n${source}`);

const errorOf = (source: string): string => {
  try {
    assemble(source, 'a.s');
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'no error';
};

describe('instructions', () => {
  test.each([
    [' lr %r1,%r2', '1812'],
    [' lr 1,2', '1812'],
    [' lr r1,r2', '1812'],
    [' LR %r1 , %r2 # comment', '1812'],
    ['lr %r1,%r2; lr %r3,%r4', '18121834'],
    [' l %r1,4(%r2,%r3)', '58123004'],
    [' l %r1,4(%r3)', '58103004'],
    [' l %r1,4(,%r3)', '58103004'],
    [' l %r1,(4+4)(%r3)', '58103008'],
    [' lg %r1,-5(%r2,%r3)', 'e3123ffbff04'],
    [' mvc 0(5,%r1),0(%r2)', 'd20410002000'],
    [' lhi %r1,0xffffffffffffffff', 'a718ffff'],
    [" lhi %r1,'a'", 'a7180061'],
    ['x: j x', 'a7f40000'],
    ['1: j 1f\n1: j 1b', 'a7f40002a7f40000'],
    [' .insn rrf,0xb9ab0000,%r1,%r2,3,0', 'b9ab3012'],
    [' .insn ri,0xa7080000,%f1,-5', 'a718fffb'],
  ])('%s', (source, expected) => {
    expect(image(source).slice(0, expected.length)).toBe(expected);
  });

  test('a symbol named like a register is the symbol', () => {
    expect(image('.set r1,9\n lr r1,r2').slice(0, 4)).toBe('1892');
  });
});

describe('expressions', () => {
  test.each([
    ['2+3*4', 14n],
    ['2|1+4', 7n],
    ['6&3+1', 3n],
    ['1<<2+1', 5n],
    ['10-3-2', 5n],
    ['-7/2', -3n],
    ['-7%2', -1n],
    ['-8>>1', 0x7ffffffffffffffcn],
    ['!0', 1n],
    ['~1', -2n],
    ['3!5', -5n],
    ['1==1+0', -1n],
    ['2<>3', -1n],
    ['1&&2', 1n],
    ['1||0&&0', 1n],
    ['(1+2)*3', 9n],
    ["'a+1", 98n],
    ['0b101 + 017 + 0x1F', 51n],
    ['. - .', 0n],
  ])('%s is %s', (source, expected) => {
    expect(assemble(`.set x, ${source}`, 'a.s').symbols.get('x')).toBe(BigInt.asUintN(64, expected));
  });

  test('symbols may be used before their definition', () => {
    expect(data('.long end-begin\nbegin: .skip size\nend:\n.set size, 4')).toBe('0000000400000000');
  });

  test('a symbol may be set again', () => {
    expect(data('.set a,1\n.byte a\n.set a,a+1\n.byte a')).toBe('0102');
  });
});

describe('directives', () => {
  test.each([
    ['.byte 1,-1,0xff', '01ffff'],
    ['.short 1; .long 2; .quad 3', '0001000000020000000000000003'],
    ['.octa 0x123456789abcdef0123456789abcdef', '0123456789abcdef0123456789abcdef'],
    ['.ascii "a\\n\\0\\101\\x41\\\\\\"#;"', '610a0041415c22233b'],
    ['.asciz "z"', '7a00'],
    ['.ascii "é"', 'c3a9'],
    ['.fill 3,2,0x1234', '123412341234'],
    ['.skip 3,7', '070707'],
    ['.byte 1\n.balign 4\n.byte 2', '0100000002000000'],
    ['.byte 1\n.balign 4,9,2\n.byte 2', '0102'],
    ['.float 1.5\n.double -2.25', '3fc00000c002000000000000'],
    ['.rept 3\n.byte 1\n.endr', '010101'],
    ['.irp r,1,2\n.byte \\r\n.endr', '0102'],
    ['.irpc r,12\n.byte \\r\n.endr', '0102'],
    ['.macro m a,b=2,c:vararg\n.byte \\a,\\b,\\c\n.endm\nm 1,,3,4', '01020304'],
    ['.macro m a,b=2\n.byte \\a,\\b\n.endm\nm b=5,a=6', '0605'],
    ['.macro m n\n.byte \\n\n.if \\n\nm "(\\n-1)"\n.endif\n.endm\nm 2', '020100'],
    ['.macro m\nl\\@: .byte \\@\n.endm\nm\nm', '0001'],
    ['.macro m\n.byte 1\n.exitm\n.byte 2\n.endm\nm', '01'],
    ['.if 1\n.byte 1\n.else\n.byte 2\n.endif', '01'],
    ['.if 0\n.byte 1\n.elseif 1\n.byte 2\n.else\n.byte 3\n.endif', '02'],
    ['.if 0\n.if 1\n.byte 1\n.else\n.byte 2\n.endif\n.endif\n.byte 3', '03'],
    ['.ifdef x\n.byte 1\n.endif\n.set x,1\n.ifdef x\n.byte 2\n.endif', '02'],
    ['.byte 1 /* a\n b */\n.byte 2', '0102'],
    ['.byte 1 # c ; .byte 2', '01'],
  ])('%j', (source, expected) => {
    expect(data(source)).toBe(expected);
  });

  test('.include reads through the given function', () => {
    const readInclude = (name: string): { file: string; text: string } => ({ file: name, text: '.byte 7' });
    expect(assemble('.include "x.inc"\n.byte 8', 'a.s', { readInclude }).segments[0]?.bytes.slice(0, 2)).toEqual(Uint8Array.of(7, 8));
  });
});

describe('layout', () => {
  test('text lies at 0x10000 and is entered at _start', () => {
    const program = assemble(' nopr\n_start: nopr', 'a.s');
    expect(program.segments[0]?.address).toBe(0x10000);
    expect(program.entry).toBe(0x10002n);
  });

  test('a leading .org makes offsets addresses', () => {
    const program = assemble('.org 0x20000\n_start: nopr\n.org 0x20010\nx: .byte 5', 'a.s');
    expect(program.segments[0]?.address).toBe(0x20000);
    expect(program.segments[0]?.bytes[0x10]).toBe(5);
    expect(program.symbols.get('x')).toBe(0x20010n);
  });

  test('data follows on the next page at the same offset', () => {
    const program = assemble(' nopr\n.data\nd: .byte 1\n.bss\nb: .skip 4', 'a.s');
    expect(program.segments.map(({ address }) => address)).toEqual([0x10000, 0x11004]);
    expect(program.symbols.get('b')).toBe(0x11008n);
  });

  test('lines tell where bytes come from', () => {
    expect(assemble(' nopr\n\n nopr', 'a.s').lines).toEqual([
      { address: 0x10000, file: 'a.s', line: 1 },
      { address: 0x10002, file: 'a.s', line: 3 },
    ]);
  });
});

describe('mistakes', () => {
  test.each([
    [' foo %r1', "a.s:1:2: instruction 'foo' is not known, expected "],
    ['\n  lr %r1', 'a.s:2:9: lr has too few operands, expected a general register'],
    [' lr %r1 %r2', "a.s:1:9: found '%r2' before operand 2 of lr, expected ','"],
    [' lr %r1,%r16', "a.s:1:9: '%r16' is no register, expected %r0 to %r15"],
    [' lr %r1,%f2', "a.s:1:9: found floating-point register '%f2', expected a general register"],
    [' lr %r1,%r2,3', "a.s:1:12: found ',' after the last operand, expected the end of the statement"],
    [' l %r1,4096(%r2)', 'a.s:1:8: displacement 4096 is out of range, expected 0 to 4095'],
    [' lhi %r1,65536', 'a.s:1:10: immediate operand 65536 is out of range, expected -32768 to 32767'],
    [' mvc 0(257,%r1),0', 'a.s:1:8: length 257 is out of range, expected 1 to 256'],
    [' mvc 0,0', "a.s:1:7: found ',' after the displacement, expected '(' and a length"],
    [' j nowhere', "a.s:1:4: symbol 'nowhere' is not defined, expected a label or .set of this name"],
    [' j 1f', "a.s:1:4: no local label '1:' follows, expected one"],
    [' j .+1', 'a.s:1:4: target at an odd distance of 1 bytes, expected an even one'],
    [' j .+65536', 'a.s:1:4: target is 65536 bytes away, expected -65536 to 65534'],
    ['x:\nx:', "a.s:2:1: symbol 'x' is already defined at a.s:1, expected each label once"],
    ['.foo', "a.s:1:1: directive '.foo' is not known, expected one of GNU as that zhint has"],
    ['.byte 256', 'a.s:1:7: value 256 does not fit 1 byte, expected -0xff to 0xff'],
    ['.byte 1+', 'a.s:1:9: found end of statement, expected an expression'],
    ['.byte (1', "a.s:1:9: found end of statement in the expression, expected ')'"],
    ['.byte 1/0', 'a.s:1:8: division by zero, expected another divisor'],
    ['.byte 08', "a.s:1:7: '08' is no octal number, expected digits 0 to 7 after the leading 0"],
    ['.ascii "x', 'a.s:1:8: string without end, expected "'],
    ['.ascii x', "a.s:1:8: found 'x', expected a string in double quotes"],
    ['.ascii "\\q"', 'a.s:1:9: unknown escape \\q, expected one of \\b \\f \\n \\r \\t \\\\ \\" \\\' \\ooo \\xhh'],
    ['.if 1', 'a.s:1:1: .if without end, expected .endif below'],
    ['.if x\n.endif\n.set x,1', 'a.s:1:5: condition depends on a symbol defined later, expected symbols defined above'],
    ['.endif', 'a.s:1:1: .endif without .if, expected .if above'],
    ['.macro m', 'a.s:1:1: no end, expected .endm below'],
    ['.endm', 'a.s:1:1: found the end of a block that was not begun, expected .macro above'],
    ['.rept 2', 'a.s:1:1: no end, expected .endr below'],
    ['.macro m a:req\n.endm\nm', "a.s:3:1: macro 'm' lacks argument 'a', expected a value"],
    ['.macro m a\n.endm\nm 1,2', "a.s:3:1: too many arguments of macro 'm', expected at most 1"],
    ['.macro m\n lhi %r1\n.endm\n\nm', 'a.s:2:9: lhi has too few operands, expected a number (in a macro called at a.s:5)'],
    [' nopr\n.org 0x10\n.org 2', 'a.s:3:6: .org moves back from 0x10 to 0x2, expected a place ahead'],
    ['.balign 3', 'a.s:1:1: alignment 3 is not possible, expected a power of two up to 1048576'],
    ['/* x', 'a.s:1:1: comment without end, expected */'],
    ['.include "x"', "a.s:1:1: cannot include 'x', expected a source without .include here"],
    ['.error "no"', 'a.s:1:1: no (the source says so), expected not to be reached'],
    ['.set x, y\n.set y, x+1\n.byte y', 'a.s:1:1: symbols do not settle in 12 passes, expected sizes that do not depend on themselves'],
    ['%', "a.s:1:1: found '%', expected an instruction, a directive or a label"],
  ])('%j', (source, expected) => {
    expect(errorOf(source)).toContain(expected);
  });
});

describe('sources without bound', { timeout: 60_000 }, () => {
  test.each([
    ['.rept 1000000000\n.byte 1\n.endr', 'more than 1000000 statements, expected loops that end'],
    ['.rept 1000000000\n.endr\n.rept 0x7fffffffffffffff\nx=1\n.endr', 'more than 1000000 statements, expected loops that end'],
    ['.macro m\nm\n.endm\nm', 'macros, loops and includes nested too deep, expected at most 100 levels'],
    ['.macro m a\nm \\a\\a\n.endm\nm xxxxxxxx', 'expected'],
    ['.skip 0x7fffffffffffffff', 'size 9223372036854776000 is out of range, expected 0 to 67108864'],
    ['.fill 0x4000000,8', '.fill of 536870912 bytes, expected at most 67108864'],
    ['.rept 100\n.skip 0x1000000\n.endr', 'program of more than 64 MiB, expected a smaller one'],
    [
      '.irpc x,0123456789\n.irpc y,0123456789\n.irpc z,0123456789\n.section .s\\x\\y\\z,"a"\n.balign 0x100000\n.byte 1\n.endr\n.endr\n.endr',
      'sections aligned too far apart',
    ],
    ['.comm x,1,0x4000000000', 'alignment 274877906944 is not possible'],
    ['.comm x,0x4000000000', 'program of more than 64 MiB'],
    [' nopr\n.org 0x10000000', '.org skips more than 64 MiB, expected a nearer place'],
    [`.quad ${'('.repeat(100000)}1`, 'expression nested too deep, expected at most 200 levels'],
    [`.quad ${'-'.repeat(100000)}1`, 'expression nested too deep, expected at most 200 levels'],
  ])('%.40j end with one line', (source, expected) => {
    const message = errorOf(source);
    expect(message).toContain(expected);
    expect(message).not.toContain('\n');
  });

  test('an include of itself ends', () => {
    const readInclude = (name: string): { file: string; text: string } => ({ file: name, text: '.include "x"' });
    expect(() => assemble('.include "x"', 'a.s', { readInclude })).toThrow('nested too deep');
  });

  test('any text is assembled or refused in one line', () => {
    const words =
      '.macro .endm .rept .endr .if .endif .else .irp m \\a \\@ , 1 2 ( ) %r1 lr la x: x = . .byte .org .skip .balign " \' /* */ # ; \n \n'.split(
        ' ',
      );
    const source = fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(fc.oneof(source, fc.string()), (text) => {
        expect(errorOf(text)).not.toContain('\n');
      }),
      { seed: 4, numRuns: 3000 },
    );
  });
});
