/*
 * Discarded pages: what to do when the host has taken a volatile page's content. Somebody touches the page and gets a discard fault, or
 * page_make_stable has failed; both come to page_discard, which makes the page as if reclaim had taken it. Freeing it is delayed.
 */
#include "mm.h"

/*
 * Consumes the caller's reference. Of all that come here for one page, and of removal from the page cache, the first sets Discarded and
 * does the work.
 */
void page_discard(struct page *page)
{
	lock_page(page);
	if (!TestSetPageDiscarded(page) || !guard(DISCARD_ONCE)) {
		struct address_space *mapping = page_mapping(page);
		if (PageWriteback(page) || PageDirty(page) || PagePrivate(page) || (!mapping && page_mapped(page)))
			panic("page 0x%lx is discarded, and nothing else has its content: flags 0x%lx, %u references, %u ptes",
			      page_to_phys(page), page->flags, page->count, page->mapcount);
		try_to_unmap(page, TTU_DISCARD);
		BUG_ON(page_mapped(page));
		lru_del(page);
		if (!mapping && !guard(DISCARD_ONCE))
			panic("page 0x%lx is discarded a second time", page_to_phys(page));
		if (mapping)	/* else it was removed after the caller had found it */
			remove_discarded(mapping, page);
		count_vm_event(EV_DISCARDED);
	}
	if (page_mapped(page))
		panic("page 0x%lx is discarded, and %u ptes map it", page_to_phys(page), page->mapcount);
	ClearPageLocked(page);
	wake_up(page);
	put_page(page);
}

/* ---- the fault ---- */

static u64 operand_address(struct pt_regs *regs, u32 base_and_displacement)
{
	u32 base = base_and_displacement >> 12;

	return (base ? regs->gprs[base] : 0) + (base_and_displacement & 0xfff);
}

/* The kernel's operand when the interrupted instruction of the kernel was a user copy; -1 for any other. */
static u64 kernel_operand(struct pt_regs *regs)
{
	const u8 *insn = (const u8 *)regs->psw.addr;
	u64 first = operand_address(regs, insn[2] << 8 | insn[3]), second = operand_address(regs, insn[4] << 8 | insn[5]);

	switch (insn[0]) {
	case 0xda:	/* MVCP: from the user into the primary space */
		return first;
	case 0xdb:	/* MVCS: to the user */
		return second;
	case 0xc8:	/* MVCOS: register 0 says which operand is the user's */
		if (regs->gprs[0] == 0x81)
			return first;
		if (regs->gprs[0] == 0x810000)
			return second;
	}
	return -1UL;
}

/*
 * Entered with interruptions off. The machine names the page by its absolute address, not the virtual one, so that another CPU may free
 * it before its reference count is looked at; that it is not used again meanwhile is the business of delayed freeing, below.
 */
void do_discard_fault(struct pt_regs *regs)
{
	u64 addr = regs->teid & PAGE_MASK;
	struct page *page = phys_to_page(addr);

	count_vm_event(EV_DISCARD_FAULT);
	if (!(regs->psw.mask & PSW_USER)) {
		u64 operand = kernel_operand(regs);
		count_vm_event(EV_DISCARD_FAULT_KERNEL);
		if (guard(FIXUP) && operand != -1UL && (operand & PAGE_MASK) == addr) {
			u64 fixup = search_exception_table(regs->psw.addr);
			if (!fixup)
				panic("discard fault at 0x%lx without fix-up, page 0x%lx", regs->psw.addr, addr);
			count_vm_event(EV_FIXUP);
			regs->psw.addr = fixup;
		} else if (PageDiscarded(page) && (operand == -1UL || (operand & PAGE_MASK) == addr)) {
			panic("the kernel uses the discarded page 0x%lx at 0x%lx", addr, regs->psw.addr);
		}
	}
	if (get_page_unless_zero(page)) {
		local_irq_enable();
		page_discard(page);
	}
	/* Else the page is being freed: the instruction finds another translation when it is executed again. */
}

/*
 * ---- delayed freeing ----
 *
 * A CPU may be between the discard fault and its look at the page's reference count. A page that was discarded is therefore freed only
 * when every CPU has passed a point at which it is in no such place: its next clock tick, or idleness. Pages go from a list of the CPU
 * to the list of those that wait, and from there to the batch for which signatures are being collected.
 */

static struct list_head per_cpu_lists[MAX_CPUS];
static struct list_head gathered = LIST_HEAD_INIT(gathered), batch = LIST_HEAD_INIT(batch);
static u64 unsigned_mask;		/* CPUs that have not signed the batch */
static spinlock_t signoff_lock;

void discard_init_cpu(struct lowcore *lc)
{
	lc->discard_list = &per_cpu_lists[lc->cpu_nr];
	INIT_LIST_HEAD(lc->discard_list);
}

/* Takes a page whose last reference has gone if it must not be freed yet. */
bool page_free_discarded(struct page *page)
{
	u8 flags;

	if (!PageDiscarded(page) || !guard(SIGNOFF))
		return false;
	flags = local_irq_save();
	list_add(&page->lru, S390_lowcore.discard_list);
	count_vm_event(EV_DELAYED_FREE);
	local_irq_restore(flags);
	return true;
}

/* This CPU signs: it is at a clock tick, or about to wait. Interruptions are off. CPUs that wait already need not sign. */
void discard_signoff(void)
{
	struct list_head done = LIST_HEAD_INIT(done);
	u64 self = 1UL << smp_processor_id();

	spin_lock(&signoff_lock);
	list_splice_init(S390_lowcore.discard_list, &gathered);
	unsigned_mask &= ~self;
	while (unsigned_mask == 0 && !(list_empty(&batch) && list_empty(&gathered))) {
		list_splice_init(&batch, &done);
		list_splice_init(&gathered, &batch);
		if (!list_empty(&batch))
			unsigned_mask = READ_ONCE(cpu_online_mask) & ~READ_ONCE(cpu_idle_mask) & ~self;
	}
	spin_unlock(&signoff_lock);
	while (!list_empty(&done)) {
		struct page *page = list_entry(done.next, struct page, lru);
		list_del(&page->lru);
		page_free(page);
	}
}
