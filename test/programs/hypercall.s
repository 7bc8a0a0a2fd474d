#: title DIAGNOSE X'500' with a number that has no function returns -22; a DIAGNOSE that is not there is a specification exception
#: storage 1M
#: expect psw 0xfff
#: expect gr 2 = -22
#: expect interruption program 6 at absent
        .include "../../fixtures/program.inc"
_start: on_program handler
        lghi %r1,99
        lghi %r2,0
        diag %r0,%r0,0x500
absent: diag %r0,%r0,0x318
        fail
handler: pass
