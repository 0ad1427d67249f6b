/* Torn, or damaged: a tail with commits in it must never be cut off. */
#include "archive/fixture.h"

#include "archive/tail.h"

#define SEGMENT "0000000000000009-0123456789abcdef"
/* How the search goes through a tail: in steps, whose seams are worth a look. */
#define STEP (1024 * 1024)

struct scene {
	struct fixture *f;
	struct pb_founded founded;
	struct pb_ed25519 *key;
	struct pb_buf frame; /* a checkpoint of this log in its frame */
};

static void
begin(struct scene *s, struct fixture *f)
{
	struct pb_checkpoint checkpoint = { .size = 12 };
	struct pb_buf pem, note = PB_BUF_EMPTY;
	uint8_t head[PB_FRAME_HEAD_LEN] = { PB_FRAME_CHECKPOINT };

	memset(s, 0, sizeof(*s));
	s->f = f;
	assert_int_equal(pb_founded_read(f->world.files, f->dir, &s->founded, NULL), PB_OK);
	pem = slurp(at(f, "private/log.key"));
	assert_int_equal(pb_ed25519_from_pem(pem.data, pem.len, &s->key, NULL), PB_OK);
	memcpy(checkpoint.origin, s->founded.origin, sizeof(checkpoint.origin));
	assert_int_equal(pb_checkpoint_sign(&checkpoint, s->key, &note, NULL), PB_OK);
	pb_put_u64(head + 1, note.len);
	assert_int_equal(pb_buf_append(&s->frame, head, sizeof(head)), PB_OK);
	assert_int_equal(pb_buf_append(&s->frame, note.data, note.len), PB_OK);
	pb_buf_done(&note);
	pb_buf_done(&pem);
}

static void
end(struct scene *s)
{
	pb_ed25519_free(s->key);
	pb_buf_done(&s->frame);
}

/* A tail: `before` bytes, the frame, `behind` bytes; what is said of it. */
static enum pb_status
examine(struct scene *s, uint64_t offset, size_t before, size_t behind, uint64_t published,
    struct pb_error *err)
{
	const struct pb_head head = { .tree = { .size = 9 } };
	struct pb_tail tail = { .segment = SEGMENT, .offset = offset };
	size_t len = offset + before + s->frame.len + behind, i;
	uint8_t *bytes = malloc(len + 1);
	enum pb_status status;

	assert_non_null(bytes);
	for (i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 13);
	if (s->frame.len > 0)
		memcpy(bytes + offset + before, s->frame.data, s->frame.len);
	spit(at(s->f, "vault/" SEGMENT ".seg"), bytes, len);
	status = pb_tail_examine(s->f->world.files, s->f->dir, s->founded.origin,
	    &s->founded.verifier, &head, &tail, published, err);
	free(bytes);
	return status;
}

static void
a_tail_without_a_checkpoint_is_torn(void **state)
{
	struct scene s;

	begin(&s, *state);
	pb_buf_clear(&s.frame);
	assert_int_equal(examine(&s, 100, 0, 0, 9, NULL), PB_OK);
	assert_int_equal(examine(&s, 100, 5000, 0, 0, NULL), PB_OK);
	assert_int_equal(examine(&s, 0, STEP + 70000, 0, 9, NULL), PB_OK);
	end(&s);
}

/* Its records were written out of order and did not all arrive. */
static void
a_checkpoint_as_the_very_last_bytes_may_be_torn_too(void **state)
{
	struct scene s;

	begin(&s, *state);
	assert_int_equal(examine(&s, 100, 5000, 0, 9, NULL), PB_OK);
	end(&s);
}

static void
a_checkpoint_with_bytes_behind_it_was_whole_once(void **state)
{
	struct scene s;
	struct pb_error err = { 0 };

	begin(&s, *state);
	assert_int_equal(examine(&s, 100, 0, 1, 9, &err), PB_ECORRUPT);
	assert_non_null(strstr(err.todo, "verify"));
	assert_int_equal(examine(&s, 0, 5000, 1, 9, NULL), PB_ECORRUPT);
	assert_int_equal(examine(&s, 100, 5000, 100000, 9, NULL), PB_ECORRUPT);
	end(&s);
}

/* Around each seam of the search, and at its last window's end. */
static void
no_seam_of_the_search_hides_a_checkpoint(void **state)
{
	static const size_t seams[] = { STEP, STEP + PB_FRAME_HEAD_LEN + PB_LIMIT_NOTE, 2 * STEP };
	struct scene s;
	size_t i;

	begin(&s, *state);
	for (i = 0; i < sizeof(seams) / sizeof(seams[0]); i++) {
		size_t first = seams[i] - s.frame.len - 2, before;

		for (before = first; before < seams[i] + 12;
		     before += before + 30 < seams[i] && before > first + 4 ? 16 : 1) {
			if (examine(&s, 0, before, 1, 9, NULL) != PB_ECORRUPT)
				fail_msg("missed at %zu", before);
			if (before % 8 == 0 && examine(&s, 0, before, 0, 9, NULL) != PB_OK)
				fail_msg("taken for whole at %zu", before);
		}
	}
	end(&s);
}

