/* A viewer over the real child, and what tests ask of its views. */
#ifndef TEST_VIEW_FIXTURE_H
#define TEST_VIEW_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/json.h"
#include "core/limits.h"
#include "lib/program.h"
#include "sys/world.h"
#include "view/viewer.h"

struct fixture {
	struct pb_viewer *viewer;
	struct pb_buf view, text;
	struct pb_json *root; /* of the view that was made last */
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char *program = test_program("probant-mime");

	assert_non_null(f);
	assert_int_equal(pb_viewer_new(pb_sys_world(), program, &f->viewer, NULL), PB_OK);
	free(program);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	pb_viewer_free(f->viewer);
	pb_buf_done(&f->view);
	pb_buf_done(&f->text);
	pb_json_free(f->root);
	free(f);
	return 0;
}

static enum pb_view_state
look(struct fixture *f, const void *message, size_t len)
{
	enum pb_view_state state = 0;
	struct pb_error err;

	assert_int_equal(
	    pb_viewer_view(f->viewer, message, len, &f->view, &f->text, &state, &err), PB_OK);
	pb_json_free(f->root);
	f->root = NULL;
	if (state == PB_VIEW_MADE)
		assert_int_equal(pb_json_parse(f->view.data, f->view.len, &f->root, NULL), PB_OK);
	else
		assert_int_equal(f->view.len + f->text.len, 0);
	return state;
}

/* Sees a message that is read without a word of protest. */
static inline void
see(struct fixture *f, const char *message)
{
	assert_int_equal(look(f, message, strlen(message)), PB_VIEW_MADE);
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
	assert_int_equal(f->text.len, strlen(text));
	assert_memory_equal(f->text.data, text, f->text.len);
}

#endif
