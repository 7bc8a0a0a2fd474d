#: title STMG crossing into a discarded page must not set the change bit of the first page
#: storage 1M
#: host at touch: discard 0x41000
#: expect psw 0xfff
#: expect gr 5 = 0
        .include "../../fixtures/program.inc"
_start: on_program h
        lgfi %r2,0x40000
        lgfi %r3,0x41000
        mvi 0(%r2),1
        mvi 0(%r3),1
        set_volatile %r5,%r3
        lghi %r5,0
        sske %r5,%r2
touch:  mvc 0xff8(16,%r2),0x100(%r2)
        fail
h:      iske %r5,%r2
        pass
