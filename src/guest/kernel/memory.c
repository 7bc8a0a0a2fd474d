/* Page faults, copy-on-write, copying and clearing ranges of page tables. */
#include "mm.h"

/* ---- page tables ---- */

/* The pte of an address, NULL where there is no page table. */
pte_t *pte_lookup(struct mm *mm, u64 addr)
{
	u64 segment = READ_ONCE(mm->pgd[addr >> 20]);

	return segment & SEGMENT_INVALID ? NULL : (pte_t *)(segment & ~0x7ffUL) + ((addr >> PAGE_SHIFT) & (PTRS_PER_PTE - 1));
}

/* The same, with a page table made if there is none. May sleep; only the task that owns mm comes here. */
static pte_t *pte_alloc(struct mm *mm, u64 addr)
{
	pte_t *table;

	if (pte_lookup(mm, addr))
		return pte_lookup(mm, addr);
	table = page_address(alloc_page());
	for (int n = 0; n < PTRS_PER_PTE; n++)
		table[n] = PTE_NONE;
	spin_lock(&mm->page_table_lock);
	WRITE_ONCE(mm->pgd[addr >> 20], (u64)table);
	spin_unlock(&mm->page_table_lock);
	return pte_lookup(mm, addr);
}

/* INVALIDATE PAGE TABLE ENTRY: afterwards no CPU uses the old one any more. */
void ptep_invalidate(pte_t *ptep, u64 addr)
{
	asm volatile("ipte %0,%1" :: "a" ((u64)ptep & ~0x7ffUL), "a" (addr & PAGE_MASK) : "memory");
}

static void set_pte_writable(pte_t *ptep, u64 addr)
{
	pte_t pte = *ptep;

	ptep_invalidate(ptep, addr);
	*ptep = pte & ~PTE_RO;
}

/* ---- faults; after each of these the instruction is executed again, and comes back if there is more to do ---- */

static void install_anon_page(struct vma *vma, u64 addr, pte_t *ptep, struct page *page)
{
	SetPageUptodate(page);
	page_add_anon_rmap(page, vma, addr);
	*ptep = page_to_phys(page);
}

/* Installs a new anonymous page where there was nothing. */
static void fill_pte(struct mm *mm, struct vma *vma, u64 addr, pte_t *ptep, struct page *page)
{
	bool installed = false;

	spin_lock(&mm->page_table_lock);
	if (pte_none(*ptep)) {
		install_anon_page(vma, addr, ptep, page);
		get_page(page);		/* the pte's reference, besides ours */
		installed = true;
	}
	spin_unlock(&mm->page_table_lock);
	if (installed)
		lru_cache_add(page, true);
	put_page(page);
}

static void do_anonymous_page(struct mm *mm, struct vma *vma, u64 addr, pte_t *ptep)
{
	struct page *page;

	anon_vma_prepare(vma);
	page = alloc_page();
	clear_page(page_address(page));
	fill_pte(mm, vma, addr, ptep, page);
	count_vm_event(EV_MINFLT);
}

/* A store into a private mapping of a file: copied at once. The caller's reference on page is consumed. */
static void do_cow_fault(struct mm *mm, struct vma *vma, u64 addr, pte_t *ptep, struct page *page)
{
	struct page *copy;

	anon_vma_prepare(vma);
	copy = alloc_page();
	if (!page_make_stable(page)) {
		page_discard(page);
		put_page(copy);
		return;
	}
	copy_page(page_address(copy), page_address(page));
	put_page_check(page);
	fill_pte(mm, vma, addr, ptep, copy);
	count_vm_event(EV_COW);
}

