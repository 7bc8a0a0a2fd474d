#: title SERVICE CALL with a discarded block is a discard fault
#: storage 1M
#: host at touch: discard 0x40000
#: expect psw 0xfff
#: expect interruption program 0x1a at touch address 0x40000 ilc 4
        .include "../../fixtures/program.inc"
_start: on_program handler
        lgfi    %r2,0x40000
        mvhhi   0(%r2),0x1000           # the length of the block
        set_volatile %r5,%r2
        lgfi    %r3,0x00020001          # read SCP information
touch:  servc   %r3,%r2
        fail
handler:
        pass
