#: title A device stores into code that is hot, and the program executes the new code
#: storage 1M
#: limit 1000000
#: device virtio-rng-ccw
#: expect psw 0xfff
#: expect gr 5 = 0
        .include "../../fixtures/program.inc"
        .include "io.inc"
_start: io_blocks
        lgfi    %r4,20000
1:      brasl   %r14,routine
        brct    %r4,1b
        chi     %r5,1
        jne     bad
        enable  0x10000, 0
        larl    %r3,routine
        larl    %r2,program
        st      %r3,4(%r2)
        start   program, 0
        brasl   %r14,routine
        pass
bad:    fail
        .balign 8
# READ VIRTQUEUE CONFIGURATION takes the first halfword there for a queue's number; it has no such queue, and stores 0 behind it for its size.
program: .long  0x32000004, 0
        .balign 4096                            # nobody else stores into its page
routine: lghi   %r5,1
        br      %r14
