#: title enabled wait loaded while the clock comparator is already pending
#: storage 1M
#: limit 1000000
#: expect psw 0xfff
#: expect gr 5 = 0
        .include "../../fixtures/program.inc"
_start: new_psw ext_new, supervisor, woken
        mvhhi ext_cpu,0x7777
        larl %r6,cr0
        lctlg %c0,%c0,0(%r6)
        larl %r5,now
        sckc 0(%r5)
        go enabled_wait, 0x100
woken:  llgh %r4,ext_code
        llgh %r5,ext_cpu
        pass
        .balign 8
cr0:    .quad 0x8e0
now:    .quad 0
