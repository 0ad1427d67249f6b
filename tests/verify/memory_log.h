/*
 * A log in memory, made as an archive makes one, or otherwise where a recipe says so.
 *
 * The plan, by item and record:
 *
 *      0 segment    1 record 0 (P)   2 record 1   3 record 2   4 checkpoint of 3
 *      5 record 3   6 record 4       7 checkpoint of 5
 *      8 segment    9 record 5 (P)  10 record 6  11 checkpoint of 7
 */
#ifndef PB_TEST_VERIFY_MEMORY_LOG_H
#define PB_TEST_VERIFY_MEMORY_LOG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/text.h"
#include "crypto/crypto.h"
#include "crypto/ed25519.h"
#include "crypto/envelope.h"
#include "lib/world.h"
#include "log/chain.h"
#include "log/checkpoint.h"
#include "log/source.h"
#include "log/tree.h"
#include "record/seal.h"
#include "record/types.h"
#include "verify/crew.h"

#define ORIGIN "cabinet-exemple.example/verify/00c0ffee"
#define OTHER_ORIGIN "cabinet-exemple.example/verify/0badcafe"
#define SECRET_WORD "Camille-Exemple-fictive"
#define RECORDS 7
#define ITEMS_MAX (3 * PB_VERIFY_CREW_JOBS + 40)

struct item {
	enum pb_source_kind kind;
	char segment[64];
	uint64_t offset;
	uint8_t leaf[PB_LEAF_LEN];
	bool open;
	bool has_r;
	uint8_t r[32];
	struct pb_buf payload;
	struct pb_buf bytes; /* header or note */
	bool has_previous;
	char previous[64];
};

/* What is made otherwise than it should be, before it is sealed and signed. */
struct recipe {
	const char *origin; /* NULL: ORIGIN */
	uint8_t key_seed;   /* of the log key */
	uint8_t seed;       /* of everything random */
	uint64_t records;   /* 0: all; else the plan ends after so many, with a checkpoint */
	/* In the facts, or the header, of the record `edit_seq` the text `from` becomes `to`. */
	bool edit_facts, edit_header;
	uint64_t edit_seq;
	const char *from, *to;
	/* One record (never 0 unless `odd_zero`) is odd. */
	uint64_t odd_seq;
	bool odd_zero;
	uint8_t type;    /* if not 0: of this type */
	bool flip_frame; /* stored 'P' for 'R', or 'R' for 'P' */
	int64_t step_s;  /* its clock is off by this much */
	bool other_commitment;
	bool other_digest, no_digest;
	bool no_message; /* neither header nor body */
	uint8_t more[2]; /* further parts of these kinds, where not 0 */
	bool no_facts, twice_facts, unknown_part;
	const char *facts;   /* in place of its own */
	bool stranger_reads; /* the second segment is enveloped to a stranger too */
	bool shifted;        /* its leaf states the next number */
	/* Checkpoints, all of them: */
	bool other_signer;
	bool witnessed;
};

struct memory_log {
	struct recipe recipe;
	char origin[PB_LIMIT_ORIGIN + 1];
	struct pb_ed25519 *key;
	struct pb_note_verifier verifier;
	struct test_random random;
	struct pb_files files;
	struct pb_sealer *sealer;
	struct pb_reader *reader[3];
	struct item item[ITEMS_MAX];
	size_t count;
	uint64_t seq;
	uint64_t time_s;
	uint8_t prev[PB_DIGEST_LEN];
	struct pb_tree tree;
	unsigned segments;
	char segment[64];
	uint64_t offset;
	struct pb_buf held; /* a checkpoint of the first 3 records, as the other side holds it */
	size_t at;          /* of the source */
	struct pb_secret *at_r;
	enum pb_status fail; /* if not PB_OK: the source answers this at item fail_at */
	size_t fail_at;
};

static inline int
start_crypto(void **state)
{
	(void)state;
	return pb_crypto_init(NULL) == PB_OK ? 0 : -1;
}

