/* A message is acknowledged when every archive has it; else it waits, or a signed gap says so. */
#include "doors/transaction.h"

#include <sys/stat.h>
#include <unistd.h>

#include "doors/fake_writer.h"
#include "lib/memory.h"
#include "sys/board.h"

#define NOON_US 1778083320000000LL
#define MESSAGE "From: labo@analyses.example\r\n\r\nR\xe9sultat de Camille Exemple\r\n"

struct fixture {
	char *dir, path[300];
	struct test_clock clock;
	struct test_random random;
	struct test_faulty_files faulty;
	struct pb_world world;
	char *mailbox[ARCHIVES];
	struct pb_policy_archive archive[ARCHIVES];
	struct pb_policy_door door;
	struct pb_capture_policy policy;
	struct pb_board *board;
	struct pb_doorway *doorway;
	struct pb_transaction *t;
	struct pb_buf log;
	struct pb_error why;
};

static void
log_line(void *ctx, const char *line)
{
	struct fixture *f = ctx;

	assert_int_equal(pb_buf_printf(&f->log, "%s\n", line), PB_OK);
}

static void
open_door(struct fixture *f)
{
	const struct pb_doorway_options options = { .world = &f->world,
		.policy = &f->policy,
		.relay_path = "/run/probant/writer.sock",
		.writer_uid = 77,
		.spill_dir = f->dir,
		.commit_ms = 1000,
		.board = f->board,
		.log = log_line,
		.log_ctx = f };

	assert_int_equal(pb_doorway_new(&options, &f->doorway, NULL), PB_OK);
	assert_int_equal(pb_transaction_new(f->doorway, &f->t, NULL), PB_OK);
}

static void
close_door(struct fixture *f)
{
	pb_transaction_free(f->t);
	pb_doorway_free(f->doorway);
}

/* tilleuls and ormes have a mailbox each; accueil has none. */
static int
set_up(void **state)
{
	static char name[] = "entree", tilleuls[] = "camille@tilleuls.example",
		    ormes[] = "dominique@ormes.example";
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(pb_crypto_init(NULL), PB_OK);
	memset(&writer, 0, sizeof(writer));
	writer.origin[0] = "tilleuls.example/01234567";
	writer.origin[1] = "ormes.example/89abcdef";
	writer.origin[2] = "accueil.example/fedcba98";
	writer.clock = &f->clock;
	f->dir = test_directory();
	snprintf(f->path, sizeof(f->path), "%s/entree.gap", f->dir);
	test_clock_init(&f->clock, NOON_US);
	test_random_init(&f->random, 5);
	test_faulty_files_init(&f->faulty, pb_sys_world()->files);
	f->world = (struct pb_world){ &f->faulty.table, &f->clock.table, &f->random.table };
	f->mailbox[0] = tilleuls;
	f->mailbox[1] = ormes;
	for (size_t i = 0; i < ARCHIVES; i++)
		f->archive[i] = (struct pb_policy_archive){ .name = strdup(archive_names[i]),
			.mailbox = &f->mailbox[i],
			.mailbox_count = i < 2 };
	f->door = (struct pb_policy_door){ .name = name, .max_message = 50000000 };
	f->policy = (struct pb_capture_policy){ .state_dir = f->dir,
		.archive = f->archive,
		.archive_count = ARCHIVES,
		.door = &f->door,
		.door_count = 1 };
	assert_int_equal(pb_buf_reserve(&f->log, 65536), PB_OK);
	open_door(f);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	close_door(f);
	for (size_t i = 0; i < writer.kept_count; i++) {
		pb_buf_done(&writer.kept[i].message);
		pb_buf_done(&writer.kept[i].facts);
		pb_buf_done(&writer.kept[i].envelope);
	}
	for (size_t i = 0; i < ARCHIVES; i++)
		free(f->archive[i].name);
	(void)unlink(f->path);
	pb_buf_done(&f->log);
	test_directory_remove(f->dir);
	free(f);
	return 0;
}

/* ---- messages ------------------------------------------------------------------------------- */

static const struct pb_transit_recipient both[] = { { "camille@tilleuls.example", NULL },
	{ "dominique@ormes.example", NULL }, { "personne@ailleurs.test", NULL } };

