#: title STAP to a discarded page: nullified
#: storage 1M
#: host at touch: discard 0x40000
#: expect psw 0xfff
#: expect interruption program 0x1a at touch address 0x40000 ilc 4
#: expect gr 6 = touch
        .include "../../fixtures/program.inc"
_start: on_program h
        lgfi %r2,0x40000
        mvi 0(%r2),1
        set_volatile %r5,%r2
touch:  stap 0(%r2)
        fail
h:      lg %r6,pgm_old+8
        lg %r7,fault_address
        pass
