/* Whose mail it is that the policy's lists do not settle: the server of a map says, or it is not
 * known. */
#include <unistd.h>

#define PB_TEST_REAL_POLICY
#include "doors/fake_map.h"
#include "doors/fake_writer.h"
#include "doors/transaction.h"

#define NOON_US 1778083320000000LL
#define MESSAGE "From: labo@analyses.example\r\n\r\nR\xe9sultat de Camille Exemple\r\n"
#define NOT_FOUND "9:NOTFOUND ,"
#define ORMES "8:OK ormes,"
#define TEMP "5:TEMP ,"

struct fixture {
	struct fake_map server;
	struct test_clock clock;
	struct test_random random;
	struct pb_world world;
	struct pb_capture_policy *policy;
	struct pb_doorway *doorway;
	struct pb_transaction *t;
	struct pb_buf log;
};

static void
log_line(void *ctx, const char *line)
{
	struct fixture *f = ctx;

	assert_int_equal(pb_buf_printf(&f->log, "%s\n", line), PB_OK);
}

/* tilleuls has two mailboxes; all others the server knows.  Archives as archive_names says. */
static void
read_policy(struct fixture *f)
{
	char text[2048];

	(void)snprintf(text, sizeof(text),
	    "policy: capture\nstate_dir: /state\notherwise: pass\n"
	    "archives:\n"
	    "  - {name: tilleuls, path: /a, mailboxes: [camille@tilleuls.example,"
	    " sacha@tilleuls.example]}\n"
	    "  - {name: ormes, path: /b}\n"
	    "  - {name: accueil, path: /c}\n"
	    "map: socketmap unix:%s%s archives domains\n"
	    "doors: [{name: entree, kind: proxy, listen: \"unix:/l\", next_hop: \"unix:/n\","
	    " on_failure: defer}]\n",
	    f->server.path[0] == '/' ? "" : "/", f->server.path);
	assert_int_equal(pb_capture_policy_parse(text, strlen(text), &f->policy, NULL), PB_OK);
	/* Where tests stand. */
	(void)snprintf(
	    f->policy->map.server.path, strlen(f->server.path) + 2, "%s", f->server.path);
	free(f->policy->state_dir);
	f->policy->state_dir = strdup(f->server.dir);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct pb_doorway_options options = { .relay_path = "/run/probant/writer.sock",
		.writer_uid = 77,
		.commit_ms = 1000,
		.log = log_line };

	assert_non_null(f);
	assert_int_equal(pb_crypto_init(NULL), PB_OK);
	memset(&writer, 0, sizeof(writer));
	writer.origin[0] = "tilleuls.example/01234567";
	writer.origin[1] = "ormes.example/89abcdef";
	writer.origin[2] = "accueil.example/fedcba98";
	writer.clock = &f->clock;
	fake_map_start(&f->server);
	test_clock_init(&f->clock, NOON_US);
	test_random_init(&f->random, 5);
	f->world = (struct pb_world){ pb_sys_world()->files, &f->clock.table, &f->random.table };
	read_policy(f);
	options.world = &f->world;
	options.policy = f->policy;
	options.spill_dir = f->server.dir;
	options.log_ctx = f;
	assert_int_equal(pb_doorway_new(&options, &f->doorway, NULL), PB_OK);
	assert_int_equal(pb_transaction_new(f->doorway, &f->t, NULL), PB_OK);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_transaction_free(f->t);
	pb_doorway_free(f->doorway);
	pb_capture_policy_free(f->policy);
	for (size_t i = 0; i < writer.kept_count; i++) {
		pb_buf_done(&writer.kept[i].message);
		pb_buf_done(&writer.kept[i].facts);
		pb_buf_done(&writer.kept[i].envelope);
	}
	pb_buf_done(&f->log);
	fake_map_stop(&f->server);
	free(f);
	return 0;
}

static enum pb_outcome
bring_to(struct fixture *f, const char *from, const struct pb_transit_recipient *to, size_t count)
{
	const struct pb_transit transit = { .source = "proxy",
		.door = "entree",
		.fidelity = "octets",
		.mail_from = from,
		.recipient = to,
		.recipient_count = count,
		.queue_id = "4Xyz12" };

	pb_transaction_begin(f->t, &transit);
	pb_transaction_write(f->t, MESSAGE, strlen(MESSAGE));
	return pb_transaction_end(f->t, &transit, NULL);
}

