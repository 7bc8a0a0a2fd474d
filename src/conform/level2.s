# A guest hypervisor for a conformance run at level 2, and its guest. At `next` somebody has said what the hypervisor does: the address of one
# of its routines is in %r10, and for `run` the address of its guest's move in %r13.
#
# It keeps for its guest what the rules ask of any host (spec/host.md): a page table with page-status entries, frames, a paging area, a list of
# released blocks. `discards` says whether it discards volatile and clean potentially volatile pages or, as KVM, saves them;
# `untouched` is the fifth byte of a page-status entry at first. The page at guest absolute address N has its frame at frames+N.

        .include "moves.inc"
        .include "../../fixtures/sie.inc"

        .set    origin, 0x2000                  # guest absolute: its program
        .set    frames, 0x0800000               # real
        .set    paging_area, 0x1000000
        .set    table_count, 6
        .set    resident_at_first, 4            # pages 0 to 3: lowcore and program

# Fields of a page-status entry, from the page-table entry on: byte 0 has ACC and F, byte 1 HR, HC (0x60), GR and GC (0x06).
        .set    status_key, 2048
        .set    status_bits, 2049
        .set    status, 2052
        .set    zero, 0x80
        .set    nodat, 0x40
        .set    usage, 0x03
        .set    page_invalid, 0x400

        .macro  done                            # back to the hypervisor
        diag    %r0,%r0,0x500
        .endm

_start: on_program page_fault
        larl    %r1,asce
        lctlg   %c1,%c1,0(%r1)
        larl    %r1,tables                      # nothing is resident, nothing has been touched
        lghi    %r2,table_count
0:      lghi    %r3,256
1:      mvhi    4(%r1),page_invalid
        mvi     status(%r1),untouched
        aghi    %r1,8
        brct    %r3,1b
        aghi    %r1,2048
        brct    %r2,0b
        larl    %r1,tables                      # but lowcore and program
        lgfi    %r3,frames
        lghi    %r2,resident_at_first
2:      stg     %r3,0(%r1)
        mvi     status(%r1),0
        aghi    %r1,8
        aghi    %r3,0x1000
        brct    %r2,2b
        lgfi    %r2,frames+origin
        larl    %r4,guest_program
        lghi    %r3,guest_program_end-guest_program
        lgr     %r5,%r3
        mvcl    %r2,%r4
        lgfi    %r2,frames                      # program interruptions of the guest go to its handler
        larl    %r3,guest_new_psw
        mvc     pgm_new(16,%r2),0(%r3)
        larl    %r15,guest                      # the list of released blocks begins empty
        larl    %r1,list
        stg     %r1,sd_cbrlo(%r15)

next:   br      %r10

# Lets the guest make the move at %r13.
run:    brasl   %r14,drain
        larl    %r15,guest
        stg     %r13,sd_psw+8(%r15)
enter:  larl    %r15,guest
        sie     0(%r15)
        cli     sd_icptcode(%r15),icpt_program
        je      reflect
        cli     sd_icptcode(%r15),icpt_instruction
        jne     lost
        cli     sd_ipa(%r15),0x83               # DIAGNOSE: the move is done
        je      next
        larl    %r14,essa_operation
        clc     sd_ipa(2,%r15),0(%r14)
        jne     lost

# ESSA 5 for a page that is not resident: the state before is for the guest's %r4.
        larl    %r15,save
        stmg    %r0,%r13,0(%r15)
        brasl   %r14,entry_of
        llgc    %r4,status(%r1)
        nill    %r4,usage
        sllg    %r4,%r4,2                       # usage, and "preserved"
        aghi    %r4,2
        tm      status(%r1),nodat
        jz      3f
        aghi    %r4,0x20
3:      tm      status(%r1),zero
        jz      4f
        aghi    %r4,1
4:      larl    %r3,save
        stg     %r4,8*4(%r3)
        ni      status(%r1),255-usage
        brasl   %r14,page_in
        larl    %r15,save
        lmg     %r0,%r13,0(%r15)
        j       enter

# A program interruption that SIE hands over: it is the guest's.
reflect:
        lgfi    %r14,frames
        mvc     pgm_ilc(4,%r14),sd_pgm_code-2(%r15)
        mvc     fault_address(8,%r14),fault_address+0x40(%r15)
        mvc     pgm_old(16,%r14),sd_psw(%r15)
        mvc     sd_psw(16,%r15),pgm_new(%r14)
        j       enter

