/* What was imported before: known exactly as far as the log bears it out. */
#include "capture/fixture.h"

#include "capture/journal.h"
#include "crypto/digest.h"

#define RECORDS 40

/* A log: the commitments of its records. */
struct log {
	uint8_t commitment[RECORDS][PB_COMMITMENT_LEN];
	uint64_t size;
};

static enum pb_status
walk(void *ctx, uint64_t from, bool (*each)(void *arg, const uint8_t *commitment), void *arg,
    struct pb_error *err)
{
	struct log *log = ctx;

	(void)err;
	while (from < log->size && each(arg, log->commitment[from]))
		from++;
	return PB_OK;
}

static struct pb_sealed
sealed_of(const char *text)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;

	pb_digest_sha256(text, strlen(text), sealed.message_sha256);
	pb_digest_h2(text, strlen(text) + 1, sealed.commitment); /* another digest */
	return sealed;
}

/* The log gets a record of that text. */
static void
log_add(struct log *log, const char *text)
{
	const struct pb_sealed sealed = sealed_of(text);

	memcpy(log->commitment[log->size++], sealed.commitment, PB_COMMITMENT_LEN);
}

static struct pb_journal *
opened(struct fixture *f, struct log *log)
{
	const struct pb_journal_log held = { log, log->size, walk };
	struct pb_journal *journal = NULL;

	assert_int_equal(pb_journal_open(&f->world, f->dir, &held, true, &journal, NULL), PB_OK);
	return journal;
}

static void
source_of(struct pb_journal *journal, const char *path, uint8_t out[PB_JOURNAL_KEY_LEN])
{
	const struct pb_message_origin origin = {
		.path = path, .file_size = 3, .modified_us = NOON_US
	};

	assert_int_equal(pb_journal_source(journal, &origin, out, NULL), PB_OK);
}

/* The text of a file of that name is noted; whether it is a second arrival. */
static bool
note(struct pb_journal *journal, const char *text)
{
	const struct pb_sealed sealed = sealed_of(text);
	uint8_t source[PB_JOURNAL_KEY_LEN];
	bool second = false;

	source_of(journal, text, source);
	assert_int_equal(pb_journal_note(journal, source, &sealed, &second, NULL), PB_OK);
	return second;
}

/* Those bytes, found in the file of that name. */
static bool
knows_from(struct pb_journal *journal, const char *path, const char *text)
{
	const struct pb_sealed sealed = sealed_of(text);
	uint8_t source[PB_JOURNAL_KEY_LEN];
	bool has = false;

	source_of(journal, path, source);
	assert_int_equal(pb_journal_has(journal, source, &sealed, &has, NULL), PB_OK);
	return has;
}

static bool
knows(struct pb_journal *journal, const char *text)
{
	return knows_from(journal, text, text);
}

static int
set_up_archive(void **state)
{
	struct fixture *f;

	assert_int_equal(set_up(state), 0);
	f = *state;
	make_dir(f, "private");
	return 0;
}

static void
what_was_acknowledged_is_known_the_next_time(void **state)
{
	struct fixture *f = *state;
	struct log log = { .size = 0 };
	struct pb_journal *journal;

	log_add(&log, "record 0");
	journal = opened(f, &log);
	assert_false(note(journal, "a"));
	assert_false(note(journal, "b"));
	assert_true(note(journal, "a"));
	log_add(&log, "a");
	pb_journal_committed(journal, 1);
	log_add(&log, "b");
	pb_journal_committed(journal, 2);
	pb_journal_close(journal); /* the third was never committed */

	log_add(&log, "an access");
	journal = opened(f, &log);
	assert_true(knows(journal, "a"));
	assert_true(knows(journal, "b"));
	assert_false(knows(journal, "c"));
	assert_true(note(journal, "b"));
	assert_false(note(journal, "c"));
	pb_journal_close(journal);
}