static enum pb_outcome
bring(struct fixture *f, const char *from, const char *to, const char *to_also)
{
	const struct pb_transit_recipient recipients[] = { { to, NULL }, { to_also, NULL } };

	return bring_to(f, from, recipients, to_also != NULL ? 2 : 1);
}

static void
answer(struct fixture *f, const char *first, const char *second)
{
	f->server.next = 0;
	f->server.answer[0] = first;
	f->server.answer[1] = second;
}

/* As a policy without a map. */
static void
without_server(struct fixture *f)
{
	f->policy->map.kind = PB_MAP_NONE;
	free(f->policy->map.domains);
	f->policy->map.domains = NULL;
}

static void
assert_log(struct fixture *f, const char *words)
{
	assert_non_null(strstr(pb_buf_text(&f->log), words));
	assert_null(strchr(pb_buf_text(&f->log), '@'));
}

static void
assert_stated(size_t number, size_t archive, const char *facts)
{
	assert_true(number < writer.kept_count);
	assert_int_equal(writer.kept[number].type, PB_RECORD_CAPTURE);
	assert_int_equal(writer.kept[number].archive, archive);
	assert_string_equal((char *)writer.kept[number].facts.data, facts);
}

/* ---- answers -------------------------------------------------------------------------------- */

static void
the_server_is_asked_where_the_lists_say_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    bring(f, "Camille@tilleuls.example", "sacha@tilleuls.example", NULL), PB_OUTCOME_KEPT);
	assert_int_equal(f->server.connections, 0);
	answer(f, ORMES, NULL);
	assert_int_equal(
	    bring(f, "camille@tilleuls.example", "A.Durand@Ormes.example", NULL), PB_OUTCOME_KEPT);
	assert_string_equal(f->server.asked, "31:archives a.durand@ormes.example,");
	assert_int_equal(writer.kept_count, 3);
	assert_int_equal(writer.kept[1].archive, 0);
	assert_int_equal(writer.kept[2].archive, 1);
	assert_non_null(strstr((char *)writer.kept[2].facts.data, "received"));
}

static void
whom_it_does_not_find_it_is_asked_for_by_the_domain(void **state)
{
	struct fixture *f = *state;

	answer(f, NOT_FOUND, ORMES);
	assert_int_equal(bring(f, "", "b.martin@ormes.example", NULL), PB_OUTCOME_KEPT);
	assert_string_equal(
	    f->server.asked, "31:archives b.martin@ormes.example,23:archives @ormes.example,");
	assert_int_equal(writer.kept[0].archive, 1);
}

static void
answers_are_remembered_for_a_while(void **state)
{
	struct fixture *f = *state;
	size_t asked;

	answer(f, ORMES, ORMES);
	for (int i = 0; i < 3; i++)
		assert_int_equal(bring(f, "", "a@ormes.example", NULL), PB_OUTCOME_KEPT);
	asked = f->server.asked_len;
	assert_int_equal(asked, strlen("24:archives a@ormes.example,"));
	f->clock.now_us += PB_LIMIT_SOCKETMAP_MEMORY_US;
	assert_int_equal(bring(f, "", "a@ormes.example", NULL), PB_OUTCOME_KEPT);
	assert_int_equal(f->server.asked_len, 2 * asked);
	assert_int_equal(writer.kept_count, 4);
}

static void
what_is_kept_nowhere_on_purpose_passes(void **state)
{
	struct fixture *f = *state;

	f->policy->otherwise = PB_OTHERWISE_ARCHIVE;
	f->policy->otherwise_archive = 2;
	answer(f, "4:OK -,", NULL);
	assert_int_equal(bring(f, "", "perso@ormes.example", NULL), PB_OUTCOME_NOT_OURS);
	f->policy->otherwise = PB_OTHERWISE_DEFER;
	assert_int_equal(
	    bring(f, "perso@ormes.example", "perso@ormes.example", NULL), PB_OUTCOME_NOT_OURS);
	assert_int_equal(
	    bring(f, "perso@ormes.example", "sacha@tilleuls.example", NULL), PB_OUTCOME_KEPT);
	assert_int_equal(writer.kept_count, 1);
}

