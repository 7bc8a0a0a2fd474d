# The monitor: runs every case of a differential image in turn and writes down how each ended.
# Addresses and record layouts are those of layout.ts. It uses few and plain instructions, because the machine under test runs it too.

        .equ OTHER_PREFIX, 0x2000
        .equ CODE, 0x100000
        .equ DATA, 0x200000
        .equ PAGES, 8
        .equ STORAGE_END, 0x4000000
        # lowcore: the PSW of a case, and what is saved when it ends
        .equ CASE_PSW, 0x300
        .equ SAVE_GR, 0x380
        .equ SAVE_CR, 0x400
        .equ SAVE_PREFIX, 0x480

_start:
        j       begin
        .balign 16
# Interruption handlers: number of the kind in %r1, address of the old PSW in %r2.
        .macro handler kind, old
        stmg    %r0,%r15,SAVE_GR
        lhi     %r1,\kind
        lghi    %r2,\old
        j       ended
        .endm
        .macro slot kind
        j       handle_\kind
        .balign 16
        .endm
        slot    1
        slot    2
        slot    3
        slot    4
        slot    5
        slot    6
        .balign 128
parameters:
case:   .quad   0
cases_end: .quad 0
result: .quad   0
results_end: .quad 0
index:  .long   0
zero:   .long   0
        .balign 8
plain_control:
        # monitor's control registers: CR0 with AFP-register and vector-enablement control; CR14 as reset leaves it; the rest zero
        .quad   0x60000,0,0,0,0,0,0,0,0,0,0,0,0,0,0xc2000000,0
timer:  .quad   0x7fffffffffffffff
never:  .quad   0xffffffffffffffff
        .balign 16
passed: .quad   0x0002000180000000,0xfff
full:   .quad   0x0002000180000000,0xbad
supervisor_calls:
        .fill   4,2,0x0a00
lowcore_fill:
        .fill   72,1,0xee

handle_1: handler 1,0x150
handle_2: handler 2,0x140
handle_3: handler 3,0x130
handle_4: handler 4,0x170
handle_5: handler 5,0x160
handle_6: handler 6,0x120

begin:  larl    %r15,parameters
        lctlg   %c0,%c15,plain_control-parameters(%r15)
        spt     timer-parameters(%r15)
# the third code page may be fetched from with key 9 only, or 0
        lgfi    %r2,CODE+0x2000
        lghi    %r3,0x98
        sske    %r3,%r2

next:   lg      %r14,case-parameters(%r15)
        clg     %r14,cases_end-parameters(%r15)
        jhe     done
        sckc    never-parameters(%r15)
# data pages: all of them when the case says so, else the windows
        lg      %r1,64(%r14)
        lgfi    %r2,DATA
        lt      %r3,60(%r14)
        jne     restore_all
        lhi     %r4,PAGES
1:      mvc     0(256,%r2),0(%r1)
        mvc     256(256,%r2),256(%r1)
        mvc     0xe00(256,%r2),0xe00(%r1)
        mvc     0xf00(256,%r2),0xf00(%r1)
        aghi    %r1,0x1000
        aghi    %r2,0x1000
        brct    %r4,1b
        j       restored
restore_all:
        lhi     %r4,PAGES*16
1:      mvc     0(256,%r2),0(%r1)
        aghi    %r1,0x100
        aghi    %r2,0x100
        brct    %r4,1b
        lgfi    %r2,STORAGE_END-0x1000
        lhi     %r4,14
1:      xc      0(256,%r2),0(%r2)
        aghi    %r2,0x100
        brct    %r4,1b
restored:
# the end of storage, where operands sometimes begin that do not fit
        lgfi    %r2,STORAGE_END-512
        xc      0(256,%r2),0(%r2)
        xc      256(256,%r2),256(%r2)
# behind the data pages, as far as long operands reach
        lgfi    %r2,DATA+PAGES*0x1000
        .irp    n,0,1,2,3,4,5,6,7
        xc      256*\n(256,%r2),256*\n(%r2)
        .endr
# behind the bytes that low-address protection covers
        lghi    %r2,0x1200
        xc      0(256,%r2),0(%r2)
        lg      %r2,80(%r14)
        mvc     0(32,%r2),88(%r14)
        lg      %r2,120(%r14)
        mvc     0(32,%r2),128(%r14)
