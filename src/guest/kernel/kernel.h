/* What every file of the kernel needs: types, the lowcore, atomics, locks, lists, counters, messages. */
#ifndef KERNEL_H
#define KERNEL_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef unsigned long size_t;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096UL
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define MAX_CPUS 8
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - __builtin_offsetof(type, member)))
#define unlikely(x) __builtin_expect(!!(x), 0)
#define READ_ONCE(x) (*(volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define barrier() asm volatile("" ::: "memory")
#define min(a, b) ((a) < (b) ? (a) : (b))

/* ---- PSW and interruptions (Principles of Operation, "Control") ---- */

struct psw { u64 mask, addr; };
#define PSW_DAT		0x0400000000000000UL
#define PSW_EXT		0x0100000000000000UL
#define PSW_WAIT	0x0002000000000000UL
#define PSW_USER	0x0001000000000000UL	/* problem state */
#define PSW_HOME	0x0000c00000000000UL	/* home-space mode */
#define PSW_64		0x0000000180000000UL
/* The kernel lives in the primary space, its users in the home space; the secondary space is the current user's, for MVCP and MVCS. */
#define PSW_KERNEL	(PSW_DAT | PSW_64)
#define PSW_PROBLEM	(PSW_DAT | PSW_EXT | PSW_USER | PSW_HOME | PSW_64)

struct pt_regs {
	struct psw psw;
	u64 gprs[16];
	u32 int_code;		/* program interruptions: length code << 16 | code */
	u32 pad;
	u64 teid;
};

/* The prefix area; entry.S knows the offsets from 0x200 on. */
struct list_head;

struct lowcore {
	u8 pad0[0x80];
	u32 ext_params;		/* 0x080 */
	u16 ext_cpu_addr;	/* 0x084 */
	u16 ext_code;		/* 0x086 */
	u16 svc_ilc, svc_code;	/* 0x088 */
	u16 pgm_ilc, pgm_code;	/* 0x08c */
	u8 pad1[0xa8 - 0x90];
	u64 trans_exc_code;	/* 0x0a8 TEID, or the absolute address of a discarded page */
	u8 pad2[0x120 - 0xb0];
	struct psw restart_old, ext_old, svc_old, pgm_old, mcck_old, io_old;
	u8 pad3[0x1a0 - 0x180];
	struct psw restart_new, ext_new, svc_new, pgm_new, mcck_new, io_new;
	u64 save_area[3][16];	/* 0x200 program, external, supervisor call */
	struct psw return_psw;	/* 0x380 */
	u64 kernel_stack;	/* 0x390 */
	struct task *current_task;/* 0x398 */
	u64 scratch;		/* 0x3a0 */
	u32 cpu_nr;
	u32 need_resched;
	struct vm_events *events;
	struct lowcore *self;	/* absolute address */
	struct list_head *discard_list;
	struct task *idle;
	u64 exit_timer;		/* CPU timer when this CPU last went to a user */
};
#define S390_lowcore (*(struct lowcore *)0)
#define current S390_lowcore.current_task
#define smp_processor_id() S390_lowcore.cpu_nr

/* ---- atomic operations: gcc makes CS and CSG of these ---- */

#define cmpxchg(p, old, new) ({ __typeof__(*(p)) __o = (old); \
	__atomic_compare_exchange_n(p, &__o, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); })
#define atomic_add(p, n) ((void)__atomic_fetch_add(p, n, __ATOMIC_SEQ_CST))
#define atomic_add_return(p, n) __atomic_add_fetch(p, n, __ATOMIC_SEQ_CST)
#define set_bit(n, p) ((void)__atomic_fetch_or(p, 1UL << (n), __ATOMIC_SEQ_CST))
#define clear_bit(n, p) ((void)__atomic_fetch_and(p, ~(1UL << (n)), __ATOMIC_SEQ_CST))
#define test_and_set_bit(n, p) ((__atomic_fetch_or(p, 1UL << (n), __ATOMIC_SEQ_CST) >> (n)) & 1)
#define test_and_clear_bit(n, p) ((__atomic_fetch_and(p, ~(1UL << (n)), __ATOMIC_SEQ_CST) >> (n)) & 1)
#define test_bit(n, p) ((READ_ONCE(*(p)) >> (n)) & 1)

static inline void local_irq_enable(void) { asm volatile("stosm %0,0x01" : "=Q" (S390_lowcore.scratch) :: "memory"); }
static inline void local_irq_disable(void) { asm volatile("stnsm %0,0xfe" : "=Q" (S390_lowcore.scratch) :: "memory"); }
static inline u8 local_irq_save(void) { u8 old; asm volatile("stnsm %0,0xfe" : "=Q" (old) :: "memory"); return old; }
static inline void local_irq_restore(u8 old) { asm volatile("ssm %0" :: "Q" (old) : "memory"); }
static inline u64 get_clock(void) { u64 tod; asm volatile("stck %0" : "=Q" (tod) :: "cc", "memory"); return tod; }

