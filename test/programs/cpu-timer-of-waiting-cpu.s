#: title CPU 1 waits for its CPU timer while CPU 0 runs
#: storage 1M
#: cpus 2
#: limit 3000000
#: expect psw 0xfff
        .include "../../fixtures/program.inc"
        .include "two.inc"
_start: on_program h
        start1 cpu1
        larl %r8,flag
1:      cli 0(%r8),1
        jne 1b
        pass
cpu1:   lgfi %r9,0x8000
        larl %r4,np
        mvc 0x1b0(16),0(%r4)
        larl %r6,cr0
        lctlg %c0,%c0,0(%r6)
        spt 8(%r6)
        go enabled_wait,0x100
e:      larl %r8,flag
        mvi 0(%r8),1
1:      j 1b
h:      fail
        .balign 8
cr0:    .quad 0x4e0,64000
flag:   .quad 0
np:     .quad supervisor,e
