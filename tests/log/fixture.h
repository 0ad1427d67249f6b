/* What the tests of the log share: vectors from files, keys that repeat, witnesses. */
#ifndef PB_TEST_LOG_FIXTURE_H
#define PB_TEST_LOG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "crypto/crypto.h"
#include "crypto/ed25519.h"
#include "log/note.h"

#define C2SP TEST_VECTORS "/c2sp/"
#define CASES(table) (sizeof(table) / sizeof((table)[0]))

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

static inline void
from_hex(const char *hex, uint8_t *out, size_t len)
{
	assert_true(pb_hex_decode(hex, strlen(hex), out, len));
}

/* The verifier key in a file of one line. */
static inline struct pb_note_verifier
read_verifier(const char *path)
{
	struct pb_buf buf = read_file(path);
	struct pb_note_verifier verifier;

	assert_true(buf.len > 0 && buf.data[buf.len - 1] == '\n');
	assert_int_equal(
	    pb_note_verifier_parse((const char *)buf.data, buf.len - 1, &verifier, NULL), PB_OK);
	pb_buf_done(&buf);
	return verifier;
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

static inline void
append_text(struct pb_buf *buf, const char *text)
{
	assert_int_equal(pb_buf_append_text(buf, text), PB_OK);
}

/* A signature line with these bytes behind the verifier's key id. */
static inline void
append_signature(struct pb_buf *note, const struct pb_note_verifier *verifier,
    const uint8_t *signature, size_t len)
{
	struct pb_buf raw = PB_BUF_EMPTY;
	char *base64;

	assert_int_equal(pb_buf_append_u32(&raw, verifier->key_id), PB_OK);
	assert_int_equal(pb_buf_append(&raw, signature, len), PB_OK);
	base64 = malloc(PB_BASE64_LEN(raw.len) + 1);
	assert_non_null(base64);
	pb_base64_encode(raw.data, raw.len, base64);
	assert_int_equal(
	    pb_buf_printf(note, "\xe2\x80\x94 %s %s\n", verifier->name, base64), PB_OK);
	free(base64);
	pb_buf_done(&raw);
}

/* What a witness adds to a note with that text. */
static inline void
append_cosignature(struct pb_buf *note, const char *text, const char *name,
    const struct pb_ed25519 *key, uint64_t time_s)
{
	struct pb_note_verifier verifier = verifier_of(name, PB_NOTE_COSIGNATURE, key);
	struct pb_buf message = PB_BUF_EMPTY;
	uint8_t signature[72];

	assert_int_equal(
	    pb_buf_printf(&message, "cosignature/v1\ntime %" PRIu64 "\n%s", time_s, text), PB_OK);
	pb_put_u64(signature, time_s);
	assert_int_equal(
	    pb_ed25519_sign(key, message.data, message.len, signature + 8, NULL), PB_OK);
	append_signature(note, &verifier, signature, sizeof(signature));
	pb_buf_done(&message);
}

#endif
