/* The page allocator: blocks of 2^order pages by the buddy method. What is allocated is stable, what is free is unused. */
#include "mm.h"

#define MAX_ORDER 11
#define OOM_RETRIES 64

struct page *mem_map;
u64 max_pfn, nr_free, pages_min, pages_low, totalram;
static struct list_head free_area[MAX_ORDER];
static spinlock_t zone_lock;

PAGEFLAG(Buddy, buddy)

static void give_back(struct page *page, int order)
{
	u64 pfn = page - mem_map;

	nr_free += 1UL << order;
	for (; order < MAX_ORDER - 1; order++) {
		struct page *buddy = mem_map + (pfn ^ 1UL << order);
		if ((pfn ^ 1UL << order) >= max_pfn || !PageBuddy(buddy) || buddy->private != (u64)order)
			break;
		list_del(&buddy->lru);
		ClearPageBuddy(buddy);
		pfn &= ~(1UL << order);
	}
	page = mem_map + pfn;
	page->private = order;
	SetPageBuddy(page);
	list_add(&page->lru, &free_area[order]);
}

/* Caller holds zone_lock, with interruptions off: signed-off pages are freed by the clock tick. */
static struct page *take(int order)
{
	u64 reserve = current->flags & PF_MEMALLOC ? 0 : pages_min;

	if (nr_free < reserve + (1UL << order))
		return NULL;
	for (int have = order; have < MAX_ORDER; have++) {
		struct page *page;
		if (list_empty(&free_area[have]))
			continue;
		page = list_entry(free_area[have].next, struct page, lru);
		list_del(&page->lru);
		ClearPageBuddy(page);
		nr_free -= 1UL << have;
		while (have > order) {
			have--;
			give_back(page + (1UL << have), have);
		}
		return page;
	}
	return NULL;
}

/* Never fails: frees memory, waits, and in the end stops the guest. May sleep. */
struct page *alloc_pages(int order)
{
	struct page *page;

	for (int attempt = 0; ; attempt++) {
		u8 flags = spin_lock_irqsave(&zone_lock);
		page = take(order);
		spin_unlock_irqrestore(&zone_lock, flags);
		if (page)
			break;
		if (attempt == OOM_RETRIES)
			panic("out of memory: %lu of %lu pages free, %lu active, %lu inactive", nr_free, totalram, nr_active, nr_inactive);
		if (current->flags & PF_MEMALLOC || !try_to_free_pages(32))
			msleep_ticks(1);
	}
	if (nr_free < pages_low && !(current->flags & PF_MEMALLOC))
		try_to_free_pages(32);
	page_set_stable(page, order);
	page->flags = 0;
	page->mapping = NULL;
	page->private = 0;
	page->refs = REFS(1, 0);
	count_vm_event(EV_ALLOC);
	return page;
}

/* The page belongs to nobody. A transition that looked at it before that may still be under way. */
static void free_block(struct page *page, int order)
{
	u8 flags;

	BUG_ON(page_mapped(page) || page->flags & (1UL << PG_lru | 1UL << PG_locked | 1UL << PG_swapcache));
	page_wait_state_change(page);
	page_set_unused(page, order);
	count_vm_event(EV_FREE);
	flags = spin_lock_irqsave(&zone_lock);
	give_back(page, order);
	spin_unlock_irqrestore(&zone_lock, flags);
}

void __free_pages(struct page *page, int order)
{
	page->refs = 0;
	free_block(page, order);
}

/* A page whose last reference has gone and that no CPU can have a discard fault for. */
void page_free(struct page *page)
{
	page->flags &= ~(1UL << PG_discarded);
	free_block(page, 0);
}

void put_page(struct page *page)
{
	if (atomic_add_return(&page->count, -1) != 0)
		return;
	lru_del(page);
	page->mapping = NULL;
	if (!page_free_discarded(page))
		page_free(page);
}

/* For references that keep a page from being volatile: what is left may be the page cache's and the ptes'. */
void put_page_check(struct page *page)
{
	if (page_count(page) > 1)
		page_make_volatile(page, 2);
	put_page(page);
}

void *get_zeroed_page(void)
{
	void *page = page_address(alloc_page());

	clear_page(page);
	return page;
}

/* ---- objects smaller than a page ---- */

void *pool_alloc(struct pool *pool)
{
	void *object, *page = NULL;

	for (;;) {
		spin_lock(&pool->lock);
		if (page) {
			for (size_t at = 0; at + pool->size <= PAGE_SIZE; at += pool->size) {
				*(void **)(page + at) = pool->free;
				pool->free = page + at;
			}
		}
		object = pool->free;
		if (object)
			pool->free = *(void **)object;
		spin_unlock(&pool->lock);
		if (object)
			return object;
		page = get_zeroed_page();
	}
}

void pool_free(struct pool *pool, void *object)
{
	spin_lock(&pool->lock);
	*(void **)object = pool->free;
	pool->free = object;
	spin_unlock(&pool->lock);
}

/* ---- boot ---- */

/* All storage behind the kernel and mem_map becomes free: the first time that its state is set. */
void mem_init(u64 storage)
{
	extern char _end[];
	u64 first, pfn;

	max_pfn = storage >> PAGE_SHIFT;
	mem_map = (struct page *)_end;
	first = ((u64)(mem_map + max_pfn) + PAGE_SIZE - 1) >> PAGE_SHIFT;
	if (first + 64 > max_pfn)
		panic("%lu bytes of storage do not suffice", storage);
	for (int order = 0; order < MAX_ORDER; order++)
		INIT_LIST_HEAD(&free_area[order]);
	for (pfn = 0; pfn < first; pfn++) {
		SetPageReserved(mem_map + pfn);
		mem_map[pfn].refs = REFS(1, 0);
	}
	for (; pfn < max_pfn; pfn++)
		__free_pages(mem_map + pfn, 0);
	totalram = nr_free;
	pages_min = 8 + totalram / 256;
	pages_low = 2 * pages_min + 16;
}
