#: title Four thousand pages, a million events
#: storage 32M
#: frames 3000
#: limit 100000000

# Goes round over 4,000 pages of storage: stores into each and lets it be volatile, then the next time potentially volatile, unused, stable. There
# are frames for fewer: the host discards, drops and pages. Who touches a discarded page is interrupted and makes it stable.

        .include "program.inc"
        .set    data, 0x100000
        .set    pages, 4000
        .set    rounds, 46

_start: on_program rebuild
        lghi    %r9,rounds
round:  lgfi    %r2,data
        lghi    %r4,pages
page:   get_state %r5,%r2
        nill    %r5,0x0c
        cghi    %r5,0x04
        jne     0f
        set_stable %r5,%r2              # unused pages must not be touched
0:      lg      %r6,0(%r2)              # a discarded page is made stable by the handler
        agr     %r8,%r4                 # some number, the same in each run
        mghi    %r8,77
        tmll    %r8,0x0c00
        jz      1f
        stg     %r8,0(%r2)
        set_volatile %r5,%r2
        j       2f
1:      tmll    %r8,0x3000
        jz      2f
        stg     %r8,0(%r2)
        set_unused %r5,%r2
2:      aghi    %r2,0x1000
        brctg   %r4,page
        brctg   %r9,round
        pass
rebuild:
        lg      %r10,fault_address
        set_stable %r5,%r10
        lpswe   pgm_old
