#: title DIAGNOSE X'308' subcode 1: subsystem reset, CPU reset of the others, initial CPU reset, and the short PSW at absolute 0
#: storage 1M
#: cpus 2
#: expect psw 0xfff
#: expect interruption restart 0 cpu 1
#: expect gr 4 = 0x20
#: expect gr 5 = 0
#: expect gr 6 = 0x40
#: expect gr 7 = 0x1234
#: expect gr 8 = 0
#: expect cr 0 = 0xe0
#: expect cr 5 = 0
#: expect page 0x40000 = Sr
#: expect page 0x41000 = Sz
#: expect key 0x42000 = 0x30
#: expect storage 0x40007 = 2a
        .include "../../fixtures/program.inc"
        .include "two.inc"
        .set page, 0x40000
        .set sigp_sense, 1
_start: on_program unexpected
        start1 cpu1
        lgfi %r2,page
        mvi 7(%r2),0x2a
        set_stable_nodat %r4,%r2
        lgfi %r3,0x41000
        set_unused %r5,%r3
        lghi %r1,0x30
        lgfi %r3,0x42000
        sske %r1,%r3
        get_state %r4,%r2
        nill %r4,0x20
        lghi %r7,0x1234
        larl %r1,cr5
        lctlg %c5,%c5,0(%r1)
        lghi %r1,1
        larl %r9,short
        mvc 0(8,%r0),0(%r9)
        diag %r0,%r1,0x308
        fail
again:  lgfi %r2,page
        get_state %r5,%r2
        nill %r5,0x20
        lghi %r9,1
        lghi %r6,0
        sigp %r6,%r9,sigp_sense                 # stopped
        stpx prefix
        llgf %r8,prefix
        pass
unexpected:
        fail
cpu1:   j cpu1
        .set prefix, 0x300
        .balign 8
cr5:    .quad 0x5550
short:  .long 0x00080001, 0x80000000 + again
