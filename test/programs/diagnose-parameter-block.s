#: title DIAGNOSE X'308' subcodes 5 and 6: the checks of the IPL parameter block, whatever its key
#: storage 1M
#: expect psw 0xfff
#: expect interruption program 6 at odd
#: expect interruption program 6 at unaligned
#: expect interruption program 5 at outside
#: expect interruption program 6 at subcode
#: expect interruption program 6 at upper
#: expect interruption program 2 at problem_state
#: expect storage results = 0102 0402 0402 0402 0001 0001
#: expect storage 0x41000 = 000000c8 00000000 00000000 02
        .include "../../fixtures/program.inc"
        .set set, 5
        .set store, 6
        .macro expect_result subcode
        lghi %r7,\subcode
        diag %r2,%r7,0x308
        spka 0
        sth %r3,0(%r8)
        la %r8,2(%r8)
        .endm
_start: on_program next
        lgfi %r2,0x40000
        lghi %r7,set
        larl %r8,results
odd:    diag %r3,%r7,0x308
        aghi %r2,8
unaligned: diag %r2,%r7,0x308
        lgfi %r2,0x100000
outside: diag %r2,%r7,0x308
        lghi %r7,2
subcode: diag %r2,%r7,0x308
        llihl %r7,1
        lghi %r6,5
        ogr %r7,%r6
upper:  diag %r2,%r7,0x308
        lgfi %r2,0x40000
        expect_result store             # nothing has been set
        lghi %r1,0x28                   # fetch-protected, key 2
        sske %r1,%r2
        spka 0x10
        expect_result set               # of no length
        mvhi 0(%r2),199
        mvi 12(%r2),2
        expect_result set               # too short for CCW
        mvhi 0(%r2),400
        mvi 12(%r2),3
        expect_result set               # of no type that there is
        mvhi 0(%r2),200
        mvi 12(%r2),2
        expect_result set
        lgfi %r2,0x41000
        expect_result store
        go problem, problem_state
problem_state: diag %r2,%r7,0x308
        fail
next:   cli 0x8f,2                      # privileged operation is the last
        je 1f
        lpswe pgm_old                   # behind the instruction
1:      pass
        .balign 8
results: .fill 12
