/* Marks of messages (FORMAT 6.2). */
#include "lib/vectors.h"

#include "archive/marker.h"
#include "crypto/crypto.h"

static struct pb_json *
parse(const char *text)
{
	struct pb_json *json = NULL;

	assert_int_equal(pb_json_parse(text, strlen(text), &json, NULL), PB_OK);
	return json;
}

static void
mark(const struct vectors *v, struct pb_marks *ret_marks)
{
	struct pb_buf key = vector_bytes(v, "key"), sha256 = vector_bytes(v, "sha256");
	struct pb_json *view = parse(vector_text(v, "view")), *told = parse(vector_text(v, "told"));
	const struct pb_marker_message message = {
		.seq = 7, .sha256 = sha256.data, .view = view, .envelope = told
	};
	struct pb_marker *marker = NULL;
	struct pb_secret *secret = NULL;

	assert_int_equal(pb_secret_new(key.len, &secret, NULL), PB_OK);
	memcpy(pb_secret_bytes(secret), key.data, key.len);
	assert_int_equal(pb_marker_new(secret, &marker, NULL), PB_OK);
	assert_int_equal(pb_marker_mark(marker, &message, ret_marks, NULL), PB_OK);
	pb_marker_free(marker);
	pb_secret_free(secret);
	pb_json_free(view);
	pb_json_free(told);
	pb_buf_done(&key);
	pb_buf_done(&sha256);
}

static void
each(const struct vectors *v)
{
	struct pb_marks marks;
	uint64_t count = 0;

	mark(v, &marks);
	assert_int_equal(marks.seq, 7);
	assert_false(marks.imported);
	for (size_t slot = 0; slot < PB_MARK_SLOTS; slot++) {
		bool wanted = vector_find(v, vector_indexed("mark", slot)) != NULL;
		struct pb_buf mac = PB_BUF_EMPTY;

		if (marks.set[slot] != wanted)
			fail_msg("%s: mark %zu", vector_text(v, "what"), slot);
		count += wanted;
		if (!wanted)
			continue;
		mac = vector_bytes(v, vector_indexed("mark", slot));
		assert_int_equal(mac.len, PB_MARK_LEN);
		assert_memory_equal(marks.mark[slot], mac.data, PB_MARK_LEN);
		pb_buf_done(&mac);
	}
	assert_int_equal(count, vector_number(v, "count"));
}

static void
vectors_are_marked_as_they_say(void **state)
{
	(void)state;
	assert_int_equal(pb_crypto_init(NULL), PB_OK);
	vectors_walk(TEST_VECTORS "/marks.txt", each);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(vectors_are_marked_as_they_say) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
