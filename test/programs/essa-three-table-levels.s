#: title ESSA, and a discard fault, where the host's tables begin with a region-third table
#: storage 3072M
#: frames 32
#: expect psw 0xfff
#: expect gr 4 = 0x03
#: expect gr 5 = 0x0f
#: expect interruption program 0x1a at touch address 0xa0000000
#: expect page 0xa0000000 = Vz
        .include "../../fixtures/program.inc"
_start: on_program handler
        llilf   %r2,0xa0000000
        set_volatile %r4,%r2
        get_state %r5,%r2
touch:  lg      %r6,0(%r2)
        fail
handler:
        pass