/* To tilleuls; to both. */
static const struct pb_transit to_one = { .source = "proxy",
	.door = "entree",
	.fidelity = "octets",
	.mail_from = "labo@analyses.example",
	.recipient = both,
	.recipient_count = 1,
	.queue_id = "4Xyz12" };
static const struct pb_transit to_both = { .source = "proxy",
	.door = "entree",
	.fidelity = "octets",
	.mail_from = "labo@analyses.example",
	.recipient = both,
	.recipient_count = 3,
	.queue_id = "4Xyz13" };

static enum pb_outcome
bring(struct fixture *f, const struct pb_transit *transit, const void *data, size_t len)
{
	pb_transaction_begin(f->t, transit);
	for (size_t at = 0; at < len; at += 1000)
		pb_transaction_write(
		    f->t, (const char *)data + at, len - at < 1000 ? len - at : 1000);
	f->why = (struct pb_error){ .status = PB_OK };
	return pb_transaction_end(f->t, transit, &f->why);
}

static enum pb_outcome
bring_message(struct fixture *f, const struct pb_transit *transit)
{
	return bring(f, transit, MESSAGE, strlen(MESSAGE));
}

static void
assert_kept(size_t number, size_t archive, const char *direction)
{
	const struct kept *kept = &writer.kept[number];

	assert_true(number < writer.kept_count);
	assert_int_equal(kept->archive, archive);
	assert_int_equal(kept->type, PB_RECORD_MESSAGE);
	assert_int_equal(kept->message.len, strlen(MESSAGE));
	assert_memory_equal(kept->message.data, MESSAGE, kept->message.len);
	if (direction != NULL)
		assert_non_null(strstr((char *)kept->facts.data, direction));
	else
		assert_null(strstr((char *)kept->facts.data, "direction"));
}

static char *
read_gaps(struct fixture *f)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	char chunk[4096];
	FILE *file = fopen(f->path, "r");
	size_t n;

	while (file != NULL && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		assert_int_equal(pb_buf_append(&buf, chunk, n), PB_OK);
	if (file != NULL)
		(void)fclose(file);
	assert_non_null(pb_buf_text(&buf));
	return (char *)buf.data; /* the caller's */
}

static void
assert_gaps(struct fixture *f, const char *text)
{
	char *gaps = read_gaps(f);

	assert_string_equal(gaps, text);
	free(gaps);
}

/* ---- whom it concerns ----------------------------------------------------------------------- */

static void
a_message_goes_to_the_archives_that_it_concerns(void **state)
{
	static const struct pb_transit_recipient other = { "personne@ailleurs.test", NULL };
	struct fixture *f = *state;
	struct pb_transit sent = to_one;

	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT);
	assert_int_equal(writer.kept_count, 1);
	assert_kept(0, 0, "\"direction\":\"received\"");
	assert_non_null(strstr((char *)writer.kept[0].envelope.data, "4Xyz12"));

	sent.mail_from = "dominique@ormes.example"; /* from ormes to tilleuls */
	assert_int_equal(bring_message(f, &sent), PB_OUTCOME_KEPT);
	assert_int_equal(writer.kept_count, 3);
	assert_kept(1, 0, "\"direction\":\"received\"");
	assert_kept(2, 1, "\"direction\":\"sent\"");

	sent.mail_from = "camille@tilleuls.example"; /* to herself */
	assert_int_equal(bring_message(f, &sent), PB_OUTCOME_KEPT);
	assert_int_equal(writer.kept_count, 4);
	assert_kept(3, 0, "\"direction\":\"sent\"");

	sent.recipient = &other;
	assert_int_equal(bring_message(f, &sent), PB_OUTCOME_KEPT);
	assert_kept(4, 0, "\"direction\":\"sent\"");
	assert_int_equal(writer.connections, 1);
	assert_int_equal(f->log.len, 0);
}

