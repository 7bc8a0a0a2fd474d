#: title An instruction that a discarded page nullifies leaves the keys of its other operands as they were
#: storage 1M
#: host at move: discard 0x41000
#: host at translate: discard 0x41000
#: expect psw 0xfff
#: expect interruption program 0x1a at move address 0x41000 ilc 6
#: expect interruption program 0x1a at translate address 0x41000 ilc 6
#: expect gr 6 = 0
#: expect gr 8 = 0
        .include "../../fixtures/program.inc"
_start: on_program moved
        lgfi    %r2,0x40000
        lgfi    %r3,0x41000
        mvi     0(%r2),1
        mvi     0(%r3),1
        set_volatile %r5,%r3
        lghi    %r5,0
        sske    %r5,%r2
move:   mvc     0(8,%r3),0(%r2)         # the source could be fetched
        fail

moved:  lghi    %r6,0
        iske    %r6,%r2
        set_stable %r5,%r3
        mvi     0(%r3),1
        set_volatile %r5,%r3
        on_program tested
        lghi    %r5,0
        sske    %r5,%r2
translate:
        tr      0(8,%r2),0(%r3)         # the first operand could be stored into
        fail

tested:
        lghi    %r8,0
        iske    %r8,%r2
        pass
