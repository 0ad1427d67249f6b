/*
 * A bundle made in memory, as an exporter makes one, or otherwise where a recipe says so: the
 * exporter of a recipe has the log key, the export key and an authority, and repairs what he can.
 *
 * The log, and what is disclosed of it:
 *
 *      0 record 0 (all)   1 message (all)      2 access (closed)
 *      3 anchor of 3      4 message (headers)  5 message (facts)
 *      6 anchor of 6      7 access (closed)
 *      8 anchor of 8, behind the range
 *
 * The range is 0..7, or begins with an anchor and has record 0 beside it.
 */
#ifndef PB_TEST_VERIFY_BUNDLE_FIXTURE_H
#define PB_TEST_VERIFY_BUNDLE_FIXTURE_H

#include "fixture.h"

#include <errno.h>
#include <fcntl.h>

#include "bundle/package.h"
#include "bundle/statement.h"
#include "bundle/sums.h"
#include "bundle/zip.h"
#include "log/range.h"
#include "log/shared.h"
#include "log/tlog_proof.h"
#include "probant/bundle.h"
#include "record/opening.h"
#include "stamp/authority.h"
#include "stamp/check.h"

#define LEAVES 9 /* with the anchor behind the range */
#define LAST 7
#define SIZE 8
#define FILES_MAX 120
#define CASE_NAME "dossier-fictif"
#define NOW_S 1778086921
#define EXPORT_SEED 0x42

struct part {
	uint8_t kind;
	struct pb_buf bytes;
	uint8_t salt[PB_SALT_LEN];
	bool withheld;
};

struct stamped {
	struct pb_buf checkpoint, request, reply, token;
	struct pb_buf node, salt, proof; /* of a shared one */
	struct pb_buf node_key;
};

struct made_record {
	uint8_t type;
	enum pb_disclosure what; /* PB_DISCLOSE_NONE: closed */
	struct part part[10];
	uint8_t count;
	uint8_t leaf[PB_LEAF_LEN];
	struct stamped stamped; /* of an anchor */
};

struct file {
	char name[PB_ZIP_NAME_MAX + 1];
	struct pb_buf bytes;
};

struct maker;

struct order {
	uint64_t first; /* of the range: 0, 3 or 6 */
	uint8_t key_seed;
	bool bare; /* no container */
	bool witnessed;
	bool shared;        /* anchors are: of a node's log, where they stand behind another's */
	bool forget_sums;   /* SHA256SUMS stays as it was before `edit` */
	bool other_export;  /* signed by another key than record 0 states */
	bool token_of_else; /* the container's token is over something else */
	/* Before an anchor is stamped, and before it is committed to, when it is shared. */
	void (*node)(struct maker *maker, struct stamped *stamped);
	void (*share)(struct maker *maker, struct stamped *stamped);
	/* Before a record is committed to; before files are listed; before the ZIP; the ZIP. */
	void (*record)(struct maker *maker, uint64_t seq, struct made_record *record);
	void (*leaf)(struct maker *maker, uint64_t seq, uint8_t leaf[PB_LEAF_LEN]);
	void (*edit)(struct maker *maker);
	void (*edit_signed)(struct maker *maker);
	void (*edit_container)(struct maker *maker);
};

struct maker {
	struct order order;
	struct pb_ed25519 *log_key, *export_key;
	struct test_random random;
	struct made_record record[LEAVES];
	uint8_t hash[LEAVES][PB_DIGEST_LEN];
	uint8_t tree_leaf[LEAVES]
			 [PB_LEAF_LEN]; /* what the tree holds, if not what the chain shows */
	uint8_t prev[PB_DIGEST_LEN];
	struct pb_tree tree;
	struct pb_buf checkpoint[LEAVES + 1]; /* of each size */
	struct file file[FILES_MAX];          /* of the package */
	size_t count;
	struct file outer[4]; /* of the container */
	size_t outer_count;
	struct pb_buf package;
	struct pb_buf bundle; /* the file that is verified */
};

/* ---- an authority for all of them ----------------------------------------------------------- */

struct authority {
	struct pb_authority *authority;
	struct pb_buf key, chain, root;
};

static inline struct authority *
the_authority(void)
{
	static struct authority made;
	const char *text, *root;

	if (made.authority != NULL)
		return &made;
	assert_int_equal(pb_authority_generate("autorite fictive", NOW_S - 1000, false, NULL,
			     &made.key, &made.chain, NULL),
	    PB_OK);
	assert_int_equal(pb_authority_open(made.key.data, made.key.len, made.chain.data,
			     made.chain.len, &made.authority, NULL),
	    PB_OK);
	text = pb_buf_text(&made.chain);
	root = strstr(text + 1, "-----BEGIN CERTIFICATE");
	assert_non_null(root);
	assert_int_equal(pb_buf_append_text(&made.root, root), PB_OK);
	return &made;
}

