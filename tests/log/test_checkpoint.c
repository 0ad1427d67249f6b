#include "log/fixture.h"

#include "log/chain.h"
#include "log/checkpoint.h"
#include "log/tree.h"

#define ORIGIN "cabinet-exemple.example/mail/0a1b2c3d"

static struct pb_checkpoint
checkpoint_of_three(void)
{
	struct pb_checkpoint checkpoint = { .origin = ORIGIN, .size = 3 };

	for (size_t i = 0; i < PB_DIGEST_LEN; i++) {
		checkpoint.root[i] = (uint8_t)i;
		checkpoint.head[i] = (uint8_t)(0xff - i);
	}
	return checkpoint;
}

static struct pb_buf
sign(const struct pb_checkpoint *checkpoint, const struct pb_ed25519 *key)
{
	struct pb_buf buf = PB_BUF_EMPTY;

	assert_int_equal(pb_checkpoint_sign(checkpoint, key, &buf, NULL), PB_OK);
	return buf;
}

/* Read these bytes as a checkpoint and look for the key's signature. */
static enum pb_note_verdict
judge(const void *data, size_t len, const struct pb_note_verifier *verifier,
    struct pb_checkpoint *ret_checkpoint)
{
	struct pb_note note;

	if (pb_note_parse(data, len, &note, NULL) != PB_OK ||
	    pb_checkpoint_parse(&note, ret_checkpoint, NULL) != PB_OK)
		return PB_NOTE_ABSENT;
	return pb_note_verify(&note, verifier, NULL);
}

static enum pb_status
parse_text(const char *text)
{
	struct pb_note note = { .text = text, .text_len = strlen(text) };
	struct pb_checkpoint checkpoint;

	return pb_checkpoint_parse(&note, &checkpoint, NULL);
}

static void
checkpoint_has_the_form_that_format_prints(void **state)
{
	struct pb_checkpoint checkpoint = checkpoint_of_three();
	struct pb_buf buf = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_checkpoint_format(&checkpoint, &buf), PB_OK);
	assert_string_equal(pb_buf_text(&buf),
	    ORIGIN "\n3\n"
		   "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
		   "sha3-256 //79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=\n");
	pb_buf_done(&buf);
}

static void
checkpoint_comes_back_as_it_was_signed(void **state)
{
	static const uint64_t sizes[] = { 0, 1, 9, 10, 70000, INT64_MAX, UINT64_MAX };
	struct pb_checkpoint checkpoint = checkpoint_of_three(), back;
	struct pb_ed25519 *key = make_key(1);
	struct pb_note_verifier verifier = verifier_of(ORIGIN, PB_NOTE_ED25519, key);

	(void)state;
	for (size_t i = 0; i < CASES(sizes); i++) {
		struct pb_buf buf;

		checkpoint.size = sizes[i];
		buf = sign(&checkpoint, key);
		assert_int_equal(judge(buf.data, buf.len, &verifier, &back), PB_NOTE_GOOD);
		assert_string_equal(back.origin, checkpoint.origin);
		assert_int_equal(back.size, checkpoint.size);
		assert_memory_equal(back.root, checkpoint.root, PB_DIGEST_LEN);
		assert_memory_equal(back.head, checkpoint.head, PB_DIGEST_LEN);
		pb_buf_done(&buf);
	}
	pb_ed25519_free(key);
}

static void
checkpoint_of_nothing_holds_the_digests_of_nothing(void **state)
{
	struct pb_checkpoint checkpoint = { .origin = ORIGIN };
	struct pb_buf buf = PB_BUF_EMPTY;
	struct pb_tree tree;

	(void)state;
	pb_tree_init(&tree);
	pb_tree_root(&tree, checkpoint.root);
	pb_chain_start(ORIGIN, checkpoint.head);
	assert_int_equal(pb_checkpoint_format(&checkpoint, &buf), PB_OK);
	/* printf '' | openssl dgst -sha256 -binary | base64; printf ORIGIN | ... -sha3-256 ... */
	assert_string_equal(pb_buf_text(&buf),
	    ORIGIN "\n0\n"
		   "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
		   "sha3-256 qsE4BJEpG0Hl9kr+SIeEpgxPNys8VO2PFTWBGgOhDhw=\n");
	pb_buf_done(&buf);
}

