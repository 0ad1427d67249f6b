/* What messages say of others: every one that is called so is named, once, whatever fails. */
#include "archive/fixture.h"

#include <sqlite3.h>

#include "archive/catchup.h"
#include "archive/destroy.h"
#include "archive/views.h"
#include "catalog/marks.h"
#include "lib/program.h"
#include "record/observation.h"

/* ---- messages ------------------------------------------------------------------------------- */

#define SENT                                                                                       \
	"From: Camille <camille@tilleuls.example>\r\nMessage-ID: "                                 \
	"<m%u@tilleuls.example>\r\n\r\nx\r\n"
#define REPORT "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/"
#define DSN REPORT "delivery-status\r\n\r\nReporting-MTA: dns; MX.test\r\n"
#define MDN REPORT "disposition-notification\r\n\r\n"
#define OF(id) "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <" id ">\r\n--b--\r\n"
#define FAILED                                                                                     \
	"\r\nFinal-Recipient: rfc822; labo@analyses.example\r\nAction: failed\r\nStatus: "         \
	"5.1.1\r\n"                                                                                \
	"Diagnostic-Code: smtp; 550 Dr Nemo est parti\r\n\r\n"

/* A message of that type as one commit; envelope NULL: it has none. */
static uint64_t
keep(struct fixture *f, struct pb_archive *archive, uint8_t type, const char *envelope,
    const char *text)
{
	const char *body = strstr(text, "\r\n\r\n") + 4;
	struct pb_sealed sealed = PB_SEALED_EMPTY, *item = &sealed;
	uint8_t digest[PB_DIGEST_LEN];
	struct pb_sealer *sealer = NULL;
	struct pb_receipt receipt;

	assert_int_equal(pb_sealer_new(f->world.files, f->world.random, pb_archive_origin(archive),
			     f->root, 1, &sealer, NULL),
	    PB_OK);
	assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
	assert_int_equal(
	    pb_sealer_part(sealer, PB_PART_HEADER, text, (size_t)(body - text), NULL), PB_OK);
	if (*body != '\0')
		assert_int_equal(
		    pb_sealer_part(sealer, PB_PART_BODY, body, strlen(body), NULL), PB_OK);
	assert_int_equal(pb_sealer_digest(sealer, digest, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(sealer, PB_PART_FACTS, "{}", 2, NULL), PB_OK);
	if (envelope != NULL)
		assert_int_equal(
		    pb_sealer_part(sealer, PB_PART_ENVELOPE, envelope, strlen(envelope), NULL),
		    PB_OK);
	assert_int_equal(pb_sealer_finish(sealer, type, &sealed, NULL), PB_OK);
	pb_sealer_free(sealer);
	assert_int_equal(pb_commit(archive, &item, 1, &receipt, NULL), PB_OK);
	pb_sealed_done(&sealed);
	return receipt.seq;
}

static uint64_t
capture(struct fixture *f, struct pb_archive *archive, const char *text)
{
	return keep(f, archive, PB_RECORD_MESSAGE, NULL, text);
}

static uint64_t
capture_number(struct fixture *f, struct pb_archive *archive, unsigned number)
{
	char text[200];

	(void)snprintf(text, sizeof(text), SENT, number);
	return capture(f, archive, text);
}

/* ---- looking and stating -------------------------------------------------------------------- */

static struct pb_views *
begin(struct pb_archive *archive, bool own, bool anew)
{
	char *program = test_program("probant-mime");
	struct pb_views_options options = {
		.program = program, .threads = 1, .own = own, .anew = anew
	};
	struct pb_views *views = NULL;

	assert_int_equal(pb_views_new(archive, &options, &views, NULL), PB_OK);
	free(program);
	return views;
}

static size_t
state_all(struct pb_views *views, struct pb_archive *archive)
{
	size_t count = 0, sum = 0;
	bool more = true;

	while (more) {
		assert_int_equal(
		    pb_views_observe(views, archive, NULL, &more, &count, NULL), PB_OK);
		sum += count;
	}
	return sum;
}

/* As who writes does: the segment that is open, with its key. */
static size_t
observe_own(struct pb_archive *archive)
{
	struct pb_views *views = begin(archive, true, false);
	size_t count;

	assert_true(pb_views_offer_open(views, archive));
	assert_int_equal(pb_views_finish(views, NULL), PB_OK);
	count = state_all(views, archive);
	pb_views_free(views);
	return count;
}

/* As who reads does: everything, with his key. */
static size_t
observe_as_reader(struct fixture *f, bool anew)
{
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_views *views = begin(archive, false, anew);
	size_t count;

	assert_int_equal(pb_views_update(views, archive, NULL), PB_OK);
	assert_int_equal(pb_views_finish(views, NULL), PB_OK);
	count = state_all(views, archive);
	pb_views_free(views);
	close_archive(archive);
	return count;
}

static struct pb_catalog *
open_catalog(struct fixture *f)
{
	struct pb_catalog *catalog = NULL;

	assert_int_equal(
	    pb_catchup_open(f->world.files, f->dir, f->created.origin, false, &catalog, NULL),
	    PB_OK);
	return catalog;
}

/* A part of a record, as text; usable until the next call. */
static const char *
part_of(struct fixture *f, uint64_t seq, uint8_t kind)
{
	static char text[8192];
	struct pb_reading *reading = NULL;
	struct pb_buf part = PB_BUF_EMPTY;
	uint8_t sha256[PB_DIGEST_LEN], index;
	struct pb_opened *opened;
	struct pb_leaf leaf;

	assert_int_equal(pb_reading_new(f->world.files, f->dir, f->key, &reading, NULL), PB_OK);
	assert_int_equal(pb_reading_record(reading, seq, &leaf, &opened, sha256, NULL), PB_OK);
	index = pb_opened_find(opened, kind);
	text[0] = '\0';
	if (index < pb_opened_count(opened)) {
		assert_int_equal(
		    pb_opened_part(opened, index, sizeof(text) - 1, &part, NULL), PB_OK);
		memcpy(text, part.data, part.len);
		text[part.len] = '\0';
	}
	pb_buf_done(&part);
	pb_reading_free(reading);
	return text;
}

/* The nth observation of the archive, from 0. */
static uint64_t
observation(struct fixture *f, unsigned number)
{
	struct pb_reading *reading = NULL;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	struct pb_leaf leaf;
	uint64_t seq = 0;

	assert_int_equal(pb_reading_new(f->world.files, f->dir, f->key, &reading, NULL), PB_OK);
	for (;; seq++) {
		assert_int_equal(
		    pb_reading_record(reading, seq, &leaf, &opened, sha256, NULL), PB_OK);
		if (leaf.type == PB_RECORD_OBSERVATION && number-- == 0)
			break;
	}
	pb_reading_free(reading);
	return seq;
}

static void
assert_facts(struct fixture *f, unsigned number, const char *expected)
{
	assert_string_equal(part_of(f, observation(f, number), PB_PART_FACTS), expected);
}

static unsigned
stated(struct fixture *f)
{
	return count_type(f, PB_RECORD_OBSERVATION);
}

/* ---- what is joined ------------------------------------------------------------------------- */

static void
a_delivery_report_names_its_message_by_all_its_names(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	char expected[400];
	uint64_t sent, report;

	sent = keep(f, archive, PB_RECORD_MESSAGE,
	    "{\"mail_from\":\"camille@tilleuls.example\",\"mail_parameters\":\"BODY=8BITMIME "
	    "Envid=QQ+2B314159\",\"rcpt_to\":[{\"address\":\"labo@analyses.example\"}],"
	    "\"queue_id\":\"4F9D195432C\",\"mta\":\"mx.test\"}",
	    "Message-ID: <m1@tilleuls.example>\r\n\r\nx\r\n");
	(void)capture_number(f, archive, 2);
	report = capture(f, archive,
	    DSN
	    "Original-Envelope-Id: QQ+314159\r\nX-Postfix-Queue-ID: 4F9D195432C\r\n"
	    "Arrival-Date: Mon, 5 Feb 2007 13:00:06 -0500\r\n" FAILED OF("m1@tilleuls.example"));
	assert_int_equal(observe_own(archive), 1);
	(void)snprintf(expected, sizeof(expected),
	    "{\"event\":\"delivery\",\"speaks\":%u,\"of\":[{\"seq\":%u,\"by\":[\"message_id\","
	    "\"envelope_id\",\"queue_id\"]}],\"recipients\":[{\"action\":\"failed\",\"status\":"
	    "\"5.1.1\"}]}",
	    (unsigned)report, (unsigned)sent);
	assert_facts(f, 0, expected);
	assert_string_equal(part_of(f, observation(f, 0), PB_PART_ENVELOPE),
	    "{\"reporting_mta\":\"MX.test\",\"arrival\":\"Mon, 5 Feb 2007 13:00:06 -0500\","
	    "\"recipients\":[{\"address\":\"labo@analyses.example\",\"diagnostic\":"
	    "\"550 Dr Nemo est parti\"}]}");
	assert_int_equal(observe_own(archive), 0);
	close_archive(archive);
	assert_null(wrong_with(f));
}

static void
a_receipt_says_what_was_done_and_by_which_code(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	uint64_t sent = capture_number(f, archive, 1), receipt;
	char expected[400];

	receipt = capture(f, archive,
	    "Subject: [KO Int\xc3\xa9gration syst\xc3\xa8me !][E02]\r\n" MDN
	    "Final-Recipient: rfc822; labo@analyses.example\r\n"
	    "Original-Message-ID: <m1@tilleuls.example>\r\n"
	    "Disposition: automatic-action/MDN-sent-automatically; processed/error\r\n--b--\r\n");
	assert_int_equal(observe_own(archive), 1);
	(void)snprintf(expected, sizeof(expected),
	    "{\"event\":\"disposition\",\"speaks\":%u,\"of\":[{\"seq\":%u,\"by\":[\"message_id\"]}]"
	    ","
	    "\"disposition\":\"processed\",\"modifier\":\"error\",\"code\":\"E02\"}",
	    (unsigned)receipt, (unsigned)sent);
	assert_facts(f, 0, expected);
	assert_string_equal(part_of(f, observation(f, 0), PB_PART_ENVELOPE),
	    "{\"recipient\":\"labo@analyses.example\",\"disposition\":\"processed/error\","
	    "\"code\":\"E02\"}");
	close_archive(archive);
}

#define TRANSACTION(recipients)                                                                    \
	"{\"mail_from\":\"labo@analyses.example\",\"rcpt_to\":[" recipients "]}"
#define ONE "{\"address\":\"camille@tilleuls.example\"}"
#define OTHER "{\"address\":\"claude@tilleuls.example\"}"

static void
what_comes_again_names_what_came_before(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	const char *text = "Subject: r\xc3\xa9sultat\r\n\r\nx\r\n";
	uint64_t first, second;
	char expected[300];

	first = keep(f, archive, PB_RECORD_MESSAGE, TRANSACTION(ONE "," OTHER), text);
	(void)keep(f, archive, PB_RECORD_MESSAGE, TRANSACTION(ONE), text);
	(void)keep(f, archive, PB_RECORD_MESSAGE, TRANSACTION(ONE "," OTHER), "Subject: x\r\n\r\n");
	pass_time(f, 600);
	second = keep(f, archive, PB_RECORD_MESSAGE, TRANSACTION(OTHER "," ONE), text);
	assert_int_equal(observe_own(archive), 1);
	(void)snprintf(expected, sizeof(expected),
	    "{\"event\":\"again\",\"speaks\":%u,\"of\":[{\"seq\":%u,\"by\":[\"transaction\"]}]}",
	    (unsigned)second, (unsigned)first);
	assert_facts(f, 0, expected);
	pass_time(f, PB_LIMIT_RETRY_S + 1);
	(void)keep(f, archive, PB_RECORD_MESSAGE, TRANSACTION(ONE "," OTHER), text);
	assert_int_equal(observe_own(archive), 0);
	close_archive(archive);
	assert_null(wrong_with(f));
}

static void
one_queue_id_joins_two_at_the_same_mta_alone(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	const char *text = "Subject: x\r\n\r\nx\r\n";
	struct pb_observation o;
	struct pb_json *facts;
	uint64_t first, second;
	uint8_t type;

	first =
	    keep(f, archive, PB_RECORD_MESSAGE, "{\"queue_id\":\"ABC\",\"mta\":\"mx.test\"}", text);
	(void)keep(
	    f, archive, PB_RECORD_MESSAGE, "{\"queue_id\":\"ABC\",\"mta\":\"my.test\"}", text);
	(void)keep(f, archive, PB_RECORD_MESSAGE, "{\"queue_id\":\"ABC\"}", text);
	second =
	    keep(f, archive, PB_RECORD_MESSAGE, "{\"queue_id\":\"ABC\",\"mta\":\"MX.test\"}", text);
	assert_int_equal(observe_own(archive), 1);
	facts = read_facts(f, observation(f, 0), &type);
	assert_true(pb_observation_read(facts, &o));
	assert_int_equal(o.kind, PB_OBSERVED_QUEUE_ID);
	assert_int_equal(o.speaks, second);
	assert_int_equal(o.count, 1);
	assert_int_equal(o.of[0].seq, first);
	pb_json_free(facts);
	close_archive(archive);
}

/* ---- what a hostile sender can do ----------------------------------------------------------- */

static void
of_two_hundred_with_one_message_id_the_first_are_named_and_more_is_said(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_observation o;
	struct pb_json *facts;
	uint64_t first = 0;
	uint8_t type;

	for (unsigned i = 0; i < 200; i++) {
		uint64_t seq = capture_number(f, archive, 1);

		first = i == 0 ? seq : first;
	}
	(void)capture(f, archive, DSN FAILED OF("m1@tilleuls.example"));
	assert_int_equal(observe_own(archive), 1);
	facts = read_facts(f, observation(f, 0), &type);
	assert_true(pb_observation_read(facts, &o));
	assert_int_equal(o.count, PB_LIMIT_OBSERVED);
	assert_true(o.more);
	for (size_t i = 0; i < o.count; i++)
		assert_int_equal(o.of[i].seq, first + i);
	pb_json_free(facts);
	/* Nor does it grow by what comes after. */
	(void)capture_number(f, archive, 1);
	assert_int_equal(observe_own(archive), 0);
	close_archive(archive);
}

static void
of_many_that_came_before_the_last_are_named(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_observation o;
	struct pb_json *facts;
	uint64_t last = 0;
	uint8_t type;

	for (unsigned i = 0; i < 70; i++)
		last = keep(
		    f, archive, PB_RECORD_MESSAGE, TRANSACTION(ONE), "Subject: x\r\n\r\nx\r\n");
	assert_int_equal(observe_own(archive), 69);
	facts = read_facts(f, observation(f, 68), &type);
	assert_true(pb_observation_read(facts, &o));
	assert_int_equal(o.speaks, last);
	assert_true(o.more);
	assert_int_equal(o.of[PB_LIMIT_OBSERVED - 1].seq, last - 1);
	assert_int_equal(o.of[0].seq, last - PB_LIMIT_OBSERVED);
	pb_json_free(facts);
	close_archive(archive);
}

static void
what_speaks_of_nobody_here_is_stated_so(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_observation o;
	uint8_t type;

	(void)capture_number(f, archive, 1);
	(void)capture(f, archive, DSN FAILED OF("m1@autre.example"));
	(void)capture(f, archive, MDN "Disposition: x; displayed\r\n--b--\r\n");
	(void)capture(f, archive, REPORT "delivery-status\r\n\r\n\r\n--b--\r\n");
	assert_int_equal(observe_own(archive), 3);
	for (unsigned i = 0; i < 3; i++) {
		struct pb_json *facts = read_facts(f, observation(f, i), &type);

		assert_true(pb_observation_read(facts, &o));
		assert_int_equal(o.count, 0);
		assert_int_equal(o.kind, i == 1 ? PB_OBSERVED_DISPOSITION : PB_OBSERVED_DELIVERY);
		pb_json_free(facts);
	}
	assert_int_equal(observe_own(archive), 0);
	close_archive(archive);
}

static void
no_word_of_a_sender_gets_into_facts(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	const char *facts;

	(void)capture(f, archive,
	    DSN
	    "\r\nFinal-Recipient: rfc822; nemo@x.test\r\nAction: Nemo\r\nStatus: nemo.1.1\r\n\r\n"
	    "Action: failed\r\nStatus: 5.1.1234\r\n\r\n--b--\r\n");
	(void)capture(f, archive,
	    "Subject: [KO Int!][NEMO]\r\n" MDN "Disposition: x; nemo/nemo,error\r\n--b--\r\n");
	assert_int_equal(observe_own(archive), 2);
	for (unsigned i = 0; i < 2; i++) {
		facts = part_of(f, observation(f, i), PB_PART_FACTS);
		assert_null(strcasestr(facts, "nemo"));
		assert_null(strstr(facts, "1234"));
		assert_non_null(strstr(facts, "\"other\""));
	}
	assert_non_null(strstr(part_of(f, observation(f, 1), PB_PART_ENVELOPE), "NEMO"));
	close_archive(archive);
}

static void
what_came_before_does_not_speak_of_what_comes_after(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);

	(void)capture(f, archive, DSN FAILED OF("m1@tilleuls.example"));
	assert_int_equal(observe_own(archive), 1);
	(void)capture_number(f, archive, 1);
	assert_int_equal(observe_own(archive), 0);
	/* But of what is imported, which may be older than all. */
	(void)keep(
	    f, archive, PB_RECORD_IMPORTED, NULL, "Message-ID: <m1@tilleuls.example>\r\n\r\nx\r\n");
	assert_int_equal(observe_own(archive), 1);
	close_archive(archive);
}

