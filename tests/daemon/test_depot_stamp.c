/* An archive that is stamped as a timestamp policy says, while it is captured into. */
#include "archive/fake_tsa.h"

#include "archive/lock.h"
#include "daemon/depot.h"
#include "daemon/errands.h"

static struct fake_tsa tsa;
static bool away, poor;    /* nobody can be asked; memory runs out where it comes back */
static unsigned good, bad; /* answers, as they were judged */

struct stamped {
	struct fixture *f;
	struct pb_policy_archive archive;
	struct pb_capture_policy policy;
	struct pb_http http;
	struct pb_stamps *stamps;
	char node[600];
	struct pb_errands_options asking;
	struct pb_errands *errands;
	struct pb_depot_options options;
	struct pb_depot *depot;
};

static char NAME[] = "tilleuls";
#define EXTERNAL "authorities: [fictif]"
#define SHARED "authorities: [fictif], shared: yes"
#define OWN "authorities: [local]"

static enum pb_status
exchange(void *ctx, const struct pb_http_request *request, struct pb_http_reply *ret_reply,
    struct pb_error *err)
{
	(void)ctx;
	assert_string_equal(request->authority, "fictif");
	if (poor)
		return pb_fail_memory(err, "ask");
	return away ? silence_of(ENETDOWN, err)
		    : tsa.http.exchange(tsa.http.ctx, request, ret_reply, err);
}

static enum pb_status
acknowledge(void *ctx, void *cookie, const struct pb_receipt *receipt, struct pb_error *err)
{
	(void)ctx;
	(void)cookie;
	(void)receipt;
	(void)err;
	return PB_OK;
}

static void
judge(void *ctx, const char *authority, bool is_good)
{
	(void)ctx;
	assert_string_equal(authority, "fictif");
	good += is_good;
	bad += !is_good;
}

static int
set_up_tsa(void **state)
{
	fresh(*state);
	fake_tsa_init(&tsa, *state);
	away = poor = false;
	good = bad = 0;
	return 0;
}

static int
tear_down_tsa(void **state)
{
	(void)state;
	fake_tsa_done(&tsa);
	return 0;
}

static struct pb_stamps *
make_stamps(struct fixture *f, const char *asked, const char *roots)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_stamps *stamps = NULL;

	assert_int_equal(pb_buf_printf(&text,
			     "policy: timestamp\nprofile: essai\nprofiles:\n"
			     "  - { name: essai, every: 5 min, gap_after: 10 min, %s }\n"
			     "authorities:\n  - { name: fictif, url: '" TSA_URL "', roots: %s }\n",
			     asked, roots),
	    PB_OK);
	assert_int_equal(pb_stamps_new(&f->world, &text, &stamps, NULL), PB_OK);
	pb_buf_done(&text);
	return stamps;
}

static void
write_roots(struct fixture *f, char path[600])
{
	char *root = realpath(f->root, NULL);
	FILE *file;

	assert_non_null(root);
	(void)snprintf(path, 600, "%s/roots.pem", root);
	free(root);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(tsa.root.data, 1, tsa.root.len, file), tsa.root.len);
	assert_int_equal(fclose(file), 0);
}

/* roots: of the authority. */
static void
begin_under(struct stamped *s, struct fixture *f, const char *asked, const char *roots)
{
	*s = (struct stamped){ .f = f };
	s->stamps = make_stamps(f, asked, roots);
	s->http = (struct pb_http){ .exchange = exchange };
	(void)snprintf(s->node, sizeof(s->node), "%s/node", f->root);
	s->asking = (struct pb_errands_options){ .world = &f->world,
		.http = &s->http,
		.node_dir = s->stamps->profile->shared ? s->node : NULL,
		.every_s = s->stamps->profile->every_s,
		.archives = 1,
		.judged = judge };
	assert_int_equal(pb_errands_new(&s->asking, &s->errands, NULL), PB_OK);
	s->archive = (struct pb_policy_archive){ .name = NAME, .path = f->dir };
	s->policy = (struct pb_capture_policy){
		.heartbeat_s = 86400, .archive = &s->archive, .archive_count = 1
	};
	s->options = (struct pb_depot_options){ .world = &f->world,
		.policy = &s->policy,
		.stamps = s->stamps,
		.errands = s->errands,
		.acknowledged = acknowledge };
	assert_int_equal(pb_depot_new(&s->options, 0, &s->depot, NULL), PB_OK);
}

