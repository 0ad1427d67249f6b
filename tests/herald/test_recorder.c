/* Alerts as records, with a writer beside: each archive gets what concerns it, in order, once. */
#include "relay/fixture.h"

#include "core/json.h"
#include "herald/recorder.h"
#include "policy/alerts.h"
#include "record/opened.h"

static const char POLICY[] = "policy: capture\n"
			     "archives:\n"
			     "  - { name: cabinet-a, path: /srv/a, mailboxes: [a@a.example] }\n"
			     "  - { name: cabinet-b, path: /srv/b, mailboxes: [b@b.example] }\n"
			     "otherwise: pass\n"
			     "doors: [{ name: milter, kind: milter, listen: 'unix:/m', on_failure: "
			     "defer }]\n"
			     "alerts: {}\n";
static const char *const ORIGINS[] = { "a.example/2026", "b.example/2026" };

struct scene {
	struct fixture *f;
	struct pb_capture_policy *policy;
	struct pb_recorder *recorder;
};

static struct scene
begin(struct fixture *f)
{
	struct scene s = { .f = f };
	struct pb_recorder_options options = {
		.world = pb_sys_world(), .path = f->herald, .writer_uid = f->uid
	};

	assert_int_equal(pb_capture_policy_parse(POLICY, strlen(POLICY), &s.policy, NULL), PB_OK);
	free(s.policy->runtime_dir);
	s.policy->runtime_dir = strdup(f->dir);
	options.policy = s.policy;
	assert_int_equal(pb_recorder_new(&options, &s.recorder, NULL), PB_OK);
	serve_beside(f);
	return s;
}

static void
end(struct scene *s)
{
	pb_recorder_free(s->recorder);
	pb_capture_policy_free(s->policy);
}

static void
state_as(struct scene *s, enum pb_alert_state as, enum pb_alert_word word, const char *name,
    int64_t since)
{
	struct pb_alert alert = { .word = word, .since_us = since, .until_us = since + 1 };
	const struct pb_notice notice = { .state = as,
		.alert = &alert,
		.told = { [PB_ALERT_EMAIL] = as == PB_ALERT_ENDED, [PB_ALERT_WEBHOOK] = true } };

	(void)snprintf(alert.name, sizeof(alert.name), "%s", name);
	assert_int_equal(pb_recorder_state(s->recorder, &notice, NULL), PB_OK);
}

/* since tells one from another. */
static void
state(struct scene *s, enum pb_alert_word word, const char *name, int64_t since)
{
	state_as(s, PB_ALERT_BEGUN, word, name, since);
}

static enum pb_status
read_payload(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	return pb_sealed_read(ctx, offset, to, len, err);
}

/* The since of the nth record that an archive keeps: it opens, for that log. */
static uint64_t
since_of(struct fixture *f, size_t archive, size_t n)
{
	struct pb_sealed *sealed = &f->vault[archive].kept[n].sealed;
	const struct pb_payload payload = { sealed, sealed->payload_len, read_payload };
	struct pb_opener *opener = NULL;
	struct pb_opened *opened = NULL;
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json *json = NULL;
	uint64_t since = 0;

	assert_int_equal(sealed->type, PB_RECORD_CAPTURE);
	assert_int_equal(pb_opener_new(ORIGINS[archive], &opener, NULL), PB_OK);
	assert_int_equal(pb_opener_open(opener, &payload, sealed->r, &opened, NULL), PB_OK);
	assert_int_equal(pb_opened_part(opened, 0, 4096, &facts, NULL), PB_OK);
	assert_int_equal(pb_json_parse(facts.data, facts.len, &json, NULL), PB_OK);
	assert_true(pb_json_as_u64(pb_json_get(json, "since_us"), &since));
	pb_json_free(json);
	pb_buf_done(&facts);
	pb_opened_free(opened);
	pb_opener_free(opener);
	return since;
}

/* What an archive has: the since of each, in order. */
static void
assert_recorded(struct scene *s, size_t archive, const char *sinces)
{
	const struct vault *vault = &s->f->vault[archive];
	char found[1000] = "";
	size_t len = 0;

	stop_serving(s->f);
	for (size_t n = 0; n < vault->count; n++)
		len += (size_t)snprintf(found + len, sizeof(found) - len, "%s%u", n > 0 ? " " : "",
		    (unsigned)since_of(s->f, archive, n));
	assert_string_equal(found, sinces);
	serve_beside(s->f);
}

static void
each_archive_gets_what_concerns_it(void **state_)
{
	struct scene s = begin(*state_);

	assert_false(pb_recorder_waits(s.recorder));
	state(&s, PB_ALERT_WRITER_DOWN, "", 1);
	state(&s, PB_ALERT_DISK_LOW, "cabinet-b", 2);
	state(&s, PB_ALERT_DOOR_DOWN, "milter", 3);
	assert_true(pb_recorder_waits(s.recorder));
	assert_int_equal(pb_recorder_turn(s.recorder, NULL), PB_OK);
	assert_false(pb_recorder_waits(s.recorder));
	assert_int_equal(pb_recorder_turn(s.recorder, NULL), PB_OK);
	assert_recorded(&s, 0, "1 3");
	assert_recorded(&s, 1, "1 2 3");
	end(&s);
}

/* A policy that is read anew may have less than the one of which they were raised. */
static void
what_the_policy_has_no_more_keeps_nothing_else_from_being_recorded(void **state_)
{
	struct scene s = begin(*state_);

	state_as(&s, PB_ALERT_ENDED, PB_ALERT_UNSTAMPED, "left", 1);
	state_as(&s, PB_ALERT_ENDED, PB_ALERT_DOOR_DOWN, "removed", 2);
	assert_false(pb_recorder_waits(s.recorder));
	state(&s, PB_ALERT_WRITER_DOWN, "", 3);
	assert_int_equal(pb_recorder_turn(s.recorder, NULL), PB_OK);
	assert_recorded(&s, 0, "3");
	assert_recorded(&s, 1, "3");
	end(&s);
}

