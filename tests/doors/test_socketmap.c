/* Questions to the server of a map, and what counts as an answer (socketmap_table(5)). */
#include "doors/fake_map.h"

#include "core/limits.h"
#include "doors/socketmap.h"
#include "net/stream.h"
#include "sys/world.h"

#define SECONDS 1000000LL

/* ---- answers -------------------------------------------------------------------------------- */

static void
check_read(const char *text, enum pb_status status, enum pb_socketmap_is is, const char *value)
{
	struct pb_socketmap_answer answer = { 0 };
	size_t len = strlen(text);

	assert_int_equal(pb_socketmap_read(text, len, &answer), status);
	if (status != PB_OK)
		return;
	assert_int_equal(answer.is, is);
	assert_int_equal(answer.len, strlen(value));
	assert_memory_equal(answer.value, value, answer.len);
	/* None of its beginnings is one, nor is it with more behind it. */
	for (size_t part = 0; part < len; part++)
		assert_int_equal(pb_socketmap_read(text, part, &answer), PB_EEND);
}

static void
an_answer_is_a_netstring_of_a_word_and_its_value(void **state)
{
	(void)state;
	check_read("11:OK tilleuls,", PB_OK, PB_SOCKETMAP_FOUND, "tilleuls");
	check_read("6:OK a,b,", PB_OK, PB_SOCKETMAP_FOUND, "a,b");
	check_read("9:NOTFOUND ,", PB_OK, PB_SOCKETMAP_NOT_FOUND, "");
	check_read("8:NOTFOUND,", PB_OK, PB_SOCKETMAP_NOT_FOUND, "");
	check_read("9:TEMP busy,", PB_OK, PB_SOCKETMAP_FAILED, "busy");
	check_read("12:TIMEOUT late,", PB_OK, PB_SOCKETMAP_FAILED, "late");
	check_read("5:PERM ,", PB_OK, PB_SOCKETMAP_FAILED, "");
}