static void
checkpoint_is_not_signed_without_an_origin(void **state)
{
	static const char *const bad[] = { "", "archive", "archive.example", "Archive/00000000",
		"a\nb/00000000", "archive/0000000g" };
	struct pb_checkpoint checkpoint = checkpoint_of_three();
	struct pb_ed25519 *key = make_key(1);
	struct pb_buf buf = PB_BUF_EMPTY;

	(void)state;
	for (size_t i = 0; i < CASES(bad); i++) {
		(void)snprintf(checkpoint.origin, sizeof(checkpoint.origin), "%s", bad[i]);
		assert_int_equal(pb_checkpoint_sign(&checkpoint, key, &buf, NULL), PB_EINVAL);
	}
	assert_int_equal(buf.len, 0);
	pb_ed25519_free(key);
}

#define ROOT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
#define HEAD "sha3-256 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
#define FIRST ORIGIN "\n"

static void
checkpoint_has_exactly_four_lines_in_one_encoding(void **state)
{
	static const char *const bad[] = { "", "\n", FIRST, FIRST "3\n", FIRST "3\n" ROOT,
		FIRST "3\n" ROOT HEAD "\n", FIRST "3\n" ROOT HEAD HEAD,
		FIRST "3\n" ROOT HEAD "more\n", FIRST "3\n" ROOT "\n" HEAD, FIRST "\n3\n" ROOT HEAD,
		"\n" FIRST "3\n" ROOT HEAD, FIRST "3\n" HEAD ROOT, FIRST "3\n" ROOT ROOT,
		FIRST "3\n" HEAD HEAD,
		/* origin */
		"archive.example/log1\n3\n" ROOT HEAD, " " FIRST "3\n" ROOT HEAD,
		ORIGIN " \n3\n" ROOT HEAD, ORIGIN "\r\n3\n" ROOT HEAD, ORIGIN "0\n3\n" ROOT HEAD,
		/* size */
		FIRST "\n" ROOT HEAD, FIRST "03\n" ROOT HEAD, FIRST "+3\n" ROOT HEAD,
		FIRST "-3\n" ROOT HEAD, FIRST " 3\n" ROOT HEAD, FIRST "3 \n" ROOT HEAD,
		FIRST "00\n" ROOT HEAD, FIRST "0x3\n" ROOT HEAD, FIRST "3.0\n" ROOT HEAD,
		FIRST "18446744073709551616\n" ROOT HEAD,
		FIRST "99999999999999999999999\n" ROOT HEAD,
		/* root: 31, 33, 0 bytes, bits behind the end, no padding, spaces */
		FIRST "3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==\n" HEAD,
		FIRST "3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\n" HEAD, FIRST "3\n=\n" HEAD,
		FIRST "3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\n" HEAD,
		FIRST "3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n" HEAD,
		FIRST "3\n " ROOT HEAD,
		/* the chain's head */
		FIRST "3\n" ROOT "sha3-256\n", FIRST "3\n" ROOT "sha3-256 \n",
		FIRST "3\n" ROOT "sha3-256  AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
		FIRST "3\n" ROOT " " HEAD,
		FIRST "3\n" ROOT "SHA3-256 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
		FIRST "3\n" ROOT "sha3-512 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
		FIRST "3\n" ROOT "sha3-256 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==\n",
		FIRST "3\n" ROOT "sha3-256 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\n",
		FIRST "3\n" ROOT "sha3-256 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= \n" };

	(void)state;
	assert_int_equal(parse_text(FIRST "3\n" ROOT HEAD), PB_OK);
	assert_int_equal(parse_text(FIRST "18446744073709551615\n" ROOT HEAD), PB_OK);
	for (size_t i = 0; i < CASES(bad); i++)
		assert_int_equal(parse_text(bad[i]), PB_EDATA);
}

static void
checkpoint_parse_leaves_its_outcome_alone_on_failure(void **state)
{
	struct pb_note note = { .text = "x\n", .text_len = 2 };
	struct pb_checkpoint checkpoint = { .size = 77 };
	struct pb_error err;

	(void)state;
	assert_int_equal(pb_checkpoint_parse(&note, &checkpoint, &err), PB_EDATA);
	assert_int_equal(checkpoint.size, 77);
	assert_non_null(err.why);
}