static inline int
stop_authority(void **state)
{
	struct authority *made = the_authority();

	(void)state;
	pb_authority_free(made->authority);
	pb_buf_done(&made->key);
	pb_buf_done(&made->chain);
	pb_buf_done(&made->root);
	*made = (struct authority){ 0 };
	return 0;
}

static inline void
stamp(struct maker *maker, const void *data, size_t len, int64_t time_us, struct pb_buf *request,
    struct pb_buf *reply)
{
	uint8_t imprint[PB_STAMP_HASH_MAX];
	bool granted = false;

	pb_stamp_imprint(PB_STAMP_SHA256, data, len, imprint);
	assert_int_equal(pb_stamp_request_make(
			     &maker->random.table, PB_STAMP_SHA256, imprint, NULL, request, NULL),
	    PB_OK);
	assert_int_equal(pb_authority_answer(the_authority()->authority, &maker->random.table,
			     time_us, request->data, request->len, reply, &granted, NULL),
	    PB_OK);
	assert_true(granted);
}

/* ---- records -------------------------------------------------------------------------------- */

static inline struct part *
add(struct maker *maker, struct made_record *record, uint8_t kind, const void *data, size_t len)
{
	struct part *part = &record->part[record->count++];

	assert_true(record->count <= 10);
	part->kind = kind;
	assert_int_equal(pb_buf_append(&part->bytes, data, len), PB_OK);
	maker->random.table.fill(maker->random.table.ctx, part->salt, sizeof(part->salt));
	return part;
}

static inline struct part *
add_text(struct maker *maker, struct made_record *record, uint8_t kind, const char *text)
{
	return add(maker, record, kind, text, strlen(text));
}

static inline void
make_founding(struct maker *maker, struct made_record *record)
{
	struct pb_note_verifier log = verifier_of(ORIGIN, PB_NOTE_ED25519, maker->log_key);
	struct pb_note_verifier export =
	    verifier_of(ORIGIN "/export", PB_NOTE_ED25519, maker->export_key);
	struct pb_buf log_text = PB_BUF_EMPTY, export_text = PB_BUF_EMPTY, facts = PB_BUF_EMPTY;

	assert_int_equal(pb_note_verifier_format(&log, &log_text), PB_OK);
	assert_int_equal(pb_note_verifier_format(&export, &export_text), PB_OK);
	assert_int_equal(
	    pb_buf_printf(&facts,
		"{\"event\":\"segment\",\"segment\":\"s\",\"header\":{},\"previous\":null,"
		"\"format\":1,\"origin\":\"%s\",\"verifier_key\":\"%s\","
		"\"readers\":[{\"id\":\"00\",\"role\":\"reader\"}],\"export_key\":\"%s\","
		"\"tsa_roots\":[]}",
		ORIGIN, pb_buf_text(&log_text), pb_buf_text(&export_text)),
	    PB_OK);
	record->type = PB_RECORD_KEY;
	record->what = PB_DISCLOSE_ALL;
	add(maker, record, PB_PART_FACTS, facts.data, facts.len);
	pb_buf_done(&log_text);
	pb_buf_done(&export_text);
	pb_buf_done(&facts);
}

static inline void
make_message(struct maker *maker, struct made_record *record, enum pb_disclosure what)
{
	static const char header[] = "Subject: " SECRET_WORD "\r\n\r\n", body[] = "un\r\n";
	char message[128];
	uint8_t sha256[PB_DIGEST_LEN];

	(void)snprintf(message, sizeof(message), "%s%s", header, body);
	pb_digest_sha256(message, strlen(message), sha256);
	record->type = PB_RECORD_IMPORTED;
	record->what = what;
	add_text(maker, record, PB_PART_HEADER, header)->withheld = what == PB_DISCLOSE_FACTS;
	add_text(maker, record, PB_PART_BODY, body)->withheld = what != PB_DISCLOSE_ALL;
	add(maker, record, PB_PART_DIGEST, sha256, sizeof(sha256))->withheld =
	    what != PB_DISCLOSE_ALL;
	add_text(maker, record, PB_PART_FACTS, "{\"source\":\"import\",\"size\":5}");
	add_text(maker, record, PB_PART_ENVELOPE, "{\"file\":\"un\"}")->withheld =
	    what != PB_DISCLOSE_ALL;
}

static inline void
make_access(struct maker *maker, struct made_record *record)
{
	record->type = PB_RECORD_MANAGEMENT;
	record->what = PB_DISCLOSE_NONE;
	add_text(maker, record, PB_PART_FACTS, "{\"event\":\"access\"}");
	add_text(maker, record, PB_PART_ENVELOPE, "{\"purpose\":\"essai\"}");
}

static inline void
node_leaf(const struct pb_buf *checkpoint, uint8_t salt, uint8_t out[PB_DIGEST_LEN])
{
	uint8_t octets[PB_SHARED_SALT_LEN], entry[PB_DIGEST_LEN];

	memset(octets, salt, sizeof(octets));
	pb_shared_entry(octets, checkpoint->data, checkpoint->len, entry);
	pb_tree_leaf_hash(entry, sizeof(entry), out);
}