static inline struct pb_buf
read_file(const char *path)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	FILE *file = fopen(path, "rb");
	uint8_t chunk[4096];
	size_t len;

	if (file == NULL)
		fail_msg("no file %s", path);
	while ((len = fread(chunk, 1, sizeof(chunk), file)) > 0)
		assert_int_equal(pb_buf_append(&buf, chunk, len), PB_OK);
	fclose(file);
	return buf;
}

static inline struct pb_reader *
read_reader(const char *path)
{
	struct pb_buf pem = read_file(path);
	struct pb_reader *reader = NULL;

	assert_int_equal(pb_reader_from_pem(pem.data, pem.len, &reader, NULL), PB_OK);
	pb_buf_done(&pem);
	return reader;
}

static inline int
fill_with_seed(void *ctx, void *to, size_t len)
{
	memset(to, *(const uint8_t *)ctx, len);
	return 0;
}

static inline struct pb_ed25519 *
make_key(uint8_t seed)
{
	const struct pb_random random = { .ctx = &seed, .fill = fill_with_seed };
	struct pb_ed25519 *key = NULL;

	assert_int_equal(pb_ed25519_generate(&random, &key, NULL), PB_OK);
	return key;
}

static inline struct pb_note_verifier
verifier_of(const char *name, uint8_t type, const struct pb_ed25519 *key)
{
	uint8_t public_key[PB_ED25519_PUBLIC_LEN];
	struct pb_note_verifier verifier;

	pb_ed25519_public(key, public_key);
	assert_int_equal(pb_note_verifier_make(name, type, public_key, &verifier, NULL), PB_OK);
	return verifier;
}

/* The first `from` becomes `to`; it must be there. */
static inline void
replace(struct pb_buf *buf, const char *from, const char *to)
{
	struct pb_buf made = PB_BUF_EMPTY;
	const uint8_t *hit = memmem(buf->data, buf->len, from, strlen(from));
	size_t before;

	assert_non_null(hit);
	before = (size_t)(hit - buf->data);
	assert_int_equal(pb_buf_append(&made, buf->data, before), PB_OK);
	assert_int_equal(pb_buf_append_text(&made, to), PB_OK);
	assert_int_equal(
	    pb_buf_append(&made, hit + strlen(from), buf->len - before - strlen(from)), PB_OK);
	pb_buf_done(buf);
	*buf = made;
}

static inline struct item *
add_item(struct memory_log *log, enum pb_source_kind kind)
{
	struct item *item = &log->item[log->count++];

	assert_true(log->count <= ITEMS_MAX);
	*item = (struct item){ .kind = kind, .offset = log->offset };
	snprintf(item->segment, sizeof(item->segment), "%s", log->segment);
	log->offset += 1000;
	return item;
}

static inline bool
is_odd(const struct memory_log *log)
{
	return log->seq == log->recipe.odd_seq && (log->seq > 0 || log->recipe.odd_zero);
}

/* What a previous segment is said to be, here as there: its bytes are no business of this room. */
#define PREVIOUS_LEN 4711
#define PREVIOUS_BYTE 0x77

static inline void
add_sealed(struct memory_log *log, struct pb_sealed *sealed, bool open)
{
	struct item *item = add_item(log, PB_SOURCE_RECORD);
	const struct recipe *recipe = &log->recipe;
	struct pb_leaf leaf = { .seq = log->seq, .time_s = log->time_s, .type = sealed->type };
	uint8_t hash[PB_DIGEST_LEN];

	if (is_odd(log)) {
		leaf.type = recipe->type != 0 ? recipe->type : leaf.type;
		leaf.time_s += (uint64_t)recipe->step_s;
		leaf.seq += recipe->shifted;
		sealed->commitment[0] ^= recipe->other_commitment;
		open ^= recipe->flip_frame;
	}
	memcpy(leaf.prev, log->prev, sizeof(leaf.prev));
	memcpy(leaf.commitment, sealed->commitment, sizeof(leaf.commitment));
	memcpy(leaf.payload_sha256, sealed->payload_sha256, sizeof(leaf.payload_sha256));
	pb_leaf_encode(&leaf, item->leaf);
	item->open = open;
	item->has_r = true;
	memcpy(item->r, pb_secret_bytes(sealed->r), sizeof(item->r));
	item->payload = sealed->memory;
	sealed->memory = PB_BUF_EMPTY;
	pb_sealed_done(sealed);
	pb_chain_next(item->leaf, log->prev);
	pb_tree_leaf_hash(item->leaf, PB_LEAF_LEN, hash);
	pb_tree_append(&log->tree, hash);
	log->seq++;
	log->time_s++;
}

