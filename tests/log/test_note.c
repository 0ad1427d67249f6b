#include "log/fixture.h"

#define DASH "\xe2\x80\x94 "
#define TEXT "one\ntwo\n"
/* a signature by nobody we know: key id 01020304, one byte */
#define STRANGER DASH "x AQIDBP8=\n"

static enum pb_status
parse_len(const void *data, size_t len)
{
	struct pb_note note;

	return pb_note_parse(data, len, &note, NULL);
}

static enum pb_status
parse(const char *text)
{
	return parse_len(text, strlen(text));
}

static enum pb_note_verdict
verdict(const struct pb_buf *data, const struct pb_note_verifier *verifier)
{
	struct pb_note note;

	assert_int_equal(pb_note_parse(data->data, data->len, &note, NULL), PB_OK);
	return pb_note_verify(&note, verifier, NULL);
}

static struct pb_buf
sign(const char *text, const char *name, const struct pb_ed25519 *key)
{
	struct pb_buf buf = PB_BUF_EMPTY;

	assert_int_equal(pb_note_sign(text, strlen(text), &name, &key, 1, &buf, NULL), PB_OK);
	return buf;
}

static void
note_is_split_at_its_last_empty_line(void **state)
{
	static const char data[] = "one\n\n" STRANGER "\n\n" STRANGER DASH "y/z AAAAAAA=\n";
	struct pb_note note;

	(void)state;
	assert_int_equal(pb_note_parse(data, sizeof(data) - 1, &note, NULL), PB_OK);
	assert_ptr_equal(note.text, data);
	assert_int_equal(note.text_len, strlen("one\n\n" STRANGER "\n"));
	assert_int_equal(note.count, 2);
	assert_string_equal(note.signature[0].name, "x");
	assert_int_equal(note.signature[0].key_id, 0x01020304);
	assert_int_equal(note.signature[0].len, 1);
	assert_int_equal(note.signature[0].data[0], 0xff);
	assert_string_equal(note.signature[1].name, "y/z");
	assert_int_equal(note.signature[1].key_id, 0);
}

static void
note_has_one_form(void **state)
{
	static const char *const bad[] = { "", "\n", "\n\n", "one", "one\n", "one\n\n",
		TEXT STRANGER,               /* no empty line */
		"\n" STRANGER,               /* no text */
		TEXT "\n" DASH "x AQIDBP8=", /* the end cut off */
		TEXT "\n" STRANGER "\n", TEXT "\n" STRANGER "x", TEXT "\n" STRANGER "x\n",
		TEXT "\n" STRANGER " ", TEXT "\n\n", TEXT "\nx\n",
		/* what is no em dash and a space */
		TEXT "\n- x AQIDBP8=\n", TEXT "\n-- x AQIDBP8=\n",
		TEXT "\n\xe2\x80\x93 x AQIDBP8=\n", TEXT "\n\xe2\x80\x94x AQIDBP8=\n",
		TEXT "\n \xe2\x80\x94 x AQIDBP8=\n", TEXT "\n\xe2\x80\x94\xc2\xa0x AQIDBP8=\n",
		TEXT "\n\xe2\x80\x94\n", TEXT "\n\xe2\x80\x94 \n", TEXT "\n\xe2\x80\n",
		/* names and spaces */
		TEXT "\n" DASH "x\n", TEXT "\n" DASH " AQIDBP8=\n", TEXT "\n" DASH "xAQIDBP8=\n",
		TEXT "\n" DASH "x  AQIDBP8=\n", TEXT "\n" DASH " x AQIDBP8=\n",
		TEXT "\n" DASH "x AQIDBP8= \n", TEXT "\n" DASH "x y AQIDBP8=\n",
		TEXT "\n" DASH "x+y AQIDBP8=\n", TEXT "\n" DASH "x\tAQIDBP8=\n",
		TEXT "\n" DASH "x\xc2\xa0y AQIDBP8=\n", TEXT "\n" DASH "x AQIDBP8=\r\n",
		/* base64: too short, unpadded, bits behind the end, other alphabet, rubbish */
		TEXT "\n" DASH "x \n", TEXT "\n" DASH "x AQIDBA==\n", TEXT "\n" DASH "x AQID\n",
		TEXT "\n" DASH "x AQIDBP8\n", TEXT "\n" DASH "x AQIDBP9=\n",
		TEXT "\n" DASH "x AQIDBP8==\n", TEXT "\n" DASH "x AQIDBP__\n",
		TEXT "\n" DASH "x AQID BP8=\n", TEXT "\n" DASH "x =\n",
		/* controls, and what is no UTF-8 */
		"one\r\n\n" STRANGER, "on\te\n\n" STRANGER, "\x01\n\n" STRANGER,
		"\x7f\n\n" STRANGER, "\x1b[2J\n\n" STRANGER, "\xc2\x9b\n\n" STRANGER,
		"\xff\n\n" STRANGER, "\xc0\x8a\n\n" STRANGER, "\xed\xa0\x80\n\n" STRANGER };

	(void)state;
	assert_int_equal(parse(TEXT "\n" STRANGER), PB_OK);
	assert_int_equal(parse("\n\n" STRANGER), PB_OK);
	assert_int_equal(parse("d\xc3\xa9j\xc3\xa0 vu\n\n" STRANGER), PB_OK);
	for (size_t i = 0; i < CASES(bad); i++)
		assert_int_equal(parse(bad[i]), PB_EDATA);
	assert_int_equal(parse_len("o\0e\n\n" STRANGER, 5 + strlen(STRANGER)), PB_EDATA);
}

