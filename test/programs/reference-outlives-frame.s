#: title Keys under pressure: what the guest referenced stays referenced when its host looks for a victim, what it did not stays so, and nothing of an old key is left
#: storage 1M
#: frames 12
#: host at out: page-out 0xa0000
#: host at out: page-out 0xa1000
#: host at out: page-out 0xa2000
#: host at again: page-out 0xa1000
#: host at again: discard 0xa2000
#: expect psw 0xfff
#: expect gr 4 = 0x04
#: expect gr 6 = 0x00
#: expect gr 7 = 0x06
#: expect gr 8 = 0x00
# The host goes by the reference bits of frames, and resets them; the guest's own are kept in the page-status entries.
        .include "../../fixtures/program.inc"
        .set    pages, 0x40000
_start: lgfi    %r2,0xa0000
        lgfi    %r3,0xa1000
        lgfi    %r9,0xa2000
        lghi    %r1,0x38
        mvi     0(%r2),1
        mvi     0(%r3),1
        mvi     0(%r9),1
        sske    %r1,%r3                 # page 0xa1000: a key of 3, with fetch protection
        sske    %r1,%r9
        lghi    %r1,0
        sske    %r1,%r2                 # page 0xa0000: neither referenced nor changed
out:    iske    %r6,%r2
        ltg     %r5,0(%r3)              # back
        ltg     %r5,0(%r9)
        sske    %r1,%r3                 # a key of 0
        sske    %r1,%r9
        set_volatile %r5,%r9
        mvi     0(%r3),2
again:  iske    %r7,%r3
        iske    %r8,%r9

        lgfi    %r2,pages               # touches more pages than there are frames, with no page of code or data in between left alone for long
        lghi    %r3,40
1:      ltg     %r5,0(%r2)
        aghi    %r2,0x1000
        brct    %r3,1b
        lgfi    %r2,pages
        lghi    %r3,40
        lghi    %r4,0xff
2:      iske    %r5,%r2
        ngr     %r4,%r5
        aghi    %r2,0x1000
        brct    %r3,2b
        nill    %r4,0x04
        pass
