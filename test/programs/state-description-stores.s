#: title the state description of a level-2 guest goes out before and after SIE
#: storage 2M
#: host at out1: page-out 0x50000
#: host at out2: page-out 0x50000
#: expect psw 0xfff
#: expect gr 7 = 0x04
        .include "../../fixtures/program.inc"
        .set sd,0x50000
_start: on_program h
        lgfi %r2,sd
        mvhi 0(%r2),0x800       # ZARCH
        lgfi %r3,0x100000
        stg %r3,0x80(%r2)       # MSO 1M
        stg %r3,0x88(%r2)       # MSL
        larl %r4,psw2
        mvc 0x90(16,%r2),0(%r4)
        larl %r4,cr0
        mvc 0x100(8,%r2),0(%r4)
        larl %r4,asce
        lctlg %c1,%c1,0(%r4)
        lgfi %r5,0x101000
        larl %r4,code2
        mvc 0(8,%r5),0(%r4)
out1:   lghi %r0,0
        sie 0(%r2)
        lgr %r13,%r13
out2:   lghi %r0,0
        llgc %r7,0x50(%r2)
        llgh %r8,0x56(%r2)
        lg %r9,0x98(%r2)
        pass
h:      fail
        .balign 8
code2:  diag %r0,%r0,0x500
        .long 0
psw2:   .quad supervisor,0x1000
cr0:    .quad 0xe0
asce:   .quad 0x20              # real space