/* ---- who can, and when ---------------------------------------------------------------------- */

static struct pb_secret *
copy_of(struct pb_secret *key)
{
	struct pb_secret *copy = NULL;

	assert_int_equal(pb_secret_new(pb_secret_len(key), &copy, NULL), PB_OK);
	memcpy(pb_secret_bytes(copy), pb_secret_bytes(key), pb_secret_len(key));
	return copy;
}

static void
a_segment_that_closed_is_observed_by_who_still_has_its_key(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_views *views = begin(archive, true, false);
	char stem[PB_SEGMENT_NAME_LEN + 1];
	struct pb_said_closed closed = { .stem = stem };
	size_t count = 0;
	bool more;

	pb_views_attach(archive, views);
	(void)capture_number(f, archive, 1);
	(void)capture(f, archive, DSN FAILED OF("m1@tilleuls.example"));
	memcpy(stem, pb_append_name(archive->append), sizeof(stem));
	closed.key = copy_of(pb_append_key(archive->append));
	pass_time(f, 2 * PB_LIMIT_SEGMENT_AGE_S);
	(void)capture_number(f, archive, 2);
	assert_int_equal(pb_views_finish(views, NULL), PB_OK);
	assert_int_equal(state_all(views, archive), 0);
	assert_int_equal(pb_views_observe(views, archive, &closed, &more, &count, NULL), PB_OK);
	assert_int_equal(count, 1);
	assert_false(more);
	pb_views_attach(archive, NULL);
	pb_views_free(views);
	close_archive(archive);
	pb_secret_free(closed.key);
	assert_int_equal(observe_as_reader(f, false), 0);
}