static void
what_concerns_nobody_goes_as_the_policy_says(void **state)
{
	struct fixture *f = *state;
	const struct pb_transit bounce = { .source = "proxy",
		.door = "entree",
		.mail_from = "",
		.recipient = &both[2],
		.recipient_count = 1 };

	f->policy.otherwise = PB_OTHERWISE_DEFER;
	f->door.on_failure = PB_FAILURE_DELIVER; /* says nothing of this */
	assert_int_equal(bring_message(f, &bounce), PB_OUTCOME_DEFER);
	assert_int_equal(f->why.status, PB_ENOENT);
	f->policy.otherwise = PB_OTHERWISE_PASS;
	assert_int_equal(bring_message(f, &bounce), PB_OUTCOME_NOT_OURS);
	assert_int_equal(writer.connections, 0);
	f->policy.otherwise = PB_OTHERWISE_ARCHIVE;
	f->policy.otherwise_archive = 2;
	assert_int_equal(bring_message(f, &bounce), PB_OUTCOME_KEPT);
	assert_int_equal(writer.kept_count, 1);
	assert_kept(0, 2, NULL);
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT); /* somebody's */
	assert_kept(1, 0, "received");
	assert_int_equal(writer.kept_count, 2);
}

static void
each_archive_has_its_own_secret_of_a_large_message_too(void **state)
{
	struct fixture *f = *state;
	size_t len = PB_LIMIT_OPENED + PB_LIMIT_SPILL;
	uint8_t *large = malloc(len);

	assert_int_equal(f->random.table.fill(f->random.table.ctx, large, len), 0);
	assert_int_equal(bring(f, &to_both, large, len), PB_OUTCOME_KEPT);
	assert_int_equal(writer.kept_count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(writer.kept[i].message.len, len);
		assert_memory_equal(writer.kept[i].message.data, large, len);
	}
	assert_memory_not_equal(
	    writer.kept[0].commitment, writer.kept[1].commitment, PB_COMMITMENT_LEN);
	/* And what it took is given back: the next is small. */
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_KEPT);
	assert_kept(2, 0, "received");
	assert_kept(3, 1, "received");
	free(large);
}

static void
an_empty_message_is_one(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(bring(f, &to_both, "", 0), PB_OUTCOME_KEPT);
	assert_int_equal(writer.kept_count, 2);
	assert_int_equal(writer.kept[0].message.len, 0);
	assert_int_equal(writer.kept[1].message.len, 0);
}

static void
what_is_dropped_is_not_kept(void **state)
{
	struct fixture *f = *state;

	pb_transaction_drop(f->t);
	pb_transaction_begin(f->t, &to_one);
	pb_transaction_write(f->t, MESSAGE, 10);
	pb_transaction_drop(f->t);
	pb_transaction_begin(f->t, &to_one);
	pb_transaction_write(f->t, "Subject: rien", 13);
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT); /* begins anew */
	assert_kept(0, 0, "received");
	assert_int_equal(writer.kept_count, 1);
	pb_transaction_begin(f->t, &to_one);
	pb_transaction_free(f->t);
	assert_int_equal(pb_transaction_new(f->doorway, &f->t, NULL), PB_OK);
}

static void
session_goes_on_with_what_another_left(void **state)
{
	struct fixture *f = *state;
	struct pb_transaction *second = NULL;

	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT);
	assert_int_equal(writer.connections, 1);
	for (unsigned i = 0; i < 3; i++) {
		pb_transaction_free(f->t);
		assert_int_equal(pb_transaction_new(f->doorway, &f->t, NULL), PB_OK);
		assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT);
		assert_int_equal(writer.connections, 1);
	}
	/* Another one beside it has its own. */
	assert_int_equal(pb_transaction_new(f->doorway, &second, NULL), PB_OK);
	pb_transaction_begin(second, &to_one);
	pb_transaction_write(second, MESSAGE, strlen(MESSAGE));
	assert_int_equal(pb_transaction_end(second, &to_one, NULL), PB_OUTCOME_KEPT);
	assert_int_equal(writer.connections, 2);
	assert_int_equal(writer.kept_count, 5);
	pb_transaction_free(second);
}

static void
what_is_too_long_is_not_kept(void **state)
{
	struct fixture *f = *state;

	f->door.max_message = strlen(MESSAGE) - 1;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_DEFER);
	assert_int_equal(f->why.status, PB_ELIMIT);
	f->door.max_message++;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT);
}

