#: title CHANNEL SUBSYSTEM CALL: characteristics, a path, subchannel sets, and commands that are not installed
#: storage 1M
#: device virtio-rng-ccw
#: device virtio-net-ccw,devno=fe.1.0000
#: expect psw 0xfff
#: expect storage 0x22010 = 0ff00001000000000000000000008000
#: expect storage 0x23010 = 00100001000000008000320000000000
#: expect storage 0x24400 = 00080001
#: expect storage 0x25010 = 00080004
#: expect storage 0x26010 = 00080005
#: expect storage 0x27010 = 00080007
#: expect storage 0x28010 = 00080003
#: expect gr 5 = 3
#: expect gr 6 = 0
#: expect storage 0x20004 = 00010000
        .include "../../fixtures/program.inc"
        .include "io.inc"
# Calls with the request of 16 bytes at \request, in the block at \block.
        .macro  call block, request
        lgfi    %r2,\block
        larl    %r3,\request
        mvc     0(16,%r2),0(%r3)
        .insn   rre,0xb25f0000,%r2,0
        .endm
_start: io_blocks
        on_program bad
        lgfi    %r1,0x00010001
        stsch   schib(%r9)                      # set 0 has one device
        cc      %r5
        call    0x22000, characteristics
        call    0x23000, paths
        call    0x24000, sets
        call    0x25000, unknown
        call    0x26000, events
        call    0x27000, format
        call    0x28000, reserved
        lgfi    %r1,0x00030000                  # set 1 may be named now
        stsch   schib(%r9)
        cc      %r6
        pass
bad:    fail
        .balign 8
characteristics: .long 0x00100010, 0, 0, 0
paths:  .long   0x00100002, 0, 0x000000ff, 0
sets:   .long   0x04000031, 0x00000002, 0, 0
unknown: .long  0x00107777, 0, 0, 0
events: .long   0x0010000e, 0, 0, 0
format: .long   0x00100010, 0x00010000, 0, 0
reserved: .long 0x00100010, 0, 1, 0
