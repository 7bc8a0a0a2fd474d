import { describe, expect, test } from 'vitest';
import { assemble } from '../../../src/guest/assembler/assemble.ts';
import { loadElf } from '../../../src/guest/elf.ts';
import { segmentEnd } from '../../../src/guest/program.ts';
import { gnuElf, missingTools } from './tools.ts';

const missing = missingTools();
if (missing !== undefined) console.warn(`comparison with GNU binutils skipped: ${missing}`);

/** Sources that say the same to zhint and to GNU as with `ld -Ttext=0x10000`, or `-Ttext=0` where a leading .org is first. */
const SOURCES: Readonly<Record<string, string>> = {
  'integers of every size':
    '.byte 1,2,-1,0xff\n.short 3,-3\n.hword 4\n.word 5\n.2byte 6\n.long 7,0xffffffff\n.int 8\n.4byte 9\n.quad 10,-10\n.8byte 11\n.octa 12, 0x123456789abcdef0123456789abcdef',
  'floating-point numbers': '.float 1.5, -0.1, 1e10\n.single 3\n.double 1.5, -2.25e-3, 0',
  strings: '.ascii "a", "b\\n\\t\\\\\\"\\101\\x41", "x;#y"\n.asciz "z", "/* no */"\n.string "é"',
  characters: ".byte 'a,'b','\\n, '\\'', ' ', '#', ';'+1\n",
  'precedence of operators':
    '.quad 2+3*4, 2|1+4, 6&3+1, 1==1+0, 2<3&1, 1<<2+1, 10-3-2, -7/2, -7%2, -8>>1, ~1, 3!5, 1&&2, 0||5, 1<2, 2<>3, 2!=2, 7^2*3, 1||0&&0, -1 < 1, 5==5==-1, 1+2==3, 8>>1<<2, (1+2)*3, 2--1, - -1, 1<<63, 100/7%4, 1<=1, 2>=3, 5&~1',
  numbers: '.long 0x1F, 0X1f, 0b101, 0B11, 017, 0, 10\n.quad 0xffffffffffffffff, 18446744073709551615, -9223372036854775808',
  filling: '.fill 3,2,0x1234\n.fill 2,8,0x123456789a\n.fill 2\n.fill 2,3,0x123456\n.skip 3,7\n.space 2\n.zero 2\n.fill 0\n.fill 2,1,0x1ff',
  alignment:
    '.byte 1\n.balign 16\n.byte 1\n.p2align 3\n.byte 2\n.balign 8,0x55\n.byte 1,2\n.balignw 8,0x1234\n.byte 1\n.align 8,,3\n.byte 7\n.p2align 2,0\n.balignl 16,0x12345678\n.align 4',
  'alignment of data': '.data\n.byte 1\n.balign 16\n.byte 2\n.align 4\n.byte 3\n.section .rodata\n.byte 4\n.balign 8\n.byte 5',
  'org inside a section': 'a: .byte 1\n.org a+9\n.byte 3\n.org 0x60,0xee\n.byte 4\n.org .+4\n.byte 5\n. = . + 3\n.byte 6',
  'labels and local labels': '1: j 1b\n j 1f\n1: .quad 1b-a, 2f-1b\na: b: c: nopr\n2: 3: j 2b\n j 3b\n.L1: j .L1\n$x: j $x\nx.y: j x.y',
  'forward symbols': '.long end-begin, x\nbegin: .skip gap\nend: lhi %r1,x\n.set gap, 6\n.equ x, 5\ny = . - begin\n.long y',
  'symbols set again': '.set a,1\n.byte a\n.set a,a+1\n.byte a\na = a*10\n.byte a',
  conditionals:
    '.set a,4\n.if a == 4\n.ascii "four"\n.elseif a == 3\n.ascii "three"\n.else\n.ascii "none"\n.endif\n.ifdef a\n.byte 1\n.endif\n.ifndef zz\n.byte 2\n.endif\n.ifc abc, abc\n.byte 3\n.endif\n.ifeq 1\n.byte 4\n.else\n.if 0\n.byte 5\n.else\n.byte 6\n.endif\n.endif\n.ifnb  x\n.byte 7\n.endif\n.ifgt a\n.byte 8\n.endif\n.ifeqs "a b","a b"\n.byte 9\n.endif\n.iflt a\n.byte 10\n.endif\n.if . - zero > 3\n.byte 11\n.endif\nzero:'.replace(
      '.if . - zero > 3\n.byte 11\n.endif\nzero:',
      '',
    ),
  'arguments of macros':
    '.macro p a,b,c\n.ascii "<\\a|\\b|\\c>"\n.endm\np 1 4\np 1 -2\np (1 + 1) 3\np %r1 %r2\np %r1, 0(%r2,%r3)\np 0(%r2, %r3)\np "x y", "z,w"\np a b c\np a+b c - d\np "q" 5\np 1 , 2 , 3\np 1 (2)\np 4(2) 3\np . 5\np $a $b\np a = b\np , 2\np "a\\"b"\np',
  'parameters of macros':
    '.macro q a:req,b=9,r:vararg\n.ascii "{\\a|\\b|\\r}"\n.endm\nq 1,2,3, 4 , 5(6, 7)\nq 1\nq 1,,\nq b=2,a=1\n.macro w a b=3 c\n.ascii "\\a\\()x\\b\\c\\\\ \\n \\@"\n.endm\nw 1 2\nw 1\n.macro e\n.exitm\n.byte 1\n.endm\ne\n.purgem e\n.macro e\n.byte 2\n.endm\ne\n.macro ch c\n.byte \\c\n.endm\nch \'a\'\nch \'b',
  'macros in macros':
    '.macro rec n\n.byte \\n\n.if \\n\nrec "(\\n-1)"\n.endif\n.endm\nrec 3\n.macro outer x\n.macro inner y\n.byte \\x, \\y\n.endm\n.endm\nouter 5\ninner 6\n.macro lab n\nlab_\\n: j lab_\\n\n.Lx\\@: j .Lx\\@\n.endm\nlab a\nlab b',
  loops:
    '.rept 3\n1: j 1b\n j 1f\n1:\n.endr\n.irp r,1,2,3\n lgr %r\\r,%r\\r\n.endr\n.irpc c,456\n.byte 0\\c\n.endr\n.irp x,1 2,"3"\n.irp y,4,5\n.byte \\x\\y\n.endr\n.endr\n.rept 0\n.byte 1\n.endr\n.rept 2\n.rept 2\n.byte 9\n.endr\n.endr',
  'raw instructions':
    '.insn e,0x0101\n.insn rr,0x1800,%r1,%r2\n.insn ri,0xa7080000,%r1,-5\n.insn rie,0xec0000000044,%r1,%r2,.\n.insn ril,0xc00000000000,%r1,.+8\n.insn rilu,0xc00b00000000,%r1,4000000000\n.insn ris,0xec00000000fe,%r1,-3,4,8(%r2)\n.insn rre,0xb9040000,%r1,%r2\n.insn rrf,0xb9ab0000,%r1,%r2,3,4\n.insn rrf,0xb9ab0000,%r1,%r2,%r3,4\n.insn rrs,0xec00000000e4,%r1,%r2,8,16(%r3)\n.insn rs,0xba000000,%r1,%r2,4(%r3)\n.insn rse,0xeb0000000014,%r1,%r2,4(%r3)\n.insn rsi,0x84000000,%r1,%r2,.\n.insn rsy,0xeb0000000014,%r1,%r2,-4(%r3)\n.insn rx,0x58000000,%r1,4(%r2,%r3)\n.insn rxe,0xed000000001a,%f1,4(%r2,%r3)\n.insn rxf,0xed000000001e,%f1,%f3,4(%r2,%r3)\n.insn rxy,0xe30000000004,%r1,-4(%r2,%r3)\n.insn s,0xb2b20000,4(%r3)\n.insn si,0x92000000,4(%r3),5\n.insn siy,0xeb0000000052,-4(%r3),5\n.insn sil,0xe54800000000,4(%r3),-5\n.insn ss,0xd20000000000,4(%r5,%r3),4(%r2),%r1\n.insn sse,0xe50000000000,4(%r3),4(%r2)\n.insn ssf,0xc80000000000,4(%r3),4(%r2),%r1\n.insn rx,0x58123456,%r1,4(%r2,%r3)\n.insn rre,0xb9220000,%r0,%r0',
  sections:
    '_start: larl %r1,d\n brasl %r14,f@PLT\n.section .rodata\nstr: .asciz "hello"\n.data\nd: .long str, b, f\n.balign 16\n.byte 1\n.bss\n.skip 4\nb: .skip 9\n.section .mine,"aw",@progbits\n.byte 4\n.section .code2,"ax"\nf: nop\n.section .ro2,"a"\n.byte 7\n.text\n.pushsection .rodata\n.byte 9\n.popsection\n.byte 8\n.previous\n.byte 9\n.text\n.balign 2\n larl %r1,b\n larl %r2,c\n larl %r3,l\n.comm c,16,8\n.lcomm l,5',
  'addresses as data':
    'a: .quad a, b, . - a, b - a\n.long a, a+4\n.short b-a\nb: lhi %r1,b-a\n la %r1,b-a(%r2)\n.data\nc: .quad a, c, c-a@x'.replace(
      ', c-a@x',
      '',
    ),
  'sections that are not loaded':
    'nopr\n.section .debug_info,"",@progbits\n.quad 1\n.section .other\n.byte 2\n.section .text.x\n.byte 3\n.section .data.x\n.byte 4\n.section .note.GNU-stack,"",@progbits\n.data\n.byte 5',
  'variable-length numbers': '.uleb128 0,1,127,128,624485,-1\n.sleb128 0,-1,63,64,-64,-65,-123456\n.uleb128 b-a\na: .skip 200\nb:',
  comments:
    ' lr %r1,%r2 # one\n# two\n/* three */ lr %r3,%r4 /* four */\n/* five\nsix */ lr %r5,%r6; lr %r7,%r8 ;; .byte 1\n#: expect psw 0xfff\n\tlr\t%r1 , %r2',
  'a leading .org': '.org 0x20000\n_start: j .\n.org 0x20100\nfoo: .quad foo, . - _start\n.data\n.byte 1',
  'a lowcore at zero':
    '.org 0\n.org 0x1d0\n.quad 0x0000000180000000, pgm\n.org 0x10000\n_start: l %r1,0x8c\npgm: la %r1,short\n.org 0x10020\nj _start\n.set short, 0x123',
  'words that linkers read':
    '.globl _start\n.type _start,@function\n_start: nopr\n.size _start, . - _start\n.ident "x"\n.file "a.c"\n.machine z13\n.weak w\nw: .cfi_startproc\n.cfi_endproc\nnopr',
};

