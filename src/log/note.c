#include "log/note.h"

#include <string.h>

#include "core/cursor.h"
#include "core/error.h"
#include "core/text.h"
#include "log/cosignature.h"

#define DASH "\xe2\x80\x94 " /* em dash (U+2014), space: what a signature line begins with */
#define DASH_LEN 4
#define KEY_ID_LEN 4

static enum pb_status
malformed(struct pb_error *err, const char *why)
{
	return pb_fail(err, PB_EDATA, N_("read a signed note"), why, "%s", "");
}

/* UTF-8 lines without controls. */
static bool
lines_plain(const char *text, size_t len)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t line = end != NULL ? (size_t)(end - text) : len;

		if (!pb_utf8_plain((const uint8_t *)text, line))
			return false;
		line += end != NULL;
		text += line;
		len -= line;
	}
	return true;
}

/* Where the last empty line is: the length of the text before it, or 0 if there is none. */
static size_t
text_end(const char *note, size_t len)
{
	while (len > 1) {
		len--;
		if (note[len] == '\n' && note[len - 1] == '\n')
			return len;
	}
	return 0;
}

/* Key id and signature from base64; scratch is only for its memory. */
static enum pb_status
decode_signature(const char *text, size_t len, struct pb_buf *scratch,
    struct pb_note_signature *signature, struct pb_error *err)
{
	enum pb_status status;

	pb_buf_clear(scratch);
	status = pb_base64_decode(text, len, scratch);
	if (status == PB_ENOMEM)
		return pb_fail_memory(err, N_("read a signed note"));
	if (status != PB_OK || scratch->len <= KEY_ID_LEN)
		return malformed(err, N_("a signature is not in base64, or too short"));
	signature->key_id = pb_get_u32(scratch->data);
	signature->len = scratch->len - KEY_ID_LEN;
	if (signature->len <= sizeof(signature->data))
		memcpy(signature->data, scratch->data + KEY_ID_LEN, signature->len);
	return PB_OK;
}

/* em dash, space, key name, space, base64 */
static enum pb_status
parse_signature(const char *line, size_t len, struct pb_buf *scratch,
    struct pb_note_signature *signature, struct pb_error *err)
{
	const char *name = line + DASH_LEN;
	const char *space;
	size_t name_len;

	if (len < DASH_LEN || memcmp(line, DASH, DASH_LEN) != 0)
		return malformed(err, N_("a signature line does not begin with a dash"));
	space = memchr(name, ' ', len - DASH_LEN);
	if (space == NULL)
		return malformed(err, N_("a signature line does not hold a name and a signature"));
	name_len = (size_t)(space - name);
	if (!pb_note_name_valid(name, name_len))
		return malformed(err, N_("a key name is malformed"));
	if (name_len >= sizeof(signature->name))
		return pb_fail(err, PB_ELIMIT, N_("read a signed note"),
		    N_("a key name is too long"), "%zu bytes", name_len);
	memcpy(signature->name, name, name_len);
	return decode_signature(
	    space + 1, (size_t)(line + len - space - 1), scratch, signature, err);
}

/* Every line of what follows the empty line. */
static enum pb_status
parse_signatures(const char *text, size_t len, struct pb_note *note, struct pb_error *err)
{
	struct pb_buf scratch = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;
	struct pb_cursor c;

	pb_cursor_init(&c, text, len);
	while (status == PB_OK && pb_cursor_left(&c) > 0) {
		size_t line_len;
		const char *line = pb_cursor_line(&c, &line_len);

		if (line == NULL)
			status = malformed(err, N_("its last line does not end"));
		else if (note->count == PB_LIMIT_NOTE_SIGNATURES)
			status = pb_fail(err, PB_ELIMIT, N_("read a signed note"),
			    N_("it has too many signatures"), "more than %d",
			    PB_LIMIT_NOTE_SIGNATURES);
		else
			status = parse_signature(
			    line, line_len, &scratch, &note->signature[note->count++], err);
	}
	pb_buf_done(&scratch);
	if (status == PB_OK && note->count == 0)
		return malformed(err, N_("it has no signature"));
	return status;
}

enum pb_status
pb_note_parse(const void *data, size_t len, struct pb_note *ret_note, struct pb_error *err)
{
	struct pb_note note = { .text = data };
	enum pb_status status;

	if (len > PB_LIMIT_NOTE)
		return pb_fail(err, PB_ELIMIT, N_("read a signed note"), N_("it is too long"),
		    "%zu bytes", len);
	if (!lines_plain(data, len))
		return malformed(err, N_("it is not UTF-8, or holds a control character"));
	note.text_len = text_end(data, len);
	if (note.text_len == 0)
		return malformed(err, N_("no empty line stands between text and signatures"));
	status =
	    parse_signatures(note.text + note.text_len + 1, len - note.text_len - 1, &note, err);
	if (status != PB_OK)
		return status;
	*ret_note = note;
	return PB_OK;
}

