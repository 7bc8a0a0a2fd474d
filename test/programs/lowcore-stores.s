#: title what an interruption stores in the lowcore must survive when the prefix moves away and the page goes out
#: storage 1M
#: host at out1: page-out 0x8000
#: host at out2: page-out 0x8000
#: expect psw 0xfff
#: expect gr 7 = 0x1
        .include "../../fixtures/program.inc"
_start: on_program h
        lgfi %r2,0x8000
        mvc 0x100(256,%r2),0x100
        larl %r4,pfx
out1:   lghi %r0,0              # page 0x8000 goes out, content saved
        spx 0(%r4)              # ... and comes in as the prefix area
        .short 0                # operation exception stores code, PSW at 0x8000..
h:      spx 4(%r4)
out2:   lghi %r0,0              # page 0x8000 goes out again
        lgfi %r2,0x8000
        llgh %r7,pgm_code(%r2)
        lg %r8,pgm_old+8(%r2)
        pass
        .balign 8
pfx:    .long 0x8000,0
