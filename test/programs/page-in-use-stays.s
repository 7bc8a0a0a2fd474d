#: title Second chance: a page that is in use all the time keeps its frame, while others come and go
#: storage 1M
#: frames 12
#: expect psw 0xfff
#: expect host pageIns = 2
#: expect storage 0x30000 = 00000000000007d0
# The page is touched between any two others. That the host has looked at its reference bit must not keep the machine from setting it again. The
# first look finds every page referenced and takes the two oldest, which is the program's and this one; they come back, and never go again.
        .include "../../fixtures/program.inc"
_start: lgfi    %r9,0x30000
        lgfi    %r2,0x40000
        lghi    %r3,100
1:      lghi    %r4,20                  # so often that it is found in the TLB
2:      agsi    0(%r9),1
        brct    %r4,2b
        ltg     %r5,0(%r2)
        aghi    %r2,0x1000
        brct    %r3,1b
        pass
