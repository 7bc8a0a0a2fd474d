/* Supervisor calls. Arguments in registers 2 to 6, the result in register 2; user.c is the other side. */
#include "mm.h"
#include "syscall.h"

static struct address_space *file_at(u64 n)
{
	return n < nr_files ? &files[n] : NULL;
}

/* A user program has found something else than it wrote. */
static void report_mismatch(struct pt_regs *regs)
{
	struct mismatch m;

	if (copy_from_user(&m, regs->gprs[2], sizeof(m)))
		panic("process %u has found wrong content and cannot say where", current->pid);
	if (m.file >= 0)
		panic("wrong content in page %lu of file %ld, address 0x%lx, word %lu: expected version %lu (0x%lx), found 0x%lx",
		      m.page, m.file, m.address, m.word, m.version, m.expected, m.found);
	panic("wrong content in anonymous page 0x%lx of process %u, word %lu: expected version 0x%lx (0x%lx), found 0x%lx",
	      m.address, current->pid, m.word, m.version, m.expected, m.found);
}

static long file_call(u16 code, struct address_space *file, struct pt_regs *regs)
{
	u64 *gprs = regs->gprs;

	if (!file)
		return -1;
	switch (code) {
	case SVC_READ:
		return file_read(file, gprs[3], gprs[4], gprs[5]);
	case SVC_WRITE:
		return file_write(file, gprs[3], gprs[4], gprs[5]);
	case SVC_FSYNC:
		filemap_fdatawrite(file, true);
		return 0;
	case SVC_FTRUNCATE:
		file_truncate(file, min(gprs[3], file->size));
		return 0;
	case SVC_FSIZE:
		return file->size;
	case SVC_FLOCK:
		mutex_lock(&file->flock);
		return 0;
	case SVC_FUNLOCK:
		mutex_unlock(&file->flock);
		return 0;
	case SVC_GET_VERSION:
		return gprs[3] < file->reserved ? file->versions[gprs[3]] : 0;
	case SVC_SET_VERSION:
		if (gprs[3] < file->reserved)
			file->versions[gprs[3]] = gprs[4];
		return 0;
	}
	return -1;
}

static long mmap_call(struct pt_regs *regs)
{
	u64 *gprs = regs->gprs;
	struct address_space *file = (long)gprs[5] < 0 ? NULL : file_at(gprs[5]);

	if ((long)gprs[5] >= 0 && !file)
		return -1;
	return do_mmap(current->mm, gprs[2], gprs[3], gprs[4] & (VM_WRITE | VM_SHARED), file, gprs[6]);
}

void do_svc(struct pt_regs *regs)
{
	u16 code = S390_lowcore.svc_code;
	u64 *gprs = regs->gprs;
	long result = 0;

	account_user_time(regs);
	local_irq_enable();
	count_vm_event(EV_SYSCALL);
	switch (code) {
	case SVC_EXIT:
		do_exit();
	case SVC_STOP:
		shut_down();
	case SVC_FORK:
		result = do_fork(regs);
		break;
	case SVC_WAIT:
		result = do_wait();
		break;
	case SVC_GETPID:
		result = current->pid;
		break;
	case SVC_NAP:
		msleep_ticks(gprs[2]);
		break;
	case SVC_MMAP:
		result = mmap_call(regs);
		break;
	case SVC_MUNMAP:
		result = do_munmap(current->mm, gprs[2]);
		break;
	case SVC_MLOCK:
		result = do_mlock(current->mm, gprs[2], gprs[3]);
		break;
	case SVC_MISMATCH:
		report_mismatch(regs);
		break;
	case SVC_CHECKED:
		count_vm_event(EV_CHECKED);
		break;
	default:
		result = file_call(code, file_at(gprs[2]), regs);
	}
	gprs[2] = result;
}
