/* Memory management: struct page and its flags, mappings, address spaces, and who offers what. */
#ifndef MM_H
#define MM_H
#include "sched.h"

/* ---- struct page ---- */

enum pageflags {
	PG_locked, PG_dirty, PG_writeback, PG_uptodate, PG_private, PG_lru, PG_active, PG_reserved, PG_swapcache, PG_referenced, PG_buddy,
	PG_discarded,		/* page hinting: the host has taken the content, page_discard or removal has dealt with it */
	PG_state_change,	/* page hinting: bit lock, a state change is under way */
	PG_writable		/* page hinting: at least one pte allows stores */
};

struct page {
	u64 flags;
	/* References, and how many of them are ptes. One word, so that page_states.c sees both at the same instant. */
	union { struct { u32 count, mapcount; }; u64 refs; };
	struct address_space *mapping;	/* or struct anon_vma, with PAGE_MAPPING_ANON; NULL when in neither */
	u64 index;			/* in the file, or in the area of an anonymous page, which begins at pgoff */
	u64 private;			/* swap slot, block on the disk (buffer head), order of a free block */
	struct list_head lru;		/* LRU list, free list, or a list of delayed freeing */
};
#define PAGE_MAPPING_ANON 1UL
#define REFS(count, mapcount) ((u64)(count) << 32 | (u32)(mapcount))

#define PAGEFLAG(Name, name) \
	static inline bool Page##Name(struct page *p) { return test_bit(PG_##name, &p->flags); } \
	static inline void SetPage##Name(struct page *p) { set_bit(PG_##name, &p->flags); } \
	static inline void ClearPage##Name(struct page *p) { clear_bit(PG_##name, &p->flags); } \
	static inline bool TestSetPage##Name(struct page *p) { return test_and_set_bit(PG_##name, &p->flags); } \
	static inline bool TestClearPage##Name(struct page *p) { return test_and_clear_bit(PG_##name, &p->flags); }
PAGEFLAG(Locked, locked) PAGEFLAG(Dirty, dirty) PAGEFLAG(Writeback, writeback) PAGEFLAG(Uptodate, uptodate)
PAGEFLAG(Private, private) PAGEFLAG(LRU, lru) PAGEFLAG(Active, active) PAGEFLAG(Reserved, reserved)
PAGEFLAG(SwapCache, swapcache) PAGEFLAG(Referenced, referenced) PAGEFLAG(Discarded, discarded)
PAGEFLAG(StateChange, state_change) PAGEFLAG(Writable, writable)

extern struct page *mem_map;
extern u64 max_pfn;
#define page_to_phys(p) ((u64)((p) - mem_map) << PAGE_SHIFT)
#define phys_to_page(a) (mem_map + ((u64)(a) >> PAGE_SHIFT))
#define page_address(p) ((void *)page_to_phys(p))

static inline bool PageAnon(struct page *p) { return (u64)READ_ONCE(p->mapping) & PAGE_MAPPING_ANON; }
static inline void get_page(struct page *p) { atomic_add(&p->count, 1); }
static inline u32 page_count(struct page *p) { return READ_ONCE(p->count); }
static inline bool page_mapped(struct page *p) { return READ_ONCE(p->mapcount) != 0; }
static inline bool get_page_unless_zero(struct page *p)
{
	for (;;) {
		u32 count = page_count(p);
		if (count == 0)
			return false;
		if (cmpxchg(&p->count, count, count + 1))
			return true;
	}
}

/* The storage key of a page, for what the machine records in it: referenced and changed. */
#define KEY_CHANGED 0x02
static inline u8 page_get_storage_key(u64 addr) { u64 key; asm volatile("iske %0,%1" : "=d" (key) : "a" (addr) : "memory"); return key; }
static inline void page_set_storage_key(u64 addr, u64 key) { asm volatile("sske %0,%1" :: "d" (key), "a" (addr) : "memory"); }
static inline bool page_test_dirty(struct page *p) { return page_get_storage_key(page_to_phys(p)) & KEY_CHANGED; }
static inline void page_clear_dirty(struct page *p) { page_set_storage_key(page_to_phys(p), 0); }
static inline bool page_test_and_clear_young(struct page *p)
{
	int cc;
	asm volatile("rrbe 0,%1\n\tipm %0\n\tsrl %0,28" : "=d" (cc) : "a" (page_to_phys(p)) : "cc", "memory");
	return cc & 2;
}