/* A minor fault of a page that is in the page cache does no ESSA: the page is not looked at, only mapped. */
static void do_file_fault(struct mm *mm, struct vma *vma, u64 addr, pte_t *ptep, bool write)
{
	struct address_space *mapping = vma->file;
	u64 index = linear_page_index(vma, addr);
	u32 sequence = READ_ONCE(mapping->truncate_count);
	struct page *page;
	bool waited, installed = false;

	barrier();
	if (index >= READ_ONCE(mapping->size))
		panic("process %u uses address 0x%lx behind the end of a file", current->pid, addr);
	page = find_get_page_nodiscard(mapping, index);
	if (!page) {
		count_vm_event(EV_MAJFLT);
		read_cache_page(mapping, index);
		return;
	}
	waited = !PageUptodate(page);
	if (!wait_until_uptodate(page)) {
		put_page(page);
		return;
	}
	if (write && !(vma->flags & VM_SHARED)) {
		do_cow_fault(mm, vma, addr, ptep, page);
		return;
	}
	spin_lock(&mm->page_table_lock);
	/* The page may have been truncated, or discarded after it was found: page_discard has been here, or waits for the lock. */
	if (pte_none(*ptep) && READ_ONCE(mapping->truncate_count) == sequence && !(guard(PTE_RECHECK) && PageDiscarded(page))) {
		page_add_file_rmap(page);
		if (write)
			page_check_writable(page);
		*ptep = page_to_phys(page) | (write ? 0 : PTE_RO);
		installed = true;
	}
	spin_unlock(&mm->page_table_lock);
	if (!installed)
		put_page_check(page);
	else if (waited)
		page_make_volatile(page, 1);	/* when it was read, we had a reference */
	count_vm_event(EV_MINFLT);
}

static void do_swap_page(struct mm *mm, struct vma *vma, u64 addr, pte_t *ptep, pte_t entry, bool write)
{
	u64 slot = pte_swap_slot(entry);
	struct page *page = read_swap_cache(slot);
	bool installed = false;

	if (!page)
		return;
	lock_page(page);
	if (PageSwapCache(page) && page->private == slot) {
		BUG_ON(!PageUptodate(page));
		spin_lock(&mm->page_table_lock);
		if (*ptep == entry && !(guard(PTE_RECHECK) && PageDiscarded(page))) {
			/* Nobody else's: the swap cache has a share of the slot, and this pte. */
			bool writable = write && swap_count(slot) == 2 && !page_mapped(page);
			page_add_anon_rmap(page, vma, addr);
			if (writable)
				page_check_writable(page);
			*ptep = page_to_phys(page) | (writable ? 0 : PTE_RO);
			swap_free(slot);
			installed = true;
		}
		spin_unlock(&mm->page_table_lock);
	}
	unlock_page(page);
	if (!installed)
		put_page_check(page);
	count_vm_event(EV_MINFLT);
}

/* Whether the page of a private area is this pte's alone. Caller holds page_table_lock. */
static bool can_reuse(struct page *page)
{
	bool reuse;

	if (!PageAnon(page) || !trylock_page(page))
		return false;
	reuse = page->mapcount == 1 && (!PageSwapCache(page) || swap_count(page->private) == 1);
	if (reuse && PageSwapCache(page))
		page_check_writable(page);
	unlock_page(page);
	return reuse;
}

/* A store through a pte that does not allow it. Caller holds page_table_lock, which is given up. */
static void do_wp_page(struct mm *mm, struct vma *vma, u64 addr, pte_t *ptep)
{
	pte_t pte = *ptep;
	struct page *page = pte_page(pte), *copy;
	bool copied = false;

	if (vma->flags & VM_SHARED) {
		page_check_writable(page);
		set_pte_writable(ptep, addr);
		spin_unlock(&mm->page_table_lock);
		return;
	}
	if (can_reuse(page)) {
		set_pte_writable(ptep, addr);
		spin_unlock(&mm->page_table_lock);
		return;
	}
	get_page(page);
	spin_unlock(&mm->page_table_lock);
	anon_vma_prepare(vma);
	copy = alloc_page();
	if (!page_make_stable(page)) {
		page_discard(page);
		put_page(copy);
		return;
	}
	copy_page(page_address(copy), page_address(page));
	spin_lock(&mm->page_table_lock);
	if (*ptep == pte) {
		ptep_invalidate(ptep, addr);
		page_remove_rmap(page);
		put_page(page);
		install_anon_page(vma, addr, ptep, copy);
		get_page(copy);
		copied = true;
	}
	spin_unlock(&mm->page_table_lock);
	if (copied)
		lru_cache_add(copy, true);
	put_page(copy);
	put_page_check(page);
	count_vm_event(EV_COW);
}

