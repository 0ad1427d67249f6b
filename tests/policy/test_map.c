/* Whose mail goes into which archive, beside the archives' own lists: the key `map`, and its file.
 */
#include "policy/fixture.h"

#include "core/limits.h"
#include "policy/capture.h"

/* Each refusal replaces its line 6. */
#define HEAD                                                                                       \
	"policy: capture\n"                                                                        \
	"archives:\n"                                                                              \
	"  - {name: tilleuls, path: /srv/tilleuls, mailboxes: [cabinet@tilleuls.example]}\n"       \
	"  - {name: platanes, path: /srv/platanes, mailboxes: [\"@platanes.example\"]}\n"          \
	"  - {name: ormes, path: /srv/ormes}\n"
#define TAIL                                                                                       \
	"otherwise: pass\n"                                                                        \
	"doors: [{name: m, kind: milter, listen: \"unix:/run/m\", on_failure: defer}]\n"
static const char by_file[] = HEAD "map: file /etc/probant/map\n" TAIL;
static const char by_server[] = HEAD "map: socketmap unix:/run/map.sock archives domains\n" TAIL;

enum { TILLEULS, PLATANES, ORMES };

static enum pb_status
parse(const void *text, size_t len, struct pb_error *err)
{
	struct pb_capture_policy *policy = NULL;
	enum pb_status status = pb_capture_policy_parse(text, len, &policy, err);

	pb_capture_policy_free(policy);
	return status;
}

static struct pb_capture_policy *
parse_text(const char *text)
{
	struct pb_capture_policy *policy = NULL;

	assert_int_equal(pb_capture_policy_parse(text, strlen(text), &policy, NULL), PB_OK);
	return policy;
}

static size_t
owner(const struct pb_capture_policy *policy, const char *address)
{
	return pb_capture_policy_owner(policy, address, strlen(address));
}

/* ---- the key -------------------------------------------------------------------------------- */

