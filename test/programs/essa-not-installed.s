#: title ESSA that is not installed is an operation exception, before problem state, request code and block are looked at, and is not announced
#: storage 1M
#: essa none
#: expect psw 0xfff
#: expect interruption program 0x01 at probe ilc 4
#: expect interruption program 0x01 at wrong_code ilc 4
#: expect interruption program 0x01 at executed ilc 6
#: expect interruption program 0x01 at in_problem_state ilc 4
#: expect gr 4 = 0x4444
#: expect gr 6 = 0x10
#: expect gr 7 = 0
#: expect gr 8 = 0x40
#: expect page 0x40000 = Sz
        .include "../../fixtures/program.inc"
_start: on_program handler
        lghi    %r4,0x4444
        lghi    %r9,0
        lgfi    %r2,0x20001             # READ SCP INFO
        larl    %r3,block
        servc   %r2,%r3
        llgh    %r6,6(%r3)              # response: complete
        llgc    %r7,116(%r3)            # interpretation of ESSA
        llgc    %r8,117(%r3)            # of PFMF, to see that this is the place
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
        .balign 4096
block:  .short  4096
        .skip   4094