static inline void
add_facts(struct memory_log *log, struct pb_buf *facts)
{
	const struct recipe *recipe = &log->recipe;

	if (recipe->edit_facts && recipe->edit_seq == log->seq)
		replace(facts, recipe->from, recipe->to);
	if (is_odd(log) && recipe->facts != NULL) {
		pb_buf_clear(facts);
		assert_int_equal(pb_buf_append_text(facts, recipe->facts), PB_OK);
	}
	for (int i = is_odd(log) && recipe->twice_facts ? 2 : 1; i > 0; i--)
		if (!is_odd(log) || !recipe->no_facts)
			assert_int_equal(pb_sealer_part(log->sealer, PB_PART_FACTS, facts->data,
					     facts->len, NULL),
			    PB_OK);
	if (is_odd(log) && recipe->unknown_part)
		assert_int_equal(pb_sealer_part(log->sealer, 77, "?", 1, NULL), PB_OK);
}

static inline void
add_part(struct memory_log *log, uint8_t kind, const void *data, size_t len)
{
	assert_int_equal(pb_sealer_part(log->sealer, kind, data, len, NULL), PB_OK);
}

static inline void
add_message_parts(struct memory_log *log)
{
	static const char header[] = "Subject: " SECRET_WORD "\r\n\r\n";
	static const struct recipe none = { 0 };
	const struct recipe *recipe = is_odd(log) ? &log->recipe : &none;
	uint8_t sha256[PB_DIGEST_LEN] = { 0 };

	if (!recipe->no_message) {
		add_part(log, PB_PART_HEADER, header, sizeof(header) - 1);
		add_part(log, PB_PART_BODY, "one\r\n", 5);
	}
	if (recipe->other_digest)
		add_part(log, PB_PART_DIGEST, sha256, sizeof(sha256));
	else if (!recipe->no_digest)
		assert_int_equal(pb_sealer_digest(log->sealer, sha256, NULL), PB_OK);
	for (size_t i = 0; i < sizeof(recipe->more); i++)
		if (recipe->more[i] != 0)
			add_part(log, recipe->more[i], "{}", 2);
}

static inline void
add_message(struct memory_log *log)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_sealed sealed = PB_SEALED_EMPTY;

	assert_int_equal(pb_sealer_start(log->sealer, NULL), PB_OK);
	add_message_parts(log);
	assert_int_equal(pb_buf_append_text(&facts, "{\"source\":\"import\",\"size\":5}"), PB_OK);
	add_facts(log, &facts);
	assert_int_equal(pb_sealer_finish(log->sealer, PB_RECORD_IMPORTED, &sealed, NULL), PB_OK);
	add_sealed(log, &sealed, false);
	pb_buf_done(&facts);
}

static inline void
write_founding(struct memory_log *log, struct pb_json_writer *w)
{
	struct pb_buf vkey = PB_BUF_EMPTY;

	assert_int_equal(pb_note_verifier_format(&log->verifier, &vkey), PB_OK);
	pb_json_u64(w, "format", 1);
	pb_json_text(w, "origin", log->origin);
	pb_json_text(w, "verifier_key", pb_buf_text(&vkey));
	pb_json_array_begin(w, "readers");
	for (int i = 0; i < 2; i++) {
		pb_json_object_begin(w, NULL);
		pb_json_text(w, "id", pb_reader_id(log->reader[i]));
		pb_json_text(w, "role", i == 0 ? "reader" : "recovery");
		pb_json_object_end(w);
	}
	pb_json_array_end(w);
	pb_buf_done(&vkey);
}

