/* An export that is cut off, refused, or of an archive that is damaged; and sealing later. */
#include "export/container.h"
#include "export/fixture.h"

/* The last certificate of a chain: its root. */
static struct pb_buf
root_of(const char *path)
{
	static const char begin[] = "-----BEGIN";
	struct pb_buf pem = slurp(path);
	size_t at = pem.len - strlen(begin);

	while (memcmp(pem.data + at, begin, strlen(begin)) != 0)
		at--;
	memmove(pem.data, pem.data + at, pem.len - at);
	pem.len -= at;
	return pem;
}

/* A bare package has no token over it, and one log alone shows no unique view (FORMAT 5.6). */
static bool
may_be_open(int id, bool sealed)
{
	return id == PB_CHECK_UNIQUE_VIEW ||
	       (!sealed && (id == PB_CHECK_TOKENS || id == PB_CHECK_AUTHORITIES));
}

static void
assert_sound(struct fixture *f, const char *path, bool sealed)
{
	struct pb_buf roots = root_of(at(f, "tsa/local.pem"));
	const struct pb_bundle_check_options options = { .trust = f->trust.data,
		.trust_len = f->trust.len,
		.tsa_roots = roots.data,
		.tsa_roots_len = roots.len };
	struct pb_verification *v = NULL;

	assert_int_equal(pb_bundle_check(&f->world, path, &options, &v, NULL), PB_OK);
	for (int id = 0; id < PB_CHECK_COUNT; id++) {
		const struct pb_check *check = pb_verification_check(v, (enum pb_check_id)id);

		if (check->verdict == PB_INVALID ||
		    (check->verdict == PB_INDETERMINATE && !may_be_open(id, sealed)))
			fail_msg("%s: %s (%s)", pb_check_name((enum pb_check_id)id),
			    check->findings_kept > 0 ? check->findings[0].text : "",
			    check->findings_kept > 0 ? check->findings[0].where : "");
	}
	pb_verification_free(v);
	pb_buf_done(&roots);
}

static struct pb_buf
file_beside(const char *output, const char *suffix, char path[700])
{
	(void)snprintf(path, 700, "%s%s", output, suffix);
	return exists(path) ? slurp(path) : PB_BUF_EMPTY;
}

static enum pb_status
try_export(struct pb_archive *archive, const struct pb_export_options *options,
    struct pb_exported *exported, struct pb_error *err)
{
	*err = (struct pb_error){ 0 };
	return pb_archive_export(archive, NULL, options, exported, err);
}

/* ---- a verifier's view ---------------------------------------------------------------------- */

static void
every_sort_of_bundle_is_sound(void **state)
{
	static const enum pb_export_what whats[] = { PB_EXPORT_NONE, PB_EXPORT_FACTS,
		PB_EXPORT_HEADERS, PB_EXPORT_ALL, PB_EXPORT_PARTS };
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);

	for (size_t i = 0; i < sizeof(whats) / sizeof(whats[0]); i++) {
		const struct pb_export_rule rule = { 5, 10, whats[i], { 0x24 } };
		struct pb_export_options options = range_to(f, "sort.asics", 5, 10);

		options.rule = &rule;
		options.rule_count = 1;
		(void)export_it(archive, &options);
		assert_sound(f, options.output, true);
	}
	close_archive(archive);
}

/* ---- going on ------------------------------------------------------------------------------- */

/* The export as it stood when the power went after `len` bytes of the package. */
static void
cut_off(const struct pb_export_options *options, const struct pb_buf *whole,
    const struct pb_buf *json, size_t len)
{
	/* Before it, room for what a container has there. */
	struct pb_buf file = PB_BUF_EMPTY;
	char path[700];

	for (uint64_t i = pb_export_room(options->case_name); i > 0; i--)
		assert_int_equal(pb_buf_append_u8(&file, 0), PB_OK);
	assert_int_equal(pb_buf_append(&file, whole->data, len), PB_OK);
	(void)snprintf(path, sizeof(path), "%s.partial", options->output);
	spit(path, file.data, file.len);
	pb_buf_done(&file);
	(void)snprintf(path, sizeof(path), "%s.partial.json", options->output);
	spit(path, json->data, json->len);
}