static void
note_parse_leaves_its_outcome_alone_on_failure(void **state)
{
	struct pb_note note = { .count = 77 };
	struct pb_error err;

	(void)state;
	assert_int_equal(pb_note_parse(TEXT, strlen(TEXT), &note, &err), PB_EDATA);
	assert_int_equal(note.count, 77);
	assert_int_equal(err.status, PB_EDATA);
	assert_non_null(err.why);
}

static void
note_has_limits(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	char name[300];

	(void)state;
	append_text(&buf, TEXT "\n");
	for (size_t i = 0; i < PB_LIMIT_NOTE_SIGNATURES; i++)
		append_text(&buf, STRANGER);
	assert_int_equal(parse_len(buf.data, buf.len), PB_OK);
	append_text(&buf, STRANGER);
	assert_int_equal(parse_len(buf.data, buf.len), PB_ELIMIT);

	memset(name, 'n', sizeof(name));
	for (int len = 255; len <= 256; len++) {
		pb_buf_clear(&buf);
		assert_int_equal(
		    pb_buf_printf(&buf, TEXT "\n" DASH "%.*s AQIDBP8=\n", len, name), PB_OK);
		assert_int_equal(parse_len(buf.data, buf.len), len == 255 ? PB_OK : PB_ELIMIT);
	}

	pb_buf_clear(&buf);
	while (buf.len < PB_LIMIT_NOTE - 1 - strlen("\n" STRANGER))
		append_text(&buf, "x");
	append_text(&buf, "\n\n" STRANGER);
	assert_int_equal(buf.len, PB_LIMIT_NOTE);
	assert_int_equal(parse_len(buf.data, buf.len), PB_OK);
	buf.data[0] = '\n';
	append_text(&buf, STRANGER);
	assert_int_equal(parse_len(buf.data, buf.len), PB_ELIMIT);
	pb_buf_done(&buf);
}

