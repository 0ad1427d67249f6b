#include "policy/fixture.h"

#include "core/limits.h"
#include "policy/tree.h"

/* A tree is asked for and thrown away. */
static enum pb_status
parse(const void *text, size_t len, struct pb_error *err)
{
	struct pb_policy_node *root = NULL;
	enum pb_status status = pb_policy_tree_read(text, len, &root, err);

	assert_true((status == PB_OK) == (root != NULL));
	pb_policy_tree_free(root);
	return status;
}

static void
check_text(const char *text, const char *object, const char *why)
{
	const struct refusal refusal = { 1, text, object, why };

	check_refusal("\n", &refusal, parse);
}

/* ---- what is refused ------------------------------------------------------------------------ */

static void
nothing_is_no_policy(void **state)
{
	struct pb_error err = { 0 };

	(void)state;
	assert_int_equal(parse("", 0, &err), PB_EDATA);
	assert_int_equal(parse(NULL, 0, &err), PB_EDATA);
	assert_string_equal(err.object, "line 1");
	check_text("# rien", "line 1", "it is empty");
}

static void
two_readers_cannot_understand_two_things(void **state)
{
	static const char MARKED[] = "a policy has no anchors, aliases and tags";
	static const char TWICE[] = "this key stands here twice";

	(void)state;
	check_text("a: &x 1", "line 1: a", MARKED);
	check_text("a: &x [1]", "line 1: a", MARKED);
	check_text("a: &x {b: 1}", "line 1: a", MARKED);
	check_text("a: 1\nb: *a", "line 2: b", MARKED);
	check_text("a: !!str 1", "line 1: a", MARKED);
	check_text("a: ! 1", "line 1: a", MARKED);
	check_text("a: !x [1]", "line 1: a", MARKED);
	check_text("a: !!map {b: 1}", "line 1: a", MARKED);
	check_text("a: 1\nb: 2\na: 3", "line 3: a", TWICE);
	check_text("a: 1\n\"a\": 3", "line 2: a", TWICE);
	check_text("l:\n  - a: 1\n  - a: 1\n    a: 2", "line 4: l[1].a", TWICE);
	check_text("%YAML 1.1\n---\na: 1", "line 1", "a policy has no directives");
	check_text("%TAG ! tag:x.example:\n---\na: 1", "line 1", "a policy has no directives");
	check_text("a: 1\n---\nb: 2", "line 2", "a policy is one document");
}

static void
a_key_is_a_word_on_one_line(void **state)
{
	static const char LINE[] = "a text has one line, and no control characters in it";

	(void)state;
	check_text("[a]: 1", "line 1", "a key is a word");
	check_text("a:\n  {b: c}: 1", "line 2: a", "a key is a word");
	check_text("a: |\n  un\n  deux", "line 1: a", LINE);
	check_text("a: \"\\x1b[2J\"", "line 1: a", LINE);
	check_text("a: \"b\\0c\"", "line 1: a", LINE);
	check_text("\"a\\n\": 1", "line 1", LINE);
}

static void
what_is_not_yaml_is_explained_with_its_line(void **state)
{
	static const char WHY[] = "this is not YAML";

	(void)state;
	check_text("a: 1\n b: 2", "line 2 (mapping values are not allowed in this context)", WHY);
	check_text("a: [1", "line 2 (did not find expected ',' or ']')", WHY);
	check_text("a:\n\t- b", "line 2 (found character that cannot start any token)", WHY);
}

static void
what_is_not_utf8_is_refused_with_its_line(void **state)
{
	(void)state;
	check_text("a: 1\nb: caf\xe9", "line 2", "the text is not in UTF-8");
	check_text("\xff\xfe"
		   "a: 1",
	    "line 1", "the text is not in UTF-8");
}

/* ---- limits --------------------------------------------------------------------------------- */

/* `count` times `what` between two texts. */
static struct pb_buf
repeat(const char *before, const char *what, size_t count, const char *behind)
{
	struct pb_buf text = PB_BUF_EMPTY;

	assert_int_equal(pb_buf_append_text(&text, before), PB_OK);
	while (count-- > 0)
		assert_int_equal(pb_buf_append_text(&text, what), PB_OK);
	assert_int_equal(pb_buf_append_text(&text, behind), PB_OK);
	return text;
}

static enum pb_status
parse_repeated(const char *before, const char *what, size_t count, const char *behind)
{
	struct pb_buf text = repeat(before, what, count, behind);
	struct pb_error err = { 0 };
	enum pb_status status = parse(text.data, text.len, &err);

	pb_buf_done(&text);
	return status;
}

