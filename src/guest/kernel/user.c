/*
 * The user program: interprets a workload's script. Every page that it writes is filled with words that follow from what the page is and
 * from a version; every page that it reads is checked, word by word.
 */
#include "script.h"
#include "syscall.h"

typedef unsigned long u64;
typedef unsigned int u32;
#define PAGE_SIZE 4096UL
#define WORDS (PAGE_SIZE / sizeof(u64))
#define STRIDE 0x9e3779b97f4a7c15UL	/* from word to word */
#define READ_PAGES 4

static inline long svc(int code, u64 a, u64 b, u64 c, u64 d, u64 e)
{
	register u64 r2 asm("2") = a, r3 asm("3") = b, r4 asm("4") = c, r5 asm("5") = d, r6 asm("6") = e;

	asm volatile("svc %1" : "+d" (r2) : "i" (code), "d" (r3), "d" (r4), "d" (r5), "d" (r6) : "memory", "cc");
	return r2;
}
#define svc0(code) svc(code, 0, 0, 0, 0, 0)
#define svc1(code, a) svc(code, (u64)(a), 0, 0, 0, 0)
#define svc2(code, a, b) svc(code, (u64)(a), (u64)(b), 0, 0, 0)
#define svc3(code, a, b, c) svc(code, (u64)(a), (u64)(b), (u64)(c), 0, 0)
#define svc4(code, a, b, c, d) svc(code, (u64)(a), (u64)(b), (u64)(c), (u64)(d), 0)

struct slot { u64 addr, pages; u32 file, flags; };
struct process {
	u64 random;
	u32 instance, round;
	struct slot slots[MAX_SLOTS];
};

/* ---- what a page contains ---- */

/* file >= 0: page of a file. Else anonymous: page is the address, version is who wrote it and when. */
static u64 first_word(long file, u64 page, u64 version)
{
	u64 x = ((u64)(file + 1) << 40 ^ page) * 0xff51afd7ed558ccdUL + version * 0xc4ceb9fe1a85ec53UL;

	x ^= x >> 29;
	return x * 0x94d049bb133111ebUL;
}

static void fill(u64 *words, long file, u64 page, u64 version)
{
	u64 value = first_word(file, page, version);

	for (u64 n = 0; n < WORDS; n++, value += STRIDE)
		words[n] = value;
}

static __attribute__((noinline, noreturn)) void mismatch(u64 *words, u64 n, u64 expected, long file, u64 page, u64 version)
{
	struct mismatch m = { file, page, (u64)words, n, version, expected, words[n] };

	svc1(SVC_MISMATCH, &m);
	__builtin_unreachable();
}

static void check(u64 *words, long file, u64 page, u64 version)
{
	u64 value = first_word(file, page, version);

	for (u64 n = 0; n < WORDS; n++, value += STRIDE)
		if (words[n] != value)
			mismatch(words, n, value, file, page, version);
	svc0(SVC_CHECKED);
}

static void check_zero(u64 *words, u64 page)
{
	for (u64 n = 0; n < WORDS; n++)
		if (words[n])
			mismatch(words, n, 0, -1, page, 0);
	svc0(SVC_CHECKED);
}

/* ---- orders ---- */

static u64 next_random(struct process *p)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return p->random;
}

static u64 pick(struct process *p, u32 order, u64 n, u64 count)
{
	return order == ORDER_SEQUENTIAL ? n : order == ORDER_REVERSE ? count - 1 - n : next_random(p) % count;
}

static void reseed(struct process *p, u32 seed)
{
	p->random = first_word(seed, p->instance, (u64)svc0(SVC_GETPID) << 32 | p->round++) | 1;
}

/* ---- files ---- */

static void lock_file(u32 flags, u32 file) { if (flags & STEP_SHARED) svc1(SVC_FLOCK, file); }
static void unlock_file(u32 flags, u32 file) { if (flags & STEP_SHARED) svc1(SVC_FUNLOCK, file); }