static void
note_with_a_signature_longer_than_we_keep_is_read(void **state)
{
	struct pb_ed25519 *key = make_key(1);
	struct pb_note_verifier stranger = verifier_of("x", PB_NOTE_ED25519, key);
	struct pb_buf buf = PB_BUF_EMPTY;
	uint8_t long_signature[2428] = { 0 }; /* ML-DSA-44 with a timestamp */
	struct pb_note note;

	(void)state;
	append_text(&buf, TEXT "\n");
	stranger.key_id++;
	append_signature(&buf, &stranger, long_signature, sizeof(long_signature));
	assert_int_equal(pb_note_parse(buf.data, buf.len, &note, NULL), PB_OK);
	assert_int_equal(note.signature[0].len, sizeof(long_signature));
	/* under our own key it is a forgery, whatever its length */
	stranger.key_id--;
	assert_int_equal(pb_note_verify(&note, &stranger, NULL), PB_NOTE_ABSENT);
	stranger.key_id = note.signature[0].key_id;
	assert_int_equal(pb_note_verify(&note, &stranger, NULL), PB_NOTE_FORGED);
	pb_buf_done(&buf);
	pb_ed25519_free(key);
}

static void
note_of_go_is_verified(void **state)
{
	struct pb_note_verifier peter = read_verifier(C2SP "notes/peter.vkey");
	struct pb_note_verifier enoch = read_verifier(C2SP "notes/enoch.vkey");
	struct pb_note_verifier sumdb = read_verifier(C2SP "notes/sumdb.vkey");
	struct pb_buf both = read_file(C2SP "notes/peter-and-enoch.note");
	struct pb_buf first = read_file(C2SP "notes/sumdb-15368405.note");
	struct pb_buf second = read_file(C2SP "notes/sumdb-20852163.note");
	uint64_t time_s = 7;
	struct pb_note note;

	(void)state;
	assert_int_equal(pb_note_parse(both.data, both.len, &note, NULL), PB_OK);
	assert_int_equal(note.count, 2);
	assert_int_equal(pb_note_verify(&note, &peter, &time_s), PB_NOTE_GOOD);
	assert_int_equal(time_s, 0);
	assert_int_equal(pb_note_verify(&note, &enoch, NULL), PB_NOTE_GOOD);
	assert_int_equal(pb_note_verify(&note, &sumdb, NULL), PB_NOTE_ABSENT);
	assert_int_equal(verdict(&first, &sumdb), PB_NOTE_GOOD);
	assert_int_equal(verdict(&second, &sumdb), PB_NOTE_GOOD);
	assert_int_equal(verdict(&second, &peter), PB_NOTE_ABSENT);
	pb_buf_done(&second);
	pb_buf_done(&first);
	pb_buf_done(&both);
}

static void
note_is_signed_as_others_sign_it(void **state)
{
	struct pb_buf pem = read_file(C2SP "log.pem"), theirs = read_file(C2SP "log/checkpoint");
	struct pb_ed25519 *key = NULL;
	struct pb_buf ours;
	char *text;

	(void)state;
	assert_int_equal(pb_ed25519_from_pem(pem.data, pem.len, &key, NULL), PB_OK);
	/* the text, and the first of their two signatures: Ed25519 is deterministic */
	text = strndup((const char *)theirs.data, 68);
	assert_non_null(text);
	ours = sign(text, "archive.example/log1", key);
	assert_true(ours.len < theirs.len);
	assert_memory_equal(ours.data, theirs.data, ours.len);
	free(text);
	pb_buf_done(&ours);
	pb_ed25519_free(key);
	pb_buf_done(&theirs);
	pb_buf_done(&pem);
}

static void
note_ignores_unknown_keys_even_if_half_of_their_identity_is_known(void **state)
{
	struct pb_ed25519 *key = make_key(1), *other = make_key(2);
	struct pb_note_verifier known = verifier_of("log", PB_NOTE_ED25519, key);
	struct pb_note_verifier stranger = known;
	struct pb_buf buf = sign(TEXT, "log", key);
	const uint8_t rubbish[64] = { 0 };

	(void)state;
	/* same name, other id; same id, other name */
	stranger.key_id ^= 1;
	append_signature(&buf, &stranger, rubbish, sizeof(rubbish));
	stranger = known;
	(void)snprintf(stranger.name, sizeof(stranger.name), "lo");
	append_signature(&buf, &stranger, rubbish, sizeof(rubbish));
	assert_int_equal(verdict(&buf, &known), PB_NOTE_GOOD);
	/* another key of the same name is another key */
	stranger = verifier_of("log", PB_NOTE_ED25519, other);
	assert_int_equal(verdict(&buf, &stranger), PB_NOTE_ABSENT);
	pb_buf_done(&buf);
	pb_ed25519_free(other);
	pb_ed25519_free(key);
}

