#: title A driver sets a virtio disk up through its subchannel, writes a sector, and reads it again
#: storage 1M
#: limit 1000000
#: device virtio-blk-ccw,devno=fe.0.0007,size=64K
#: expect psw 0xfff
#: expect storage 0x31000 = 5a5a5a5a
#: expect storage 0x311fc = 5a5a5a5a
#: expect storage 0x33000 = 0000
#: expect storage 0x22000 = 00000200
#: expect storage 0x24000 = 0000000000000001
#: expect storage 0x25000 = 8000000000000000
        .include "../../fixtures/program.inc"
        .include "io.inc"
        .set    descriptors, 0x20800
        .set    available, 0x21000
        .set    used, 0x22000
        .set    status, 0x23000
        .set    indicators, 0x24000
        .set    capacity, 0x25000
        .set    header, 0x30000
        .set    sector, 0x31000
        .set    result, 0x33000

# Executes the channel command at \ccw and waits for its end.
        .macro  command ccw
        larl    %r2,\ccw
        brasl   %r14,execute
        .endm

_start: io_blocks
        new_psw io_new, supervisor, interrupted
        larl    %r2,cr6
        lctlg   %c6,%c6,0(%r2)
        enable  0x10000, 0
        command set_revision
        command write_features
        command set_queue
        command set_indicators
        command read_features
        command read_configuration
        command read_queue
        command write_status

        lgfi    %r4,sector                      # a sector of 0x5a
        mvi     0(%r4),0x5a
        mvc     1(255,%r4),0(%r4)
        mvc     256(256,%r4),0(%r4)
        lghi    %r5,1                           # write
        lghi    %r6,0x0100                      # NEXT
        brasl   %r14,request
        lgfi    %r4,sector
        xc      0(256,%r4),0(%r4)
        xc      256(256,%r4),0(%r4)
        lghi    %r5,0                           # read
        lghi    %r6,0x0300                      # NEXT and WRITE
        brasl   %r14,request
        pass

# Starts the CCW at %r2 and waits.
execute: lgfi   %r1,0x10000
        larl    %r3,orb
        st      %r2,8(%r3)
        ssch    0(%r3)
        jne     bad
wait:   larl    %r3,waiting
        lpswe   0(%r3)
interrupted:
        lgfi    %r1,0x10000
        tsch    irb(%r9)
        jne     bad
        tm      irb+8(%r9),0x02                 # unit check
        jnz     bad
        cli     irb+9(%r9),0
        jne     bad
        br      %r14
bad:    fail

# Makes the one request of type %r5, whose data descriptor has the flags %r6, available for the next time, and waits until it is used.
request:
        lgfi    %r4,header
        strv    %r5,0(%r4)                      # type, little-endian; sector 3
        mvi     8(%r4),3
        lgfi    %r4,descriptors
        lgfi    %r3,header
        strvg   %r3,0(%r4)
        mvi     8(%r4),16
        mvhhi   12(%r4),0x0100                  # NEXT
        mvhhi   14(%r4),0x0100                  # descriptor 1
        lgfi    %r3,sector
        strvg   %r3,16(%r4)
        mvhhi   24(%r4),0x0002                  # 512 bytes
        sth     %r6,28(%r4)
        mvhhi   30(%r4),0x0200                  # descriptor 2
        lgfi    %r3,result
        mvi     0(%r3),0xee
        strvg   %r3,32(%r4)
        mvi     40(%r4),1
        mvhhi   44(%r4),0x0200                  # WRITE
        lgfi    %r4,available
        lrvh    %r7,2(%r4)
        aghi    %r7,1
        strvh   %r7,2(%r4)                      # the ring's entries are all descriptor 0
        lghi    %r1,3
        lgfi    %r2,0x10000
        lghi    %r3,0
        lghi    %r4,0
        diag    %r0,%r0,0x500
        ltgr    %r2,%r2
        jl      bad
        j       wait

        .balign 8
cr6:    .quad   0x80000000
waiting: .quad  io_wait, 0
orb:    .long   1, 0x00808000, 0
        .balign 8
set_revision: .long 0x83000004, revision
write_features: .long 0x11000005, features
set_queue: .long 0x13000020, queue
set_indicators: .long 0x43000008, indicator_block
read_features: .long 0x12000005, features
read_configuration: .long 0x22000008, capacity
read_queue: .long 0x32000004, queue_size
write_status: .long 0x31000001, ready
queue:  .quad   descriptors
        .long   0
        .short  0, 8
        .quad   available, used
indicator_block: .quad indicators
features: .byte 1, 0, 0, 0, 1
ready:  .byte   0x0f
        .balign 4
revision: .long 0x00010000
queue_size: .long 0