static void
what_is_published_was_acknowledged(void **state)
{
	struct scene s;

	begin(&s, *state);
	assert_int_equal(examine(&s, 100, 5000, 0, 10, NULL), PB_ECORRUPT);
	assert_int_equal(examine(&s, 100, 5000, 0, 8, NULL), PB_OK);
	end(&s);
}

/* A whole vault behind a log that was published further: rolled back to a commit. */
static void
a_vault_that_ends_before_what_is_published_is_refused(void **state)
{
	struct pb_tail none = { .segment = "" };
	const struct pb_head head = { .tree = { .size = 9 } };
	struct pb_error err = { 0 };
	struct scene s;

	begin(&s, *state);
	assert_int_equal(pb_tail_examine(s.f->world.files, s.f->dir, s.founded.origin,
			     &s.founded.verifier, &head, &none, 10, &err),
	    PB_ECORRUPT);
	assert_int_equal(pb_tail_examine(s.f->world.files, s.f->dir, s.founded.origin,
			     &s.founded.verifier, &head, &none, 9, &err),
	    PB_OK);
	end(&s);
}

static void
only_this_logs_signature_counts(void **state)
{
	struct scene s;
	size_t i;

	begin(&s, *state);
	s.frame.data[s.frame.len - 10] ^= 1; /* in the signature */
	assert_int_equal(examine(&s, 100, 50, 1, 9, NULL), PB_OK);
	s.frame.data[s.frame.len - 10] ^= 1;
	s.frame.data[PB_FRAME_HEAD_LEN + strlen(s.founded.origin) + 1] ^= 1; /* the size */
	assert_int_equal(examine(&s, 100, 50, 1, 9, NULL), PB_OK);
	s.frame.data[PB_FRAME_HEAD_LEN + strlen(s.founded.origin) + 1] ^= 1;
	for (i = 0; i < PB_FRAME_HEAD_LEN; i++) { /* the tag, the length */
		s.frame.data[i] ^= 0x80;
		assert_int_equal(examine(&s, 100, 50, 1, 9, NULL), PB_OK);
		s.frame.data[i] ^= 0x80;
	}
	assert_int_equal(examine(&s, 100, 50, 1, 9, NULL), PB_ECORRUPT);
	end(&s);
}

static void
a_tail_that_cannot_be_read_is_not_torn(void **state)
{
	const struct pb_head head = { .tree = { .size = 9 } };
	struct pb_tail tail = { .segment = SEGMENT, .offset = 10 };
	struct scene s;
	uint64_t i;

	begin(&s, *state);
	pb_buf_clear(&s.frame);
	assert_int_equal(examine(&s, 10, 2 * STEP, 0, 9, NULL), PB_OK);
	for (i = 1;; i++) {
		enum pb_status status;

		fail_call(s.f, i, EIO, false);
		status = pb_tail_examine(s.f->world.files, s.f->dir, s.founded.origin,
		    &s.founded.verifier, &head, &tail, 0, NULL);
		if (s.f->faulty.failed == 0)
			break;
		assert_int_equal(status, PB_EIO);
	}
	heal(s.f);
	assert_true(i > 4);
	assert_int_equal(unlink(at(s.f, "vault/" SEGMENT ".seg")), 0);
	assert_int_equal(pb_tail_examine(s.f->world.files, s.f->dir, s.founded.origin,
			     &s.founded.verifier, &head, &tail, 0, NULL),
	    PB_ENOENT);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_tail_without_a_checkpoint_is_torn, set_up),
		cmocka_unit_test_setup(a_checkpoint_as_the_very_last_bytes_may_be_torn_too, set_up),
		cmocka_unit_test_setup(a_checkpoint_with_bytes_behind_it_was_whole_once, set_up),
		cmocka_unit_test_setup(no_seam_of_the_search_hides_a_checkpoint, set_up),
		cmocka_unit_test_setup(what_is_published_was_acknowledged, set_up),
		cmocka_unit_test_setup(
		    a_vault_that_ends_before_what_is_published_is_refused, set_up),
		cmocka_unit_test_setup(only_this_logs_signature_counts, set_up),
		cmocka_unit_test_setup(a_tail_that_cannot_be_read_is_not_torn, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
