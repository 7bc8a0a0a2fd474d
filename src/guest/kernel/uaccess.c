/*
 * Copying between the kernel (primary space) and the user (secondary space): with MVCOS, or as older machines need it with MVCP and MVCS.
 * A fault that cannot be resolved ends the copy by way of the exception table; each copy returns how many bytes are left.
 */
#include "mm.h"

struct exception_table_entry { u64 insn, fixup; };
extern struct exception_table_entry __start_ex_table[], __stop_ex_table[];
#define EX_TABLE(insn, fixup) ".section __ex_table,\"a\"\n\t.quad " #insn "," #fixup "\n\t.previous\n"

bool uaccess_mvcos = true;

u64 search_exception_table(u64 addr)
{
	for (struct exception_table_entry *e = __start_ex_table; e < __stop_ex_table; e++)
		if (e->insn == addr)
			return e->fixup;
	return 0;
}

/* Register 0: operand-access controls, the first operand's in the left half. 0x81 is the secondary space. */
#define MVCOS(name, controls) \
static bool name(u64 to, u64 from, size_t n) \
{ \
	register u64 r0 asm("0") = controls; \
	u64 failed = 0; \
	asm volatile("0:	mvcos	0(%1),0(%2),%3\n" \
		     "	j	2f\n" \
		     "1:	lghi	%0,1\n" \
		     "2:\n" EX_TABLE(0b, 1b) \
		     : "+d" (failed) : "a" (to), "a" (from), "d" (n), "d" (r0) : "cc", "memory"); \
	return !failed; \
}
MVCOS(mvcos_to_user, 0x810000)
MVCOS(mvcos_from_user, 0x81)

/* At most 256 bytes; access key 0. */
#define MVC_SPACE(name, insn) \
static bool name(u64 to, u64 from, size_t n) \
{ \
	u64 failed = 0; \
	asm volatile("0:	" insn "	0(%3,%1),0(%2),%4\n" \
		     "	j	2f\n" \
		     "1:	lghi	%0,1\n" \
		     "2:\n" EX_TABLE(0b, 1b) \
		     : "+d" (failed) : "a" (to), "a" (from), "d" (n), "d" (0UL) : "cc", "memory"); \
	return !failed; \
}
MVC_SPACE(mvcs, "mvcs")
MVC_SPACE(mvcp, "mvcp")

/* No piece crosses a page of either side, so that a fault concerns one page each. */
static size_t copy(u64 to, u64 from, size_t n, bool (*move)(u64, u64, size_t), size_t most)
{
	while (n > 0) {
		size_t in_to = PAGE_SIZE - (to & ~PAGE_MASK), in_from = PAGE_SIZE - (from & ~PAGE_MASK);
		size_t piece = min(min(n, most), min(in_to, in_from));
		if (!move(to, from, piece))
			break;
		to += piece;
		from += piece;
		n -= piece;
	}
	return n;
}

size_t copy_to_user(u64 to, const void *from, size_t n)
{
	return uaccess_mvcos ? copy(to, (u64)from, n, mvcos_to_user, PAGE_SIZE) : copy(to, (u64)from, n, mvcs, 256);
}

size_t copy_from_user(void *to, u64 from, size_t n)
{
	return uaccess_mvcos ? copy((u64)to, from, n, mvcos_from_user, PAGE_SIZE) : copy((u64)to, from, n, mvcp, 256);
}

/* Touches the pages, so that a copy that must not sleep finds them most of the time. */
bool fault_in_user(u64 addr, size_t n)
{
	u8 byte;

	for (u64 at = addr; at < addr + n; at = (at & PAGE_MASK) + PAGE_SIZE)
		if (copy_from_user(&byte, at, 1))
			return false;
	return true;
}
