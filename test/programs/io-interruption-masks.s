#: title CR6 and the PSW mask I/O interruptions; the subclass with the lowest number comes first; TPI takes one without interrupting
#: storage 1M
#: device virtio-rng-ccw
#: device virtio-net-ccw,devno=fe.0.1234
#: expect psw 0xfff
#: expect interruption io 0x10000 at opened
#: expect interruption io 0x10000 at allowed
#: expect gr 4 = 0
#: expect gr 5 = 1
#: expect gr 6 = 2
#: expect gr 7 = 0
#: expect storage 0x20200 = 0001000100000b0b
        .include "../../fixtures/program.inc"
        .include "io.inc"
_start: io_blocks
        lghi    %r6,0
        new_psw io_new, supervisor, handler
        enable  0x10000, 5
        enable  0x10001, 2
        start   program, 0x0b0b
        lgfi    %r1,0x10000
        start   program, 0x0a0a
        tpi     data(%r9)                       # CR6 lets nothing through
        cc      %r4
        stosm   data+16(%r9),2
        larl    %r2,cr6_5
        lctlg   %c6,%c6,0(%r2)                  # subclass 5 only
opened: stnsm   data+16(%r9),0
        larl    %r2,cr6_2_5
        lctlg   %c6,%c6,0(%r2)
        lgfi    %r1,0x10000
        start   program, 0x0a0a
        tpi     data(%r9)                       # subclass 2, which came later but for the first one
        cc      %r5
        stosm   data+16(%r9),2
allowed: stnsm  data+16(%r9),0
        tpi     data(%r9)
        cc      %r7
        pass
handler:
        aghi    %r6,1
        lgfi    %r1,0x10000
        tsch    irb(%r9)
        lpswe   io_old
        .balign 8
cr6_5:  .quad   0x04000000
cr6_2_5: .quad  0x24000000
program: .long  0x03200001, 0
