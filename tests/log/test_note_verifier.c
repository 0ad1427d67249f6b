#include "log/fixture.h"

#define PETER "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

static enum pb_status
parse(const char *text)
{
	struct pb_note_verifier verifier;

	return pb_note_verifier_parse(text, strlen(text), &verifier, NULL);
}

static void
verifier_reads_keys_that_others_made(void **state)
{
	static const char *const files[] = { C2SP "log.vkey", C2SP "witness.vkey",
		C2SP "notes/peter.vkey", C2SP "notes/enoch.vkey", C2SP "notes/sumdb.vkey" };

	(void)state;
	for (size_t i = 0; i < CASES(files); i++) {
		struct pb_note_verifier verifier = read_verifier(files[i]);
		struct pb_buf file = read_file(files[i]), out = PB_BUF_EMPTY;

		/* and writes them as they were */
		assert_int_equal(pb_note_verifier_format(&verifier, &out), PB_OK);
		assert_int_equal(out.len, file.len - 1);
		assert_memory_equal(out.data, file.data, out.len);
		pb_buf_done(&out);
		pb_buf_done(&file);
	}
}

static void
verifier_has_the_key_id_of_its_name_type_and_key(void **state)
{
	struct pb_note_verifier verifier = read_verifier(C2SP "notes/peter.vkey"), other;

	(void)state;
	assert_string_equal(verifier.name, "PeterNeumann");
	assert_int_equal(verifier.type, PB_NOTE_ED25519);
	assert_int_equal(verifier.key_id, 0xc74f20a3);
	assert_int_equal(pb_note_verifier_make(
			     "PeterNeumann", PB_NOTE_ED25519, verifier.public_key, &other, NULL),
	    PB_OK);
	assert_int_equal(other.key_id, 0xc74f20a3);
	assert_int_equal(pb_note_verifier_make("PeterNeumann", PB_NOTE_COSIGNATURE,
			     verifier.public_key, &other, NULL),
	    PB_OK);
	assert_int_not_equal(other.key_id, 0xc74f20a3);
	assert_int_equal(pb_note_verifier_make(
			     "PeterNeumanm", PB_NOTE_ED25519, verifier.public_key, &other, NULL),
	    PB_OK);
	assert_int_not_equal(other.key_id, 0xc74f20a3);
}

static void
verifier_refuses_what_is_no_key(void **state)
{
	static const char *const bad[] = { "", "+", "++", "PeterNeumann", "PeterNeumann+c74f20a3",
		"PeterNeumann+c74f20a3+", "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		/* id: upper case, short, long, of another key */
		"PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+0c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a2+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		/* key: too long with an id to match, unknown type with an id to match, short */
		"PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
		"PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10",
		/* white space, a name that is none */
		PETER " ", PETER "\n", " " PETER, "Peter Neumann" PETER, "\xff" PETER,
		"PeterNeumann+c74f20a3+ ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW" };

	(void)state;
	assert_int_equal(parse(PETER), PB_OK);
	for (size_t i = 0; i < CASES(bad); i++)
		assert_int_equal(parse(bad[i]), PB_EDATA);
}

static void
verifier_is_refused_when_any_byte_of_it_changes(void **state)
{
	char text[] = PETER;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		for (unsigned mask = 1; mask < 256; mask++) {
			text[i] = (char)(text[i] ^ (int)mask);
			assert_int_equal(parse(text), PB_EDATA);
			text[i] = (char)(text[i] ^ (int)mask);
		}
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		struct pb_note_verifier verifier;

		assert_int_equal(pb_note_verifier_parse(text, len, &verifier, NULL), PB_EDATA);
	}
}

static void
verifier_name_has_neither_spaces_nor_plus_nor_controls(void **state)
{
	static const char *const good[] = { "a", "example.com/log", "caf\xc3\xa9.example", "-",
		"\xe2\x80\x94", "\xe2\x80\x8b" /* U+200B is no space */ };
	static const char *const bad[] = { "", " ", "a b", "a+b", "+", "a\tb", "a\nb", "a\rb",
		"a\x0b", "a\x0c", "a\x01", "a\x1f", "a\x7f", "a\xc2\x80" /* U+0080 */, "a\xc2\x85",
		"a\xc2\xa0", "a\xe1\x9a\x80", "a\xe2\x80\x80", "a\xe2\x80\x85", "a\xe2\x80\x8a",
		"a\xe2\x80\xa8", "a\xe2\x80\xa9", "a\xe2\x80\xaf", "a\xe2\x81\x9f", "a\xe3\x80\x80",
		"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80" };

	(void)state;
	for (size_t i = 0; i < CASES(good); i++)
		assert_true(pb_note_name_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < CASES(bad); i++)
		assert_false(pb_note_name_valid(bad[i], strlen(bad[i])));
	assert_false(pb_note_name_valid("a\0b", 3));
}

static void
verifier_is_not_made_with_a_bad_name_or_type(void **state)
{
	const uint8_t public_key[PB_ED25519_PUBLIC_LEN] = { 0 };
	struct pb_note_verifier verifier = { .key_id = 7 };
	char name[257];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[256] = '\0';
	assert_int_equal(
	    pb_note_verifier_make(name, PB_NOTE_ED25519, public_key, &verifier, NULL), PB_EINVAL);
	assert_int_equal(
	    pb_note_verifier_make("", PB_NOTE_ED25519, public_key, &verifier, NULL), PB_EINVAL);
	assert_int_equal(
	    pb_note_verifier_make("a b", PB_NOTE_ED25519, public_key, &verifier, NULL), PB_EINVAL);
	assert_int_equal(pb_note_verifier_make("a", 0x02, public_key, &verifier, NULL), PB_EINVAL);
	assert_int_equal(verifier.key_id, 7);
	name[255] = '\0';
	assert_int_equal(
	    pb_note_verifier_make(name, PB_NOTE_ED25519, public_key, &verifier, NULL), PB_OK);
	assert_int_equal(strlen(verifier.name), 255);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifier_reads_keys_that_others_made),
		cmocka_unit_test(verifier_has_the_key_id_of_its_name_type_and_key),
		cmocka_unit_test(verifier_refuses_what_is_no_key),
		cmocka_unit_test(verifier_is_refused_when_any_byte_of_it_changes),
		cmocka_unit_test(verifier_name_has_neither_spaces_nor_plus_nor_controls),
		cmocka_unit_test(verifier_is_not_made_with_a_bad_name_or_type),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
