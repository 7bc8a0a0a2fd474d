/* What the kernel and its user program share. */
#ifndef SYSCALL_H
#define SYSCALL_H

enum {
	SVC_EXIT = 1, SVC_READ, SVC_WRITE, SVC_MMAP, SVC_MUNMAP, SVC_MLOCK, SVC_FSYNC, SVC_FTRUNCATE, SVC_FORK, SVC_WAIT, SVC_MISMATCH,
	SVC_FLOCK, SVC_FUNLOCK, SVC_GET_VERSION, SVC_SET_VERSION, SVC_NAP, SVC_FSIZE, SVC_GETPID, SVC_CHECKED, SVC_STOP
};

/* Where a process has what. The rest, up to 512 MiB, is slots for the workload's own mappings. */
#define USER_TEXT 0x400000UL	/* file 0, the program */
#define USER_SCRIPT 0x800000UL	/* file 1, what it is to do */
#define USER_STACK 0xc00000UL	/* the end; the stack grows down */
#define USER_STACK_PAGES 16
#define USER_LEDGER 0xc00000UL	/* what it has written into its own memory */
#define USER_LEDGER_PAGES 256
#define USER_SLOTS 0x1000000UL
#define SLOT_SIZE 0x1000000UL

#define FILE_PROGRAM 0
#define FILE_SCRIPT 1
#define FIRST_DATA_FILE 2

/* Wrong content: file -1 is anonymous memory. */
struct mismatch { long file; unsigned long page, address, word, version, expected, found; };

#endif
