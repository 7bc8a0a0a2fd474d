/* Files: read and write through the page cache, truncation, writing back. */
#include "mm.h"

#define FLUSH_INTERVAL 32	/* ticks between two rounds of pdflush */

/* Copies whole pages to the user. Returns how many, fewer at the end of the file, or -1 when the user's memory cannot be written. */
long file_read(struct address_space *file, u64 index, u64 buf, u64 pages)
{
	u64 end = min(index + pages, READ_ONCE(file->size)), first = index;

	while (index < end) {
		struct page *page = find_get_page(file, index);
		size_t left = PAGE_SIZE;
		if (!page) {
			if (index >= READ_ONCE(file->size))
				break;
			read_cache_page(file, index);
			continue;
		}
		if (wait_until_uptodate(page))
			left = copy_to_user(buf, page_address(page), PAGE_SIZE);
		mark_page_accessed(page);
		put_page_check(page);
		if (left) {
			/* Either the user's memory is not there, or the page has gone: the next look tells. */
			if (!fault_in_user(buf, PAGE_SIZE))
				return -1;
			continue;
		}
		index++;
		buf += PAGE_SIZE;
	}
	return index - first;
}

/* A locked page to be overwritten as a whole. */
static struct page *grab_cache_page(struct address_space *file, u64 index)
{
	for (;;) {
		struct page *page = find_lock_page(file, index);
		if (page)
			return page;
		page = alloc_page();
		SetPageLocked(page);
		if (add_to_page_cache(page, file, index) == 0) {
			lru_cache_add(page, false);
			return page;
		}
		ClearPageLocked(page);
		put_page(page);
	}
}

static void drop_cache_page(struct page *page)
{
	struct address_space *mapping = page->mapping;
	bool removed;

	spin_lock(&mapping->tree_lock);
	removed = __remove_from_page_cache(page);
	spin_unlock(&mapping->tree_lock);
	if (removed)
		put_page(page);
}

/* Copies whole pages from the user, beyond the end of the file if it may grow. Returns how many, or -1. */
long file_write(struct address_space *file, u64 index, u64 buf, u64 pages)
{
	u64 end = min(index + pages, file->reserved), first = index;

	mutex_lock(&file->write_lock);
	while (index < end) {
		struct page *page;
		size_t left;
		if (!fault_in_user(buf, PAGE_SIZE))
			break;
		page = grab_cache_page(file, index);
		/* Under the page lock a fault must not sleep: the copy stops short. */
		current->flags |= PF_NOFAULT;
		left = copy_from_user(page_address(page), buf, PAGE_SIZE);
		current->flags &= ~PF_NOFAULT;
		if (!left) {
			SetPageUptodate(page);
			set_page_dirty(page);
			if (index >= file->size)
				WRITE_ONCE(file->size, index + 1);
			index++;
			buf += PAGE_SIZE;
		} else if (PageUptodate(page)) {
			set_page_dirty(page);
		} else {
			drop_cache_page(page);	/* nobody has seen it */
		}
		mark_page_accessed(page);
		unlock_page(page);
		put_page_check(page);
	}
	mutex_unlock(&file->write_lock);
	balance_dirty_pages();
	return index == first && pages ? -1 : (long)(index - first);
}

/* The file ends earlier from now on: no pte and no page of the rest stay. */
void file_truncate(struct address_space *file, u64 size)
{
	struct page *pages[16];
	u64 index = size, old;
	int n;

	mutex_lock(&file->write_lock);
	old = file->size;
	WRITE_ONCE(file->size, size);
	atomic_add(&file->truncate_count, 1);	/* faults that saw the old size try again */
	unmap_mapping_range(file, size);
	while ((n = find_get_pages(file, &index, old, 0, pages, ARRAY_SIZE(pages)))) {
		for (int i = 0; i < n; i++) {
			lock_page(pages[i]);
			wait_event(pages[i], !PageWriteback(pages[i]));
			if (pages[i]->mapping == file) {
				clear_page_dirty_for_io(pages[i]);
				try_to_release_page(pages[i]);
				drop_cache_page(pages[i]);
			}
			unlock_page(pages[i]);
			put_page(pages[i]);
		}
	}
	mutex_unlock(&file->write_lock);
}

/* Writes what has changed; with wait, until the disk has it. */
void filemap_fdatawrite(struct address_space *file, bool wait)
{
	struct page *pages[16];
	u64 index = 0;
	int n;

	while ((n = find_get_pages(file, &index, READ_ONCE(file->size), 1, pages, ARRAY_SIZE(pages)))) {
		for (int i = 0; i < n; i++) {
			lock_page(pages[i]);
			wait_event(pages[i], !PageWriteback(pages[i]));
			if (pages[i]->mapping == file) {
				if (PageWritable(pages[i]))
					page_test_and_transfer_dirty(pages[i]);
				write_one_page(pages[i]);
			} else {
				unlock_page(pages[i]);
			}
		}
		for (int i = 0; i < n; i++) {
			if (wait)
				wait_event(pages[i], !PageWriteback(pages[i]));
			put_page_check(pages[i]);
		}
	}
}

/* Who makes many pages dirty writes some. */
void balance_dirty_pages(void)
{
	for (u32 n = 0; n < nr_files && total_dirty > totalram / 8; n++)
		if (files[n].nr_dirty)
			filemap_fdatawrite(&files[n], true);
}

/* A kernel thread: what is dirty becomes clean after a while, and can be volatile then. */
void pdflush(void *unused)
{
	(void)unused;
	for (;;) {
		msleep_ticks(FLUSH_INTERVAL);
		for (u32 n = 0; n < nr_files; n++)
			if (files[n].nr_dirty || !list_empty(&files[n].i_mmap))
				filemap_fdatawrite(&files[n], false);
	}
}
