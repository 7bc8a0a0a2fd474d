/* Program interruptions: page faults, discard faults, and what must not happen. */
#include "mm.h"

#define PGM_PROTECTION 0x04
#define PGM_ADDRESSING 0x05
#define PGM_SEGMENT_TRANSLATION 0x10
#define PGM_PAGE_TRANSLATION 0x11
#define PGM_BLOCK_VOLATILITY 0x1a

#define TEID_STORE 0x400
#define TEID_SPACE 3
#define TEID_PRIMARY 0		/* the kernel's space */

static void die(struct pt_regs *regs, const char *what)
{
	panic("%s: %s at 0x%lx, process %u, program interruption 0x%x, 0x%lx", what, regs->psw.mask & PSW_USER ? "user" : "kernel",
	      regs->psw.addr, current->pid, regs->int_code & 0xffff, regs->teid);
}

static void do_page_fault(struct pt_regs *regs)
{
	bool user = regs->psw.mask & PSW_USER, write = regs->teid & TEID_STORE;
	u64 addr = regs->teid & PAGE_MASK, fixup;
	struct vma *vma = NULL;

	if ((regs->int_code & 0xffff) == PGM_PROTECTION) {
		write = true;
		regs->psw.addr -= regs->int_code >> 16;		/* suppressed: the PSW is behind the instruction */
	}
	if ((regs->teid & TEID_SPACE) == TEID_PRIMARY || !current->mm)
		die(regs, "kernel access");
	if (!(current->flags & PF_NOFAULT))
		vma = find_vma(current->mm, addr);
	if (vma && (!write || vma->flags & VM_WRITE)) {
		local_irq_enable();
		handle_mm_fault(current->mm, vma, addr, write);
		return;
	}
	fixup = user ? 0 : search_exception_table(regs->psw.addr);
	if (!fixup)
		die(regs, "segmentation fault");
	regs->psw.addr = fixup;
}

void do_pgm(struct pt_regs *regs)
{
	account_user_time(regs);
	switch (regs->int_code & 0xffff) {
	case PGM_PROTECTION:
	case PGM_SEGMENT_TRANSLATION:
	case PGM_PAGE_TRANSLATION:
		do_page_fault(regs);
		break;
	case PGM_BLOCK_VOLATILITY:
		do_discard_fault(regs);
		break;
	case PGM_ADDRESSING:
		die(regs, "addressing exception (an unused page)");
		break;
	default:
		die(regs, "program interruption");
	}
}
