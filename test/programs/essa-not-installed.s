#: title ESSA that is not installed is an operation exception, before problem state, request code and block are looked at
#: storage 1M
#: essa none
#: expect psw 0xfff
#: expect interruption program 0x01 at probe ilc 4
#: expect interruption program 0x01 at wrong_code ilc 4
#: expect interruption program 0x01 at executed ilc 6
#: expect interruption program 0x01 at in_problem_state ilc 4
#: expect gr 4 = 0x4444
#: expect interception 0x1c
#: expect page 0x40000 = Sz
        .include "../../fixtures/program.inc"
_start: on_program handler
        lghi    %r4,0x4444
        lghi    %r9,0
        lgfi    %r2,0x40000
probe:  get_state %r4,%r2
wrong_code:
        .insn   rrf,0xb9ab0000,%r4,%r2,15,0
executed:
        exrl    %r0,target
        go      problem, user
user:
in_problem_state:
        get_state %r4,%r2
        svc     0                       # never reached
        .balign 4
target: set_unused %r4,%r2

handler:
        aghi    %r9,1
        chi     %r9,4
        je      end
        lpswe   pgm_old
end:    pass