/* Entry 1 of two: the one before is another archive's. */
static inline void
make_node(struct stamped *stamped)
{
	static const struct pb_buf other = { .data = (uint8_t *)(uintptr_t) "autre", .len = 5 };
	struct pb_checkpoint checkpoint = { .origin = "node/0a1b2c3d", .size = 2 };
	struct pb_tlog_proof proof = { .index = 1, .count = 1 };
	struct pb_ed25519 *key = make_key(0x44);
	struct pb_note_verifier verifier = verifier_of(checkpoint.origin, PB_NOTE_ED25519, key);
	uint8_t own[PB_DIGEST_LEN];

	node_leaf(&other, 0x71, proof.hash[0]);
	node_leaf(&stamped->checkpoint, 0x72, own);
	pb_tree_node_hash(proof.hash[0], own, checkpoint.root);
	assert_int_equal(pb_checkpoint_sign(&checkpoint, key, &stamped->node, NULL), PB_OK);
	for (size_t i = 0; i < PB_SHARED_SALT_LEN; i++)
		assert_int_equal(pb_buf_append_u8(&stamped->salt, 0x72), PB_OK);
	proof.note = (const char *)stamped->node.data;
	proof.note_len = stamped->node.len;
	assert_int_equal(pb_tlog_proof_encode(&proof, &stamped->proof), PB_OK);
	assert_int_equal(pb_note_verifier_format(&verifier, &stamped->node_key), PB_OK);
	pb_ed25519_free(key);
}

static inline void
add_object(struct maker *maker, struct made_record *record, const struct pb_buf *object)
{
	add(maker, record, PB_PART_OBJECT, object->data, object->len);
}

static inline void
make_anchor(struct maker *maker, uint64_t size, struct made_record *record)
{
	bool shared = maker->order.shared;
	struct stamped *stamped = &record->stamped;
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_token *token = NULL;
	const struct pb_token_info *info;
	const struct pb_buf *over;
	const void *bare;
	size_t len;
	char key[65];

	assert_int_equal(pb_buf_append(&stamped->checkpoint, maker->checkpoint[size].data,
			     maker->checkpoint[size].len),
	    PB_OK);
	over = &stamped->checkpoint;
	if (shared) {
		make_node(stamped);
		if (maker->order.node != NULL)
			maker->order.node(maker, stamped);
		over = &stamped->node;
	}
	stamp(maker, over->data, over->len, (int64_t)(NOW_S + size * 10) * 1000000,
	    &stamped->request, &stamped->reply);
	assert_int_equal(
	    pb_token_parse(stamped->reply.data, stamped->reply.len, &token, NULL), PB_OK);
	pb_token_bare(token, &bare, &len);
	assert_int_equal(pb_buf_append(&stamped->token, bare, len), PB_OK);
	info = pb_token_info(token);
	pb_hex_encode(info->key, 32, key);
	assert_int_equal(
	    pb_buf_printf(&facts,
		"{\"event\":\"%s\",\"size\":%" PRIu64
		",\"objects\":[\"checkpoint\",\"request\",\"reply\",%s\"chain\"],"
		"\"node\":\"%s\",\"tsa\":\"local\",\"local\":true,\"key\":\"%s\",\"gen_time\":\"%"
		"s\",\"accuracy_us\":%" PRIu64
		",\"policy\":\"%s\",\"serial\":\"%s\",\"hash\":\"sha256\",\"qualified\":\"no\"}",
		shared ? "shared_timestamp" : "timestamp", size,
		shared ? "\"node\",\"salt\",\"proof\"," : "",
		shared ? pb_buf_text(&stamped->node_key) : "", key, info->gen_time,
		info->accuracy_us, info->policy, info->serial),
	    PB_OK);
	pb_token_free(token);
	record->type = PB_RECORD_ANCHOR;
	record->what = PB_DISCLOSE_ALL;
	if (shared && maker->order.share != NULL)
		maker->order.share(maker, stamped);
	add_object(maker, record, &stamped->checkpoint);
	add_object(maker, record, &stamped->request);
	add_object(maker, record, &stamped->reply);
	if (shared) {
		add_object(maker, record, &stamped->node);
		add_object(maker, record, &stamped->salt);
		add_object(maker, record, &stamped->proof);
	}
	add_object(maker, record, &the_authority()->chain);
	add(maker, record, PB_PART_FACTS, facts.data, facts.len);
	pb_buf_done(&facts);
}

/* The opening as the exporter states it. */
static inline struct pb_opening *
open_record(const struct made_record *record, uint64_t seq)
{
	struct pb_opening *opening = calloc(1, sizeof(*opening));

	assert_non_null(opening);
	opening->seq = seq;
	opening->count = record->count;
	for (uint8_t i = 0; i < record->count; i++) {
		const struct part *part = &record->part[i];
		uint8_t d[PB_H2_LEN];

		opening->part[i].kind = part->kind;
		opening->part[i].len = part->bytes.len;
		opening->part[i].disclosed = !part->withheld;
		memcpy(opening->part[i].salt, part->salt, PB_SALT_LEN);
		pb_digest_h2(part->bytes.data, part->bytes.len, d);
		pb_commitment_part(
		    i, part->kind, part->bytes.len, part->salt, d, opening->part[i].p);
	}
	return opening;
}