static void
what_nobody_could_open_is_joined_by_who_can(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_observation o;
	struct pb_json *facts;
	uint64_t sent = capture_number(f, archive, 1);
	uint8_t type;

	close_archive(archive);
	/* A writer that comes later has no key of that segment. */
	archive = open_archive(f, NULL);
	(void)capture(f, archive, DSN FAILED OF("m1@tilleuls.example"));
	assert_int_equal(observe_own(archive), 1);
	close_archive(archive);
	assert_int_equal(observe_as_reader(f, false), 1);
	facts = read_facts(f, observation(f, 1), &type);
	assert_true(pb_observation_read(facts, &o));
	assert_int_equal(o.count, 1);
	assert_int_equal(o.of[0].seq, sent);
	pb_json_free(facts);
	assert_int_equal(observe_as_reader(f, false), 0);
	assert_null(wrong_with(f));
}

/* ---- once, whatever happens ------------------------------------------------------------------ */

static void
lose_catalog(struct fixture *f)
{
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/catalog.db", f->dir);
	assert_int_equal(pb_catalog_remove(f->world.files, path, NULL), PB_OK);
}

static void
with_the_catalog_lost_nothing_is_stated_again(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);

	(void)capture_number(f, archive, 1);
	(void)capture(f, archive, DSN FAILED OF("m1@tilleuls.example"));
	(void)capture(f, archive, DSN FAILED OF("m2@tilleuls.example"));
	assert_int_equal(observe_own(archive), 2);
	close_archive(archive);
	lose_catalog(f);
	assert_int_equal(observe_as_reader(f, false), 0);
	assert_int_equal(observe_as_reader(f, true), 0);
	assert_int_equal(stated(f), 2);
}