/* Reads and checks up to READ_PAGES pages, in sequence. */
static void read_pages(u32 file, u64 page, u64 count, u32 flags)
{
	u64 buffer[READ_PAGES * WORDS] __attribute__((aligned(4096)));
	long got;

	lock_file(flags, file);
	got = svc4(SVC_READ, file, page, buffer, count);
	for (long n = 0; n < got; n++)
		check(buffer + n * WORDS, file, page + n, flags & STEP_SHARED ? svc2(SVC_GET_VERSION, file, page + n) : 0);
	unlock_file(flags, file);
}

static void read_file(u32 file, u32 order, u32 flags)
{
	u64 size = svc1(SVC_FSIZE, file);

	for (u64 at = 0; at < size; at += READ_PAGES) {
		u64 page = order == ORDER_REVERSE ? (size - 1 - at) / READ_PAGES * READ_PAGES : at;
		read_pages(file, page, READ_PAGES, flags);
	}
}

/* Writes one page anew; behind the end of the file, the next one there. */
static void write_page(u32 file, u64 page)
{
	u64 buffer[WORDS] __attribute__((aligned(4096)));
	u64 size, version;

	svc1(SVC_FLOCK, file);
	size = svc1(SVC_FSIZE, file);
	if (page > size)
		page = size;
	version = svc2(SVC_GET_VERSION, file, page) + 1;
	fill(buffer, file, page, version);
	if (svc4(SVC_WRITE, file, page, buffer, 1) == 1)
		svc3(SVC_SET_VERSION, file, page, version);
	svc1(SVC_FUNLOCK, file);
}

static void do_read(struct process *p, const struct step *s)
{
	u32 first = s->arg[0], files = s->arg[1], order = s->arg[2], flags = s->arg[5];

	reseed(p, s->arg[4]);
	if (order != ORDER_RANDOM) {
		for (u64 n = 0; n < files; n++)
			read_file(first + pick(p, order, n, files), order, flags);
		return;
	}
	for (u64 n = 0; n < s->arg[3]; n++) {
		u32 file = first + next_random(p) % files;
		u64 size = svc1(SVC_FSIZE, file);
		if (size)
			read_pages(file, next_random(p) % size, 1, flags);
	}
}

/* arg[6]: pages of the files as they were made, which truncation does not change. */
static void do_write(struct process *p, const struct step *s)
{
	u32 first = s->arg[0], files = s->arg[1], order = s->arg[2];

	reseed(p, s->arg[4]);
	if (order == ORDER_RANDOM) {
		for (u64 n = 0; n < s->arg[3]; n++)
			write_page(first + next_random(p) % files, next_random(p) % s->arg[6]);
		return;
	}
	for (u64 n = 0; n < files; n++)
		for (u64 page = 0; page < s->arg[6]; page++)
			write_page(first + pick(p, order, n, files), page);
}

static void do_truncate(const struct step *s)
{
	for (u32 n = 0; n < s->arg[1]; n++) {
		svc1(SVC_FLOCK, s->arg[0] + n);
		svc2(SVC_FTRUNCATE, s->arg[0] + n, s->arg[2]);
		svc1(SVC_FUNLOCK, s->arg[0] + n);
	}
}

/* ---- memory ---- */

/* What this process, or the one that it was forked from, has written into a page of its own: 0 nothing, else who and when. */
static u32 *ledger(u32 slot, u64 page)
{
	return (u32 *)USER_LEDGER + slot * (SLOT_SIZE / PAGE_SIZE) + page;
}

static void do_map(struct process *p, const struct step *s)
{
	struct slot *slot = &p->slots[s->arg[0]];
	/* Of several files each instance of a process has another one. */
	u32 file = s->arg[1] == NO_FILE ? NO_FILE : s->arg[1] + p->instance % s->arg[4];

	*slot = (struct slot){ USER_SLOTS + s->arg[0] * SLOT_SIZE, s->arg[2], file, s->arg[3] };
	for (u64 page = 0; page < slot->pages; page++)
		if (*ledger(s->arg[0], page))
			*ledger(s->arg[0], page) = 0;
	svc(SVC_MMAP, slot->addr, slot->pages, slot->flags, file == NO_FILE ? -1UL : file, 0);
}

