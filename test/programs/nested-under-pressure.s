#: title CPU 0 runs level 2 over 40 pages, CPU 1 counts over 64 pages, 24 frames
#: storage 4M
#: cpus 2
#: frames 24
#: limit 20000000
#: expect psw 0xfff
        .include "../../fixtures/program.inc"
        .include "sie2.inc"
        .include "two.inc"
_start: on_program h
        start1 cpu1
        setup2 g,gend
again:  sie 0(%r2)
        llgc %r7,0x50(%r2)
        ltr %r7,%r7
        jz again
        chi %r7,4
        jne bad
        pass
h:      fail
bad:    go disabled_wait,0xbad1
cpu1:   lgfi %r2,0x200000
c0:     lghi %r3,64
        lgr %r4,%r2
        aghi %r6,1
1:      agsi 8(%r4),1
        cg %r6,8(%r4)
        jne bad2
        aghi %r4,0x1000
        brct %r3,1b
        j c0
bad2:   lghi %r5,0
        sigp %r0,%r5,5
        go disabled_wait,0xbad2
        .balign 8
g:      lgfi %r12,150
        lghi %r8,0
2:      lgfi %r10,0x20000
        lghi %r11,40
        aghi %r8,1
1:      agsi 16(%r10),1
        cg %r8,16(%r10)
        jne 3f
        aghi %r10,0x1000
        brct %r11,1b
        brct %r12,2b
        diag %r0,%r0,0x500
3:      lpswe 0x100(%r0)
        .balign 8
gend:   .quad 0