static void
checkpoint_never_verifies_when_a_byte_of_it_changes(void **state)
{
	struct pb_checkpoint checkpoint = checkpoint_of_three(), back;
	struct pb_ed25519 *key = make_key(1);
	struct pb_note_verifier verifier = verifier_of(ORIGIN, PB_NOTE_ED25519, key);
	struct pb_buf buf = sign(&checkpoint, key);

	(void)state;
	for (size_t i = 0; i < buf.len; i++)
		for (unsigned mask = 1; mask < 256; mask++) {
			/* every change at every 16th byte, three of them at the others */
			if (mask != 0x01 && mask != 0xff && mask != 0x20 && i % 16 != 0)
				continue;
			buf.data[i] ^= (uint8_t)mask;
			assert_int_not_equal(
			    judge(buf.data, buf.len, &verifier, &back), PB_NOTE_GOOD);
			buf.data[i] ^= (uint8_t)mask;
		}
	assert_int_equal(judge(buf.data, buf.len, &verifier, &back), PB_NOTE_GOOD);
	pb_buf_done(&buf);
	pb_ed25519_free(key);
}

static void
checkpoint_never_verifies_when_it_is_cut_or_a_byte_is_put_in(void **state)
{
	static const char more[] = { '\n', ' ', '0', 'A', '=', '\r', '\0', '+' };
	struct pb_checkpoint checkpoint = checkpoint_of_three(), back;
	struct pb_ed25519 *key = make_key(1);
	struct pb_note_verifier verifier = verifier_of(ORIGIN, PB_NOTE_ED25519, key);
	struct pb_buf buf = sign(&checkpoint, key), other = PB_BUF_EMPTY;

	(void)state;
	for (size_t i = 0; i < buf.len; i++) {
		assert_int_not_equal(judge(buf.data, i, &verifier, &back), PB_NOTE_GOOD);
		assert_int_not_equal(
		    judge(buf.data + i + 1, buf.len - i - 1, &verifier, &back), PB_NOTE_GOOD);
		/* without byte i */
		pb_buf_clear(&other);
		assert_int_equal(pb_buf_append(&other, buf.data, i), PB_OK);
		assert_int_equal(pb_buf_append(&other, buf.data + i + 1, buf.len - i - 1), PB_OK);
		assert_int_not_equal(judge(other.data, other.len, &verifier, &back), PB_NOTE_GOOD);
	}
	for (size_t i = 0; i <= buf.len; i++)
		for (size_t k = 0; k < sizeof(more); k++) {
			pb_buf_clear(&other);
			assert_int_equal(pb_buf_append(&other, buf.data, i), PB_OK);
			assert_int_equal(pb_buf_append(&other, &more[k], 1), PB_OK);
			assert_int_equal(pb_buf_append(&other, buf.data + i, buf.len - i), PB_OK);
			assert_int_not_equal(
			    judge(other.data, other.len, &verifier, &back), PB_NOTE_GOOD);
		}
	pb_buf_done(&other);
	pb_buf_done(&buf);
	pb_ed25519_free(key);
}

static void
checkpoint_of_another_log_is_refused(void **state)
{
	struct pb_buf buf = read_file(C2SP "log/checkpoint");
	struct pb_note_verifier verifier = read_verifier(C2SP "log.vkey");
	struct pb_checkpoint checkpoint;
	struct pb_note note;

	/* well signed, and nothing in it speaks of the chain */
	(void)state;
	assert_int_equal(pb_note_parse(buf.data, buf.len, &note, NULL), PB_OK);
	assert_int_equal(pb_note_verify(&note, &verifier, NULL), PB_NOTE_GOOD);
	assert_int_equal(pb_checkpoint_parse(&note, &checkpoint, NULL), PB_EDATA);
	pb_buf_done(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checkpoint_has_the_form_that_format_prints),
		cmocka_unit_test(checkpoint_comes_back_as_it_was_signed),
		cmocka_unit_test(checkpoint_of_nothing_holds_the_digests_of_nothing),
		cmocka_unit_test(checkpoint_is_not_signed_without_an_origin),
		cmocka_unit_test(checkpoint_has_exactly_four_lines_in_one_encoding),
		cmocka_unit_test(checkpoint_parse_leaves_its_outcome_alone_on_failure),
		cmocka_unit_test(checkpoint_never_verifies_when_a_byte_of_it_changes),
		cmocka_unit_test(checkpoint_never_verifies_when_it_is_cut_or_a_byte_is_put_in),
		cmocka_unit_test(checkpoint_of_another_log_is_refused),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
