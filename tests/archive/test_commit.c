/* The one way into the log, and the segments that it leads to. */
#include "archive/fixture.h"

#define DAY_S PB_LIMIT_SEGMENT_AGE_S

static size_t
count_segments(struct fixture *f)
{
	size_t count = 0;

	free(segments(f, &count));
	return count;
}

/* ---- receipts ------------------------------------------------------------------------------- */

static void
receipts_tell_the_place_of_each_message(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	size_t i;

	assert_int_equal(pb_archive_size(archive), 1);
	commit(f, archive, 3);
	pass_time(f, 5);
	commit(f, archive, 1);
	for (i = 0; i < 4; i++)
		assert_int_equal(f->kept.seq[i], 1 + i);
	assert_int_equal(pb_archive_size(archive), 5);
	assert_int_equal(archive->head.time_s, NOON_S + 5);
	close_archive(archive);
	assert_holds(f);
}

static void
the_largest_group_is_one_commit(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_sealed *items = calloc(PB_LIMIT_GROUP_RECORDS, sizeof(*items));
	struct pb_sealed **order = calloc(PB_LIMIT_GROUP_RECORDS, sizeof(*order));
	struct pb_receipt *receipts = calloc(PB_LIMIT_GROUP_RECORDS, sizeof(*receipts));
	struct pb_sealer *sealer = NULL;
	uint64_t ends[4];
	size_t i;

	assert_int_equal(pb_archive_sealer(archive, &sealer, NULL), PB_OK);
	for (i = 0; i < PB_LIMIT_GROUP_RECORDS; i++) {
		order[i] = &items[i];
		assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
		assert_int_equal(pb_sealer_part(sealer, PB_PART_FACTS, "{}", 2, NULL), PB_OK);
		assert_int_equal(
		    pb_sealer_finish(sealer, PB_RECORD_MANAGEMENT, &items[i], NULL), PB_OK);
	}
	assert_int_equal(pb_commit(archive, order, PB_LIMIT_GROUP_RECORDS, receipts, NULL), PB_OK);
	for (i = 0; i < PB_LIMIT_GROUP_RECORDS; i++) {
		assert_int_equal(receipts[i].seq, 1 + i);
		pb_sealed_done(&items[i]);
	}
	assert_int_equal(commit_ends(f, archive->head.segment, ends, 4), 2);
	close_archive(archive);
	assert_holds(f);
	free(receipts);
	free(order);
	free(items);
}

/* ---- the clock ------------------------------------------------------------------------------ */

static void
assert_step(struct fixture *f, uint64_t seq, uint64_t from_s, uint64_t to_s)
{
	uint8_t type;
	struct pb_json *facts = read_facts(f, seq, &type);

	assert_int_equal(type, PB_RECORD_CAPTURE);
	assert_string_equal(text_of(facts, "event"), "clock_step");
	assert_int_equal(number_of(facts, "from_s"), from_s);
	assert_int_equal(number_of(facts, "to_s"), to_s);
	pb_json_free(facts);
}

static void
a_clock_that_steps_back_is_said_before_the_messages(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);

	pass_time(f, 100);
	commit(f, archive, 1);
	pass_time(f, -40);
	commit(f, archive, 2);
	assert_int_equal(f->kept.seq[1], 3);
	assert_int_equal(f->kept.seq[2], 4);
	pass_time(f, 0); /* it stands still: nothing to say */
	commit(f, archive, 1);
	pass_time(f, 10); /* on again, though still before the first */
	commit(f, archive, 1);
	assert_int_equal(f->kept.seq[4], 6);
	close_archive(archive);
	assert_step(f, 2, NOON_S + 100, NOON_S + 60);
	assert_int_equal(count_type(f, PB_RECORD_CAPTURE), 1);
	assert_holds(f);
}

