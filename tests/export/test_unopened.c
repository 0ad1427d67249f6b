/*
 * Records that a door which was taken over had kept: stored as the log states, and nobody can read
 * or verify them.  An export leaves them closed, says so, and is sound.
 */
#include "export/fixture.h"

/* What such a door hands over for a message, beside octets that are no record at all. */
enum rubbish { RANDOM, WITHOUT_FACTS, WITHOUT_DIGEST, WITH_FACTS_TWICE, WITH_FACTS_THAT_ARE_NONE };

static void
seal_parts(
    struct fixture *f, struct pb_archive *archive, enum rubbish how, struct pb_sealed *sealed)
{
	const char *facts = how == WITH_FACTS_THAT_ARE_NONE ? "[]" : "{\"source\":\"lmtp\"}";
	uint8_t digest[PB_DIGEST_LEN];
	struct pb_sealer *sealer = NULL;

	assert_int_equal(pb_sealer_new(f->world.files, f->world.random, pb_archive_origin(archive),
			     f->root, 1, &sealer, NULL),
	    PB_OK);
	assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(sealer, PB_PART_HEADER, "A: b\r\n\r\n", 8, NULL), PB_OK);
	if (how != WITHOUT_DIGEST)
		assert_int_equal(pb_sealer_digest(sealer, digest, NULL), PB_OK);
	for (int n = how == WITHOUT_FACTS ? 0 : how == WITH_FACTS_TWICE ? 2 : 1; n > 0; n--)
		assert_int_equal(
		    pb_sealer_part(sealer, PB_PART_FACTS, facts, strlen(facts), NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(sealer, PB_RECORD_MESSAGE, sealed, NULL), PB_OK);
	pb_sealer_free(sealer);
}

static void
add_rubbish(struct fixture *f, struct pb_archive *archive, enum rubbish how)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY, *item = &sealed;
	struct pb_receipt receipt;

	seal_parts(f, archive, how, &sealed);
	if (how == RANDOM) {
		assert_int_equal(f->world.random->fill(
				     f->world.random->ctx, sealed.memory.data, sealed.memory.len),
		    0);
		pb_digest_sha256(sealed.memory.data, sealed.memory.len, sealed.payload_sha256);
	}
	assert_int_equal(pb_commit(archive, &item, 1, &receipt, NULL), PB_OK);
	pb_sealed_done(&sealed);
}

/* Letters 1 and 6; 2 and 3 do not open, 4 and 5 cannot be verified; 7 anchor. */
static struct pb_archive *
make_spoilt(struct fixture *f, const enum rubbish how[4])
{
	struct pb_archive *archive = open_archive(f, f->key);

	assert_int_equal(add_letter(f, archive, "mot-un\r\n"), 1);
	for (size_t i = 0; i < 4; i++)
		add_rubbish(f, archive, how[i]);
	assert_int_equal(add_letter(f, archive, "mot-six\r\n"), 6);
	stamp(f, archive);
	return archive;
}

static const enum rubbish ALL[] = { RANDOM, RANDOM, WITHOUT_FACTS, WITHOUT_DIGEST };

static void
assert_sound(struct fixture *f, const char *path)
{
	const struct pb_bundle_check_options options = { .trust = NULL };
	struct pb_verification *v = NULL;

	assert_int_equal(pb_bundle_check(&f->world, path, &options, &v, NULL), PB_OK);
	for (int id = 0; id < PB_CHECK_COUNT; id++)
		assert_int_not_equal(
		    pb_verification_check(v, (enum pb_check_id)id)->verdict, PB_INVALID);
	pb_verification_free(v);
}

static void
note(void *ctx, uint64_t first, uint64_t last)
{
	assert_int_equal(pb_buf_printf(ctx, "%u-%u ", (unsigned)first, (unsigned)last), PB_OK);
}