void handle_mm_fault(struct mm *mm, struct vma *vma, u64 addr, bool write)
{
	pte_t *ptep = pte_alloc(mm, addr), pte;

	addr &= PAGE_MASK;
	spin_lock(&mm->page_table_lock);
	pte = *ptep;
	if (pte_present(pte) && write && (pte & PTE_RO)) {
		do_wp_page(mm, vma, addr, ptep);
		return;
	}
	spin_unlock(&mm->page_table_lock);
	if (pte_present(pte))
		return;
	if (!pte_none(pte))
		do_swap_page(mm, vma, addr, ptep, pte, write);
	else if (vma->file)
		do_file_fault(mm, vma, addr, ptep, write);
	else
		do_anonymous_page(mm, vma, addr, ptep);
}

/* The page of a present pte, with a reference, and stable; NULL when there is none, or it has been discarded. */
struct page *follow_page(struct vma *vma, u64 addr)
{
	struct mm *mm = vma->mm;
	struct page *page = NULL;
	pte_t *ptep;

	spin_lock(&mm->page_table_lock);
	ptep = pte_lookup(mm, addr);
	if (ptep && pte_present(*ptep)) {
		page = pte_page(*ptep);
		get_page(page);
	}
	spin_unlock(&mm->page_table_lock);
	if (page && !page_make_stable(page)) {
		page_discard(page);
		page = NULL;
	}
	return page;
}

/* ---- ranges ---- */

/* One pte of the parent for the child. Both page_table_locks are held. */
static pte_t copy_one_pte(struct vma *vma, pte_t *src, u64 addr)
{
	pte_t pte = *src;
	struct page *page;

	if (!pte_present(pte)) {
		if (!pte_none(pte))
			swap_duplicate(pte_swap_slot(pte));
		return pte;
	}
	page = pte_page(pte);
	/* page_discard may have passed the child's pte already: what it would have written there. */
	if (guard(FORK) && PageDiscarded(page))
		return pte_for_unmapped(page);
	if (!(vma->flags & VM_SHARED) && !(pte & PTE_RO)) {
		ptep_invalidate(src, addr);
		*src = pte |= PTE_RO;
	}
	get_page(page);
	atomic_add(&page->mapcount, 1);
	return pte;
}

/* Fork: the child's area is known to the reverse mapping already. */
void copy_page_range(struct mm *dst, struct vma *dst_vma, struct mm *src, struct vma *src_vma)
{
	for (u64 addr = src_vma->start; addr < src_vma->end; addr += PAGE_SIZE) {
		pte_t *from = pte_lookup(src, addr), *to;
		if (!from || pte_none(READ_ONCE(*from)))
			continue;
		to = pte_alloc(dst, addr);
		spin_lock(&dst->page_table_lock);
		spin_lock(&src->page_table_lock);
		*to = copy_one_pte(dst_vma, from, addr);
		spin_unlock(&src->page_table_lock);
		spin_unlock(&dst->page_table_lock);
	}
}

/* References go without a check: a page that is in the page cache is as volatile without the pte as with it. */
void zap_page_range(struct vma *vma, u64 start, u64 end)
{
	struct mm *mm = vma->mm;

	for (u64 addr = start; addr < end; addr += PAGE_SIZE) {
		pte_t *ptep = pte_lookup(mm, addr), pte;
		if (!ptep)
			continue;
		spin_lock(&mm->page_table_lock);
		pte = *ptep;
		if (pte_present(pte)) {
			struct page *page = pte_page(pte);
			ptep_invalidate(ptep, addr);
			*ptep = PTE_NONE;
			page_remove_rmap(page);
			free_swap_cache(page);
			put_page(page);
		} else if (!pte_none(pte)) {
			*ptep = PTE_NONE;
			free_swap_and_cache(pte_swap_slot(pte));
		}
		spin_unlock(&mm->page_table_lock);
	}
}
