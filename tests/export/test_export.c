/* An export: what a package holds, octet by octet where FORMAT 5 says so. */
#include "bundle/statement.h"
#include "bundle/sums.h"
#include "export/fixture.h"
#include "log/range.h"
#include "log/tlog_proof.h"
#include "record/opening.h"

static void
assert_entry_text(const struct package *p, const char *name, const char *text)
{
	struct pb_buf bytes = bytes_of(p, name);

	assert_int_equal(bytes.len, strlen(text));
	assert_memory_equal(bytes.data, text, bytes.len);
	pb_buf_done(&bytes);
}

/* ---- the order and names -------------------------------------------------------------------- */

static void
entries_stand_in_the_order_of_the_format(void **state)
{
	static const char *const names[] = { "LISEZMOI.txt", "README.txt", "VERIFIER.txt",
		"VERIFIER-Windows.txt", "records/0/part-0.bin", "records/0/leaf.bin",
		"records/0/opening.json", "records/0/leaf.tlog-proof", "records/4/part-4.bin",
		"records/4/leaf.bin", "records/4/opening.json", "records/4/leaf.tlog-proof",
		"records/5/message.eml", "records/5/part-4.bin", "records/5/part-5.bin",
		"records/5/part-6.bin", "records/5/leaf.bin", "records/5/opening.json",
		"records/5/leaf.tlog-proof", "log/leaves.bin", "log/range-proof", "log/closed.json",
		"log/checkpoint", "log/verifier-key", "log/consistency/4-9",
		"stamps/4-4/checkpoint", "stamps/4-4/request.tsq", "stamps/4-4/reply.tsr",
		"stamps/4-4/token.tst", "stamps/4-4/chain.pem", "stamps/9-9/checkpoint",
		"stamps/9-9/request.tsq", "stamps/9-9/reply.tsr", "stamps/9-9/token.tst",
		"stamps/9-9/chain.pem", "rapport.html", "manifest.json", "SHA256SUMS",
		"SHA256SUMS.note" };
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "order.asics", 5, 5);
	struct pb_exported exported = export_it(archive, &options);
	struct package *p = open_package(options.output);

	assert_int_equal(exported.first, 4);
	assert_int_equal(exported.last, 5);
	assert_int_equal(exported.size, 9);
	assert_int_equal(exported.opened, 2);
	assert_int_equal(exported.opened_messages, 1);
	assert_int_equal(exported.closed, 0);
	assert_true(exported.sealed);
	for (size_t i = 0; i < p->count && i < sizeof(names) / sizeof(names[0]); i++)
		assert_string_equal(p->entry[i].name, names[i]);
	assert_int_equal(p->count, sizeof(names) / sizeof(names[0]));
	assert_string_equal(p->container[0], "mimetype");
	assert_string_equal(p->container[1], "2026-014.zip");
	assert_string_equal(p->container[2], "META-INF/timestamp.tst");
	assert_entry_text(p, "records/5/message.eml",
	    "Received: from labo.example\r\nFrom: Labo Fictif <labo@example.test>\r\n"
	    "Subject: confidentiel\r\n\r\n--lim\r\nsalutations distinguees\r\nmot-cinq\r\n");
	close_package(p);
	close_archive(archive);
}

static void
nothing_is_left_beside_a_bundle(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "beside.asics", 5, 5);
	char path[700];

	(void)export_it(archive, &options);
	for (size_t i = 0; i < 3; i++) {
		static const char *const suffix[] = { ".partial", ".partial.json", ".sealing" };

		(void)snprintf(path, sizeof(path), "%s%s", options.output, suffix[i]);
		assert_false(exists(path));
	}
	(void)snprintf(path, sizeof(path), "%s/tmp", f->dir);
	assert_int_equal(count_entries(path), 0);
	close_archive(archive);
}

/* ---- everything in it agrees ---------------------------------------------------------------- */

