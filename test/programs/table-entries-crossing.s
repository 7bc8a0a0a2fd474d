#: title INVALIDATE DAT TABLE ENTRY of entries on both sides of a page end, of which the second page is discarded, changes none of them
#: storage 1M
#: host at touch: discard 0x41000
#: expect psw 0xfff
#: expect interruption program 0x1a at touch address 0x41000 ilc 4
#: expect storage 0x40ff8 = 0000000000000000
        .include "../../fixtures/program.inc"
_start: on_program handler
        lgfi    %r2,0x40000             # a segment table
        lgfi    %r3,0x41000
        mvi     0(%r3),1
        set_volatile %r5,%r3
        lgfi    %r4,511<<20|1           # entry 511, and one more
        lghi    %r6,0
touch:  idte    %r2,%r6,%r4
        fail
handler:
        pass
