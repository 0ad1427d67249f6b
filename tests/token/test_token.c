/* URIs of keys on tokens; with a token of software tests/flow/pkcs11.py goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/error.h"
#include "token/token.h"

static enum pb_status
open_uri(const char *uri, struct pb_error *err)
{
	struct pb_reader_device device = { .ctx = NULL };
	enum pb_status status = pb_token_open(uri, "246810", 6, &device, err);

	assert_null(device.ctx);
	return status;
}

static void
a_uri_is_told_from_a_file(void **state)
{
	(void)state;
	assert_true(pb_token_is_uri("pkcs11:token=lecteurs"));
	assert_true(pb_token_is_uri("pkcs11:"));
	assert_false(pb_token_is_uri("pkcs11"));
	assert_false(pb_token_is_uri("/srv/pkcs11:key.pem"));
	assert_false(pb_token_is_uri(""));
}

static void
what_is_no_uri_or_says_too_much_is_refused(void **state)
{
	static const char *const wrong[] = { "pkcs11", "pkcs11:token=%zz", "pkcs11:nonsense",
		"pkcs11:token=a?pin-value=246810", "pkcs11:token=a?pin-source=/etc/passwd",
		"pkcs11:token=a;x-unknown=b" };
	struct pb_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		memset(&err, 0, sizeof(err));
		if (open_uri(wrong[i], &err) != PB_EINVAL)
			fail_msg("%s: %d", wrong[i], (int)err.status);
		assert_non_null(err.todo);
		assert_null(strstr(err.object, "246810"));
	}
}

static void
a_module_that_is_none_is_named(void **state)
{
	struct pb_error err = { 0 };

	(void)state;
	assert_int_equal(
	    open_uri("pkcs11:token=a?module-path=/nowhere/module.so", &err), PB_EUNAVAIL);
	assert_non_null(strstr(err.object, "/nowhere/module.so"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_uri_is_told_from_a_file),
		cmocka_unit_test(what_is_no_uri_or_says_too_much_is_refused),
		cmocka_unit_test(a_module_that_is_none_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
