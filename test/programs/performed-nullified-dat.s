#: title STAP with DAT on to an invalid page: nullified
#: storage 2M
#: expect psw 0xfff
#: expect interruption program 0x11 at touch ilc 4
#: expect gr 6 = touch
#: expect gr 7 = 0x41400
        .include "../../fixtures/program.inc"
        .set st,0x80000
        .set pt,0x90000
_start: on_program h
        lgfi %r2,st
        lgfi %r3,pt
        stg %r3,0(%r2)
        lghi %r4,256
        lgr %r5,%r3
        lghi %r6,0
1:      stg %r6,0(%r5)
        aghi %r6,0x1000
        aghi %r5,8
        brctg %r4,1b
        larl %r5,2f
        lgfi %r3,pt+0x41*8
        mvc 0(8,%r3),0(%r5)
        lctlg %c1,%c1,8(%r5)
        lgfi %r2,0x41000
        go translated,touch
        .balign 8
2:      .quad 0x41400
        .quad 0x80000
touch:  stap 0(%r2)
        fail
h:      lg %r6,pgm_old+8
        lg %r7,fault_address
        pass
