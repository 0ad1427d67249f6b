#include "bundle/fixture.h"

#include "bundle/sums.h"
#include "crypto/crypto.h"

#define ORIGIN "cabinet-fictif.example/mail/0a1b2c3d"
#define DIGEST "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static int
start_crypto(void **state)
{
	(void)state;
	return pb_crypto_init(NULL) == PB_OK ? 0 : -1;
}

static int
fill(void *ctx, void *to, size_t len)
{
	memset(to, *(const uint8_t *)ctx, len);
	return 0;
}

static struct pb_ed25519 *
make_key(uint8_t seed)
{
	const struct pb_random random = { .ctx = &seed, .fill = fill };
	struct pb_ed25519 *key = NULL;

	assert_int_equal(pb_ed25519_generate(&random, &key, NULL), PB_OK);
	return key;
}

static void
count_up(uint8_t digest[PB_DIGEST_LEN])
{
	for (size_t i = 0; i < PB_DIGEST_LEN; i++)
		digest[i] = (uint8_t)i;
}

static enum pb_status
parse_text(const char *text, char origin[PB_LIMIT_ORIGIN + 1], uint8_t digest[PB_DIGEST_LEN])
{
	struct pb_note note = { .text = text, .text_len = strlen(text) };

	return pb_sums_note_parse(&note, origin, digest, NULL);
}

/* FORMAT 5.4: what `sha256sum -c` reads. */
static void
line_is_that_of_sha256sum(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	uint8_t digest[PB_DIGEST_LEN];

	(void)state;
	count_up(digest);
	assert_int_equal(pb_sums_line(digest, "log/leaves.bin", &buf), PB_OK);
	assert_int_equal(pb_sums_line(digest, "README.txt", &buf), PB_OK);
	assert_string_equal(pb_buf_text(&buf),
	    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f  log/leaves.bin\n"
	    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f  README.txt\n");
	pb_buf_done(&buf);
}

static void
note_has_the_form_that_format_prints(void **state)
{
	struct pb_buf text = PB_BUF_EMPTY;
	uint8_t digest[PB_DIGEST_LEN];

	(void)state;
	count_up(digest);
	assert_int_equal(pb_sums_note_text(ORIGIN, digest, &text), PB_OK);
	assert_string_equal(pb_buf_text(&text), "probant/v1 bundle\n" ORIGIN "\n" DIGEST "\n");
	pb_buf_done(&text);
}

static void
note_is_signed_under_the_name_of_the_export_key(void **state)
{
	struct pb_ed25519 *key = make_key(1), *other = make_key(2);
	uint8_t public_key[PB_ED25519_PUBLIC_LEN], digest[PB_DIGEST_LEN], back[PB_DIGEST_LEN];
	char name[PB_EXPORT_NAME_MAX], origin[PB_LIMIT_ORIGIN + 1];
	struct pb_note_verifier verifier;
	struct pb_buf buf = PB_BUF_EMPTY;
	struct pb_note note;

	(void)state;
	count_up(digest);
	assert_int_equal(pb_sums_note_sign(ORIGIN, digest, key, &buf, NULL), PB_OK);
	assert_int_equal(pb_note_parse(buf.data, buf.len, &note, NULL), PB_OK);
	assert_int_equal(pb_sums_note_parse(&note, origin, back, NULL), PB_OK);
	assert_string_equal(origin, ORIGIN);
	assert_memory_equal(back, digest, PB_DIGEST_LEN);

	pb_export_name(ORIGIN, name);
	assert_string_equal(name, ORIGIN "/export");
	pb_ed25519_public(key, public_key);
	assert_int_equal(
	    pb_note_verifier_make(name, PB_NOTE_ED25519, public_key, &verifier, NULL), PB_OK);
	assert_int_equal(pb_note_verify(&note, &verifier, NULL), PB_NOTE_GOOD);
	pb_ed25519_public(other, public_key);
	assert_int_equal(
	    pb_note_verifier_make(name, PB_NOTE_ED25519, public_key, &verifier, NULL), PB_OK);
	assert_int_equal(pb_note_verify(&note, &verifier, NULL), PB_NOTE_ABSENT);
	pb_buf_done(&buf);
	pb_ed25519_free(other);
	pb_ed25519_free(key);
}

static void
longest_origin_has_an_export_name(void **state)
{
	char origin[PB_LIMIT_ORIGIN + 1], name[PB_EXPORT_NAME_MAX];

	(void)state;
	memset(origin, 'a', sizeof(origin));
	memcpy(origin + PB_LIMIT_ORIGIN - 9, "/00000000", 10);
	pb_export_name(origin, name);
	assert_int_equal(strlen(name), PB_LIMIT_ORIGIN + 7);
}

static void
note_is_not_signed_without_an_origin(void **state)
{
	struct pb_ed25519 *key = make_key(1);
	struct pb_buf buf = PB_BUF_EMPTY;
	uint8_t digest[PB_DIGEST_LEN] = { 0 };

	(void)state;
	assert_int_equal(pb_sums_note_sign("", digest, key, &buf, NULL), PB_EINVAL);
	assert_int_equal(pb_sums_note_sign("a\nb/00000000", digest, key, &buf, NULL), PB_EINVAL);
	assert_int_equal(buf.len, 0);
	pb_ed25519_free(key);
}

static void
notes_of_any_other_form_are_refused(void **state)
{
	static const char *const bad[] = { "", "\n", "probant/v1 bundle\n",
		"probant/v1 bundle\n" ORIGIN "\n", "probant/v1 bundle\n" ORIGIN "\n" DIGEST,
		"probant/v1 bundle\n" ORIGIN "\n" DIGEST "\n\n",
		"probant/v1 bundle\n" ORIGIN "\n" DIGEST "\nmore\n",
		"probant/v2 bundle\n" ORIGIN "\n" DIGEST "\n",
		"probant/v1 bundle \n" ORIGIN "\n" DIGEST "\n",
		"probant/v1 bundle\nArchive/00000000\n" DIGEST "\n",
		"probant/v1 bundle\n" ORIGIN "/export\n" DIGEST "\n",
		"probant/v1 bundle\n" ORIGIN "\nAAEC\n", "probant/v1 bundle\n" ORIGIN "\n\n",
		"probant/v1 bundle\n" ORIGIN "\n"
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\n",
		ORIGIN "\n3\n" DIGEST "\n" };
	char origin[PB_LIMIT_ORIGIN + 1] = "untouched";
	uint8_t digest[PB_DIGEST_LEN];

	(void)state;
	for (size_t i = 0; i < CASES(bad); i++)
		if (parse_text(bad[i], origin, digest) != PB_EDATA)
			fail_msg("taken: %s", bad[i]);
	assert_string_equal(origin, "untouched");
	assert_int_equal(
	    parse_text("probant/v1 bundle\n" ORIGIN "\n" DIGEST "\n", origin, digest), PB_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_is_that_of_sha256sum),
		cmocka_unit_test(note_has_the_form_that_format_prints),
		cmocka_unit_test(note_is_signed_under_the_name_of_the_export_key),
		cmocka_unit_test(longest_origin_has_an_export_name),
		cmocka_unit_test(note_is_not_signed_without_an_origin),
		cmocka_unit_test(notes_of_any_other_form_are_refused),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