/* The last of them that were settled, and one that was not yet: the rest is known as before. */
static void
what_was_destroyed_is_not_known_and_the_rest_is(void **state)
{
	struct fixture *f = *state;
	struct log log = { .size = 0 };
	uint8_t gone[2 * PB_IMPORTS_KEY_LEN];
	struct pb_journal *journal;

	log_add(&log, "record 0");
	journal = opened(f, &log);
	assert_false(note(journal, "a"));
	assert_false(note(journal, "b"));
	assert_false(note(journal, "c"));
	assert_false(note(journal, "d"));
	log_add(&log, "a");
	pb_journal_committed(journal, 1);
	log_add(&log, "b");
	pb_journal_committed(journal, 2);
	log_add(&log, "c");
	log_add(&log, "d");
	pb_journal_close(journal);
	memcpy(gone, sealed_of("c").commitment, PB_IMPORTS_KEY_LEN);
	memcpy(gone + PB_IMPORTS_KEY_LEN, sealed_of("b").commitment, PB_IMPORTS_KEY_LEN);
	assert_int_equal(pb_imports_forget(f->world.files, f->dir, gone, 2, NULL), PB_OK);
	for (unsigned i = 0; i < 2; i++) {
		journal = opened(f, &log);
		assert_true(knows(journal, "a"));
		assert_false(knows(journal, "b"));
		assert_false(knows(journal, "c"));
		assert_true(knows(journal, "d"));
		pb_journal_close(journal);
	}
	journal = opened(f, &log);
	assert_true(note(journal, "a"));
	assert_false(note(journal, "b"));
	assert_false(note(journal, "c"));
	assert_true(note(journal, "d"));
	pb_journal_close(journal);
}

/* Killed between the commit and the receipt, or before the commit: the log says which. */
static void
the_log_bears_out_what_nobody_was_told(void **state)
{
	struct fixture *f = *state;
	struct log log = { .size = 0 };
	struct pb_journal *journal;

	log_add(&log, "record 0");
	journal = opened(f, &log);
	assert_false(note(journal, "a"));
	assert_false(note(journal, "b"));
	assert_false(note(journal, "c"));
	pb_journal_close(journal);
	log_add(&log, "a segment");
	log_add(&log, "a");
	log_add(&log, "b");
	for (int round = 0; round < 3; round++) {
		journal = opened(f, &log);
		assert_true(knows(journal, "a"));
		assert_true(knows(journal, "b"));
		assert_false(knows(journal, "c"));
		pb_journal_close(journal);
		log_add(&log, "an access");
	}
}

/* An older copy of the archive beside a newer journal: what it knows may not be there. */
static void
a_journal_of_another_history_is_begun_anew(void **state)
{
	struct fixture *f = *state;
	struct log log = { .size = 0 }, other = { .size = 0 };
	struct pb_journal *journal;

	log_add(&log, "record 0");
	log_add(&other, "record 0");
	journal = opened(f, &log);
	assert_false(note(journal, "a"));
	log_add(&log, "a");
	pb_journal_committed(journal, 1);
	pb_journal_close(journal);
	journal = opened(f, &other); /* it ends before */
	assert_false(knows(journal, "a"));
	pb_journal_close(journal);

	journal = opened(f, &log);
	assert_false(note(journal, "b"));
	log_add(&log, "b");
	pb_journal_committed(journal, 2);
	pb_journal_close(journal);
	log_add(&other, "x");
	log_add(&other, "y");
	log_add(&other, "z");
	journal = opened(f, &other); /* it went on without */
	assert_false(knows(journal, "b"));
	assert_false(note(journal, "b"));
	pb_journal_close(journal);
}

static void
damage_costs_memory_of_the_past_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	struct log log = { .size = 0 };
	struct pb_journal *journal;
	int fd;

	log_add(&log, "record 0");
	journal = opened(f, &log);
	for (const char *text = "abcdefgh"; *text != '\0'; text++) {
		const char name[] = { *text, '\0' };

		assert_false(note(journal, name));
		log_add(&log, name);
		pb_journal_committed(journal, log.size - 1);
	}
	pb_journal_close(journal);
	fd = open(at(f, "imports"), O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 64 + 3 * 48 + 5), 0); /* a power cut took the rest */
	journal = opened(f, &log);
	assert_false(knows(journal, "h"));
	pb_journal_close(journal);
	assert_int_equal(ftruncate(fd, 7), 0);
	journal = opened(f, &log);
	assert_false(knows(journal, "a"));
	assert_false(note(journal, "a"));
	pb_journal_close(journal);
	assert_int_equal(ftruncate(fd, 0), 0);
	pb_journal_close(opened(f, &log));
	(void)close(fd);
}

