/*
 * The swap cache: anonymous pages that have a slot on the swap device, found by that slot. A slot's count is its ptes plus one for the
 * swap cache. While a page in there is clean, the device has its content, and the page can be volatile.
 */
#include "mm.h"

struct address_space swapper_space;
static u16 *swap_map;
static u64 nr_slots, next_slot;
static spinlock_t swap_lock;

void swap_init(u64 slots)
{
	int order = 0;

	nr_slots = slots;
	while ((PAGE_SIZE << order) < slots * sizeof(u16))
		order++;
	swap_map = slots ? memset(page_address(alloc_pages(order)), 0, PAGE_SIZE << order) : NULL;
	page_tree_init(&swapper_space.tree, slots);
	INIT_LIST_HEAD(&swapper_space.i_mmap);
}

static bool get_swap_slot(u64 *slot)
{
	bool found = false;

	spin_lock(&swap_lock);
	for (u64 n = 0; n < nr_slots && !found; n++) {
		u64 at = (next_slot + n) % nr_slots;
		if (swap_map[at])
			continue;
		swap_map[at] = 1;
		next_slot = at + 1;
		*slot = at;
		found = true;
	}
	spin_unlock(&swap_lock);
	return found;
}

void swap_duplicate(u64 slot)
{
	spin_lock(&swap_lock);
	BUG_ON(swap_map[slot] == 0);
	swap_map[slot]++;
	spin_unlock(&swap_lock);
}

void swap_free(u64 slot)
{
	spin_lock(&swap_lock);
	BUG_ON(swap_map[slot] == 0);
	swap_map[slot]--;
	spin_unlock(&swap_lock);
}

u32 swap_count(u64 slot)
{
	return READ_ONCE(swap_map[slot]);
}

/* Like swap_duplicate for a slot that may have been given up meanwhile. */
static bool swap_duplicate_unless_free(u64 slot)
{
	bool had;

	spin_lock(&swap_lock);
	had = swap_map[slot] != 0;
	if (had)
		swap_map[slot]++;
	spin_unlock(&swap_lock);
	return had;
}

/* Caller holds the page lock. The page has nothing on the device yet, so it is dirty. */
bool add_to_swap(struct page *page)
{
	u64 slot;

	if (!get_swap_slot(&slot))
		return false;
	SetPageUptodate(page);
	SetPageDirty(page);
	if (add_to_page_cache(page, &swapper_space, slot))
		panic("swap slot %lu is in use", slot);
	return true;
}

/* Caller holds the page lock and a reference. Who still needs the content has made the page stable, and dirty afterwards. */
void delete_from_swap_cache(struct page *page)
{
	u64 slot = page->private;
	bool removed;

	spin_lock(&swapper_space.tree_lock);
	removed = __remove_from_page_cache(page);
	spin_unlock(&swapper_space.tree_lock);
	if (!removed)
		return;
	swap_free(slot);
	put_page(page);
}

/* The last pte of a page, or of its slot, has gone: the swap cache need not keep it. Caller has a reference. */
void free_swap_cache(struct page *page)
{
	if (!PageSwapCache(page) || !trylock_page(page))
		return;
	if (PageSwapCache(page) && !PageWriteback(page) && !page_mapped(page) && swap_count(page->private) == 1)
		delete_from_swap_cache(page);
	unlock_page(page);
}

/* A pte that held the slot has gone. */
void free_swap_and_cache(u64 slot)
{
	struct page *page;

	swap_free(slot);
	if (swap_count(slot) != 1)
		return;
	page = find_get_page_nodiscard(&swapper_space, slot);
	if (!page)
		return;
	free_swap_cache(page);
	put_page(page);
}

/* The page of a slot, referenced, read in if need be. NULL when the slot was given up or another one reads it: look again. */
struct page *read_swap_cache(u64 slot)
{
	struct page *page = find_get_page_nodiscard(&swapper_space, slot);

	if (page)
		return page;
	page = alloc_page();
	SetPageLocked(page);
	/* The swap cache's share of the slot. */
	if (!swap_duplicate_unless_free(slot)) {
		ClearPageLocked(page);
		put_page(page);
		return NULL;
	}
	if (add_to_page_cache(page, &swapper_space, slot)) {
		swap_free(slot);
		ClearPageLocked(page);
		put_page(page);
		return NULL;
	}
	lru_cache_add(page, true);
	count_vm_event(EV_MAJFLT);
	submit_page_io(page, UNIT_SWAP, slot, false);
	return page;
}
