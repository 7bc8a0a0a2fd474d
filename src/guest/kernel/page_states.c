/*
 * Page states: what the guest tells its host about each page with ESSA, and the rules of when it may.
 *
 *   stable              the content must be kept
 *   unused              the content may go, nobody will ask for it
 *   volatile            the content may go, and whoever touches the page then gets a discard fault
 *   potentially volatile the same while the storage key says that the page has not been changed
 *
 * Pages become volatile in page_make_volatile, which may always decline, and stable again in page_make_stable, which may fail: the
 * content has gone, and the caller hands the page to page_discard.
 */
#include "mm.h"

enum { ESSA_GET_STATE, ESSA_SET_STABLE, ESSA_SET_UNUSED, ESSA_SET_VOLATILE, ESSA_SET_PVOLATILE, ESSA_SET_STABLE_MAKE_RESIDENT,
       ESSA_SET_STABLE_IF_NOT_DISCARDED };
#define STATE_USAGE 0x0c
#define USAGE_VOLATILE 0x0c
#define STATE_CONTENT 0x03
#define CONTENT_ZERO 0x03

bool host_discards, hint_unused;

/* Returns the state before. */
#define essa(page, request) ({ \
	u64 __state; \
	asm volatile(".insn rrf,0xb9ab0000,%0,%1,%2,0" : "=d" (__state) : "a" (page_to_phys(page)), "i" (request) : "memory"); \
	count_vm_event(EV_ESSA + request); \
	__state; })

void page_set_stable(struct page *page, int order)
{
	if (hint_unused)
		for (int n = 0; n < 1 << order; n++)
			essa(page + n, ESSA_SET_STABLE);
}

void page_set_unused(struct page *page, int order)
{
	if (hint_unused)
		for (int n = 0; n < 1 << order; n++)
			essa(page + n, ESSA_SET_UNUSED);
}

static void page_set_volatile(struct page *page, bool writable)
{
	if (writable)
		essa(page, ESSA_SET_PVOLATILE);
	else
		essa(page, ESSA_SET_VOLATILE);
}

static bool is_discarded(u64 state)
{
	return (state & STATE_USAGE) == USAGE_VOLATILE && (state & STATE_CONTENT) == CONTENT_ZERO;
}

static bool page_set_stable_if_present(struct page *page)
{
	return PageReserved(page) || !is_discarded(essa(page, ESSA_SET_STABLE_IF_NOT_DISCARDED));
}

/* Whether the host has taken the content. */
bool page_discarded_in_hw(struct page *page)
{
	return host_discards && is_discarded(essa(page, ESSA_GET_STATE));
}

/* ---- the bit lock around a change of state ---- */

static bool try_lock_state(struct page *page) { return !guard(STATE_CHANGE) || !TestSetPageStateChange(page); }
static void unlock_state(struct page *page) { ClearPageStateChange(page); }

void page_wait_state_change(struct page *page)
{
	while (guard(STATE_CHANGE) && PageStateChange(page))
		barrier();
}

static void lock_state(struct page *page)
{
	while (!try_lock_state(page))
		barrier();
}

/* ---- the conditions: nobody but the page cache and ptes refers to the page, and its backing store has the same content ---- */

static bool check_bits(struct page *page)
{
	struct address_space *mapping;

	if (guard(RESERVED) && PageReserved(page))
		return false;
	if (guard(DIRTY) && PageDirty(page))
		return false;
	if (guard(WRITEBACK) && PageWriteback(page))
		return false;
	if (guard(LOCKED) && PageLocked(page))
		return false;
	/* Volatile swap cache: an anonymous page has a backing store while it is in there; nothing else is of use there. */
	if (guard(ANON) && PageAnon(page) != PageSwapCache(page))
		return false;
	mapping = page_mapping(page);
	if (guard(MAPPING) && !mapping)
		return false;
	if (guard(UPTODATE) && !PageUptodate(page))
		return false;
	if (guard(PRIVATE) && PagePrivate(page))
		return false;
	if (guard(DISCARDED) && PageDiscarded(page))
		return false;
	if (guard(LRU) && !PageLRU(page))
		return false;
	/* Mlocked pages: who locks memory wants no faults. Once locked, always locked, so that nobody has to look at all areas. */
	if (guard(MLOCKED) && mapping && mapping->mlocked)
		return false;
	return true;
}

/* References and ptes are read as one word: between two loads, one of each could come or go. */
static bool page_is_volatile_candidate(struct page *page, u32 offset)
{
	u64 refs;

	if (!check_bits(page))
		return false;
	refs = READ_ONCE(page->refs);
	return !guard(COUNT) || (u32)(refs >> 32) == (u32)refs + offset;
}

/*
 * offset: the references that the caller knows of, 1 for the page cache's, 2 for that and the caller's own. Whoever takes a
 * reference later makes the page stable, and waits in there until this is done.
 */
void page_make_volatile(struct page *page, u32 offset)
{
	if (!host_discards)
		return;
	if (!try_lock_state(page))
		return;
	if (page_is_volatile_candidate(page, offset))
		page_set_volatile(page, PageWritable(page));
	unlock_state(page);
}

/*
 * Returns true when the page is stable and has its content. The caller holds a reference, or the page lock, so that no
 * page_make_volatile can succeed afterwards.
 */
bool page_make_stable(struct page *page)
{
	if (!host_discards)
		return true;
	page_wait_state_change(page);
	return page_set_stable_if_present(page);
}

/* ---- writable ptes: a page that users can change without the kernel's knowledge is potentially volatile at best ---- */

/* Before the first pte that allows stores is installed; the pte is counted already. */
void page_check_writable(struct page *page)
{
	bool retry = false;

	if (!host_discards)
		return;
	lock_state(page);
	if (!PageWritable(page)) {
		SetPageWritable(page);
		if (page_is_volatile_candidate(page, 1))
			page_set_volatile(page, true);
		else
			retry = page_set_stable_if_present(page);
	}
	unlock_state(page);
	if (retry)
		page_make_volatile(page, 1);
}

/* The last pte has gone, unless another one has come meanwhile. */
void page_last_unmapped(struct page *page)
{
	if (!PageWritable(page))
		return;
	lock_state(page);
	if (!page_mapped(page))
		ClearPageWritable(page);
	unlock_state(page);
}

/*
 * The storage key's change bit becomes PG_dirty. Between the test and the reset of the key the page must be stable, or the host takes
 * an unchanged page; it cannot have been discarded, because it was changed. Under the bit lock nobody can make it volatile again
 * before it is dirty.
 */
void page_test_and_transfer_dirty(struct page *page)
{
	if (!page_test_dirty(page))
		return;
	lock_state(page);
	if (page_test_dirty(page)) {
		if (host_discards && guard(DIRTY_TRANSFER) && !page_set_stable_if_present(page))
			panic("page 0x%lx was changed and is discarded", page_to_phys(page));
		page_clear_dirty(page);
		set_page_dirty(page);
	}
	unlock_state(page);
}