static inline void
append_leaf(struct maker *maker, uint64_t seq)
{
	struct made_record *record = &maker->record[seq];
	struct pb_leaf leaf = { .seq = seq, .time_s = NOW_S + seq, .type = record->type };
	struct pb_opening *opening = open_record(record, seq);

	pb_opening_commitment(opening, leaf.commitment);
	free(opening);
	memcpy(leaf.prev, maker->prev, PB_DIGEST_LEN);
	pb_leaf_encode(&leaf, record->leaf);
	memcpy(maker->tree_leaf[seq], record->leaf, PB_LEAF_LEN);
	if (maker->order.leaf != NULL)
		maker->order.leaf(maker, seq, record->leaf);
	pb_chain_next(record->leaf, maker->prev);
	pb_tree_leaf_hash(maker->tree_leaf[seq], PB_LEAF_LEN, maker->hash[seq]);
	pb_tree_append(&maker->tree, maker->hash[seq]);
}

static inline void
make_records(struct maker *maker)
{
	pb_tree_init(&maker->tree);
	pb_chain_start(ORIGIN, maker->prev);
	for (uint64_t seq = 0; seq < LEAVES; seq++) {
		struct made_record *record = &maker->record[seq];
		struct memory_log log = { .tree = maker->tree };

		memcpy(log.origin, ORIGIN, sizeof(ORIGIN));
		memcpy(log.prev, maker->prev, PB_DIGEST_LEN);
		sign_checkpoint(
		    &log, maker->log_key, maker->order.witnessed, &maker->checkpoint[seq]);
		if (seq == 0)
			make_founding(maker, record);
		else if (seq == 3 || seq == 6 || seq == 8)
			make_anchor(maker, seq, record);
		else if (seq == 2 || seq == 7)
			make_access(maker, record);
		else
			make_message(maker, record,
			    seq == 1   ? PB_DISCLOSE_ALL
			    : seq == 4 ? PB_DISCLOSE_HEADERS
				       : PB_DISCLOSE_FACTS);
		if (maker->order.record != NULL)
			maker->order.record(maker, seq, record);
		append_leaf(maker, seq);
	}
}

/* ---- files ---------------------------------------------------------------------------------- */

static inline struct pb_buf *
add_file(struct maker *maker, struct pb_package_name name)
{
	struct file *file = &maker->file[maker->count++];

	assert_true(maker->count <= FILES_MAX);
	*file = (struct file){ .bytes = PB_BUF_EMPTY };
	pb_package_format(&name, file->name);
	return &file->bytes;
}

static inline void
add_bytes(struct maker *maker, struct pb_package_name name, const void *data, size_t len)
{
	assert_int_equal(pb_buf_append(add_file(maker, name), data, len), PB_OK);
}

static inline struct pb_buf *
file_of(struct maker *maker, const char *name)
{
	for (size_t i = 0; i < maker->count; i++)
		if (strcmp(maker->file[i].name, name) == 0)
			return &maker->file[i].bytes;
	fail_msg("no file %s", name);
	return NULL;
}

static inline void
drop_file(struct maker *maker, const char *name)
{
	struct pb_buf *bytes = file_of(maker, name);
	size_t at = 0;

	while (&maker->file[at].bytes != bytes)
		at++;
	pb_buf_done(bytes);
	memmove(
	    &maker->file[at], &maker->file[at + 1], (--maker->count - at) * sizeof(maker->file[0]));
}

/* A file behind another one. */
static inline void
insert_file(struct maker *maker, const char *behind, const char *name, const char *text)
{
	struct pb_buf *bytes = file_of(maker, behind);
	size_t at = 0;

	while (&maker->file[at].bytes != bytes)
		at++;
	at++;
	memmove(
	    &maker->file[at + 1], &maker->file[at], (maker->count++ - at) * sizeof(maker->file[0]));
	maker->file[at] = (struct file){ .bytes = PB_BUF_EMPTY };
	(void)snprintf(maker->file[at].name, sizeof(maker->file[at].name), "%s", name);
	assert_int_equal(pb_buf_append_text(&maker->file[at].bytes, text), PB_OK);
}

static inline enum pb_status
node_of(void *ctx, unsigned level, uint64_t index, uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	const struct maker *maker = ctx;

	(void)err;
	pb_tree_root_of(maker->hash[index << level], (size_t)1 << level, out);
	return PB_OK;
}

static inline struct pb_tree_reader
reader_of(struct maker *maker)
{
	return (struct pb_tree_reader){ maker, node_of };
}

static inline bool
in_package(const struct maker *maker, uint64_t seq)
{
	return maker->record[seq].what != PB_DISCLOSE_NONE &&
	       (seq == 0 || seq >= maker->order.first);
}