/* ---- page tables: a segment table of one page for 512 MiB, a page table in the first half of a page ---- */

typedef u64 pte_t;
#define PTE_INVALID	0x400UL
#define PTE_RO		0x200UL
#define PTE_SWAP	0x001UL		/* with PTE_INVALID: the rest is a swap slot */
#define PTE_NONE	PTE_INVALID
#define SEGMENT_INVALID	0x20UL
#define SEGMENT_LARGE	0x400UL
#define ASCE_PRIVATE	0x100UL
#define PTRS_PER_TABLE	512
#define PTRS_PER_PTE	256
#define USER_END	(512UL << 20)
#define mk_swap_pte(slot) ((u64)(slot) << PAGE_SHIFT | PTE_INVALID | PTE_SWAP)
#define pte_none(pte) ((pte) == PTE_NONE)
#define pte_present(pte) (!((pte) & PTE_INVALID))
#define pte_swap_slot(pte) ((pte) >> PAGE_SHIFT)
#define pte_page(pte) phys_to_page(pte)

/* Comes from a pool whose memory stays what it is: who holds a stale pointer finds a lock and a list of other areas. */
struct anon_vma { void *free_link; struct list_head vmas; spinlock_t lock; };

#define VM_WRITE 1
#define VM_SHARED 2
#define VM_LOCKED 4
struct vma {
	u64 start, end;
	u32 flags;
	struct address_space *file;	/* NULL: anonymous */
	u64 pgoff;
	struct mm *mm;
	struct anon_vma *anon_vma;
	struct list_head list;		/* in mm */
	struct list_head shared;	/* in the file's i_mmap */
	struct list_head anon;		/* in anon_vma */
};

/* One task only uses an address space; others meet it through the reverse mapping, under page_table_lock. */
struct mm {
	u64 *pgd;
	spinlock_t page_table_lock;
	struct list_head vmas;
};

/* A file's pages. The swap cache is one, too. */
struct page_tree { void *root; int height; };
struct address_space {
	spinlock_t tree_lock;
	struct page_tree tree;
	u64 size;			/* in pages */
	u64 start;			/* block on the disk; a file lies in one piece */
	u64 reserved;			/* pages for which the disk has room */
	u32 truncate_count;
	u32 nr_dirty;
	bool mlocked;			/* was ever part of a locked area */
	spinlock_t i_mmap_lock;
	struct list_head i_mmap;
	struct mutex write_lock;	/* i_mutex */
	struct mutex flock;
	u32 *versions;			/* what was last written, page by page; user programs check against it */
};
extern struct address_space *files, swapper_space;
extern u32 nr_files, total_dirty;

static inline struct address_space *page_mapping(struct page *p)
{
	return PageSwapCache(p) ? &swapper_space : PageAnon(p) ? NULL : READ_ONCE(p->mapping);
}

/* page_alloc.c */
extern u64 nr_free, pages_min, pages_low, totalram;
void mem_init(u64 storage);
struct page *alloc_pages(int order);
#define alloc_page() alloc_pages(0)
void __free_pages(struct page *page, int order);
void *get_zeroed_page(void);
void put_page(struct page *page);
void put_page_check(struct page *page);
void page_free(struct page *page);
struct pool { size_t size; spinlock_t lock; void *free; };
void *pool_alloc(struct pool *pool);
void pool_free(struct pool *pool, void *object);

/* page_states.c */
void page_set_stable(struct page *page, int order);
void page_set_unused(struct page *page, int order);
bool page_discarded_in_hw(struct page *page);
bool page_make_stable(struct page *page);
void page_make_volatile(struct page *page, u32 offset);
void page_check_writable(struct page *page);
void page_last_unmapped(struct page *page);
void page_test_and_transfer_dirty(struct page *page);
void page_wait_state_change(struct page *page);

/* discard.c */
void discard_init_cpu(struct lowcore *lc);
void page_discard(struct page *page);
bool page_free_discarded(struct page *page);
void do_discard_fault(struct pt_regs *regs);
void discard_signoff(void);

