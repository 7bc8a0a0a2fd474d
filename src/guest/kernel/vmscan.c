/* The LRU lists and reclaim. */
#include "mm.h"

#define VECTOR 16		/* pages that move between the lists in one go */

u64 nr_active, nr_inactive;
static struct list_head active_list = LIST_HEAD_INIT(active_list), inactive_list = LIST_HEAD_INIT(inactive_list);
static spinlock_t lru_lock;

/* Caller holds lru_lock. A discarded page stays off the lists. */
static void add_to_list(struct page *page, bool active)
{
	if (PageDiscarded(page))
		return;
	SetPageLRU(page);
	if (active) {
		SetPageActive(page);
		list_add(&page->lru, &active_list);
		nr_active++;
	} else {
		ClearPageActive(page);
		list_add(&page->lru, &inactive_list);
		nr_inactive++;
	}
}

static void take_from_list(struct page *page)
{
	list_del(&page->lru);
	ClearPageLRU(page);
	if (TestClearPageActive(page))
		nr_active--;
	else
		nr_inactive--;
}

/* The caller has a reference. */
void lru_cache_add(struct page *page, bool active)
{
	spin_lock(&lru_lock);
	add_to_list(page, active);
	spin_unlock(&lru_lock);
	page_make_volatile(page, 2);
}

void lru_del(struct page *page)
{
	if (!PageLRU(page))
		return;
	spin_lock(&lru_lock);
	if (PageLRU(page))
		take_from_list(page);
	spin_unlock(&lru_lock);
}

/* The second use makes a page active. */
void mark_page_accessed(struct page *page)
{
	if (PageActive(page) || !PageReferenced(page)) {
		SetPageReferenced(page);
		return;
	}
	spin_lock(&lru_lock);
	if (PageLRU(page) && !PageActive(page)) {
		take_from_list(page);
		add_to_list(page, true);
		ClearPageReferenced(page);
	}
	spin_unlock(&lru_lock);
}

/* From the end of the active list to the inactive one, unless used lately. Written pages lose their buffer heads and can be volatile again. */
static void shrink_active_list(u64 scan)
{
	while (scan > 0) {
		struct page *vector[VECTOR];
		int moved = 0;

		spin_lock(&lru_lock);
		for (; scan > 0 && moved < VECTOR && !list_empty(&active_list); scan--) {
			struct page *page = list_entry(active_list.prev, struct page, lru);
			bool young = page_referenced(page);
			take_from_list(page);
			add_to_list(page, young);
			if (!young && get_page_unless_zero(page))
				vector[moved++] = page;
		}
		if (list_empty(&active_list))
			scan = 0;
		spin_unlock(&lru_lock);
		while (moved > 0) {
			struct page *page = vector[--moved];
			if (PagePrivate(page) && trylock_page(page)) {
				try_to_release_page(page);
				unlock_page(page);
			}
			put_page_check(page);
		}
	}
}

enum shrink { KEEP, ACTIVATE, FREED };

/* Caller has taken the page off the lists and holds a reference and the page lock. */
static enum shrink shrink_locked_page(struct page *page, bool *submitted)
{
	struct address_space *mapping;

	if (PageWriteback(page) || PageDiscarded(page))
		return KEEP;
	if (page_referenced(page))
		return ACTIVATE;
	if (PageAnon(page) && !PageSwapCache(page) && !add_to_swap(page))
		return ACTIVATE;
	mapping = page_mapping(page);
	if (!mapping)
		return KEEP;
	if (page_mapped(page) && !try_to_unmap(page, TTU_RECLAIM))
		return ACTIVATE;
	if (PageDirty(page)) {
		*submitted = write_one_page(page);	/* unlocks it */
		return KEEP;
	}
	try_to_release_page(page);
	return remove_mapping(mapping, page) ? FREED : KEEP;
}

static bool shrink_page(struct page *page)
{
	bool submitted = false;
	enum shrink what = KEEP;

	if (trylock_page(page)) {
		what = shrink_locked_page(page, &submitted);
		if (what == FREED) {
			ClearPageLocked(page);
			page->mapping = NULL;
			count_vm_event(EV_RECLAIMED);
			if (!page_free_discarded(page))
				page_free(page);
			return true;
		}
		if (!submitted)
			unlock_page(page);
	}
	spin_lock(&lru_lock);
	add_to_list(page, what == ACTIVATE);
	spin_unlock(&lru_lock);
	put_page_check(page);
	return submitted;
}

static u64 shrink_inactive_list(u64 scan)
{
	u64 freed = 0;

	for (; scan > 0; scan--) {
		struct page *page = NULL;

		spin_lock(&lru_lock);
		if (!list_empty(&inactive_list)) {
			page = list_entry(inactive_list.prev, struct page, lru);
			take_from_list(page);
			if (!get_page_unless_zero(page))
				page = NULL;	/* being freed, and off the list now */
		}
		spin_unlock(&lru_lock);
		if (page)
			freed += shrink_page(page);
	}
	return freed;
}

/* Returns how many pages were freed or are being written. May sleep; called without locks. */
u64 try_to_free_pages(u64 want)
{
	u64 freed = 0;

	current->flags |= PF_MEMALLOC;
	for (int priority = 4; priority >= 0 && freed < want; priority--) {
		u64 active = nr_active, inactive = nr_inactive;
		if (active > inactive)
			shrink_active_list(min(active, (active >> priority) + 1));
		freed += shrink_inactive_list(min(nr_inactive, (inactive >> priority) + want));
	}
	current->flags &= ~PF_MEMALLOC;
	return freed;
}
