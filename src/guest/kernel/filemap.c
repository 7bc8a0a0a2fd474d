/* The page cache: page lock, finding, adding and removing pages, the flags around reading and writing them. */
#include "mm.h"

#define SHADOW ((void *)1)	/* in a slot: a page was here and has been discarded */

struct address_space *files;
u32 nr_files, total_dirty;

/* ---- the page lock ---- */

bool trylock_page(struct page *page) { return !TestSetPageLocked(page); }

void lock_page(struct page *page)
{
	if (!trylock_page(page))
		wait_event(page, trylock_page(page));
}

void unlock_page(struct page *page)
{
	ClearPageLocked(page);
	page_make_volatile(page, 1);
	wake_up(page);
}

/* ---- dirty and writeback ---- */

static bool accounts_dirty(struct address_space *mapping) { return mapping && mapping != &swapper_space; }

void set_page_dirty(struct page *page)
{
	struct address_space *mapping = page_mapping(page);

	if (TestSetPageDirty(page) || !accounts_dirty(mapping))
		return;
	atomic_add(&mapping->nr_dirty, 1);
	atomic_add(&total_dirty, 1);
}

static bool clear_dirty(struct page *page)
{
	struct address_space *mapping = page_mapping(page);

	if (!TestClearPageDirty(page))
		return false;
	if (accounts_dirty(mapping)) {
		atomic_add(&mapping->nr_dirty, -1);
		atomic_add(&total_dirty, -1);
	}
	return true;
}

/* Caller holds the page lock; the page is stable, because it is dirty. What users store from now on makes it dirty again. */
bool clear_page_dirty_for_io(struct page *page)
{
	page_clear_dirty(page);
	return clear_dirty(page);
}

void end_page_writeback(struct page *page)
{
	ClearPageWriteback(page);
	page_make_volatile(page, 1);
	wake_up(page);
}

/* The content is what the device has: what the storage key says of it is of no account. */
void SetPageUptodateClean(struct page *page)
{
	page_clear_dirty(page);
	SetPageUptodate(page);
}

/* Buffer heads: while a written page has them, with a reference of their own, it cannot be volatile. */
bool try_to_release_page(struct page *page)
{
	if (PageWriteback(page) || PageDirty(page) || !TestClearPagePrivate(page))
		return false;
	atomic_add(&page->count, -1);
	return true;
}

/* Starts writing a locked page to its file or swap slot, and unlocks it. */
int write_one_page(struct page *page)
{
	bool swap = PageSwapCache(page);
	u64 block = swap ? page->private : page->mapping->start + page->index;

	if (!clear_page_dirty_for_io(page)) {
		unlock_page(page);
		return 0;
	}
	if (!swap && !TestSetPagePrivate(page)) {
		page->private = block;
		get_page(page);
	}
	SetPageWriteback(page);
	unlock_page(page);
	submit_page_io(page, swap ? UNIT_SWAP : UNIT_DISK, block, true);
	return 1;
}

/* ---- finding ---- */

static struct page *lookup(struct address_space *mapping, u64 index)
{
	void **slot = page_tree_slot(&mapping->tree, index);

	return slot && *slot != SHADOW ? *slot : NULL;
}

/* For those who do not look at the content: the minor-fault path. The page may be volatile, or discarded. */
struct page *find_get_page_nodiscard(struct address_space *mapping, u64 index)
{
	struct page *page;

	spin_lock(&mapping->tree_lock);
	page = lookup(mapping, index);
	if (page)
		get_page(page);
	spin_unlock(&mapping->tree_lock);
	return page;
}

/* A page that is found is stable from here on to put_page_check. */
struct page *find_get_page(struct address_space *mapping, u64 index)
{
	struct page *page = find_get_page_nodiscard(mapping, index);

	if (page && !page_make_stable(page)) {
		page_discard(page);
		page = NULL;
	}
	return page;
}

static bool is_tagged(struct page *page) { return PageDirty(page) || (PageWritable(page) && page_test_dirty(page)); }

/*
 * Up to max pages from *index on, before end, and moves *index behind them. With tag set, those that are to be written: dirty ones, and
 * those that users have changed through a mapping.
 */
int find_get_pages(struct address_space *mapping, u64 *index, u64 end, int tag, struct page **pages, int max)
{
	int found = 0, kept = 0;

	spin_lock(&mapping->tree_lock);
	for (; *index < end && found < max; ++*index) {
		struct page *page = lookup(mapping, *index);
		if (!page || (tag && !is_tagged(page)))
			continue;
		get_page(page);
		pages[found++] = page;
	}
	spin_unlock(&mapping->tree_lock);
	for (int n = 0; n < found; n++) {
		if (page_make_stable(pages[n]))
			pages[kept++] = pages[n];
		else
			page_discard(pages[n]);
	}
	/* All of them discarded is not the end. */
	return kept || *index >= end ? kept : find_get_pages(mapping, index, end, tag, pages, max);
}

