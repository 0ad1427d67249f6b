/* What a crash left goes to quarantine whole, and again after each interruption. */
#include "archive/fixture.h"

#include "archive/quarantine.h"
#include "core/text.h"

struct scene {
	struct pb_tail tail;
	struct pb_buf segment; /* before */
	char seg[64], key[64];
};

/* Two whole commits and the head of a third, cut short; its slots are written. */
static void
begin(struct scene *s, struct fixture *f, bool whole_segment)
{
	struct pb_archive *archive;
	uint64_t ends[8];
	size_t count;

	memset(s, 0, sizeof(*s));
	fresh(f);
	archive = open_archive(f, NULL);
	commit(f, archive, 2);
	commit(f, archive, 1);
	commit(f, archive, 3);
	memcpy(s->tail.segment, archive->head.segment, sizeof(s->tail.segment));
	pb_archive_drop(archive);
	count = commit_ends(f, s->tail.segment, ends, 8);
	assert_int_equal(count, 3);
	s->tail.offset = whole_segment ? 0 : ends[1];
	s->tail.records = whole_segment ? 0 : 4;
	(void)snprintf(s->seg, sizeof(s->seg), "vault/%s.seg", s->tail.segment);
	(void)snprintf(s->key, sizeof(s->key), "keys/%s.key", s->tail.segment);
	cut_file(at(f, s->seg), (whole_segment ? ends[0] : ends[2]) - 20);
	s->segment = slurp(at(f, s->seg));
}

static void
done(struct scene *s)
{
	pb_buf_done(&s->segment);
}

/* The one file of quarantine/, its bytes and its name. */
static void
assert_quarantined(struct scene *s, struct fixture *f)
{
	struct pb_buf facts = PB_BUF_EMPTY, kept;
	struct pb_json *json = NULL;
	uint8_t h2[PB_H2_LEN], stated[PB_DIGEST_LEN];
	char name[160], path[260];
	size_t len = s->segment.len - s->tail.offset;

	assert_int_equal(count_entries(at(f, "quarantine")), 1);
	assert_int_equal(pb_quarantine_pending(f->world.files, f->dir, name, &facts, NULL), PB_OK);
	(void)snprintf(path, sizeof(path), "quarantine/%s", name);
	kept = slurp(at(f, path));
	assert_int_equal(kept.len, len);
	assert_memory_equal(kept.data, s->segment.data + s->tail.offset, len);
	pb_digest_h2(kept.data, kept.len, h2);
	assert_int_equal(pb_json_parse(facts.data, facts.len, &json, NULL), PB_OK);
	assert_string_equal(text_of(json, "event"), "torn_tail");
	assert_string_equal(text_of(json, "segment"), s->tail.segment);
	assert_int_equal(number_of(json, "offset"), s->tail.offset);
	assert_int_equal(number_of(json, "length"), len);
	assert_true(pb_json_as_hex(pb_json_get(json, "sha256"), stated, sizeof(stated)));
	assert_memory_equal(stated, h2, PB_DIGEST_LEN);
	assert_true(pb_json_as_hex(pb_json_get(json, "sha3_256"), stated, sizeof(stated)));
	assert_memory_equal(stated, h2 + PB_DIGEST_LEN, PB_DIGEST_LEN);
	pb_json_free(json);
	pb_buf_done(&kept);
	pb_buf_done(&facts);
}

static void
assert_gone(struct scene *s, struct fixture *f)
{
	if (s->tail.offset == 0)
		assert_false(exists(at(f, s->seg)));
	else
		assert_int_equal(size_of(at(f, s->seg)), s->tail.offset);
}

static void
a_torn_tail_is_moved_as_it_is(void **state)
{
	struct fixture *f = *state;
	struct scene s;

	begin(&s, f, false);
	assert_int_equal(pb_quarantine_tail(f->world.files, f->dir, &s.tail, NULL), PB_OK);
	assert_quarantined(&s, f);
	assert_gone(&s, f);
	done(&s);
}

