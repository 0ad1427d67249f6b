/* The vectors of tests/vectors that speak of anchors: FORMAT 2.2, by another hand. */
#include "lib/vectors.h"

#include "crypto/crypto.h"
#include "verify/state.h"

/* A log of which one commit is known, and the anchor behind it. */
struct anchored {
	struct pb_verify_state state;
	struct pb_verify_log_options options;
	struct pb_stamp_roots *roots;
	struct pb_checkpoint commit;
	struct pb_note_verifier key;
};

static int
start_crypto(void **state)
{
	(void)state;
	return pb_crypto_init(NULL) == PB_OK ? 0 : -1;
}

/* The first case says which log it is. */
static void
know_log(const struct vectors *v, struct anchored *a)
{
	const char *vkey = vector_text(v, "vkey");

	(void)snprintf(a->commit.origin, sizeof(a->commit.origin), "%s", vector_text(v, "origin"));
	a->commit.size = vector_number(v, "size");
	vector_exact(v, "root", a->commit.root, PB_DIGEST_LEN);
	vector_exact(v, "head", a->commit.head, PB_DIGEST_LEN);
	assert_int_equal(pb_note_verifier_parse(vkey, strlen(vkey), &a->key, NULL), PB_OK);
}

static void
begin(struct anchored *a)
{
	struct pb_verify_state *state = &a->state;

	*state = (struct pb_verify_state){ .options = &a->options };
	memcpy(state->origin, a->commit.origin, sizeof(state->origin));
	assert_int_equal(pb_verification_new(&state->v, NULL), PB_OK);
	pb_verification_set_log_key(state->v, &a->key);
	assert_int_equal(pb_verify_commits_add(&state->commits, &a->commit, NULL), PB_OK);
	assert_int_equal(pb_verify_anchors_init(state, NULL), PB_OK);
}

static void
look(const struct vectors *v, struct anchored *a)
{
	const struct pb_source_item item = { .segment = "anchor.txt",
		.offset = PB_VERIFY_NO_OFFSET };
	const struct pb_leaf leaf = { .seq = vector_number(v, "seq"), .type = PB_RECORD_ANCHOR };
	const char *text = vector_text(v, "facts");
	struct pb_inside_objects *objects = calloc(1, sizeof(*objects));
	struct pb_json *facts = NULL;

	assert_non_null(objects);
	while (vector_find(v, vector_indexed("object", objects->count)) != NULL) {
		objects->object[objects->count] =
		    vector_bytes(v, vector_indexed("object", objects->count));
		objects->count++;
	}
	assert_int_equal(pb_json_parse(text, strlen(text), &facts, NULL), PB_OK);
	assert_int_equal(pb_verify_anchor(&a->state, &item, &leaf, facts, objects, NULL), PB_OK);
	pb_json_free(facts);
	pb_inside_objects_done(objects);
	free(objects);
}

static void
compare(const struct vectors *v, struct anchored *a)
{
	static const struct {
		const char *key;
		enum pb_check_id id;
	} checks[] = { { "tokens", PB_CHECK_TOKENS }, { "authorities", PB_CHECK_AUTHORITIES } };
	bool invalid = false, indeterminate = false;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const struct pb_check *check = pb_verification_check(a->state.v, checks[i].id);

		if (!vector_is(v, checks[i].key, pb_verdict_name(check->verdict)))
			vector_fails(
			    v, check->findings_kept > 0 ? check->findings[0].code : checks[i].key);
		invalid |= check->verdict == PB_INVALID;
		indeterminate |= check->verdict == PB_INDETERMINATE;
	}
	vector_accepted(v, !invalid && !indeterminate);
	assert_int_equal(indeterminate && !invalid, vector_expects(v, "indeterminate"));
}

static void
end(struct anchored *a)
{
	pb_verify_anchors_done(&a->state);
	pb_verification_free(a->state.v);
}

static void
vectors_of_anchors_hold(void **state)
{
	struct pb_buf pem = vectors_file(TEST_VECTORS "/anchor.roots.pem");
	struct anchored a = { .roots = NULL };
	struct vectors v;
	unsigned cases = 0;

	(void)state;
	assert_int_equal(pb_stamp_roots_parse(pem.data, pem.len, &a.roots, NULL), PB_OK);
	a.options.tsa_roots = a.roots;
	vectors_open(&v, TEST_VECTORS "/anchor.txt");
	while (vectors_next(&v)) {
		if (cases++ == 0)
			know_log(&v, &a);
		begin(&a);
		look(&v, &a);
		compare(&v, &a);
		end(&a);
	}
	pb_stamp_roots_free(a.roots);
	pb_buf_done(&pem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_anchors_hold),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
