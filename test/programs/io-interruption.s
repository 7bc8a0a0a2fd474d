#: title A waiting CPU takes the I/O interruption; TEST SUBCHANNEL stores the status once
#: storage 1M
#: device virtio-rng-ccw
#: expect psw 0xfff
#: expect interruption io 0x10000 at 0x100
#: expect storage 0xb8 = 000100000000cafe18000000
#: expect gr 4 = 0
#: expect gr 5 = 1
#: expect gr 6 = 1
#: expect storage 0x20200 = ff38320400000000
        .include "../../fixtures/program.inc"
        .include "io.inc"
_start: io_blocks
        new_psw io_new, supervisor, woken
        larl    %r2,cr6
        lctlg   %c6,%c6,0(%r2)
        enable  0x10000, 3
        start   program, 0xcafe
        start   program, 0xcafe                 # status pending
        cc      %r6
        go      io_wait, 0x100
woken:  lgfi    %r1,0x10000
        tsch    irb(%r9)
        cc      %r4
        tsch    irb+64(%r9)
        cc      %r5
        larl    %r3,scsw
        clc     irb(12,%r9),0(%r3)
        jne     bad
        pass
bad:    fail
        .balign 8
cr6:    .quad   0x10000000                      # subclass 3
program: .long  0xe4200010, blocks+data         # SENSE ID, length not minded
scsw:   .long   0x00804007                      # format 1, start function, primary, secondary and pending
        .long   program+8
        .long   0x0c000008                      # channel end, device end, 8 bytes left