static void
a_step_that_was_seen_is_said_once_by_how_much(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_clock_step step = { .from_us = NOON_S * 1000000LL + 100000000,
		.to_us = NOON_S * 1000000LL + 60000000,
		.since_us = 7,
		.until_us = 250007 };
	struct pb_json *facts;
	uint8_t type;

	pass_time(f, 100);
	commit(f, archive, 1);
	pass_time(f, -40);
	assert_int_equal(pb_commit_step(archive, &step, NULL), PB_OK);
	commit(f, archive, 1);
	step.to_us = step.from_us + 250001;
	assert_int_equal(pb_commit_step(archive, &step, NULL), PB_OK);
	close_archive(archive);
	assert_int_equal(count_type(f, PB_RECORD_CAPTURE), 2);
	facts = read_facts(f, 2, &type);
	assert_int_equal(type, PB_RECORD_CAPTURE);
	assert_string_equal(text_of(facts, "event"), "clock_step");
	assert_int_equal(number_of(facts, "from_us"), step.from_us);
	assert_int_equal(number_of(facts, "to_us"), NOON_S * 1000000LL + 60000000);
	assert_int_equal(number_of(facts, "elapsed_us"), 250000);
	assert_int_equal(number_of(facts, "back_us"), 40250000);
	assert_null(pb_json_get(facts, "ahead_us"));
	pb_json_free(facts);
	facts = read_facts(f, 4, &type);
	assert_int_equal(number_of(facts, "ahead_us"), 1);
	assert_null(pb_json_get(facts, "back_us"));
	pb_json_free(facts);
	assert_holds(f);
}

static void
a_new_segment_opens_before_the_step_is_said(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive;
	struct pb_json *facts;
	uint8_t type;

	pass_time(f, -3600);
	archive = open_archive(f, NULL);
	commit(f, archive, 1);
	close_archive(archive);
	facts = read_facts(f, 1, &type);
	assert_int_equal(type, PB_RECORD_KEY);
	pb_json_free(facts);
	assert_step(f, 2, NOON_S, NOON_S - 3600);
	assert_int_equal(f->kept.seq[0], 3);
	assert_holds(f);
}

static void
a_clock_before_1970_reads_as_its_beginning(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);

	f->clock.now_us = -5000000;
	commit(f, archive, 1);
	close_archive(archive);
	assert_step(f, 1, NOON_S, 0);
	assert_holds(f);
}

/* ---- segments ------------------------------------------------------------------------------- */

static void
with_the_key_the_newest_segment_is_continued(void **state)
{
	struct fixture *f = *state;

	add_commits(f, f->key, 2);
	add_commits(f, f->key, 1);
	assert_int_equal(count_segments(f), 1);
	assert_int_equal(f->kept.seq[2], 3);
	add_commits(f, NULL, 1);
	assert_int_equal(count_segments(f), 2);
	add_commits(f, f->key, 1);
	assert_int_equal(count_segments(f), 2);
	assert_holds(f);
}

static void
a_segment_states_the_one_before(void **state)
{
	struct fixture *f = *state;
	uint8_t stated[PB_DIGEST_LEN], digest[PB_DIGEST_LEN], type;
	char(*names)[PB_SEGMENT_NAME_LEN + 1];
	const struct pb_json *previous;
	struct pb_json *facts;
	struct pb_buf bytes;
	char name[64];
	size_t count;

	add_commits(f, f->key, 2);
	add_commits(f, NULL, 1);
	names = segments(f, &count);
	facts = read_facts(f, 3, &type);
	assert_int_equal(type, PB_RECORD_KEY);
	assert_string_equal(text_of(facts, "event"), "segment");
	assert_string_equal(text_of(facts, "segment"), names[1]);
	assert_null(pb_json_get(facts, "origin"));
	previous = pb_json_get(facts, "previous");
	assert_string_equal(text_of(previous, "segment"), names[0]);
	(void)snprintf(name, sizeof(name), "vault/%s.seg", names[0]);
	bytes = slurp(at(f, name));
	assert_int_equal(number_of(previous, "length"), bytes.len);
	pb_digest_sha256(bytes.data, bytes.len, digest);
	assert_true(pb_json_as_hex(pb_json_get(previous, "sha256"), stated, sizeof(stated)));
	assert_memory_equal(stated, digest, sizeof(digest));
	pb_buf_done(&bytes);
	pb_json_free(facts);
	free(names);
}

