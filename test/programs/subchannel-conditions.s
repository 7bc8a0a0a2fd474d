#: title Condition codes of the I/O instructions, and the bytes that STORE SUBCHANNEL stores
#: storage 1M
#: device virtio-rng-ccw,devno=fe.0.abcd
#: expect psw 0xfff
#: expect storage 0x20400 = 030003000301030303010200020000030103000200000103010000
#: expect storage 0x20000 = 000000000001abcd800000800000ff800000000000000000
        .include "../../fixtures/program.inc"
        .include "io.inc"
        .set    codes, 0x400
# Notes the condition code.
        .macro  note
        cc      %r5
        stc     %r5,0(%r8)
        la      %r8,1(%r8)
        .endm
_start: io_blocks
        la      %r8,codes(%r9)
        lgfi    %r1,0x10001                     # there is no such subchannel
        stsch   schib(%r9)
        note                                    # 3
        lgfi    %r1,0x10000
        stsch   schib(%r9)
        note                                    # 0
        larl    %r3,orb
        larl    %r2,program
        st      %r2,8(%r3)
        ssch    0(%r3)                          # not enabled
        note                                    # 3
        msch    schib(%r9)
        note                                    # 0
        tsch    irb(%r9)                        # not enabled
        note                                    # 3
        mvc     schib+128(52,%r9),schib(%r9)
        oi      schib+128+5(%r9),0x80
        msch    schib+128(%r9)
        tsch    irb(%r9)                        # enabled, nothing pending
        note                                    # 1
        lgfi    %r1,0x10001
        csch
        note                                    # 3
        hsch
        note                                    # 3
        rsch
        note                                    # 3
        lgfi    %r1,0x10000
        ssch    0(%r3)
        ssch    0(%r3)                          # status pending
        note                                    # 1
        tsch    irb(%r9)
        rsch                                    # nothing to resume
        note                                    # 2
        hsch
        note                                    # 0
        tsch    irb(%r9)
        xsch                                    # nothing to cancel
        note                                    # 2
        csch
        note                                    # 0
        csch
        note                                    # 0
        lgfi    %r1,0x10002
        xsch
        note                                    # 3
        lgfi    %r1,0x10000
        msch    schib+128(%r9)                  # status pending
        note                                    # 1
        lgfi    %r1,0x10003
        msch    schib+128(%r9)
        note                                    # 3
        lgfi    %r1,0x10000
        tsch    irb(%r9)
        note                                    # 0
        larl    %r2,suspending
        st      %r2,8(%r3)
        mvi     4(%r3),0x08                     # suspend control
        ssch    0(%r3)
        tsch    irb(%r9)
        msch    schib+128(%r9)                  # the start function is still there
        note                                    # 2
        xsch
        note                                    # 0
        msch    schib+128(%r9)
        note                                    # 0
        tsch    irb(%r9)
        note                                    # 1
        lghi    %r1,1
        rchp                                    # there is no path 1
        note                                    # 3
        lgfi    %r1,0x10000
        ssch    0(%r3)
        hsch                                    # intermediate status does not stand in the way
        csch
        tsch    irb(%r9)
        ssch    0(%r3)
        rsch                                    # status pending: suspended
        cc      %r5
        stc     %r5,0(%r8)
        hsch
        pass
        .balign 8
orb:    .long   1, 0x00808000, 0
        .balign 8
program: .long  0x03200001, 0
suspending: .long 0x03220001, 0
