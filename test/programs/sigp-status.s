#: title SIGP: the status that each order stores, and where store status stores
#: storage 1M
#: cpus 2
#: no-facility 129
#: expect psw 0xfff
#: expect interruption restart 0 cpu 1
#: expect storage codes = 0001 0003 0001 0000 0000 0001 0001 0000 0001 0001 0001
#: expect storage statuses = 00000100 00000200 00000200 00000040 00000002 00000002
#: expect storage 0xa3 = 01
#: expect storage 0x1318 = 00008000
#: expect storage 0x40128 = 0000000000000000
#: expect storage 0x12b8 = 0000000000007777
        .include "../../fixtures/program.inc"
        .include "two.inc"
        .macro order address, order, parameter=0
        lghi %r9,\address
        lgfi %r3,\parameter
        sigp %r2,%r9,\order
        ipm %r7
        srl %r7,28
        sth %r7,0(%r10)
        la %r10,2(%r10)
        .endm
        .macro status
        st %r2,0(%r11)
        la %r11,4(%r11)
        .endm
_start: on_program unexpected
        larl %r10,codes
        larl %r11,statuses
        order 7, 0x12, 1                # set architecture: whatever the address, it cannot be changed
        status
        order 7, 1                      # no such CPU
        start1 cpu1
        diag %r0,%r0,0x44
        order 1, 0xd, 0x20000           # set prefix of an operating CPU
        status
        order 1, 1                      # sense an operating CPU
        order 1, 5                      # stop
        order 1, 1                      # sense a stopped CPU
        order 1, 0x13, 5                # conditional emergency: neither disabled nor waiting nor there
        status
        order 1, 9                      # stop and store status, already stopped
        order 1, 1
        status
        order 1, 0x17, 0x40000          # store additional status: no vector facility
        status
        order 1, 0x77                   # no such order
        status

        lghi %r9,1
        sigp %r2,%r9,0xb                # initial CPU reset, the CPU timer of which is zero
        lgfi %r3,0x40000
        sigp %r2,%r9,0xe
        pass
unexpected: fail
cpu1:   lghi %r7,0x7777
        stosm 0x300,0x03                # enabled for I/O and external interruptions
2:      j 2b
        .balign 8
codes:  .fill 22
        .balign 8
statuses: .fill 24