static inline void
add_statement(struct memory_log *log, const struct item *segment)
{
	uint8_t h2[PB_H2_LEN], previous[PB_DIGEST_LEN];
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_digest_h2(segment->bytes.data, segment->bytes.len, h2);
	memset(previous, PREVIOUS_BYTE, sizeof(previous));
	pb_json_writer_init(&w, &facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "segment");
	pb_json_text(&w, "segment", segment->segment);
	pb_json_object_begin(&w, "header");
	pb_json_hex(&w, "sha256", h2, 32);
	pb_json_hex(&w, "sha3_256", h2 + 32, 32);
	pb_json_object_end(&w);
	if (segment->has_previous) {
		pb_json_object_begin(&w, "previous");
		pb_json_text(&w, "segment", segment->previous);
		pb_json_u64(&w, "length", PREVIOUS_LEN);
		pb_json_hex(&w, "sha256", previous, sizeof(previous));
		pb_json_object_end(&w);
	} else {
		pb_json_null(&w, "previous");
		write_founding(log, &w);
	}
	pb_json_object_end(&w);
	assert_int_equal(pb_json_writer_status(&w), PB_OK);
	assert_int_equal(pb_sealer_start(log->sealer, NULL), PB_OK);
	add_facts(log, &facts);
	assert_int_equal(pb_sealer_finish(log->sealer, PB_RECORD_KEY, &sealed, NULL), PB_OK);
	add_sealed(log, &sealed, true);
	pb_buf_done(&facts);
}

static inline void
add_segment(struct memory_log *log)
{
	size_t readers = log->segments > 0 && log->recipe.stranger_reads ? 3 : 2;
	struct pb_secret *key = NULL;
	struct pb_buf cms = PB_BUF_EMPTY;
	struct pb_json_writer w;
	struct item *item;
	char before[64];

	memcpy(before, log->segment, sizeof(before));
	snprintf(
	    log->segment, sizeof(log->segment), "%016" PRIx64 "-%016x", log->seq, ++log->segments);
	log->offset = 12;
	item = add_item(log, PB_SOURCE_SEGMENT);
	item->has_previous = log->segments > 1;
	memcpy(item->previous, before, sizeof(before));
	assert_int_equal(pb_secret_random(&log->random.table, 32, &key, NULL), PB_OK);
	assert_int_equal(pb_envelope_seal(key, (const struct pb_reader *const *)log->reader,
			     readers, &cms, NULL),
	    PB_OK);
	pb_json_writer_init(&w, &item->bytes);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "origin", log->origin);
	pb_json_text(&w, "id", log->segment + 17);
	pb_json_u64(&w, "first_seq", log->seq);
	pb_json_u64(&w, "created_s", log->time_s);
	pb_json_base64(&w, "cms", cms.data, cms.len);
	pb_json_object_end(&w);
	assert_int_equal(pb_json_writer_status(&w), PB_OK);
	if (log->recipe.edit_header && log->recipe.edit_seq == log->seq)
		replace(&item->bytes, log->recipe.from, log->recipe.to);
	pb_secret_free(key);
	pb_buf_done(&cms);
	add_statement(log, item);
}

/* What a witness adds to a note with that text. */
static inline void
append_cosignature(
    struct pb_buf *note, size_t text_len, const char *name, const struct pb_ed25519 *key)
{
	struct pb_note_verifier verifier = verifier_of(name, PB_NOTE_COSIGNATURE, key);
	struct pb_buf message = PB_BUF_EMPTY, raw = PB_BUF_EMPTY;
	uint8_t signature[72];
	char base64[PB_BASE64_LEN(4 + 72) + 1];

	pb_put_u64(signature, 1778086921);
	assert_int_equal(pb_buf_append_text(&message, "cosignature/v1\ntime 1778086921\n"), PB_OK);
	assert_int_equal(pb_buf_append(&message, note->data, text_len), PB_OK);
	assert_int_equal(
	    pb_ed25519_sign(key, message.data, message.len, signature + 8, NULL), PB_OK);
	assert_int_equal(pb_buf_append_u32(&raw, verifier.key_id), PB_OK);
	assert_int_equal(pb_buf_append(&raw, signature, sizeof(signature)), PB_OK);
	pb_base64_encode(raw.data, raw.len, base64);
	assert_int_equal(pb_buf_printf(note, "\xe2\x80\x94 %s %s\n", name, base64), PB_OK);
	pb_buf_done(&message);
	pb_buf_done(&raw);
}