static void
check_sums(const struct package *p, const struct pb_note_verifier *key)
{
	struct pb_buf sums = bytes_of(p, "SHA256SUMS"), note_bytes = bytes_of(p, "SHA256SUMS.note");
	struct pb_buf wanted = PB_BUF_EMPTY;
	struct pb_note *note = calloc(1, sizeof(*note));
	uint8_t sha256[PB_DIGEST_LEN], stated[PB_DIGEST_LEN];
	char origin[PB_LIMIT_ORIGIN + 1];

	for (size_t i = 0; i + 2 < p->count; i++) {
		struct pb_buf bytes = bytes_of(p, p->entry[i].name);

		pb_digest_sha256(bytes.data, bytes.len, sha256);
		assert_int_equal(pb_sums_line(sha256, p->entry[i].name, &wanted), PB_OK);
		pb_buf_done(&bytes);
	}
	assert_int_equal(sums.len, wanted.len);
	assert_memory_equal(sums.data, wanted.data, wanted.len);
	assert_int_equal(pb_note_parse(note_bytes.data, note_bytes.len, note, NULL), PB_OK);
	assert_int_equal(pb_note_verify(note, key, NULL), PB_NOTE_GOOD);
	assert_int_equal(pb_sums_note_parse(note, origin, stated, NULL), PB_OK);
	pb_digest_sha256(sums.data, sums.len, sha256);
	assert_memory_equal(stated, sha256, sizeof(sha256));
	free(note);
	pb_buf_done(&sums);
	pb_buf_done(&note_bytes);
	pb_buf_done(&wanted);
}

/* The commitment of what is disclosed is the leaf's (FORMAT 1.2). */
static void
check_opening(const struct package *p, uint64_t seq)
{
	struct pb_opening *opening = calloc(1, sizeof(*opening));
	uint8_t commitment[PB_COMMITMENT_LEN], d[PB_H2_LEN];
	struct pb_buf json, leaf_bytes, message = PB_BUF_EMPTY;
	struct pb_leaf leaf;
	size_t at = 0;
	char name[100];

	(void)snprintf(name, sizeof(name), "records/%u/opening.json", (unsigned)seq);
	json = bytes_of(p, name);
	(void)snprintf(name, sizeof(name), "records/%u/leaf.bin", (unsigned)seq);
	leaf_bytes = bytes_of(p, name);
	assert_int_equal(pb_leaf_decode(leaf_bytes.data, &leaf), PB_LEAF_SOUND);
	assert_int_equal(leaf.seq, seq);
	assert_int_equal(pb_opening_decode(json.data, json.len, opening, NULL), PB_OK);
	(void)snprintf(name, sizeof(name), "records/%u/message.eml", (unsigned)seq);
	if (has(p, name))
		message = bytes_of(p, name);
	assert_int_equal(has(p, name), pb_opening_whole(opening));
	for (unsigned i = 0; i < opening->count; i++) {
		const struct pb_opening_part *part = &opening->part[i];
		struct pb_buf bytes;

		if (!part->disclosed)
			continue;
		(void)snprintf(name, sizeof(name), "records/%u/part-%u.bin", (unsigned)seq, i);
		if (pb_opening_whole(opening) &&
		    (part->kind == PB_PART_HEADER || part->kind == PB_PART_BODY)) {
			assert_false(has(p, name));
			pb_digest_h2(message.data + at, (size_t)part->len, d);
			at += (size_t)part->len;
		} else if (part->kind == PB_PART_OBJECT) {
			goto out; /* stands in stamps/ */
		} else {
			bytes = bytes_of(p, name);
			pb_digest_h2(bytes.data, bytes.len, d);
			pb_buf_done(&bytes);
		}
		pb_opening_disclose(opening, (uint8_t)i, d);
	}
	assert_int_equal(at, message.len);
	pb_opening_commitment(opening, commitment);
	assert_memory_equal(commitment, leaf.commitment, sizeof(commitment));
out:
	free(opening);
	pb_buf_done(&json);
	pb_buf_done(&leaf_bytes);
	pb_buf_done(&message);
}