/* 0 is free, else the number of the CPU that has it, plus one. */
typedef struct { u32 owner; } spinlock_t;
static inline void spin_lock(spinlock_t *lock)
{
	while (READ_ONCE(lock->owner) || !cmpxchg(&lock->owner, 0U, smp_processor_id() + 1))
		barrier();
}
static inline void spin_unlock(spinlock_t *lock) { __atomic_store_n(&lock->owner, 0, __ATOMIC_SEQ_CST); }
static inline u8 spin_lock_irqsave(spinlock_t *lock) { u8 flags = local_irq_save(); spin_lock(lock); return flags; }
static inline void spin_unlock_irqrestore(spinlock_t *lock, u8 flags) { spin_unlock(lock); local_irq_restore(flags); }

/* ---- doubly linked lists ---- */

struct list_head { struct list_head *next, *prev; };
#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_for_each(pos, head) for (pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_entry(pos, head, member) \
	for (pos = list_entry((head)->next, __typeof__(*pos), member); &pos->member != (head); \
	     pos = list_entry(pos->member.next, __typeof__(*pos), member))
static inline void INIT_LIST_HEAD(struct list_head *l) { l->next = l->prev = l; }
static inline bool list_empty(const struct list_head *l) { return l->next == l; }
static inline void list_add(struct list_head *n, struct list_head *head)
{
	n->next = head->next;
	n->prev = head;
	head->next->prev = n;
	head->next = n;
}
static inline void list_add_tail(struct list_head *n, struct list_head *head) { list_add(n, head->prev); }
static inline void list_del(struct list_head *n)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	INIT_LIST_HEAD(n);
}
static inline void list_splice_init(struct list_head *from, struct list_head *to)
{
	if (list_empty(from))
		return;
	from->next->prev = to;
	from->prev->next = to->next;
	to->next->prev = from->prev;
	to->next = from->next;
	INIT_LIST_HEAD(from);
}

/* ---- counters, one set for each CPU; the host adds them up ---- */

enum vm_event {
	EV_ESSA,				/* eight of them, by operation-request code */
	EV_DISCARD_FAULT = 8, EV_DISCARD_FAULT_KERNEL, EV_FIXUP, EV_DISCARDED, EV_DELAYED_FREE,
	EV_MINFLT, EV_MAJFLT, EV_COW, EV_REFETCH, EV_ALLOC, EV_FREE, EV_DISK_READ, EV_DISK_WRITE, EV_SWAP_IN, EV_SWAP_OUT,
	EV_RECLAIMED, EV_SYSCALL, EV_CHECKED, EV_FORK, EV_EXIT, EV_USER_TIME, NR_VM_EVENTS
};
struct vm_events { u64 count[NR_VM_EVENTS]; };
/* One instruction, so that an interruption does not lose a count. */
#define count_vm_event(item) ({ asm volatile("agsi %0,1" : "+S" (S390_lowcore.events->count[item]) :: "cc"); })

static inline u64 get_cpu_timer(void) { u64 timer; asm volatile("stpt %0" : "=Q" (timer) :: "memory"); return timer; }
/* On the way in: what the CPU timer has counted since the last way out was the user's. */
static inline void account_user_time(struct pt_regs *regs)
{
	if (regs->psw.mask & PSW_USER)
		S390_lowcore.events->count[EV_USER_TIME] += S390_lowcore.exit_timer - get_cpu_timer();
}

/* ---- what the host hands over; src/guest/boot-parameters.ts writes it ---- */

#define BOOT_MAGIC 0x7a68696e746b6e6cUL		/* "zhintknl" */
#define MAX_FILES 2048
#define MAX_PROCS 64
struct boot_file { u32 start, pages; };		/* first block on the disk, size */
struct boot_proc { u32 script, count; };	/* offset in the script file, how many run it */
struct boot_params {
	u64 magic;
	u64 storage;		/* bytes */
	u32 nr_cpus, nr_files, nr_procs, swap_pages;
	char command_line[480];
	struct boot_proc procs[MAX_PROCS];
	struct boot_file files[MAX_FILES];
};
extern struct boot_params boot_params;

/* ---- guards: rules that the boot parameter guards=-name,... breaks on purpose ---- */

enum guard {
	/* the races of page state changes */
	GUARD_STATE_CHANGE, GUARD_REMOVAL, GUARD_PTE_RECHECK, GUARD_FORK, GUARD_DISCARD_ONCE, GUARD_SIGNOFF, GUARD_FIXUP, GUARD_DIRTY_TRANSFER,
	/* the conditions for a page to become volatile */
	GUARD_RESERVED, GUARD_DIRTY, GUARD_WRITEBACK, GUARD_LOCKED, GUARD_ANON, GUARD_MAPPING, GUARD_UPTODATE, GUARD_PRIVATE, GUARD_DISCARDED,
	GUARD_LRU, GUARD_COUNT, GUARD_MLOCKED, NR_GUARDS
};
extern u64 guards;
#define guard(name) ((guards >> GUARD_##name) & 1)

extern bool host_discards;	/* policy=full: volatile states are in use */
extern bool hint_unused;	/* policy=full or unused: allocated is stable, free is unused */
extern bool uaccess_mvcos;	/* uaccess=mvcos, else MVCP and MVCS */
extern int nr_cpus;
extern bool oops_in_progress;

/* ---- lib.c ---- */

void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void clear_page(void *page);
void copy_page(void *to, const void *from);
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));
void panic(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
#define BUG_ON(condition) do { if (unlikely(condition)) panic("BUG at %s:%d: %s", __FILE__, __LINE__, #condition); } while (0)

#endif
