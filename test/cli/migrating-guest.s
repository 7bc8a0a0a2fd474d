#: title A guest that asks to be migrated, and finds its pages, keys and timers as they were
#: storage 1M    #: frames 12
#: expect psw 0xfff
#: expect page 0x40000 = Vz
#: expect page 0x41000 = Uz
#: expect key 0x42000 = 0x3e
#: expect storage 0x43000 = 43
#: expect gr 4 = 3
#: expect console End continuous migration

# It speaks as programs of kvm-unit-tests do: it says on its console what it wants, and reads a key that tells that it was done.

        .include "../../fixtures/program.inc"
        .set    write_event_mask, 0x00780005
        .set    write_event_data, 0x00760005
        .set    read_event_data, 0x00770005
        .set    complete, 0x0020

# Service call, and its completion, which is an external interruption.
        .macro  serve command, block
        lgfi    %r8,\command
        larl    %r9,\block
        servc   %r8,%r9
        go      enabled_wait, .Lserved\@
.Lserved\@:
        .endm

# Prints a line, and reads keys until there is one. Counts keys in %r4.
        .macro  ask text
        serve   write_event_data, .Lsay\@
        bras    %r14,key
        .pushsection .data
        .balign 512,0                   # within a page
.Lsay\@: .short .Lend\@-.Lsay\@, 0, 0, 0
        .short  .Lend\@-.Lsay\@-8, 0x1a00, 0
        .ascii  "\text\n"
.Lend\@:
        .popsection
        .endm

_start: larl    %r13,data
        lctlg   %c0,%c0,subclasses-data(%r13)
        new_psw ext_new, supervisor, handler
        lghi    %r4,0
        lgfi    %r2,0x40000
        mvi     0(%r2),0x2a
        set_volatile %r5,%r2
        lgfi    %r2,0x41000
        mvi     0(%r2),1
        set_unused %r5,%r2
        lgfi    %r2,0x42000
        mvi     0(%r2),1
        lghi    %r3,0x38                # key 3, fetch protection
        sske    %r3,%r2
        lgfi    %r2,0x43000             # more pages than there are frames: the first of them go to the paging device
        lghi    %r6,12
1:      stg     %r2,0(%r2)
        mvi     0(%r2),0x43
        aghi    %r2,4096
        brctg   %r6,1b

        ask     "Now migrate the VM, please"
        stck    before-data(%r13)
        ask     "Begin continuous migration"
        lgfi    %r6,50000000
2:      brctg   %r6,2b
        ask     "End continuous migration"
        stck    after-data(%r13)
        lg      %r6,after-data(%r13)               # 50 million instructions are 3,200 million units of the clock
        slg     %r6,before-data(%r13)
        srlg    %r6,%r6,6
        clgfi   %r6,50000000
        jl      lost
        clgfi   %r6,50001000
        jh      lost
        lgfi    %r2,0x42000             # touched by the host and the guest, and still its key
        mvi     0(%r2),2
        pass
lost:   fail

# Reads one key, a line feed.
key:    serve   write_event_mask, mask
3:      mvc     keys-data(8,%r13),header-data(%r13)
        serve   read_event_data, keys
        clc     keys-data+6(2,%r13),done-data(%r13)
        jne     3b
        cli     keys-data+15(%r13),10              # behind the header of the event and the byte that says ASCII
        jne     lost
        aghi    %r4,1
        br      %r14

handler:
        ni      ext_old,0xfe            # disabled, and no longer waiting
        ni      ext_old+1,0xfd
        lpswe   ext_old

        .balign 4096,0
data:   .skip   8
subclasses:
        .quad   0x200                   # service signals
before: .quad   0
after:  .quad   0
header: .short  64, 0, 0, 0
done:   .short  complete
        .balign 8,0
mask:   .short  28, 0, 0, 0             # a mask of four bytes: it receives ASCII events, and sends them
        .short  0, 4, 0, 0x40, 0, 0x40
        .skip   8
        .balign 8,0
keys:   .skip   64