static void
run_sql(struct fixture *f, const char *text)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(at(f, "catalog.db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
damaged_marks_are_told_and_made_again(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_views *views = NULL;
	struct pb_error err = { 0 };
	size_t count;
	bool more;

	(void)capture_number(f, archive, 1);
	(void)capture(f, archive, DSN FAILED OF("m1@tilleuls.example"));
	views = begin(archive, true, false);
	(void)pb_views_offer_open(views, archive);
	assert_int_equal(pb_views_finish(views, NULL), PB_OK);
	run_sql(f, "UPDATE mark SET mac = x'00'");
	assert_int_equal(pb_views_observe(views, archive, NULL, &more, &count, &err), PB_ECORRUPT);
	assert_non_null(strstr(err.todo, "reindex"));
	pb_views_free(views);
	close_archive(archive);
	assert_int_equal(observe_as_reader(f, true), 1);
}

/* The catalog as it stood when the first sync of a commit came: what a crash right behind it
 * leaves. */
static struct fixture *watched;
static struct pb_buf as_it_stood;

static int
sync_and_watch(void *ctx, int fd)
{
	(void)ctx;
	(void)fd;
	if (as_it_stood.len == 0)
		as_it_stood = slurp(at(watched, "catalog.db"));
	return 0;
}

static void
behind_a_crash_the_observation_that_was_committed_is_found(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_views *views;

	(void)capture_number(f, archive, 1);
	(void)capture(f, archive, DSN FAILED OF("m1@tilleuls.example"));
	views = begin(archive, true, false);
	(void)pb_views_offer_open(views, archive);
	assert_int_equal(pb_views_finish(views, NULL), PB_OK);
	watched = f;
	f->under.sync = sync_and_watch;
	assert_int_equal(state_all(views, archive), 1);
	f->under.sync = no_sync;
	pb_views_free(views);
	close_archive(archive);
	assert_true(as_it_stood.len > 0);
	(void)unlink(at(f, "catalog.db-wal"));
	(void)unlink(at(f, "catalog.db-shm"));
	spit(at(f, "catalog.db"), as_it_stood.data, as_it_stood.len);
	assert_int_equal(observe_as_reader(f, false), 0);
	assert_int_equal(stated(f), 1);
	pb_buf_done(&as_it_stood);
}

/* Each call of a file fails in turn, and all behind it, as where the process is killed. */
static void
whatever_fails_it_is_stated_once(void **state)
{
	struct fixture *f = *state;
	bool failed = true;

	for (uint64_t nth = 1; failed; nth++) {
		struct pb_archive *archive;
		struct pb_views *views;
		size_t count = 0;
		bool more;

		fresh(f);
		archive = open_archive(f, NULL);
		(void)capture_number(f, archive, 1);
		(void)capture(f, archive, DSN FAILED OF("m1@tilleuls.example"));
		views = begin(archive, true, false);
		(void)pb_views_offer_open(views, archive);
		assert_int_equal(pb_views_finish(views, NULL), PB_OK);
		fail_call(f, nth, EIO, true);
		failed = pb_views_observe(views, archive, NULL, &more, &count, NULL) != PB_OK;
		heal(f);
		pb_views_free(views);
		(void)pb_archive_close(archive, NULL);
		(void)observe_as_reader(f, false);
		assert_int_equal(stated(f), 1);
	}
}

static void
of_what_is_destroyed_no_mark_is_left(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_runs runs = PB_RUNS_EMPTY;
	struct pb_catalog *catalog;
	struct pb_marks before, after;
	uint64_t sent, record;
	struct pb_buf bytes;

	sent = keep(f, archive, PB_RECORD_MESSAGE, TRANSACTION(ONE),
	    "Message-ID: <m1@tilleuls.example>\r\n\r\nx\r\n");
	(void)capture(f, archive, DSN FAILED OF("m1@tilleuls.example"));
	assert_int_equal(observe_own(archive), 1);
	catalog = open_catalog(f);
	assert_int_equal(pb_catalog_marks(catalog, sent, &before, NULL), PB_OK);
	assert_true(before.set[PB_MARK_MESSAGE_ID] && before.set[PB_MARK_TRANSACTION]);
	pb_catalog_close(catalog);
	assert_int_equal(pb_runs_add(&runs, sent, sent), PB_OK);
	assert_int_equal(pb_archive_destroy(archive, &runs, PB_DESTROY_ERASURE, NULL, NULL), PB_OK);
	pb_runs_done(&runs);
	close_archive(archive);
	catalog = open_catalog(f);
	assert_int_equal(pb_catalog_marks(catalog, sent, &after, NULL), PB_OK);
	assert_false(after.set[PB_MARK_MESSAGE_ID] || after.set[PB_MARK_TRANSACTION]);
	assert_int_equal(pb_catalog_observation(catalog, sent, 0, &record, NULL), PB_ENOENT);
	pb_catalog_close(catalog);
	bytes = slurp(at(f, "catalog.db"));
	assert_null(memmem(bytes.data, bytes.len, before.mark[PB_MARK_MESSAGE_ID], PB_MARK_LEN));
	assert_null(memmem(bytes.data, bytes.len, before.mark[PB_MARK_TRANSACTION], PB_MARK_LEN));
	pb_buf_done(&bytes);
	assert_int_equal(observe_as_reader(f, true), 0);
	assert_null(wrong_with(f));
}

#define CASE(name) cmocka_unit_test_setup(name, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_delivery_report_names_its_message_by_all_its_names),
		CASE(a_receipt_says_what_was_done_and_by_which_code),
		CASE(what_comes_again_names_what_came_before),
		CASE(one_queue_id_joins_two_at_the_same_mta_alone),
		CASE(of_two_hundred_with_one_message_id_the_first_are_named_and_more_is_said),
		CASE(of_many_that_came_before_the_last_are_named),
		CASE(what_speaks_of_nobody_here_is_stated_so),
		CASE(no_word_of_a_sender_gets_into_facts),
		CASE(what_came_before_does_not_speak_of_what_comes_after),
		CASE(a_segment_that_closed_is_observed_by_who_still_has_its_key),
		CASE(what_nobody_could_open_is_joined_by_who_can),
		CASE(with_the_catalog_lost_nothing_is_stated_again),
		CASE(damaged_marks_are_told_and_made_again),
		CASE(behind_a_crash_the_observation_that_was_committed_is_found),
		CASE(whatever_fails_it_is_stated_once),
		CASE(of_what_is_destroyed_no_mark_is_left),
	};
	return cmocka_run_group_tests(tests, found_template, forget_template);
}