/* A page that is the file's: not yet copied by a store into a private mapping. */
static void touch_file_page(struct slot *slot, u64 page, int store, u32 flags)
{
	u64 *words = (u64 *)(slot->addr + page * PAGE_SIZE), version;

	lock_file(flags, slot->file);
	if (page < (u64)svc1(SVC_FSIZE, slot->file)) {
		version = flags & STEP_SHARED ? svc2(SVC_GET_VERSION, slot->file, page) : 0;
		check(words, slot->file, page, version);
		if (store) {
			fill(words, slot->file, page, version + 1);
			svc3(SVC_SET_VERSION, slot->file, page, version + 1);
		}
	}
	unlock_file(flags, slot->file);
}

static void touch_own_page(struct slot *slot, u32 *entry, u64 page, int store)
{
	u64 addr = slot->addr + page * PAGE_SIZE, *words = (u64 *)addr;

	if (*entry)
		check(words, -1, addr, *entry);
	else if (slot->file == NO_FILE)
		check_zero(words, addr);
	if (store) {
		*entry = (u32)svc0(SVC_GETPID) << 16 | ((*entry + 1) & 0xffff);
		fill(words, -1, addr, *entry);
	}
}

static void do_touch(struct process *p, const struct step *s)
{
	struct slot *slot = &p->slots[s->arg[0]];
	u32 store = s->arg[1], order = s->arg[2], flags = s->arg[5];
	u64 count = order == ORDER_RANDOM ? s->arg[3] : slot->pages;

	reseed(p, s->arg[4]);
	for (u64 n = 0; n < count; n++) {
		u64 page = pick(p, order, n, slot->pages);
		u32 *entry = ledger(s->arg[0], page);
		int own = slot->file == NO_FILE || *entry;
		if (!own && (slot->flags & MAP_SHARED || !store))
			touch_file_page(slot, page, store, flags);
		else if (page < (slot->file == NO_FILE ? slot->pages : (u64)svc1(SVC_FSIZE, slot->file)))
			touch_own_page(slot, entry, page, store);
	}
}

/* ---- steps ---- */

static void run(struct process *p, const struct step *s, u32 steps);

static void do_fork(struct process *p, const struct step *s)
{
	for (u32 n = 0; n < s->arg[0]; n++)
		if (svc0(SVC_FORK) == 0) {
			p->instance = n;
			run(p, s + 1, s->arg[1]);
			svc0(SVC_EXIT);
		}
}

static u32 run_step(struct process *p, const struct step *s)
{
	switch ((enum op)s->op) {
	case OP_READ:
		do_read(p, s);
		break;
	case OP_WRITE:
		do_write(p, s);
		break;
	case OP_SYNC:
		for (u32 n = 0; n < s->arg[1]; n++)
			svc1(SVC_FSYNC, s->arg[0] + n);
		break;
	case OP_TRUNCATE:
		do_truncate(s);
		break;
	case OP_MAP:
		do_map(p, s);
		break;
	case OP_UNMAP:
		svc1(SVC_MUNMAP, p->slots[s->arg[0]].addr);
		break;
	case OP_TOUCH:
		do_touch(p, s);
		break;
	case OP_LOCK:
	case OP_UNLOCK:
		svc2(SVC_MLOCK, p->slots[s->arg[0]].addr, s->op == OP_LOCK);
		break;
	case OP_FORK:
		do_fork(p, s);
		return 1 + s->arg[1];
	case OP_WAIT:
		while (svc0(SVC_WAIT) >= 0)
			;
		break;
	case OP_REPEAT:
		for (u32 n = 0; n < s->arg[0]; n++)
			run(p, s + 1, s->arg[1]);
		return 1 + s->arg[1];
	case OP_NAP:
		svc1(SVC_NAP, s->arg[0]);
		break;
	case OP_COMPUTE:
		for (u32 n = 0; n < s->arg[0]; n++)
			asm volatile("" : "+d" (n));
		break;
	case OP_STOP:
		svc0(SVC_STOP);
		break;
	case OP_END:
		svc0(SVC_EXIT);
	}
	return 1;
}

static void run(struct process *p, const struct step *s, u32 steps)
{
	for (u32 n = 0; n < steps; )
		n += run_step(p, s + n);
}

__attribute__((section(".text.start"))) void _start(u64 script, u64 instance)
{
	struct process p = { .instance = instance };

	run(&p, (const struct step *)(USER_SCRIPT + script), 1U << 20);
	svc0(SVC_EXIT);
}