/*
 * 1 if a signature of the verifier's name and key id is his (sets the time it states), 0 if
 * not, -1 if there was no memory to tell.
 */
static int
signature_good(const struct pb_note *note, const struct pb_note_verifier *verifier,
    const struct pb_note_signature *signature, uint64_t *time_s)
{
	switch (verifier->type) {
	case PB_NOTE_ED25519:
		*time_s = 0;
		return signature->len != PB_ED25519_SIGNATURE_LEN
			   ? 0
			   : pb_ed25519_verify(
				 verifier->public_key, note->text, note->text_len, signature->data);
	case PB_NOTE_COSIGNATURE:
		return signature->len != PB_COSIGNATURE_LEN
			   ? 0
			   : pb_cosignature_check(verifier->public_key, note->text, note->text_len,
				 signature->data, time_s);
	default:
		return 0;
	}
}

enum pb_note_verdict
pb_note_verify(
    const struct pb_note *note, const struct pb_note_verifier *verifier, uint64_t *ret_time_s)
{
	uint64_t earliest_s = UINT64_MAX;

	for (size_t i = 0; i < note->count; i++) {
		const struct pb_note_signature *signature = &note->signature[i];
		uint64_t time_s;
		int good;

		if (signature->key_id != verifier->key_id ||
		    strcmp(signature->name, verifier->name) != 0)
			continue;
		good = signature_good(note, verifier, signature, &time_s);
		if (good != 1)
			return good == 0 ? PB_NOTE_FORGED : PB_NOTE_UNSETTLED;
		if (time_s < earliest_s)
			earliest_s = time_s;
	}
	if (earliest_s == UINT64_MAX)
		return PB_NOTE_ABSENT;
	if (ret_time_s != NULL)
		*ret_time_s = earliest_s;
	return PB_NOTE_GOOD;
}

/* One signature line appended. */
static enum pb_status
sign_line(const char *text, size_t text_len, const char *name, const struct pb_ed25519 *key,
    struct pb_buf *buf, struct pb_error *err)
{
	uint8_t public_key[PB_ED25519_PUBLIC_LEN];
	uint8_t signature[KEY_ID_LEN + PB_ED25519_SIGNATURE_LEN];
	char base64[PB_BASE64_LEN(sizeof(signature)) + 1];
	struct pb_note_verifier verifier;
	enum pb_status status;

	pb_ed25519_public(key, public_key);
	status = pb_note_verifier_make(name, PB_NOTE_ED25519, public_key, &verifier, err);
	if (status != PB_OK)
		return status;
	pb_put_u32(signature, verifier.key_id);
	status = pb_ed25519_sign(key, text, text_len, signature + KEY_ID_LEN, err);
	if (status != PB_OK)
		return status;
	pb_base64_encode(signature, sizeof(signature), base64);
	if (pb_buf_printf(buf, DASH "%s %s\n", name, base64) != PB_OK)
		return pb_fail_memory(err, N_("sign a note"));
	return PB_OK;
}

enum pb_status
pb_note_sign(const char *text, size_t text_len, const char *const *names,
    const struct pb_ed25519 *const *keys, size_t count, struct pb_buf *buf, struct pb_error *err)
{
	struct pb_buf made = PB_BUF_EMPTY;
	struct pb_note note;
	enum pb_status status;

	status = pb_buf_append(&made, text, text_len);
	if (status == PB_OK)
		status = pb_buf_append_text(&made, "\n");
	if (status != PB_OK) {
		status = pb_fail_memory(err, N_("sign a note"));
		goto out;
	}
	for (size_t i = 0; i < count; i++) {
		status = sign_line(text, text_len, names[i], keys[i], &made, err);
		if (status != PB_OK)
			goto out;
	}
	/* What we sign, a reader must find again, with the same text. */
	status = pb_note_parse(made.data, made.len, &note, NULL);
	if (status == PB_ENOMEM) {
		status = pb_fail_memory(err, N_("sign a note"));
		goto out;
	}
	if (status != PB_OK || note.text_len != text_len) {
		status = pb_fail(err, PB_EINVAL, N_("sign a note"),
		    N_("the text is not one that a signed note can carry"), "%zu bytes", text_len);
		goto out;
	}
	if (pb_buf_append(buf, made.data, made.len) != PB_OK) {
		status = pb_fail_memory(err, N_("sign a note"));
		goto out;
	}
	status = PB_OK;
out:
	pb_buf_done(&made);
	return status;
}
