/* Address spaces and their areas. */
#include "mm.h"

static struct pool vma_pool = { .size = sizeof(struct vma) }, mm_pool = { .size = sizeof(struct mm) };

struct mm *mm_alloc(void)
{
	struct mm *mm = memset(pool_alloc(&mm_pool), 0, sizeof(*mm));

	mm->pgd = page_address(alloc_page());
	for (int n = 0; n < PTRS_PER_TABLE; n++)
		mm->pgd[n] = SEGMENT_INVALID;
	INIT_LIST_HEAD(&mm->vmas);
	return mm;
}

struct vma *find_vma(struct mm *mm, u64 addr)
{
	struct vma *vma;

	list_for_each_entry(vma, &mm->vmas, list)
		if (addr >= vma->start && addr < vma->end)
			return vma;
	return NULL;
}

static void vma_link(struct vma *vma)
{
	list_add_tail(&vma->list, &vma->mm->vmas);
	INIT_LIST_HEAD(&vma->shared);
	INIT_LIST_HEAD(&vma->anon);
	if (vma->file) {
		spin_lock(&vma->file->i_mmap_lock);
		list_add(&vma->shared, &vma->file->i_mmap);
		spin_unlock(&vma->file->i_mmap_lock);
	}
}

static void vma_unlink(struct vma *vma)
{
	list_del(&vma->list);
	if (vma->file) {
		spin_lock(&vma->file->i_mmap_lock);
		list_del(&vma->shared);
		spin_unlock(&vma->file->i_mmap_lock);
	}
	anon_vma_unlink(vma);
	pool_free(&vma_pool, vma);
}

/* file NULL: anonymous memory. Returns 0, or -1 when something is there already. */
long do_mmap(struct mm *mm, u64 start, u64 pages, u32 flags, struct address_space *file, u64 pgoff)
{
	u64 end = start + (pages << PAGE_SHIFT);
	struct vma *vma;

	if (start & ~PAGE_MASK || pages == 0 || end > USER_END)
		return -1;
	list_for_each_entry(vma, &mm->vmas, list)
		if (start < vma->end && end > vma->start)
			return -1;
	vma = memset(pool_alloc(&vma_pool), 0, sizeof(*vma));
	*vma = (struct vma){ .start = start, .end = end, .flags = flags, .file = file, .pgoff = pgoff, .mm = mm };
	vma_link(vma);
	return 0;
}

long do_munmap(struct mm *mm, u64 start)
{
	struct vma *vma = find_vma(mm, start);

	if (!vma)
		return -1;
	zap_page_range(vma, vma->start, vma->end);
	vma_unlink(vma);
	return 0;
}

/*
 * Locked memory is there and stays there. Pages of a file are never volatile again once it has a locked area; anonymous ones that
 * the swap device has, too, are dirty from now on, and reclaim does not write what is locked.
 */
long do_mlock(struct mm *mm, u64 start, bool lock)
{
	struct vma *vma = find_vma(mm, start);

	if (!vma)
		return -1;
	if (!lock) {
		vma->flags &= ~VM_LOCKED;
		return 0;
	}
	if (vma->file)
		WRITE_ONCE(vma->file->mlocked, true);
	vma->flags |= VM_LOCKED;
	for (u64 addr = vma->start; addr < vma->end; addr += PAGE_SIZE) {
		struct page *page;
		while (!(page = follow_page(vma, addr)))
			handle_mm_fault(mm, vma, addr, vma->flags & VM_WRITE);
		if (PageSwapCache(page)) {
			lock_page(page);
			set_page_dirty(page);
			unlock_page(page);
		}
		put_page(page);
	}
	return 0;
}

/* Ptes of a file's pages from first on go, in all address spaces; private copies as well. */
void unmap_mapping_range(struct address_space *mapping, u64 first)
{
	struct list_head *pos;

	spin_lock(&mapping->i_mmap_lock);
	list_for_each(pos, &mapping->i_mmap) {
		struct vma *vma = list_entry(pos, struct vma, shared);
		if (vma_address(vma, first) < vma->end)
			zap_page_range(vma, first < vma->pgoff ? vma->start : vma_address(vma, first), vma->end);
	}
	spin_unlock(&mapping->i_mmap_lock);
}

/* INVALIDATE DAT TABLE ENTRY, clearing by ASCE: no CPU remembers tables that are to be freed. */
static void flush_tlb_mm(struct mm *mm)
{
	asm volatile(".insn rrf,0xb98e0000,0,%0,%1,0" :: "a" (0x800UL), "a" (mm_asce(mm)) : "memory");
}

void mm_free(struct mm *mm)
{
	while (!list_empty(&mm->vmas))
		do_munmap(mm, list_entry(mm->vmas.next, struct vma, list)->start);
	for (int n = 0; n < PTRS_PER_TABLE; n++)
		if (!(mm->pgd[n] & SEGMENT_INVALID)) {
			u64 table = mm->pgd[n];
			mm->pgd[n] = SEGMENT_INVALID;
			__free_pages(phys_to_page(table), 0);
		}
	flush_tlb_mm(mm);
	__free_pages(phys_to_page(mm->pgd), 0);
	pool_free(&mm_pool, mm);
}

/* Locked areas are not locked in the child. */
struct mm *dup_mm(struct mm *old)
{
	struct mm *mm = mm_alloc();
	struct vma *vma;

	list_for_each_entry(vma, &old->vmas, list) {
		struct vma *copy = pool_alloc(&vma_pool);
		*copy = *vma;
		copy->flags &= ~VM_LOCKED;
		copy->mm = mm;
		copy->anon_vma = NULL;
		vma_link(copy);
		if (vma->anon_vma)
			anon_vma_link(copy, vma->anon_vma);
		copy_page_range(mm, copy, old, vma);
	}
	return mm;
}
