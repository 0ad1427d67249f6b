/* Every allocation of every call fails in turn: the call says so and its outcome is untouched. */
#include "log/fixture.h"

#include "lib/memory.h"
#include "log/checkpoint.h"
#include "log/tile.h"
#include "log/trust.h"

#define ORIGIN "cabinet-exemple.example/mail/0a1b2c3d"

/* What the calls read, and what they write. */
struct scene {
	struct pb_ed25519 *key;
	struct pb_note_verifier verifier;
	struct pb_checkpoint checkpoint;
	struct pb_buf note;
	struct pb_buf out;
	struct pb_note parsed;
};

static enum pb_status
parse_note(struct scene *s, struct pb_error *err)
{
	return pb_note_parse(s->note.data, s->note.len, &s->parsed, err);
}

static enum pb_status
sign_checkpoint(struct scene *s, struct pb_error *err)
{
	return pb_checkpoint_sign(&s->checkpoint, s->key, &s->out, err);
}

static enum pb_status
format_checkpoint(struct scene *s, struct pb_error *err)
{
	err->status = pb_checkpoint_format(&s->checkpoint, &s->out);
	return err->status;
}

static enum pb_status
format_verifier(struct scene *s, struct pb_error *err)
{
	err->status = pb_note_verifier_format(&s->verifier, &s->out);
	return err->status;
}

static enum pb_status
format_trust(struct scene *s, struct pb_error *err)
{
	err->status = pb_trust_format(&s->verifier, &s->out);
	return err->status;
}

static enum pb_status
add_entry(struct scene *s, struct pb_error *err)
{
	err->status = pb_tile_entry(&s->out, "entry", 5);
	return err->status;
}

static enum pb_status (*const calls[])(struct scene *, struct pb_error *) = { parse_note,
	sign_checkpoint, format_checkpoint, format_verifier, format_trust, add_entry };

static struct scene
set_scene(void)
{
	struct scene s = { .checkpoint = { .origin = ORIGIN, .size = 3 } };

	s.key = make_key(1);
	s.verifier = verifier_of(ORIGIN, PB_NOTE_ED25519, s.key);
	assert_int_equal(pb_checkpoint_sign(&s.checkpoint, s.key, &s.note, NULL), PB_OK);
	return s;
}

static void
clear_scene(struct scene *s)
{
	pb_buf_done(&s->note);
	pb_ed25519_free(s->key);
}

static void
log_works_while_memory_lasts(void **state)
{
	struct scene s = set_scene();
	struct pb_error err;

	(void)state;
	for (size_t i = 0; i < CASES(calls); i++) {
		assert_int_equal(calls[i](&s, &err), PB_OK);
		pb_buf_done(&s.out);
	}
	clear_scene(&s);
}

/* Allocation `nth` fails, alone or with all behind it; true once there is none such. */
static bool
survives(struct scene *s, enum pb_status (*call)(struct scene *, struct pb_error *), uint64_t nth,
    bool forever)
{
	struct pb_error err = { .status = PB_OK };
	enum pb_status status;
	uint64_t failed;

	s->parsed.count = 0;
	test_memory_fail(nth, forever);
	status = call(s, &err);
	failed = test_memory_restore();
	if (status != PB_OK) {
		assert_true(failed > 0);
		assert_true(status == PB_ENOMEM || status == PB_ECRYPTO);
		assert_int_equal(err.status, status);
		assert_int_equal(s->out.len, 0);
		assert_int_equal(s->parsed.count, 0);
	}
	pb_buf_done(&s->out);
	return failed == 0;
}

static void
log_survives_memory_that_runs_out(void **state)
{
	struct scene s;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	s = set_scene();
	for (size_t i = 0; i < CASES(calls); i++)
		for (int forever = 0; forever < 2; forever++) {
			uint64_t nth = 1;

			while (!survives(&s, calls[i], nth, forever))
				nth++;
			assert_true(nth > 1);
		}
	clear_scene(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_works_while_memory_lasts),
		cmocka_unit_test(log_survives_memory_that_runs_out),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