static void
an_address_that_can_be_nobodys_is_not_asked_for(void **state)
{
	struct fixture *f = *state;
	char longest[PB_LIMIT_ADDRESS + 2];

	free(f->policy->map.domains);
	f->policy->map.domains = NULL;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	longest[5] = '@';
	assert_int_equal(bring(f, "", longest, NULL), PB_OUTCOME_NOT_OURS);
	assert_int_equal(f->server.connections, 0);
	answer(f, NOT_FOUND, NULL);
	assert_int_equal(bring(f, "", "postmaster", NULL), PB_OUTCOME_NOT_OURS);
	assert_string_equal(f->server.asked, "19:archives postmaster,");
}

/* A quoted local part is what stands in the quotes; what the MTA makes of others, it says. */
static void
whose_mail_it_is_does_not_depend_on_how_an_address_is_written(void **state)
{
	static const char *const known_as[] = { "camille@tilleuls.example" };
	const struct pb_transit_recipient recipient = { "camille(x)@tilleuls.example", NULL };
	const struct pb_transit transit = { .source = "milter",
		.door = "entree",
		.fidelity = "rebuilt",
		.mail_from = "",
		.recipient = &recipient,
		.recipient_count = 1,
		.known_as = known_as,
		.known_as_count = 1 };
	struct fixture *f = *state;

	without_server(f);
	assert_int_equal(bring(f, "", "\"Ca\\mille\"@TILLEULS.example.", NULL), PB_OUTCOME_KEPT);
	assert_int_equal(bring(f, "\"sacha\"@tilleuls.example", "x@d.test", NULL), PB_OUTCOME_KEPT);
	pb_transaction_begin(f->t, &transit);
	pb_transaction_write(f->t, MESSAGE, strlen(MESSAGE));
	assert_int_equal(pb_transaction_end(f->t, &transit, NULL), PB_OUTCOME_KEPT);
	assert_int_equal(writer.kept_count, 3);
	assert_non_null(strstr((char *)writer.kept[2].envelope.data, "camille(x)@"));
	assert_null(strstr((char *)writer.kept[2].envelope.data, "camille@"));
}

/* ---- no answers ----------------------------------------------------------------------------- */

static void
what_cannot_be_known_is_not_nobodys(void **state)
{
	static const char *const no_answers[] = { TEMP, "8:TIMEOUT ,", "6:PERM x,", "9:OK chenes,",
		"8:OK Ormes,", "1:x," };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(no_answers) / sizeof(no_answers[0]); i++) {
		answer(f, no_answers[i], NULL);
		assert_int_equal(
		    bring(f, "", "a@ormes.example", "camille@tilleuls.example"), PB_OUTCOME_DEFER);
	}
	assert_int_equal(writer.kept_count, 0);
	assert_int_equal(writer.connections, 0);
	assert_log(f, "map: it is not known whose a message is: ask whose mail an address is");
	assert_ptr_equal(
	    strchr(pb_buf_text(&f->log), '\n'), strrchr(pb_buf_text(&f->log), '\n')); /* once */
	answer(f, ORMES, NULL);
	assert_int_equal(bring(f, "", "a@ormes.example", NULL), PB_OUTCOME_KEPT);
	assert_log(f, "map: its server answers again");
}

static void
what_passes_unmapped_any_archive_may_lack(void **state)
{
	struct fixture *f = *state;
	static const char gap[] =
	    "{\"event\":\"gap\",\"door\":\"entree\",\"reason\":\"not_mapped\","
	    "\"from_us\":1778083320000000,\"to_us\":1778083320000000,\"messages\":1}";

	f->policy->door[0].on_failure = PB_FAILURE_DELIVER;
	answer(f, TEMP, NULL);
	assert_int_equal(
	    bring(f, "", "a@ormes.example", "camille@tilleuls.example"), PB_OUTCOME_PASS);
	assert_int_equal(writer.kept_count, 1); /* where it is known */
	assert_int_equal(writer.kept[0].archive, 0);
	pb_doorway_tick(f->doorway);
	assert_int_equal(writer.kept_count, 4);
	for (size_t i = 0; i < ARCHIVES; i++) /* in the writer's order */
		assert_stated(1 + i, ARCHIVES - 1 - i, gap);
}

