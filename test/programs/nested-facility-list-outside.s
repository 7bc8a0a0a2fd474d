#: title A facility list outside the host's storage is a validity interception; one within it is not
#: storage 2M
#: expect psw 0xfff
        .include "../../fixtures/program.inc"
        .include "sie2.inc"
_start: larl %r13,_start
        on_program bad
        setup2 guest,end
        lgr %r14,%r2
        lgfi %r3,0x200000
        st %r3,0x1a0(%r2)
        sie 0(%r14)
        cli 0x50(%r2),0x20
        jne bad
        clc 0x56(6,%r2),expected-_start(%r13)
        jne bad
        lgfi %r3,0x1fff80
        st %r3,0x1a0(%r2)
        sie 0(%r14)
        cli 0x50(%r2),0x04
        jne bad
        pass
bad:    fail
guest:  diag %r0,%r0,0x500
end:
expected: .byte 0x10,0x10,0x10,0x90,0,0