static void
a_segment_without_a_commit_goes_as_a_whole(void **state)
{
	struct fixture *f = *state;
	struct scene s;

	begin(&s, f, true);
	assert_int_equal(pb_quarantine_tail(f->world.files, f->dir, &s.tail, NULL), PB_OK);
	assert_quarantined(&s, f);
	assert_gone(&s, f);
	done(&s);
}

/* Frames go before their secrets: a power cut must never leave a message without its key. */
static void
slots_are_not_touched_while_the_tail_stands(void **state)
{
	struct fixture *f = *state;
	struct pb_buf before, after;
	struct scene s;

	begin(&s, f, false);
	before = slurp(at(f, s.key));
	assert_int_equal(pb_quarantine_tail(f->world.files, f->dir, &s.tail, NULL), PB_OK);
	after = slurp(at(f, s.key));
	assert_int_equal(after.len, before.len);
	assert_memory_equal(after.data, before.data, before.len);
	pb_buf_done(&after);
	pb_buf_done(&before);
	done(&s);
}

static void
interrupted_anywhere_it_is_finished_by_doing_it_again(void **state)
{
	struct fixture *f = *state;
	struct scene s;
	uint64_t i;
	int whole, forever;

	for (whole = 0; whole < 2; whole++) {
		for (forever = 0; forever < 2; forever++) {
			for (i = 1;; i++) {
				begin(&s, f, whole);
				fail_call(f, i, EIO, forever);
				if (pb_quarantine_tail(f->world.files, f->dir, &s.tail, NULL) ==
				    PB_OK)
					break;
				heal(f);
				/* What opening does next, if the tail is still there. */
				if (exists(at(f, s.seg)) && size_of(at(f, s.seg)) > s.tail.offset)
					assert_int_equal(pb_quarantine_tail(
							     f->world.files, f->dir, &s.tail, NULL),
					    PB_OK);
				assert_quarantined(&s, f);
				assert_gone(&s, f);
				done(&s);
			}
			done(&s);
			assert_true(i > 10);
		}
	}
}

static void
what_is_recorded_is_not_pending_any_more(void **state)
{
	struct fixture *f = *state;
	struct pb_buf facts = PB_BUF_EMPTY;
	struct scene s;
	char name[160];

	begin(&s, f, false);
	assert_int_equal(
	    pb_quarantine_pending(f->world.files, f->dir, name, &facts, NULL), PB_EEND);
	assert_int_equal(pb_quarantine_tail(f->world.files, f->dir, &s.tail, NULL), PB_OK);
	assert_int_equal(pb_quarantine_pending(f->world.files, f->dir, name, &facts, NULL), PB_OK);
	assert_int_equal(pb_quarantine_recorded(f->world.files, f->dir, name, NULL), PB_OK);
	assert_int_equal(
	    pb_quarantine_pending(f->world.files, f->dir, name, &facts, NULL), PB_EEND);
	assert_int_equal(count_entries(at(f, "quarantine")), 1);
	pb_buf_done(&facts);
	done(&s);
}

static void
files_that_are_no_torn_tail_are_left_alone(void **state)
{
	struct fixture *f = *state;
	struct pb_buf facts = PB_BUF_EMPTY;
	char name[160], stranger[200];

	spit(at(f, "quarantine/note.txt"), "x", 1);
	spit(at(f, "quarantine/short.seg.pending"), "x", 1);
	/* As long as a real name, and none. */
	memset(stranger, 'x', sizeof(stranger));
	(void)snprintf(
	    stranger, sizeof(stranger), "quarantine/%0*d.seg.pending", PB_SEGMENT_NAME_LEN + 34, 7);
	spit(at(f, stranger), "x", 1);
	assert_int_equal(
	    pb_quarantine_pending(f->world.files, f->dir, name, &facts, NULL), PB_EEND);
	pb_buf_done(&facts);
}

