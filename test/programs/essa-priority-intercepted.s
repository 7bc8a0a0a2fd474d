#: title ESSA in its order where the host performs it: problem state, request code, block outside storage
#: storage 4M
#: no-facility 147
#: essa intercept
#: expect psw 0xfff
#: expect interruption program 0x06 at code_and_block ilc 4
#: expect interruption program 0x06 at absent_code_and_block ilc 4
#: expect interruption program 0x05 at block_and_list ilc 4
#: expect interruption program 0x06 at code_and_list ilc 4
#: expect interruption program 0x02 at state_and_all ilc 4
#: expect gr 4 = 0x4444

# The privileged-operation exception is recognized before the interception, the others by the host after it.
        .include "../../fixtures/program.inc"
        .macro  essa code, block
        .insn   rrf,0xb9ab0000,%r4,\block,\code,0
        .endm
_start: on_program handler
        lgfi    %r2,0x100000
        lghi    %r3,511
fill:   essa    2,%r2
        aghi    %r2,0x1000
        brct    %r3,fill
        lghi    %r4,0x4444
        lgfi    %r8,0x400000            # the first block that storage does not have
code_and_block:
        essa    8,%r8
absent_code_and_block:
        essa    7,%r8
block_and_list:
        essa    2,%r8
code_and_list:
        essa    15,%r2
        go      problem, user
user:
state_and_all:
        essa    8,%r8
        svc     0                       # never reached

handler:
        cli     pgm_code+1,0x02
        je      end
        lpswe   pgm_old
end:    pass
