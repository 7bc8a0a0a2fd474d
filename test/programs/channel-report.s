#: title A channel report is a machine-check interruption when PSW and CR14 let it through; STORE CHANNEL REPORT WORD takes it
#: storage 1M
#: device virtio-rng-ccw
#: expect psw 0xfff
#: expect interruption machine-check 0 at opened
#: expect interruption machine-check 0 at loaded
#: expect storage 0xe8 = 00400f1d40330000
#: expect storage 0x12a0 = 0000000000004444
#: expect storage 0x160 = 0004000180000000
#: expect storage 0x20200 = 44020000000000004402000000000000
#: expect gr 5 = 0
#: expect gr 6 = 1
        .include "../../fixtures/program.inc"
        .include "io.inc"
        .set    check_new, 0x1e0
        .set    check_old, 0x160
        .set    check_enabled, 0x0004000180000000
_start: io_blocks
        new_psw check_new, supervisor, reported
        larl    %r8,cr14
        lghi    %r1,0
        rchp
        lctlg   %c14,%c14,0(%r8)                # the PSW does not let it through
        lghi    %r4,0x4444
        go      check_enabled, opened
opened: fail
reported:
        stcrw   data(%r9)
        cc      %r5
        stcrw   data+4(%r9)                     # no more
        cc      %r6
        larl    %r8,masked
        lctlg   %c14,%c14,0(%r8)
        new_psw check_new, supervisor, again
        go      check_enabled, 1f
1:      lghi    %r1,0
        rchp                                    # CR14 does not let it through
        larl    %r8,cr14
        lctlg   %c14,%c14,0(%r8)
loaded: fail
again:  stcrw   data+8(%r9)
        pass
        .balign 8
cr14:   .quad   0xd2000000
masked: .quad   0xc2000000