/* ---- the writer fails ----------------------------------------------------------------------- */

static void
a_message_waits_while_the_writer_is_away(void **state)
{
	struct fixture *f = *state;

	writer.away = true;
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_DEFER);
	assert_int_equal(f->why.status, PB_EUNAVAIL);
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_DEFER);
	assert_int_equal(writer.kept_count, 0);
	assert_int_equal(access(f->path, F_OK), -1);
	writer.away = false;
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_KEPT);
	assert_int_equal(writer.kept_count, 2);
	/* Once when it began, for each archive, and once when it was over. */
	assert_string_equal(pb_buf_text(&f->log),
	    "archive tilleuls: a message cannot be kept: connect to the writer: "
	    "/run/probant/writer.sock: nobody listens there\n"
	    "archive ormes: a message cannot be kept: connect to the writer: "
	    "/run/probant/writer.sock: nobody listens there\n"
	    "archive tilleuls: messages are kept again\n"
	    "archive ormes: messages are kept again\n");
}

static void
a_connection_that_broke_is_made_anew_once(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT);
	writer.break_at = 1;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT);
	assert_int_equal(writer.connections, 2);
	assert_int_equal(writer.kept_count, 2);
	writer.break_at = 1;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT);
	assert_int_equal(writer.connections, 3);
	assert_int_equal(f->log.len, 0);
}

/* FORMAT 1.1: r is drawn anew for each attempt, since the first may be durable. */
static void
what_may_have_been_kept_is_handed_over_under_another_secret(void **state)
{
	struct fixture *f = *state;

	writer.break_at = 1;
	writer.break_behind = true;
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_KEPT);
	assert_int_equal(writer.kept_count, 4); /* tilleuls and ormes, twice */
	assert_kept(0, 0, "received");
	assert_kept(2, 0, "received");
	assert_memory_not_equal(
	    writer.kept[0].commitment, writer.kept[2].commitment, PB_COMMITMENT_LEN);
	assert_memory_not_equal(
	    writer.kept[1].commitment, writer.kept[3].commitment, PB_COMMITMENT_LEN);
}

static void
a_log_of_another_name_is_sealed_for_anew(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT);
	pb_transaction_begin(f->t, &to_one);
	pb_transaction_write(f->t, MESSAGE, strlen(MESSAGE));
	writer.origin[0] = "tilleuls.example/77777777"; /* an archive made anew */
	writer.break_at = 1;
	assert_int_equal(pb_transaction_end(f->t, &to_one, NULL), PB_OUTCOME_KEPT);
	assert_kept(1, 0, "received");
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT);
	assert_kept(2, 0, "received");
}

static void
a_message_is_not_handed_to_one_archive_again_and_again_while_another_fails(void **state)
{
	struct fixture *f = *state;

	writer.refuse[1] = PB_ENOSPC;
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_DEFER);
	assert_int_equal(f->why.status, PB_ENOSPC);
	assert_int_equal(writer.kept_count, 1); /* it was not known before */
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_DEFER);
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_DEFER);
	assert_int_equal(writer.kept_count, 1);
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT); /* whom it does not concern */
	writer.refuse[1] = PB_OK;
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_KEPT);
	assert_int_equal(writer.kept_count, 4);
	assert_kept(2, 1, "received");
	assert_kept(3, 0, "received");
}

static void
nobody_is_handed_a_message_that_lacks_an_archive(void **state)
{
	struct fixture *f = *state;

	writer.without[1] = true;
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_DEFER);
	assert_int_equal(f->why.status, PB_ENOENT);
	assert_string_equal(f->why.object, "ormes");
	assert_int_equal(writer.items, 0);
	writer.without[1] = false; /* told on connecting */
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_KEPT);
	assert_int_equal(writer.kept_count, 2);
}

/* ---- what may pass -------------------------------------------------------------------------- */

