/* The vectors of tests/vectors that speak of bundles: FORMAT 5.1 to 5.4, by another hand. */
#include "bundle/fixture.h"

#include "bundle/package.h"
#include "bundle/statement.h"
#include "bundle/sums.h"
#include "bundle/zip_format.h"
#include "crypto/crypto.h"
#include "lib/vectors.h"

static int
start_crypto(void **state)
{
	(void)state;
	return pb_crypto_init(NULL) == PB_OK ? 0 : -1;
}

/* ---- ZIPs ----------------------------------------------------------------------------------- */

/* From names and data, the octets of the case. */
static void
zip_made(const struct vectors *v)
{
	struct pb_buf zip = PB_BUF_EMPTY, spool = PB_BUF_EMPTY;
	const struct pb_zip_sink sink = { .ctx = &zip, .write = sink_append };
	const struct pb_files files = memory_files(&spool);
	struct pb_zip_writer *writer = NULL;
	const char *name;

	assert_int_equal(pb_zip_writer_new(&sink, &files, 3, &writer, NULL), PB_OK);
	for (size_t i = 0; (name = vector_find(v, vector_indexed("name", i))) != NULL; i++) {
		struct pb_buf data = vector_bytes(v, vector_indexed("data", i));

		assert_int_equal(
		    pb_zip_writer_entry(writer, name, data.data, data.len, NULL), PB_OK);
		pb_buf_done(&data);
	}
	assert_int_equal(pb_zip_writer_end(writer, NULL), PB_OK);
	vector_equal(v, "zip", zip.data, zip.len);
	pb_zip_writer_free(writer);
	pb_buf_done(&spool);
	pb_buf_done(&zip);
}

static void
entry_case(const struct vectors *v)
{
	struct pb_zip_entry entry = { .len = vector_number(v, "length"),
		.crc32 = (uint32_t)vector_number(v, "crc32"),
		.header = vector_number(v, "offset") };
	uint8_t local[PB_ZIP_LOCAL_MAX], central[PB_ZIP_CENTRAL_MAX];
	struct pb_zip_entry read;
	size_t len;

	(void)snprintf(entry.name, sizeof(entry.name), "%s", vector_text(v, "name"));
	vector_equal(v, "local", local, pb_zip_local_encode(&entry, local));
	len = pb_zip_central_encode(&entry, central);
	vector_equal(v, "central", central, len);
	assert_int_equal(pb_zip_central_len(central), len);
	assert_true(pb_zip_central_decode(central, len, &read));
	assert_string_equal(read.name, entry.name);
	assert_true(read.len == entry.len && read.crc32 == entry.crc32);
}

static void
end_case(const struct vectors *v)
{
	struct pb_zip_end end = { .count = vector_number(v, "count"),
		.directory = vector_number(v, "directory"),
		.directory_len = vector_number(v, "directory_length") };
	uint8_t records[PB_ZIP_END64_LEN];
	struct pb_zip_end read;
	size_t len = pb_zip_end_encode(&end, records);

	vector_equal(v, "end", records, len);
	assert_int_equal(
	    pb_zip_end_wants64(records + len - PB_ZIP_END_LEN), len == PB_ZIP_END64_LEN);
	if (len == PB_ZIP_END64_LEN)
		pb_zip_end64_decode(records, &read);
	else
		pb_zip_end_decode(records, &read);
	assert_true(read.count == end.count && read.directory == end.directory &&
		    read.directory_len == end.directory_len);
}

static void
zip_case(const struct vectors *v)
{
	struct pb_buf zip;

	if (vector_find(v, "local") != NULL) {
		entry_case(v);
		return;
	}
	if (vector_find(v, "end") != NULL) {
		end_case(v);
		return;
	}
	zip = vector_bytes(v, "zip");
	vector_accepted(v, judge(&zip) == PB_OK);
	pb_buf_done(&zip);
	if (vector_expects(v, "ok"))
		zip_made(v);
}

static void
vectors_of_zips_hold(void **state)
{
	(void)state;
	vectors_walk(TEST_VECTORS "/zip.txt", zip_case);
}

/* ---- names ---------------------------------------------------------------------------------- */

/* A whole package's: each is one, and each stands behind all before it. */
static void
order_case(const struct vectors *v)
{
	struct pb_package_name name[VECTOR_KEYS];
	const char *text;
	char again[201];
	size_t n = 0;

	for (; (text = vector_find(v, vector_indexed("name", n))) != NULL; n++) {
		if (!pb_package_parse(text, &name[n]))
			vector_fails(v, text);
		pb_package_format(&name[n], again);
		assert_string_equal(again, text);
		for (size_t i = 0; i <= n; i++)
			if (pb_package_compare(&name[i], &name[n]) != (i < n ? -1 : 0) ||
			    pb_package_compare(&name[n], &name[i]) != (i < n ? 1 : 0))
				vector_fails(v, text);
	}
	assert_true(n > 1);
}