static void
what_is_no_answer_is_refused(void **state)
{
	static const char *const none[] = { "x", ":", "-1:", "011:OK tilleuls,", "0:,", "2:OK,",
		"3:OK ,", "4:OK a;", "4:OK\ta,", "4:ok a,", "5:OKAY ,", "8:NOTFOUN ,",
		"11:OK tilleuls,x", "11:OK tilleuls,9:NOTFOUND ,", "4097:", "00000", "99999",
		"OK tilleuls\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		check_read(none[i], PB_EDATA, 0, NULL);
	assert_int_equal(pb_socketmap_read("", 0, NULL), PB_EEND);
}

/* ---- the server ----------------------------------------------------------------------------- */

struct fixture {
	struct fake_map server;
	struct pb_policy_address address;
	struct pb_socketmap map;
	struct pb_socketmap_answer answer;
	struct pb_error err;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	fake_map_start(&f->server);
	f->address.path = f->server.path;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_socketmap_done(&f->map);
	fake_map_stop(&f->server);
	free(f);
	return 0;
}

static enum pb_status
ask(struct fixture *f, const char *key, int64_t within_us)
{
	const struct pb_clock *clock = pb_sys_world()->clock;

	return pb_socketmap_ask(&f->map, &f->address, "archives", key, clock,
	    clock->monotonic_us(clock->ctx) + within_us, &f->answer, &f->err);
}

static void
assert_unknown(struct fixture *f, const char *key, const char *why)
{
	assert_int_equal(ask(f, key, 20 * SECONDS), PB_EUNAVAIL);
	assert_string_equal(f->err.why, why);
	assert_null(strchr(f->err.object, '@'));
}

static void
a_question_is_the_name_of_the_map_and_the_key(void **state)
{
	struct fixture *f = *state;

	f->server.answer[0] = "11:OK tilleuls,";
	f->server.answer[1] = "9:NOTFOUND ,";
	assert_int_equal(ask(f, "a@tilleuls.example", 20 * SECONDS), PB_OK);
	assert_int_equal(f->answer.is, PB_SOCKETMAP_FOUND);
	assert_memory_equal(f->answer.value, "tilleuls", f->answer.len);
	assert_int_equal(ask(f, "@b.example", 20 * SECONDS), PB_OK);
	assert_int_equal(f->answer.is, PB_SOCKETMAP_NOT_FOUND);
	assert_string_equal(
	    f->server.asked, "27:archives a@tilleuls.example,19:archives @b.example,");
	assert_int_equal(f->server.connections, 1);
}

static void
nothing_in_a_key_ends_it(void **state)
{
	static const char key[] = "\"a b\",\r\n3:x\xff,\"@tilleuls.example,5:OK a,";
	struct fixture *f = *state;

	f->server.answer[0] = "9:NOTFOUND ,";
	assert_int_equal(ask(f, key, 20 * SECONDS), PB_OK);
	assert_memory_equal(f->server.asked, "48:archives ", 12);
	assert_memory_equal(f->server.asked + 12, key, sizeof(key) - 1);
	assert_int_equal(f->server.asked_len, 12 + sizeof(key));
}

static void
a_server_that_cannot_tell_does_not_say_that_nobody_has_it(void **state)
{
	static const char CANNOT[] = "the server of the map says that it cannot tell";
	struct fixture *f = *state;

	f->server.answer[0] = "20:TEMP a@tilleuls.exam,";
	f->server.answer[1] = "8:TIMEOUT ,";
	f->server.answer[2] = "6:PERM x,";
	f->server.answer[3] = "4:OK b,";
	for (int i = 0; i < 3; i++)
		assert_unknown(f, "a@tilleuls.example", CANNOT);
	assert_int_equal(ask(f, "a@tilleuls.example", 20 * SECONDS), PB_OK);
	assert_int_equal(f->server.connections, 1);
}

static void
behind_what_is_no_answer_another_connection_begins(void **state)
{
	struct fixture *f = *state;

	f->server.answer[0] = "4:OK b,4:OK c,";
	f->server.answer[1] = "4:OK d,";
	assert_unknown(f, "a@tilleuls.example", "what the server of the map answers is no answer");
	assert_null(f->map.stream);
	assert_int_equal(ask(f, "a@tilleuls.example", 20 * SECONDS), PB_OK);
	assert_memory_equal(f->answer.value, "d", 1);
	assert_int_equal(f->server.connections, 2);
}

static void
a_connection_that_the_server_ended_is_made_anew_once(void **state)
{
	static const char SILENT[] = "the server of the map does not answer";
	struct fixture *f = *state;

	f->server.answer[0] = "4:OK b,";
	f->server.answer[1] = NULL;
	f->server.answer[2] = "4:OK c,";
	f->server.answer[3] = NULL;
	f->server.answer[4] = NULL;
	f->server.answer[5] = "4:OK d,";
	assert_int_equal(ask(f, "a@tilleuls.example", 20 * SECONDS), PB_OK);
	assert_int_equal(ask(f, "b@tilleuls.example", 20 * SECONDS), PB_OK);
	assert_memory_equal(f->answer.value, "c", 1);
	assert_unknown(f, "c@tilleuls.example", SILENT);
	assert_int_equal(ask(f, "c@tilleuls.example", 20 * SECONDS), PB_OK);
	assert_memory_equal(f->answer.value, "d", 1);
}

static void
a_server_that_says_nothing_is_not_waited_for_for_ever(void **state)
{
	struct fixture *f = *state;

	f->server.answer[0] = "11:OK till";
	assert_int_equal(ask(f, "a@tilleuls.example", 50000), PB_EUNAVAIL);
	assert_string_equal(f->err.why, "the server of the map does not answer");
	assert_null(f->map.stream);
}

static void
without_a_server_nothing_is_known(void **state)
{
	struct fixture *f = *state;
	char nowhere[] = "no-map-is-here";

	f->address.path = nowhere;
	assert_unknown(f, "a@tilleuls.example", "the server of the map does not answer");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_a_netstring_of_a_word_and_its_value),
		cmocka_unit_test(what_is_no_answer_is_refused),
		TEST(a_question_is_the_name_of_the_map_and_the_key),
		TEST(nothing_in_a_key_ends_it),
		TEST(a_server_that_cannot_tell_does_not_say_that_nobody_has_it),
		TEST(behind_what_is_no_answer_another_connection_begins),
		TEST(a_connection_that_the_server_ended_is_made_anew_once),
		TEST(a_server_that_says_nothing_is_not_waited_for_for_ever),
		TEST(without_a_server_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