/* The writer looks at each member (relay/stated.h). */
static void
each_alert_is_one_that_the_writer_takes(void **state_)
{
	struct scene s = begin(*state_);

	for (int word = 0; word < PB_ALERT_WORDS; word++) {
		const char *about = pb_alert_about((enum pb_alert_word)word);
		const char *name = about == NULL                   ? ""
				   : strcmp(about, "door") == 0    ? "milter"
				   : strcmp(about, "archive") == 0 ? "cabinet-a"
								   : "horodatage-2";

		state_as(&s, PB_ALERT_BEGUN, (enum pb_alert_word)word, name, 1);
		state_as(&s, PB_ALERT_ENDED, (enum pb_alert_word)word, name, 2);
	}
	assert_int_equal(pb_recorder_turn(s.recorder, NULL), PB_OK);
	stop_serving(s.f);
	assert_int_equal(s.f->vault[0].count, 2 * PB_ALERT_WORDS);
	serve_beside(s.f);
	end(&s);
}

/* One that is away keeps no other one waiting, and gets all of it when it is back. */
static void
an_archive_that_is_away_gets_it_later(void **state_)
{
	struct fixture *f = *state_;
	struct scene s = begin(f);
	struct pb_error err = { 0 };

	stop_serving(f);
	f->vault[0].is_away = PB_ENOENT;
	serve_beside(f);
	state(&s, PB_ALERT_WRITER_DOWN, "", 1);
	assert_int_equal(pb_recorder_turn(s.recorder, &err), PB_EUNAVAIL);
	assert_string_equal(err.object, "cabinet-a");
	state(&s, PB_ALERT_WRITER_DOWN, "", 2);
	assert_int_equal(pb_recorder_turn(s.recorder, &err), PB_EUNAVAIL);
	assert_recorded(&s, 0, "");
	assert_recorded(&s, 1, "1 2");
	stop_serving(f);
	f->vault[0].is_away = PB_OK;
	serve_beside(f);
	assert_int_equal(pb_recorder_turn(s.recorder, NULL), PB_OK);
	assert_recorded(&s, 0, "1 2");
	assert_recorded(&s, 1, "1 2");
	end(&s);
}

static void
what_an_archive_does_not_commit_waits(void **state_)
{
	struct fixture *f = *state_;
	struct scene s = begin(f);

	stop_serving(f);
	f->vault[1].flush_fails = PB_ENOSPC;
	serve_beside(f);
	state(&s, PB_ALERT_WRITER_DOWN, "", 1);
	assert_int_equal(pb_recorder_turn(s.recorder, NULL), PB_ENOSPC);
	assert_true(pb_recorder_waits(s.recorder));
	stop_serving(f);
	f->vault[1].flush_fails = PB_OK;
	serve_beside(f);
	assert_int_equal(pb_recorder_turn(s.recorder, NULL), PB_OK);
	assert_recorded(&s, 0, "1");
	assert_recorded(&s, 1, "1");
	end(&s);
}

static void
without_a_writer_it_waits(void **state_)
{
	struct fixture *f = *state_;
	struct scene s = begin(f);

	end_server(f);
	assert_int_equal(unlink(f->path) + unlink(f->herald), 0);
	state(&s, PB_ALERT_WRITER_DOWN, "", 1);
	assert_int_equal(pb_recorder_turn(s.recorder, NULL), PB_EUNAVAIL);
	serve(f);
	serve_beside(f);
	assert_int_equal(pb_recorder_turn(s.recorder, NULL), PB_OK);
	assert_recorded(&s, 0, "1");
	end(&s);
}

static void
of_more_than_can_wait_the_oldest_is_forgotten(void **state_)
{
	struct scene s = begin(*state_);

	for (int64_t n = 1; n <= PB_LIMIT_ALERT_STATEMENTS; n++)
		state(&s, PB_ALERT_DISK_LOW, "cabinet-a", n);
	state(&s, PB_ALERT_WRITER_DOWN, "", 1000000);
	assert_int_equal(pb_recorder_turn(s.recorder, NULL), PB_OK);
	stop_serving(s.f);
	assert_int_equal(s.f->vault[0].count, PB_LIMIT_ALERT_STATEMENTS);
	assert_int_equal(since_of(s.f, 0, 0), 2);
	assert_int_equal(s.f->vault[1].count, 1);
	serve_beside(s.f);
	end(&s);
}

static void
memory_that_runs_out_is_said(void **state_)
{
	struct scene s = begin(*state_);
	struct pb_alert alert = { .word = PB_ALERT_WRITER_DOWN, .since_us = 1 };
	const struct pb_notice notice = { .state = PB_ALERT_BEGUN, .alert = &alert };

	if (test_memory_can_fail()) {
		stop_serving(s.f);
		test_memory_fail(1, false);
		assert_int_equal(pb_recorder_state(s.recorder, &notice, NULL), PB_ENOMEM);
		(void)test_memory_restore();
		assert_false(pb_recorder_waits(s.recorder));
		serve_beside(s.f);
	}
	end(&s);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(each_archive_gets_what_concerns_it),
		TEST(what_the_policy_has_no_more_keeps_nothing_else_from_being_recorded),
		TEST(each_alert_is_one_that_the_writer_takes),
		TEST(an_archive_that_is_away_gets_it_later),
		TEST(what_an_archive_does_not_commit_waits),
		TEST(without_a_writer_it_waits),
		TEST(of_more_than_can_wait_the_oldest_is_forgotten),
		TEST(memory_that_runs_out_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