/* The record's place under the checkpoint that its proof names. */
static void
check_place(const struct package *p, uint64_t seq, uint64_t size)
{
	struct pb_checkpoint checkpoint;
	struct pb_note *note = calloc(1, sizeof(*note));
	struct pb_tlog_proof *proof = calloc(1, sizeof(*proof));
	uint8_t hash[PB_DIGEST_LEN];
	struct pb_buf leaf, text;
	char name[100];

	(void)snprintf(name, sizeof(name), "records/%u/leaf.bin", (unsigned)seq);
	leaf = bytes_of(p, name);
	(void)snprintf(name, sizeof(name), "records/%u/leaf.tlog-proof", (unsigned)seq);
	text = bytes_of(p, name);
	assert_int_equal(pb_tlog_proof_decode(text.data, text.len, proof, NULL), PB_OK);
	assert_int_equal(proof->index, seq);
	assert_int_equal(pb_note_parse(proof->note, proof->note_len, note, NULL), PB_OK);
	assert_int_equal(pb_checkpoint_parse(note, &checkpoint, NULL), PB_OK);
	assert_int_equal(checkpoint.size, size);
	pb_tree_leaf_hash(leaf.data, leaf.len, hash);
	assert_true(pb_tree_check_inclusion(
	    hash, seq, size, proof->hash[0], proof->count, checkpoint.root));
	free(note);
	free(proof);
	pb_buf_done(&leaf);
	pb_buf_done(&text);
}

static void
everything_in_a_bundle_agrees(void **state)
{
	static const uint64_t size_of_proof[] = { 4, 4, 4, 4, 9, 9, 9, 9, 9, 12, 12, 12 };
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = options_to(f, "all.asics");
	struct pb_exported exported = export_it(archive, &options);
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct package *p = open_package(options.output);

	assert_int_equal(pb_founded_read(f->world.files, f->dir, founded, NULL), PB_OK);
	assert_int_equal(exported.first, 0);
	assert_int_equal(exported.last, 11);
	assert_int_equal(exported.size, 12);
	assert_int_equal(exported.closed, 1); /* the access */
	check_sums(p, &founded->export_key);
	for (uint64_t seq = 0; seq <= 11; seq++) {
		if (seq == 8)
			continue;
		check_opening(p, seq);
		check_place(p, seq, size_of_proof[seq]);
	}
	assert_false(has(p, "records/8/leaf.bin"));
	assert_entry_text(p, "log/closed.json", "[{\"first\":8,\"last\":8,\"reason\":\"query\"}]");
	free(founded);
	close_package(p);
	close_archive(archive);
}

static void
leaves_and_range_proof_give_the_stamped_root(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "range.asics", 6, 10);
	struct pb_range_proof *proof = calloc(1, sizeof(*proof));
	struct pb_note *note = calloc(1, sizeof(*note));
	uint8_t hash[PB_DIGEST_LEN], root[PB_DIGEST_LEN];
	struct pb_checkpoint checkpoint;
	struct pb_buf leaves, text, sent;
	struct pb_range_walk walk;
	struct package *p;

	(void)export_it(archive, &options);
	p = open_package(options.output);
	leaves = bytes_of(p, "log/leaves.bin");
	text = bytes_of(p, "log/range-proof");
	assert_int_equal(pb_range_decode(text.data, text.len, proof, NULL), PB_OK);
	assert_int_equal(proof->first, 4);
	assert_int_equal(proof->last, 10);
	assert_int_equal(proof->size, 12);
	assert_int_equal(leaves.len, 7 * PB_LEAF_LEN);
	pb_range_begin(&walk, proof);
	for (size_t i = 0; i < 7; i++) {
		pb_tree_leaf_hash(leaves.data + i * PB_LEAF_LEN, PB_LEAF_LEN, hash);
		pb_range_add(&walk, hash);
	}
	pb_range_end(&walk, root);
	pb_buf_done(&text);
	text = bytes_of(p, "log/checkpoint");
	sent = bytes_of(p, "stamps/12-12/checkpoint");
	assert_int_equal(text.len, sent.len);
	assert_memory_equal(text.data, sent.data, text.len);
	assert_int_equal(pb_note_parse(text.data, text.len, note, NULL), PB_OK);
	assert_int_equal(pb_checkpoint_parse(note, &checkpoint, NULL), PB_OK);
	assert_memory_equal(root, checkpoint.root, sizeof(root));
	free(proof);
	free(note);
	pb_buf_done(&leaves);
	pb_buf_done(&text);
	pb_buf_done(&sent);
	close_package(p);
	close_archive(archive);
}