#define WITNESS "temoin.example/fictif"
#define WITNESS_SEED 0x51

static inline void
sign_checkpoint(
    const struct memory_log *log, const struct pb_ed25519 *key, bool witnessed, struct pb_buf *note)
{
	struct pb_checkpoint checkpoint = { .size = log->tree.size };
	struct pb_buf text = PB_BUF_EMPTY;

	memcpy(checkpoint.origin, log->origin, sizeof(checkpoint.origin));
	pb_tree_root(&log->tree, checkpoint.root);
	memcpy(checkpoint.head, log->prev, sizeof(checkpoint.head));
	assert_int_equal(pb_checkpoint_sign(&checkpoint, key, note, NULL), PB_OK);
	if (witnessed) {
		struct pb_ed25519 *witness = make_key(WITNESS_SEED);

		assert_int_equal(pb_checkpoint_format(&checkpoint, &text), PB_OK);
		append_cosignature(note, text.len, WITNESS, witness);
		pb_ed25519_free(witness);
	}
	pb_buf_done(&text);
}

static inline void
add_checkpoint(struct memory_log *log)
{
	struct pb_ed25519 *other = make_key(0x99);
	struct item *item = add_item(log, PB_SOURCE_CHECKPOINT);

	sign_checkpoint(
	    log, log->recipe.other_signer ? other : log->key, log->recipe.witnessed, &item->bytes);
	pb_ed25519_free(other);
}

/* Records of the plan until the recipe's end. */
static inline void
follow_plan(struct memory_log *log)
{
	uint64_t end = log->recipe.records != 0 ? log->recipe.records : RECORDS;

	while (log->seq < end) {
		if (log->seq == 0 || log->seq == 5)
			add_segment(log);
		else
			add_message(log);
		if (log->seq == 3)
			sign_checkpoint(log, log->key, false, &log->held);
		if (log->seq == 3 || log->seq == 5 || log->seq == 7 || log->seq == end)
			add_checkpoint(log);
	}
}

static inline void
log_make(struct memory_log *log, struct recipe recipe)
{
	static const char *const readers[3] = { "fd6b0a8ba9d5ab57b77a1dbaceb56c8480028525",
		"c43e04be3b9a4d2bf93cbcfc5d0e6827ce1874cc",
		"c67781be7511f46d6fce099c6f9a003ef655cff9" };
	char path[256];

	memset(log, 0, sizeof(*log));
	log->recipe = recipe;
	snprintf(
	    log->origin, sizeof(log->origin), "%s", recipe.origin != NULL ? recipe.origin : ORIGIN);
	log->key = make_key((uint8_t)(1 + recipe.key_seed));
	log->verifier = verifier_of(log->origin, PB_NOTE_ED25519, log->key);
	test_random_init(&log->random, recipe.seed);
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), TEST_VECTORS "/archive/readers/%s.pem", readers[i]);
		log->reader[i] = read_reader(path);
	}
	assert_int_equal(
	    pb_sealer_new(&log->files, &log->random.table, log->origin, "", 3, &log->sealer, NULL),
	    PB_OK);
	log->time_s = 1778086920;
	pb_tree_init(&log->tree);
	pb_chain_start(log->origin, log->prev);
	follow_plan(log);
}

static inline void
log_done(struct memory_log *log)
{
	for (size_t i = 0; i < log->count; i++) {
		pb_buf_done(&log->item[i].payload);
		pb_buf_done(&log->item[i].bytes);
	}
	for (int i = 0; i < 3; i++)
		pb_reader_free(log->reader[i]);
	pb_sealer_free(log->sealer);
	pb_ed25519_free(log->key);
	pb_buf_done(&log->held);
	pb_secret_free(log->at_r);
}

#endif
