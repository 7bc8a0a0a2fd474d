# A guest for tests: each CPU waits for a command in its registers, executes one instruction, and waits again. See monitor.ts.
#
# The test sets %r1 to one of the routines below, %r2 and %r3 to its operands, and %r0 to one for an access with DAT on. When %r1 is zero
# again, %r4 has the result, %r5 the program-interruption code or zero, %r6 what 0xA8 has, %r7 the instruction address of the old PSW.
# %r11 becomes one soon after the instruction: what the host does before and after it must be told apart.

        .set    handler_code, 0x8e
        .set    handler_address, 0xa8
        .set    handler_old, 0x158
        .set    scratch, 0x300          # of the prefix area
        .set    dat_mode, 0x04
        .set    time_slice_end, 0x44

        .globl  _start
_start: larl    %r13,asce
        lctlg   %c1,%c1,0(%r13)
idle:   ltgr    %r1,%r1
        jnz     1f
        diag    %r0,%r0,time_slice_end  # another CPU may have the command
        j       idle
1:      ltgr    %r0,%r0
        jz      2f
        stosm   scratch,dat_mode
2:      br      %r1

done:   lghi    %r11,1
        stnsm   scratch,255-dat_mode
        lghi    %r1,0
        j       idle

handler:
        llgh    %r5,handler_code
        lg      %r6,handler_address
        lg      %r7,handler_old
        lghi    %r11,1
        lghi    %r1,0
        j       idle

# The routines: the instruction, and back. The address behind the instruction has a name, too.
        .macro  return name
\name\()_end:
        j       done
        .endm

        .irp    orc,0,1,2,3,4,5,6,7,8
essa_\orc:
        .insn   rrf,0xb9ab0000,%r4,%r2,\orc,0
        return  essa_\orc
        .endr
load:   lg      %r4,0(%r2)
        return  load
store:  stg     %r3,0(%r2)
        return  store
fetch:  basr    %r13,%r2                # to an instruction that branches back, or to zeros
        return  fetch
sske:   sske    %r3,%r2
        return  sske
iske:   iske    %r4,%r2                 # the test clears %r4
        return  iske
rrbe:   rrbe    %r0,%r2
rrbe_end:
        ipm     %r4
        srlg    %r4,%r4,28
        j       done
diag:   diag    %r2,%r3,0x10
        return  diag

# Two views of the same megabyte: an access with DAT on has a virtual address that is not the absolute one.
        .balign 8
asce:   .quad   segments
        .balign 4096
segments:
        .quad   pages,pages
        .rept   510
        .quad   0x20
        .endr
pages:  .set    frame, 0
        .rept   256
        .quad   frame
        .set    frame, frame+0x1000
        .endr
