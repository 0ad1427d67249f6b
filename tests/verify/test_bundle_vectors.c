/* The bundles of tests/vectors, which no C code wrote: FORMAT 5, by another hand. */
#include "bundle_fixture.h"

#include "bundle/file.h"
#include "lib/vectors.h"

#define BUNDLE(name) TEST_VECTORS "/bundle/" name

/* What a verifier has, from files. */
struct outside {
	struct pb_buf bundle, trust, roots, against;
};

static void
outside_read(struct outside *o, const char *bundle)
{
	*o = (struct outside){ .bundle = vectors_file(bundle),
		.trust = vectors_file(BUNDLE("trust")),
		.roots = vectors_file(BUNDLE("roots.pem")),
		.against = vectors_file(BUNDLE("against")) };
}

static void
outside_done(struct outside *o)
{
	pb_buf_done(&o->bundle);
	pb_buf_done(&o->trust);
	pb_buf_done(&o->roots);
	pb_buf_done(&o->against);
}

static struct pb_verification *
verify_file(struct outside *o, unsigned threads)
{
	const struct pb_bundle_check_options options = { .trust = o->trust.data,
		.trust_len = o->trust.len,
		.tsa_roots = o->roots.data,
		.tsa_roots_len = o->roots.len,
		.against = o->against.data,
		.against_len = o->against.len,
		.threads = threads };
	struct memory_files files;
	const struct pb_world world = { .files = &files.table };
	struct pb_verification *v = NULL;

	memory_files_init(&files, &o->bundle);
	assert_int_equal(pb_bundle_check(&world, "bundle", &options, &v, NULL), PB_OK);
	return v;
}

/* ---- what is said of them ------------------------------------------------------------------- */

static void
compare(const struct vectors *v, const struct pb_verification *seen)
{
	const struct pb_bundle_seen *bundle = pb_verification_bundle(seen);

	assert_string_equal(pb_verification_origin(seen), vector_text(v, "origin"));
	assert_string_equal(bundle->case_name, vector_text(v, "case"));
	assert_true(bundle->first == vector_number(v, "first"));
	assert_true(bundle->last == vector_number(v, "last"));
	assert_true(bundle->opened == vector_number(v, "opened"));
	assert_true(bundle->whole == vector_number(v, "whole"));
	assert_true(bundle->closed == vector_number(v, "closed"));
	assert_true(bundle->package_len == vector_number(v, "package_length"));
	assert_true(pb_verification_size(seen) == vector_number(v, "size"));
	vector_equal(v, "root", bundle->root, sizeof(bundle->root));
	vector_equal(v, "package_sha256", bundle->package_sha256, sizeof(bundle->package_sha256));
	assert_int_equal(bundle->contained, vector_expects(v, "ok"));
}

/* Nothing is wrong with either; of a package alone, that no token is over it is all. */
static void
judge(const struct vectors *v, const struct pb_verification *seen)
{
	enum pb_verdict verdict = pb_verification_verdict(seen);

	vector_accepted(v, verdict == PB_VALID);
	if (verdict != PB_VALID)
		assert_int_equal(verdict, PB_INDETERMINATE);
	for (int id = 0; id < PB_CHECK_COUNT; id++) {
		const struct pb_check *check = pb_verification_check(seen, (enum pb_check_id)id);

		if (id == PB_CHECK_SECRETS)
			assert_int_equal(check->verdict, PB_NOT_APPLICABLE);
		else if (id == PB_CHECK_TOKENS)
			assert_int_equal(check->verdict, verdict);
		else if (check->verdict != PB_VALID || check->findings_count > 0)
			vector_fails(v, pb_check_name((enum pb_check_id)id));
	}
}

static void
bundle_case(const struct vectors *v)
{
	struct outside o;
	char path[200];

	(void)snprintf(path, sizeof(path), BUNDLE("%s"), vector_text(v, "file"));
	outside_read(&o, path);
	for (unsigned threads = 0; threads <= 2; threads += 2) {
		struct pb_verification *seen = verify_file(&o, threads);

		judge(v, seen);
		compare(v, seen);
		pb_verification_free(seen);
	}
	outside_done(&o);
}

static void
bundles_of_the_vectors_are_what_is_said_of_them(void **state)
{
	(void)state;
	vectors_walk(TEST_VECTORS "/bundle.txt", bundle_case);
}

/* ---- each judged by the other ------------------------------------------------------------- */

static void
bundle_that_goes_on_is_held_against_the_one_before(void **state)
{
	struct pb_buf before = vectors_file(BUNDLE("dossier-fictif.asics"));
	const struct pb_check *check;
	struct pb_verification *seen;
	struct memory_files files;
	struct outside o;

	(void)state;
	outside_read(&o, BUNDLE("suite-fictive.zip"));
	pb_buf_clear(&o.against);
	memory_files_init(&files, &before);
	assert_int_equal(
	    pb_bundle_file_checkpoint(&files.table, "bundle", &o.against, NULL), PB_OK);
	seen = verify_file(&o, 0);
	check = pb_verification_check(seen, PB_CHECK_CONSISTENCY);
	assert_int_equal(check->verdict, PB_VALID);
	assert_true(check->count > 0);
	pb_verification_free(seen);
	outside_done(&o);
	pb_buf_done(&before);
}

/* ---- and tampered with -------------------------------------------------------------------- */

/* Some, wherever they stand; the tampering set has all of a bundle. */
static void
octet_of_the_container_that_is_changed_is_found(void **state)
{
	struct outside o;

	(void)state;
	outside_read(&o, BUNDLE("dossier-fictif.asics"));
	for (size_t i = 0; i < o.bundle.len; i += 389) {
		struct pb_verification *seen = NULL;

		o.bundle.data[i] ^= 1;
		seen = verify_file(&o, 0);
		if (pb_verification_verdict(seen) == PB_VALID)
			fail_msg("the octet at %zu may be changed", i);
		pb_verification_free(seen);
		o.bundle.data[i] ^= 1;
	}
	outside_done(&o);
}

static int
start(void **state)
{
	(void)state;
	return pb_crypto_init(NULL) == PB_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bundles_of_the_vectors_are_what_is_said_of_them),
		cmocka_unit_test(bundle_that_goes_on_is_held_against_the_one_before),
		cmocka_unit_test(octet_of_the_container_that_is_changed_is_found),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