static void
a_segment_closes_after_a_day(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);

	pass_time(f, DAY_S - 1);
	commit(f, archive, 1);
	assert_int_equal(count_segments(f), 1);
	pass_time(f, 1);
	commit(f, archive, 1);
	assert_int_equal(count_segments(f), 2);
	/* A clock that goes back closes nothing. */
	pass_time(f, -3 * DAY_S);
	commit(f, archive, 1);
	assert_int_equal(count_segments(f), 2);
	pass_time(f, 3 * DAY_S + DAY_S);
	commit(f, archive, 2);
	assert_int_equal(count_segments(f), 3);
	close_archive(archive);
	assert_holds(f);
	/* The age counts from when the segment was made, also for the next writer. */
	pass_time(f, DAY_S);
	add_commits(f, f->key, 1);
	assert_int_equal(count_segments(f), 4);
	assert_holds(f);
}

static void
a_segment_closes_when_it_is_full(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);

	assert_int_equal(try_commit(f, archive, 1, (size_t)PB_LIMIT_SEGMENT - 4000, NULL), PB_OK);
	commit(f, archive, 1);
	assert_int_equal(count_segments(f), 1);
	while (archive->head.end < PB_LIMIT_SEGMENT)
		commit(f, archive, 1);
	assert_int_equal(count_segments(f), 1);
	commit(f, archive, 1);
	assert_int_equal(count_segments(f), 2);
	close_archive(archive);
	assert_holds(f);
}

static void
a_key_that_does_not_open_the_segment_begins_a_new_one(void **state)
{
	struct fixture *f = *state;
	struct pb_buf key = PB_BUF_EMPTY, certificate = PB_BUF_EMPTY;
	struct pb_reader_key *other = NULL;

	assert_int_equal(
	    pb_reader_generate("probant reader", NOON_S, "x", 1, &key, &certificate, NULL), PB_OK);
	assert_int_equal(pb_reader_key_open(key.data, key.len, certificate.data, certificate.len,
			     "x", 1, &other, NULL),
	    PB_OK);
	add_commits(f, other, 1);
	assert_int_equal(count_segments(f), 2);
	assert_holds(f);
	pb_reader_key_free(other);
	pb_buf_done(&key);
	pb_buf_done(&certificate);
}

/* ---- faults --------------------------------------------------------------------------------- */

static bool
is_sync(const char *operation)
{
	return strcmp(operation, "sync") == 0 || strcmp(operation, "sync_dir") == 0;
}

/*
 * Each call of a commit fails once.  After a write that failed the same writer
 * goes on; after a sync that failed it has stopped, and opening tells what is there.
 */
static void
fail_each_call(struct fixture *f, const struct pb_reader_key *key, int error)
{
	unsigned went_on = 0, stopped = 0;
	uint64_t i;

	for (i = 1;; i++) {
		struct pb_error err = { 0 };
		struct pb_archive *archive;
		enum pb_status status;
		const char *wrong;
		uint64_t size;

		fresh(f);
		archive = open_archive(f, key);
		commit(f, archive, 1);
		if (i % 2 == 0) /* the commit begins a segment too */
			pass_time(f, DAY_S);
		size = pb_archive_size(archive);
		fail_call(f, (i + 1) / 2, error, false);
		status = try_commit(f, archive, 2, 40, &err);
		heal(f);
		if (f->faulty.failed == 0 && i % 2 == 0) {
			assert_int_equal(status, PB_OK);
			close_archive(archive);
			break;
		}
		if (status == PB_OK) {
			close_archive(archive);
		} else if (archive->stopped) {
			stopped++;
			assert_true(is_sync(f->faulty.operation));
			assert_non_null(err.todo);
			assert_int_equal(try_commit(f, archive, 1, 40, NULL), PB_ESTOPPED);
			assert_int_equal(pb_archive_close(archive, NULL), PB_OK);
		} else {
			went_on++;
			assert_false(is_sync(f->faulty.operation));
			assert_int_equal(status, error == ENOSPC ? PB_ENOSPC : PB_EIO);
			assert_int_equal(pb_archive_size(archive), size);
			commit(f, archive, 1);
			close_archive(archive);
			wrong = i % 4 == 0 ? wrong_with(f) : NULL;
			if (wrong != NULL)
				fail_msg("call %llu (%s): going on: %s", (unsigned long long)i,
				    f->faulty.operation, wrong);
		}
		add_commits(f, f->key, 1);
		wrong = wrong_with(f);
		if (wrong != NULL)
			fail_msg("call %llu (%s): %s", (unsigned long long)i, f->faulty.operation,
			    wrong);
	}
	assert_true(went_on > 3);
	assert_true(stopped > 3);
}

