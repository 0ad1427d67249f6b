/* Rehearsing recovery, and the sheet from which its key comes back. */
#include "archive/fixture.h"

#include "archive/destroy.h"
#include "keys/change.h"
#include "keys/rehearsal.h"
#include "keys/sheet.h"

#define CODE "CODE-FICTIF"

/* A recovery key in its file, as it is given out; made once. */
static struct pb_buf file;
static struct pb_reader_key *recovery;

static int
make_recovery(void **state)
{
	struct pb_buf certificate = PB_BUF_EMPTY;

	if (found_template(state) != 0)
		return 1;
	assert_int_equal(pb_reader_generate("probant recovery", NOON_S, CODE, strlen(CODE), &file,
			     &certificate, NULL),
	    PB_OK);
	assert_int_equal(pb_buf_append(&file, certificate.data, certificate.len), PB_OK);
	pb_buf_done(&certificate);
	assert_int_equal(pb_reader_key_open(file.data, file.len, file.data, file.len, CODE,
			     strlen(CODE), &recovery, NULL),
	    PB_OK);
	return 0;
}

static int
forget_recovery(void **state)
{
	pb_reader_key_free(recovery);
	pb_buf_done(&file);
	return forget_template(state);
}

/* Two segments with messages, the recovery key added, and a third. */
static void
prepare(struct fixture *f, bool past)
{
	struct pb_archive *archive;
	char id[PB_READER_ID_SIZE];

	fresh(f);
	add_commits(f, NULL, 1);
	add_commits(f, NULL, 2);
	archive = open_archive(f, f->key);
	assert_int_equal(
	    pb_reader_add(archive, file.data, file.len, "recovery", past, id, NULL), PB_OK);
	commit(f, archive, 1);
	close_archive(archive);
}

static struct pb_rehearsed
standing(struct fixture *f)
{
	struct pb_rehearsed rehearsed;

	assert_int_equal(pb_rehearsal_last(&f->world, f->dir, &rehearsed, NULL), PB_OK);
	return rehearsed;
}

/* ---- rehearsing ----------------------------------------------------------------------------- */

static void
without_a_key_nothing_is_rehearsed(void **state)
{
	struct fixture *f = *state;
	struct pb_rehearsal rehearsal;
	struct pb_archive *archive;

	fresh(f);
	assert_false(standing(f).recovery);
	archive = open_archive(f, NULL);
	assert_int_equal(pb_rehearse(archive, false, &rehearsal, NULL), PB_EACCESS);
	assert_int_equal(pb_archive_size(archive), 1);
	close_archive(archive);
}

static void
a_key_that_opens_everything_is_said_to_and_recorded(void **state)
{
	struct fixture *f = *state;
	struct pb_rehearsal rehearsal;
	struct pb_archive *archive;
	struct pb_json *facts;
	uint8_t type;

	prepare(f, true);
	assert_true(standing(f).recovery);
	assert_int_equal(standing(f).last_s, 0);
	archive = open_archive(f, recovery);
	pass_time(f, 100);
	assert_int_equal(pb_rehearse(archive, true, &rehearsal, NULL), PB_OK);
	assert_int_equal(rehearsal.segments, 4);
	assert_int_equal(rehearsal.opened, 4);
	assert_int_equal(rehearsal.records, 3); /* the founding segment holds no sealed one */
	assert_string_equal(rehearsal.first_closed, "");
	facts = read_facts(f, pb_archive_size(archive) - 1, &type);
	assert_int_equal(type, PB_RECORD_MANAGEMENT);
	assert_string_equal(text_of(facts, "event"), "rehearsed");
	assert_string_equal(text_of(facts, "reader"), pb_reader_id(pb_reader_key_reader(recovery)));
	assert_int_equal(number_of(facts, "opened"), 4);
	pb_json_free(facts);
	close_archive(archive);
	assert_int_equal(standing(f).last_s, NOON_S + 100);
	assert_holds(f);
}