static inline void
add_leaf_proof(struct maker *maker, uint64_t seq)
{
	static const uint64_t sizes[] = { 3, 6, 8 };
	struct pb_tree_reader reader = reader_of(maker);
	struct pb_tlog_proof *proof = calloc(1, sizeof(*proof));
	uint8_t hashes[PB_PROOF_MAX * PB_DIGEST_LEN];
	size_t at = 0;

	assert_non_null(proof);
	while (sizes[at] < maker->order.first || sizes[at] <= seq)
		at++;
	proof->index = seq;
	assert_int_equal(
	    pb_tree_prove_inclusion(&reader, seq, sizes[at], hashes, &proof->count, NULL), PB_OK);
	memcpy(proof->hash, hashes, proof->count * PB_DIGEST_LEN);
	proof->note = (const char *)maker->checkpoint[sizes[at]].data;
	proof->note_len = maker->checkpoint[sizes[at]].len;
	assert_int_equal(
	    pb_tlog_proof_encode(
		proof, add_file(maker,
			   (struct pb_package_name){ .kind = PB_PACKAGE_LEAF_PROOF, .seq = seq })),
	    PB_OK);
	free(proof);
}

static inline void
add_content(struct maker *maker, uint64_t seq, const struct pb_opening *opening)
{
	const struct made_record *record = &maker->record[seq];
	struct pb_package_name name = { .kind = PB_PACKAGE_MESSAGE, .seq = seq };
	bool whole = pb_opening_whole(opening);
	struct pb_buf *message = whole ? add_file(maker, name) : NULL;

	for (unsigned i = 0; i < record->count; i++) {
		const struct part *part = &record->part[i];

		if (part->withheld ||
		    (part->kind == PB_PART_OBJECT && record->stamped.token.len > 0))
			continue;
		if (whole && (part->kind == PB_PART_HEADER || part->kind == PB_PART_BODY)) {
			assert_int_equal(
			    pb_buf_append(message, part->bytes.data, part->bytes.len), PB_OK);
			continue;
		}
		name.kind = PB_PACKAGE_PART;
		name.index = i;
		add_bytes(maker, name, part->bytes.data, part->bytes.len);
	}
}

static inline void
add_record(struct maker *maker, uint64_t seq)
{
	struct pb_opening *opening = open_record(&maker->record[seq], seq);

	add_content(maker, seq, opening);
	add_bytes(maker, (struct pb_package_name){ .kind = PB_PACKAGE_LEAF, .seq = seq },
	    maker->record[seq].leaf, PB_LEAF_LEN);
	assert_int_equal(pb_opening_encode(opening,
			     add_file(maker, (struct pb_package_name){ .kind = PB_PACKAGE_OPENING,
						 .seq = seq })),
	    PB_OK);
	free(opening);
	add_leaf_proof(maker, seq);
}

static inline void
add_stamp(struct maker *maker, uint64_t seq)
{
	const struct stamped *stamped = &maker->record[seq].stamped;
	const struct {
		enum pb_package_kind kind;
		const struct pb_buf *bytes;
	} files[] = { { PB_PACKAGE_STAMP_CHECKPOINT, &stamped->checkpoint },
		{ PB_PACKAGE_STAMP_REQUEST, &stamped->request },
		{ PB_PACKAGE_STAMP_REPLY, &stamped->reply },
		{ PB_PACKAGE_STAMP_TOKEN, &stamped->token },
		{ PB_PACKAGE_STAMP_NODE, &stamped->node },
		{ PB_PACKAGE_STAMP_SALT, &stamped->salt },
		{ PB_PACKAGE_STAMP_PROOF, &stamped->proof },
		{ PB_PACKAGE_STAMP_CHAIN, &the_authority()->chain } };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (maker->order.shared || files[i].kind < PB_PACKAGE_STAMP_NODE ||
		    files[i].kind > PB_PACKAGE_STAMP_PROOF)
			add_bytes(maker,
			    (struct pb_package_name){
				.kind = files[i].kind, .seq = seq, .size = seq },
			    files[i].bytes->data, files[i].bytes->len);
}

static inline void
add_consistency(struct maker *maker, uint64_t size)
{
	struct pb_tree_reader reader = reader_of(maker);
	uint8_t hashes[PB_PROOF_MAX * PB_DIGEST_LEN];
	size_t count;

	assert_int_equal(
	    pb_tree_prove_consistency(&reader, size, SIZE, hashes, &count, NULL), PB_OK);
	assert_int_equal(pb_consistency_encode(hashes, count,
			     add_file(maker,
				 (struct pb_package_name){
				     .kind = PB_PACKAGE_CONSISTENCY, .size = size, .to = SIZE })),
	    PB_OK);
}

