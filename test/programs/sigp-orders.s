#: title SIGP stop-and-store-status
#: storage 1M
#: cpus 2
#: limit 1000000
#: expect psw 0xfff
#: expect gr 7 = 0
        .include "../../fixtures/program.inc"
        .include "two.inc"
_start: on_program h
        start1 cpu1
        lgfi %r2,20000
1:      brct %r2,1b
        lghi %r3,0
        lghi %r5,1
        lghi %r2,0
        sigp %r2,%r5,9
        ipm %r7
        srlg %r7,%r7,28
        pass
cpu1:   j cpu1
h:      fail
