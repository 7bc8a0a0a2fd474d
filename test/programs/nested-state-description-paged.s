#: title while CPU 0 is in its guest the host pages out the state description: the guest must not run anything twice
#: storage 4M
#: cpus 2
#: limit 4000000
#: host at evict: page-out 0x50000
#: expect psw 0xfff
#: expect gr 9 = 1
#: expect storage 0x60090 = 00000000000000000000000000000000
        .include "../../fixtures/program.inc"
        .include "sie2.inc"
        .include "two.inc"
_start: on_program h
        start1 cpu1
        setup2 g,gend
        lghi %r9,0
again:  sie 0(%r2)
        llgc %r7,0x50(%r2)
        ltr %r7,%r7
        jz again
        pass
h:      fail
cpu1:   lgfi %r2,200000
1:      brct %r2,1b
evict:  lghi %r0,0
        lgfi %r2,0x60000
        lg %r4,8(%r2)           # a new page, in the frame that was freed
1:      j 1b
        .balign 8
g:      aghi %r9,1
        lgfi %r10,400000
1:      brct %r10,1b
        diag %r0,%r0,0x500
gend:   .quad 0