static void
sizes_of_stamps_are_consistent_with_the_checkpoint(void **state)
{
	static const uint64_t sizes[] = { 4, 9 };
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = options_to(f, "grown.asics");
	struct pb_checkpoint at[2], last;
	uint8_t proof[PB_PROOF_MAX * PB_DIGEST_LEN];
	struct pb_note *note = calloc(1, sizeof(*note));
	struct package *p;
	struct pb_buf text;
	size_t count;
	char name[60];

	(void)export_it(archive, &options);
	p = open_package(options.output);
	text = bytes_of(p, "log/checkpoint");
	assert_int_equal(pb_note_parse(text.data, text.len, note, NULL), PB_OK);
	assert_int_equal(pb_checkpoint_parse(note, &last, NULL), PB_OK);
	pb_buf_done(&text);
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(name, sizeof(name), "stamps/%u-%u/checkpoint", (unsigned)sizes[i],
		    (unsigned)sizes[i]);
		text = bytes_of(p, name);
		assert_int_equal(pb_note_parse(text.data, text.len, note, NULL), PB_OK);
		assert_int_equal(pb_checkpoint_parse(note, &at[i], NULL), PB_OK);
		pb_buf_done(&text);
		(void)snprintf(name, sizeof(name), "log/consistency/%u-12", (unsigned)sizes[i]);
		text = bytes_of(p, name);
		assert_int_equal(
		    pb_consistency_decode(text.data, text.len, proof, &count, NULL), PB_OK);
		assert_true(
		    pb_tree_check_consistency(sizes[i], 12, at[i].root, last.root, proof, count));
		pb_buf_done(&text);
	}
	free(note);
	close_package(p);
	close_archive(archive);
}

/* ---- what is disclosed ---------------------------------------------------------------------- */

static const char *const WORDS[] = { "mot-", "salutations", "confidentiel", "Labo", "labo.example",
	"docteur-fictif", "curiosite" };

static bool
anywhere(const char *path, const char *word)
{
	struct pb_buf whole = slurp(path);
	bool found = contains(&whole, word);

	pb_buf_done(&whole);
	return found;
}

static void
nothing_of_a_closed_record_is_in_a_bundle(void **state)
{
	const struct pb_export_rule rule = { 0, UINT64_MAX, PB_EXPORT_NONE, { 0 } };
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "closed.asics", 1, 11);
	struct pb_exported exported;

	options.rule = &rule;
	options.rule_count = 1;
	exported = export_it(archive, &options);
	assert_int_equal(exported.opened, 3); /* the segment and two anchors */
	assert_int_equal(exported.opened_messages, 0);
	assert_int_equal(exported.closed_messages, 8);
	assert_int_equal(exported.closed, 9); /* an access record */
	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		assert_false(anywhere(options.output, WORDS[i]));
	close_archive(archive);
}

