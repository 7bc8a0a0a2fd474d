#: title Program interruptions of the I/O instructions: operands off their boundary, and what is no subchannel, block or request
#: storage 1M
#: limit 10000
#: device virtio-rng-ccw
#: expect psw 0xfff
#: expect interruption program 0x15 at s1
#: expect interruption program 0x15 at s2
#: expect interruption program 0x15 at s3
#: expect interruption program 0x06 at s4
#: expect interruption program 0x05 at s5
#: expect interruption program 0x05 at s6
#: expect interruption program 0x15 at m1
#: expect interruption program 0x15 at m2
#: expect interruption program 0x15 at m3
#: expect interruption program 0x15 at m4
#: expect interruption program 0x15 at m5
#: expect interruption program 0x15 at o1
#: expect interruption program 0x15 at o2
#: expect interruption program 0x15 at o3
#: expect interruption program 0x15 at r1
#: expect interruption program 0x15 at h1
#: expect interruption program 0x15 at h2
#: expect interruption program 0x15 at a1
#: expect interruption program 0x06 at c1
#: expect interruption program 0x15 at c2
#: expect interruption program 0x15 at c3
#: expect interruption program 0x15 at c4
#: expect interruption program 0x06 at p1
#: expect interruption program 0x06 at p2
#: expect interruption program 0x02 at last
        .include "../../fixtures/program.inc"
        .include "io.inc"
_start: io_blocks
        on_program next
        lgfi    %r1,0x00000000                  # bit 15 is zero
s1:     stsch   schib(%r9)
        lgfi    %r1,0x00030000                  # a set other than 0
s2:     tsch    irb(%r9)
        lgfi    %r1,0x01010000                  # bits 0-12
s3:     csch
        lgfi    %r1,0x00010000
s4:     stsch   schib+2(%r9)
        lgfi    %r2,0x100000
s5:     stsch   0(%r2)
        lgfi    %r1,0x00000000
s6:     stsch   0(%r2)                          # access before operand exceptions

        lgfi    %r1,0x00010000
        stsch   schib(%r9)
        oi      schib+5(%r9),0x60               # both limit modes
m1:     msch    schib(%r9)
        stsch   schib(%r9)
        oi      schib+4(%r9),0x80
m2:     msch    schib(%r9)
        stsch   schib(%r9)
        oi      schib+27(%r9),0x02              # the extended measurement word is not installed
m3:     msch    schib(%r9)
        stsch   schib(%r9)
        oi      schib+26(%r9),0x01
m4:     msch    schib(%r9)
        stsch   schib(%r9)
        oi      schib+27(%r9),0x04              # format 1
        mvi     schib+47(%r9),0x20              # off the boundary of 64 bytes
m5:     msch    schib(%r9)

        larl    %r3,orbs
o1:     ssch    0(%r3)
o2:     ssch    12(%r3)
o3:     ssch    24(%r3)

        lghi    %r1,0x100
r1:     rchp

        lghi    %r1,2
        lghi    %r2,0x10
h1:     schm
        lghi    %r1,4
        lghi    %r2,0
h2:     schm
        lgfi    %r1,0x00018000
a1:     sal

        lgfi    %r2,0x22000
        la      %r3,8(%r2)
c1:     .insn   rre,0xb25f0000,%r3,0
        mvhhi   0(%r2),8                        # too short
c2:     .insn   rre,0xb25f0000,%r2,0
        mvhhi   0(%r2),20                       # no multiple of 8
c3:     .insn   rre,0xb25f0000,%r2,0
        mvhhi   0(%r2),0xffc
c4:     .insn   rre,0xb25f0000,%r2,0

p1:     tpi     data+1(%r9)
p2:     stcps   data+8(%r9)
        go      problem, last
last:   stcrw   data(%r9)
        pass

# All of them are suppressed: the old PSW is behind the instruction. It goes on in the supervisor state.
next:   mvi     pgm_old+1,0
        lpswe   pgm_old
        .balign 8
orbs:   .long   0, 0x00848000, 0x10000          # fiber-channel extensions
        .long   0, 0x00808040, 0x10000          # modified indirect addressing
        .long   0, 0x00808000, 0x80010000       # an address beyond 31 bits
