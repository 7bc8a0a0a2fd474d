#: title level 2 PSW in the state description is invalid (bit 2 one): specification exception, interception 0x08
#: storage 4M
#: limit 200000
#: expect psw 0xfff
#: expect gr 7 = 0x08
        .include "../../fixtures/program.inc"
        .include "sie2.inc"
_start: on_program h
        setup2 g,gend
        oi 0x90(%r2),0x20
again:  sie 0(%r2)
        llgc %r7,0x50(%r2)
        llgh %r8,0xce(%r2)
        pass
h:      lg %r6,pgm_old+8
        fail
        .balign 8
g:      diag %r0,%r0,0x500
gend:   .quad 0
