# The guest of a conformance run at level 1. At `next` somebody has said what it does: the address of a move is in %r10.
# With `dat` not zero, storage is reached through translation tables by other addresses than its own: `alias` higher.

        .include "moves.inc"

        .set    alias, 0x4000000
        .set    last_segment, 7
        .if     dat
        .set    mask, translated
        .else
        .set    mask, supervisor
        .endif

        .macro  done
        j       next
        .endm

_start: new_psw pgm_new, mask, handler
        larl    %r1,asce
        lctlg   %c1,%c1,0(%r1)
        go      mask, next
next:   br      %r10
        moves
end:    pass

        .balign 8,0
asce:   .quad   segments

# Segments 0 to 7 map the first 8 MiB as they are; 64 MiB higher they do so again.
        .balign 4096,0
segments:
        .macro  eight_segments
        .set    table, pages
        .rept   last_segment+1
        .quad   table
        .set    table, table+2048
        .endr
        .endm
        .macro  invalid count
        .rept   \count
        .quad   0x20
        .endr
        .endm
        eight_segments
        invalid 56
        eight_segments
        invalid 440
        .balign 4096,0
pages:
        .set    frame, 0
        .rept   2048
        .quad   frame
        .set    frame, frame+0x1000
        .endr