static void
what_passes_is_a_gap_in_the_log_when_the_writer_is_back(void **state)
{
	struct fixture *f = *state;

	f->door.on_failure = PB_FAILURE_DELIVER;
	writer.away = true;
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_PASS);
	assert_int_equal(f->why.status, PB_EUNAVAIL);
	f->clock.now_us += 1000000;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_PASS);
	/* Time, reason, archive, queue id: nothing else of a message stands there. */
	assert_gaps(f, "1778083320000000 writer_away tilleuls 3458797a3133\n"
		       "1778083320000000 writer_away ormes 3458797a3133\n"
		       "1778083321000000 writer_away tilleuls 3458797a3132\n");
	pb_doorway_tick(f->doorway);
	assert_int_equal(writer.kept_count, 0);

	close_door(f); /* what it remembers outlives it */
	open_door(f);
	writer.away = false;
	pb_doorway_tick(f->doorway);
	assert_int_equal(writer.kept_count, 2);
	assert_int_equal(writer.kept[0].archive, 1);
	assert_int_equal(writer.kept[0].type, PB_RECORD_CAPTURE);
	assert_string_equal((char *)writer.kept[0].facts.data,
	    "{\"event\":\"gap\",\"door\":\"entree\",\"reason\":\"writer_away\","
	    "\"from_us\":1778083320000000,\"to_us\":1778083320000000,\"messages\":1}");
	assert_string_equal((char *)writer.kept[0].envelope.data, "{\"queue_ids\":[\"4Xyz13\"]}");
	assert_int_equal(writer.kept[1].archive, 0);
	assert_string_equal((char *)writer.kept[1].facts.data,
	    "{\"event\":\"gap\",\"door\":\"entree\",\"reason\":\"writer_away\","
	    "\"from_us\":1778083320000000,\"to_us\":1778083321000000,\"messages\":2}");
	assert_string_equal(
	    (char *)writer.kept[1].envelope.data, "{\"queue_ids\":[\"4Xyz13\",\"4Xyz12\"]}");
	assert_gaps(f, "");
	pb_doorway_tick(f->doorway);
	assert_int_equal(writer.kept_count, 2);
}

/* It was renamed in the policy, or taken out of it: nobody else would state them. */
static void
what_a_door_let_through_that_is_no_more_the_first_one_states(void **state)
{
	static char other[] = "sortie";
	struct fixture *f = *state;

	f->door.on_failure = PB_FAILURE_DELIVER;
	writer.away = true;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_PASS);
	close_door(f);
	f->door.name = other;
	open_door(f);
	pb_doorway_tick(f->doorway);
	assert_gaps(f, "1778083320000000 writer_away tilleuls 3458797a3132\n");
	writer.away = false;
	writer.refuse[0] = PB_ENOSPC;
	pb_doorway_tick(f->doorway);
	assert_gaps(f, "1778083320000000 writer_away tilleuls 3458797a3132\n");
	writer.refuse[0] = PB_OK;
	pb_doorway_tick(f->doorway);
	assert_int_equal(writer.kept_count, 1);
	assert_int_equal(writer.kept[0].type, PB_RECORD_CAPTURE);
	assert_string_equal((char *)writer.kept[0].facts.data,
	    "{\"event\":\"gap\",\"reason\":\"writer_away\","
	    "\"from_us\":1778083320000000,\"to_us\":1778083320000000,\"messages\":1}");
	assert_int_equal(access(f->path, F_OK), -1);
	pb_doorway_tick(f->doorway);
	assert_int_equal(writer.kept_count, 1);
}

static void
the_gap_is_of_the_archive_that_failed(void **state)
{
	struct fixture *f = *state;

	f->door.on_failure = PB_FAILURE_DELIVER;
	writer.refuse[1] = PB_ENOSPC;
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_PASS);
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_PASS);
	assert_int_equal(writer.kept_count, 2); /* tilleuls has both */
	assert_kept(0, 0, "received");
	assert_kept(1, 0, "received");
	assert_gaps(f, "1778083320000000 writer_refused ormes 3458797a3133\n"
		       "1778083320000000 writer_refused ormes 3458797a3133\n");
	pb_doorway_tick(f->doorway); /* refused: the lines stay */
	assert_int_equal(writer.kept_count, 2);
	pb_buf_clear(&f->log);
	pb_doorway_tick(f->doorway);
	assert_int_equal(f->log.len, 0); /* said once */
	writer.refuse[1] = PB_OK;
	pb_doorway_tick(f->doorway);
	assert_int_equal(writer.kept_count, 3);
	assert_gaps(f, "");
}

