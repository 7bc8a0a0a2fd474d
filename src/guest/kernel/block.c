/*
 * Block devices: DIAGNOSE X'164', a code that z/VM leaves to installations and KVM does not use.
 *
 *   submit     R1 = function 1 | unit | write, R1+1 = block of 4096 bytes, R3 = absolute address of a page, R3+1 = token
 *              condition code 0 queued, 1 busy, 3 there is no such block
 *   finished   R1 = function 2; condition code 0 and R1 = status, R1+1 = token of a request that has ended; 1 there is none
 *
 * External interruption 0x2603 says that requests have ended. The data moves when a request ends.
 */
#include "mm.h"

#define FUNCTION_SUBMIT 1UL
#define FUNCTION_FINISHED 2UL
#define MAX_REQUESTS 64

struct request { struct page *page; u64 block; enum unit unit; bool write; };

static struct request requests[MAX_REQUESTS];
static spinlock_t queue_lock;

static int diagnose(u64 *r2, u64 *r3, u64 address, u64 token)
{
	register u64 g2 asm("2") = *r2, g3 asm("3") = *r3, g4 asm("4") = address, g5 asm("5") = token;
	int cc;

	asm volatile("diag 2,4,0x164\n\tipm %0\n\tsrl %0,28" : "=d" (cc), "+d" (g2), "+d" (g3) : "d" (g4), "d" (g5) : "cc", "memory");
	*r2 = g2;
	*r3 = g3;
	return cc;
}

static struct request *get_request(void)
{
	struct request *found = NULL;
	u8 flags = spin_lock_irqsave(&queue_lock);

	for (int n = 0; n < MAX_REQUESTS && !found; n++)
		if (!requests[n].page)
			found = &requests[n];
	if (found)
		found->page = mem_map;		/* taken */
	spin_unlock_irqrestore(&queue_lock, flags);
	return found;
}

/* Starts to read or write a page, which is locked or under writeback until the device has finished. May sleep. */
void submit_page_io(struct page *page, enum unit unit, u64 block, bool write)
{
	struct request *request;
	u64 function = FUNCTION_SUBMIT << 32 | (u64)unit << 8 | write, number = block;

	wait_event(requests, (request = get_request()));
	request->block = block;
	request->unit = unit;
	request->write = write;
	request->page = page;
	if (write)
		unit == UNIT_SWAP ? count_vm_event(EV_SWAP_OUT) : count_vm_event(EV_DISK_WRITE);
	else
		unit == UNIT_SWAP ? count_vm_event(EV_SWAP_IN) : count_vm_event(EV_DISK_READ);
	if (diagnose(&function, &number, page_to_phys(page), request - requests))
		panic("unit %u has no block %lu", unit, block);
}

static void end_request(struct request *request, u64 status)
{
	struct page *page = request->page;

	if (status)
		panic("I/O error 0x%lx on unit %u, block %lu, page 0x%lx, flags 0x%lx", status, request->unit, request->block,
		      page_to_phys(page), page->flags);
	if (request->write) {
		end_page_writeback(page);
	} else {
		SetPageUptodateClean(page);
		unlock_page(page);
	}
}

/* External interruption, interruptions off. */
void do_block_interrupt(void)
{
	u64 status = FUNCTION_FINISHED << 32, token = 0;

	while (diagnose(&status, &token, 0, 0) == 0) {
		struct request ended = requests[token];
		spin_lock(&queue_lock);
		requests[token].page = NULL;
		spin_unlock(&queue_lock);
		end_request(&ended, status);
		wake_up(requests);
		status = FUNCTION_FINISHED << 32;
	}
}
