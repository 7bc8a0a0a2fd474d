#: title MOVE PAGE between more pages than there are frames: partial execution ends with the host moving the page
#: storage 1M
#: frames 10
#: expect psw 0xfff
#: expect host zeroFills = 35
        .include "../../fixtures/program.inc"
        .set first,0x40000
        .set count,16
_start: on_program h
        # Page n holds n.
        lgfi %r2,first
        lghi %r9,count
1:      stg %r9,0(%r2)
        aghi %r2,4096
        brct %r9,1b
        # Each page moves up by count pages.
        lghi %r0,0
        lgfi %r2,first
        lgfi %r3,first+count*4096
        lghi %r9,count
1:      mvpg %r3,%r2
        cg %r9,0(%r3)
        jne h
        aghi %r2,4096
        aghi %r3,4096
        brct %r9,1b
        pass
h:      fail
