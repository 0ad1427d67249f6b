/* Which names a copy may have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "copies/names.h"
#include "copies/sums.h"

static void
what_an_archive_has_is_a_name(void **state)
{
	static const char *const good[] = { "vault/0000000000000000-389c286989193b3e.seg",
		"keys/0000000000000000-389c286989193b3e.key", "log/checkpoint",
		"log/tile/entries/x001/x234/067.p/8", "readers/fd6b.pem", "tsa/authorities.json",
		"quarantine/0-1-2.seg", "private.cms", "checkpoint", "backup.json", "SHA256SUMS" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(pb_copies_name_valid(good[i]));
}

static void
nothing_else_is(void **state)
{
	static const char *const bad[] = { "", ".", "..", "/", "vault", "vault/", "vault//x",
		"/vault/x", "vault/../x", "vault/..", "vault/.x", "../vault/x", "vaulty/x",
		"private/log.key", "lock", "frontier", "tmp/x", "vault/a b", "vault/a\nb",
		"vault/a\\b", "vault/\xc3\xa9", "backup.json/x", "log/1/2/3/4/5/6/7/8", "restored",
		"destroying" };
	char longer[300];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (pb_copies_name_valid(bad[i]))
			fail_msg("%s", bad[i]);
	assert_false(pb_copies_name_valid(NULL));
	memset(longer, 'a', sizeof(longer));
	memcpy(longer, "vault/", 6);
	longer[201] = '\0';
	assert_false(pb_copies_name_valid(longer));
	longer[200] = '\0';
	assert_true(pb_copies_name_valid(longer));
}

static void
sums_are_read_as_they_are_written(void **state)
{
	struct pb_buf sums = PB_BUF_EMPTY;
	uint8_t sha256[PB_DIGEST_LEN];
	char path[201];
	size_t at = 0;

	(void)state;
	memset(sha256, 0xa5, sizeof(sha256));
	assert_int_equal(pb_copies_sums_next(&sums, &at, path, sha256), PB_EEND);
	assert_int_equal(pb_copies_sums_add(&sums, "vault/x", sha256), PB_OK);
	memset(sha256, 0, sizeof(sha256));
	assert_int_equal(pb_copies_sums_next(&sums, &at, path, sha256), PB_OK);
	assert_string_equal(path, "vault/x");
	assert_int_equal(sha256[31], 0xa5);
	assert_int_equal(pb_copies_sums_next(&sums, &at, path, sha256), PB_EEND);
	sums.len--; /* without its end */
	at = 0;
	assert_int_equal(pb_copies_sums_next(&sums, &at, path, sha256), PB_EDATA);
	sums.len++;
	sums.data[0] = 'A'; /* no lower-case hex */
	assert_int_equal(pb_copies_sums_next(&sums, &at, path, sha256), PB_EDATA);
	pb_buf_done(&sums);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_archive_has_is_a_name),
		cmocka_unit_test(nothing_else_is),
		cmocka_unit_test(sums_are_read_as_they_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