/* Fail a late call, so that both files beside the output stay; no authority is asked then. */
static void
interrupt(struct fixture *f, struct pb_archive *archive, const struct pb_export_options *options)
{
	struct pb_exported exported;
	struct pb_error err;
	uint64_t calls = 0;

	for (uint64_t nth = 400;; nth -= 5) {
		char path[700];

		assert_true(nth > 5);
		fail_call(f, nth, EIO, false);
		if (try_export(archive, options, &exported, &err) != PB_OK) {
			heal(f);
			(void)snprintf(path, sizeof(path), "%s.partial.json", options->output);
			if (exists(path))
				break;
			continue;
		}
		heal(f);
		(void)unlink(options->output);
		assert_true(calls++ < 80);
	}
}

static void
export_that_was_cut_off_goes_on(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "cut.asics", 1, 11);
	struct pb_exported first, again;
	struct pb_buf json, whole = PB_BUF_EMPTY;
	struct package *p;
	uint64_t size;
	char path[700];

	interrupt(f, archive, &options);
	json = file_beside(options.output, ".partial.json", path);
	assert_int_equal(try_export(archive, &options, &first, &(struct pb_error){ 0 }), PB_OK);
	p = open_package(options.output);
	assert_int_equal(pb_buf_reserve(&whole, (size_t)p->inner.len), PB_OK);
	assert_int_equal(
	    p->inner.read(p->inner.ctx, 0, whole.data, (size_t)p->inner.len, NULL), PB_OK);
	whole.len = (size_t)p->inner.len;
	close_package(p);
	for (size_t cut = 0; cut <= whole.len; cut += cut < whole.len ? whole.len / 9 : 1) {
		struct pb_buf now = PB_BUF_EMPTY;

		if (cut > whole.len - 9)
			cut = whole.len;
		(void)unlink(options.output);
		cut_off(&options, &whole, &json, cut);
		size = pb_archive_size(archive);
		again = export_it(archive, &options);
		/* Only what says that it is whole: the export itself stands in the log already. */
		assert_int_equal(pb_archive_size(archive), size + 1);
		assert_int_equal(again.export_seq, first.export_seq);
		assert_memory_equal(again.package_sha256, first.package_sha256, 32);
		pb_buf_done(&now);
	}
	assert_sound(f, options.output, true);
	pb_buf_done(&json);
	pb_buf_done(&whole);
	close_archive(archive);
}

/* What stands there is taken as it is only if its CRC is right. */
static void
damage_in_what_was_written_is_written_anew(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "rot.asics", 1, 11);
	struct pb_exported first, again;
	struct pb_buf json, whole = PB_BUF_EMPTY;
	struct package *p;
	uint8_t *word;
	char path[700];

	interrupt(f, archive, &options);
	json = file_beside(options.output, ".partial.json", path);
	first = export_it(archive, &options);
	p = open_package(options.output);
	assert_int_equal(pb_buf_reserve(&whole, (size_t)p->inner.len), PB_OK);
	assert_int_equal(
	    p->inner.read(p->inner.ctx, 0, whole.data, (size_t)p->inner.len, NULL), PB_OK);
	whole.len = (size_t)p->inner.len;
	close_package(p);
	word = memmem(whole.data, whole.len, "mot-deux", 8);
	assert_non_null(word);
	word[4] ^= 1;
	(void)unlink(options.output);
	cut_off(&options, &whole, &json, whole.len);
	again = export_it(archive, &options);
	assert_memory_equal(again.package_sha256, first.package_sha256, 32);
	pb_buf_done(&json);
	pb_buf_done(&whole);
	close_archive(archive);
}

static void
another_export_does_not_go_on_in_its_place(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "other.asics", 1, 11);
	struct pb_buf before, after;
	struct pb_exported exported;
	struct pb_error err;
	uint64_t size;
	char path[700];

	interrupt(f, archive, &options);
	before = file_beside(options.output, ".partial.json", path);
	size = pb_archive_size(archive);
	options.recipient = "Me Autre";
	options.recipient_len = 8;
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_EEXIST);
	assert_non_null(err.todo);
	options = range_to(f, "other.asics", 1, 10);
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_EEXIST);
	/* A state that names a record which does not say it. */
	options = range_to(f, "other.asics", 1, 11);
	after = slurp(path);
	assert_int_equal(before.len, after.len);
	memcpy(strstr(pb_buf_text(&after), "\"export\":") + 9, "13", 2);
	spit(path, after.data, after.len);
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_EEXIST);
	spit(path, "{}", 2);
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_EEXIST);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s.partial", options.output);
	spit(path, "", 0);
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_EEXIST);
	assert_int_equal(pb_archive_size(archive), size);
	pb_buf_done(&before);
	pb_buf_done(&after);
	close_archive(archive);
}