static void
every_limit_is_kept(void **state)
{
	(void)state;
	assert_int_equal(parse_repeated("a: ", "x", PB_LIMIT_POLICY_TEXT, ""), PB_OK);
	assert_int_equal(parse_repeated("a: ", "x", PB_LIMIT_POLICY_TEXT + 1, ""), PB_ELIMIT);
	assert_int_equal(parse_repeated("", "x", PB_LIMIT_POLICY_TEXT + 1, ": 1"), PB_ELIMIT);
	assert_int_equal(parse_repeated("a: 1\n#", " ", PB_LIMIT_POLICY - 6, ""), PB_OK);
	assert_int_equal(parse_repeated("a: 1\n#", " ", PB_LIMIT_POLICY - 5, ""), PB_ELIMIT);
	assert_int_equal(parse_repeated("", "[", PB_LIMIT_POLICY_DEPTH, "]]]]]]"), PB_OK);
	assert_int_equal(parse_repeated("", "[", PB_LIMIT_POLICY_DEPTH + 1, "]]]]]]]"), PB_ELIMIT);
	assert_int_equal(parse_repeated("", "[", 100000, ""), PB_ELIMIT);
	assert_int_equal(parse_repeated("[", "1,", PB_LIMIT_POLICY_VALUES - 1, "]"), PB_OK);
	assert_int_equal(parse_repeated("[", "1,", PB_LIMIT_POLICY_VALUES, "]"), PB_ELIMIT);
}

static void
a_mapping_has_so_many_keys(void **state)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_error err = { 0 };

	(void)state;
	for (unsigned i = 0; i < PB_LIMIT_POLICY_KEYS; i++)
		assert_int_equal(pb_buf_printf(&text, "k%u: 1\n", i), PB_OK);
	assert_int_equal(parse(text.data, text.len, &err), PB_OK);
	assert_int_equal(pb_buf_append_text(&text, "more: 1\n"), PB_OK);
	assert_int_equal(parse(text.data, text.len, &err), PB_ELIMIT);
	assert_string_equal(err.object, "line 33: more");
	pb_buf_done(&text);
}

/* ---- what is understood --------------------------------------------------------------------- */

static void
everything_has_its_line_and_place(void **state)
{
	static const char text[] = "# essai\n"
				   "a: un\n"
				   "b:\n"
				   "  - 'deux'\n"
				   "  - c: \"tro\\u0131s\"\n"
				   "    d:\n"
				   "      [4, cinq]\n";
	const struct pb_policy_node *list, *inner;
	struct pb_policy_node *root = NULL;
	struct pb_error err = { 0 };

	(void)state;
	assert_int_equal(pb_policy_tree_read(text, strlen(text), &root, NULL), PB_OK);
	assert_int_equal(root->shape, PB_POLICY_MAPPING);
	assert_int_equal(root->count, 2);
	assert_string_equal(pb_policy_tree_member(root, "a")->text, "un");
	assert_null(pb_policy_tree_member(root, "c"));
	list = pb_policy_tree_member(root, "b");
	assert_int_equal(list->shape, PB_POLICY_LIST);
	assert_int_equal(list->line, 3);
	assert_string_equal(pb_policy_tree_child(list, 0)->text, "deux");
	assert_null(pb_policy_tree_child(list, 2));
	inner = pb_policy_tree_child(list, 1);
	assert_int_equal(inner->line, 5);
	assert_string_equal(pb_policy_tree_member(inner, "c")->text, "tro\xc4\xb1s");
	inner = pb_policy_tree_child(pb_policy_tree_member(inner, "d"), 1);
	assert_int_equal(pb_policy_tree_refuse(inner, NULL, PB_EDATA, "", "5", &err), PB_EDATA);
	assert_string_equal(err.object, "line 7: b[1].d[1] (5)");
	pb_policy_tree_free(root);
}

static void
memory_that_runs_out_is_said_to_have(void **state)
{
	static const char text[] = "a: un\nb:\n  - 'deux'\n  - c: [4, {d: e}]\n";
	struct pb_buf buf = PB_BUF_EMPTY;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	assert_int_equal(pb_buf_append_text(&buf, text), PB_OK);
	check_memory(&buf, parse);
	pb_buf_done(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_no_policy),
		cmocka_unit_test(two_readers_cannot_understand_two_things),
		cmocka_unit_test(a_key_is_a_word_on_one_line),
		cmocka_unit_test(what_is_not_yaml_is_explained_with_its_line),
		cmocka_unit_test(what_is_not_utf8_is_refused_with_its_line),
		cmocka_unit_test(every_limit_is_kept),
		cmocka_unit_test(a_mapping_has_so_many_keys),
		cmocka_unit_test(everything_has_its_line_and_place),
		cmocka_unit_test(memory_that_runs_out_is_said_to_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
