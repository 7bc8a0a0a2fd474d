#: title KVM since 2026 forgets that a dropped page is logically zero, and a copy from before does not come back
#: storage 1M
#: profile kvm-2026
#: host at out: page-out 0x40000
#: host at pressure: discard 0x40000
#: expect psw 0xfff
#: expect gr 4 = 0x07
#: expect gr 5 = 0
        .include "../../fixtures/program.inc"
_start: lgfi    %r2,0x40000
        mvi     7(%r2),0x11
out:    ltg     %r5,0(%r2)              # resident, and the paging device has the same
        set_unused %r4,%r2
pressure:
        get_state %r4,%r2               # Uz, and the mark is gone
        lg      %r5,0(%r2)
        pass
