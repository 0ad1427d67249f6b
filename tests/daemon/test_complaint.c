/* The same complaint is not said with every message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/error.h"
#include "daemon/complaint.h"

#define MINUTE 60000000LL

static void
one_is_said_once_a_minute(void **state)
{
	static const char archive[] = "tilleuls", other[] = "platanes";
	struct pb_complaint complaint = { 0 };
	struct pb_error full = { 0 }, locked = { 0 };

	(void)state;
	(void)pb_fail(&full, PB_ENOSPC, "commit", "the disk is full", "%s", "/srv/a");
	(void)pb_fail(&locked, PB_ELOCKED, "commit", "it is locked", "%s", "/srv/a");
	assert_true(pb_complaint_is_new(&complaint, archive, &full, 5));
	assert_false(pb_complaint_is_new(&complaint, archive, &full, 4 + MINUTE));
	assert_true(pb_complaint_is_new(&complaint, archive, &full, 5 + MINUTE));
	assert_true(pb_complaint_is_new(&complaint, archive, &locked, 6 + MINUTE));
	assert_true(pb_complaint_is_new(&complaint, other, &locked, 7 + MINUTE));
	locked.object[0] = 'x';
	assert_true(pb_complaint_is_new(&complaint, other, &locked, 8 + MINUTE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(one_is_said_once_a_minute) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
