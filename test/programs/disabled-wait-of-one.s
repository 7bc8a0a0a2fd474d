#: title A CPU in a disabled wait waits for SIGP while the other goes on
#: storage 1M
#: cpus 2
#: expect psw 0xfff
#: expect cpu 1 psw 0x20000
#: expect gr 2 = 0x400
        .include "../../fixtures/program.inc"
        .include "two.inc"
_start: on_program unexpected
        start1 cpu1
        lghi %r5,1
1:      sigp %r2,%r5,0x15               # sense running status
        brc 8,1b
        pass
unexpected: fail
cpu1:   go disabled_wait, 0x20000
