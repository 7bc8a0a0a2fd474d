#: title A hypervisor may save volatile pages: touching one is its page fault, and no discard fault of its guest
#: storage 2M
#: expect psw 0xfff
#: expect interruption program 0x11 at enter address 0x3000 level 1
#: expect gr 4 = 0x0e
#: expect gr 5 = 0x2a
# The page is Vp, a state that the architecture's own rules do not lead to: invalid, volatile, and not logically zero. It comes back.
        .include "../../fixtures/program.inc"
        .include "../../fixtures/sie.inc"
        .include "../../fixtures/dat.inc"
        .set    start, 0x2000
        .set    page, 0x3000
_start: on_program page_fault
        larl    %r1,asce
        lctlg   %c1,%c1,0(%r1)
        lgfi    %r2,0x42000             # the guest's program
        larl    %r3,guest_program
        mvc     0(guest_program_end-guest_program,%r2),0(%r3)
        lgfi    %r2,0x43000
        mvi     7(%r2),0x2a
        larl    %r15,guest
enter:  sie     0(%r15)
        cli     sd_icptcode(%r15),icpt_wait
        jne     lost
        pass
lost:   fail
page_fault:
        larl    %r14,entry
        larl    %r15,frame
        mvc     0(8,%r14),0(%r15)
        larl    %r15,guest
        lpswe   pgm_old

        .balign 8,0
guest_program:
        lgfi    %r2,page
        get_state %r4,%r2
        lg      %r5,0(%r2)
        go      disabled_wait, 0
guest_program_end:

        .balign 8,0
asce:   .quad   segments
frame:  .quad   0x43000
        state_description guest, flag_zarch+flag_sm, ecb2_essa, start, list=0x21000
        .balign 4096,0
table:  .quad   0x40000, 0x41000        # the prefix area of level 2
        .quad   0x42000
entry:  .quad   page_invalid
        entries 252, page_invalid
        entries 3, 0                    # status: stable
        .quad   0x3000000               # volatile
        entries 252, 0
segments:
        .quad   table
        entries 511, segment_invalid
