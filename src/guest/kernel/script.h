/* A workload's script as the user program reads it: steps of eight words. src/guest/workload-script.ts writes them. */
#ifndef SCRIPT_H
#define SCRIPT_H

enum op {
	OP_END,
	OP_READ,	/* first file, files, order, pages (random order), seed, flags */
	OP_WRITE,	/* the same, and pages of the largest file */
	OP_SYNC,	/* first file, files */
	OP_TRUNCATE,	/* first file, files, pages */
	OP_MAP,		/* slot, first file or NO_FILE, pages, flags, files */
	OP_UNMAP,	/* slot */
	OP_TOUCH,	/* slot, store, order, pages (random order), seed, flags */
	OP_LOCK,	/* slot */
	OP_UNLOCK,	/* slot */
	OP_FORK,	/* children, steps in the body */
	OP_WAIT,	/* for all children */
	OP_REPEAT,	/* times, steps in the body */
	OP_NAP,		/* ticks */
	OP_COMPUTE,	/* rounds */
	OP_STOP,	/* the whole guest */
};
enum order { ORDER_SEQUENTIAL, ORDER_REVERSE, ORDER_RANDOM };
#define NO_FILE 0xffffffffU
#define STEP_SHARED 1		/* the files are written by somebody: take their lock */
#define MAP_WRITE 1		/* as VM_WRITE and VM_SHARED */
#define MAP_SHARED 2
#define MAX_SLOTS 30

struct step { unsigned int op, arg[7]; };

#endif
