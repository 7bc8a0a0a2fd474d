#: title DIAGNOSE X'258': the handshake of page faults, and its checks
#: storage 1M
#: expect psw 0xfff
#: expect interruption program 6 at unaligned
#: expect interruption program 5 at outside
#: expect interruption program 6 at code
#: expect interruption program 6 at masks
#: expect interruption program 5 at token
#: expect interruption program 6 at request
#: expect interruption program 6 at extra
#: expect storage results = 0000 0008 0000 0004
        .include "../../fixtures/program.inc"
        .macro result
        diag %r2,%r3,0x258
        sth %r3,0(%r8)
        la %r8,2(%r8)
        lghi %r3,-1
        .endm
_start: on_program next
        larl %r8,results
        larl %r2,parameters
        lghi %r3,-1
        la %r4,4(%r2)
unaligned: diag %r4,%r3,0x258
        lgfi %r4,0xfffe0
outside: diag %r4,%r3,0x258             # its last doubleword
        mvhhi 0(%r2),0xfe
code:   diag %r2,%r3,0x258
        mvhhi 0(%r2),0x258
        mvghi 16(%r2),1                 # selects less than it compares
        mvghi 24(%r2),3
masks:  diag %r2,%r3,0x258
        mvghi 24(%r2),1
        lgfi %r4,0x100000
        stg %r4,8(%r2)
token:  diag %r2,%r3,0x258
        lgfi %r4,0x40000
        stg %r4,8(%r2)
        mvhhi 2(%r2),2
request: diag %r2,%r3,0x258
        mvhhi 2(%r2),0
        result
        result                          # established already
        mvhhi 2(%r2),1
extra:  diag %r2,%r3,0x258              # a cancellation with a token
        xc 8(32,%r2),8(%r2)
        result
        result                          # no longer established
        pass
next:   lpswe pgm_old
        .balign 8
parameters: .short 0x258, 0, 5, 2
        .quad 0, 0, 0, 0
results: .fill 8