static void
slots_beyond_the_records_are_cut_off(void **state)
{
	struct fixture *f = *state;
	char name[PB_SEGMENT_NAME_LEN + 1] = "";
	struct pb_archive *archive = open_archive(f, NULL);
	uint64_t len;

	commit(f, archive, 3);
	memcpy(name, archive->head.segment, sizeof(name));
	close_archive(archive);
	len = size_of(newest(f, "keys", ".key"));
	assert_int_equal(len, 5 * PB_SLOT_LEN);
	assert_int_equal(pb_quarantine_slots(f->world.files, f->dir, name, 4, NULL), PB_OK);
	assert_int_equal(size_of(newest(f, "keys", ".key")), len);
	cut_file(newest(f, "keys", ".key"), len + 2 * PB_SLOT_LEN + 7);
	assert_int_equal(pb_quarantine_slots(f->world.files, f->dir, name, 4, NULL), PB_OK);
	assert_int_equal(size_of(newest(f, "keys", ".key")), len);
	assert_holds(f);
	assert_int_equal(
	    pb_quarantine_slots(f->world.files, f->dir, "no such segment", 4, NULL), PB_OK);
}

/* ---- key files without a segment ------------------------------------------------------------ */

#define ORPHAN "keys/0000000000000001-00112233445566aa.key"

static void
remove_orphans(struct fixture *f, uint64_t size)
{
	size_t count = 0;
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = segments(f, &count);

	assert_int_equal(
	    pb_quarantine_orphans(f->world.files, f->dir, names, count, size, NULL), PB_OK);
	free(names);
}

static void
only_orphans_where_the_next_segment_would_begin_are_removed(void **state)
{
	struct fixture *f = *state;
	unsigned keys = count_entries(at(f, "keys"));

	spit(at(f, ORPHAN), "secret", 6);
	spit(at(f, "keys/0000000000000001-00112233445566ab.key"), "", 0);
	remove_orphans(f, 2);
	assert_int_equal(count_entries(at(f, "keys")), keys + 2);
	remove_orphans(f, 1);
	assert_int_equal(count_entries(at(f, "keys")), keys);
	/* The key file of a segment that is there stays, also where the log would begin. */
	remove_orphans(f, 0);
	assert_int_equal(count_entries(at(f, "keys")), keys);
}

static void
an_orphan_is_zeroed_before_it_is_removed(void **state)
{
	struct fixture *f = *state;
	uint64_t i;

	for (i = 1;; i++) {
		size_t count = 0;
		char(*names)[PB_SEGMENT_NAME_LEN + 1];
		enum pb_status status;
		struct pb_buf left;

		heal(f);
		names = segments(f, &count);
		spit(at(f, ORPHAN), "secret", 6);
		fail_call(f, i, EIO, true);
		status = pb_quarantine_orphans(f->world.files, f->dir, names, count, 1, NULL);
		free(names);
		if (status == PB_OK)
			break;
		if (exists(at(f, ORPHAN))) {
			left = slurp(at(f, ORPHAN));
			if (i >
			    6) /* listed, opened, looked at three times, written: then it is gone */
				assert_null(memmem(left.data, left.len, "secret", 6));
			pb_buf_done(&left);
		}
		heal(f);
		remove_orphans(f, 1);
		assert_false(exists(at(f, ORPHAN)));
	}
	assert_true(i > 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_torn_tail_is_moved_as_it_is),
		cmocka_unit_test(a_segment_without_a_commit_goes_as_a_whole),
		cmocka_unit_test(slots_are_not_touched_while_the_tail_stands),
		cmocka_unit_test(interrupted_anywhere_it_is_finished_by_doing_it_again),
		cmocka_unit_test_setup(what_is_recorded_is_not_pending_any_more, set_up),
		cmocka_unit_test_setup(files_that_are_no_torn_tail_are_left_alone, set_up),
		cmocka_unit_test_setup(slots_beyond_the_records_are_cut_off, set_up),
		cmocka_unit_test_setup(
		    only_orphans_where_the_next_segment_would_begin_are_removed, set_up),
		cmocka_unit_test_setup(an_orphan_is_zeroed_before_it_is_removed, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
