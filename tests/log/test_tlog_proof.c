#include "log/fixture.h"

#include "lib/memory.h"
#include "log/tlog_proof.h"

#define MAGIC "c2sp.org/tlog-proof@v1\n"
#define H0 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define NOTE "text\n\n\xe2\x80\x94 name AAAAAAA=\n"

static struct pb_tlog_proof
decode(const struct pb_buf *text)
{
	struct pb_tlog_proof proof;

	assert_int_equal(pb_tlog_proof_decode(text->data, text->len, &proof, NULL), PB_OK);
	return proof;
}

static void
refuse(const char *text, size_t len)
{
	struct pb_tlog_proof proof = { .count = 77 };
	struct pb_error err = { .status = PB_OK };

	assert_int_equal(pb_tlog_proof_decode(text, len, &proof, &err), PB_EDATA);
	assert_int_equal(err.status, PB_EDATA);
	assert_non_null(err.why);
	assert_int_equal(proof.count, 77);
}

/* The vector, made by hand from C2SP tlog-proof: entry 5 of a log of seven. */
static void
proof_made_elsewhere_is_read_and_holds(void **state)
{
	struct pb_buf text = read_file(C2SP "entry-5.tlog-proof");
	struct pb_buf checkpoint = read_file(C2SP "log/checkpoint");
	struct pb_tlog_proof proof = decode(&text);
	uint8_t leaf[PB_DIGEST_LEN], root[PB_DIGEST_LEN];
	const char *line;

	(void)state;
	assert_int_equal(proof.index, 5);
	assert_int_equal(proof.count, 3);
	assert_int_equal(proof.note_len, checkpoint.len);
	assert_memory_equal(proof.note, checkpoint.data, checkpoint.len);

	/* the third line of the checkpoint is the root */
	line = memchr(proof.note, '\n', proof.note_len);
	line = strchr(line + 1, '\n') + 1;
	assert_true(
	    pb_base64_decode_exact(line, PB_BASE64_LEN(PB_DIGEST_LEN), root, PB_DIGEST_LEN));
	pb_tree_leaf_hash("entry 5", 7, leaf);
	assert_true(pb_tree_check_inclusion(
	    leaf, proof.index, 7, (const uint8_t *)proof.hash, proof.count, root));
	pb_buf_done(&text);
	pb_buf_done(&checkpoint);
}

static void
proof_made_elsewhere_is_written_the_same(void **state)
{
	struct pb_buf text = read_file(C2SP "entry-5.tlog-proof"), again = PB_BUF_EMPTY;
	struct pb_tlog_proof proof = decode(&text);

	(void)state;
	assert_int_equal(pb_tlog_proof_encode(&proof, &again), PB_OK);
	assert_int_equal(again.len, text.len);
	assert_memory_equal(again.data, text.data, text.len);
	pb_buf_done(&text);
	pb_buf_done(&again);
}

static void
proof_of_any_height_is_read_as_it_was_written(void **state)
{
	struct pb_tlog_proof proof = {
		.index = UINT64_MAX - 1, .note = NOTE, .note_len = sizeof(NOTE) - 1
	};

	(void)state;
	memset(proof.hash, 0x5a, sizeof(proof.hash));
	for (proof.count = 0; proof.count <= 64; proof.count++) {
		struct pb_buf text = PB_BUF_EMPTY;
		struct pb_tlog_proof read;

		assert_int_equal(pb_tlog_proof_encode(&proof, &text), PB_OK);
		read = decode(&text);
		assert_true(read.index == proof.index);
		assert_int_equal(read.count, proof.count);
		assert_memory_equal(read.hash, proof.hash, proof.count * PB_DIGEST_LEN);
		assert_int_equal(read.note_len, sizeof(NOTE) - 1);
		assert_memory_equal(read.note, NOTE, read.note_len);
		pb_buf_done(&text);
	}
}

static void
higher_proof_than_any_tree_is_refused(void **state)
{
	struct pb_buf text = PB_BUF_EMPTY;

	(void)state;
	append_text(&text, MAGIC "index 0\n");
	for (unsigned i = 0; i < 65; i++)
		append_text(&text, H0);
	append_text(&text, "\n" NOTE);
	refuse((const char *)text.data, text.len);
	pb_buf_done(&text);
}

static void
only_the_one_encoding_is_read(void **state)
{
	static const char *const others[] = {
		"",
		"\n",
		MAGIC,
		MAGIC "\n" NOTE,
		"c2sp.org/tlog-proof@v2\nindex 0\n\n" NOTE,
		"c2sp.org/tlog-proof@v1\r\nindex 0\n\n" NOTE,
		" " MAGIC "index 0\n\n" NOTE,
		MAGIC "index 00\n\n" NOTE,
		MAGIC "index 01\n\n" NOTE,
		MAGIC "index -1\n\n" NOTE,
		MAGIC "index  1\n\n" NOTE,
		MAGIC "index 1 \n\n" NOTE,
		MAGIC "index 1\r\n\n" NOTE,
		MAGIC "index \n\n" NOTE,
		MAGIC "index\n\n" NOTE,
		MAGIC "Index 0\n\n" NOTE,
		MAGIC "index 18446744073709551616\n\n" NOTE,
		MAGIC "extra AAAA\nindex 0\n\n" NOTE,
		MAGIC "index 0\nextra AAAA\n\n" NOTE,
		MAGIC "index 0\nindex 0\n\n" NOTE,
		MAGIC "index 0\n",
		MAGIC "index 0\n\n",
		MAGIC "index 0\n" H0,
		MAGIC "index 0\n" H0 "\n",
		MAGIC "index 0\n" H0 "\r\n" NOTE,
		MAGIC "index 0\nAAAA\n\n" NOTE,
		MAGIC "index 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n\n" NOTE,
		MAGIC "index 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\n" NOTE,
		MAGIC "index 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\n" NOTE,
	};
	struct pb_tlog_proof proof;

	(void)state;
	assert_int_equal(pb_tlog_proof_decode(MAGIC "index 0\n\n" NOTE,
			     sizeof(MAGIC "index 0\n\n" NOTE) - 1, &proof, NULL),
	    PB_OK);
	for (size_t i = 0; i < CASES(others); i++)
		refuse(others[i], strlen(others[i]));
	refuse(NULL, 0);
}

