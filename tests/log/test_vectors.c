/* The vectors of tests/vectors that speak of the log: FORMAT 2 and 2.1, by another hand. */
#include "log/fixture.h"

#include "lib/vectors.h"
#include "log/chain.h"
#include "log/checkpoint.h"
#include "log/origin.h"
#include "log/tree.h"
#include "log/trust.h"

static void
chain_case(const struct vectors *v)
{
	uint8_t out[PB_DIGEST_LEN], expected[PB_DIGEST_LEN], leaf[PB_LEAF_LEN];

	assert_true(vector_expects(v, "ok"));
	if (vector_find(v, "origin") != NULL) {
		vector_exact(v, "start", expected, sizeof(expected));
		pb_chain_start(vector_text(v, "origin"), out);
	} else {
		vector_exact(v, "leaf", leaf, sizeof(leaf));
		vector_exact(v, "next", expected, sizeof(expected));
		pb_chain_next(leaf, out);
	}
	assert_memory_equal(out, expected, sizeof(out));
}

static void
vectors_of_the_chain_hold(void **state)
{
	(void)state;
	vectors_walk(TEST_VECTORS "/chain.txt", chain_case);
}

static void
origin_case(const struct vectors *v)
{
	bool name = vector_find(v, "name") != NULL || vector_find(v, "name_hex") != NULL;
	const char *text = vector_find(v, name ? "name" : "origin");
	struct pb_buf bytes = PB_BUF_EMPTY;

	if (text != NULL)
		append_text(&bytes, text);
	else
		bytes = vector_bytes(v, name ? "name_hex" : "origin_hex");
	assert_int_equal(name ? pb_origin_name_valid((const char *)bytes.data, bytes.len)
			      : pb_origin_valid((const char *)bytes.data, bytes.len),
	    vector_expects(v, "ok"));
	pb_buf_done(&bytes);
}

static void
vectors_of_origins_hold(void **state)
{
	(void)state;
	vectors_walk(TEST_VECTORS "/origin.txt", origin_case);
}

/* The root of n entries, entry i being the u64 i. */
static void
root_case(const struct vectors *v)
{
	uint8_t entry[8], leaf[PB_DIGEST_LEN], root[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];
	uint64_t entries = vector_number(v, "entries");
	struct pb_tree tree;

	pb_tree_init(&tree);
	for (uint64_t i = 0; i < entries; i++) {
		pb_put_u64(entry, i);
		pb_tree_leaf_hash(entry, sizeof(entry), leaf);
		pb_tree_append(&tree, leaf);
	}
	pb_tree_root(&tree, root);
	vector_exact(v, "root", expected, sizeof(expected));
	assert_int_equal(memcmp(root, expected, sizeof(root)) == 0, vector_expects(v, "ok"));
}

static void
proof_case(const struct vectors *v)
{
	uint8_t first[PB_DIGEST_LEN], second[PB_DIGEST_LEN];
	struct pb_buf proof = vector_bytes(v, "proof");
	size_t count = proof.len / PB_DIGEST_LEN;
	bool holds;

	assert_int_equal(proof.len % PB_DIGEST_LEN, 0);
	if (vector_find(v, "index") != NULL) {
		vector_exact(v, "leaf_hash", first, sizeof(first));
		vector_exact(v, "root", second, sizeof(second));
		holds = pb_tree_check_inclusion(first, vector_number(v, "index"),
		    vector_number(v, "size"), proof.data, count, second);
	} else {
		vector_exact(v, "first_root", first, sizeof(first));
		vector_exact(v, "second_root", second, sizeof(second));
		holds = pb_tree_check_consistency(vector_number(v, "first"),
		    vector_number(v, "second"), first, second, proof.data, count);
	}
	if (holds != vector_expects(v, "ok"))
		fail_msg("tree.txt: %s", vector_text(v, "what"));
	pb_buf_done(&proof);
}

static void
tree_case(const struct vectors *v)
{
	if (vector_find(v, "entries") != NULL)
		root_case(v);
	else
		proof_case(v);
}

static void
vectors_of_trees_and_proofs_hold(void **state)
{
	(void)state;
	vectors_walk(TEST_VECTORS "/tree.txt", tree_case);
}

