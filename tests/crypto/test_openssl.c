/*
 * The openssl command as the other side: what is written here opens there.
 * tests/flow/envelope.sh does the opening, over files that stand in a
 * directory:
 *
 *     secret              the segment key
 *     cms                 it, enveloped to all readers, DER
 *     passphrase          of the readers' keys
 *     NAME.key, NAME.pem  of readers p256 (as pb_reader_generate makes it), p384 and rsa
 *     log.key, log.pub    an Ed25519 key, and its public key as 32 octets
 *     signed, signature   something, and its signature by that key
 */
#include "crypto/readers.h"

#include <stdio.h>
#include <stdlib.h>

#include "crypto/ed25519.h"
#include "crypto/envelope.h"
#include "lib/world.h"

static void
write_file(const char *directory, const char *name, const void *data, size_t len)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void
write_readers(const char *directory, const struct test_reader *readers, size_t count)
{
	static const char *const names[] = { "p256", "p384", "rsa" };
	char name[32];
	size_t i;

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s.key", names[i]);
		write_file(directory, name, readers[i].key.data, readers[i].key.len);
		snprintf(name, sizeof(name), "%s.pem", names[i]);
		write_file(
		    directory, name, readers[i].certificate.data, readers[i].certificate.len);
	}
	write_file(directory, "passphrase", PASSPHRASE "\n", strlen(PASSPHRASE) + 1);
}

static void
write_envelope(const char *directory, const struct pb_random *random)
{
	struct test_reader readers[3];
	const struct pb_reader *to[3];
	struct pb_secret *secret = NULL;
	struct pb_buf cms = PB_BUF_EMPTY;
	size_t i;

	test_reader_generate(&readers[0]);
	test_reader_of(&readers[1], EVP_EC_gen("P-384"));
	test_reader_of(&readers[2], EVP_RSA_gen(3072));
	for (i = 0; i < CASES(to); i++)
		to[i] = readers[i].reader;
	assert_int_equal(pb_secret_random(random, 32, &secret, NULL), PB_OK);
	assert_int_equal(pb_envelope_seal(secret, to, CASES(to), &cms, NULL), PB_OK);
	write_readers(directory, readers, CASES(readers));
	write_file(directory, "secret", pb_secret_bytes(secret), 32);
	write_file(directory, "cms", cms.data, cms.len);
	pb_buf_done(&cms);
	pb_secret_free(secret);
	for (i = 0; i < CASES(readers); i++)
		test_reader_done(&readers[i]);
}

static void
write_signature(const char *directory, const struct pb_random *random)
{
	static const char text[] = "exemple (fictif)";
	uint8_t public_key[PB_ED25519_PUBLIC_LEN], signature[PB_ED25519_SIGNATURE_LEN];
	struct pb_buf pem = PB_BUF_EMPTY;
	struct pb_ed25519 *key = NULL;

	assert_int_equal(pb_ed25519_generate(random, &key, NULL), PB_OK);
	assert_int_equal(pb_ed25519_to_pem(key, &pem, NULL), PB_OK);
	pb_ed25519_public(key, public_key);
	assert_int_equal(pb_ed25519_sign(key, text, strlen(text), signature, NULL), PB_OK);
	write_file(directory, "log.key", pem.data, pem.len);
	write_file(directory, "log.pub", public_key, sizeof(public_key));
	write_file(directory, "signed", text, strlen(text));
	write_file(directory, "signature", signature, sizeof(signature));
	pb_buf_done(&pem);
	pb_ed25519_free(key);
}

static void
openssl_opens_what_is_written_here(void **state)
{
	struct test_random random;
	char command[600];
	char *directory;
	int answer;

	(void)state;
	if (system("openssl version >/dev/null 2>&1") != 0)
		skip();
	test_random_init(&random, 42);
	directory = test_directory();
	write_envelope(directory, &random.table);
	write_signature(directory, &random.table);
	snprintf(command, sizeof(command), "tests/flow/envelope.sh %s 2>&1", directory);
	answer = system(command);
	test_directory_remove(directory);
	assert_int_equal(answer, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(openssl_opens_what_is_written_here, no_errors_are_left),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
