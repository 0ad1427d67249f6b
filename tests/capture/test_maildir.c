#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "capture/maildir.h"

static void
the_letters_stand_behind_the_last_info(void **state)
{
	(void)state;
	assert_string_equal(pb_maildir_flags("1.a.host:2,RS"), "RS");
	assert_string_equal(pb_maildir_flags("1.a.host:2,"), "");
	assert_string_equal(pb_maildir_flags("1.a:1,x:2,F"), "F");
	assert_string_equal(pb_maildir_flags(":2,S"), "S");
}

static void
without_an_info_of_that_version_nothing_is_known(void **state)
{
	static const char *const names[] = { "", "1.a.host", "1.a.host:", "1.a.host:2",
		"1.a.host:1,S", "1.a.host:2;S", "1.a.host:22,S",
		"1.a.host:2,S:", "1.a.host:2,S:1," };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_null(pb_maildir_flags(names[i]));
}

static void
assert_states(const char *letters, const char *expected)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_maildir_state_flags(letters, &w);
	pb_json_object_end(&w);
	assert_int_equal(pb_json_writer_status(&w), PB_OK);
	assert_string_equal(pb_buf_text(&out), expected);
	pb_buf_done(&out);
}

static void
known_letters_get_their_imap_names(void **state)
{
	(void)state;
	assert_states("", "{\"flags\":[]}");
	assert_states("PRSTDF", "{\"flags\":[\"$Forwarded\",\"\\\\Answered\",\"\\\\Seen\","
				"\"\\\\Deleted\",\"\\\\Draft\",\"\\\\Flagged\"]}");
	assert_states("SS", "{\"flags\":[\"\\\\Seen\",\"\\\\Seen\"]}");
}

static void
other_letters_stay_and_other_octets_go(void **state)
{
	(void)state;
	assert_states("aZs", "{\"flags\":[\"maildir:a\",\"maildir:Z\",\"maildir:s\"]}");
	assert_states("\"\\\x01\xff,0 S", "{\"flags\":[\"\\\\Seen\"]}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_letters_stand_behind_the_last_info),
		cmocka_unit_test(without_an_info_of_that_version_nothing_is_known),
		cmocka_unit_test(known_letters_get_their_imap_names),
		cmocka_unit_test(other_letters_stay_and_other_octets_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
