/* What messages say of others, as the writer states it: when, at what price, and at the end. */
#include "archive/fixture.h"

#include <stdatomic.h>

#include "archive/lock.h"
#include "daemon/depot.h"
#include "lib/program.h"

#define SECOND 1000000LL
#define PATIENCE_STEPS 6000 /* of 10 ms, until something is a failure; never a measure */

struct capture {
	struct fixture *f;
	struct pb_policy_archive archive;
	struct pb_capture_policy policy;
	struct pb_depot_options options;
	struct pb_depot *depot;
	char *viewer;
	atomic_uint looking;
};

static char NAME[] = "tilleuls";

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
prepare(struct capture *c, struct fixture *f)
{
	*c = (struct capture){ .f = f, .viewer = test_program("probant-mime") };
	c->archive = (struct pb_policy_archive){ .name = NAME, .path = f->dir };
	c->policy = (struct pb_capture_policy){
		.archive = &c->archive, .archive_count = 1, .otherwise = PB_OTHERWISE_PASS
	};
	c->options = (struct pb_depot_options){ .world = &f->world,
		.policy = &c->policy,
		.viewer = c->viewer,
		.viewed = &c->looking,
		.acknowledged = acknowledge };
	assert_int_equal(pb_depot_new(&c->options, 0, &c->depot, NULL), PB_OK);
}

static void
end(struct capture *c, int64_t until_us)
{
	assert_int_equal(pb_depot_stop(c->depot, until_us, NULL), PB_OK);
	assert_int_equal(c->looking, 0);
	pb_depot_free(c->depot);
	free(c->viewer);
}

static void
submit(struct capture *c, const char *header, const char *body)
{
	const struct pb_intake *intake = pb_depot_intake(c->depot);
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	uint8_t digest[PB_DIGEST_LEN];
	struct pb_sealer *sealer = NULL;
	const char *origin = NULL;

	assert_int_equal(pb_depot_origin(c->depot, &origin, NULL), PB_OK);
	assert_int_equal(pb_sealer_new(c->f->world.files, c->f->world.random, origin, c->f->root, 1,
			     &sealer, NULL),
	    PB_OK);
	assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
	assert_int_equal(
	    pb_sealer_part(sealer, PB_PART_HEADER, header, strlen(header), NULL), PB_OK);
	assert_int_equal(pb_sealer_part(sealer, PB_PART_BODY, body, strlen(body), NULL), PB_OK);
	assert_int_equal(pb_sealer_digest(sealer, digest, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(sealer, PB_PART_FACTS, "{}", 2, NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(sealer, PB_RECORD_MESSAGE, &sealed, NULL), PB_OK);
	pb_sealer_free(sealer);
	assert_int_equal(intake->submit(intake->ctx, &sealed, c, NULL), PB_OK);
	assert_int_equal(intake->flush(intake->ctx, NULL), PB_OK);
}

static void
submit_report(struct capture *c)
{
	submit(c, "Content-Type: multipart/report; boundary=b\r\n\r\n",
	    "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n"
	    "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: "
	    "<m@n.example>\r\n--b--\r\n");
}

/* A second of its clock each time. */
static void
tick(struct capture *c, unsigned seconds)
{
	bool worked;

	for (unsigned i = 0; i < seconds; i++) {
		assert_int_equal(pb_depot_tick(c->depot, false, &worked, NULL), PB_OK);
		pass_time(c->f, 1);
	}
}

static unsigned
stated(struct capture *c)
{
	return count_type(c->f, PB_RECORD_OBSERVATION);
}

static void
a_report_is_stated_after_a_minute_and_not_before(void **state)
{
	struct capture c;

	prepare(&c, *state);
	submit(&c, "Message-ID: <m@n.example>\r\n\r\n", "x\r\n");
	submit_report(&c);
	tick(&c, 30);
	assert_int_equal(c.looking, 0);
	submit(&c, "Subject: x\r\n\r\n", "x\r\n");
	tick(&c, 40);
	assert_true(c.looking == 1 || stated(&c) == 1);
	for (int i = 0; stated(&c) == 0 && i < PATIENCE_STEPS; i++) {
		tick(&c, 1);
		(void)usleep(10000);
	}
	assert_int_equal(stated(&c), 1);
	end(&c, 0);
	assert_int_equal(stated(&c), 1);
}

static void
an_archive_that_rests_is_looked_at_before_it_is_let_go_of(void **state)
{
	struct capture c;

	prepare(&c, *state);
	submit_report(&c);
	for (int i = 0; (pb_depot_holds(c.depot) || i < 70) && i < PATIENCE_STEPS; i++) {
		tick(&c, 1);
		(void)usleep(i < 65 ? 0 : 10000);
	}
	assert_false(pb_depot_holds(c.depot));
	assert_int_equal(stated(&c), 1);
	end(&c, 0);
}

static void
others_that_are_looked_at_come_first(void **state)
{
	struct capture c;

	prepare(&c, *state);
	submit_report(&c);
	c.looking = 2;
	tick(&c, 130);
	assert_int_equal(c.looking, 2);
	assert_int_equal(stated(&c), 0);
	c.looking = 0;
	end(&c, 0);
}

/* Its clock stands still but for its own sleep; the child needs a moment of ours. */
static void
sleep_too(void *arg)
{
	(void)arg;
	(void)usleep(1000);
}

static void
at_the_end_it_is_done_if_there_is_time(void **state)
{
	struct capture c;

	prepare(&c, *state);
	submit_report(&c);
	c.f->clock.asleep = sleep_too;
	end(&c, c.f->clock.now_us + 3600 * SECOND);
	assert_int_equal(stated(&c), 1);
}

static void
a_command_that_waits_is_let_in_at_once(void **state)
{
	struct capture c;
	int shown;

	prepare(&c, *state);
	submit_report(&c);
	tick(&c, 61);
	shown = open(c.f->dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(c.f->world.files->lock(c.f->world.files->ctx, shown), 0);
	tick(&c, 2);
	assert_false(pb_depot_holds(c.depot));
	assert_int_equal(c.looking, 0);
	assert_int_equal(close(shown), 0);
	end(&c, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_report_is_stated_after_a_minute_and_not_before, set_up),
		cmocka_unit_test_setup(
		    an_archive_that_rests_is_looked_at_before_it_is_let_go_of, set_up),
		cmocka_unit_test_setup(others_that_are_looked_at_come_first, set_up),
		cmocka_unit_test_setup(at_the_end_it_is_done_if_there_is_time, set_up),
		cmocka_unit_test_setup(a_command_that_waits_is_let_in_at_once, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
