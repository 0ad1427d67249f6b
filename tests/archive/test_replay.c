/* Finding the end of the log, from any head and over any damage. */
#include "archive/fixture.h"

struct found {
	struct pb_head head;
	struct pb_tail tail;
};

static enum pb_status
replay(struct fixture *f, const struct pb_head *from, struct found *ret_found, struct pb_error *err)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct found found = { .tail = { .segment = "" } };
	enum pb_status status;
	size_t count = 0;
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = segments(f, &count);

	assert_non_null(founded);
	assert_int_equal(pb_founded_read(pb_sys_world()->files, f->template, founded, NULL), PB_OK);
	if (from != NULL)
		found.head = *from;
	else
		pb_head_init(&found.head, founded->origin);
	status = pb_replay(f->world.files, f->dir, founded->origin, &founded->verifier, names,
	    count, &found.head, &found.tail, err);
	if (status == PB_OK)
		*ret_found = found;
	else if (from != NULL)
		assert_memory_equal(&found.head, from, sizeof(*from));
	free(names);
	free(founded);
	return status;
}

static void
assert_same_head(const struct pb_head *a, const struct pb_head *b)
{
	struct pb_checkpoint one, other;

	pb_head_checkpoint(a, "o", &one);
	pb_head_checkpoint(b, "o", &other);
	assert_memory_equal(&one, &other, sizeof(one));
	assert_int_equal(a->time_s, b->time_s);
	assert_string_equal(a->segment, b->segment);
	assert_int_equal(a->segment_records, b->segment_records);
	assert_int_equal(a->checkpoint_offset, b->checkpoint_offset);
	assert_int_equal(a->end, b->end);
}

/* Three segments: record 0; commits of 1 and 3 messages; commits of 1, 2 and 1. */
static void
fill(struct fixture *f, struct pb_head *heads, size_t *ret_count)
{
	static const size_t sizes[] = { 1, 3, 0, 1, 2, 1 };
	struct pb_archive *archive = open_archive(f, NULL);
	size_t i, count = 0;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pass_time(f, 7);
		if (sizes[i] == 0) {
			close_archive(archive);
			archive = open_archive(f, NULL);
			continue;
		}
		commit(f, archive, sizes[i]);
		heads[count++] = archive->head;
	}
	close_archive(archive);
	*ret_count = count;
}

static void
the_end_is_the_same_from_every_head_on_the_way(void **state)
{
	struct fixture *f = *state;
	struct pb_head heads[8];
	struct found found;
	size_t count, i;

	fill(f, heads, &count);
	assert_int_equal(replay(f, NULL, &found, NULL), PB_OK);
	assert_same_head(&found.head, &heads[count - 1]);
	assert_string_equal(found.tail.segment, "");
	for (i = 0; i < count; i++) {
		assert_int_equal(replay(f, &heads[i], &found, NULL), PB_OK);
		assert_same_head(&found.head, &heads[count - 1]);
		assert_string_equal(found.tail.segment, "");
	}
}

static void
a_vault_older_than_the_head_is_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_head heads[8];
	struct pb_error err = { 0 };
	struct found found;
	size_t count, i;

	fill(f, heads, &count);
	for (i = count - 1; i > 0; i--) {
		if (strcmp(heads[i - 1].segment, heads[i].segment) == 0)
			cut_file(newest(f, "vault", ".seg"), heads[i - 1].end);
		else
			assert_int_equal(unlink(newest(f, "vault", ".seg")), 0);
		assert_int_equal(replay(f, &heads[i], &found, &err), PB_ECORRUPT);
		assert_non_null(strstr(err.todo, "newest copy"));
		/* Without that head nothing is wrong: it is an older copy. */
		assert_int_equal(replay(f, NULL, &found, NULL), PB_OK);
		assert_same_head(&found.head, &heads[i - 1]);
	}
}

static void
a_head_of_another_history_is_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_head heads[8], wrong;
	struct found found;
	size_t count;

	fill(f, heads, &count);
	wrong = heads[1];
	wrong.prev[3] ^= 1;
	assert_int_equal(replay(f, &wrong, &found, NULL), PB_ECORRUPT);
	wrong = heads[1];
	wrong.tree.node[1][0] ^= 1;
	assert_int_equal(replay(f, &wrong, &found, NULL), PB_ECORRUPT);
	wrong = heads[1];
	wrong.checkpoint_offset = heads[0].checkpoint_offset;
	assert_int_equal(replay(f, &wrong, &found, NULL), PB_ECORRUPT);
	wrong = heads[1];
	wrong.end++;
	assert_int_equal(replay(f, &wrong, &found, NULL), PB_ECORRUPT);
	wrong = heads[1];
	wrong.checkpoint_offset = wrong.end = UINT64_MAX;
	assert_int_equal(replay(f, &wrong, &found, NULL), PB_ECORRUPT);
	wrong = heads[1];
	wrong.segment[20] ^= 1;
	assert_int_equal(replay(f, &wrong, &found, NULL), PB_ECORRUPT);
}