static void
compare_signatures(const struct vectors *v, const struct pb_note *note)
{
	uint8_t key_id[4];

	assert_int_equal(note->count, vector_number(v, "count"));
	for (size_t i = 0; i < note->count; i++) {
		const struct pb_note_signature *signature = &note->signature[i];
		struct pb_buf data = vector_bytes(v, vector_indexed("signature", i));

		assert_string_equal(signature->name, vector_text(v, vector_indexed("name", i)));
		vector_exact(v, vector_indexed("key_id", i), key_id, sizeof(key_id));
		assert_int_equal(signature->key_id, pb_get_u32(key_id));
		assert_int_equal(signature->len, data.len);
		assert_memory_equal(signature->data, data.data, data.len);
		pb_buf_done(&data);
	}
}

static void
compare_verdict(const struct vectors *v, const struct pb_note *note)
{
	static const char *const names[] = { "absent", "good", "forged" };
	const char *vkey = vector_text(v, "vkey");
	struct pb_note_verifier verifier;
	uint64_t time_s = 0;

	assert_int_equal(pb_note_verifier_parse(vkey, strlen(vkey), &verifier, NULL), PB_OK);
	assert_string_equal(
	    names[pb_note_verify(note, &verifier, &time_s)], vector_text(v, "verdict"));
	if (vector_find(v, "time") != NULL)
		assert_int_equal(time_s, vector_number(v, "time"));
}

static void
note_case(const struct vectors *v)
{
	struct pb_buf data = vector_bytes(v, "note");
	struct pb_note note;
	enum pb_status status = pb_note_parse(data.data, data.len, &note, NULL);

	if ((status == PB_OK) != vector_expects(v, "ok"))
		fail_msg("note.txt: %s", vector_text(v, "what"));
	if (status == PB_OK && vector_find(v, "text") != NULL) {
		struct pb_buf text = vector_bytes(v, "text");

		assert_int_equal(note.text_len, text.len);
		assert_memory_equal(note.text, text.data, text.len);
		pb_buf_done(&text);
	}
	if (status == PB_OK && vector_find(v, "count") != NULL)
		compare_signatures(v, &note);
	if (vector_find(v, "verdict") != NULL)
		compare_verdict(v, &note);
	pb_buf_done(&data);
}

static void
vectors_of_notes_hold(void **state)
{
	(void)state;
	vectors_walk(TEST_VECTORS "/note.txt", note_case);
}

static int
fill_from(void *ctx, void *to, size_t len)
{
	memcpy(to, ctx, len);
	return 0;
}

/* From the values of the case, the note that it prints. */
static void
checkpoint_made(const struct vectors *v)
{
	uint8_t seed[32], public_key[PB_ED25519_PUBLIC_LEN], expected_key[PB_ED25519_PUBLIC_LEN];
	const struct pb_random random = { .ctx = seed, .fill = fill_from };
	struct pb_checkpoint checkpoint = { .size = vector_number(v, "size") };
	struct pb_buf made = PB_BUF_EMPTY, vkey = PB_BUF_EMPTY, note = vector_bytes(v, "note");
	struct pb_note_verifier verifier;
	struct pb_ed25519 *key = NULL;

	snprintf(checkpoint.origin, sizeof(checkpoint.origin), "%s", vector_text(v, "origin"));
	vector_exact(v, "root", checkpoint.root, PB_DIGEST_LEN);
	vector_exact(v, "head", checkpoint.head, PB_DIGEST_LEN);
	vector_exact(v, "seed", seed, sizeof(seed));
	assert_int_equal(pb_ed25519_generate(&random, &key, NULL), PB_OK);
	pb_ed25519_public(key, public_key);
	vector_exact(v, "public_key", expected_key, sizeof(expected_key));
	assert_memory_equal(public_key, expected_key, sizeof(public_key));
	verifier = verifier_of(checkpoint.origin, PB_NOTE_ED25519, key);
	assert_int_equal(pb_note_verifier_format(&verifier, &vkey), PB_OK);
	assert_string_equal(pb_buf_text(&vkey), vector_text(v, "vkey"));
	assert_int_equal(pb_checkpoint_sign(&checkpoint, key, &made, NULL), PB_OK);
	assert_int_equal(made.len, note.len);
	assert_memory_equal(made.data, note.data, made.len);
	pb_ed25519_free(key);
	pb_buf_done(&note);
	pb_buf_done(&vkey);
	pb_buf_done(&made);
}

