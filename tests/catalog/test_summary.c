/* Summaries: sealed under their record's secret, for its leaf alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "catalog/summary.h"
#include "core/limits.h"
#include "crypto/crypto.h"
#include "lib/vectors.h"
#include "lib/world.h"

#define ROW "{\"event\":\"segment\"}"

struct fixture {
	struct test_random random;
	struct pb_summarizer *summarizer;
	struct pb_secret *r;
	uint8_t leaf[PB_LEAF_LEN];
	struct pb_buf sealed, row;
};

static struct fixture fixture;

static int
set_up(void **state)
{
	struct fixture *f = &fixture;

	memset(f, 0, sizeof(*f));
	assert_int_equal(pb_crypto_init(NULL), PB_OK);
	test_random_init(&f->random, 5);
	assert_int_equal(pb_summarizer_new(&f->summarizer, NULL), PB_OK);
	assert_int_equal(pb_secret_random(&f->random.table, 32, &f->r, NULL), PB_OK);
	memset(f->leaf, 9, sizeof(f->leaf));
	assert_int_equal(pb_summary_seal(f->summarizer, &f->random.table, f->r, f->leaf, ROW,
			     strlen(ROW), &f->sealed, NULL),
	    PB_OK);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_summarizer_free(f->summarizer);
	pb_secret_free(f->r);
	pb_buf_done(&f->sealed);
	pb_buf_done(&f->row);
	return 0;
}

static enum pb_status
open_it(struct fixture *f)
{
	pb_buf_clear(&f->row);
	return pb_summary_open(
	    f->summarizer, f->r, f->leaf, f->sealed.data, f->sealed.len, &f->row, NULL);
}

static void
a_summary_opens_for_its_record(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(f->sealed.len, strlen(ROW) + 28);
	assert_null(memmem(f->sealed.data, f->sealed.len, "segment", 7));
	assert_int_equal(open_it(f), PB_OK);
	assert_int_equal(f->row.len, strlen(ROW));
	assert_memory_equal(f->row.data, ROW, strlen(ROW));
}

static void
two_of_one_row_differ(void **state)
{
	struct fixture *f = *state;
	struct pb_buf other = PB_BUF_EMPTY;

	assert_int_equal(pb_summary_seal(f->summarizer, &f->random.table, f->r, f->leaf, ROW,
			     strlen(ROW), &other, NULL),
	    PB_OK);
	assert_memory_not_equal(other.data, f->sealed.data, other.len);
	pb_buf_done(&other);
}

static void
no_octet_of_it_can_change(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < f->sealed.len; i++) {
		f->sealed.data[i] ^= 1;
		assert_int_equal(open_it(f), PB_ECORRUPT);
		assert_int_equal(f->row.len, 0);
		f->sealed.data[i] ^= 1;
	}
	for (size_t len = f->sealed.len; len-- > 0;) {
		f->sealed.len = len;
		assert_int_equal(open_it(f), PB_ECORRUPT);
	}
}

static void
it_opens_for_no_other_leaf_and_no_other_secret(void **state)
{
	struct fixture *f = *state;

	f->leaf[PB_LEAF_LEN - 1] ^= 1;
	assert_int_equal(open_it(f), PB_ECORRUPT);
	f->leaf[PB_LEAF_LEN - 1] ^= 1;
	pb_secret_bytes(f->r)[0] ^= 1;
	assert_int_equal(open_it(f), PB_ECORRUPT);
}

static void
what_is_too_long_is_refused(void **state)
{
	static uint8_t row[PB_LIMIT_SUMMARY];
	struct fixture *f = *state;

	pb_buf_clear(&f->sealed);
	assert_int_equal(pb_summary_seal(f->summarizer, &f->random.table, f->r, f->leaf, row,
			     sizeof(row), &f->sealed, NULL),
	    PB_ELIMIT);
	assert_int_equal(f->sealed.len, 0);
	assert_int_equal(pb_summary_seal(f->summarizer, &f->random.table, f->r, f->leaf, row,
			     sizeof(row) - 28, &f->sealed, NULL),
	    PB_OK);
	assert_int_equal(open_it(f), PB_OK);
}

/* tests/vectors/summary.txt (FORMAT 6.2). */
static void
vectors_open_as_they_should(void **state)
{
	struct fixture *f = *state;
	struct vectors v;

	vectors_open(&v, TEST_VECTORS "/summary.txt");
	while (vectors_next(&v)) {
		struct pb_buf r = vector_bytes(&v, "r"), leaf = vector_bytes(&v, "leaf");
		enum pb_status status;

		pb_buf_done(&f->sealed);
		f->sealed = vector_bytes(&v, "sealed");
		memcpy(pb_secret_bytes(f->r), r.data, 32);
		memcpy(f->leaf, leaf.data, PB_LEAF_LEN);
		status = open_it(f);
		vector_accepted(&v, status == PB_OK);
		if (status == PB_OK) {
			struct pb_buf row = vector_bytes(&v, "row");

			assert_int_equal(f->row.len, row.len);
			assert_memory_equal(f->row.data, row.data, row.len);
			pb_buf_done(&row);
		} else {
			assert_int_equal(status, PB_ECORRUPT);
		}
		pb_buf_done(&r);
		pb_buf_done(&leaf);
	}
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_summary_opens_for_its_record),
		CASE(two_of_one_row_differ),
		CASE(no_octet_of_it_can_change),
		CASE(it_opens_for_no_other_leaf_and_no_other_secret),
		CASE(what_is_too_long_is_refused),
		CASE(vectors_open_as_they_should),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
