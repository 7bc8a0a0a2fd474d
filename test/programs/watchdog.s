#: title DIAGNOSE X'288': the checks, and the restart of CPU 0 when the time has passed, while it waits
#: storage 1M
#: expect psw 0xfff
#: expect interruption program 6 at odd
#: expect interruption program 6 at action
#: expect interruption program 6 at function
#: expect interruption program 6 at early
#: expect interruption program 6 at uninitialized
#: expect interruption restart 0
#: expect gr 7 = 1
        .include "../../fixtures/program.inc"
        .set init, 0
        .set change, 1
        .set cancel, 2
_start: on_program next
        new_psw restart_new, supervisor, bitten
        lghi %r2,init
        lghi %r3,15
        lghi %r4,0
odd:    diag %r3,%r4,0x288
        lghi %r4,42
action: diag %r2,%r4,0x288
        lghi %r4,0
        lghi %r2,3
function: diag %r2,%r4,0x288
        lghi %r2,init
        lghi %r3,14
early:  diag %r2,%r4,0x288
        lghi %r2,cancel
uninitialized: diag %r2,%r4,0x288
        lghi %r2,init                   # set, cancelled, set again, and given more time
        lghi %r3,15
        diag %r2,%r4,0x288
        lghi %r2,cancel
        diag %r2,%r4,0x288
        lghi %r2,init
        diag %r2,%r4,0x288
        lghi %r2,change
        lghi %r3,16
        stck before
        diag %r2,%r4,0x288
        go enabled_wait, next
bitten: stck after
        lg %r7,after
        sg %r7,before
        larl %r8,seconds                # not earlier, and at once
        dsg %r6,0(%r8)
        srlg %r7,%r7,4
        pass
next:   lpswe pgm_old
        .set before, 0x300
        .set after, 0x308
        .balign 8
seconds: .quad 4096000000
