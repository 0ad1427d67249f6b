/* A ring of octets that come and go: what is kept stays as it was, what is given back is wiped. */
#include "fixture.h"

#include "record/kept.h"

#define SIZE 4096
#define MOST 40

static struct pb_keep *
make(void)
{
	struct pb_keep *keep = NULL;

	assert_int_equal(pb_keep_new(SIZE, &keep, NULL), PB_OK);
	return keep;
}

static struct pb_kept
copy(struct pb_keep *keep, uint8_t octet, size_t len)
{
	uint8_t data[SIZE];

	memset(data, octet, sizeof(data));
	return pb_keep_copy(keep, data, len);
}

static bool
is_all(const uint8_t *data, uint8_t octet, size_t len)
{
	size_t i = 0;

	while (i < len && data[i] == octet)
		i++;
	return i == len;
}

static void
nothing_is_kept_where_nothing_is_to_be_kept(void **state)
{
	struct pb_kept kept = pb_keep_copy(NULL, "x", 1);

	(void)state;
	assert_null(kept.keep);
	pb_kept_done(&kept);
	pb_keep_free(NULL);
}

static void
what_is_too_large_is_not_kept(void **state)
{
	struct pb_keep *keep = make();
	struct pb_kept all = copy(keep, 1, SIZE), most = copy(keep, 2, SIZE - 64);

	(void)state;
	assert_null(all.keep);
	assert_non_null(most.keep);
	assert_null(copy(keep, 3, 64).keep);
	pb_kept_done(&most);
	most = copy(keep, 4, SIZE - 64);
	assert_non_null(most.keep);
	pb_kept_done(&most);
	pb_keep_free(keep);
}

static void
what_is_given_back_is_wiped(void **state)
{
	struct pb_keep *keep = make();
	struct pb_kept kept = copy(keep, 7, 100);
	const uint8_t *data = kept.data;

	(void)state;
	assert_true(is_all(data, 7, 100));
	pb_kept_done(&kept);
	assert_null(kept.keep);
	assert_true(is_all(data, 0, 100));
	pb_keep_free(keep);
}

/* In any order, and around the end: nobody's octets are another's. */
static void
what_is_kept_stays_as_it_was(void **state)
{
	struct test_random random;
	struct pb_kept kept[MOST] = { PB_KEPT_NOTHING };
	uint8_t octet[MOST], draw[4];
	struct pb_keep *keep = make();
	size_t taken = 0, refused = 0;

	(void)state;
	test_random_init(&random, 11);
	for (unsigned turn = 0; turn < 20000; turn++) {
		size_t at;

		assert_int_equal(random.table.fill(random.table.ctx, draw, sizeof(draw)), 0);
		at = draw[0] % MOST;
		if (kept[at].keep != NULL) {
			assert_true(is_all(kept[at].data, octet[at], kept[at].len));
			pb_kept_done(&kept[at]);
			continue;
		}
		octet[at] = (uint8_t)(1 + draw[1] % 255);
		kept[at] = copy(keep, octet[at], (size_t)draw[2] * (draw[3] % 8 == 0 ? 8 : 1));
		taken += kept[at].keep != NULL;
		refused += kept[at].keep == NULL;
	}
	assert_true(taken > 1000 && refused > 100);
	for (size_t at = 0; at < MOST; at++) {
		assert_true(
		    kept[at].keep == NULL || is_all(kept[at].data, octet[at], kept[at].len));
		pb_kept_done(&kept[at]);
	}
	kept[0] = copy(keep, 1, SIZE - 64);
	assert_non_null(kept[0].keep);
	pb_kept_done(&kept[0]);
	pb_keep_free(keep);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_kept_where_nothing_is_to_be_kept),
		cmocka_unit_test(what_is_too_large_is_not_kept),
		cmocka_unit_test(what_is_given_back_is_wiped),
		cmocka_unit_test(what_is_kept_stays_as_it_was),
	};

	return cmocka_run_group_tests_name("record/kept", tests, start_crypto, NULL);
}