static void
facts_disclose_no_word_of_a_message(void **state)
{
	const struct pb_export_rule rule = { 1, 11, PB_EXPORT_FACTS, { 0 } };
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "facts.asics", 1, 11);
	struct package *p;

	options.rule = &rule;
	options.rule_count = 1;
	(void)export_it(archive, &options);
	p = open_package(options.output);
	assert_entry_text(p, "records/5/part-5.bin", "{\"source\":\"import\"}");
	assert_false(has(p, "records/5/message.eml"));
	assert_false(has(p, "records/5/part-4.bin")); /* the digest */
	assert_false(has(p, "records/8/part-0.bin")); /* an access, which no rule names alone */
	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		assert_false(anywhere(options.output, WORDS[i]));
	for (uint64_t seq = 0; seq <= 11; seq++)
		if (seq != 8)
			check_opening(p, seq);
	close_package(p);
	close_archive(archive);
}

static void
headers_disclose_no_body_and_no_digest(void **state)
{
	const struct pb_export_rule rule = { 5, 5, PB_EXPORT_HEADERS, { 0 } };
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "headers.asics", 5, 6);
	struct package *p;

	options.rule = &rule;
	options.rule_count = 1;
	(void)export_it(archive, &options);
	p = open_package(options.output);
	assert_true(has(p, "records/5/part-0.bin"));
	assert_true(has(p, "records/5/part-1.bin"));
	assert_false(has(p, "records/5/part-2.bin"));
	assert_false(has(p, "records/5/part-3.bin"));
	assert_false(has(p, "records/5/part-4.bin"));
	assert_true(has(p, "records/5/part-5.bin"));
	assert_false(has(p, "records/5/part-6.bin"));
	assert_false(has(p, "records/6/leaf.bin"));
	assert_true(anywhere(options.output, "confidentiel"));
	assert_false(anywhere(options.output, "mot-"));
	assert_false(anywhere(options.output, "docteur-fictif"));
	check_opening(p, 5);
	close_package(p);
	close_archive(archive);
}

/* Of parts 0 1 2 3 (message), 4 (digest), 5 (facts), 6 (envelope). */
static void
digest_goes_with_the_whole_message_and_never_without(void **state)
{
	const struct pb_export_rule rules[] = {
		{ 5, 5, PB_EXPORT_PARTS, { 0x1d } }, /* 0 2 3 4: asked for, and withheld */
		{ 6, 6, PB_EXPORT_PARTS, { 0x0f } }, /* 0 1 2 3: not asked for, and disclosed */
		{ 7, 7, PB_EXPORT_PARTS, { 0x40 } }, /* 6; the facts always go along */
	};
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = options_to(f, "parts.asics");
	struct package *p;

	options.rule = rules;
	options.rule_count = 3;
	(void)export_it(archive, &options);
	p = open_package(options.output);
	assert_false(has(p, "records/5/part-4.bin"));
	assert_false(has(p, "records/5/message.eml"));
	assert_true(has(p, "records/5/part-3.bin"));
	assert_true(has(p, "records/6/part-4.bin"));
	assert_true(has(p, "records/6/message.eml"));
	assert_false(has(p, "records/6/part-6.bin"));
	assert_true(has(p, "records/7/part-5.bin"));
	assert_true(has(p, "records/7/part-6.bin"));
	assert_false(has(p, "records/7/part-4.bin"));
	for (uint64_t seq = 5; seq <= 7; seq++)
		check_opening(p, seq);
	close_package(p);
	close_archive(archive);
}

static void
later_rules_override_earlier_ones(void **state)
{
	const struct pb_export_rule rules[] = { { 1, 7, PB_EXPORT_ALL, { 0 } },
		{ 2, 6, PB_EXPORT_FACTS, { 0 } }, { 5, 5, PB_EXPORT_NONE, { 0 } },
		{ 8, 8, PB_EXPORT_FACTS, { 0 } } };
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "rules.asics", 1, 8);
	struct package *p;

	options.rule = rules;
	options.rule_count = 4;
	(void)export_it(archive, &options);
	p = open_package(options.output);
	assert_true(has(p, "records/1/message.eml"));
	assert_false(has(p, "records/2/message.eml"));
	assert_true(has(p, "records/2/part-5.bin"));
	assert_false(has(p, "records/5/leaf.bin"));
	assert_true(has(p, "records/7/message.eml"));
	assert_true(has(p, "records/8/part-0.bin"));
	assert_false(has(p, "records/8/part-1.bin"));
	assert_entry_text(p, "log/closed.json", "[{\"first\":5,\"last\":5,\"reason\":\"query\"}]");
	close_package(p);
	close_archive(archive);
}