static void
what_cannot_be_opened_stays_closed_and_is_named(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_spoilt(f, ALL);
	struct pb_export_options options = range_to(f, "spoilt.asics", 0, 6);
	struct pb_buf told = PB_BUF_EMPTY, report;
	struct pb_exported exported;
	struct package *p;

	options.unopened = note;
	options.unopened_ctx = &told;
	exported = export_it(archive, &options);
	assert_int_equal(exported.unopened, 4);
	assert_int_equal(exported.opened_messages, 2);
	assert_int_equal(exported.closed_messages, 4);
	assert_string_equal(pb_buf_text(&told), "2-5 ");
	p = open_package(options.output);
	assert_true(has(p, "records/1/message.eml"));
	assert_true(has(p, "records/6/message.eml"));
	assert_false(has(p, "records/2/leaf.bin"));
	report = bytes_of(p, "rapport.html");
	assert_non_null(strstr(pb_buf_text(&report), "were not sealed as the format says"));
	pb_buf_done(&report);
	close_package(p);
	assert_sound(f, options.output);
	pb_buf_done(&told);
	close_archive(archive);
}

/* Each form by itself, so that each is found out. */
static void
no_form_of_it_spoils_a_bundle(void **state)
{
	static const enum rubbish forms[][4] = { { RANDOM, RANDOM, RANDOM, RANDOM },
		{ WITHOUT_FACTS, WITHOUT_FACTS, WITHOUT_FACTS, WITHOUT_FACTS },
		{ WITHOUT_DIGEST, WITHOUT_DIGEST, WITHOUT_DIGEST, WITHOUT_DIGEST },
		{ WITH_FACTS_TWICE, WITH_FACTS_TWICE, WITH_FACTS_TWICE, WITH_FACTS_TWICE },
		{ WITH_FACTS_THAT_ARE_NONE, WITH_FACTS_THAT_ARE_NONE, WITH_FACTS_THAT_ARE_NONE,
		    WITH_FACTS_THAT_ARE_NONE } };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct pb_archive *archive = make_spoilt(f, forms[i]);
		struct pb_export_options options = range_to(f, "form.asics", 0, 6);

		assert_int_equal(export_it(archive, &options).unopened, 4);
		assert_sound(f, options.output);
		close_archive(archive);
		fresh(f);
	}
}

static void
who_asks_for_one_that_is_sound_is_not_told(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_spoilt(f, ALL);
	const struct pb_export_rule rule = { 6, 6, PB_EXPORT_ALL, { 0 } };
	struct pb_export_options options = range_to(f, "one.asics", 0, 6);
	uint64_t size;

	options.rule = &rule;
	options.rule_count = 1;
	size = pb_archive_size(archive);
	assert_int_equal(export_it(archive, &options).unopened, 0);
	assert_int_equal(pb_archive_size(archive), size + 2); /* export, exported: done once */
	close_archive(archive);
}

/* Whatever call fails: the same command makes it whole. */
static void
one_that_was_cut_off_goes_on(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_spoilt(f, ALL);
	struct pb_export_options options = range_to(f, "cut.asics", 0, 6);
	bool failed = true, resumed = false, done;
	struct pb_exported exported;

	options.as_of = 7;
	for (uint64_t nth = 3; failed; nth += 41) {
		char path[700];

		(void)unlink(options.output);
		fail_call(f, nth, EIO, false);
		done = pb_archive_export(archive, NULL, &options, &exported, NULL) == PB_OK;
		failed = f->faulty.failed > 0;
		heal(f);
		(void)pb_archive_close(archive, NULL); /* it may have stopped */
		archive = open_archive(f, f->key);
		(void)snprintf(path, sizeof(path), "%s.partial.json", options.output);
		resumed |= exists(path);
		if (!done && !exists(options.output))
			exported = export_it(archive, &options);
		assert_sound(f, options.output);
	}
	assert_int_equal(exported.unopened, 4);
	assert_true(resumed);
	close_archive(archive);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_cannot_be_opened_stays_closed_and_is_named, set_up),
		cmocka_unit_test_setup(no_form_of_it_spoils_a_bundle, set_up),
		cmocka_unit_test_setup(who_asks_for_one_that_is_sound_is_not_told, set_up),
		cmocka_unit_test_setup(one_that_was_cut_off_goes_on, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
