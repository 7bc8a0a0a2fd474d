/* Tasks, sleeping and waking, CPUs. */
#ifndef SCHED_H
#define SCHED_H
#include "kernel.h"

#define TASK_ORDER 2		/* a task and its kernel stack are a block of 16 KiB */
#define TASK_SIZE_BYTES (PAGE_SIZE << TASK_ORDER)
#define PF_MEMALLOC 1		/* frees memory, and may take the last of it */
#define PF_NOFAULT 2		/* holds a page lock: a fault ends a user copy instead of sleeping */

enum task_state { TASK_RUNNING, TASK_SLEEPING, TASK_ZOMBIE };

struct task {
	u64 ksp;		/* kernel stack pointer while not running; entry.S knows that it comes first */
	struct mm *mm;		/* NULL for kernel threads */
	enum task_state state;
	bool on_cpu;
	u32 flags, pid, nr_children;
	struct task *parent;
	const void *chan;	/* what it sleeps on */
	u64 wake_at;		/* clock value, for sleep on the timer channel */
	struct list_head list;	/* run queue or wait queue */
	struct list_head children, sibling;
};

extern char init_stack[];
#define init_task (*(struct task *)init_stack)
struct pt_regs *task_pt_regs(struct task *task);

/* sched.c */
void sched_init(void);
void schedule(void);
void schedule_tail(void);
void prepare_to_wait(const void *chan);
void finish_wait(void);
void wake_up(const void *chan);
void msleep_ticks(u64 ticks);
struct task *kernel_thread(void (*fn)(void *), void *arg);
long do_fork(struct pt_regs *regs);
long do_wait(void);
void do_exit(void) __attribute__((noreturn));
void cpu_idle(void) __attribute__((noreturn));
void exit_to_user(struct pt_regs *regs);
void sched_tick(void);
#define wait_event(chan, condition) do { \
	for (;;) { prepare_to_wait(chan); if (condition) break; schedule(); } finish_wait(); } while (0)

/* A mutex that sleeps; waiters sleep on its address. */
struct mutex { u32 locked; };
static inline bool mutex_trylock(struct mutex *m) { return cmpxchg(&m->locked, 0U, 1U); }
static inline void mutex_lock(struct mutex *m) { if (!mutex_trylock(m)) wait_event(m, mutex_trylock(m)); }
static inline void mutex_unlock(struct mutex *m) { __atomic_store_n(&m->locked, 0, __ATOMIC_SEQ_CST); wake_up(m); }

/* smp.c */
#define TICK 0x200000UL		/* of the TOD clock: 512 microseconds */
extern u64 cpu_online_mask, cpu_idle_mask;
u64 next_timer(void);
bool nothing_to_run(void);
struct task *idle_task(void);
void smp_init(void);
void smp_start_secondary(void);
void smp_kick_idle(void);
void init_lowcore(struct lowcore *lc, u32 cpu);
void tick_program(u64 at);
u64 next_tick(void);
void do_ext(struct pt_regs *regs);

/* entry.S */
void __switch_to(struct task *prev, struct task *next);
void pgm_entry(void), ext_entry(void), svc_entry(void), restart_entry(void), ret_from_fork(void), kernel_thread_start(void);
void return_to_user(struct pt_regs *regs) __attribute__((noreturn));

/* traps.c, syscall.c, boot.c */
void do_pgm(struct pt_regs *regs);
void do_svc(struct pt_regs *regs);
void start_process(void *proc);
void shut_down(void) __attribute__((noreturn));

#endif