/* ---- the range ------------------------------------------------------------------------------ */

static void
range_covers(void **state, const struct pb_export_options *options, uint64_t first, uint64_t last,
    uint64_t size)
{
	struct fixture *f = *state;
	struct pb_archive *archive;
	struct pb_exported exported;

	fresh(f);
	archive = make_archive(f);
	(void)unlink(options->output);
	exported = export_it(archive, options);
	assert_int_equal(exported.first, first);
	assert_int_equal(exported.last, last);
	assert_int_equal(exported.size, size);
	close_archive(archive);
}

/* The records that are opened, in whole or in part. */
static void
dates_open(void **state, const struct pb_export_options *options, uint64_t first, uint64_t last,
    uint64_t size, const char *opened)
{
	char seen[200] = "", name[40];
	struct package *p;

	range_covers(state, options, first, last, size);
	p = open_package(options->output);
	for (uint64_t seq = first; seq <= last; seq++) {
		(void)snprintf(
		    name, sizeof(name), "records/%llu/leaf.bin", (unsigned long long)seq);
		if (has(p, name))
			(void)snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%llu ",
			    (unsigned long long)seq);
	}
	close_package(p);
	assert_string_equal(seen, opened);
}

static void
range_begins_with_a_token_and_ends_under_one(void **state)
{
	struct fixture *f = *state;
	const struct pb_export_rule seqs[] = { { 6, 6, PB_EXPORT_ALL, { 0 } },
		{ 5, 5, PB_EXPORT_ALL, { 0 } } };
	struct pb_export_options options = range_to(f, "r.asics", 2, 3);

	range_covers(state, &options, 0, 3, 4);
	options = range_to(f, "r.asics", 4, 4);
	range_covers(state, &options, 4, 4, 9);
	options = range_to(f, "r.asics", 9, 11);
	range_covers(state, &options, 9, 11, 12);
	options = range_to(f, "r.asics", 1, 1);
	options.as_of = 12;
	range_covers(state, &options, 0, 1, 12);
	options = options_to(f, "r.asics");
	options.rule = seqs;
	options.rule_count = 2;
	range_covers(state, &options, 4, 8, 9);
}

/* Letters are of NOON: 1 to 3; of 2 minutes later: 5 to 7; of 4: 10, 11; of 6: 13. */
static void
dates_open_what_was_captured_between_them_and_nothing_around(void **state)
{
	struct fixture *f = *state;
	struct pb_export_options options = options_to(f, "d.asics");
	const struct pb_export_rule rules[] = { { 0, UINT64_MAX, PB_EXPORT_FACTS, { 0 } },
		{ 3, 3, PB_EXPORT_ALL, { 0 } } };

	options.since_s = NOON_S + 100;
	dates_open(state, &options, 4, 11, 12, "4 5 6 7 9 10 11 ");
	options.until_s = NOON_S + 130;
	dates_open(state, &options, 4, 8, 9, "4 5 6 7 ");
	options.since_s = NOON_S - 100;
	options.until_s = NOON_S + 1;
	dates_open(state, &options, 0, 3, 4, "0 1 2 3 ");
	/* Between two dates of one second; a record that is named is opened beside them. */
	options = range_to(f, "d.asics", 1, 11);
	options.since_s = options.until_s = NOON_S + 120;
	dates_open(state, &options, 0, 11, 12, "0 4 5 6 7 9 ");
	options.rule = rules;
	options.rule_count = 2;
	dates_open(state, &options, 0, 11, 12, "0 3 4 5 6 7 9 ");
}

