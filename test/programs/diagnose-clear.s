#: title DIAGNOSE X'308' subcode 0: registers are cleared, storage and its keys are not
#: storage 1M
#: expect psw 0xfff
#: expect gr 3 = 0
#: expect gr 15 = 0
#: expect ar 4 = 0
#: expect fpr 5 = 0
#: expect key 0x42000 = 0x30
#: expect storage 0x40007 = 2a
        .include "../../fixtures/program.inc"
_start: on_program unexpected
        lgfi %r2,0x40000
        mvi 7(%r2),0x2a
        lghi %r1,0x30
        lgfi %r3,0x42000
        sske %r1,%r3
        lghi %r15,-1
        sar %a4,%r15
        larl %r1,afp
        lctlg %c0,%c0,0(%r1)
        ldgr %f5,%r15
        larl %r9,short
        mvc 0(8,%r0),0(%r9)
        lghi %r1,0
        diag %r0,%r1,0x308
        fail
again:  pass
unexpected:
        fail
        .balign 8
afp:    .quad 0x400e0
short:  .long 0x00080001, 0x80000000 + again