# code; not by MVC, after which QEMU 7.2 goes on executing the old code except at the first byte
        lg      %r2,8(%r14)
        lg      %r3,32(%r14)
        stg     %r3,0(%r2)
        lg      %r2,0(%r14)
        lg      %r3,16(%r14)
        stg     %r3,0(%r2)
        lg      %r3,24(%r14)
        stg     %r3,8(%r2)
# storage keys, only where they differ: setting one is slow
        lgfi    %r2,DATA
        la      %r1,352(%r14)
        lhi     %r4,PAGES
1:      llgc    %r3,0(%r1)
        iske    %r5,%r2
        lghi    %r6,0xfe
        ngr     %r5,%r6
        cgr     %r5,%r3
        je      2f
        sske    %r3,%r2
2:      la      %r1,1(%r1)
        aghi    %r2,0x1000
        brct    %r4,1b
# state
        mvc     0x80(72),lowcore_fill-parameters(%r15)
        lghi    %r2,OTHER_PREFIX
        mvc     0x80(72,%r2),lowcore_fill-parameters(%r15)
        mvc     CASE_PSW(16),40(%r14)
        lfpc    56(%r14)
        vlm     %v0,%v15,384(%r14)
        vlm     %v16,%v31,640(%r14)
        lam     %a0,%a15,160(%r14)
        lg      %r2,72(%r14)
        lctlg   %c0,%c15,0(%r2)
        lmg     %r0,%r15,224(%r14)
        lpswe   CASE_PSW

ended:  stctg   %c0,%c15,SAVE_CR
        stpx    SAVE_PREFIX
        larl    %r15,parameters
        lctlg   %c0,%c15,plain_control-parameters(%r15)
        lg      %r13,result-parameters(%r15)
        mvc     0(4,%r13),index-parameters(%r15)
        st      %r1,4(%r13)
        mvc     8(16,%r13),0(%r2)
        mvc     24(72,%r13),0x80
        mvc     96(4,%r13),SAVE_PREFIX
        mvc     176(128,%r13),SAVE_GR
        mvc     304(128,%r13),SAVE_CR
        spx     zero-parameters(%r15)
        stfpc   100(%r13)
        vstm    %v0,%v15,432(%r13)
        vstm    %v16,%v31,688(%r13)
        stam    %a0,%a15,112(%r13)
# storage keys, before this program's own accesses change them
        lgfi    %r2,DATA
        la      %r1,104(%r13)
        lhi     %r4,PAGES
1:      lhi     %r5,0
        iske    %r5,%r2
        stc     %r5,0(%r1)
        la      %r1,1(%r1)
        aghi    %r2,0x1000
        brct    %r4,1b
# code back to supervisor calls
        lg      %r14,case-parameters(%r15)
        lg      %r3,supervisor_calls-parameters(%r15)
        lg      %r2,8(%r14)
        stg     %r3,0(%r2)
        lg      %r2,0(%r14)
        stg     %r3,0(%r2)
        stg     %r3,8(%r2)
# changed blocks of the data pages: %r12 where the next one goes, %r11 how many
        la      %r12,952(%r13)
        lhi     %r11,0
        lg      %r1,64(%r14)
        lgfi    %r2,DATA
        lgr     %r7,%r2
        lt      %r3,60(%r14)
        jne     compare_all
        lhi     %r4,PAGES
1:      brasl   %r10,compare
        brasl   %r10,compare
        aghi    %r1,0xc00
        aghi    %r2,0xc00
        brasl   %r10,compare
        brasl   %r10,compare
        brct    %r4,1b
        j       compared
compare_all:
        lhi     %r4,PAGES*16
1:      brasl   %r10,compare
        brct    %r4,1b
compared:
        st      %r11,944(%r13)
        mvc     948(4,%r13),zero-parameters(%r15)
        stg     %r12,result-parameters(%r15)
        clg     %r12,results_end-parameters(%r15)
        jh      overflow
        l       %r1,index-parameters(%r15)
        ahi     %r1,1
        st      %r1,index-parameters(%r15)
        aghi    %r14,896
        stg     %r14,case-parameters(%r15)
        j       next

# Compares one block of data (%r2) with its original (%r1) and advances both.
compare:
        clc     0(256,%r2),0(%r1)
        je      1f
        lgr     %r5,%r2
        sgr     %r5,%r7
        stg     %r5,0(%r12)
        mvc     8(256,%r12),0(%r2)
        aghi    %r12,264
        ahi     %r11,1
1:      aghi    %r1,0x100
        aghi    %r2,0x100
        br      %r10

done:   lpswe   passed-parameters(%r15)
overflow:
        lpswe   full-parameters(%r15)
