/*
 * Any octets as a checkpoint, signed or its text alone: what is understood has
 * one form, and what we sign of it is found again.
 */
#include <string.h>

#include "core/error.h"
#include "crypto/crypto.h"
#include "fuzz/fuzz.h"
#include "log/checkpoint.h"
#include "log/origin.h"

static int
fill_with_ones(void *ctx, void *to, size_t len)
{
	(void)ctx;
	memset(to, 1, len);
	return 0;
}

static struct pb_ed25519 *
make_key(void)
{
	const struct pb_random random = { .fill = fill_with_ones };
	struct pb_ed25519 *key = NULL;

	pb_assert(pb_ed25519_generate(&random, &key, NULL) == PB_OK);
	return key;
}

/* The same text, signed, verifies; with one octet changed it does not. */
static void
check_signing(const struct pb_checkpoint *checkpoint, const struct pb_buf *text)
{
	uint8_t public_key[PB_ED25519_PUBLIC_LEN];
	struct pb_ed25519 *key = make_key();
	struct pb_note_verifier verifier;
	struct pb_buf made = PB_BUF_EMPTY;
	struct pb_note note;

	pb_ed25519_public(key, public_key);
	pb_assert(pb_note_verifier_make(
		      checkpoint->origin, PB_NOTE_ED25519, public_key, &verifier, NULL) == PB_OK);
	pb_assert(pb_checkpoint_sign(checkpoint, key, &made, NULL) == PB_OK);
	pb_assert(pb_note_parse(made.data, made.len, &note, NULL) == PB_OK);
	pb_assert(note.text_len == text->len && memcmp(note.text, text->data, text->len) == 0);
	pb_assert(pb_note_verify(&note, &verifier, NULL) == PB_NOTE_GOOD);
	made.data[text->len - 2] ^= 1;
	pb_assert(pb_note_verify(&note, &verifier, NULL) == PB_NOTE_FORGED);
	pb_buf_done(&made);
	pb_ed25519_free(key);
}

static void
check(const struct pb_note *note)
{
	struct pb_checkpoint checkpoint;
	struct pb_buf text = PB_BUF_EMPTY;

	if (pb_checkpoint_parse(note, &checkpoint, NULL) != PB_OK)
		return;
	pb_assert(pb_origin_valid(checkpoint.origin, strlen(checkpoint.origin)));
	pb_assert(pb_checkpoint_format(&checkpoint, &text) == PB_OK);
	pb_assert(text.len == note->text_len && memcmp(text.data, note->text, text.len) == 0);
	check_signing(&checkpoint, &text);
	pb_buf_done(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	/* A key id and one byte. */
	static const char signature[] = "\n\xe2\x80\x94 nom AAAAAAA=\n";
	struct pb_buf buf = PB_BUF_EMPTY;
	struct pb_note note;

	pb_assert(pb_crypto_init(NULL) == PB_OK);
	if (pb_note_parse(data, len, &note, NULL) == PB_OK)
		check(&note);
	pb_assert(pb_buf_append(&buf, data, len) == PB_OK);
	pb_assert(pb_buf_append_text(&buf, signature) == PB_OK);
	if (pb_note_parse(buf.data, buf.len, &note, NULL) == PB_OK)
		check(&note);
	pb_buf_done(&buf);
	return 0;
}
