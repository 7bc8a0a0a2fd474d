#: title emergency signal before external call (PoP order), although the call came first; CPU address zero for timer
#: storage 1M
#: cpus 2
#: limit 1000000
#: expect psw 0xfff
        .include "../../fixtures/program.inc"
        .include "two.inc"
_start: new_psw ext_new, supervisor, e
        start1 cpu1
        larl %r6,cr0
        lctlg %c0,%c0,0(%r6)
        lgfi %r2,60000
1:      brct %r2,1b
        stosm 0x400,1
        nop
        nop
        j 1b
e:      aghi %r8,1
        chi %r8,2
        jne 2f
        pass
2:      lpswe ext_old
cpu1:   lghi %r5,0
        sigp %r2,%r5,2
        sigp %r2,%r5,3
1:      j 1b
        .balign 8
cr0:    .quad 0x60e0