static void
text_cut_before_its_note_is_refused(void **state)
{
	struct pb_buf text = read_file(C2SP "entry-5.tlog-proof");
	struct pb_tlog_proof proof = decode(&text);
	size_t before = text.len - proof.note_len;

	(void)state;
	for (size_t len = 0; len <= before; len++)
		refuse((const char *)text.data, len);
	pb_buf_done(&text);
}

/* ---- consistency ---- */

static void
consistency_is_read_as_it_was_written(void **state)
{
	uint8_t hashes[PB_PROOF_MAX * PB_DIGEST_LEN], read[PB_PROOF_MAX * PB_DIGEST_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(hashes); i++)
		hashes[i] = (uint8_t)(i * 7);
	for (size_t count = 0; count <= PB_PROOF_MAX; count++) {
		struct pb_buf text = PB_BUF_EMPTY;
		size_t ret_count = 77;

		assert_int_equal(pb_consistency_encode(hashes, count, &text), PB_OK);
		assert_int_equal(text.len, count * 45);
		assert_int_equal(
		    pb_consistency_decode(text.data, text.len, read, &ret_count, NULL), PB_OK);
		assert_int_equal(ret_count, count);
		assert_memory_equal(read, hashes, count * PB_DIGEST_LEN);
		pb_buf_done(&text);
	}
}

static void
refuse_consistency(const char *text, size_t len)
{
	uint8_t proof[PB_PROOF_MAX * PB_DIGEST_LEN] = { 9 };
	struct pb_error err = { .status = PB_OK };
	size_t count = 77;

	assert_int_equal(pb_consistency_decode(text, len, proof, &count, &err), PB_EDATA);
	assert_int_equal(err.status, PB_EDATA);
	assert_int_equal(count, 77);
	assert_int_equal(proof[0], 9);
}

static void
consistency_in_any_other_form_is_refused(void **state)
{
	static const char *const others[] = {
		"\n",
		H0 "\n",
		"\n" H0,
		H0 "\n" H0,
		H0 "x",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \n",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
		"AAAA\n",
	};
	struct pb_buf text = PB_BUF_EMPTY;

	(void)state;
	for (size_t i = 0; i < CASES(others); i++)
		refuse_consistency(others[i], strlen(others[i]));
	for (size_t i = 0; i <= PB_PROOF_MAX; i++)
		append_text(&text, H0);
	refuse_consistency((const char *)text.data, text.len);
	pb_buf_done(&text);
}

/* ---- faults ---- */

static enum pb_status
encode_proof(struct pb_buf *text)
{
	struct pb_tlog_proof proof = {
		.index = 3, .count = 20, .note = NOTE, .note_len = sizeof(NOTE) - 1
	};

	return pb_tlog_proof_encode(&proof, text);
}

static enum pb_status
encode_consistency(struct pb_buf *text)
{
	static const uint8_t hashes[20 * PB_DIGEST_LEN];

	return pb_consistency_encode(hashes, 20, text);
}

static void
memory_that_runs_out_leaves_the_text_as_it_was(void **state)
{
	enum pb_status (*const encoders[])(struct pb_buf *) = { encode_proof, encode_consistency };

	(void)state;
	if (!test_memory_can_fail())
		skip();
	for (size_t i = 0; i < CASES(encoders); i++)
		for (uint64_t nth = 1;; nth++) {
			struct pb_buf text = PB_BUF_EMPTY;
			enum pb_status status;

			append_text(&text, "before");
			test_memory_fail(nth, false);
			status = encoders[i](&text);
			test_memory_restore();
			if (status != PB_OK) {
				assert_int_equal(status, PB_ENOMEM);
				assert_int_equal(text.len, 6);
			}
			pb_buf_done(&text);
			if (status == PB_OK) {
				assert_true(nth > 1);
				break;
			}
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_one_encoding_is_read),
		cmocka_unit_test(higher_proof_than_any_tree_is_refused),
		cmocka_unit_test(text_cut_before_its_note_is_refused),
		cmocka_unit_test(proof_made_elsewhere_is_read_and_holds),
		cmocka_unit_test(proof_made_elsewhere_is_written_the_same),
		cmocka_unit_test(proof_of_any_height_is_read_as_it_was_written),
		cmocka_unit_test(consistency_is_read_as_it_was_written),
		cmocka_unit_test(consistency_in_any_other_form_is_refused),
		cmocka_unit_test(memory_that_runs_out_leaves_the_text_as_it_was),
	};

	return cmocka_run_group_tests_name("log/tlog_proof", tests, start_crypto, NULL);
}