static void
nothing_passes_that_cannot_be_remembered(void **state)
{
	struct fixture *f = *state;

	f->door.on_failure = PB_FAILURE_DELIVER;
	writer.away = true;
	f->faulty.fault = TEST_FAULT_ERROR;
	f->faulty.error = 28; /* ENOSPC */
	for (f->faulty.fail_at = 1;; f->faulty.fail_at++) {
		enum pb_outcome outcome;

		f->faulty.calls = f->faulty.failed = 0;
		outcome = bring_message(f, &to_one);
		assert_int_equal(
		    outcome, f->faulty.failed > 0 ? PB_OUTCOME_DEFER : PB_OUTCOME_PASS);
		if (f->faulty.failed == 0)
			break;
		assert_gaps(f, "");
	}
	assert_true(f->faulty.fail_at > 3); /* open, write, sync, directory */
	f->faulty.fail_at = 0;
	assert_gaps(f, "1778083320000000 writer_away tilleuls 3458797a3132\n");
}

static void
a_message_waits_so_long_and_passes_then(void **state)
{
	struct fixture *f = *state;

	f->door.on_failure = PB_FAILURE_DEFER_THEN_DELIVER;
	f->door.deliver_after_s = 600;
	writer.away = true;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_DEFER);
	f->clock.now_us += 599 * 1000000LL;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_DEFER);
	f->clock.now_us += 1000000;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_PASS);
	writer.away = false;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT);
	writer.away = true; /* and the time begins anew */
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_DEFER);
}

static void
a_door_that_is_started_anew_goes_on_counting(void **state)
{
	struct fixture *f = *state;

	f->door.on_failure = PB_FAILURE_DEFER_THEN_DELIVER;
	f->door.deliver_after_s = 600;
	writer.away = true;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_DEFER);
	f->clock.now_us += 599 * 1000000LL;
	close_door(f);
	open_door(f);
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_DEFER);
	f->clock.now_us += 1000000;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_PASS);
	writer.away = false;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT);
	close_door(f);
	open_door(f);
	writer.away = true; /* the time began anew */
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_DEFER);
}

/* Nobody knows how long it was: mail waits rather than pass. */
static void
a_clock_that_was_set_back_meanwhile_begins_the_time_anew(void **state)
{
	struct fixture *f = *state;

	f->door.on_failure = PB_FAILURE_DEFER_THEN_DELIVER;
	f->door.deliver_after_s = 600;
	writer.away = true;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_DEFER);
	close_door(f);
	test_clock_step(&f->clock, -3600 * 1000000LL);
	open_door(f);
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_DEFER);
	f->clock.now_us += 599 * 1000000LL;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_DEFER);
	f->clock.now_us += 1000000;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_PASS);
}

static void
a_writer_that_takes_too_long_is_told_apart(void **state)
{
	struct fixture *f = *state;

	f->door.on_failure = PB_FAILURE_DELIVER;
	writer.takes_us = 1000000;
	writer.break_at = 1;
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_PASS);
	assert_int_equal(writer.connections, 1); /* no time for another attempt */
	assert_gaps(f, "1778083321000000 too_late tilleuls 3458797a3132\n");
}

/* ---- what is told --------------------------------------------------------------------------- */

static void
open_board(struct fixture *f)
{
	const char *const names[] = { "entree" };
	int fd = -1;

	(void)snprintf(f->path, sizeof(f->path), "%s/board", f->dir);
	assert_int_equal(pb_board_make(f->path, 1, &fd, NULL), PB_OK);
	assert_int_equal(pb_board_map(fd, names, 1, &f->board, NULL), PB_OK);
	(void)close(fd);
	close_door(f);
	open_door(f);
}

static void
assert_told(struct fixture *f, enum pb_board_number number, uint64_t value)
{
	struct pb_board_row *row = NULL;
	size_t count = 0;

	assert_int_equal(pb_board_read(pb_sys_world()->files, f->path, &row, &count, NULL), PB_OK);
	assert_int_equal(count, 1);
	assert_int_equal(row->number[number], value);
	free(row);
}

