/* Exports and seals while authorities are asked: others may write, and nobody into the same file.
 */
#include "export/fixture.h"

#include "archive/fake_tsa.h"

static struct fake_tsa tsa;

static int
set_up_tsa(void **state)
{
	fresh(*state);
	fake_tsa_init(&tsa, *state);
	return 0;
}

static int
tear_down_tsa(void **state)
{
	(void)state;
	fake_tsa_done(&tsa);
	return 0;
}

/* The letters of make_archive, and from here on the fake authority alone. */
static struct pb_archive *
make_external(struct fixture *f)
{
	struct pb_tsa_settings s = settings_of(&tsa, "fictif");
	struct pb_archive *archive = make_archive(f);

	assert_int_equal(pb_archive_tsa_add(archive, &s, NULL), PB_OK);
	assert_int_equal(pb_archive_tsa_remove(archive, "local", NULL), PB_OK);
	return archive;
}

static enum pb_status
try_export(struct pb_archive *archive, const struct pb_export_options *options,
    struct pb_exported *exported, struct pb_error *err)
{
	*exported = (struct pb_exported){ 0 };
	*err = (struct pb_error){ 0 };
	return pb_archive_export(archive, &tsa.http, options, exported, err);
}

static bool
is_container(const char *path)
{
	struct package *p = open_package(path);
	bool container = p->outer != NULL;

	close_package(p);
	return container;
}

/* ---- others write --------------------------------------------------------------------------- */

static void
import_one(struct fake_tsa *who, void *arg)
{
	struct pb_archive *other = open_archive(who->f, NULL);

	(void)arg;
	assert_int_equal(who->f->clock.slept_us, 0);
	(void)add_letter(who->f, other, "mot-entre\r\n");
	close_archive(other);
}

static void
others_write_while_a_package_is_stamped(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_external(f);
	struct pb_export_options options = range_to(f, "between.asics", 5, 7);
	struct pb_exported exported;
	struct pb_error err;
	struct pb_json *facts;
	uint8_t type;

	tsa.meanwhile = import_one;
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_OK);
	assert_true(exported.sealed);
	assert_true(is_container(options.output));
	/* "exported" stands behind what came between, and names its record. */
	facts = read_facts(f, pb_archive_size(archive) - 1, &type);
	assert_string_equal(text_of(facts, "event"), "exported");
	assert_int_equal(number_of(facts, "export"), exported.export_seq);
	assert_true(pb_archive_size(archive) - 1 > exported.export_seq + 1);
	pb_json_free(facts);
	close_archive(archive);
}

static void
who_refused_is_named(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_external(f);
	struct pb_export_options options = range_to(f, "bare.asics", 5, 7);
	struct pb_exported exported;
	struct pb_error err;

	tsa.conduct = FAILS;
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_EUNAVAIL);
	assert_int_equal(exported.refused_count, 1);
	assert_string_equal(exported.refused[0].object, "fictif: HTTP 500");
	assert_non_null(strstr(err.why, "no timestamping authority"));
	assert_false(is_container(options.output));
	/* And so when it is sealed; in the end it is. */
	tsa.conduct = IS_SILENT;
	assert_int_equal(
	    pb_archive_seal(archive, &tsa.http, options.output, &exported, &err), PB_EUNAVAIL);
	assert_int_equal(exported.refused_count, 1);
	tsa.conduct = ANSWERS;
	tsa.meanwhile = import_one;
	assert_int_equal(
	    pb_archive_seal(archive, &tsa.http, options.output, &exported, &err), PB_OK);
	assert_int_equal(exported.refused_count, 0);
	assert_true(is_container(options.output));
	close_archive(archive);
}

/* ---- the same file -------------------------------------------------------------------------- */

struct beside {
	const struct pb_export_options *options;
	bool seals;
	enum pb_status status;
	struct pb_error err;
};

static void
work_on_the_same(struct fake_tsa *who, void *arg)
{
	struct pb_archive *other = open_archive(who->f, who->f->key);
	struct beside *beside = arg;
	struct pb_exported exported;

	beside->status = beside->seals
			     ? pb_archive_seal(other, &who->http, beside->options->output,
				   &exported, &beside->err)
			     : try_export(other, beside->options, &exported, &beside->err);
	close_archive(other);
}

static void
the_same_export_elsewhere_does_not_touch_its_file(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_external(f);
	struct pb_export_options options = range_to(f, "twice.asics", 5, 7);
	struct beside beside = { .options = &options };
	struct pb_exported exported;
	struct pb_error err;

	tsa.meanwhile = work_on_the_same;
	tsa.arg = &beside;
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_OK);
	assert_int_equal(beside.status, PB_ELOCKED);
	assert_non_null(strstr(beside.err.why, "another command"));
	assert_true(is_container(options.output));
	assert_int_equal(tsa.calls, 1);
	close_archive(archive);
}

static void
two_seals_of_one_package_make_one_container(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_external(f);
	struct pb_export_options options = range_to(f, "sealed.asics", 5, 7);
	struct beside beside = { .options = &options, .seals = true };
	struct pb_exported exported;
	struct pb_error err;

	tsa.conduct = FAILS;
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_EUNAVAIL);
	tsa.conduct = ANSWERS;
	tsa.calls = 0;
	tsa.meanwhile = work_on_the_same;
	tsa.arg = &beside;
	assert_int_equal(
	    pb_archive_seal(archive, &tsa.http, options.output, &exported, &err), PB_OK);
	assert_int_equal(beside.status, PB_ELOCKED);
	assert_int_equal(tsa.calls, 1);
	assert_true(is_container(options.output));
	close_archive(archive);
}

/* ---- a writer that does not end -------------------------------------------------------------- */

static void
begin_to_write(struct fake_tsa *who, void *arg)
{
	struct pb_archive **other = arg;

	*other = open_archive(who->f, NULL);
}

static void
an_export_that_cannot_come_back_goes_on_later(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_external(f), *other = NULL;
	struct pb_export_options options = range_to(f, "later.asics", 5, 7);
	struct pb_exported exported, again;
	struct pb_error err;
	uint64_t export_seq = pb_archive_size(archive);

	tsa.meanwhile = begin_to_write;
	tsa.arg = &other;
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_ELOCKED);
	assert_true(f->clock.slept_us >= 60000000);
	assert_non_null(strstr(err.todo, "repeat"));
	assert_false(exists(options.output));
	close_archive(archive);
	(void)add_letter(f, other, "mot-long\r\n");
	close_archive(other);
	archive = open_archive(f, f->key);
	assert_int_equal(try_export(archive, &options, &again, &err), PB_OK);
	assert_int_equal(again.export_seq, export_seq);
	assert_true(is_container(options.output));
	close_archive(archive);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_tsa, tear_down_tsa)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(others_write_while_a_package_is_stamped),
		TEST(who_refused_is_named),
		TEST(the_same_export_elsewhere_does_not_touch_its_file),
		TEST(two_seals_of_one_package_make_one_container),
		TEST(an_export_that_cannot_come_back_goes_on_later),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