static void
begin(struct stamped *s, struct fixture *f, const char *asked)
{
	char roots[600];

	write_roots(f, roots);
	begin_under(s, f, asked, roots);
}

static void
end(struct stamped *s)
{
	pb_errands_free(s->errands);
	pb_depot_free(s->depot);
	pb_stamps_free(s->stamps);
}

/* A second later, what is due is done. */
static void
tick(struct stamped *s, enum pb_status expected)
{
	bool worked;

	pass_time(s->f, 1);
	assert_int_equal(pb_depot_tick(s->depot, false, &worked, NULL), expected);
}

/* The same, and what others are asked then comes back; how many they were. */
static unsigned
ask(struct stamped *s)
{
	unsigned calls = tsa.calls;
	struct pb_errand errand;

	tick(s, PB_OK);
	pb_errands_send(s->errands);
	while (!pb_errands_open(s->errands)) {
		while (pb_errands_next(s->errands, &errand)) {
			assert_int_equal(errand.archive, 0);
			assert_int_equal(errand.status, PB_OK);
			pb_depot_answered(s->depot, errand.stamping);
		}
		(void)usleep(1000);
	}
	return tsa.calls - calls;
}

/* And what they answer is kept. */
static void
stamp(struct stamped *s)
{
	assert_int_equal(ask(s), 1);
	tick(s, PB_OK);
}

static void
submit(struct stamped *s)
{
	const struct pb_intake *intake = pb_depot_intake(s->depot);
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_sealer *sealer = NULL;
	const char *origin = NULL;

	assert_int_equal(pb_depot_origin(s->depot, &origin, NULL), PB_OK);
	assert_int_equal(pb_sealer_new(s->f->world.files, s->f->world.random, origin, s->f->root, 1,
			     &sealer, NULL),
	    PB_OK);
	assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(sealer, PB_PART_FACTS, "{}", 2, NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(sealer, PB_RECORD_CAPTURE, &sealed, NULL), PB_OK);
	pb_sealer_free(sealer);
	assert_int_equal(intake->submit(intake->ctx, &sealed, s, NULL), PB_OK);
	assert_int_equal(intake->flush(intake->ctx, NULL), PB_OK);
}

static struct pb_stamp_standing
standing_of(struct stamped *s)
{
	struct pb_stamp_standing standing;

	assert_int_equal(
	    pb_archive_stamp_standing(&s->f->world, s->f->dir, &standing, NULL), PB_OK);
	return standing;
}

/* How many records say this; of the last one, facts (freed by the caller). */
static unsigned
count_events(struct fixture *f, const char *event, struct pb_json **ret_facts)
{
	struct pb_archive_status standing;
	unsigned count = 0;
	uint8_t type;

	assert_int_equal(pb_archive_describe(&f->world, f->dir, &standing, NULL), PB_OK);
	for (uint64_t seq = 0; seq < standing.records; seq++) {
		struct pb_json *facts = read_facts(f, seq, &type);
		const char *said = pb_json_string(pb_json_get(facts, "event"));

		if (said != NULL && strcmp(said, event) == 0) {
			count++;
			if (ret_facts != NULL) {
				pb_json_free(*ret_facts);
				*ret_facts = facts;
				continue;
			}
		}
		pb_json_free(facts);
	}
	return count;
}

/* What the log is told of is not for the test's own. */
static int
silence_stderr(void)
{
	int kept = dup(2), null = open("/dev/null", O_WRONLY);

	assert_true(kept >= 0 && null >= 0 && dup2(null, 2) == 2);
	(void)close(null);
	return kept;
}