static void
a_door_tells_what_became_of_its_mail(void **state)
{
	struct fixture *f = *state;

	open_board(f);
	writer.takes_us = 5000;
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_KEPT);
	assert_told(f, PB_BOARD_KEPT, 1);
	assert_told(f, PB_BOARD_LAST_US, NOON_US + 5000);
	assert_told(f, PB_BOARD_LAG_US, 5000);
	assert_told(f, PB_BOARD_FAILING_US, 0);
	writer.takes_us = 0;
	writer.away = true;
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_DEFER);
	assert_told(f, PB_BOARD_DEFERRED, 1);
	assert_told(f, PB_BOARD_FAILING_US, NOON_US + 5000);
	f->clock.now_us += 1000000;
	f->door.on_failure = PB_FAILURE_DELIVER;
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_PASS);
	assert_told(f, PB_BOARD_PASSED, 1);
	assert_told(f, PB_BOARD_GAPS_WAITING, 2);
	assert_told(f, PB_BOARD_FAILING_US, NOON_US + 5000);
	writer.away = false;
	pb_doorway_tick(f->doorway);
	assert_told(f, PB_BOARD_GAPS_WAITING, 0);
	assert_int_equal(bring_message(f, &to_one), PB_OUTCOME_KEPT);
	assert_told(f, PB_BOARD_FAILING_US, NOON_US + 5000); /* the other archive */
	assert_int_equal(bring_message(f, &to_both), PB_OUTCOME_KEPT);
	assert_told(f, PB_BOARD_FAILING_US, 0);
	assert_told(f, PB_BOARD_KEPT, 3);
	assert_told(f, PB_BOARD_DEFERRED, 1);
	pb_board_free(f->board);
	f->board = NULL;
}

/* ---- memory --------------------------------------------------------------------------------- */

static void
memory_that_runs_out_defers_and_says_so(void **state)
{
	struct fixture *f = *state;
	uint64_t failed = 1;

	if (!test_memory_can_fail())
		skip();
	writer.blind = true;
	for (uint64_t nth = 1; failed > 0; nth++) {
		enum pb_outcome outcome;

		pb_transaction_free(f->t);
		f->t = NULL;
		pb_buf_clear(&f->log);
		test_memory_fail_own(nth, false);
		if (pb_transaction_new(f->doorway, &f->t, NULL) != PB_OK) {
			assert_true(test_memory_restore() > 0);
			continue;
		}
		outcome = bring_message(f, &to_both);
		failed = test_memory_restore();
		if (outcome == PB_OUTCOME_DEFER)
			assert_int_equal(f->why.status, PB_ENOMEM);
		else
			assert_int_equal(outcome, PB_OUTCOME_KEPT);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_concerns_nobody_goes_as_the_policy_says),
		TEST(an_empty_message_is_one),
		TEST(what_is_dropped_is_not_kept),
		TEST(session_goes_on_with_what_another_left),
		TEST(what_is_too_long_is_not_kept),
		TEST(a_message_goes_to_the_archives_that_it_concerns),
		TEST(each_archive_has_its_own_secret_of_a_large_message_too),
		TEST(a_message_waits_while_the_writer_is_away),
		TEST(a_connection_that_broke_is_made_anew_once),
		TEST(what_may_have_been_kept_is_handed_over_under_another_secret),
		TEST(a_log_of_another_name_is_sealed_for_anew),
		TEST(a_message_is_not_handed_to_one_archive_again_and_again_while_another_fails),
		TEST(nobody_is_handed_a_message_that_lacks_an_archive),
		TEST(what_passes_is_a_gap_in_the_log_when_the_writer_is_back),
		TEST(what_a_door_let_through_that_is_no_more_the_first_one_states),
		TEST(the_gap_is_of_the_archive_that_failed),
		TEST(nothing_passes_that_cannot_be_remembered),
		TEST(a_message_waits_so_long_and_passes_then),
		TEST(a_door_that_is_started_anew_goes_on_counting),
		TEST(a_clock_that_was_set_back_meanwhile_begins_the_time_anew),
		TEST(a_writer_that_takes_too_long_is_told_apart),
		TEST(a_door_tells_what_became_of_its_mail),
		TEST(memory_that_runs_out_defers_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
