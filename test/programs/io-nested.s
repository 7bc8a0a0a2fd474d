#: title I/O instructions of a guest's guest are intercepted for its own host
#: storage 4M
#: limit 1000000
#: device virtio-rng-ccw
#: expect psw 0xfff
#: expect gr 7 = 4
#: expect gr 8 = 0xb2332000
        .include "../../fixtures/program.inc"
        .include "sie2.inc"
_start: on_program bad
        setup2  guest, guest_end
        sie     0(%r2)
        lgfi    %r2,sd                          # the guest has changed it
        llgc    %r7,0x50(%r2)                   # interception code
        llgf    %r8,0x56(%r2)                   # the instruction
        pass
bad:    fail
guest:  lghi    %r2,0
        lgfi    %r1,0x10000
        ssch    0(%r2)
        .balign 8
guest_end: .quad 0
