#: title SSM, STNSM and STOSM: a pending interruption comes as soon as it is let in, and what changes nothing else is done all the same
#: storage 1M
#: host at masked: interrupt external 0x1201
#: expect psw 0xfff
#: expect interruption external 0x1201 at opened
#: expect interruption program 0x13 at suppressed
#: expect interruption program 6 at invalid ilc 4
#: expect storage 0x300 = 00 01 03 02
        .include "../../fixtures/program.inc"
_start: on_program program
        new_psw ext_new, supervisor, external
        larl %r6,cr0
        lctlg %c0,%c0,0(%r6)
masked: stnsm 0x300,0xfc
        stosm 0x310,0x01
opened: stosm 0x301,0x02
        stnsm 0x302,0xfe
        stosm 0x303,0x00
        larl %r6,cr0_suppression
        lctlg %c0,%c0,0(%r6)
suppressed: ssm 0(%r0)                  # before the operand is looked at
external: ni ext_old+1,0xff
        lpswe ext_old
program: tm 0x8f,0x10
        jz passed
        larl %r6,cr0
        lctlg %c0,%c0,0(%r6)
invalid: stosm 0x310,0x08               # an unassigned bit
        fail
passed: pass
        .balign 8
cr0:    .quad 0x4000
cr0_suppression: .quad 0x40000000
