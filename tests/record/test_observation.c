/* What a record of type 2 states (FORMAT 1.5). */
#include "lib/vectors.h"

#include "record/observation.h"

static struct pb_json *
parse(const char *text)
{
	struct pb_json *json = NULL;

	assert_int_equal(pb_json_parse(text, strlen(text), &json, NULL), PB_OK);
	return json;
}

/* "17 message_id,queue_id" */
static void
read_named(const char *text, uint64_t *ret_seq, unsigned *ret_by)
{
	static const char *const names[] = { "message_id", "envelope_id", "queue_id",
		"transaction" };
	const char *space = strchr(text, ' ');

	assert_non_null(space);
	assert_true(pb_decimal_parse(text, (size_t)(space - text), ret_seq));
	*ret_by = 0;
	for (size_t i = 0; i < 4; i++)
		if (strstr(space, names[i]) != NULL)
			*ret_by |= 1U << i;
}

static void
take_case(const struct vectors *v, struct pb_observation *o)
{
	*o = (struct pb_observation){ .speaks = vector_number(v, "speaks"),
		.count = (size_t)vector_number(v, "count"),
		.more = vector_number(v, "more") != 0 };
	for (unsigned kind = 1; kind < PB_OBSERVATION_KINDS; kind++)
		if (vector_is(v, "kind", pb_observation_kind_name((enum pb_observation_kind)kind)))
			o->kind = (enum pb_observation_kind)kind;
	for (size_t i = 0; i < o->count; i++)
		read_named(vector_text(v, vector_indexed("of", i)), &o->of[i].seq, &o->of[i].by);
}

static void
assert_text(struct pb_buf *buf, const char *expected)
{
	assert_string_equal(buf->len > 0 ? pb_buf_text(buf) : "", expected);
	pb_buf_done(buf);
}

static void
is_written(const struct vectors *v)
{
	struct pb_json *view = parse(vector_text(v, "view"));
	struct pb_buf facts = PB_BUF_EMPTY, envelope = PB_BUF_EMPTY;
	struct pb_observation o;

	take_case(v, &o);
	assert_int_equal(pb_observation_facts(&o, view, &facts), PB_OK);
	assert_text(&facts, vector_text(v, "facts"));
	assert_int_equal(pb_observation_envelope(&o, view, &envelope), PB_OK);
	assert_text(&envelope, vector_text(v, "envelope"));
	pb_json_free(view);
}

static void
is_read(const struct vectors *v)
{
	struct pb_json *facts = parse(vector_text(v, "facts"));
	struct pb_observation read, wanted;

	if (!vector_expects(v, "ok")) {
		assert_false(pb_observation_read(facts, &read));
		pb_json_free(facts);
		return;
	}
	take_case(v, &wanted);
	assert_true(pb_observation_read(facts, &read));
	assert_int_equal(read.kind, wanted.kind);
	assert_int_equal(read.speaks, wanted.speaks);
	assert_int_equal(read.count, wanted.count);
	assert_int_equal(read.more, wanted.more);
	for (size_t i = 0; i < read.count; i++) {
		assert_int_equal(read.of[i].seq, wanted.of[i].seq);
		assert_int_equal(read.of[i].by, wanted.of[i].by);
		assert_true(pb_observation_names(&read, wanted.of[i].seq));
	}
	assert_true(pb_observation_names(&read, wanted.speaks));
	assert_false(pb_observation_names(&read, wanted.speaks + 1));
	pb_json_free(facts);
}

static void
each(const struct vectors *v)
{
	is_read(v);
	if (vector_expects(v, "ok"))
		is_written(v);
}

static void
vectors_are_read_and_written_as_they_say(void **state)
{
	(void)state;
	vectors_walk(TEST_VECTORS "/observation.txt", each);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
	    vectors_are_read_and_written_as_they_say) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
