#: title level-2 ESSA with CBRLO, Vz fault in level 2, ESSA on a block whose table is outside level 1's storage
#: storage 4M
#: expect psw 0xfff
#: expect storage 0x70000 = 0000000000010000 0000000000010000 0000000000000000
#: expect gr 7 = 0x04
        .include "../../fixtures/program.inc"
        .include "sie2.inc"
        .set st,0x80000
        .set pt,0x90000
_start: on_program h
        setup2 g,gend
        lgfi %r3,0x300000       # MSL: 3 MiB guest (1..4M)
        stg %r3,0x88(%r2)
        mvi 0x62(%r2),0x80
        lgfi %r5,0x70000
        stg %r5,0x1b8(%r2)
        lgfi %r2,st
        lgfi %r4,0x20
        stg %r4,0(%r2)
        stg %r4,0x18(%r2)
        lgfi %r3,pt
        stg %r3,8(%r2)
        lgfi %r4,0x7f00000      # table outside storage
        stg %r4,0x10(%r2)
        lghi %r4,256
        lgfi %r6,base2
1:      stg %r6,0(%r3)
        aghi %r6,0x1000
        aghi %r3,8
        brctg %r4,1b
        lgfi %r3,pt
        oi 0x10*8+6(%r3),4      # page 0x10 not resident
        larl %r4,asce
        lctlg %c1,%c1,0(%r4)
        lgfi %r2,sd
again:  sie 0(%r2)
        llgc %r7,0x50(%r2)
        lg %r8,0x1b8(%r2)
        lgf %r9,0xcc(%r2)
        lgfi %r3,base2
        lg %r10,0xa8(%r3)
        lg %r11,0x8c(%r3)
        chi %r7,4
        jne 9f
        sie 0(%r2)              # second part: expected 0x08
        llgc %r12,0x50(%r2)
        lgf %r13,0xcc(%r2)
9:      pass
h:      llgh %r12,pgm_code
        lg %r13,pgm_old+8
        fail
        .balign 8
asce:   .quad st
g:      larl %r1,gp
        mvc 0x1d0(16),0(%r1)
        lgfi %r3,0x10000
        .insn rrf,0xb9ab0000,%r4,%r3,2,0
        .insn rrf,0xb9ab0000,%r5,%r3,3,0
        lg %r6,0(%r3)
gh:     diag %r0,%r0,0x500
        lgfi %r3,0x100000
        .insn rrf,0xb9ab0000,%r4,%r3,0,0
        diag %r0,%r0,0x501
        .balign 8
gp:     .quad supervisor,gh-g+0x1000
gend:   .quad 0