static void
name_case(const struct vectors *v)
{
	struct pb_package_name name;

	if (vector_find(v, "case") != NULL)
		vector_accepted(v, pb_package_case_valid(vector_text(v, "case")));
	else if (vector_find(v, "name") == NULL)
		order_case(v);
	else if (pb_package_parse(vector_text(v, "name"), &name) != vector_expects(v, "ok"))
		vector_fails(v, vector_text(v, "name"));
}

static void
vectors_of_names_hold(void **state)
{
	(void)state;
	vectors_walk(TEST_VECTORS "/names.txt", name_case);
}

/* ---- statements ----------------------------------------------------------------------------- */

static bool
canonical(const struct vectors *v)
{
	return !vector_is(v, "canonical", "no");
}

static void
compare_run(const struct vectors *v, size_t i, uint64_t first, uint64_t last, const char *what)
{
	char run[80];

	(void)snprintf(run, sizeof(run), "%" PRIu64 " %" PRIu64 " %s", first, last, what);
	assert_string_equal(run, vector_text(v, vector_indexed("run", i)));
}

static void
compare_manifest(const struct vectors *v, const struct pb_manifest *manifest)
{
	struct pb_buf json = PB_BUF_EMPTY;

	assert_string_equal(manifest->case_name, vector_text(v, "case"));
	assert_string_equal(manifest->origin, vector_text(v, "origin"));
	assert_string_equal(manifest->software, vector_text(v, "software"));
	assert_true(manifest->first == vector_number(v, "first"));
	assert_true(manifest->last == vector_number(v, "last"));
	assert_true(manifest->size == vector_number(v, "size"));
	if (vector_find(v, "recipient") != NULL)
		vector_equal(v, "recipient", manifest->recipient.data, manifest->recipient.len);
	else
		assert_int_equal(manifest->recipient.len, 0);
	for (size_t i = 0; i < manifest->run_count; i++)
		compare_run(v, i, manifest->run[i].first, manifest->run[i].last,
		    pb_disclosure_name(manifest->run[i].what));
	assert_null(vector_find(v, vector_indexed("run", manifest->run_count)));
	assert_int_equal(pb_manifest_encode(manifest, &json), PB_OK);
	if (canonical(v))
		assert_string_equal(pb_buf_text(&json), vector_text(v, "manifest"));
	pb_buf_done(&json);
}

static void
manifest_case(const struct vectors *v)
{
	const char *text = vector_text(v, "manifest");
	struct pb_manifest manifest = PB_MANIFEST_EMPTY;
	enum pb_status status = pb_manifest_decode(text, strlen(text), &manifest, NULL);

	vector_accepted(v, status == PB_OK);
	/* FORMAT 5.6: another format is indeterminate. */
	assert_int_equal(status == PB_EUNAVAIL, vector_expects(v, "indeterminate"));
	if (status == PB_OK)
		compare_manifest(v, &manifest);
	pb_manifest_done(&manifest);
}

static void
compare_closed(const struct vectors *v, const struct pb_closed_run *run, size_t count)
{
	struct pb_buf json = PB_BUF_EMPTY;
	char what[40];

	assert_int_equal(count, vector_number(v, "count"));
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(what, sizeof(what), "query");
		if (run[i].destroyed)
			(void)snprintf(what, sizeof(what), "destroyed %" PRIu64, run[i].by);
		compare_run(v, i, run[i].first, run[i].last, what);
	}
	assert_int_equal(pb_closed_encode(run, count, &json), PB_OK);
	if (canonical(v))
		assert_string_equal(pb_buf_text(&json), vector_text(v, "closed"));
	pb_buf_done(&json);
}

static void
closed_case(const struct vectors *v)
{
	const char *text = vector_text(v, "closed");
	struct pb_closed_run *run = NULL;
	size_t count = 0;
	enum pb_status status = pb_closed_decode(text, strlen(text), &run, &count, NULL);

	vector_accepted(v, status == PB_OK);
	if (status == PB_OK)
		compare_closed(v, run, count);
	free(run);
}

static void
statement_case(const struct vectors *v)
{
	if (vector_find(v, "manifest") != NULL)
		manifest_case(v);
	else
		closed_case(v);
}

