#: title DIAGNOSE X'10' refuses ranges that make no sense, is privileged, and leaves the prefix area alone
#: storage 1M
#: expect psw 0xfff
#: expect interruption program 0x06 at first_unaligned ilc 4
#: expect interruption program 0x06 at last_unaligned ilc 4
#: expect interruption program 0x06 at backwards ilc 4
#: expect interruption program 0x06 at page_zero ilc 4
#: expect interruption program 0x06 at page_one ilc 4
#: expect interruption program 0x02 at in_problem_state ilc 4
#: expect page 0x2000 = Sz
#: expect page 0x3000 = Sz
#: expect page 0x40000 = Sr
#: expect page 0x41000 = Sz
#: expect page 0x42000 = Sr
#: expect page 0x43000 = Sr
#: expect page 0x44000 = Sz
#: expect page 0x45000 = Sr
#: expect storage 0x42000 = 55
#: expect storage 0x45000 = 55

# GR R1 has the first page and GR R3 the last; both are released. What is refused releases nothing.
        .include "../../fixtures/program.inc"
        .set    area, 0x40000
        .set    prefix, 0x42000

_start: on_program handler
        lgfi    %r2,area
        lghi    %r3,6
fill:   mvi     0(%r2),0x55
        aghi    %r2,0x1000
        brct    %r3,fill

        lgfi    %r2,area
        lgfi    %r3,area+0x1000
        la      %r4,1(%r2)
        la      %r5,8(%r3)
first_unaligned:
        diag    %r4,%r3,0x10
last_unaligned:
        diag    %r2,%r5,0x10
backwards:
        diag    %r3,%r2,0x10
        lghi    %r6,0
page_zero:
        diag    %r6,%r3,0x10
        lghi    %r6,0x1000
page_one:
        diag    %r6,%r3,0x10
        lghi    %r6,0x2000              # the first that may be released
        mvi     0(%r6),1
        lghi    %r7,0x3000
        mvi     0(%r7),1
        diag    %r6,%r7,0x10

# the prefix area lies in the middle of what is released
        lgfi    %r2,prefix
        mvc     0x1d0(16,%r2),0x1d0
        larl    %r1,new_prefix
        spx     0(%r1)
        lgfi    %r2,area+0x1000
        lgfi    %r3,area+0x4000
        diag    %r2,%r3,0x10
        go      problem, user
user:
in_problem_state:
        diag    %r2,%r3,0x10
        svc     0                       # never reached

handler:
        cli     pgm_code+1,0x02
        je      end
        lpswe   pgm_old
end:    pass
        .balign 4
new_prefix: .long prefix