static void
a_full_disk_costs_one_group_and_a_failed_sync_the_writer(void **state)
{
	fail_each_call(*state, NULL, ENOSPC);
}

static void
the_same_in_a_continued_segment(void **state)
{
	struct fixture *f = *state;

	fail_each_call(f, f->key, EIO);
}

/* The write fails, and taking it back fails too: nothing more is written by this writer. */
static void
a_write_that_cannot_be_taken_back_stops_the_writer(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	uint64_t i;

	commit(f, archive, 1);
	for (i = 1; !archive->stopped; i++) {
		fail_call(f, i, ENOSPC, true);
		assert_int_not_equal(try_commit(f, archive, 1, 40, NULL), PB_OK);
		heal(f);
		assert_true(f->faulty.failed > 0);
		if (!archive->stopped)
			commit(f, archive, 1);
	}
	assert_int_equal(try_commit(f, archive, 1, 40, NULL), PB_ESTOPPED);
	assert_int_equal(pb_archive_close(archive, NULL), PB_OK);
	add_commits(f, f->key, 1);
	assert_holds(f);
}

/* ---- records of the archive's own ----------------------------------------------------------- */

static void
a_record_of_its_own_has_facts_and_an_envelope(void **state)
{
	struct fixture *f = *state;
	struct pb_buf facts = PB_BUF_EMPTY, envelope = PB_BUF_EMPTY;
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_json *json;
	uint64_t seq = 0;
	uint8_t type;

	assert_int_equal(pb_buf_printf(&facts, "{\"event\":\"access\"}"), PB_OK);
	assert_int_equal(pb_buf_printf(&envelope, "{\"purpose\":\"un secret\"}"), PB_OK);
	assert_int_equal(
	    pb_commit_own(archive, PB_RECORD_MANAGEMENT, &facts, &envelope, &seq, NULL), PB_OK);
	assert_int_equal(seq, 1);
	assert_int_equal(
	    pb_commit_own(archive, PB_RECORD_MANAGEMENT, &facts, NULL, NULL, NULL), PB_OK);
	close_archive(archive);
	json = read_facts(f, 1, &type);
	assert_int_equal(type, PB_RECORD_MANAGEMENT);
	assert_string_equal(text_of(json, "event"), "access");
	pb_json_free(json);
	pb_buf_done(&facts);
	facts = slurp(newest(f, "vault", ".seg"));
	assert_null(memmem(facts.data, facts.len, "secret", 6));
	pb_buf_done(&facts);
	pb_buf_done(&envelope);
	assert_holds(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(receipts_tell_the_place_of_each_message, set_up),
		cmocka_unit_test_setup(the_largest_group_is_one_commit, set_up),
		cmocka_unit_test_setup(a_clock_that_steps_back_is_said_before_the_messages, set_up),
		cmocka_unit_test_setup(a_step_that_was_seen_is_said_once_by_how_much, set_up),
		cmocka_unit_test_setup(a_new_segment_opens_before_the_step_is_said, set_up),
		cmocka_unit_test_setup(a_clock_before_1970_reads_as_its_beginning, set_up),
		cmocka_unit_test_setup(with_the_key_the_newest_segment_is_continued, set_up),
		cmocka_unit_test_setup(a_segment_states_the_one_before, set_up),
		cmocka_unit_test_setup(a_segment_closes_after_a_day, set_up),
		cmocka_unit_test_setup(a_segment_closes_when_it_is_full, set_up),
		cmocka_unit_test_setup(
		    a_key_that_does_not_open_the_segment_begins_a_new_one, set_up),
		cmocka_unit_test_setup(
		    a_full_disk_costs_one_group_and_a_failed_sync_the_writer, set_up),
		cmocka_unit_test_setup(the_same_in_a_continued_segment, set_up),
		cmocka_unit_test_setup(a_write_that_cannot_be_taken_back_stops_the_writer, set_up),
		cmocka_unit_test_setup(a_record_of_its_own_has_facts_and_an_envelope, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