static inline void
add_log(struct maker *maker)
{
	struct pb_tree_reader reader = reader_of(maker);
	struct pb_note_verifier key = verifier_of(ORIGIN, PB_NOTE_ED25519, maker->log_key);
	struct pb_range_proof proof;
	struct pb_closed_run runs[LEAVES];
	size_t count = 0;
	struct pb_buf *leaves, *text;

	leaves = add_file(maker, (struct pb_package_name){ .kind = PB_PACKAGE_LEAVES });
	for (uint64_t seq = maker->order.first; seq <= LAST; seq++) {
		assert_int_equal(
		    pb_buf_append(leaves, maker->record[seq].leaf, PB_LEAF_LEN), PB_OK);
		if (maker->record[seq].what != PB_DISCLOSE_NONE)
			continue;
		if (count > 0 && runs[count - 1].last + 1 == seq)
			runs[count - 1].last = seq;
		else
			runs[count++] = (struct pb_closed_run){ .first = seq, .last = seq };
	}
	assert_int_equal(
	    pb_range_prove(&reader, maker->order.first, LAST, SIZE, &proof, NULL), PB_OK);
	text = add_file(maker, (struct pb_package_name){ .kind = PB_PACKAGE_RANGE_PROOF });
	assert_int_equal(pb_range_encode(&proof, text), PB_OK);
	text = add_file(maker, (struct pb_package_name){ .kind = PB_PACKAGE_CLOSED });
	assert_int_equal(pb_closed_encode(runs, count, text), PB_OK);
	add_bytes(maker, (struct pb_package_name){ .kind = PB_PACKAGE_CHECKPOINT },
	    maker->checkpoint[SIZE].data, maker->checkpoint[SIZE].len);
	text = add_file(maker, (struct pb_package_name){ .kind = PB_PACKAGE_VERIFIER_KEY });
	assert_int_equal(pb_note_verifier_format(&key, text), PB_OK);
	assert_int_equal(pb_buf_append_text(text, "\n"), PB_OK);
}

static inline void
add_manifest(struct maker *maker)
{
	struct pb_disclosed_run run[LEAVES];
	struct pb_manifest manifest = { .case_name = CASE_NAME,
		.origin = ORIGIN,
		.first = maker->order.first,
		.last = LAST,
		.size = SIZE,
		.run = run,
		.software = "probant 0.1.0" };

	for (uint64_t seq = maker->order.first; seq <= LAST; seq++) {
		struct pb_disclosed_run *before =
		    manifest.run_count > 0 ? &run[manifest.run_count - 1] : NULL;
		enum pb_disclosure what = maker->record[seq].what;

		if (what == PB_DISCLOSE_NONE)
			continue;
		if (before != NULL && before->last + 1 == seq && before->what == what)
			before->last = seq;
		else
			run[manifest.run_count++] = (struct pb_disclosed_run){ seq, seq, what };
	}
	assert_int_equal(
	    pb_manifest_encode(&manifest,
		add_file(maker, (struct pb_package_name){ .kind = PB_PACKAGE_MANIFEST })),
	    PB_OK);
}

static inline void
make_files(struct maker *maker)
{
	for (int kind = PB_PACKAGE_LISEZMOI; kind <= PB_PACKAGE_VERIFIER_WINDOWS; kind++)
		add_bytes(maker, (struct pb_package_name){ .kind = (enum pb_package_kind)kind },
		    "texte\n", 6);
	for (uint64_t seq = 0; seq <= LAST; seq++)
		if (in_package(maker, seq))
			add_record(maker, seq);
	add_log(maker);
	for (uint64_t size = 3; size < SIZE; size += 3)
		if (size >= maker->order.first)
			add_consistency(maker, size);
	for (uint64_t seq = 0; seq < LEAVES; seq++)
		if (maker->record[seq].stamped.token.len > 0 && seq >= maker->order.first)
			add_stamp(maker, seq);
	add_bytes(maker, (struct pb_package_name){ .kind = PB_PACKAGE_REPORT }, "<html>", 6);
	add_manifest(maker);
}

static inline void
add_sums(struct maker *maker)
{
	struct pb_ed25519 *other = make_key(0x43);
	size_t count = maker->count;
	struct pb_buf *sums = add_file(maker, (struct pb_package_name){ .kind = PB_PACKAGE_SUMS });
	struct pb_buf *note =
	    add_file(maker, (struct pb_package_name){ .kind = PB_PACKAGE_SUMS_NOTE });
	uint8_t sha256[PB_DIGEST_LEN];

	for (size_t i = 0; i < count; i++) {
		pb_digest_sha256(maker->file[i].bytes.data, maker->file[i].bytes.len, sha256);
		assert_int_equal(pb_sums_line(sha256, maker->file[i].name, sums), PB_OK);
	}
	pb_digest_sha256(sums->data, sums->len, sha256);
	assert_int_equal(pb_sums_note_sign(ORIGIN, sha256,
			     maker->order.other_export ? other : maker->export_key, note, NULL),
	    PB_OK);
	pb_ed25519_free(other);
}

/* ---- files in memory, for ZIPs and for the verifier ----------------------------------------- */

struct memory_files {
	struct pb_files table;
	struct pb_buf *bundle; /* fd 1 */
	struct pb_buf spool;   /* fd 2 */
	int fail;              /* reads of the bundle answer this, if it is not 0 */
};

