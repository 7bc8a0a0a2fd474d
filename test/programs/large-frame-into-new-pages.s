#: title PFMF clears a 1 MiB frame
#: storage 4M
#: expect psw 0xfff
        .include "../../fixtures/program.inc"
_start: lgfi %r2,0x100000
        lgfi %r3,0x11000
        .insn rre,0xb9af0000,%r3,%r2
        pass
