#include "cli/print.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/say.h"
#include "core/text.h"
#include "sys/terminal.h"

void
pb_print_json(const struct pb_json_writer *w)
{
	if (pb_json_writer_status(w) != PB_OK) {
		(void)fprintf(stderr, "probant: out of memory\n");
		(void)fclose(stdout); /* finish() sees it and fails the command */
		return;
	}
	(void)fwrite(w->buf->data, 1, w->buf->len, stdout);
	(void)putchar('\n');
}

void
pb_print_safe(const void *data, size_t len)
{
	struct pb_buf safe = PB_BUF_EMPTY;

	if (pb_text_safe(&safe, data, len) == PB_OK)
		(void)fwrite(safe.data, 1, safe.len, stdout);
	else
		(void)fputs("?", stdout);
	pb_buf_done(&safe);
}

/* Characters of UTF-8, each taken for one column. */
static unsigned
columns(const char *text, size_t len)
{
	unsigned count = 0;
	size_t i;

	for (i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xC0) != 0x80;
	return count;
}

void
pb_print_wrapped(const char *text, unsigned indent, unsigned width)
{
	unsigned column = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");
		unsigned wide = columns(text, len);

		if (column > 0 && indent + column + 1 + wide > width) {
			(void)putchar('\n');
			column = 0;
		}
		(void)printf("%*s%.*s", column == 0 ? (int)indent : 1, "", (int)len, text);
		column += wide + (column > 0);
		text += len;
		text += strspn(text, " ");
	}
	(void)putchar('\n');
}

void
pb_print_records(const char *label, uint64_t messages, uint64_t others)
{
	(void)printf(_("%smessages: %" PRIu64 "; records of the archive itself (keys, timestamps, "
		       "accesses): %" PRIu64 "\n"),
	    label, messages, others);
}

unsigned
pb_print_width(void)
{
	return pb_terminal_is(1) ? pb_terminal_width(1) : UINT_MAX;
}

void
pb_print_time(uint64_t time_s)
{
	char text[21];

	pb_time_format((int64_t)time_s, text);
	(void)fputs(text, stdout);
}
