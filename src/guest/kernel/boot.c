/* From the first instruction to the first processes, and the end: when all have ended, everything is written, and the guest stops. */
#include "mm.h"
#include "syscall.h"

#define SEGMENTS 2048		/* of 1 MiB: 2 GiB */

/* CR0: secondary space control, EDAT, and the external interruptions that we take; the rest as after a reset. */
#define CR0_SECONDARY 0x04000000UL
#define CR0_EDAT 0x00800000UL
#define CR0_EXTERNAL_CALL 0x2000UL
#define CR0_CLOCK_COMPARATOR 0x0800UL
#define CR0_SERVICE_SIGNAL 0x0200UL
#define CR0_RESET 0xe0UL

struct boot_params boot_params __attribute__((aligned(4096)));
u64 guards = (1UL << NR_GUARDS) - 1;
extern u64 boot_control_registers[16];

static u64 kernel_segments[SEGMENTS] __attribute__((aligned(16384)));
static u64 first_segment[PTRS_PER_PTE] __attribute__((aligned(2048)));

static const char *const guard_names[NR_GUARDS] = {
	"state-change", "removal", "pte-recheck", "fork", "discard-once", "signoff", "fixup", "dirty-transfer",
	"reserved", "dirty", "writeback", "locked", "anon", "mapping", "uptodate", "private", "discarded", "lru", "count", "mlocked",
};

/* ---- the command line: policy=none|unused|full uaccess=mvcos|std guards=-name,-name ---- */

static bool starts_with(const char *text, const char *word, u32 length)
{
	return memcmp(text, word, length) == 0;
}

static u32 word_length(const char *text)
{
	u32 n = 0;

	while (text[n] && text[n] != ' ' && text[n] != ',')
		n++;
	return n;
}

static u32 text_length(const char *text)
{
	u32 n = 0;

	while (text[n])
		n++;
	return n;
}

static void disable_guard(const char *name, u32 length)
{
	for (int n = 0; n < NR_GUARDS; n++)
		if (text_length(guard_names[n]) == length && starts_with(name, guard_names[n], length)) {
			guards &= ~(1UL << n);
			return;
		}
	panic("there is no guard of this name: %s", name);
}

static void parse_guards(const char *list)
{
	for (;;) {
		u32 length = word_length(list);
		if (*list != '-')
			panic("guards=-name,-name was expected: %s", list);
		disable_guard(list + 1, length - 1);
		if (list[length] != ',')
			return;
		list += length + 1;
	}
}

static void parse_command_line(const char *line)
{
	host_discards = hint_unused = true;
	while (*line) {
		if (starts_with(line, "guards=", 7))
			parse_guards(line + 7);
		else if (starts_with(line, "policy=none", 11))
			host_discards = hint_unused = false;
		else if (starts_with(line, "policy=unused", 13))
			host_discards = false;
		else if (starts_with(line, "uaccess=std", 11))
			uaccess_mvcos = false;
		while (*line && *line != ' ')
			line++;
		while (*line == ' ')
			line++;
	}
}

/* ---- storage and translation ---- */

/*
 * The kernel's space is storage as it is, in segments of 1 MiB. Their addresses are absolute, those of pages are real: the first segment
 * consists of pages, so that each CPU finds its own prefix area at 0.
 */
static void paging_init(u64 storage)
{
	u64 *cr = boot_control_registers;

	for (u64 n = 0; n < SEGMENTS; n++)
		kernel_segments[n] = n << 20 < storage ? n << 20 | SEGMENT_LARGE : SEGMENT_INVALID;
	for (u64 n = 0; n < PTRS_PER_PTE; n++)
		first_segment[n] = n << PAGE_SHIFT;
	kernel_segments[0] = (u64)first_segment;
	asm volatile("stctg 0,15,%0" : "=Q" (boot_control_registers) :: "memory");
	cr[0] = CR0_RESET | CR0_SECONDARY | CR0_EDAT | CR0_EXTERNAL_CALL | CR0_CLOCK_COMPARATOR | CR0_SERVICE_SIGNAL;
	cr[1] = cr[7] = cr[13] = (u64)kernel_segments | 3;	/* table length 3: 2048 entries */
	asm volatile("lctlg 0,15,%0\n\tstosm %1,0x04" :: "Q" (boot_control_registers), "Q" (S390_lowcore.scratch) : "memory");
}

