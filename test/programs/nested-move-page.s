#: title MOVE PAGE at level 2: interpreted, partially executed where the host's tables lack a page, intercepted without the control
#: storage 2M
#: expect psw 0xfff
        .include "../../fixtures/program.inc"
        .include "../../fixtures/dat.inc"
        .include "sie2.inc"
        .set mvpgi,0x01000000
        .set to,0x5000
        .set from,0x6000
_start: on_program bad
        setup2 guest,end
        lgr %r14,%r2
        lgfi %r11,base2
        mviy from(%r11),0x42
        larl %r4,host_asce
        lctlg %c1,%c1,0(%r4)
        # Without the control it is the host's affair.
        bras %r13,enter
        cli 0x50(%r2),0x04
        jne bad
        # With it, the page is moved; DIAGNOSE comes next.
        lgfi %r3,mvpgi
        st %r3,0x4c(%r2)
        bras %r13,enter
        cli 0x50(%r2),0x04
        jne bad
        larl %r4,diagnose
        clc 0x56(2,%r2),0(%r4)
        jne bad
        cliy to(%r11),0x42
        jne bad
        # The source is missing.
        larl %r12,tables.pages
        aghi %r12,8*0x106
        mviy to(%r11),0x11
        oi 6(%r12),page_invalid>>8
        ptlb
        bras %r13,enter
        bras %r10,partial
        cliy to(%r11),0x11
        jne bad
        ni 6(%r12),0xff-(page_invalid>>8)
        # The target is protected.
        aghi %r12,-8
        oi 6(%r12),page_protected>>8
        ptlb
        bras %r13,enter
        bras %r10,partial
        pass

# Both entries are designated, and the PSW is behind the instruction.
partial:
        cli 0x50(%r2),0x38
        jne bad
        larl %r4,tables.pages
        aghi %r4,8*0x105
        cg %r4,0xc0(%r2)
        jne bad
        aghi %r4,8
        cg %r4,0xc8(%r2)
        jne bad
        lghi %r4,0x1000+moved-guest
        cg %r4,0x98(%r2)
        jne bad
        br %r10

# Runs the guest from its beginning.
enter:  lghi %r4,0x1000
        stg %r4,0x98(%r2)
        sie 0(%r14)
        br %r13
bad:    fail

guest:  lghi %r0,0
        lghi %r5,to
        lghi %r6,from
        mvpg %r5,%r6
moved:  diag %r0,%r0,0x44
end:
diagnose: .short 0x8300
        .balign 8
host_asce: .quad tables.segments
        .balign 4096,0
tables.segments:
        .quad tables.pages, tables.pages+0x800
        entries 510, segment_invalid
tables.pages:
        .set frame,0
        .rept 512
        .quad frame<<12
        .set frame,frame+1
        .endr