static inline int
memory_open(void *ctx, const char *path, int flags, unsigned mode)
{
	(void)ctx;
	(void)flags;
	(void)mode;
	return strcmp(path, "bundle") == 0 ? 1 : -ENOENT;
}

static inline int
memory_close(void *ctx, int fd)
{
	(void)ctx;
	(void)fd;
	return 0;
}

static inline int64_t
memory_pread(void *ctx, int fd, void *to, size_t len, uint64_t offset)
{
	struct memory_files *files = ctx;
	struct pb_buf *buf = fd == 1 ? files->bundle : &files->spool;

	if (files->fail != 0 && offset > 0)
		return files->fail;
	if (offset >= buf->len)
		return 0;
	if (len > buf->len - offset)
		len = buf->len - (size_t)offset;
	memcpy(to, buf->data + offset, len);
	return (int64_t)len;
}

static inline int64_t
memory_pwrite(void *ctx, int fd, const void *from, size_t len, uint64_t offset)
{
	struct memory_files *files = ctx;

	assert_int_equal(fd, 2);
	assert_int_equal(offset, files->spool.len);
	assert_int_equal(pb_buf_append(&files->spool, from, len), PB_OK);
	return (int64_t)len;
}

static inline int
memory_stat(void *ctx, int fd, struct pb_file_info *ret_info)
{
	struct memory_files *files = ctx;

	(void)fd;
	*ret_info = (struct pb_file_info){ .type = PB_FILE_REGULAR, .size = files->bundle->len };
	return 0;
}

static inline void
memory_files_init(struct memory_files *files, struct pb_buf *bundle)
{
	*files = (struct memory_files){ .bundle = bundle };
	files->table = (struct pb_files){ .ctx = files,
		.open = memory_open,
		.close = memory_close,
		.pread = memory_pread,
		.pwrite = memory_pwrite,
		.stat_fd = memory_stat };
}

static inline enum pb_status
sink_write(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	(void)err;
	return pb_buf_append(ctx, data, len);
}

static inline void
make_zip(const struct file *file, size_t count, struct pb_buf *out)
{
	struct pb_zip_sink sink = { out, sink_write };
	struct pb_zip_writer *writer = NULL;
	struct memory_files files;

	pb_buf_clear(out);
	memory_files_init(&files, out);
	assert_int_equal(pb_zip_writer_new(&sink, &files.table, 2, &writer, NULL), PB_OK);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(pb_zip_writer_entry(writer, file[i].name, file[i].bytes.data,
				     file[i].bytes.len, NULL),
		    PB_OK);
	assert_int_equal(pb_zip_writer_end(writer, NULL), PB_OK);
	pb_zip_writer_free(writer);
	pb_buf_done(&files.spool);
}

/* ---- the container -------------------------------------------------------------------------- */

static inline void
make_token(struct maker *maker, struct pb_buf *out)
{
	struct authority *authority = the_authority();
	struct pb_buf request = PB_BUF_EMPTY, reply = PB_BUF_EMPTY;
	struct pb_stamp_roots *roots = NULL;
	struct pb_token *token = NULL;
	size_t len = maker->order.token_of_else ? 1 : maker->package.len;

	stamp(maker, maker->package.data, len, (int64_t)(NOW_S + 200) * 1000000, &request, &reply);
	assert_int_equal(pb_token_parse(reply.data, reply.len, &token, NULL), PB_OK);
	assert_int_equal(
	    pb_stamp_roots_parse(authority->root.data, authority->root.len, &roots, NULL), PB_OK);
	assert_int_equal(
	    pb_stamp_exact(token, authority->chain.data, authority->chain.len, roots, out, NULL),
	    PB_OK);
	pb_stamp_roots_free(roots);
	pb_token_free(token);
	pb_buf_done(&request);
	pb_buf_done(&reply);
}

