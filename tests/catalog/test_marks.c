/* Marks: records that are joined are due, whichever came in first; what is forgotten leaves no
 * mark.
 */
#include "catalog/fixture.h"

#include "catalog/marks.h"

/* Marks of a name, as good as random. */
static void
mark_of(uint64_t name, uint8_t out[PB_MARK_LEN])
{
	for (size_t i = 0; i < PB_MARK_LEN; i++) {
		name = name * 6364136223846793005U + 1442695040888963407U;
		out[i] = (uint8_t)(name >> 56);
	}
}

static void
put(struct pb_catalog *catalog, uint64_t seq, enum pb_mark_slot slot, uint64_t name)
{
	struct pb_marks marks = { .seq = seq, .report = slot >= PB_MARK_SPOKEN };

	marks.set[slot] = true;
	mark_of(name, marks.mark[slot]);
	assert_int_equal(pb_catalog_begin(catalog, NULL), PB_OK);
	assert_int_equal(pb_catalog_put_marks(catalog, &marks, NULL), PB_OK);
	assert_int_equal(pb_catalog_commit(catalog, NULL), PB_OK);
}

#define SPOKEN(name) (PB_MARK_SPOKEN + PB_MARK_##name)

static void
assert_due(struct pb_catalog *catalog, const uint64_t *expected, size_t count)
{
	uint64_t seq = 0;

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(pb_catalog_due(catalog, seq, &seq, NULL), PB_OK);
		assert_int_equal(seq++, expected[i]);
	}
	assert_int_equal(pb_catalog_due(catalog, seq, &seq, NULL), PB_ENOENT);
}

static size_t
called(struct pb_catalog *catalog, uint64_t name, uint64_t before, bool last, uint64_t out[8])
{
	uint8_t mark[PB_MARK_LEN];
	size_t count = 0;

	mark_of(name, mark);
	assert_int_equal(
	    pb_catalog_called(catalog, mark, before, last, out, 8, &count, NULL), PB_OK);
	return count;
}

static void
a_message_alone_is_not_due(void **state)
{
	struct pb_catalog *catalog = make(*state);

	put(catalog, 1, PB_MARK_MESSAGE_ID, 1);
	put(catalog, 2, PB_MARK_QUEUE_ID, 2);
	put(catalog, 3, PB_MARK_TRANSACTION, 3);
	/* Nor are two with one Message-ID, which anybody may write. */
	put(catalog, 4, PB_MARK_MESSAGE_ID, 1);
	assert_due(catalog, NULL, 0);
	pb_catalog_close(catalog);
}

static void
a_report_is_due_and_finds_what_is_called_so_before_it(void **state)
{
	struct pb_catalog *catalog = make(*state);
	const uint64_t due[] = { 7 };
	uint64_t seqs[8];

	put(catalog, 1, PB_MARK_MESSAGE_ID, 1);
	put(catalog, 3, PB_MARK_MESSAGE_ID, 1);
	put(catalog, 7, SPOKEN(MESSAGE_ID), 1);
	put(catalog, 9, PB_MARK_MESSAGE_ID, 1);
	assert_due(catalog, due, 1);
	assert_int_equal(called(catalog, 1, 7, false, seqs), 2);
	assert_true(seqs[0] == 1 && seqs[1] == 3);
	assert_int_equal(called(catalog, 1, 7, true, seqs), 2);
	assert_true(seqs[0] == 3 && seqs[1] == 1);
	assert_int_equal(called(catalog, 2, 7, false, seqs), 0);
	pb_catalog_close(catalog);
}

/* Segments are looked at in any order, one that needs a key much later. */
static void
what_is_looked_at_late_makes_the_report_due_again(void **state)
{
	struct pb_catalog *catalog = make(*state);
	const uint64_t due[] = { 7, 8 };

	put(catalog, 7, SPOKEN(MESSAGE_ID), 1);
	put(catalog, 8, SPOKEN(QUEUE_ID), 2);
	assert_int_equal(pb_catalog_begin(catalog, NULL), PB_OK);
	assert_int_equal(pb_catalog_due_done(catalog, 7, NULL), PB_OK);
	assert_int_equal(pb_catalog_due_done(catalog, 8, NULL), PB_OK);
	assert_int_equal(pb_catalog_commit(catalog, NULL), PB_OK);
	put(catalog, 9, PB_MARK_MESSAGE_ID, 1);
	assert_due(catalog, NULL, 0);
	put(catalog, 2, PB_MARK_MESSAGE_ID, 1);
	put(catalog, 3, PB_MARK_QUEUE_ID, 2);
	assert_due(catalog, due, 2);
	pb_catalog_close(catalog);
}

