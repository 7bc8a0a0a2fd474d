# Where the machine enters the kernel and leaves it: start, interruptions, the switch from task to task.

	.file	"entry.S"
	.set	LC_EXT_OLD, 0x130
	.set	LC_SVC_OLD, 0x140
	.set	LC_PGM_OLD, 0x150
	.set	LC_PGM_ILC, 0x8c
	.set	LC_TEID, 0xa8
	.set	LC_SAVE_PGM, 0x200
	.set	LC_SAVE_EXT, 0x280
	.set	LC_SAVE_SVC, 0x300
	.set	LC_RETURN_PSW, 0x380
	.set	LC_KERNEL_STACK, 0x390
	.set	LC_SCRATCH, 0x3a0
	.set	FRAME, 160			# what a called function may store into
	.set	PT_PSW, FRAME
	.set	PT_GPRS, FRAME+16
	.set	PT_INT_CODE, FRAME+144
	.set	PT_TEID, FRAME+152
	.set	PT_SIZE, 160

	.section .text.start, "ax"
	.globl	_start
_start:	larl	%r15,init_stack+16384-FRAME
	brasl	%r14,start_kernel
0:	j	0b

	.text
# A CPU that was started by SIGP restart: translation as on the first one, and its stack is in its prefix area.
	.globl	restart_entry
restart_entry:
	larl	%r1,boot_control_registers
	lctlg	%c0,%c15,0(%r1)
	lg	%r15,LC_KERNEL_STACK
	aghi	%r15,-FRAME
	stosm	LC_SCRATCH,0x04
	brasl	%r14,smp_start_secondary
0:	j	0b

# The registers and the PSW go to the stack: that of the task when a user was interrupted, else on top of what is there.
	.macro	enter save, old_psw
	stmg	%r0,%r15,\save
	tm	\old_psw+1,0x01
	jz	0f
	lg	%r15,LC_KERNEL_STACK
0:	aghi	%r15,-(FRAME+PT_SIZE)
	mvc	PT_GPRS(128,%r15),\save
	mvc	PT_PSW(16,%r15),\old_psw
	la	%r2,FRAME(%r15)
	.endm

	.globl	pgm_entry, ext_entry, svc_entry
pgm_entry:
	enter	LC_SAVE_PGM, LC_PGM_OLD
	mvc	PT_INT_CODE(4,%r15),LC_PGM_ILC
	mvc	PT_TEID(8,%r15),LC_TEID
	brasl	%r14,do_pgm
	j	return
ext_entry:
	enter	LC_SAVE_EXT, LC_EXT_OLD
	brasl	%r14,do_ext
	j	return
svc_entry:
	enter	LC_SAVE_SVC, LC_SVC_OLD
	brasl	%r14,do_svc
return:	stnsm	LC_SCRATCH,0xfe
	tm	PT_PSW+1(%r15),0x01
	jz	0f
	la	%r2,FRAME(%r15)
	brasl	%r14,exit_to_user		# comes back with interruptions off
0:	mvc	LC_RETURN_PSW(16),PT_PSW(%r15)
	lmg	%r0,%r15,PT_GPRS(%r15)
	lpswe	LC_RETURN_PSW

# return_to_user(regs): a process begins. regs lie on its own kernel stack.
	.globl	return_to_user
return_to_user:
	lgr	%r15,%r2
	aghi	%r15,-FRAME
	j	return

# __switch_to(prev, next): both are in this function while they do not run.
	.globl	__switch_to
__switch_to:
	stmg	%r6,%r15,48(%r15)
	stg	%r15,0(%r2)
	lg	%r15,0(%r3)
	lmg	%r6,%r15,48(%r15)
	br	%r14

# Where a new task comes out of __switch_to.
	.globl	ret_from_fork, kernel_thread_start
ret_from_fork:
	brasl	%r14,schedule_tail
	j	return
kernel_thread_start:
	brasl	%r14,schedule_tail
	lgr	%r2,%r10
	basr	%r14,%r9
	brasl	%r14,do_exit

	.section .bss, "aw", @nobits
	.balign	4096
	.globl	init_stack
init_stack:
	.skip	16384