static void
what_exists_is_not_overwritten(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "exists.asics", 1, 3);
	struct pb_exported exported;
	struct pb_error err;
	struct pb_buf stands;

	spit(options.output, "autre", 5);
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_EEXIST);
	stands = slurp(options.output);
	assert_int_equal(stands.len, 5);
	assert_int_equal(pb_archive_size(archive), RECORDS);
	pb_buf_done(&stands);
	close_archive(archive);
}

/* ---- damage --------------------------------------------------------------------------------- */

static void
record_that_is_damaged_is_named(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "damaged.asics", 1, 7);
	struct pb_frames *frames = NULL;
	struct pb_exported exported;
	struct pb_error err;
	struct pb_frame frame;
	size_t count = 0;
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = segments(f, &count);
	uint64_t offset;
	unsigned seq = 0;
	char name[100];

	assert_int_equal(count, 1);
	assert_int_equal(pb_frames_open(f->world.files, f->dir, names[0], &frames, NULL), PB_OK);
	offset = pb_frames_start(frames);
	for (;;) {
		assert_int_equal(pb_frames_read(frames, offset, &frame, NULL), PB_OK);
		if (frame.tag != PB_FRAME_CHECKPOINT && seq++ == 6)
			break;
		offset = frame.end;
	}
	pb_frames_close(frames);
	(void)snprintf(name, sizeof(name), "vault/%s.seg", names[0]);
	flip(at(f, name), frame.end - 20);
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_ECORRUPT);
	assert_non_null(strstr(err.object, "6"));
	assert_non_null(err.todo);
	assert_false(exists(options.output));
	/* Closed it is not looked at. */
	options = range_to(f, "around.asics", 5, 5);
	(void)export_it(archive, &options);
	/* A leaf is looked at in any case. */
	flip(at(f, name), frame.offset + PB_FRAME_HEAD_LEN + 20);
	options = range_to(f, "leaf.asics", 5, 5);
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_ECORRUPT);
	free(names);
	close_archive(archive);
}

/* ---- sealing -------------------------------------------------------------------------------- */

static void
without_an_authority_the_package_stands_alone_and_is_sealed_later(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "later.asics", 5, 7);
	char key[700], hidden[700], path[700];
	struct pb_exported exported, sealed;
	struct pb_error err;
	struct package *p;
	uint8_t type;
	struct pb_json *facts;
	uint64_t size;

	(void)snprintf(key, sizeof(key), "%s", at(f, PB_FILE_TSA_KEY));
	(void)snprintf(hidden, sizeof(hidden), "%s/hidden.key", f->root);
	assert_int_equal(rename(key, hidden), 0);
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_EUNAVAIL);
	assert_false(exported.sealed);
	assert_non_null(strstr(err.todo, "probant seal"));
	p = open_package(options.output);
	assert_null(p->outer);
	close_package(p);
	assert_sound(f, options.output, false);
	file_beside(options.output, ".partial", path);
	assert_false(exists(path));
	/* Still none: it stays as it is, and the log need not say so again. */
	size = pb_archive_size(archive);
	assert_int_equal(
	    pb_archive_seal(archive, NULL, options.output, &sealed, &err), PB_EUNAVAIL);
	assert_int_equal(pb_archive_size(archive), size);
	assert_int_equal(rename(hidden, key), 0);
	assert_int_equal(pb_archive_seal(archive, NULL, options.output, &sealed, &err), PB_OK);
	assert_true(sealed.sealed);
	assert_int_equal(sealed.export_seq, exported.export_seq);
	assert_int_equal(sealed.opened, exported.opened);
	assert_memory_equal(sealed.package_sha256, exported.package_sha256, 32);
	p = open_package(options.output);
	assert_string_equal(p->container[1], "2026-014.zip");
	close_package(p);
	assert_sound(f, options.output, true);
	/* It is no bare package now. */
	assert_int_equal(pb_archive_seal(archive, NULL, options.output, &sealed, &err), PB_EDATA);
	close_archive(archive);
	facts = read_facts(f, size, &type);
	assert_int_equal(number_of(facts, "export"), exported.export_seq);
	assert_non_null(pb_json_get(facts, "container"));
	pb_json_free(facts);
}

