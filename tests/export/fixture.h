/* An archive with letters and tokens of its local authority, and exports of it. */
#ifndef PB_TEST_EXPORT_FIXTURE_H
#define PB_TEST_EXPORT_FIXTURE_H

#include "export/package_entries.h"
#include "probant/bundle.h"
#include "probant/stamp.h"

/* A letter in parts 1, 1, 2, 2, 3, 0, 6, as a message that was imported has them. */
static UNUSED void
seal_letter(struct fixture *f, struct pb_archive *archive, const char *body, size_t len,
    struct pb_sealed *ret_sealed)
{
	static const char *const part[] = { "Received: from labo.example\r\n",
		"From: Labo Fictif <labo@example.test>\r\nSubject: confidentiel\r\n\r\n",
		"--lim\r\nsalutations distinguees\r\n" };
	static const uint8_t kind[] = { PB_PART_HEADER, PB_PART_HEADER, PB_PART_BODY };
	uint8_t digest[PB_DIGEST_LEN];
	struct pb_sealer *sealer = NULL;

	assert_int_equal(pb_sealer_new(f->world.files, f->world.random, pb_archive_origin(archive),
			     f->root, 1, &sealer, NULL),
	    PB_OK);
	assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(
		    pb_sealer_part(sealer, kind[i], part[i], strlen(part[i]), NULL), PB_OK);
	assert_int_equal(pb_sealer_part(sealer, PB_PART_BODY, body, len, NULL), PB_OK);
	assert_int_equal(pb_sealer_digest(sealer, digest, NULL), PB_OK);
	assert_int_equal(
	    pb_sealer_part(sealer, PB_PART_FACTS, "{\"source\":\"import\"}", 19, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(sealer, PB_PART_ENVELOPE,
			     "{\"file\":\"docteur-fictif/inbox\"}", 31, NULL),
	    PB_OK);
	assert_int_equal(pb_sealer_finish(sealer, PB_RECORD_IMPORTED, ret_sealed, NULL), PB_OK);
	pb_sealer_free(sealer);
}

static UNUSED uint64_t
add_letter_of(struct fixture *f, struct pb_archive *archive, const char *body, size_t len)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY, *item = &sealed;
	struct pb_receipt receipt;

	seal_letter(f, archive, body, len, &sealed);
	assert_int_equal(pb_commit(archive, &item, 1, &receipt, NULL), PB_OK);
	pb_sealed_done(&sealed);
	return receipt.seq;
}

static UNUSED uint64_t
add_letter(struct fixture *f, struct pb_archive *archive, const char *body)
{
	return add_letter_of(f, archive, body, strlen(body));
}

static UNUSED void
stamp(struct fixture *f, struct pb_archive *archive)
{
	struct pb_stamp_outcome outcome;
	struct pb_error err = { 0 };

	pass_time(f, 60);
	if (pb_archive_stamp(archive, NULL, true, &outcome, &err) != PB_OK)
		fail_msg("stamp: %s: %s", err.what, err.why);
	assert_int_equal(outcome.tokens, 1);
	pass_time(f, 60);
}

/*
 * 0 segment, 1 2 3 letters, 4 anchor (of 4), 5 6 7 letters, 8 an access, 9 anchor (of 9),
 * 10 11 letters, 12 anchor (of 12), 13 a letter that no token covers.
 */
#define RECORDS 14

static UNUSED struct pb_archive *
make_archive(struct fixture *f)
{
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_buf facts = PB_BUF_EMPTY, envelope = PB_BUF_EMPTY;
	uint64_t seq;

	assert_int_equal(add_letter(f, archive, "mot-un\r\n"), 1);
	assert_int_equal(add_letter(f, archive, "mot-deux\r\n"), 2);
	assert_int_equal(add_letter(f, archive, "mot-trois\r\n"), 3);
	stamp(f, archive);
	assert_int_equal(add_letter(f, archive, "mot-cinq\r\n"), 5);
	assert_int_equal(add_letter(f, archive, "mot-six\r\n"), 6);
	assert_int_equal(add_letter(f, archive, "mot-sept\r\n"), 7);
	assert_int_equal(pb_buf_append_text(&facts,
			     "{\"event\":\"access\",\"command\":\"list\",\"what\":\"list\","
			     "\"records\":[1,7]}"),
	    PB_OK);
	assert_int_equal(pb_buf_append_text(&envelope, "{\"purpose\":\"curiosite\"}"), PB_OK);
	assert_int_equal(
	    pb_commit_own(archive, PB_RECORD_MANAGEMENT, &facts, &envelope, &seq, NULL), PB_OK);
	assert_int_equal(seq, 8);
	stamp(f, archive);
	assert_int_equal(add_letter(f, archive, "mot-dix\r\n"), 10);
	assert_int_equal(add_letter(f, archive, "mot-onze\r\n"), 11);
	stamp(f, archive);
	assert_int_equal(add_letter(f, archive, "mot-treize\r\n"), 13);
	pb_buf_done(&facts);
	pb_buf_done(&envelope);
	return archive;
}

static UNUSED struct pb_export_options
options_to(struct fixture *f, const char *name)
{
	static char output[8][600];
	static unsigned next;
	char *path = output[next++ % 8];

	(void)snprintf(path, sizeof(output[0]), "%s/%s", f->root, name);
	(void)unlink(path);
	return (struct pb_export_options){ .case_name = "2026-014",
		.recipient = "Me Fictif",
		.recipient_len = 9,
		.since_s = INT64_MIN,
		.until_s = INT64_MAX,
		.output = path };
}

static UNUSED struct pb_export_options
range_to(struct fixture *f, const char *name, uint64_t first, uint64_t last)
{
	struct pb_export_options options = options_to(f, name);

	options.has_range = true;
	options.first = first;
	options.last = last;
	return options;
}

static UNUSED struct pb_exported
export_it(struct pb_archive *archive, const struct pb_export_options *options)
{
	struct pb_exported exported;
	struct pb_error err = { 0 };

	if (pb_archive_export(archive, NULL, options, &exported, &err) != PB_OK)
		fail_msg("export: %s: %s: %s", err.what, err.object,
		    err.why != NULL ? err.why : strerror(err.cause));
	return exported;
}

#endif
