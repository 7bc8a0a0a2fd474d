#: title An I/O interruption goes to whichever CPU is enabled
#: storage 1M
#: cpus 2
#: limit 1000000
#: device virtio-rng-ccw
#: expect psw 0xfff
#: expect interruption restart 0 cpu 1
#: expect interruption io 0x10000 at 0x200 cpu 1
        .include "../../fixtures/program.inc"
        .include "two.inc"
        .include "io.inc"
_start: io_blocks
        new_psw io_new, supervisor, woken
        start1  other
        lgfi    %r2,20000
1:      brct    %r2,1b                          # the other CPU waits by now
        enable  0x10000, 0
        start   program, 1
        larl    %r4,told
1:      clc     data(4,%r9),0(%r4)
        jne     1b
        pass
other:  io_blocks
        larl    %r2,cr6
        lctlg   %c6,%c6,0(%r2)
        go      io_wait, 0x200
woken:  larl    %r4,told
        mvc     data(4,%r9),0(%r4)
        lghi    %r2,0
1:      j       1b
        .balign 8
cr6:    .quad   0x80000000
told:   .long   0x600d
program: .long  0x03200001, 0