static void
a_message_waits_so_long_for_a_server_and_passes_then(void **state)
{
	struct fixture *f = *state;

	f->policy->door[0].on_failure = PB_FAILURE_DEFER_THEN_DELIVER;
	f->policy->door[0].deliver_after_s = 60;
	answer(f, TEMP, TEMP);
	assert_int_equal(bring(f, "", "a@ormes.example", NULL), PB_OUTCOME_DEFER);
	f->clock.now_us += 59 * 1000000LL;
	answer(f, TEMP, NULL);
	assert_int_equal(bring(f, "", "a@ormes.example", NULL), PB_OUTCOME_DEFER);
	f->clock.now_us += 1000000LL;
	answer(f, TEMP, NULL);
	assert_int_equal(bring(f, "", "a@ormes.example", NULL), PB_OUTCOME_PASS);
}

/* ---- a server that is slow ------------------------------------------------------------------ */

static void
answer_slowly(struct fixture *f, int64_t takes_us)
{
	for (size_t i = 0; i < FAKE_ANSWERS; i++)
		f->server.answer[i] = NOT_FOUND;
	f->server.clock = &f->clock;
	f->server.takes_us = takes_us;
}

/* Two addresses, their domains, and whether one of these is ours. */
static void
an_ordinary_message_has_time_for_all_its_questions(void **state)
{
	struct fixture *f = *state;

	answer_slowly(f, PB_LIMIT_SOCKETMAP_ANSWER_US - 500000);
	assert_int_equal(bring(f, "a@cedres.example", "b@d.test", NULL), PB_OUTCOME_NOT_OURS);
	assert_int_equal(f->server.next, 5);
}

static void
who_names_many_recipients_waits_and_has_nothing_pass_by_it(void **state)
{
	const struct pb_transit_recipient many[] = { { "camille@tilleuls.example", NULL },
		{ "a@a.test", NULL }, { "b@b.test", NULL }, { "c@c.test", NULL },
		{ "d@d.test", NULL } };
	struct fixture *f = *state;
	struct pb_policy_door *door = &f->policy->door[0];

	door->deliver_after_s = 1;
	answer_slowly(f, 4000000);
	for (int way = PB_FAILURE_DEFER; way <= PB_FAILURE_DELIVER; way++) {
		door->on_failure = (enum pb_on_failure)way;
		assert_int_equal(bring_to(f, "x@e.test", many, 5), PB_OUTCOME_DEFER);
		f->clock.now_us += PB_LIMIT_SOCKETMAP_MEMORY_US;
	}
	assert_int_equal(f->server.next, FAKE_ANSWERS - 1); /* it was asked, seven times each */
	assert_log(f, "map: a message waits with its sender: ask whose mail an address is");
	pb_doorway_tick(f->doorway);
	assert_int_equal(writer.kept_count, 0); /* no gap */
	assert_int_equal(writer.connections, 0);
	/* It fails nobody: the next one that is not known is the first. */
	door->on_failure = PB_FAILURE_DEFER_THEN_DELIVER;
	f->server.clock = NULL;
	f->server.answer[FAKE_ANSWERS - 1] = TEMP;
	assert_int_equal(bring(f, "", "a@ormes.example", NULL), PB_OUTCOME_DEFER);
}

/* The sender chooses what is asked first, and can choose what the server cannot tell of. */
static void
an_address_that_the_server_cannot_tell_of_lets_nobody_pass_whom_it_had_no_time_for(void **state)
{
	const struct pb_transit_recipient many[] = { { "a@a.test", NULL }, { "b@b.test", NULL },
		{ "c@c.test", NULL }, { "d@d.test", NULL } };
	struct fixture *f = *state;

	f->policy->door[0].on_failure = PB_FAILURE_DELIVER;
	answer_slowly(f, 4000000);
	f->server.answer[0] = TEMP;
	assert_int_equal(bring_to(f, "x@e.test", many, 4), PB_OUTCOME_DEFER);
	assert_log(f, "map: a message waits with its sender: ask whose mail an address is");
	pb_doorway_tick(f->doorway);
	assert_int_equal(writer.kept_count, 0); /* no gap */
}

/* ---- recipients without an archive ------------------------------------------------------------
 */