static void
what_stays_closed_is_named_and_the_note_is_not_written(void **state)
{
	struct fixture *f = *state;
	struct pb_rehearsal rehearsal;
	struct pb_archive *archive;

	prepare(f, false);
	archive = open_archive(f, recovery);
	assert_int_equal(pb_rehearse(archive, false, &rehearsal, NULL), PB_OK);
	close_archive(archive);
	assert_int_equal(rehearsal.segments, 4);
	assert_int_equal(rehearsal.opened, 1);
	assert_int_equal(strtoull(rehearsal.first_closed, NULL, 16), 0);
	assert_int_equal(rehearsal.why, PB_EACCESS);
	assert_int_equal(standing(f).last_s, 0);
	assert_holds(f);
}

static void
a_lost_key_file_shows_in_a_rehearsal(void **state)
{
	struct fixture *f = *state;
	char(*names)[PB_SEGMENT_NAME_LEN + 1];
	struct pb_rehearsal rehearsal;
	struct pb_archive *archive;
	char path[80];
	size_t count;

	prepare(f, true);
	names = segments(f, &count);
	(void)snprintf(path, sizeof(path), "keys/%s.key", names[1]);
	assert_int_equal(unlink(at(f, path)), 0);
	archive = open_archive(f, recovery);
	assert_int_equal(pb_rehearse(archive, false, &rehearsal, NULL), PB_OK);
	close_archive(archive);
	assert_int_equal(rehearsal.opened, 3);
	assert_string_equal(rehearsal.first_closed, names[1]);
	free(names);
}

/* ---- the sheet ------------------------------------------------------------------------------ */

/* The lines of a text sheet, typed in; how many. */
static unsigned
type_in(const char *text, struct pb_sheet_typed *typed)
{
	bool whole = false;

	for (const char *at = text; *at != '\0' && !whole; at += strcspn(at, "\n") + 1) {
		size_t len = strcspn(at, "\n");

		/* " 1  ABCD ..." */
		if (len > 8 && at[2] == ' ' && at[3] == ' ' && at[1] >= '0' && at[1] <= '9' &&
		    (at[0] == ' ' || (at[0] >= '0' && at[0] <= '9')))
			assert_int_equal(pb_sheet_typed_line(typed, at, len, &whole, NULL), PB_OK);
	}
	assert_true(whole);
	return typed->lines;
}

/* Zeros in the slots of the messages of one segment, as a destruction leaves them. */
static void
lose_secrets(struct fixture *f)
{
	static const uint8_t zeros[PB_SLOT_LEN];
	size_t count;
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = segments(f, &count);
	char path[PB_SEGMENT_NAME_LEN + 16];
	struct pb_buf slots;

	(void)snprintf(path, sizeof(path), "keys/%s.key", names[1]);
	slots = slurp(at(f, path));
	assert_int_equal(slots.len, 3 * PB_SLOT_LEN); /* of the index, the segment, a message */
	memcpy(slots.data + 2 * PB_SLOT_LEN, zeros, PB_SLOT_LEN);
	spit(at(f, path), slots.data, slots.len);
	pb_buf_done(&slots);
	free(names);
}

static void
a_secret_that_is_gone_counts_only_if_the_log_says_that_it_was_destroyed(void **state)
{
	struct fixture *f = *state;
	struct pb_runs runs = PB_RUNS_EMPTY;
	struct pb_rehearsal rehearsal;
	struct pb_archive *archive;

	prepare(f, true);
	lose_secrets(f);
	archive = open_archive(f, recovery);
	assert_int_equal(pb_rehearse(archive, false, &rehearsal, NULL), PB_OK);
	assert_int_equal(rehearsal.opened, rehearsal.segments - 1);
	assert_int_equal(rehearsal.why, PB_ECORRUPT);
	close_archive(archive);
	prepare(f, true);
	archive = open_archive(f, recovery);
	assert_int_equal(pb_runs_add(&runs, f->kept.seq[0], f->kept.seq[0]), PB_OK);
	assert_int_equal(pb_archive_destroy(archive, &runs, PB_DESTROY_COURT, NULL, NULL), PB_OK);
	pb_runs_done(&runs);
	assert_int_equal(pb_rehearse(archive, false, &rehearsal, NULL), PB_OK);
	assert_int_equal(rehearsal.opened, rehearsal.segments);
	close_archive(archive);
}