/* A mailbox is imported folder by folder: receipts may come before what they are for. */
static void
what_was_imported_may_stand_behind_what_speaks_of_it(void **state)
{
	struct pb_catalog *catalog = make(*state);
	struct pb_marks marks = { .seq = 9, .imported = true, .set = { true } };
	const uint64_t due[] = { 7 };
	uint64_t seqs[8];

	put(catalog, 7, SPOKEN(MESSAGE_ID), 1);
	assert_int_equal(pb_catalog_begin(catalog, NULL), PB_OK);
	assert_int_equal(pb_catalog_due_done(catalog, 7, NULL), PB_OK);
	mark_of(1, marks.mark[PB_MARK_MESSAGE_ID]);
	assert_int_equal(pb_catalog_put_marks(catalog, &marks, NULL), PB_OK);
	assert_int_equal(pb_catalog_commit(catalog, NULL), PB_OK);
	put(catalog, 10, PB_MARK_MESSAGE_ID, 1);
	assert_due(catalog, due, 1);
	assert_int_equal(called(catalog, 1, 7, false, seqs), 1);
	assert_int_equal(seqs[0], 9);
	assert_int_equal(called(catalog, 1, 9, false, seqs), 0);
	pb_catalog_close(catalog);
}

static void
the_second_of_two_transactions_is_due_whichever_is_looked_at_first(void **state)
{
	struct pb_catalog *catalog = make(*state);
	const uint64_t due[] = { 5, 15 };

	put(catalog, 2, PB_MARK_TRANSACTION, 1);
	put(catalog, 5, PB_MARK_TRANSACTION, 1);
	put(catalog, 15, PB_MARK_QUEUE_ID, 2);
	put(catalog, 12, PB_MARK_QUEUE_ID, 2);
	assert_due(catalog, due, 2);
	pb_catalog_close(catalog);
}

static void
what_was_begun_waits_until_somebody_knows_how_it_ended(void **state)
{
	struct pb_catalog *catalog = make(*state);
	const uint64_t due[] = { 3, 4 };
	bool any = true;

	put(catalog, 3, SPOKEN(MESSAGE_ID), 1);
	put(catalog, 4, SPOKEN(MESSAGE_ID), 1);
	assert_int_equal(pb_catalog_due_unknown(catalog, &any, NULL), PB_OK);
	assert_false(any);
	assert_int_equal(pb_catalog_begin(catalog, NULL), PB_OK);
	assert_int_equal(pb_catalog_due_begun(catalog, 3, true, NULL), PB_OK);
	assert_int_equal(pb_catalog_commit(catalog, NULL), PB_OK);
	assert_due(catalog, due + 1, 1);
	assert_int_equal(pb_catalog_due_unknown(catalog, &any, NULL), PB_OK);
	assert_true(any);
	/* Also where its segment is looked at again. */
	put(catalog, 3, SPOKEN(MESSAGE_ID), 1);
	assert_due(catalog, due + 1, 1);
	assert_int_equal(pb_catalog_begin(catalog, NULL), PB_OK);
	assert_int_equal(pb_catalog_due_again(catalog, NULL), PB_OK);
	assert_int_equal(pb_catalog_commit(catalog, NULL), PB_OK);
	assert_due(catalog, due, 2);
	pb_catalog_close(catalog);
}

static void
marks_come_back_as_they_were_put(void **state)
{
	struct pb_catalog *catalog = make(*state);
	struct pb_marks put_in = { .seq = 11 }, read;

	for (size_t slot = 0; slot < PB_MARK_SLOTS; slot += 2) {
		put_in.set[slot] = true;
		mark_of(slot, put_in.mark[slot]);
	}
	assert_int_equal(pb_catalog_begin(catalog, NULL), PB_OK);
	assert_int_equal(pb_catalog_put_marks(catalog, &put_in, NULL), PB_OK);
	assert_int_equal(pb_catalog_commit(catalog, NULL), PB_OK);
	assert_int_equal(pb_catalog_marks(catalog, 11, &read, NULL), PB_OK);
	assert_memory_equal(&read, &put_in, sizeof(read));
	assert_int_equal(pb_catalog_marks(catalog, 12, &read, NULL), PB_OK);
	for (size_t slot = 0; slot < PB_MARK_SLOTS; slot++)
		assert_false(read.set[slot]);
	pb_catalog_close(catalog);
}

