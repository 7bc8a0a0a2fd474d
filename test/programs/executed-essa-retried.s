#: title lazily interpreted ESSA as the target of EXRL
#: storage 1M
#: essa lazy
#: expect psw 0xfff
#: expect page 0x40000 = Vz
        .include "../../fixtures/program.inc"
_start: on_program h
        lgfi %r2,0x40000
        exrl %r0,target
        pass
        .balign 4
target: set_volatile %r5,%r2
h:      lg %r6,pgm_old+8
        fail
