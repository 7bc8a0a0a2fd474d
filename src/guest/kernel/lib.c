/* Moving bytes, and messages to the operator. */
#include "kernel.h"

void *memcpy(void *to, const void *from, size_t n)
{
	u8 *d = to;
	const u8 *s = from;

	for (; n >= 256; n -= 256, d += 256, s += 256)
		asm volatile("mvc 0(256,%0),0(%1)" :: "a" (d), "a" (s) : "memory");
	if (n)
		asm volatile("	larl	1,0f\n"
			     "	ex	%2,0(1)\n"
			     "	j	1f\n"
			     "0:	mvc	0(1,%0),0(%1)\n"
			     "1:" :: "a" (d), "a" (s), "a" (n - 1) : "memory", "1");
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	u8 *d = to;

	if (n == 0)
		return to;
	*d = byte;
	/* Each byte of the destination is the source of the next one. */
	for (n--; n > 0; ) {
		size_t chunk = min(n, 256UL);
		asm volatile("	larl	1,0f\n"
			     "	ex	%2,0(1)\n"
			     "	j	1f\n"
			     "0:	mvc	1(1,%0),0(%0)\n"
			     "1:" :: "a" (d), "a" (d), "a" (chunk - 1) : "memory", "1");
		d += chunk;
		n -= chunk;
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;

	for (; n > 0; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

void clear_page(void *page)
{
	for (u8 *p = page, *end = p + PAGE_SIZE; p < end; p += 256)
		asm volatile("xc 0(256,%0),0(%0)" :: "a" (p) : "memory", "cc");
}

void copy_page(void *to, const void *from)
{
	memcpy(to, from, PAGE_SIZE);
}

/* ---- console: write event data to the service processor, in ASCII ---- */

#define SCLP_WRITE_EVENT_DATA 0x00760005
#define EVENT_ASCII 0x1a

static struct {
	u16 length;
	u8 function, control[3];
	u16 response;
	u16 event_length;
	u8 type, flags;
	u16 reserved;
	char text[240];
} sccb __attribute__((aligned(256)));
static spinlock_t console_lock;

static void sclp_write(const char *text, u32 length)
{
	int cc;

	memcpy(sccb.text, text, length);
	sccb.event_length = 6 + length;
	sccb.length = 8 + sccb.event_length;
	sccb.type = EVENT_ASCII;
	sccb.flags = 0;
	do {
		asm volatile(".insn rre,0xb2200000,%1,%2\n\tipm %0\n\tsrl %0,28"
			     : "=d" (cc) : "d" (SCLP_WRITE_EVENT_DATA), "a" (&sccb) : "cc", "memory");
		if (cc == 2) {		/* the last one's interruption is still pending */
			local_irq_enable();
			local_irq_disable();
		}
	} while (cc == 2);
}

static char *put_number(char *out, u64 value, u32 base)
{
	char digits[20];
	int n = 0;

	do
		digits[n++] = "0123456789abcdef"[value % base];
	while (value /= base);
	while (n)
		*out++ = digits[--n];
	return out;
}

/* %s, %c, %d, %u, %x and %p, the numbers with l for 64 bits. */
static u32 format_text(char *buf, u32 size, const char *format, __builtin_va_list args)
{
	char *out = buf, *end = buf + size - 24;

	for (; *format && out < end; format++) {
		bool is_long = false;
		if (*format != '%') {
			*out++ = *format;
			continue;
		}
		if (*++format == 'l') {
			is_long = true;
			format++;
		}
		if (*format == 's') {
			for (const char *s = __builtin_va_arg(args, const char *); *s && out < end; )
				*out++ = *s++;
		} else if (*format == 'd' && !is_long) {
			int value = __builtin_va_arg(args, int);
			if (value < 0)
				*out++ = '-';
			out = put_number(out, value < 0 ? -(long)value : value, 10);
		} else if (*format == 'p') {
			out = put_number(out, __builtin_va_arg(args, u64), 16);
		} else {
			u64 value = is_long ? __builtin_va_arg(args, u64) : __builtin_va_arg(args, u32);
			out = put_number(out, value, *format == 'x' ? 16 : 10);
		}
	}
	return out - buf;
}

void printk(const char *format, ...)
{
	char text[240];
	__builtin_va_list args;
	u8 flags = spin_lock_irqsave(&console_lock);

	__builtin_va_start(args, format);
	sclp_write(text, format_text(text, sizeof(text), format, args));
	__builtin_va_end(args);
	spin_unlock_irqrestore(&console_lock, flags);
}

bool oops_in_progress;

/* The end: a message, and a disabled wait that says "failed". Interruptions are taken for the console's sake only. */
void panic(const char *format, ...)
{
	static const struct psw disabled_wait = { PSW_WAIT | PSW_64, 0xbad };
	char text[240] = "kernel panic: ";
	__builtin_va_list args;
	u32 length = 14;

	local_irq_disable();
	WRITE_ONCE(oops_in_progress, true);
	__builtin_va_start(args, format);
	length += format_text(text + length, sizeof(text) - length, format, args);
	__builtin_va_end(args);
	text[length++] = '\n';
	sclp_write(text, length);
	asm volatile("lpswe %0" :: "Q" (disabled_wait));
	__builtin_unreachable();
}
