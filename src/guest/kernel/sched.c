/* Tasks: one run queue for all CPUs, sleeping on addresses, fork, exit and wait. The kernel itself is not preemptible. */
#include "mm.h"

#define WAIT_BUCKETS 64

static spinlock_t sched_lock;
static struct list_head runqueue = LIST_HEAD_INIT(runqueue);
static struct list_head waiting[WAIT_BUCKETS];
static const char timers;		/* the channel of those who wait for a time */
static u32 last_pid = 1;

static struct list_head *wait_bucket(const void *chan)
{
	return &waiting[((u64)chan >> 3 ^ (u64)chan >> 9) % WAIT_BUCKETS];
}

struct pt_regs *task_pt_regs(struct task *task)
{
	return (struct pt_regs *)((u64)task + TASK_SIZE_BYTES) - 1;
}

static void init_task_struct(struct task *task, struct task *parent)
{
	memset(task, 0, sizeof(*task));
	task->pid = atomic_add_return(&last_pid, 1);
	INIT_LIST_HEAD(&task->list);
	INIT_LIST_HEAD(&task->children);
	INIT_LIST_HEAD(&task->sibling);
	task->parent = parent;
}

/* Caller holds sched_lock. */
static void enqueue(struct task *task)
{
	list_add_tail(&task->list, &runqueue);
	smp_kick_idle();
}

static void __wake_up(const void *chan)
{
	struct list_head *bucket = wait_bucket(chan), *pos, *next;

	for (pos = bucket->next; pos != bucket; pos = next) {
		struct task *task = list_entry(pos, struct task, list);
		next = pos->next;
		if (task->chan != chan)
			continue;
		if (chan == &timers && (long)(task->wake_at - get_clock()) > 0)
			continue;
		list_del(&task->list);
		task->state = TASK_RUNNING;
		if (!task->on_cpu)	/* else it has not come to schedule() yet, which sees the state */
			enqueue(task);
	}
}

void wake_up(const void *chan)
{
	u8 flags = spin_lock_irqsave(&sched_lock);

	__wake_up(chan);
	spin_unlock_irqrestore(&sched_lock, flags);
}

void prepare_to_wait(const void *chan)
{
	u8 flags = spin_lock_irqsave(&sched_lock);

	list_del(&current->list);
	current->chan = chan;
	current->state = TASK_SLEEPING;
	list_add_tail(&current->list, wait_bucket(chan));
	spin_unlock_irqrestore(&sched_lock, flags);
}

void finish_wait(void)
{
	u8 flags = spin_lock_irqsave(&sched_lock);

	list_del(&current->list);
	current->state = TASK_RUNNING;
	spin_unlock_irqrestore(&sched_lock, flags);
}

void schedule(void)
{
	u8 flags = spin_lock_irqsave(&sched_lock);
	struct task *prev = current, *next = S390_lowcore.idle;

	S390_lowcore.need_resched = 0;
	if (prev->state == TASK_RUNNING && prev != S390_lowcore.idle)
		list_add_tail(&prev->list, &runqueue);
	if (prev->state == TASK_ZOMBIE)
		__wake_up(prev->parent);
	if (!list_empty(&runqueue)) {
		next = list_entry(runqueue.next, struct task, list);
		list_del(&next->list);
	}
	if (next != prev) {
		prev->on_cpu = false;	/* true for the others only when sched_lock is free again */
		next->on_cpu = true;
		current = next;
		S390_lowcore.kernel_stack = (u64)next + TASK_SIZE_BYTES;
		if (next->mm)
			load_user_asce(mm_asce(next->mm));
		__switch_to(prev, next);
	}
	spin_unlock_irqrestore(&sched_lock, flags);
}

/* A new task's half of schedule(). */
void schedule_tail(void)
{
	spin_unlock(&sched_lock);
	local_irq_enable();
}

/* On the way to user state, interruptions off. */
void exit_to_user(struct pt_regs *regs)
{
	(void)regs;
	while (S390_lowcore.need_resched)
		schedule();
	S390_lowcore.exit_timer = get_cpu_timer();
}

/* The clock has ticked on this CPU. */
void sched_tick(void)
{
	S390_lowcore.need_resched = 1;
	wake_up(&timers);
}

void msleep_ticks(u64 ticks)
{
	u64 until = get_clock() + ticks * TICK;

	current->wake_at = until;
	wait_event(&timers, (long)(until - get_clock()) <= 0);
}

