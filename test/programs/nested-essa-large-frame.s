#: title ESSA at level 2: a large frame has no page-status entry, and a table counts as stored into where a state changes
#: storage 4M
#: expect psw 0xfff
#: expect gr 4 = 0x10
#: expect gr 5 = 0x10
#: expect gr 6 = 0x00
#: expect gr 7 = 0x04
#: expect gr 9 = 0x0c
#: expect storage changed = 00 02 00 02
#: expect storage guest+0x1b8 = 0000000000021008
#: expect storage 0x21000 = 0000000000005000
# Level 2 has its first megabyte in pages and its second in a frame of one megabyte. For the latter every request tells in bit 59 that there is no
# entry, and does nothing. ESSA 0 leaves the page-status entry of the former alone; requests that change it, and one that discards once more what
# is discarded already, store into the table: level 1 sees that in the table's storage key.
        .include "../../fixtures/program.inc"
        .include "../../fixtures/sie.inc"
        .include "../../fixtures/dat.inc"
        .set    start, 0x2000
        .set    page, 0x3000
        .set    away, 0x5000
        .set    large, 0x100000
_start: on_program wrong
        larl    %r1,controls
        lctlg   %c0,%c1,0(%r1)
        lgfi    %r2,0x42000             # the guest's program
        larl    %r3,guest_program
        mvc     0(guest_program_end-guest_program,%r2),0(%r3)
        larl    %r13,changed
        larl    %r15,guest
enter:  larl    %r14,table
        lghi    %r10,0
        sske    %r10,%r14               # the table was not stored into
        sie     0(%r15)
        cli     sd_icptcode(%r15),icpt_wait
        je      done
        cli     sd_ipa(%r15),0x83
        jne     wrong
        iske    %r10,%r14
        nill    %r10,0x02
        stc     %r10,0(%r13)
        la      %r13,1(%r13)
        j       enter
done:   pass
wrong:  fail

        .balign 8,0
guest_program:
        lgfi    %r2,page
        lgfi    %r3,large
        lgfi    %r11,away
        get_state %r6,%r2
        diag    %r0,%r0,0x500           # not stored into
        set_unused %r8,%r2
        diag    %r0,%r0,0x500           # Sr became Ur
        get_state %r7,%r2
        diag    %r0,%r0,0x500
        set_volatile %r8,%r11           # already Vz; its key is looked at, too
        diag    %r0,%r0,0x500
        set_volatile %r8,%r2
        get_state %r9,%r2
        get_state %r4,%r3
        set_unused %r5,%r3
        lg      %r1,0(%r3)              # it is no unused page
        go      disabled_wait, 0
guest_program_end:

        .balign 8,0
controls:
        .quad   0x8000e0                # enhanced DAT
        .quad   segments
changed:
        .skip   8
        state_description guest, flag_zarch+flag_sm, ecb2_essa, start, list=0x21000
        .balign 4096,0
table:  .quad   0x40000, 0x41000        # the prefix area of level 2
        .quad   0x42000, 0x43000, 0x44000, page_invalid
        entries 250, page_invalid
        entries 5, 0                    # status: stable
        .quad   0x83000000              # Vz
        entries 250, 0
segments:
        .quad   table
        .quad   0x100400                # a frame of one megabyte
        entries 255, segment_invalid
        .quad   0x1000020               # where a page table would have "unused" for the entry above
        entries 254, segment_invalid
