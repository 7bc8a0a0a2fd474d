#: title MOVE PAGE at level 2 into a page that the outer host has discarded: level 1 is interrupted, there is nothing for it to execute partially
#: storage 2M
#: host at enter: discard 0x105000
#: expect psw 0xfff
#: expect interruption program 0x1a at enter address 0x105000 ilc 4 level 1
        .include "../../fixtures/program.inc"
        .include "../../fixtures/dat.inc"
        .include "sie2.inc"
        .set mvpgi,0x01000000
        .set to,0x5000
        .set from,0x6000
_start: on_program handler
        setup2 guest,end
        lgr %r14,%r2
        lgfi %r11,base2
        mviy from(%r11),0x42
        mviy to(%r11),0x42
        lgfi %r12,base2+to
        set_volatile %r5,%r12
        larl %r4,host_asce
        lctlg %c1,%c1,0(%r4)
        lgfi %r3,mvpgi
        st %r3,0x4c(%r2)
enter:  sie 0(%r14)
        fail
handler:
        pass

guest:  lghi %r0,0
        lghi %r5,to
        lghi %r6,from
        mvpg %r5,%r6
        diag %r0,%r0,0x44
end:
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