# The guest needs a page that is not resident.
page_fault:
        larl    %r14,save
        stmg    %r0,%r13,0(%r14)
        cli     pgm_code+1,0x11
        jne     lost
        lg      %r2,fault_address
        nill    %r2,0xf000
        brasl   %r14,page_in
        larl    %r15,save
        lmg     %r0,%r13,0(%r15)
        larl    %r15,guest
        lpswe   pgm_old

# The host's rule for a resident page at %r2 (spec/host.md 2.1): save what the guest needs, throw away what it does not.
# Its key goes from the frame to the entry.
reclaim:
        brasl   %r14,drain
        brasl   %r14,entry_of
        lgr     %r3,%r1
        nill    %r3,0xf800                      # the page table
        ipte    %r3,%r2
        agfi    %r2,frames
        iske    %r5,%r2
        lgr     %r7,%r5
        nill    %r7,0xf8
        stc     %r7,status_key(%r1)
        ni      status_bits(%r1),0x9f
        nill    %r5,0x06
        llgc    %r7,status_bits(%r1)
        ogr     %r7,%r5                         # what the frame has seen, and what the entry has kept
        stc     %r7,status_bits(%r1)
        llgc    %r5,status(%r1)
        nill    %r5,usage
        chi     %r5,1
        je      discard                         # unused
        .if     discards
        chi     %r5,3
        je      discard                         # volatile
        chi     %r5,2
        jne     keep
        oi      status(%r1),usage               # potentially volatile: volatile without change,
        tmll    %r7,0x02
        jz      discard
        ni      status(%r1),255-usage           # stable with it
        .endif
keep:   lgr     %r4,%r2                         # the frame
        agfi    %r2,paging_area-frames
        lghi    %r3,4096
        lgr     %r5,%r3
        mvcl    %r2,%r4
        mvi     0(%r6),1
        j       next
discard:
        ni      status_bits(%r1),0x99           # neither referenced nor changed
        oi      status(%r1),zero
        mvi     0(%r6),0
        j       next

# Makes the page at %r2 resident: with what was saved, or zeros. Changes %r0 to %r8 and %r15.
page_in:
        lgr     %r8,%r14
        brasl   %r14,entry_of
        tm      status(%r1),zero
        jz      5f
        mvi     0(%r6),0                        # what was saved is no longer wanted
5:      agfi    %r2,frames
        lgr     %r7,%r2
        lghi    %r3,4096
        lgr     %r4,%r7
        agfi    %r4,paging_area-frames
        lghi    %r5,0                           # of a source of no bytes all is padding: zeros
        cli     0(%r6),0
        je      6f
        lgr     %r5,%r3
6:      mvcl    %r2,%r4
        llgc    %r3,status_key(%r1)
        nill    %r3,0xf8
        sske    %r3,%r7
        ni      status_bits(%r1),0x9f
        ni      status(%r1),255-zero
        stg     %r7,0(%r1)
        lgr     %r14,%r8
        br      %r14

# The page-table entry of the page at %r2: its address in %r1, and in %r6 that of the byte which says whether the paging area has the page.
entry_of:
        larl    %r1,tables
        srlg    %r3,%r2,20
        sllg    %r3,%r3,12
        agr     %r1,%r3
        srlg    %r3,%r2,12
        larl    %r6,saved
        agr     %r6,%r3
        nill    %r3,0xff
        nilh    %r3,0
        sllg    %r3,%r3,3
        agr     %r1,%r3
        br      %r14

# Gives up what the paging area has of the pages on the list, and empties it. Changes %r15.
drain:  larl    %r15,save
        stmg    %r0,%r14,0(%r15)
        larl    %r15,guest
        larl    %r9,list
        lg      %r10,sd_cbrlo(%r15)             # the next free doubleword
        stg     %r9,sd_cbrlo(%r15)
7:      cgr     %r9,%r10
        je      8f
        lg      %r2,0(%r9)
        brasl   %r14,entry_of
        mvi     0(%r6),0
        aghi    %r9,8
        j       7b
8:      larl    %r15,save
        lmg     %r0,%r14,0(%r15)
        br      %r14

end:    pass
lost:   fail

        .balign 8,0
guest_program:
        moves
guest_program_end:

        .balign 8,0
asce:   .quad   segments
guest_new_psw:
        .quad   supervisor, handler-guest_program+origin
save:   .skip   16*8
essa_operation:
        .short  0xb9ab
        state_description guest, flag_zarch+flag_sm, ecb2_essa, origin
saved:  .skip   table_count*256
        .balign 4096,0
list:   .skip   4096
tables: .skip   table_count*4096
segments:
        .set    table, tables
        .rept   table_count
        .quad   table
        .set    table, table+4096
        .endr
        .rept   512-table_count
        .quad   0x20
        .endr