struct page *find_lock_page(struct address_space *mapping, u64 index)
{
	for (;;) {
		struct page *page = find_get_page(mapping, index);
		if (!page)
			return NULL;
		lock_page(page);
		if (page_mapping(page) == mapping && page->index == index)
			return page;
		unlock_page(page);	/* truncated, or discarded */
		put_page(page);
	}
}

/* ---- adding and removing ---- */

/* Adds a new, locked page with a reference of the page cache. Fails when there is one already. */
int add_to_page_cache(struct page *page, struct address_space *mapping, u64 index)
{
	void **slot;

	page_tree_prepare(mapping, index);
	spin_lock(&mapping->tree_lock);
	slot = page_tree_slot(&mapping->tree, index);
	if (*slot && *slot != SHADOW) {
		spin_unlock(&mapping->tree_lock);
		return -1;
	}
	if (*slot == SHADOW)
		count_vm_event(EV_REFETCH);
	*slot = page;
	get_page(page);
	if (mapping == &swapper_space) {
		page->private = index;
		SetPageSwapCache(page);
	} else {
		page->mapping = mapping;
		page->index = index;
	}
	spin_unlock(&mapping->tree_lock);
	return 0;
}

/* Caller holds tree_lock and drops the page cache's reference. */
static void unlink_page(struct address_space *mapping, struct page *page, void *replacement)
{
	bool swap = mapping == &swapper_space;

	clear_dirty(page);
	*page_tree_slot(&mapping->tree, swap ? page->private : page->index) = replacement;
	if (swap)
		ClearPageSwapCache(page);
	else
		page->mapping = NULL;
}

/*
 * Ordinary removal. Discarded keeps page_discard out from here on. It stays set when the host has taken the content: a CPU may have a
 * discard fault for the page on its way, so that freeing must be delayed. Returns false when page_discard was here first.
 */
bool __remove_from_page_cache(struct page *page)
{
	if (guard(REMOVAL) && TestSetPageDiscarded(page))
		return false;
	unlink_page(page_mapping(page), page, NULL);
	if (guard(REMOVAL) && !page_discarded_in_hw(page))
		ClearPageDiscarded(page);
	return true;
}

/* page_discard's removal. */
void remove_discarded(struct address_space *mapping, struct page *page)
{
	u64 slot = page->private;

	spin_lock(&mapping->tree_lock);
	unlink_page(mapping, page, mapping == &swapper_space ? NULL : SHADOW);
	spin_unlock(&mapping->tree_lock);
	if (mapping == &swapper_space)
		swap_free(slot);
	put_page(page);
}

/* Reclaim's removal of a locked page: only if nobody else has a reference and it is clean. Its references are gone then. */
bool remove_mapping(struct address_space *mapping, struct page *page)
{
	bool swap = mapping == &swapper_space, removed = false;
	u64 slot = page->private;

	spin_lock(&mapping->tree_lock);
	if (cmpxchg(&page->refs, REFS(2, 0), REFS(0, 0))) {
		removed = !PageDirty(page) && __remove_from_page_cache(page);
		if (!removed)
			page->refs = REFS(2, 0);
	}
	spin_unlock(&mapping->tree_lock);
	if (removed && swap)
		swap_free(slot);
	return removed;
}

/* ---- reading ---- */

#define READAHEAD 8

/* Starts to read a page that is not there. */
static void page_cache_read(struct address_space *mapping, u64 index)
{
	struct page *page = alloc_page();

	SetPageLocked(page);
	if (add_to_page_cache(page, mapping, index) == 0) {
		lru_cache_add(page, false);
		submit_page_io(page, UNIT_DISK, mapping->start + index, false);
	} else {
		ClearPageLocked(page);
	}
	put_page(page);
}

/* Makes sure that a page is there with its content, or was a moment ago. */
void read_cache_page(struct address_space *mapping, u64 index)
{
	u64 end = min(index + READAHEAD, READ_ONCE(mapping->size));

	page_cache_read(mapping, index);
	for (u64 next = index + 1; next < end; next++) {
		struct page *page = find_get_page_nodiscard(mapping, next);
		if (page) {
			put_page(page);
			break;
		}
		page_cache_read(mapping, next);
	}
}

/* The page has been read, or written for the first time. False when it was taken out of the page cache before that. */
bool wait_until_uptodate(struct page *page)
{
	while (!PageUptodate(page)) {
		if (!page_mapping(page))
			return false;
		wait_event(page, !PageLocked(page));
	}
	return true;
}
