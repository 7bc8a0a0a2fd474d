#: title KVM since 2026 leaves the usage of a preserved page that was changed, where KVM before made it stable
#: storage 1M
#: profile kvm-2026
#: host at pressure: page-out 0x40000
#: host at pressure: page-out 0x41000
#: expect psw 0xfff
#: expect page 0x40000 = Pp
#: expect page 0x41000 = Vp
        .include "../../fixtures/program.inc"
_start: lgfi    %r2,0x40000
        lgfi    %r3,0x41000
        mvi     0(%r2),1
        mvi     0(%r3),1
        set_potentially_volatile %r4,%r2
        set_volatile %r4,%r3
pressure:
        set_potentially_volatile %r4,%r2
        set_potentially_volatile %r4,%r3
        pass
