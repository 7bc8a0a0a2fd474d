#: title The message-security assist answers queries, and has no other function
#: storage 1M
#: expect psw 0xfff
#: expect storage block = 80000000000000000000000000000000
#: expect interruption program 0x06 at odd
#: expect interruption program 0x06 at other
#: expect interruption program 0x06 at modifier
#: expect interruption program 0x06 at third
#: expect interruption program 0x04 at protected
        .include "../../fixtures/program.inc"
_start: on_program h
        larl    %r1,block
        lghi    %r0,0x80                        # the modifier bit does not count
        km      %r2,%r4
        jne     bad
        lghi    %r0,0
        pckmo
        larl    %r13,1f
odd:    kmac    %r2,%r5
1:      lghi    %r0,18
        larl    %r13,1f
other:  km      %r2,%r4
1:      lghi    %r0,0x80
        larl    %r13,1f
modifier: kimd  %r2,%r4
1:      lghi    %r0,0
        larl    %r13,1f
third:  kmctr   %r2,%r3,%r4
1:      spka    0x10
        larl    %r13,1f
protected: prno %r2,%r4
1:      pass
h:      br      %r13
bad:    fail
        .balign 16
block:  .quad   -1,-1