static void
checkpoint_refused(const struct vectors *v)
{
	struct pb_buf data = vector_bytes(v, "note");
	struct pb_note_verifier verifier;
	struct pb_checkpoint checkpoint;
	struct pb_note note;
	bool parsed = pb_note_parse(data.data, data.len, &note, NULL) == PB_OK &&
		      pb_checkpoint_parse(&note, &checkpoint, NULL) == PB_OK;

	if (strcmp(vector_text(v, "fault"), "signature") == 0) {
		const char *vkey = vector_text(v, "vkey");

		assert_int_equal(
		    pb_note_verifier_parse(vkey, strlen(vkey), &verifier, NULL), PB_OK);
		assert_true(parsed);
		assert_int_not_equal(pb_note_verify(&note, &verifier, NULL), PB_NOTE_GOOD);
	} else if (parsed) {
		fail_msg("checkpoint.txt: %s", vector_text(v, "what"));
	}
	pb_buf_done(&data);
}

static void
checkpoint_case(const struct vectors *v)
{
	struct pb_note_verifier verifier;
	const char *vkey = vector_find(v, "vkey");

	if (vector_expects(v, "ok"))
		checkpoint_made(v);
	else if (vector_find(v, "note") != NULL)
		checkpoint_refused(v);
	else if (pb_note_verifier_parse(vkey, strlen(vkey), &verifier, NULL) == PB_OK)
		fail_msg("checkpoint.txt: %s", vector_text(v, "what"));
}

static void
vectors_of_checkpoints_hold(void **state)
{
	(void)state;
	vectors_walk(TEST_VECTORS "/checkpoint.txt", checkpoint_case);
}

/* What a checkpoint of the small archive is to a trust file. */
static enum pb_trust_quorum
judge_archive(const char *checkpoint_file, const char *trust_file, uint64_t *ret_time_s)
{
	struct pb_buf policy = read_file(trust_file);
	struct pb_buf published = read_file(checkpoint_file);
	const struct pb_note_verifier *verifier;
	struct pb_trust *trust = NULL;
	struct pb_checkpoint checkpoint;
	enum pb_trust_quorum quorum;
	struct pb_note note;

	assert_int_equal(pb_trust_parse(policy.data, policy.len, &trust, NULL), PB_OK);
	assert_int_equal(pb_note_parse(published.data, published.len, &note, NULL), PB_OK);
	assert_int_equal(pb_checkpoint_parse(&note, &checkpoint, NULL), PB_OK);
	verifier = pb_trust_log(trust, checkpoint.origin, 0);
	assert_non_null(verifier);
	assert_int_equal(pb_note_verify(&note, verifier, NULL), PB_NOTE_GOOD);
	quorum = pb_trust_check(trust, &note, ret_time_s);
	pb_trust_free(trust);
	pb_buf_done(&published);
	pb_buf_done(&policy);
	return quorum;
}

static void
archive_of_the_vectors_is_signed_as_its_trust_files_say(void **state)
{
	uint64_t time_s;

	(void)state;
	assert_int_equal(judge_archive(TEST_VECTORS "/archive/log/checkpoint",
			     TEST_VECTORS "/archive.trust", &time_s),
	    PB_QUORUM_NONE);
	assert_int_equal(judge_archive(TEST_VECTORS "/archive/log/checkpoint",
			     TEST_VECTORS "/archive.witnessed.trust", &time_s),
	    PB_QUORUM_MISSED);
	assert_int_equal(judge_archive(TEST_VECTORS "/archive.witnessed",
			     TEST_VECTORS "/archive.witnessed.trust", &time_s),
	    PB_QUORUM_MET);
	assert_true(time_s > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_the_chain_hold),
		cmocka_unit_test(vectors_of_origins_hold),
		cmocka_unit_test(vectors_of_trees_and_proofs_hold),
		cmocka_unit_test(vectors_of_notes_hold),
		cmocka_unit_test(vectors_of_checkpoints_hold),
		cmocka_unit_test(archive_of_the_vectors_is_signed_as_its_trust_files_say),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
