#: title A store into a page that was loaded from: recorded each time anew, and protected as if the load had not been
#: storage 1M
#: expect psw 0xfff
#: expect interruption program 0x04 at key_protected
#: expect interruption program 0x04 at low_address
#: expect interruption program 0x04 at translated_page
        .include "../../fixtures/program.inc"
        .include "../../fixtures/dat.inc"
_start: on_program h
        lgfi %r2,0x40000
        # A load records a reference, each length of store a change.
        lg %r1,0(%r2)
        iske %r5,%r2
        chi %r5,4
        jne bad
        stg %r1,0(%r2)
        bras %r14,changed
        l %r1,0(%r2)
        st %r1,0(%r2)
        bras %r14,changed
        lh %r1,0(%r2)
        sth %r1,0(%r2)
        bras %r14,changed
        cli 0(%r2),0
        mvi 0(%r2),7
        bras %r14,changed
        clc 0(16,%r2),16(%r2)
        mvc 0(16,%r2),16(%r2)
        bras %r14,changed
        # A key that may load need not be one that may store.
        spka 0x10
        lg %r1,0(%r2)
        larl %r13,1f
key_protected:
        stg %r1,0(%r2)
        j bad
1:      # Low-address protection does not ask for loads.
        larl %r4,cr0
        lctlg %c0,%c0,0(%r4)
        lg %r1,0x100
        larl %r13,2f
low_address:
        stg %r1,0x100
        j bad
2:      larl %r4,tables.pages
        oi 8*0x41+6(%r4),page_protected>>8
        larl %r4,cr1
        lctlg %c1,%c1,0(%r4)
        go translated,3f
3:      lgfi %r2,0x41000
        lg %r1,0(%r2)
        larl %r13,4f
translated_page:
        stg %r1,0(%r2)
        j bad
4:      pass
changed:
        iske %r5,%r2
        chi %r5,6
        jne bad
        lghi %r5,0
        sske %r5,%r2
        br %r14
h:      br %r13
bad:    fail
        .balign 8
cr0:    .quad 0x10000000
cr1:    .quad tables.segments
        translation_tables tables