static void
note_with_a_bad_signature_of_a_known_key_is_forged(void **state)
{
	struct pb_ed25519 *key = make_key(1), *other = make_key(2);
	struct pb_note_verifier known = verifier_of("log", PB_NOTE_ED25519, key);
	struct pb_note_verifier impostor;
	struct pb_buf good = sign(TEXT, "log", key), buf = PB_BUF_EMPTY;
	uint8_t signature[65] = { 0 };

	(void)state;
	/* by another key under our id */
	assert_int_equal(pb_ed25519_sign(other, TEXT, strlen(TEXT), signature, NULL), PB_OK);
	append_text(&buf, TEXT "\n");
	append_signature(&buf, &known, signature, 64);
	assert_int_equal(verdict(&buf, &known), PB_NOTE_FORGED);

	/* of another length */
	assert_int_equal(pb_ed25519_sign(key, TEXT, strlen(TEXT), signature, NULL), PB_OK);
	for (size_t len = 1; len <= 65; len++) {
		pb_buf_clear(&buf);
		append_text(&buf, TEXT "\n");
		append_signature(&buf, &known, signature, len);
		assert_int_equal(verdict(&buf, &known), len == 64 ? PB_NOTE_GOOD : PB_NOTE_FORGED);
	}

	/* beside a good one, whichever stands first */
	pb_buf_clear(&buf);
	assert_int_equal(pb_buf_append(&buf, good.data, good.len), PB_OK);
	append_signature(&buf, &known, signature, 63);
	assert_int_equal(verdict(&buf, &known), PB_NOTE_FORGED);
	pb_buf_clear(&buf);
	append_text(&buf, TEXT "\n");
	append_signature(&buf, &known, signature, 63);
	append_signature(&buf, &known, signature, 64);
	assert_int_equal(verdict(&buf, &known), PB_NOTE_FORGED);

	/* the text of another note */
	pb_buf_clear(&buf);
	append_text(&buf, "one\ntwo!\n\n");
	append_signature(&buf, &known, signature, 64);
	assert_int_equal(verdict(&buf, &known), PB_NOTE_FORGED);

	/* a good signature of a verifier whose type we do not know is not good */
	impostor = known;
	impostor.type = 0x02;
	assert_int_equal(verdict(&good, &impostor), PB_NOTE_FORGED);
	pb_buf_done(&buf);
	pb_buf_done(&good);
	pb_ed25519_free(other);
	pb_ed25519_free(key);
}

static void
note_refuses_the_second_form_of_an_ed25519_signature(void **state)
{
	/* the order of the group, little-endian: s + order is the same point (RFC 8032 5.1.7) */
	static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6,
		0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };
	struct pb_ed25519 *key = make_key(1);
	struct pb_note_verifier known = verifier_of("log", PB_NOTE_ED25519, key);
	struct pb_buf buf = PB_BUF_EMPTY;
	uint8_t signature[64];
	unsigned carry = 0;

	(void)state;
	assert_int_equal(pb_ed25519_sign(key, TEXT, strlen(TEXT), signature, NULL), PB_OK);
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)signature[32 + i] + order[i];
		signature[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	append_text(&buf, TEXT "\n");
	append_signature(&buf, &known, signature, sizeof(signature));
	assert_int_equal(verdict(&buf, &known), PB_NOTE_FORGED);
	pb_buf_done(&buf);
	pb_ed25519_free(key);
}