static void
restore_stderr(int kept)
{
	assert_int_equal(dup2(kept, 2), 2);
	(void)close(kept);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void
nothing_can_be_freed(void **state)
{
	struct pb_errand errand;

	(void)state;
	pb_stamps_free(NULL);
	pb_errands_free(NULL);
	pb_errands_end(NULL);
	pb_errands_send(NULL);
	assert_false(pb_errands_open(NULL));
	assert_false(pb_errands_next(NULL, &errand));
}

static void
the_log_states_the_policy_and_the_archive_gets_its_authorities(void **state)
{
	struct pb_json *facts = NULL;
	struct stamped s;

	begin(&s, *state, EXTERNAL);
	stamp(&s);
	assert_int_equal(count_events(s.f, "timestamp_policy", &facts), 1);
	assert_string_equal(text_of(facts, "profile"), "essai");
	assert_int_equal(number_of(facts, "every_s"), 300);
	assert_int_equal(number_of(facts, "heartbeat_s"), 86400);
	assert_int_equal(number_of(facts, "gap_after_s"), 600);
	assert_string_equal(
	    pb_json_string(pb_json_item(pb_json_get(facts, "authorities"), 0)), "fictif");
	pb_json_free(facts);
	assert_int_equal(count_events(s.f, "authorities", NULL), 1);
	assert_int_equal(count_events(s.f, "timestamp", NULL), 1);
	assert_string_equal(standing_of(&s).stamped_by, "fictif");
	end(&s);
}

static void
what_comes_while_an_authority_is_asked_is_kept_first(void **state)
{
	struct pb_archive_status standing;
	struct stamped s;

	begin(&s, *state, EXTERNAL);
	tick(&s, PB_OK); /* its question waits */
	assert_int_equal(pb_archive_describe(&s.f->world, s.f->dir, &standing, NULL), PB_OK);
	submit(&s);
	submit(&s);
	assert_int_equal(ask(&s), 1);
	tick(&s, PB_OK);
	assert_int_equal(standing_of(&s).stamped_size, standing.records);
	assert_true(standing_of(&s).backlog >= 2);
	end(&s);
}

static void
it_is_asked_as_often_as_the_policy_says(void **state)
{
	struct stamped s;

	begin(&s, *state, EXTERNAL);
	stamp(&s);
	submit(&s);
	pass_time(s.f, 290);
	assert_int_equal(ask(&s), 0);
	pass_time(s.f, 20);
	stamp(&s);
	pass_time(s.f, 3600);
	assert_int_equal(ask(&s), 0); /* nothing is new */
	pass_time(s.f, 86400);
	stamp(&s); /* the heartbeat */
	assert_int_equal(count_events(s.f, "timestamp", NULL), 3);
	end(&s);
}

/* What is due is asked for in one round, and comes back; how that was. */
static enum pb_status
take_round(struct stamped *s)
{
	struct pb_errand errand;

	tick(s, PB_OK);
	pb_errands_send(s->errands);
	while (!pb_errands_next(s->errands, &errand))
		(void)usleep(1000);
	pb_depot_answered(s->depot, errand.stamping);
	assert_false(pb_errands_next(s->errands, &errand));
	return errand.status;
}

/* Rounds go as often as the policy says, whenever an archive asks for one. */
static void
where_tokens_are_shared_rounds_are_spaced(void **state)
{
	struct stamped s;

	begin(&s, *state, SHARED);
	assert_true(pb_errands_open(s.errands));
	assert_int_equal(take_round(&s), PB_OK);
	tick(&s, PB_OK);
	submit(&s);
	pass_time(s.f, 298);
	assert_false(pb_errands_open(s.errands));
	pass_time(s.f, 1);
	assert_true(pb_errands_open(s.errands));
	assert_int_equal(take_round(&s), PB_OK);
	assert_false(pb_errands_open(s.errands));
	tick(&s, PB_OK);
	assert_int_equal(count_events(s.f, "timestamp", NULL), 2);
	end(&s);
}

static void
round_that_brought_nothing_is_not_waited_for(void **state)
{
	struct stamped s;

	begin(&s, *state, SHARED);
	tsa.conduct = FAILS;
	assert_int_equal(take_round(&s), PB_OK);
	assert_true(pb_errands_open(s.errands));
	end(&s);
}

/* No authority's failure, and a gap as any: one that is over when service resumes. */
static void
assert_gap_of_ours(struct stamped *s)
{
	struct pb_json *facts = NULL;
	const struct pb_json *failure;

	assert_int_equal(count_events(s->f, "timestamp_gap", &facts), 1);
	failure = pb_json_item(pb_json_get(facts, "failures"), 0);
	assert_string_equal(text_of(failure, "tsa"), "fictif");
	assert_string_equal(text_of(failure, "reason"), "failed_here");
	pb_json_free(facts);
	assert_true(standing_of(s).gap);
	assert_int_equal(good + bad, 0);
}

static void
assert_gap_ended(struct stamped *s)
{
	assert_int_equal(count_events(s->f, "timestamp_gap", NULL), 1);
	assert_int_equal(count_events(s->f, "timestamp_gap_end", NULL), 1);
	assert_false(standing_of(s).gap);
	assert_int_equal(good, 1);
}

/* Rather than a token for each archive, which nobody meant to pay. */
static void
where_the_node_s_log_cannot_be_kept_nobody_is_asked_and_the_gap_is_stated(void **state)
{
	int kept = silence_stderr();
	struct stamped s;

	begin(&s, *state, SHARED);
	remove_tree(s.node);
	spit(s.node, "", 0);
	assert_int_not_equal(take_round(&s), PB_OK);
	assert_true(pb_errands_open(s.errands));
	assert_int_equal(count_events(s.f, "timestamp_gap", NULL), 0);
	pass_time(s.f, 660);
	assert_int_not_equal(take_round(&s), PB_OK);
	tick(&s, PB_EUNAVAIL);
	assert_gap_of_ours(&s);
	pass_time(s.f, 60);
	assert_int_not_equal(take_round(&s), PB_OK); /* once */
	assert_int_equal(tsa.calls, 0);
	assert_int_equal(unlink(s.node), 0);
	pass_time(s.f, 60);
	assert_int_equal(take_round(&s), PB_OK);
	tick(&s, PB_OK);
	assert_gap_ended(&s);
	end(&s);
	restore_stderr(kept);
}

/* What an archive's own configuration keeps from being asked. */
static void
where_an_archive_s_authorities_cannot_be_read_the_gap_is_stated(void **state)
{
	int kept = silence_stderr();
	struct pb_buf settings;
	struct stamped s;

	begin(&s, *state, EXTERNAL);
	stamp(&s);
	good = 0;
	submit(&s);
	settings = slurp(at(s.f, "tsa/authorities.json"));
	spit(at(s.f, "tsa/authorities.json"), "{", 1);
	pass_time(s.f, 310);
	tick(&s, PB_ECORRUPT);
	pass_time(s.f, 310);
	tick(&s, PB_ECORRUPT);
	spit(at(s.f, "tsa/authorities.json"), settings.data, settings.len);
	pb_buf_done(&settings);
	assert_gap_of_ours(&s);
	pass_time(s.f, 60);
	stamp(&s);
	assert_gap_ended(&s);
	end(&s);
	restore_stderr(kept);
}

static void
where_no_authority_has_usable_roots_the_gap_is_stated(void **state)
{
	int kept = silence_stderr();
	struct stamped s;

	begin_under(&s, *state, EXTERNAL, "/dev/null");
	tick(&s, PB_EUNAVAIL);
	pass_time(s.f, 660);
	tick(&s, PB_EUNAVAIL);
	assert_gap_of_ours(&s);
	assert_int_equal(pb_depot_stop(s.depot, 0, NULL), PB_OK);
	end(&s);
	begin(&s, *state, EXTERNAL); /* another policy, and its writer */
	stamp(&s);
	assert_gap_ended(&s);
	end(&s);
	restore_stderr(kept);
}

/* A writer that begins anew asks no sooner either: the log says when the last token was. */
static void
a_new_writer_asks_no_sooner(void **state)
{
	struct stamped s;

	begin(&s, *state, EXTERNAL);
	stamp(&s);
	assert_int_equal(pb_depot_stop(s.depot, 0, NULL), PB_OK);
	end(&s);
	begin(&s, *state, EXTERNAL);
	assert_int_equal(ask(&s), 0);
	pass_time(s.f, 290);
	assert_int_equal(ask(&s), 0);
	pass_time(s.f, 10);
	stamp(&s);
	end(&s);
}

static void
while_nobody_can_be_asked_nothing_is_begun(void **state)
{
	struct stamped s;

	begin(&s, *state, EXTERNAL);
	s.options.errands = NULL;
	tick(&s, PB_OK);
	pass_time(s.f, 3600);
	tick(&s, PB_OK);
	assert_int_equal(ask(&s), 0);
	s.options.errands = s.errands;
	stamp(&s);
	end(&s);
}

static void
where_nobody_answers_capture_goes_on_and_the_gap_is_stated(void **state)
{
	int kept = silence_stderr();
	struct stamped s;

	begin(&s, *state, EXTERNAL);
	tsa.conduct = IS_SILENT;
	assert_int_equal(ask(&s), 1);
	submit(&s);
	assert_int_equal(count_events(s.f, "timestamp_gap", NULL), 0);
	pass_time(s.f, 660);
	assert_int_equal(ask(&s), 1);
	tick(&s, PB_EUNAVAIL);
	submit(&s);
	assert_int_equal(count_events(s.f, "timestamp_gap", NULL), 1);
	tsa.conduct = ANSWERS;
	pass_time(s.f, 3600);
	stamp(&s);
	assert_int_equal(count_events(s.f, "timestamp_gap", NULL), 1);
	assert_int_equal(count_events(s.f, "timestamp_gap_end", NULL), 1);
	end(&s);
	restore_stderr(kept);
}

static void
where_nobody_could_ask_no_authority_is_blamed(void **state)
{
	struct stamped s;

	begin(&s, *state, EXTERNAL);
	away = true;
	assert_int_equal(ask(&s), 0);
	assert_int_equal(good + bad, 0);
	assert_int_equal(access(at(s.f, "tsa/fictif.state"), F_OK), -1);
	tick(&s, PB_OK);
	away = false;
	pass_time(s.f, 5); /* and not a minute, as behind a failure */
	stamp(&s);
	assert_int_equal(count_events(s.f, "timestamp", NULL), 1);
	end(&s);
}

/* By what came, and not by that something did. */
static void
an_authority_is_as_good_as_its_tokens(void **state)
{
	static const enum conduct bad_ones[] = { REFUSES_CONNECTION, FAILS, SHOWS_A_PAGE,
		CALLS_IT_A_REPLY, STAMPS_OTHER_DATA, ANSWERS_ANOTHER_REQUEST, IS_SOMEBODY_ELSE };
	struct stamped s;

	for (unsigned i = 0; i < sizeof(bad_ones) / sizeof(bad_ones[0]); i++) {
		fresh(*state);
		begin(&s, *state, EXTERNAL);
		tsa.conduct = bad_ones[i];
		assert_int_equal(ask(&s), 1);
		assert_int_equal(good, 0);
		assert_int_equal(bad, i + 1);
		end(&s);
	}
}

static void
a_good_token_is_said_to_be_one(void **state)
{
	struct stamped s;

	begin(&s, *state, EXTERNAL);
	stamp(&s);
	assert_int_equal(good, 1);
	assert_int_equal(bad, 0);
	end(&s);
}

static void
what_a_command_keeps_from_being_kept_is_kept_behind_it(void **state)
{
	struct pb_archive *command;
	struct stamped s;

	begin(&s, *state, EXTERNAL);
	assert_int_equal(ask(&s), 1);
	assert_false(pb_depot_holds(s.depot));
	command = open_archive(s.f, s.f->key);
	for (int i = 0; i < 100; i++)
		tick(&s, PB_OK);
	assert_int_equal(count_events(s.f, "timestamp", NULL), 0);
	close_archive(command);
	tick(&s, PB_OK);
	assert_int_equal(count_events(s.f, "timestamp", NULL), 1);
	end(&s);
}

static void
where_memory_ran_out_it_is_asked_again_and_nobody_is_blamed(void **state)
{
	struct stamped s;

	begin(&s, *state, EXTERNAL);
	poor = true;
	assert_int_equal(take_round(&s), PB_ENOMEM);
	assert_int_equal(good + bad, 0);
	assert_int_equal(access(at(s.f, "tsa/fictif.state"), F_OK), -1);
	poor = false;
	assert_int_equal(ask(&s), 0);
	pass_time(s.f, 60);
	stamp(&s);
	end(&s);
}

static void
the_archives_own_authority_waits_for_nobody(void **state)
{
	struct stamped s;

	begin(&s, *state, OWN);
	tick(&s, PB_OK);
	assert_int_equal(count_events(s.f, "timestamp", NULL), 1);
	submit(&s);
	pass_time(s.f, 290);
	tick(&s, PB_OK);
	assert_int_equal(count_events(s.f, "timestamp", NULL), 1);
	assert_int_equal(pb_depot_stop(s.depot, 0, NULL), PB_OK);
	assert_int_equal(count_events(s.f, "timestamp", NULL), 2); /* what waited, at the end */
	assert_int_equal(tsa.calls, 0);
	end(&s);
}

static void
at_the_end_what_came_is_kept_and_nobody_is_asked(void **state)
{
	struct stamped s;

	begin(&s, *state, EXTERNAL);
	assert_int_equal(ask(&s), 1);
	assert_int_equal(pb_depot_stop(s.depot, 0, NULL), PB_OK);
	assert_int_equal(count_events(s.f, "timestamp", NULL), 1);
	end(&s);
	begin(&s, *state, EXTERNAL);
	pass_time(s.f, 600);
	tick(&s, PB_OK); /* its question waits */
	assert_int_equal(pb_depot_stop(s.depot, 0, NULL), PB_OK);
	assert_int_equal(tsa.calls, 1);
	end(&s);
}

/* Thousands of archives may share it, and each would wait for all of its time. */
static void
who_did_not_answer_is_not_waited_for_again_in_the_round(void **state)
{
	struct pb_errand errand;
	unsigned back = 0;
	struct stamped s;

	begin(&s, *state, EXTERNAL);
	tsa.conduct = IS_SILENT;
	for (int i = 0; i < 2; i++) {
		tick(&s, PB_OK);
		pb_depot_free(s.depot); /* as of another archive */
		assert_int_equal(pb_depot_new(&s.options, 0, &s.depot, NULL), PB_OK);
	}
	pb_errands_send(s.errands);
	pb_errands_end(s.errands);
	while (pb_errands_next(s.errands, &errand)) {
		assert_int_equal(errand.status, PB_OK);
		assert_int_equal(errand.stamping->answers.failed, 1);
		assert_string_equal(errand.stamping->answers.reason[0], "timeout");
		pb_stamping_free(errand.stamping);
		back++;
	}
	assert_int_equal(back, 2);
	assert_int_equal(tsa.calls, 1);
	end(&s);
}

static void
roots_that_cannot_be_used_keep_nobody_else_from_stamping(void **state)
{
	int kept = silence_stderr();
	struct pb_stamps *stamps =
	    make_stamps(*state, "authorities: [local, fictif]", "/nowhere/roots.pem");

	assert_int_equal(stamps->plan.count, 1);
	assert_string_equal(stamps->plan.tsa[0].name, "local");
	assert_int_equal(stamps->rule.asked_count, 2);
	pb_stamps_free(stamps);
	stamps = make_stamps(*state, EXTERNAL, "/dev/null");
	assert_int_equal(stamps->plan.count, 0);
	pb_stamps_free(stamps);
	restore_stderr(kept);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_tsa, tear_down_tsa)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_can_be_freed),
		TEST(the_log_states_the_policy_and_the_archive_gets_its_authorities),
		TEST(what_comes_while_an_authority_is_asked_is_kept_first),
		TEST(it_is_asked_as_often_as_the_policy_says),
		TEST(where_tokens_are_shared_rounds_are_spaced),
		TEST(round_that_brought_nothing_is_not_waited_for),
		TEST(where_the_node_s_log_cannot_be_kept_nobody_is_asked_and_the_gap_is_stated),
		TEST(where_an_archive_s_authorities_cannot_be_read_the_gap_is_stated),
		TEST(where_no_authority_has_usable_roots_the_gap_is_stated),
		TEST(a_new_writer_asks_no_sooner),
		TEST(while_nobody_can_be_asked_nothing_is_begun),
		TEST(where_nobody_answers_capture_goes_on_and_the_gap_is_stated),
		TEST(where_nobody_could_ask_no_authority_is_blamed),
		TEST(an_authority_is_as_good_as_its_tokens),
		TEST(a_good_token_is_said_to_be_one),
		TEST(what_a_command_keeps_from_being_kept_is_kept_behind_it),
		TEST(where_memory_ran_out_it_is_asked_again_and_nobody_is_blamed),
		TEST(the_archives_own_authority_waits_for_nobody),
		TEST(at_the_end_what_came_is_kept_and_nobody_is_asked),
		TEST(who_did_not_answer_is_not_waited_for_again_in_the_round),
		TEST(roots_that_cannot_be_used_keep_nobody_else_from_stamping),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