static void
package_of_another_export_is_not_sealed(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "foreign.asics", 5, 7);
	char copy[700], path[700], key[700];
	struct pb_exported exported;
	struct pb_error err;
	struct pb_buf whole;

	(void)snprintf(key, sizeof(key), "%s", at(f, PB_FILE_TSA_KEY));
	assert_int_equal(unlink(key), 0);
	assert_int_equal(try_export(archive, &options, &exported, &err), PB_EUNAVAIL);
	whole = slurp(options.output);
	(void)snprintf(copy, sizeof(copy), "%s/copy.zip", f->root);
	/* One octet of a text: the archive never exported that. */
	whole.data[60] ^= 1;
	spit(copy, whole.data, whole.len);
	assert_int_equal(pb_archive_seal(archive, NULL, copy, &exported, &err), PB_ENOENT);
	spit(copy, "PK", 2);
	assert_int_equal(pb_archive_seal(archive, NULL, copy, &exported, &err), PB_EDATA);
	(void)snprintf(path, sizeof(path), "%s/nothing", f->root);
	assert_int_equal(pb_archive_seal(archive, NULL, path, &exported, &err), PB_ENOENT);
	pb_buf_done(&whole);
	close_archive(archive);
}

/* ---- long records, faults ------------------------------------------------------------------- */

static void
record_too_long_for_memory_is_streamed(void **state)
{
	const size_t len = PB_LIMIT_OPENED + 300000;
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_export_options options = range_to(f, "long.asics", 1, 2);
	uint8_t *noise = malloc(len), *zeros = calloc(1, len);
	struct package *p;
	struct pb_buf message;

	assert_int_equal(f->random.table.fill(f->random.table.ctx, noise, len), 0);
	assert_int_equal(add_letter_of(f, archive, (const char *)noise, len), 1);
	assert_int_equal(add_letter_of(f, archive, (const char *)zeros, len), 2);
	stamp(f, archive);
	(void)export_it(archive, &options);
	p = open_package(options.output);
	message = bytes_of(p, "records/1/message.eml");
	assert_memory_equal(message.data + message.len - len, noise, len);
	pb_buf_done(&message);
	message = bytes_of(p, "records/2/message.eml");
	assert_memory_equal(message.data + message.len - len, zeros, len);
	pb_buf_done(&message);
	close_package(p);
	assert_sound(f, options.output, true);
	free(noise);
	free(zeros);
	close_archive(archive);
}

/* Any call that fails leaves no bundle, or a whole one; and the same command brings it about. */
static void
whatever_fails_an_export_can_be_repeated(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "faults.asics", 5, 7);
	struct pb_exported exported;
	struct pb_error err;
	const struct pb_check_options check = { .key = f->key };
	struct pb_verification *v = NULL;
	enum pb_status status;
	uint64_t nth, calls;

	fail_call(f, UINT64_MAX, EIO, false);
	(void)export_it(archive, &options);
	calls = f->faulty.calls;
	heal(f);
	for (nth = 1; nth <= calls; nth += 1 + calls / 40) {
		(void)unlink(options.output);
		fail_call(f, nth, EIO, false);
		status = try_export(archive, &options, &exported, &err);
		heal(f);
		if (status == PB_ESTOPPED || archive->stopped) {
			close_archive(archive);
			archive = open_archive(f, f->key);
		}
		if (status == PB_OK || status == PB_EUNAVAIL) {
			assert_sound(f, options.output, status == PB_OK);
			continue;
		}
		if (exists(options.output))
			continue; /* only the directory's sync failed */
		(void)export_it(archive, &options);
		assert_sound(f, options.output, true);
	}
	close_archive(archive);
	assert_int_equal(pb_archive_check(&f->world, f->dir, &check, &v, NULL), PB_OK);
	assert_int_not_equal(pb_verification_verdict(v), PB_INVALID);
	pb_verification_free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_sort_of_bundle_is_sound, set_up),
		cmocka_unit_test_setup(export_that_was_cut_off_goes_on, set_up),
		cmocka_unit_test_setup(damage_in_what_was_written_is_written_anew, set_up),
		cmocka_unit_test_setup(another_export_does_not_go_on_in_its_place, set_up),
		cmocka_unit_test_setup(what_exists_is_not_overwritten, set_up),
		cmocka_unit_test_setup(record_that_is_damaged_is_named, set_up),
		cmocka_unit_test_setup(
		    without_an_authority_the_package_stands_alone_and_is_sealed_later, set_up),
		cmocka_unit_test_setup(package_of_another_export_is_not_sealed, set_up),
		cmocka_unit_test_setup(record_too_long_for_memory_is_streamed, set_up),
		cmocka_unit_test_setup(whatever_fails_an_export_can_be_repeated, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
