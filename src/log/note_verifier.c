/* The keys of C2SP signed-note: their names, ids and text form. */
#include <inttypes.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "log/note.h"

#define KEY_ID_DIGITS 8
#define ENCODED_LEN (1 + PB_ED25519_PUBLIC_LEN) /* type || public key */

/* How many bytes of a well-formed UTF-8 text a Unicode space (White_Space) takes; 0: none. */
static size_t
space_len(const uint8_t *at, size_t left)
{
	static const char spaces[][4] = { "\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8",
		"\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80" };

	if (at[0] == ' ' || (at[0] >= '\t' && at[0] <= '\r'))
		return 1;
	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
		size_t len = strlen(spaces[i]);

		if (left >= len && memcmp(at, spaces[i], len) == 0)
			return len;
	}
	/* U+2000 to U+200A */
	if (left >= 3 && at[0] == 0xe2 && at[1] == 0x80 && at[2] >= 0x80 && at[2] <= 0x8a)
		return 3;
	return 0;
}

bool
pb_note_name_valid(const char *name, size_t len)
{
	const uint8_t *octets = (const uint8_t *)name;

	if (len == 0 || !pb_utf8_plain(octets, len) || memchr(name, '+', len) != NULL)
		return false;
	for (size_t i = 0; i < len; i++)
		if (space_len(octets + i, len - i) > 0)
			return false;
	return true;
}

/* First 4 bytes of SHA-256(name || 0x0A || type || public key). */
static uint32_t
key_id(const struct pb_note_verifier *verifier)
{
	uint8_t input[sizeof(verifier->name) + 1 + ENCODED_LEN];
	uint8_t digest[PB_DIGEST_LEN];
	size_t len = strlen(verifier->name);

	memcpy(input, verifier->name, len);
	input[len++] = '\n';
	input[len++] = verifier->type;
	memcpy(input + len, verifier->public_key, PB_ED25519_PUBLIC_LEN);
	pb_digest_sha256(input, len + PB_ED25519_PUBLIC_LEN, digest);
	return pb_get_u32(digest);
}

/* The same from a name that is not NUL-terminated; why it cannot be one, or NULL. */
static const char *
make(const char *name, size_t name_len, uint8_t type,
    const uint8_t public_key[PB_ED25519_PUBLIC_LEN], struct pb_note_verifier *ret_verifier)
{
	struct pb_note_verifier verifier = { .type = type };

	if (!pb_note_name_valid(name, name_len) || name_len >= sizeof(verifier.name))
		return N_("its name is not one that a note can carry");
	if (type != PB_NOTE_ED25519 && type != PB_NOTE_COSIGNATURE)
		return N_("it is of a type that this version does not know");
	memcpy(verifier.name, name, name_len);
	memcpy(verifier.public_key, public_key, PB_ED25519_PUBLIC_LEN);
	verifier.key_id = key_id(&verifier);
	*ret_verifier = verifier;
	return NULL;
}

enum pb_status
pb_note_verifier_make(const char *name, uint8_t type,
    const uint8_t public_key[PB_ED25519_PUBLIC_LEN], struct pb_note_verifier *ret_verifier,
    struct pb_error *err)
{
	const char *why = make(name, strlen(name), type, public_key, ret_verifier);

	if (why != NULL)
		return pb_fail(err, PB_EINVAL, N_("name a verifier key"), why, "%s", name);
	return PB_OK;
}

/* Why it is no verifier key, or NULL. */
static const char *
parse(const char *text, size_t len, struct pb_note_verifier *ret_verifier)
{
	const char *id, *key, *end = text + len;
	struct pb_note_verifier verifier;
	uint8_t stated[4], encoded[ENCODED_LEN];
	const char *why;

	/* Neither a name nor an id holds "+"; base64 may. */
	id = memchr(text, '+', len);
	key = id != NULL ? memchr(id + 1, '+', (size_t)(end - id - 1)) : NULL;
	if (key == NULL)
		return N_("it is not of the form name+id+key");
	if (!pb_hex_decode(id + 1, (size_t)(key - id - 1), stated, sizeof(stated)))
		return N_("its id is not 8 lower-case hex digits");
	if (!pb_base64_decode_exact(key + 1, (size_t)(end - key - 1), encoded, sizeof(encoded)))
		return N_("it does not hold the 33 bytes of an Ed25519 key");
	why = make(text, (size_t)(id - text), encoded[0], encoded + 1, &verifier);
	if (why != NULL)
		return why;
	if (pb_get_u32(stated) != verifier.key_id)
		return N_("its id is not that of its key");
	*ret_verifier = verifier;
	return NULL;
}

enum pb_status
pb_note_verifier_parse(
    const char *text, size_t len, struct pb_note_verifier *ret_verifier, struct pb_error *err)
{
	const char *why = parse(text, len, ret_verifier);

	if (why != NULL)
		return pb_fail(err, PB_EDATA, N_("read a verifier key"), why, "%.*s",
		    (int)(len < 200 ? len : 200), text);
	return PB_OK;
}

enum pb_status
pb_note_verifier_format(const struct pb_note_verifier *verifier, struct pb_buf *buf)
{
	char base64[PB_BASE64_LEN(ENCODED_LEN) + 1];
	uint8_t encoded[ENCODED_LEN];

	encoded[0] = verifier->type;
	memcpy(encoded + 1, verifier->public_key, PB_ED25519_PUBLIC_LEN);
	pb_base64_encode(encoded, sizeof(encoded), base64);
	return pb_buf_printf(buf, "%s+%08" PRIx32 "+%s", verifier->name, verifier->key_id, base64);
}
