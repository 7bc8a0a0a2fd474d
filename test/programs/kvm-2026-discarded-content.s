#: title KVM since 2026 forgets that a page is logically zero, and what was saved of it before the discard still does not come back
#: storage 1M
#: profile kvm-2026
#: host at pressure: page-out 0x40000
#: host at pressure: page-out 0x41000
#: host at pressure: page-out 0x42000
#: host at again: page-out 0x40000
#: expect psw 0xfff
#: expect gr 4 = 0x06
#: expect gr 5 = 0
#: expect gr 6 = 0x22
#: expect gr 7 = 0
#: expect storage 0x41000 = 0000
        .include "../../fixtures/program.inc"
_start: lgfi    %r2,0x40000
        lgfi    %r3,0x41000
        mvi     7(%r2),0x11
        lgfi    %r8,0x42000
        mvi     1(%r3),0x11
        mvi     7(%r8),0x11
pressure:
        set_unused %r4,%r2              # discarded, and on the list
        set_unused %r4,%r3
        set_volatile %r4,%r8
        get_state %r4,%r8
        set_stable %r4,%r2              # the mark is gone: Sp
        get_state %r4,%r3
        get_state %r4,%r3               # the mark is gone: Up
        lg      %r5,0(%r2)
        mvi     7(%r2),0x22             # new content, which is no longer what the list tells of
again:  lg      %r6,0(%r2)
        lg      %r7,0(%r8)              # the first has left the list, the others have not
        pass
