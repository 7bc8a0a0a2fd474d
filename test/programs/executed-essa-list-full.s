#: title CBRL full when ESSA is the target of EXRL / EX
#: storage 4M
#: expect psw 0xfff
#: expect gr 5 = 0x03
#: expect gr 6 = 2
        .include "../../fixtures/program.inc"
_start: on_program h
        lgfi %r2,0x100000
        lghi %r3,511
1:      set_unused %r5,%r2
        aghi %r2,0x1000
        brct %r3,1b
        larl %r9,target
        lghi %r5,-1
        ltr %r9,%r9
        exrl %r0,target
        ipm %r6
        srlg %r6,%r6,28
        pass
h:      fail
        .balign 4
target: set_unused %r5,%r2