/* filemap.c */
void lock_page(struct page *page);
bool trylock_page(struct page *page);
void unlock_page(struct page *page);
void set_page_dirty(struct page *page);
bool clear_page_dirty_for_io(struct page *page);
void end_page_writeback(struct page *page);
void SetPageUptodateClean(struct page *page);
struct page *find_get_page(struct address_space *mapping, u64 index);
struct page *find_get_page_nodiscard(struct address_space *mapping, u64 index);
int find_get_pages(struct address_space *mapping, u64 *index, u64 end, int tag, struct page **pages, int max);
struct page *find_lock_page(struct address_space *mapping, u64 index);
int add_to_page_cache(struct page *page, struct address_space *mapping, u64 index);
bool __remove_from_page_cache(struct page *page);
bool remove_mapping(struct address_space *mapping, struct page *page);
void remove_discarded(struct address_space *mapping, struct page *page);
void read_cache_page(struct address_space *mapping, u64 index);
bool wait_until_uptodate(struct page *page);
bool try_to_release_page(struct page *page);
int write_one_page(struct page *page);

/* page_tree.c */
void page_tree_init(struct page_tree *tree, u64 pages);
void page_tree_prepare(struct address_space *mapping, u64 index);
void **page_tree_slot(struct page_tree *tree, u64 index);

/* file.c */
long file_read(struct address_space *file, u64 index, u64 buf, u64 pages);
long file_write(struct address_space *file, u64 index, u64 buf, u64 pages);
void file_truncate(struct address_space *file, u64 pages);
void filemap_fdatawrite(struct address_space *file, bool wait);
void balance_dirty_pages(void);
void pdflush(void *unused);

/* rmap.c */
void anon_vma_prepare(struct vma *vma);
void anon_vma_link(struct vma *vma, struct anon_vma *anon_vma);
void anon_vma_unlink(struct vma *vma);
void page_add_anon_rmap(struct page *page, struct vma *vma, u64 addr);
void page_add_file_rmap(struct page *page);
void page_remove_rmap(struct page *page);
enum ttu { TTU_RECLAIM, TTU_DISCARD };
bool try_to_unmap(struct page *page, enum ttu mode);
bool page_referenced(struct page *page);
pte_t pte_for_unmapped(struct page *page);

/* vmscan.c */
extern u64 nr_active, nr_inactive;
void lru_cache_add(struct page *page, bool active);
void lru_del(struct page *page);
void mark_page_accessed(struct page *page);
u64 try_to_free_pages(u64 want);

/* swap_state.c */
void swap_init(u64 slots);
bool add_to_swap(struct page *page);
void delete_from_swap_cache(struct page *page);
void free_swap_cache(struct page *page);
void free_swap_and_cache(u64 slot);
void swap_duplicate(u64 slot);
void swap_free(u64 slot);
u32 swap_count(u64 slot);
struct page *read_swap_cache(u64 slot);

/* memory.c and mmap.c */
void handle_mm_fault(struct mm *mm, struct vma *vma, u64 addr, bool write);
pte_t *pte_lookup(struct mm *mm, u64 addr);
void ptep_invalidate(pte_t *ptep, u64 addr);
void copy_page_range(struct mm *dst, struct vma *dst_vma, struct mm *src, struct vma *src_vma);
void zap_page_range(struct vma *vma, u64 start, u64 end);
struct page *follow_page(struct vma *vma, u64 addr);
struct mm *mm_alloc(void);
void mm_free(struct mm *mm);
struct mm *dup_mm(struct mm *old);
struct vma *find_vma(struct mm *mm, u64 addr);
long do_mmap(struct mm *mm, u64 start, u64 pages, u32 flags, struct address_space *file, u64 pgoff);
long do_munmap(struct mm *mm, u64 start);
long do_mlock(struct mm *mm, u64 start, bool lock);
void unmap_mapping_range(struct address_space *mapping, u64 first);
static inline u64 mm_asce(struct mm *mm) { return (u64)mm->pgd | ASCE_PRIVATE; }
static inline void load_user_asce(u64 asce) { asm volatile("lctlg 7,7,%0\n\tlctlg 13,13,%0" :: "Q" (asce) : "memory"); }
static inline u64 linear_page_index(struct vma *vma, u64 addr) { return vma->pgoff + ((addr - vma->start) >> PAGE_SHIFT); }
static inline u64 vma_address(struct vma *vma, u64 index) { return vma->start + ((index - vma->pgoff) << PAGE_SHIFT); }

/* uaccess.c */
size_t copy_to_user(u64 to, const void *from, size_t n);
size_t copy_from_user(void *to, u64 from, size_t n);
bool fault_in_user(u64 addr, size_t n);
u64 search_exception_table(u64 addr);

/* block.c */
enum unit { UNIT_DISK, UNIT_SWAP };
void submit_page_io(struct page *page, enum unit unit, u64 block, bool write);
void do_block_interrupt(void);

#endif
