#: title The clock comparator and the CPU timer are zero at the start, so that enabling them interrupts at once
#: storage 1M
#: limit 100000
#: expect psw 0xfff
#: expect interruption external 0x1004 at enabled_comparator
#: expect interruption external 0x1005 at enabled_timer
        .include "../../fixtures/program.inc"
_start: new_psw ext_new, supervisor, comparator
        larl %r6,cr0
        lctlg %c0,%c0,0(%r6)
        go enabled, enabled_comparator
enabled_comparator: fail
comparator: new_psw ext_new, supervisor, timer
        lctlg %c0,%c0,8(%r6)
        go enabled, enabled_timer
enabled_timer: fail
timer:  pass
        .balign 8
cr0:    .quad 0x8e0, 0x4e0