static void
a_map_is_a_file_or_a_server_of_this_machine(void **state)
{
	static const char PATH[] =
	    "a path begins with /, and has no . or .. and no empty name in it";
	static const char FILE_AT[] = "line 6: map (file /etc/probant/map)";
	static const char AT[] =
	    "line 6: map (socketmap unix:/path NAME, socketmap 127.0.0.1:10030 NAME)";
	static const char NONE[] = "this names no map of a server";
	static const char ADDRESS[] = "line 6: map (unix:/path, 127.0.0.1:25, \"[::1]:25\")";
	static const struct refusal refusals[] = {
		{ 6, "map: hash /etc/map", "line 6: map (file, socketmap)",
		    "this is none of the words that can stand here" },
		{ 6, "map: file", FILE_AT, PATH },
		{ 6, "map: file map", FILE_AT, PATH },
		{ 6, "map: file /etc/probant/map a", NULL, NULL }, /* a path may have spaces */
		{ 6, "map: socketmap", AT, NONE },
		{ 6, "map: socketmap unix:/run/map", AT, NONE },
		{ 6, "map: socketmap unix:/run/map a b c", AT, NONE },
		{ 6, "map: socketmap unix:/run/map a,b", AT, NONE },
		{ 6, "map: socketmap unix:/run/map a a", AT,
		    NONE }, /* answers are remembered by name */
		{ 6, "map: socketmap localhost:25 a", ADDRESS, "this is no address" },
		{ 6, "map: socketmap 192.0.2.1:25 a", AT,
		    "the server of a map is on this machine" },
		{ 6, "map: socketmap [2001:db8::1]:25 a", AT,
		    "the server of a map is on this machine" },
		{ 6, "map: socketmap [::1]:25 a", NULL, NULL },
		{ 6, "map: socketmap 127.0.0.1:25 a b", NULL, NULL },
		{ 6, "map: [a]", "line 6: map", "here belongs a value" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct pb_buf text = replace_line(by_file, 6, refusals[i].instead);

		if (refusals[i].object != NULL)
			check_refusal(by_file, &refusals[i], parse);
		else
			assert_int_equal(parse(text.data, text.len, NULL), PB_OK);
		pb_buf_done(&text);
	}
}

static void
with_a_map_an_archive_needs_no_mailbox(void **state)
{
	(void)state;
	check_refusal(by_file,
	    &(struct refusal){
		6, "", "line 5: archives[2].mailboxes", "nothing would come into this archive" },
	    parse);
}

static void
a_server_is_known_by_its_address_and_the_names_of_its_maps(void **state)
{
	struct pb_capture_policy *policy = parse_text(by_server);

	(void)state;
	assert_int_equal(policy->map.kind, PB_MAP_SOCKETMAP);
	assert_string_equal(policy->map.server.path, "/run/map.sock");
	assert_string_equal(policy->map.name, "archives");
	assert_string_equal(policy->map.domains, "domains");
	pb_capture_policy_free(policy);
}

/* ---- names and domains ---------------------------------------------------------------------- */

static void
archives_are_found_by_name_and_by_domain(void **state)
{
	struct pb_capture_policy *policy = parse_text(by_file);

	(void)state;
	assert_int_equal(pb_capture_policy_named(policy, "ormes", 5), ORMES);
	assert_int_equal(pb_capture_policy_named(policy, "orme", 4), SIZE_MAX);
	assert_int_equal(pb_capture_policy_named(policy, "Ormes", 5), SIZE_MAX);
	assert_int_equal(pb_capture_policy_named(policy, "", 0), SIZE_MAX);
	assert_int_equal(pb_capture_policy_domain(policy, "@TILLEULS.example", 17, 0), TILLEULS);
	assert_int_equal(pb_capture_policy_domain(policy, "@tilleuls.example", 17, 1), SIZE_MAX);
	assert_int_equal(pb_capture_policy_domain(policy, "@nord.example", 13, 0), SIZE_MAX);
	pb_capture_policy_free(policy);
}

/* ---- the file ------------------------------------------------------------------------------- */

static const char lines[] = "# Les boîtes des ormes\n"
			    "\n"
			    "a.durand@ormes.example ormes\n"
			    "\t B.MARTIN@ormes.example\t ormes  \n"
			    "c@tilleuls.example tilleuls\n"
			    "perso@tilleuls.example -\n"
			    "perso@platanes.example -\n"
			    "c@platanes.example ormes\n"
			    "cabinet@tilleuls.example tilleuls\n"
			    "@cedres.example tilleuls";

static struct pb_capture_policy *
with_lines(const char *text)
{
	struct pb_capture_policy *policy = parse_text(by_file);

	assert_int_equal(pb_capture_policy_map(policy, text, strlen(text), NULL), PB_OK);
	return policy;
}

static void
lines_count_as_if_they_stood_among_the_mailboxes(void **state)
{
	struct pb_capture_policy *policy = with_lines(lines);

	(void)state;
	assert_int_equal(owner(policy, "a.durand@ormes.example"), ORMES);
	assert_int_equal(owner(policy, "b.martin@Ormes.example"), ORMES);
	assert_int_equal(owner(policy, "cabinet@tilleuls.example"), TILLEULS);
	assert_int_equal(owner(policy, "anybody@cedres.example"), TILLEULS);
	assert_int_equal(owner(policy, "anybody@platanes.example"), PLATANES);
	assert_int_equal(owner(policy, "c@platanes.example"), ORMES);
	assert_int_equal(owner(policy, "perso@tilleuls.example"), PB_POLICY_NOBODY);
	assert_int_equal(owner(policy, "perso@platanes.example"), PB_POLICY_NOBODY);
	assert_int_equal(owner(policy, "d@ormes.example"), SIZE_MAX);
	assert_int_equal(pb_capture_policy_domain(policy, "@ormes.example", 14, 0), ORMES);
	assert_int_equal(pb_capture_policy_domain(policy, "@ormes.example", 14, 1), SIZE_MAX);
	assert_int_equal(pb_capture_policy_domain(policy, "@platanes.example", 17, 0), PLATANES);
	assert_int_equal(pb_capture_policy_domain(policy, "@platanes.example", 17, 1), ORMES);
	pb_capture_policy_free(policy);
}

static void
a_file_without_a_line_is_one_too(void **state)
{
	struct pb_capture_policy *policy = with_lines("");

	(void)state;
	assert_int_equal(owner(policy, "cabinet@tilleuls.example"), TILLEULS);
	pb_capture_policy_free(policy);
}

static void
what_a_line_may_not_be(void **state)
{
	static const char FORM[] = "a line is an address and the name of its archive, or -";
	static const char MAILBOX[] = "this is no mailbox";
	static const char NAME[] = "no archive of the policy has this name";
	static const char OTHER[] = "this mailbox belongs to another archive already";
	static const struct {
		const char *text, *object, *why;
	} refusals[] = {
		{ "a@b.example", "line 1", FORM },
		{ "a@b.example ", "line 1", FORM },
		{ "#\na@b.example ormes #", "line 2", FORM },
		{ "a ormes", "line 1", MAILBOX },
		{ "ormes a@b.example", "line 1", MAILBOX },
		{ "@ ormes", "line 1", MAILBOX },
		{ "a\x01@b.example ormes", "line 1", MAILBOX },
		{ "a\xff@b.example ormes", "line 1", MAILBOX },
		{ "\na@b.example orme\n", "line 2", NAME },
		{ "a@b.example ormes\r\n", "line 1", NAME },
		{ "a@b.example ormes\nb@b.example ormes\nA@b.example -\n", "line 3", OTHER },
		{ "\ncabinet@tilleuls.example platanes\n", "line 2", OTHER },
		{ "@platanes.example -\n", "line 1", OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct pb_capture_policy *policy = parse_text(by_file);
		struct pb_error err = { 0 };

		assert_int_equal(
		    pb_capture_policy_map(policy, refusals[i].text, strlen(refusals[i].text), &err),
		    PB_EDATA);
		assert_string_equal(err.object, refusals[i].object);
		assert_string_equal(err.why, refusals[i].why);
		assert_null(strchr(err.object, '@'));
		pb_capture_policy_free(policy);
	}
}

static void
a_file_has_a_bound_and_no_nul(void **state)
{
	struct pb_capture_policy *policy = parse_text(by_file);
	char *long_text = malloc(PB_LIMIT_MAP_LINES);

	(void)state;
	assert_non_null(long_text);
	memset(long_text, '\n', PB_LIMIT_MAP_LINES);
	assert_int_equal(
	    pb_capture_policy_map(policy, long_text, PB_LIMIT_MAP_LINES, NULL), PB_ELIMIT);
	assert_int_equal(pb_capture_policy_map(policy, "a@b.example ormes\0", 18, NULL), PB_EDATA);
	assert_int_equal(
	    pb_capture_policy_map(policy, long_text, PB_LIMIT_MAP_LINES - 1, NULL), PB_OK);
	free(long_text);
	pb_capture_policy_free(policy);
}

static void
a_hundred_thousand_addresses_are_found(void **state)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_capture_policy *policy;
	char address[64];

	(void)state;
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(pb_buf_printf(&text, "u%u@d%u.example %s\n", i, i % 1000,
				     i % 2 == 0 ? "tilleuls" : "ormes"),
		    PB_OK);
	policy = with_lines(pb_buf_text(&text));
	for (unsigned i = 0; i < 100000; i += 7919) {
		(void)snprintf(address, sizeof(address), "U%u@d%u.example", i, i % 1000);
		assert_int_equal(owner(policy, address), i % 2 == 0 ? TILLEULS : ORMES);
	}
	pb_buf_done(&text);
	pb_capture_policy_free(policy);
}

static enum pb_status
parse_with_lines(const void *text, size_t len, struct pb_error *err)
{
	struct pb_capture_policy *policy = NULL;
	enum pb_status status = pb_capture_policy_parse(text, len, &policy, err);

	if (status == PB_OK)
		status = pb_capture_policy_map(policy, lines, strlen(lines), err);
	pb_capture_policy_free(policy);
	return status;
}

static void
memory_that_runs_out_is_no_mistake_in_a_map(void **state)
{
	struct pb_buf text = PB_BUF_EMPTY;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	assert_int_equal(pb_buf_append_text(&text, by_file), PB_OK);
	check_memory(&text, parse_with_lines);
	pb_buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_map_is_a_file_or_a_server_of_this_machine),
		cmocka_unit_test(with_a_map_an_archive_needs_no_mailbox),
		cmocka_unit_test(a_server_is_known_by_its_address_and_the_names_of_its_maps),
		cmocka_unit_test(archives_are_found_by_name_and_by_domain),
		cmocka_unit_test(lines_count_as_if_they_stood_among_the_mailboxes),
		cmocka_unit_test(a_file_without_a_line_is_one_too),
		cmocka_unit_test(what_a_line_may_not_be),
		cmocka_unit_test(a_file_has_a_bound_and_no_nul),
		cmocka_unit_test(a_hundred_thousand_addresses_are_found),
		cmocka_unit_test(memory_that_runs_out_is_no_mistake_in_a_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