/* Zeroed memory for as long as the guest runs. */
static void *boot_alloc(u64 bytes)
{
	int order = 0;

	while ((PAGE_SIZE << order) < bytes)
		order++;
	return memset(page_address(alloc_pages(order)), 0, PAGE_SIZE << order);
}

static void files_init(void)
{
	nr_files = boot_params.nr_files;
	files = boot_alloc(nr_files * sizeof(*files));
	for (u32 n = 0; n < nr_files; n++) {
		struct address_space *file = &files[n];
		file->start = boot_params.files[n].start;
		file->size = file->reserved = boot_params.files[n].pages;
		page_tree_init(&file->tree, file->reserved);
		INIT_LIST_HEAD(&file->i_mmap);
	}
	if (nr_files) {
		struct address_space *last = &files[nr_files - 1];
		u32 *versions = boot_alloc((last->start + last->reserved) * sizeof(u32));
		for (u32 n = 0; n < nr_files; n++)
			files[n].versions = versions + files[n].start;
	}
}

/* ---- processes ---- */

struct start { u32 script, instance; };

/* Becomes a user process: the program at its beginning, with its part of the script and its number. */
void start_process(void *arg)
{
	struct start start = *(struct start *)&arg;
	struct pt_regs *regs = task_pt_regs(current);
	struct mm *mm = mm_alloc();

	if (do_mmap(mm, USER_TEXT, files[FILE_PROGRAM].size, 0, &files[FILE_PROGRAM], 0) ||
	    do_mmap(mm, USER_SCRIPT, files[FILE_SCRIPT].size, 0, &files[FILE_SCRIPT], 0) ||
	    do_mmap(mm, USER_STACK - USER_STACK_PAGES * PAGE_SIZE, USER_STACK_PAGES, VM_WRITE, NULL, 0) ||
	    do_mmap(mm, USER_LEDGER, USER_LEDGER_PAGES, VM_WRITE, NULL, 0))
		panic("process %u has no room", current->pid);
	memset(regs, 0, sizeof(*regs));
	regs->psw = (struct psw){ PSW_PROBLEM, USER_TEXT };
	regs->gprs[2] = start.script;
	regs->gprs[3] = start.instance;
	regs->gprs[15] = USER_STACK - 160;
	local_irq_disable();
	current->mm = mm;
	load_user_asce(mm_asce(mm));
	return_to_user(regs);
}

static void start_processes(void)
{
	for (u32 n = 0; n < boot_params.nr_procs; n++)
		for (u32 i = 0; i < boot_params.procs[n].count; i++) {
			struct start start = { boot_params.procs[n].script, i };
			kernel_thread(start_process, *(void **)&start);
		}
}

/* What is dirty goes to the disk; everything else stays as it is, for those who look at it. */
void shut_down(void)
{
	for (u32 n = 0; n < nr_files; n++)
		filemap_fdatawrite(&files[n], true);
	local_irq_disable();
	asm volatile("lpswe %0" :: "Q" (((const struct psw[]){ { PSW_WAIT | PSW_64, 0xfff } })[0]));
	__builtin_unreachable();
}

void start_kernel(void)
{
	init_lowcore(&S390_lowcore, 0);
	if (boot_params.magic != BOOT_MAGIC)
		panic("no boot parameters");
	parse_command_line(boot_params.command_line);
	nr_cpus = boot_params.nr_cpus;
	paging_init(boot_params.storage);
	current = &init_task;
	mem_init(boot_params.storage);
	sched_init();
	files_init();
	swap_init(boot_params.swap_pages);
	printk("zhint guest kernel: %lu MiB, %d CPUs, %lu pages free; %s\n", boot_params.storage >> 20, nr_cpus, nr_free,
	       boot_params.command_line);
	smp_init();
	tick_program(next_tick());
	local_irq_enable();
	kernel_thread(pdflush, NULL);
	start_processes();
	while (init_task.nr_children > 1)	/* all but pdflush */
		do_wait();
	shut_down();
}
