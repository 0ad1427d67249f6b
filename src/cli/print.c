#include "cli/print.h"

#include <stdio.h>

#include "core/text.h"

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

void
pb_print_time(uint64_t time_s)
{
	char text[21];

	pb_time_format((int64_t)time_s, text);
	(void)fputs(text, stdout);
}
