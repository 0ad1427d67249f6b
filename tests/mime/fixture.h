/* A view made in this process, and what tests ask of it. */
#ifndef TEST_MIME_FIXTURE_H
#define TEST_MIME_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/json.h"
#include "core/limits.h"
#include "mime/view.h"

/* One for the whole program: GMime is started once in a process. */
struct fixture {
	struct pb_mime *mime;
	struct pb_buf view, text;
	struct pb_json *root;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->mime = pb_mime_start();
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	pb_mime_end(f->mime);
	pb_buf_done(&f->view);
	pb_buf_done(&f->text);
	pb_json_free(f->root);
	free(f);
	return 0;
}

static inline void
see_octets(struct fixture *f, const void *message, size_t len)
{
	/* A block of just its size, so that a sanitizer sees what is read behind it. */
	uint8_t *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, message, len);
	pb_mime_view(f->mime, copy, len, &f->view, &f->text);
	free(copy);
	assert_true(f->view.len <= PB_LIMIT_VIEW);
	assert_true(f->text.len <= PB_LIMIT_VIEW_TEXT);
	pb_json_free(f->root);
	f->root = NULL;
	assert_int_equal(pb_json_parse(f->view.data, f->view.len, &f->root, NULL), PB_OK);
}

static inline void
see(struct fixture *f, const char *message)
{
	see_octets(f, message, strlen(message));
}

static inline const char *
text_at(const struct pb_json *value, const char *key)
{
	const char *text = pb_json_string(pb_json_get(value, key));

	return text != NULL ? text : "(none)";
}

static inline uint64_t
number_at(const struct pb_json *value, const char *key)
{
	uint64_t number = UINT64_MAX;

	(void)pb_json_as_u64(pb_json_get(value, key), &number);
	return number;
}

static inline const struct pb_json *
item_at(const struct pb_json *value, const char *key, size_t index)
{
	return pb_json_item(pb_json_get(value, key), index);
}

static inline size_t
count_at(const struct pb_json *value, const char *key)
{
	return pb_json_count(pb_json_get(value, key));
}

static inline bool
found(const struct fixture *f, const char *code)
{
	const struct pb_json *list = pb_json_get(f->root, "findings");

	for (size_t i = 0; i < pb_json_count(list); i++) {
		if (strcmp(text_at(pb_json_item(list, i), "code"), code) == 0)
			return true;
	}
	return false;
}

static inline void
assert_text(struct fixture *f, const char *text)
{
	assert_int_equal(pb_buf_append_u8(&f->text, 0), PB_OK);
	assert_string_equal((const char *)f->text.data, text);
	f->text.len--;
	assert_int_equal(f->text.len, strlen(text));
}

#endif