/* When the first of those who wait for a time is to be woken; the end of time when there is none. */
u64 next_timer(void)
{
	struct list_head *pos, *bucket = wait_bucket(&timers);
	u64 first = -1UL;
	u8 flags = spin_lock_irqsave(&sched_lock);

	list_for_each(pos, bucket) {
		struct task *task = list_entry(pos, struct task, list);
		if (task->chan == &timers)
			first = min(first, task->wake_at);
	}
	spin_unlock_irqrestore(&sched_lock, flags);
	return first;
}

bool nothing_to_run(void)
{
	return READ_ONCE(runqueue.next) == &runqueue;
}

/* ---- tasks come and go ---- */

struct switch_frame { u64 pad[6], gprs[10]; };		/* as __switch_to leaves it: registers 6 to 15 at 48 */

static struct task *new_task(void (*resume)(void))
{
	struct task *task = page_address(alloc_pages(TASK_ORDER));
	struct switch_frame *frame = (void *)((u64)task_pt_regs(task) - 2 * 160);

	init_task_struct(task, current);
	memset(frame, 0, sizeof(*frame));
	frame->gprs[14 - 6] = (u64)resume;
	frame->gprs[15 - 6] = (u64)task_pt_regs(task) - 160;
	task->ksp = (u64)frame;
	return task;
}

static void start_task(struct task *task)
{
	u8 flags = spin_lock_irqsave(&sched_lock);

	current->nr_children++;
	list_add_tail(&task->sibling, &current->children);
	enqueue(task);
	spin_unlock_irqrestore(&sched_lock, flags);
}

static struct task *make_thread(void (*fn)(void *), void *arg)
{
	struct task *task = new_task(kernel_thread_start);
	struct switch_frame *frame = (struct switch_frame *)task->ksp;

	frame->gprs[9 - 6] = (u64)fn;
	frame->gprs[10 - 6] = (u64)arg;
	return task;
}

struct task *kernel_thread(void (*fn)(void *), void *arg)
{
	struct task *task = make_thread(fn, arg);

	start_task(task);
	return task;
}

long do_fork(struct pt_regs *regs)
{
	struct task *task = new_task(ret_from_fork);
	long pid = task->pid;

	task->mm = dup_mm(current->mm);
	*task_pt_regs(task) = *regs;
	task_pt_regs(task)->gprs[2] = 0;
	count_vm_event(EV_FORK);
	start_task(task);
	return pid;
}

void do_exit(void)
{
	static u64 no_user;
	struct mm *mm = current->mm;
	struct list_head *pos;
	u8 flags;

	asm volatile("stctg 1,1,%0" : "=Q" (no_user));
	load_user_asce(no_user);
	current->mm = NULL;
	if (mm) {
		mm_free(mm);
		count_vm_event(EV_EXIT);
	}
	flags = spin_lock_irqsave(&sched_lock);
	list_for_each(pos, &current->children)
		list_entry(pos, struct task, sibling)->parent = &init_task;
	init_task.nr_children += current->nr_children;
	list_splice_init(&current->children, &init_task.children);
	__wake_up(&init_task);
	current->state = TASK_ZOMBIE;
	spin_unlock_irqrestore(&sched_lock, flags);
	schedule();
	panic("a task has come back from the dead");
}

static struct task *reap(void)
{
	struct task *child = NULL;
	struct list_head *pos;
	u8 flags = spin_lock_irqsave(&sched_lock);

	list_for_each(pos, &current->children) {
		struct task *task = list_entry(pos, struct task, sibling);
		if (task->state != TASK_ZOMBIE || task->on_cpu)
			continue;
		child = task;
		list_del(&child->sibling);
		current->nr_children--;
		break;
	}
	spin_unlock_irqrestore(&sched_lock, flags);
	return child;
}

/* Waits for a child to end. Returns its number, or -1 when there are none. */
long do_wait(void)
{
	struct task *child = NULL;
	long pid;

	if (current->nr_children == 0)
		return -1;
	wait_event(current, (child = reap()));
	pid = child->pid;
	__free_pages(phys_to_page(child), TASK_ORDER);
	return pid;
}

static void idle_thread(void *unused)
{
	(void)unused;
	cpu_idle();
}

/* An idle task for every CPU. They are never on the run queue. */
void sched_init(void)
{
	for (int n = 0; n < WAIT_BUCKETS; n++)
		INIT_LIST_HEAD(&waiting[n]);
	INIT_LIST_HEAD(&init_task.list);
	INIT_LIST_HEAD(&init_task.children);
	init_task.pid = 1;
	init_task.on_cpu = true;
	current = &init_task;
	S390_lowcore.idle = make_thread(idle_thread, NULL);
}

struct task *idle_task(void) { return make_thread(idle_thread, NULL); }
