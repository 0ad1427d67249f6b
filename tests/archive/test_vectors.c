/* The stamped archive of tests/vectors/bundle, which no C code wrote: FORMAT 2.2, by another hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/io.h"
#include "crypto/crypto.h"
#include "lib/vectors.h"
#include "lib/world.h"
#include "probant/archive.h"

#define BUNDLE(name) TEST_VECTORS "/bundle/" name
#define STEM "0000000000000000-456df3044c2dce98"
#define ANCHORS 3

static const char *const folders[] = { "vault", "keys", "log", "log/tile", "log/tile/0",
	"log/tile/0/000.p", "log/tile/entries", "log/tile/entries/000.p" };
static const char *const paths[] = { "vault/" STEM ".seg", "keys/" STEM ".key", "log/checkpoint",
	"log/tile/0/000.p/13", "log/tile/entries/000.p/13" };

struct fixture {
	char *dir;
	struct pb_buf trust, roots, against;
	struct pb_check_options options;
	struct pb_verification *v;
};

/* Git keeps no modes. */
static void
copy(struct fixture *f)
{
	const struct pb_files *files = pb_sys_world()->files;
	char path[512];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", f->dir, folders[i]);
		assert_int_equal(files->mkdir(files->ctx, path, 0700), 0);
	}
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct pb_buf data;

		(void)snprintf(path, sizeof(path), BUNDLE("archive/%s"), paths[i]);
		data = vectors_file(path);
		(void)snprintf(path, sizeof(path), "%s/%s", f->dir, paths[i]);
		assert_int_equal(pb_io_create_file(files, path, data.data, data.len, NULL), PB_OK);
		pb_buf_done(&data);
	}
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(pb_crypto_init(NULL), PB_OK);
	*f = (struct fixture){ .dir = test_directory(),
		.trust = vectors_file(BUNDLE("trust")),
		.roots = vectors_file(BUNDLE("roots.pem")),
		.against = vectors_file(BUNDLE("against")) };
	f->options = (struct pb_check_options){ .trust = f->trust.data,
		.trust_len = f->trust.len,
		.tsa_roots = f->roots.data,
		.tsa_roots_len = f->roots.len,
		.against = f->against.data,
		.against_len = f->against.len };
	copy(f);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_verification_free(f->v);
	pb_buf_done(&f->trust);
	pb_buf_done(&f->roots);
	pb_buf_done(&f->against);
	test_directory_remove(f->dir);
	free(f);
	return 0;
}

static enum pb_verdict
check(struct fixture *f)
{
	assert_int_equal(pb_archive_check(pb_sys_world(), f->dir, &f->options, &f->v, NULL), PB_OK);
	return pb_verification_verdict(f->v);
}

static enum pb_verdict
verdict(const struct fixture *f, enum pb_check_id id)
{
	return pb_verification_check(f->v, id)->verdict;
}

static void
stamped_archive_of_the_vectors_is_valid(void **state)
{
	const struct pb_token_seen *token;
	const struct pb_interval *interval;
	struct fixture *f = *state;

	assert_int_equal(check(f), PB_VALID);
	assert_int_equal(verdict(f, PB_CHECK_TOKENS), PB_VALID);
	assert_int_equal(verdict(f, PB_CHECK_AUTHORITIES), PB_VALID);
	assert_int_equal(pb_verification_tokens(f->v, &token), ANCHORS);
	for (size_t i = 0; i < ANCHORS; i++)
		assert_true(token[i].trusted && !token[i].local && token[i].size == token[i].seq);
	assert_true(pb_verification_intervals(f->v, &interval) > ANCHORS);
	assert_true(interval[0].first == 0 && interval[0].last == 2);
	assert_true(interval[0].after_us == INT64_MIN && interval[0].before_us != INT64_MAX);
}

static void
without_the_roots_its_clocks_are_not_known(void **state)
{
	struct fixture *f = *state;

	f->options.tsa_roots = NULL;
	f->options.tsa_roots_len = 0;
	assert_int_equal(check(f), PB_INDETERMINATE);
	assert_int_equal(verdict(f, PB_CHECK_TOKENS), PB_VALID);
	assert_int_equal(verdict(f, PB_CHECK_AUTHORITIES), PB_INDETERMINATE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    stamped_archive_of_the_vectors_is_valid, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    without_the_roots_its_clocks_are_not_known, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
