#: title ESSA on a block that its host maps without a page-table entry, by a large frame and by none: exception indication, nothing else
#: storage 4M
#: expect psw 0xfff
#: expect gr 10 = 0x10
#: expect gr 11 = 0x10
#: expect gr 12 = 0x10
#: expect gr 13 = 0x10
#: expect storage 0x70000 = 0000000000000000
#: expect storage 0x501b8 = 0000000000070000
#: expect interception 0x04 0x83000500 level 2
#: expect interception 0x08 level 2
#: expect interception 0x04 0x83000500 level 2
#: expect interception 0x1c level 1
#: expect gr 8 = 0x06
        .include "../../fixtures/program.inc"
        .include "sie2.inc"
        .set    segments, 0x80000
_start: on_program h
        setup2  g,gend
        mvi     0x62(%r2),0x80          # ESSA is interpreted
        lgfi    %r5,0x70000
        stg     %r5,0x1b8(%r2)
# the guest's megabyte is one large frame of level 1
        lgfi    %r3,segments
        lgfi    %r4,0x100400
        stg     %r4,8(%r3)
        larl    %r4,control
        lctlg   %c0,%c1,0(%r4)
        lgfi    %r2,sd
        sie     0(%r2)                  # to the DIAGNOSE
        sie     0(%r2)                  # a request code that does not exist still is an exception
        llgh    %r8,0xce(%r2)
# now level 1's addresses are real: there are no tables at all
        lgfi    %r3,0x20
        larl    %r4,control
        stg     %r3,8(%r4)
        lctlg   %c1,%c1,8(%r4)
        sie     0(%r2)
        pass
h:      fail
        .balign 8
control: .quad  0x8000e0, segments      # EDAT; a segment table
g:      lgfi    %r9,0x10000
        .insn   rrf,0xb9ab0000,%r10,%r9,0,0
        .insn   rrf,0xb9ab0000,%r11,%r9,2,0
        diag    %r0,%r0,0x500
        .insn   rrf,0xb9ab0000,%r13,%r9,8,0
        .insn   rrf,0xb9ab0000,%r12,%r9,0,0
        .insn   rrf,0xb9ab0000,%r13,%r9,3,0
        diag    %r0,%r0,0x500
gend:   .quad   0
