#: title An I/O interruption for the host comes while its guest runs: the old PSW is at SIE
#: storage 4M
#: cpus 2
#: limit 5000000
#: device virtio-rng-ccw
#: expect psw 0xfff
#: expect interruption restart 0 cpu 1
#: expect interruption io 0x10000 at enter cpu 0 level 1
        .include "../../fixtures/program.inc"
        .include "sie2.inc"
        .include "two.inc"
        .include "io.inc"
_start: io_blocks
        new_psw io_new, supervisor, woken
        larl    %r4,cr6
        lctlg   %c6,%c6,0(%r4)
        start1  other
        setup2  guest, guest_end
        go      io_enabled, enter
enter:  sie     0(%r2)
        fail
woken:  pass
other:  io_blocks
        lgfi    %r2,50000
1:      brct    %r2,1b                          # the guest runs by now
        enable  0x10000, 0
        start   program, 1
1:      j       1b
        .balign 8
cr6:    .quad   0x80000000
program: .long  0x03200001, 0
guest:  j       guest
        .balign 8
guest_end: .quad 0