static enum pb_status
export_status(
    struct pb_archive *archive, const struct pb_export_options *options, struct pb_error *err)
{
	struct pb_exported exported;

	*err = (struct pb_error){ 0 };
	return pb_archive_export(archive, NULL, options, &exported, err);
}

static void
dates_without_a_message_say_when_there_are_some(void **state)
{
	static const int64_t between[][2] = { { NOON_S + 1000, INT64_MAX },
		{ INT64_MIN, NOON_S - 1 }, { NOON_S + 1, NOON_S + 119 } };
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = options_to(f, "none.asics");
	struct pb_error err;

	for (size_t i = 0; i < 3; i++) {
		options.since_s = between[i][0];
		options.until_s = between[i][1];
		assert_int_equal(export_status(archive, &options, &err), PB_EINVAL);
		assert_string_equal(err.object, "2026-05-06T16:02:00Z .. 2026-05-06T16:08:00Z");
		assert_non_null(strstr(err.todo, "--range"));
	}
	options = range_to(f, "none.asics", 5, 7);
	options.until_s = NOON_S + 1;
	assert_int_equal(export_status(archive, &options, &err), PB_EINVAL);
	assert_string_equal(err.object, "2026-05-06T16:04:00Z .. 2026-05-06T16:04:00Z");
	options = range_to(f, "none.asics", 4, 4);
	options.until_s = NOON_S + 1;
	assert_int_equal(export_status(archive, &options, &err), PB_EINVAL);
	assert_int_equal(pb_archive_size(archive), RECORDS);
	close_archive(archive);
}

static void
a_named_record_that_would_be_left_out_is_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	const struct pb_export_rule rules[] = { { 0, UINT64_MAX, PB_EXPORT_FACTS, { 0 } },
		{ 10, 10, PB_EXPORT_ALL, { 0 } } };
	struct pb_export_options options = options_to(f, "beyond.asics");
	struct pb_error err;

	options.rule = rules;
	options.rule_count = 2;
	options.until_s = NOON_S + 130;
	assert_int_equal(export_status(archive, &options, &err), PB_EINVAL);
	assert_string_equal(err.object, "10, 0..8");
	options = range_to(f, "beyond.asics", 2, 3);
	options.rule = rules;
	options.rule_count = 2;
	assert_int_equal(export_status(archive, &options, &err), PB_EINVAL);
	assert_int_equal(pb_archive_size(archive), RECORDS);
	close_archive(archive);
}

static void
what_no_token_covers_is_not_exported(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "uncovered.asics", 5, 13);
	struct pb_error err;

	assert_int_equal(export_status(archive, &options, &err), PB_EUNAVAIL);
	assert_non_null(strstr(err.todo, "probant stamp --now"));
	options = range_to(f, "uncovered.asics", 5, 14);
	assert_int_equal(export_status(archive, &options, &err), PB_EINVAL);
	options = range_to(f, "uncovered.asics", 7, 6);
	assert_int_equal(export_status(archive, &options, &err), PB_EINVAL);
	options = range_to(f, "uncovered.asics", 5, 6);
	options.as_of = 10; /* nobody stamped it */
	assert_int_equal(export_status(archive, &options, &err), PB_EINVAL);
	options.as_of = 4; /* does not cover it */
	assert_int_equal(export_status(archive, &options, &err), PB_EINVAL);
	options.as_of = 0;
	options.case_name = "../x";
	assert_int_equal(export_status(archive, &options, &err), PB_EINVAL);
	/* And nothing of it was said in the log. */
	assert_int_equal(pb_archive_size(archive), RECORDS);
	assert_false(exists(options.output));
	close_archive(archive);
}

/* ---- the log -------------------------------------------------------------------------------- */