static void
note_carries_many_signatures(void **state)
{
	enum { COUNT = 40 };
	struct pb_ed25519 *keys[COUNT];
	const struct pb_ed25519 *borrowed[COUNT];
	const char *names[COUNT];
	char storage[COUNT][16];
	struct pb_buf buf = PB_BUF_EMPTY;
	struct pb_note note;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		borrowed[i] = keys[i] = make_key((uint8_t)(1 + i));
		snprintf(storage[i], sizeof(storage[i]), "log/%zu", i);
		names[i] = storage[i];
	}
	assert_int_equal(
	    pb_note_sign(TEXT, strlen(TEXT), names, borrowed, COUNT, &buf, NULL), PB_OK);
	assert_int_equal(pb_note_parse(buf.data, buf.len, &note, NULL), PB_OK);
	assert_int_equal(note.count, COUNT);
	assert_int_equal(note.text_len, strlen(TEXT));
	for (size_t i = 0; i < COUNT; i++) {
		struct pb_note_verifier verifier = verifier_of(names[i], PB_NOTE_ED25519, keys[i]);

		assert_int_equal(pb_note_verify(&note, &verifier, NULL), PB_NOTE_GOOD);
		pb_ed25519_free(keys[i]);
	}
	pb_buf_done(&buf);
}

static void
note_is_not_signed_unless_it_can_be_read_again(void **state)
{
	static const char *const bad[] = { "", "one", "one\r\n", "\x01\n", "\xff\n",
		/* whose last line would be taken for a signature */
		"one\n\n" DASH "x AQIDBP8=" };
	static const char *const bad_names[] = { "", "a b", "a+b", "a\n" };
	struct pb_ed25519 *key = make_key(1);
	const struct pb_ed25519 *borrowed = key;
	struct pb_buf buf = PB_BUF_EMPTY, huge = PB_BUF_EMPTY;
	const char *name = "log";

	(void)state;
	append_text(&buf, "before");
	for (size_t i = 0; i < CASES(bad); i++)
		assert_int_equal(
		    pb_note_sign(bad[i], strlen(bad[i]), &name, &borrowed, 1, &buf, NULL),
		    PB_EINVAL);
	for (size_t i = 0; i < CASES(bad_names); i++)
		assert_int_equal(
		    pb_note_sign(TEXT, strlen(TEXT), &bad_names[i], &borrowed, 1, &buf, NULL),
		    PB_EINVAL);
	assert_int_equal(
	    pb_note_sign(TEXT, strlen(TEXT), &name, &borrowed, 0, &buf, NULL), PB_EINVAL);
	while (huge.len < PB_LIMIT_NOTE)
		append_text(&huge, "x\n");
	assert_int_equal(
	    pb_note_sign((const char *)huge.data, huge.len, &name, &borrowed, 1, &buf, NULL),
	    PB_EINVAL);
	assert_int_equal(buf.len, strlen("before"));
	/* what a text may hold: empty lines, also at its end */
	assert_int_equal(pb_note_sign("a\n\nb\n\n", 6, &name, &borrowed, 1, &buf, NULL), PB_OK);
	assert_memory_equal(buf.data, "beforea\n\nb\n\n\n" DASH "log ", 20);
	pb_buf_done(&huge);
	pb_buf_done(&buf);
	pb_ed25519_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(note_is_split_at_its_last_empty_line),
		cmocka_unit_test(note_has_one_form),
		cmocka_unit_test(note_parse_leaves_its_outcome_alone_on_failure),
		cmocka_unit_test(note_has_limits),
		cmocka_unit_test(note_with_a_signature_longer_than_we_keep_is_read),
		cmocka_unit_test(note_of_go_is_verified),
		cmocka_unit_test(note_is_signed_as_others_sign_it),
		cmocka_unit_test(note_ignores_unknown_keys_even_if_half_of_their_identity_is_known),
		cmocka_unit_test(note_with_a_bad_signature_of_a_known_key_is_forged),
		cmocka_unit_test(note_refuses_the_second_form_of_an_ed25519_signature),
		cmocka_unit_test(note_carries_many_signatures),
		cmocka_unit_test(note_is_not_signed_unless_it_can_be_read_again),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