const ORG_FIRST = /^\.org/;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').replaceAll(/.{32}/g, '$&\n');

describe.skipIf(missing !== undefined)('GNU as and ld', () => {
  test.each(Object.entries(SOURCES))('%s', (_, source) => {
    const mine = assemble(`${source}\n`, 'a.s');
    const theirs = loadElf(gnuElf(`${source}\n`, ORG_FIRST.test(source) ? 0 : 0x10000), 'gnu.elf');
    const storage = new Map<number, number>();
    for (const segment of theirs.segments) {
      const { address, bytes } = segment;
      for (let at = address; at < segmentEnd(segment); at++) storage.set(at, bytes[at - address] ?? 0);
    }
    for (const { address, bytes } of mine.segments) {
      const other = bytes.map((_byte, at) => storage.get(address + at) ?? 0xee);
      expect(hex(bytes)).toBe(hex(other));
    }
    for (const [name, value] of theirs.symbols) {
      if (mine.symbols.has(name)) expect(`${name} ${mine.symbols.get(name)}`).toBe(`${name} ${value}`);
    }
    const end = Math.max(...theirs.segments.map(segmentEnd));
    const last = mine.segments.at(-1)!;
    expect(last.address + last.bytes.length).toBeLessThanOrEqual(end);
  });
});