static void
a_sheet_gives_the_same_file_again(void **state)
{
	struct pb_buf sheet = PB_BUF_EMPTY, page = PB_BUF_EMPTY, again = PB_BUF_EMPTY;
	struct pb_sheet_typed typed = { .lines = 0 };
	struct pb_reader_key *key = NULL;
	struct fixture *f = *state;

	prepare(f, true);
	assert_int_equal(
	    pb_sheet_make(&f->world, f->dir, file.data, file.len, false, &sheet, NULL), PB_OK);
	assert_int_equal(
	    pb_sheet_make(&f->world, f->dir, file.data, file.len, true, &page, NULL), PB_OK);
	assert_non_null(strstr(pb_buf_text(&sheet), f->created.verifier_key));
	assert_non_null(strstr(pb_buf_text(&page), f->created.verifier_key));
	assert_int_equal(type_in(pb_buf_text(&sheet), &typed), 13);
	assert_int_equal(
	    pb_sheet_restore(&f->world, f->dir, &typed, "WRONG", 5, &again, &key, NULL),
	    PB_EACCESS);
	assert_int_equal(again.len, 0);
	assert_int_equal(
	    pb_sheet_restore(&f->world, f->dir, &typed, CODE, strlen(CODE), &again, &key, NULL),
	    PB_OK);
	assert_int_equal(again.len, file.len);
	assert_memory_equal(again.data, file.data, file.len);
	pb_reader_key_free(key);
	pb_buf_done(&typed.octets);
	pb_buf_done(&sheet);
	pb_buf_done(&page);
	pb_buf_done(&again);
}

static void
a_sheet_of_another_archive_is_told_so(void **state)
{
	struct pb_buf sheet = PB_BUF_EMPTY, again = PB_BUF_EMPTY;
	struct pb_sheet_typed typed = { .lines = 0 };
	struct pb_reader_key *key = NULL;
	struct fixture *f = *state;
	struct pb_error err = { 0 };

	prepare(f, true);
	assert_int_equal(
	    pb_sheet_make(&f->world, f->dir, file.data, file.len, false, &sheet, NULL), PB_OK);
	assert_non_null(pb_buf_text(&sheet));
	(void)type_in(pb_buf_text(&sheet), &typed);
	fresh(f); /* it was never a reader here */
	pb_buf_clear(&sheet);
	assert_int_equal(
	    pb_sheet_make(&f->world, f->dir, file.data, file.len, false, &sheet, &err), PB_ENOENT);
	assert_int_equal(sheet.len, 0);
	assert_int_equal(
	    pb_sheet_restore(&f->world, f->dir, &typed, CODE, strlen(CODE), &again, &key, &err),
	    PB_ENOENT);
	assert_null(key);
	pb_buf_done(&typed.octets);
	pb_buf_done(&sheet);
}

static void
a_sheet_that_begins_otherwise_is_refused_at_once(void **state)
{
	struct pb_sheet_typed typed = { .lines = 0 };
	bool whole;

	(void)state;
	assert_int_equal(pb_sheet_typed_line(&typed, "0000 0000  00", 13, &whole, NULL), PB_EDATA);
	assert_int_equal(typed.lines, 0);
	assert_int_equal(typed.octets.len, 0);
	pb_buf_done(&typed.octets);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_key_nothing_is_rehearsed),
		cmocka_unit_test(a_key_that_opens_everything_is_said_to_and_recorded),
		cmocka_unit_test(what_stays_closed_is_named_and_the_note_is_not_written),
		cmocka_unit_test(a_lost_key_file_shows_in_a_rehearsal),
		cmocka_unit_test(
		    a_secret_that_is_gone_counts_only_if_the_log_says_that_it_was_destroyed),
		cmocka_unit_test(a_sheet_gives_the_same_file_again),
		cmocka_unit_test(a_sheet_of_another_archive_is_told_so),
		cmocka_unit_test(a_sheet_that_begins_otherwise_is_refused_at_once),
	};

	return cmocka_run_group_tests(tests, make_recovery, forget_recovery);
}
