#: title TEST BLOCK clears a page that the host saved before
#: storage 1M
#: host at out1: page-out 0x40000
#: host at out2: page-out 0x40000
#: expect psw 0xfff
#: expect gr 7 = 0
        .include "../../fixtures/program.inc"
_start: lgfi %r2,0x40000
        mvi 0(%r2),0x77
out1:   lghi %r0,0
        tb %r0,%r2
        iske %r5,%r2
out2:   lghi %r0,0
        lghi %r7,0
        ic %r7,0(%r2)
        pass
