/* CPUs: their prefix areas, starting them, signals between them, the clock tick, external interruptions, and what they do when there is nothing to do. */
#include "mm.h"

#define SIGP_EXTERNAL_CALL 0x02
#define SIGP_RESTART 0x06
#define SIGP_SET_PREFIX 0x0d

#define EXT_CLOCK_COMPARATOR 0x1004
#define EXT_EXTERNAL_CALL 0x1202
#define EXT_SERVICE_SIGNAL 0x2401
#define EXT_BLOCK_IO 0x2603

int nr_cpus;
u64 cpu_online_mask = 1, cpu_idle_mask;
u64 boot_control_registers[16];
static struct vm_events vm_events[MAX_CPUS] __attribute__((aligned(256), used));

/* Condition codes 0 accepted, 1 status stored, 2 busy, 3 not operational. */
static int signal_processor(u32 cpu, u32 order, u64 parameter)
{
	register u64 r1 asm("1") = parameter;	/* odd register of the pair 0, 1 */
	int cc;

	asm volatile("sigp 0,%2,0(%3)\n\tipm %0\n\tsrl %0,28"
		     : "=d" (cc), "+d" (r1) : "d" ((u64)cpu), "a" ((u64)order) : "cc", "memory", "0");
	return cc;
}

/* A task has become runnable: some CPU that does nothing may have it. Caller holds sched_lock. */
void smp_kick_idle(void)
{
	u64 idle = READ_ONCE(cpu_idle_mask) & ~(1UL << smp_processor_id());

	if (!idle || current == S390_lowcore.idle)
		return;
	for (u32 cpu = 0; cpu < MAX_CPUS; cpu++)
		if ((idle >> cpu & 1) && test_and_clear_bit(cpu, &cpu_idle_mask)) {
			signal_processor(cpu, SIGP_EXTERNAL_CALL, 0);
			return;
		}
}

/* The CPU that executes this writes into the prefix area of one that does not run yet, or of its own at boot. */
void init_lowcore(struct lowcore *lc, u32 cpu)
{
	const struct psw stop = { PSW_WAIT | PSW_64, 0xbae };

	lc->pgm_new = (struct psw){ PSW_KERNEL, (u64)pgm_entry };
	lc->ext_new = (struct psw){ PSW_KERNEL, (u64)ext_entry };
	lc->svc_new = (struct psw){ PSW_KERNEL, (u64)svc_entry };
	lc->restart_new = (struct psw){ PSW_64, (u64)restart_entry };
	lc->mcck_new = lc->io_new = stop;
	lc->cpu_nr = cpu;
	lc->events = &vm_events[cpu];
	lc->self = lc;
	discard_init_cpu(lc);
}

void smp_init(void)
{
	for (u32 cpu = 1; cpu < (u32)nr_cpus; cpu++) {
		struct lowcore *lc = memset(page_address(alloc_pages(1)), 0, 2 * PAGE_SIZE);
		init_lowcore(lc, cpu);
		lc->idle = lc->current_task = idle_task();
		lc->idle->on_cpu = true;
		lc->kernel_stack = (u64)lc->idle + TASK_SIZE_BYTES;
		if (signal_processor(cpu, SIGP_SET_PREFIX, (u64)lc) || signal_processor(cpu, SIGP_RESTART, 0))
			panic("CPU %u does not start", cpu);
		while (!(READ_ONCE(cpu_online_mask) >> cpu & 1))
			barrier();
	}
}

void smp_start_secondary(void)
{
	set_bit(smp_processor_id(), &cpu_online_mask);
	cpu_idle();
}

/* ---- the clock ---- */

u64 next_tick(void) { return get_clock() + TICK * nr_cpus; }

void tick_program(u64 at)
{
	asm volatile("sckc %0" :: "Q" (at));
}

void do_ext(struct pt_regs *regs)
{
	u16 code = S390_lowcore.ext_code;

	regs->psw.mask &= ~PSW_WAIT;
	account_user_time(regs);
	if (oops_in_progress)
		return;
	switch (code) {
	case EXT_CLOCK_COMPARATOR:
		tick_program(next_tick());
		discard_signoff();
		sched_tick();
		break;
	case EXT_BLOCK_IO:
		do_block_interrupt();
		break;
	case EXT_EXTERNAL_CALL:		/* there is something to run: the idle loop looks */
	case EXT_SERVICE_SIGNAL:	/* the console is ready */
		break;
	default:
		panic("external interruption 0x%x", code);
	}
}

/* Waits for an interruption, after which interruptions are off. */
static void enabled_wait(void)
{
	S390_lowcore.return_psw.mask = PSW_KERNEL | PSW_EXT | PSW_WAIT;
	asm volatile("	larl	1,0f\n"
		     "	stg	1,%0\n"
		     "	lpswe	%1\n"
		     "0:	stnsm	%2,0xfe"
		     : "=R" (S390_lowcore.return_psw.addr)
		     : "Q" (S390_lowcore.return_psw), "Q" (S390_lowcore.scratch) : "memory", "1");
}

/* An idle CPU has signed off all pages to be freed; its clock wakes it only for those who wait for a time. */
void cpu_idle(void)
{
	u32 cpu = smp_processor_id();

	for (;;) {
		local_irq_disable();
		if (!nothing_to_run()) {
			schedule();
			continue;
		}
		discard_signoff();
		set_bit(cpu, &cpu_idle_mask);
		tick_program(next_timer());
		if (nothing_to_run())
			enabled_wait();
		clear_bit(cpu, &cpu_idle_mask);
		tick_program(next_tick());
	}
}