static inline void
make_container(struct maker *maker)
{
	struct file *file = maker->outer;

	(void)snprintf(file[0].name, sizeof(file[0].name), "mimetype");
	assert_int_equal(
	    pb_buf_append_text(&file[0].bytes, "application/vnd.etsi.asic-s+zip"), PB_OK);
	(void)snprintf(file[1].name, sizeof(file[1].name), CASE_NAME ".zip");
	assert_int_equal(
	    pb_buf_append(&file[1].bytes, maker->package.data, maker->package.len), PB_OK);
	(void)snprintf(file[2].name, sizeof(file[2].name), "META-INF/timestamp.tst");
	make_token(maker, &file[2].bytes);
	maker->outer_count = 3;
	if (maker->order.edit_container != NULL)
		maker->order.edit_container(maker);
	make_zip(maker->outer, maker->outer_count, &maker->bundle);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static inline struct maker *
make_bundle(struct order order)
{
	struct maker *maker = calloc(1, sizeof(*maker));

	assert_non_null(maker);
	maker->order = order;
	maker->log_key = make_key((uint8_t)(1 + order.key_seed));
	maker->export_key = make_key(EXPORT_SEED);
	test_random_init(&maker->random, 7);
	make_records(maker);
	make_files(maker);
	if (order.edit != NULL && !order.forget_sums)
		order.edit(maker);
	add_sums(maker);
	if (order.edit != NULL && order.forget_sums)
		order.edit(maker);
	if (order.edit_signed != NULL)
		order.edit_signed(maker);
	make_zip(maker->file, maker->count, &maker->package);
	if (order.bare)
		assert_int_equal(
		    pb_buf_append(&maker->bundle, maker->package.data, maker->package.len), PB_OK);
	else
		make_container(maker);
	return maker;
}

static inline void
maker_free(struct maker *maker)
{
	for (size_t i = 0; i < LEAVES; i++) {
		struct made_record *record = &maker->record[i];

		for (size_t j = 0; j < record->count; j++)
			pb_buf_done(&record->part[j].bytes);
		pb_buf_done(&record->stamped.checkpoint);
		pb_buf_done(&record->stamped.request);
		pb_buf_done(&record->stamped.reply);
		pb_buf_done(&record->stamped.token);
		pb_buf_done(&record->stamped.node);
		pb_buf_done(&record->stamped.salt);
		pb_buf_done(&record->stamped.proof);
		pb_buf_done(&record->stamped.node_key);
		pb_buf_done(&maker->checkpoint[i]);
	}
	for (size_t i = 0; i < maker->count; i++)
		pb_buf_done(&maker->file[i].bytes);
	for (size_t i = 0; i < maker->outer_count; i++)
		pb_buf_done(&maker->outer[i].bytes);
	pb_buf_done(&maker->package);
	pb_buf_done(&maker->bundle);
	pb_ed25519_free(maker->log_key);
	pb_ed25519_free(maker->export_key);
	free(maker);
}

/* ---- verifying ------------------------------------------------------------------------------ */

static inline struct pb_verification *
check_with(struct maker *maker, const struct pb_bundle_check_options *options)
{
	struct memory_files files;
	struct pb_world world = { .files = &files.table };
	struct pb_verification *v = NULL;

	memory_files_init(&files, &maker->bundle);
	assert_int_equal(pb_bundle_check(&world, "bundle", options, &v, NULL), PB_OK);
	return v;
}

/* A trust file for this log, as text. */
static inline struct pb_buf
trust_text(bool witness)
{
	struct pb_ed25519 *log_key = make_key(1), *witness_key = make_key(WITNESS_SEED);
	struct pb_note_verifier log = verifier_of(ORIGIN, PB_NOTE_ED25519, log_key);
	struct pb_note_verifier other = verifier_of(WITNESS, PB_NOTE_COSIGNATURE, witness_key);
	struct pb_buf text = PB_BUF_EMPTY;

	assert_int_equal(pb_buf_append_text(&text, "log "), PB_OK);
	assert_int_equal(pb_note_verifier_format(&log, &text), PB_OK);
	assert_int_equal(pb_buf_append_text(&text, "\nwitness w "), PB_OK);
	assert_int_equal(pb_note_verifier_format(&other, &text), PB_OK);
	assert_int_equal(
	    pb_buf_append_text(&text, witness ? "\nquorum w\n" : "\nquorum none\n"), PB_OK);
	pb_ed25519_free(log_key);
	pb_ed25519_free(witness_key);
	return text;
}

/* With all that can be asked for: trust, roots, an earlier checkpoint, and threads or none. */
static inline struct pb_verification *
check_all(struct maker *maker, unsigned threads)
{
	struct pb_buf trust = trust_text(maker->order.witnessed);
	struct pb_bundle_check_options options = { .trust = trust.data,
		.trust_len = trust.len,
		.tsa_roots = the_authority()->root.data,
		.tsa_roots_len = the_authority()->root.len,
		.against = maker->checkpoint[6].data,
		.against_len = maker->checkpoint[6].len,
		.threads = threads };
	struct pb_verification *v = check_with(maker, &options);

	pb_buf_done(&trust);
	return v;
}

static inline void
print_findings(const struct pb_verification *v)
{
	for (int id = 0; id < PB_CHECK_COUNT; id++) {
		const struct pb_check *check = pb_verification_check(v, (enum pb_check_id)id);

		for (size_t i = 0; i < check->findings_kept; i++)
			print_message("%s %s: %s at %s (seq %d)\n", pb_check_name(id),
			    pb_verdict_name(check->findings[i].weight), check->findings[i].code,
			    check->findings[i].where, (int)check->findings[i].seq);
	}
}

/* Make, verify with and without threads, and expect the finding in both. */
static inline void
expect_found(
    struct order order, enum pb_check_id id, enum pb_verdict weight, const char *code, uint64_t seq)
{
	struct maker *maker = make_bundle(order);

	for (unsigned threads = 0; threads < 2; threads++) {
		struct pb_verification *v = check_all(maker, threads);

		if (find_code(v, id, code) == NULL)
			print_findings(v);
		assert_found(v, id, weight, code, seq);
		pb_verification_free(v);
	}
	maker_free(maker);
}

#endif