/* The path, the size and the time are the same; so is the message, but elsewhere. */
static void
the_same_place_with_other_bytes_is_not_known(void **state)
{
	struct fixture *f = *state;
	struct log log = { .size = 0 };
	struct pb_journal *journal;

	log_add(&log, "record 0");
	journal = opened(f, &log);
	assert_false(note(journal, "a"));
	assert_false(note(journal, "b"));
	log_add(&log, "a");
	pb_journal_committed(journal, 1);
	log_add(&log, "b");
	pb_journal_committed(journal, 2);
	pb_journal_close(journal);
	journal = opened(f, &log);
	assert_true(knows_from(journal, "a", "a"));
	assert_false(knows_from(journal, "a", "c"));
	assert_false(knows_from(journal, "a", "b"));
	assert_false(knows_from(journal, "c", "a"));
	pb_journal_close(journal);
}

/* As a killed import leaves it: two acknowledged, three noted behind them of which none was kept.
 */
static void
no_bit_of_the_head_makes_it_know_what_was_never_kept(void **state)
{
	struct fixture *f = *state;
	struct log log = { .size = 0 };
	struct pb_journal *journal;
	struct pb_buf sound = PB_BUF_EMPTY;
	int fd;

	log_add(&log, "record 0");
	journal = opened(f, &log);
	for (const char *text = "abcde"; *text != '\0'; text++) {
		const char name[] = { *text, '\0' };

		assert_false(note(journal, name));
		if (*text > 'b')
			continue;
		log_add(&log, name);
		pb_journal_committed(journal, log.size - 1);
	}
	pb_journal_close(journal);
	log_add(&log, "an access");
	assert_int_equal(
	    pb_io_read_file(f->world.files, at(f, "imports"), 1000, &sound, NULL), PB_OK);
	assert_int_equal(sound.len, 64 + 5 * 48);
	fd = open(at(f, "imports"), O_RDWR);
	assert_true(fd >= 0);
	for (unsigned bit = 0; bit <= 8 * 64; bit++) {
		bool whole = bit == 8 * 64;

		if (!whole)
			sound.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(pwrite(fd, sound.data, sound.len, 0), (ssize_t)sound.len);
		journal = opened(f, &log);
		assert_int_equal(pb_journal_disbelieved(journal), !whole);
		assert_int_equal(knows(journal, "a"), whole);
		assert_int_equal(knows(journal, "b"), whole);
		assert_false(knows(journal, "c") || knows(journal, "d") || knows(journal, "e"));
		pb_journal_close(journal);
		if (!whole)
			sound.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	(void)close(fd);
	pb_buf_done(&sound);
}

/* Entries that were put in the place of others, or are missing, under a head that is whole. */
static void
a_head_does_not_speak_for_other_entries(void **state)
{
	struct fixture *f = *state;
	struct log log = { .size = 0 };
	struct pb_journal *journal;
	struct pb_buf sound = PB_BUF_EMPTY;
	int fd;

	log_add(&log, "record 0");
	journal = opened(f, &log);
	assert_false(note(journal, "a"));
	assert_false(note(journal, "b"));
	assert_false(note(journal, "c"));
	log_add(&log, "a");
	pb_journal_committed(journal, 1);
	log_add(&log, "b");
	pb_journal_committed(journal, 2);
	pb_journal_close(journal);
	assert_int_equal(
	    pb_io_read_file(f->world.files, at(f, "imports"), 1000, &sound, NULL), PB_OK);
	fd = open(at(f, "imports"), O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, sound.data + 64 + 2 * 48, 48, 64 + 48), 48);
	journal = opened(f, &log);
	assert_true(pb_journal_disbelieved(journal));
	assert_false(knows(journal, "a") || knows(journal, "b") || knows(journal, "c"));
	pb_journal_close(journal);

	assert_int_equal(pwrite(fd, sound.data, sound.len, 0), (ssize_t)sound.len);
	assert_int_equal(ftruncate(fd, 64 + 48), 0);
	journal = opened(f, &log);
	assert_true(pb_journal_disbelieved(journal));
	assert_false(knows(journal, "a"));
	pb_journal_close(journal);
	journal = opened(f, &log);
	assert_false(pb_journal_disbelieved(journal)); /* it was begun anew */
	pb_journal_close(journal);
	(void)close(fd);
	pb_buf_done(&sound);
}

