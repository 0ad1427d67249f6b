/* Capture into the archive of a test: a depot with its policy, and what its log says then. */
#ifndef PB_TEST_DAEMON_CAPTURE_H
#define PB_TEST_DAEMON_CAPTURE_H

#include "archive/fixture.h"

#include "daemon/depot.h"

#define SECOND 1000000LL

struct capture {
	struct fixture *f;
	struct pb_policy_archive archive;
	struct pb_policy_door door;
	struct pb_capture_policy policy;
	struct pb_depot_options options;
	struct pb_depot *depot;
	unsigned acknowledged;
	uint64_t seq; /* of the last record that was */
};

static UNUSED enum pb_status
acknowledge(void *ctx, void *cookie, const struct pb_receipt *receipt, struct pb_error *err)
{
	struct capture *c = ctx;

	(void)err;
	assert_ptr_equal(cookie, c);
	c->acknowledged++;
	c->seq = receipt->seq;
	return PB_OK;
}

static char MAILBOX[] = "cabinet@tilleuls.example", *MAILBOXES[] = { MAILBOX };
static char NAME[] = "tilleuls", DOOR[] = "filtre";

static UNUSED void
open_depot(struct capture *c)
{
	assert_int_equal(pb_depot_new(&c->options, 0, &c->depot, NULL), PB_OK);
}

static UNUSED void
prepare(struct capture *c, struct fixture *f)
{
	*c = (struct capture){ .f = f };
	c->archive = (struct pb_policy_archive){
		.name = NAME, .path = f->dir, .mailbox = MAILBOXES, .mailbox_count = 1
	};
	c->door = (struct pb_policy_door){ .name = DOOR,
		.kind = PB_DOOR_PROXY,
		.on_failure = PB_FAILURE_DEFER_THEN_DELIVER,
		.deliver_after_s = 1800,
		.max_message = 1000 };
	c->policy = (struct pb_capture_policy){ .heartbeat_s = 3600,
		.archive = &c->archive,
		.archive_count = 1,
		.door = &c->door,
		.door_count = 1,
		.otherwise = PB_OTHERWISE_PASS };
	c->options = (struct pb_depot_options){ .world = &f->world,
		.policy = &c->policy,
		.acknowledged = acknowledge,
		.acknowledged_ctx = c };
	open_depot(c);
}

/* All that is due, a second after the other. */
static UNUSED void
tick(struct capture *c)
{
	bool worked = true;

	for (int i = 0; worked && i < 10; i++) {
		assert_int_equal(pb_depot_tick(c->depot, false, &worked, NULL), PB_OK);
		pass_time(c->f, 1);
	}
}

static UNUSED enum pb_status
try_submit(struct capture *c)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	const struct pb_intake *intake = pb_depot_intake(c->depot);
	struct pb_sealer *sealer = NULL;
	const char *origin = NULL;
	enum pb_status status;

	assert_int_equal(pb_depot_origin(c->depot, &origin, NULL), PB_OK);
	assert_int_equal(pb_sealer_new(c->f->world.files, c->f->world.random, origin, c->f->root, 1,
			     &sealer, NULL),
	    PB_OK);
	assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(sealer, PB_PART_FACTS, "{}", 2, NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(sealer, PB_RECORD_CAPTURE, &sealed, NULL), PB_OK);
	pb_sealer_free(sealer);
	status = intake->submit(intake->ctx, &sealed, c, NULL);
	return status == PB_OK ? intake->flush(intake->ctx, NULL) : status;
}

static UNUSED void
submit(struct capture *c)
{
	unsigned before = c->acknowledged;

	assert_int_equal(try_submit(c), PB_OK);
	assert_int_equal(c->acknowledged, before + 1);
}

/* As a process that is killed: its lock and its memory go, and nothing is said. */
static UNUSED void
end_unsaid(struct capture *c)
{
	pb_depot_free(c->depot);
	c->depot = NULL;
}

static UNUSED void
end(struct capture *c)
{
	assert_int_equal(pb_depot_stop(c->depot, 0, NULL), PB_OK);
	end_unsaid(c);
	assert_int_equal(access(at(c->f, "capturing"), F_OK), -1);
}

static UNUSED uint64_t
count_records(struct fixture *f)
{
	struct pb_archive_status standing;

	assert_int_equal(pb_archive_describe(&f->world, f->dir, &standing, NULL), PB_OK);
	return standing.records;
}

/* How many records say this; the last of them in *ret_facts (freed by the caller) and *ret_seq. */
static UNUSED unsigned
count_events(struct fixture *f, const char *event, struct pb_json **ret_facts)
{
	uint64_t records = count_records(f);
	unsigned count = 0;
	uint8_t type;

	for (uint64_t seq = 0; seq < records; seq++) {
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

/* The archive's own authority is the one that a verifier here chose. */
static UNUSED int
found_with_its_authority(void **state)
{
	struct pb_buf chain;
	struct fixture *f;
	const char *root;
	char *path;

	if (found_template(state) != 0)
		return -1;
	f = *state;
	path = pb_path_join(f->template, "tsa/local.pem");
	chain = slurp(path);
	free(path);
	root = strstr(pb_buf_text(&chain) + 1, "-----BEGIN"); /* behind its own */
	assert_non_null(root);
	assert_int_equal(pb_buf_append(&f->tsa_roots, root, strlen(root)), PB_OK);
	pb_buf_done(&chain);
	return 0;
}

#endif