static void
observations_are_found_from_both_sides(void **state)
{
	struct pb_catalog *catalog = make(*state);
	const struct pb_observed rows[] = { { .speaks = 7, .of = 1, .record = 20, .kind = 1 },
		{ .speaks = 7, .of = 3, .record = 20, .kind = 1 },
		{ .speaks = 9, .of = 3, .record = 21, .kind = 2 },
		{ .speaks = 9, .of = PB_OBSERVED_NOBODY, .record = 22, .kind = 3 } };
	struct pb_observed other = rows[1];
	uint64_t record = 0;
	size_t count = 9;
	bool is = false;

	assert_int_equal(pb_catalog_begin(catalog, NULL), PB_OK);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pb_catalog_put_observed(catalog, &rows[i], NULL), PB_OK);
	assert_int_equal(pb_catalog_commit(catalog, NULL), PB_OK);
	assert_int_equal(pb_catalog_observation(catalog, 3, 0, &record, NULL), PB_OK);
	assert_int_equal(record, 20);
	assert_int_equal(pb_catalog_observation(catalog, 3, 21, &record, NULL), PB_OK);
	assert_int_equal(record, 21);
	assert_int_equal(pb_catalog_observation(catalog, 3, 22, &record, NULL), PB_ENOENT);
	assert_int_equal(pb_catalog_observation(catalog, 9, 22, &record, NULL), PB_OK);
	assert_int_equal(pb_catalog_observed_count(catalog, 7, 1, &count, NULL), PB_OK);
	assert_int_equal(count, 2);
	assert_int_equal(pb_catalog_observed_count(catalog, 9, 3, &count, NULL), PB_OK);
	assert_int_equal(count, 0);
	assert_int_equal(pb_catalog_is_observed(catalog, &other, &is, NULL), PB_OK);
	assert_true(is);
	other.kind = 2;
	assert_int_equal(pb_catalog_is_observed(catalog, &other, &is, NULL), PB_OK);
	assert_false(is);
	pb_catalog_close(catalog);
}

/* 3,000 records, put in a scattered order, so that pages of the index are divided and moved. */
#define MANY 3000
#define SCATTERED(i) ((i)*1223 % MANY)

static void
marks_of_what_is_forgotten_stand_in_no_file(void **state)
{
	struct fixture *f = *state;
	struct pb_catalog *catalog = make(f);
	const struct pb_observed row = { .speaks = 1700, .of = 17, .record = 1800, .kind = 1 };
	uint8_t mark[PB_MARK_LEN];
	uint64_t seq[100], record;
	char wal[500];

	(void)snprintf(wal, sizeof(wal), "%s-wal", f->path);
	for (uint64_t i = 0; i < MANY; i++)
		put(catalog, SCATTERED(i), i % 3 == 0 ? PB_MARK_SPOKEN : (enum pb_mark_slot)(i % 4),
		    SCATTERED(i));
	assert_int_equal(pb_catalog_begin(catalog, NULL), PB_OK);
	assert_int_equal(pb_catalog_put_observed(catalog, &row, NULL), PB_OK);
	assert_int_equal(pb_catalog_commit(catalog, NULL), PB_OK);
	for (uint64_t i = 0; i < 100; i++)
		seq[i] = 17 * i;
	assert_int_equal(pb_catalog_forget(catalog, seq, 100, NULL), PB_OK);
	for (size_t i = 0; i < 100; i++) {
		for (int side = 0; side < 2; side++) {
			mark_of(seq[i], mark);
			for (size_t k = 0; side == 1 && k < PB_MARK_LEN; k++)
				mark[k] = (uint8_t)~mark[k];
			assert_false(holds(f->path, mark, sizeof(mark)));
			assert_false(holds(wal, mark, sizeof(mark)));
		}
	}
	assert_int_equal(pb_catalog_observation(catalog, 17, 0, &record, NULL), PB_ENOENT);
	assert_int_equal(pb_catalog_observation(catalog, 1700, 0, &record, NULL), PB_ENOENT);
	pb_catalog_close(catalog);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_message_alone_is_not_due),
		CASE(a_report_is_due_and_finds_what_is_called_so_before_it),
		CASE(what_is_looked_at_late_makes_the_report_due_again),
		CASE(what_was_imported_may_stand_behind_what_speaks_of_it),
		CASE(the_second_of_two_transactions_is_due_whichever_is_looked_at_first),
		CASE(what_was_begun_waits_until_somebody_knows_how_it_ended),
		CASE(marks_come_back_as_they_were_put),
		CASE(observations_are_found_from_both_sides),
		CASE(marks_of_what_is_forgotten_stand_in_no_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