static void
export_is_recorded_before_and_after(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "logged.asics", 5, 6);
	struct pb_exported exported = export_it(archive, &options);
	uint8_t type, sha256[PB_DIGEST_LEN], stated[PB_DIGEST_LEN];
	struct pb_buf whole = slurp(options.output);
	struct pb_json *facts;

	close_archive(archive);
	assert_int_equal(exported.export_seq, RECORDS);
	facts = read_facts(f, exported.export_seq, &type);
	assert_int_equal(type, PB_RECORD_MANAGEMENT);
	assert_string_equal(text_of(facts, "event"), "export");
	assert_int_equal(number_of(facts, "size"), 9);
	pb_json_free(facts);
	facts = read_facts(f, exported.export_seq + 1, &type);
	assert_string_equal(text_of(facts, "event"), "exported");
	assert_int_equal(number_of(facts, "export"), exported.export_seq);
	pb_digest_sha256(whole.data, whole.len, sha256);
	assert_true(pb_json_as_hex(
	    pb_json_get(pb_json_get(facts, "container"), "sha256"), stated, sizeof(stated)));
	assert_memory_equal(stated, sha256, sizeof(sha256));
	assert_true(pb_json_as_hex(
	    pb_json_get(pb_json_get(facts, "package"), "sha256"), stated, sizeof(stated)));
	assert_memory_equal(stated, exported.package_sha256, sizeof(stated));
	pb_json_free(facts);
	pb_buf_done(&whole);
}

/* The package of a container, copied out. */
static struct pb_buf
package_of(const char *path)
{
	struct package *p = open_package(path);
	struct pb_buf bytes = PB_BUF_EMPTY;

	assert_int_equal(pb_buf_reserve(&bytes, (size_t)p->inner.len), PB_OK);
	assert_int_equal(
	    p->inner.read(p->inner.ctx, 0, bytes.data, (size_t)p->inner.len, NULL), PB_OK);
	bytes.len = (size_t)p->inner.len;
	close_package(p);
	return bytes;
}

static void
same_export_gives_the_same_octets(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "one.asics", 1, 11);
	struct pb_buf one, two;

	(void)export_it(archive, &options);
	one = package_of(options.output);
	/* Later, after more records and tokens. */
	stamp(f, archive);
	options = range_to(f, "two.asics", 1, 11);
	(void)export_it(archive, &options);
	two = package_of(options.output);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
	pb_buf_done(&one);
	pb_buf_done(&two);
	close_archive(archive);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(entries_stand_in_the_order_of_the_format, set_up),
		cmocka_unit_test_setup(nothing_is_left_beside_a_bundle, set_up),
		cmocka_unit_test_setup(everything_in_a_bundle_agrees, set_up),
		cmocka_unit_test_setup(leaves_and_range_proof_give_the_stamped_root, set_up),
		cmocka_unit_test_setup(sizes_of_stamps_are_consistent_with_the_checkpoint, set_up),
		cmocka_unit_test_setup(nothing_of_a_closed_record_is_in_a_bundle, set_up),
		cmocka_unit_test_setup(facts_disclose_no_word_of_a_message, set_up),
		cmocka_unit_test_setup(headers_disclose_no_body_and_no_digest, set_up),
		cmocka_unit_test_setup(
		    digest_goes_with_the_whole_message_and_never_without, set_up),
		cmocka_unit_test_setup(later_rules_override_earlier_ones, set_up),
		cmocka_unit_test_setup(range_begins_with_a_token_and_ends_under_one, set_up),
		cmocka_unit_test_setup(
		    dates_open_what_was_captured_between_them_and_nothing_around, set_up),
		cmocka_unit_test_setup(dates_without_a_message_say_when_there_are_some, set_up),
		cmocka_unit_test_setup(a_named_record_that_would_be_left_out_is_refused, set_up),
		cmocka_unit_test_setup(what_no_token_covers_is_not_exported, set_up),
		cmocka_unit_test_setup(export_is_recorded_before_and_after, set_up),
		cmocka_unit_test_setup(same_export_gives_the_same_octets, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
