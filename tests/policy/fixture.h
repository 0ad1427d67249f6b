/* A policy's text with one line replaced, and what is said of it. */
#ifndef PB_TEST_POLICY_FIXTURE_H
#define PB_TEST_POLICY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "lib/memory.h"

struct refusal {
	unsigned line;       /* of the good text, from 1 */
	const char *instead; /* stands there; "" empties the line */
	const char *object;
	const char *why;
};

/* An example that stands in policies/, where the tests run. */
static inline struct pb_buf
read_example(const char *path)
{
	struct pb_buf text = PB_BUF_EMPTY;
	FILE *file = fopen(path, "rb");
	char chunk[4096];
	size_t n;

	assert_non_null(file);
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		assert_int_equal(pb_buf_append(&text, chunk, n), PB_OK);
	fclose(file);
	return text;
}

static inline struct pb_buf
replace_line(const char *text, unsigned line, const char *instead)
{
	struct pb_buf out = PB_BUF_EMPTY;
	const char *end;

	for (unsigned at = 1; *text != '\0'; at++, text = end + 1) {
		end = strchr(text, '\n');
		assert_non_null(end);
		if (at == line)
			assert_int_equal(pb_buf_printf(&out, "%s\n", instead), PB_OK);
		else
			assert_int_equal(
			    pb_buf_append(&out, text, (size_t)(end - text) + 1), PB_OK);
	}
	return out;
}

/* The text with one line replaced is refused there, and for that reason. */
static inline void
check_refusal(const char *good, const struct refusal *refusal,
    enum pb_status (*parse)(const void *text, size_t len, struct pb_error *err))
{
	struct pb_buf text = replace_line(good, refusal->line, refusal->instead);
	struct pb_error err = { 0 };
	enum pb_status status = parse(text.data, text.len, &err);

	if (status == PB_OK || strcmp(err.object, refusal->object) != 0 ||
	    strcmp(err.why, refusal->why) != 0)
		fail_msg("line %u \"%s\":\n  %s: %s\n  not %s: %s", refusal->line, refusal->instead,
		    refusal->object, refusal->why, err.object, err.why != NULL ? err.why : "");
	assert_true(status == PB_EDATA || status == PB_ELIMIT);
	assert_int_equal(err.status, status);
	assert_string_equal(err.what, "read a policy");
	pb_buf_done(&text);
}

/* Every allocation fails in turn: that, and nothing else, is what is said.  The caller skips where
 * memory can't fail. */
static inline void
check_memory(const struct pb_buf *text,
    enum pb_status (*parse)(const void *text, size_t len, struct pb_error *err))
{
	struct pb_error err = { 0 };
	enum pb_status status = PB_ENOMEM;

	for (uint64_t nth = 1; status != PB_OK; nth++) {
		test_memory_fail(nth, false);
		status = parse(text->data, text->len, &err);
		(void)test_memory_restore();
		assert_true(status == PB_OK || status == PB_ENOMEM);
		assert_true(nth < 20000);
	}
}

#endif