static void
vectors_of_statements_hold(void **state)
{
	(void)state;
	vectors_walk(TEST_VECTORS "/statement.txt", statement_case);
}

/* ---- sums ----------------------------------------------------------------------------------- */

static void
lines_case(const struct vectors *v)
{
	struct pb_buf sums = PB_BUF_EMPTY;
	uint8_t sha256[PB_DIGEST_LEN];
	const char *name;

	for (size_t i = 0; (name = vector_find(v, vector_indexed("name", i))) != NULL; i++) {
		struct pb_buf data = vector_bytes(v, vector_indexed("data", i));

		pb_digest_sha256(data.data, data.len, sha256);
		assert_int_equal(pb_sums_line(sha256, name, &sums), PB_OK);
		pb_buf_done(&data);
	}
	vector_equal(v, "sums", sums.data, sums.len);
	pb_buf_done(&sums);
}

static int
fill_from(void *ctx, void *to, size_t len)
{
	memcpy(to, ctx, len);
	return 0;
}

/* From the sums and the key, the text and the note of the case. */
static void
note_made(const struct vectors *v)
{
	struct pb_buf sums = vector_bytes(v, "sums"), text = PB_BUF_EMPTY, note = PB_BUF_EMPTY;
	struct pb_buf vkey = PB_BUF_EMPTY;
	const char *origin = vector_text(v, "origin");
	uint8_t seed[32], sha256[PB_DIGEST_LEN], public_key[PB_ED25519_PUBLIC_LEN];
	const struct pb_random random = { .ctx = seed, .fill = fill_from };
	struct pb_note_verifier verifier;
	char name[PB_EXPORT_NAME_MAX];
	struct pb_ed25519 *key = NULL;

	vector_exact(v, "seed", seed, sizeof(seed));
	assert_int_equal(pb_ed25519_generate(&random, &key, NULL), PB_OK);
	pb_ed25519_public(key, public_key);
	pb_export_name(origin, name);
	assert_int_equal(
	    pb_note_verifier_make(name, PB_NOTE_ED25519, public_key, &verifier, NULL), PB_OK);
	assert_int_equal(pb_note_verifier_format(&verifier, &vkey), PB_OK);
	assert_string_equal(pb_buf_text(&vkey), vector_text(v, "vkey"));
	pb_digest_sha256(sums.data, sums.len, sha256);
	assert_int_equal(pb_sums_note_text(origin, sha256, &text), PB_OK);
	vector_equal(v, "text", text.data, text.len);
	assert_int_equal(pb_sums_note_sign(origin, sha256, key, &note, NULL), PB_OK);
	vector_equal(v, "note", note.data, note.len);
	pb_ed25519_free(key);
	pb_buf_done(&vkey);
	pb_buf_done(&note);
	pb_buf_done(&text);
	pb_buf_done(&sums);
}

/* The right key's signature under a text of three lines. */
static bool
note_signed(const struct vectors *v, const struct pb_note *note)
{
	const char *vkey = vector_text(v, "vkey");
	struct pb_note_verifier verifier;

	assert_int_equal(pb_note_verifier_parse(vkey, strlen(vkey), &verifier, NULL), PB_OK);
	return pb_note_verify(note, &verifier, NULL) == PB_NOTE_GOOD;
}

static void
note_case(const struct vectors *v)
{
	struct pb_buf data = vector_bytes(v, "note");
	uint8_t sha256[PB_DIGEST_LEN];
	char origin[PB_LIMIT_ORIGIN + 1];
	struct pb_note note;
	bool read;

	assert_int_equal(pb_note_parse(data.data, data.len, &note, NULL), PB_OK);
	read = pb_sums_note_parse(&note, origin, sha256, NULL) == PB_OK;
	if (read == vector_is(v, "fault", "text"))
		vector_fails(v, read ? "read" : "not read");
	vector_accepted(v, read && note_signed(v, &note));
	if (vector_expects(v, "ok"))
		note_made(v);
	pb_buf_done(&data);
}

static void
sums_case(const struct vectors *v)
{
	if (vector_find(v, "note") != NULL)
		note_case(v);
	else
		lines_case(v);
}

static void
vectors_of_sums_and_their_notes_hold(void **state)
{
	(void)state;
	vectors_walk(TEST_VECTORS "/sums.txt", sums_case);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_zips_hold),
		cmocka_unit_test(vectors_of_names_hold),
		cmocka_unit_test(vectors_of_statements_hold),
		cmocka_unit_test(vectors_of_sums_and_their_notes_hold),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
