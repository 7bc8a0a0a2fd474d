#: title STOP_INT and EXT_INT both set with the guest enabled: external request (0x10) comes first (sie.md 4.1)
#: storage 4M
#: expect psw 0xfff
#: expect gr 7 = 0x10
        .include "../../fixtures/program.inc"
        .include "sie2.inc"
_start: on_program h
        setup2 g,gend
        oi 0x90(%r2),1          # external enabled
        oi 0(%r2),0x05
again:  sie 0(%r2)
        llgc %r7,0x50(%r2)
        pass
h:      fail
        .balign 8
g:      diag %r0,%r0,0x500
gend:   .quad 0
