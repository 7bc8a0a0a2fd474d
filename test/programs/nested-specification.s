#: title All program interruptions of a guest are intercepted, but for a specification exception that is to be interpreted
#: storage 2M
#: expect psw 0xfff
        .include "../../fixtures/program.inc"
        .include "sie2.inc"
        .set    all_programs,0x20000000
        .set    speci,0x08
_start: larl    %r13,base
        on_program bad
        setup2  guest,end
        lgr     %r14,%r2
        lgfi    %r3,all_programs
        st      %r3,0x48(%r2)
        # Not interpreted: the first exception comes here.
        sie     0(%r14)
        cli     0x50(%r2),0x08
        jne     bad
        clc     0xce(2,%r2),six-base(%r13)
        jne     bad
        clc     0x98(8,%r2),invalid+8-base(%r13)
        je      bad
        # Interpreted: the guest's new PSW is loaded, and is invalid.
        mvi     0x61(%r2),speci
        lghi    %r4,0x1000
        stg     %r4,0x98(%r2)
        sie     0(%r14)
        cli     0x50(%r2),0x08
        jne     bad
        clc     0x98(8,%r2),invalid+8-base(%r13)
        jne     bad
        pass
bad:    fail
guest:  larl    %r4,new
        mvc     0x1d0(16),0(%r4)
        lpsw    16(%r4)
        .balign 8
new:    .quad   0x0008000000000000,0xdeadbeee
        .quad   0                               # a short PSW without bit 12: invalid
end:
        .balign 8
base:
six:    .short  6
        .balign 8
invalid: .quad  0,0xdeadbeee