/* The newest segment ends at every byte in turn. */
static void
a_cut_anywhere_ends_at_the_last_whole_commit(void **state)
{
	struct fixture *f = *state;
	struct pb_head heads[8];
	struct found found;
	size_t count, last;
	uint64_t len;
	char path[600];

	fill(f, heads, &count);
	(void)snprintf(path, sizeof(path), "%s", newest(f, "vault", ".seg"));
	last = count - 1;
	for (len = size_of(path) - 1; len > 0; len -= len > 40 && len % 64 != 0 ? 13 : 1) {
		cut_file(path, len);
		while (last > 0 && strcmp(heads[last].segment, heads[count - 1].segment) == 0 &&
		       heads[last].end > len)
			last--;
		assert_int_equal(replay(f, NULL, &found, NULL), PB_OK);
		assert_same_head(&found.head, &heads[last]);
		if (strcmp(heads[last].segment, heads[count - 1].segment) != 0) {
			assert_string_equal(found.tail.segment, heads[count - 1].segment);
			assert_int_equal(found.tail.offset, 0);
			assert_int_equal(found.tail.records, 0);
		} else if (heads[last].end < len) {
			assert_string_equal(found.tail.segment, heads[last].segment);
			assert_int_equal(found.tail.offset, heads[last].end);
			assert_int_equal(found.tail.records, heads[last].segment_records);
		} else {
			assert_string_equal(found.tail.segment, "");
		}
	}
	assert_true(last < count - 1);
}

static void
damage_before_the_newest_segment_is_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_head heads[8];
	struct found found;
	size_t count, names_count, i;
	char(*names)[PB_SEGMENT_NAME_LEN + 1];
	char name[64];

	fill(f, heads, &count);
	names = segments(f, &names_count);
	assert_int_equal(names_count, 3);
	for (i = 0; i + 1 < names_count; i++) {
		struct pb_error err = { 0 };
		struct pb_frames *frames = NULL;
		uint64_t len, offset, r;

		assert_int_equal(
		    pb_frames_open(f->world.files, f->dir, names[i], &frames, NULL), PB_OK);
		/* The header and the opening record's r are the business of verification. */
		offset = pb_frames_start(frames);
		r = offset + PB_FRAME_HEAD_LEN + PB_LEAF_LEN;
		pb_frames_close(frames);
		(void)snprintf(name, sizeof(name), "vault/%s.seg", names[i]);
		len = size_of(at(f, name));
		for (; offset < len; offset += offset < r && offset + 97 >= r ? 97 + 32 : 97) {
			flip(f->path, offset);
			if (replay(f, NULL, &found, &err) != PB_ECORRUPT)
				fail_msg("segment %zu offset %llu", i, (unsigned long long)offset);
			assert_non_null(err.todo);
			flip(at(f, name), offset);
		}
		cut_file(at(f, name), len - 1);
		assert_int_equal(replay(f, NULL, &found, NULL), PB_ECORRUPT);
		cut_file(at(f, name), len);
		/* A zero where the last byte of a note was. */
		assert_int_equal(replay(f, NULL, &found, NULL), PB_ECORRUPT);
		fresh(f);
		fill(f, heads, &count);
		free(names);
		names = segments(f, &names_count);
	}
	free(names);
}

static void
the_log_of_another_key_has_no_end(void **state)
{
	struct fixture *f = *state;
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_head head;
	struct pb_tail tail;
	size_t count = 0;
	char(*names)[PB_SEGMENT_NAME_LEN + 1];

	assert_non_null(founded);
	assert_int_equal(pb_founded_read(f->world.files, f->dir, founded, NULL), PB_OK);
	names = segments(f, &count);
	founded->verifier.public_key[0] ^= 1;
	pb_head_init(&head, founded->origin);
	assert_int_equal(pb_replay(f->world.files, f->dir, founded->origin, &founded->verifier,
			     names, count, &head, &tail, NULL),
	    PB_OK);
	assert_int_equal(head.tree.size, 0);
	assert_string_equal(tail.segment, names[0]);
	assert_int_equal(tail.offset, 0);
	free(names);
	free(founded);
}

/* What can't be read is no torn tail: nothing may be cut off for it. */
static void
a_medium_that_fails_is_told_and_is_no_torn_tail(void **state)
{
	struct fixture *f = *state;
	struct pb_head heads[8];
	struct found found, good;
	size_t count;
	uint64_t i;
	int with_head;

	fill(f, heads, &count);
	assert_int_equal(replay(f, NULL, &good, NULL), PB_OK);
	for (with_head = 0; with_head < 2; with_head++) {
		for (i = 2;; i++) { /* the first call lists the segments, for this test */
			enum pb_status status;

			fail_call(f, i, EIO, false);
			status = replay(f, with_head ? &heads[2] : NULL, &found, NULL);
			if (f->faulty.failed == 0)
				break;
			if (status != PB_EIO)
				fail_msg("call %llu (%s): status %d", (unsigned long long)i,
				    f->faulty.operation, status);
		}
		heal(f);
		assert_true(i > 10);
	}
}

static void
half_reads_change_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_head heads[8];
	struct found found;
	size_t count;

	fill(f, heads, &count);
	f->faulty.fault = TEST_FAULT_SHORT;
	f->faulty.fail_at = 1;
	f->faulty.forever = true;
	assert_int_equal(replay(f, NULL, &found, NULL), PB_OK);
	heal(f);
	assert_same_head(&found.head, &heads[count - 1]);
	assert_string_equal(found.tail.segment, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_end_is_the_same_from_every_head_on_the_way, set_up),
		cmocka_unit_test_setup(a_vault_older_than_the_head_is_refused, set_up),
		cmocka_unit_test_setup(a_head_of_another_history_is_refused, set_up),
		cmocka_unit_test_setup(a_cut_anywhere_ends_at_the_last_whole_commit, set_up),
		cmocka_unit_test_setup(damage_before_the_newest_segment_is_refused, set_up),
		cmocka_unit_test_setup(the_log_of_another_key_has_no_end, set_up),
		cmocka_unit_test_setup(a_medium_that_fails_is_told_and_is_no_torn_tail, set_up),
		cmocka_unit_test_setup(half_reads_change_nothing, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