static void
a_recipient_that_no_archive_has_is_an_alarm_where_its_domain_has_one(void **state)
{
	struct fixture *f = *state;
	static const char stated[] =
	    "{\"event\":\"unmapped\",\"door\":\"entree\",\"from_us\":1778083320000000,"
	    "\"to_us\":1778083321000000,\"recipients\":2}";

	without_server(f);
	assert_int_equal(
	    bring(f, "", "new@tilleuls.example", "x@ailleurs.test"), PB_OUTCOME_NOT_OURS);
	f->clock.now_us += 1000000;
	assert_int_equal(
	    bring(f, "nobody@tilleuls.example", "New@TILLEULS.example", NULL), PB_OUTCOME_NOT_OURS);
	assert_int_equal(bring(f, "", "camille@tilleuls.example", NULL), PB_OUTCOME_KEPT);
	assert_int_equal(writer.kept_count, 1);
	pb_doorway_tick(f->doorway);
	assert_int_equal(writer.kept_count, 2);
	assert_stated(1, 0, stated);
	assert_log(f, "recipients in domains of ours that no archive has: 2");
}

static void
the_next_alarm_is_stated_a_heartbeat_later_or_at_the_end(void **state)
{
	struct fixture *f = *state;

	without_server(f);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(bring(f, "", "new@tilleuls.example", NULL), PB_OUTCOME_NOT_OURS);
		pb_doorway_tick(f->doorway);
	}
	assert_int_equal(writer.kept_count, 1);
	f->clock.now_us += f->policy->heartbeat_s * 1000000LL;
	writer.away = true;
	pb_doorway_tick(f->doorway);
	writer.away = false;
	pb_doorway_tick(f->doorway);
	assert_int_equal(writer.kept_count, 2);
	assert_non_null(strstr((char *)writer.kept[1].facts.data, "\"recipients\":2"));
	assert_int_equal(bring(f, "", "new@tilleuls.example", NULL), PB_OUTCOME_NOT_OURS);
	pb_doorway_settle(f->doorway);
	assert_int_equal(writer.kept_count, 3);
}

static void
where_nobodys_mail_is_kept_the_alarm_is_too(void **state)
{
	struct fixture *f = *state;

	without_server(f);
	f->policy->otherwise = PB_OTHERWISE_ARCHIVE;
	f->policy->otherwise_archive = 2;
	assert_int_equal(bring(f, "", "new@tilleuls.example", NULL), PB_OUTCOME_KEPT);
	pb_doorway_tick(f->doorway);
	assert_int_equal(writer.kept_count, 2);
	assert_int_equal(writer.kept[1].archive, 2);
}

static void
a_server_may_say_which_domains_are_ours(void **state)
{
	struct fixture *f = *state;

	f->server.answer[0] = f->server.answer[1] = f->server.answer[3] = NOT_FOUND;
	f->server.answer[2] = "4:OK x,";
	f->server.answer[4] = f->server.answer[5] = NOT_FOUND;
	assert_int_equal(bring(f, "", "a@cedres.example", "b@d.test"), PB_OUTCOME_NOT_OURS);
	assert_string_equal(f->server.asked,
	    "25:archives a@cedres.example,24:archives @cedres.example,"
	    "22:domains cedres.example,17:archives b@d.test,"
	    "16:archives @d.test,14:domains d.test,");
	pb_doorway_tick(f->doorway);
	assert_log(f, "recipients in domains of ours that no archive has: 1");
	assert_int_equal(writer.kept_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_server_is_asked_where_the_lists_say_nothing),
		TEST(whom_it_does_not_find_it_is_asked_for_by_the_domain),
		TEST(answers_are_remembered_for_a_while),
		TEST(what_is_kept_nowhere_on_purpose_passes),
		TEST(an_address_that_can_be_nobodys_is_not_asked_for),
		TEST(whose_mail_it_is_does_not_depend_on_how_an_address_is_written),
		TEST(what_cannot_be_known_is_not_nobodys),
		TEST(what_passes_unmapped_any_archive_may_lack),
		TEST(a_message_waits_so_long_for_a_server_and_passes_then),
		TEST(an_ordinary_message_has_time_for_all_its_questions),
		TEST(who_names_many_recipients_waits_and_has_nothing_pass_by_it),
		TEST(
		    an_address_that_the_server_cannot_tell_of_lets_nobody_pass_whom_it_had_no_time_for),
		TEST(a_recipient_that_no_archive_has_is_an_alarm_where_its_domain_has_one),
		TEST(the_next_alarm_is_stated_a_heartbeat_later_or_at_the_end),
		TEST(where_nobodys_mail_is_kept_the_alarm_is_too),
		TEST(a_server_may_say_which_domains_are_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
