#: title DIAGNOSE X'308' subcode 1 with a PSW at absolute 0 that is not a short one: an early specification exception
#: storage 1M
#: expect psw 0xfff
#: expect interruption program 6 ilc 0
        .include "../../fixtures/program.inc"
_start: on_program handler
        larl %r9,long
        mvc 0(8,%r0),0(%r9)
        lghi %r1,1
        diag %r0,%r1,0x308
        fail
handler: pass
        .balign 8
long:   .long 0x00000001, 0x80000000 + handler