static void
no_name_and_no_digest_stands_in_it(void **state)
{
	struct fixture *f = *state;
	struct log log = { .size = 0 };
	struct pb_journal *journal;
	struct pb_buf file = PB_BUF_EMPTY;
	const struct pb_sealed sealed = sealed_of("Camille");

	log_add(&log, "record 0");
	journal = opened(f, &log);
	assert_false(note(journal, "Camille"));
	pb_journal_close(journal);
	assert_int_equal(
	    pb_io_read_file(f->world.files, at(f, "imports"), 1000, &file, NULL), PB_OK);
	assert_int_equal(file.len, 64 + 48);
	assert_null(memmem(file.data, file.len, "Camille", 7));
	assert_null(memmem(file.data, file.len, sealed.message_sha256, 8));
	pb_buf_done(&file);
}

static void
a_machine_key_of_another_length_is_refused(void **state)
{
	struct fixture *f = *state;
	struct log log = { .size = 0 };
	struct pb_journal_log held = { &log, 1, walk };
	struct pb_journal *journal = NULL;

	put_text(f, "private/machine.key", "short");
	assert_int_equal(
	    pb_journal_open(&f->world, f->dir, &held, false, &journal, NULL), PB_ECORRUPT);
	assert_null(journal);
}

/* Each call fails: an error, or a journal that knows no more than is true. */
static void
no_failure_makes_it_know_what_is_not_there(void **state)
{
	struct fixture *f = *state;
	uint64_t i, failed = 1;

	for (i = 1; failed > 0; i++) {
		struct log log = { .size = 0 };
		struct pb_journal_log held = { &log, 0, walk };
		struct pb_journal *journal = NULL;
		enum pb_status status;

		log_add(&log, "record 0");
		held.size = log.size;
		(void)unlink(at(f, "imports"));
		f->faulty.calls = f->faulty.failed = 0;
		f->faulty.fail_at = i;
		f->faulty.fault = TEST_FAULT_ERROR;
		f->faulty.error = EIO;
		status = pb_journal_open(&f->world, f->dir, &held, true, &journal, NULL);
		if (status == PB_OK) {
			const struct pb_sealed sealed = sealed_of("a");
			uint8_t source[PB_JOURNAL_KEY_LEN];
			bool second = false;

			source_of(journal, "a", source);
			status = pb_journal_note(journal, source, &sealed, &second, NULL);
			assert_false(second);
			pb_journal_close(journal);
		}
		f->faulty.fault = TEST_FAULT_NONE;
		failed = f->faulty.failed;
		journal = opened(f, &log);
		assert_false(knows(journal, "a"));
		pb_journal_close(journal);
	}
	assert_true(i > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_was_acknowledged_is_known_the_next_time, set_up_archive, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_was_destroyed_is_not_known_and_the_rest_is, set_up_archive, tear_down),
		cmocka_unit_test_setup_teardown(
		    the_log_bears_out_what_nobody_was_told, set_up_archive, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_journal_of_another_history_is_begun_anew, set_up_archive, tear_down),
		cmocka_unit_test_setup_teardown(
		    damage_costs_memory_of_the_past_and_nothing_else, set_up_archive, tear_down),
		cmocka_unit_test_setup_teardown(
		    the_same_place_with_other_bytes_is_not_known, set_up_archive, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_bit_of_the_head_makes_it_know_what_was_never_kept, set_up_archive,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    a_head_does_not_speak_for_other_entries, set_up_archive, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_name_and_no_digest_stands_in_it, set_up_archive, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_machine_key_of_another_length_is_refused, set_up_archive, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_failure_makes_it_know_what_is_not_there, set_up_archive, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
