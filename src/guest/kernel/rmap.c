/* The reverse mapping: from a page to the ptes that map it, by way of the areas of its file or of its anon_vma. */
#include "mm.h"

static struct pool anon_vma_pool = { .size = sizeof(struct anon_vma) };

void anon_vma_link(struct vma *vma, struct anon_vma *anon_vma)
{
	spin_lock(&anon_vma->lock);
	vma->anon_vma = anon_vma;
	list_add_tail(&vma->anon, &anon_vma->vmas);
	spin_unlock(&anon_vma->lock);
}

/* Before the first anonymous page of an area. May sleep. */
void anon_vma_prepare(struct vma *vma)
{
	struct anon_vma *anon_vma;

	if (vma->anon_vma)
		return;
	anon_vma = pool_alloc(&anon_vma_pool);
	INIT_LIST_HEAD(&anon_vma->vmas);
	anon_vma_link(vma, anon_vma);
}

void anon_vma_unlink(struct vma *vma)
{
	struct anon_vma *anon_vma = vma->anon_vma;
	bool empty;

	if (!anon_vma)
		return;
	spin_lock(&anon_vma->lock);
	list_del(&vma->anon);
	empty = list_empty(&anon_vma->vmas);
	spin_unlock(&anon_vma->lock);
	if (empty)
		pool_free(&anon_vma_pool, anon_vma);
}

/* ---- counting ptes; caller holds the page_table_lock of the pte ---- */

void page_add_anon_rmap(struct page *page, struct vma *vma, u64 addr)
{
	if (!page->mapping) {
		page->index = linear_page_index(vma, addr);
		WRITE_ONCE(page->mapping, (void *)((u64)vma->anon_vma | PAGE_MAPPING_ANON));
	}
	atomic_add(&page->mapcount, 1);
}

void page_add_file_rmap(struct page *page)
{
	atomic_add(&page->mapcount, 1);
}

/* The pte has gone, its reference has not. */
void page_remove_rmap(struct page *page)
{
	if (atomic_add_return(&page->mapcount, -1) != 0)
		return;
	if (!PageAnon(page) || PageSwapCache(page))
		page_test_and_transfer_dirty(page);
	page_last_unmapped(page);
}

/* ---- taking ptes away ---- */

/* What stands in for a pte of a page that is not there any more: its swap slot, or nothing, because the file has it. */
pte_t pte_for_unmapped(struct page *page)
{
	if (!PageSwapCache(page))
		return PTE_NONE;
	swap_duplicate(page->private);
	return mk_swap_pte(page->private);
}

static bool try_to_unmap_one(struct page *page, struct vma *vma, u64 addr, enum ttu mode)
{
	struct mm *mm = vma->mm;
	bool gone = true;
	pte_t *ptep;

	if (addr < vma->start || addr >= vma->end)
		return true;
	/* The lock is taken even if there is nothing to see: whoever installs a pte looks at Discarded under it. */
	spin_lock(&mm->page_table_lock);
	ptep = pte_lookup(mm, addr);
	if (ptep && pte_present(*ptep) && pte_page(*ptep) == page) {
		if (vma->flags & VM_LOCKED) {
			if (mode == TTU_DISCARD)
				panic("the locked page 0x%lx, user address 0x%lx, is discarded", page_to_phys(page), addr);
			gone = false;
		} else {
			ptep_invalidate(ptep, addr);
			*ptep = pte_for_unmapped(page);
			page_remove_rmap(page);
			put_page(page);
		}
	}
	spin_unlock(&mm->page_table_lock);
	return gone;
}

/* Caller holds the page lock and a reference. Returns whether no pte is left. */
bool try_to_unmap(struct page *page, enum ttu mode)
{
	struct list_head *pos;
	bool gone = true;

	if (PageAnon(page)) {
		struct anon_vma *anon_vma = (void *)((u64)page->mapping & ~PAGE_MAPPING_ANON);
		spin_lock(&anon_vma->lock);
		list_for_each(pos, &anon_vma->vmas) {
			struct vma *vma = list_entry(pos, struct vma, anon);
			gone &= try_to_unmap_one(page, vma, vma_address(vma, page->index), mode);
		}
		spin_unlock(&anon_vma->lock);
	} else if (page->mapping) {
		struct address_space *mapping = page->mapping;
		spin_lock(&mapping->i_mmap_lock);
		list_for_each(pos, &mapping->i_mmap) {
			struct vma *vma = list_entry(pos, struct vma, shared);
			gone &= try_to_unmap_one(page, vma, vma_address(vma, page->index), mode);
		}
		spin_unlock(&mapping->i_mmap_lock);
	}
	return gone && !page_mapped(page);
}

/* Whether the page was used since somebody last asked. */
bool page_referenced(struct page *page)
{
	bool young = page_test_and_clear_young(page);

	return TestClearPageReferenced(page) || young;
}
