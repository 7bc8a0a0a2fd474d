#: title MVCL clears 1 MiB of untouched pages
#: storage 4M
#: expect psw 0xfff
        .include "../../fixtures/program.inc"
_start: lgfi %r2,0x100000
        lgfi %r3,0x100000
        lghi %r4,0
        lghi %r5,0
        mvcl %r2,%r4
        pass
